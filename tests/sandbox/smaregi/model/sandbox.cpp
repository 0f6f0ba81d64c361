#include "tests/sandbox/smaregi/model/sandbox.h"

#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/control.h"
#include "tests/sandbox/smaregi/model/pos_api.h"
#include "tests/sandbox/smaregi/model/sign_in.h"
#include "tests/sandbox/smaregi/model/till_api.h"
#include "tests/sandbox/smaregi/model/tokens.h"

namespace tsunagi::smaregi_sandbox {

namespace {

Reply refusal_reply(const World& world, const Refusal& refusal) {
  Reply reply{.status = refusal.status,
              .headers = refusal.headers,
              .body = problem_body(refusal.status, refusal.detail)};
  reply.content_type = world.switches.get(Switch::kProblemContentType);
  return reply;
}

Reply route(World& world, const Request& request) {
  const std::vector<std::string> parts = split_words(request.path, '/');
  if (parts.empty()) refuse_missing_resource();
  if (parts[0] == "_sandbox") return control(world, request, parts);
  if (parts[0] == "till") return till_api(world, request, parts);
  if (parts[0] == "authorize" || parts[0] == "userinfo") return sign_in(world, request, parts);
  if (parts[0] == "app" && parts.size() == 3 && parts[2] == "token") {
    return app_token(world, request, parts[1]);
  }
  if (parts.size() >= 3 && parts[1] == "pos") return pos_api(world, request, parts);
  refuse_missing_resource();
}

}  // namespace

Reply Sandbox::handle(const Request& request) {
  const std::lock_guard lock(mutex_);
  try {
    if (request.body.size() > kMaxBodyBytes) {
      throw Refusal{.status = 413, .detail = "body too large"};
    }
    return route(world_, request);
  } catch (const Refusal& refusal) {
    return refusal_reply(world_, refusal);
  } catch (const Json::exception&
               problem) {  // a control body of another shape; nothing else gets this far
    return refusal_reply(world_, {.status = 400, .detail = problem.what()});
  }
}

Fault Sandbox::fault_for(std::string_view path) {
  const std::lock_guard lock(mutex_);
  return world_.faults.next(path);
}

void Sandbox::log(LoggedRequest entry) {
  const std::lock_guard lock(mutex_);
  if (world_.requests.size() >= kMaxRequestLog) world_.requests.pop_front();
  world_.requests.push_back(std::move(entry));
  ++world_.requests_seen;
}

std::vector<Delivery> Sandbox::take_due_webhooks() {
  const std::lock_guard lock(mutex_);
  return world_.webhooks.take_due(world_.clock.now_ms());
}

int64_t Sandbox::next_webhook_at_ms() {
  const std::lock_guard lock(mutex_);
  return world_.webhooks.next_due_at_ms();
}

void Sandbox::report_webhook(const Delivery& delivery, int status) {
  const std::lock_guard lock(mutex_);
  world_.webhooks.report(delivery, status, world_.switches, world_.clock.now_ms());
}

}  // namespace tsunagi::smaregi_sandbox

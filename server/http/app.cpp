#include "server/http/app.h"

#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

#include "server/http/context.h"

namespace tsunagi::http {
namespace {

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

Reply not_found() { return refuse(404, "not_found", "There is nothing at this address."); }

}  // namespace

size_t body_limit(std::string_view target) {
  const std::string_view path = path_of(target);
  if (path.starts_with("/webhooks/")) return kWebhookBodyMaxBytes;
  if (path.starts_with("/admin/")) return kMerchantBodyMaxBytes;
  return kStorefrontBodyMaxBytes;
}

Reply failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return refuse(400, "invalid", error.message);
    case ErrorCode::kNotFound:
      return refuse(404, "not_found", error.message);
    case ErrorCode::kConflict:
      return refuse(409, "conflict", error.message);
    case ErrorCode::kUnauthorized:
      return refuse(502, "upstream_refused", "A platform refused us. The log says why.");
    case ErrorCode::kUnavailable:
    case ErrorCode::kBusy: {
      Reply reply = refuse(503, "unavailable", "This cannot be answered just now. Try again.");
      reply.headers.emplace_back("Retry-After", "2");
      return reply;
    }
    case ErrorCode::kInternal:
      break;
  }
  return refuse(500, "internal", "Something is wrong here. The log says what.");
}

bool carries(const Request& request, std::string_view wanted) {
  const std::string type = request.header("Content-Type");
  if (type.size() < wanted.size() || strncasecmp(type.c_str(), wanted.data(), wanted.size()) != 0) {
    return false;
  }
  const std::string_view rest = std::string_view(type).substr(wanted.size());
  return (rest.empty() || rest.front() == ';' || rest.front() == ' ') &&
         request.header("Content-Encoding").empty();
}

bool carries_json(const Request& request) { return carries(request, "application/json"); }

Reply wrong_method(const char* allowed) {
  Reply reply = refuse(405, "method", "This address takes another method.");
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

Reply html_page(std::string body, PageRules rules) {
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = std::move(body);
  reply.headers.emplace_back("Content-Security-Policy", std::move(rules.content_security));
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.headers.emplace_back("Referrer-Policy", rules.referrer);
  return reply;
}

struct App::State {
  State(AppPorts ports, AppOptions options, Assets assets)
      : context(std::move(ports), std::move(options), std::move(assets)),
        proxy(context),
        webhooks(context),
        admin(context),
        staff(context),
        sign_in(context) {}

  Reply route(const Request& request) {
    const std::string_view path = request.path;
    if (path.starts_with("/proxy/")) return proxy.handle(request);
    if (path == "/webhooks/shopify") return webhooks.shopify(request);
    if (path == "/webhooks/smaregi") return webhooks.smaregi(request);
    if (path.starts_with("/admin/api/")) return admin.api(request);
    if (path == "/admin" || path.starts_with("/admin/")) return admin.page(request);
    if (path.starts_with("/staff/api/")) return staff.api(request);
    if (path == "/staff" || path.starts_with("/staff/")) return staff.page(request);
    if (path == kCallbackPath) return sign_in.callback(request);
    return not_found();
  }

  Context context;
  ProxyRoutes proxy;
  WebhookRoutes webhooks;
  AdminRoutes admin;
  StaffRoutes staff;
  SignInRoutes sign_in;
};

App::App(AppPorts ports, AppOptions options, Assets assets)
    : state_(std::make_unique<State>(std::move(ports), std::move(options), std::move(assets))) {}
App::~App() = default;

Reply App::handle(const Request& request) {
  const auto started = std::chrono::steady_clock::now();
  Reply reply;
  try {
    reply = state_->route(request);
  } catch (const std::exception& error) {
    state_->context.ports.log.error("request.failed",
                                    {{"id", request_id_text(request.id)}, {"what", error.what()}});
    reply = refuse(500, "internal", "Something is wrong here. The log says what.");
  }
  const auto took = std::chrono::steady_clock::now() - started;
  reply.headers.emplace_back("X-Request-Id", request_id_text(request.id));
  AccessRecord record;
  record.request_id = request.id;
  record.unix_us = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  record.tenant = reply.tenant;
  record.duration_us =
      static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  record.bytes = static_cast<uint32_t>(reply.shared_body != nullptr ? reply.shared_body->size()
                                                                    : reply.body.size());
  record.status = static_cast<uint16_t>(reply.status);
  const std::string_view method = request.method.substr(0, sizeof record.method - 1);
  std::memcpy(record.method, method.data(), method.size());
  record.route = reply.route;
  record.code = reply.code;
  state_->context.ports.log.access(record);
  state_->context.ports.metrics.request(reply.route, reply.status,
                                        std::chrono::duration<double>(took).count());
  return reply;
}

void App::refused(const Reply& reply) {
  AccessRecord record;
  record.unix_us = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  record.status = static_cast<uint16_t>(reply.status);
  record.route = reply.route;
  record.code = reply.code;
  state_->context.ports.log.access(record);
  state_->context.ports.metrics.request(reply.route, reply.status, 0);
}

}  // namespace tsunagi::http

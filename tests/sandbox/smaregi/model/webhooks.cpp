#include "tests/sandbox/smaregi/model/webhooks.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace tsunagi::smaregi_sandbox {

std::string make_uuid(std::mt19937_64& random) {
  const uint64_t a = random(), b = random();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx",
                static_cast<unsigned>(a >> 32), static_cast<unsigned>(a >> 16 & 0xffff),
                static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>(0x8000 | (b >> 48 & 0x3fff)),
                static_cast<unsigned long long>(b & 0xffffffffffffULL));
  return text.data();
}

bool Webhooks::chance(int percent) {
  if (percent <= 0) return false;
  return percent >= 100 || static_cast<int>(random_() % 100) < percent;
}

void Webhooks::publish(const Event& event, const Json& ids, const Identity& identity,
                       const Switches& switches, int64_t now_ms) {
  Json body = {{"contractId", event.contract_id}, {"event", event.event}, {"action", event.action}};
  body[event.id_list] = ids;
  for (const auto& [client_id, app] : identity.apps) {
    if (app.webhook_url.empty()) continue;
    Delivery delivery;
    delivery.event_id = make_uuid(random_);
    delivery.contract_id = event.contract_id;
    delivery.event = event.event;
    delivery.action = event.action;
    delivery.url = app.webhook_url;
    delivery.body = body.dump();
    // §4: headers seen in captures; no signature exists, only the app's own header.
    delivery.headers = {{"Smaregi-Contract-Id", event.contract_id},
                        {"Smaregi-Event", event.event},
                        {"User-Agent", "Smaregi-Platform-Api-Webhook/1.2.4(sandbox)"}};
    if (switches.is(Switch::kEventId, "present")) {
      delivery.headers.emplace_back("Smaregi-Event-Id", delivery.event_id);
    }
    if (!app.webhook_header.empty()) {
      delivery.headers.emplace_back(app.webhook_header, app.webhook_secret);
    }
    delivery.due_at_ms = now_ms + faults.delay_ms;
    if (chance(faults.drop_percent)) {
      remember(delivery, 0, "dropped", now_ms);
      continue;
    }
    if (chance(faults.double_percent)) put(delivery);
    put(std::move(delivery));
  }
}

void Webhooks::call_back(const Callback& callback, int64_t now_ms) {
  Delivery delivery;
  delivery.contract_id = callback.contract_id;
  delivery.event = "callback";
  delivery.url = callback.url;
  delivery.body = callback.body;
  delivery.content_type = "application/json;charset=UTF-8";  // [DOC patchcustomerspointbulk]
  delivery.due_at_ms = now_ms;
  put(std::move(delivery));
}

void Webhooks::put(Delivery delivery) {
  if (waiting_.size() >= kMaxWaitingWebhooks) {
    remember(waiting_.front(), 0, "dropped", waiting_.front().due_at_ms);
    waiting_.pop_front();
  }
  delivery.id = ++last_id_;
  waiting_.push_back(std::move(delivery));
}

std::vector<Delivery> Webhooks::take_due(int64_t now_ms) {
  const auto later =
      std::stable_partition(waiting_.begin(), waiting_.end(),
                            [now_ms](const Delivery& d) { return d.due_at_ms <= now_ms; });
  std::vector<Delivery> due(std::make_move_iterator(waiting_.begin()),
                            std::make_move_iterator(later));
  waiting_.erase(waiting_.begin(), later);
  if (faults.shuffle) std::shuffle(due.begin(), due.end(), random_);
  return due;
}

int64_t Webhooks::next_due_at_ms() const {
  int64_t next = -1;
  for (const Delivery& delivery : waiting_) {
    next = next < 0 ? delivery.due_at_ms : std::min(next, delivery.due_at_ms);
  }
  return next;
}

void Webhooks::report(const Delivery& delivery, int status, const Switches& switches,
                      int64_t now_ms) {
  if (status == 200) return remember(delivery, status, "delivered", now_ms);
  remember(delivery, status, status == 0 ? "failed" : "refused", now_ms);
  if (!switches.is(Switch::kWebhookRetry, "twice") || delivery.attempt > kWebhookRetries) return;
  Delivery again = delivery;
  ++again.attempt;
  again.due_at_ms = now_ms + kWebhookRetryDelayMs;
  put(std::move(again));
}

void Webhooks::remember(const Delivery& delivery, int status, std::string outcome, int64_t now_ms) {
  if (log_.size() >= kMaxWebhookLog) log_.pop_front();
  log_.push_back(
      {.delivery = delivery, .at_ms = now_ms, .status = status, .outcome = std::move(outcome)});
}

}  // namespace tsunagi::smaregi_sandbox

#include "tests/sandbox/smaregi/http/webhook_sender.h"

#include <httplib.h>

#include <algorithm>
#include <chrono>

namespace tsunagi::smaregi_sandbox {

namespace {

struct Address {
  std::string origin, path;
};

Address split(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t path =
      scheme == std::string::npos ? url.size() : std::min(url.find('/', scheme + 3), url.size());
  return {.origin = url.substr(0, path), .path = path < url.size() ? url.substr(path) : "/"};
}

}  // namespace

WebhookSender::WebhookSender(Sandbox& sandbox) : sandbox_(sandbox), thread_([this] { run(); }) {}

WebhookSender::~WebhookSender() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void WebhookSender::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void WebhookSender::run() {
  static constexpr int64_t kLongestWaitMs = 60'000;
  while (true) {
    const int64_t next = sandbox_.next_webhook_at_ms();
    const int64_t wait = next < 0
                             ? kLongestWaitMs
                             : std::clamp<int64_t>(next - sandbox_.now_ms(), 0, kLongestWaitMs);
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(wait),
                        [this] { return woken_ || stopping_; });
      if (stopping_) return;
      woken_ = false;
    }
    for (const Delivery& delivery : sandbox_.take_due_webhooks()) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      deliver(delivery);
    }
  }
}

void WebhookSender::deliver(const Delivery& delivery) {
  const Address address = split(delivery.url);
  httplib::Client client(address.origin);
  if (!client.is_valid()) return sandbox_.report_webhook(delivery, 0);
  client.set_connection_timeout(kWebhookTimeoutSeconds);
  client.set_read_timeout(kWebhookTimeoutSeconds);
  client.set_write_timeout(kWebhookTimeoutSeconds);
  client.set_max_timeout(std::chrono::seconds(kWebhookTimeoutSeconds));
  httplib::Headers headers;
  for (const auto& [name, value] : delivery.headers) headers.emplace(name, value);
  const auto result = client.Post(address.path, headers, delivery.body, delivery.content_type);
  sandbox_.report_webhook(delivery, result ? result->status : 0);
}

}  // namespace tsunagi::smaregi_sandbox

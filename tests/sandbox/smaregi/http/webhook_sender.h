#pragma once
// Posts the due webhooks, one after the other, with the platform's time-out of 3 s (§4).

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int kWebhookTimeoutSeconds = 3;

class WebhookSender {
 public:
  explicit WebhookSender(Sandbox& sandbox);
  ~WebhookSender();  // finishes the delivery that is running
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  void wake();  // something may be due

 private:
  void run();
  void deliver(const Delivery& delivery);

  Sandbox& sandbox_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool woken_ = false, stopping_ = false;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace tsunagi::smaregi_sandbox

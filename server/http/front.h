#pragma once
// The listening socket and everything between it and a handler. One thread waits for all
// connections and collects their requests; a request takes one of the pool's threads only when it
// is complete, so that a client that sends slowly costs a few kilobytes and no thread. Connections,
// buffered bytes, the queue, idle time and the time a request may take to arrive are bounded. Plain
// HTTP/1.1: a TLS proxy stands in front.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/http/message.h"
#include "server/http/request_frame.h"

namespace tsunagi::http {

struct FrontOptions {
  std::string host = "127.0.0.1";
  int port = 0;
  size_t threads = 128;
  size_t queue = 4'096;        // complete requests that wait for a thread; 503 beyond
  size_t connections = 8'192;  // beyond, the longest idle one is closed, or the new one is
  size_t buffered_bytes = 128UL * 1024 * 1024;  // of all unfinished requests; 503 beyond
  size_t requests_a_connection = 10'000;
  std::chrono::milliseconds head_deadline{2'000};   // from the first byte
  std::chrono::milliseconds body_deadline{5'000};   // from the end of the head
  std::chrono::milliseconds idle_deadline{15'000};  // between requests
  std::chrono::milliseconds write_deadline{5'000};
  std::chrono::milliseconds drain_deadline{10'000};  // a stop waits this long for what is under way
  BodyLimit body_limit = nullptr;
};

struct FrontFigures {
  int64_t open = 0;
  int64_t refused = 0;  // connections turned away, or closed to make room, since the start
};

class Front {
 public:
  // Told of each request that was refused before a handler saw it: 400, 408, 413, 414, 431, 503.
  using OnRefused = std::function<void(const Reply&)>;
  Front(FrontOptions options, Handler handler, OnRefused on_refused);
  ~Front();  // stops
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Binds and starts to serve on threads of its own. false: the address is taken or not ours.
  [[nodiscard]] bool start();
  [[nodiscard]] int port() const;
  // Accepts no more, answers every request that has begun to arrive, then returns. Safe to call
  // twice.
  void stop();
  [[nodiscard]] FrontFigures figures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi::http

#pragma once
// Answers complete requests: cpp-httplib parses them and writes the answers. Where requests come
// from, and when a connection ends, is the front's.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"
#include "server/http/request_frame.h"

namespace tsunagi::http {

class Answerer {
 public:
  using OnRefused = std::function<void(const Reply&)>;
  Answerer(const Handler& handler, const OnRefused& on_refused);
  ~Answerer();
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  // The port that is listened on (0 asks for any free one); -1 when the address is taken or not
  // ours.
  [[nodiscard]] int bind(const std::string& host, int port);
  [[nodiscard]] int listener() const;  // not blocking
  void close_listener();

  struct Arrived {
    std::string_view bytes;  // from the first byte of the request on, all of it
    const RequestFrame& frame;
    const std::string& peer;
    uint64_t id = 0;
  };
  // false: the connection is to be closed.
  bool answer(int fd, const Arrived& request, bool close_afterwards,
              std::chrono::steady_clock::time_point deadline);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

// Sends what the socket takes, at least a byte, waiting for room until the deadline. -1: closed, or
// too late.
ssize_t send_some(int fd, std::string_view data, std::chrono::steady_clock::time_point deadline);
std::string_view reason_phrase(int status);

}  // namespace tsunagi::http

#include "server/http/answerer.h"

#include <fcntl.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

namespace tsunagi::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

constexpr int kBacklog = 1'024;
// What answers promise a client that asks again; the options decide.
constexpr size_t kPromisedRequests = 1'000;
constexpr time_t kPromisedIdle = 10;

// The request that this thread is answering; handlers get at body and id through it.
struct Current {
  std::string_view target;
  std::string_view body;
  uint64_t id = 0;
};
thread_local Current* current = nullptr;  // set for the time of one process_request

// What the library reads is a request that is here already, so its end is the end of the stream. It
// is given in two parts: a request line of ours, with "/" for the address (the routes read the
// address themselves, undecoded, so the library need not take it apart), then the headers and the
// body as they came.
class ConnectionStream final : public httplib::Stream {
 public:
  struct Parts {
    std::string_view line, rest;
  };
  ConnectionStream(int fd, Parts parts, TimePoint deadline)
      : fd_(fd), now_(parts.line), next_(parts.rest), deadline_(deadline) {}

  [[nodiscard]] bool is_readable() const override { return !now_.empty(); }
  [[nodiscard]] bool wait_readable() const override { return !now_.empty(); }
  [[nodiscard]] bool wait_writable() const override { return true; }
  [[nodiscard]] bool is_peer_alive() const override { return true; }
  ssize_t read(char* out, size_t size) override {
    const size_t taken = std::min(size, now_.size());
    std::memcpy(out, now_.data(), taken);
    consume_buffered(taken);
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* data, size_t size) override {
    return send_some(fd_, {data, size}, deadline_);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  [[nodiscard]] int socket() const override { return fd_; }
  [[nodiscard]] time_t duration() const override { return 0; }
  const char* buffered_data(size_t& size) const override {
    size = now_.size();
    return size == 0 ? nullptr : now_.data();
  }
  void consume_buffered(size_t size) override {
    now_.remove_prefix(size);
    if (now_.empty()) now_ = std::exchange(next_, {});
  }

 private:
  const int fd_;
  std::string_view now_, next_;
  const TimePoint deadline_;
};

void fill(httplib::Response& response, Reply reply) {
  response.status = reply.status;
  for (auto& [name, value] : reply.headers) response.set_header(name, value);
  if (reply.shared_body != nullptr) {
    response.set_content(*reply.shared_body, reply.content_type);
  } else {
    response.set_content(std::move(reply.body), reply.content_type);
  }
}

}  // namespace

// httplib parses the request and writes the answer; where requests come from is ours.
class Answerer::Parser final : public httplib::Server {
 public:
  Parser(const tsunagi::http::Handler& handler, const OnRefused& on_refused) : handler_(handler) {
    set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
      serve(from, to);
      return HandlerResponse::Handled;
    });
    set_error_handler([on_refused](const httplib::Request&, httplib::Response& to) {
      if (!to.body.empty()) return;  // a route's own
      Reply reply = refuse(to.status, "request", "The request is not valid HTTP.");
      on_refused(reply);
      fill(to, std::move(reply));
    });
    // The library's own choice shares the address with whoever else asks for it.
    set_socket_options([](int fd) { httplib::set_socket_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1); });
    set_default_headers({{"X-Content-Type-Options", "nosniff"}});
    set_keep_alive_max_count(kPromisedRequests);  // counted by the front; only printed by httplib
    set_keep_alive_timeout(kPromisedIdle);
  }

  [[nodiscard]] int bind(const std::string& host, int port) {
    const int bound = port == 0 ? bind_to_any_port(host) : (bind_to_port(host, port) ? port : -1);
    if (bound < 0) return -1;
    ::listen(svr_sock_, kBacklog);
    ::fcntl(svr_sock_, F_SETFL, ::fcntl(svr_sock_, F_GETFL) | O_NONBLOCK);
    return bound;
  }
  [[nodiscard]] int listener() const { return svr_sock_; }
  void close_listener() {
    const int fd = svr_sock_.exchange(-1);
    if (fd >= 0) ::close(fd);
  }
  // false: the connection is to be closed.
  bool answer(ConnectionStream& stream, const std::string& peer, bool close_afterwards) {
    bool closed = false;
    const bool written = serve_guarded(
        [&] { return process_request(stream, peer, 0, {}, 0, close_afterwards, closed, nullptr); });
    return written && !closed && !close_afterwards;
  }

 private:
  void serve(const httplib::Request& from, httplib::Response& to) {
    Request request;
    const std::string_view target = current->target;
    const size_t mark = target.find('?');
    request.method =
        from.method == "HEAD" ? std::string_view("GET") : std::string_view(from.method);
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    request.body = current->body;
    request.id = current->id;
    request.header = [&from](const char* name) {
      const auto [first, last] = from.headers.equal_range(name);
      if (first == last || std::next(first) != last) return std::string();
      return first->second;
    };
    fill(to, handler_(request));
  }
  const tsunagi::http::Handler& handler_;
};

Answerer::Answerer(const Handler& handler, const OnRefused& on_refused)
    : parser_(std::make_unique<Parser>(handler, on_refused)) {}
Answerer::~Answerer() = default;
int Answerer::bind(const std::string& host, int port) { return parser_->bind(host, port); }
int Answerer::listener() const { return parser_->listener(); }
void Answerer::close_listener() { parser_->close_listener(); }

bool Answerer::answer(int fd, const Arrived& request, bool close_afterwards, TimePoint deadline) {
  const RequestFrame& frame = request.frame;
  Current now{frame.target(request.bytes), frame.body(request.bytes), request.id};
  current = &now;
  std::string line(frame.method(request.bytes));
  line += frame.http10() ? " / HTTP/1.0\r\n" : " / HTTP/1.1\r\n";
  const size_t headers = frame.headers_at();
  ConnectionStream stream(fd, {line, request.bytes.substr(headers, frame.length() - headers)},
                          deadline);
  const bool open = parser_->answer(stream, request.peer, close_afterwards);
  current = nullptr;
  return open;
}

ssize_t send_some(int fd, std::string_view data, TimePoint deadline) {
  while (true) {
    const ssize_t sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    pollfd waiting{fd, POLLOUT, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return -1;
  }
}

std::string_view reason_phrase(int status) { return httplib::status_message(status); }

}  // namespace tsunagi::http

#include "server/http/front.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/base/thread_pool.h"
#include "server/http/answerer.h"

namespace tsunagi::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

constexpr int kEventsAtOnce = 256;
constexpr int kAcceptsAtOnce = 256;
constexpr size_t kReadBytes = 16 * 1024;
constexpr std::chrono::milliseconds kSweepEvery{100};
// A connection that asks again at once keeps its thread; this long the thread waits for it.
constexpr std::chrono::milliseconds kLinger{5};
// After a refusal the rest of what was sent is read and thrown away, so that the refusal is not
// lost with a reset.
constexpr std::chrono::milliseconds kDiscardFor{1'000};
constexpr size_t kDiscardBytes = 16UL * 1024 * 1024;
// In a stop, how long an idle connection may still bring a request that was under way.
constexpr std::chrono::milliseconds kLastCall{250};
// Large enough for every answer of ours: a client that reads slowly holds the kernel's memory, not
// a thread.
constexpr int kSendBufferBytes = 256 * 1024;

struct Connection {
  Connection(int socket, BodyLimit limit) : fd(socket), frame(limit) {}
  ~Connection() { ::close(fd); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class State : uint8_t { kReading, kServing, kDiscarding, kGone };

  const int fd;
  std::string buffer;  // from the first byte of the current request on
  RequestFrame frame;
  size_t served = 0;
  size_t discarded = 0;
  std::string peer;
  // Guarded by the front's mutex while not being served; otherwise the serving thread's own.
  State state = State::kReading;
  bool head_seen = false;
  TimePoint deadline;
};

}  // namespace

struct Front::State {
  State(FrontOptions given, Handler answer, OnRefused refused)
      : options(std::move(given)),
        handler(std::move(answer)),
        on_refused(std::move(refused)),
        answerer(handler, on_refused) {}
  ~State() {
    if (wake_fd >= 0) ::close(wake_fd);
    if (epoll_fd >= 0) ::close(epoll_fd);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool start();
  void stop();
  void run();  // the waiting thread
  void accept_all();
  void add(int fd, std::string peer);
  bool close_longest_idle();  // mutex held
  void on_readable(Connection* connection);
  void sweep();
  void dispatch(Connection* connection);
  void serve(Connection* connection);  // on a thread of the pool
  bool ask_again(Connection* connection);
  void reject(Connection* connection, const Reply& reply);
  void keep(Connection* connection, Connection::State state, TimePoint deadline);
  void drop(Connection* connection);  // ends the connection
  bool read_some(Connection* connection, bool& ended);
  void update_deadline(Connection* connection);
  [[nodiscard]] bool finished();

  FrontOptions options;
  Handler handler;
  OnRefused on_refused;
  Answerer answerer;
  int port = 0;
  int epoll_fd = -1;
  int wake_fd = -1;
  std::atomic<bool> stopping{false};
  std::atomic<int64_t> refused{0};
  std::atomic<size_t> busy{0};      // threads that answer a request
  std::atomic<size_t> buffered{0};  // bytes in all connections' buffers
  std::atomic<uint64_t> next_id{1};
  TimePoint stop_at;  // of the waiting thread
  std::mutex mutex;   // guards connections, and what a Connection says
  std::unordered_set<Connection*> connections;
  std::vector<std::unique_ptr<Connection>> gone;  // the waiting thread's own
  std::unique_ptr<ThreadPool> pool;
  std::thread waiter;
};

bool Front::State::start() {
  std::random_device seed;
  next_id = (static_cast<uint64_t>(seed()) << 32U) | seed();
  port = answerer.bind(options.host, options.port);
  if (port < 0) return false;
  epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_fd < 0 || wake_fd < 0) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &answerer;  // the listener
  ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, answerer.listener(), &event);
  event.data.ptr = this;  // the call to stop
  ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event);
  pool = std::make_unique<ThreadPool>(
      ThreadPoolLimits{.threads = options.threads, .queue = options.queue});
  waiter = std::thread([this] { run(); });
  return true;
}

void Front::State::stop() {
  if (!waiter.joinable()) return;
  stopping = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd, &one, sizeof one);
  waiter.join();
  pool.reset();  // finishes what was accepted
  const std::lock_guard lock(mutex);
  for (Connection* connection : connections) delete connection;
  connections.clear();
}

void Front::State::run() {
  std::array<epoll_event, kEventsAtOnce> events{};
  TimePoint next_sweep = SteadyClock::now() + kSweepEvery;
  bool draining = false;
  while (true) {
    const int count =
        ::epoll_wait(epoll_fd, events.data(), kEventsAtOnce, static_cast<int>(kSweepEvery.count()));
    for (int i = 0; i < count; ++i) {
      void* what = events[static_cast<size_t>(i)].data.ptr;
      if (what == &answerer) {
        accept_all();
      } else if (what != this) {
        on_readable(static_cast<Connection*>(what));
      }
    }
    gone.clear();
    if (stopping && !draining) {
      draining = true;
      accept_all();  // whoever was connected before the stop is served
      ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, answerer.listener(), nullptr);
      ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, wake_fd, nullptr);
      answerer.close_listener();
      gone.clear();
      stop_at = SteadyClock::now();
    }
    const TimePoint now = SteadyClock::now();
    if (draining || now >= next_sweep) {
      sweep();
      next_sweep = now + kSweepEvery;
    }
    if (draining && finished()) return;
  }
}

bool Front::State::finished() {
  if (SteadyClock::now() - stop_at > options.drain_deadline) return true;
  const std::lock_guard lock(mutex);
  return connections.empty();
}

void Front::State::accept_all() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int fd = ::accept4(answerer.listener(), reinterpret_cast<sockaddr*>(&address), &length,
                             SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;  // none left, or no descriptor left: tried again with the next event
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    std::array<char, NI_MAXHOST> host{};
    ::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host.data(), host.size(), nullptr,
                  0, NI_NUMERICHOST);
    add(fd, host.data());
  }
}

// The longest idle connection makes room. An event of this round may still name it, so it is
// deleted after the round.
bool Front::State::close_longest_idle() {
  Connection* oldest = nullptr;
  for (Connection* connection : connections) {
    const bool idle =
        connection->state == Connection::State::kReading && connection->buffer.empty();
    if (idle && (oldest == nullptr || connection->deadline < oldest->deadline)) oldest = connection;
  }
  if (oldest == nullptr) return false;
  oldest->state = Connection::State::kGone;
  ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, oldest->fd, nullptr);
  connections.erase(oldest);
  gone.emplace_back(oldest);
  return true;
}

void Front::State::add(int fd, std::string peer) {
  auto connection = std::make_unique<Connection>(fd, options.body_limit);
  connection->peer = std::move(peer);
  connection->deadline = SteadyClock::now() + options.idle_deadline;
  const std::lock_guard lock(mutex);
  if (connections.size() >= options.connections) {
    ++refused;
    if (!close_longest_idle()) return;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.ptr = connection.get();
  if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) return;
  connections.insert(connection.release());
}

// false: nothing came (now). ended: the peer has closed, or failed.
bool Front::State::read_some(Connection* connection, bool& ended) {
  std::array<char, kReadBytes>
      bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
  while (true) {
    const ssize_t count = ::recv(connection->fd, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      connection->buffer.append(bytes.data(), static_cast<size_t>(count));
      buffered += static_cast<size_t>(count);
      return true;
    }
    if (count < 0 && errno == EINTR) continue;
    ended = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return false;
  }
}

void Front::State::keep(Connection* connection, Connection::State state, TimePoint deadline) {
  const std::lock_guard lock(mutex);
  connection->state = state;
  connection->deadline = deadline;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.ptr = connection;
  ::epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

void Front::State::drop(Connection* connection) {
  buffered -= connection->buffer.size();
  {
    const std::lock_guard lock(mutex);
    connections.erase(connection);
  }
  delete connection;
}

// Says why, then throws away what still comes for a moment, then closes.
void Front::State::reject(Connection* connection, const Reply& reply) {
  on_refused(reply);
  std::string text =
      "HTTP/1.1 " + std::to_string(reply.status) + ' ' + std::string(reason_phrase(reply.status)) +
      "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nConnection: close\r\n"
      "Content-Length: " +
      std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
  send_some(connection->fd, text, SteadyClock::now());
  ::shutdown(connection->fd, SHUT_WR);
  buffered -= connection->buffer.size();
  connection->buffer.clear();
  connection->buffer.shrink_to_fit();
  keep(connection, Connection::State::kDiscarding, SteadyClock::now() + kDiscardFor);
}

void Front::State::update_deadline(Connection* connection) {
  const TimePoint now = SteadyClock::now();
  if (connection->buffer.empty()) {
    connection->head_seen = false;
    connection->deadline = now + options.idle_deadline;
  } else if (!connection->head_seen) {
    if (connection->frame.in_body()) {
      connection->head_seen = true;
      connection->deadline = now + options.body_deadline;
    }
  }
}

void Front::State::on_readable(Connection* connection) {
  bool ended = false;
  Connection::State state = Connection::State::kGone;
  {
    // Whoever served the connection let go of it below this mutex: from here on its bytes are this
    // thread's.
    const std::lock_guard lock(mutex);
    state = connection->state;
  }
  if (state == Connection::State::kGone) return;
  if (state == Connection::State::kDiscarding) {
    std::array<char, kReadBytes>
        bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): thrown away
    const ssize_t count = ::recv(connection->fd, bytes.data(), bytes.size(), 0);
    if (count > 0) connection->discarded += static_cast<size_t>(count);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) ||
        connection->discarded > kDiscardBytes) {
      return drop(connection);
    }
    return keep(connection, Connection::State::kDiscarding, connection->deadline);
  }
  const bool was_empty = connection->buffer.empty();
  const bool more = read_some(connection, ended);
  if (ended) return drop(connection);
  if (more && was_empty) connection->deadline = SteadyClock::now() + options.head_deadline;
  switch (connection->frame.step(connection->buffer)) {
    case RequestFrame::Step::kComplete:
      return dispatch(connection);
    case RequestFrame::Step::kRefused:
      return reject(connection, refuse(connection->frame.status(), connection->frame.code(),
                                       connection->frame.reason()));
    case RequestFrame::Step::kNeedMore:
      break;
  }
  if (buffered > options.buffered_bytes) {
    return reject(connection,
                  refuse(503, "busy", "Too much is being sent to this server. Try again."));
  }
  if (connection->frame.take_continue()) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    send_some(connection->fd, kContinue, SteadyClock::now());
  }
  update_deadline(connection);
  keep(connection, Connection::State::kReading, connection->deadline);
}

void Front::State::dispatch(Connection* connection) {
  {
    const std::lock_guard lock(mutex);
    connection->state = Connection::State::kServing;
  }
  if (!pool->post([this, connection] { serve(connection); })) {
    reject(connection, refuse(503, "busy", "Too many requests wait. Try again."));
  }
}

// Whether the next request of the connection is complete in its buffer: if so this thread goes on
// with it.
bool Front::State::ask_again(Connection* connection) {
  bool yielded = false;
  bool waited = false;
  while (true) {
    switch (connection->frame.step(connection->buffer)) {
      case RequestFrame::Step::kComplete:
        return true;
      case RequestFrame::Step::kRefused:
        reject(connection, refuse(connection->frame.status(), connection->frame.code(),
                                  connection->frame.reason()));
        return false;
      case RequestFrame::Step::kNeedMore:
        break;
    }
    bool ended = false;
    if (read_some(connection, ended)) continue;
    if (ended) {
      drop(connection);
      return false;
    }
    // Most clients that ask again do it at once: giving way to them is cheaper than sleeping until
    // they have.
    if (!yielded && connection->buffer.empty()) {
      yielded = true;
      std::this_thread::yield();
      continue;
    }
    pollfd waiting{connection->fd, POLLIN, 0};
    if (!waited && connection->buffer.empty() && !stopping && busy < options.threads / 2 &&
        ::poll(&waiting, 1, static_cast<int>(kLinger.count())) > 0) {
      waited = true;
      continue;
    }
    connection->head_seen = false;
    const auto patience =
        connection->buffer.empty() ? options.idle_deadline : options.head_deadline;
    keep(connection, Connection::State::kReading, SteadyClock::now() + patience);
    return false;
  }
}

void Front::State::serve(Connection* connection) {
  ++busy;
  bool more = true;
  while (more) {
    const size_t length = connection->frame.length();
    const bool last = stopping || ++connection->served >= options.requests_a_connection;
    const Answerer::Arrived request{.bytes = connection->buffer,
                                    .frame = connection->frame,
                                    .peer = connection->peer,
                                    .id = next_id++};
    const bool open =
        answerer.answer(connection->fd, request, last, SteadyClock::now() + options.write_deadline);
    if (!open) {
      drop(connection);
      break;
    }
    connection->buffer.erase(0, length);
    buffered -= length;
    connection->frame = RequestFrame(options.body_limit);
    more = ask_again(connection);
  }
  --busy;
}

void Front::State::sweep() {
  const TimePoint now = SteadyClock::now();
  std::vector<Connection*> late;
  std::vector<Connection*> over;
  {
    const std::lock_guard lock(mutex);
    for (Connection* connection : connections) {
      if (connection->state == Connection::State::kServing) continue;
      const bool silent = connection->buffer.empty();
      const bool discarding = connection->state == Connection::State::kDiscarding;
      const bool last_call = stopping && silent && now - stop_at > kLastCall;
      if (now < connection->deadline && !last_call) continue;
      (silent || discarding ? over : late).push_back(connection);
    }
  }
  // Only this thread touches connections that are not being served.
  for (Connection* connection : over) drop(connection);
  for (Connection* connection : late) {
    reject(connection, refuse(408, "too_slow", "The request did not arrive in time."));
  }
}

Front::Front(FrontOptions options, Handler handler, OnRefused on_refused)
    : state_(
          std::make_unique<State>(std::move(options), std::move(handler), std::move(on_refused))) {}
Front::~Front() { stop(); }
bool Front::start() { return state_->start(); }
int Front::port() const { return state_->port; }
void Front::stop() { state_->stop(); }
FrontFigures Front::figures() const {
  const std::lock_guard lock(state_->mutex);
  return {static_cast<int64_t>(state_->connections.size()), state_->refused.load()};
}

}  // namespace tsunagi::http

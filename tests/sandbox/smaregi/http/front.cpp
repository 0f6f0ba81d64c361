#include "tests/sandbox/smaregi/http/front.h"

#include <httplib.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "tests/sandbox/smaregi/http/till_page.h"
#include "tests/sandbox/smaregi/http/webhook_sender.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr size_t kThreads = 64;
constexpr size_t kMaxQueued = 1024;
constexpr time_t kReadSeconds = 10, kWriteSeconds = 10, kKeepAliveSeconds = 30;
constexpr size_t kKeepAliveRequests = 100'000;
constexpr const char* kDropMark = "X-Sandbox-Drop";  // never leaves this process

// Nothing when the query is no form text.
std::optional<Request> translate(const httplib::Request& from) {
  Request to{.method = from.method,
             .path = from.path,
             .query = {},
             .authorization = from.get_header_value("Authorization"),
             .content_type = from.get_header_value("Content-Type"),
             .host = from.get_header_value("Host"),
             .body = from.body};
  const size_t mark = from.target.find('?');
  if (mark != std::string::npos) {
    auto query = parse_form(std::string_view(from.target).substr(mark + 1));
    if (!query) return std::nullopt;
    to.query = std::move(*query);  // in order, doubles kept
  }
  return to;
}

Reply handle(Sandbox& sandbox, const httplib::Request& from) {
  const std::optional<Request> request = translate(from);
  if (request) return sandbox.handle(*request);
  return {.status = 400,
          .content_type = "application/problem+json",
          .body = problem_body(400, "malformed query")};
}

void answer(const Reply& reply, httplib::Response& to) {
  to.status = reply.status;
  for (const auto& [name, value] : reply.headers) to.set_header(name, value);
  to.set_content(reply.body, reply.content_type);
}

// RFC 9110, 5.6.7.
std::string http_date(int64_t unix_seconds) {
  const time_t seconds = unix_seconds;
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

bool is_platform_path(const std::string& path) {
  return !path.starts_with("/_sandbox") && !path.starts_with("/till") && path != "/favicon.ico";
}

// Announces the whole body, sends the first half, closes.
void send_half(std::string body, const std::string& type, httplib::Response& to) {
  const size_t length = body.size();
  to.set_content_provider(length, type,
                          [body = std::move(body)](size_t, size_t, httplib::DataSink& sink) {
                            sink.write(body.data(), body.size() / 2);
                            return false;
                          });
}

// What the fault leaves of the reply.
void spoil(const Fault& fault, const Reply& reply, httplib::Response& to) {
  if (fault.drop) {
    to.set_header(kDropMark, "1");
    return;
  }
  if (fault.html) {
    to.status = fault.status == 0 ? 200 : fault.status;
    to.set_content("<!doctype html><html><body><h1>ただいまメンテナンス中です</h1></body></html>",
                   "text/html; charset=utf-8");
    return;
  }
  if (fault.status != 0) {
    to.status = fault.status;
    if (fault.status == 429) to.set_header("Retry-After", "1");
    to.set_content(problem_body(fault.status, fault.detail), "application/problem+json");
    return;
  }
  answer(reply, to);
  if (fault.half_body) send_half(reply.body, reply.content_type, to);
}

}  // namespace

struct Front::Parts {
  Parts(Sandbox& sandbox_in, const Options& options_in)
      : sandbox(sandbox_in), options(options_in), sender(sandbox_in) {}

  void serve(const httplib::Request& from, httplib::Response& to);
  void serve_platform(const httplib::Request& from, httplib::Response& to);
  void configure();

  Sandbox& sandbox;
  const Options options;
  WebhookSender sender;
  httplib::Server server;
  int port = 0;
};

void Front::Parts::serve_platform(const httplib::Request& from, httplib::Response& to) {
  const auto start = std::chrono::steady_clock::now();
  const int64_t at = sandbox.now_ms();
  const Fault fault = sandbox.fault_for(from.path);
  if (fault.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(fault.delay_ms));
  // A status, a page or a drop in place of the answer means that the platform did not do it; half a
  // body means it did.
  const bool refused = fault.status != 0 || fault.html || fault.drop;
  const Reply reply = refused ? Reply{} : handle(sandbox, from);
  spoil(fault, reply, to);
  to.set_header("Date", http_date(at / 1000));
  const auto took = std::chrono::steady_clock::now() - start;
  const size_t mark = from.target.find('?');
  sandbox.log({.method = from.method,
               .path = from.path,
               .query = mark == std::string::npos ? "" : from.target.substr(mark + 1),
               .client_id = reply.client_id,
               .status = fault.drop ? 0 : to.status,
               .at_ms = at,
               .took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
               .faulted = refused || fault.half_body || fault.delay_ms > 0});
}

void Front::Parts::serve(const httplib::Request& from, httplib::Response& to) {
  if (is_platform_path(from.path)) {
    serve_platform(from, to);
  } else if (!serve_till_page(from, to, options.till_language)) {
    answer(handle(sandbox, from), to);
    to.set_header("Cache-Control", "no-store");
  }
  sender.wake();  // the call may have made events
}

void Front::Parts::configure() {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads, kThreads, kMaxQueued); };
  server.set_payload_max_length(kMaxBodyBytes);
  server.set_read_timeout(kReadSeconds);
  server.set_write_timeout(kWriteSeconds);
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_keep_alive_max_count(kKeepAliveRequests);
  server.set_tcp_nodelay(true);
  server.set_header_writer([](httplib::Stream& stream, httplib::Headers& headers) -> ssize_t {
    return headers.find(kDropMark) != headers.end()
               ? -1
               : httplib::detail::write_headers(stream, headers);
  });
  const auto handler = [this](const httplib::Request& from, httplib::Response& to) {
    serve(from, to);
  };
  server.Get(".*", handler);
  server.Post(".*", handler);
  server.Put(".*", handler);
  server.Patch(".*", handler);
  server.Delete(".*", handler);
  port = options.port == 0 ? server.bind_to_any_port("127.0.0.1")
                           : (server.bind_to_port("127.0.0.1", options.port) ? options.port : 0);
  if (port < 0) port = 0;
}

Front::Front(Sandbox& sandbox, const Options& options)
    : parts_(std::make_unique<Parts>(sandbox, options)) {
  parts_->configure();
}

Front::~Front() = default;

int Front::port() const { return parts_->port; }

void Front::run() {
  if (parts_->port != 0) parts_->server.listen_after_bind();
}

void Front::stop() { parts_->server.stop(); }

}  // namespace tsunagi::smaregi_sandbox

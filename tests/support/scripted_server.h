#pragma once
// An HTTP server on loopback that answers what a test tells it to, well or badly, and remembers
// what it was asked.

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tsunagi::test {

struct Answer {
  enum class Manner : uint8_t {
    kPlain,
    kHalfBody,
    kNever,    // silent until the server goes
    kTrickle,  // a byte every 20 ms
  };

  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  Manner manner = Manner::kPlain;
  std::string type = "application/json";
};

inline Answer ok(std::string body) { return {.body = std::move(body)}; }
inline Answer status(int code, std::string body = "{}") {
  return {.status = code, .body = std::move(body)};
}
inline Answer throttled(const std::string& seconds) {
  return {.status = 429, .body = "{}", .headers = {{"Retry-After", seconds}}};
}
inline Answer html() {
  return {.body = "<!doctype html><h1>Maintenance</h1>", .type = "text/html"};
}
inline Answer half_body() {
  return {.body = R"([{"customerId":"1"}])", .manner = Answer::Manner::kHalfBody};
}
inline Answer trickle() { return {.manner = Answer::Manner::kTrickle}; }
inline Answer never() { return {.manner = Answer::Manner::kNever}; }

struct Seen {
  std::string method;
  std::string target;       // as sent
  std::string path, query;  // path decoded; query as sent, from its "?"
  std::string body, authorization;
  std::multimap<std::string, std::string> fields;  // of the query
  std::multimap<std::string, std::string> headers;
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

class ScriptedServer {
 public:
  using Handler = std::function<Answer(const Seen&)>;

  ScriptedServer() {
    const auto any = [this](const httplib::Request& request, httplib::Response& response) {
      handle(request, response);
    };
    server_.new_task_queue = [] { return new httplib::ThreadPool(64); };
    server_.Get(".*", any).Post(".*", any).Patch(".*", any).Delete(".*", any);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~ScriptedServer() {
    {
      const std::scoped_lock lock(mutex_);
      going_ = true;
    }
    changed_.notify_all();
    server_.stop();
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The answers to "GET /path", in turn; the last one repeats.
  void on(const std::string& method_and_path, std::vector<Answer> answers) {
    const std::scoped_lock lock(mutex_);
    scripts_[method_and_path] = {answers.begin(), answers.end()};
  }
  void on(const std::string& method_and_path, Handler handler) {
    const std::scoped_lock lock(mutex_);
    handlers_[method_and_path] = std::move(handler);
  }

  [[nodiscard]] std::vector<Seen> seen(const std::string& method_and_path) const {
    const std::scoped_lock lock(mutex_);
    std::vector<Seen> some;
    for (const Seen& one : seen_) {
      if (one.method + " " + one.path == method_and_path) some.push_back(one);
    }
    return some;
  }
  [[nodiscard]] size_t count(const std::string& method_and_path) const {
    return seen(method_and_path).size();
  }
  [[nodiscard]] size_t count() const {
    const std::scoped_lock lock(mutex_);
    return seen_.size();
  }
  // Returns once that many requests were seen.
  void wait_for(const std::string& method_and_path, size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      size_t so_far = 0;
      for (const Seen& one : seen_) so_far += one.method + " " + one.path == method_and_path;
      return so_far >= count;
    });
  }
  [[nodiscard]] size_t connections() const {
    const std::scoped_lock lock(mutex_);
    return peers_.size();
  }

 private:
  void handle(const httplib::Request& request, httplib::Response& response) {
    Seen one{
        .method = request.method,
        .target = request.target,
        .path = request.path,
        .query = request.target.substr(std::min(request.target.size(), request.target.find('?'))),
        .body = request.body,
        .authorization = request.get_header_value("Authorization"),
        .fields = {request.params.begin(), request.params.end()},
        .headers = {}};
    for (const auto& [name, value] : request.headers) one.headers.emplace(name, value);
    Handler handler;
    Answer answer{.status = 404, .body = R"({"title":"NotFound","status":404})"};
    {
      const std::scoped_lock lock(mutex_);
      const std::string key = one.method + " " + one.path;
      seen_.push_back(one);
      peers_[request.remote_port] = true;
      if (const auto found = handlers_.find(key); found != handlers_.end()) {
        handler = found->second;
      } else if (const auto script = scripts_.find(key); script != scripts_.end()) {
        answer = script->second.front();
        if (script->second.size() > 1) script->second.pop_front();
      }
    }
    changed_.notify_all();
    if (handler) answer = handler(one);
    send(answer, response);
  }

  void send(const Answer& answer, httplib::Response& response) {
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    if (answer.manner == Answer::Manner::kNever) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return going_; });
    } else if (answer.manner == Answer::Manner::kHalfBody) {
      response.set_content_provider(answer.body.size(), answer.type,
                                    [body = answer.body](size_t, size_t, httplib::DataSink& sink) {
                                      sink.write(body.data(), body.size() / 2);
                                      return false;
                                    });
    } else if (answer.manner == Answer::Manner::kTrickle) {
      response.set_content_provider(
          1'000'000, answer.type, [this](size_t, size_t, httplib::DataSink& sink) {
            std::unique_lock lock(mutex_);
            const bool gone =
                changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return going_; });
            return !gone && sink.write("x", 1);
          });
    } else {
      response.set_content(answer.body, answer.type);
    }
  }

  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  bool going_ = false;
  std::map<std::string, std::deque<Answer>> scripts_;
  std::map<std::string, Handler> handlers_;
  std::vector<Seen> seen_;
  std::map<int, bool> peers_;
};

}  // namespace tsunagi::test

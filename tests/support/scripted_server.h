#pragma once
// An HTTP server on loopback that answers what a test tells it to, well or badly, and remembers
// what it was asked.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
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

  ScriptedServer();
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const;

  // The answers to "GET /path", in turn; the last one repeats.
  void on(const std::string& method_and_path, std::vector<Answer> answers);
  void on(const std::string& method_and_path, Handler handler);

  [[nodiscard]] std::vector<Seen> seen(const std::string& method_and_path) const;
  [[nodiscard]] size_t count(const std::string& method_and_path) const;
  [[nodiscard]] size_t count() const;
  // Returns once that many requests were seen.
  void wait_for(const std::string& method_and_path, size_t count);
  [[nodiscard]] size_t connections() const;

 private:
  struct State;  // httplib's server stays in the .cpp: it is long to read
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi::test

#include "tests/support/scripted_server.h"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace tsunagi::test {

struct ScriptedServer::State {
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
      const std::scoped_lock lock(mutex);
      const std::string key = one.method + " " + one.path;
      seen.push_back(one);
      peers[request.remote_port] = true;
      if (const auto found = handlers.find(key); found != handlers.end()) {
        handler = found->second;
      } else if (const auto script = scripts.find(key); script != scripts.end()) {
        answer = script->second.front();
        if (script->second.size() > 1) script->second.pop_front();
      }
    }
    changed.notify_all();
    if (handler) answer = handler(one);
    send(answer, response);
  }

  void send(const Answer& answer, httplib::Response& response) {
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    if (answer.manner == Answer::Manner::kNever) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return going; });
    } else if (answer.manner == Answer::Manner::kHalfBody) {
      response.set_content_provider(answer.body.size(), answer.type,
                                    [body = answer.body](size_t, size_t, httplib::DataSink& sink) {
                                      sink.write(body.data(), body.size() / 2);
                                      return false;
                                    });
    } else if (answer.manner == Answer::Manner::kTrickle) {
      response.set_content_provider(
          1'000'000, answer.type, [this](size_t, size_t, httplib::DataSink& sink) {
            std::unique_lock lock(mutex);
            const bool gone =
                changed.wait_for(lock, std::chrono::milliseconds(20), [this] { return going; });
            return !gone && sink.write("x", 1);
          });
    } else {
      response.set_content(answer.body, answer.type);
    }
  }

  httplib::Server server;
  int port = 0;
  std::thread thread;
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex:
  bool going = false;
  std::map<std::string, std::deque<Answer>> scripts;
  std::map<std::string, Handler> handlers;
  std::vector<Seen> seen;
  std::map<int, bool> peers;
};

ScriptedServer::ScriptedServer() : state_(std::make_unique<State>()) {
  const auto any = [this](const httplib::Request& request, httplib::Response& response) {
    state_->handle(request, response);
  };
  state_->server.new_task_queue = [] { return new httplib::ThreadPool(64); };
  state_->server.Get(".*", any).Post(".*", any).Patch(".*", any).Delete(".*", any);
  state_->port = state_->server.bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
  state_->server.wait_until_ready();
}

ScriptedServer::~ScriptedServer() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->going = true;
  }
  state_->changed.notify_all();
  state_->server.stop();
  state_->thread.join();
}

std::string ScriptedServer::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

void ScriptedServer::on(const std::string& method_and_path, std::vector<Answer> answers) {
  const std::scoped_lock lock(state_->mutex);
  state_->scripts[method_and_path] = {answers.begin(), answers.end()};
}

void ScriptedServer::on(const std::string& method_and_path, Handler handler) {
  const std::scoped_lock lock(state_->mutex);
  state_->handlers[method_and_path] = std::move(handler);
}

std::vector<Seen> ScriptedServer::seen(const std::string& method_and_path) const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<Seen> some;
  for (const Seen& one : state_->seen) {
    if (one.method + " " + one.path == method_and_path) some.push_back(one);
  }
  return some;
}

size_t ScriptedServer::count(const std::string& method_and_path) const {
  return seen(method_and_path).size();
}

size_t ScriptedServer::count() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->seen.size();
}

void ScriptedServer::wait_for(const std::string& method_and_path, size_t count) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] {
    size_t so_far = 0;
    for (const Seen& one : state_->seen) so_far += one.method + " " + one.path == method_and_path;
    return so_far >= count;
  });
}

size_t ScriptedServer::connections() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->peers.size();
}

}  // namespace tsunagi::test

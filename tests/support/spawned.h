#pragma once
// A program that a test starts and stops: its first line of output is JSON and says that it is
// ready.

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tsunagi::test {

class Spawned {
 public:
  explicit Spawned(std::vector<std::string> command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) {
      pid_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
    if (pid_ > 0) ready = nlohmann::json::parse(first_line(), nullptr, false);
  }
  ~Spawned() {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    if (output_ >= 0) close(output_);
  }
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;

  [[nodiscard]] bool ok() const { return ready.is_object(); }
  nlohmann::json ready;

 private:
  std::string first_line() const {
    constexpr int kPatienceMs = 30'000;
    std::string line;
    char c = 0;
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    while (poll(&waiting, 1, kPatienceMs) == 1 && read(output_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace tsunagi::test

// smaregi-sandbox: the stand-in of the Smaregi platform on loopback.
//   smaregi-sandbox --port N [--seed S] [--till-lang ja|en]
// Prints one line of JSON when ready and stops on SIGTERM or SIGINT.

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

#include "tests/sandbox/smaregi/http/front.h"

namespace {

using tsunagi::smaregi_sandbox::Front;

int serve(int port, uint64_t seed, const std::string& till_language) {
  // Blocked before any thread starts, so that only the waiting thread gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  tsunagi::smaregi_sandbox::WallClock clock;
  tsunagi::smaregi_sandbox::Sandbox sandbox(clock, seed);
  Front front(sandbox, {.port = port, .till_language = till_language});
  if (front.port() == 0) {
    std::cerr << "cannot listen on 127.0.0.1:" << port << "\n";
    return 1;
  }
  std::thread stopper([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    front.stop();
  });
  const std::string base = "http://127.0.0.1:" + std::to_string(front.port());
  std::cout << R"({"id":")" << base << R"(","api":")" << base << R"(","till":")" << base
            << R"(/till","control":")" << base << R"(/_sandbox","port":)" << front.port()
            << R"(,"seed":)" << seed << "}" << std::endl;
  front.run();
  kill(getpid(),
       SIGTERM);  // wakes the stopper if the server ended by itself; blocked for everybody else
  stopper.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  uint64_t seed = 1;
  std::string till_language = "ja";
  CLI::App app("Stand-in of the Smaregi platform, on loopback");
  app.add_option("--port", port, "port on 127.0.0.1; 0 takes a free one")
      ->check(CLI::Range(0, 65535));
  app.add_option("--seed", seed, "seed of tokens, event ids and faults");
  app.add_option("--till-lang", till_language, "language of the till page")
      ->check(CLI::IsMember({"ja", "en"}));
  CLI11_PARSE(app, argc, argv);
  return serve(port, seed, till_language);
}

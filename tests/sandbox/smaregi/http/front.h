#pragma once
// The stand-in over HTTP: translates requests, plays the faults, keeps the log, serves the till
// page and sends the webhooks. Loopback only.

#include <memory>
#include <string>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

class Front {
 public:
  struct Options {
    int port = 0;  // 0: any free one
    std::string till_language = "ja";
  };
  Front(Sandbox& sandbox, const Options& options);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  [[nodiscard]] int port() const;  // 0 when the port could not be had
  void run();                      // serves until stop()
  void stop();                     // from any thread; answers what is running first

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tsunagi::smaregi_sandbox

// Preloaded into a server, lets it live LATER_SECONDS from now, so that a test need not wait days
// for what happens after days: LD_PRELOAD=liblater.so LATER_SECONDS=518400. How long something
// takes is measured by another clock and stays true.
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace {

time_t later_by() {
  static const time_t seconds = [] {
    const char* text = getenv("LATER_SECONDS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return text != nullptr ? static_cast<time_t>(atoll(text)) : 0;
  }();
  return seconds;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto done = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += later_by();
  }
  return done;
}

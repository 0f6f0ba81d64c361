#pragma once
// The stand-in's clock and the two ways the platform writes time. Everything here is Japan time,
// UTC+9 all year.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tsunagi::smaregi_sandbox {

class VirtualClock {
 public:
  virtual ~VirtualClock() = default;
  [[nodiscard]] virtual int64_t now_ms() const = 0;  // unix time in milliseconds
  virtual void advance_ms(int64_t ms) = 0;
  [[nodiscard]] int64_t now() const { return now_ms() / 1000; }
};

// Stands still until advanced: for tests and the simulator.
class ManualClock final : public VirtualClock {
 public:
  explicit ManualClock(int64_t start_seconds) : now_ms_(start_seconds * 1000) {}
  [[nodiscard]] int64_t now_ms() const override { return now_ms_.load(); }
  void advance_ms(int64_t ms) override { now_ms_ += ms; }

 private:
  std::atomic<int64_t> now_ms_;
};

// The machine's clock plus what it was advanced by: for the HTTP front.
class WallClock final : public VirtualClock {
 public:
  [[nodiscard]] int64_t now_ms() const override;
  void advance_ms(int64_t ms) override { offset_ms_ += ms; }

 private:
  std::atomic<int64_t> offset_ms_{0};
};

// "2022-10-26T15:22:35+09:00" [DOC]
std::string format_date_time(int64_t unix_seconds);
// "2022-10-26": the day in Japan
std::string format_date(int64_t unix_seconds);
// Any offset; also the "+0900" that real clients send [NR], and "Z". std::nullopt when it is no
// such instant.
std::optional<int64_t> parse_date_time(std::string_view text);
// "YYYY-MM-DD" of a day that exists -> days since 1970-01-01
std::optional<int64_t> parse_date(std::string_view text);
// "YYYY-MM-DD" plus days / months / years; the last day of a shorter month is kept inside that
// month.
std::string add_to_date(std::string_view date, int days, int months);

}  // namespace tsunagi::smaregi_sandbox

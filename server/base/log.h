#pragma once
// The log: one JSON object a line. Callers only append to a bounded queue; a thread of its own
// formats and writes, so a slow disk never slows a request. When the queue is full the newest entry
// is dropped and counted. Never log a secret, a name, an address or a member code: ids, counts,
// routes and reasons are enough.
//
//   log.info("webhook.stored", {{"topic", topic}, {"tenant", tenant}});

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "server/base/config.h"

namespace tsunagi {

inline constexpr size_t kLogQueueEntries = 32'768;
inline constexpr size_t kLogValueMaxBytes = 512;  // longer values are cut

struct LogField {
  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const std::string& text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, int64_t figure)
      : name(field_name), value(std::to_string(figure)), number(true) {}
  LogField(std::string_view field_name, int figure)
      : LogField(field_name, static_cast<int64_t>(figure)) {}
  std::string_view name;  // a literal
  std::string value;
  bool number = false;
};

// A request that was answered: kept as plain figures, formatted by the log's thread.
struct AccessRecord {
  uint64_t request_id = 0;
  int64_t unix_us = 0;
  int64_t tenant = 0;  // 0: unknown
  uint32_t duration_us = 0;
  uint32_t bytes = 0;
  uint16_t status = 0;
  char method[8] = {};
  const char* route = "";  // a literal: the route's pattern, never the address asked for
  const char* code = "";   // a literal: the error's code, "" when there is none
};

class Log {
 public:
  explicit Log(
      const LogConfig& config);  // throws std::runtime_error when the file cannot be opened
  ~Log();                        // writes what is queued
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view event, std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::initializer_list<LogField> fields = {});
  void warning(std::string_view event, std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::initializer_list<LogField> fields = {});
  void access(const AccessRecord& record);

 private:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
  struct State;
  std::unique_ptr<State> state_;
};

// For a log line: the id of a request as people quote it.
std::string request_id_text(uint64_t id);

}  // namespace tsunagi

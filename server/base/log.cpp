#include "server/base/log.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace tsunagi {
namespace {

constexpr std::chrono::milliseconds kFlushEvery{100};

struct Line {
  LogLevel level = LogLevel::kInfo;
  int64_t unix_us = 0;
  std::string text;  // the fields after time and level
};
using Entry = std::variant<AccessRecord, Line>;

int64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

void append_number(std::string& out, int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_padded(std::string& out, int64_t value, int width) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(static_cast<size_t>(std::max<int64_t>(0, width - (end - digits.data()))), '0');
  out.append(digits.data(), end);
}

void append_time(std::string& out, int64_t unix_us) {
  using namespace std::chrono;
  const sys_time<microseconds> instant{microseconds{unix_us}};
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss clock{instant - day};
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, clock.hours().count(), 2);
  out += ':';
  append_padded(out, clock.minutes().count(), 2);
  out += ':';
  append_padded(out, clock.seconds().count(), 2);
  out += '.';
  append_padded(out, clock.subseconds().count(), 6);
  out += 'Z';
}

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text.substr(0, kLogValueMaxBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {  // a log line is ASCII: no control or direction mark
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void format(std::string& out, const AccessRecord& record) {
  out += R"({"time":")";
  append_time(out, record.unix_us);
  out += R"(","level":"info","event":"request","id":")";
  out += request_id_text(record.request_id);
  out += R"(","method":")";
  out += record.method;
  out += R"(","route":")";
  out += record.route;
  out += R"(","status":)";
  append_number(out, record.status);
  out += R"(,"us":)";
  append_number(out, record.duration_us);
  out += R"(,"bytes":)";
  append_number(out, record.bytes);
  if (record.tenant != 0) {
    out += R"(,"tenant":)";
    append_number(out, record.tenant);
  }
  if (*record.code != '\0') {
    out += R"(,"code":")";
    out += record.code;
    out += '"';
  }
  out += "}\n";
}

void format(std::string& out, const Line& line) {
  out += R"({"time":")";
  append_time(out, line.unix_us);
  out += R"(","level":")";
  out += level_name(line.level);
  out += '"';
  out += line.text;
  out += "}\n";
}

std::shared_ptr<spdlog::sinks::sink> open_sink(const LogConfig& config) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (config.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file);
  }
  // Lines arrive complete: no pattern, and no end of line of its own.
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%v", spdlog::pattern_time_type::utc, std::string()));
  return sink;
}

}  // namespace

std::string request_id_text(uint64_t id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = text.size(); i-- > 0; id >>= 4U) text[i] = kHex[id & 15U];
  return text;
}

struct Log::State {
  explicit State(const LogConfig& config) : level(config.level), sink(open_sink(config)) {
    queue.reserve(1024);
    writer = std::thread([this] { run(); });
  }
  ~State() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_one();
    writer.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void push(Entry entry, bool urgent) {
    bool notify = urgent;
    {
      const std::lock_guard lock(mutex);
      if (queue.size() >= kLogQueueEntries) {
        ++dropped;
        return;
      }
      queue.push_back(std::move(entry));
      notify = notify || queue.size() == kLogQueueEntries / 2;
    }
    if (notify) wake.notify_one();
  }

  void run() {
    std::vector<Entry> batch;
    std::string text;
    while (true) {
      uint64_t lost = 0;
      bool last = false;
      {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, kFlushEvery, [this] {
          return stopping || urgent_waiting || queue.size() >= kLogQueueEntries / 2;
        });
        urgent_waiting = false;
        batch.swap(queue);
        lost = std::exchange(dropped, 0);
        last = stopping;
      }
      text.clear();
      for (const Entry& entry : batch) {
        std::visit([&text](const auto& item) { format(text, item); }, entry);
      }
      if (lost != 0) {
        format(text, Line{LogLevel::kWarning, wall_us(),
                          R"(,"event":"log.dropped","entries":)" + std::to_string(lost)});
      }
      batch.clear();
      emit(text);
      if (last) return;
    }
  }

  void emit(const std::string& text) {
    if (text.empty()) return;
    try {
      sink->log(spdlog::details::log_msg(spdlog::string_view_t(), spdlog::level::info,
                                         spdlog::string_view_t(text.data(), text.size())));
      sink->flush();
    } catch (const spdlog::spdlog_ex&) {  // a full disk: requests go on, the entries are counted
      const std::lock_guard lock(mutex);
      ++dropped;
    }
  }

  const LogLevel level;
  const std::shared_ptr<spdlog::sinks::sink> sink;
  std::mutex mutex;  // guards what follows
  std::condition_variable wake;
  std::vector<Entry> queue;
  uint64_t dropped = 0;
  bool urgent_waiting = false;
  bool stopping = false;
  std::thread writer;
};

Log::Log(const LogConfig& config) : state_(std::make_unique<State>(config)) {}
Log::~Log() = default;

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < state_->level) return;
  Line line{level, wall_us(), {}};
  line.text = R"(,"event":)";
  append_text(line.text, event);
  for (const LogField& field : fields) {
    line.text += ",\"";
    line.text += field.name;
    line.text += "\":";
    if (field.number) {
      line.text += field.value;
    } else {
      append_text(line.text, field.value);
    }
  }
  const bool urgent = level >= LogLevel::kWarning;
  if (urgent) {
    const std::lock_guard lock(state_->mutex);
    state_->urgent_waiting = true;
  }
  state_->push(std::move(line), urgent);
}

void Log::debug(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kDebug, event, fields);
}
void Log::info(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kInfo, event, fields);
}
void Log::warning(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kWarning, event, fields);
}
void Log::error(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kError, event, fields);
}
void Log::access(const AccessRecord& record) {
  if (state_->level > LogLevel::kInfo) return;
  state_->push(record, false);
}

}  // namespace tsunagi

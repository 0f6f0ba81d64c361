#pragma once
// Where one HTTP/1.1 request ends in the bytes read so far. Pure: the bytes come in, what to do
// comes out. It decides framing and size only, more strictly than the library that parses the
// request afterwards, so that the two can never disagree about where a body ends.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tsunagi::http {

inline constexpr size_t kRequestLineMaxBytes = 8'000;        // 414 beyond
inline constexpr size_t kHeaderLineMaxBytes = 8'000;         // 431 beyond
inline constexpr size_t kHeadersMaxBytes = 32 * 1024;        // 431 beyond
inline constexpr int kHeadersMaxCount = 80;                  // 431 beyond
inline constexpr size_t kChunkLineMaxBytes = 1'024;          // 413 beyond
inline constexpr size_t kChunkOverheadMaxBytes = 64 * 1024;  // 413 beyond twice the body and this
inline constexpr size_t kTrailersMaxBytes = 4 * 1024;        // 431 beyond

// The most bytes a request to this target ("/path?query") may carry.
using BodyLimit = size_t (*)(std::string_view target);

class RequestFrame {
 public:
  enum class Step : uint8_t { kNeedMore, kComplete, kRefused };

  explicit RequestFrame(BodyLimit body_limit) : body_limit_(body_limit) {}

  // bytes: all of the connection's bytes from the request's first one on. Never looks at a byte
  // twice.
  Step step(std::string_view bytes);

  // After kComplete: the request's length in bytes, and its body.
  [[nodiscard]] size_t length() const { return at_; }
  [[nodiscard]] std::string_view body(std::string_view bytes) const;
  [[nodiscard]] std::string_view method(std::string_view bytes) const {
    return bytes.substr(line_at_, method_size_);
  }
  [[nodiscard]] std::string_view target(std::string_view bytes) const {
    return bytes.substr(line_at_ + method_size_ + 1, target_size_);
  }
  [[nodiscard]] bool http10() const { return http10_; }
  // Where the first header begins.
  [[nodiscard]] size_t headers_at() const { return headers_at_; }
  // The head has been read: from now on the body's deadline counts.
  [[nodiscard]] bool in_body() const { return phase_ >= Phase::kFixedBody; }
  // The client waits for "100 Continue". True once.
  [[nodiscard]] bool take_continue();

  // After kRefused.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const char* code() const { return code_; }
  [[nodiscard]] const char* reason() const { return reason_; }

 private:
  enum class Phase : uint8_t {
    kLeadingLine,
    kRequestLine,
    kHeader,
    kFixedBody,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailer,
    kDone,
    kRefused
  };

  Step refuse(int status, const char* code, const char* reason);
  // The next line without its end, or nothing yet.
  bool line(std::string_view bytes, std::string_view& found);
  Step request_line(std::string_view text);
  Step header(std::string_view text);
  Step end_of_head();
  Step chunk_size(std::string_view text);
  Step no_line(std::string_view bytes);

  BodyLimit body_limit_;
  Phase phase_ = Phase::kLeadingLine;
  size_t at_ = 0;        // everything before is understood
  size_t searched_ = 0;  // no end of line before
  size_t line_at_ = 0;   // the request line
  size_t method_size_ = 0;
  size_t target_size_ = 0;
  size_t headers_at_ = 0;
  size_t trailers_at_ = 0;
  size_t body_at_ = 0;
  size_t body_left_ = 0;
  size_t limit_ = 0;
  size_t content_length_ = 0;
  int headers_ = 0;
  bool has_length_ = false;
  bool chunked_ = false;
  bool has_host_ = false;
  bool http10_ = false;
  bool expects_continue_ = false;
  std::string chunks_;  // a chunked body, put together
  int status_ = 0;
  const char* code_ = "";
  const char* reason_ = "";
};

}  // namespace tsunagi::http

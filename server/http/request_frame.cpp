#include "server/http/request_frame.h"

#include <algorithm>
#include <charconv>

#include "server/domain/ascii.h"

namespace tsunagi::http {
namespace {

constexpr size_t kMaxLengthDigits = 15;

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right,
                            [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kOthers.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

RequestFrame::Step RequestFrame::refuse(int status, const char* code, const char* reason) {
  phase_ = Phase::kRefused;
  status_ = status;
  code_ = code;
  reason_ = reason;
  return Step::kRefused;
}

bool RequestFrame::line(std::string_view bytes, std::string_view& found) {
  const size_t end = bytes.find('\n', std::max(searched_, at_));
  if (end == std::string_view::npos) {
    searched_ = bytes.size();
    return false;
  }
  found = bytes.substr(at_, end - at_);  // '\r' still at its end
  at_ = searched_ = end + 1;
  return true;
}

RequestFrame::Step RequestFrame::request_line(std::string_view text) {
  if (text.size() > kRequestLineMaxBytes) {
    return refuse(414, "uri_too_long", "The address is too long.");
  }
  const size_t first = text.find(' ');
  const size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos || text.find(' ', second + 1) != std::string_view::npos) {
    return refuse(400, "request_line", "The request line is not METHOD TARGET VERSION.");
  }
  const std::string_view method = text.substr(0, first);
  const std::string_view target = text.substr(first + 1, second - first - 1);
  const std::string_view version = text.substr(second + 1);
  if (!is_token(method) || target.empty() || target.front() != '/' ||
      std::ranges::any_of(target, [](unsigned char c) { return c <= ' ' || c >= 0x7f; })) {
    return refuse(400, "request_line", "The request line is not METHOD TARGET VERSION.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(400, "http_version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  http10_ = version == "HTTP/1.0";
  method_size_ = method.size();
  target_size_ = target.size();
  line_at_ = at_ - text.size() - 2;  // CR LF
  limit_ = body_limit_(target);
  headers_at_ = at_;
  phase_ = Phase::kHeader;
  return Step::kNeedMore;
}

RequestFrame::Step RequestFrame::header(std::string_view text) {
  if (text.size() > kHeaderLineMaxBytes || at_ - headers_at_ > kHeadersMaxBytes ||
      ++headers_ > kHeadersMaxCount) {
    return refuse(431, "headers_too_large", "The request's headers are too large or too many.");
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_token(text.substr(0, colon)) ||
      std::ranges::any_of(text,
                          [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; })) {
    return refuse(400, "header", "A header is not NAME: VALUE.");
  }
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = trimmed(text.substr(colon + 1));
  if (same_name(name, "content-length")) {
    const bool digits =
        !value.empty() && value.size() <= kMaxLengthDigits &&
        std::ranges::all_of(value, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (has_length_ || !digits) {
      return refuse(400, "content_length", "Content-Length must be one number.");
    }
    has_length_ = true;
    std::from_chars(value.data(), value.data() + value.size(), content_length_);
  } else if (same_name(name, "transfer-encoding")) {
    if (chunked_ || !same_name(value, "chunked")) {
      return refuse(400, "transfer_encoding", "The only transfer coding is chunked, once.");
    }
    chunked_ = true;
  } else if (same_name(name, "host")) {
    if (has_host_) return refuse(400, "host", "There must be one Host.");
    has_host_ = true;
  } else if (same_name(name, "expect")) {
    expects_continue_ = same_name(value, "100-continue");
  }
  return Step::kNeedMore;
}

RequestFrame::Step RequestFrame::end_of_head() {
  if (!has_host_ && !http10_) return refuse(400, "host", "There must be one Host.");
  if (chunked_ && (has_length_ || http10_)) {
    return refuse(400, "transfer_encoding",
                  "A chunked body has no Content-Length and is HTTP/1.1.");
  }
  if (content_length_ > limit_) return refuse(413, "too_large", "The body is too large.");
  body_at_ = at_;
  if (chunked_) {
    phase_ = Phase::kChunkSize;
  } else if (content_length_ > 0) {
    body_left_ = content_length_;
    phase_ = Phase::kFixedBody;
  } else {
    phase_ = Phase::kDone;
  }
  return Step::kNeedMore;
}

RequestFrame::Step RequestFrame::chunk_size(std::string_view text) {
  const std::string_view digits = trimmed(text.substr(0, text.find(';')));
  size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error == std::errc::result_out_of_range) {
    return refuse(413, "too_large", "The body is too large.");
  }
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return refuse(400, "chunk", "A chunk's size is not a hexadecimal number.");
  }
  const bool wasteful = at_ - body_at_ > 2 * limit_ + kChunkOverheadMaxBytes;
  if (wasteful || size > limit_ || chunks_.size() > limit_ - size) {
    return refuse(413, "too_large", "The body is too large.");
  }
  if (size == 0) {
    trailers_at_ = at_;
    phase_ = Phase::kTrailer;
  } else {
    body_left_ = size;
    phase_ = Phase::kChunkData;
  }
  return Step::kNeedMore;
}

// No end of line yet: too much of it already?
RequestFrame::Step RequestFrame::no_line(std::string_view bytes) {
  const size_t pending = bytes.size() - at_;
  switch (phase_) {
    case Phase::kLeadingLine:
    case Phase::kRequestLine:
      if (pending > kRequestLineMaxBytes) {
        return refuse(414, "uri_too_long", "The address is too long.");
      }
      break;
    case Phase::kHeader:
      if (pending > kHeaderLineMaxBytes || bytes.size() - headers_at_ > kHeadersMaxBytes) {
        return refuse(431, "headers_too_large", "The request's headers are too large or too many.");
      }
      break;
    case Phase::kChunkSize:
    case Phase::kChunkEnd:
      if (pending > kChunkLineMaxBytes) {
        return refuse(413, "too_large", "A chunk's line is too long.");
      }
      break;
    case Phase::kTrailer:
      if (bytes.size() - trailers_at_ > kTrailersMaxBytes) {
        return refuse(431, "headers_too_large", "The request's trailers are too large.");
      }
      break;
    case Phase::kFixedBody:
    case Phase::kChunkData:
    case Phase::kDone:
    case Phase::kRefused:
      break;
  }
  return Step::kNeedMore;
}

RequestFrame::Step RequestFrame::step(std::string_view bytes) {
  while (true) {
    switch (phase_) {
      case Phase::kRefused:
        return Step::kRefused;
      case Phase::kDone:
        return Step::kComplete;
      case Phase::kFixedBody:
        if (bytes.size() - at_ < body_left_) return Step::kNeedMore;
        at_ += body_left_;
        phase_ = Phase::kDone;
        continue;
      case Phase::kChunkData: {
        const size_t taken = std::min(body_left_, bytes.size() - at_);
        chunks_.append(bytes.substr(at_, taken));
        at_ += taken;
        body_left_ -= taken;
        if (body_left_ > 0) return Step::kNeedMore;
        phase_ = Phase::kChunkEnd;
        continue;
      }
      case Phase::kLeadingLine:
      case Phase::kRequestLine:
      case Phase::kHeader:
      case Phase::kChunkSize:
      case Phase::kChunkEnd:
      case Phase::kTrailer:
        break;
    }
    std::string_view text;
    if (!line(bytes, text)) return no_line(bytes);
    if (text.empty() || text.back() != '\r') {
      return refuse(400, "line_end", "A line must end with CR LF.");
    }
    text.remove_suffix(1);
    if (text.find('\r') != std::string_view::npos) {
      return refuse(400, "line_end", "A line must end with CR LF.");
    }
    Step next = Step::kNeedMore;
    switch (phase_) {
      case Phase::kLeadingLine:  // RFC 9112 2.2: one empty line before the request is forgiven
        phase_ = Phase::kRequestLine;
        if (!text.empty()) next = request_line(text);
        break;
      case Phase::kRequestLine:
        next = request_line(text);
        break;
      case Phase::kHeader:
        next = text.empty() ? end_of_head() : header(text);
        break;
      case Phase::kChunkSize:
        next = chunk_size(text);
        break;
      case Phase::kChunkEnd:
        if (!text.empty()) return refuse(400, "chunk", "A chunk is longer than its size.");
        phase_ = Phase::kChunkSize;
        break;
      case Phase::kTrailer:
        if (at_ - trailers_at_ > kTrailersMaxBytes) {
          return refuse(431, "headers_too_large", "The request's trailers are too large.");
        }
        if (text.empty()) phase_ = Phase::kDone;
        break;
      case Phase::kFixedBody:
      case Phase::kChunkData:
      case Phase::kDone:
      case Phase::kRefused:
        break;
    }
    if (next == Step::kRefused) return next;
  }
}

std::string_view RequestFrame::body(std::string_view bytes) const {
  if (chunked_) return chunks_;
  return bytes.substr(body_at_, at_ - body_at_);
}

bool RequestFrame::take_continue() {
  if (!expects_continue_ || !in_body() || phase_ == Phase::kDone || phase_ == Phase::kRefused) {
    return false;
  }
  expects_continue_ = false;
  return true;
}

}  // namespace tsunagi::http

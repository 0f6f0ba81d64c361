#include "server/base/outbound_retry.h"

#include <algorithm>
#include <charconv>

namespace tsunagi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUnsaidRetryAfter{1'000};
constexpr int kPersonalDigits = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '@' || c == '.' ||
         c == '-' || c == '+' || c == '_';
}

// At most count bytes, cut between characters.
std::string_view cut(std::string_view text, size_t count) {
  if (text.size() <= count) return text;
  while (count > 0 && (static_cast<unsigned char>(text[count]) & 0xC0) == 0x80) --count;
  return text.substr(0, count);
}

}  // namespace

bool is_transient_status(int status) { return status >= 500 || status == 408 || status == 425; }

milliseconds retry_after(const HttpReply& reply) {
  const std::string_view text = reply.header("Retry-After");
  int64_t seconds = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // Shopify says "2.0".
  const auto read = static_cast<size_t>(stop - text.data());
  const bool whole = read == text.size() || (read > 0 && text[read] == '.');
  if (problem != std::errc() || !whole || seconds < 0) return kUnsaidRetryAfter;
  return std::chrono::seconds(std::min<int64_t>(seconds, kLongestRetryAfter.count()));
}

milliseconds backoff(milliseconds first, int attempt, Random& random) {
  constexpr int kMaxDoublings = 10;
  const milliseconds whole =
      std::min(kLongestBackoff, first * (1 << std::clamp(attempt, 0, kMaxDoublings)));
  const auto half = static_cast<uint64_t>(whole.count() / 2);
  return milliseconds(static_cast<int64_t>(half + random.below(half + 1)));
}

std::string safe_excerpt(std::string_view text) {
  text = cut(text, kExcerptBytes);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      const char c = text[at++];
      out += (c >= 0 && c < ' ') || c == 0x7f ? ' ' : c;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && is_word(text[at])) ++at;
    const std::string_view word = text.substr(begin, at - begin);
    const bool personal = word.find('@') != std::string_view::npos ||
                          std::count_if(word.begin(), word.end(), is_digit) >= kPersonalDigits;
    out += personal ? "…" : word;
  }
  return std::string(cut(out, kExcerptBytes));
}

}  // namespace tsunagi

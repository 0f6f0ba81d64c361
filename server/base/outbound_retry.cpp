#include "server/base/outbound_retry.h"

#include <algorithm>
#include <charconv>

namespace tsunagi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUnsaidRetryAfter{1'000};

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

std::string known_words(std::string_view text, std::span<const std::string_view> vocabulary) {
  std::string found;
  for (const std::string_view word : vocabulary) {
    if (text.find(word) == std::string_view::npos) continue;
    if (!found.empty()) found += ' ';
    found += word;
  }
  return found;
}

std::string plain_name(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.';
  };
  const bool named = text.size() <= kNameMaxBytes && std::ranges::all_of(text, plain);
  return named ? std::string(text) : std::string();
}

}  // namespace tsunagi

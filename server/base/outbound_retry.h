#pragma once
// What both platform clients need to ask again politely, and to say in a log what went wrong.

#include <chrono>
#include <string>
#include <string_view>

#include "server/base/outbound.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr std::chrono::milliseconds kLongestBackoff{5'000};
inline constexpr std::chrono::seconds kLongestRetryAfter{3'600};
inline constexpr size_t kExcerptBytes = 300;

// Worth asking again: 5xx, 408, 425. 429 is not meant: it says when.
bool is_transient_status(int status);

// Retry-After in seconds, at most kLongestRetryAfter; a second when absent or not a number.
std::chrono::milliseconds retry_after(const HttpReply& reply);

// Between half and all of first · 2^attempt, at most kLongestBackoff.
std::chrono::milliseconds backoff(std::chrono::milliseconds first, int attempt, Random& random);

// A platform's own words for a log: one line of at most kExcerptBytes in which what looks like a
// person's data (mail addresses, words with five or more digits) is "…".
std::string safe_excerpt(std::string_view text);

}  // namespace tsunagi

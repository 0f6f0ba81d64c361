#pragma once
// What both platform clients need to ask again politely, and to say in a log what went wrong.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "server/base/outbound.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr std::chrono::milliseconds kLongestBackoff{5'000};
inline constexpr std::chrono::seconds kLongestRetryAfter{3'600};
inline constexpr size_t kNameMaxBytes = 100;

// Worth asking again: 5xx, 408, 425. 429 is not meant: it says when.
bool is_transient_status(int status);

// Retry-After in seconds, at most kLongestRetryAfter; a second when absent or not a number.
std::chrono::milliseconds retry_after(const HttpReply& reply);

// Between half and all of first · 2^attempt, at most kLongestBackoff.
std::chrono::milliseconds backoff(std::chrono::milliseconds first, int attempt, Random& random);

// What of a platform's own words may be stored and logged: those of the vocabulary that are in the
// text, with spaces between. All else may quote what a person typed.
std::string known_words(std::string_view text, std::span<const std::string_view> vocabulary);
// The name of a code or field, "TAKEN", "metafields.0.value"; "" when it is longer than
// kNameMaxBytes or not made of ASCII letters, digits, '_' and '.'.
std::string plain_name(std::string_view text);

}  // namespace tsunagi

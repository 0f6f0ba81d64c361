#pragma once
// What whoever helps a merchant needs to know of a shop, as one JSON document: versions, settings,
// health, queues, dead letters with their cause, cursors. Nobody's data and no secret is in it: of
// what a person typed there is the length, of events and writes their kind, of errors their cause.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/health/health_service.h"

namespace tsunagi {

inline constexpr int kBundleLetters = 200;    // of each queue
inline constexpr int kBundleWaiting = 1'000;  // of each queue, counted by kind and cause

// The checks as the merchant page and the bundle have them.
nlohmann::ordered_json checks_json(const std::vector<Check>& checks);

struct SupportFacts {
  std::string_view version;
  // One of a few words for a recorded error.
  std::string (*cause_of)(std::string_view error) = nullptr;
  std::vector<std::string> calls = {};  // calls to the platforms that failed, as they are counted
};

Result<std::string> support_bundle(Storage& storage, const Tenant& tenant,
                                   const HealthReport& health, const SupportFacts& facts);

}  // namespace tsunagi

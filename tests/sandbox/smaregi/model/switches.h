#pragma once
// The unconfirmed facts about the platform: one list, each with the values it may have, the one
// taken by default, and where the doubt comes from. The product has to work under every pair of
// them.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tsunagi::smaregi_sandbox {

enum class Switch : uint8_t {
  kWriteReplyScalars,
  kPointConditionTypes,
  kLinkHeader,
  kLayawayInStockAmount,
  kLayawayMovesStock,
  kLayawayEvent,
  kLayawaysInTransactions,
  kPickUpByApi,
  kCustomerEventOnPoints,
  kTransactionEventOnPoints,
  kSaleTransactionAction,
  kSaleStockAction,
  kProductEvents,
  kStoreEvents,
  kEventId,
  kWebhookRetry,
  kUnknownQuery,
  kUnknownBodyField,
  kOpenWindow,
  kCustomerWindow,
  kDetailsPageLimit,
  kDuplicateCodeStatus,
  kProblemContentType,
  kRetryAfter,
  kTokenCallsCounted,
  kUnknownScope,
  kOauthErrorBody,
  kRefreshPath,
  kBulkStatus,
  kEmptyMail,
  kMailReceiveDefault,
  kPointsInCustomer,
  kByIdCodes,
  kApiStockDivision,
  kExpiredDate,
  kSaleExtendsExpiry,
  kReturnQuantity,
  kReturnBelowZero,
};
inline constexpr size_t kSwitchCount = static_cast<size_t>(Switch::kReturnBelowZero) + 1;
inline constexpr size_t kMaxSwitchValues = 3;

struct SwitchInfo {
  Switch id;
  std::string_view name;
  std::array<std::string_view, kMaxSwitchValues>
      values;  // the first is the default; unused ones are empty
  std::string_view meaning;
  std::string_view source;  // sections and labels of ../SOURCES.md
};

std::span<const SwitchInfo, kSwitchCount> all_switches();

class Switches {
 public:
  // The chosen value, e.g. get(Switch::kLinkHeader) == "present".
  [[nodiscard]] std::string_view get(Switch which) const;
  [[nodiscard]] bool is(Switch which, std::string_view value) const { return get(which) == value; }
  // false when there is no such switch or it has no such value.
  [[nodiscard]] bool set(std::string_view name, std::string_view value);
  void reset() { chosen_.fill(0); }

 private:
  std::array<uint8_t, kSwitchCount> chosen_{};  // index into SwitchInfo::values
};

}  // namespace tsunagi::smaregi_sandbox

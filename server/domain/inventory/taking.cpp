#include "server/domain/inventory/taking.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tsunagi {
namespace {

// By TakingKind.
constexpr std::array<std::string_view, 3> kKindEndings = {"", "/back", "/return"};
constexpr size_t kMemoMost =
    100;  // characters of stockHistory.memo (Smaregi, POST /stock/{product_id}/add)

// 0: none.
int64_t id_in(std::string_view digits) {
  int64_t id = 0;
  const char* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return error == std::errc() && at == end && id > 0 ? id : 0;
}

}  // namespace

std::string taking_key(const TakingName& name) {
  return std::to_string(name.parcel_id) + "/" + std::to_string(name.order_line) +
         std::string(kKindEndings.at(static_cast<size_t>(name.kind)));
}

std::optional<TakingName> taking_name(std::string_view key) {
  TakingKind kind = TakingKind::kSent;
  for (const TakingKind each : {TakingKind::kCancelled, TakingKind::kReturned}) {
    const std::string_view ending = kKindEndings.at(static_cast<size_t>(each));
    if (!key.ends_with(ending)) continue;
    key.remove_suffix(ending.size());
    kind = each;
    break;
  }
  const size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const TakingName name{.parcel_id = id_in(key.substr(0, slash)),
                        .order_line = id_in(key.substr(slash + 1)),
                        .kind = kind};
  if (name.parcel_id == 0 || name.order_line == 0) return std::nullopt;
  return name;
}

TillMove move_of(const Taking& taking) {
  std::string memo = "Shopify " + taking_key(taking.name);
  // ASCII alone, so that what is cut is a character.
  const bool plain = taking.order_name.find_first_not_of(
                         "#-_.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
                     std::string::npos;
  if (plain) memo += " " + taking.order_name;
  memo.resize(std::min(memo.size(), kMemoMost));
  return {.product_id = taking.product_id,
          .store_id = taking.store_id,
          .amount = taking.name.kind == TakingKind::kSent ? -taking.quantity : taking.quantity,
          .memo = std::move(memo)};
}

std::string taken_from_cursor(const StoreLocation& place) {
  return "inventory.taken." + std::to_string(place.location_id) + "." + place.store_id;
}

}  // namespace tsunagi

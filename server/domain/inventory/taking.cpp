#include "server/domain/inventory/taking.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tsunagi {
namespace {

constexpr std::string_view kBack = "/back";
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
         std::string(name.back ? kBack : "");
}

std::optional<TakingName> taking_name(std::string_view key) {
  const bool back = key.ends_with(kBack);
  if (back) key.remove_suffix(kBack.size());
  const size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const TakingName name{.parcel_id = id_in(key.substr(0, slash)),
                        .order_line = id_in(key.substr(slash + 1)),
                        .back = back};
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
          .amount = taking.name.back ? taking.quantity : -taking.quantity,
          .memo = std::move(memo)};
}

std::string taken_from_cursor(const StoreLocation& place) {
  return "inventory.taken." + std::to_string(place.location_id) + "." + place.store_id;
}

}  // namespace tsunagi

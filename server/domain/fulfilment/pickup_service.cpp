#include "server/domain/fulfilment/pickup_service.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "server/domain/fulfilment/opening_hours.h"

namespace tsunagi {
namespace {

constexpr uint64_t kCodes = 1'000'000;

bool is_pickup_id(std::string_view id) {
  return id.size() >= kPickupIdLeast && id.size() <= kPickupIdMost &&
         std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

std::vector<std::string> codes_of(const std::vector<Wanted>& wanted) {
  std::vector<std::string> codes;
  codes.reserve(wanted.size());
  for (const Wanted& each : wanted) codes.push_back(each.code);
  return codes;
}

Result<std::vector<PickupLine>> wished_lines(const std::vector<Wanted>& wanted,
                                             const std::vector<CodeStock>& products) {
  std::vector<PickupLine> lines;
  for (const Wanted& each : wanted) {
    const auto found = std::ranges::find(products, each.code, &CodeStock::code);
    if (found == products.end() || found->product_id.empty()) {
      return Error{ErrorCode::kNotFound, "no shop counts this product"};
    }
    lines.push_back({.product_id = found->product_id,
                     .product_code = each.code,
                     .product_name = found->name,
                     .quantity = each.quantity});
  }
  return summed(std::move(lines));
}

std::string draw_code(Random& random) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%06u",
                      static_cast<unsigned>(random.below(kCodes)));
  return text.data();
}

}  // namespace

std::optional<Seconds> PickupService::promise(const Tenant& tenant,
                                              std::string_view store_id) const {
  return ready_from(hours_of(tenant.settings, store_id), ports_.clock.now(),
                    tenant.settings.pickup.prepare_minutes * kMinuteSeconds);
}

Result<Pickup> PickupService::reserve(const Tenant& tenant, const Wish& wish) {
  if (!is_pickup_id(wish.id)) return Error{ErrorCode::kInvalid, "the pick-up's id is none"};
  if (auto good = check_cart(wish.wanted); !good) return good.error();
  const auto goods = ports_.book.goods_of(tenant.id, wish.store_id, codes_of(wish.wanted));
  if (!goods.ok()) return goods.error();
  if (!goods->store || !puts_aside(tenant.settings, *goods->store)) {
    return Error{ErrorCode::kNotFound, "this shop puts nothing aside"};
  }
  auto lines = wished_lines(wish.wanted, goods->products);
  if (!lines.ok()) return lines.error();
  const auto ready = promise(tenant, wish.store_id);
  if (!ready) return Error{ErrorCode::kConflict, "this shop is closed"};
  const PickupSettings& settings = tenant.settings.pickup;
  const Seconds now = ports_.clock.now();
  Pickup pickup{.id = wish.id,
                .customer_id = wish.customer_id,
                .store_id = wish.store_id,
                .code = {},
                .language = wish.language == "en" ? "en" : "ja",
                .placed_at = now,
                .ready_from = *ready,
                .changed_at = now,
                .reason = {},
                .lines = std::move(lines).value()};
  const OpeningHours& hours = hours_of(tenant.settings, wish.store_id);
  pickup.accept_by =
      ready_from(hours, now, settings.accept_minutes * kMinuteSeconds).value_or(*ready);
  pickup.hold_until = kept_until(hours, *ready, settings.hold_days);
  return place(tenant, std::move(pickup));
}

Result<Cart> PickupService::cart(const Tenant& tenant, const std::vector<Store>& stores,
                                 const std::vector<Wanted>& wanted) {
  if (auto good = check_cart(wanted); !good) return good.error();
  const auto stock = ports_.book.stock_of_codes(tenant.id, codes_of(wanted));
  if (!stock.ok()) return stock.error();
  return cart_of(tenant.settings, stores, wanted, *stock);
}

Result<Pickup> PickupService::place(const Tenant& tenant, Pickup pickup) {
  const std::vector<int64_t> safety(pickup.lines.size(),
                                    safety_of(tenant.settings, pickup.store_id));
  for (int draw = 1;; ++draw) {
    pickup.code = draw_code(ports_.random);
    auto placed = ports_.book.place(tenant.id, pickup, safety, {});
    const bool taken = !placed.ok() && placed.error().code == ErrorCode::kUnavailable;
    if (!taken || draw == kCodeDraws) {
      forget_stock(tenant, pickup);
      return placed;
    }
  }
}

Result<Pickup> PickupService::act(const Tenant& tenant, PickupMove move) {
  move.at = ports_.clock.now();
  auto moved = ports_.book.move(tenant.id, move, {});
  if (moved.ok()) forget_stock(tenant, *moved);
  return moved;
}

Result<int> PickupService::expire_overdue(const Tenant& tenant) {
  const auto overdue = ports_.book.overdue_pickups(tenant.id, ports_.clock.now(), kExpiredAtOnce);
  if (!overdue.ok()) return overdue.error();
  int expired = 0;
  for (const Pickup& pickup : *overdue) {
    const auto done = act(tenant, {.pickup_id = pickup.id,
                                   .action_id = "expire-" + std::to_string(pickup.hold_until),
                                   .action = PickupAction::kExpire,
                                   .actor = {},
                                   .reason = {},
                                   .picked = {}});
    if (done.ok()) ++expired;
    if (!done.ok() && done.error().code != ErrorCode::kConflict) return done.error();
  }
  return expired;
}

void PickupService::forget_stock(const Tenant& tenant, const Pickup& pickup) {
  for (const PickupLine& line : pickup.lines) {
    ports_.stock.forget(tenant.id, line.product_id);
  }
}

}  // namespace tsunagi

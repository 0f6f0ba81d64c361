#include "server/domain/fulfilment/pickup_service.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "server/domain/fulfilment/opening_hours.h"
#include "server/domain/fulfilment/shipping_service.h"

namespace tsunagi {
namespace {

constexpr uint64_t kCodes = 1'000'000;
constexpr std::string_view kExpiryDeed = "expire-";

bool is_plain_id(std::string_view id) {
  return std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_pickup_id(std::string_view id) {
  return id.size() >= kPickupIdLeast && id.size() <= kPickupIdMost && is_plain_id(id);
}

// The first of its kind: whatever is told twice is one mail.
change::TellShopper mail_of(const std::string& pickup_id, PickupMailStep step) {
  return {.pickup_id = pickup_id, .mail_id = std::string(word(step)), .step = step};
}

// The deed has the new one's id: told twice it is one.
PickupMove end_instead(const PickupService::Wish& wish) {
  return {.pickup_id = wish.instead,
          .action_id = wish.id,
          .action = PickupAction::kCancel,
          .actor = {.role = Role::kShopper, .id = std::to_string(wish.customer_id)},
          .reason = {},
          .picked = {}};
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

// Of which the online shop must hear when it is done to a purchase.
bool is_heard_online(PickupAction action) {
  switch (action) {
    case PickupAction::kReject:
    case PickupAction::kReady:
    case PickupAction::kHandOver:
    case PickupAction::kCancel:
    case PickupAction::kExpire:
      return true;
    case PickupAction::kAccept:
    case PickupAction::kPick:
    case PickupAction::kExtend:
      return false;
  }
  return false;
}

// The customer of a purchase is told by the online shop alone.
std::vector<Change> with_deed(const Pickup& pickup, const PickupMove& move) {
  if (is_purchase(pickup.purchase)) {
    if (!is_heard_online(move.action)) return {};
    return {change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(pickup.purchase.order_id)}}};
  }
  const auto step = told_of(move.action, move.actor.role);
  if (!step) return {};
  return {mail_of(move.pickup_id, *step)};
}

}  // namespace

bool is_deed_id(std::string_view id) {
  return !id.empty() && id.size() <= kPickupIdMost && is_plain_id(id) &&
         !id.starts_with(kExpiryDeed);
}

std::string draw_code(Random& random) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%06u",
                      static_cast<unsigned>(random.below(kCodes)));
  return text.data();
}

void set_times(const Settings& settings, Pickup& pickup, Seconds now) {
  const OpeningHours& hours = hours_of(settings, pickup.store_id);
  const PickupSettings& set = settings.pickup;
  const Seconds preparation = set.prepare_minutes * kMinuteSeconds;
  pickup.placed_at = pickup.changed_at = now;
  pickup.ready_from = ready_from(hours, now, preparation).value_or(now + preparation);
  pickup.accept_by =
      ready_from(hours, now, set.accept_minutes * kMinuteSeconds).value_or(pickup.ready_from);
  pickup.hold_until = kept_until(hours, pickup.ready_from, set.hold_days);
}

Seconds extended_until(const Settings& settings, const Pickup& pickup) {
  return std::max(pickup.hold_until + kExtendSeconds,
                  kept_until(hours_of(settings, pickup.store_id), pickup.hold_until - 1, 1));
}

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
  if (!promise(tenant, wish.store_id)) return Error{ErrorCode::kConflict, "this shop is closed"};
  if (auto ends = may_end_instead(tenant, wish); !ends) return ends.error();
  Pickup pickup{.id = wish.id,
                .customer_id = wish.customer_id,
                .store_id = wish.store_id,
                .code = {},
                .language = wish.language == "en" ? "en" : "ja",
                .page = wish.page,
                .reason = {},
                .lines = std::move(lines).value()};
  set_times(tenant.settings, pickup, ports_.clock.now());
  auto placed = place(tenant, std::move(pickup));
  if (!placed.ok() || wish.instead.empty()) return placed;
  // Placed first: what fails in between leaves the customer two, and the wish that is sent again
  // ends the other. Whose shop has it ready by now keeps both.
  const auto ended = act(tenant, end_instead(wish));
  if (!ended.ok() && ended.error().code != ErrorCode::kConflict) return ended.error();
  return placed;
}

Result<Done> PickupService::may_end_instead(const Tenant& tenant, const Wish& wish) {
  if (wish.instead.empty()) return Done{};
  const auto found = ports_.book.pickup(tenant.id, wish.instead);
  if (!found.ok()) return found.error();
  const bool own = found->has_value() && (*found)->customer_id == wish.customer_id &&
                   wish.instead != wish.id && !is_purchase((*found)->purchase);
  if (own) return Done{};
  return Error{ErrorCode::kNotFound, "there is no such pick-up to end"};
}

Result<Cart> PickupService::cart(const Tenant& tenant, const std::vector<Store>& stores,
                                 const std::vector<Wanted>& wanted) {
  if (auto good = check_cart(wanted); !good) return good.error();
  const auto stock = ports_.book.stock_of_codes(tenant.id, codes_of(wanted));
  if (!stock.ok()) return stock.error();
  return cart_of(tenant.settings, stores, wanted, *stock);
}

Result<Pickup> PickupService::place(const Tenant& tenant, Pickup pickup) {
  const int64_t shop_safety = shop_safety_of(tenant.settings, pickup.store_id);
  std::vector<int64_t> safety;
  safety.reserve(pickup.lines.size());
  for (const PickupLine& line : pickup.lines) {
    safety.push_back(product_safety_of(tenant.settings, line.product_id).value_or(shop_safety));
  }
  for (int draw = 1;; ++draw) {
    pickup.code = draw_code(ports_.random);
    auto placed =
        ports_.book.place(tenant.id, pickup, safety, mail_of(pickup.id, PickupMailStep::kPlaced));
    const bool taken = !placed.ok() && placed.error().message == kCodeTaken;
    if (!taken || draw == kCodeDraws) {
      forget_stock(tenant, pickup);
      return placed;
    }
  }
}

// A customer has the days that were promised from when it is ready, also where the shop was late.
Seconds PickupService::keep_until(const Tenant& tenant, const Pickup& pickup,
                                  PickupAction action) const {
  if (action == PickupAction::kExtend) return extended_until(tenant.settings, pickup);
  if (action != PickupAction::kReady) return 0;
  return kept_until(hours_of(tenant.settings, pickup.store_id), ports_.clock.now(),
                    tenant.settings.pickup.hold_days);
}

Result<Pickup> PickupService::act(const Tenant& tenant, PickupMove move) {
  if (move.actor.role != Role::kSystem && !is_deed_id(move.action_id)) {
    return Error{ErrorCode::kInvalid, "the deed's id is none"};
  }
  const auto found = ports_.book.pickup(tenant.id, move.pickup_id);
  if (!found.ok()) return found.error();
  if (!found->has_value()) return Error{ErrorCode::kNotFound, "there is no such pick-up"};
  move.keep_until = keep_until(tenant, **found, move.action);
  move.at = ports_.clock.now();
  auto moved = ports_.book.move(tenant.id, move, with_deed(**found, move));
  if (moved.ok()) forget_stock(tenant, *moved);
  return moved;
}

Result<int> PickupService::expire_overdue(const Tenant& tenant) {
  const auto overdue = ports_.book.overdue_pickups(
      tenant.id, ports_.clock.now() - kExpiryGraceSeconds, kExpiredAtOnce);
  if (!overdue.ok()) return overdue.error();
  int expired = 0;
  for (const Pickup& pickup : *overdue) {
    const auto done =
        act(tenant, {.pickup_id = pickup.id,
                     .action_id = std::string(kExpiryDeed) + std::to_string(pickup.hold_until),
                     .action = PickupAction::kExpire,
                     .actor = {},
                     .reason = {},
                     .picked = {}});
    if (done.ok()) ++expired;
    if (!done.ok() && done.error().code != ErrorCode::kConflict) return done.error();
  }
  return expired;
}

Result<int> PickupService::refund_unchosen(const Tenant& tenant) {
  const Seconds now = ports_.clock.now();
  // Who finds the page paused, or tried out by others, cannot choose anything else: a day to do so
  // is left after it.
  // Switched off, what was promised is forgotten, so that it does not come back with the setting.
  const bool off = tenant.settings.pickup.refund_after_days == 0;
  if (off || tenant.settings.paused || tenant.settings.pilot.on) {
    const auto done = ports_.book.delay_refunds(tenant.id, off ? 0 : now + kRefundDaySeconds);
    if (!done.ok()) return done.error();
    return 0;
  }
  const auto due = ports_.book.refunds_due(tenant.id, now, kRefundedAtOnce);
  if (!due.ok()) return due.error();
  int refunded = 0;
  for (const Pickup& pickup : *due) {
    const Purchase& purchase = pickup.purchase;
    const auto done = ports_.book.choose(
        tenant.id,
        {.pickup_id = pickup.id,
         .action_id = std::string(kRefundDeed) + std::to_string(purchase.refund_at),
         .what = Choice::kRefund,
         .store_id = {},
         .at = now,
         .by = Role::kSystem},
        {change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(purchase.order_id)}}});
    if (done.ok()) ++refunded;
    // Somebody chose in this moment.
    if (!done.ok() && done.error().code != ErrorCode::kConflict) return done.error();
  }
  return refunded;
}

Result<Done> PickupService::release_sold(const Tenant& tenant) {
  return ports_.book.release_sold(tenant.id, ports_.clock.now());
}

Result<int> PickupService::remind(const Tenant& tenant) {
  const auto due = ports_.book.pickups_to_remind(tenant.id, ports_.clock.now(), kRemindedAtOnce);
  if (!due.ok()) return due.error();
  std::vector<Change> mails;
  for (const Pickup& pickup : *due) {
    mails.emplace_back(change::TellShopper{
        .pickup_id = pickup.id, .mail_id = reminder_id(pickup), .step = PickupMailStep::kReminder});
  }
  return ask_for(tenant, mails);
}

Result<int> PickupService::ask_for(const Tenant& tenant, const std::vector<Change>& mails) {
  if (mails.empty()) return 0;
  if (auto told = ports_.storage.apply(tenant.id, mails); !told.ok()) return told.error();
  return static_cast<int>(mails.size());
}

Result<int> PickupService::offer_elsewhere(const Tenant& tenant) {
  const auto late = ports_.book.unanswered_pickups(
      tenant.id, ports_.clock.now() - kLateOfferSeconds, kRemindedAtOnce);
  if (!late.ok()) return late.error();
  std::vector<Change> mails;
  for (const Pickup& pickup : *late) {
    mails.emplace_back(mail_of(pickup.id, PickupMailStep::kLate));
  }
  return ask_for(tenant, mails);
}

Result<std::set<std::string>> PickupService::lacking(const Tenant& tenant) const {
  const auto shelves = ports_.book.short_shelves(
      tenant.id, ports_.clock.now() - kShortSettlesSeconds, kShortShelvesAtOnce);
  if (!shelves.ok()) return shelves.error();
  std::set<std::string> ids;
  for (const PickupBook::ShortShelf& shelf : *shelves) {
    const auto placed = ports_.book.placed_on(tenant.id, shelf);
    if (!placed.ok()) return placed.error();
    int64_t lacks = shelf.lacks;
    for (const Pickup& pickup : *placed) {
      if (lacks <= 0) break;
      ids.insert(pickup.id);
      for (const PickupLine& line : pickup.lines) {
        if (line.product_id == shelf.product_id) lacks -= line.held;
      }
    }
  }
  return ids;
}

Result<int> PickupService::mark_short(const Tenant& tenant) {
  const auto now_lacking = lacking(tenant);
  if (!now_lacking.ok()) return now_lacking.error();
  const auto marked = ports_.book.short_pickups(tenant.id);
  if (!marked.ok()) return marked.error();
  const std::set<std::string> before(marked->begin(), marked->end());
  std::vector<Change> changes;
  int found = 0;
  for (const std::string& id : *now_lacking) {
    if (before.contains(id)) continue;
    ++found;
    changes.emplace_back(change::MarkShort{.pickup_id = id, .lacks = true});
    changes.emplace_back(mail_of(id, PickupMailStep::kShort));
  }
  for (const std::string& id : before) {
    if (now_lacking->contains(id)) continue;
    changes.emplace_back(change::MarkShort{.pickup_id = id, .lacks = false});
  }
  if (changes.empty()) return 0;
  if (auto done = ports_.storage.apply(tenant.id, changes); !done.ok()) return done.error();
  return found;
}

Result<Pickup> PickupService::tell_again(const Tenant& tenant, MailAgain again) {
  if (!is_deed_id(again.deed)) {
    return Error{ErrorCode::kInvalid, "the deed's id is none"};
  }
  const auto found = ports_.book.pickup(tenant.id, again.pickup_id);
  if (!found.ok()) return found.error();
  if (!found->has_value() || !may_see(again.actor, **found)) {
    return Error{ErrorCode::kNotFound, "there is no such pick-up"};
  }
  again.at = ports_.clock.now();
  return ports_.book.tell_again(tenant.id, again, tenant.settings.pickup);
}

void PickupService::forget_stock(const Tenant& tenant, const Pickup& pickup) {
  for (const PickupLine& line : pickup.lines) {
    ports_.stock.forget(tenant.id, line.product_id);
  }
}

}  // namespace tsunagi

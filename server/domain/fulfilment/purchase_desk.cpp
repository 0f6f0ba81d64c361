#include "server/domain/fulfilment/purchase_desk.h"

#include <algorithm>
#include <map>
#include <utility>

#include "server/domain/fulfilment/choice_desk.h"
#include "server/domain/fulfilment/pickup_service.h"

namespace tsunagi {
namespace {

// Deeds of the system: no person's deed has such an id.
constexpr std::string_view kEndDeed = "order.end";
constexpr std::string_view kFetchDeed = "order.fetched";
// For the merchant, beside the work in the online shop.
constexpr std::string_view kPutOffWords =
    "店頭でお渡しできませんでした。返金・発送・別の店舗への変更をお決めください。保留を解除すると、"
    "この店舗でもう一度お受け取りの準備をします。 / Not handed over at the shop: refund, ship or "
    "move "
    "it. Releasing the hold asks this shop again.";

std::vector<std::string> line_codes(const std::vector<OrderWork::Line>& lines) {
  std::vector<std::string> codes;
  for (const OrderWork::Line& line : lines) {
    for (const std::string* code : {&line.barcode, &line.sku}) {
      if (!code->empty()) codes.push_back(*code);
    }
  }
  std::ranges::sort(codes);
  codes.erase(std::ranges::unique(codes).begin(), codes.end());
  return codes;
}

// As routing finds it: by barcode, then SKU. nullptr: none that shops count.
const CodeStock* counted_product(const std::vector<CodeStock>& stock, const OrderWork::Line& line) {
  for (const std::string* code : {&line.barcode, &line.sku}) {
    const auto found = std::ranges::find(stock, *code, &CodeStock::code);
    if (!code->empty() && found != stock.end() && !found->product_id.empty()) return &*found;
  }
  return nullptr;
}

PickupLine bought_line(const CodeStock* stock, const OrderWork::Line& line) {
  if (stock == nullptr) {
    return {.product_id = std::string(kUncounted) + std::to_string(line.order_line),
            .product_code = line.barcode.empty() ? line.sku : line.barcode,
            .product_name = line.title};
  }
  return {
      .product_id = stock->product_id, .product_code = stock->code, .product_name = stock->name};
}

void add_bought_lines(Pickup& pickup, const std::vector<OrderWork::Line>& lines,
                      const std::vector<CodeStock>& stock) {
  std::map<std::string, PickupLine> by_product;
  std::map<int64_t, PurchaseLine> by_line;  // of works that the platform joined a line comes twice
  for (const OrderWork::Line& line : lines) {
    const CodeStock* counted = counted_product(stock, line);
    PickupLine fresh = bought_line(counted, line);
    PurchaseLine& part = by_line[line.order_line];
    part.order_line = line.order_line;
    part.product_id = fresh.product_id;
    part.quantity += line.remaining;
    PickupLine& sum = by_product.try_emplace(fresh.product_id, fresh).first->second;
    sum.quantity += line.remaining;
    if (counted != nullptr) sum.held += line.remaining;
  }
  for (auto& [product, line] : by_product) pickup.lines.push_back(std::move(line));
  for (auto& [id, line] : by_line) pickup.purchase.lines.push_back(std::move(line));
}

PickupMove by_system(const std::string& pickup_id, std::string_view deed, PickupAction action) {
  return {.pickup_id = pickup_id,
          .action_id = std::string(deed),
          .action = action,
          .actor = {},
          .reason = {},
          .picked = {}};
}

}  // namespace

Result<bool> PurchaseDesk::do_next(const Tenant& tenant, const std::optional<ShopOrder>& order,
                                   const PurchasePlan& plan, const std::vector<Pickup>& pickups) {
  if (!plan.seen.empty()) {
    const auto seen = with_questions(tenant, plan.seen, pickups);
    if (!seen.ok()) return seen.error();
    auto noted = ports_.book.note_purchases(tenant.id, *seen, ports_.clock.now());
    if (!noted.ok()) return noted.error();
    for (const Pickup& pickup : pickups) forget_stock(tenant, pickup);
  }
  for (const PurchasePlan::Ended& ended : plan.ended) {
    PickupMove cancel = by_system(ended.pickup_id, kEndDeed, PickupAction::kCancel);
    cancel.reason = word(ended.reason);
    if (auto done = move(tenant, cancel); !done.ok()) return done.error();
  }
  for (const std::string& id : plan.fetched) {
    auto done = move(tenant, by_system(id, kFetchDeed, PickupAction::kHandOver));
    if (!done.ok()) return done.error();
  }
  if (!plan.seen.empty() || !plan.ended.empty() || !plan.fetched.empty()) return true;
  if (!order || plan.begun.empty()) return false;
  size_t number = pickups.size();
  for (const PurchasePlan::Begun& begun : plan.begun) {
    if (auto done = begin(tenant, *order, begun, ++number); !done.ok()) return done.error();
  }
  return true;
}

// Somebody of the shop may have done something else in this moment: it is read again then.
Result<Done> PurchaseDesk::move(const Tenant& tenant, const PickupMove& move) {
  PickupMove now = move;
  now.at = ports_.clock.now();
  auto moved = ports_.book.move(tenant.id, now, {});
  if (!moved.ok() && moved.error().code == ErrorCode::kConflict) {
    return Error{ErrorCode::kUnavailable, moved.error().message};
  }
  if (!moved.ok()) return moved.error();
  forget_stock(tenant, *moved);
  return Done{};
}

Result<Done> PurchaseDesk::begin(const Tenant& tenant, const ShopOrder& order,
                                 const PurchasePlan::Begun& begun, size_t number) {
  if (number > kPickupsOfOrderMost) {
    return Error{ErrorCode::kInvalid, "an order has more pick-ups than one may have"};
  }
  const auto stock = ports_.book.stock_of_codes(tenant.id, line_codes(begun.lines));
  if (!stock.ok()) return stock.error();
  // Two who begin the same one begin it under the same id; none of a person's has a dot.
  Pickup pickup{.id = "order." + std::to_string(order.id) + "." + std::to_string(number),
                .customer_id = order.customer_id,
                .store_id = begun.store_id,
                .code = {},
                .language = order.language,
                .reason = {},
                .lines = {},
                .purchase = {.order_id = order.id, .order_name = order.name, .paid = order.paid}};
  set_times(tenant.settings, pickup, ports_.clock.now());
  add_bought_lines(pickup, begun.lines, *stock);
  for (int draw = 1;; ++draw) {
    pickup.code = draw_code(ports_.random);
    const auto put = ports_.book.put_purchase(tenant.id, pickup);
    const bool taken = !put.ok() && put.error().message == kCodeTaken;
    if (taken && draw < kCodeDraws) continue;
    if (!put.ok()) return put.error();
    forget_stock(tenant, *put);
    return Done{};
  }
}

Result<Done> PurchaseDesk::note(const Tenant& tenant, const PickupBook::PurchaseSeen& seen) {
  return ports_.book.note_purchases(tenant.id, {seen}, ports_.clock.now());
}

Result<bool> PurchaseDesk::tell_platform(const Tenant& tenant, const PurchasePlan& plan) {
  if (!plan.handed_over.empty()) {
    const PurchasePlan::HandedOver& next = plan.handed_over.front();
    const auto told = ports_.orders.handed_over(tenant, next.works);
    if (!told.ok()) return told.error();
    auto noted = note(tenant, {.pickup_id = next.pickup_id, .state = next.state, .told_id = *told});
    if (!noted.ok()) return noted.error();
    return true;
  }
  if (!plan.prepared.empty()) {
    const PurchasePlan::Told& next = plan.prepared.front();
    for (const PurchasePlan::Told& each : plan.prepared) {
      if (each.pickup_id != next.pickup_id) continue;
      auto told = ports_.orders.prepared(tenant, each.work.work_id);
      if (!told.ok()) return told.error();
    }
    auto noted = note(tenant, {.pickup_id = next.pickup_id, .state = next.state, .prepared = true});
    if (!noted.ok()) return noted.error();
    return true;
  }
  if (const auto chosen = do_choices(tenant, plan); !chosen.ok() || *chosen) return chosen;
  if (plan.put_off.empty()) return false;
  if (auto done = put_off(tenant, plan.put_off.front()); !done.ok()) return done.error();
  return true;
}

Result<Done> PurchaseDesk::put_off(const Tenant& tenant, const PurchasePlan::Told& next) {
  auto done = ports_.orders.put_off(tenant, {next.work, std::string(kPutOffWords)});
  if (done.ok() || done.error().code != ErrorCode::kConflict) return done;
  // Staff see all the same that a person has to decide.
  return note(tenant,
              {.pickup_id = next.pickup_id, .state = next.state, .put_off = PutOff::kRefused});
}

// Who has something to choose, or is to be refunded, is told so when it waits for that; from then
// the merchant's days are counted, of guests' too. None while others than them may see the page.
Result<std::vector<PickupBook::PurchaseSeen>> PurchaseDesk::with_questions(
    const Tenant& tenant, std::vector<PickupBook::PurchaseSeen> seen,
    const std::vector<Pickup>& pickups) {
  for (PickupBook::PurchaseSeen& each : seen) {
    const auto found = std::ranges::find(pickups, each.pickup_id, &Pickup::id);
    if (found == pickups.end() || each.put_off != PutOff::kOnHold || each.decided) continue;
    Pickup waits = *found;
    waits.purchase.put_off = PutOff::kOnHold;
    const int64_t days = tenant.settings.pickup.refund_after_days;
    // Who has not paid by now is asked about it by nobody but the merchant.
    waits.purchase.paid = each.paid.value_or(found->purchase.paid);
    if (days > 0 && waits.purchase.paid && !each.held_by_others && !tenant.settings.pilot.on) {
      waits.purchase.refund_at = ports_.clock.now() + days * kRefundDaySeconds;
      each.refund_at = waits.purchase.refund_at;
    }
    ChoiceDesk desk({.book = ports_.book,
                     .storage = ports_.storage,
                     .stock = ports_.stock,
                     .clock = ports_.clock});
    const auto offers = desk.offers(tenant, {waits});
    if (!offers.ok()) return offers.error();
    each.ask_customer = !offers->empty();
  }
  return seen;
}

Result<bool> PurchaseDesk::do_choices(const Tenant& tenant, const PurchasePlan& plan) {
  if (!plan.moves.empty()) {
    const PurchasePlan::Moving& next = plan.moves.front();
    const auto moved = ports_.orders.move(tenant, next.move);
    return unless_refused(tenant, next,
                          moved.ok() ? Result<Done>(Done{}) : Result<Done>(moved.error()));
  }
  if (!plan.releases.empty()) {
    const PurchasePlan::Releasing& next = plan.releases.front();
    return unless_refused(tenant, next, ports_.orders.release(tenant, next.held));
  }
  if (plan.refunds.empty()) return false;
  const PurchasePlan::Refunding& next = plan.refunds.front();
  return unless_refused(tenant, next, ports_.orders.refund(tenant, next.refund));
}

template <class Next>
Result<bool> PurchaseDesk::unless_refused(const Tenant& tenant, const Next& next,
                                          const Result<Done>& done) {
  if (done.ok()) return true;
  // Where the app may not give money back, nothing but the merchant can.
  const bool refused = done.error().code == ErrorCode::kConflict ||
                       done.error().code == ErrorCode::kUnauthorized ||
                       done.error().code == ErrorCode::kInvalid;
  if (!refused) return done.error();
  auto noted = note(tenant, {.pickup_id = next.pickup_id,
                             .state = next.state,
                             .choice = {.id = next.choice_id, .state = ChoiceState::kMerchant}});
  if (!noted.ok()) return noted.error();
  return true;
}

void PurchaseDesk::forget_stock(const Tenant& tenant, const Pickup& pickup) {
  for (const PickupLine& line : pickup.lines) ports_.stock.forget(tenant.id, line.product_id);
}

}  // namespace tsunagi

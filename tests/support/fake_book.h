#pragma once
// Pick-ups in memory, with their mails in the FakeStorage beside it. It does what was decided and
// checks no stock: that is what the storage tests are for.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/domain/fulfilment/pickup_book.h"
#include "tests/support/fake_storage.h"

namespace tsunagi::fakes {

class FakeBook : public PickupBook {
 public:
  explicit FakeBook(FakeStorage& storage) : storage_(storage) {
    storage_.mark_short = [this](const change::MarkShort& mark) {
      const auto found = pickups.find(mark.pickup_id);
      if (found != pickups.end()) found->second.short_at = mark.lacks ? 1 : 0;
    };
  }

  std::map<std::string, Pickup, std::less<>> pickups;

  Result<Pickup> place(TenantId tenant, const Pickup& wish, const std::vector<int64_t>&,
                       const std::optional<change::TellShopper>& tell) override {
    const auto [there, first] = pickups.try_emplace(wish.id, wish);
    if (first && tell) (void)storage_.apply(tenant, {*tell});
    return there->second;
  }
  Result<Pickup> move(TenantId tenant, const PickupMove& move,
                      const std::vector<Change>& also) override {
    const auto found = pickups.find(move.pickup_id);
    if (found == pickups.end()) return Error{ErrorCode::kNotFound, "there is no such pick-up"};
    if (!deeds_.insert(move.pickup_id + move.action_id).second) return found->second;
    if (auto done = do_to(found->second, move); !done.ok()) return done.error();
    if (auto told = storage_.apply(tenant, also); !told.ok()) return told.error();
    return found->second;
  }
  Result<Pickup> put_purchase(TenantId, const Pickup& pickup) override {
    const auto [there, first] = pickups.try_emplace(pickup.id, pickup);
    if (first) there->second.purchase.short_of = short_of;
    return there->second;
  }
  Result<Done> note_purchases(TenantId tenant, const std::vector<PurchaseSeen>& seen,
                              Seconds) override {
    for (const PurchaseSeen& each : seen) {
      const bool asks = each.ask_customer && pickups.at(each.pickup_id).state == each.state;
      const ChoiceState before = pickups.at(each.pickup_id).purchase.choice.state;
      note_purchase(each);
      const ChoiceState after = pickups.at(each.pickup_id).purchase.choice.state;
      if (each.tell_refunded && before == ChoiceState::kAsked && after == ChoiceState::kDone) {
        (void)storage_.apply(tenant, {change::TellShopper{.pickup_id = each.pickup_id,
                                                          .mail_id = "refunded",
                                                          .step = PickupMailStep::kRefunded}});
      }
      if (asks) {
        (void)storage_.apply(tenant, {change::TellShopper{.pickup_id = each.pickup_id,
                                                          .mail_id = "choose",
                                                          .step = PickupMailStep::kChoose}});
      }
    }
    return Done{};
  }
  Result<Pickup> choose(TenantId tenant, const ChoiceMade& made,
                        const std::vector<Change>& also) override {
    const auto found = pickups.find(made.pickup_id);
    if (found == pickups.end()) return Error{ErrorCode::kNotFound, "there is no such pick-up"};
    if (!deeds_.insert(made.pickup_id + made.action_id).second) return found->second;
    if (auto done = tsunagi::choose(found->second, made); !done.ok()) return done.error();
    if (auto told = storage_.apply(tenant, also); !told.ok()) return told.error();
    return found->second;
  }
  Result<std::vector<Pickup>> refunds_due(TenantId, Seconds until, int) override {
    return those([=](const Pickup& each) { return is_refund_due(each, until); });
  }
  Result<Done> delay_refunds(TenantId, Seconds until) override {
    for (auto& [id, each] : pickups) {
      Purchase& purchase = each.purchase;
      const bool waits = purchase.undecided && purchase.choice.id.empty() && purchase.refund_at > 0;
      if (waits && (until == 0 || purchase.refund_at < until)) purchase.refund_at = until;
    }
    return Done{};
  }
  Result<std::vector<Pickup>> pickups_of_order(TenantId, int64_t order_id) override {
    return those([=](const Pickup& each) { return each.purchase.order_id == order_id; });
  }
  Result<std::vector<Pickup>> open_pickups_by_order(TenantId, std::string_view name) override {
    return those([=](const Pickup& each) {
      return is_open(each.state) && each.purchase.order_name == name && !name.empty();
    });
  }
  Result<std::vector<Pickup>> undecided_pickups(TenantId, const std::vector<std::string>&,
                                                int) override {
    return those(
        [](const Pickup& each) { return !is_open(each.state) && each.purchase.undecided; });
  }
  Result<std::vector<Pickup>> undecided_purchases(TenantId, int) override {
    return those([](const Pickup& each) { return each.purchase.undecided; });
  }
  bool short_of = false;  // of what is bought next
  // No stock is kept here.
  Result<std::vector<CodeStock>> stock_of_codes(
      TenantId /*tenant*/, const std::vector<std::string>& /*codes*/) override {
    return std::vector<CodeStock>{};
  }
  Result<Goods> goods_of(TenantId /*tenant*/, std::string_view /*store_id*/,
                         const std::vector<std::string>& /*codes*/) override {
    return Goods{};
  }
  Result<std::optional<Pickup>> pickup(TenantId, std::string_view id) override {
    const auto found = pickups.find(id);
    return found == pickups.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::optional<Pickup>> open_pickup_by_code(TenantId, std::string_view) override {
    return std::optional<Pickup>();
  }
  Result<std::vector<Pickup>> open_pickups(TenantId, const std::vector<std::string>&,
                                           int) override {
    return those([](const Pickup& each) { return is_open(each.state); });
  }
  Result<std::vector<Pickup>> pickups_of(TenantId, int64_t customer_id, int) override {
    return those([=](const Pickup& each) { return each.customer_id == customer_id; });
  }
  Result<std::vector<Pickup>> overdue_pickups(TenantId, Seconds until, int) override {
    return those([=](const Pickup& each) {
      const bool kept = is_purchase(each.purchase) && each.state != PickupState::kReady;
      return is_open(each.state) && each.hold_until <= until && !kept;
    });
  }
  Result<Done> release_sold(TenantId, Seconds) override { return Done{}; }
  Result<std::vector<PickupDeed>> deeds_of(TenantId, std::string_view) override {
    return std::vector<PickupDeed>();
  }
  Result<PickupMailLog> mails_of(TenantId tenant, const std::vector<std::string>& ids) override {
    PickupMailLog log = storage_.pickup_mails(tenant);
    std::erase_if(
        log, [&](const auto& each) { return std::ranges::find(ids, each.first) == ids.end(); });
    return log;
  }
  Result<Pickup> tell_again(TenantId tenant, const MailAgain& again,
                            const PickupSettings& settings) override {
    const auto found = pickups.find(again.pickup_id);
    if (found == pickups.end()) return Error{ErrorCode::kNotFound, "there is no such pick-up"};
    if (deeds_.contains(again.pickup_id + again.deed)) return found->second;
    const std::vector<PickupMail> sent = storage_.pickup_mails(tenant)[again.pickup_id];
    const auto may = may_tell_again(found->second, sent, again.step, settings, again.at);
    if (!may.ok()) return may.error();
    deeds_.insert(again.pickup_id + again.deed);
    const change::TellShopper tell{
        .pickup_id = again.pickup_id, .mail_id = mail_again_id(again.deed), .step = again.step};
    if (auto told = storage_.apply(tenant, {tell}); !told.ok()) return told.error();
    return found->second;
  }
  Result<bool> is_behind(TenantId tenant, const Pickup& pickup, const PickupMail& mail) override {
    for (const auto& [id, mails] : storage_.pickup_mails(tenant)) {
      const auto other = pickups.find(id);
      if (other == pickups.end() || other->second.customer_id != pickup.customer_id) continue;
      for (const PickupMail& each : mails) {
        const bool earlier =
            each.asked_at < mail.asked_at ||
            (each.asked_at == mail.asked_at && id == pickup.id && each.place < mail.place);
        if (each.settled_at == 0 && earlier && waits(pickup_mail_key(id, each.id))) return true;
      }
    }
    return false;
  }
  Result<std::vector<Pickup>> pickups_to_remind(TenantId tenant, Seconds now, int) override {
    const PickupMailLog log = storage_.pickup_mails(tenant);
    return those([&](const Pickup& each) {
      const Seconds last_day = each.hold_until - kReminderSeconds;
      if (each.state != PickupState::kReady || now >= each.hold_until || now < last_day ||
          each.changed_at > last_day) {
        return false;
      }
      const auto mails = log.find(each.id);
      return mails == log.end() || std::ranges::find(mails->second, reminder_id(each),
                                                     &PickupMail::id) == mails->second.end();
    });
  }
  std::vector<ShortShelf> lacking;  // that the tills have sold
  Result<std::vector<ShortShelf>> short_shelves(TenantId, Seconds, int) override { return lacking; }
  Result<std::vector<Pickup>> placed_on(TenantId, const ShortShelf& shelf) override {
    auto placed = those([&](const Pickup& each) {
      return each.state == PickupState::kPlaced && each.store_id == shelf.store_id &&
             !is_purchase(each.purchase) &&
             std::ranges::any_of(each.lines, [&](const PickupLine& line) {
               return line.product_id == shelf.product_id && line.held > 0;
             });
    });
    std::ranges::sort(placed, std::greater<>(), &Pickup::placed_at);
    return placed;
  }
  Result<std::vector<std::string>> short_pickups(TenantId) override {
    std::vector<std::string> ids;
    for (const auto& [id, pickup] : pickups) {
      if (pickup.state == PickupState::kPlaced && pickup.short_at != 0) ids.push_back(id);
    }
    return ids;
  }
  Result<std::vector<Pickup>> unanswered_pickups(TenantId tenant, Seconds accept_by, int) override {
    const PickupMailLog log = storage_.pickup_mails(tenant);
    return those([&](const Pickup& each) {
      const auto mails = log.find(each.id);
      const bool told =
          mails != log.end() &&
          std::ranges::find(mails->second, "late", &PickupMail::id) != mails->second.end();
      return each.state == PickupState::kPlaced && !is_purchase(each.purchase) && !told &&
             each.accept_by <= accept_by;
    });
  }

 private:
  void note_purchase(const PurchaseSeen& seen) {
    Pickup& pickup = pickups.at(seen.pickup_id);
    Purchase& purchase = pickup.purchase;
    if (seen.prepared) purchase.prepared = true;
    if (seen.told_id != 0 && purchase.told_id == 0) purchase.told_id = seen.told_id;
    if (pickup.state != seen.state) return;
    purchase.paid = seen.paid.value_or(purchase.paid);
    purchase.on_hold = seen.on_hold.value_or(purchase.on_hold);
    purchase.put_off = seen.put_off.value_or(purchase.put_off);
    purchase.refund_at = seen.refund_at.value_or(purchase.refund_at);
    if (seen.decided) purchase.undecided = false;
    const bool ends = seen.choice.state != ChoiceState::kNone &&
                      seen.choice.id == purchase.choice.id &&
                      purchase.choice.state == ChoiceState::kAsked;
    if (ends) purchase.choice.state = seen.choice.state;
    if (ends && is_given_up(pickup.state)) {
      for (PickupLine& line : pickup.lines) line.held = 0;
    }
    if (seen.fewer.empty()) return;
    purchase.lines = seen.fewer;
    for (PickupLine& line : pickup.lines) {
      int64_t left = 0;
      for (const PurchaseLine& each : seen.fewer) {
        if (each.product_id == line.product_id) left += each.quantity;
      }
      line.quantity = std::min(line.quantity, left);
      line.picked = std::min(line.picked, left);
      line.held = std::min(line.held, left);
    }
    std::erase_if(purchase.lines, [](const auto& each) { return each.quantity == 0; });
    std::erase_if(pickup.lines, [](const auto& each) { return each.quantity == 0; });
  }
  [[nodiscard]] bool waits(const std::string& key) const {
    return std::ranges::any_of(storage_.outbox(), [&](const auto& row) {
      return row.second.item.write.key == key && !row.second.rests();
    });
  }
  template <class Matches>
  std::vector<Pickup> those(Matches matches) const {
    std::vector<Pickup> found;
    for (const auto& [id, each] : pickups) {
      if (matches(each)) found.push_back(each);
    }
    return found;
  }

  FakeStorage& storage_;
  std::set<std::string> deeds_;
};

}  // namespace tsunagi::fakes

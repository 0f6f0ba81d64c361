#include "server/domain/fulfilment/purchase_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "server/domain/fulfilment/purchase_choice.h"
#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

// For the merchant, with a refund.
constexpr std::string_view kChosenWords =
    "店頭受け取りができなかった分の、お客様のご希望による返金 / Refund chosen by the customer: not "
    "picked up at the shop";
constexpr std::string_view kUnchosenWords =
    "店頭でお渡しできず、期日までにどうするかが選ばれなかった分の、設定による自動の返金 / "
    "Automatic refund: not picked up at the shop, and nothing else was chosen in time";

// Says of a refund in the online shop which choice it was made for; people see it there.
constexpr std::string_view kKeyPrefix = "tsunagi.";
std::string in_brackets(std::string_view key) { return "(" + std::string(key) + ")"; }
bool is_ours(const OrderRefund& refund) {
  return refund.why.find("(" + std::string(kKeyPrefix)) != std::string::npos;
}

using LineFigures = std::vector<int64_t>;  // as many as Purchase::lines

bool waits_for_note(const Pickup& pickup) {
  return pickup.state == PickupState::kHandedOver && pickup.purchase.told_id == 0;
}

int64_t pieces_of(const LineFigures& figures) {
  int64_t sum = 0;
  for (const int64_t each : figures) sum += each;
  return sum;
}

LineFigures asked_of(const Pickup& pickup) {
  LineFigures asked;
  for (const PurchaseLine& line : pickup.purchase.lines) asked.push_back(line.quantity);
  return asked;
}

bool must_wait(const OrderWork& work) {
  return work.state == WorkState::kOnHold || work.state == WorkState::kLater;
}

// A work; what remains of its lines is what nobody has claimed.
struct ClaimedWork {
  OrderWork work;
  int64_t all = 0;  // pieces that remain of it, claimed or not
};

// Of a shop's works, which; kMovedOn: at the shop that was chosen instead, and not let go yet.
enum class WorksOf : uint8_t { kAny, kHeldBack, kMovedOn };

// What was found of a claim, and where.
struct PurchaseClaim {
  LineFigures got;
  std::map<size_t, std::vector<WorkPart>> parts;  // by the work's place
};

class PurchasePlanner {
 public:
  PurchasePlanner(const Settings& settings, const ShopOrder& order,
                  const std::vector<Pickup>& pickups, const std::vector<Shipment>& shipments)
      : settings_(settings), order_(order), pickups_(pickups) {
    for (const OrderWork& work : order.works) {
      if (work.state == WorkState::kOver || !work.fetched) continue;
      ClaimedWork open{.work = work};
      for (const OrderWork::Line& line : work.lines) open.all += line.remaining;
      works_.push_back(std::move(open));
    }
    // What may be handed over is claimed before what waits for a person.
    std::ranges::sort(works_, {}, [](const ClaimedWork& each) {
      return std::pair(must_wait(each.work), each.work.id);
    });
    for (const Pickup& pickup : pickups) known_notes_.insert(pickup.purchase.told_id);
    for (const Shipment& shipment : shipments) known_notes_.insert(shipment.told_id);
  }

  PurchasePlan plan() && {
    for (const Pickup& pickup : pickups_) {
      if (is_open(pickup.state)) {
        of_open(pickup);
      } else if (waits_for_note(pickup)) {
        of_handed_over(pickup);
      } else if (pickup.purchase.undecided) {
        of_undecided(pickup, claim_undecided(pickup, missing_of(pickup)));
      }
    }
    for (const Pickup* pickup : settled_) note_outcome(*pickup);
    if (!order_.cancelled && settings_.pickup.on) find_begun();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool is_at(const OrderWork& work, const Pickup& pickup) const {
    const int64_t own = location_id_of(settings_, pickup.store_id);
    return own == 0 || work.location_id == own;  // where it is no location any more: anywhere
  }

  [[nodiscard]] int64_t chosen_place(const Pickup& pickup) const {
    const PurchaseChoice& choice = pickup.purchase.choice;
    return choice.what == Choice::kShop ? location_id_of(settings_, choice.store_id) : 0;
  }
  [[nodiscard]] bool is_among(const OrderWork& work, const Pickup& pickup, WorksOf from) const {
    const bool held_back = work.state == WorkState::kOnHold;
    switch (from) {
      case WorksOf::kAny:
        return is_at(work, pickup);
      case WorksOf::kHeldBack:
        return is_at(work, pickup) && held_back;
      case WorksOf::kMovedOn:
        return held_back && work.own_hold != 0 && work.location_id != 0 &&
               work.location_id == chosen_place(pickup);
    }
    return false;
  }

  PurchaseClaim claim(const Pickup& pickup, const LineFigures& wanted, WorksOf from) {
    PurchaseClaim claim{.got = LineFigures(wanted.size(), 0), .parts = {}};
    claim_more(pickup, wanted, from, claim);
    return claim;
  }
  void claim_more(const Pickup& pickup, const LineFigures& wanted, WorksOf from,
                  PurchaseClaim& claim) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      for (size_t w = 0; w < works_.size(); ++w) {
        OrderWork& work = works_[w].work;
        if (!is_among(work, pickup, from)) continue;
        take(work, pickup.purchase.lines[i].order_line, wanted[i], claim.got[i], claim.parts[w]);
      }
    }
    std::erase_if(claim.parts, [](const auto& each) { return each.second.empty(); });
  }
  static void take(OrderWork& work, int64_t order_line, int64_t wanted, int64_t& got,
                   std::vector<WorkPart>& parts) {
    for (OrderWork::Line& line : work.lines) {
      const int64_t taken = std::min(wanted - got, line.remaining);
      if (line.order_line != order_line || taken <= 0) continue;
      parts.push_back({.line = line.id, .quantity = taken});
      line.remaining -= taken;
      got += taken;
    }
  }
  // Once it was on hold, what no longer is was decided.
  PurchaseClaim claim_undecided(const Pickup& pickup, const LineFigures& missing) {
    if (pickup.purchase.put_off != PutOff::kOnHold) return claim(pickup, missing, WorksOf::kAny);
    PurchaseClaim there = claim(pickup, missing, WorksOf::kMovedOn);
    claim_more(pickup, missing, WorksOf::kHeldBack, there);
    return there;
  }

  PickupBook::PurchaseSeen& seen_of(const Pickup& pickup) {
    for (auto& each : plan_.seen) {
      if (each.pickup_id == pickup.id) return each;
    }
    plan_.seen.push_back({.pickup_id = pickup.id, .state = pickup.state});
    return plan_.seen.back();
  }

  void of_open(const Pickup& pickup) {
    const PurchaseClaim found = claim(pickup, found_of(pickup), WorksOf::kAny);
    if (pieces_of(found.got) == 0) return without_work(pickup);
    PurchaseClaim missing{.got = LineFigures(found.got.size(), 0), .parts = {}};
    if (pickup.purchase.undecided) missing = claim_undecided(pickup, missing_of(pickup));
    note_fewer(pickup, found, missing);
    if (pickup.purchase.paid != order_.paid) seen_of(pickup).paid = order_.paid;
    const bool on_hold = std::ranges::any_of(
        found.parts, [this](const auto& each) { return must_wait(works_[each.first].work); });
    if (pickup.purchase.on_hold != on_hold) seen_of(pickup).on_hold = on_hold;
    const size_t puts_off = plan_.put_off.size();
    if (pickup.purchase.undecided) {
      of_undecided(pickup, missing);
    } else {
      let_go(pickup, found);
    }
    // What is missing becomes a work of its own first, so that the customer is told of the rest.
    const bool apart = puts_off == plan_.put_off.size();
    if (pickup.state == PickupState::kReady && !pickup.purchase.prepared && apart) {
      tell_prepared(pickup, found);
    }
  }

  // It is elsewhere, somebody else noted that it was handed over, or there is nothing any more.
  void without_work(const Pickup& pickup) {
    for (const ClaimedWork& open : works_) {
      for (const OrderWork::Line& line : open.work.lines) {
        const bool same =
            line.remaining > 0 &&
            std::ranges::find(pickup.purchase.lines, line.order_line, &PurchaseLine::order_line) !=
                pickup.purchase.lines.end();
        if (!same || is_at(open.work, pickup)) continue;
        plan_.ended.push_back({pickup.id, CancelReason::kMoved});
        return;
      }
    }
    if (!order_.cancelled && unknown_note(pickup, pickup.placed_at)) {
      plan_.fetched.push_back(pickup.id);
    } else {
      plan_.ended.push_back({pickup.id, CancelReason::kOrder});
    }
  }

  void note_fewer(const Pickup& pickup, const PurchaseClaim& found, const PurchaseClaim& missing) {
    std::vector<PurchaseLine> lines = pickup.purchase.lines;
    bool fewer = false;
    for (size_t i = 0; i < lines.size(); ++i) {
      const int64_t there = found.got[i] + missing.got[i];
      fewer = fewer || there < lines[i].quantity;
      lines[i].quantity = std::min(lines[i].quantity, there);
    }
    if (fewer) seen_of(pickup).fewer = std::move(lines);
  }

  void tell_prepared(const Pickup& pickup, const PurchaseClaim& found) {
    bool all = true;
    for (const auto& [place, parts] : found.parts) {
      const OrderWork& work = works_[place].work;
      if (work.state == WorkState::kBegun) continue;  // the platform has it as prepared
      all = false;
      if (work.state == WorkState::kOpen) {
        plan_.prepared.push_back({pickup.id, pickup.state, {work.id, {}}});
      }
    }
    if (all) seen_of(pickup).prepared = true;
  }

  void of_undecided(const Pickup& pickup, const PurchaseClaim& missing) {
    if (pieces_of(missing.got) == 0) {
      seen_of(pickup).decided = true;
      if (is_asked(pickup)) settled_.push_back(&pickup);
      return;
    }
    if (is_asked(pickup)) do_choice(pickup, missing);
    if (pickup.purchase.put_off != PutOff::kNot) return;
    bool all_on_hold = true;
    bool by_us = true;
    for (const auto& [place, parts] : missing.parts) {
      const ClaimedWork& open = works_[place];
      by_us = by_us && is_ours_alone(open.work);
      if (open.work.state == WorkState::kOnHold) continue;
      all_on_hold = false;
      int64_t pieces = 0;
      for (const WorkPart& part : parts) pieces += part.quantity;
      const bool whole = pieces == open.all;
      // Only what nobody has begun can be parted.
      const bool can =
          open.work.state == WorkState::kOpen || (whole && open.work.state == WorkState::kBegun);
      if (!can) continue;
      plan_.put_off.push_back(
          {pickup.id, pickup.state, {open.work.id, whole ? std::vector<WorkPart>() : parts}});
    }
    if (!all_on_hold) return;
    seen_of(pickup).put_off = PutOff::kOnHold;
    seen_of(pickup).held_by_others = !by_us;
  }

  // ---- what the customer chose

  static bool is_asked(const Pickup& pickup) {
    return pickup.purchase.choice.state == ChoiceState::kAsked;
  }
  void end_choice(const Pickup& pickup, ChoiceState state) {
    seen_of(pickup).choice = {.id = pickup.purchase.choice.id, .state = state};
  }

  void do_choice(const Pickup& pickup, const PurchaseClaim& missing) {
    switch (pickup.purchase.choice.what) {
      case Choice::kNone:
      case Choice::kSend:  // the merchant does it
        return;
      case Choice::kShop:
        return move_on(pickup, missing);
      case Choice::kRefund:
        return is_by_itself(pickup.purchase.choice) ? pay_back_by_itself(pickup, missing)
                                                    : pay_back(pickup, missing);
    }
  }
  static bool is_ours_alone(const OrderWork& work) {
    return work.own_hold != 0 && !work.others_hold;
  }
  // Nobody looks at it: it is left to the merchant where somebody has it in hand, who gave money of
  // the order back or put it on hold, or who does not want it any more.
  void pay_back_by_itself(const Pickup& pickup, const PurchaseClaim& missing) {
    const bool ours = std::ranges::all_of(
        missing.parts, [this](const auto& each) { return is_ours_alone(works_[each.first].work); });
    const bool wanted = settings_.pickup.refund_after_days > 0;
    if (wanted && ours && std::ranges::all_of(order_.refunds, is_ours)) {
      return pay_back(pickup, missing);
    }
    end_choice(pickup, ChoiceState::kMerchant);
  }
  // On hold until it is there: in between no shop is asked for it. Where the platform refuses the
  // move it is on hold where it was.
  void move_on(const Pickup& pickup, const PurchaseClaim& missing) {
    const int64_t place = chosen_place(pickup);
    if (place == 0) return end_choice(pickup, ChoiceState::kMerchant);
    const std::string& choice = pickup.purchase.choice.id;
    for (const auto& [at, parts] : missing.parts) {
      const OrderWork& work = works_[at].work;
      if (work.location_id != place) {
        plan_.moves.push_back({pickup.id, pickup.state, choice, {work.id, place, parts}});
      } else if (work.own_hold != 0) {
        plan_.releases.push_back({pickup.id, pickup.state, choice, {work.id, work.own_hold}});
      }
    }
  }
  void pay_back(const Pickup& pickup, const PurchaseClaim& missing) {
    const std::string& choice = pickup.purchase.choice.id;
    ShopOrders::Refund refund{
        .order_id = order_.id,
        .key = refund_key(pickup),
        .lines = {},
        .why = std::string(is_by_itself(pickup.purchase.choice) ? kUnchosenWords : kChosenWords) +
               " " + in_brackets(refund_key(pickup)),
        .only_money = is_by_itself(pickup.purchase.choice)};
    for (const auto& [at, parts] : missing.parts) {
      const OrderWork& work = works_[at].work;
      for (const WorkPart& part : parts) {
        const auto line = std::ranges::find(work.lines, part.line, &OrderWork::Line::id);
        refund.lines.push_back({line->order_line, part.quantity, work.location_id});
      }
    }
    plan_.refunds.push_back({pickup.id, pickup.state, choice, std::move(refund)});
  }
  // After everybody's claims: what nobody has of its lines says what became of the choice.
  void note_outcome(const Pickup& pickup) {
    const int64_t place = chosen_place(pickup);
    bool there = false;  // at the chosen shop
    bool left = false;   // to be handed over by somebody
    for (const ClaimedWork& open : works_) {
      for (const OrderWork::Line& line : open.work.lines) {
        const bool ours =
            line.remaining > 0 &&
            std::ranges::find(pickup.purchase.lines, line.order_line, &PurchaseLine::order_line) !=
                pickup.purchase.lines.end();
        left = left || ours;
        there = there || (ours && open.work.location_id == place);
      }
    }
    switch (pickup.purchase.choice.what) {
      case Choice::kNone:
        return;
      case Choice::kSend:
        return end_choice(pickup, ChoiceState::kDone);
      case Choice::kShop:
        return end_choice(pickup, there ? ChoiceState::kDone : ChoiceState::kMerchant);
      case Choice::kRefund:
        return note_refund(pickup, left);
    }
  }
  // A person who was faster than the refund that nobody chose may have sent it instead, or
  // cancelled it without the money: it is said to be refunded only where some was.
  void note_refund(const Pickup& pickup, bool left) {
    const bool by_itself = is_by_itself(pickup.purchase.choice);
    const bool done = !left && (!by_itself || !order_.refunds.empty());
    end_choice(pickup, done ? ChoiceState::kDone : ChoiceState::kMerchant);
    seen_of(pickup).tell_refunded =
        done && by_itself && pickup.customer_id != 0 && went_back(pickup);
  }
  [[nodiscard]] bool went_back(const Pickup& pickup) const {
    return std::ranges::any_of(
        order_.refunds, [noted = in_brackets(refund_key(pickup))](const OrderRefund& refund) {
          return refund.why.ends_with(noted);
        });
  }
  // A refund took pieces of another work than the one on hold: what was found is in that.
  void let_go(const Pickup& pickup, const PurchaseClaim& found) {
    if (pickup.purchase.choice.what != Choice::kRefund) return;
    for (const auto& [at, parts] : found.parts) {
      const OrderWork& work = works_[at].work;
      if (work.own_hold == 0) continue;
      plan_.releases.push_back(
          {pickup.id, pickup.state, pickup.purchase.choice.id, {work.id, work.own_hold}});
    }
  }

  // Looked up before it is noted again: while all of it is there to be handed over nobody noted it.
  void of_handed_over(const Pickup& pickup) {
    const PurchaseClaim found = claim(pickup, found_of(pickup), WorksOf::kAny);
    const PurchaseClaim missing = claim_undecided(pickup, missing_of(pickup));
    const bool all = pieces_of(found.got) + pieces_of(missing.got) == pieces_of(asked_of(pickup));
    if (pieces_of(missing.got) == 0) let_go(pickup, found);
    const auto ours = unknown_note(pickup, pickup.changed_at - kHandOverSlackSeconds);
    const auto any = unknown_note(pickup, 0);
    if (!all && ours) return note_told(pickup, *ours);
    const bool to_tell = std::ranges::any_of(
        found.parts, [this](const auto& each) { return !must_wait(works_[each.first].work); });
    if (!to_tell && any) return note_told(pickup, *any);
    if (pieces_of(found.got) > 0) return tell_handed_over(pickup, found);
    plan_.lost.push_back(pickup.id);
  }
  void tell_handed_over(const Pickup& pickup, const PurchaseClaim& found) {
    PurchasePlan::HandedOver handed{.pickup_id = pickup.id, .state = pickup.state, .works = {}};
    for (const auto& [place, parts] : found.parts) {
      if (must_wait(works_[place].work)) return;  // until the platform lets it go
      handed.works.push_back({works_[place].work.id, parts});
    }
    plan_.handed_over.push_back(std::move(handed));
  }
  void note_told(const Pickup& pickup, int64_t note) {
    known_notes_.insert(note);
    seen_of(pickup).told_id = note;
  }
  // That something was handed over at the pick-up's shop, of which nobody here knows.
  [[nodiscard]] std::optional<int64_t> unknown_note(const Pickup& pickup, Seconds since) const {
    const int64_t own = location_id_of(settings_, pickup.store_id);
    for (const SentParcel& parcel : order_.parcels) {
      const bool here = own == 0 || parcel.location_id == own;
      const bool known = known_notes_.contains(parcel.id);
      if (here && !known && parcel.sent_at >= since) return parcel.id;
    }
    return std::nullopt;
  }

  void find_begun() {
    for (const ClaimedWork& open : works_) {
      const std::string store = store_at(settings_, open.work.location_id);
      const bool waits_for_shop =
          open.work.state == WorkState::kOpen || open.work.state == WorkState::kBegun;
      if (!waits_for_shop || !hands_over(settings_, store)) continue;
      PurchasePlan::Begun begun{.store_id = store, .lines = {}};
      for (const OrderWork::Line& line : open.work.lines) {
        if (line.remaining > 0) begun.lines.push_back(line);
      }
      if (!begun.lines.empty()) plan_.begun.push_back(std::move(begun));
    }
  }

  const Settings& settings_;
  const ShopOrder& order_;
  const std::vector<Pickup>& pickups_;
  std::vector<ClaimedWork> works_;  // their lines become fewer
  std::set<int64_t> known_notes_;
  std::vector<const Pickup*> settled_;  // of which a choice has come to its end
  PurchasePlan plan_;
};

}  // namespace

// Of the pick-up and the deed: a second choice about the same pick-up is another refund.
std::string refund_key(const Pickup& pickup) {
  return std::string(kKeyPrefix) + pickup.id + "." + pickup.purchase.choice.id;
}

PurchasePlan plan_purchases(const Settings& settings, const std::optional<ShopOrder>& order,
                            const std::vector<Pickup>& pickups,
                            const std::vector<Shipment>& shipments) {
  const ShopOrder gone{.name = {},
                       .cancelled = true,
                       .ship_to = {},
                       .works = {},
                       .parcels = {},
                       .cancelled_parcels = {},
                       .refunds = {}};
  return PurchasePlanner(settings, order ? *order : gone, pickups, shipments).plan();
}

}  // namespace tsunagi

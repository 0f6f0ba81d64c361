#include "server/domain/fulfilment/purchase_choice.h"

#include <algorithm>

namespace tsunagi {
namespace {

// Then it is known what was found.
bool is_picked(PickupState state) {
  return state == PickupState::kReady || state == PickupState::kHandedOver;
}

bool waits_for_choice(const Purchase& purchase) {
  return is_purchase(purchase) && purchase.undecided && purchase.put_off == PutOff::kOnHold &&
         purchase.choice.id.empty();
}

Error not_to_choose(const Pickup& pickup) {
  const Purchase& purchase = pickup.purchase;
  std::string why = "there is nothing to choose about this pick-up";
  if (!purchase.choice.id.empty()) {
    why = "it was chosen before what becomes of it";
  } else if (purchase.undecided && purchase.put_off == PutOff::kNot) {
    why = "the online shop does not wait for a decision yet";
  } else if (purchase.undecided && purchase.put_off == PutOff::kRefused) {
    why = "the merchant decides about this pick-up";
  }
  return {ErrorCode::kConflict, why};
}

}  // namespace

std::string_view word(Choice choice) {
  switch (choice) {
    case Choice::kNone:
      return "";
    case Choice::kShop:
      return "shop";
    case Choice::kRefund:
      return "refund";
    case Choice::kSend:
      return "send";
  }
  return "";
}

std::string_view word(ChoiceState state) {
  switch (state) {
    case ChoiceState::kNone:
      return "";
    case ChoiceState::kAsked:
      return "asked";
    case ChoiceState::kDone:
      return "done";
    case ChoiceState::kMerchant:
      return "merchant";
  }
  return "";
}

std::optional<Choice> choice_of(std::string_view text) {
  for (const Choice each : kChoices) {
    if (word(each) == text) return each;
  }
  return std::nullopt;
}

std::vector<int64_t> found_of(const Pickup& pickup) {
  const auto& lines = pickup.purchase.lines;
  if (is_given_up(pickup.state)) {
    return std::vector<int64_t>(lines.size(), 0);
  }
  const bool counted = is_picked(pickup.state);
  std::map<std::string_view, int64_t> left;
  for (const PickupLine& line : pickup.lines) left[line.product_id] += line.picked;
  std::vector<int64_t> found;
  for (const PurchaseLine& line : lines) {
    int64_t& rest = left[line.product_id];
    found.push_back(counted ? std::min(rest, line.quantity) : line.quantity);
    rest -= counted ? found.back() : 0;
  }
  return found;
}

std::vector<int64_t> missing_of(const Pickup& pickup) {
  std::vector<int64_t> missing = found_of(pickup);
  for (size_t i = 0; i < missing.size(); ++i) {
    missing[i] = pickup.purchase.lines[i].quantity - missing[i];
  }
  return missing;
}

std::map<std::string, int64_t> missing_products(const Pickup& pickup) {
  std::map<std::string, int64_t> products;
  const std::vector<int64_t> missing = missing_of(pickup);
  for (size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] > 0) products[pickup.purchase.lines[i].product_id] += missing[i];
  }
  return products;
}

std::map<std::string, int64_t> missing_counted(const Pickup& pickup) {
  auto products = missing_products(pickup);
  std::erase_if(products, [](const auto& each) { return each.first.starts_with(kUncounted); });
  return products;
}

bool may_choose(const Pickup& pickup) {
  return pickup.customer_id != 0 && waits_for_choice(pickup.purchase);
}

Seconds refund_promised(const PickupSettings& settings, const Pickup& pickup) {
  const Purchase& purchase = pickup.purchase;
  const bool goes_back =
      settings.refund_after_days > 0 && purchase.paid && waits_for_choice(purchase);
  return goes_back ? purchase.refund_at : 0;
}

bool is_to_ask(const PickupSettings& settings, const Pickup& pickup) {
  return may_choose(pickup) &&
         (!choices_for(settings.choices, pickup).empty() || refund_promised(settings, pickup) != 0);
}

bool is_refund_due(const Pickup& pickup, Seconds now) {
  const Purchase& purchase = pickup.purchase;
  return waits_for_choice(purchase) && purchase.paid && purchase.refund_at != 0 &&
         now >= purchase.refund_at;
}

std::vector<Choice> choices_for(const ChoiceSettings& settings, const Pickup& pickup) {
  if (!may_choose(pickup)) return {};
  const bool movable = is_picked(pickup.state) || !pickup.purchase.prepared;
  std::vector<Choice> choices;
  if (settings.shop && movable && !missing_counted(pickup).empty()) {
    choices.push_back(Choice::kShop);
  }
  if (settings.refund && pickup.purchase.paid) choices.push_back(Choice::kRefund);
  if (settings.send) choices.push_back(Choice::kSend);
  return choices;
}

Result<Done> choose(Pickup& pickup, const ChoiceMade& made) {
  if (is_by_system(made)) {
    if (made.what != Choice::kRefund || !is_refund_due(pickup, made.at)) {
      return not_to_choose(pickup);
    }
    pickup.purchase.choice = {
        .id = made.action_id, .what = Choice::kRefund, .state = ChoiceState::kAsked};
    return Done{};
  }
  if (pickup.customer_id == 0 || pickup.customer_id != made.customer_id) {
    return Error{ErrorCode::kNotFound, "there is no such pick-up"};
  }
  if (!may_choose(pickup)) return not_to_choose(pickup);
  const auto choices = choices_for(made.offered, pickup);
  if (std::ranges::find(choices, made.what) == choices.end()) {
    return Error{ErrorCode::kConflict, "this is not offered"};
  }
  pickup.purchase.choice = {.id = made.action_id,
                            .what = made.what,
                            .state = ChoiceState::kAsked,
                            .store_id = made.store_id};
  // The other shop keeps them from now on: what was given up holds nothing where it was.
  if (made.what != Choice::kShop || !is_given_up(pickup.state)) return Done{};
  const auto missing = missing_counted(pickup);
  for (PickupLine& line : pickup.lines) {
    const auto lacks = missing.find(line.product_id);
    if (lacks != missing.end()) line.held = lacks->second;
  }
  return Done{};
}

}  // namespace tsunagi

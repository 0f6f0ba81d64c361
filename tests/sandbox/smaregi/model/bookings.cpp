#include "tests/sandbox/smaregi/model/bookings.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/points.h"

namespace tsunagi::smaregi_sandbox {

int64_t pieces_sold(const Record& detail) {
  const int64_t quantity = detail.number("quantity");
  return detail.text("transactionDetailDivision") == "2" ? -std::abs(quantity) : quantity;
}

std::optional<int64_t> stocked_product(const Contract& contract, const Record& detail) {
  const auto product = contract.products.find(detail.number("productId"));
  if (product == contract.products.end() || product->second.text("stockControlDivision") == "1") {
    return std::nullopt;
  }
  return product->first;
}

std::string expiry_by_rule(const Store& store, int64_t now) {
  const int64_t length = store.point_condition.number("expireLimit");
  static constexpr int64_t kLongest = 12'000;
  if (length < 1 || length > kLongest) return {};
  const int amount = static_cast<int>(length);
  const std::string today = format_date(now),
                    division = store.point_condition.text("expireDivision");
  if (division == "1") return add_to_date(today, amount, 0);
  if (division == "2") return add_to_date(today, 0, amount);
  if (division == "3") return add_to_date(today, 0, amount * 12);
  return {};
}

namespace {

std::string receipt_number(int64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%013lld",
                static_cast<long long>(number));  // "e.g. 13 digits" (§3.6)
  return text.data();
}

void fill_in(World& world, Contract& contract, Record& head, int64_t id) {
  const std::string now = format_date_time(world.clock.now());
  head.set("transactionHeadId", id);
  head.set("transactionDateTime", now);
  head.set("updDateTime", now);
  head.set("transactionUuid", receipt_number(++contract.last_receipt));
  if (!head.has("sumDate")) head.set("sumDate", head.text("terminalTranDateTime").substr(0, 10));
  for (const auto* name : {"newPoint", "spendPoint", "cancelDivision", "disposeDivision",
                           "returnSales", "sumDivision"}) {
    if (!head.has(name)) head.set(name, 0);
  }
  const auto store = contract.stores.find(head.number("storeId"));
  if (store != contract.stores.end() && store->second.record.has("storeCode")) {
    head.set("storeCode", store->second.record.text("storeCode"));
  }
}

// The member's balance after the sale. The expiry date moves on when points are given, if the store
// has a rule for it.
void move_points(World& world, Contract& contract, Record& head) {
  const auto found = contract.members.find(head.number("customerId"));
  if (found == contract.members.end()) return;
  Member& member = found->second;
  expire_points(world, contract, member);
  const int64_t before = member.points.number("point");
  const int64_t given = head.number("newPoint"), spent = head.number("spendPoint");
  int64_t after = before + given - spent;
  if (after < 0 && world.switches.is(Switch::kReturnBelowZero, "floored")) after = 0;
  head.set("customerCode", member.record.text("customerCode"));
  if (member.record.has("rank")) head.set("customerRank", member.record.text("rank"));
  head.set("point", before);
  head.set("totalPoint", after);
  member.record.set("lastComeDateTime", head.text("terminalTranDateTime"));
  const auto store = contract.stores.find(head.number("storeId"));
  if (given > 0 && store != contract.stores.end() &&
      world.switches.is(Switch::kSaleExtendsExpiry, "yes")) {
    const std::string date = expiry_by_rule(store->second, world.clock.now());
    if (!date.empty()) member.points.set("pointExpireDate", date);
  }
  if (after == before) return;
  member.points.set("point", after);
  touch_points(world, contract, member);
}

std::vector<StockHistory> move_stock_of(World& world, Contract& contract, const Transaction& made) {
  std::vector<StockHistory> moved;
  for (const Record& detail : made.details) {
    const auto product = stocked_product(contract, detail);
    const int64_t sold = pieces_sold(detail);
    if (!product || sold == 0) continue;
    moved.push_back(move_stock(world, contract,
                               {.product_id = *product,
                                .store_id = made.head.number("storeId"),
                                .delta = -sold,
                                .division = sold > 0 ? "02" : "12",
                                .memo = {},
                                .target_at = made.head.text("terminalTranDateTime")}));
  }
  return moved;
}

}  // namespace

int64_t book_transaction(World& world, Contract& contract, NewTransaction made) {
  if (!made.head.has("terminalTranDateTime")) {
    made.head.set("terminalTranDateTime", format_date_time(world.clock.now()));
  }
  move_points(world, contract,
              made.head);  // first: expiry books a record of its own, with a lower id
  const int64_t id = ++contract.last_transaction;
  Transaction& transaction = contract.transactions[id];
  transaction.head = std::move(made.head);
  transaction.details = std::move(made.details);
  fill_in(world, contract, transaction.head, id);
  int64_t line = 0;
  for (Record& detail : transaction.details) {
    detail.set("transactionHeadId", id);
    if (!detail.has("transactionDetailId")) detail.set("transactionDetailId", line + 1);
    ++line;
  }
  const std::vector<StockHistory> moved = move_stock_of(world, contract, transaction);
  publish(world, contract, "pos:transactions", made.action, "transactionHeadIds",
          Json::array({std::to_string(id)}));
  publish_stock(world, contract, made.stock_action, moved);
  return id;
}

}  // namespace tsunagi::smaregi_sandbox

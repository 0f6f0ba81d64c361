#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/points.h"
#include "tests/sandbox/smaregi/model/transactions.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr std::array<std::string_view, 7> kHeadRequired = {
    "transactionHeadDivision", "subtotal", "total", "storeId", "terminalId", "terminalTranId",
    "terminalTranDateTime"};
constexpr std::array<std::string_view, 4> kDetailRequired = {
    "transactionDetailId", "transactionDetailDivision", "salesPrice", "quantity"};
constexpr std::array<std::string_view, 2> kHeadNested = {"details", "layaway"};
constexpr std::array<std::string_view, 9> kDivisionsByApi = {"1", "2", "3",  "4", "5",
                                                             "6", "7", "13", "14"};  // [DOC]

std::vector<Record> read_details(Context& context) {
  std::vector<Record> details;
  const auto given = context.body.find("details");
  if (given == context.body.end() || given->is_null()) return details;
  if (!given->is_array()) refuse("[details]の型が不正です");
  if (given->size() > kMaxDetails) {
    refuse("[details]は" + std::to_string(kMaxDetails) + "件以下で指定してください");
  }
  for (const Json& row : *given) {
    Record detail =
        read_new({.fields = detail_fields(), .required = kDetailRequired}, row, context.switches());
    const auto same = std::find_if(details.begin(), details.end(), [&detail](const Record& other) {
      return other.text("transactionDetailId") == detail.text("transactionDetailId");
    });
    if (same != details.end()) refuse("[transactionDetailId]が重複しています");
    if (detail.has("productId") &&
        !context.contract.products.contains(detail.number("productId"))) {
      refuse_unknown("商品");
    }
    details.push_back(std::move(detail));
  }
  return details;
}

// subtotal must equal the details; total = 小計 - 小計値引 - ポイント値引 - クーポン値引 + 外税 +
// 手数料 + 送料 [DOC posttransactions]. (端数 and 免税額 belong to it too; no source has
// their field names.)
void check_sums(const Record& head, const std::vector<Record>& details) {
  int64_t sum = 0;
  for (const Record& detail : details) sum += detail.number("salesPrice") * pieces_sold(detail);
  if (!details.empty() && head.number("subtotal") != sum) {
    refuse("[subtotal]が明細の合計と一致しません");
  }
  const int64_t total = head.number("subtotal") - head.number("subtotalDiscountPrice") -
                        head.number("pointDiscount") - head.number("couponDiscount") +
                        head.number("taxExclude") + head.number("commission") +
                        head.number("carriage");
  if (head.number("total") != total) refuse("[total]が計算結果と一致しません");
}

// The store is there and open; code and id name the same member [DOC
// posttransactionsconsumeproductsets].
void check_parties(Context& context, Record& head) {
  const auto store = context.contract.stores.find(head.number("storeId"));
  if (store == context.contract.stores.end()) refuse_unknown("店舗");
  if (store->second.record.text("pauseFlag") == "1") refuse("指定された店舗は休止中です");
  const auto by_code = context.contract.member_by_code.find(head.text("customerCode"));
  if (head.has("customerCode") && by_code == context.contract.member_by_code.end()) {
    refuse("指定された会員コードの会員が見つかりません");
  }
  if (head.has("customerId") && !context.contract.members.contains(head.number("customerId"))) {
    refuse_unknown("会員");
  }
  if (!head.has("customerCode")) return;
  if (head.has("customerId") && head.number("customerId") != by_code->second) {
    refuse("[customerCode]が[customerId]と一致しません");
  }
  head.set("customerId", by_code->second);
}

void check_points(Context& context, const Record& head) {
  const bool moves = head.number("newPoint") != 0 || head.number("spendPoint") != 0;
  const auto member = context.contract.members.find(head.number("customerId"));
  if (!moves) return;
  if (member == context.contract.members.end()) refuse("[customerId]は必須です");
  if (head.number("spendPoint") > member->second.points.number("point")) {
    refuse("ポイントが不足しています");
  }
}

Transaction& picked_up_layaway(Context& context, const Record& head) {
  if (context.switches().is(Switch::kPickUpByApi, "refused")) {
    refuse("[layawayServerTransactionHeadId]は指定できません");
  }
  const auto found =
      context.contract.transactions.find(head.number("layawayServerTransactionHeadId"));
  if (found == context.contract.transactions.end() || !found->second.is_layaway) {
    refuse_unknown("取置き");
  }
  const bool open = found->second.layaway.text("status") == "0" &&
                    found->second.head.text("disposeDivision") == "0";
  if (!open) refuse("指定された取置きは引取済みまたは取消済みです");
  return found->second;
}

// +1 holds the pieces of a layaway, -1 lets them go.
void hold(Context& context, const Transaction& layaway, int64_t sign) {
  if (context.switches().is(Switch::kLayawayMovesStock, "at_pick_up")) return;
  std::vector<StockHistory> moved;
  for (const Record& detail : layaway.details) {
    const auto product = stocked_product(context.contract, detail);
    if (!product) continue;
    moved.push_back(move_stock(context.world, context.contract,
                               {.product_id = *product,
                                .store_id = layaway.head.number("storeId"),
                                .layaway_delta = sign * pieces_sold(detail),
                                .division = "07"}));
  }
  publish_stock(context.world, context.contract, "edited", moved);
}

void announce_layaway(Context& context, std::string_view action, int64_t id) {
  const std::string_view event = context.switches().get(Switch::kLayawayEvent);
  if (event == "none") return;
  publish(context.world, context.contract, event, action, "transactionHeadIds",
          Json::array({std::to_string(id)}));
}

Record read_head(Context& context) {
  return read_new({.fields = head_fields(), .required = kHeadRequired, .handled = kHeadNested},
                  context.body, context.switches());
}

// The record that undoes another one: every figure with the other sign.
NewTransaction reversed(const Transaction& original) {
  NewTransaction undo{.head = original.head, .details = original.details};
  for (const auto* name : {"subtotal", "subtotalDiscountPrice", "pointDiscount", "couponDiscount",
                           "total", "taxInclude", "taxExclude", "cashTotal", "creditTotal",
                           "newPoint", "spendPoint", "amount"}) {
    if (undo.head.has(name)) undo.head.set(name, -undo.head.number(name));
  }
  for (const auto* name : {"sumDate", "terminalTranDateTime"}) undo.head.clear(name);
  for (Record& detail : undo.details) {
    detail.set("quantity", -pieces_sold(detail));
    if (detail.text("transactionDetailDivision") == "2") detail.set("transactionDetailDivision", 1);
  }
  undo.head.set("disposeDivision", "2");
  undo.head.set("disposeServerTransactionHeadId", original.head.text("transactionHeadId"));
  return undo;
}

void check_untouched(const Transaction& transaction) {
  const bool undone = transaction.head.text("disposeDivision") != "0" ||
                      transaction.head.text("cancelDivision") == "1";
  if (undone || !transaction.returned.empty()) refuse("この取引は既に取消・返品されています");
}

}  // namespace

Reply create_transaction(Context& context) {
  Record head = read_head(context);
  const std::string division = head.text("transactionHeadDivision");
  if (std::find(kDivisionsByApi.begin(), kDivisionsByApi.end(), division) ==
      kDivisionsByApi.end()) {
    refuse("[transactionHeadDivision]の値が不正です");
  }
  std::vector<Record> details = read_details(context);
  if (division == "1" && details.empty()) refuse("[details]は必須です");
  check_sums(head, details);
  check_parties(context, head);
  check_points(context, head);
  Transaction* layaway =
      head.has("layawayServerTransactionHeadId") ? &picked_up_layaway(context, head) : nullptr;
  const int64_t id = book_transaction(context.world, context.contract,
                                      {.head = std::move(head), .details = std::move(details)});
  Transaction& made = context.contract.transactions.at(id);
  if (layaway != nullptr) {  // two records point at each other (§3.7)
    layaway->layaway.set("status", "1");
    layaway->layaway.set("pickUpTransactionHeadId", id);
    layaway->head.set("updDateTime", made.head.text("updDateTime"));
    made.pick_up.set("transactionHeadId", id);
    made.pick_up.set("layawayServerTransactionHeadId", layaway->head.text("transactionHeadId"));
    hold(context, *layaway, -1);
  }
  return json_reply(print_one_transaction(context, made));
}

Reply create_layaway(Context& context) {
  Record head = read_head(context);
  if (head.text("transactionHeadDivision") != "10") {
    refuse("[transactionHeadDivision]の値が不正です");  // [DOC]
  }
  std::vector<Record> details = read_details(context);
  if (details.empty()) refuse("[details]は必須です");
  const auto given = context.body.find("layaway");
  Record layaway =
      read_new({.fields = layaway_fields(), .required = {}},
               given == context.body.end() || given->is_null() ? Json::object() : *given,
               context.switches());
  check_sums(head, details);
  check_parties(context, head);
  const int64_t id = ++context.contract.last_transaction;
  Transaction& made = context.contract.transactions[id];
  const std::string now = format_date_time(context.now());
  for (const auto* name : {"transactionDateTime", "updDateTime"}) head.set(name, now);
  head.set("transactionHeadId", id);
  if (!head.has("sumDate")) head.set("sumDate", head.text("terminalTranDateTime").substr(0, 10));
  layaway.set("transactionHeadId", id);
  for (Record& detail : details) detail.set("transactionHeadId", id);
  made.head = std::move(head);
  made.details = std::move(details);
  made.layaway = std::move(layaway);
  made.is_layaway = true;
  hold(context, made, +1);
  announce_layaway(context, "created", id);
  return json_reply(print_one_transaction(context, made));
}

Reply dispose_layaway(Context& context) {
  Transaction& original = transaction_of(context, true);
  check_untouched(original);
  if (original.layaway.text("status") == "1") refuse("指定された取置きは引取済みです");
  const int64_t id = ++context.contract.last_transaction;
  NewTransaction undo = reversed(original);
  Transaction& made = context.contract.transactions[id];
  made = {.head = std::move(undo.head),
          .details = std::move(undo.details),
          .layaway = original.layaway,
          .is_layaway = true};
  const std::string now = format_date_time(context.now());
  for (const auto* name : {"transactionDateTime", "terminalTranDateTime", "updDateTime"}) {
    made.head.set(name, now);
  }
  made.head.set("sumDate", format_date(context.now()));
  made.head.set("transactionHeadId", id);
  made.layaway.set("transactionHeadId", id);
  original.head.set("disposeDivision", "1");
  original.head.set("updDateTime", now);
  hold(context, original, -1);
  announce_layaway(context, "disposed", id);
  return json_reply(print_one_transaction(context, made));
}

// 打消取消: a reversing record [NR], [ARC].
Reply dispose_transaction(Context& context) {
  Transaction& original = transaction_of(context, false);
  check_untouched(original);
  NewTransaction undo = reversed(original);
  undo.action = "disposed";
  original.head.set("disposeDivision", "1");
  original.head.set("updDateTime", format_date_time(context.now()));
  const int64_t id = book_transaction(context.world, context.contract, std::move(undo));
  return json_reply(print_one_transaction(context, context.contract.transactions.at(id)));
}

// 取消: the record itself is marked; stock and points go back as a disposal would move them.
Reply cancel_transaction(Context& context) {
  Transaction& original = transaction_of(context, false);
  check_untouched(original);
  const std::string now = format_date_time(context.now());
  std::vector<StockHistory> moved;
  for (const Record& detail : original.details) {
    const auto product = stocked_product(context.contract, detail);
    if (!product) continue;
    moved.push_back(move_stock(context.world, context.contract,
                               {.product_id = *product,
                                .store_id = original.head.number("storeId"),
                                .delta = pieces_sold(detail),
                                .division = "12"}));
  }
  const auto member = context.contract.members.find(original.head.number("customerId"));
  const int64_t net = original.head.number("spendPoint") - original.head.number("newPoint");
  if (member != context.contract.members.end() && net != 0) {
    member->second.points.set("point", member->second.points.number("point") + net);
    touch_points(context.world, context.contract, member->second);
  }
  original.head.set("cancelDivision", "1");
  original.head.set("cancelDateTime", now);
  original.head.set("updDateTime", now);
  publish(context.world, context.contract, "pos:transactions", "canceled", "transactionHeadIds",
          Json::array({original.head.text("transactionHeadId")}));
  publish_stock(context.world, context.contract, "edited", moved);
  return json_reply(print_one_transaction(context, original));
}

}  // namespace tsunagi::smaregi_sandbox

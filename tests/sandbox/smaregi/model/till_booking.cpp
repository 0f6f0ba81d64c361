#include "tests/sandbox/smaregi/model/till_booking.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/points.h"

namespace tsunagi::smaregi_sandbox {

int64_t till_price(const Record& product, bool for_member) {
  return product.number(for_member && product.has("customerPrice") ? "customerPrice" : "price");
}

namespace {

const Store& open_store(const Contract& contract, int64_t id) {
  const auto store = contract.stores.find(id);
  if (store == contract.stores.end()) refuse_unknown("店舗");
  if (store->second.record.text("pauseFlag") == "1") refuse("指定された店舗は休止中です");
  return store->second;
}

Member* selected_member(World& world, Contract& contract, const std::string& code) {
  if (code.empty()) return nullptr;
  const auto found = contract.member_by_code.find(code);
  if (found == contract.member_by_code.end()) refuse("会員が見つかりません");
  Member& member = contract.members.at(found->second);
  if (member.record.text("status") != "0") refuse("この会員は利用できません");
  expire_points(world, contract, member);
  return &member;
}

std::vector<BasketLine> fill_basket(const Contract& contract, const AskedSale& ask,
                                    bool for_member) {
  std::vector<BasketLine> basket;
  for (const AskedLine& line : ask.lines) {
    const auto found = contract.product_by_code.find(line.product_code);
    if (found == contract.product_by_code.end()) {
      refuse("商品が見つかりません: " + line.product_code);
    }
    const Record& product = contract.products.at(found->second);
    basket.push_back({.product = &product,
                      .quantity = line.quantity,
                      .unit_price_yen = till_price(product, for_member)});
  }
  return basket;
}

Record detail_of(const BasketLine& line, int64_t number) {
  Record detail;
  detail.set("transactionDetailId", number);
  detail.set("transactionDetailDivision", 1);
  detail.set("price", line.product->number("price"));
  detail.set("salesPrice", line.unit_price_yen);
  detail.set("quantity", line.quantity);
  for (const auto* name :
       {"productId", "productCode", "productName", "categoryId", "salesDivision", "taxDivision"}) {
    if (line.product->has(name)) detail.set(name, line.product->text(name));
  }
  return detail;
}

// What a sale and a return have in common.
Record till_head(Contract& contract, int64_t store_id) {
  static constexpr int64_t kTerminal = 1;
  Record head;
  head.set("transactionHeadDivision", 1);
  head.set("storeId", store_id);
  head.set("terminalId", kTerminal);
  head.set("terminalTranId", (contract.last_receipt + 1) % 10'000'000'000);
  return head;
}

void set_figures(Record& head, const SaleFigures& figures) {
  head.set("subtotal", figures.subtotal);
  head.set("pointDiscount", figures.point_discount);
  head.set("taxInclude", figures.tax_include);
  head.set("taxExclude", figures.tax_exclude);
  head.set("total", figures.total);
  head.set("cashTotal", figures.total);
  head.set("newPoint", figures.new_point);
  head.set("spendPoint", figures.spend_point);
}

const Transaction& book(World& world, Contract& contract, Record head,
                        std::vector<Record> details) {
  const int64_t id =
      book_transaction(world, contract,
                       {.head = std::move(head),
                        .details = std::move(details),
                        .action = std::string(world.switches.get(Switch::kSaleTransactionAction)),
                        .stock_action = std::string(world.switches.get(Switch::kSaleStockAction))});
  return contract.transactions.at(id);
}

}  // namespace

const Transaction& ring_up(World& world, Contract& contract, const AskedSale& ask) {
  const Store& store = open_store(contract, ask.store_id);
  const Member* member = selected_member(world, contract, ask.member_code);
  const std::vector<BasketLine> basket = fill_basket(contract, ask, member != nullptr);
  const SaleFigures figures = figure_sale(basket, store, member, ask.spend_points);
  Record head = till_head(contract, ask.store_id);
  set_figures(head, figures);
  int64_t pieces = 0;
  std::vector<Record> details;
  for (const BasketLine& line : basket) {
    pieces += line.quantity;
    details.push_back(detail_of(line, static_cast<int64_t>(details.size()) + 1));
  }
  head.set("amount", pieces);
  if (member != nullptr) head.set("customerId", member->record.text("customerId"));
  if (ask.sold_at != 0) head.set("terminalTranDateTime", format_date_time(ask.sold_at));
  return book(world, contract, std::move(head), std::move(details));
}

namespace {

// How many pieces of each detail go back; refuses more than are left.
std::map<std::string, int64_t> pieces_back(const Transaction& sale,
                                           const std::vector<AskedLine>& lines) {
  std::map<std::string, int64_t> back;
  const auto left = [&](const Record& detail) {
    const auto before = sale.returned.find(detail.text("transactionDetailId"));
    const auto now = back.find(detail.text("transactionDetailId"));
    return detail.number("quantity") - (before == sale.returned.end() ? 0 : before->second) -
           (now == back.end() ? 0 : now->second);
  };
  if (lines.empty()) {
    for (const Record& detail : sale.details) {
      if (left(detail) > 0) back[detail.text("transactionDetailId")] = left(detail);
    }
  }
  for (const AskedLine& line : lines) {
    int64_t wanted = line.quantity;
    for (const Record& detail : sale.details) {
      if (detail.text("productCode") != line.product_code) continue;
      const int64_t taken = std::min(wanted, left(detail));
      if (taken > 0) back[detail.text("transactionDetailId")] += taken;
      wanted -= std::max<int64_t>(0, taken);
    }
    if (wanted > 0) refuse("返品できる数量を超えています: " + line.product_code);
  }
  if (back.empty()) refuse("返品できる商品がありません");
  return back;
}

// The part of one booked figure that this return takes back; remembers it on the sale.
int64_t take_share(Transaction& sale, std::string_view name, int64_t back) {
  const int64_t due = share_of(sale.head.number(name), back, sale.head.number("subtotal"));
  const int64_t share = due - sale.given_back.number(name);
  sale.given_back.set(name, due);
  return share;
}

}  // namespace

const Transaction& take_back(World& world, Contract& contract, Transaction& sale,
                             const std::vector<AskedLine>& lines) {
  const std::map<std::string, int64_t> back = pieces_back(sale, lines);
  const bool negative = world.switches.is(Switch::kReturnQuantity, "negative");
  std::vector<Record> details;
  int64_t amount = 0, pieces = 0;
  for (const Record& sold : sale.details) {
    const auto found = back.find(sold.text("transactionDetailId"));
    if (found == back.end()) continue;
    Record detail = sold;
    detail.set("transactionDetailId", static_cast<int64_t>(details.size()) + 1);
    detail.set("parentTransactionDetailId", sold.text("transactionDetailId"));
    detail.set("transactionDetailDivision", 2);
    detail.set("quantity", negative ? -found->second : found->second);
    amount += sold.number("salesPrice") * found->second;
    pieces += found->second;
    sale.returned[found->first] += found->second;
    details.push_back(std::move(detail));
  }
  const int64_t so_far = sale.given_back.number("subtotal") + amount;
  sale.given_back.set("subtotal", so_far);
  SaleFigures figures{.subtotal = -amount,
                      .tax_include = -take_share(sale, "taxInclude", so_far),
                      .tax_exclude = -take_share(sale, "taxExclude", so_far),
                      .point_discount = -take_share(sale, "pointDiscount", so_far),
                      .new_point = -take_share(sale, "newPoint", so_far),
                      .spend_point = -take_share(sale, "spendPoint", so_far)};
  figures.total = figures.subtotal - figures.point_discount + figures.tax_exclude;
  Record head = till_head(contract, sale.head.number("storeId"));
  set_figures(head, figures);
  head.set("amount", -pieces);
  head.set("returnSales", 1);
  if (contract.members.contains(sale.head.number("customerId"))) {
    head.set("customerId", sale.head.text("customerId"));
  }
  return book(world, contract, std::move(head), std::move(details));
}

Transaction& find_sale(Contract& contract, const SaleName& name) {
  const int64_t id = parse_integer(name.head_id).value_or(0);
  for (auto it = contract.transactions.rbegin(); it != contract.transactions.rend(); ++it) {
    Transaction& transaction = it->second;
    const bool named =
        it->first == id ||
        (!name.receipt.empty() && transaction.head.text("transactionUuid") == name.receipt);
    const bool sale = !transaction.is_layaway &&
                      transaction.head.text("transactionHeadDivision") == "1" &&
                      transaction.head.text("returnSales") != "1" &&
                      transaction.head.text("cancelDivision") != "1" &&
                      transaction.head.text("disposeDivision") == "0";
    if (named && sale) return transaction;
  }
  throw Refusal{.status = 404, .detail = "取引が見つかりません"};
}

Json describe_booking(const Transaction& booked) {
  const Record& head = booked.head;
  return {
      {"transaction_head_id", head.text("transactionHeadId")},
      {"receipt", head.text("transactionUuid")},
      {"subtotal", head.number("subtotal")},
      {"point_discount", head.number("pointDiscount")},
      {"tax", head.number("taxInclude") + head.number("taxExclude")},
      {"total", head.number("total")},
      {"new_point", head.number("newPoint")},
      {"spend_point", head.number("spendPoint")},
      {"total_point", head.has("totalPoint") ? Json(head.number("totalPoint")) : Json(nullptr)}};
}

}  // namespace tsunagi::smaregi_sandbox

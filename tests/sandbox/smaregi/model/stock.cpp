#include "tests/sandbox/smaregi/model/stock.h"

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"

namespace tsunagi::smaregi_sandbox {

namespace {

// Five fields only, no product code [DOC getstock].
constexpr std::array<Field, 5> kStockFields = {{
    {.name = "storeId", .kind = Kind::kInteger},
    {.name = "productId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "stockAmount", .kind = Kind::kInteger, .low = -kMaxStockDelta, .high = kMaxStockDelta},
    {.name = "layawayStockAmount", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
}};

// [SM] + [LEG] agree (§3.5).
constexpr std::array<Field, 14> kHistoryFields = {{
    {.name = "id", .kind = Kind::kInteger},
    {.name = "updDateTime", .kind = Kind::kDateTime},
    {.name = "targetDateTime", .kind = Kind::kDateTime},
    {.name = "productId", .kind = Kind::kInteger},
    {.name = "storeId", .kind = Kind::kInteger},
    {.name = "amount", .kind = Kind::kInteger},
    {.name = "stockAmount", .kind = Kind::kInteger},
    {.name = "layawayStockAmount", .kind = Kind::kInteger},
    {.name = "stockDivision"},
    {.name = "fromStoreId", .kind = Kind::kInteger},
    {.name = "toStoreId", .kind = Kind::kInteger},
    {.name = "memo"},
    {.name = "staffId", .kind = Kind::kInteger},
    {.name = "staffName"},
}};

// The body of both writes.
constexpr std::array<Field, 2> kWriteFields = {{
    {.name = "storeId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "stockAmount", .kind = Kind::kInteger, .low = -kMaxStockDelta, .high = kMaxStockDelta},
}};
constexpr std::array<Field, 1> kMemoFields = {{{.name = "memo", .low = 1, .high = 100}}};
constexpr std::array<std::string_view, 2> kWriteRequired = {"storeId", "stockAmount"};
constexpr std::array<std::string_view, 1> kWriteNested = {"stockHistory"};

// What the API calls stockAmount: everything on the shelf, or only what no layaway holds (a
// switch).
int64_t shown_amount(const Switches& switches, const Record& row) {
  const bool excluded = switches.is(Switch::kLayawayInStockAmount, "excluded");
  return row.number("stockAmount") - (excluded ? row.number("layawayStockAmount") : 0);
}

Json print_stock(const Context& context, const void* row) {
  Record record = static_cast<const StockEntry*>(row)->row;
  record.set("stockAmount", shown_amount(context.switches(), record));
  return render(kStockFields, record);
}

Json print_history(const Context&, const void* row) {
  return render(kHistoryFields, *static_cast<const Record*>(row));
}

Reply list_stock(Context& context) {
  const auto window = time_window(context, "upd_date_time", Limited::kYes);
  const auto store = query_number(context, "store_id"),
             product = query_number(context, "product_id");
  std::vector<ListRow> rows;
  const auto first =
      product ? context.contract.stock.lower_bound({*product, 0}) : context.contract.stock.begin();
  for (auto it = first; it != context.contract.stock.end(); ++it) {
    if (product && it->first.first != *product) break;
    if (store && it->first.second != *store) continue;
    if (window && !window->holds(it->second.row.text("updDateTime"))) continue;
    rows.push_back({.record = &it->second.row, .row = &it->second});
  }
  return list_reply(context, {.fields = kStockFields, .sortable = "productId storeId"},
                    std::move(rows), print_stock);
}

Reply list_changes(Context& context) {
  if (!context.contract.products.contains(context.ids.at(0)) ||
      !context.contract.stores.contains(context.ids.at(1))) {
    refuse_missing_resource();
  }
  std::vector<ListRow> rows;
  const auto entry = context.contract.stock.find({context.ids.at(0), context.ids.at(1)});
  if (entry == context.contract.stock.end()) return json_reply(Json::array());
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFilters = {
      {{"id", "id"},
       {"stock_division", "stockDivision"},
       {"from_store_id", "fromStoreId"},
       {"to_store_id", "toStoreId"}}};
  const auto day = query_value(context, "target_date");
  if (day && !parse_date(*day)) refuse("[target_date]はYYYY-MM-DD形式で指定してください");
  for (const int64_t id : entry->second.history) {
    const Record& row = context.contract.stock_history.at(id);
    bool fits = !day || row.text("targetDateTime").starts_with(*day);
    for (const auto& [query, field] : kFilters) {
      const auto wanted = query_value(context, query);
      fits = fits && (!wanted || row.text(field) == *wanted);
    }
    if (fits) rows.push_back({.record = &row, .row = &row});
  }
  return list_reply(context, {.fields = kHistoryFields, .sortable = "id"}, std::move(rows),
                    print_history);
}

struct Write {
  int64_t store_id = 0, amount = 0;
  std::string memo = {};
};

Write read_write(Context& context) {
  if (!context.contract.products.contains(context.ids.at(0))) refuse_missing_resource();
  const Record body =
      read_new({.fields = kWriteFields, .required = kWriteRequired, .handled = kWriteNested},
               context.body, context.switches());
  Write write{.store_id = body.number("storeId"), .amount = body.number("stockAmount")};
  const auto history = context.body.find("stockHistory");
  if (history != context.body.end() && !history->is_null()) {
    write.memo = read_new({.fields = kMemoFields, .required = {}}, *history, context.switches())
                     .text("memo");
  }
  if (!context.contract.stores.contains(write.store_id)) {
    refuse_unknown("店舗");  // 400, not 404 [DOC]
  }
  return write;
}

int64_t stock_now(const Context& context, int64_t store_id) {
  const auto entry = context.contract.stock.find({context.ids.at(0), store_id});
  return entry == context.contract.stock.end()
             ? 0
             : shown_amount(context.switches(), entry->second.row);
}

void check_result(int64_t amount) {
  const std::string limit = std::to_string(kMaxStock);
  if (amount > kMaxStock) {
    refuse("更新後の在庫数は[" + limit + "]以下である必要があります");  // text [DOC]
  }
  if (amount < -kMaxStock) refuse("更新後の在庫数は[-" + limit + "]以上である必要があります");
}

Reply write_reply(Context& context, const Write& write, int64_t delta) {
  const int64_t product = context.ids.at(0);
  const StockHistory moved =
      move_stock(context.world, context.contract,
                 {.product_id = product,
                  .store_id = write.store_id,
                  .delta = delta,
                  .division = std::string(context.switches().get(Switch::kApiStockDivision)),
                  .memo = write.memo});
  publish_stock(context.world, context.contract, "edited", {moved});
  const Record& row = context.contract.stock.at({product, write.store_id}).row;
  Json memo = nullptr;
  if (!write.memo.empty()) memo = write.memo;
  return json_reply({{"productId", row.text("productId")},
                     {"storeId", row.text("storeId")},
                     {"stockAmount", std::to_string(shown_amount(context.switches(), row))},
                     {"updDateTime", row.text("updDateTime")},
                     {"stockHistory", {{"id", std::to_string(moved.id)}, {"memo", memo}}}});
}

Reply set_stock(Context& context) {
  const Write write = read_write(context);
  check_result(write.amount);
  return write_reply(context, write, write.amount - stock_now(context, write.store_id));
}

}  // namespace

Reply add_stock(Context& context) {
  const Write write = read_write(context);
  check_result(stock_now(context, write.store_id) + write.amount);
  return write_reply(context, write, write.amount);
}

namespace {
constexpr std::array<Route, 4> kStockRoutes = {{
    {"GET", "/stock", "pos.stock:read",
     "fields sort limit page store_id product_id upd_date_time-from upd_date_time-to", list_stock},
    {"GET", "/stock/changes/{id}/{id}", "pos.stock-changes:read",
     "fields sort limit page id target_date stock_division from_store_id to_store_id",
     list_changes},
    {"PATCH", "/stock/{id}", "pos.stock:write", "", set_stock},
    {"POST", "/stock/{id}/add", "pos.stock:write", "", add_stock},
}};

}  // namespace

StockHistory move_stock(World& world, Contract& contract, const StockMove& move) {
  const std::string now = format_date_time(world.clock.now());
  StockEntry& entry = contract.stock[{move.product_id, move.store_id}];
  entry.row.set("productId", move.product_id);
  entry.row.set("storeId", move.store_id);
  entry.row.set("stockAmount", entry.row.number("stockAmount") + move.delta);
  entry.row.set("layawayStockAmount", entry.row.number("layawayStockAmount") + move.layaway_delta);
  entry.row.set("updDateTime", now);
  const int64_t id = ++contract.last_history;
  Record& history = contract.stock_history[id];
  history.set("id", id);
  history.set("updDateTime", now);
  history.set("targetDateTime", move.target_at.empty() ? now : move.target_at);
  history.set("productId", move.product_id);
  history.set("storeId", move.store_id);
  history.set("amount", move.delta);
  history.set("stockAmount", entry.row.number("stockAmount"));
  history.set("layawayStockAmount", entry.row.number("layawayStockAmount"));
  history.set("stockDivision", move.division);
  if (!move.memo.empty()) history.set("memo", move.memo);
  entry.history.push_back(id);
  return {.id = id, .product_id = move.product_id, .store_id = move.store_id};
}

void publish_stock(World& world, const Contract& contract, std::string_view action,
                   const std::vector<StockHistory>& moved) {
  Json ids = Json::array();
  for (const StockHistory& history : moved) {
    ids.push_back({{"id", std::to_string(history.id)},
                   {"productId", std::to_string(history.product_id)},
                   {"storeId", std::to_string(history.store_id)}});
  }
  publish(world, contract, "pos:stock", action, "ids", ids);
}

std::span<const Route> stock_routes() { return kStockRoutes; }

}  // namespace tsunagi::smaregi_sandbox

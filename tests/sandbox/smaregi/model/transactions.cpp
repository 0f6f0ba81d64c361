#include "tests/sandbox/smaregi/model/transactions.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"

namespace tsunagi::smaregi_sandbox {

namespace {

// The value of with_NAME: all, none, and for details summary.
std::string with(const Context& context, std::string_view name) {
  const std::string value = query_value(context, name).value_or("none");
  const bool known =
      value == "all" || value == "none" || (name == "with_details" && value == "summary");
  if (!known) refuse("[" + std::string(name) + "]の値が不正です");
  return value;
}

Json print_details(const Transaction& transaction) {
  Json details = Json::array();
  for (const Record& detail : transaction.details) {
    details.push_back(render(detail_fields(), detail));
  }
  return details;
}

Json one_or_none(bool present, Fields fields, const Record& record) {
  Json rows = Json::array();
  if (present) rows.push_back(render(fields, record));
  return rows;
}

void add_nested(const Context& context, const Transaction& transaction, Json& object) {
  if (with(context, "with_details") != "none") object["details"] = print_details(transaction);
  if (with(context, "with_deposit_others") != "none") object["depositOthers"] = Json::array();
  if (with(context, "with_layaways") != "none") {
    object["layaways"] = one_or_none(transaction.is_layaway, layaway_fields(), transaction.layaway);
  }
  if (with(context, "with_layaway_pick_ups") != "none") {
    const bool picked_up = transaction.pick_up.has("transactionHeadId");
    object["layawayPickUps"] = one_or_none(picked_up, pick_up_fields(), transaction.pick_up);
  }
}

// At least one of four windows must be given; each is at most 31 days [DOC gettransactions].
struct Windows {
  std::optional<Window> received, sold, day, changed, adjusted;
};

Windows read_windows(const Context& context) {
  Windows windows{.received = time_window(context, "transaction_date_time", Limited::kYes),
                  .sold = time_window(context, "terminal_tran_date_time", Limited::kYes),
                  .day = date_window(context, "sum_date"),
                  .changed = time_window(context, "upd_date_time", Limited::kYes),
                  .adjusted = time_window(context, "adjustment_date_time", Limited::kYes)};
  if (!windows.received && !windows.sold && !windows.day && !windows.changed) {
    refuse(
        "transaction_date_time、terminal_tran_date_time、sum_date、upd_date_"
        "timeのいずれかを指定してください");
  }
  return windows;
}

bool in_windows(const Windows& windows, const Record& head) {
  const auto fits = [&head](const std::optional<Window>& window, std::string_view field) {
    return !window || window->holds(head.text(field));
  };
  return fits(windows.received, "transactionDateTime") &&
         fits(windows.sold, "terminalTranDateTime") && fits(windows.day, "sumDate") &&
         fits(windows.changed, "updDateTime") && fits(windows.adjusted, "adjustmentDateTime");
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTransactionFilters = {
    {{"transaction_head_division", "transactionHeadDivision"},
     {"store_id", "storeId"},
     {"customer_code", "customerCode"},
     {"transaction_uuid", "transactionUuid"},
     {"barcode", "barcode"}}};

constexpr std::string_view kSortable =
    "transactionHeadId transactionDateTime terminalTranDateTime sumDate updDateTime customerId "
    "storeId";

Reply list(Context& context, bool layaways) {
  const Windows windows = read_windows(context);
  const IdRange ids = id_range(context, "transaction_head_id");
  const bool mixed = !layaways && context.switches().is(Switch::kLayawaysInTransactions, "yes");
  std::vector<ListRow> rows;
  for (auto it = context.contract.transactions.lower_bound(ids.from);
       it != context.contract.transactions.end(); ++it) {
    const auto& [id, transaction] = *it;
    if (id > ids.to) break;
    if (transaction.is_layaway != layaways && !(transaction.is_layaway && mixed)) continue;
    const bool fits = std::all_of(kTransactionFilters.begin(), kTransactionFilters.end(),
                                  [&, &head = transaction.head](const auto& filter) {
                                    const auto wanted = query_value(context, filter.first);
                                    return !wanted || head.text(filter.second) == *wanted;
                                  });
    if (fits && in_windows(windows, transaction.head)) {
      rows.push_back({.record = &transaction.head, .row = &transaction});
    }
  }
  const bool details = with(context, "with_details") != "none";
  const int64_t largest =
      details ? parse_integer(context.switches().get(Switch::kDetailsPageLimit)).value_or(kMaxPage)
              : kMaxPage;
  return list_reply(context, {.fields = head_fields(), .sortable = kSortable, .max_limit = largest},
                    std::move(rows), print_transaction);
}

Reply list_transactions(Context& context) { return list(context, false); }
Reply list_layaways(Context& context) { return list(context, true); }

Reply get_one(Context& context, bool layaway) {
  Json object = print_one_transaction(context, transaction_of(context, layaway));
  select_fields(context, head_fields(), object);
  return json_reply(object);
}
Reply get_transaction(Context& context) { return get_one(context, false); }
Reply get_layaway(Context& context) { return get_one(context, true); }

Json print_detail(const Context&, const void* row) {
  return render(detail_fields(), *static_cast<const Record*>(row));
}

Reply list_details(Context& context) {
  std::vector<ListRow> rows;
  for (const Record& detail : transaction_of(context, false).details) {
    rows.push_back({.record = &detail, .row = &detail});
  }
  return list_reply(context, {.fields = detail_fields(), .sortable = "transactionDetailId"},
                    std::move(rows), print_detail);
}

constexpr std::string_view kListQuery =
    "fields sort limit page transaction_head_id-from transaction_head_id-to "
    "transaction_head_division store_id "
    "customer_code transaction_uuid barcode transaction_date_time-from transaction_date_time-to "
    "terminal_tran_date_time-from terminal_tran_date_time-to adjustment_date_time-from "
    "adjustment_date_time-to "
    "sum_date-from sum_date-to upd_date_time-from upd_date_time-to with_details "
    "with_deposit_others with_layaways "
    "with_layaway_pick_ups with_money_control with_detail_product_attributes";
constexpr std::string_view kOneQuery =
    "fields with_details with_deposit_others with_layaways with_layaway_pick_ups "
    "with_money_control with_coupons "
    "with_store with_customer with_detail_product_attributes";

constexpr std::array<Route, 10> kTransactionRoutes = {{
    {"GET", "/transactions", "pos.transactions:read", kListQuery, list_transactions},
    {"POST", "/transactions", "pos.transactions:write", "", create_transaction},
    {"GET", "/transactions/layaways", "pos.transactions:read", kListQuery, list_layaways},
    {"POST", "/transactions/layaways", "pos.transactions:write", "", create_layaway},
    {"GET", "/transactions/layaways/{id}", "pos.transactions:read", kOneQuery, get_layaway},
    {"POST", "/transactions/layaways/{id}/dispose", "pos.transactions:write", "", dispose_layaway},
    {"GET", "/transactions/{id}", "pos.transactions:read", kOneQuery, get_transaction},
    {"GET", "/transactions/{id}/details", "pos.transactions:read",
     "fields sort limit page with_discounts with_detail_product_attributes", list_details},
    {"POST", "/transactions/{id}/cancel", "pos.transactions:write", "", cancel_transaction},
    {"POST", "/transactions/{id}/dispose", "pos.transactions:write", "", dispose_transaction},
}};

}  // namespace

Json print_transaction(const Context& context, const void* row) {
  const auto& transaction = *static_cast<const Transaction*>(row);
  Json object = render(head_fields(), transaction.head);
  add_nested(context, transaction, object);
  return object;
}

Json print_one_transaction(const Context& context, const Transaction& transaction) {
  Json object = print_transaction(context, &transaction);
  if (context.switches().is(Switch::kByIdCodes, "absent")) {
    for (const auto* name : {"storeCode", "customerCode", "staffCode"}) object.erase(name);
    if (transaction.is_layaway) {
      for (const auto* name : {"couponDiscount", "barcode"}) object.erase(name);  // §11.5
    }
  }
  return object;
}

Transaction& transaction_of(Context& context, bool layaway) {
  const auto found = context.contract.transactions.find(context.ids.at(0));
  if (found == context.contract.transactions.end() || found->second.is_layaway != layaway) {
    refuse_missing_resource();
  }
  return found->second;
}

std::span<const Route> transaction_routes() { return kTransactionRoutes; }

}  // namespace tsunagi::smaregi_sandbox

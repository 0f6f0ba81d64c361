#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"

namespace tsunagi::smaregi_sandbox {

namespace {

// §3.3 [FF], [GO], [DOC poststores]. No source has lengths: those of the customer fields are taken.
constexpr std::array<Field, 25> kStoreFields = {{
    {.name = "storeId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "storeCode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "storeName", .low = 1, .high = 85},
    {.name = "storeAbbr", .low = 1, .high = 85},
    {.name = "division",
     .kind = Kind::kChoice,
     .choices = "12",
     .initial = "1",
     .access = Access::kCreate},
    {.name = "postCode", .kind = Kind::kAscii, .low = 1, .high = 10},
    {.name = "address", .low = 1, .high = 85},
    {.name = "phoneNumber", .kind = Kind::kPhone, .low = 1, .high = 20},
    {.name = "faxNumber", .kind = Kind::kPhone, .low = 1, .high = 20},
    {.name = "mailAddress", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "homepage", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "sellDivision", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "sumProcDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "sumDateChangeTime", .kind = Kind::kAscii, .low = 1, .high = 8},
    {.name = "sumRefColumn", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "pointNotApplicable", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "taxFreeDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "pauseFlag", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "displaySequence", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "roundingDivision", .kind = Kind::kChoice, .choices = "0123", .initial = "0"},
    {.name = "roundingPrice", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "invoiceRegistrationNo", .kind = Kind::kAscii, .low = 1, .high = 14},
    {.name = "memo", .low = 1, .high = 1000},
    {.name = "insDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
}};

// §3.3 [FF]; meanings §6 [HELP 52729141132825], [FF]. Out of the box: 1 point per 100 yen, 1 yen a
// point, no expiry.
constexpr std::array<Field, 12> kPointFieldsOfStore = {{
    {.name = "storeId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "pointUseDivision", .kind = Kind::kChoice, .choices = "01", .initial = "1"},
    {.name = "spendRate", .kind = Kind::kInteger, .low = 1, .high = 999'999'999, .initial = "1"},
    {.name = "pointGivingUnitPrice",
     .kind = Kind::kInteger,
     .low = 1,
     .high = 999'999'999,
     .initial = "100"},
    {.name = "pointGivingUnit",
     .kind = Kind::kDecimal,
     .low = 0,
     .high = 999'999'999,
     .initial = "1.00"},
    {.name = "pointGivingDivision", .kind = Kind::kChoice, .choices = "1234", .initial = "3"},
    {.name = "pointUseUnit", .kind = Kind::kInteger, .low = 1, .high = 999'999'999, .initial = "1"},
    {.name = "pointSpendDivision", .kind = Kind::kChoice, .choices = "12", .initial = "1"},
    {.name = "pointSpendLimitDivision", .kind = Kind::kChoice, .choices = "0123", .initial = "1"},
    {.name = "expireDivision", .kind = Kind::kChoice, .choices = "0123", .initial = "0"},
    {.name = "expireLimit", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "mileageDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
}};

constexpr std::array<std::string_view, 1> kStoreNested = {"pointCondition"};
constexpr std::array<std::string_view, 1> kStoreRequired = {"storeName"};

Store& store_of(Context& context) {
  const auto found = context.contract.stores.find(context.ids.at(0));
  if (found == context.contract.stores.end()) refuse_missing_resource();
  return found->second;
}

bool with_conditions(const Context& context) {
  const std::string value = query_value(context, "with_point_condition").value_or("none");
  if (value != "all" && value != "none") refuse("[with_point_condition]の値が不正です");
  return value == "all";
}

// The list has strings [FF].
Json print_in_list(const Context& context, const void* row) {
  const auto& store = *static_cast<const Store*>(row);
  Json object = render(kStoreFields, store.record);
  if (with_conditions(context)) {
    object["pointCondition"] = render(kPointFieldsOfStore, store.point_condition);
  }
  return object;
}

Json print_one(const Context& context, const Store& store, Style style, bool conditions) {
  Json object = render(kStoreFields, store.record, style);
  const bool integers =
      context.switches().is(Switch::kPointConditionTypes, "integer");  // [GO], §11.1
  if (conditions) {
    object["pointCondition"] = render(kPointFieldsOfStore, store.point_condition,
                                      integers ? Style::kNumericChoices : Style::kStrings);
  }
  return object;
}

Record read_condition(Context& context, const Record* before) {
  static const Json nothing = Json::object();
  const auto given = context.body.find("pointCondition");
  const Json& body = given == context.body.end() || given->is_null() ? nothing : *given;
  const BodyRules rules{.fields = kPointFieldsOfStore, .required = {}};
  return before == nullptr ? read_new(rules, body, context.switches())
                           : read_changes(rules, body, context.switches(), *before);
}

void announce_store(Context& context, std::string_view action, int64_t id) {
  if (context.switches().is(Switch::kStoreEvents, "absent")) return;
  publish(context.world, context.contract, "pos:stores", action, "storeIds",
          Json::array({std::to_string(id)}));
}

Reply list_stores(Context& context) {
  const auto code = query_value(context, "store_code"), division = query_value(context, "division");
  std::vector<ListRow> rows;
  for (const auto& [id, store] : context.contract.stores) {
    if (code && store.record.text("storeCode") != *code) continue;
    if (division && store.record.text("division") != *division) continue;
    rows.push_back({.record = &store.record, .row = &store});
  }
  return list_reply(
      context,
      {.fields = kStoreFields, .sortable = "storeId storeCode displaySequence updDateTime"},
      std::move(rows), print_in_list);
}

Reply get_store(Context& context) {
  Json object = print_one(context, store_of(context), Style::kStrings, with_conditions(context));
  select_fields(context, kStoreFields, object);
  return json_reply(object);
}

Reply create_store(Context& context) {
  Record record =
      read_new({.fields = kStoreFields, .required = kStoreRequired, .handled = kStoreNested},
               context.body, context.switches());
  Record condition = read_condition(context, nullptr);
  const int64_t id = ++context.contract.last_store;
  record.set("storeId", id);
  condition.set("storeId", id);
  record.set("insDateTime", format_date_time(context.now()));
  record.set("updDateTime", format_date_time(context.now()));
  Store& store = context.contract.stores[id];
  store = {.record = std::move(record), .point_condition = std::move(condition)};
  announce_store(context, "created", id);
  return json_reply(print_one(context, store, write_style(context), true));
}

Reply edit_store(Context& context) {
  Store& store = store_of(context);
  Record record =
      read_changes({.fields = kStoreFields, .required = kStoreRequired, .handled = kStoreNested},
                   context.body, context.switches(), store.record);
  Record condition = read_condition(context, &store.point_condition);
  record.set("updDateTime", format_date_time(context.now()));
  store = {.record = std::move(record), .point_condition = std::move(condition)};
  announce_store(context, "edited", context.ids.at(0));
  return json_reply(print_one(context, store, write_style(context), true));
}

constexpr std::array<Route, 4> kStoreRoutes = {{
    {"GET", "/stores", "pos.stores:read",
     "fields sort limit page store_code division with_point_condition", list_stores},
    {"POST", "/stores", "pos.stores:write", "", create_store},
    {"GET", "/stores/{id}", "pos.stores:read", "fields with_point_condition", get_store},
    {"PATCH", "/stores/{id}", "pos.stores:write", "", edit_store},
}};

}  // namespace

std::span<const Route> store_routes() { return kStoreRoutes; }

}  // namespace tsunagi::smaregi_sandbox

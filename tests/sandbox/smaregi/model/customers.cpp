#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"
#include "tests/sandbox/smaregi/model/points.h"

namespace tsunagi::smaregi_sandbox {

namespace {

// Names and order [FF getCustomersItem]; lengths and characters [DOC postcustomersbulk], mail,
// note, customerId [LEG].
constexpr std::array<Field, 43> kCustomerFields = {{
    {.name = "customerId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "customerCode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "customerNo", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "rank", .low = 1, .high = 20},
    {.name = "staffRank", .low = 1, .high = 20},
    {.name = "firstName", .low = 1, .high = 85},
    {.name = "lastName", .low = 1, .high = 85},
    {.name = "firstKana", .kind = Kind::kKana, .low = 1, .high = 85},
    {.name = "lastKana", .kind = Kind::kKana, .low = 1, .high = 85},
    {.name = "postCode", .kind = Kind::kAscii, .low = 1, .high = 10},
    {.name = "address", .low = 1, .high = 85},
    {.name = "phoneNumber", .kind = Kind::kPhone, .low = 1, .high = 20},
    {.name = "faxNumber", .kind = Kind::kPhone, .low = 1, .high = 20},
    {.name = "mobileNumber", .kind = Kind::kPhone, .low = 1, .high = 20},
    {.name = "mailAddress", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "mailAddress2", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "mailAddress3", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "companyName", .low = 1, .high = 85},
    {.name = "departmentName", .low = 1, .high = 85},
    {.name = "managerialPosition", .low = 1, .high = 85},
    {.name = "sex", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "birthDate", .kind = Kind::kDate},
    {.name = "pointExpireDate", .kind = Kind::kDate, .access = Access::kRead},
    {.name = "lastComeDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "entryDate", .kind = Kind::kDate},
    {.name = "leaveDate", .kind = Kind::kDate},
    {.name = "pointGivingUnitPrice", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "pointGivingUnit", .kind = Kind::kDecimal, .low = 0, .high = 999'999'999},
    {.name = "pinCode", .kind = Kind::kAscii, .low = 1, .high = 64},
    {.name = "passportNo", .kind = Kind::kAscii, .low = 1, .high = 64},
    {.name = "nationality", .low = 1, .high = 85},
    {.name = "alphabetName", .kind = Kind::kAscii, .low = 1, .high = 85},
    {.name = "mailReceiveFlag", .kind = Kind::kChoice, .choices = "01"},
    {.name = "note", .low = 1, .high = 1000},
    {.name = "note2", .low = 1, .high = 1000},
    {.name = "favoriteList", .low = 1, .high = 1000},
    {.name = "browsingList", .low = 1, .high = 1000},
    {.name = "status", .kind = Kind::kChoice, .choices = "01234", .initial = "0"},
    {.name = "storeId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "insDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    // Inline in the legacy API only [LEG]; shown by the switch points_in_customer.
    {.name = "mile", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "point", .kind = Kind::kInteger, .access = Access::kRead},
}};
constexpr size_t kInlinePoints = 2;  // the last two
constexpr std::array<std::string_view, 3> kAlwaysRequired = {"customerCode", "firstName",
                                                             "lastName"};

Fields fields_for(const Context& context) {
  const Fields all(kCustomerFields);
  return context.switches().is(Switch::kPointsInCustomer, "present")
             ? all
             : all.first(all.size() - kInlinePoints);
}

Json print_member(const Context& context, const void* row) {
  const auto& member = *static_cast<const Member*>(row);
  Record record = member.record;
  const std::string expires = member.points.text("pointExpireDate");
  if (!expires.empty()) record.set("pointExpireDate", expires);
  record.set("point", member.points.number("point"));
  record.set("mile", member.points.number("mile"));
  if (context.switches().is(Switch::kEmptyMail, "empty")) {
    for (const auto* name : {"mailAddress", "mailAddress2", "mailAddress3"}) {
      if (!record.has(name)) record.set(name, "");
    }
  }
  return render(fields_for(context), record);
}

// What the fields alone cannot say: the code is unique, the store exists, the rank is in the
// master.
void check_member(Context& context, const Record& record, int64_t own_id) {
  const auto taken = context.contract.member_by_code.find(record.text("customerCode"));
  if (taken != context.contract.member_by_code.end() && taken->second != own_id) {
    const bool conflict = context.switches().is(Switch::kDuplicateCodeStatus, "409");
    throw Refusal{.status = conflict ? 409 : 400,
                  .detail = "指定された会員コードは既に使用されています"};
  }
  if (record.has("storeId") && !context.contract.stores.contains(record.number("storeId"))) {
    refuse_unknown("店舗");
  }
  const auto& ranks = context.contract.ranks;
  const std::string rank = record.text("rank");
  if (!rank.empty() && !ranks.empty() &&
      std::find(ranks.begin(), ranks.end(), rank) == ranks.end()) {
    refuse("[rank]が会員ランクに登録されていません");  // [LEG]
  }
}

void announce_member(Context& context, std::string_view action, int64_t id) {
  publish(context.world, context.contract, "pos:customers", action, "customerIds",
          Json::array({std::to_string(id)}));
}

Reply list_members(Context& context) {
  const Limited limited =
      context.switches().is(Switch::kCustomerWindow, "free") ? Limited::kNo : Limited::kYes;
  const auto window = time_window(context, "upd_date_time", limited);
  const IdRange ids = id_range(context, "customer_id");
  const auto code = query_value(context, "customer_code"),
             number = query_value(context, "customer_no");
  std::vector<ListRow> rows;
  const auto consider = [&](const Member& member) {
    const int64_t id = member.record.number("customerId");
    if (id < ids.from || id > ids.to) return;
    if (code && member.record.text("customerCode") != *code) return;
    if (number && member.record.text("customerNo") != *number) return;
    if (window && !window->holds(member.record.text("updDateTime"))) return;
    rows.push_back({.record = &member.record, .row = &member});
  };
  if (code) {  // the index, so that a lookup does not grow with the number of members
    const auto found = context.contract.member_by_code.find(*code);
    if (found != context.contract.member_by_code.end()) {
      consider(context.contract.members.at(found->second));
    }
  } else {
    for (const auto& [id, member] : context.contract.members) consider(member);
  }
  return list_reply(
      context, {.fields = fields_for(context), .sortable = "customerId customerCode updDateTime"},
      std::move(rows), print_member);
}

Reply get_member(Context& context) {
  Json object = print_member(context, &member_of(context));
  select_fields(context, fields_for(context), object);
  return json_reply(object);
}

}  // namespace

Reply create_member(Context& context) {
  std::vector<std::string_view> required(kAlwaysRequired.begin(), kAlwaysRequired.end());
  required.insert(required.end(), context.contract.required_columns.begin(),
                  context.contract.required_columns.end());
  Record record =
      read_new({.fields = kCustomerFields, .required = required}, context.body, context.switches());
  check_member(context, record, 0);
  const int64_t id = ++context.contract.last_member;
  const std::string now = format_date_time(context.now());
  record.set("customerId", id);
  if (!record.has("mailReceiveFlag")) {
    record.set("mailReceiveFlag", context.switches().get(Switch::kMailReceiveDefault));
  }
  record.set("insDateTime", now);
  record.set("updDateTime", now);
  context.contract.member_by_code[record.text("customerCode")] = id;
  Member& member = context.contract.members[id];
  member = {.record = std::move(record), .points = new_points(id, context.now())};
  announce_member(context, "created", id);
  return json_reply(print_member(context, &member));
}

namespace {
Reply edit_member(Context& context) {
  Member& member = member_of(context);
  std::vector<std::string_view> required(kAlwaysRequired.begin(), kAlwaysRequired.end());
  for (const std::string& name : context.contract.required_columns) {
    if (member.record.has(name)) required.emplace_back(name);  // may not be emptied
  }
  Record record = read_changes({.fields = kCustomerFields, .required = required}, context.body,
                               context.switches(), member.record);
  const int64_t id = member.record.number("customerId");
  check_member(context, record, id);
  record.set("updDateTime", format_date_time(context.now()));
  context.contract.member_by_code.erase(member.record.text("customerCode"));
  context.contract.member_by_code[record.text("customerCode")] = id;
  member.record = std::move(record);
  announce_member(context, "edited", id);
  return json_reply(print_member(context, &member));
}

Reply delete_member(Context& context) {
  Member& member = member_of(context);
  const int64_t id = member.record.number("customerId");
  const Json body = {{"customerId", std::to_string(id)}};
  context.contract.member_by_code.erase(member.record.text("customerCode"));
  context.contract.members.erase(id);
  announce_member(context, "deleted", id);
  return json_reply(body);
}

// [FF]: [{columnName, value:"0"|"1"}]
Reply list_required_columns(Context& context) {
  Json body = Json::array();
  for (const Field& field : kCustomerFields) {
    if (field.access != Access::kWrite) continue;
    const auto& required = context.contract.required_columns;
    const bool marked = std::find(required.begin(), required.end(), field.name) != required.end();
    const bool always = std::find(kAlwaysRequired.begin(), kAlwaysRequired.end(), field.name) !=
                        kAlwaysRequired.end();
    body.push_back({{"columnName", field.name}, {"value", marked || always ? "1" : "0"}});
  }
  return json_reply(body);
}

constexpr std::array<Route, 9> kCustomerRoutes = {{
    {"GET", "/customers", "pos.customers:read",
     "fields sort limit page customer_code customer_no customer_id-from customer_id-to "
     "upd_date_time-from upd_date_time-to",
     list_members, Bundle::kMembers},
    {"POST", "/customers", "pos.customers:write", "", create_member, Bundle::kMembers},
    {"GET", "/customers/point", "pos.customers:read", "limit page customer_id", list_points,
     Bundle::kMembers},
    {"GET", "/customers/{id}", "pos.customers:read", "fields", get_member, Bundle::kMembers},
    {"PATCH", "/customers/{id}", "pos.customers:write", "", edit_member, Bundle::kMembers},
    {"DELETE", "/customers/{id}", "pos.customers:write", "", delete_member, Bundle::kMembers},
    {"PATCH", "/customers/{id}/point", "pos.customers:write", "", set_points, Bundle::kMembers},
    {"POST", "/customers/{id}/point/add", "pos.customers:write", "", add_points, Bundle::kMembers},
    {"GET", "/customer_required_column_setting", "pos.customers:read", "", list_required_columns,
     Bundle::kMembers},
}};

}  // namespace

std::span<const Route> customer_routes() { return kCustomerRoutes; }

}  // namespace tsunagi::smaregi_sandbox

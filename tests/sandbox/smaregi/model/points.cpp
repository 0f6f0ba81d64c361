#include "tests/sandbox/smaregi/model/points.h"

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr std::array<Field, 6> kPointFields = {{
    {.name = "customerId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "mile", .kind = Kind::kInteger, .low = -kMaxPoint, .high = kMaxPoint},
    {.name = "point", .kind = Kind::kInteger, .low = -kMaxPoint, .high = kMaxPoint},
    {.name = "pointExpireDate", .kind = Kind::kDate},
    {.name = "insDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
}};

Json print_points(const Context&, const void* row) {
  return render(point_fields(), static_cast<const Member*>(row)->points);
}

struct PointChange {
  std::optional<int64_t> point, mile;
  bool has_date = false;
  std::string date;  // "" clears
};

PointChange read_change(Context& context) {
  const Record body = read_changes({.fields = point_fields(), .required = {}}, context.body,
                                   context.switches(), {});
  PointChange change;
  if (body.has("point")) change.point = body.number("point");
  if (body.has("mile")) change.mile = body.number("mile");
  change.has_date = context.body.contains("pointExpireDate");
  change.date = body.text("pointExpireDate");
  if (!change.point && !change.mile && !change.has_date) refuse("[point]は必須です");
  return change;
}

// Books the steps to the new figures and answers as both calls do: the balance and the ids of the
// records it made.
Reply apply(Context& context, Member& member, const PointChange& target, std::vector<int64_t> ids) {
  const auto move = [&](std::string_view name, const char* up, const char* down,
                        std::optional<int64_t> wanted) {
    const int64_t delta = wanted.value_or(member.points.number(name)) - member.points.number(name);
    if (delta == 0) return;
    ids.push_back(
        book_points(context.world, context.contract, member,
                    {.division = delta > 0 ? up : down, .amount = delta > 0 ? delta : -delta}));
  };
  move("point", "6", "7", target.point);
  move("mile", "13", "14", target.mile);
  if (target.has_date && target.date.empty()) member.points.clear("pointExpireDate");
  if (!target.date.empty()) member.points.set("pointExpireDate", target.date);
  touch_points(context.world, context.contract, member);
  Json reply = render(point_fields(), member.points);
  Json heads = Json::array();
  for (const int64_t id : ids) heads.push_back(std::to_string(id));
  reply["transactionHeadIds"] = heads;  // the only mark by which an echo can be told [DOC]
  return json_reply(reply);
}

}  // namespace

Fields point_fields() { return kPointFields; }

Record new_points(int64_t member_id, int64_t now) {
  Record points;
  points.set("customerId", member_id);
  points.set("mile", 0);
  points.set("point", 0);
  points.set("insDateTime", format_date_time(now));
  points.set("updDateTime", format_date_time(now));
  return points;
}

int64_t book_points(World& world, Contract& contract, Member& member, const PointMove& move) {
  const bool adds = move.division == "6" || move.division == "13";
  const bool miles = move.division == "13" || move.division == "14";
  const std::string_view column = miles ? "mile" : "point";
  const int64_t before = member.points.number(column);
  const int64_t after = before + (adds ? move.amount : -move.amount);
  const std::string now = format_date_time(world.clock.now());
  const int64_t id = ++contract.last_transaction;
  Transaction& made = contract.transactions[id];
  for (const auto* name : {"subtotal", "total", "newPoint", "spendPoint", "cancelDivision",
                           "disposeDivision", "returnSales"}) {
    made.head.set(name, 0);
  }
  made.head.set("transactionHeadId", id);
  made.head.set("transactionHeadDivision", move.division);
  for (const auto* name : {"transactionDateTime", "terminalTranDateTime", "updDateTime"}) {
    made.head.set(name, now);
  }
  made.head.set("sumDate", format_date(world.clock.now()));
  made.head.set("customerId", member.record.text("customerId"));
  made.head.set("customerCode", member.record.text("customerCode"));
  if (miles) {  // no source says which fields of a head carry miles
    made.head.set("point", member.points.number("point"));
    made.head.set("totalPoint", member.points.number("point"));
  } else {
    made.head.set(adds ? "newPoint" : "spendPoint", move.amount);
    made.head.set("point", before);
    made.head.set("totalPoint", after);
  }
  member.points.set(column, after);
  if (world.switches.is(Switch::kTransactionEventOnPoints, "yes")) {
    publish(world, contract, "pos:transactions", "created", "transactionHeadIds",
            Json::array({std::to_string(id)}));
  }
  return id;
}

void touch_points(World& world, Contract& contract, Member& member) {
  member.points.set("updDateTime", format_date_time(world.clock.now()));
  if (world.switches.is(Switch::kCustomerEventOnPoints, "yes")) {
    publish(world, contract, "pos:customers", "edited", "customerIds",
            Json::array({member.record.text("customerId")}));
  }
}

int64_t expire_points(World& world, Contract& contract, Member& member) {
  const std::string date = member.points.text("pointExpireDate");
  const int64_t balance = member.points.number("point");
  if (date.empty() || balance <= 0 || date >= format_date(world.clock.now())) return 0;
  const int64_t id = book_points(world, contract, member, {.division = "8", .amount = balance});
  if (world.switches.is(Switch::kExpiredDate, "cleared")) member.points.clear("pointExpireDate");
  touch_points(world, contract, member);
  return id;
}

// Reading expires overdue points first [FF].
Reply list_points(Context& context) {
  const auto wanted = query_number(context, "customer_id");
  std::vector<ListRow> rows;
  for (auto& [id, member] : context.contract.members) {
    if (wanted && id != *wanted) continue;
    expire_points(context.world, context.contract, member);
    rows.push_back({.record = &member.points, .row = &member});
  }
  return list_reply(context, {.fields = point_fields(), .sortable = {}}, std::move(rows),
                    print_points);
}

// Absolute [FF].
Reply set_points(Context& context) {
  Member& member = member_of(context);
  const PointChange change = read_change(context);
  if (change.point.value_or(0) < 0 || change.mile.value_or(0) < 0) {
    refuse("[point]は0以上である必要があります");
  }
  return apply(context, member, change, {});
}

// Relative; an overdue balance expires first, so that a subtraction from it fails [DOC
// postcustomerscustomeridpointadd].
Reply add_points(Context& context) {
  Member& member = member_of(context);
  PointChange change = read_change(context);
  std::vector<int64_t> ids;
  const int64_t expired = expire_points(context.world, context.contract, member);
  if (expired != 0) ids.push_back(expired);
  for (const auto& [name, value] :
       {std::pair("point", &change.point), std::pair("mile", &change.mile)}) {
    if (!*value) continue;
    const int64_t sum = member.points.number(name) + **value;
    if (**value < 0 && sum < 0) {
      refuse(std::string(name) == "point" ? "ポイントが不足しています" : "マイルが不足しています");
    }
    *value = sum;
  }
  return apply(context, member, change, std::move(ids));
}

}  // namespace tsunagi::smaregi_sandbox

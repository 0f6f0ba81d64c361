// Requests to be told that a shop has a product again. Until the outcome of a mail is known, what
// is known of it is the state of its outbox item.

#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/words.h"
#include "server/storage/restock_changes.h"
#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kRestock{
    "SELECT r.request_id, r.customer_id, r.product_id, r.store_id, r.product_code, r.product_name, "
    "r.language, r.page, r.state, r.asked_at, r.telling_at, r.settled_at, r.outcome, "
    "COALESCE(o.state, '') FROM restock_request r LEFT JOIN outbox o ON o.tenant = r.tenant "
    "AND o.item_key = r.request_id AND o.kind = 'restock_mail' "
    "WHERE r.tenant = :a AND r.request_id = :b"};
constexpr Sql kRestocksOf{
    "SELECT r.request_id, r.customer_id, r.product_id, r.store_id, r.product_code, r.product_name, "
    "r.language, r.page, r.state, r.asked_at, r.telling_at, r.settled_at, r.outcome, "
    "COALESCE(o.state, '') FROM restock_request r LEFT JOIN outbox o ON o.tenant = r.tenant "
    "AND o.item_key = r.request_id AND o.kind = 'restock_mail' "
    "WHERE r.tenant = :a AND r.customer_id = :b AND r.is_open = 1 "
    "ORDER BY r.asked_at, r.request_id LIMIT :c"};
constexpr Sql kRestocksEver{
    "SELECT r.request_id, r.customer_id, r.product_id, r.store_id, r.product_code, r.product_name, "
    "r.language, r.page, r.state, r.asked_at, r.telling_at, r.settled_at, r.outcome, "
    "COALESCE(o.state, '') FROM restock_request r LEFT JOIN outbox o ON o.tenant = r.tenant "
    "AND o.item_key = r.request_id AND o.kind = 'restock_mail' "
    "WHERE r.tenant = :a AND r.customer_id = :b ORDER BY r.asked_at DESC, r.request_id LIMIT :c"};
constexpr Sql kRestockLog{
    "SELECT r.request_id, r.customer_id, r.product_id, r.store_id, r.product_code, r.product_name, "
    "r.language, r.page, r.state, r.asked_at, r.telling_at, r.settled_at, r.outcome, "
    "COALESCE(o.state, '') FROM restock_request r LEFT JOIN outbox o ON o.tenant = r.tenant "
    "AND o.item_key = r.request_id AND o.kind = 'restock_mail' "
    "WHERE r.tenant = :a AND r.asked_at > :b ORDER BY r.asked_at DESC, r.request_id LIMIT :c"};
// By shop and product, so that a figure is summed up once however many wait for it. The shops are
// few and come as a parameter; SQLite joins in the order that is written where that is CROSS JOIN,
// and looks a product's own figure up by an index that it makes, since both sides are TEXT.
constexpr Sql kRestocked{
    "WITH asked AS MATERIALIZED (SELECT value ->> 'store' AS store_id, "
    "CAST(value ->> 'safety' AS BIGINT) AS safety "
    "FROM {each_object_open}:a{each_object_close}), "
    "own AS MATERIALIZED (SELECT CAST(value ->> 'product' AS TEXT) AS product_id, "
    "CAST(value ->> 'safety' AS BIGINT) AS safety "
    "FROM {each_object_open}:b{each_object_close}) "
    "SELECT r.request_id FROM asked CROSS JOIN restock_request r CROSS JOIN stock_level l "
    "LEFT JOIN own ON own.product_id = r.product_id "
    "WHERE r.tenant = :c AND r.state = 'open' AND r.store_id = asked.store_id "
    "AND l.tenant = r.tenant AND l.product_id = r.product_id AND l.store_id = r.store_id "
    "AND l.doubted = 0 AND l.changed_at >= :d "
    "AND l.on_hand - l.layaway > COALESCE(own.safety, asked.safety) "
    "AND l.on_hand - l.layaway - COALESCE(own.safety, asked.safety) > "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM pickup_line "
    "WHERE pickup_line.tenant = l.tenant AND pickup_line.product_id = l.product_id "
    "AND pickup_line.store_id = l.store_id AND held > 0) + "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM shipment_line "
    "WHERE shipment_line.tenant = l.tenant AND shipment_line.product_id = l.product_id "
    "AND shipment_line.store_id = l.store_id AND held > 0) "
    "ORDER BY r.asked_at, r.request_id LIMIT :e"};
constexpr Sql kRestockCount{
    "SELECT COUNT(*) FROM restock_request "
    "WHERE tenant = :a AND customer_id = :b AND is_open = 1"};
constexpr Sql kAskedBefore{
    "SELECT request_id FROM restock_request WHERE tenant = :a AND customer_id = :b "
    "AND product_id = :c AND store_id = :d AND is_open = 1"};
constexpr Sql kAskRestock{
    "INSERT INTO restock_request (tenant, request_id, customer_id, product_id, store_id, "
    "product_code, product_name, language, page, state, is_open, asked_at, telling_at, settled_at, "
    "outcome) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, 'open', 1, :j, 0, 0, '')"};
constexpr Sql kTakeBackRestock{
    "DELETE FROM restock_request WHERE tenant = :a AND request_id = :b AND customer_id = :c "
    "AND is_open = 1"};
constexpr Sql kTellRestock{
    "UPDATE restock_request SET state = 'telling', telling_at = :a "
    "WHERE tenant = :b AND request_id = :c AND state = 'open'"};
constexpr Sql kReopenRestock{
    "UPDATE restock_request SET state = 'open', telling_at = 0 "
    "WHERE tenant = :a AND request_id = :b AND state = 'telling'"};
constexpr Sql kRestockTold{
    "UPDATE restock_request SET state = 'done', is_open = 0, settled_at = :a, outcome = :b "
    "WHERE tenant = :c AND request_id = :d AND state = 'telling'"};
constexpr Sql kDropSameRestocks{
    "DELETE FROM restock_request WHERE tenant = :a AND customer_id = :b AND is_open = 1 "
    "AND EXISTS (SELECT 1 FROM restock_request own WHERE own.tenant = restock_request.tenant "
    "AND own.customer_id = :c AND own.product_id = restock_request.product_id "
    "AND own.store_id = restock_request.store_id AND own.is_open = 1)"};
constexpr Sql kMoveRestocks{
    "UPDATE restock_request SET customer_id = :a WHERE tenant = :b AND customer_id = :c"};
constexpr Sql kDropRestockMails{
    "DELETE FROM outbox WHERE tenant = :a AND kind = 'restock_mail' AND item_key IN "
    "(SELECT request_id FROM restock_request WHERE tenant = :b AND customer_id = :c)"};
constexpr Sql kForgetRestocksOf{
    "DELETE FROM restock_request WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kTooOldRestocks{
    "SELECT tenant, request_id FROM restock_request WHERE is_open = 1 AND asked_at < :a "
    "ORDER BY asked_at LIMIT :b"};
constexpr Sql kLongEndedRestocks{
    "SELECT tenant, request_id FROM restock_request WHERE is_open = 0 AND settled_at < :a "
    "ORDER BY settled_at LIMIT :b"};
constexpr Sql kForgetRestock{
    "DELETE FROM restock_request WHERE tenant = :a AND request_id = :b AND is_open = :c"};

PickupMailOutcome restock_outcome(std::string_view settled, std::string_view queue) {
  if (const auto known = pickup_mail_outcome(settled)) return *known;
  if (queue == word(QueueState::kReview)) return PickupMailOutcome::kUnanswered;
  if (queue == word(QueueState::kDead)) return PickupMailOutcome::kFailed;
  return PickupMailOutcome::kWaiting;
}

template <class... In>
Result<std::vector<RestockRequest>> restocks(Session& session, const Sql& sql, const In&... in) {
  RestockRequest row;
  std::string state;
  std::string settled;
  std::string queue;
  bool broken = false;
  std::vector<RestockRequest> rows;
  session.each(
      sql,
      std::tie(row.id, row.customer_id, row.product_id, row.store_id, row.product_code,
               row.product_name, row.language, row.page, state, row.asked_at, row.telling_at,
               row.settled_at, settled, queue),
      [&] {
        const auto known = restock_state(state);
        broken = broken || !known;
        row.state = known.value_or(RestockState::kDone);
        row.outcome = restock_outcome(settled, queue);
        rows.push_back(row);
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "a request has an unknown state"};
  return rows;
}

struct Forgotten {
  bool open = false;
  Seconds before = 0;
};
int64_t forget_restocks(Session& session, const Sql& which, const Forgotten& forgotten, int limit) {
  TenantId tenant = 0;
  std::string id;
  std::vector<std::pair<TenantId, std::string>> old;
  session.each(
      which, std::tie(tenant, id), [&] { old.emplace_back(tenant, id); }, forgotten.before, limit);
  int64_t count = 0;
  for (const auto& [whose, request] : old) {
    count += session.run(kForgetRestock, whose, request, int64_t{forgotten.open});
  }
  return count;
}

}  // namespace

Result<Done> ask_restock(Session& session, TenantId tenant, const RestockRequest& request) {
  for (const auto& [what, text] :
       {std::pair("a request's id", &request.id), std::pair("a product id", &request.product_id),
        std::pair("a store id", &request.store_id)}) {
    if (auto key = check_key(what, *text); !key) return key;
  }
  std::string before;
  if (session.one(kAskedBefore, std::tie(before), tenant, request.customer_id, request.product_id,
                  request.store_id)) {
    return Done{};
  }
  int64_t open = 0;
  session.one(kRestockCount, std::tie(open), tenant, request.customer_id);
  if (open >= kRestocksMost) {
    return Error{ErrorCode::kConflict,
                 "at most " + std::to_string(kRestocksMost) + " requests may be open"};
  }
  session.run(kAskRestock, tenant, request.id, request.customer_id, request.product_id,
              request.store_id, request.product_code, request.product_name, request.language,
              request.page, request.asked_at);
  return Done{};
}

void take_back_restock(Session& session, TenantId tenant, const change::TakeBackRestock& take) {
  session.run(kTakeBackRestock, tenant, take.request_id, take.customer_id);
}

bool tell_restock(Session& session, TenantId tenant, const change::TellRestock& tell, Seconds now) {
  return session.run(kTellRestock, now, tenant, tell.request_id) > 0;
}

void restock_told(Session& session, TenantId tenant, const change::RestockTold& told, Seconds now) {
  if (told.outcome == PickupMailOutcome::kOutdated) {
    session.run(kReopenRestock, tenant, told.request_id);
  } else {
    session.run(kRestockTold, now, word(told.outcome), tenant, told.request_id);
  }
}

void move_restocks(Session& session, TenantId tenant, int64_t from_customer, int64_t to_customer) {
  session.run(kDropSameRestocks, tenant, from_customer, to_customer);
  session.run(kMoveRestocks, to_customer, tenant, from_customer);
}

void forget_restocks_of(Session& session, TenantId tenant, int64_t customer_id) {
  session.run(kDropRestockMails, tenant, tenant, customer_id);
  session.run(kForgetRestocksOf, tenant, customer_id);
}

Result<std::optional<RestockRequest>> SqlStorage::restock(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::optional<RestockRequest>> {
    auto found = restocks(session, kRestock, tenant, id);
    if (!found) return found.error();
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
  });
}

Result<std::vector<RestockRequest>> SqlStorage::restocks_of(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) {
    return restocks(session, kRestocksOf, tenant, customer_id, kRestocksMost);
  });
}

Result<std::vector<RestockRequest>> SqlStorage::restocks_ever(TenantId tenant, int64_t customer_id,
                                                              int limit) {
  return read([&](Session& session) {
    return restocks(session, kRestocksEver, tenant, customer_id, limit);
  });
}

Result<std::vector<std::string>> SqlStorage::restocked(TenantId tenant, const RestockShops& shops,
                                                       Seconds since, int limit) {
  nlohmann::json list = nlohmann::json::array();
  for (const RestockShop& shop : shops.shops) {
    list.push_back({{"store", storable(shop.store_id)}, {"safety", std::to_string(shop.safety)}});
  }
  const std::string asked = list.dump();
  list = nlohmann::json::array();
  for (const auto& [product, safety] : shops.products) {
    list.push_back({{"product", storable(product)}, {"safety", std::to_string(safety)}});
  }
  const std::string own = list.dump();
  return read([&](Session& session) -> Result<std::vector<std::string>> {
    std::string id;
    std::vector<std::string> ids;
    session.each(
        kRestocked, std::tie(id), [&] { ids.push_back(id); }, asked, own, tenant, since, limit);
    return ids;
  });
}

Result<std::vector<RestockRequest>> SqlStorage::restock_log(TenantId tenant, int limit) {
  return read(
      [&](Session& session) { return restocks(session, kRestockLog, tenant, int64_t{-1}, limit); });
}

Result<int64_t> SqlStorage::purge_restocks(Seconds asked_before, Seconds settled_before,
                                           int limit) {
  return write([&](Session& session) -> Result<int64_t> {
    return forget_restocks(session, kTooOldRestocks, {.open = true, .before = asked_before},
                           limit) +
           forget_restocks(session, kLongEndedRestocks, {.open = false, .before = settled_before},
                           limit);
  });
}

}  // namespace tsunagi::storage

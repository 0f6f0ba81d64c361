#include "server/domain/tenant/tenant_directory.h"
#include "server/storage/sql_storage.h"
#include "server/storage/statements.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kTenant{
    "SELECT tenant, shop_domain, shop_name, contract_id, installed, settings FROM tenant "
    "WHERE tenant = :a"};
constexpr Sql kTenantByDomain{
    "SELECT tenant, shop_domain, shop_name, contract_id, installed, settings FROM tenant "
    "WHERE shop_domain = :a AND shop_domain <> ''"};
constexpr Sql kTenantByContract{
    "SELECT tenant, shop_domain, shop_name, contract_id, installed, settings FROM tenant "
    "WHERE contract_id = :a AND contract_id <> ''"};
constexpr Sql kInstalled{
    "SELECT tenant, shop_domain, shop_name, contract_id, installed, settings FROM tenant "
    "WHERE installed = 1 ORDER BY tenant"};
// Shopify gives a domain to one shop at a time: another shop that had it before is gone.
constexpr Sql kForgetSecretsOfDomain{
    "DELETE FROM secret WHERE tenant IN "
    "(SELECT tenant FROM tenant WHERE shop_domain = :a AND shop_domain <> '' AND tenant <> :b)"};
constexpr Sql kFreeDomain{
    "UPDATE tenant SET shop_domain = '', installed = 0 WHERE shop_domain = :a AND shop_domain <> "
    "'' AND tenant <> :b"};
constexpr Sql kInstall{
    "INSERT INTO tenant (tenant, shop_domain, shop_name, installed) VALUES (:a, :b, :c, 1) "
    "ON CONFLICT (tenant) DO UPDATE SET shop_domain = excluded.shop_domain, "
    "shop_name = excluded.shop_name, installed = 1"};
constexpr Sql kUninstall{"UPDATE tenant SET installed = 0 WHERE tenant = :a"};
constexpr Sql kForgetSecrets{"DELETE FROM secret WHERE tenant = :a"};
constexpr Sql kForgetStates{"DELETE FROM oauth_state WHERE tenant = :a"};
constexpr Sql kForgetJoins{"DELETE FROM pending_join WHERE tenant = :a"};
constexpr Sql kFreeContract{
    "UPDATE tenant SET contract_id = '' WHERE contract_id = :a AND contract_id <> '' AND tenant <> "
    ":b AND installed = 0"};
constexpr Sql kContractOfAnother{
    "SELECT tenant FROM tenant WHERE contract_id = :a AND contract_id <> '' AND tenant <> :b"};
constexpr Sql kContract{"SELECT contract_id FROM tenant WHERE tenant = :a"};
constexpr Sql kLinks{"SELECT customer_id FROM member_link WHERE tenant = :a"};
constexpr Sql kJoin{"UPDATE tenant SET contract_id = :a WHERE tenant = :b"};
constexpr Sql kForgetProducts{"DELETE FROM product WHERE tenant = :a"};
constexpr Sql kForgetStock{"DELETE FROM stock_level WHERE tenant = :a"};
constexpr Sql kForgetCursors{"DELETE FROM sync_cursor WHERE tenant = :a"};
constexpr Sql kForgetDroppedLinks{"DELETE FROM dropped_link WHERE tenant = :a"};
constexpr Sql kForgetLeftMembers{"DELETE FROM left_member WHERE tenant = :a"};
constexpr Sql kForgetBackfill{"DELETE FROM backfill WHERE tenant = :a"};
constexpr Sql kForgetTakings{"DELETE FROM till_taking WHERE tenant = :a"};
constexpr Sql kForgetTakingItems{
    "DELETE FROM outbox WHERE tenant = :a AND kind = 'take_from_tills'"};
constexpr Sql kForgetSentHeld{"UPDATE shipment_line SET held = 0 WHERE tenant = :a AND held > 0"};
constexpr Sql kForgetFetchedHeld{
    "UPDATE pickup_line SET held = 0 WHERE tenant = :a AND pickup_id IN "
    "(SELECT pickup_id FROM pickup_order WHERE tenant = :b AND told_id <> 0) AND held > 0"};
constexpr Sql kForgetRestocks{"DELETE FROM restock_request WHERE tenant = :a"};
constexpr Sql kForgetItems{"DELETE FROM shop_item WHERE tenant = :a"};
constexpr Sql kSaveSettings{"UPDATE tenant SET settings = :a WHERE tenant = :b"};
constexpr Sql kHoldTenantAlone{"SELECT tenant FROM tenant WHERE tenant = :a {hold_alone}"};
// Every table that has rows of a tenant.
constexpr Sql kErasures[] = {
    {"DELETE FROM secret WHERE tenant = :a"},
    {"DELETE FROM oauth_state WHERE tenant = :a"},
    {"DELETE FROM pending_join WHERE tenant = :a"},
    {"DELETE FROM store WHERE tenant = :a"},
    {"DELETE FROM product WHERE tenant = :a"},
    {"DELETE FROM stock_level WHERE tenant = :a"},
    {"DELETE FROM sync_cursor WHERE tenant = :a"},
    {"DELETE FROM member_link WHERE tenant = :a"},
    {"DELETE FROM member_code WHERE tenant = :a"},
    {"DELETE FROM card_snapshot WHERE tenant = :a"},
    {"DELETE FROM favourite WHERE tenant = :a"},
    {"DELETE FROM pin WHERE tenant = :a"},
    {"DELETE FROM inbox WHERE tenant = :a"},
    {"DELETE FROM outbox WHERE tenant = :a"},
    {"DELETE FROM field_prints WHERE tenant = :a"},
    {"DELETE FROM audit WHERE tenant = :a"},
    {"DELETE FROM given_field WHERE tenant = :a"},
    {"DELETE FROM former_member WHERE tenant = :a"},
    {"DELETE FROM merged_customer WHERE tenant = :a"},
    {"DELETE FROM dropped_link WHERE tenant = :a"},
    {"DELETE FROM left_member WHERE tenant = :a"},
    {"DELETE FROM consent_text WHERE tenant = :a"},
    {"DELETE FROM leaving WHERE tenant = :a"},
    {"DELETE FROM data_request WHERE tenant = :a"},
    {"DELETE FROM claim WHERE tenant = :a"},
    {"DELETE FROM budget_slice WHERE tenant = :a"},
    {"DELETE FROM backfill WHERE tenant = :a"},
    {"DELETE FROM pickup WHERE tenant = :a"},
    {"DELETE FROM pickup_line WHERE tenant = :a"},
    {"DELETE FROM pickup_deed WHERE tenant = :a"},
    {"DELETE FROM pickup_mail WHERE tenant = :a"},
    {"DELETE FROM pickup_order WHERE tenant = :a"},
    {"DELETE FROM pickup_order_line WHERE tenant = :a"},
    {"DELETE FROM shipment WHERE tenant = :a"},
    {"DELETE FROM shipment_line WHERE tenant = :a"},
    {"DELETE FROM shipment_deed WHERE tenant = :a"},
    {"DELETE FROM till_taking WHERE tenant = :a"},
    {"DELETE FROM staff WHERE tenant = :a"},
    {"DELETE FROM staff_session WHERE tenant = :a"},
    {"DELETE FROM shop_item WHERE tenant = :a"},
    {"DELETE FROM restock_request WHERE tenant = :a"},
    {"DELETE FROM tenant WHERE tenant = :a"},
};

Error unknown_tenant() { return {ErrorCode::kNotFound, "unknown shop"}; }

template <class... In>
Result<std::vector<Tenant>> select_tenants(Session& session, const Sql& sql, const In&... in) {
  Tenant row;
  int64_t installed = 0;
  std::string settings;
  std::vector<Tenant> tenants;
  std::optional<Error> broken;
  session.each(
      sql, std::tie(row.id, row.shop_domain, row.shop_name, row.contract_id, installed, settings),
      [&] {
        row.installed = installed != 0;
        row.settings = Settings{};
        if (!settings.empty()) {
          auto parsed = parse_settings(settings);
          if (!parsed) {
            broken = Error{ErrorCode::kInternal, "the settings of shop " + std::to_string(row.id) +
                                                     " cannot be read: " + parsed.error().message};
            return;
          }
          row.settings = std::move(*parsed);
        }
        tenants.push_back(row);
      },
      in...);
  if (broken) return *broken;
  return tenants;
}

template <class... In>
Result<std::optional<Tenant>> select_tenant(Session& session, const Sql& sql, const In&... in) {
  auto found = select_tenants(session, sql, in...);
  if (!found) return found.error();
  if (found->empty()) return std::optional<Tenant>();
  return std::optional<Tenant>(std::move(found->front()));
}

// Its stores are others: their stock would be written to places of the former ones.
Result<Done> forget_locations(Session& session, TenantId tenant) {
  std::string text;
  session.one(kSettingsOf, std::tie(text), tenant);
  if (text.empty()) return Done{};
  auto settings = parse_settings(text);
  if (!settings) return Error{ErrorCode::kInternal, settings.error().message};
  if (settings->locations.empty()) return Done{};
  settings->locations.clear();
  session.run(kSaveSettings, settings_json(*settings), tenant);
  return Done{};
}

// What was read from the former contract means nothing in the new one.
void forget_contract_data(Session& session, TenantId tenant) {
  session.run(kForgetStores, tenant);
  session.run(kForgetProducts, tenant);
  session.run(kForgetStock, tenant);
  session.run(kForgetCursors, tenant);
  session.run(kForgetDroppedLinks, tenant);
  session.run(kForgetLeftMembers, tenant);
  session.run(kForgetBackfill, tenant);
  session.run(kForgetItems, tenant);
  session.run(kForgetRestocks, tenant);
  session.run(kForgetTakings, tenant);
  session.run(kForgetTakingItems, tenant);
  session.run(kForgetSentHeld, tenant);
  session.run(kForgetFetchedHeld, tenant, tenant);
}

// A shop whose contract went to another shop while it was uninstalled: its links name members of a
// contract that is no longer its own. The cards and tags in Shopify are erased, the codes stay
// taken. Nobody left: whoever joins by a visit does so again.
Result<Done> drop_links(Session& session, TenantId tenant, const std::vector<int64_t>& customers,
                        Seconds now) {
  std::vector<Change> changes;
  for (const int64_t customer : customers) {
    const std::string key = std::to_string(customer);
    changes.emplace_back(change::DropLink{.customer_id = customer, .left = false});
    changes.emplace_back(change::Enqueue{{OutboxKind::kWriteCard, key}});
    changes.emplace_back(change::Enqueue{{OutboxKind::kTagCustomer, key}});
  }
  if (!changes.empty()) {
    changes.emplace_back(change::Audit{"merchant", "drop", "all members",
                                       "another contract was joined after the former was lost"});
  }
  return apply_changes(session, tenant, changes, now);
}

Result<Done> join(Session& session, TenantId tenant, std::string_view contract_id, Seconds now) {
  std::string current;
  if (!session.one(kContract, std::tie(current), tenant)) return unknown_tenant();
  if (current == contract_id) return Done{};
  session.run(kFreeContract, contract_id, tenant);
  TenantId other = 0;
  if (session.one(kContractOfAnother, std::tie(other), contract_id, tenant)) {
    return Error{ErrorCode::kConflict, "another shop has joined this contract"};
  }
  int64_t customer = 0;
  std::vector<int64_t> customers;
  session.each(kLinks, std::tie(customer), [&] { customers.push_back(customer); }, tenant);
  if (!current.empty() && !customers.empty()) {
    return Error{ErrorCode::kConflict,
                 "the shop has members in another contract: their cards would show others'"};
  }
  if (auto dropped = drop_links(session, tenant, customers, now); !dropped) return dropped;
  if (auto forgotten = forget_locations(session, tenant); !forgotten) return forgotten;
  forget_contract_data(session, tenant);
  session.run(kJoin, contract_id, tenant);
  return Done{};
}

}  // namespace

Result<std::optional<Tenant>> SqlStorage::tenant(TenantId id) {
  return read([&](Session& session) { return select_tenant(session, kTenant, id); });
}

Result<std::optional<Tenant>> SqlStorage::tenant_by_domain(std::string_view shop_domain) {
  return read(
      [&](Session& session) { return select_tenant(session, kTenantByDomain, shop_domain); });
}

Result<std::optional<Tenant>> SqlStorage::tenant_by_contract(std::string_view contract_id) {
  return read(
      [&](Session& session) { return select_tenant(session, kTenantByContract, contract_id); });
}

Result<std::vector<Tenant>> SqlStorage::tenants() {
  return read([](Session& session) { return select_tenants(session, kInstalled); });
}

Result<Done> SqlStorage::install(const ShopIdentity& shop) {
  if (shop.id <= 0) return Error{ErrorCode::kInvalid, "a shop id must be positive"};
  if (auto key = check_key("the shop's domain", shop.domain); !key) return key;
  return write([&](Session& session) -> Result<Done> {
    session.run(kForgetSecretsOfDomain, shop.domain, shop.id);
    session.run(kFreeDomain, shop.domain, shop.id);
    session.run(kInstall, shop.id, shop.domain, shop.name);
    return Done{};
  });
}

Result<Done> SqlStorage::uninstall(TenantId tenant) {
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kUninstall, tenant) == 0) return unknown_tenant();
    session.run(kForgetSecrets, tenant);
    session.run(kForgetStates, tenant);
    session.run(kForgetJoins, tenant);
    return Done{};
  });
}

Result<Done> SqlStorage::erase_tenant(TenantId tenant) {
  return write([&](Session& session) -> Result<Done> {
    TenantId held = 0;
    // First of all, and alone: who writes for the shop at this moment is done before its rows go,
    // and who comes later finds no shop.
    if (!session.one(kHoldTenantAlone, std::tie(held), tenant)) return Done{};
    for (const Sql& erase : kErasures) session.run(erase, tenant);
    session.let_go();
    return Done{};
  });
}

Result<Done> SqlStorage::join_contract(TenantId tenant, std::string_view contract_id) {
  if (auto key = check_key("a contract id", contract_id); !key) return key;
  const Seconds now = clock_.now();
  return write([&](Session& session) { return join(session, tenant, contract_id, now); });
}

Result<Done> SqlStorage::save_settings(TenantId tenant, const Settings& settings,
                                       const std::vector<Change>& also) {
  const std::string json = settings_json(settings);
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kSaveSettings, json, tenant) == 0) return unknown_tenant();
    return apply_changes(session, tenant, also, now);
  });
}

}  // namespace tsunagi::storage

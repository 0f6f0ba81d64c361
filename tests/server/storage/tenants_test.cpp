// Shops: installed, joined to a contract, set up, uninstalled and erased.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class TenantsTest : public StorageTest {
 protected:
  [[nodiscard]] Tenant shop(TenantId id = kShop) const {
    auto found = db().tenant(id);
    EXPECT_OK(found);
    EXPECT_TRUE(found.ok() && found->has_value());
    return found.ok() && *found ? **found : Tenant{};
  }
  void to_be_sent(TenantId tenant) {
    Shipment shipment;
    shipment.id = "shipment-number-1";
    shipment.store_id = "1";
    shipment.lines = {{.order_line = 1,
                       .product_id = "1",
                       .product_code = "49",
                       .product_name = "p",
                       .quantity = 1}};
    EXPECT_OK(db().put_shipments(tenant, {.shipments = {shipment}, .safety = {}, .trace = "{}"}));
  }
  void aside_with_its_mail(TenantId tenant) {
    Pickup wish;
    wish.id = "pickup-number-one";
    wish.customer_id = 1;
    wish.store_id = "1";
    wish.code = "123456";
    wish.lines = {
        {.product_id = "1", .product_code = "p", .product_name = "Tea", .quantity = 1, .held = 1}};
    EXPECT_OK(db().place(tenant, wish, {0},
                         change::TellShopper{.pickup_id = wish.id, .mail_id = "placed"}));
  }
  void bought_online(TenantId tenant) {
    Pickup pickup;
    pickup.id = "order.71.1";
    pickup.store_id = "1";
    pickup.code = "654321";
    pickup.lines = {{.product_id = "1", .product_code = {}, .product_name = {}, .quantity = 1}};
    pickup.purchase = {.order_id = 71, .order_name = "#1001"};
    pickup.purchase.lines = {{.order_line = 5, .product_id = "1", .quantity = 1}};
    EXPECT_OK(db().put_purchase(tenant, pickup));
  }
  void staff_of(TenantId tenant) {
    const std::string token = "invitation" + std::to_string(tenant);
    EXPECT_OK(
        db().invite(tenant, {.id = "s", .name = "s", .stores = {}, .invited_at = kNow}, token));
    EXPECT_TRUE(value(db().take_up(token, "session" + token, kNow)));
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, TenantsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(TenantsTest, AnInstalledShopIsFoundByIdAndByDomain) {
  EXPECT_EQ("shop700.myshopify.com", shop().shop_domain);
  EXPECT_EQ("shop700", shop().shop_name);
  EXPECT_EQ("", shop().contract_id);
  EXPECT_TRUE(shop().installed);
  const auto by_domain = db().tenant_by_domain("shop701.myshopify.com");
  ASSERT_TRUE(by_domain.ok() && by_domain->has_value());
  EXPECT_EQ(kOtherShop, (*by_domain)->id);
}

TEST_P(TenantsTest, AnUnknownShopIsNobody) {
  for (const std::string_view domain :
       {std::string_view("other.myshopify.com"), std::string_view(""),
        std::string_view("shop700.myshopify.com\0", 22), std::string_view("\xff"),
        std::string_view("' OR 1=1 --")}) {
    const auto found = db().tenant_by_domain(domain);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_FALSE(found->has_value()) << domain;
  }
  EXPECT_FALSE(db().tenant(999)->has_value());
  EXPECT_FALSE(db().tenant_by_contract("")->has_value());
}

TEST_P(TenantsTest, InstallingAgainKeepsSettingsAndContract) {
  ASSERT_TRUE(db().join_contract(kShop, "skc").ok());
  Settings settings;
  settings.programme_name = "会員";
  ASSERT_TRUE(db().save_settings(kShop, settings, {}).ok());
  ASSERT_TRUE(db().uninstall(kShop).ok());
  EXPECT_FALSE(shop().installed);
  EXPECT_EQ(1u, db().tenants()->size());

  EXPECT_OK(db().install({.id = kShop, .domain = "renamed.myshopify.com", .name = "Renamed"}));
  EXPECT_TRUE(shop().installed);
  EXPECT_EQ("renamed.myshopify.com", shop().shop_domain);
  EXPECT_EQ("Renamed", shop().shop_name);
  EXPECT_EQ("skc", shop().contract_id);
  EXPECT_EQ("会員", shop().settings.programme_name);
  EXPECT_FALSE(db().tenant_by_domain("shop700.myshopify.com")->has_value());
  EXPECT_EQ(2u, db().tenants()->size());
}

TEST_P(TenantsTest, ADomainBelongsToTheShopThatInstalledLast) {
  ASSERT_TRUE(
      db().put_secrets(kShop, {{SecretPurpose::kShopifyAccess, {.value = "old token"}}}).ok());
  EXPECT_OK(db().install({.id = 702, .domain = "shop700.myshopify.com", .name = "new"}));
  EXPECT_EQ(702, (*db().tenant_by_domain("shop700.myshopify.com"))->id);
  EXPECT_FALSE(shop(kShop).installed);
  EXPECT_FALSE(db().secret(kShop, SecretPurpose::kShopifyAccess)->has_value());
}

TEST_P(TenantsTest, RefusesAShopWithoutIdOrDomain) {
  EXPECT_ERROR(ErrorCode::kInvalid, db().install({.id = 0, .domain = "a", .name = "a"}));
  EXPECT_ERROR(ErrorCode::kInvalid, db().install({.id = 5, .domain = "", .name = "a"}));
  EXPECT_OK(db().install({.id = 5, .domain = std::string(255, 'd'), .name = "a"}));
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().install({.id = 5, .domain = std::string(256, 'd'), .name = "a"}));
}

TEST_P(TenantsTest, AContractHasOneShop) {
  EXPECT_OK(db().join_contract(kShop, "skc"));
  EXPECT_OK(db().join_contract(kShop, "skc"));
  EXPECT_ERROR(ErrorCode::kConflict, db().join_contract(kOtherShop, "skc"));
  EXPECT_EQ(kShop, (*db().tenant_by_contract("skc"))->id);
  EXPECT_EQ("", shop(kOtherShop).contract_id);
  EXPECT_ERROR(ErrorCode::kNotFound, db().join_contract(999, "other"));
  EXPECT_ERROR(ErrorCode::kInvalid, db().join_contract(kShop, ""));
}

TEST_P(TenantsTest, AContractOfAnUninstalledShopMayMove) {
  ASSERT_TRUE(db().join_contract(kShop, "skc").ok());
  ASSERT_TRUE(db().uninstall(kShop).ok());
  EXPECT_OK(db().join_contract(kOtherShop, "skc"));
  EXPECT_EQ(kOtherShop, (*db().tenant_by_contract("skc"))->id);
  EXPECT_EQ("", shop(kShop).contract_id);
}

TEST_P(TenantsTest, AShopThatLostItsContractBeginsAnewInTheNext) {
  ASSERT_TRUE(db().join_contract(kShop, "skc").ok());
  apply({change::PutLink{link(1, "T1")}, change::PutStores{{store("1")}},
         change::SetCursor{.name = "stock", .value = 5}});
  ASSERT_TRUE(db().uninstall(kShop).ok());
  ASSERT_TRUE(db().join_contract(kOtherShop, "skc").ok());
  EXPECT_OK(db().join_contract(kShop, "next"));
  EXPECT_FALSE(db().card(kShop, 1)->has_value()) << "member 1 of the next contract is a stranger";
  EXPECT_TRUE(db().stores(kShop)->empty());
  EXPECT_FALSE(db().cursor(kShop, "stock")->has_value());
  EXPECT_TRUE(db().code_owner(kShop, "T1")->has_value()) << "the code is never issued again";
  EXPECT_FALSE(*db().was_member(kShop, 1)) << "nobody left";
  EXPECT_EQ(2, db().queue_depth(kShop)->outbox_waiting) << "card and tag in Shopify are erased";
}

TEST_P(TenantsTest, AShopWithMembersStaysInItsContract) {
  ASSERT_TRUE(db().join_contract(kShop, "first").ok());
  apply({change::PutStores{{store("1")}}, change::SetCursor{.name = "stock", .value = 5}});
  EXPECT_OK(db().join_contract(kShop, "second"));
  EXPECT_TRUE(db().stores(kShop)->empty());
  EXPECT_FALSE(db().cursor(kShop, "stock")->has_value());
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_ERROR(ErrorCode::kConflict, db().join_contract(kShop, "third"));
  EXPECT_EQ("second", shop().contract_id);
}

TEST_P(TenantsTest, SettingsComeBackAsTheyWereSaved) {
  Settings settings;
  settings.programme_name = "ポイント \"会員\" 'x' \\ 🎴";
  settings.code_rule = CodeRule::kOwnOrAny;
  settings.code_letter = 'K';
  settings.symbology = Symbology::kNw7;
  settings.second_symbology = Symbology::kCode39;
  settings.few_below = 7;
  settings.safety_stock = 2;
  settings.stores = {{.store_id = "3", .name = "本店", .hidden = false, .safety_stock = 1},
                     {.store_id = "1", .name = "", .hidden = true, .safety_stock = 0}};
  settings.product_safety = {{"8000001", 0}, {"8000002", 1'000'000}};
  settings.contact_url = "https://example.com/contact";
  settings.paused = true;
  EXPECT_OK(db().save_settings(kShop, settings, {}));
  reopen();
  const Settings saved = shop().settings;
  EXPECT_EQ(settings.programme_name, saved.programme_name);
  EXPECT_EQ(settings.code_rule, saved.code_rule);
  EXPECT_EQ(settings.code_letter, saved.code_letter);
  EXPECT_EQ(settings.symbology, saved.symbology);
  EXPECT_EQ(settings.second_symbology, saved.second_symbology);
  EXPECT_EQ(settings.few_below, saved.few_below);
  EXPECT_EQ(settings.safety_stock, saved.safety_stock);
  EXPECT_EQ(settings.product_safety, saved.product_safety);
  ASSERT_EQ(2u, saved.stores.size());
  EXPECT_EQ("3", saved.stores[0].store_id);
  EXPECT_EQ("本店", saved.stores[0].name);
  EXPECT_TRUE(saved.stores[1].hidden);
  EXPECT_EQ(settings.contact_url, saved.contact_url);
  EXPECT_TRUE(saved.paused);
  EXPECT_FALSE(shop(kOtherShop).settings.paused);
  EXPECT_ERROR(ErrorCode::kNotFound, db().save_settings(999, settings, {}));
}

TEST_P(TenantsTest, SettingsAndWhatFollowsAreSavedTogetherOrNotAtAll) {
  Settings settings;
  settings.programme_name = "会員";
  EXPECT_OK(db().save_settings(kShop, settings, {change::SetCursor{"follows", 3}}));
  EXPECT_EQ(3, db().cursor(kShop, "follows")->value_or(0));
  EXPECT_EQ("会員", shop().settings.programme_name);

  settings.programme_name = "other";
  EXPECT_ERROR(ErrorCode::kInvalid, db().save_settings(kShop, settings,
                                                       {change::SetCursor{"follows", 4},
                                                        change::SetCursor{std::string(), 1}}));
  EXPECT_EQ("会員", shop().settings.programme_name);
  EXPECT_EQ(3, db().cursor(kShop, "follows")->value_or(0));
}

TEST_P(TenantsTest, UninstallErasesSecretsAndKeepsMembers) {
  ASSERT_TRUE(db().put_secrets(kShop, {{SecretPurpose::kShopifyAccess, {.value = "a"}},
                                       {SecretPurpose::kShopifyRefresh, {.value = "b"}}})
                  .ok());
  ASSERT_TRUE(db().put_oauth_state(kShop, "state", "verifier", kNow).ok());
  ASSERT_TRUE(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "token", kNow).ok());
  ASSERT_TRUE(db().put_secrets(kOtherShop, {{SecretPurpose::kShopifyAccess, {.value = "c"}}}).ok());
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_OK(db().uninstall(kShop));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM secret"));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM oauth_state"));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM pending_join"));
  EXPECT_TRUE(db().card(kShop, 1)->has_value());
  EXPECT_EQ("c", (*db().secret(kOtherShop, SecretPurpose::kShopifyAccess))->value);
  EXPECT_ERROR(ErrorCode::kNotFound, db().uninstall(999));
}

RestockRequest request_of(int64_t customer_id) {
  RestockRequest one;
  one.id = "r";
  one.customer_id = customer_id;
  one.product_id = one.store_id = "1";
  return one;
}

Taking taking(int64_t parcel) {
  Taking one;
  one.name = {.parcel_id = parcel, .order_line = 5};
  one.quantity = 1;
  return one;
}

TEST_P(TenantsTest, ErasingAShopLeavesNoRowOfItInAnyTable) {
  for (const TenantId tenant : {kShop, kOtherShop}) {
    const std::string suffix = std::to_string(tenant);
    EXPECT_OK(db().join_contract(tenant, "contract" + suffix));
    EXPECT_OK(db().put_secrets(tenant, {{SecretPurpose::kShopifyAccess, {.value = "a"}}}));
    EXPECT_OK(db().put_oauth_state(tenant, "state" + suffix, "verifier", kNow));
    EXPECT_TRUE(value(db().claim(tenant, {.name = "x", .holder = "y"}, kNow, kNow + 1)));
    EXPECT_OK(
        db().lease_budget({.owner = "contract" + suffix, .budget = "b", .process = "p"}, kNow));
    EXPECT_OK(db().put_pending_join({.tenant = tenant, .contract_id = "next" + suffix},
                                    "token" + suffix, kNow));
    EXPECT_OK(db().put_inbox(
        tenant, {.type = "pos:stock", .event_id = "1", .body = "{}", .received_at = kNow}));
    apply({change::PutLink{link(2, "T2")},
           change::DropLink{2},
           change::PutLink{link(1, "T1", "9")},
           change::PutSnapshot{snapshot(1, 5, kNow)},
           change::PutStores{{store("1")}},
           change::PutProducts{{product("1", "p")}},
           change::PutStock{{{.product_id = "1", .store_id = "1", .on_hand = 1}}},
           change::SetCursor{.name = "stock", .value = 5},
           change::Enqueue{{.kind = OutboxKind::kWriteCard, .key = "1"}},
           change::PutFieldPrints{.customer_id = 1, .prints = "{}"},
           change::PutGivenFields{.customer_id = 1, .fields = {{MemberField::kSex, "1"}}},
           change::SetFavourite{.customer_id = 1, .store_id = "1"},
           change::SetPin{.customer_id = 1, .product_code = "p", .pinned = true},
           change::KeepConsentText{.version = "v",
                                   .consent = {.ja = "同意", .en = "", .terms_url = ""}},
           change::TellLeaving{.customer_id = 1, .reason = LeaveReason::kDeleted},
           change::PutDataRequest{{.request_id = "9", .customer_id = 1}},
           change::PutLink{link(3, "T3")},
           change::DropLink{.customer_id = 3, .restorable = true},
           change::NoteMerge{.gone = 3, .kept = 1},
           change::TakeFromTills{taking(77)},
           change::PutBackfill{{.tag = "vip"}},
           change::AskRestock{request_of(1)},
           change::LeaveMember{{.code = "T3", .pos_member_id = "33", .kept_customer_id = 1}},
           change::Audit{.actor = "test", .action = "join", .subject = "1", .reason = ""}},
          tenant);
    aside_with_its_mail(tenant);
    bought_online(tenant);
    to_be_sent(tenant);
    staff_of(tenant);
    ShopItem item;
    item.variant_id = 1;
    EXPECT_OK(db().put_items(tenant, {item}, std::nullopt, {}));
  }
  const auto count = [&](const std::string& table, TenantId tenant) {
    return database_->number("SELECT COUNT(*) FROM " + table +
                             " WHERE tenant = " + std::to_string(tenant));
  };
  std::vector<std::string> with_rows;
  for (const std::string& table : database_->tables()) {
    if (table == "schema_version") continue;
    EXPECT_LE(1, count(table, kShop)) << "the test should fill " << table;
    with_rows.push_back(table);
  }
  EXPECT_EQ(42u, with_rows.size());

  EXPECT_OK(db().erase_tenant(kShop));
  for (const std::string& table : with_rows) {
    EXPECT_EQ(0, count(table, kShop)) << table;
    EXPECT_LE(1, count(table, kOtherShop)) << table;
  }
  EXPECT_OK(db().erase_tenant(kShop));
}

TEST_P(TenantsTest, TheAuditTrailCannotBeRewritten) {
  apply({change::Audit{.actor = "a", .action = "b", .subject = "c", .reason = "d"}});
  EXPECT_ANY_THROW(database_->execute("UPDATE audit SET actor = 'somebody else'"));
  EXPECT_EQ(1,
            database_->number("SELECT COUNT(*) FROM audit WHERE actor = 'a' AND at = 1790000000"));
}

}  // namespace
}  // namespace tsunagi

// Webhooks of both platforms: stored once, then answered.

#include <gtest/gtest.h>

#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

class Webhooks : public HttpTest {
 protected:
  static constexpr const char* kStock =
      R"({"contractId":"sb_one","event":"pos:stock","action":"edited","ids":[]})";
};

TEST_F(Webhooks, OfShopifyAreStoredUnderTheirDeliveryId) {
  EXPECT_EQ(
      shopify_webhook("customers/update",
                      R"({"id":7001,"first_name":"花子","email":"h@example.jp"})", "delivery-1")
          .status,
      200);
  const auto inbox = storage.inbox();
  ASSERT_EQ(inbox.size(), 1U);
  const InboxItem& item = inbox.begin()->second.item;
  EXPECT_EQ(item.tenant, kShopId);
  EXPECT_EQ(item.event.type, "customers/update");
  EXPECT_EQ(item.event.event_id, "delivery-1");
  EXPECT_EQ(item.event.body, R"({"customer":{"id":7001}})") << "and nothing of the person";
  EXPECT_EQ(item.event.received_at, clock.now());
  EXPECT_EQ(wakes, 1);
}

TEST_F(Webhooks, ComeTwiceAndAreStoredOnce) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(shopify_webhook("customers/update", R"({"id":7001})", "delivery-1").status, 200);
  }
  EXPECT_EQ(storage.inbox().size(), 1U);
  EXPECT_EQ(wakes, 1);
}

TEST_F(Webhooks, EveryTopicOfTheAppIsAccepted) {
  int id = 0;
  for (const char* topic : {"app/uninstalled", "customers/delete", "customers/merge",
                            "customers/data_request", "customers/redact", "shop/redact"}) {
    EXPECT_EQ(shopify_webhook(topic, "{}", std::to_string(++id)).status, 200) << topic;
  }
  EXPECT_EQ(storage.inbox().size(), 6U);
}

TEST_F(Webhooks, OfAShopThatUninstalledAreStillStored) {
  auto tenant = *storage.tenant(kShopId);
  tenant->installed = false;
  storage.put_tenant(*tenant);
  EXPECT_EQ(shopify_webhook("shop/redact", "{}", "1").status, 200);
  EXPECT_EQ(storage.inbox().size(), 1U);
}

TEST_F(Webhooks, AreNotAnsweredWithSuccessWhenTheyCouldNotBeStored) {
  storage.fail_next_writes = 1;
  EXPECT_EQ(shopify_webhook("customers/update", R"({"id":1})", "a").status, 503);
  EXPECT_EQ(storage.inbox().size(), 0U);
  storage.fail_next_writes = 1;
  EXPECT_EQ(smaregi_webhook(kStock).status, 503);
  EXPECT_EQ(smaregi_webhook(kStock).status, 200);
  EXPECT_EQ(storage.inbox().size(), 1U);
}

TEST_F(Webhooks, OfSmaregiAreAnsweredEmptyAndStoredUnderTheirEventId) {
  const Answer answer =
      smaregi_webhook(kStock, kContract, kWebhookSecret, "Smaregi-Event-Id: e-1\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(smaregi_webhook(kStock, kContract, kWebhookSecret, "Smaregi-Event-Id: e-1\r\n").status,
            200);
  EXPECT_EQ(smaregi_webhook(kStock, kContract, kWebhookSecret, "Smaregi-Event-Id: e-2\r\n").status,
            200);
  EXPECT_EQ(storage.inbox().size(), 2U);
  EXPECT_EQ(storage.inbox().begin()->second.item.event.type, "pos:stock");
}

TEST_F(Webhooks, WithoutAnIdTheSameBodyIsARepetitionOnlyForAMoment) {
  EXPECT_EQ(smaregi_webhook(kStock).status, 200);
  EXPECT_EQ(smaregi_webhook(kStock).status, 200);
  EXPECT_EQ(storage.inbox().size(), 1U);
  clock.advance(10);
  EXPECT_EQ(smaregi_webhook(kStock).status, 200);
  EXPECT_EQ(storage.inbox().size(), 2U);
}

TEST_F(Webhooks, AtTheSizeLimitAreStored) {
  const std::string begin = R"({"id":1,"note":")";
  const std::string body =
      begin + std::string(kWebhookBodyMaxBytes - begin.size() - 2, 'a') + "\"}";
  ASSERT_EQ(body.size(), kWebhookBodyMaxBytes);
  EXPECT_EQ(shopify_webhook("customers/update", body, "1").status, 200);
  EXPECT_EQ(shopify_webhook("customers/update", body + " ", "2").status, 413);
  EXPECT_EQ(storage.inbox().size(), 1U);
}

}  // namespace
}  // namespace tsunagi::http

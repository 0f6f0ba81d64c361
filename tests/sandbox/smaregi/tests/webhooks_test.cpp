// Which events fire, what they carry, and what the faults do to them.

#include <algorithm>

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

std::string value_of(const Delivery& delivery, const std::string& name) {
  for (const auto& [key, value] : delivery.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string summary(const std::vector<Delivery>& events) {
  std::string text;
  for (const Delivery& event : events) text += event.event + " " + event.action + ";";
  return text;
}

TEST(Webhooks, EveryChangeFiresItsEvent) {
  Platform platform;
  const std::string store = platform.add_store(), product = platform.add_product("P", 1000);
  EXPECT_EQ(summary(platform.events()), "") << "shops and products: a switch";
  const std::string member = platform.add_member("M");
  EXPECT_EQ(summary(platform.events()), "pos:customers created;");
  platform.patch("/customers/" + member, {{"rank", "ゴールド"}});
  EXPECT_EQ(summary(platform.events()), "pos:customers edited;");
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 5}});
  EXPECT_EQ(summary(platform.events()), "pos:stock edited;");
  platform.sell(store, "M", {{{"product_code", "P"}}});
  EXPECT_EQ(summary(platform.events()), "pos:transactions created;pos:stock edited;");
  platform.set_switch("sale_transaction_action", "bulk-update");
  platform.set_switch("sale_stock_action", "bulk-update");
  platform.sell(store, "M", {{{"product_code", "P"}}});
  EXPECT_EQ(summary(platform.events()), "pos:transactions bulk-update;pos:stock bulk-update;");
  platform.set_switch("product_events", "present");
  platform.set_switch("store_events", "present");
  platform.add_product("Q", 1);
  platform.add_store();
  EXPECT_EQ(summary(platform.events()), "pos:products created;pos:stores created;");
  platform.call("DELETE", "/customers/" + member);
  EXPECT_EQ(summary(platform.events()), "pos:customers deleted;");
}

TEST(Webhooks, HeadersAndIdsOfASale) {
  Platform platform;
  const std::string store = platform.add_store();
  platform.add_product("P", 1000);
  platform.add_product("Q", 1000);
  platform.sell(store, "", {{{"product_code", "P"}}, {{"product_code", "Q"}}});
  const std::vector<Delivery> events = platform.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(
      events[0].body,
      R"({"contractId":"sb_test","event":"pos:transactions","action":"created","transactionHeadIds":["1"]})");
  EXPECT_EQ(parse({.body = events[1].body}).at("ids").size(), 2U)
      << "one event for the whole basket";
  EXPECT_EQ(value_of(events[0], "Smaregi-Contract-Id"), "sb_test");
  EXPECT_EQ(value_of(events[0], "Smaregi-Event"), "pos:transactions");
  EXPECT_EQ(value_of(events[0], "X-Secret"), "hush");
  EXPECT_EQ(value_of(events[0], "Smaregi-Event-Id").size(), 36U);
  EXPECT_NE(value_of(events[0], "Smaregi-Event-Id"), value_of(events[1], "Smaregi-Event-Id"));
  platform.set_switch("event_id", "absent");
  platform.add_member("M");
  EXPECT_EQ(value_of(platform.events().at(0), "Smaregi-Event-Id"), "");
}

TEST(Webhooks, DropDoubleDelayShuffle) {
  Platform platform;
  const auto faults = [&](const Json& webhooks) {
    platform.control("PUT", "/_sandbox/faults", {{"webhooks", webhooks}});
  };
  faults({{"drop", true}});
  platform.add_member("A");
  EXPECT_TRUE(platform.events().empty());
  faults({{"double", 100}});
  platform.add_member("B");
  const std::vector<Delivery> doubled = platform.events();
  ASSERT_EQ(doubled.size(), 2U);
  EXPECT_EQ(doubled[0].event_id, doubled[1].event_id);
  faults({{"delay_ms", 5000}});
  platform.add_member("C");
  EXPECT_TRUE(platform.events().empty());
  EXPECT_EQ(platform.sandbox.next_webhook_at_ms(), kStart * 1000 + 5000);
  platform.clock.advance_ms(5000);
  EXPECT_EQ(platform.events().size(), 1U);
  faults({{"shuffle", true}});
  for (int i = 0; i < 20; ++i) platform.add_member("S" + std::to_string(i));
  std::vector<std::string> bodies;
  for (const Delivery& event : platform.events()) bodies.push_back(event.body);
  EXPECT_EQ(bodies.size(), 20U);
  std::vector<std::string> sorted = bodies;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "all of them, once";
  std::vector<std::string> made;
  for (int i = 4; i < 24; ++i) {
    made.push_back(
        R"({"contractId":"sb_test","event":"pos:customers","action":"created","customerIds":[")" +
        std::to_string(i) + "\"]}");
  }
  EXPECT_NE(bodies, made) << "in another order";
}

TEST(Webhooks, FailedDeliveriesAreSentAgainOnlyByTheSwitch) {
  for (const bool again : {false, true}) {
    Platform platform;
    if (again) platform.set_switch("webhook_retry", "twice");
    platform.add_member("A");
    int sent = 0;
    for (int second = 0; second < 10; ++second) {
      for (const Delivery& delivery : platform.events()) {
        ++sent;
        platform.sandbox.report_webhook(delivery, 500);
      }
      platform.clock.advance_ms(1000);
    }
    EXPECT_EQ(sent, again ? 3 : 1);
    const Json log = parse(platform.control("GET", "/_sandbox/webhooks"));
    EXPECT_EQ(log.at("deliveries").size(), static_cast<size_t>(sent));
    EXPECT_EQ(log.at("deliveries").at(0).at("outcome"), "refused");
    EXPECT_EQ(log.at("waiting"), 0);
  }
}

TEST(Webhooks, QueueHasALimitAndDropsTheOldest) {
  Platform platform;
  platform.add_member("A");
  for (size_t i = 0; i < kMaxWaitingWebhooks; ++i) {
    platform.patch("/customers/1", {{"note", std::to_string(i)}});
  }
  const std::vector<Delivery> events = platform.events();
  EXPECT_EQ(events.size(), kMaxWaitingWebhooks);
  EXPECT_EQ(events.front().action, "edited") << "the first one, created, had to go";
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox

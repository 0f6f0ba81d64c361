#pragma once
// A shop, a contract, a till and our workers, all in one process with a clock that the test turns.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/domain/member/join_service.h"
#include "server/jobs/jobs.h"
#include "tests/support/fakes.h"

namespace tsunagi {

struct World {
  World() {
    storage.put_tenant({.id = kShop,
                        .shop_domain = "a.myshopify.com",
                        .shop_name = "Café Neko",
                        .contract_id = "sb_1",
                        .installed = true,
                        .settings = {}});
    pos.set_stores({{.store_id = "1", .code = "", .name = "渋谷店", .phone = "", .address = ""},
                    {.store_id = "2", .code = "", .name = "新宿店", .phone = "", .address = ""}});
    for (const char* id : {"10", "11", "12"}) {
      pos.add_product({.product_id = id,
                       .code = std::string("49000000000") + id,
                       .supplier_code = "",
                       .name = std::string("product ") + id});
      pos.set_stock(id, "1", 100);
    }
  }

  static constexpr TenantId kShop = 1;

  // ---- what happens outside
  void customer_signs_up(int64_t id, const std::string& last_name = "山田") {
    shop.add_customer({.id = id,
                       .last_name = last_name,
                       .first_name = "花子",
                       .mail = "h@example.jp",
                       .phone = "+819012345678",
                       .locale = "ja",
                       .mail_consent = true});
  }
  std::string customer_joins(int64_t id) {
    JoinService joining(storage, clock, random);
    const auto link = joining.join(tenant(), id);
    EXPECT_TRUE(link.ok());
    return link.ok() ? link->code : "";
  }
  // Signs up, joins, and is registered.
  std::string member(int64_t id) {
    customer_signs_up(id);
    customer_joins(id);
    work();
    return card(id).link.pos_member_id;
  }
  bool webhook(System system, const std::string& type, const std::string& body,
               const std::string& event_id = "") {
    const std::string id = event_id.empty() ? "event-" + std::to_string(++last_event) : event_id;
    const auto stored = storage.put_inbox(kShop, {system, type, id, body, clock.now()});
    return stored.ok() && *stored;
  }
  bool smaregi_tells(const std::string& type, const std::string& body,
                     const std::string& event_id = "") {
    return webhook(System::kSmaregi, type, body, event_id);
  }
  bool shopify_tells(const std::string& topic, const std::string& body) {
    return webhook(System::kShopify, topic, body);
  }
  static std::string transactions(const std::string& id) {
    return R"({"action":"created","transactionHeadIds":[")" + id + "\"]}";
  }

  // ---- what our workers do
  void work() {
    for (int round = 0; round < 100; ++round) {
      if (jobs.run_inbox_once() + jobs.run_outbox_once() == 0) return;
    }
    ADD_FAILURE() << "the workers do not come to rest";
  }
  // Lets time pass in steps, so that retries and readings happen when they are due.
  void pass(Seconds seconds, Seconds step = 5) {
    for (Seconds passed = 0; passed < seconds; passed += step) {
      clock.advance(step);
      jobs.poll_due();
      work();
    }
  }

  // ---- what is there to see
  Tenant tenant() { return storage.tenant(kShop)->value_or(Tenant{}); }
  Card card(int64_t id) {
    const auto found = storage.card(kShop, id);
    return found.ok() ? found->value_or(Card{}) : Card{};
  }
  CardSnapshot figures(int64_t id) { return card(id).snapshot.value_or(CardSnapshot{}); }
  nlohmann::json published(int64_t id) {
    const auto cards = shop.cards();
    const auto found = cards.find(id);
    return found == cards.end() ? nlohmann::json() : nlohmann::json::parse(found->second);
  }
  int64_t on_hand(const std::string& product, const std::string& store) {
    const auto rows = storage.stock_of(kShop, product, {store});
    return rows.ok() && !rows->empty() ? rows->front().on_hand : -999;
  }
  std::vector<std::string> dead() {
    std::vector<std::string> reasons;
    for (const auto& [id, row] : storage.inbox()) {
      if (row.fate == fakes::FakeStorage::InboxRow::Fate::kDead) reasons.push_back(row.error);
    }
    for (const auto& [id, row] : storage.outbox()) {
      if (row.dead) reasons.push_back(row.error);
    }
    return reasons;
  }
  int64_t waiting() {
    const auto depth = storage.queue_depth();
    return depth->inbox_waiting + depth->outbox_waiting;
  }

  fakes::ManualClock clock;
  fakes::SeededRandom random{11};
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  fakes::InlineBackground background;
  std::mutex said_mutex;
  std::vector<std::string> said;  // guarded by said_mutex
  CardService cards{{storage, pos, clock, background}};
  StockService stock{storage, clock};
  TenantDirectory directory{storage, clock};
  Jobs jobs{{.storage = storage,
             .pos = pos,
             .shop = shop,
             .clock = clock,
             .random = random,
             .cards = cards,
             .stock = stock,
             .directory = directory,
             .log = [this](std::string_view line) {
               const std::lock_guard lock(said_mutex);
               said.emplace_back(line);
             }}};
  int last_event = 0;
};

}  // namespace tsunagi

#include "tests/server/jobs/world.h"

namespace tsunagi {

World::World() {
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

World::~World() = default;

void World::customer_signs_up(int64_t id, const std::string& last_name) {
  shop.add_customer({.id = id,
                     .last_name = last_name,
                     .first_name = "花子",
                     .mail = "h@example.jp",
                     .phone = "+819012345678",
                     .locale = "ja",
                     .mail_consent = true});
}

std::string World::customer_joins(int64_t id) {
  JoinService joining(storage, clock, random);
  const auto link = joining.join(tenant(), id);
  EXPECT_TRUE(link.ok());
  return link.ok() ? link->code : "";
}

std::string World::member(int64_t id) {
  customer_signs_up(id);
  customer_joins(id);
  work();
  return card(id).link.pos_member_id;
}

bool World::webhook(System system, const std::string& type, const std::string& body,
                    const std::string& event_id) {
  const std::string id = event_id.empty() ? "event-" + std::to_string(++last_event) : event_id;
  const auto stored = storage.put_inbox(kShop, {system, type, id, body, clock.now()});
  return stored.ok() && *stored;
}

bool World::smaregi_tells(const std::string& type, const std::string& body,
                          const std::string& event_id) {
  return webhook(System::kSmaregi, type, body, event_id);
}

bool World::shopify_tells(const std::string& topic, const std::string& body) {
  return webhook(System::kShopify, topic, body);
}

std::string World::transactions(const std::string& id) {
  return R"({"action":"created","transactionHeadIds":[")" + id + "\"]}";
}

void World::work() {
  for (int round = 0; round < 100; ++round) {
    if (jobs.run_inbox_once() + jobs.run_outbox_once() == 0) return;
  }
  ADD_FAILURE() << "the workers do not come to rest";
}

void World::pass(Seconds seconds, Seconds step) {
  for (Seconds passed = 0; passed < seconds; passed += step) {
    clock.advance(step);
    jobs.poll_due();
    work();
  }
}

Card World::card(int64_t id) {
  const auto found = storage.card(kShop, id);
  return found.ok() ? found->value_or(Card{}) : Card{};
}

nlohmann::json World::published(int64_t id) {
  const auto cards = shop.cards();
  const auto found = cards.find(id);
  return found == cards.end() ? nlohmann::json() : nlohmann::json::parse(found->second);
}

int64_t World::on_hand(const std::string& product, const std::string& store) {
  const auto rows = storage.stock_of(kShop, product, {store});
  return rows.ok() && !rows->empty() ? rows->front().on_hand : -999;
}

std::vector<std::string> World::dead() {
  std::vector<std::string> reasons;
  for (const auto& [id, row] : storage.inbox()) {
    if (row.fate == fakes::FakeStorage::InboxRow::Fate::kDead) reasons.push_back(row.error);
  }
  for (const auto& [id, row] : storage.outbox()) {
    if (row.dead) reasons.push_back(row.error);
  }
  return reasons;
}

int64_t World::waiting() {
  const auto depth = storage.queue_depth(Storage::kEveryTenant);
  return depth->inbox_waiting + depth->outbox_waiting;
}

}  // namespace tsunagi

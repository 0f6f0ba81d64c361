#include "tests/simulation/world.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/card/card_service.h"
#include "server/domain/member/field_prints.h"
#include "server/domain/member/member_fields.h"
#include "wasm/core/japan_time.h"

namespace tsunagi::simulation {
namespace {

constexpr int kWithdrawn = 3;  // of a member, in Smaregi

constexpr int kCallFailsPercent = 5;

std::string without_time(const std::string& metafield) {
  auto json = nlohmann::json::parse(metafield);
  json.erase("as_of");  // an as-of time alone is not published
  return json.dump();
}

}  // namespace

void World::start_server() {
  server_ = std::make_unique<fakes::Workers>(MemberPorts{.storage = storage_,
                                                         .pos = pos_,
                                                         .shop = shop_,
                                                         .clock = clock_,
                                                         .random = random_,
                                                         .fingerprints = fingerprints_},
                                             background_);
}

World::World(uint64_t seed) : chance_(seed), random_(seed + 1) {
  storage_.put_tenant({.id = kShop,
                       .shop_domain = "a.myshopify.com",
                       .shop_name = "Café Neko",
                       .contract_id = "sb_1",
                       .installed = true,
                       .settings = {}});
  pos_.set_stores({{.store_id = "1", .code = "", .name = "渋谷店", .phone = "", .address = ""},
                   {.store_id = "2", .code = "", .name = "新宿店", .phone = "", .address = ""}});
  for (int i = 0; i < 5; ++i) new_product();
  pos_.failures.fails = [this] { return call_fails(); };
  shop_.failures.fails = [this] { return call_fails(); };
  pos_.lose_answer_of_create = [this] { return faults_ && often(20); };
  pos_.lose_answer_of_update = [this] { return faults_ && often(20); };
  shop_.lose_answer_of_update = [this] { return faults_ && often(20); };
  shop_.now = [this] { return clock_.now(); };
  storage_.before_apply = [this] {
    note_codes();
    maybe_kill();
  };
  start_server();
}

// ---- what happens outside

void World::step() {
  something_happens();
  clock_.advance_ms(static_cast<int64_t>(pick(8'000)));
  if (often(60)) deliver_some(pick(4));
  work_a_little();
}

void World::something_happens() {
  switch (pick(24)) {
    case 0:
    case 1:
    case 2:
      return join();
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return sell();
    case 8:
    case 9:
      return edit_member();
    case 10:
      return give_points_silently();
    case 11:
    case 12:
      return count_stock();
    case 13:
      return new_product();
    case 14:
      return leave();
    case 15:
      return rename_programme();
    case 16:
      return outage();
    case 17:
    case 18:
      return edit_customer();
    case 19:
      return merge();
    default:
      return open_card();
  }
}

void World::join() {
  const int64_t id = ++last_customer_;
  shop_.add_customer({.id = id,
                      .last_name = "姓" + std::to_string(id),
                      .first_name = often(20) ? "" : "名",
                      .mail = "",
                      .phone = "",
                      .locale = "ja"});
  JoinService joining(storage_, clock_, random_);
  const auto link = joining.join(tenant(), id);
  note("customer " + std::to_string(id) + (link.ok() ? " joins" : " cannot join"));
}

void World::sell() {
  fakes::FakePos::Sale sale;
  sale.member = often(80) ? random_live_member() : "";
  sale.store = std::to_string(1 + pick(2));
  const uint64_t lines = 1 + pick(3);
  for (uint64_t i = 0; i < lines; ++i) {
    sale.quantities[std::to_string(101 + pick(static_cast<uint64_t>(last_product_ - 100)))] =
        often(85) ? 1 : -1;
  }
  sale.points = static_cast<int64_t>(pick(100)) - 20;
  const std::string id = pos_.ring_up(sale);
  if (!sale.member.empty()) points_seen_[sale.member].insert(pos_.points_of(sale.member));
  note("sale " + id + " of member " + sale.member);
  tell({System::kSmaregi, "pos:transactions", "", R"({"transactionHeadIds":[")" + id + "\"]}"});
  std::string ids;
  for (const auto& [product, quantity] : sale.quantities) {
    ids += (ids.empty() ? "" : ",") + (R"({"id":"1","productId":")" + product + "\"}");
  }
  tell({System::kSmaregi, "pos:stock", "", R"({"ids":[)" + ids + "]}"});
}

void World::edit_member() {
  const std::string id = random_live_member();
  if (id.empty()) return;
  // A member whose creation is not known to us yet can only be recognised by its code and name:
  // when staff change one of them in that moment, nobody can tell it from a stranger's.
  const auto card = storage_.card_by_member(kShop, id);
  const bool known = card.ok() && card->has_value();
  const uint64_t what = known ? pick(5) : 1 + pick(2);
  if (what == 0 && often(30)) {
    pos_.remove_member(id);
    note("member " + id + " is deleted at the till");
  } else {
    pos_.edit_member(id, [&](PosMember& member) {
      if (what == 1) member.status = static_cast<int>(pick(4));
      if (what == 2) member.rank = "rank " + std::to_string(pick(3));
      if (what == 3) member.fields[MemberField::kLastName] = "改" + std::to_string(pick(9));
      if (what == 4) member.code = "CARD-" + id + "-" + std::to_string(pick(3));
    });
    note("member " + id + " is edited at the till");
  }
  tell({System::kSmaregi, "pos:customers", "",
        R"({"action":"edited","customerIds":[")" + id + "\"]}"});
}

void World::edit_customer() {
  const std::string id = random_customer();
  if (id.empty() || gone_.contains(std::stoll(id))) return;
  shop_.edit_customer(std::stoll(id), [&](ShopCustomer& customer) {
    if (often(50)) customer.last_name = "変" + std::to_string(pick(9));
    if (often(50)) customer.phone = "+8190" + std::to_string(10'000'000 + pick(90'000'000));
  });
  note("customer " + id + " changes name or phone");
  tell({System::kShopify, "customers/update", "", R"({"id":)" + id + "}"});
}

void World::merge() {
  const std::string kept = random_customer();
  const std::string gone = random_customer();
  if (kept.empty() || kept == gone) return;
  if (gone_.contains(std::stoll(kept)) || gone_.contains(std::stoll(gone))) return;
  for (const std::string& id : {kept, gone}) {
    merged_.insert(shop_.customers().at(std::stoll(id)).last_name);
  }
  shop_.remove_customer(std::stoll(gone));
  gone_.insert(std::stoll(gone));
  note("customer " + gone + " is merged into " + kept);
  const std::string prefix = "gid://shopify/Customer/";
  // Shopify repeats until it is answered: late and doubled, but not lost.
  on_the_way_.push_back({System::kShopify, "customers/merge", "merge-" + gone,
                         R"({"admin_graphql_api_customer_kept_id":")" + prefix + kept +
                             R"(","admin_graphql_api_customer_deleted_id":")" + prefix + gone +
                             R"(","status":"completed"})"});
  if (often(50)) {
    on_the_way_.push_back(
        {System::kShopify, "customers/delete", "shopify-" + gone, R"({"id":)" + gone + "}"});
  }
}

void World::give_points_silently() {  // by the API or by expiry: no event at all
  const std::string id = random_live_member();
  if (id.empty()) return;
  pos_.set_points(id, static_cast<int64_t>(pick(500)));
  points_seen_[id].insert(pos_.points_of(id));
  note("points of member " + id + " change without a trace");
}

void World::count_stock() {
  const std::string product =
      std::to_string(101 + pick(static_cast<uint64_t>(last_product_ - 100)));
  pos_.set_stock(product, std::to_string(1 + pick(2)), static_cast<int64_t>(pick(50)),
                 static_cast<int64_t>(pick(3)));
  note("product " + product + " is counted");
  tell({System::kSmaregi, "pos:stock", "", R"({"ids":[{"productId":")" + product + "\"}]}"});
}

void World::new_product() {
  const std::string id = std::to_string(++last_product_);
  pos_.add_product({.product_id = id, .code = "49" + id, .supplier_code = "", .name = "p" + id});
}

void World::leave() {
  const std::string id = random_customer();
  if (id.empty()) return;
  shop_.remove_customer(std::stoll(id));
  gone_.insert(std::stoll(id));
  note("customer " + id + " is deleted in Shopify");
  // Shopify repeats until it is answered: late and doubled, but not lost.
  on_the_way_.push_back(
      {System::kShopify, "customers/delete", "shopify-" + id, R"({"id":)" + id + "}"});
}

void World::open_card() {
  const std::string id = random_customer();
  if (!id.empty()) (void)server_->cards.card(tenant(), std::stoll(id));
}

void World::rename_programme() {
  if (!often(20)) return;
  Settings settings = tenant().settings;
  settings.programme_name = "会員 " + std::to_string(pick(3));
  (void)storage_.save_settings(kShop, saved_over(tenant().settings, settings), {});
  note("the programme is renamed");
}

void World::outage() {
  pos_.failures.down = often(20);
  shop_.failures.down = often(20);
}

void World::tell(Event event) {
  if (faults_ && often(kLostPercent)) return;
  event.id = "event-" + std::to_string(++last_event_);
  if (faults_ && often(kDoubledPercent)) on_the_way_.push_back(event);
  // Where the platform sends no event id, the same body again is another delivery of it.
  if (faults_ && often(10)) {
    Event again = event;
    again.id += "-again";
    on_the_way_.push_back(std::move(again));
  }
  on_the_way_.push_back(std::move(event));
}

void World::deliver_some(size_t count) {
  for (size_t i = 0; i < count && !on_the_way_.empty(); ++i) {
    const size_t which = pick(on_the_way_.size());  // in any order
    const Event event = on_the_way_[which];
    on_the_way_.erase(on_the_way_.begin() + static_cast<std::ptrdiff_t>(which));
    deliver(event);
  }
}

void World::deliver(const Event& event) {
  const auto stored =
      storage_.put_inbox(kShop, {event.system, event.type, event.id, event.body, clock_.now()});
  if (!stored.ok()) on_the_way_.push_back(event);  // not acknowledged: it comes again
}

// ---- what the server does

void World::work_a_little() {
  if (faults_ && often(10)) calls_left_ = 1 + static_cast<int>(pick(12));
  const uint64_t turns = 1 + pick(4);
  for (uint64_t i = 0; i < turns; ++i) {
    switch (pick(3)) {
      case 0:
        server_->jobs.run_inbox_once();
        break;
      case 1:
        server_->jobs.run_outbox_once();
        break;
      default:
        server_->jobs.poll_due();
        break;
    }
  }
  calls_left_ = 0;
  if (!dead_) return;
  note("the server was killed and starts again");
  server_ = nullptr;
  start_server();
  storage_.down = false;
  dead_ = false;
}

void World::maybe_kill() {
  if (calls_left_ == 0) return;
  --calls_left_;
  if (calls_left_ > 0) return;
  dead_ = true;
  storage_.down = true;
}

bool World::call_fails() {
  maybe_kill();
  return dead_ || (faults_ && often(kCallFailsPercent));
}

void World::settle() {
  faults_ = false;
  pos_.failures.down = false;
  shop_.failures.down = false;
  deliver_some(on_the_way_.size());
  constexpr Seconds kStep = 300;
  for (Seconds passed = 0; passed < kDaySeconds + 3'600; passed += kStep) {
    clock_.advance(kStep);
    server_->jobs.poll_due();
    for (int i = 0; i < 50; ++i) {
      if (server_->jobs.run_inbox_once() + server_->jobs.run_outbox_once() == 0) break;
    }
  }
}

// ---- what must hold

// A card may carry a code, and be published with it, for less than a step.
void World::note_codes() {
  for (const Card& card : storage_.cards(kShop)) {
    codes_[card.link.customer_id].insert(card.link.code);
  }
}

std::string World::broken_invariant() {
  note_codes();
  std::map<std::string, int64_t> holders;
  for (const Card& card : storage_.cards(kShop)) {
    const int64_t id = card.link.customer_id;
    const std::string who = "customer " + std::to_string(id);
    if (card.link.state != LinkState::kJoining &&
        !holders.emplace(card.link.pos_member_id, id).second) {
      return who + " shares a member with another customer";
    }
    const std::optional<CardSnapshot>& shown = card.snapshot;
    if (!shown) continue;
    if (shown->as_of < as_of_[card.link.pos_member_id]) return who + "'s figures went back in time";
    as_of_[card.link.pos_member_id] = shown->as_of;
    const auto& seen = points_seen_[card.link.pos_member_id];
    const bool had = shown->points == 0 || seen.contains(shown->points);
    if (shown->has_points && !had) return who + " shows points that the member never had";
  }
  for (const auto& [id, text] : shop_.cards()) {
    const auto json = nlohmann::json::parse(text);
    if (!codes_[id].contains(json["code"])) {
      return "the published card of customer " + std::to_string(id) +
             " has a code that never was theirs";
    }
  }
  std::map<std::string, int> created;
  for (const auto& [id, member] : pos_.members()) {
    if (member.fields[MemberField::kLastName].starts_with("姓") &&
        !merged_.contains(member.fields[MemberField::kLastName]) &&
        ++created[member.fields[MemberField::kLastName]] > 1) {
      return member.fields[MemberField::kLastName] + " has two members in Smaregi";
    }
  }
  return "";
}

bool World::in_step(const ShopCustomer& customer, const PosMember& member) {
  const MemberFields in_shop = member_fields(customer, clock_.now());
  constexpr MemberField kEdited[] = {MemberField::kLastName, MemberField::kFirstName,
                                     MemberField::kPhone};
  return std::ranges::all_of(kEdited, [&](MemberField field) {
    return comparable(field, in_shop[field]) == comparable(field, member.fields[field]);
  });
}

std::string World::difference_from_truth() {
  const auto members = pos_.members();
  const auto customers = shop_.customers();
  const auto published = shop_.cards();
  const auto tagged = shop_.tags();
  std::set<int64_t> with_card;
  for (const Card& card : storage_.cards(kShop)) {
    const int64_t id = card.link.customer_id;
    const std::string who = "customer " + std::to_string(id);
    if (gone_.contains(id)) return who + " left, and the card is still here";
    with_card.insert(id);
    if (card.link.state == LinkState::kJoining) return who + " is still joining";
    const auto member = members.find(card.link.pos_member_id);
    const bool usable = member != members.end() && member->second.status == 0;
    if (usable != (card.link.state == LinkState::kLinked)) return who + " has the wrong state";
    if (member != members.end() && card.link.code != member->second.code) {
      return who + " has another code than in Smaregi";
    }
    const bool left = member == members.end() || member->second.status >= kWithdrawn;
    if (left && card.snapshot) return who + " left, and the figures are still here";
    if (!left) {
      const std::optional<CardSnapshot>& figures = card.snapshot;
      if (!figures) return who + " has no figures";
      if (figures->points != pos_.points_of(member->first)) return who + " has wrong points";
      if (figures->rank != member->second.rank) return who + " has the wrong rank";
      if (usable && !in_step(customers.at(id), member->second)) return who + " is not in step";
    }
    const auto shown = published.find(id);
    if (shown == published.end()) return who + " has no published card";
    if (without_time(shown->second) != without_time(card_metafield(tenant(), card)->json)) {
      return who + "'s published card is not the stored one";
    }
    const auto tag = tagged.find(id);
    const std::string code = tag == tagged.end() ? std::string() : tag->second;
    if (code != (usable ? card.link.code : std::string())) return who + " has the wrong tag";
  }
  for (const auto& [id, text] : published) {
    if (!with_card.contains(id)) return "a card of nobody is published: " + std::to_string(id);
  }
  for (const auto& [id, code] : tagged) {
    if (!with_card.contains(id)) return "nobody's member is tagged: " + std::to_string(id);
  }
  std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> stock;
  for (const StockLevel& level : storage_.levels(kShop)) {
    stock[{level.product_id, level.store_id}] = {level.on_hand, level.layaway};
  }
  for (const StockLevel& level : pos_.all_stock()) {
    if (stock[{level.product_id, level.store_id}] != std::pair{level.on_hand, level.layaway}) {
      return "the stock of product " + level.product_id + " is wrong";
    }
  }
  const auto depth = storage_.queue_depth(Storage::kEveryTenant);
  if (depth->inbox_waiting + depth->outbox_waiting > 0) return "work is still waiting";
  if (depth->inbox_dead + depth->outbox_dead > 0) return "something was given up";
  return "";
}

Tenant World::tenant() {
  const auto read = storage_.tenant(kShop);
  return read.ok() ? read->value_or(Tenant{}) : Tenant{};
}

std::string World::random_customer() {
  const auto cards = storage_.cards(kShop);
  return cards.empty() ? "" : std::to_string(cards[pick(cards.size())].link.customer_id);
}

std::string World::random_live_member() {
  const auto members = pos_.members();
  if (members.empty()) return "";
  auto member = members.begin();
  std::advance(member, static_cast<std::ptrdiff_t>(pick(members.size())));
  return member->first;
}

}  // namespace tsunagi::simulation

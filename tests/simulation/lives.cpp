#include "tests/simulation/lives.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/events/event_body.h"
#include "server/domain/sync/sync_service.h"
#include "server/domain/words.h"
#include "wasm/core/japan_time.h"

namespace tsunagi::simulation {
namespace {

constexpr int64_t kFirstCustomer = 7'000;
constexpr int kFailsBeforePercent = 3;  // together 5 of 100 calls
constexpr int kFailsAfterPercent = 2;
constexpr int kKillPercent = 5;  // of the moments when the server works
constexpr uint64_t kCallsBeforeAKill = 12;
constexpr uint64_t kLongestDelay = 240;  // of a webhook; merges have to be told of sooner than
                                         // kMergeGraceSeconds
constexpr Seconds kTick = 60;
constexpr Seconds kSettleStep = 300;
constexpr Seconds kTryAgain = 30;                 // a step that has to wait for the server
constexpr Seconds kStuckAfter = 2 * kDaySeconds;  // a night's sweep, and the grace of a merge
// A card that nobody opened is read once a day, kSweepCards of them in a step.
constexpr Seconds kNights = 36 * 3'600;
constexpr Seconds kNightsALife = 2 * kSettleStep / kSweepCards;
constexpr int kTurnsToRest = 10'000;

ShopCustomer newcomer(int64_t id, const std::string& mail) {
  ShopCustomer customer{.id = id,
                        .last_name = "姓" + std::to_string(id),
                        .first_name = "名",
                        .mail = mail,
                        .phone = "",
                        .locale = "ja",
                        .mail_consent = true};
  customer.address = {.line1 = "道玄坂" + std::to_string(id) + "番地",
                      .line2 = "",
                      .city = "渋谷区",
                      .post_code = "150-0001",
                      .phone = "",
                      .province_code = "JP-13",
                      .country = "JP"};
  return customer;
}

std::string fields_line(const MemberFields& fields) {
  std::string line;
  for (const MemberField field : kMemberFields) line += '|' + fields[field];
  return line;
}

}  // namespace

void Lives::start_server() {
  server_ = std::make_unique<fakes::Workers>(MemberPorts{.storage = storage_,
                                                         .pos = pos_,
                                                         .shop = shop_,
                                                         .clock = clock_,
                                                         .random = random_,
                                                         .fingerprints = fingerprints_},
                                             background_);
}

Lives::Lives(const std::vector<Life>& script, uint64_t seed, Weather weather)
    : script_(script), weather_(seed + 1), random_(seed + 2), rough_(weather == Weather::kRough) {
  storage_.put_tenant({.id = kShop,
                       .shop_domain = "a.myshopify.com",
                       .shop_name = "Café Neko",
                       .contract_id = "sb_1",
                       .installed = true,
                       .settings = {}});
  pos_.failures.fails = [this] { return call_fails(); };
  shop_.failures.fails = [this] { return call_fails(); };
  pos_.lose_answer_of_create = [this] { return answer_is_lost(); };
  pos_.lose_answer_of_update = [this] { return answer_is_lost(); };
  shop_.lose_answer_of_update = [this] { return answer_is_lost(); };
  shop_.lose_answer_of_write = [this] { return answer_is_lost(); };
  shop_.now = [this] { return clock_.now(); };
  storage_.before_apply = [this] { maybe_kill(); };
  const Seconds begins_at = clock_.now();
  next_tick_ = begins_at + kTick;
  for (size_t i = 0; i < script.size(); ++i) {
    Person person;
    person.customer = kFirstCustomer + static_cast<int64_t>(i);
    person.mail = "c" + std::to_string(person.customer) + "@example.jp";
    shop_.add_customer(newcomer(person.customer, person.mail));
    person.due_at = begins_at + script[i].front().wait;
    agenda_.emplace(person.due_at, i);
    people_.push_back(std::move(person));
  }
  start_server();
}

Lives::~Lives() = default;

// ---- what people do

void Lives::lead() {
  while (!agenda_.empty()) {
    const auto [due_at, life] = *agenda_.begin();
    if (due_at >= next_tick_) {
      tick();
      continue;
    }
    agenda_.erase(agenda_.begin());
    if (due_at > clock_.now()) clock_.advance(due_at - clock_.now());
    Person& person = people_[life];
    const Step& step = script_[life][person.next];
    if (!advance(life)) {
      person.stuck = clock_.now() - person.due_at > kStuckAfter;
      const Seconds waited = clock_.now() - person.due_at;
      if (!person.stuck) agenda_.emplace(clock_.now() + std::max(kTryAgain, waited / 10), life);
      continue;
    }
    person.diary.push_back(std::to_string(clock_.now()) + ' ' + describe(step));
    ++person.next;
    if (!person.gone && person.next < script_[life].size()) {
      person.due_at = clock_.now() + script_[life][person.next].wait;
      agenda_.emplace(person.due_at, life);
    }
    deliver_due();
    work();
  }
  rough_ = false;
  pass(kNights + kNightsALife * static_cast<Seconds>(people_.size()));
}

bool Lives::advance(size_t life) {
  Person& person = people_[life];
  const Step& step = script_[life][person.next];
  switch (step.deed) {
    case Deed::kJoin: {
      JoinService joining(storage_, clock_, random_);
      return joining.join(tenant(), person.customer).ok();
    }
    case Deed::kOpenCard:
      (void)server_->cards.card(tenant(), person.customer);
      return true;
    case Deed::kShopEdit:
      edit_in_shop(person, step.fields);
      tell_of_customer(person.customer);
      return true;
    case Deed::kMerge:
      return merge(life, step);
    case Deed::kLeave:
      leave(person);
      return true;
    case Deed::kTillEdit:
    case Deed::kRank:
    case Deed::kStatus:
    case Deed::kCode:
    case Deed::kSale:
    case Deed::kPoints:
    case Deed::kTillDelete:
      return at_till(person, step);
  }
  return true;
}

// A member that is not linked yet can only be known by its code and name: when a clerk changes
// those in that moment, nobody can tell it from a stranger's.
bool Lives::at_till(Person& person, const Step& step) {
  const std::string member = member_of(person);
  if (member.empty()) return false;
  switch (step.deed) {
    case Deed::kSale: {
      const std::string sale =
          pos_.ring_up({.member = member, .store = "1", .quantities = {}, .points = step.figure});
      tell(System::kSmaregi, "pos:transactions", R"({"transactionHeadIds":[")" + sale + "\"]}");
      return true;
    }
    case Deed::kPoints:
      pos_.set_points(member, step.figure);
      return true;
    case Deed::kTillDelete:
      pos_.remove_member(member);
      tell_of_member(member, "deleted");
      return true;
    default:
      pos_.edit_member(member, [&](PosMember& found) {
        for (const auto& [field, value] : step.fields) found.fields[field] = value;
        if (step.deed == Deed::kRank) found.rank = step.text;
        if (step.deed == Deed::kCode) found.code = step.text;
        if (step.deed == Deed::kStatus) found.status = static_cast<int>(step.figure);
      });
      tell_of_member(member);
      return true;
  }
}

// Two customers become one when both have come.
bool Lives::merge(size_t life, const Step& step) {
  Person& person = people_[life];
  Person& other = people_[step.other];
  if (person.gone) return true;  // the other came last and went through with it
  if (member_of(person).empty()) return false;
  person.waits = true;
  if (!other.waits) return false;
  Person& gone = step.stays ? other : person;
  const Person& kept = step.stays ? person : other;
  if (!gone.gone) {
    // A lost merge is known by the tag; who has none, stopped at the till, is taken for deleted.
    const Loss loss = shop_.tags().contains(gone.customer) ? Loss::kMayBeLost : Loss::kArrives;
    shop_.merge_customer(gone.customer, kept.customer);
    edit_in_shop(kept, {});  // Shopify changes the one that stays
    gone.gone = true;
    tell(System::kShopify, "customers/merge",
         merge_body({.kept = kept.customer, .gone = gone.customer, .completed = true}), loss);
    tell(System::kShopify, "customers/delete", R"({"id":)" + std::to_string(gone.customer) + "}");
  }
  // What a clerk does next is done to the card that the customer then shows.
  const auto left = storage_.card(kShop, gone.customer);
  return left.ok() && !left->has_value();
}

void Lives::edit_in_shop(const Person& person, const FieldChanges& fields) {
  shop_.edit_customer(person.customer, [&](ShopCustomer& customer) {
    for (const auto& [field, value] : fields) {
      if (field == MemberField::kLastName) customer.last_name = value;
      if (field == MemberField::kFirstName) customer.first_name = value;
      if (field == MemberField::kPhone) customer.phone = value;
      if (field == MemberField::kAddress) customer.address.line1 = value;
      if (field == MemberField::kMailConsent) customer.mail_consent = value == "1";
    }
  });
}

void Lives::leave(Person& person) {
  shop_.remove_customer(person.customer);
  person.gone = true;
  tell(System::kShopify, "customers/delete", R"({"id":)" + std::to_string(person.customer) + "}");
}

std::string Lives::member_of(const Person& person) {
  const auto card = storage_.card(kShop, person.customer);
  const bool known = card.ok() && card->has_value();
  return known ? (*card)->link.pos_member_id : "";
}

// ---- webhooks

void Lives::tell_of_customer(int64_t customer) {
  tell(System::kShopify, "customers/update", R"({"id":)" + std::to_string(customer) + "}");
}

void Lives::tell_of_member(const std::string& member, const char* action) {
  tell(System::kSmaregi, "pos:customers",
       std::string(R"({"action":")") + action + R"(","customerIds":[")" + member + "\"]}");
}

void Lives::tell(System system, const std::string& type, const std::string& body, Loss loss) {
  const Delivery event{system, type, "event-" + std::to_string(++last_event_), body};
  if (!rough_) {
    on_the_way_.emplace(clock_.now(), event);
    return;
  }
  if (loss == Loss::kMayBeLost && weather_.chance(kLostPercent)) return;
  const int copies = weather_.chance(kDoubledPercent) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Delivery copy = event;
    // Where the platform sends no event id, the same body again is another delivery of it.
    if (i > 0 && weather_.chance(50)) copy.id += "-again";
    const auto delay = static_cast<Seconds>(weather_.below(kLongestDelay));
    on_the_way_.emplace(clock_.now() + delay, std::move(copy));
  }
}

void Lives::deliver_due() {
  const auto end = on_the_way_.upper_bound(clock_.now());
  for (auto at = on_the_way_.begin(); at != end; at = on_the_way_.erase(at)) {
    const Delivery& event = at->second;
    (void)storage_.put_inbox(kShop, {event.system, event.type, event.id, event.body, clock_.now()});
  }
}

// ---- what the server does

void Lives::tick() {
  if (next_tick_ > clock_.now()) clock_.advance(next_tick_ - clock_.now());
  // Nobody does anything for a while: everybody waits for the night.
  const bool still = !agenda_.empty() && agenda_.begin()->first > clock_.now() + kSettleStep;
  next_tick_ += still ? kSettleStep : kTick;
  deliver_due();
  if (rough_ && weather_.chance(kKillPercent)) {
    calls_left_ = 1 + static_cast<int>(weather_.below(kCallsBeforeAKill));
  }
  server_->jobs.poll_due();
  restart_if_dead();
  work();
  (void)storage_.purge_inbox(clock_.now(), 0, kTurnsToRest);  // what is done is not looked at again
}

void Lives::work() {
  if (rough_ && weather_.chance(kKillPercent)) {
    calls_left_ = 1 + static_cast<int>(weather_.below(kCallsBeforeAKill));
  }
  for (int i = 0; i < kTurnsToRest && !dead_; ++i) {
    if (server_->jobs.run_inbox_once() + server_->jobs.run_outbox_once() == 0) break;
  }
  restart_if_dead();
}

void Lives::restart_if_dead() {
  calls_left_ = 0;
  if (!dead_) return;
  server_ = nullptr;
  start_server();
  storage_.down = false;
  dead_ = false;
}

void Lives::pass(Seconds seconds) {
  for (Seconds passed = 0; passed < seconds; passed += kSettleStep) {
    clock_.advance(kSettleStep);
    deliver_due();
    server_->jobs.poll_due();
    work();
  }
}

void Lives::maybe_kill() {
  if (calls_left_ == 0) return;
  --calls_left_;
  if (calls_left_ > 0) return;
  dead_ = true;
  storage_.down = true;
}

bool Lives::call_fails() {
  maybe_kill();
  return dead_ || (rough_ && weather_.chance(kFailsBeforePercent));
}

bool Lives::answer_is_lost() { return rough_ && weather_.chance(kFailsAfterPercent); }

// ---- the end

std::vector<std::string> Lives::end_state() {
  const Truth truth{.customers = shop_.customers(),
                    .cards = shop_.cards(),
                    .tags = shop_.tags(),
                    .members = pos_.members()};
  std::vector<std::string> lines;
  for (size_t life = 0; life < people_.size(); ++life) lines.push_back(line_of(life, truth));
  std::vector<std::string> members;
  for (const auto& [id, member] : truth.members) {
    const auto found = storage_.card_by_member(kShop, id);
    const Card* card = found.ok() && found->has_value() ? &**found : nullptr;
    members.push_back("member" + fields_line(member.fields) + " status " +
                      std::to_string(member.status) + " rank \"" + member.rank + "\" points " +
                      std::to_string(pos_.points_of(id)) + " code " + code_word(member.code, card) +
                      (card == nullptr ? " nobody's card" : " on a card"));
  }
  std::ranges::sort(members);
  lines.insert(lines.end(), members.begin(), members.end());
  const auto depth = storage_.queue_depth(Storage::kEveryTenant);
  lines.push_back("waiting " + std::to_string(depth->inbox_waiting + depth->outbox_waiting) +
                  ", given up " + std::to_string(depth->inbox_dead + depth->outbox_dead));
  return lines;
}

std::string Lives::line_of(size_t life, const Truth& truth) {
  const Person& person = people_[life];
  const int64_t id = person.customer;
  std::string line = "life " + std::to_string(life) + (person.stuck ? " stuck:" : ":");
  if (const auto customer = truth.customers.find(id); customer != truth.customers.end()) {
    const ShopCustomer& as = customer->second;
    line += " customer|" + as.last_name + '|' + as.first_name + '|' + as.phone + '|' +
            as.address.line1 + '|' + (as.mail_consent ? "1" : "0");
  }
  const auto found = storage_.card(kShop, id);
  const Card* card = found.ok() && found->has_value() ? &**found : nullptr;
  const auto left = storage_.was_member(kShop, id);
  if (left.ok() && *left) line += " was a member";
  if (const auto tag = truth.tags.find(id); tag != truth.tags.end()) {
    line += " tag " + code_word(tag->second, card);
  }
  if (const auto shown = truth.cards.find(id); shown != truth.cards.end()) {
    line += published_line(shown->second, card);
  }
  if (card == nullptr) return line;
  line += " link " + std::string(word(card->link.state)) + " code " +
          code_word(card->link.code, card) + " missing " +
          std::to_string(card->link.missing.size());
  const auto member = truth.members.find(card->link.pos_member_id);
  if (member == truth.members.end()) return line + " of no member";
  return line + " of member " + member->second.fields[MemberField::kMail];
}

std::string Lives::published_line(const std::string& shown, const Card* card) {
  auto json = nlohmann::json::parse(shown);
  json.erase("as_of");  // an as-of time alone is not published
  if (card == nullptr) return " published for nobody " + json.dump();
  auto stored = nlohmann::json::parse(card_metafield(tenant(), *card)->json);
  stored.erase("as_of");
  const bool same = json == stored;
  json["code"] = code_word(json["code"].get<std::string>(), card);
  json.erase("first");  // the drawings of the code
  json.erase("second");
  return (same ? " published " : " published, but not what is stored: ") + json.dump();
}

size_t Lives::life_named_in(const std::string& line) const {
  const auto found = std::ranges::find_if(
      people_, [&](const Person& person) { return line.find(person.mail) != std::string::npos; });
  return static_cast<size_t>(found - people_.begin());
}

// Whose code it is, not which: codes are drawn.
std::string Lives::code_word(const std::string& code, const Card* card) {
  if (code.starts_with("CARD-")) return code;
  if (card == nullptr) return "drawn";
  return code == card->link.code ? "its own" : "another than the card's";
}

Tenant Lives::tenant() {
  const auto read = storage_.tenant(kShop);
  return read.ok() ? read->value_or(Tenant{}) : Tenant{};
}

}  // namespace tsunagi::simulation

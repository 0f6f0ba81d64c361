#include "server/domain/health/support_bundle.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "server/domain/tenant/tenant_directory.h"
#include "server/domain/words.h"

namespace tsunagi {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr size_t kTypeMaxBytes = 64;

// What an event calls itself came from outside.
std::string plain_type(std::string_view type) {
  const bool plain =
      type.size() <= kTypeMaxBytes && std::ranges::all_of(type, [](char c) {
        return (c >= 'a' && c <= 'z') || c == ':' || c == '/' || c == '_' || c == '-' || c == '.';
      });
  return plain ? std::string(type) : "other";
}

OrderedJson length_of(const OrderedJson& text) {
  return text.is_string()
             ? OrderedJson(std::to_string(text.get_ref<const std::string&>().size()) + " bytes")
             : text;
}

// Of what somebody typed the length: it may name anybody.
OrderedJson settings_of(const Tenant& tenant) {
  OrderedJson settings = OrderedJson::parse(settings_json(tenant.settings));
  for (const char* name : {"programme_name", "contact_url", "notify_mail"}) {
    settings[name] = length_of(settings[name]);
  }
  for (auto& [name, text] : settings["consent"].items()) text = length_of(text);
  for (OrderedJson& store : settings["stores"]) store["name"] = length_of(store["name"]);
  return settings;
}

OrderedJson figures_of(const Figures& figures) {
  return {
      {"members",
       {{"joining", figures.joining}, {"linked", figures.linked}, {"stopped", figures.stopped}}},
      {"products", figures.products},
      {"stores", figures.stores}};
}

// How many of a kind wait or died of a cause; without an error the cause is "".
class Tally {
 public:
  void add(std::string_view queue, QueueState state, const std::string& kind,
           const std::string& cause) {
    ++counts_[{std::string(queue), std::string(word(state)), kind, cause}];
  }
  [[nodiscard]] OrderedJson json() const {
    OrderedJson rows = OrderedJson::array();
    for (const auto& [key, count] : counts_) {
      const auto& [queue, state, kind, cause] = key;
      rows.push_back(
          {{"queue", queue}, {"state", state}, {"kind", kind}, {"cause", cause}, {"count", count}});
    }
    return rows;
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string, std::string>, int64_t> counts_;
};

struct Letter {
  std::string_view queue;
  QueueState state = QueueState::kWaiting;
  int64_t id = 0;
  std::string kind;
  int attempts = 0;
  Seconds since = 0;
  std::string error;
};
Letter letter_of(const InboxEntry& entry) {
  const InboxEvent& event = entry.item.event;
  return {.queue = "inbox",
          .state = entry.state,
          .id = entry.item.id,
          .kind = std::string(word(event.system)) + " " + plain_type(event.type),
          .attempts = entry.item.attempts,
          .since = event.received_at,
          .error = entry.error};
}
Letter letter_of(const OutboxEntry& entry) {
  return {.queue = "outbox",
          .state = entry.state,
          .id = entry.item.id,
          .kind = std::string(word(entry.item.write.kind)),
          .attempts = entry.item.attempts,
          .since = entry.enqueued_at,
          .error = entry.error};
}

bool needs_a_person(QueueState state) {
  return state == QueueState::kDead || state == QueueState::kReview;
}

// What waits is counted, what is dead or in review is listed as well.
class Queues {
 public:
  explicit Queues(const SupportFacts& facts) : facts_(facts) {}

  void add(const Letter& letter) {
    const std::string cause = letter.error.empty() ? "" : facts_.cause_of(letter.error);
    tally_.add(letter.queue, letter.state, letter.kind, cause);
    if (!needs_a_person(letter.state)) return;
    (letter.state == QueueState::kDead ? dead_ : review_)
        .push_back({{"id", std::string(letter.queue) + ":" + std::to_string(letter.id)},
                    {"kind", letter.kind},
                    {"attempts", letter.attempts},
                    {"since", letter.since},
                    {"cause", cause}});
  }
  [[nodiscard]] OrderedJson by_kind() const { return tally_.json(); }
  [[nodiscard]] const OrderedJson& dead() const { return dead_; }
  [[nodiscard]] const OrderedJson& review() const { return review_; }

 private:
  const SupportFacts& facts_;
  Tally tally_;
  OrderedJson dead_ = OrderedJson::array();
  OrderedJson review_ = OrderedJson::array();
};

// read: of a state, at most so many.
template <class Read>
Result<Done> add_all(Queues& queues, const Read& read) {
  for (const QueueState state :
       {QueueState::kWaiting, QueueState::kLeased, QueueState::kDead, QueueState::kReview}) {
    const auto entries = read(state, needs_a_person(state) ? kBundleLetters : kBundleWaiting);
    if (!entries.ok()) return entries.error();
    for (const auto& entry : *entries) queues.add(letter_of(entry));
  }
  return Done{};
}

}  // namespace

OrderedJson checks_json(const std::vector<Check>& checks) {
  OrderedJson list = OrderedJson::array();
  for (const Check& check : checks) {
    OrderedJson values = OrderedJson::object();
    for (const auto& [name, value] : check.values) values[std::string(name)] = value;
    list.push_back({{"name", check.name},
                    {"state", word(check.state)},
                    {"cause", check.cause},
                    {"values", values},
                    {"since", check.since}});
  }
  return list;
}

Result<std::string> support_bundle(Storage& storage, const Tenant& tenant,
                                   const HealthReport& health, const SupportFacts& facts) {
  Queues queues(facts);
  auto read = add_all(queues, [&](QueueState state, int limit) {
    return storage.inbox_in(tenant.id, state, limit);
  });
  if (!read.ok()) return read.error();
  read = add_all(queues, [&](QueueState state, int limit) {
    return storage.outbox_in(tenant.id, state, limit);
  });
  if (!read.ok()) return read.error();
  const HealthFacts& known = health.facts;
  OrderedJson cursors = OrderedJson::object();
  for (const auto& [name, value] : known.figures.cursors) cursors[name] = value;
  const OrderedJson bundle = {
      {"made_at", known.now},
      {"version", facts.version},
      {"schema", known.figures.schema},
      {"shop",
       {{"id", tenant.id},
        {"domain", tenant.shop_domain},
        {"contract", tenant.contract_id},
        {"installed", tenant.installed}}},
      {"settings", settings_of(tenant)},
      {"health", {{"asked_at", known.asked.at}, {"checks", checks_json(health.checks)}}},
      {"figures", figures_of(known.figures)},
      {"cursors", cursors},
      {"queue",
       {{"inbox_waiting", known.depth.inbox_waiting},
        {"inbox_dead", known.depth.inbox_dead},
        {"outbox_waiting", known.depth.outbox_waiting},
        {"outbox_dead", known.depth.outbox_dead},
        {"outbox_review", known.depth.outbox_review},
        {"oldest_waiting", known.depth.oldest_waiting},
        {"by_kind", queues.by_kind()}}},
      {"dead_letters", queues.dead()},
      {"review", queues.review()},
      {"failed_calls", facts.calls}};
  return bundle.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace tsunagi

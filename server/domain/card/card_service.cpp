#include "server/domain/card/card_service.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/card/circuit.h"
#include "server/domain/card/member_lookup.h"

namespace tsunagi {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::seconds;

constexpr size_t kCircuits = 10'000;  // tenants whose Smaregi is remembered
constexpr int kFlightsAwaited = 16;   // that a worker waits for before it gives up its turn

// Always both: a customer id alone could belong to another shop's customer.
struct CardKey {
  TenantId tenant = 0;
  int64_t customer = 0;
  bool operator==(const CardKey&) const = default;
};
struct CardKeyHash {
  size_t operator()(const CardKey& key) const {
    return std::hash<int64_t>{}(key.tenant * 1'000'003 + key.customer);
  }
};

// What is known of one card in this process.
struct Known {
  std::mutex mutex;
  bool loaded = false;  // everything below is guarded by mutex and means nothing before
  std::optional<Card> card;
  TimePoint read_at;                   // from storage or Smaregi
  std::optional<TimePoint> points_at;  // from Smaregi, by this process
  std::optional<TimePoint> member_at;
  std::optional<TimePoint> failed_at;  // the last lookup failed; reset by one that succeeds
};

struct KnownCopy {
  std::optional<Card> card;
  std::optional<TimePoint> points_at, member_at, failed_at;
};

// One lookup of one member that any number of callers wait for.
struct Flight {
  uint64_t number = 0;  // rises with every flight
  std::atomic<bool> with_member = false;
  TimePoint began_at;
  std::mutex mutex;
  std::condition_variable landed;
  std::optional<Result<Done>> result;  // guarded by mutex

  void land(Result<Done> outcome) {
    {
      const std::lock_guard lock(mutex);
      if (result) return;
      result = std::move(outcome);
    }
    landed.notify_all();
  }
  Result<Done> wait() {
    std::unique_lock lock(mutex);
    landed.wait(lock, [this] { return result.has_value(); });
    return result.value_or(Error{ErrorCode::kInternal, "the lookup has no outcome"});
  }
  bool wait_for(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex);
    return landed.wait_for(lock, patience, [this] { return result.has_value(); });
  }
};

// Smaregi's reply is as old as the call: two cards are joined by taking the newer snapshot on the
// stored link.
std::optional<Card> newer_of(const std::optional<Card>& kept, std::optional<Card> stored) {
  if (!kept || !stored || !kept->snapshot) return stored;
  if (kept->link.pos_member_id != stored->link.pos_member_id) return stored;
  if (has_left(*stored)) return stored;
  if (!stored->snapshot || stored->snapshot->as_of < kept->snapshot->as_of) {
    stored->snapshot = kept->snapshot;
  }
  return stored;
}

bool has_member(const Card& card) {
  return card.link.state != LinkState::kJoining && !card.link.pos_member_id.empty();
}

}  // namespace

struct CardService::State : std::enable_shared_from_this<CardService::State> {
  explicit State(Ports ports_in) : ports(std::move(ports_in)) {}

  // The part of a tenant that a lookup needs, so that it outlives the request.
  struct Contract {
    TenantId tenant = 0;
    std::string id;
  };

  std::shared_ptr<Known> known_of(const CardKey& key) {
    if (auto found = cards.get(key)) return *found;
    return cards.get_or_put(key, std::make_shared<Known>());
  }

  std::shared_ptr<Circuit> circuit_of(TenantId tenant) {
    if (auto found = circuits.get(tenant)) return *found;
    return circuits.get_or_put(tenant, std::make_shared<Circuit>());
  }

  // What this process knows, at most kPointsFreshSeconds behind storage.
  Result<KnownCopy> read(const CardKey& key, const std::shared_ptr<Known>& known) {
    const TimePoint now = ports.clock.steady();
    {
      const std::lock_guard lock(known->mutex);
      if (known->loaded && now - known->read_at < seconds(kPointsFreshSeconds)) return copy(*known);
    }
    auto stored = ports.storage.card(key.tenant, key.customer);
    if (!stored.ok()) return Error{ErrorCode::kUnavailable, stored.error().message};
    const std::lock_guard lock(known->mutex);
    // A lookup may have landed meanwhile; its snapshot is the newer one and stays.
    known->card = newer_of(known->card, std::move(stored).value());
    known->loaded = true;
    known->read_at = now;
    return copy(*known);
  }

  static KnownCopy copy(const Known& known) {
    return {known.card, known.points_at, known.member_at, known.failed_at};
  }

  // The flight of the key, begun by the caller when there was none.
  struct Boarding {
    std::shared_ptr<Flight> flight;
    bool began = false;
  };
  Boarding board(const CardKey& key, bool with_member) {
    const std::lock_guard lock(flights_mutex);
    const auto found = flights.find(key);
    if (found != flights.end()) return {found->second, false};
    auto flight = std::make_shared<Flight>();
    flight->number = ++last_flight;
    flight->with_member = with_member;
    flight->began_at = ports.clock.steady();
    flights.emplace(key, flight);
    return {flight, true};
  }
  uint64_t flights_begun() {
    const std::lock_guard lock(flights_mutex);
    return last_flight;
  }
  std::shared_ptr<Flight> flight_of(const CardKey& key) {
    const std::lock_guard lock(flights_mutex);
    const auto found = flights.find(key);
    return found == flights.end() ? nullptr : found->second;
  }
  void leave(const CardKey& key, const std::shared_ptr<Flight>& flight, Result<Done> outcome) {
    {
      const std::lock_guard lock(flights_mutex);
      const auto found = flights.find(key);
      if (found != flights.end() && found->second == flight) flights.erase(found);
    }
    flight->land(std::move(outcome));
  }

  // Ends a flight that the pool dropped without running it, so that nobody waits for ever.
  class Ticket {
   public:
    Ticket(std::shared_ptr<State> state, Contract contract, CardKey key,
           std::shared_ptr<Flight> flight, std::shared_ptr<Circuit> circuit, Pos& pos)
        : state_(std::move(state)),
          contract_(std::move(contract)),
          key_(key),
          flight_(std::move(flight)),
          circuit_(std::move(circuit)),
          pos_(pos) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (flown_) return;
      circuit_->ended(Circuit::End::kNotRun, state_->ports.clock.steady());
      state_->leave(key_, flight_, Error{ErrorCode::kUnavailable, "the lookup was not run"});
    }
    static Circuit::End end_of(const Result<Done>& outcome) {
      if (outcome.ok()) return Circuit::End::kSucceeded;
      return outcome.error().code == ErrorCode::kBusy ? Circuit::End::kNotRun
                                                      : Circuit::End::kFailed;
    }
    Result<Done> fly() {
      auto outcome = state_->look_up(pos_, contract_, key_, flight_->with_member);
      flown_ = true;
      circuit_->ended(end_of(outcome), state_->ports.clock.steady());
      state_->leave(key_, flight_, outcome);
      return outcome;
    }

   private:
    std::shared_ptr<State> state_;
    Contract contract_;
    CardKey key_;
    std::shared_ptr<Flight> flight_;
    std::shared_ptr<Circuit> circuit_;
    Pos& pos_;
    bool flown_ = false;
  };

  Result<Done> look_up(Pos& pos, const Contract& contract, const CardKey& key, bool with_member) {
    const auto known = known_of(key);
    auto outcome = look_up_stored(pos, contract, key, with_member, known);
    if (!outcome.ok()) {
      const std::lock_guard lock(known->mutex);
      known->failed_at = ports.clock.steady();
      if (ports.log) ports.log("a member lookup failed: " + outcome.error().message);
    }
    return outcome;
  }

  Result<Done> look_up_stored(Pos& pos, const Contract& contract, const CardKey& key,
                              bool with_member, const std::shared_ptr<Known>& known) {
    const auto stored = ports.storage.card(key.tenant, key.customer);
    if (!stored.ok()) return stored.error();
    const std::optional<Card>& before = *stored;
    if (!before || !has_member(*before)) {
      const std::lock_guard lock(known->mutex);
      known->card = before;
      known->loaded = true;
      known->read_at = ports.clock.steady();
      return Done{};
    }
    auto lookup = look_up_member(pos, contract.id, *before, with_member, ports.clock.now());
    if (!lookup.ok()) return lookup.error();
    if (auto applied = store(key.tenant, *before, *lookup); !applied.ok()) return applied;

    const std::lock_guard lock(known->mutex);
    const TimePoint now = ports.clock.steady();
    known->card = newer_of(known->card, lookup->card);
    known->loaded = true;
    known->read_at = now;
    known->points_at = now;
    if (lookup->member_read) known->member_at = now;
    known->failed_at.reset();
    return Done{};
  }

  Result<Done> store(TenantId tenant, const Card& before, MemberLookup& lookup) {
    const auto kept = keep_own_code(ports.storage, tenant, before, lookup.card);
    if (!kept.ok()) return kept.error();
    if (*kept) {
      lookup.changes = changes_between(before, lookup.card);
      if (ports.log) {
        ports.log("a member's code in Smaregi is another customer's: it was not taken over");
      }
    }
    if (lookup.changes.empty()) return Done{};
    return ports.storage.apply(tenant, lookup.changes);
  }

  bool member_due(const KnownCopy& known) const {
    return !known.member_at ||
           ports.clock.steady() - *known.member_at >= seconds(kMemberFreshSeconds);
  }
  bool due(const KnownCopy& known) const {
    return member_due(known) || age(known) >= kPointsFreshSeconds;
  }

  // Of the figures, in seconds; a card that has none is older than anything.
  Seconds age(const KnownCopy& known) const {
    constexpr Seconds kNever = std::numeric_limits<Seconds>::max();
    if (!known.card) return kNever;
    const Seconds by_steady =
        known.points_at
            ? std::chrono::duration_cast<seconds>(ports.clock.steady() - *known.points_at).count()
            : kNever;
    if (!known.card->snapshot) return has_left(*known.card) ? by_steady : kNever;
    return std::min(by_steady, ports.clock.now() - known.card->snapshot->as_of);
  }

  // The lookup under way or a new one in the background; nullptr when none is worth starting.
  std::shared_ptr<Flight> depart(const Tenant& tenant, const CardKey& key,
                                 const std::shared_ptr<Known>& entry,
                                 const std::shared_ptr<Circuit>& circuit) {
    const auto [flight, began] = board(key, /*with_member=*/false);
    if (!began) return flight;
    // Only now is it certain that no other lookup lands between the look and the start.
    KnownCopy known;
    {
      const std::lock_guard lock(entry->mutex);
      known = copy(*entry);
    }
    const TimePoint now = ports.clock.steady();
    const bool failed_lately =
        known.failed_at && now - *known.failed_at < seconds(kLookupRetrySeconds);
    flight->with_member = member_due(known);
    if (!due(known) || failed_lately || !circuit->may_start(now)) {
      leave(key, flight, Error{ErrorCode::kUnavailable, "no lookup was worth starting"});
      return nullptr;
    }
    auto ticket =
        std::make_shared<Ticket>(shared_from_this(), Contract{tenant.id, tenant.contract_id}, key,
                                 flight, circuit, ports.pos);
    // A full queue drops the ticket, which ends the flight.
    const bool posted = ports.background.post([ticket] { (void)ticket->fly(); });
    return posted ? flight : nullptr;
  }

  void wait_a_little(Flight& flight, Seconds age_seconds, Circuit& circuit) {
    if (age_seconds < kPointsFreshSeconds) return;  // only name and rank have aged
    const TimePoint now = ports.clock.steady();
    if (!circuit.worth_waiting(now) || now - flight.began_at > kUpstreamPatience) return;
    const bool usable = age_seconds <= kPointsUsableSeconds;
    const bool landed = flight.wait_for(usable ? kFreshPatience : kUpstreamPatience);
    if (!landed && !usable) circuit.was_slow(ports.clock.steady());
  }

  bool stale(const CardKey& key, const KnownCopy& known, Circuit& circuit) {
    if (age(known) < kPointsFreshSeconds) return false;
    if (known.failed_at || circuit.failing()) return true;
    const auto flight = flight_of(key);
    return flight && ports.clock.steady() - flight->began_at > seconds(kLookupSlowSeconds);
  }

  // Runs the work as if it were the member's lookup: none runs beside it.
  Result<Done> alone(const CardKey& key, const std::function<Result<Done>()>& work) {
    for (int turn = 0; turn < kFlightsAwaited; ++turn) {
      const auto [flight, began] = board(key, /*with_member=*/false);
      if (!began) {
        (void)flight->wait();
        continue;
      }
      const Result<Done> outcome = work();
      leave(key, flight, Error{ErrorCode::kUnavailable, "the card was being changed"});
      return outcome;
    }
    return Error{ErrorCode::kUnavailable, "too many lookups are waiting for this card"};
  }

  Ports ports;
  BoundedCache<CardKey, std::shared_ptr<Known>, CardKeyHash> cards{kCardCacheEntries};
  BoundedCache<TenantId, std::shared_ptr<Circuit>> circuits{kCircuits};
  std::mutex flights_mutex;
  uint64_t last_flight = 0;  // guarded by flights_mutex, as is flights
  std::unordered_map<CardKey, std::shared_ptr<Flight>, CardKeyHash> flights;
};

CardService::CardService(Ports ports) : state_(std::make_shared<State>(std::move(ports))) {}
CardService::~CardService() = default;

Result<CardModel> CardService::card(const Tenant& tenant, int64_t customer_id) {
  State& state = *state_;
  const CardKey key{tenant.id, customer_id};
  const auto entry = state.known_of(key);
  auto known = state.read(key, entry);
  if (!known.ok()) return known.error();
  const std::optional<Card>& stored = known->card;
  if (!stored || !has_member(*stored) || tenant.contract_id.empty()) {
    return card_model(tenant, stored);
  }

  const auto circuit = state.circuit_of(tenant.id);
  if (state.due(*known)) {
    if (const auto flight = state.depart(tenant, key, entry, circuit)) {
      state.wait_a_little(*flight, state.age(*known), *circuit);
    }
    known = state.read(key, entry);
    if (!known.ok()) return known.error();
  }
  CardModel model = card_model(tenant, known->card);
  if (model.state == CardState::kReady && state.stale(key, *known, *circuit)) {
    model.state = CardState::kStale;
  }
  return model;
}

Result<Done> CardService::refresh(const Tenant& tenant, int64_t customer_id, Want want) {
  if (tenant.contract_id.empty()) return Done{};
  State& state = *state_;
  const CardKey key{tenant.id, customer_id};
  const auto circuit = state.circuit_of(tenant.id);
  const uint64_t begun_before = state.flights_begun();
  for (int turn = 0; turn < kFlightsAwaited; ++turn) {
    const auto [flight, began] = state.board(key, want == Want::kMember);
    if (!began) {
      auto outcome = flight->wait();
      const bool reads_enough = want != Want::kMember || flight->with_member;
      if (flight->number > begun_before && reads_enough && outcome.ok()) return outcome;
      continue;
    }
    if (!circuit->may_start(state.ports.clock.steady())) {
      Error error{ErrorCode::kUnavailable, "Smaregi failed lately: not asked for a while"};
      state.leave(key, flight, error);
      return error;
    }
    if (want != Want::kPointsAlone) {
      const auto entry = state.known_of(key);
      const std::lock_guard lock(entry->mutex);
      if (state.member_due(State::copy(*entry))) flight->with_member = true;
    }
    Pos& pos = state.ports.worker_pos != nullptr ? *state.ports.worker_pos : state.ports.pos;
    State::Ticket ticket(state_, {tenant.id, tenant.contract_id}, key, flight, circuit, pos);
    return ticket.fly();
  }
  return Error{ErrorCode::kUnavailable, "too many lookups are waiting for this card"};
}

Result<Done> CardService::exclusively(TenantId tenant, int64_t customer_id,
                                      const std::function<Result<Done>()>& work) {
  return state_->alone({tenant, customer_id}, [&]() -> Result<Done> {
    auto outcome = work();
    forget(tenant, customer_id);
    return outcome;
  });
}

Result<Done> CardService::drop(TenantId tenant, int64_t customer_id,
                               const std::vector<Change>& changes) {
  return exclusively(tenant, customer_id, [&]() -> Result<Done> {
    auto all = changes;
    // That there was a member is not remembered either.
    all.emplace_back(change::DropLink{.customer_id = customer_id, .left = false});
    all.emplace_back(change::Enqueue{{OutboxKind::kTagCustomer, std::to_string(customer_id)}});
    return state_->ports.storage.apply(tenant, all);
  });
}

void CardService::forget(TenantId tenant, int64_t customer_id) {
  const auto known = state_->cards.get({tenant, customer_id});
  if (!known) return;
  const std::lock_guard lock((*known)->mutex);
  (*known)->loaded = false;
  (*known)->card.reset();
  (*known)->points_at.reset();
  (*known)->member_at.reset();
  (*known)->failed_at.reset();
}

void CardService::forget_tenant(TenantId tenant) {
  state_->cards.erase_if(
      [tenant](const CardKey& key, const auto&) { return key.tenant == tenant; });
}

}  // namespace tsunagi

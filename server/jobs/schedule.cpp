#include "server/jobs/schedule.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "server/domain/inventory/inventory_service.h"
#include "server/domain/member/member_merge.h"
#include "server/jobs/retry.h"

namespace tsunagi {
namespace {

size_t place_of(Reading reading) { return static_cast<size_t>(reading); }

}  // namespace

std::string_view reading_name(Reading reading) {
  switch (reading) {
    case Reading::kBook:
      return "book";
    case Reading::kStock:
      return "stock";
    case Reading::kTransactions:
      return "transactions";
    case Reading::kCatalogue:
      return "catalogue";
    case Reading::kMembers:
      return "members";
    case Reading::kCustomers:
      return "customers";
    case Reading::kLook:
      return "look";
    case Reading::kSweep:
      return "sweep";
    case Reading::kIds:
      return "ids";
    case Reading::kPickups:
      return "pickups";
    case Reading::kInventory:
      return "inventory";
    case Reading::kOrders:
      return "orders";
    case Reading::kRestocks:
      return "restocks";
  }
  return "unknown";
}

Seconds period_of(Reading reading) {
  switch (reading) {
    case Reading::kBook:
      return 600;  // how often it is asked whether the night's reading is due
    case Reading::kStock:
      return 6;  // with 2 s of cache and a page that polls each 3 s: 11 s to the shopper
    case Reading::kTransactions:
      return 30;
    case Reading::kCatalogue:
      return 3'600;
    case Reading::kMembers:
      return 60;
    case Reading::kCustomers:
      return 120;
    case Reading::kLook:
      return 10;
    case Reading::kSweep:
      return 60;
    case Reading::kIds:
      return 600;  // how often it is asked whether the night has come
    case Reading::kPickups:
    case Reading::kOrders:
      return 60;
    case Reading::kRestocks:
      return 10;  // of our own book alone
    case Reading::kInventory:
      return 5;  // how soon what the merchant chose begins, and more is asked for in a round
  }
  return 60;
}

Schedule::Schedule(const JobsPorts& ports)
    : ports_(ports),
      sync_({.storage = ports.storage,
             .pos = ports.pos,
             .shop = ports.shop,
             .clock = ports.clock,
             .random = ports.random,
             .fingerprints = ports.fingerprints,
             .cards = ports.cards,
             .stock = ports.stock,
             .known = ports.known}),
      ids_(ports.storage, ports.pos, ports.shop, ports.clock),
      process_(ports.random.token(kProcessTokenBytes)) {}

int Schedule::run_due() {
  int ran = 0;
  while (run_one()) ++ran;
  return ran;
}

bool Schedule::run_one() {
  purge();
  read_tenants();
  const auto turn = take();
  if (!turn) return false;
  if (!is_ours(*turn)) return true;
  give_back(*turn, run(*turn));
  return true;
}

bool Schedule::is_ours(const Turn& turn) {
  if (!ports_.storage.shared()) return true;
  // A person waits for this server: it reads, whoever else does.
  if (turn.book_wanted && turn.reading == Reading::kBook) return true;
  const Seconds now = ports_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = plans_.find(turn.tenant.id);
    if (found != plans_.end() && found->second.ours_until - now > kReaderClaimSeconds / 2) {
      return true;
    }
  }
  const Storage::Claim claim{.name = "schedule", .holder = process_};
  const auto claimed = ports_.storage.claim(turn.tenant.id, claim, now, now + kReaderClaimSeconds);
  if (!claimed.ok()) ports_.say("schedule: cannot claim: " + claimed.error().message);
  const bool ours = claimed.ok() && *claimed;
  const std::lock_guard lock(mutex_);
  const auto found = plans_.find(turn.tenant.id);
  if (found == plans_.end()) return ours;
  Plan& plan = found->second;
  plan.ours_until = ours ? now + kReaderClaimSeconds : 0;
  plan.others_until = ours ? 0 : now + kReaderLookSeconds;
  if (!ours) plan.busy = false;
  return ours;
}

void Schedule::all_soon(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  tenants_due_at_ = 0;
  Plan& plan = plans_[tenant];
  plan.due_at.fill(0);
  plan.book_wanted = true;
}

void Schedule::purge() {
  const Seconds now = ports_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    if (now < purge_due_at_) return;
    purge_due_at_ = now + kPurgeSeconds;
  }
  const auto purged =
      ports_.storage.purge_inbox(now - kDoneKeptSeconds, now - kDeadBodyKeptSeconds, kPurgeRows);
  if (!purged.ok()) ports_.say("schedule: cannot forget old events: " + purged.error().message);
  const auto papers = ports_.storage.purge_papers(now - kPapersKeptSeconds);
  if (!papers.ok()) ports_.say("schedule: cannot forget old requests: " + papers.error().message);
  const auto merges = ports_.storage.purge_merges(now - kMergesKeptSeconds, kPurgeRows);
  if (!merges.ok()) ports_.say("schedule: cannot forget old merges: " + merges.error().message);
  const auto restocks = ports_.restock_book == nullptr
                            ? Result<int64_t>(0)
                            : ports_.restock_book->purge_restocks(
                                  now - kRestockSeconds, now - kRestockLogSeconds, kPurgeRows);
  if (!restocks.ok()) {
    ports_.say("schedule: cannot forget old requests to be told: " + restocks.error().message);
  }
  const bool more =
      std::ranges::any_of(std::array{&purged, &merges, &restocks},
                          [](const auto* rows) { return rows->ok() && **rows >= kPurgeRows; });
  if (!more) return;
  const std::lock_guard lock(mutex_);
  purge_due_at_ = now;  // there is more
}

void Schedule::read_tenants() {
  const Seconds now = ports_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    if (now < tenants_due_at_) return;
    tenants_due_at_ = now + kTenantsReadSeconds;
  }
  const auto tenants = ports_.storage.tenants();
  if (!tenants.ok()) {
    ports_.say("schedule: cannot read the tenants: " + tenants.error().message);
    return;
  }
  const std::lock_guard lock(mutex_);
  std::set<TenantId> present;
  for (const Tenant& tenant : *tenants) {
    present.insert(tenant.id);
    Plan& plan = plans_[tenant.id];
    if (plan.tenant.contract_id != tenant.contract_id) plan.due_at.fill(0);  // joined just now
    plan.tenant = tenant;
  }
  std::erase_if(plans_, [&present](const auto& entry) {
    return !present.contains(entry.first) && !entry.second.busy;
  });
}

std::optional<Schedule::Turn> Schedule::take() {
  const Seconds now = ports_.clock.now();
  const std::lock_guard lock(mutex_);
  Plan* earliest = nullptr;
  Reading reading = Reading::kBook;
  for (auto& [id, plan] : plans_) {
    if (plan.busy || plan.tenant.contract_id.empty()) continue;
    for (const Reading candidate : kReadings) {
      const Seconds due_at = plan.due_at[place_of(candidate)];
      if (due_at > now) continue;
      const bool asked_here = plan.book_wanted && candidate == Reading::kBook;
      if (plan.others_until > now && !asked_here) continue;
      if (earliest == nullptr || due_at < earliest->due_at[place_of(reading)]) {
        earliest = &plan;
        reading = candidate;
      }
    }
  }
  if (earliest == nullptr) return std::nullopt;
  earliest->busy = true;
  Turn turn{earliest->tenant, reading, earliest->book_wanted};
  if (reading == Reading::kBook) earliest->book_wanted = false;
  return turn;
}

Result<bool> Schedule::run(const Turn& turn) {
  const auto no_more = [](const Result<Done>& done) -> Result<bool> {
    if (!done.ok()) return done.error();
    return false;
  };
  switch (turn.reading) {
    case Reading::kBook: {
      if (!turn.book_wanted) {
        const auto due = sync_.book_is_due(turn.tenant);
        if (!due.ok() || !*due) return due;
      }
      return no_more(sync_.read_book(turn.tenant));
    }
    case Reading::kStock:
      return no_more(sync_.read_stock_changes(turn.tenant));
    case Reading::kTransactions:
      return sync_.read_transactions(turn.tenant);
    case Reading::kCatalogue:
      return no_more(sync_.read_catalogue(turn.tenant));
    case Reading::kMembers:
      return no_more(sync_.read_member_changes(turn.tenant));
    case Reading::kCustomers:
      return sync_.read_customer_changes(turn.tenant);
    case Reading::kSweep:
      return no_more(sync_.sweep_cards(turn.tenant));
    case Reading::kIds:
      if (turn.tenant.settings.paused) return false;
      return ids_.step(turn.tenant);
    case Reading::kPickups: {
      if (ports_.pickups == nullptr) return false;
      const auto released = ports_.pickups->release_sold(turn.tenant);
      if (!released.ok()) return released.error();
      const auto expired = ports_.pickups->expire_overdue(turn.tenant);
      if (!expired.ok()) return expired.error();
      const auto reminded = ports_.pickups->remind(turn.tenant);
      if (!reminded.ok()) return reminded.error();
      const auto offered = ports_.pickups->offer_elsewhere(turn.tenant);
      if (!offered.ok()) return offered.error();
      const auto lacking = ports_.pickups->mark_short(turn.tenant);
      if (!lacking.ok()) return lacking.error();
      const auto refunded = ports_.pickups->refund_unchosen(turn.tenant);
      if (!refunded.ok()) return refunded.error();
      return *expired == kExpiredAtOnce || *refunded == kRefundedAtOnce ||
             *reminded == kRemindedAtOnce || *offered == kRemindedAtOnce;
    }
    case Reading::kInventory: {
      if (ports_.inventory == nullptr || ports_.online_stock == nullptr) return false;
      return InventoryService({.storage = ports_.storage,
                               .book = *ports_.inventory,
                               .shop = *ports_.online_stock,
                               .clock = ports_.clock})
          .step(turn.tenant);
    }
    case Reading::kOrders: {
      if (ports_.shipping == nullptr) return false;
      const auto changed = ports_.shipping->read_changed(turn.tenant);
      if (!changed.ok()) return changed.error();
      return false;
    }
    case Reading::kRestocks: {
      if (ports_.restocks == nullptr) return false;
      const auto told = ports_.restocks->tell_due(turn.tenant);
      if (!told.ok()) return told.error();
      return *told == kRestocksAtOnce;
    }
    case Reading::kLook: {
      if (turn.tenant.settings.paused) return false;
      return no_more(sync_.publish_changed_look(turn.tenant));
    }
  }
  return Error{ErrorCode::kInternal, "no such reading"};
}

void Schedule::give_back(const Turn& turn, const Result<bool>& outcome) {
  const Seconds now = ports_.clock.now();
  if (!outcome.ok()) {
    ports_.say("schedule: reading " + std::string(reading_name(turn.reading)) +
               " failed: " + outcome.error().message);
  }
  const std::lock_guard lock(mutex_);
  const auto found = plans_.find(turn.tenant.id);
  if (found == plans_.end()) return;
  Plan& plan = found->second;
  const size_t place = place_of(turn.reading);
  plan.busy = false;
  if (!outcome.ok()) {
    const int failures = plan.failures[place]++;
    const Seconds delay =
        std::min(delay_after(failures, ports_.random) * 2, kLongestPollDelaySeconds);
    plan.due_at[place] = now + delay;
    plan.book_wanted = plan.book_wanted || (turn.reading == Reading::kBook && turn.book_wanted);
    return;
  }
  plan.failures[place] = 0;
  plan.due_at[place] = *outcome ? now : now + period_of(turn.reading);
}

}  // namespace tsunagi

#include "server/domain/sync/backfill.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/customer_tag.h"
#include "server/domain/member/join_service.h"

namespace tsunagi {
namespace {

constexpr std::string_view kSubject = "customers with a tag";

}  // namespace

Result<BackfillService::Report> BackfillService::report(const Tenant& tenant) {
  auto backfill = ports_.storage.backfill(tenant.id);
  if (!backfill.ok()) return backfill.error();
  const auto depth = ports_.storage.background_depth(tenant.id);
  if (!depth.ok()) return depth.error();
  return Report{.backfill = std::move(backfill).value(), .depth = *depth};
}

Result<int64_t> BackfillService::count(const Tenant& tenant, std::string_view tag) {
  if (!is_searchable_tag(tag)) return Error{ErrorCode::kInvalid, "no customer tag"};
  return ports_.shop.count_tagged(tenant, tag);
}

Result<BackfillService::Report> BackfillService::begin(const Tenant& tenant, std::string_view tag) {
  if (tenant.contract_id.empty()) {
    return Error{ErrorCode::kConflict, "the shop has not joined a Smaregi contract yet"};
  }
  if (tenant.settings.paused) return Error{ErrorCode::kConflict, "the membership is paused"};
  const auto stored = ports_.storage.backfill(tenant.id);
  if (!stored.ok()) return stored.error();
  const std::optional<Backfill>& before = *stored;
  if (before && before->state == BackfillState::kRunning) {
    return Error{ErrorCode::kConflict, "customers are being made members already"};
  }
  const auto expected = count(tenant, tag);
  if (!expected.ok()) return expected.error();
  const Seconds now = ports_.clock.now();
  Backfill backfill{.tag = std::string(tag), .begun_at = now};
  const bool goes_on = before && before->state == BackfillState::kStopped && before->tag == tag;
  if (goes_on) backfill = *before;
  backfill.state = BackfillState::kRunning;
  backfill.changed_at = now;
  backfill.expected = *expected;
  backfill.revision = before ? before->revision : 0;
  if (auto done = put(tenant, backfill, "begun"); !done.ok()) return done.error();
  return report(tenant);
}

Result<BackfillService::Report> BackfillService::stop(const Tenant& tenant) {
  constexpr int kAttempts = 8;  // it gets on meanwhile
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto stored = ports_.storage.backfill(tenant.id);
    if (!stored.ok()) return stored.error();
    const bool running = *stored && (*stored)->state == BackfillState::kRunning;
    if (!running) return report(tenant);
    Backfill backfill = **stored;
    backfill.state = BackfillState::kStopped;
    backfill.changed_at = ports_.clock.now();
    const auto done = put(tenant, backfill, "stopped");
    if (done.ok()) return report(tenant);
    if (done.error().code != ErrorCode::kConflict) return done.error();
  }
  return Error{ErrorCode::kUnavailable, "the backfill got on each time"};
}

Result<Done> BackfillService::put(const Tenant& tenant, const Backfill& backfill,
                                  std::string_view action) {
  return ports_.storage.apply(tenant.id,
                              {change::PutBackfill{backfill},
                               change::Audit{"merchant", "backfill", std::string(kSubject),
                                             std::string(action) + ": tag " + backfill.tag}});
}

Result<bool> BackfillService::step(const Tenant& tenant, KnownCustomers& known) {
  if (tenant.settings.paused || tenant.contract_id.empty()) return false;
  const auto stored = ports_.storage.backfill(tenant.id);
  if (!stored.ok()) return stored.error();
  if (!*stored || (*stored)->state != BackfillState::kRunning) return false;
  Backfill backfill = **stored;
  const auto depth = ports_.storage.background_depth(tenant.id);
  if (!depth.ok()) return depth.error();
  if (depth->waiting + kBackfillPage > kBackfillWaits) return false;

  auto page = ports_.shop.customers_tagged(tenant, backfill.tag, backfill.place, kBackfillPage);
  if (!page.ok()) return page.error();
  const Seconds now = ports_.clock.now();
  std::vector<Change> changes;
  for (Shop::TaggedCustomer& found : page->customers) {
    const int64_t id = found.customer.id;
    const auto card = ports_.storage.card(tenant.id, id);
    if (!card.ok()) return card.error();
    const auto left = ports_.storage.was_member(tenant.id, id);
    if (!left.ok()) return left.error();
    if (card->has_value()) {
      ++backfill.members;
    } else if (*left) {
      ++backfill.left;
    } else {
      auto code = draw_member_code(ports_.storage, ports_.random, tenant);
      if (!code.ok()) return code.error();
      ++backfill.brought;
      // The card is published once it can be used: a customer who does not look needs no other.
      changes.emplace_back(change::PutLink{.link = {.customer_id = id,
                                                    .code = std::move(code).value(),
                                                    .pos_member_id = "",
                                                    .state = LinkState::kJoining,
                                                    .joined_at = now},
                                           .only_new = true});
      changes.emplace_back(change::Enqueue{.write = {OutboxKind::kCreateMember, std::to_string(id)},
                                           .background = true});
      changes.emplace_back(change::Audit{"merchant", "join", customer_subject(id),
                                         "brought in by the merchant: tag " + backfill.tag});
      known.put(tenant.id, std::move(found));
    }
  }
  backfill.place = std::max(backfill.place, page->last_id);
  backfill.changed_at = now;
  if (!page->more) backfill.state = BackfillState::kDone;
  changes.emplace_back(change::PutBackfill{backfill});
  const auto applied = ports_.storage.apply(tenant.id, changes);
  // Somebody joined by themselves, a code met another, it was stopped: looked at anew.
  if (!applied.ok() && applied.error().code != ErrorCode::kConflict) return applied.error();
  return true;
}

}  // namespace tsunagi

#include "server/domain/reconcile/reconcile.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/member/member_fields.h"
#include "server/domain/sync/sync_service.h"
#include "server/domain/words.h"

namespace tsunagi {
namespace {

constexpr int kPage = 50;  // members or products of one look at the database

std::string subject_of(const Finding& finding) {
  if (finding.outbox_id != 0) return "outbox " + std::to_string(finding.outbox_id);
  if (finding.customer_id != 0) return "customer " + std::to_string(finding.customer_id);
  if (!finding.product_id.empty()) return "product " + finding.product_id;
  return "member " + finding.member_id;
}

// One run over one shop.
class Run {
 public:
  Run(MemberPorts ports, MemberSync& sync, const Tenant& tenant, const ReconcileAsked& asked)
      : ports_(ports), sync_(sync), tenant_(tenant), asked_(asked), now_(ports.clock.now()) {}

  ReconcileReport take() {
    if (auto done = compare(); !done.ok()) report_.stopped = done.error();
    return std::move(report_);
  }

 private:
  Result<Done> compare() {
    const bool whole = !asked_.after_customer && !asked_.after_product;
    if (whole) {
      if (auto done = outbox(); !done.ok()) return done;
    }
    if (tenant_.contract_id.empty()) return Done{};  // there is nothing to compare with
    if (whole) {
      if (auto done = members_without_link(); !done.ok()) return done;
      if (auto done = merged_members(); !done.ok()) return done;
    }
    if (whole || asked_.after_customer) {
      if (auto done = members(asked_.after_customer.value_or(0)); !done.ok()) return done;
    }
    if (whole || asked_.after_product) return products(asked_.after_product.value_or(""));
    return Done{};
  }

  // ---- the outbox
  Result<Done> outbox() {
    const auto dead = ports_.storage.outbox_in(tenant_.id, QueueState::kDead, kQueueRowsRead);
    if (!dead.ok()) return dead.error();
    for (const OutboxEntry& entry : *dead) {
      Finding finding = of_item(DriftKind::kDeadLetter, entry);
      finding.actual = "given up: " + entry.error;
      finding.heal = Replay{entry.item.id};
      finding.how = "puts it back into the outbox";
      if (auto done = found(std::move(finding)); !done.ok()) return done;
    }
    for (const QueueState state : {QueueState::kWaiting, QueueState::kLeased}) {
      const auto open = ports_.storage.outbox_in(tenant_.id, state, kQueueRowsRead);
      if (!open.ok()) return open.error();
      for (const OutboxEntry& entry : *open) {
        if (now_ - entry.enqueued_at < kWaitingOverdueSeconds) continue;
        Finding finding = of_item(DriftKind::kWaiting, entry);
        finding.actual = "not done after " + std::to_string(entry.item.attempts) +
                         " attempts: " + (entry.error.empty() ? "no error" : entry.error);
        finding.how = "it is tried for as long as it takes: the error says what is in the way";
        if (auto done = found(std::move(finding)); !done.ok()) return done;
      }
    }
    return Done{};
  }

  static Finding of_item(DriftKind kind, const OutboxEntry& entry) {
    return {.kind = kind,
            .outbox_id = entry.item.id,
            .stored = std::string(word(entry.item.write.kind)) + " " + entry.item.write.key,
            .actual = ""};
  }

  // What will be put right by itself.
  Result<Done> read_pending() {
    pending_.clear();
    for (const QueueState state : {QueueState::kWaiting, QueueState::kLeased}) {
      const auto open = ports_.storage.outbox_in(tenant_.id, state, kQueueRowsRead);
      if (!open.ok()) return open.error();
      for (const OutboxEntry& entry : *open) {
        pending_.emplace(entry.item.write.kind, entry.item.write.key);
      }
    }
    return Done{};
  }

  // ---- members
  Result<Done> members(int64_t after) {
    while (report_.members < asked_.limit) {
      const int wanted = std::min(kPage, asked_.limit - report_.members);
      const auto page = ports_.storage.cards_after(tenant_.id, after, wanted);
      if (!page.ok()) return page.error();
      if (auto done = read_pending(); !done.ok()) return done;
      for (const Card& card : *page) {
        auto done = member(card.link.customer_id);
        if (!done.ok() && may_pass(done.error())) {
          report_.next_customer = after;
          return done;
        }
        if (!done.ok()) {
          if (auto said = unreadable(card, done.error()); !said.ok()) return said;
        }
        after = card.link.customer_id;
        ++report_.members;
      }
      if (page->size() < static_cast<size_t>(wanted)) return Done{};
    }
    const auto more = ports_.storage.cards_after(tenant_.id, after, 1);
    if (!more.ok()) return more.error();
    if (!more->empty()) report_.next_customer = after;
    return Done{};
  }

  Result<Done> unreadable(const Card& card, const Error& error) {
    return found({.kind = DriftKind::kUnreadable,
                  .customer_id = card.link.customer_id,
                  .member_id = card.link.pos_member_id,
                  .stored = std::string(word(card.link.state)),
                  .actual = error.message,
                  .how = "look the member up in Smaregi and the customer in Shopify"});
  }

  // The platforms are read first, so that what is stored meanwhile is not taken for drift.
  Result<Done> member(int64_t customer_id) {
    const auto customer = ports_.shop.customer(tenant_, customer_id);
    if (!customer.ok()) return customer.error();
    const auto stored = ports_.storage.card(tenant_.id, customer_id);
    if (!stored.ok()) return stored.error();
    const std::optional<Card>& card = *stored;
    if (!card) return Done{};  // dropped just now
    if (!customer->has_value()) {
      const bool dropped_soon =
          pending_.contains({OutboxKind::kDropCustomer, std::to_string(customer_id)});
      return dropped_soon ? Result<Done>(Done{}) : drift(customer_gone(*card));
    }
    if (card->link.state == LinkState::kJoining) {
      if (now_ - card->link.joined_at < kJoiningOverdueSeconds) return Done{};
      // Though its creation may wait in the outbox: somebody looks at a card that no till knows.
      return found(joining_overdue(*card, now_));
    }
    if (auto done = compare_shop(*card, **customer); !done.ok()) return done;
    if (auto done = compare_pos(*card); !done.ok()) return done;
    return compare_published(customer_id);
  }

  Result<Done> compare_shop(const Card& card, const ShopCustomer& customer) {
    // Of who left at the till no field is known any more.
    if (is_fresh(customer.changed_at) || has_left(card)) return Done{};
    const auto changed = sync_.changed_fields(tenant_, card.link.customer_id, Side::kShop,
                                              member_fields(customer, now_));
    if (!changed.ok()) return changed.error();
    return drift(fields_drift(card, Side::kShop, *changed));
  }

  Result<Done> compare_pos(const Card& before) {
    const std::string& id = before.link.pos_member_id;
    if (id.empty()) return Done{};
    const auto member = ports_.pos.member(tenant_.contract_id, id);
    if (!member.ok() && member.error().code != ErrorCode::kNotFound) return member.error();
    if (!member.ok()) return drift(member_gone(before));
    if (member->member_id != id) return other_member();
    const auto points = ports_.pos.points(tenant_.contract_id, id);
    if (!points.ok() && points.error().code != ErrorCode::kNotFound) return points.error();
    if (points.ok() && points->member_id != id) return other_member();

    const auto stored = ports_.storage.card(tenant_.id, before.link.customer_id);
    if (!stored.ok()) return stored.error();
    const std::optional<Card>& card = *stored;
    if (!card || card->link.pos_member_id != id) return Done{};
    if (auto done = compare_member(*card, *member); !done.ok()) return done;
    // Of who left no figures are kept.
    if (member->status >= kStatusWithdrawn || has_left(*card)) return Done{};
    return drift(points_drift(*card, points.ok() ? std::optional(*points) : std::nullopt));
  }

  static Error other_member() {
    return {ErrorCode::kInternal, "Smaregi answered about another member"};
  }

  Result<Done> compare_member(const Card& card, const PosMember& member) {
    if (is_fresh(member.changed_at)) return Done{};
    const auto holder = ports_.storage.card_by_code(tenant_.id, member.code);
    if (!holder.ok()) return holder.error();
    for (auto finding : {state_drift(card, member), code_drift(card, member, *holder)}) {
      if (auto done = drift(std::move(finding)); !done.ok()) return done;
    }
    // Nobody's: nothing is written.
    if (member.status >= kStatusWithdrawn || has_left(card)) return Done{};
    if (auto done = drift(face_drift(card, member)); !done.ok()) return done;
    const auto changed =
        sync_.changed_fields(tenant_, card.link.customer_id, Side::kPos, member.fields);
    if (!changed.ok()) return changed.error();
    return drift(fields_drift(card, Side::kPos, *changed));
  }

  Result<Done> compare_published(int64_t customer_id) {
    const auto there = ports_.shop.published_card(tenant_, customer_id);
    if (!there.ok()) return there.error();
    const auto stored = ports_.storage.card(tenant_.id, customer_id);
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return Done{};
    auto finding = published_drift(tenant_, **stored, *there);
    if (!finding.ok()) return finding.error();
    return drift(std::move(finding).value());
  }

  // ---- members that are nobody's
  Result<Done> members_without_link() {
    std::set<std::string> seen;  // slices may overlap
    int listed = 0;
    for (Seconds to = now_; to > now_ - kStrayWindowSeconds; to -= kStraySliceSeconds) {
      const auto members =
          ports_.pos.members_changed(tenant_.contract_id, to - kStraySliceSeconds + 1, to);
      if (!members.ok()) return members.error();
      for (const PosMember& member : *members) {
        if (!seen.insert(member.member_id).second || is_fresh(member.changed_at)) continue;
        if (member.status >= kStatusWithdrawn) continue;
        if (listed == asked_.limit) return Done{};
        const auto as_it_should = member_without_link(member);
        if (!as_it_should.ok()) return as_it_should.error();
        listed += *as_it_should ? 0 : 1;
      }
      if (seen.size() >= kStrayRowsMost) return Done{};
    }
    return Done{};
  }

  // ---- members that merges took off the card
  Result<Done> merged_members() {
    const auto left = ports_.storage.left_members(tenant_.id, asked_.limit);
    if (!left.ok()) return left.error();
    for (const LeftMember& member : *left) {
      if (auto done = merged_member(member); !done.ok()) return done;
    }
    return Done{};
  }

  Result<Done> merged_member(const LeftMember& left) {
    const auto member = member_left(left);
    if (!member.ok()) return member.error();
    if (!*member || (*member)->status >= kStatusWithdrawn) return settled(left);
    const auto points = ports_.pos.points(tenant_.contract_id, (*member)->member_id);
    if (!points.ok() && points.error().code != ErrorCode::kNotFound) return points.error();
    if (!points.ok() || points->points == 0) return settled(left);
    return found(tsunagi::merged_member(left, **member, *points));
  }

  // By its code when the answer to its creation was lost.
  Result<std::optional<PosMember>> member_left(const LeftMember& left) {
    if (left.pos_member_id.empty()) {
      return ports_.pos.member_by_code(tenant_.contract_id, left.code);
    }
    auto member = ports_.pos.member(tenant_.contract_id, left.pos_member_id);
    if (member.ok()) return std::optional(std::move(member).value());
    if (member.error().code == ErrorCode::kNotFound) return std::optional<PosMember>();
    return member.error();
  }

  // Nothing is left to bring over.
  Result<Done> settled(const LeftMember& left) {
    if (!asked_.fix) return Done{};
    return ports_.storage.apply(tenant_.id, {change::ForgetLeftMember{left.code}});
  }

  // true: all is as it should be.
  Result<bool> member_without_link(const PosMember& member) {
    const auto linked = ports_.storage.card_by_member(tenant_.id, member.member_id);
    if (!linked.ok()) return linked.error();
    if (linked->has_value()) return true;
    const auto holder = ports_.storage.card_by_code(tenant_.id, member.code);
    if (!holder.ok()) return holder.error();
    const auto issued = ports_.storage.code_owner(tenant_.id, member.code);
    if (!issued.ok()) return issued.error();
    const bool ours = MemberCode::parse(member.code, CodeRule::kOwn).ok() &&
                      member.code.front() == tenant_.settings.code_letter;
    Finding finding{.kind = DriftKind::kMemberWithoutLink,
                    .member_id = member.member_id,
                    .stored = "",
                    .actual = "a usable member in Smaregi has the code " + member.code};
    if (!holder->has_value()) {
      // A code that was issued and is nobody's: its customer is gone, the member stayed.
      if (issued->has_value() || !ours) return true;
      finding.stored = "the code was never issued here";
      finding.how = "was an old copy of the database put back? The customer may join again";
    } else if ((*holder)->link.state == LinkState::kJoining) {
      if (now_ - (*holder)->link.joined_at < kJoiningOverdueSeconds) return true;
      finding.customer_id = (*holder)->link.customer_id;
      finding.stored = "the customer is joining with this code";
      finding.heal = OutboxWrite{.kind = OutboxKind::kCreateMember,
                                 .key = std::to_string(finding.customer_id)};
      finding.how = "links the member when the names agree, else draws another code";
    } else {
      finding.customer_id = (*holder)->link.customer_id;
      finding.stored = "the code is of member " + (*holder)->link.pos_member_id;
      finding.how = "give one of the two members another code in Smaregi";
    }
    if (auto done = found(std::move(finding)); !done.ok()) return done.error();
    return false;
  }

  // ---- stock
  Result<Done> products(std::string after) {
    const auto stores = ports_.storage.stores(tenant_.id);
    if (!stores.ok()) return stores.error();
    std::vector<std::string> store_ids;
    store_ids.reserve(stores->size());
    for (const Store& store : *stores) store_ids.push_back(store.store_id);
    while (report_.products < asked_.limit) {
      const int wanted = std::min(kPage, asked_.limit - report_.products);
      const auto page = ports_.storage.stocked_after(tenant_.id, after, wanted);
      if (!page.ok()) return page.error();
      for (const std::string& id : *page) {
        auto done = product(id, store_ids);
        if (!done.ok() && may_pass(done.error())) {
          report_.next_product = after;
          return done;
        }
        if (!done.ok()) {
          if (auto said = unreadable_product(id, done.error()); !said.ok()) return said;
        }
        after = id;
        ++report_.products;
      }
      if (page->size() < static_cast<size_t>(wanted)) return Done{};
    }
    const auto more = ports_.storage.stocked_after(tenant_.id, after, 1);
    if (!more.ok()) return more.error();
    if (!more->empty()) report_.next_product = after;
    return Done{};
  }

  Result<Done> unreadable_product(const std::string& id, const Error& error) {
    return found({.kind = DriftKind::kUnreadable,
                  .product_id = id,
                  .stored = "a product with stock",
                  .actual = error.message,
                  .how = "look the product up in Smaregi"});
  }

  Result<Done> product(const std::string& id, const std::vector<std::string>& store_ids) {
    const auto actual = ports_.pos.stock_of(tenant_.contract_id, id);
    // A product that Smaregi no longer has goes with the nightly reading.
    if (!actual.ok() && actual.error().code == ErrorCode::kNotFound) return Done{};
    if (!actual.ok()) return actual.error();
    const auto stored = ports_.storage.stock_of(tenant_.id, id, store_ids);
    if (!stored.ok()) return stored.error();
    std::map<std::string, StockLevel> kept;
    for (const StockLevel& level : *stored) kept[level.store_id] = level;
    for (const StockLevel& level : *actual) {
      const bool known = std::ranges::find(store_ids, level.store_id) != store_ids.end();
      if (level.product_id != id || !known || is_fresh(level.changed_at)) continue;
      const auto row = kept.find(level.store_id);
      auto finding =
          stock_drift(row == kept.end() ? std::nullopt : std::optional(row->second), level);
      if (auto done = drift(std::move(finding)); !done.ok()) return done;
    }
    return Done{};
  }

  // ---- findings
  [[nodiscard]] bool is_fresh(Seconds changed_at) const {
    return changed_at != 0 && now_ - changed_at < kSettleSeconds;
  }

  // Unless it is about to be put right.
  Result<Done> drift(std::optional<Finding> finding) {
    if (!finding) return Done{};
    const auto* write = std::get_if<OutboxWrite>(&finding->heal);
    if (write != nullptr && pending_.contains({write->kind, write->key})) return Done{};
    return found(*std::move(finding));
  }

  Result<Done> found(Finding finding) {
    Result<Done> done = Done{};
    if (asked_.fix) {
      const auto healed = heal(finding);
      if (healed.ok()) {
        finding.healed = *healed;
      } else {
        done = healed.error();
      }
    }
    report_.findings.push_back(std::move(finding));
    return done;
  }

  Result<bool> heal(const Finding& finding) {
    if (const auto* replay = std::get_if<Replay>(&finding.heal)) {
      return ports_.storage.replay_outbox(replay->outbox_id);
    }
    std::vector<Change> changes;
    if (const auto* write = std::get_if<OutboxWrite>(&finding.heal)) {
      // One item puts all right that is wrong with a customer.
      if (!asked_for_.emplace(write->kind, write->key).second) return true;
      changes.emplace_back(change::Enqueue{*write});
    } else if (const auto* level = std::get_if<StockLevel>(&finding.heal)) {
      changes.emplace_back(change::PutStock{{*level}});
    } else {
      return false;
    }
    changes.emplace_back(change::Audit{"operator", "reconcile", subject_of(finding),
                                       std::string(drift_name(finding.kind)) + ": " + finding.how});
    if (auto applied = ports_.storage.apply(tenant_.id, changes); !applied.ok()) {
      return applied.error();
    }
    return true;
  }

  using Writes = std::set<std::pair<OutboxKind, std::string>>;
  MemberPorts ports_;
  MemberSync& sync_;
  const Tenant& tenant_;
  const ReconcileAsked& asked_;
  const Seconds now_;
  Writes pending_, asked_for_;
  ReconcileReport report_;
};

}  // namespace

Reconcile::Reconcile(MemberPorts ports) : ports_(ports), member_sync_(ports) {}

ReconcileReport Reconcile::run(const Tenant& tenant, const ReconcileAsked& asked) {
  return Run(ports_, member_sync_, tenant, asked).take();
}

}  // namespace tsunagi

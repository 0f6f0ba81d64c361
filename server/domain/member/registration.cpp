#include "server/domain/member/registration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/member/join_service.h"
#include "server/domain/member/member_fields.h"
#include "server/domain/member/member_sync.h"

namespace tsunagi {
namespace {

constexpr FieldSet kFieldSets[] = {FieldSet::kAll, FieldSet::kNames, FieldSet::kCodeOnly};

std::string subject(int64_t customer_id) { return "customer " + std::to_string(customer_id); }

// A member found under our freshly drawn code is the one we created when it has the names we sent.
// Twelve random digits do not meet a stranger's by chance, and a stranger's member is not taken
// over.
bool is_ours(const PosMember& member, const MemberFields& fields) {
  return std::ranges::any_of(kFieldSets, [&](FieldSet set) {
    const NewPosMember sent = new_member(member.code, fields, set);
    return sent.fields[MemberField::kLastName] == member.fields[MemberField::kLastName] &&
           sent.fields[MemberField::kFirstName] == member.fields[MemberField::kFirstName];
  });
}

std::vector<Change> linked(const Card& joining, const PosMember& member, const MemberFields& sent,
                           Seconds now, Random& random) {
  Card card = joining;
  card.link.pos_member_id = member.member_id;
  overlay_member(member, card, now);
  std::vector<Change> changes{change::PutLink{.link = card.link}};
  if (card.snapshot) changes.emplace_back(change::PutSnapshot{*card.snapshot});
  changes.emplace_back(
      change::PutFieldPrints{card.link.customer_id, first_prints(sent, member.fields, random)});
  const std::string customer = std::to_string(card.link.customer_id);
  changes.emplace_back(change::Enqueue{{OutboxKind::kWriteCard, customer}});
  changes.emplace_back(change::Enqueue{{OutboxKind::kTagCustomer, customer}});
  changes.emplace_back(change::Audit{"smaregi", "linked", subject(card.link.customer_id),
                                     "the member exists in Smaregi"});
  return changes;
}

}  // namespace

Result<std::vector<Change>> Registration::register_member(const Tenant& tenant,
                                                          int64_t customer_id) {
  const auto read = ports_.storage.card(tenant.id, customer_id);
  if (!read.ok()) return read.error();
  const std::optional<Card>& stored = *read;
  if (!stored || stored->link.state != LinkState::kJoining) return std::vector<Change>{};
  const auto asked = ports_.shop.customer(tenant, customer_id);
  if (!asked.ok()) return asked.error();
  const std::optional<ShopCustomer>& customer = *asked;
  if (!customer) {
    return std::vector<Change>{
        change::DropLink{customer_id},
        change::Audit{"shopify", "drop", subject(customer_id), "the customer no longer exists"}};
  }

  const Seconds now = ports_.clock.now();
  const MemberFields fields = member_fields(*customer, now);
  Card card = *stored;
  const auto linked_to = [&](const PosMember& member) {
    return linked(card, member, fields, now, ports_.random);
  };
  for (int tried = 0; tried < kCodesTried; ++tried) {
    const auto before = holder_of_code(tenant, card, fields);
    if (!before.ok()) return before.error();
    if (before->ours) return linked_to(*before->ours);
    if (!before->taken) {
      const auto created = create(tenant, card.link.code, fields);
      if (created.ok()) return linked_to(*created);
      if (created.error().code != ErrorCode::kConflict) return created.error();
      // Somebody took the code between the look and the creation, or our own answer was lost.
      const auto after = holder_of_code(tenant, card, fields);
      if (!after.ok()) return after.error();
      if (after->ours) return linked_to(*after->ours);
    }
    if (auto drawn = draw_again(tenant, card); !drawn.ok()) return drawn.error();
  }
  return Error{ErrorCode::kUnavailable, "every code that was drawn is taken in Smaregi"};
}

Result<Registration::Holder> Registration::holder_of_code(const Tenant& tenant, const Card& card,
                                                          const MemberFields& fields) {
  const auto found = ports_.pos.member_by_code(tenant.contract_id, card.link.code);
  if (!found.ok()) return found.error();
  const std::optional<PosMember>& member = *found;
  if (!member || member->code != card.link.code) return Holder{};
  const auto linked_card = ports_.storage.card_by_member(tenant.id, member->member_id);
  if (!linked_card.ok()) return linked_card.error();
  const std::optional<Card>& other = *linked_card;
  const bool others = other && other->link.customer_id != card.link.customer_id;
  if (others || !is_ours(*member, fields)) {
    return Holder{.ours = std::nullopt, .taken = true};
  }
  return Holder{.ours = member, .taken = false};
}

Result<PosMember> Registration::create(const Tenant& tenant, const std::string& code,
                                       const MemberFields& fields) {
  Error refused{ErrorCode::kInternal, "nothing was tried"};
  for (const FieldSet set : kFieldSets) {
    auto created = ports_.pos.create_member(tenant.contract_id, new_member(code, fields, set));
    if (created.ok() && !created->code.empty() && created->code != code) {
      return Error{ErrorCode::kInternal, "Smaregi answered about another member"};
    }
    if (created.ok() || created.error().code != ErrorCode::kInvalid) return created;
    refused = created.error();
  }
  return refused;
}

Result<Done> Registration::draw_again(const Tenant& tenant, Card& card) {
  auto code = draw_member_code(ports_.storage, ports_.random, tenant);
  if (!code.ok()) return code.error();
  card.link.code = std::move(code).value();
  const std::string customer = std::to_string(card.link.customer_id);
  return ports_.storage.apply(
      tenant.id,
      {change::PutLink{.link = card.link}, change::Enqueue{{OutboxKind::kWriteCard, customer}},
       change::Audit{"smaregi", "code", subject(card.link.customer_id),
                     "the drawn code was taken in Smaregi; another was drawn"}});
}

}  // namespace tsunagi

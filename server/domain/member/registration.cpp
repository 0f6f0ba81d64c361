#include "server/domain/member/registration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/member/field_words.h"
#include "server/domain/member/join_service.h"
#include "server/domain/member/member_fields.h"
#include "server/domain/member/member_merge.h"
#include "server/domain/member/member_sync.h"

namespace tsunagi {
namespace {

constexpr Seconds kPointsRetrySeconds = 60;  // when they cannot be read with the link
constexpr FieldSet kFieldSets[] = {FieldSet::kAll, FieldSet::kNames, FieldSet::kCodeOnly};

// A member found under our freshly drawn code is the one we created when it has the names we sent,
// be it before they were changed in the shop (then their prints tell). Twelve random digits do not
// meet a stranger's by chance, and a stranger's member is not taken over.
bool is_ours(const PosMember& member, const Registration::Sent& sent, const FieldPrints& tried) {
  constexpr MemberField kNames[] = {MemberField::kLastName, MemberField::kFirstName};
  const auto sent_then = [&](MemberField name) {
    const std::string found = comparable(name, member.fields[name]);
    return found.empty() || tried.same(Side::kPos, name, found);
  };
  const auto sent_now = [&](FieldSet set) {
    const MemberFields fields = new_member(member.code, sent.fields, set).fields;
    return std::ranges::all_of(
        kNames, [&](MemberField name) { return fields[name] == member.fields[name]; });
  };
  const bool tried_before = tried.knows(Side::kPos, MemberField::kLastName);
  return (tried_before && std::ranges::all_of(kNames, sent_then)) ||
         std::ranges::any_of(kFieldSets, sent_now);
}

// fresh: the member is all of what was sent just now; else what it has is compared. unread: and
// nobody waits for its points, of which a member that was just made has none.
struct Made {
  bool fresh = false;
  bool unread = false;
};
std::vector<Change> linked(const Tenant& tenant, const Card& joining, const PosMember& member,
                           const Registration::Sent& sent, Made made, const MemberPorts& ports) {
  Card card = joining;
  card.link.pos_member_id = member.member_id;
  card.link.missing.clear();
  const Seconds now = ports.clock.now();
  overlay_member(member, card, now);
  // The member may have existed, with points. No card waits for them.
  bool has_figures = made.unread && card.snapshot;
  if (has_figures) {
    card.snapshot->has_points = true;
    card.snapshot->points = 0;
  } else {
    const auto figures =
        look_up_member(ports.pos, tenant.contract_id, card, /*with_member=*/false, now);
    has_figures = figures.ok();
    if (figures.ok()) card = figures->card;
  }
  const int64_t customer_id = card.link.customer_id;
  const std::string customer = std::to_string(customer_id);
  std::vector<Change> changes{change::PutLink{.link = card.link}};
  if (card.snapshot) changes.emplace_back(change::PutSnapshot{*card.snapshot});
  changes.emplace_back(change::PutFieldPrints{
      customer_id, made.fresh ? first_prints(sent.fields, member.fields, sent.given, ports) : ""});
  changes.emplace_back(change::PutGivenFields{customer_id, {}});
  if (!made.fresh || !sent.given.empty()) {
    changes.emplace_back(change::Enqueue{{OutboxKind::kMemberChanged, customer}});
  } else if (!has_figures) {
    changes.emplace_back(change::Enqueue{.write = {OutboxKind::kMemberChanged, customer},
                                         .delay = kPointsRetrySeconds});
  }
  changes.emplace_back(change::Enqueue{{OutboxKind::kWriteCard, customer}});
  changes.emplace_back(change::Enqueue{{OutboxKind::kTagCustomer, customer}});
  changes.emplace_back(change::Audit{"smaregi", "linked", customer_subject(customer_id),
                                     "the member exists in Smaregi"});
  return changes;
}

std::vector<std::string> missing_of(const MemberFields& fields, const PosRequired& required) {
  std::vector<std::string> missing = required.others;
  for (const MemberField field : kMemberFields) {  // in the order of a form
    const bool asked = std::ranges::find(required.fields, field) != required.fields.end();
    if (asked && fields[field].empty()) missing.emplace_back(word(field));
  }
  return missing;
}

// Done for now: it is taken up again when the customer changes or answers, and now and then.
std::vector<Change> waits(const Card& card, std::vector<std::string> missing) {
  if (card.link.missing == missing) return {};
  MemberLink link = card.link;
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  link.missing = std::move(missing);
  return {change::PutLink{.link = link},
          change::Audit{"smaregi", "waits", customer_subject(link.customer_id),
                        "Smaregi asks every member for: " + names}};
}

}  // namespace

Result<PosRequired> Registration::required_of(const Tenant& tenant) {
  const auto now = ports_.clock.steady();
  if (const auto known = required_.get(tenant.contract_id); known && now < known->until) {
    return known->required;
  }
  auto read = ports_.pos.required(tenant.contract_id);
  // A contract without this setting asks for nothing.
  if (!read.ok() && read.error().code != ErrorCode::kNotFound) return read.error();
  PosRequired required = read.ok() ? std::move(read).value() : PosRequired{};
  required_.put(tenant.contract_id, {required, now + std::chrono::seconds(kRequiredSeconds)});
  return required;
}

void Registration::forget_required(const Tenant& tenant) { required_.erase(tenant.contract_id); }

Result<std::vector<Change>> Registration::register_member(const Tenant& tenant, int64_t customer_id,
                                                          std::optional<ShopCustomer> known) {
  const auto read = ports_.storage.card(tenant.id, customer_id);
  if (!read.ok()) return read.error();
  const std::optional<Card>& stored = *read;
  if (!stored || stored->link.state != LinkState::kJoining) return std::vector<Change>{};
  const bool in_bulk = known.has_value();
  if (!known) {
    auto asked = ports_.shop.customer(tenant, customer_id);
    if (!asked.ok()) return asked.error();
    known = std::move(asked).value();
  }
  const std::optional<ShopCustomer>& customer = known;
  if (!customer) {
    return std::vector<Change>{drop_later(customer_id)};
  }

  const Seconds now = ports_.clock.now();
  const auto given = ports_.storage.given_fields(tenant.id, customer_id);
  if (!given.ok()) return given.error();
  Sent sent{.fields = member_fields(*customer, now), .given = {}};
  for (const auto& [field, value] : *given) {
    if (!sent.fields[field].empty()) continue;
    sent.fields[field] = value;
    sent.given[field] = value;
  }
  Card card = *stored;
  const auto required = required_of(tenant);
  if (!required.ok()) return required.error();
  auto missing = missing_of(sent.fields, *required);
  if (!missing.empty()) return waits(card, std::move(missing));
  // Every code that was ever sent has left its prints. One that was not is nobody's: it was drawn
  // here, and should Smaregi have it all the same, it says so.
  const auto prints = ports_.storage.field_prints(tenant.id, customer_id);
  if (!prints.ok()) return prints.error();
  const bool fresh_code = prints->empty();
  for (int tried = 0; tried < kCodesTried; ++tried) {
    const bool unsent = fresh_code && tried == 0;
    const auto before = unsent ? Result<Holder>(Holder{}) : holder_of_code(tenant, card, sent);
    if (!before.ok()) return before.error();
    if (before->ours) return linked(tenant, card, *before->ours, sent, Made{}, ports_);
    if (!before->taken) {
      const auto created = create(tenant, card, sent, required->fields);
      // What a smaller form left out is sent field by field.
      if (created.ok()) {
        const Made made{.fresh = created->whole, .unread = created->whole && in_bulk};
        return linked(tenant, card, created->member, sent, made, ports_);
      }
      if (created.error().code != ErrorCode::kConflict) return created.error();
      // Somebody took the code between the look and the creation, or our own answer was lost.
      const auto after = holder_of_code(tenant, card, sent);
      if (!after.ok()) return after.error();
      if (after->ours) return linked(tenant, card, *after->ours, sent, Made{}, ports_);
    }
    if (auto drawn = draw_again(tenant, card); !drawn.ok()) return drawn.error();
  }
  return Error{ErrorCode::kUnavailable, "every code that was drawn is taken in Smaregi"};
}

Result<Registration::Holder> Registration::holder_of_code(const Tenant& tenant, const Card& card,
                                                          const Sent& sent) {
  const auto found = ports_.pos.member_by_code(tenant.contract_id, card.link.code);
  if (!found.ok()) return found.error();
  const std::optional<PosMember>& member = *found;
  if (!member || member->code != card.link.code) return Holder{};
  const auto linked_card = ports_.storage.card_by_member(tenant.id, member->member_id);
  if (!linked_card.ok()) return linked_card.error();
  const std::optional<Card>& other = *linked_card;
  const bool others = other && other->link.customer_id != card.link.customer_id;
  const auto tried = ports_.storage.field_prints(tenant.id, card.link.customer_id);
  if (!tried.ok()) return tried.error();
  if (others || !is_ours(*member, sent, FieldPrints(*tried, ports_.fingerprints, ports_.random))) {
    return Holder{.ours = std::nullopt, .taken = true};
  }
  return Holder{.ours = member, .taken = false};
}

Result<Registration::Created> Registration::create(const Tenant& tenant, const Card& card,
                                                   const Sent& sent,
                                                   const std::vector<MemberField>& required) {
  const std::string& code = card.link.code;
  // Stored before it is sent: should the answer be lost, the member is known by it.
  const auto noted = ports_.storage.apply(
      tenant.id, {change::PutFieldPrints{card.link.customer_id,
                                         first_prints(sent.fields, sent.fields, {}, ports_)}});
  if (!noted.ok()) return noted.error();
  Error refused{ErrorCode::kInternal, "nothing was tried"};
  for (const FieldSet set : kFieldSets) {
    auto created =
        ports_.pos.create_member(tenant.contract_id, new_member(code, sent.fields, set, required));
    if (created.ok() && !created->code.empty() && created->code != code) {
      return Error{ErrorCode::kInternal, "Smaregi answered about another member"};
    }
    if (created.ok()) {
      return Created{.member = std::move(created).value(), .whole = set == FieldSet::kAll};
    }
    if (created.error().code != ErrorCode::kInvalid) return created.error();
    refused = created.error();
  }
  forget_required(tenant);  // it may ask for more than it did
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
       change::Audit{"smaregi", "code", customer_subject(card.link.customer_id),
                     "the drawn code was taken in Smaregi; another was drawn"}});
}

}  // namespace tsunagi

#include "server/domain/member/member_sync.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/health/health.h"
#include "server/domain/member/field_words.h"
#include "server/domain/member/member_fields.h"
#include "server/domain/member/member_merge.h"

namespace tsunagi {
namespace {

// Smaregi has one line for an address and no sign-in by e-mail: these are the customer's own.
bool shop_takes(MemberField field) {
  return field != MemberField::kMail && field != MemberField::kPostCode &&
         field != MemberField::kAddress;
}

// Whether the merchant named a metafield for what Shopify's customers have no field for.
bool has_place(const FieldKeys& keys, MemberField field) {
  switch (field) {
    case MemberField::kLastKana:
      return !keys.last_kana.empty();
    case MemberField::kFirstKana:
      return !keys.first_kana.empty();
    case MemberField::kBirthDate:
      return !keys.birth_date.empty();
    case MemberField::kSex:
      return !keys.sex.empty();
    default:
      return true;
  }
}

FieldWinner winner_of(const Tenant& tenant, MemberField field) {
  const auto& winners = tenant.settings.field_winners;
  const auto found = winners.find(field);
  return found == winners.end() ? FieldWinner::kLater : found->second;
}

MemberFields comparable_of(const MemberFields& fields) {
  MemberFields made;
  for (const MemberField field : kMemberFields) made[field] = comparable(field, fields[field]);
  return made;
}

bool all_same(const FieldPrints& prints, Side side, const MemberFields& fields) {
  return std::ranges::all_of(
      kMemberFields, [&](MemberField field) { return prints.same(side, field, fields[field]); });
}

// What Smaregi says of the member's face; its points are another reading, with a time of its own.
Card with_face(const Card& card, const PosMember& member, Seconds now) {
  Card seen = card;
  overlay_member(member, seen, now);
  if (card.snapshot && seen.snapshot) seen.snapshot->as_of = card.snapshot->as_of;
  return seen;
}

bool is_somebodys(const std::optional<PosMember>& member) {
  return member && member->status < kStatusWithdrawn;
}

}  // namespace

Flow flow_of(MemberField field, const FieldState& state, FieldWinner winner, bool shop_is_later) {
  if (state.shop == state.pos) return Flow::kNone;
  const bool shop_changed = state.shop_changed || state.first_look;
  const bool pos_changed = state.pos_changed || state.first_look;
  if (!shop_changed && !pos_changed) return Flow::kNone;
  bool to_pos = shop_changed && (!pos_changed || shop_is_later);
  if (winner == FieldWinner::kShop) to_pos = true;
  if (winner == FieldWinner::kPos) to_pos = false;
  // At the first look whoever has something gives it; later an emptied field is left alone.
  if (state.first_look && (to_pos ? state.shop : state.pos).empty()) to_pos = !to_pos;
  if ((to_pos ? state.shop : state.pos).empty()) return Flow::kNone;
  if (to_pos) return Flow::kToPos;
  return shop_takes(field) ? Flow::kToShop : Flow::kNone;
}

// Both sides of one customer, as far as they were read.
struct MemberSync::Pair {
  Card card;
  Seconds now = 0;
  std::optional<ShopCustomer> customer = {};  // none: gone
  MemberFields to_send = {};                  // the customer's, in Smaregi's form
  std::optional<PosMember> member = {};       // none: gone
  MemberFields shop = {}, pos = {};           // comparable
};

// Whether nothing can come to be at the moment at which the customer changed any more: the shop
// tells it in whole seconds, and clocks differ.
bool MemberSync::is_settled(const Pair& pair) {
  constexpr Seconds kSettledAfter = 10;
  return pair.customer && pair.customer->changed_at + kSettledAfter <= pair.now;
}

// What a write leaves behind besides its effect.
struct MemberSync::Outcome {
  std::vector<Change> changes;
  std::set<MemberField> refused;  // left as they are until somebody changes them again
};

Result<std::vector<Change>> MemberSync::sync(const Tenant& tenant, int64_t customer_id,
                                             Side changed) {
  const auto stored = ports_.storage.card(tenant.id, customer_id);
  if (!stored.ok()) return stored.error();
  const std::optional<Card>& card = *stored;
  if (!card || card->link.pos_member_id.empty()) return std::vector<Change>{};
  const auto kept = ports_.storage.field_prints(tenant.id, customer_id);
  if (!kept.ok()) return kept.error();
  FieldPrints prints(*kept, ports_.fingerprints, ports_.random);
  Pair pair{.card = *card, .now = ports_.clock.now()};
  return changed == Side::kShop ? sync_from_shop(tenant, pair, prints)
                                : sync_from_pos(tenant, pair, prints);
}

Result<std::vector<Change>> MemberSync::sync_from_shop(const Tenant& tenant, Pair& pair,
                                                       FieldPrints& prints) {
  if (auto read = read_shop(tenant, pair); !read.ok()) return read.error();
  if (!pair.customer) return std::vector<Change>{drop_later(pair.card.link.customer_id)};
  if (has_left(pair.card)) return std::vector<Change>{};
  if (all_same(prints, Side::kShop, pair.shop)) {
    if (!is_settled(pair) || pair.customer->changed_at <= prints.shop_changed_at()) {
      return std::vector<Change>{};
    }
    prints.set_shop_changed_at(pair.customer->changed_at);
    return std::vector<Change>{change::PutFieldPrints{pair.card.link.customer_id, prints.text()}};
  }
  if (auto read = read_pos(tenant, pair); !read.ok()) return read.error();
  if (!is_somebodys(pair.member)) return face_changes(tenant, pair);
  return bring_in_step(tenant, pair, prints);
}

Result<std::vector<Change>> MemberSync::sync_from_pos(const Tenant& tenant, Pair& pair,
                                                      FieldPrints& prints) {
  if (auto read = read_pos(tenant, pair); !read.ok()) return read.error();
  // What the shop changed while the card was stopped was not written then.
  const bool unchanged =
      pair.card.link.state == LinkState::kLinked && all_same(prints, Side::kPos, pair.pos);
  if (!is_somebodys(pair.member) || unchanged) return face_changes(tenant, pair);
  if (auto read = read_shop(tenant, pair); !read.ok()) return read.error();
  if (!pair.customer) return std::vector<Change>{drop_later(pair.card.link.customer_id)};
  return bring_in_step(tenant, pair, prints);
}

Result<std::vector<Change>> MemberSync::face_changes(const Tenant& tenant, const Pair& pair) {
  Card seen = pair.card;
  LeaveReason reason = LeaveReason::kWithdrawn;
  if (pair.member) {
    seen = with_face(pair.card, *pair.member, pair.now);
  } else {
    seen.link.state = LinkState::kStopped;
    seen.snapshot.reset();
    reason = LeaveReason::kGone;
  }
  const auto kept = keep_own_code(ports_.storage, tenant.id, pair.card, seen);
  if (!kept.ok()) return kept.error();
  return changes_between(pair.card, seen, reason);
}

Result<Done> MemberSync::read_shop(const Tenant& tenant, Pair& pair) {
  auto read = ports_.shop.customer(tenant, pair.card.link.customer_id);
  if (!read.ok()) return read.error();
  pair.customer = std::move(read).value();
  if (!pair.customer) return Done{};
  pair.to_send = member_fields(*pair.customer, pair.now);
  pair.shop = comparable_of(pair.to_send);
  return Done{};
}

Result<Done> MemberSync::read_pos(const Tenant& tenant, Pair& pair) {
  auto read = ports_.pos.member(tenant.contract_id, pair.card.link.pos_member_id);
  if (!read.ok() && read.error().code == ErrorCode::kNotFound) return Done{};
  if (!read.ok()) return read.error();
  if (read->member_id != pair.card.link.pos_member_id) {
    return Error{ErrorCode::kInternal, "Smaregi answered about another member"};
  }
  pair.member = std::move(read).value();
  pair.pos = comparable_of(pair.member->fields);
  return Done{};
}

Result<std::vector<Change>> MemberSync::bring_in_step(const Tenant& tenant, Pair& pair,
                                                      FieldPrints& prints) {
  const bool shop_is_later = pair.customer->changed_at >= pair.member->changed_at;
  FieldChanges for_shop;
  FieldChanges for_pos;
  bool shop_changed = false;  // by somebody else than us: an event tells of it
  for (const MemberField field : kMemberFields) {
    const FieldState state{
        .shop = pair.shop[field],
        .pos = pair.pos[field],
        .shop_changed = !prints.same(Side::kShop, field, pair.shop[field]),
        .pos_changed = !prints.same(Side::kPos, field, pair.pos[field]),
        .first_look = !prints.knows(Side::kShop, field) || !prints.knows(Side::kPos, field)};
    shop_changed = shop_changed || (state.shop_changed && !state.first_look);
    const Flow flow = flow_of(field, state, winner_of(tenant, field), shop_is_later);
    if (flow == Flow::kToPos) for_pos[field] = pair.to_send[field];
    const bool to_shop = flow == Flow::kToShop && has_place(tenant.settings.field_keys, field);
    if (to_shop) for_shop[field] = pair.member->fields[field];
  }
  Outcome outcome;
  if (auto done = write(tenant, Side::kPos, pair, for_pos, outcome); !done.ok()) {
    return done.error();
  }
  if (auto done = write(tenant, Side::kShop, pair, for_shop, outcome); !done.ok()) {
    return done.error();
  }
  for (const MemberField field : kMemberFields) {
    const bool written = !outcome.refused.contains(field);
    const bool to_shop = written && for_shop.contains(field);
    const bool to_pos = written && for_pos.contains(field);
    if (to_pos) pair.member->fields[field] = for_pos[field];
    prints.set(Side::kShop, field, to_shop ? pair.pos[field] : pair.shop[field]);
    prints.set(Side::kPos, field, to_pos ? pair.shop[field] : pair.pos[field]);
  }
  std::vector<Change> changes = std::move(outcome.changes);
  if (for_shop.empty() && is_settled(pair)) prints.set_shop_changed_at(pair.customer->changed_at);
  changes.emplace_back(change::PutFieldPrints{pair.card.link.customer_id, prints.text()});
  // The name on the card is Smaregi's, as it is now.
  const auto face = face_changes(tenant, pair);
  if (!face.ok()) return face.error();
  changes.insert(changes.end(), face->begin(), face->end());
  if (shop_changed) {
    changes.emplace_back(
        change::SetCursor{std::string(kCustomerSeenCursor), pair.customer->changed_at});
  }
  return changes;
}

Result<bool> MemberSync::is_news(const Tenant& tenant, const Card& card, const PosMember& member) {
  const Card seen = with_face(card, member, 0);
  // Of who left nothing is kept but the code, and what was printed is to be found again.
  if (has_left(card) && has_left(seen)) return !same_face(card, seen);
  const auto changed = changed_fields(tenant, card.link.customer_id, Side::kPos, member.fields);
  if (!changed.ok()) return changed.error();
  // Nothing is written to who withdrew; who is only stopped now lacks what the shop changed then,
  // and the face is the same.
  const bool written_again =
      card.link.state == LinkState::kStopped && member.status < kStatusWithdrawn;
  return written_again || !changed->empty() || !same_face(card, seen);
}

Result<bool> MemberSync::is_news(const Tenant& tenant, int64_t customer_id, Seconds changed_at) {
  const auto kept = ports_.storage.field_prints(tenant.id, customer_id);
  if (!kept.ok()) return kept.error();
  const FieldPrints prints(*kept, ports_.fingerprints, ports_.random);
  return changed_at == 0 || changed_at > prints.shop_changed_at();
}

Result<std::vector<Change>> MemberSync::seen_in_step(const Tenant& tenant, int64_t customer_id,
                                                     Seconds changed_at) {
  const auto kept = ports_.storage.field_prints(tenant.id, customer_id);
  if (!kept.ok()) return kept.error();
  if (kept->empty()) return std::vector<Change>{};  // the next look is the first
  FieldPrints prints(*kept, ports_.fingerprints, ports_.random);
  if (changed_at <= prints.shop_changed_at()) return std::vector<Change>{};
  prints.set_shop_changed_at(changed_at);
  return std::vector<Change>{change::PutFieldPrints{customer_id, prints.text()}};
}

Result<std::vector<std::string_view>> MemberSync::changed_fields(const Tenant& tenant,
                                                                 int64_t customer_id, Side side,
                                                                 const MemberFields& fields) {
  const auto kept = ports_.storage.field_prints(tenant.id, customer_id);
  if (!kept.ok()) return kept.error();
  const FieldPrints prints(*kept, ports_.fingerprints, ports_.random);
  const MemberFields values = comparable_of(fields);
  std::vector<std::string_view> changed;
  for (const MemberField field : kMemberFields) {
    if (!prints.same(side, field, values[field])) changed.push_back(word(field));
  }
  return changed;
}

// All at once; when that is refused, one by one, so that a value that is refused holds up no other.
Result<Done> MemberSync::write(const Tenant& tenant, Side side, const Pair& pair,
                               const FieldChanges& fields, Outcome& outcome) {
  if (fields.empty()) return Done{};
  const char* actor = side == Side::kPos ? "smaregi" : "shopify";
  const std::string customer = customer_subject(pair.card.link.customer_id);
  const auto written = write_once(tenant, side, pair, fields);
  if (written.ok()) {
    std::string names;
    for (const auto& [field, value] : fields) {
      names += (names.empty() ? "" : ", ") + std::string(word(field));
    }
    outcome.changes.emplace_back(change::Audit{actor, "fields", customer, "written: " + names});
    return Done{};
  }
  if (written.error().code != ErrorCode::kInvalid) return written.error();
  if (fields.size() == 1) {
    const MemberField field = fields.begin()->first;
    outcome.refused.insert(field);
    // Not in the platform's words: they may quote the value, and the trail is for ever.
    outcome.changes.emplace_back(
        change::Audit{actor, "refused", customer, std::string(word(field))});
    return Done{};
  }
  for (const auto& field : fields) {
    if (auto done = write(tenant, side, pair, {field}, outcome); !done.ok()) return done;
  }
  return Done{};
}

Result<Done> MemberSync::write_once(const Tenant& tenant, Side side, const Pair& pair,
                                    const FieldChanges& fields) {
  if (side == Side::kShop) {
    return ports_.shop.update_customer(tenant, pair.card.link.customer_id, fields);
  }
  const auto written =
      ports_.pos.update_member(tenant.contract_id, pair.card.link.pos_member_id, fields);
  if (!written.ok()) return written.error();
  return Done{};
}

OutboxKind work_for(const Card& card, Side changed) {
  // What it waits for may be there now.
  if (card.link.state == LinkState::kJoining) return OutboxKind::kCreateMember;
  return changed == Side::kShop ? OutboxKind::kCustomerChanged : OutboxKind::kMemberChanged;
}

std::string first_prints(const MemberFields& shop, const MemberFields& pos,
                         const FieldChanges& given, const MemberPorts& ports) {
  FieldPrints prints(ports.fingerprints, ports.random);
  for (const MemberField field : kMemberFields) {
    if (given.contains(field)) continue;  // not in the shop yet: the first look brings it there
    prints.set(Side::kShop, field, comparable(field, shop[field]));
    prints.set(Side::kPos, field, comparable(field, pos[field]));
  }
  return prints.text();
}

}  // namespace tsunagi

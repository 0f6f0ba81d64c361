#include "server/domain/member/member_sync.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/member/member_fields.h"

namespace tsunagi {
namespace {

constexpr int kStatusWithdrawn = 3;  // and 4, merged into another: nobody's card any more

std::string subject(int64_t customer_id) { return "customer " + std::to_string(customer_id); }

// Smaregi has one line for an address and no sign-in by e-mail: these are the customer's own.
bool shop_takes(MemberField field) {
  return field != MemberField::kMail && field != MemberField::kPostCode &&
         field != MemberField::kAddress;
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

Card without_member(const Card& card) {
  Card gone = card;
  gone.link.state = LinkState::kStopped;
  return gone;
}

std::string_view name_of(MemberField field) {
  switch (field) {
    case MemberField::kLastName:
      return "last name";
    case MemberField::kFirstName:
      return "first name";
    case MemberField::kLastKana:
      return "last name in kana";
    case MemberField::kFirstKana:
      return "first name in kana";
    case MemberField::kMail:
      return "e-mail";
    case MemberField::kPhone:
      return "phone";
    case MemberField::kPostCode:
      return "post code";
    case MemberField::kAddress:
      return "address";
    case MemberField::kBirthDate:
      return "birth date";
    case MemberField::kSex:
      return "sex";
    case MemberField::kMailConsent:
      return "mail consent";
  }
  return "field";
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

// Both sides of one customer, as read.
struct MemberSync::Pair {
  Card card;
  PosMember member;
};

Result<std::vector<Change>> MemberSync::sync(const Tenant& tenant, int64_t customer_id,
                                             Side changed) {
  const auto stored = ports_.storage.card(tenant.id, customer_id);
  if (!stored.ok()) return stored.error();
  const std::optional<Card>& card = *stored;
  if (!card || card->link.pos_member_id.empty()) return std::vector<Change>{};
  const auto kept = ports_.storage.field_prints(tenant.id, customer_id);
  if (!kept.ok()) return kept.error();
  FieldPrints prints(*kept, ports_.random);

  const auto read_shop = [&] { return ports_.shop.customer(tenant, customer_id); };
  const auto read_pos = [&] {
    return ports_.pos.member(tenant.contract_id, card->link.pos_member_id);
  };
  const Seconds now = ports_.clock.now();
  std::optional<ShopCustomer> customer;
  MemberFields shop;
  const auto take_shop = [&](std::optional<ShopCustomer> read) {
    customer = std::move(read);
    if (customer) shop = comparable_of(member_fields(*customer, now));
  };
  if (changed == Side::kShop) {
    auto read = read_shop();
    if (!read.ok()) return read.error();
    take_shop(std::move(read).value());
    if (customer && all_same(prints, Side::kShop, shop)) return std::vector<Change>{};
  }
  std::optional<PosMember> member;
  if (changed == Side::kPos || customer) {
    auto read = read_pos();
    if (!read.ok() && read.error().code != ErrorCode::kNotFound) return read.error();
    if (!read.ok()) return changes_between(*card, without_member(*card));
    member = std::move(read).value();
    if (member->member_id != card->link.pos_member_id) {
      return Error{ErrorCode::kInternal, "Smaregi answered about another member"};
    }
    const bool unchanged =
        changed == Side::kPos && all_same(prints, Side::kPos, comparable_of(member->fields));
    if (unchanged || member->status >= kStatusWithdrawn) {
      return changes_between(*card, with_face(*card, *member, now));
    }
  }
  if (changed == Side::kPos) {
    auto read = read_shop();
    if (!read.ok()) return read.error();
    take_shop(std::move(read).value());
  }
  if (!customer) {
    return std::vector<Change>{
        change::DropLink{customer_id},
        change::Audit{"shopify", "drop", subject(customer_id), "the customer no longer exists"}};
  }

  Pair pair{.card = *card, .member = *member};
  const MemberFields pos = comparable_of(member->fields);
  const bool shop_is_later = customer->changed_at >= member->changed_at;
  const MemberFields to_send = member_fields(*customer, now);
  FieldChanges for_shop;
  FieldChanges for_pos;
  for (const MemberField field : kMemberFields) {
    const FieldState state{
        .shop = shop[field],
        .pos = pos[field],
        .shop_changed = !prints.same(Side::kShop, field, shop[field]),
        .pos_changed = !prints.same(Side::kPos, field, pos[field]),
        .first_look = !prints.knows(Side::kShop, field) || !prints.knows(Side::kPos, field)};
    const Flow flow = flow_of(field, state, winner_of(tenant, field), shop_is_later);
    if (flow == Flow::kToPos) for_pos[field] = to_send[field];
    if (flow == Flow::kToShop) for_shop[field] = member->fields[field];
    // What was written is what both have; what a platform refuses is left until somebody changes
    // it again.
    prints.set(Side::kShop, field, flow == Flow::kToShop ? pos[field] : shop[field]);
    prints.set(Side::kPos, field, flow == Flow::kToPos ? shop[field] : pos[field]);
  }
  std::vector<Change> changes;
  if (auto done = write(tenant, Side::kPos, pair, for_pos, changes); !done.ok())
    return done.error();
  if (auto done = write(tenant, Side::kShop, pair, for_shop, changes); !done.ok()) {
    return done.error();
  }
  changes.emplace_back(change::PutFieldPrints{customer_id, prints.text()});
  // The name on the card is Smaregi's, as it is now.
  const auto face = changes_between(*card, with_face(*card, pair.member, now));
  changes.insert(changes.end(), face.begin(), face.end());
  return changes;
}

Result<bool> MemberSync::is_news(const Tenant& tenant, const Card& card, const PosMember& member) {
  const auto kept = ports_.storage.field_prints(tenant.id, card.link.customer_id);
  if (!kept.ok()) return kept.error();
  const FieldPrints prints(*kept, ports_.random);
  return !same_face(card, with_face(card, member, 0)) ||
         !all_same(prints, Side::kPos, comparable_of(member.fields));
}

// All at once; when that is refused, one by one, so that a value that is refused holds up no other.
Result<Done> MemberSync::write(const Tenant& tenant, Side side, Pair& pair,
                               const FieldChanges& fields, std::vector<Change>& changes) {
  if (fields.empty()) return Done{};
  const char* actor = side == Side::kPos ? "smaregi" : "shopify";
  const std::string customer = subject(pair.card.link.customer_id);
  const auto written = write_once(tenant, side, pair, fields);
  if (written.ok()) {
    std::string names;
    for (const auto& [field, value] : fields) {
      names += (names.empty() ? "" : ", ") + std::string(name_of(field));
    }
    changes.emplace_back(change::Audit{actor, "fields", customer, "written: " + names});
    if (side == Side::kPos) {
      for (const auto& [field, value] : fields) pair.member.fields[field] = value;
    }
    return Done{};
  }
  if (written.error().code != ErrorCode::kInvalid) return written.error();
  if (fields.size() == 1) {
    changes.emplace_back(change::Audit{
        actor, "refused", customer,
        std::string(name_of(fields.begin()->first)) + ": " + written.error().message});
    return Done{};
  }
  for (const auto& field : fields) {
    if (auto done = write(tenant, side, pair, {field}, changes); !done.ok()) return done;
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

std::string first_prints(const MemberFields& shop, const MemberFields& pos, Random& random) {
  FieldPrints prints(random);
  for (const MemberField field : kMemberFields) {
    prints.set(Side::kShop, field, comparable(field, shop[field]));
    prints.set(Side::kPos, field, comparable(field, pos[field]));
  }
  return prints.text();
}

}  // namespace tsunagi

#include "server/domain/card/member_lookup.h"

#include <string>
#include <tuple>
#include <utility>

#include "server/domain/card/card_service.h"
#include "server/domain/member/member_fields.h"

namespace tsunagi {
namespace {

CardSnapshot& snapshot_of(Card& card) {
  if (!card.snapshot) {
    card.snapshot.emplace();
    card.snapshot->customer_id = card.link.customer_id;
  }
  return *card.snapshot;
}

std::string subject(const Card& card) { return customer_subject(card.link.customer_id); }

Error other_member() {
  return {ErrorCode::kInternal, "Smaregi answered about another member than the one asked for"};
}

}  // namespace

bool has_left(const Card& card) { return card.link.state == LinkState::kStopped && !card.snapshot; }

bool same_face(const Card& a, const Card& b) {
  const auto face = [](const Card& card) {
    const CardSnapshot none;
    const CardSnapshot& s = card.snapshot ? *card.snapshot : none;
    return std::make_tuple(card.link.code, card.link.state, card.snapshot.has_value(), s.has_points,
                           s.points, s.points_expire_on, s.rank, s.holder);
  };
  return face(a) == face(b);
}

std::vector<Change> changes_between(const Card& before, const Card& after, LeaveReason reason) {
  std::vector<Change> changes;
  const int64_t customer_id = after.link.customer_id;
  const bool state_changed = before.link.state != after.link.state;
  const bool code_changed = before.link.code != after.link.code;
  const bool face_changed = !same_face(before, after);
  const bool aged =
      after.snapshot &&
      (!before.snapshot || after.snapshot->as_of - before.snapshot->as_of >= kAsOfWriteSeconds);
  if (state_changed || code_changed) changes.emplace_back(change::PutLink{.link = after.link});
  if (after.snapshot && (face_changed || aged)) {
    changes.emplace_back(change::PutSnapshot{*after.snapshot, !before.snapshot});
  }
  if (has_left(after) && !has_left(before)) {
    changes.emplace_back(change::TellLeaving{customer_id, reason});
    changes.emplace_back(change::ForgetFigures{customer_id});
  }
  const std::string customer = std::to_string(customer_id);
  if (face_changed) changes.emplace_back(change::Enqueue{{OutboxKind::kWriteCard, customer}});
  if (state_changed || code_changed) {
    changes.emplace_back(change::Enqueue{{OutboxKind::kTagCustomer, customer}});
  }
  if (state_changed) {
    const bool usable = after.link.state == LinkState::kLinked;
    changes.emplace_back(change::Audit{
        "smaregi", "state", subject(after),
        usable ? "usable in Smaregi" : "stopped, lost, withdrawn or deleted in Smaregi"});
  }
  if (code_changed) {
    changes.emplace_back(
        change::Audit{"smaregi", "code", subject(after), "the member code was changed in Smaregi"});
  }
  return changes;
}

Result<bool> keep_own_code(Storage& storage, TenantId tenant, const Card& before, Card& after) {
  if (after.link.code == before.link.code) return false;
  const auto owner = storage.code_owner(tenant, after.link.code);
  if (!owner.ok()) return owner.error();
  if (owner->value_or(before.link.customer_id) == before.link.customer_id) return false;
  after.link.code = before.link.code;
  return true;
}

void overlay_member(const PosMember& member, Card& card, Seconds as_of) {
  card.link.state = member.status == kStatusUsable ? LinkState::kLinked : LinkState::kStopped;
  // A till finds the member by the code that Smaregi has, so that is the one to show.
  if (MemberCode::parse(member.code, CodeRule::kOwnOrAny).ok()) card.link.code = member.code;
  if (member.status >= kStatusWithdrawn) {
    card.snapshot.reset();
    return;
  }
  CardSnapshot& snapshot = snapshot_of(card);
  snapshot.rank = member.rank;
  snapshot.holder.clear();
  for (const MemberField field : {MemberField::kLastName, MemberField::kFirstName}) {
    const std::string& name = member.fields[field];
    if (name.empty() || name == kPosNameFiller) continue;
    if (!snapshot.holder.empty()) snapshot.holder += ' ';
    snapshot.holder += name;
  }
  snapshot.as_of = as_of;
}

Result<MemberLookup> look_up_member(Pos& pos, std::string_view contract, const Card& card,
                                    bool with_member, Seconds as_of) {
  // Whoever left has no figures: only the member can say that somebody is back.
  const bool read_member = with_member || has_left(card);
  MemberLookup lookup{.card = card, .changes = {}, .member_read = read_member};
  const std::string& id = card.link.pos_member_id;
  if (read_member) {
    const auto member = pos.member(contract, id);
    const bool gone = !member.ok() && member.error().code == ErrorCode::kNotFound;
    if (!member.ok() && !gone) return member.error();
    if (gone) {
      lookup.card.link.state = LinkState::kStopped;
      lookup.card.snapshot.reset();
    } else {
      if (member->member_id != id) return other_member();
      overlay_member(*member, lookup.card, as_of);
    }
    if (has_left(lookup.card)) {
      lookup.changes =
          changes_between(card, lookup.card, gone ? LeaveReason::kGone : LeaveReason::kWithdrawn);
      return lookup;
    }
  }
  CardSnapshot& snapshot = snapshot_of(lookup.card);
  snapshot.as_of = as_of;
  const auto points = pos.points(contract, id);
  if (points.ok()) {
    if (points->member_id != id) return other_member();
    snapshot.has_points = true;
    snapshot.points = points->points;
    snapshot.points_expire_on = points->expire_on;
  } else if (points.error().code == ErrorCode::kNotFound) {
    snapshot.has_points = false;  // no point record: nothing to show
    snapshot.points = 0;
    snapshot.points_expire_on.clear();
  } else {
    return points.error();
  }
  lookup.changes = changes_between(card, lookup.card);
  return lookup;
}

}  // namespace tsunagi

#pragma once
// Keeps the fields of a linked customer the same at both platforms. A field that a person changed
// at one is written to the other; changed at both, the merchant's setting decides, by default the
// later change. Nothing empty ever overwrites something. Runs as often as it is asked to: what is
// in step costs one reading and no write.

#include <string_view>
#include <vector>

#include "server/domain/member/field_prints.h"
#include "server/domain/ports.h"

namespace tsunagi {

// What is known of one field, in comparable() form.
struct FieldState {
  std::string shop, pos;
  bool shop_changed = false, pos_changed = false;  // since they were last in step
  bool first_look = false;                         // they never were: both count as changed
};
enum class Flow : uint8_t { kNone, kToShop, kToPos };
// The one place that decides who wins.
Flow flow_of(MemberField field, const FieldState& state, FieldWinner winner, bool shop_is_later);

class MemberSync {
 public:
  explicit MemberSync(MemberPorts ports) : ports_(ports) {}

  // changed: the platform that said so, which is read first. Writes to the platforms and answers
  // the changes to apply when the outbox item is done. kUnavailable, kUnauthorized: later.
  Result<std::vector<Change>> sync(const Tenant& tenant, int64_t customer_id, Side changed);

  // Whether the member, as Smaregi lists it, differs from what was last in step: sync is worth it.
  Result<bool> is_news(const Tenant& tenant, const Card& card, const PosMember& member);
  // Whether the customer, as the shop lists it, changed after it was last found in step.
  Result<bool> is_news(const Tenant& tenant, int64_t customer_id, Seconds changed_at);
  // The shop's customer was seen to be in step, at that time of change. Empty: nobody is linked.
  Result<std::vector<Change>> seen_in_step(const Tenant& tenant, int64_t customer_id,
                                           Seconds changed_at);
  // Names of the fields of one side that differ from what was last in step; all of them before the
  // first look.
  Result<std::vector<std::string_view>> changed_fields(const Tenant& tenant, int64_t customer_id,
                                                       Side side, const MemberFields& fields);

 private:
  struct Pair;
  struct Outcome;
  static bool is_settled(const Pair& pair);
  Result<std::vector<Change>> sync_from_shop(const Tenant& tenant, Pair& pair, FieldPrints& prints);
  Result<std::vector<Change>> sync_from_pos(const Tenant& tenant, Pair& pair, FieldPrints& prints);
  Result<Done> read_shop(const Tenant& tenant, Pair& pair);
  Result<Done> read_pos(const Tenant& tenant, Pair& pair);
  Result<std::vector<Change>> bring_in_step(const Tenant& tenant, Pair& pair, FieldPrints& prints);
  Result<std::vector<Change>> face_changes(const Tenant& tenant, const Pair& pair);
  Result<Done> write(const Tenant& tenant, Side side, const Pair& pair, const FieldChanges& fields,
                     Outcome& outcome);
  Result<Done> write_once(const Tenant& tenant, Side side, const Pair& pair,
                          const FieldChanges& fields);

  MemberPorts ports_;
};

// The prints of a member that was just created or found: what is there now counts as in step, but
// for what the customer gave to us alone.
std::string first_prints(const MemberFields& shop, const MemberFields& pos,
                         const FieldChanges& given, const MemberPorts& ports);
// What to do when a side says that the customer of this card changed.
OutboxKind work_for(const Card& card, Side changed);

}  // namespace tsunagi

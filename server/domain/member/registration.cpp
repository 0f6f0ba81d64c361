#include "server/domain/member/registration.h"

#include <string>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/member/join_service.h"
#include "server/domain/member/member_fields.h"

namespace tsunagi {
namespace {

constexpr FieldSet kFieldSets[] = {FieldSet::kAll, FieldSet::kNames, FieldSet::kCodeOnly};

std::string subject(int64_t customer_id) { return "customer " + std::to_string(customer_id); }

// A member found under our freshly drawn code is the one we created when it has the names we sent.
// Twelve random digits do not meet a stranger's by chance, and a stranger's member is not taken
// over.
bool is_ours(const PosMember& member, const ShopCustomer& customer) {
  for (const FieldSet set : kFieldSets) {
    const NewPosMember sent = pos_member_fields(member.code, customer, set);
    if (sent.last_name == member.last_name && sent.first_name == member.first_name) return true;
  }
  return false;
}

std::vector<Change> linked(const Card& joining, const PosMember& member, Seconds now) {
  Card card = joining;
  card.link.pos_member_id = member.member_id;
  overlay_member(member, card, now);
  const std::string customer = std::to_string(card.link.customer_id);
  return {change::PutLink{.link = card.link}, change::PutSnapshot{*card.snapshot},
          change::Enqueue{{OutboxKind::kWriteCard, customer}},
          change::Audit{"smaregi", "linked", subject(card.link.customer_id),
                        "the member exists in Smaregi"}};
}

}  // namespace

Result<std::vector<Change>> Registration::register_member(const Tenant& tenant,
                                                          int64_t customer_id) {
  const auto stored = ports_.storage.card(tenant.id, customer_id);
  if (!stored.ok()) return stored.error();
  if (!stored->has_value() || stored->value().link.state != LinkState::kJoining) {
    return std::vector<Change>{};
  }
  const auto customer = ports_.shop.customer(tenant, customer_id);
  if (!customer.ok()) return customer.error();
  if (!customer->has_value()) {
    return std::vector<Change>{
        change::DropLink{customer_id},
        change::Audit{"shopify", "drop", subject(customer_id), "the customer no longer exists"}};
  }

  Card card = **stored;
  for (int tried = 0; tried < kCodesTried; ++tried) {
    bool taken = false;
    const auto found = own_member_by_code(tenant, card, **customer, taken);
    if (!found.ok()) return found.error();
    if (found->has_value()) return linked(card, **found, ports_.clock.now());
    if (!taken) {
      const auto created = create(tenant, card.link.code, **customer);
      if (created.ok()) return linked(card, *created, ports_.clock.now());
      if (created.error().code != ErrorCode::kConflict) return created.error();
      // Somebody took the code between the look and the creation, or our own answer was lost: look
      // again.
      const auto again = own_member_by_code(tenant, card, **customer, taken);
      if (!again.ok()) return again.error();
      if (again->has_value()) return linked(card, **again, ports_.clock.now());
    }
    if (auto drawn = draw_again(tenant, card); !drawn.ok()) return drawn.error();
  }
  return Error{ErrorCode::kUnavailable, "every code that was drawn is taken in Smaregi"};
}

Result<std::optional<PosMember>> Registration::own_member_by_code(const Tenant& tenant,
                                                                  const Card& card,
                                                                  const ShopCustomer& customer,
                                                                  bool& taken) {
  auto found = ports_.pos.member_by_code(tenant.contract_id, card.link.code);
  if (!found.ok() || !found->has_value()) return found;
  const PosMember& member = **found;
  if (member.code != card.link.code) return std::optional<PosMember>{};
  const auto holder = ports_.storage.card_by_member(tenant.id, member.member_id);
  if (!holder.ok()) return holder.error();
  const bool others =
      holder->has_value() && holder->value().link.customer_id != card.link.customer_id;
  if (others || !is_ours(member, customer)) {
    taken = true;
    return std::optional<PosMember>{};
  }
  return found;
}

Result<PosMember> Registration::create(const Tenant& tenant, const std::string& code,
                                       const ShopCustomer& customer) {
  Error refused{ErrorCode::kInternal, "nothing was tried"};
  for (const FieldSet set : kFieldSets) {
    auto created =
        ports_.pos.create_member(tenant.contract_id, pos_member_fields(code, customer, set));
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

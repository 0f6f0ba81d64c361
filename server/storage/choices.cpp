// What customers choose of what a shop could not give them.

#include <optional>
#include <string>
#include <vector>

#include "server/domain/fulfilment/purchase_choice.h"
#include "server/storage/pickup_rows.h"
#include "server/storage/shelves.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

// In the trail: what a customer chose, and what nobody did.
std::string_view action_of(const ChoiceMade& made) {
  return is_by_system(made) ? "refund" : "choose";
}
std::string actor_of(const ChoiceMade& made) {
  return is_by_system(made) ? std::string() : std::to_string(made.customer_id);
}

constexpr Sql kChooseDeed{
    "SELECT actor, action, reason, refused FROM pickup_deed "
    "WHERE tenant = :a AND pickup_id = :b AND deed_id = :c"};
constexpr Sql kPutChoice{
    "UPDATE pickup_order SET choice_id = :a, choice = :b, choice_state = :c, choice_store = :d "
    "WHERE tenant = :e AND pickup_id = :f"};
constexpr Sql kKeepChosen{
    "UPDATE pickup_line SET held = :a, store_id = :b "
    "WHERE tenant = :c AND pickup_id = :d AND product_id = :e"};

// What became of a choice that arrives again; none: it is new.
std::optional<Result<Pickup>> chosen_before(Session& session, TenantId tenant, const Pickup& pickup,
                                            const ChoiceMade& made) {
  std::string actor;
  std::string action;
  std::string reason;
  int64_t refused = 0;
  const bool known = session.one(kChooseDeed, std::tie(actor, action, reason, refused), tenant,
                                 pickup.id, made.action_id);
  if (!known) return std::nullopt;
  const bool same = actor == actor_of(made) && action == action_of(made) &&
                    reason == word(made.what) &&
                    (refused != 0 || pickup.purchase.choice.id != made.action_id ||
                     pickup.purchase.choice.store_id == made.store_id);
  if (!same) return Error{ErrorCode::kConflict, "the id is another deed's"};
  if (refused != 0) return Error{ErrorCode::kConflict, "it was refused before"};
  return pickup;
}

// Whether the chosen shop has what is missing, with its rows locked.
Result<Done> check_chosen(Session& session, TenantId tenant, const Pickup& pickup,
                          const ChoiceMade& made) {
  if (made.what != Choice::kShop) return Done{};
  const auto missing = missing_counted(pickup);
  std::vector<std::string> products;
  products.reserve(missing.size());
  for (const auto& [product, quantity] : missing) products.push_back(product);
  const Shelves shelves = hold_shelves(session, tenant, made.store_id, products);
  for (const auto& [product, quantity] : missing) {
    const auto found = shelves.find(product);
    if (found == shelves.end() || quantity > offered_on(found->second, made.safety.of(product))) {
      return Error{ErrorCode::kConflict, std::string(kNotEnough) + product};
    }
  }
  return Done{};
}

void put_choice(Session& session, TenantId tenant, const Pickup& pickup, const ChoiceMade& made) {
  const PurchaseChoice& choice = pickup.purchase.choice;
  session.run(kPutChoice, choice.id, static_cast<int64_t>(choice.what),
              static_cast<int64_t>(choice.state), choice.store_id, tenant, pickup.id);
  if (made.what != Choice::kShop || !is_given_up(pickup.state)) return;
  for (const PickupLine& line : pickup.lines) {
    session.run(kKeepChosen, line.held, made.store_id, tenant, pickup.id, line.product_id);
  }
}

Deed choose_deed(const ChoiceMade& made, const std::string& actor, const Pickup& pickup,
                 bool refused) {
  return {.id = made.action_id,
          .actor = actor,
          .action = action_of(made),
          .before = word(pickup.state),
          .after = word(pickup.state),
          .reason = word(made.what),
          .role = is_by_system(made) ? Role::kSystem : Role::kShopper,
          .at = made.at,
          .refused = refused};
}

}  // namespace

Result<Pickup> SqlStorage::choose(TenantId tenant, const ChoiceMade& made,
                                  const std::vector<Change>& also) {
  if (auto key = check_key("a deed's id", made.action_id); !key) return key.error();
  const Seconds now = clock_.now();
  const std::string actor = actor_of(made);
  std::optional<Pickup> refused;
  auto chosen = write([&](Session& session) -> Result<Pickup> {
    refused.reset();
    if (auto held = hold_tenant(session, tenant); !held) return held.error();
    if (!hold_pickup(session, tenant, made.pickup_id)) {
      return Error{ErrorCode::kNotFound, "there is no such pick-up"};
    }
    auto pickup = pickup_of(session, tenant, made.pickup_id);
    if (!pickup) return Error{ErrorCode::kInternal, "a pick-up has an unknown state"};
    if (auto before = chosen_before(session, tenant, *pickup, made)) return *std::move(before);
    const Pickup as_it_was = *pickup;
    auto done = tsunagi::choose(*pickup, made);
    if (done) done = check_chosen(session, tenant, *pickup, made);
    if (!done) {
      // The system asks again once it is due: only people are told that it was refused before.
      const bool noted = done.error().code == ErrorCode::kConflict && !is_by_system(made);
      if (noted) refused = as_it_was;
      return done.error();
    }
    put_choice(session, tenant, *pickup, made);
    put_deed(session, tenant, pickup->id, choose_deed(made, actor, *pickup, false));
    if (auto applied = apply_changes(session, tenant, also, now); !applied) return applied.error();
    return *std::move(pickup);
  });
  if (!refused) return chosen;
  auto noted = note_refused(tenant, made.pickup_id, choose_deed(made, actor, *refused, true));
  if (!noted.ok()) return noted.error();
  return chosen;
}

}  // namespace tsunagi::storage

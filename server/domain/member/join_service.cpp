#include "server/domain/member/join_service.h"

#include <string>
#include <utility>

#include "server/domain/member/field_words.h"
#include "server/domain/member/member_fields.h"

namespace tsunagi {
namespace {

constexpr int kJoinAttempts = 8;  // a drawn code is taken once in a million members times a million
constexpr uint64_t kCodeNumbers = 1'000'000'000'000;  // ten to the kOwnCodeDigits
static_assert(kOwnCodeDigits == 12);

}  // namespace

Result<std::string> draw_member_code(Storage& storage, Random& random, const Tenant& tenant) {
  for (int attempt = 0; attempt < kJoinAttempts; ++attempt) {
    auto code = MemberCode::make(tenant.settings.code_letter, random.below(kCodeNumbers));
    if (!code.ok()) return code.error();
    const auto taken = storage.code_owner(tenant.id, code->text());
    if (!taken.ok()) return taken.error();
    if (!taken->has_value()) return code->text();
  }
  return Error{ErrorCode::kUnavailable, "every member code that was drawn is taken"};
}

JoinService::JoinService(Storage& storage, Clock& clock, Random& random)
    : storage_(storage), clock_(clock), random_(random) {}

Result<MemberLink> JoinService::join(const Tenant& tenant, int64_t customer_id,
                                     std::string_view agreed_to) {
  std::string reason = "asked";
  if (!agreed_to.empty()) reason += "; agreed to text " + std::string(agreed_to);
  return join_as(tenant, customer_id, reason);
}

Result<std::optional<MemberLink>> JoinService::join_on_visit(const Tenant& tenant,
                                                             int64_t customer_id) {
  const Settings& settings = tenant.settings;
  if (settings.joining != Joining::kAutomatic || settings.paused || tenant.contract_id.empty()) {
    return std::optional<MemberLink>();
  }
  const auto left = storage_.was_member(tenant.id, customer_id);
  if (!left.ok()) return left.error();
  if (*left) return std::optional<MemberLink>();
  auto link = join_as(tenant, customer_id, "automatic: opened the card, signed in");
  if (!link.ok()) return link.error();
  return std::optional<MemberLink>(std::move(link).value());
}

Result<MemberLink> JoinService::join_as(const Tenant& tenant, int64_t customer_id,
                                        const std::string& reason) {
  if (customer_id <= 0) return Error{ErrorCode::kInvalid, "the customer id is not one"};
  if (tenant.contract_id.empty()) {
    return Error{ErrorCode::kConflict, "the shop has not joined a Smaregi contract yet"};
  }
  if (tenant.settings.paused) return Error{ErrorCode::kConflict, "the membership is paused"};

  for (int attempt = 0; attempt < kJoinAttempts; ++attempt) {
    const auto stored = storage_.card(tenant.id, customer_id);
    if (!stored.ok()) return stored.error();
    if (const std::optional<Card>& existing = *stored) {
      if (auto raised = hurry(tenant, existing->link); !raised.ok()) return raised.error();
      return existing->link;
    }

    auto code = draw_member_code(storage_, random_, tenant);
    if (!code.ok()) return code.error();
    MemberLink link{.customer_id = customer_id,
                    .code = std::move(code).value(),
                    .pos_member_id = "",
                    .state = LinkState::kJoining,
                    .joined_at = clock_.now()};
    const auto applied = storage_.apply(
        tenant.id, {change::PutLink{.link = link, .only_new = true},
                    change::Enqueue{{OutboxKind::kCreateMember, std::to_string(customer_id)}},
                    change::Enqueue{{OutboxKind::kWriteCard, std::to_string(customer_id)}},
                    change::Audit{"customer", "join", customer_subject(customer_id), reason}});
    if (applied.ok()) return link;
    // Somebody was faster: either the same customer (read again) or the code (draw again).
    if (applied.error().code != ErrorCode::kConflict) return applied.error();
  }
  return Error{ErrorCode::kUnavailable, "joining met a conflict each time"};
}

// What is done of a backfill when nobody else is served is done now for who asks.
Result<Done> JoinService::hurry(const Tenant& tenant, const MemberLink& link) {
  if (link.state != LinkState::kJoining || !link.missing.empty()) return Done{};
  const auto depth = storage_.background_depth(tenant.id);
  if (!depth.ok()) return depth.error();
  if (depth->registering == 0) return Done{};
  const std::string customer = std::to_string(link.customer_id);
  return storage_.apply(tenant.id, {change::Enqueue{{OutboxKind::kCreateMember, customer}}});
}

Result<Done> JoinService::give_fields(const Tenant& tenant, int64_t customer_id,
                                      const std::map<std::string, std::string>& typed) {
  const auto stored = storage_.card(tenant.id, customer_id);
  if (!stored.ok()) return stored.error();
  const std::optional<Card>& card = *stored;
  if (!card || card->link.missing.empty()) {
    return Error{ErrorCode::kConflict, "nothing is asked of this customer"};
  }
  auto given = storage_.given_fields(tenant.id, customer_id);
  if (!given.ok()) return given.error();
  for (const std::string& name : card->link.missing) {
    const auto found = typed.find(name);
    const auto field = member_field(name);
    if (found == typed.end() || !field) continue;
    std::string value = clean_field(*field, found->second, clock_.now());
    if (value.empty()) return Error{ErrorCode::kInvalid, name};
    (*given)[*field] = std::move(value);
  }
  const auto kept = storage_.apply(
      tenant.id, {change::PutGivenFields{customer_id, *given},
                  change::Enqueue{{OutboxKind::kCreateMember, std::to_string(customer_id)}},
                  change::Audit{"customer", "fields", customer_subject(customer_id),
                                "answered what Smaregi asks of every member"}});
  // Registered between the question and the answer, which nobody needs any more.
  const bool registered = !kept.ok() && kept.error().code == ErrorCode::kConflict;
  return registered ? Result<Done>(Done{}) : kept;
}

}  // namespace tsunagi

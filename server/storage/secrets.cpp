#include "server/base/crypto.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kSecret{
    "SELECT ciphertext, expires_at FROM secret WHERE tenant = :a AND purpose = :b"};
constexpr Sql kPutSecret{
    "INSERT INTO secret (tenant, purpose, ciphertext, expires_at) VALUES (:a, :b, :c, :d) "
    "ON CONFLICT (tenant, purpose) DO UPDATE SET ciphertext = excluded.ciphertext, "
    "expires_at = excluded.expires_at"};
constexpr Sql kForgetOldStates{"DELETE FROM oauth_state WHERE tenant = :a AND created_at <= :b"};
constexpr Sql kPutState{
    "INSERT INTO oauth_state (tenant, state, verifier, created_at) VALUES (:a, :b, :c, :d)"};
constexpr Sql kTakeState{
    "DELETE FROM oauth_state WHERE state = :a RETURNING tenant, verifier, created_at"};
constexpr Sql kForgetOldJoins{"DELETE FROM pending_join WHERE tenant = :a AND created_at <= :b"};
constexpr Sql kPutJoin{
    "INSERT INTO pending_join (tenant, token_hash, contract_id, created_at) VALUES (:a, :b, :c, "
    ":d)"};
constexpr Sql kPendingJoin{
    "SELECT tenant, contract_id, created_at FROM pending_join WHERE token_hash = :a"};
constexpr Sql kTakeJoin{
    "DELETE FROM pending_join WHERE token_hash = :a RETURNING tenant, contract_id, created_at"};

std::string_view purpose_name(SecretPurpose purpose) {
  switch (purpose) {
    case SecretPurpose::kShopifyAccess:
      return "shopify_access";
    case SecretPurpose::kShopifyRefresh:
      return "shopify_refresh";
  }
  return "";
}

// Bound into the ciphertext: it opens for this tenant and purpose only.
std::string associated_data(TenantId tenant, SecretPurpose purpose) {
  return std::to_string(tenant) + "|" + std::string(purpose_name(purpose));
}

std::optional<PendingJoin> find_join(Session& session, const Sql& sql, std::string_view token,
                                     Seconds now) {
  PendingJoin join;
  Seconds created_at = 0;
  const bool known =
      session.one(sql, std::tie(join.tenant, join.contract_id, created_at), sha256_hex(token));
  if (!known || now - created_at >= kPendingJoinSeconds) return std::nullopt;
  return join;
}

}  // namespace

Result<std::optional<StoredSecret>> SqlStorage::secret(TenantId tenant, SecretPurpose purpose) {
  return read([&](Session& session) -> Result<std::optional<StoredSecret>> {
    std::string ciphertext;
    Seconds expires_at = 0;
    if (!session.one(kSecret, std::tie(ciphertext, expires_at), tenant, purpose_name(purpose))) {
      return std::optional<StoredSecret>();
    }
    const auto sealed = decode_base64(ciphertext);
    if (!sealed) return Error{ErrorCode::kInternal, "a stored secret is damaged"};
    const std::string context = associated_data(tenant, purpose);
    auto value = unseal({.key = secret_key_, .associated_data = context}, *sealed);
    if (!value) {
      return Error{ErrorCode::kInternal, "a stored secret does not open: " + value.error().message};
    }
    return std::optional(StoredSecret{.value = std::move(*value), .expires_at = expires_at});
  });
}

Result<Done> SqlStorage::put_secrets(
    TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) {
  std::vector<std::string> ciphertexts;
  for (const auto& [purpose, secret] : secrets) {
    const std::string context = associated_data(tenant, purpose);
    const auto sealed = seal({.key = secret_key_, .associated_data = context}, secret.value);
    if (!sealed) return sealed.error();
    ciphertexts.push_back(base64(*sealed));
  }
  return write([&](Session& session) -> Result<Done> {
    for (size_t i = 0; i < secrets.size(); ++i) {
      const auto& [purpose, secret] = secrets[i];
      session.run(kPutSecret, tenant, purpose_name(purpose), ciphertexts[i], secret.expires_at);
    }
    return Done{};
  });
}

Result<Done> SqlStorage::put_oauth_state(TenantId tenant, std::string_view state,
                                         std::string_view verifier, Seconds now) {
  if (auto key = check_key("a sign-in's state", state); !key) return key;
  return write([&](Session& session) -> Result<Done> {
    session.run(kForgetOldStates, tenant, now - kOauthStateSeconds);
    session.run(kPutState, tenant, state, verifier, now);
    return Done{};
  });
}

Result<std::optional<std::pair<TenantId, std::string>>> SqlStorage::take_oauth_state(
    std::string_view state, Seconds now) {
  using Answer = std::optional<std::pair<TenantId, std::string>>;
  return write([&](Session& session) -> Result<Answer> {
    TenantId tenant = 0;
    std::string verifier;
    Seconds created_at = 0;
    const bool known = session.one(kTakeState, std::tie(tenant, verifier, created_at), state);
    if (!known || now - created_at >= kOauthStateSeconds) return Answer();
    return Answer(std::pair(tenant, verifier));
  });
}

Result<Done> SqlStorage::put_pending_join(const PendingJoin& join, std::string_view token,
                                          Seconds now) {
  if (auto key = check_key("a contract id", join.contract_id); !key) return key;
  return write([&](Session& session) -> Result<Done> {
    if (auto known = hold_tenant(session, join.tenant); !known) return known;
    session.run(kForgetOldJoins, join.tenant, now - kPendingJoinSeconds);
    session.run(kPutJoin, join.tenant, sha256_hex(token), join.contract_id, now);
    return Done{};
  });
}

Result<std::optional<PendingJoin>> SqlStorage::pending_join(std::string_view token, Seconds now) {
  using Answer = Result<std::optional<PendingJoin>>;
  return read(
      [&](Session& session) -> Answer { return find_join(session, kPendingJoin, token, now); });
}

Result<std::optional<PendingJoin>> SqlStorage::take_pending_join(std::string_view token,
                                                                 Seconds now) {
  using Answer = Result<std::optional<PendingJoin>>;
  return write(
      [&](Session& session) -> Answer { return find_join(session, kTakeJoin, token, now); });
}

}  // namespace tsunagi::storage

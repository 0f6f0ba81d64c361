// Staff, their invitations and sessions.

#include "server/base/crypto.h"
#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

// Who is revoked, and whose invitation ended unused, takes nobody's place.
constexpr Sql kStaffCount{
    "SELECT COUNT(*) FROM staff WHERE tenant = :a AND revoked_at = 0 "
    "AND (joined_at > 0 OR invited_at > :b)"};
constexpr Sql kForgetFormerStaff{
    "DELETE FROM staff WHERE tenant = :a AND (revoked_at > 0 OR (joined_at = 0 AND invited_at <= "
    ":b)) AND staff_id NOT IN (SELECT staff_id FROM staff WHERE tenant = :c "
    "AND (revoked_at > 0 OR (joined_at = 0 AND invited_at <= :d)) "
    "ORDER BY invited_at DESC, staff_id LIMIT :e)"};
constexpr Sql kInvite{
    "INSERT INTO staff (tenant, staff_id, name, role, stores, token_hash, invited_at, joined_at, "
    "revoked_at) VALUES (:a, :b, :c, :d, :e, :f, :g, 0, 0)"};
constexpr Sql kStaff{
    "SELECT staff_id, name, role, stores, invited_at, joined_at, revoked_at FROM staff "
    "WHERE tenant = :a ORDER BY invited_at, staff_id"};
constexpr Sql kRevoke{
    "UPDATE staff SET revoked_at = :a, token_hash = '' "
    "WHERE tenant = :b AND staff_id = :c AND revoked_at = 0"};
constexpr Sql kEndSessions{"DELETE FROM staff_session WHERE tenant = :a AND staff_id = :b"};
constexpr Sql kIsInvitation{
    "SELECT COUNT(*) FROM staff WHERE token_hash = :a AND token_hash <> ''"};
constexpr Sql kTakeUp{
    "UPDATE staff SET token_hash = '', joined_at = :a WHERE token_hash = :b AND token_hash <> '' "
    "AND revoked_at = 0 AND invited_at > :c "
    "RETURNING tenant, staff_id, name, role, stores, invited_at, joined_at, revoked_at"};
constexpr Sql kBeginSession{
    "INSERT INTO staff_session (tenant, token_hash, staff_id, began_at, ends_at) "
    "VALUES (:a, :b, :c, :d, :e)"};
constexpr Sql kOfSession{
    "SELECT staff.tenant, staff.staff_id, name, role, stores, invited_at, joined_at, revoked_at "
    "FROM staff_session JOIN staff ON staff.tenant = staff_session.tenant "
    "AND staff.staff_id = staff_session.staff_id "
    "WHERE staff_session.token_hash = :a AND ends_at > :b AND revoked_at = 0"};
constexpr Sql kEndSession{"DELETE FROM staff_session WHERE token_hash = :a"};
constexpr Sql kForgetEnded{"DELETE FROM staff_session WHERE tenant = :a AND ends_at <= :b"};

// Reads one person's row.
class StaffRow {
 public:
  auto columns() {
    return std::tie(staff_.id, staff_.name, role_, stores_, staff_.invited_at, staff_.joined_at,
                    staff_.revoked_at);
  }
  [[nodiscard]] Staff get() const {
    Staff staff = staff_;
    staff.role = role_of(role_).value_or(Role::kClerk);
    staff.stores = words_of(stores_);
    return staff;
  }

 private:
  Staff staff_;
  std::string role_, stores_;
};

std::optional<std::pair<TenantId, Staff>> one_of(Session& session, const Sql& sql,
                                                 const auto&... in) {
  TenantId tenant = 0;
  StaffRow row;
  const bool found = session.one(sql, std::tuple_cat(std::tie(tenant), row.columns()), in...);
  if (!found) return std::nullopt;
  return std::pair(tenant, row.get());
}

}  // namespace

Result<Done> SqlStorage::invite(TenantId tenant, const Staff& staff, std::string_view token) {
  const std::string hash = sha256_hex(token);
  return write([&](Session& session) -> Result<Done> {
    if (auto known = hold_tenant(session, tenant); !known) return known;
    int64_t count = 0;
    const Seconds ended = staff.invited_at - kInvitationSeconds;
    session.one(kStaffCount, std::tie(count), tenant, ended);
    if (count >= kStaffMost) return Error{ErrorCode::kConflict, "there are too many staff"};
    session.run(kForgetFormerStaff, tenant, ended, tenant, ended, kFormerStaffMost);
    session.run(kInvite, tenant, staff.id, staff.name, word(staff.role), joined_words(staff.stores),
                hash, staff.invited_at);
    return Done{};
  });
}

Result<std::vector<Staff>> SqlStorage::staff(TenantId tenant) {
  return read([&](Session& session) -> Result<std::vector<Staff>> {
    StaffRow row;
    std::vector<Staff> all;
    session.each(kStaff, row.columns(), [&] { all.push_back(row.get()); }, tenant);
    return all;
  });
}

Result<Done> SqlStorage::revoke(TenantId tenant, std::string_view staff_id, Seconds now) {
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kRevoke, now, tenant, staff_id) == 0) {
      return Error{ErrorCode::kNotFound, "there is nobody of that id to revoke"};
    }
    session.run(kEndSessions, tenant, staff_id);
    return Done{};
  });
}

Result<std::optional<std::pair<TenantId, Staff>>> SqlStorage::take_up(
    std::string_view invitation, std::string_view session_token, Seconds now) {
  const std::string hash = sha256_hex(invitation);
  const std::string session_hash = sha256_hex(session_token);
  // Anybody may send a token: what is none costs no write.
  int64_t invitations = 0;
  const auto looked = read([&](Session& session) -> Result<Done> {
    session.one(kIsInvitation, std::tie(invitations), hash);
    return Done{};
  });
  if (!looked.ok()) return looked.error();
  if (invitations == 0) return std::optional<std::pair<TenantId, Staff>>();
  return write([&](Session& session) -> Result<std::optional<std::pair<TenantId, Staff>>> {
    auto joined = one_of(session, kTakeUp, now, hash, now - kInvitationSeconds);
    if (joined) {
      session.run(kForgetEnded, joined->first, now);
      session.run(kBeginSession, joined->first, session_hash, joined->second.id, now,
                  now + kStaffSessionSeconds);
    }
    return joined;
  });
}

Result<std::optional<std::pair<TenantId, Staff>>> SqlStorage::staff_of_session(
    std::string_view session_token, Seconds now) {
  const std::string hash = sha256_hex(session_token);
  return read([&](Session& session) -> Result<std::optional<std::pair<TenantId, Staff>>> {
    return one_of(session, kOfSession, hash, now);
  });
}

Result<Done> SqlStorage::end_session(std::string_view session_token) {
  const std::string hash = sha256_hex(session_token);
  return write([&](Session& session) -> Result<Done> {
    session.run(kEndSession, hash);
    return Done{};
  });
}

}  // namespace tsunagi::storage

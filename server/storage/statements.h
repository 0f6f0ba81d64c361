#pragma once
// Statements that more than one file of this folder runs.

#include "server/storage/session.h"

namespace tsunagi::storage {

inline constexpr Sql kCodeOwner{
    "SELECT customer_id FROM member_code WHERE tenant = :a AND code = :b"};
inline constexpr Sql kForgetStores{"DELETE FROM store WHERE tenant = :a"};
inline constexpr Sql kSettingsOf{"SELECT settings FROM tenant WHERE tenant = :a"};
inline constexpr Sql kMergedInto{
    "SELECT kept FROM merged_customer WHERE tenant = :a AND gone = :b"};

}  // namespace tsunagi::storage

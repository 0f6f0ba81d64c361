#pragma once
// The words for a member's fields: in settings, on the app proxy, in the database and in the audit.

#include <optional>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

std::string_view word(MemberField field);  // "last_kana"
std::optional<MemberField> member_field(std::string_view word);

}  // namespace tsunagi

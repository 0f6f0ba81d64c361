#pragma once
// The words that enums have in the database. A word read from it that is none of ours is our
// mistake: kInternal.

#include <optional>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi::storage {

std::string_view word(LinkState state);
std::string_view word(System system);
std::string_view word(OutboxKind kind);

std::optional<LinkState> link_state(std::string_view word);
std::optional<System> system_of(std::string_view word);
std::optional<OutboxKind> outbox_kind(std::string_view word);

}  // namespace tsunagi::storage

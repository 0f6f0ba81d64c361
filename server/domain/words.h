#pragma once
// The words that enums have in the database and in what operators read. A word read from the
// database that is none of ours is our mistake: kInternal.

#include <optional>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi {

std::string_view word(LinkState state);
std::string_view word(System system);
std::string_view word(OutboxKind kind);
std::string_view word(QueueState state);
std::string_view word(LeaveReason reason);
std::string_view word(BackfillState state);
std::string_view word(RestockState state);

std::optional<LinkState> link_state(std::string_view word);
std::optional<System> system_of(std::string_view word);
std::optional<OutboxKind> outbox_kind(std::string_view word);
std::optional<QueueState> queue_state(std::string_view word);
std::optional<LeaveReason> leave_reason(std::string_view word);
std::optional<BackfillState> backfill_state(std::string_view word);
std::optional<RestockState> restock_state(std::string_view word);

// A list of words in one column, with commas.
std::string joined_words(const std::vector<std::string>& words);
std::vector<std::string> words_of(std::string_view text);

}  // namespace tsunagi

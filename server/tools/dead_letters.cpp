// tsunagi dead-letters: what was given up and why, in both languages; and putting it back.

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "server/base/iso_time.h"
#include "server/domain/words.h"
#include "server/tools/causes.h"
#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReplayedAtOnce = 10'000;  // of each queue

enum class Queue : uint8_t { kInbox, kOutbox };
struct LetterId {
  Queue queue = Queue::kInbox;
  int64_t id = 0;
};
std::string text_of(const LetterId& letter) {
  return (letter.queue == Queue::kInbox ? "inbox:" : "outbox:") + std::to_string(letter.id);
}

// Of either queue, as it is shown.
struct Letter {
  LetterId id;
  TenantId tenant = 0;
  std::string what;  // "smaregi pos:stock", "write_card 7001"
  int attempts = 0;
  Seconds since = 0;
  std::string error;
  bool replayable = true;
};

Letter letter_of(const InboxEntry& entry) {
  const InboxEvent& event = entry.item.event;
  return {.id = {Queue::kInbox, entry.item.id},
          .tenant = entry.item.tenant,
          .what = std::string(word(event.system)) + " " + event.type,
          .attempts = entry.item.attempts,
          .since = event.received_at,
          .error = entry.error,
          .replayable = entry.has_body};
}

Letter letter_of(const OutboxEntry& entry) {
  return {.id = {Queue::kOutbox, entry.item.id},
          .tenant = entry.item.tenant,
          .what = std::string(word(entry.item.write.kind)) + " " + entry.item.write.key,
          .attempts = entry.item.attempts,
          .since = entry.enqueued_at,
          .error = entry.error};
}

struct Letters {
  std::vector<Letter> letters;
  bool more = false;
};

Result<Letters> read(Storage& storage, const std::string& shop, int limit) {
  const auto tenant = tenant_of(storage, shop);
  if (!tenant.ok()) return tenant.error();
  const auto events = storage.inbox_in(*tenant, QueueState::kDead, limit + 1);
  if (!events.ok()) return events.error();
  const auto items = storage.outbox_in(*tenant, QueueState::kDead, limit + 1);
  if (!items.ok()) return items.error();
  Letters all;
  const auto most = static_cast<size_t>(limit);
  all.more = events->size() > most || items->size() > most;
  all.letters.reserve(events->size() + items->size());
  for (size_t i = 0; i < std::min(most, events->size()); ++i) {
    all.letters.push_back(letter_of((*events)[i]));
  }
  for (size_t i = 0; i < std::min(most, items->size()); ++i) {
    all.letters.push_back(letter_of((*items)[i]));
  }
  return all;
}

Json json_of(Storage& storage, const Letter& letter) {
  const Cause cause = cause_of(letter.error);
  return {{"id", text_of(letter.id)},
          {"shop", shop_name(storage, letter.tenant)},
          {"what", letter.what},
          {"attempts", letter.attempts},
          {"since", letter.since},
          {"cause", {{"key", cause.key}, {"ja", cause.ja}, {"en", cause.en}}},
          {"error", letter.error},
          {"replayable", letter.replayable}};
}

void print(const Ports& ports, const Letter& letter) {
  constexpr size_t kIndented = kColumns - 9;
  const Cause cause = cause_of(letter.error);
  ports.out << text_of(letter.id) << "  "
            << printable(shop_name(ports.storage, letter.tenant), kColumns / 2) << "  "
            << printable(letter.what, kColumns / 2) << '\n'
            << "  since  " << format_iso_time(letter.since) << " ("
            << age(ports.clock.now() - letter.since) << "), " << letter.attempts << " attempts\n"
            << "  原因   " << printable(cause.ja, kIndented) << '\n'
            << "  cause  " << printable(cause.en, kIndented) << '\n'
            << "  error  " << printable(letter.error, kIndented) << '\n';
  if (!letter.replayable) ports.out << "  cannot be replayed: the event's body was purged\n";
}

Result<LetterId> parse_id(std::string_view text) {
  const Error error{ErrorCode::kInvalid,
                    "--id takes inbox:ID or outbox:ID, not " + printable(text, kColumns / 2)};
  LetterId letter;
  if (text.starts_with("inbox:")) {
    text.remove_prefix(6);
  } else if (text.starts_with("outbox:")) {
    letter.queue = Queue::kOutbox;
    text.remove_prefix(7);
  } else {
    return error;
  }
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), letter.id);
  if (problem != std::errc() || end != text.data() + text.size() || letter.id <= 0) return error;
  return letter;
}

Result<std::vector<LetterId>> chosen_letters(Storage& storage, const ReplayAsked& asked) {
  std::vector<LetterId> chosen;
  if (asked.all) {
    const auto found = read(storage, asked.shop, kReplayedAtOnce);
    if (!found.ok()) return found.error();
    chosen.reserve(found->letters.size());
    for (const Letter& letter : found->letters) chosen.push_back(letter.id);
    return chosen;
  }
  if (asked.ids.empty()) {
    return Error{ErrorCode::kInvalid, "say which: --id inbox:ID, --id outbox:ID or --all"};
  }
  if (!asked.shop.empty()) return Error{ErrorCode::kInvalid, "--shop goes with --all"};
  chosen.reserve(asked.ids.size());
  for (const std::string& text : asked.ids) {
    const auto id = parse_id(text);
    if (!id.ok()) return id.error();
    chosen.push_back(*id);
  }
  return chosen;
}

}  // namespace

int dead_letters(const Ports& ports, const DeadLettersAsked& asked) {
  const auto found = read(ports.storage, asked.shop, asked.limit);
  if (!found.ok()) return wrong(ports.err, found.error());
  if (asked.json) {
    Json rows = Json::array();
    for (const Letter& letter : found->letters) rows.push_back(json_of(ports.storage, letter));
    print_json(ports.out, {{"dead_letters", rows}, {"more", found->more}});
  } else {
    for (const Letter& letter : found->letters) print(ports, letter);
    if (found->letters.empty()) ports.out << "no dead letters\n";
    if (found->more) ports.out << "there are more: --limit\n";
  }
  return found->letters.empty() ? kFine : kFound;
}

int replay(const Ports& ports, const ReplayAsked& asked) {
  const auto letters = chosen_letters(ports.storage, asked);
  if (!letters.ok()) return wrong(ports.err, letters.error());
  Json rows = Json::array();
  bool left = false;
  for (const LetterId& letter : *letters) {
    const auto replayed = letter.queue == Queue::kInbox ? ports.storage.replay_inbox(letter.id)
                                                        : ports.storage.replay_outbox(letter.id);
    const bool purged = !replayed.ok() && replayed.error().code == ErrorCode::kConflict;
    if (!replayed.ok() && !purged) return wrong(ports.err, replayed.error());
    left = left || purged;
    const char* outcome = purged ? "body_purged" : *replayed ? "replayed" : "not_dead";
    if (asked.json) {
      rows.push_back({{"id", text_of(letter)}, {"outcome", outcome}});
      continue;
    }
    ports.out << text_of(letter)
              << (purged      ? "  cannot be replayed: the event's body was purged\n"
                  : *replayed ? "  waits again\n"
                              : "  is no dead letter (any more): nothing to do\n");
  }
  if (asked.json) {
    print_json(ports.out, {{"letters", rows}});
  } else if (letters->empty()) {
    ports.out << "no dead letters\n";
  }
  return left ? kFound : kFine;
}

}  // namespace tsunagi::tools

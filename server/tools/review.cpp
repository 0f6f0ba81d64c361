// tsunagi review: writes of which nobody knows whether they happened, and what a person found out.

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "server/base/iso_time.h"
#include "server/domain/words.h"
#include "server/tools/causes.h"
#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kIdPrefix = "outbox:";

std::string id_of(const OutboxEntry& entry) {
  return std::string(kIdPrefix) + std::to_string(entry.item.id);
}

std::string what_of(const OutboxEntry& entry) {
  return std::string(word(entry.item.write.kind)) + " " + entry.item.write.key;
}

std::optional<int64_t> row_of(std::string_view text) {
  if (!text.starts_with(kIdPrefix)) return std::nullopt;
  text.remove_prefix(kIdPrefix.size());
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id)
                                                                  : std::nullopt;
}

Json json_of(Storage& storage, const OutboxEntry& entry) {
  const Cause cause = cause_of(entry.error);
  return {{"id", id_of(entry)},
          {"shop", shop_name(storage, entry.item.tenant)},
          {"what", what_of(entry)},
          {"since", entry.enqueued_at},
          {"cause", {{"key", cause.key}, {"ja", cause.ja}, {"en", cause.en}}},
          {"error", entry.error}};
}

void print(const Ports& ports, const OutboxEntry& entry) {
  constexpr size_t kIndented = kColumns - 9;
  const Cause cause = cause_of(entry.error);
  ports.out << id_of(entry) << "  "
            << printable(shop_name(ports.storage, entry.item.tenant), kColumns / 2) << "  "
            << printable(what_of(entry), kColumns / 2) << "\n  since  "
            << format_iso_time(entry.enqueued_at) << " ("
            << age(ports.clock.now() - entry.enqueued_at) << ")\n  原因   "
            << printable(cause.ja, kIndented) << "\n  cause  " << printable(cause.en, kIndented)
            << '\n';
}

}  // namespace

int review(const Ports& ports, const ReviewAsked& asked) {
  const auto tenant = tenant_of(ports.storage, asked.shop);
  if (!tenant.ok()) return wrong(ports.err, tenant.error());
  auto found = ports.storage.outbox_in(*tenant, QueueState::kReview, asked.limit + 1);
  if (!found.ok()) return wrong(ports.err, found.error());
  const bool more = found->size() > static_cast<size_t>(asked.limit);
  if (more) found->pop_back();
  if (asked.json) {
    Json rows = Json::array();
    for (const OutboxEntry& entry : *found) rows.push_back(json_of(ports.storage, entry));
    print_json(ports.out, {{"review", rows}, {"more", more}});
  } else {
    for (const OutboxEntry& entry : *found) print(ports, entry);
    if (found->empty()) ports.out << "nothing to review\n";
    if (more) ports.out << "there are more: --limit\n";
  }
  return found->empty() ? kFine : kFound;
}

int settle(const Ports& ports, const SettleAsked& asked) {
  if (asked.done == asked.again) {
    return wrong(ports.err, {ErrorCode::kInvalid, "say what was found out: --done or --again"});
  }
  const auto tenant = tenant_of(ports.storage, asked.shop);
  if (!tenant.ok()) return wrong(ports.err, tenant.error());
  std::vector<int64_t> rows;
  rows.reserve(asked.ids.size());
  for (const std::string& text : asked.ids) {
    const auto row = row_of(text);
    if (!row) {
      return wrong(ports.err, {ErrorCode::kInvalid,
                               "--id takes outbox:ID, not " + printable(text, kColumns / 2)});
    }
    rows.push_back(*row);
  }
  Json outcomes = Json::array();
  for (const int64_t row : rows) {
    const auto settled = ports.storage.settle_review(
        *tenant, row, asked.done ? ReviewVerdict::kHappened : ReviewVerdict::kAgain, "operator");
    if (!settled.ok()) return wrong(ports.err, settled.error());
    const std::string id = std::string(kIdPrefix) + std::to_string(row);
    if (asked.json) {
      const char* outcome = !*settled ? "not_in_review" : asked.done ? "closed" : "waits_again";
      outcomes.push_back({{"id", id}, {"outcome", outcome}});
      continue;
    }
    ports.out << id
              << (!*settled    ? "  is not in review (any more): nothing to do\n"
                  : asked.done ? "  is closed\n"
                               : "  waits again\n");
  }
  if (asked.json) print_json(ports.out, {{"review", outcomes}});
  return kFine;
}

}  // namespace tsunagi::tools

// tsunagi inbox, tsunagi outbox: what waits, what is being worked on, what was given up.

#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "server/domain/words.h"
#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr QueueState kNotDone[] = {QueueState::kDead, QueueState::kReview, QueueState::kLeased,
                                   QueueState::kWaiting};
constexpr size_t kIdColumns = 10;
constexpr size_t kEventColumns = 14;

// Of both queues: what is wanted, state by state.
template <class Entry, class Read>
Result<std::vector<Entry>> entries(const QueueAsked& asked, const Read& read) {
  std::vector<QueueState> states(std::begin(kNotDone), std::end(kNotDone));
  if (const auto state = queue_state(asked.state)) states = {*state};
  std::vector<Entry> all;
  for (const QueueState state : states) {
    const int left = asked.limit + 1 - static_cast<int>(all.size());  // one more: is there more?
    if (left <= 0) break;
    auto some = read(state, left);
    if (!some.ok()) return some.error();
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

// Rows under their shop, so that the domain does not take a column.
using Row = std::vector<std::string>;
void print_by_shop(std::ostream& out, Storage& storage, const std::vector<Column>& columns,
                   const std::map<TenantId, std::vector<Row>>& rows) {
  if (rows.empty()) out << "nothing\n";
  for (const auto& [tenant, of_shop] : rows) {
    out << printable(shop_name(storage, tenant)) << '\n';
    print_table(out, columns, of_shop);
  }
}

// The rest is beyond the limit.
template <class Entry>
bool cut(std::vector<Entry>& all, int limit) {
  const bool more = all.size() > static_cast<size_t>(limit);
  if (more) all.resize(static_cast<size_t>(limit));
  return more;
}

std::string due_of(QueueState state, Seconds due_at, Seconds now) {
  return state == QueueState::kWaiting || state == QueueState::kLeased ? due(due_at, now) : "-";
}

// Both queues are listed alike: read(tenant, state, limit) → Result<vector<Entry>>, json_of and
// row_of say what there is to see of one.
template <class Entry, class Read, class JsonOf, class RowOf>
int list(const Ports& ports, const QueueAsked& asked, const std::vector<Column>& columns,
         const Read& read, const JsonOf& json_of, const RowOf& row_of) {
  const auto tenant = tenant_of(ports.storage, asked.shop);
  if (!tenant.ok()) return wrong(ports.err, tenant.error());
  auto found = entries<Entry>(
      asked, [&](QueueState state, int limit) { return read(*tenant, state, limit); });
  if (!found.ok()) return wrong(ports.err, found.error());
  const bool more = cut(*found, asked.limit);
  if (asked.json) {
    Json items = Json::array();
    for (const Entry& entry : *found) items.push_back(json_of(entry));
    print_json(ports.out, {{"items", items}, {"more", more}});
    return kFine;
  }
  std::map<TenantId, std::vector<Row>> rows;
  for (const Entry& entry : *found) rows[entry.item.tenant].push_back(row_of(entry));
  print_by_shop(ports.out, ports.storage, columns, rows);
  if (more) ports.out << "there are more: --limit\n";
  return kFine;
}

}  // namespace

int inbox(const Ports& ports, const QueueAsked& asked) {
  const Seconds now = ports.clock.now();
  return list<InboxEntry>(
      ports, asked,
      {{"ID", kIdColumns},
       {"STATE"},
       {"SYSTEM"},
       {"TYPE", 20},
       {"EVENT", kEventColumns},
       {"TRIES"},
       {"DUE"},
       {"AGE"},
       {"ERROR"}},
      [&](TenantId tenant, QueueState state, int limit) {
        return ports.storage.inbox_in(tenant, state, limit);
      },
      [&](const InboxEntry& entry) -> Json {
        const InboxEvent& event = entry.item.event;
        return {{"id", "inbox:" + std::to_string(entry.item.id)},
                {"shop", shop_name(ports.storage, entry.item.tenant)},
                {"system", word(event.system)},
                {"type", event.type},
                {"event", event.event_id},
                {"state", word(entry.state)},
                {"attempts", entry.item.attempts},
                {"due_at", entry.due_at},
                {"received_at", event.received_at},
                {"error", entry.error}};
      },
      [&](const InboxEntry& entry) -> Row {
        const InboxEvent& event = entry.item.event;
        return {std::to_string(entry.item.id),
                std::string(word(entry.state)),
                std::string(word(event.system)),
                event.type,
                event.event_id,
                std::to_string(entry.item.attempts),
                due_of(entry.state, entry.due_at, now),
                age(now - event.received_at),
                entry.error};
      });
}

int outbox(const Ports& ports, const QueueAsked& asked) {
  const Seconds now = ports.clock.now();
  return list<OutboxEntry>(
      ports, asked,
      {{"ID", kIdColumns},
       {"STATE"},
       {"KIND"},
       {"KEY", 20},
       {"TRIES"},
       {"DUE"},
       {"AGE"},
       {"ERROR"}},
      [&](TenantId tenant, QueueState state, int limit) {
        return ports.storage.outbox_in(tenant, state, limit);
      },
      [&](const OutboxEntry& entry) -> Json {
        return {{"id", "outbox:" + std::to_string(entry.item.id)},
                {"shop", shop_name(ports.storage, entry.item.tenant)},
                {"kind", word(entry.item.write.kind)},
                {"key", entry.item.write.key},
                {"state", word(entry.state)},
                {"attempts", entry.item.attempts},
                {"due_at", entry.due_at},
                {"enqueued_at", entry.enqueued_at},
                {"error", entry.error}};
      },
      [&](const OutboxEntry& entry) -> Row {
        return {std::to_string(entry.item.id),
                std::string(word(entry.state)),
                std::string(word(entry.item.write.kind)),
                entry.item.write.key,
                std::to_string(entry.item.attempts),
                due_of(entry.state, entry.due_at, now),
                age(now - entry.enqueued_at),
                entry.error};
      });
}

}  // namespace tsunagi::tools

#pragma once
// What the commands print: tables that fit kColumns, times and ages, and text of the platforms made
// harmless for a terminal.

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi::tools {

inline constexpr size_t kColumns = 100;

// Columns as wide as what is in them, at most as their `most`; the last takes what is left of
// kColumns. Longer text is cut.
struct Column {
  std::string_view title;
  size_t most = kColumns;
};
void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows);

// Without control characters; at most `columns` wide (a kanji is two), cut with "…".
std::string printable(std::string_view text, size_t columns = kColumns);

std::string age(Seconds seconds);              // "40 s", "12 min", "5 h", "9 d"
std::string due(Seconds due_at, Seconds now);  // "now", "in 40 s"

void print_json(std::ostream& out, const nlohmann::ordered_json& document);

// The shop's domain; its id when it has none (any more).
std::string shop_name(Storage& storage, TenantId tenant);
// The shop of that domain, or every installed one for "". kNotFound: there is no such shop.
Result<std::vector<Tenant>> shops(Storage& storage, const std::string& domain);
// Of one, or kEveryTenant for "".
Result<TenantId> tenant_of(Storage& storage, const std::string& domain);
// Says what is wrong and answers the exit code for it.
int wrong(std::ostream& err, const Error& error);

}  // namespace tsunagi::tools

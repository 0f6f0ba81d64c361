#pragma once
// What all lists share (§2): limit and page, sort, fields, time windows, the Link header; a bare
// array, no total.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/smaregi/model/pos_api.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kMaxPage = 1000, kDefaultPage = 100;  // [DOC apidoc]
inline constexpr int64_t kWindowSeconds = 31LL * 24 * 3600;    // [DOC getstock, gettransactions]

std::optional<std::string> query_value(const Context& context, std::string_view name);
std::optional<int64_t> query_number(const Context& context, std::string_view name);

// The bounds of NAME-from and NAME-to in the form the rows carry, so that they compare as text.
// Absent when neither is given. Refuses one bound alone (switch open_window), bounds in the wrong
// order, and more than 31 days when limited.
struct Window {
  std::string from, to;
  [[nodiscard]] bool holds(const std::string& at) const { return from <= at && at <= to; }
};
enum class Limited : uint8_t { kNo, kYes };
std::optional<Window> time_window(const Context& context, std::string_view name, Limited limited);
std::optional<Window> date_window(const Context& context, std::string_view name);

// NAME-from and NAME-to of an id.
struct IdRange {
  int64_t from = 0, to = INT64_MAX;
};
IdRange id_range(const Context& context, std::string_view name);

struct ListShape {
  Fields fields;
  std::string_view sortable;  // names separated by blanks
  int64_t max_limit = kMaxPage;
};
// One row before it is printed: the record that sort looks at, and the printed object is made on
// demand.
using RowPrinter = Json (*)(const Context&, const void* row);
struct ListRow {
  const Record* record = nullptr;
  const void* row = nullptr;
};
// The rows come in the order of their primary key, which is the order of the reply unless ?sort=
// says otherwise.
Reply list_reply(const Context& context, const ListShape& shape, std::vector<ListRow> rows,
                 RowPrinter print);

// Keeps only the members named by ?fields=; nested members that are not fields of the table stay
// (§2).
void select_fields(const Context& context, Fields fields, Json& object);

}  // namespace tsunagi::smaregi_sandbox

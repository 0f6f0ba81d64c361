#include "tests/sandbox/smaregi/model/listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tsunagi::smaregi_sandbox {

std::optional<std::string> query_value(const Context& context, std::string_view name) {
  for (const auto& [key, value] : context.request.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<int64_t> query_number(const Context& context, std::string_view name) {
  const auto text = query_value(context, name);
  if (!text) return std::nullopt;
  const auto number = parse_integer(*text);
  if (!number) refuse("[" + std::string(name) + "]は整数で指定してください");
  return number;
}

namespace {

struct Bounds {
  std::optional<std::string> from, to;
};

Bounds read_bounds(const Context& context, std::string_view name) {
  Bounds bounds{.from = query_value(context, std::string(name) + "-from"),
                .to = query_value(context, std::string(name) + "-to")};
  const bool open = bounds.from.has_value() != bounds.to.has_value();
  const bool until_now =
      bounds.from.has_value() && context.switches().is(Switch::kOpenWindow, "until_now");
  if (open && !until_now) refuse("[" + std::string(name) + "]は-fromと-toの両方を指定してください");
  return bounds;
}

void check_span(std::string_view name, int64_t from, int64_t to, Limited limited) {
  if (from > to) refuse("[" + std::string(name) + "]の範囲が不正です");
  if (limited == Limited::kYes && to - from > kWindowSeconds) {
    refuse("[" + std::string(name) + "]の範囲は31日以内で指定してください");
  }
}

}  // namespace

std::optional<Window> time_window(const Context& context, std::string_view name, Limited limited) {
  const Bounds bounds = read_bounds(context, name);
  if (!bounds.from) return std::nullopt;
  const auto from = parse_date_time(*bounds.from);
  const auto to = bounds.to ? parse_date_time(*bounds.to) : std::optional(context.now());
  if (!from || !to) {
    refuse("[" + std::string(name) + "]はYYYY-MM-DDThh:mm:ssTZD形式で指定してください");
  }
  check_span(name, *from, *to, limited);
  return Window{.from = format_date_time(*from), .to = format_date_time(*to)};
}

std::optional<Window> date_window(const Context& context, std::string_view name) {
  static constexpr int64_t kDay = 86'400;
  const Bounds bounds = read_bounds(context, name);
  if (!bounds.from) return std::nullopt;
  const std::string last = bounds.to.value_or(format_date(context.now()));
  const auto from = parse_date(*bounds.from), to = parse_date(last);
  if (!from || !to) refuse("[" + std::string(name) + "]はYYYY-MM-DD形式で指定してください");
  check_span(name, *from * kDay, *to * kDay, Limited::kYes);
  return Window{.from = *bounds.from, .to = last};
}

IdRange id_range(const Context& context, std::string_view name) {
  IdRange range;
  range.from = query_number(context, std::string(name) + "-from").value_or(range.from);
  range.to = query_number(context, std::string(name) + "-to").value_or(range.to);
  if (range.from > range.to) refuse("[" + std::string(name) + "]の範囲が不正です");
  return range;
}

namespace {

struct SortKey {
  std::string name = {};
  bool numeric = false, descending = false;
};

std::vector<SortKey> sort_keys(const Context& context, const ListShape& shape) {
  const std::vector<std::string> allowed = split_words(shape.sortable);
  std::vector<SortKey> keys;
  for (const std::string& word : split_words(query_value(context, "sort").value_or(""), ',')) {
    const size_t colon = std::min(word.find(':'), word.size());
    SortKey key{.name = word.substr(0, colon)};
    const std::string order = word.substr(std::min(colon + 1, word.size()));
    const bool known = std::find(allowed.begin(), allowed.end(), key.name) != allowed.end();
    if (!known || (!order.empty() && order != "asc" && order != "desc")) {
      refuse("[sort]の値が不正です");
    }
    key.descending = order == "desc";
    keys.push_back(std::move(key));
  }
  for (SortKey& key : keys) {
    const Field* field = find_field(shape.fields, key.name);
    key.numeric = field != nullptr && field->kind == Kind::kInteger;
  }
  return keys;
}

int compare(const Record& a, const Record& b, const SortKey& key) {
  if (key.numeric) {
    const int64_t left = a.number(key.name), right = b.number(key.name);
    return left < right ? -1 : static_cast<int>(left > right);
  }
  return a.text(key.name).compare(b.text(key.name));
}

std::string next_address(const Context& context, int64_t page) {
  std::string address = "http://" + context.request.host + context.request.path + "?";
  for (const auto& [name, value] : context.request.query) {
    if (name != "page") address += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  return address + "page=" + std::to_string(page);
}

std::vector<std::string> selected(const Context& context, Fields fields) {
  std::vector<std::string> names = split_words(query_value(context, "fields").value_or(""), ',');
  for (const std::string& name : names) {
    if (find_field(fields, name) == nullptr) refuse("[fields]の値が不正です: " + name);
  }
  return names;
}

void keep_only(const std::vector<std::string>& names, Fields fields, Json& object) {
  if (names.empty()) return;
  for (const Field& field : fields) {
    if (std::find(names.begin(), names.end(), field.name) == names.end()) {
      object.erase(std::string(field.name));
    }
  }
}

}  // namespace

void select_fields(const Context& context, Fields fields, Json& object) {
  keep_only(selected(context, fields), fields, object);
}

Reply list_reply(const Context& context, const ListShape& shape, std::vector<ListRow> rows,
                 RowPrinter print) {
  const int64_t limit =
      query_number(context, "limit").value_or(std::min(kDefaultPage, shape.max_limit));
  const int64_t page = query_number(context, "page").value_or(1);
  if (limit < 1 || limit > shape.max_limit) {
    refuse("[limit]は1以上" + std::to_string(shape.max_limit) + "以下で指定してください");
  }
  if (page < 1 || page > INT32_MAX) refuse("[page]は1以上で指定してください");
  const std::vector<SortKey> keys = sort_keys(context, shape);
  const std::vector<std::string> names = selected(context, shape.fields);
  const auto before = [&keys](const ListRow& a, const ListRow& b) {
    for (const SortKey& key : keys) {
      const int order = compare(*a.record, *b.record, key);
      if (order != 0) return key.descending ? order > 0 : order < 0;
    }
    return false;
  };
  if (!keys.empty()) std::stable_sort(rows.begin(), rows.end(), before);
  const auto total = static_cast<int64_t>(rows.size());
  const int64_t first = std::min((page - 1) * limit, total), last = std::min(first + limit, total);
  Json body = Json::array();
  for (int64_t i = first; i < last; ++i) {
    Json object = print(context, rows[static_cast<size_t>(i)].row);
    keep_only(names, shape.fields, object);
    body.push_back(std::move(object));
  }
  Reply reply = json_reply(body);
  if (last < total && context.switches().is(Switch::kLinkHeader, "present")) {
    reply.headers = {{"Link", "<" + next_address(context, page + 1) + ">; rel=\"next\""}};
  }
  return reply;
}

}  // namespace tsunagi::smaregi_sandbox

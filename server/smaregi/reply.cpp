#include "server/smaregi/reply.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/base/iso_time.h"
#include "server/base/outbound_retry.h"
#include "server/smaregi/field_names.h"
#include "server/smaregi/japan_time.h"

namespace tsunagi::smaregi {
namespace {

using nlohmann::json;

constexpr double kExactDouble = 9007199254740992.0;  // 2^53
constexpr Seconds kMaxTokenSeconds = Seconds{365} * 86'400;

// What a refusal says: the column it is about, as a customer has them, and what is wrong with it.
constexpr std::string_view kProblemWords[] = {"[customerCode]",
                                              "[customerNo]",
                                              "[rank]",
                                              "[staffRank]",
                                              "[lastName]",
                                              "[firstName]",
                                              "[lastKana]",
                                              "[firstKana]",
                                              "[postCode]",
                                              "[address]",
                                              "[phoneNumber]",
                                              "[faxNumber]",
                                              "[mobileNumber]",
                                              "[mailAddress]",
                                              "[mailAddress2]",
                                              "[mailAddress3]",
                                              "[companyName]",
                                              "[departmentName]",
                                              "[managerialPosition]",
                                              "[sex]",
                                              "[birthDate]",
                                              "[mailReceiveFlag]",
                                              "[entryDate]",
                                              "[note]",
                                              "[note2]",
                                              "[status]",
                                              "[storeId]",
                                              "会員コード",
                                              "会員ランク",
                                              "必須",
                                              "不正",
                                              "既に使用",
                                              "重複",
                                              "登録されていません",
                                              "見つかりません",
                                              "文字以内",
                                              "スコープ"};

Error nonsense(std::string_view what) {
  return {ErrorCode::kUnavailable, "Smaregi's reply: " + std::string(what)};
}

// Reads the fields of one object and remembers the first that is not what it should be, so that a
// row is checked once, after all of it was read.
class Row {
 public:
  explicit Row(const json& object) : object_(object) {
    if (!object.is_object()) wrong_ = "a row is not an object";
  }

  std::string text(const char* name) {
    const json* value = find(name);
    if (value == nullptr || value->is_null()) return "";
    if (value->is_string()) {
      const auto& text = value->get_ref<const std::string&>();
      if (text.size() > kMaxTextBytes) return fail(name, "is too long"), "";
      return text;
    }
    if (value->is_number_unsigned()) return std::to_string(value->get<uint64_t>());
    if (value->is_number_integer()) return std::to_string(value->get<int64_t>());
    if (value->is_boolean()) return value->get<bool>() ? "1" : "0";
    if (value->is_number_float()) return std::to_string(from_double(name, value->get<double>()));
    return fail(name, "is not a scalar"), "";
  }

  // "" for whatever is no text.
  std::string text_if_any(const char* name) {
    const json* value = find(name);
    return value != nullptr && value->is_string() ? text(name) : "";
  }

  // An id that must be there.
  std::string id(const char* name) {
    std::string value = text(name);
    if (value.empty()) fail(name, "is missing");
    return value;
  }

  // "1000", "0.00", 1000, null (0). A fraction that is not zero is refused.
  int64_t number(const char* name) {
    const json* value = find(name);
    if (value == nullptr || value->is_null()) return 0;
    if (value->is_number_float()) return from_double(name, value->get<double>());
    const std::string digits = text(name);
    std::string_view rest = digits;
    if (rest.empty()) return 0;
    const size_t point = rest.find('.');
    if (point != std::string_view::npos) {
      const std::string_view fraction = rest.substr(point + 1);
      if (fraction.find_first_not_of('0') != std::string_view::npos) {
        return fail(name, "is not a whole number"), 0;
      }
      rest = rest.substr(0, point);
    }
    int64_t number = 0;
    const auto [stop, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (problem != std::errc() || stop != rest.data() + rest.size()) {
      return fail(name, "is not a number"), 0;
    }
    return number;
  }

  Seconds time(const char* name) {
    const std::string value = text(name);
    if (value.empty()) return 0;
    const auto time = parse_iso_time(value);
    if (!time) return fail(name, "is not a time"), 0;
    return *time;
  }

  // nullptr when absent or null; anything but an array is wrong.
  const json* list(const char* name) {
    const json* value = find(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (!value->is_array()) return fail(name, "is not a list"), nullptr;
    return value;
  }

  const json* object(const char* name) {
    const json* value = find(name);
    if (value == nullptr || !value->is_object()) return fail(name, "is missing"), nullptr;
    return value;
  }

  void take_over(const Row& inner) {
    if (wrong_.empty()) wrong_ = inner.wrong_;
  }
  [[nodiscard]] bool ok() const { return wrong_.empty(); }
  [[nodiscard]] Error error() const { return nonsense(wrong_); }

 private:
  const json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  int64_t from_double(const char* name, double value) {
    if (value != std::trunc(value) || std::abs(value) >= kExactDouble) {
      return fail(name, "is not a whole number"), 0;
    }
    return static_cast<int64_t>(value);
  }

  void fail(const char* name, const char* why) {
    if (wrong_.empty()) wrong_ = std::string(name) + " " + why;
  }

  const json& object_;
  std::string wrong_;
};

// Text of a field that holds one of a few words; "" when it holds another.
std::string one_of(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) == words.end() ? "" : text;
}

std::string field_of(Row& row, MemberField field, const char* name) {
  switch (field) {
    case MemberField::kBirthDate:
      return parse_day(row.text(name));
    case MemberField::kSex:
      return one_of(row.text(name), {"1", "2"});
    case MemberField::kMailConsent:
      return one_of(row.text(name), {"0", "1"});
    case MemberField::kLastName:
    case MemberField::kFirstName:
    case MemberField::kLastKana:
    case MemberField::kFirstKana:
    case MemberField::kMail:
    case MemberField::kPhone:
    case MemberField::kPostCode:
    case MemberField::kAddress:
      break;
  }
  return row.text(name);
}

PosMember member_of(Row& row) {
  PosMember member;
  member.member_id = row.id("customerId");
  member.code = row.text("customerCode");
  member.rank = row.text("rank");
  for (const auto& [field, name] : kFieldNames) member.fields[field] = field_of(row, field, name);
  member.status = static_cast<int>(std::clamp<int64_t>(row.number("status"), -1, 99));
  member.changed_at = row.time("updDateTime");
  return member;
}

// A column that must be filled, or "".
std::string required_column(Row& row) {
  std::string name = row.id("columnName");
  return row.number("value") == 1 ? name : "";
}

PosPoints points_of(Row& row) {
  PosPoints points;
  points.member_id = row.id("customerId");
  points.points = row.number("point");
  points.expire_on = parse_day(row.text("pointExpireDate"));
  return points;
}

PosTransaction transaction_of(Row& row) {
  PosTransaction transaction;
  transaction.id = row.id("transactionHeadId");
  transaction.member_id = row.text("customerId");
  transaction.store_id = row.text("storeId");
  transaction.changed_at = row.time("updDateTime");
  if (const json* details = row.list("details")) {
    for (const json& detail : *details) {
      Row line(detail);
      std::string product = line.text("productId");
      row.take_over(line);
      auto& ids = transaction.product_ids;
      if (!product.empty() && std::find(ids.begin(), ids.end(), product) == ids.end()) {
        ids.push_back(std::move(product));
      }
    }
  }
  return transaction;
}

Store store_of(Row& row) {
  Store store;
  store.store_id = row.id("storeId");
  store.code = row.text("storeCode");
  store.name = row.text("storeName");
  store.phone = row.text("phoneNumber");
  store.address = row.text("address");
  store.display_order = row.number("displaySequence");
  store.paused = row.number("pauseFlag") == 1;
  return store;
}

Product product_of(Row& row) {
  Product product;
  product.product_id = row.id("productId");
  product.code = row.text("productCode");
  product.supplier_code = row.text("supplierProductNo");
  product.name = row.text("productName");
  product.stock_controlled = row.number("stockControlDivision") == 0;
  return product;
}

StockLevel stock_of(Row& row) {
  StockLevel level;
  level.product_id = row.id("productId");
  level.store_id = row.id("storeId");
  level.on_hand = row.number("stockAmount");
  level.layaway = row.number("layawayStockAmount");
  level.changed_at = row.time("updDateTime");
  return level;
}

json parse(std::string_view body) { return json::parse(body, nullptr, false); }

template <class T>
Result<T> one(std::string_view body, T (*read)(Row&)) {
  const json document = parse(body);
  if (document.is_discarded()) return nonsense("not JSON");
  Row row(document);
  T value = read(row);
  if (!row.ok()) return row.error();
  return value;
}

template <class T>
Result<std::vector<T>> many(std::string_view body, T (*read)(Row&)) {
  const json document = parse(body);
  if (document.is_discarded()) return nonsense("not JSON");
  if (!document.is_array()) return nonsense("not a list");
  std::vector<T> values;
  values.reserve(document.size());
  for (const json& element : document) {
    Row row(element);
    values.push_back(read(row));
    if (!row.ok()) return row.error();
  }
  return values;
}

Token token_of(Row& row) {
  Token token;
  token.value = row.id("access_token");
  token.lasts = std::clamp<Seconds>(row.number("expires_in"), 0, kMaxTokenSeconds);
  token.scopes = row.text_if_any("scope");
  return token;
}

bool is_contract(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

Result<Token> parse_token(std::string_view body) {
  auto token = one<Token>(body, token_of);
  if (token && token->lasts <= 0) return nonsense("expires_in is missing");
  return token;
}

Result<std::string> parse_contract(std::string_view body) {
  const json document = parse(body);
  if (document.is_discarded()) return nonsense("not JSON");
  Row row(document);
  const json* contract = row.object("contract");
  if (contract == nullptr) return row.error();
  Row inner(*contract);
  std::string id = inner.id("id");
  if (!inner.ok()) return inner.error();
  if (!is_contract(id)) return nonsense("contract.id is not a contract id");
  return id;
}

Result<PosMember> parse_member(std::string_view body) { return one(body, member_of); }
Result<std::vector<PosMember>> parse_members(std::string_view body) {
  return many(body, member_of);
}
Result<PosRequired> parse_required(std::string_view body) {
  auto columns = many<std::string>(body, required_column);
  if (!columns) return columns.error();
  PosRequired required;
  for (std::string& column : *columns) {
    const auto named = [&column](const char* name) { return column == name; };
    if (column.empty() || std::any_of(std::begin(kAlwaysSent), std::end(kAlwaysSent), named)) {
      continue;
    }
    const auto* const known =
        std::find_if(std::begin(kFieldNames), std::end(kFieldNames),
                     [&column](const FieldName& one) { return column == one.name; });
    if (known == std::end(kFieldNames)) {
      required.others.push_back(std::move(column));
    } else {
      required.fields.push_back(known->field);
    }
  }
  return required;
}
Result<std::vector<PosPoints>> parse_points(std::string_view body) { return many(body, points_of); }
Result<PosTransaction> parse_transaction(std::string_view body) {
  return one(body, transaction_of);
}
Result<std::vector<PosTransaction>> parse_transactions(std::string_view body) {
  return many(body, transaction_of);
}
Result<std::vector<Store>> parse_stores(std::string_view body) { return many(body, store_of); }
Result<std::vector<Product>> parse_products(std::string_view body) {
  return many(body, product_of);
}
Result<std::vector<StockLevel>> parse_stock(std::string_view body) { return many(body, stock_of); }
Result<std::vector<std::string>> parse_stock_memos(std::string_view body) {
  return many<std::string>(body, [](Row& row) { return row.text_if_any("memo"); });
}

std::string parse_problem(std::string_view body) {
  const json document = parse(body);
  if (!document.is_object()) return "";
  Row row(document);
  const std::string code = plain_name(row.text("error"));
  const std::string words = known_words(row.text("detail"), kProblemWords);
  return code.empty() || words.empty() ? code + words : code + " " + words;
}

}  // namespace tsunagi::smaregi

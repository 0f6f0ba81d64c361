#pragma once
// Smaregi's replies as the domain's values. Pure. Scalars may come as text, number or null
// everywhere; unknown fields are ignored; lists are arrays at the top. What is not a reply of that
// kind (HTML, half a body, a wrong type, a missing id) is kUnavailable with the field's name: the
// caller may ask again. Nothing here throws.

#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "wasm/core/result.h"

namespace tsunagi::smaregi {

inline constexpr size_t kMaxTextBytes = 4'096;  // of one value that is kept

struct Token {
  std::string value;
  Seconds lasts = 0;
  std::string scopes = {};  // granted, with blanks between; "": the reply does not say
};
Result<Token> parse_token(std::string_view body);
Result<std::string> parse_contract(std::string_view body);  // of /userinfo

// "" is a field that is null, absent or unset: a sex of "0", a flag that is neither "0" nor "1", a
// date that is none. A name is kept as it is, the filler "-" too.
Result<PosMember> parse_member(std::string_view body);
Result<std::vector<PosMember>> parse_members(std::string_view body);
// Of /customer_required_column_setting, [{columnName, value: "0" or "1"}]: what is "1" and not
// always sent.
Result<PosRequired> parse_required(std::string_view body);
Result<std::vector<PosPoints>> parse_points(std::string_view body);
Result<PosTransaction> parse_transaction(std::string_view body);
Result<std::vector<PosTransaction>> parse_transactions(std::string_view body);
Result<std::vector<Store>> parse_stores(std::string_view body);
Result<std::vector<Product>> parse_products(std::string_view body);
Result<std::vector<StockLevel>> parse_stock(std::string_view body);
Result<std::vector<std::string>> parse_stock_memos(std::string_view body);  // of the history's rows

// "[rank] 必須" of an error reply, the code of an OAuth error; "" when it is neither. Never what a
// person typed, though Smaregi quotes it.
std::string parse_problem(std::string_view body);

}  // namespace tsunagi::smaregi

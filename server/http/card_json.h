#pragma once
// The models of wasm/core/view.h as JSON, field by field with the names of that header; what is
// absent is left out.

#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/view.h"

namespace tsunagi::http {

// {"state":…,"customer":…,…,"nonce":…,"now":…}
std::string card_json(const CardModel& card, std::string_view nonce, int64_t now);

// {"now":…,"nonce":…,"products":[…]}; no nonce when nobody is signed in.
std::string stock_json(const std::vector<StockModel>& products, std::string_view nonce,
                       int64_t now);

}  // namespace tsunagi::http

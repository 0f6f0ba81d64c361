#pragma once
// The models of wasm/core/view.h as JSON, field by field with the names of that header; what is
// absent is left out.

#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "wasm/core/view.h"

namespace tsunagi::http {

// {"state":…,"customer":…,…,"nonce":…,"now":…}. Who has not joined is also told what joining agrees
// to: "consent":{"version":…,"ja":…,"en":…,"terms_url":…}.
std::string card_json(const CardModel& card, std::string_view nonce, int64_t now,
                      const Consent& consent = {});

// Names the merchant's text as it is now, both languages and the address together: 16 hex digits,
// "" when there is no text.
std::string consent_version(const Consent& consent);

// {"now":…,"nonce":…,"products":[…]}; no nonce when nobody is signed in.
std::string stock_json(const std::vector<StockModel>& products, std::string_view nonce,
                       int64_t now);

}  // namespace tsunagi::http

#pragma once
// The models of wasm/core/view.h as JSON, field by field with the names of that header; what is
// absent is left out.

#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "wasm/core/view.h"

namespace tsunagi::http {

struct CardExtras {  // what an answer says besides the card
  std::string nonce;
  std::string missing;   // of field_missing: "last_kana,birth_date", words of field_words.h
  Consent consent = {};  // of not_joined: what joining agrees to
  int64_t now = 0;
};
// {"state":…,"customer":…,…,"missing":…,"consent":{"version":…,"ja":…,"en":…,"terms_url":…},
// "nonce":…,"now":…}
std::string card_json(const CardModel& card, const CardExtras& extras);

// Names the merchant's text as it is now, both languages and the address together: 16 hex digits,
// "" when there is no text.
std::string consent_version(const Consent& consent);

// {"now":…,"nonce":…,"products":[…]}; no nonce when nobody is signed in.
std::string stock_json(const std::vector<StockModel>& products, std::string_view nonce,
                       int64_t now);

}  // namespace tsunagi::http

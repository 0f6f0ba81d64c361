#pragma once
// What the bodies of webhooks say, as far as it is used: ids. An event is a hint: the figures are
// read again at the source.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "wasm/core/result.h"

namespace tsunagi {

// Ids of Smaregi are digits; a step handles at most kIdsAStep of them, and a longer list is split
// into at most kPartsAStep events, which are split again when they are still too long.
inline constexpr size_t kPosIdDigits = 20;
inline constexpr size_t kIdsAStep = 25;
inline constexpr size_t kPartsAStep = 40;

// What is stored of an event: a body of the same form with nothing but what the functions below
// read, so that no name or address of a webhook is ever stored. "{}" for an event that is not
// understood, or whose type alone says everything.
std::string kept_body(System system, std::string_view type, std::string_view body);

struct PosEventBody {
  std::string action;            // "created", "edited", "deleted", "bulk-update"…; "" when absent
  std::vector<std::string> ids;  // each once, in order; of pos:stock the product ids
};

// type: pos:stock, pos:transactions, pos:customers or pos:products. kInvalid when the list is
// missing or holds anything but ids.
Result<PosEventBody> parse_pos_event(std::string_view type, std::string_view body);

// The same event in parts; one part when the list is short enough. Parts keep every other field.
Result<std::vector<std::string>> split_pos_event(std::string_view type, std::string_view body);

// The customer of customers/update, customers/delete ("id"), customers/redact,
// customers/data_request ("customer.id").
Result<int64_t> parse_shop_customer(std::string_view body);

// customers/data_request; requested_at is the caller's to fill in. request_id: "" when there is
// none.
inline constexpr size_t kRequestOrdersMost = 1'000;
Result<DataRequest> parse_data_request(std::string_view body);

// customers/merge: who stays and who is gone. Shopify tells of merges that failed, too.
struct ShopMerge {
  int64_t kept = 0, gone = 0;
  bool completed = false;
};
Result<ShopMerge> parse_shop_merge(std::string_view body);
// The body of such an event, of a merge that nobody told us of.
std::string merge_body(const ShopMerge& merge);

}  // namespace tsunagi

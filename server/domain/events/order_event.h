#pragma once
// What the bodies of webhooks say of orders, as far as it is used: ids (event_body.h).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/result.h"

namespace tsunagi {

// Whether events of this type are about what is to be sent.
[[nodiscard]] bool is_order_event(std::string_view type);

// order: 0 when only works are named. works: at most two, each once.
struct OrderEvent {
  int64_t order = 0;
  std::vector<int64_t> works;
};
// kInvalid: it names neither. Reads the platform's bodies and what kept_order_event() leaves.
Result<OrderEvent> parse_order_event(std::string_view type, std::string_view body);
std::string kept_order_event(std::string_view type, std::string_view body);

}  // namespace tsunagi

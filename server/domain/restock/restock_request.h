#pragma once
// Who wants to be told by mail when a shop has a product again. A request ends with one mail, or
// when it is taken back, or after kRestockSeconds.

#include <string>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr int kRestocksMost = 50;                    // open ones of a customer
inline constexpr Seconds kRestockSeconds = 180 * 86'400;    // then it is given up
inline constexpr Seconds kRestockLogSeconds = 30 * 86'400;  // one that ended is listed so long
inline constexpr int kRestocksAtOnce = 100;                 // told in one step, the oldest first
inline constexpr int kRestocksListed = 50;                  // for the merchant
inline constexpr Seconds kRestockFigureSeconds = 900;       // an older figure is not believed
inline constexpr const char* kBackAlready = "the shop has it";  // why a request is refused

enum class RestockState : uint8_t {
  kOpen,     // "open": the shop has none of it
  kTelling,  // "telling": it has some again, and a mail waits for its turn
  kDone,     // "done": the outcome is known
};

struct RestockRequest {
  std::string id;
  int64_t customer_id = 0;
  std::string product_id, store_id;        // the tills'
  std::string product_code, product_name;  // the code as the shopper's page asked for it
  std::string language = "ja";             // or "en"
  std::string page;                        // the app proxy's path on the shop
  RestockState state = RestockState::kOpen;
  Seconds asked_at = 0;
  Seconds telling_at = 0;  // since when there is a mail; 0: there is none
  Seconds settled_at = 0;  // 0: the outcome is not known
  // Of the mail; kWaiting while there is none.
  PickupMailOutcome outcome = PickupMailOutcome::kWaiting;
};

}  // namespace tsunagi

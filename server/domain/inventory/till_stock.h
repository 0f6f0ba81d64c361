#pragma once
// What the tills count in a shop, as far as it is changed from here.

#include <cstdint>
#include <string>
#include <string_view>

#include "server/domain/values.h"
#include "wasm/core/result.h"

namespace tsunagi {

struct TillMove {
  std::string product_id, store_id;
  int64_t amount = 0;  // pieces that are added; below 0: taken off
  std::string memo;    // 1 to 100 characters, of this one move; the tills' history shows it
};

class TillStock {  // smaregi
 public:
  virtual ~TillStock() = default;
  // Changes the figure by so many. It is asked once: when no answer came (kUnavailable) it may have
  // been done, and was_added() says. kNotFound, kInvalid: the tills refuse it.
  virtual Result<Done> add(std::string_view contract, const TillMove& move) = 0;
  // Whether a move of the product in the shop with this memo is in the history of [from, to].
  virtual Result<bool> was_added(std::string_view contract, const TillMove& move, Seconds from,
                                 Seconds to) = 0;
};

}  // namespace tsunagi

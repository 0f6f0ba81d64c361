#pragma once
// The lightest set of shops that together offer all that is needed. Exact: branch and bound over
// the product that the fewest shops offer, after leaving out shops that can be in no best set.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tsunagi {

struct CoverShop {
  int64_t weight = 0;           // above 0; of a set, the sum
  std::vector<int64_t> offers;  // of each product, as in needs
};
struct CoverProblem {
  std::vector<int64_t> needs;    // of each product, above 0
  std::vector<CoverShop> shops;  // of two sets of one weight the one with the earlier shops wins
  size_t shops_most = 1;         // in a set
  int64_t steps_most = 0;        // products of shops looked at; sets of one shop are free
};
struct Cover {
  std::vector<size_t> shops;  // their places in ascending order; empty: there is no such set
  bool proven = true;         // false: the steps ended before all was looked at
  int64_t steps = 0;
};

Cover lightest_cover(const CoverProblem& problem);

}  // namespace tsunagi

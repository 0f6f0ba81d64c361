#pragma once
// The databases' own client libraries, without anything of ours in between: what a question costs
// at least.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tsunagi::bench {

class RawQuery {
 public:
  virtual ~RawQuery() = default;
  // Reads product, shop, on hand and layaway of every stock row of the products; how many rows.
  virtual size_t stock_rows(int64_t tenant, const std::vector<std::string>& products) = 0;
};

// url: sqlite://FILE or postgresql://…; ends the program when it cannot be opened.
std::unique_ptr<RawQuery> open_raw(const std::string& url);

}  // namespace tsunagi::bench

#pragma once
// The till's arithmetic: pure functions from a basket, a store and a member to the figures of a
// transaction.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/contract.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kTaxPercent = 10,
                         kReducedTaxPercent = 8;  // reduced: products with a reduceTaxId

struct BasketLine {
  const Record* product = nullptr;
  int64_t quantity = 0;
  int64_t unit_price_yen = 0;  // customerPrice for members where there is one
};

struct SaleFigures {
  int64_t subtotal = 0, tax_include = 0, tax_exclude = 0, point_discount = 0, total = 0;
  int64_t new_point = 0, spend_point = 0;
};

// Refuses points that may not be spent here (too many, wrong unit, none used in this store).
SaleFigures figure_sale(const std::vector<BasketLine>& basket, const Store& store,
                        const Member* member, int64_t spend_points);

// What goes back when `back` of `whole` yen (cumulative) have been returned: figures booked in
// proportion, the last return takes the rest, so that full returns undo exactly what was booked.
int64_t share_of(int64_t figure, int64_t back, int64_t whole);

}  // namespace tsunagi::smaregi_sandbox

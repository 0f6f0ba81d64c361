#pragma once
// A sale and a return at the till: from what the clerk typed to a booked transaction.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/bookings.h"
#include "tests/sandbox/smaregi/model/till_sale.h"

namespace tsunagi::smaregi_sandbox {

struct AskedLine {
  std::string product_code = {};
  int64_t quantity = 1;
};

struct AskedSale {
  int64_t store_id = 0;
  std::string member_code = {};  // "" no member
  std::vector<AskedLine> lines = {};
  int64_t spend_points = 0;
  int64_t sold_at = 0;  // 0: now
};
const Transaction& ring_up(World& world, Contract& contract, const AskedSale& ask);

// All that is left of the sale when lines is empty.
const Transaction& take_back(World& world, Contract& contract, Transaction& sale,
                             const std::vector<AskedLine>& lines);

struct SaleName {
  std::string head_id, receipt;  // one of them
};
Transaction& find_sale(Contract& contract, const SaleName& name);  // 404 when it is no sale

int64_t till_price(const Record& product, bool for_member);
Json describe_booking(const Transaction& booked);

}  // namespace tsunagi::smaregi_sandbox

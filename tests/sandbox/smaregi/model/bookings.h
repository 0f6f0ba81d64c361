#pragma once
// Booking a transaction: what it does to stock and points, and the events it fires. Used by POST
// /transactions and by the till alike: creating a transaction itself deducts stock (§8).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/stock.h"

namespace tsunagi::smaregi_sandbox {

struct NewTransaction {
  Record head = {};  // figures, storeId, customerId, terminalTranDateTime; the rest is filled in
  std::vector<Record> details = {};     // transactionDetailDivision, productId, quantity, ...
  std::string action = "created";       // of pos:transactions
  std::string stock_action = "edited";  // of pos:stock
};
// Returns the new transactionHeadId. The caller has checked everything.
int64_t book_transaction(World& world, Contract& contract, NewTransaction made);

// Pieces sold (positive) or given back (negative), whatever sign the detail carries.
int64_t pieces_sold(const Record& detail);
// The product of a detail, if its stock is kept.
std::optional<int64_t> stocked_product(const Contract& contract, const Record& detail);

// "YYYY-MM-DD" by which points given now run out by the store's rule, "" when they do not.
std::string expiry_by_rule(const Store& store, int64_t now);

Fields head_fields();
Fields detail_fields();
Fields layaway_fields();
Fields pick_up_fields();

}  // namespace tsunagi::smaregi_sandbox

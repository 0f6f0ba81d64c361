#pragma once
// Handlers of /transactions and /transactions/layaways; the route table is in transactions.cpp.

#include "tests/sandbox/smaregi/model/bookings.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr size_t kMaxDetails = 999;

Json print_transaction(const Context& context, const void* row);  // in a list
Json print_one_transaction(const Context& context,
                           const Transaction& transaction);  // by id: no codes [FF]

Transaction& transaction_of(Context& context, bool layaway);  // 404 when it is none of that kind

Reply create_transaction(Context& context);
Reply create_layaway(Context& context);
Reply dispose_layaway(Context& context);
Reply dispose_transaction(Context& context);
Reply cancel_transaction(Context& context);

}  // namespace tsunagi::smaregi_sandbox

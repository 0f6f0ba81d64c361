#pragma once
// Calls are counted per app and contract; all stores of a contract share the budget [COMM 518].

#include <string>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

struct Call {
  std::string client_id;
  bool write = false;
};
// Refuses with 429 and Retry-After (seconds) when the call does not fit into the second that ends
// now.
void count_call(World& world, Contract& contract, const Call& call);

}  // namespace tsunagi::smaregi_sandbox

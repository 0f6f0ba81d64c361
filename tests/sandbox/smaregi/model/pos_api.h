#pragma once
// The POS API, /{contract}/pos/...: who may call what, with which query names, and the handler of
// each call.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

// One call, already authorised and counted, its query names known.
struct Context {
  World& world;
  Contract& contract;
  const Request& request;
  const Json& body;          // null for GET and DELETE
  std::vector<int64_t> ids;  // the numbers in the address, in order
  std::string client_id;

  [[nodiscard]] const Switches& switches() const { return world.switches; }
  [[nodiscard]] int64_t now() const { return world.clock.now(); }
};

// parts: [contract, "pos", ...]
Reply pos_api(World& world, const Request& request, const std::vector<std::string>& parts);

// Handlers that the bulk calls use for each of their rows.
Reply create_member(Context& context);
Reply add_stock(Context& context);

using Handler = Reply (*)(Context&);
enum class Bundle : uint8_t {
  kAll,
  kMembers
};  // members and points: premium_plus and up (§1 plan gating)

struct Route {
  std::string_view method,
      pattern;  // "/customers/{id}/point/add"; literal patterns stand before {id} ones
  std::string_view scope;
  std::string_view query;  // names separated by blanks
  Handler handler = nullptr;
  Bundle bundle = Bundle::kAll;
};
std::span<const Route> customer_routes();
std::span<const Route> store_routes();
std::span<const Route> product_routes();
std::span<const Route> stock_routes();
std::span<const Route> transaction_routes();
std::span<const Route> bulk_routes();

Member& member_of(Context& context);        // whom the address names; refuses when nobody
Style write_style(const Context& context);  // of the reply to a write

// Fires an event to every app with an address.
void publish(World& world, const Contract& contract, std::string_view event,
             std::string_view action, std::string_view id_list, const Json& ids);

}  // namespace tsunagi::smaregi_sandbox

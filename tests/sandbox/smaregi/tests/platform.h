#pragma once
// A stand-in in this process with one app, one contract and a clock that stands still; verbs of a
// shop on top of it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kStart = 1'790'000'000;  // 2026-09-21T23:13:20+09:00
inline constexpr const char* kContract = "sb_test";

class Platform {
 public:
  explicit Platform(uint64_t seed = 7);

  ManualClock clock{kStart};
  Sandbox sandbox;

  Reply control(const std::string& method, const std::string& path, const Json& body = nullptr);
  void set_switch(const std::string& name, const std::string& value);
  std::string token(const std::string& scope);
  Reply raw(const Request& request) { return sandbox.handle(request); }

  // A POS call with a token of all scopes; target is below /{contract}/pos and may carry a query.
  Reply call(const std::string& method, const std::string& target, const Json& body = nullptr);
  Reply call_as(const std::string& token, const std::string& method, const std::string& target,
                const Json& body = nullptr);
  Json get(const std::string& target);                      // expects 200
  Json post(const std::string& target, const Json& body);   // expects 200
  Json patch(const std::string& target, const Json& body);  // expects 200
  Json till(const std::string& method, const std::string& target,
            const Json& body = nullptr);  // expects 200
  Reply till_reply(const std::string& method, const std::string& target,
                   const Json& body = nullptr);

  std::string add_store(const std::string& name = "渋谷店", const Json& point_condition = nullptr);
  std::string add_product(const std::string& code, int64_t price,
                          const Json& more = Json::object());
  std::string add_member(const std::string& code, const Json& more = Json::object());
  Json sell(const std::string& store, const std::string& member, const Json& lines,
            int64_t spend = 0);
  int64_t points_of(const std::string& member_id);
  int64_t stock_of(const std::string& product_id, const std::string& store_id);
  std::vector<Delivery> events() { return sandbox.take_due_webhooks(); }

 private:
  std::string token_;
  int64_t token_until_ = 0;
};

Json parse(const Reply& reply);
std::string header(const Reply& reply, const std::string& name);

}  // namespace tsunagi::smaregi_sandbox

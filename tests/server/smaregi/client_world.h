#pragma once
// The Smaregi client before a scripted server.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/base/crypto.h"
#include "server/smaregi/client.h"
#include "tests/support/fake_world.h"
#include "tests/support/scripted_server.h"

namespace tsunagi {

using namespace std::chrono_literals;
using test::Answer;
using test::ok;
using test::Seen;
using test::status;

inline constexpr const char* kToken = "POST /app/sb_one/token";
inline constexpr const char* kMember = "GET /sb_one/pos/customers/7";
inline constexpr const char* kMembers = "GET /sb_one/pos/customers";
inline constexpr const char* kCreate = "POST /sb_one/pos/customers";
inline constexpr const char* kUpdate = "PATCH /sb_one/pos/customers/7";
inline constexpr const char* kRequired = "GET /sb_one/pos/customer_required_column_setting";
inline constexpr const char* kPoints = "GET /sb_one/pos/customers/point";
inline constexpr const char* kProducts = "GET /sb_one/pos/products";
inline constexpr const char* kStock = "GET /sb_one/pos/stock";
inline constexpr const char* kSales = "GET /sb_one/pos/transactions";

inline Answer token(const std::string& value) {
  return ok(R"({"scope":"x","token_type":"Bearer","expires_in":3600,"access_token":")" + value +
            "\"}");
}
inline Answer member(const std::string& last_name = "繋", const std::string& code = "T1") {
  return ok(nlohmann::json{{"customerId", "7"},
                           {"customerCode", code},
                           {"lastName", last_name},
                           {"firstName", "木"},
                           {"status", "0"}}
                .dump());
}
inline Answer list(const Answer& one) { return ok("[" + one.body + "]"); }

class SmaregiClientTest : public ::testing::Test {
 protected:
  SmaregiClientTest() { smaregi.on(kToken, {token("A")}); }

  SmaregiOptions options() const {
    return {.client_id = "the-app",
            .client_secret = "s3cret:with/odd+chars",
            .id_url = smaregi.url(),
            .api_url = smaregi.url(),
            .reads = {.start = 1'000, .ceiling = 1'000},
            .writes = {.start = 1'000, .ceiling = 1'000},
            .attempt_time = 2'000ms,
            .shopper_time = 5'000ms,
            .background_time = 5'000ms,
            .first_backoff = 2ms};
  }
  void rebuild(SmaregiOptions changed) {
    client = std::make_unique<SmaregiClient>(std::move(changed), *outbound, clock, random);
  }

  test::ScriptedServer smaregi;
  fakes::HalfManualClock clock;
  fakes::SeededRandom random{7};
  std::unique_ptr<Outbound> outbound = make_outbound();
  std::unique_ptr<SmaregiClient> client =
      std::make_unique<SmaregiClient>(options(), *outbound, clock, random);
};

}  // namespace tsunagi

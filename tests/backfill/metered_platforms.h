#pragma once
// Both platforms as they answer the requests of a backfill: after a while, with limits of their
// own, counting what they are asked. The clients before them are the real ones.

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "server/base/outbound.h"
#include "tests/backfill/virtual_time.h"
#include "tests/support/fake_world.h"

namespace tsunagi::test {

inline constexpr const char* kBackfillTag = "old-programme";
inline constexpr const char* kBackfillDomain = "a.myshopify.com";

struct PlatformLimits {
  double points = 2'000;  // of the bucket
  double points_a_second = 100;
  size_t writes = 20, reads = 50;  // a second
};

class MeteredPlatforms final : public Outbound {
 public:
  MeteredPlatforms(VirtualClock& clock, PlatformLimits limits, int64_t customers)
      : limits_(limits), clock_(clock), customers_(customers), available_(limits.points) {}

  Result<HttpReply> send(const HttpRequest& request) override {
    using std::chrono::milliseconds;
    clock_.pass(milliseconds(kLeastWayMs + random_.below(kWaySpreadMs)));
    HttpReply reply =
        request.url.find("shopify") == std::string::npos ? smaregi(request) : shopify(request);
    clock_.pass(milliseconds(kLeastWayMs + random_.below(kWaySpreadMs)));
    return reply;
  }

  std::map<std::string, int64_t> calls;  // by label
  int64_t throttled = 0;
  double points_spent = 0;
  std::map<int64_t, int> tagged, published;  // how often
  std::map<std::string, int> members;        // by code

 private:
  using json = nlohmann::json;
  static constexpr uint64_t kLeastWayMs = 40, kWaySpreadMs = 20;  // there, and back

  bool within(std::deque<double>& starts, size_t most) {
    const double now = clock_.passed();
    while (!starts.empty() && starts.front() <= now - 1) starts.pop_front();
    if (starts.size() >= most) return false;
    starts.push_back(now);
    return true;
  }

  HttpReply smaregi(const HttpRequest& request) {
    ++calls[std::string(request.label)];
    const bool write = request.method != "GET";
    if (!within(write ? writes_ : reads_, write ? limits_.writes : limits_.reads)) {
      ++throttled;
      return {.status = 429, .headers = {{"Retry-After", "1"}}, .body = "{}"};
    }
    if (request.label == "smaregi.token") {
      return ok({{"scope", "x"},
                 {"token_type", "Bearer"},
                 {"expires_in", 10'000'000},
                 {"access_token", "t"}});
    }
    if (request.label == "smaregi.customers.create") {
      json member = json::parse(request.body);
      ++members[member["customerCode"].get<std::string>()];
      member["customerId"] = std::to_string(++last_member_);
      member["status"] = "0";
      return ok(member);
    }
    if (request.label == "smaregi.points.get") {
      const std::string id = request.url.substr(request.url.rfind('=') + 1);
      return ok(json::array({{{"customerId", id}, {"point", "0"}}}));
    }
    return ok(json::array());
  }

  static int64_t id_in(const std::string& gid) {
    return std::stoll(gid.substr(gid.rfind('/') + 1));
  }
  static json customer(int64_t id) {
    return {
        {"id", "gid://shopify/Customer/" + std::to_string(id)},
        {"firstName", "花子"},
        {"lastName", "山田" + std::to_string(id)},
        {"locale", "ja"},
        {"updatedAt", "2026-01-01T00:00:00Z"},
        {"tags", {kBackfillTag}},
        {"defaultEmailAddress",
         {{"emailAddress", std::to_string(id) + "@example.jp"}, {"marketingState", "SUBSCRIBED"}}},
        {"defaultPhoneNumber", {{"phoneNumber", "+819012345678"}}},
        {"defaultAddress", nullptr},
        {"metafields", {{"nodes", json::array()}}}};
  }

  HttpReply shopify(const HttpRequest& request) {
    const json body = json::parse(request.body);
    const std::string name = body["operationName"];
    const json& given = body["variables"];
    ++calls[name];
    json data = json::object();
    // Points as cost.mjs of the stand-in counts them: asked for, and really touched.
    double requested = 10;
    double actual = 10;
    if (name == "CustomersTagged") {
      const auto first = given["first"].get<int64_t>();
      const std::string query = given["query"];
      const int64_t after = std::stoll(query.substr(query.find('>') + 1));
      json nodes = json::array();
      for (int64_t id = after + 1; id <= std::min(customers_, after + first); ++id) {
        nodes.push_back(customer(id));
      }
      requested = 2 + static_cast<double>(first) * (4 + 2 + given["keyCount"].get<double>());
      actual = 2 + static_cast<double>(nodes.size()) * kPointsOfACustomer;
      data["customers"] = {{"pageInfo", {{"hasNextPage", after + first < customers_}}},
                           {"nodes", std::move(nodes)}};
    } else if (name == "CustomersCount") {
      requested = actual = 3;
      data["customerSegmentMembers"] = {{"totalCount", customers_}};
    } else if (name == "TagsAddAndRead") {
      const int64_t id = id_in(given["id"]);
      ++tagged[id];
      data["tagsAdd"] = {{"node", customer(id)}, {"userErrors", json::array()}};
    } else if (name == "MetafieldsSet") {
      for (const json& one : given["metafields"]) ++published[id_in(one["ownerId"])];
      data["metafieldsSet"] = {{"userErrors", json::array()}};
    } else {
      ADD_FAILURE() << "nobody should ask " << name;
    }
    const double now = clock_.passed();
    available_ = std::min(limits_.points, available_ + (now - at_) * limits_.points_a_second);
    at_ = now;
    const bool refused = available_ < requested;
    if (refused) {
      ++throttled;
    } else {
      available_ -= actual;
      points_spent += actual;
    }
    json reply = {{"extensions",
                   {{"cost",
                     {{"requestedQueryCost", requested},
                      {"throttleStatus",
                       {{"maximumAvailable", limits_.points},
                        {"currentlyAvailable", std::floor(available_)},
                        {"restoreRate", limits_.points_a_second}}}}}}}};
    if (refused) {
      reply["errors"] = {{{"message", "Throttled"}, {"extensions", {{"code", "THROTTLED"}}}}};
    } else {
      reply["data"] = std::move(data);
    }
    return ok(reply);
  }

  static HttpReply ok(const json& body) {
    return {.status = 200, .headers = {}, .body = body.dump()};
  }

 public:
  // customer, address of e-mail, phone, no address, an empty list of metafields
  static constexpr double kPointsOfACustomer = 3 + 2;

 private:
  const PlatformLimits limits_;
  VirtualClock& clock_;
  const int64_t customers_;
  fakes::SeededRandom random_{20'261'122};
  std::deque<double> writes_, reads_;
  double available_;
  double at_ = 0;
  int64_t last_member_ = 0;
};

}  // namespace tsunagi::test

// The log: one JSON object a line, nothing typed by people unescaped, nothing lost without a word.

#include "server/base/log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "server/base/metrics.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { std::remove(file.c_str()); }
  std::vector<Json> lines() {
    std::vector<Json> found;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      found.push_back(Json::parse(line, nullptr, false));
    }
    return found;
  }
  const std::string file =
      testing::TempDir() + "/tsunagi-log-" + std::to_string(reinterpret_cast<uintptr_t>(this));
};

TEST_F(LogTest, WritesEachEventAsOneObject) {
  {
    Log log({LogLevel::kInfo, file});
    log.debug("too.quiet");
    log.info("event", {{"text", "a\"b\\c\nd\x01"}, {"figure", 42}, {"wide", "あ"}});
    log.access({.request_id = 0xabc,
                .unix_us = 1'790'000'000'123'456,
                .tenant = 7,
                .duration_us = 12,
                .bytes = 3,
                .status = 404,
                .method = "GET",
                .route = "/proxy",
                .code = "not_found"});
  }
  const auto found = lines();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]["event"], "event");
  EXPECT_EQ(found[0]["text"], "a\"b\\c\nd\x01");
  EXPECT_EQ(found[0]["figure"], 42);
  EXPECT_EQ(found[1]["id"], "0000000000000abc");
  EXPECT_EQ(found[1]["time"], "2026-09-21T14:13:20.123456Z");
  EXPECT_EQ(found[1]["status"], 404);
  EXPECT_EQ(found[1]["tenant"], 7);
  EXPECT_EQ(found[1]["code"], "not_found");
}

TEST_F(LogTest, CutsWhatIsTooLong) {
  {
    Log log({LogLevel::kInfo, file});
    log.info("long", {{"text", std::string(10 * kLogValueMaxBytes, 'a')}});
  }
  EXPECT_EQ(lines().at(0)["text"].get<std::string>().size(), kLogValueMaxBytes);
}

TEST_F(LogTest, CountsWhatAFullQueueDropped) {
  constexpr size_t kThreads = 4;
  constexpr size_t kEach = kLogQueueEntries;
  {
    Log log({LogLevel::kInfo, file});
    std::vector<std::thread> writers;
    for (size_t i = 0; i < kThreads; ++i) {
      writers.emplace_back([&log] {
        for (size_t n = 0; n < kEach; ++n) {
          log.access({.status = 200, .method = "GET", .route = "/r"});
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  size_t written = 0;
  size_t dropped = 0;
  for (const Json& line : lines()) {
    if (line["event"] == "request") ++written;
    if (line["event"] == "log.dropped") dropped += line["entries"].get<size_t>();
  }
  EXPECT_EQ(written + dropped, kThreads * kEach);
}

TEST(Log, SaysThatItsFileCannotBeOpened) {
  EXPECT_ANY_THROW(Log({LogLevel::kInfo, "/proc/no/such/place/log"}));
}

TEST(Metrics, CountByRouteAndStatus) {
  Metrics metrics;
  const char* route = "/proxy/card.json";
  for (int i = 0; i < 3; ++i) metrics.request(route, 200, 0.001);
  metrics.request(route, 401, 0.001);
  metrics.upstream("smaregi", "customers.get", "ok", 0.1);
  metrics.queue("outbox", {.waiting = 5, .dead = 1, .review = 2});
  const std::string text = metrics.text();
  for (const char* line :
       {R"(tsunagi_http_requests_total{route="/proxy/card.json",status="200"} 3)",
        R"(tsunagi_http_requests_total{route="/proxy/card.json",status="401"} 1)",
        R"(tsunagi_http_request_seconds_count{route="/proxy/card.json"} 4)",
        R"(tsunagi_queue_waiting{queue="outbox"} 5)", R"(tsunagi_queue_dead{queue="outbox"} 1)",
        R"(tsunagi_queue_review{queue="outbox"} 2)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
  EXPECT_NE(text.find("tsunagi_upstream_calls_total{"), std::string::npos) << text;
}

}  // namespace
}  // namespace tsunagi

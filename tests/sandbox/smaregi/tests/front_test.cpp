// The stand-in over real HTTP: faults, the request log, webhooks that arrive, the till page, a
// clean stop.

#include "tests/sandbox/smaregi/http/front.h"

#include <httplib.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/sandbox/smaregi/model/wire.h"
#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

// The app that webhooks are sent to.
class Listener {
 public:
  Listener() {
    server_.Post("/hook", [this](const httplib::Request& request, httplib::Response&) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      changed_.notify_all();
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~Listener() {
    server_.stop();
    thread_.join();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/hook";
  }
  std::vector<httplib::Request> wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10),
                                  [&] { return requests_.size() >= count; }));
    return requests_;
  }

 private:
  httplib::Server server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<httplib::Request> requests_;
  int port_ = 0;
  std::thread thread_;
};

class FrontTest : public ::testing::Test {
 protected:
  FrontTest()
      : front(platform.sandbox, {}),
        thread([this] { front.run(); }),
        client("127.0.0.1", front.port()) {
    client.set_read_timeout(10);
    token = platform.token("pos.customers:read pos.customers:write");
    client.set_default_headers({{"Authorization", "Bearer " + token}});
  }
  ~FrontTest() override {
    front.stop();
    thread.join();
  }
  void faults(const Json& body) { platform.control("PUT", "/_sandbox/faults", body); }
  Json log() { return parse(platform.control("GET", "/_sandbox/requests")).at("requests"); }

  Platform platform;
  Front front;
  std::thread thread;
  httplib::Client client;
  std::string token;
};

TEST_F(FrontTest, SpeaksTheApiAndKeepsALog) {
  platform.add_member("A+B");
  const auto reply = client.Get("/sb_test/pos/customers?customer_code=A%2BB");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(Json::parse(reply->body).size(), 1U);
  EXPECT_EQ(client.Get("/sb_test/pos/customers/9")->get_header_value("Content-Type"),
            "application/problem+json");
  EXPECT_FALSE(parse_form("customer_code=%ZZ")) << "refused, never read as no filter";
  (void)client.Get("/_sandbox/clock");
  (void)client.Get("/till");
  const Json rows = log();
  ASSERT_EQ(rows.size(), 2U) << "control and till are not in it";
  EXPECT_EQ(rows[0].at("path"), "/sb_test/pos/customers");
  EXPECT_EQ(rows[0].at("query"), "customer_code=A%2BB");
  EXPECT_EQ(rows[0].at("client_id"), "tsunagi");
  EXPECT_EQ(rows[1].at("status"), 404);
  EXPECT_EQ(parse(platform.raw(
                      {.method = "GET", .path = "/_sandbox/requests", .query = {{"since", "1"}}}))
                .at("requests")
                .size(),
            1U);
  platform.control("DELETE", "/_sandbox/requests");
  EXPECT_TRUE(log().empty());
}

TEST_F(FrontTest, Faults) {
  faults({{"status", 503}, {"path", "/*/pos/customers"}, {"remaining", 1}});
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->status, 503);
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->status, 200) << "only once";
  faults({{"status", 429}});
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->get_header_value("Retry-After"), "1");
  faults({{"html", true}});
  EXPECT_NE(client.Get("/sb_test/pos/customers")->body.find("<html>"), std::string::npos);
  faults({{"drop", true}});
  EXPECT_FALSE(client.Get("/sb_test/pos/customers"));
  faults({{"half_body", true}});
  EXPECT_FALSE(client.Get("/sb_test/pos/customers/point")) << "it breaks off";
  faults({{"status", 500}, {"path", "/app"}});
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->status, 200) << "another path";
  faults(Json::object());
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->status, 200);
  EXPECT_EQ(log().at(0).at("faulted"), true);
}

TEST_F(FrontTest, DelayIsServedToTheOneItIsFor) {
  faults({{"delay_ms", 300}, {"path", "/*/pos/customers"}});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(client.Get("/sb_test/pos/customers")->status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
  EXPECT_GE(log().at(0).at("ms").get<int64_t>(), 300);
}

TEST_F(FrontTest, WrongFaultsAreRefused) {
  for (const char* body : {R"({"delay":1})", R"({"status":200})", R"({"delay_ms":60001})",
                           R"({"drop":"yes"})", "[]", "{"}) {
    EXPECT_EQ(platform.raw({.method = "PUT", .path = "/_sandbox/faults", .body = body}).status, 400)
        << body;
  }
}

TEST_F(FrontTest, WebhooksArriveWithTheirHeaders) {
  Listener listener;
  platform.control("PUT", "/_sandbox/apps",
                   {{"client_id", "tsunagi"}, {"webhook_url", listener.url()}});
  const auto made =
      client.Post("/sb_test/pos/customers",
                  R"({"customerCode":"A","lastName":"山","firstName":"花"})", "application/json");
  ASSERT_TRUE(made);
  const std::vector<httplib::Request> got = listener.wait_for(1);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(
      got[0].body,
      R"({"contractId":"sb_test","event":"pos:customers","action":"created","customerIds":["1"]})");
  EXPECT_EQ(got[0].get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(got[0].get_header_value("Smaregi-Event"), "pos:customers");
  EXPECT_EQ(got[0].get_header_value("X-Secret"), "hush");
  EXPECT_EQ(got[0].get_header_value("User-Agent"), "Smaregi-Platform-Api-Webhook/1.2.4(sandbox)");
}

TEST_F(FrontTest, TillPageInBothLanguages) {
  const auto japanese = client.Get("/till?contract=sb_test"),
             english = client.Get("/till?contract=sb_test&lang=en");
  EXPECT_NE(japanese->body.find("<html lang=\"ja\">"), std::string::npos);
  EXPECT_NE(japanese->body.find("会員コード"), std::string::npos);
  EXPECT_NE(english->body.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_EQ(english->body.find("{{"), std::string::npos) << "every word is filled in";
  EXPECT_EQ(client.Get("/till/till.js")->status, 200);
  EXPECT_EQ(client.Get("/till/till.css")->status, 200);
  EXPECT_EQ(client.Get("/till/other")->status, 404);
}

TEST_F(FrontTest, BodyOverTheLimitIsRefused) {
  const auto reply = client.Post("/sb_test/pos/customers", std::string(kMaxBodyBytes + 1, ' '),
                                 "application/json");
  EXPECT_TRUE(!reply || reply->status == 413);
  EXPECT_EQ(
      client.Post("/sb_test/pos/customers", std::string(kMaxBodyBytes, ' '), "application/json")
          ->status,
      400)
      << "at the limit: no JSON";
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox

#include "server/base/outbound.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "server/base/outbound_retry.h"
#include "tests/support/fake_world.h"
#include "tests/support/scripted_server.h"

namespace tsunagi {
namespace {

using namespace std::chrono_literals;
using test::ScriptedServer;

TEST(Outbound, SendsWhatItIsGivenAndGivesWhatItGets) {
  ScriptedServer server;
  server.on("POST /a/b",
            {test::Answer{.status = 201, .body = "hello", .headers = {{"X-Mark", "7"}}}});
  const auto outbound = make_outbound();
  const auto reply = outbound->send({.method = "POST",
                                     .url = server.url() + "/a/b?time=15%3A22%2B09",
                                     .headers = {{"X-Secret", "s3cret"}},
                                     .content_type = "text/plain",
                                     .body = "payload"});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->body, "hello");
  EXPECT_EQ(reply->header("x-mark"), "7");
  EXPECT_EQ(reply->header("absent"), "");
  const auto seen = server.seen("POST /a/b");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].query, "?time=15%3A22%2B09");
  EXPECT_EQ(seen[0].field("time"), "15:22+09");
  EXPECT_EQ(seen[0].body, "payload");
  EXPECT_EQ(seen[0].headers.find("X-Secret")->second, "s3cret");
}

TEST(Outbound, ConnectionsAreUsedAgain) {
  ScriptedServer server;
  server.on("GET /", {test::ok("{}")});
  const auto outbound = make_outbound();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(outbound->send({.url = server.url() + "/"}));
  EXPECT_EQ(server.count("GET /"), 5U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Outbound, RefusesPlainHttpToAnotherMachineAndHeadersThatCarryLines) {
  const auto outbound = make_outbound();
  for (const HttpRequest& request :
       {HttpRequest{.url = "http://example.com/"},
        HttpRequest{.url = "http://127.0.0.1.example.com/"},
        HttpRequest{.url = "gopher://127.0.0.1/"}, HttpRequest{.url = "http://user@127.0.0.1/"},
        HttpRequest{.url = "http://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}},
        HttpRequest{.url = "http://127.0.0.1/", .headers = {{"A:\r\nB", "c"}}},
        HttpRequest{.url = "http://127.0.0.1/", .content_type = "a\r\nB: c"},
        HttpRequest{.method = "GET /x HTTP/1.1\r\n", .url = "http://127.0.0.1/"}}) {
    const auto reply = outbound->send(request);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kInvalid) << request.url;
  }
}

TEST(Outbound, RedirectsAreNotFollowed) {
  ScriptedServer server;
  server.on("GET /",
            {test::Answer{.status = 302, .headers = {{"Location", server.url() + "/away"}}}});
  const auto reply = make_outbound()->send({.url = server.url() + "/"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
  EXPECT_EQ(server.count(), 1U);
}

TEST(Outbound, AReplyAtTheLimitIsWholeAndOnePastItIsRefused) {
  ScriptedServer server;
  server.on("GET /", [](const test::Seen& seen) {
    return test::ok(std::string(std::stoul(seen.field("size")), 'x'));
  });
  const auto outbound = make_outbound({.max_reply_bytes = 100'000});
  const auto at_limit = outbound->send({.url = server.url() + "/?size=100000"});
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_EQ(at_limit->body.size(), 100'000U);
  const auto past_it = outbound->send({.url = server.url() + "/?size=100001"});
  ASSERT_FALSE(past_it);
  EXPECT_EQ(past_it.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(past_it.error().message.find("too large"), std::string::npos);
}

TEST(Outbound, NoReplyInTimeHalfABodyAndNobodyThereAreUnavailable) {
  ScriptedServer server;
  server.on("GET /never", {test::never()});
  server.on("GET /half", {test::half_body()});
  std::vector<std::string> failures;
  const auto outbound = make_outbound({.on_done = [&](const OutboundEvent& event) {
    failures.emplace_back(event.failure);
    EXPECT_EQ(event.label, "a label");
    EXPECT_EQ(event.host, "127.0.0.1");
  }});
  const auto began = std::chrono::steady_clock::now();
  const auto never =
      outbound->send({.url = server.url() + "/never", .timeout = 100ms, .label = "a label"});
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  const auto half = outbound->send({.url = server.url() + "/half", .label = "a label"});
  const auto nobody = outbound->send({.url = "http://127.0.0.1:1/?code=T0123456789012",
                                      .headers = {{"Authorization", "Bearer s3cret"}},
                                      .label = "a label"});
  for (const auto* reply : {&never, &half, &nobody}) {
    ASSERT_FALSE(*reply);
    EXPECT_EQ(reply->error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(reply->error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(reply->error().message.find("T0123456789012"), std::string::npos);
  }
  EXPECT_EQ(failures, (std::vector<std::string>{"time-out", "reply cut off", "connection"}));
}

std::string pem_of(const std::function<void(BIO*)>& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* text = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(memory, &text));
  std::string pem(text, size);
  BIO_free(memory);
  return pem;
}

TEST(Outbound, AReplyThatTricklesInIsCutAtTheTotalTime) {
  ScriptedServer server;
  server.on("GET /", {test::trickle()});
  const auto began = std::chrono::steady_clock::now();
  const auto reply = make_outbound()->send({.url = server.url() + "/", .timeout = 300ms});
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("time-out"), std::string::npos) << reply.error().message;
}

// A certificate for 127.0.0.1 that nobody has signed but itself.
class TlsServer {
 public:
  TlsServer() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("Test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    const std::string certificate_pem =
        pem_of([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
    const std::string key_pem = pem_of([&](BIO* out) {
      PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    std::ofstream(ca_file) << certificate_pem;
    server_ = std::make_unique<httplib::SSLServer>(
        httplib::SSLServer::PemMemory{certificate_pem.data(), certificate_pem.size(),
                                      key_pem.data(), key_pem.size(), nullptr, 0, nullptr});
    X509_free(certificate);
    EVP_PKEY_free(key);
    server_->Get("/", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("secure", "text/plain");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    server_->wait_until_ready();
  }
  ~TlsServer() {
    server_->stop();
    thread_.join();
    std::filesystem::remove(ca_file);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(port_) + "/";
  }
  const std::string ca_file =
      testing::TempDir() + "outbound_test_" + std::to_string(getpid()) + ".pem";

 private:
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::thread thread_;
};

TEST(Outbound, CertificateAndHostNameAreVerified) {
  const TlsServer server;
  const auto strangers = make_outbound()->send({.url = server.url("127.0.0.1")});
  ASSERT_FALSE(strangers);
  EXPECT_EQ(strangers.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(strangers.error().message.find("certificate"), std::string::npos)
      << strangers.error().message;

  const auto outbound = make_outbound({.ca_file = server.ca_file});
  const auto trusted = outbound->send({.url = server.url("127.0.0.1")});
  ASSERT_TRUE(trusted) << trusted.error().message;
  EXPECT_EQ(trusted->body, "secure");
  const auto another_name = outbound->send({.url = server.url("localhost")});
  ASSERT_FALSE(another_name);
  EXPECT_NE(another_name.error().message.find("certificate"), std::string::npos)
      << another_name.error().message;
}

TEST(OutboundRetry, RetryAfter) {
  const auto of = [](const char* text) {
    return retry_after(HttpReply{.status = 429, .headers = {{"retry-after", text}}, .body = ""});
  };
  EXPECT_EQ(of("0"), 0s);
  EXPECT_EQ(of("7"), 7s);
  EXPECT_EQ(of("2.0"), 2s);
  EXPECT_EQ(of("999999999"), kLongestRetryAfter);
  for (const char* text :
       {"", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"}) {
    EXPECT_EQ(of(text), 1s) << text;
  }
}

TEST(OutboundRetry, BackoffDoublesWithJitterUpToItsLimit) {
  fakes::SeededRandom random(7);
  for (int attempt = 0; attempt < 40; ++attempt) {
    const auto whole = std::min(kLongestBackoff, 200ms * (1 << std::min(attempt, 10)));
    const auto nap = backoff(200ms, attempt, random);
    EXPECT_GE(nap, whole / 2);
    EXPECT_LE(nap, whole);
  }
}

TEST(OutboundRetry, OfAPlatformsWordsOnlyKnownOnesAreKept) {
  constexpr std::string_view kWords[] = {"[rank]", "必須", "taken"};
  EXPECT_EQ(known_words("山田の[rank]は必須です", kWords), "[rank] 必須");
  EXPECT_EQ(known_words("mail taro@example.com is\ttaken\r\n", kWords), "taken");
  EXPECT_EQ(known_words("", kWords), "");
  EXPECT_EQ(plain_name("metafields.0.value"), "metafields.0.value");
  EXPECT_EQ(plain_name("TAKEN_BY"), "TAKEN_BY");
  for (const std::string& text : {std::string("a b"), std::string("山田"), std::string("a@b.jp"),
                                  std::string(kNameMaxBytes + 1, 'a')}) {
    EXPECT_EQ(plain_name(text), "") << text;
  }
  EXPECT_EQ(plain_name(std::string(kNameMaxBytes, 'a')).size(), kNameMaxBytes);
}

}  // namespace
}  // namespace tsunagi

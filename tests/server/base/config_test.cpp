// The process's configuration: what it reads, and that every refusal names the key.

#include "server/base/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>

namespace tsunagi {
namespace {

constexpr const char* kKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class ConfigTest : public testing::Test {
 protected:
  std::map<std::string, std::string> environment = {{"TSUNAGI_SHOPIFY_CLIENT_SECRET", "shopify"},
                                                    {"TSUNAGI_SMAREGI_CLIENT_SECRET", "smaregi"},
                                                    {"TSUNAGI_SMAREGI_WEBHOOK_SECRET", "webhook"},
                                                    {"TSUNAGI_SECRET_KEY", kKey}};
  std::map<std::string, std::string> server = {{"public_url", "\"https://tsunagi.example/\""}};
  std::map<std::string, std::string> shopify = {{"client_id", "\"a\""}};
  std::map<std::string, std::string> smaregi = {{"client_id", "\"b\""}};
  std::string more;

  Result<Config> read() {
    std::string text;
    const auto add = [&text](const char* name, const std::map<std::string, std::string>& section) {
      text += "[" + std::string(name) + "]\n";
      for (const auto& [key, value] : section) text += key + " = " + value + "\n";
    };
    add("server", server);
    add("shopify", shopify);
    add("smaregi", smaregi);
    return parse_config(
        text + more, "/etc/tsunagi", [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          return found == environment.end() ? std::nullopt : std::optional(found->second);
        });
  }
  std::string refusal() {
    const auto config = read();
    return config.ok() ? "accepted" : config.error().message;
  }
};

TEST_F(ConfigTest, DefaultsAreEnoughBesideIdsAndSecrets) {
  const auto config = read();
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->server.listen.port, 8080);
  EXPECT_EQ(config->server.threads, 128);
  EXPECT_EQ(config->server.public_url, "https://tsunagi.example");
  EXPECT_EQ(config->shopify.admin_url, "https://{shop}");
  EXPECT_EQ(config->smaregi.webhook_secret, "webhook");
  EXPECT_EQ(config->secret_key[31], 31);
}

TEST_F(ConfigTest, WithoutAMailServerNoMailIsSent) {
  EXPECT_FALSE(read()->mail.sends());
  more = "[mail]\nsmtp_url = \"smtps://mail.example:465\"\nfrom = \"a@b.example\"\n";
  const auto config = read();
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_TRUE(config->mail.sends());
  EXPECT_EQ(config->mail.password, "") << "nobody is signed in";
  more += "user = \"tsunagi\"\n";
  EXPECT_NE(refusal().find("TSUNAGI_MAIL_PASSWORD"), std::string::npos);
  environment["TSUNAGI_MAIL_PASSWORD"] = "hush";
  EXPECT_EQ(read()->mail.password, "hush");
}

TEST_F(ConfigTest, AWrongMailServerIsRefused) {
  struct Row {
    const char *mail, *named;
  };
  for (const Row& row : {
           Row{"smtp_url = \"https://mail.example\"\nfrom = \"a@b\"", "mail.smtp_url"},
           Row{"smtp_url = \"smtp://user:pass@mail.example\"\nfrom = \"a@b\"", "mail.smtp_url"},
           Row{"smtp_url = \"smtp://mail.example/x\"\nfrom = \"a@b\"", "mail.smtp_url"},
           Row{"smtp_url = \"smtp://\"\nfrom = \"a@b\"", "mail.smtp_url"},
           Row{"smtp_url = \"smtp://mail.example:25\"", "mail.from"},
           Row{"smtp_url = \"smtp://mail.example\"\nfrom = \"Tsunagi <a@b>\"", "mail.from"},
           Row{"smtp_url = \"smtp://mail.example\"\nfrom = \"a@b\\r\\nBcc: c@d\"", "mail.from"},
           Row{"from = \"a@b\"", "mail.smtp_url"},
           Row{"password = \"x\"", "mail.password"},
       }) {
    more = "[mail]\n" + std::string(row.mail) + "\n";
    EXPECT_NE(refusal().find(row.named), std::string::npos) << row.mail << ": " << refusal();
  }
}

TEST_F(ConfigTest, EveryRefusalNamesItsKey) {
  struct Row {
    std::map<std::string, std::string>* section;
    const char *key, *value, *named;
  };
  const Row rows[] = {
      {&server, "listen", "\"8080\"", "server.listen"},
      {&server, "listen", "\"a:65536\"", "server.listen"},
      {&server, "listen", "\"a:80x\"", "server.listen"},
      {&server, "listen", "80", "server.listen"},
      {&server, "admin_listen", "\"0.0.0.0:9080\"", "server.admin_listen"},
      {&server, "threads", "0", "server.threads"},
      {&server, "threads", "1025", "server.threads"},
      {&server, "threads", "\"8\"", "server.threads"},
      {&server, "public_url", "\"\"", "server.public_url"},
      {&server, "public_url", "\"http://tsunagi.example\"", "server.public_url"},
      {&server, "pubic_url", "\"https://a\"", "server.pubic_url"},
      {&shopify, "client_id", "\"\"", "shopify.client_id"},
      {&shopify, "admin_url", "\"http://{shop}\"", "shopify.admin_url"},
      {&shopify, "app_bridge_url", "\"//cdn.shopify.com\"", "shopify.app_bridge_url"},
      {&shopify, "admin_frame", "[\"https://*.shopify.com\"]", "shopify.admin_frame"},
      {&shopify, "admin_frame", "[]", "shopify.admin_frame"},
      {&shopify, "client_secret", "\"in the file\"", "shopify.client_secret"},
      {&smaregi, "id_url", "\"http://id.smaregi.jp\"", "smaregi.id_url"},
      {&smaregi, "api_url", "\"ftp://127.0.0.1\"", "smaregi.api_url"},
      {&smaregi, "webhook_header", "\"a b\"", "smaregi.webhook_header"},
  };
  for (const Row& row : rows) {
    const auto before = *row.section;
    (*row.section)[row.key] = row.value;
    EXPECT_TRUE(refusal().starts_with(row.named))
        << row.key << " = " << row.value << ": " << refusal();
    *row.section = before;
  }
  more = "[log]\nlevel = \"loud\"\n";
  EXPECT_TRUE(refusal().starts_with("log.level")) << refusal();
  more = "[database]\nurl = \"mysql://a\"\n";
  EXPECT_TRUE(refusal().starts_with("database.url")) << refusal();
  more = "[databse]\n";
  EXPECT_TRUE(refusal().starts_with("databse")) << refusal();
  more = "[log\n";
  EXPECT_TRUE(refusal().starts_with("line ")) << refusal();
}

TEST_F(ConfigTest, SecretsComeFromTheEnvironmentOrAFile) {
  const std::string file = testing::TempDir() + "/tsunagi-secret";
  std::ofstream(file) << "from a file\n";
  environment.erase("TSUNAGI_SHOPIFY_CLIENT_SECRET");
  EXPECT_TRUE(refusal().starts_with("TSUNAGI_SHOPIFY_CLIENT_SECRET is missing")) << refusal();
  environment["TSUNAGI_SHOPIFY_CLIENT_SECRET_FILE"] = file;
  EXPECT_EQ(read()->shopify.client_secret, "from a file");
  environment["TSUNAGI_SHOPIFY_CLIENT_SECRET"] = "both";
  EXPECT_NE(refusal().find("both set"), std::string::npos) << refusal();
  environment.erase("TSUNAGI_SHOPIFY_CLIENT_SECRET");
  environment["TSUNAGI_SHOPIFY_CLIENT_SECRET_FILE"] = file + "-missing";
  EXPECT_NE(refusal().find("cannot be read"), std::string::npos) << refusal();
  std::remove(file.c_str());
}

TEST_F(ConfigTest, TheKeyIs32BytesOfBase64) {
  for (const char* wrong :
       {"", "x", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISI=",
        "!!ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}) {
    environment["TSUNAGI_SECRET_KEY"] = wrong;
    EXPECT_TRUE(refusal().starts_with("TSUNAGI_SECRET_KEY")) << wrong << ": " << refusal();
    const bool telling = std::string_view(wrong).size() > 1;  // one letter stands in any sentence
    EXPECT_TRUE(!telling || refusal().find(wrong) == std::string::npos) << "a secret in a message";
  }
}

TEST(BaseUrls, AreHttpsOrThisMachine) {
  for (const char* good :
       {"https://id.smaregi.jp", "http://127.0.0.1:8080", "http://localhost:1/x", "http://[::1]:80",
        "https://{shop}", "http://127.0.0.1:9/_shops/{shop}"}) {
    EXPECT_TRUE(is_safe_base_url(good)) << good;
  }
  for (const char* wrong :
       {"", "http://", "https://", "http://example.com", "http://127.0.0.1.evil.example",
        "http://localhost.evil.example", "http://evil@127.0.0.1", "http://127.0.0.1@evil.example",
        "https://a b", "ftp://127.0.0.1", "127.0.0.1", "http:\\\\127.0.0.1"}) {
    EXPECT_FALSE(is_safe_base_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tsunagi

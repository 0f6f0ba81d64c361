#pragma once
// Configuration of the process: a TOML file for what is no secret, the environment (or files it
// names) for what is. Every error names the key and says what is expected.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/crypto.h"
#include "wasm/core/result.h"

namespace tsunagi {

struct ListenAddress {
  std::string host;  // an IP address or a name of this machine
  int port = 0;      // 0: any free port
};

struct ServerConfig {
  ListenAddress listen{"127.0.0.1", 8080};
  ListenAddress admin_listen{"127.0.0.1", 9080};  // loopback only
  std::string public_url;                         // without a slash at the end
  int threads = 128;                              // kMinThreads..kMaxThreads
  std::string assets;  // folder that holds liquid/ and theme-extension/assets/
};
inline constexpr int kMinThreads = 1;
inline constexpr int kMaxThreads = 1024;

struct ShopifyConfig {
  std::string client_id;
  std::string client_secret;
  std::string admin_url = "https://{shop}";  // {shop} becomes the shop's myshopify domain
  std::string app_bridge_url = "https://cdn.shopify.com/shopifycloud/app-bridge.js";
  // Who may frame the merchant page: {shop} as above.
  std::vector<std::string> admin_frame{"https://{shop}", "https://admin.shopify.com"};
};

struct SmaregiConfig {
  std::string client_id;
  std::string client_secret;
  std::string webhook_header = "X-Tsunagi-Webhook";  // the custom header of the app's settings
  std::string webhook_secret;                        // and its value
  std::string id_url = "https://id.smaregi.jp";
  std::string api_url = "https://api.smaregi.jp";
};

// Mail to merchants. Without a server none is sent.
struct MailConfig {
  std::string smtp_url;  // "smtps://host:465", "smtp://host:587"; "" is none
  std::string user;      // "" signs in nobody
  std::string password;
  std::string from;  // one address
  [[nodiscard]] bool sends() const { return !smtp_url.empty(); }
};

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };
struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  std::string file;  // "": standard error
};

struct Config {
  ServerConfig server;
  std::string database_url = "sqlite://tsunagi.db";
  ShopifyConfig shopify;
  SmaregiConfig smaregi;
  MailConfig mail;
  LogConfig log;
  std::array<uint8_t, kSecretKeyBytes> secret_key{};
};

// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// text: TOML. folder: what relative paths of the file are relative to.
Result<Config> parse_config(std::string_view text, const std::string& folder,
                            const Environment& environment);
Result<Config> load_config(const std::string& file, const Environment& environment);

// An address of a platform must be https, or http on this machine (a stand-in, a test).
[[nodiscard]] bool is_safe_base_url(std::string_view url);

}  // namespace tsunagi

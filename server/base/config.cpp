#include "server/base/config.h"

#include <openssl/evp.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "server/base/url.h"
#include "server/domain/ascii.h"
#include "server/domain/mail_address.h"

#ifndef TSUNAGI_DEFAULT_ASSETS
#define TSUNAGI_DEFAULT_ASSETS ""
#endif

namespace tsunagi {
namespace {

constexpr size_t kConfigMaxBytes = 64 * 1024;
constexpr size_t kSecretMaxBytes = 4096;
constexpr int kMaxPort = 65535;

// Thrown inside this file only: a wrong value deep in a table ends the reading at once.
struct Wrong {
  std::string message;
};
[[noreturn]] void wrong(const std::string& key, const std::string& expected) {
  throw Wrong{key + " " + expected};
}

// One table of the file. Keys that nobody asked for are refused, so that a misspelt one is not
// silently ignored.
class Section {
 public:
  Section(const toml::table& root, std::string name) : name_(std::move(name)) {
    const toml::node* node = root.get(name_);
    if (node == nullptr) return;
    table_ = node->as_table();
    if (table_ == nullptr) wrong(name_, "must be a table: [" + name_ + "]");
  }
  void text(std::string_view key, std::string& value) {
    if (const toml::node* node = take(key)) {
      const auto found = node->value_exact<std::string>();
      if (!found) wrong(full(key), "must be a text in quotes");
      value = *found;
    }
  }
  void number(std::string_view key, int& value, int least, int most) {
    if (const toml::node* node = take(key)) {
      const auto found = node->value_exact<int64_t>();
      if (!found || *found < least || *found > most) {
        wrong(full(key),
              "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
      }
      value = static_cast<int>(*found);
    }
  }
  void texts(std::string_view key, std::vector<std::string>& value) {
    if (const toml::node* node = take(key)) {
      const toml::array* list = node->as_array();
      if (list == nullptr || list->empty()) wrong(full(key), "must be a list of texts");
      value.clear();
      for (const toml::node& entry : *list) {
        const auto found = entry.value_exact<std::string>();
        if (!found) wrong(full(key), "must be a list of texts");
        value.push_back(*found);
      }
    }
  }
  void finish() const {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (!known_.contains(std::string(key.str()))) {
        wrong(full(key.str()), "is not a setting of Tsunagi");
      }
    }
  }
  [[nodiscard]] std::string full(std::string_view key) const {
    return name_ + "." + std::string(key);
  }

 private:
  const toml::node* take(std::string_view key) {
    known_.emplace(key);
    return table_ == nullptr ? nullptr : table_->get(key);
  }
  std::string name_;
  const toml::table* table_ = nullptr;
  std::set<std::string> known_;
};

ListenAddress listen_address(const std::string& key, const std::string& text) {
  const size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon == std::string::npos || colon == 0) wrong(key, "must be HOST:PORT");
  address.host = text.substr(0, colon);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  const char* first = text.data() + colon + 1;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, address.port);
  if (error != std::errc() || end != last || address.port < 0 || address.port > kMaxPort) {
    wrong(key, "must end in a port from 0 to 65535");
  }
  return address;
}

void base_url(const std::string& key, std::string& url) {
  while (url.ends_with('/')) url.pop_back();
  if (!is_safe_base_url(url)) {
    wrong(key, "must be an https address (plain http is allowed on this machine only)");
  }
}

void trim_line_end(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
}

std::string secret(const Environment& environment, const std::string& name) {
  std::optional<std::string> value = environment(name);
  const std::optional<std::string> file = environment(name + "_FILE");
  if (value && file) throw Wrong{name + " and " + name + "_FILE are both set: set one"};
  if (file) {
    std::ifstream stream(*file, std::ios::binary);
    if (!stream) throw Wrong{name + "_FILE names a file that cannot be read: " + *file};
    std::string text(kSecretMaxBytes, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(stream.gcount()));
    trim_line_end(text);
    value = std::move(text);
  }
  if (!value || value->empty()) {
    throw Wrong{name + " is missing: set it in the environment, or " + name + "_FILE to a file"};
  }
  return *value;
}

std::array<uint8_t, kSecretKeyBytes> secret_key(const std::string& name, const std::string& text) {
  constexpr size_t kBase64Length = 44;  // of 32 bytes
  std::array<uint8_t, kSecretKeyBytes> key{};
  std::array<uint8_t, kSecretKeyBytes + 1> decoded{};
  const bool shaped = text.size() == kBase64Length && text.back() == '=';
  if (!shaped ||
      EVP_DecodeBlock(decoded.data(), reinterpret_cast<const uint8_t*>(text.data()),
                      static_cast<int>(text.size())) != static_cast<int>(decoded.size())) {
    throw Wrong{name + " must be 32 bytes in base64, for example from: openssl rand -base64 32"};
  }
  std::copy_n(decoded.begin(), key.size(), key.begin());
  return key;
}

LogLevel log_level(const std::string& key, const std::string& word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "info") return LogLevel::kInfo;
  if (word == "warning") return LogLevel::kWarning;
  if (word == "error") return LogLevel::kError;
  wrong(key, "must be debug, info, warning or error");
}

void read_server(const toml::table& root, const std::string& folder, ServerConfig& server) {
  Section section(root, "server");
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:9080";
  server.assets = TSUNAGI_DEFAULT_ASSETS;
  section.text("listen", listen);
  section.text("admin_listen", admin_listen);
  section.text("public_url", server.public_url);
  section.number("threads", server.threads, kMinThreads, kMaxThreads);
  section.text("assets", server.assets);
  section.finish();
  server.listen = listen_address("server.listen", listen);
  server.admin_listen = listen_address("server.admin_listen", admin_listen);
  if (!is_loopback(server.admin_listen.host)) {
    wrong("server.admin_listen", "must be an address of this machine, for example 127.0.0.1:9080");
  }
  if (server.public_url.empty()) {
    wrong("server.public_url", "is missing: the address merchants reach");
  }
  base_url("server.public_url", server.public_url);
  if (server.assets.empty()) {
    wrong("server.assets", "is missing: the folder with liquid and theme-extension");
  }
  server.assets = (std::filesystem::path(folder) / server.assets).lexically_normal().string();
}

void read_shopify(const toml::table& root, ShopifyConfig& shopify) {
  Section section(root, "shopify");
  section.text("client_id", shopify.client_id);
  section.text("admin_url", shopify.admin_url);
  section.text("app_bridge_url", shopify.app_bridge_url);
  section.texts("admin_frame", shopify.admin_frame);
  section.finish();
  if (shopify.client_id.empty()) wrong("shopify.client_id", "is missing");
  base_url("shopify.admin_url", shopify.admin_url);
  base_url("shopify.app_bridge_url", shopify.app_bridge_url);
  for (std::string& frame : shopify.admin_frame) {
    base_url("shopify.admin_frame", frame);
    if (frame.find_first_of(" ;,'\"*") != std::string::npos) {
      wrong("shopify.admin_frame", "must hold origins without wildcards");
    }
  }
}

void read_smaregi(const toml::table& root, SmaregiConfig& smaregi) {
  Section section(root, "smaregi");
  section.text("client_id", smaregi.client_id);
  section.text("id_url", smaregi.id_url);
  section.text("api_url", smaregi.api_url);
  section.text("webhook_header", smaregi.webhook_header);
  section.finish();
  const bool header_name = std::ranges::all_of(
      smaregi.webhook_header, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  if (smaregi.webhook_header.empty() || !header_name) {
    wrong("smaregi.webhook_header", "must be a header's name: letters, digits and -");
  }
  if (smaregi.client_id.empty()) wrong("smaregi.client_id", "is missing");
  base_url("smaregi.id_url", smaregi.id_url);
  base_url("smaregi.api_url", smaregi.api_url);
}

// A mail server's address: smtp or smtps, a host and perhaps a port, nothing else.
bool is_smtp_url(std::string_view url) {
  constexpr std::string_view kSmtp = "smtp://";
  constexpr std::string_view kSmtps = "smtps://";
  const bool smtps = url.starts_with(kSmtps);
  if (!smtps && !url.starts_with(kSmtp)) return false;
  const std::string_view host = url.substr(smtps ? kSmtps.size() : kSmtp.size());
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

void read_mail(const toml::table& root, const Environment& environment, MailConfig& mail) {
  constexpr const char* kPassword = "TSUNAGI_MAIL_PASSWORD";
  Section section(root, "mail");
  section.text("smtp_url", mail.smtp_url);
  section.text("user", mail.user);
  section.text("from", mail.from);
  section.finish();
  if (!mail.sends()) {
    if (!mail.user.empty() || !mail.from.empty()) wrong("mail.smtp_url", "is missing");
    return;
  }
  if (!is_smtp_url(mail.smtp_url)) {
    wrong("mail.smtp_url", "must be smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS");
  }
  if (!is_mail_address(mail.from)) wrong("mail.from", "must be one e-mail address");
  if (!mail.user.empty()) mail.password = secret(environment, kPassword);
}

Config read(const toml::table& root, const std::string& folder, const Environment& environment) {
  constexpr std::array<std::string_view, 6> kSections{"server",  "database", "shopify",
                                                      "smaregi", "mail",     "log"};
  for (const auto& [key, node] : root) {
    if (std::ranges::find(kSections, key.str()) == kSections.end()) {
      wrong(std::string(key.str()), "is not a section of Tsunagi's configuration");
    }
  }
  Config config;
  read_server(root, folder, config.server);
  Section database(root, "database");
  database.text("url", config.database_url);
  database.finish();
  if (!config.database_url.starts_with("sqlite://") &&
      !config.database_url.starts_with("postgresql://")) {
    wrong("database.url", "must begin with sqlite:// or postgresql://");
  }
  read_shopify(root, config.shopify);
  read_smaregi(root, config.smaregi);
  read_mail(root, environment, config.mail);
  Section log(root, "log");
  std::string level = "info";
  log.text("level", level);
  log.text("file", config.log.file);
  log.finish();
  config.log.level = log_level("log.level", level);
  config.shopify.client_secret = secret(environment, "TSUNAGI_SHOPIFY_CLIENT_SECRET");
  config.smaregi.client_secret = secret(environment, "TSUNAGI_SMAREGI_CLIENT_SECRET");
  config.smaregi.webhook_secret = secret(environment, "TSUNAGI_SMAREGI_WEBHOOK_SECRET");
  config.secret_key = secret_key("TSUNAGI_SECRET_KEY", secret(environment, "TSUNAGI_SECRET_KEY"));
  return config;
}

}  // namespace

bool is_safe_base_url(std::string_view url) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const std::string text = ascii_lower(url);
  const bool https = text.starts_with(kHttps);
  if (!https && !text.starts_with(kHttp)) return false;
  std::string_view rest = std::string_view(text).substr(https ? kHttps.size() : kHttp.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == '\\'; })) {
    return false;
  }
  if (https) return true;
  if (authority.front() == '[') return authority.starts_with("[::1]");
  return is_loopback(authority.substr(0, authority.find(':')));
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<Config> parse_config(std::string_view text, const std::string& folder,
                            const Environment& environment) {
  try {
    return read(toml::parse(text), folder, environment);
  } catch (const Wrong& error) {
    return Error{ErrorCode::kInvalid, error.message};
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kInvalid, "line " + std::to_string(error.source().begin.line) + ": " +
                                          std::string(error.description())};
  }
}

Result<Config> load_config(const std::string& file, const Environment& environment) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{ErrorCode::kNotFound, file + " cannot be read"};
  std::string text(kConfigMaxBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > kConfigMaxBytes) {
    return Error{ErrorCode::kInvalid, file + " is larger than 64 KiB"};
  }
  auto config = parse_config(text, std::filesystem::path(file).parent_path().string(), environment);
  if (!config.ok()) return Error{config.error().code, file + ": " + config.error().message};
  return config;
}

}  // namespace tsunagi

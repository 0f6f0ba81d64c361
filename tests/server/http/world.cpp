#include "tests/server/http/world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "server/base/crypto.h"
#include "server/base/url.h"

namespace tsunagi::http {
namespace {

namespace fs = std::filesystem;
constexpr int kPatienceSeconds = 20;  // a test that waits longer has failed

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

Result<Done> CountingStorage::install(const ShopIdentity& shop) {
  ++writes;
  return FakeStorage::install(shop);
}
Result<Done> CountingStorage::join_contract(TenantId tenant, std::string_view contract) {
  const auto owner = tenant_by_contract(contract);
  if (owner.ok() && owner->has_value() && (*owner)->id != tenant) {
    return Error{ErrorCode::kConflict, "another shop's"};
  }
  ++writes;
  return FakeStorage::join_contract(tenant, contract);
}
Result<Done> CountingStorage::save_settings(TenantId tenant, const Settings& settings,
                                            const std::vector<Change>& also) {
  ++writes;
  return FakeStorage::save_settings(tenant, settings, also);
}
Result<Done> CountingStorage::put_secrets(
    TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) {
  ++writes;
  return FakeStorage::put_secrets(tenant, secrets);
}
Result<Done> CountingStorage::put_oauth_state(TenantId tenant, std::string_view state,
                                              std::string_view verifier, Seconds now) {
  ++writes;
  (void)now;
  states_[std::string(state)] = {tenant, std::string(verifier)};
  return Done{};
}
Result<std::optional<std::pair<TenantId, std::string>>> CountingStorage::take_oauth_state(
    std::string_view state, Seconds) {
  const auto found = states_.find(state);
  if (found == states_.end()) return std::optional<std::pair<TenantId, std::string>>{};
  std::optional<std::pair<TenantId, std::string>> taken = found->second;
  states_.erase(found);
  return taken;
}
Result<Done> CountingStorage::put_pending_join(const PendingJoin& join, std::string_view token,
                                               Seconds now) {
  ++writes;
  return FakeStorage::put_pending_join(join, token, now);
}
Result<Done> CountingStorage::apply(TenantId tenant, const std::vector<Change>& changes) {
  ++writes;
  return FakeStorage::apply(tenant, changes);
}
Result<bool> CountingStorage::put_inbox(TenantId tenant, const InboxEvent& event) {
  ++writes;
  return FakeStorage::put_inbox(tenant, event);
}

std::string SignInPos::sign_in_url(std::string_view state, std::string_view code_challenge,
                                   std::string_view redirect_uri) {
  challenge = code_challenge;
  return "https://id.example/authorize?state=" + std::string(state) +
         "&redirect_uri=" + std::string(redirect_uri);
}

Result<std::string> SignInPos::contract_of_sign_in(std::string_view, std::string_view code_verifier,
                                                   std::string_view) {
  verifier = code_verifier;
  return contract;
}

Result<ShopIdentity> InstallingShop::install(std::string_view shop_domain, std::string_view) {
  ++installs;
  ShopIdentity identity{shop_domain == kShop ? kShopId : kShopId + 1, std::string(shop_domain),
                        "店"};
  if (const auto stored = storage_.install(identity); !stored.ok()) return stored.error();
  const auto kept =
      storage_.put_secrets(identity.id, {{SecretPurpose::kShopifyAccess, {"token", 0}}});
  if (!kept.ok()) return kept.error();
  return identity;
}

std::string asset_folder() {
  static const std::string folder = [] {
    const fs::path made =
        fs::temp_directory_path() / ("tsunagi-http-test-" + std::to_string(getpid()));
    const fs::path source = TSUNAGI_SOURCE_DIR;
    fs::create_directories(made / "server/http");
    fs::copy(source / "server/http/admin", made / "server/http/admin",
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    write_file(made / "theme-extension/assets/tsunagi.css", ".tsunagi{}");
    write_file(made / "theme-extension/assets/tsunagi.wasm", std::string("\0asm\1\0\0\0", 8));
    write_file(made / "liquid/card-page/card-page.js", "export {};");
    write_file(made / "liquid/card-page/sw.js",
               "const NAME = '%release%'; const FILES = ['%asset:tsunagi.css%'];");
    write_file(
        made / "liquid/card-page.liquid",
        "{% layout none %}<link href=\"%asset:tsunagi.css%\"><a href=\"%base%/card\">50% off</a>");
    write_file(made / "liquid/stock-page.liquid",
               "<link href=\"%asset:tsunagi.css%\"><b data-area=\"%area%\"></b>"
               "<i>%japanese%</i><p>%english%</p>");
    write_file(made / "liquid/pickup-page.liquid",
               "<link href=\"%asset:tsunagi.css%\"><p data-base=\"%base%\"></p>");
    write_file(made / "liquid/pickup-page/pickup.js", "export {};");
    write_file(made / "server/http/staff/staff.js", "export {};");
    write_file(made / "server/http/staff/staff.html",
               "<title>Tsunagi</title><script src=\"%base%/assets/%asset:staff.js%\"></script>");
    write_file(made / "liquid/manifest.json",
               R"({"name":"%name%","lang":"%language%","start_url":"%base%/card"})");
    return made.string();
  }();
  return folder;
}

std::string Answer::header(std::string_view name) const {
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const size_t at = head.find(wanted);
  if (at == std::string::npos) return {};
  const size_t from = at + wanted.size();
  return head.substr(from, head.find("\r\n", from) - from);
}

Answer parse_answer(std::string raw) {
  Answer answer;
  const size_t end = raw.find("\r\n\r\n");
  if (raw.size() > 12 && end != std::string::npos) {
    answer.status = std::atoi(raw.c_str() + 9);  // NOLINT(cert-err34-c): 0 is no status either
    answer.head = raw.substr(0, end + 2);
    answer.body = raw.substr(end + 4);
  }
  answer.raw = std::move(raw);
  return answer;
}

Client::Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{kPatienceSeconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "cannot connect to port " << port;
  }
}
Client::~Client() { ::close(fd_); }

void Client::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Client::read_all() {
  char bytes[16 * 1024];
  while (true) {
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return std::exchange(pending_, {});
    pending_.append(bytes, static_cast<size_t>(count));
  }
}

Answer Client::read_answer() {
  char bytes[16 * 1024];
  while (true) {
    const size_t end = pending_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const Answer head = parse_answer(pending_);
      const size_t length =
          end + 4 + std::strtoul(head.header("Content-Length").c_str(), nullptr, 10);
      if (pending_.size() >= length) {
        Answer answer = parse_answer(pending_.substr(0, length));
        pending_.erase(0, length);
        return answer;
      }
    }
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return parse_answer(std::exchange(pending_, {}));
    pending_.append(bytes, static_cast<size_t>(count));
  }
}

bool Client::closed_by_peer() {
  char byte = 0;
  return ::recv(fd_, &byte, 1, 0) == 0;
}

void Client::end_of_sending() { ::shutdown(fd_, SHUT_WR); }

HttpTest::HttpTest() {
  Tenant tenant;
  tenant.id = kShopId;
  tenant.shop_domain = kShop;
  tenant.shop_name = "一号店";
  tenant.contract_id = kContract;
  tenant.installed = true;
  storage.put_tenant(tenant);
  (void)storage.FakeStorage::put_secrets(kShopId, {{SecretPurpose::kShopifyAccess, {"token", 0}}});
  const std::string member = pos.add_member(
      {.member_id = "",
       .code = "T0123456789012",
       .rank = "ゴールド",
       .fields = {{MemberField::kLastName, "山田"}, {MemberField::kFirstName, "花子"}}},
      2340);
  const MemberLink link{kMember, "T0123456789012", member, LinkState::kLinked, clock.now()};
  (void)storage.FakeStorage::apply(
      kShopId, {change::PutLink{link},
                change::PutStores{{{"1", "S1", "渋谷店", "03-1111-2222", "東京都", 1, false}}},
                change::PutProducts{{{"31", "4900000000017", "", "今治タオル", true}}},
                change::PutStock{{{"31", "1", 8, 0, clock.now()}}},
                change::SetCursor{std::string(kStockConfirmedCursor), clock.now()}});

  static std::atomic<int> worlds = 0;
  log_file = asset_folder() + "/log-" + std::to_string(++worlds);
  log = std::make_unique<Log>(LogConfig{LogLevel::kDebug, log_file});
  cards = std::make_unique<CardService>(CardService::Ports{storage, pos, clock, background});
  stock = std::make_unique<StockService>(storage, clock);
  join = std::make_unique<JoinService>(storage, clock, random);
  tenants = std::make_unique<TenantDirectory>(storage, clock);
  health =
      std::make_unique<HealthService>(HealthService::Ports{storage, pos, shop, clock, background});
  pilot = std::make_unique<PilotGate>(PilotGate::Ports{shop, clock, background});
  const std::string desk_file = log_file + ".db";
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(desk_file + part);
  EXPECT_TRUE(migrate("sqlite://" + desk_file).ok());
  auto opened = open_storage({.url = "sqlite://" + desk_file,
                              .secret_key = std::string(32, 'k'),
                              .clock = clock,
                              .sessions = 1});
  EXPECT_TRUE(opened.ok());
  desk = std::move(opened).value();
  (void)desk->install({.id = kShopId, .domain = kShop, .name = "一号店"});
  (void)desk->apply(kShopId, {change::PutStock{{{"31", "1", 8, 0, clock.now()}}}});
  pickups =
      std::make_unique<PickupService>(PickupService::Ports{*desk, storage, *stock, clock, random});
  shipping = std::make_unique<ShippingService>(
      ShippingService::Ports{*desk, *desk, storage, *desk, orders, *stock, clock, random});
  restocks = std::make_unique<RestockService>(
      RestockService::Ports{waiting_list, storage, *stock, clock, random, true});
  auto assets = Assets::load(asset_folder());
  EXPECT_TRUE(assets.ok()) << (assets.ok() ? "" : assets.error().message);
  app = std::make_unique<App>(
      AppPorts{storage,
               pos,
               shop,
               clock,
               random,
               *cards,
               *stock,
               *join,
               *tenants,
               *health,
               *pilot,
               *log,
               metrics,
               background,
               *desk,
               *pickups,
               *desk,
               *desk,
               *shipping,
               inventory,
               online,
               waiting_list,
               *restocks,
               [this] { ++wakes; },
               [this](TenantId) { ++syncs; }},
      AppOptions{.public_url = "https://tsunagi.example",
                 .shopify_client_id = "client-id",
                 .shopify_client_secret = kClientSecret,
                 .shopify_admin_url = "https://{shop}",
                 .app_bridge_url = "https://cdn.shopify.com/shopifycloud/app-bridge.js",
                 .admin_frame = {"https://{shop}", "https://admin.shopify.com"},
                 .smaregi_webhook_header = "X-Tsunagi-Webhook",
                 .smaregi_webhook_secret = kWebhookSecret,
                 .secret_key = std::string(32, 'k'),
                 .version = "1.2.3",
                 .cause_of = [](std::string_view) { return std::string("refused"); }},
      std::move(*assets));
  FrontOptions options;
  options.threads = 8;
  options.body_limit = body_limit;
  options.head_deadline = std::chrono::milliseconds(300);
  options.body_deadline = std::chrono::milliseconds(300);
  front = std::make_unique<Front>(
      options, [this](const Request& request) { return app->handle(request); },
      [this](const Reply& reply) { app->refused(reply); });
  EXPECT_TRUE(front->start());
  storage.writes = 0;
}

HttpTest::~HttpTest() { front->stop(); }

std::string HttpTest::query(const Signed& request) const {
  std::vector<std::pair<std::string, std::string>> all = request.asked;
  const std::string customer = request.customer_text.empty()
                                   ? (request.customer == 0 ? "" : std::to_string(request.customer))
                                   : request.customer_text;
  all.emplace_back("shop", request.shop);
  all.emplace_back("logged_in_customer_id", customer);
  all.emplace_back("path_prefix", request.path_prefix);
  all.emplace_back("timestamp",
                   request.timestamp.empty() ? std::to_string(clock.now()) : request.timestamp);
  // Not the code under test: values of one name joined, pairs sorted, joined.
  std::map<std::string, std::string> joined;
  std::string text;
  std::vector<std::string> pairs;
  for (const auto& [name, value] : all) {
    const auto [at, fresh] = joined.emplace(name, value);
    if (!fresh) at->second += "," + value;
  }
  for (const auto& [name, value] : joined) pairs.push_back(name + "=" + value);
  std::sort(pairs.begin(), pairs.end());
  for (const std::string& pair : pairs) text += pair;
  std::string result;
  for (const auto& [name, value] : all) {
    result += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  return result + "signature=" + hex(hmac_sha256(request.secret, text));
}

Answer HttpTest::exchange(const std::string& request) {
  Client client(front->port());
  client.send(request);
  return parse_answer(client.read_all());
}

Answer HttpTest::get(const std::string& target, const std::string& headers) {
  return exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
                  "\r\n");
}

Answer HttpTest::send(const std::string& method, const std::string& target, const std::string& body,
                      const std::string& headers) {
  return exchange(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                  headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::string HttpTest::nonce(int64_t customer) {
  const Answer card = get(signed_path("/card.json", {.customer = customer}));
  return nlohmann::json::parse(card.body, nullptr, false).value("nonce", "");
}

std::string HttpTest::session_token(const std::string& shop_domain) const {
  const nlohmann::json claims = {{"iss", "https://" + shop_domain + "/admin"},
                                 {"dest", "https://" + shop_domain},
                                 {"aud", "client-id"},
                                 {"sub", "1"},
                                 {"exp", clock.now() + 60},
                                 {"nbf", clock.now()}};
  const std::string text =
      base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims.dump());
  return text + "." + base64url(hmac_sha256(kClientSecret, text));
}

Answer HttpTest::merchant(const std::string& method, const std::string& what,
                          const std::string& body) {
  const std::string headers =
      "Authorization: Bearer " + session_token() + "\r\nContent-Type: application/json\r\n";
  return send(method, "/admin/api/" + what, body, headers);
}

Answer HttpTest::shopify_webhook(const std::string& topic, const std::string& body,
                                 const std::string& id, const std::string& secret,
                                 const std::string& shop_domain) {
  return send("POST", "/webhooks/shopify", body,
              "Content-Type: application/json\r\nX-Shopify-Topic: " + topic +
                  "\r\nX-Shopify-Shop-Domain: " + shop_domain + "\r\nX-Shopify-Webhook-Id: " + id +
                  "\r\nX-Shopify-Hmac-Sha256: " + base64(hmac_sha256(secret, body)) + "\r\n");
}

Answer HttpTest::smaregi_webhook(const std::string& body, const std::string& contract,
                                 const std::string& secret, const std::string& more) {
  return send("POST", "/webhooks/smaregi", body,
              "Content-Type: application/json\r\nSmaregi-Contract-Id: " + contract +
                  "\r\nX-Tsunagi-Webhook: " + secret + "\r\n" + more);
}

}  // namespace tsunagi::http

#pragma once
// The public address of Tsunagi on a real socket, with every port a fake: what a request is
// answered, and what it wrote.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/app.h"
#include "server/http/front.h"
#include "server/storage/storage.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_restocks.h"
#include "tests/support/fakes.h"

namespace tsunagi::http {

inline constexpr TenantId kShopId = 4001;
inline constexpr int64_t kMember = 7001;    // joined, with 2,340 points
inline constexpr int64_t kStranger = 7002;  // signed in, not joined
inline constexpr const char* kShop = "shop-one.myshopify.com";
inline constexpr const char* kContract = "sb_one";
inline constexpr const char* kClientSecret = "hush";
inline constexpr const char* kWebhookSecret = "a shared secret";
inline constexpr const char* kPrefix = "/apps/tsunagi";

// Counts every write that reaches the database.
class CountingStorage : public fakes::FakeStorage {
 public:
  std::atomic<int> writes = 0;
  Result<Done> install(const ShopIdentity& shop) override;
  Result<Done> join_contract(TenantId tenant, std::string_view contract) override;
  Result<Done> save_settings(TenantId tenant, const Settings& settings,
                             const std::vector<Change>& also) override;
  Result<Done> put_secrets(
      TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) override;
  Result<Done> put_oauth_state(TenantId tenant, std::string_view state, std::string_view verifier,
                               Seconds now) override;
  Result<std::optional<std::pair<TenantId, std::string>>> take_oauth_state(std::string_view state,
                                                                           Seconds now) override;
  Result<Done> put_pending_join(const PendingJoin& join, std::string_view token,
                                Seconds now) override;
  Result<Done> apply(TenantId tenant, const std::vector<Change>& changes) override;
  Result<bool> put_inbox(TenantId tenant, const InboxEvent& event) override;

 private:
  std::map<std::string, std::pair<TenantId, std::string>, std::less<>> states_;
};

class SignInPos : public fakes::FakePos {
 public:
  using FakePos::FakePos;
  std::string challenge;                                  // of the last sign-in
  std::string verifier;                                   // of the last callback
  Result<std::string> contract = std::string(kContract);  // what the sign-in proves
  std::string sign_in_url(std::string_view state, std::string_view code_challenge,
                          std::string_view redirect_uri) override;
  Result<std::string> contract_of_sign_in(std::string_view code, std::string_view code_verifier,
                                          std::string_view redirect_uri) override;
};

class InstallingShop : public fakes::FakeShop {
 public:
  explicit InstallingShop(Storage& storage) : storage_(storage) {}
  std::atomic<int> installs = 0;
  Result<ShopIdentity> install(std::string_view shop_domain,
                               std::string_view session_token) override;

 private:
  Storage& storage_;
};

// A folder like [server] assets, with small files.
std::string asset_folder();

struct Answer {
  int status = 0;
  std::string head, body, raw;
  [[nodiscard]] std::string header(std::string_view name) const;  // "" when absent
};
Answer parse_answer(std::string raw);

// A connection to this machine.
class Client {
 public:
  explicit Client(int port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  void send(std::string_view text);     // errors are seen by reading
  std::string read_all();               // until the other side closes
  Answer read_answer();                 // one answer with Content-Length
  [[nodiscard]] bool closed_by_peer();  // waits for it
  void end_of_sending();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::string pending_;
};

class HttpTest : public testing::Test {
 protected:
  HttpTest();
  ~HttpTest() override;

  // A query as Shopify signs it, without '?'.
  struct Signed {
    int64_t customer = 0;
    std::vector<std::pair<std::string, std::string>> asked{};
    std::string shop = kShop;
    std::string secret = kClientSecret;
    std::string timestamp{};      // now, when empty
    std::string customer_text{};  // instead of customer
    std::string path_prefix = kPrefix;
  };
  [[nodiscard]] std::string query(const Signed& request) const;
  [[nodiscard]] std::string signed_path(const std::string& path, const Signed& request) const {
    return "/proxy" + path + "?" + query(request);
  }
  Answer get(const std::string& target, const std::string& headers = "");
  Answer send(const std::string& method, const std::string& target, const std::string& body,
              const std::string& headers = "Content-Type: application/json\r\n");
  Answer exchange(const std::string& request);  // everything sent at once, read until the end
  std::string nonce(int64_t customer);          // from the customer's own card
  [[nodiscard]] std::string session_token(const std::string& shop = kShop) const;
  Answer merchant(const std::string& method, const std::string& what, const std::string& body = "");
  Answer shopify_webhook(const std::string& topic, const std::string& body, const std::string& id,
                         const std::string& secret = kClientSecret,
                         const std::string& shop = kShop);
  Answer smaregi_webhook(const std::string& body, const std::string& contract = kContract,
                         const std::string& secret = kWebhookSecret, const std::string& more = "");

  fakes::ManualClock clock;
  CountingStorage storage;
  SignInPos pos{clock};
  InstallingShop shop{storage};
  std::unique_ptr<Database> desk;  // pick-ups and staff, in SQLite
  std::unique_ptr<PickupService> pickups;
  fakes::FakeOrders orders;
  std::unique_ptr<ShippingService> shipping;
  fakes::FakeRestocks waiting_list{storage};
  std::unique_ptr<RestockService> restocks;
  fakes::FakeInventory inventory{storage};
  fakes::FakeOnlineStock online;
  fakes::SeededRandom random{7};
  fakes::InlineBackground background;
  std::atomic<int> wakes = 0;
  std::atomic<int> syncs = 0;
  std::string log_file;
  std::unique_ptr<Log> log;
  Metrics metrics;
  std::unique_ptr<CardService> cards;
  std::unique_ptr<StockService> stock;
  std::unique_ptr<JoinService> join;
  std::unique_ptr<TenantDirectory> tenants;
  std::unique_ptr<HealthService> health;
  std::unique_ptr<PilotGate> pilot;
  std::unique_ptr<App> app;
  std::unique_ptr<Front> front;
};

}  // namespace tsunagi::http

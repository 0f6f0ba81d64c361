#pragma once
// Every route of the public address: which checks a request passes, in which order, and who answers
// it. Knows nothing of sockets; safe from any thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/log.h"
#include "server/base/metrics.h"
#include "server/domain/background.h"
#include "server/domain/card/card_service.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/health/health_service.h"
#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/online_stock.h"
#include "server/domain/member/join_service.h"
#include "server/domain/ports.h"
#include "server/domain/restock/restock_service.h"
#include "server/domain/staff/staff_book.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/tenant/pilot_gate.h"
#include "server/domain/tenant/tenant_directory.h"
#include "server/http/assets.h"
#include "server/http/message.h"

namespace tsunagi::http {

inline constexpr size_t kStorefrontBodyMaxBytes = 16 * 1024;
inline constexpr size_t kMerchantBodyMaxBytes = 512 * 1024;
inline constexpr size_t kWebhookBodyMaxBytes = 1024 * 1024;

// What a request to the target may carry: for Front.
size_t body_limit(std::string_view target);

struct AppPorts {
  Storage& storage;
  Pos& pos;
  Shop& shop;
  Clock& clock;
  Random& random;
  CardService& cards;
  StockService& stock;
  JoinService& join;
  TenantDirectory& tenants;
  HealthService& health;
  PilotGate& pilot;
  Log& log;
  Metrics& metrics;
  Background& background;
  PickupBook& book;
  PickupService& pickups;
  StaffBook& staff;
  ShipmentBook& shipments;
  ShippingService& shipping;
  InventoryBook& inventory;
  OnlineStock& online_stock;
  RestockBook& restock_book;
  RestockService& restocks;
  std::function<void()> wake_workers;       // something new is in the inbox or outbox
  std::function<void(TenantId)> sync_soon;  // read everything of the shop's contract anew
};

struct AppOptions {
  std::string public_url;
  std::string shopify_client_id;
  std::string shopify_client_secret;
  std::string shopify_admin_url;  // {shop} is the shop's domain
  std::string app_bridge_url;
  std::vector<std::string> admin_frame;  // who may frame the merchant page; {shop} is its domain
  std::string smaregi_webhook_header;
  std::string smaregi_webhook_secret;
  bool sends_mail = false;
  std::string secret_key;  // 32 bytes
  std::string version = {};
  // Why a dead letter died, as one of a few words: for the support bundle.
  std::string (*cause_of)(std::string_view error) = nullptr;
};

class App {
 public:
  App(AppPorts ports, AppOptions options, Assets assets);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Never throws. Writes one log entry and counts the request.
  Reply handle(const Request& request);
  // A request that was refused before it was complete.
  void refused(const Reply& reply);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi::http

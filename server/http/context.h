#pragma once
// What the groups of routes share. Inside server/http only.

#include <memory>
#include <utility>

#include "server/http/app.h"
#include "server/http/keyed_hash.h"
#include "server/http/nonce.h"

namespace tsunagi::http {

struct Context {
  Context(AppPorts given_ports, AppOptions given_options, Assets given_assets)
      : ports(std::move(given_ports)),
        options(std::move(given_options)),
        assets(std::move(given_assets)),
        shopify_key(options.shopify_client_secret),
        nonces(options.secret_key) {}

  AppPorts ports;
  AppOptions options;
  Assets assets;
  KeyedHash shopify_key;  // of the app's client secret: proxy, webhooks, session tokens
  Nonces nonces;
};

// The reply for a failed use case.
Reply failed(const Error& error);
// 415 unless the request says it carries JSON.
bool carries_json(const Request& request);

class ProxyRoutes {
 public:
  explicit ProxyRoutes(const Context& context) : context_(context) {}
  [[nodiscard]] Reply handle(const Request& request) const;

 private:
  const Context& context_;
};

class WebhookRoutes {
 public:
  explicit WebhookRoutes(const Context& context) : context_(context) {}
  [[nodiscard]] Reply shopify(const Request& request) const;
  [[nodiscard]] Reply smaregi(const Request& request) const;

 private:
  const Context& context_;
};

class AdminRoutes {
 public:
  explicit AdminRoutes(const Context& context);
  ~AdminRoutes();
  AdminRoutes(const AdminRoutes&) = delete;
  AdminRoutes& operator=(const AdminRoutes&) = delete;
  [[nodiscard]] Reply page(const Request& request) const;      // GET /admin, /admin/assets/…
  [[nodiscard]] Reply api(const Request& request);             // /admin/api/*
  [[nodiscard]] Reply callback(const Request& request) const;  // GET /smaregi/callback

 private:
  struct State;
  const Context& context_;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi::http

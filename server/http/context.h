#pragma once
// What the groups of routes share. Inside server/http only.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

#include "server/base/crypto.h"
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
        nonces(options.secret_key),
        sign_in_key(hmac_sha256(options.secret_key, "sign-in at Smaregi")) {}

  AppPorts ports;
  AppOptions options;
  Assets assets;
  KeyedHash shopify_key;  // of the app's client secret: proxy, webhooks, session tokens
  Nonces nonces;
  KeyedHash sign_in_key;  // of the server's own key: tokens of the page that asks before joining
};

// A shop's domain put in place of {shop}.
std::string for_shop(std::string text, std::string_view shop);
// The reply for a failed use case.
Reply failed(const Error& error);
// 415 unless the request says it carries this type, "application/json", as it is.
bool carries(const Request& request, std::string_view type);
bool carries_json(const Request& request);
Reply wrong_method(const char* allowed);

struct PageRules {
  std::string content_security;
  const char* referrer = "no-referrer";
};
// A page that nobody keeps.
Reply html_page(std::string body, PageRules rules);

// Where Smaregi sends a merchant back to.
inline constexpr const char* kCallbackPath = "/smaregi/callback";

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
  [[nodiscard]] Reply page(const Request& request) const;  // GET /admin, /admin/assets/…
  [[nodiscard]] Reply api(const Request& request);         // /admin/api/*

 private:
  struct State;
  const Context& context_;
  std::unique_ptr<State> state_;
};

// The staff's page and what it asks for. Whoever asks is known by the cookie of a session.
class StaffRoutes {
 public:
  explicit StaffRoutes(const Context& context) : context_(context) {}
  [[nodiscard]] Reply page(const Request& request) const;  // GET /staff, /staff/assets/…
  [[nodiscard]] Reply api(const Request& request) const;   // /staff/api/*

  struct Viewer;

 private:
  [[nodiscard]] Reply answer(const Request& request) const;
  [[nodiscard]] Reply answer_to(const Request& request, const std::string& session,
                                const Viewer& viewer) const;
  [[nodiscard]] Reply join(const nlohmann::json& body) const;
  [[nodiscard]] Reply sign_out(const std::string& session) const;
  [[nodiscard]] bool is_https() const;

  const Context& context_;
};

// The end of a sign-in at Smaregi.
class SignInRoutes {
 public:
  explicit SignInRoutes(const Context& context) : context_(context) {}
  [[nodiscard]] Reply callback(const Request& request) const;  // GET, POST /smaregi/callback

 private:
  const Context& context_;
};

}  // namespace tsunagi::http

#include <utility>

#include "server/base/crypto.h"
#include "server/base/url.h"
#include "server/domain/events/event_body.h"
#include "server/http/context.h"
#include "server/http/webhook_checks.h"

namespace tsunagi::http {
namespace {

constexpr size_t kEventIdMaxBytes = 100;
// Smaregi may send no event id. The same body within this time is taken for a repeated delivery;
// the same body later is a new event (two edits of one member look alike).
constexpr Seconds kSameEventSeconds = 5;

Reply named(Reply reply, const char* route) {
  reply.route = route;
  return reply;
}

Reply only_post() {
  Reply reply = refuse(405, "method", "Webhooks are sent with POST.");
  reply.headers.emplace_back("Allow", "POST");
  return reply;
}

// Stored, then answered: whoever gets a 200 can forget the event.
Reply store(const Context& context, const Tenant& tenant, InboxEvent event) {
  const auto added = context.ports.storage.put_inbox(tenant.id, event);
  if (!added.ok()) {
    context.ports.log.error(
        "webhook.not_stored",
        {{"tenant", tenant.id}, {"type", event.type}, {"reason", added.error().message}});
    return failed(Error{ErrorCode::kUnavailable, {}});
  }
  if (*added) {
    context.ports.wake_workers();
  } else {
    context.ports.log.debug("webhook.repeated", {{"tenant", tenant.id}, {"type", event.type}});
  }
  Reply reply;
  reply.content_type = "text/plain";
  reply.tenant = tenant.id;
  return reply;
}

Reply answer_shopify(const Context& context, const Request& request) {
  if (request.method != "POST") return only_post();
  if (!shopify_signature_matches(context.shopify_key, request.body,
                                 request.header("X-Shopify-Hmac-Sha256"))) {
    return refuse(401, "signature", "The signature does not match.");
  }
  const std::string shop = request.header("X-Shopify-Shop-Domain");
  // Not the directory: a shop that has uninstalled the app is told of as well (shop/redact comes
  // two days later).
  const auto tenant = is_shop_domain(shop) ? context.ports.storage.tenant_by_domain(shop)
                                           : Result<std::optional<Tenant>>(std::optional<Tenant>());
  if (!tenant.ok()) return failed(Error{ErrorCode::kUnavailable, {}});
  if (!tenant->has_value()) return refuse(401, "unknown_shop", "This shop is not known here.");
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  if (!is_json_object(request.body)) return refuse(400, "json", "The body is not a JSON object.");
  InboxEvent event;
  event.system = System::kShopify;
  event.type = request.header("X-Shopify-Topic");
  if (!is_known_topic(event.type)) return refuse(400, "topic", "This topic is not subscribed to.");
  event.event_id = request.header("X-Shopify-Webhook-Id");
  if (event.event_id.size() > kEventIdMaxBytes) {
    return refuse(400, "event_id", "The event's id is too long.");
  }
  if (event.event_id.empty()) event.event_id = sha256_hex(request.body);
  event.body = kept_body(event.system, event.type, request.body);
  event.received_at = context.ports.clock.now();
  return store(context, **tenant, std::move(event));
}

Reply answer_smaregi(const Context& context, const Request& request) {
  if (request.method != "POST") return only_post();
  const std::string secret = request.header(context.options.smaregi_webhook_header.c_str());
  if (!constant_time_equal(context.options.smaregi_webhook_secret, secret)) {
    return refuse(401, "secret", "The shared secret does not match.");
  }
  const std::string contract = request.header("Smaregi-Contract-Id");
  const auto tenant = contract.empty() ? Result<std::optional<Tenant>>(std::optional<Tenant>())
                                       : context.ports.storage.tenant_by_contract(contract);
  if (!tenant.ok()) return failed(Error{ErrorCode::kUnavailable, {}});
  if (!tenant->has_value()) {
    return refuse(401, "unknown_contract", "This contract is not known here.");
  }
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const auto parsed = parse_smaregi_event(request.body);
  if (!parsed.ok()) return refuse(400, "json", parsed.error().message);
  if (parsed->contract_id != contract) {
    return refuse(401, "contract", "Header and body name different contracts.");
  }
  InboxEvent event;
  event.system = System::kSmaregi;
  event.type = parsed->event;
  event.received_at = context.ports.clock.now();
  event.event_id = request.header("Smaregi-Event-Id");
  if (event.event_id.size() > kEventIdMaxBytes) {
    return refuse(400, "event_id", "The event's id is too long.");
  }
  if (event.event_id.empty()) {
    event.event_id =
        sha256_hex(request.body) + ":" + std::to_string(event.received_at / kSameEventSeconds);
  }
  event.body = kept_body(event.system, event.type, request.body);
  return store(context, **tenant, std::move(event));
}

}  // namespace

Reply WebhookRoutes::shopify(const Request& request) const {
  return named(answer_shopify(context_, request), "/webhooks/shopify");
}

Reply WebhookRoutes::smaregi(const Request& request) const {
  return named(answer_smaregi(context_, request), "/webhooks/smaregi");
}

}  // namespace tsunagi::http

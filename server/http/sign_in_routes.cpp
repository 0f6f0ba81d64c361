// The address that begins a sign-in at Smaregi can be sent to anybody: whoever comes back with a
// contract need not be whoever began, for a shop of his own. So GET joins nothing: it learns the
// contract, keeps it and asks, naming shop and contract. POST joins, with the token that only the
// page carries.

#include <optional>
#include <string>
#include <string_view>

#include "server/base/url.h"
#include "server/http/context.h"
#include "server/http/query.h"
#include "wasm/core/view.h"

namespace tsunagi::http {
namespace {

constexpr const char* kForm = "application/x-www-form-urlencoded";

// One sentence on what came of it. code is for the log.
Reply say(const Context& context, int status, const char* code, const char* outcome) {
  Reply reply =
      html_page(context.assets.callback_page.fill({{"base", "/admin"}, {"outcome", outcome}}),
                {.content_security = "default-src 'none'; base-uri 'none'; form-action 'none'; "
                                     "img-src data:; style-src 'self'; script-src 'self'; "
                                     "frame-ancestors 'none'"});
  reply.status = status;
  reply.code = code;
  return reply;
}

Reply expired(const Context& context) { return say(context, 400, "expired", "expired"); }
Reply later(const Context& context) { return say(context, 503, "unavailable", "later"); }

// The same for the same return, so that the page can be opened again; whoever began the sign-in
// knows the state, but neither the code nor the key.
std::string token_of(const Context& context, std::string_view state, std::string_view code) {
  return context.sign_in_key.hex_of(std::string(state) + ' ' + std::string(code));
}

Reply ask(const Context& context, const Request& request, const PendingJoin& join,
          std::string_view token) {
  const auto tenant = context.ports.storage.tenant(join.tenant);
  if (!tenant.ok()) return later(context);
  if (!tenant->has_value() || !(*tenant)->installed) return expired(context);
  const std::string language = request.header("Accept-Language");
  const bool english = !language.empty() && !language.starts_with("ja");
  // With no-referrer a browser would send the form with "Origin: null".
  Reply reply =
      html_page(context.assets.join_page.fill({{"base", "/admin"},
                                               {"language", english ? "en" : "ja"},
                                               {"name", escape_attribute((*tenant)->shop_name)},
                                               {"domain", escape_attribute((*tenant)->shop_domain)},
                                               {"contract", escape_attribute(join.contract_id)},
                                               {"token", token}}),
                {.content_security = "default-src 'none'; base-uri 'none'; form-action 'self'; "
                                     "img-src data:; style-src 'self'; frame-ancestors 'none'",
                 .referrer = "same-origin"});
  reply.tenant = join.tenant;
  return reply;
}

// Exchanges the code, and keeps the contract until the merchant has answered.
Reply learn(const Context& context, const Request& request) {
  const AppPorts& ports = context.ports;
  const auto query = parse_query(request.query);
  const auto state = query.ok() ? only(*query, "state") : std::nullopt;
  if (!state) return expired(context);
  const auto code = only(*query, "code");
  const std::string token = code ? token_of(context, *state, *code) : "";
  const auto begun = ports.storage.take_oauth_state(*state, ports.clock.now());
  if (!begun.ok()) return later(context);
  if (!begun->has_value()) {
    // The page opened again: the code is good once, what it proved is kept.
    const auto kept = ports.storage.pending_join(token, ports.clock.now());
    if (!kept.ok()) return later(context);
    return kept->has_value() ? ask(context, request, **kept, token) : expired(context);
  }
  const auto& [tenant, verifier] = **begun;
  if (!code) return say(context, 400, "declined", "declined");
  const auto contract =
      ports.pos.contract_of_sign_in(*code, verifier, context.options.public_url + kCallbackPath);
  if (!contract.ok()) {
    ports.log.warning("smaregi.sign_in_failed",
                      {{"tenant", tenant}, {"reason", contract.error().message}});
    return contract.error().code == ErrorCode::kUnavailable
               ? later(context)
               : say(context, 400, "refused", "declined");
  }
  const PendingJoin join{.tenant = tenant, .contract_id = *contract};
  const auto kept = ports.storage.put_pending_join(join, token, ports.clock.now());
  if (!kept.ok()) {
    return kept.error().code == ErrorCode::kNotFound ? expired(context) : later(context);
  }
  ports.log.info("smaregi.join_asked", {{"tenant", tenant}});
  return ask(context, request, join, token);
}

Reply join_contract(const Context& context, const PendingJoin& join) {
  const AppPorts& ports = context.ports;
  const auto joined = ports.storage.join_contract(join.tenant, join.contract_id);
  if (!joined.ok()) {
    ports.log.warning("smaregi.not_joined",
                      {{"tenant", join.tenant}, {"reason", joined.error().message}});
    return joined.error().code == ErrorCode::kConflict ? say(context, 409, "conflict", "taken")
                                                       : later(context);
  }
  ports.log.info("smaregi.joined", {{"tenant", join.tenant}});
  ports.tenants.forget();
  ports.cards.forget_tenant(join.tenant);
  ports.stock.forget_tenant(join.tenant);
  ports.sync_soon(join.tenant);
  return say(context, 200, "", "joined");
}

Reply decide(const Context& context, const Request& request) {
  const AppPorts& ports = context.ports;
  const auto form = parse_query(request.body);
  const auto token = form.ok() ? only(*form, "token") : std::nullopt;
  const auto decision = form.ok() ? only(*form, "decision") : std::nullopt;
  const bool is_join = decision == "join";
  if (!token || (!is_join && decision != "cancel")) return expired(context);
  const auto pending = ports.storage.take_pending_join(*token, ports.clock.now());
  if (!pending.ok()) return later(context);
  if (!pending->has_value()) return expired(context);
  Reply reply = is_join ? join_contract(context, **pending) : say(context, 200, "", "cancelled");
  if (!is_join) ports.log.info("smaregi.join_cancelled", {{"tenant", (*pending)->tenant}});
  reply.tenant = (*pending)->tenant;
  return reply;
}

// A browser names the page's origin with every form it sends.
bool from_own_page(const Context& context, const Request& request) {
  const std::string header = request.header("Origin");
  if (header.empty()) return true;
  const auto origin = parse_url(header);
  const auto own = parse_url(context.options.public_url);
  return origin.ok() && own.ok() && origin->origin() == own->origin();
}

Reply answer(const Context& context, const Request& request) {
  if (request.method == "GET") return learn(context, request);
  if (!from_own_page(context, request)) {
    return refuse(403, "origin", "This was sent from another site's page.");
  }
  if (request.method != "POST") return wrong_method("GET, HEAD, POST");
  if (!carries(request, kForm)) {
    return refuse(415, "content_type",
                  "The body must be sent as application/x-www-form-urlencoded.");
  }
  return decide(context, request);
}

}  // namespace

Reply SignInRoutes::callback(const Request& request) const {
  Reply reply = answer(context_, request);
  reply.route = kCallbackPath;
  return reply;
}

}  // namespace tsunagi::http

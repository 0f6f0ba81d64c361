#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/http/context.h"
#include "server/http/staff_affected.h"
#include "server/http/staff_desk.h"
#include "server/http/staff_scan.h"
#include "server/http/staff_shipments.h"
#include "server/http/staff_trail.h"

namespace tsunagi::http {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kFolder = "/staff/assets/";
constexpr std::string_view kWork = "/staff/api/work";
constexpr std::string_view kTrail = "/staff/api/trail";
constexpr std::string_view kJoin = "/staff/api/join";
constexpr std::string_view kAct = "/staff/api/act";
constexpr std::string_view kResend = "/staff/api/resend";
constexpr std::string_view kScan = "/staff/api/scan";
constexpr std::string_view kShipmentAct = "/staff/api/shipment/act";
constexpr std::string_view kShipmentAddress = "/staff/api/shipment/address";
constexpr std::string_view kSignOut = "/staff/api/sign-out";
constexpr std::string_view kCookie = "tsunagi_staff=";
constexpr size_t kDeedBytes = 64;

Reply answered(const OrderedJson& json) { return merchant_json(json); }

Reply signed_out() {
  return refuse(401, "signed_out", "Nobody is signed in here. Ask for a new invitation.");
}

// The value of our cookie, of "a=b; tsunagi_staff=…".
std::string session_of(const Request& request) {
  const std::string cookies = request.header("Cookie");
  for (size_t at = 0; at < cookies.size();) {
    const size_t end = std::min(cookies.find(';', at), cookies.size());
    std::string_view one = std::string_view(cookies).substr(at, end - at);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(kCookie)) return std::string(one.substr(kCookie.size()));
    at = end + 1;
  }
  return {};
}

// Strict: no other site's page can send it, so what arrives with it comes from our own page.
std::string cookie(const std::string& value, Seconds lives, bool secure) {
  return std::string(kCookie) + value +
         "; Path=/staff; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lives) +
         (secure ? "; Secure" : "");
}

// What is due first: a yes that is awaited, then what is promised, then what waits at the counter.
Seconds due_at(const Pickup& pickup) {
  switch (pickup.state) {
    case PickupState::kPlaced:
      return pickup.accept_by;
    case PickupState::kAccepted:
    case PickupState::kPicking:
      return pickup.ready_from;
    case PickupState::kReady:
    case PickupState::kHandedOver:
    case PickupState::kRejected:
    case PickupState::kExpired:
    case PickupState::kCancelled:
      return pickup.hold_until;
  }
  return pickup.hold_until;
}

Reply work(const Context& context, const StaffRoutes::Viewer& viewer) {
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  auto open = desk.open_pickups();
  if (!open.ok()) return failed(open.error());
  std::ranges::sort(*open, {}, [](const Pickup& each) { return std::pair(due_at(each), each.id); });
  auto undecided = desk.undecided_pickups();
  if (!undecided.ok()) return failed(undecided.error());
  std::ranges::move(*undecided, std::back_inserter(*open));
  auto list = desk.pickups(*open);
  if (!list.ok()) return failed(list.error());
  OrderedJson shops = OrderedJson::array();
  for (const auto& [id, shop] : desk.shops()) {
    if (desk.serves(id)) shops.push_back({{"id", id}, {"name", shop.name}});
  }
  OrderedJson reasons = OrderedJson::array();
  for (const RejectReason reason : kRejectReasons) reasons.push_back(word(reason));
  OrderedJson json = {{"now", viewer.now},
                      {"staff", {{"name", viewer.staff.name}, {"role", word(viewer.staff.role)}}},
                      {"shops", std::move(shops)},
                      {"rejects", std::move(reasons)},
                      {"pickups", std::move(list).value()}};
  if (auto added = add_shipments(desk.parcels(), json); !added.ok()) return failed(added.error());
  return answered(json);
}

Reply on_shipment(const Context& context, const StaffRoutes::Viewer& viewer,
                  const nlohmann::json& body, Reply (*what)(Desk&, const nlohmann::json&)) {
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  return what(desk, body);
}

// The pick-up as it is then, and what else its shop has to look at.
Reply after_deed(const Context& context, const StaffRoutes::Viewer& viewer,
                 const Result<Pickup>& pickup, const std::vector<std::string>& gone = {}) {
  if (!pickup.ok()) return failed(pickup.error());
  context.ports.wake_workers();
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  auto json = desk.pickup(*pickup);
  if (!json.ok()) return failed(json.error());
  OrderedJson reply = {{"pickup", std::move(json).value()}};
  if (gone.empty()) return answered(reply);
  auto others = affected(desk, {pickup->store_id, gone, pickup->id});
  if (!others.ok()) return failed(others.error());
  reply["affected"] = std::move(others).value();
  return answered(reply);
}

Reply act(const Context& context, const StaffRoutes::Viewer& viewer, const nlohmann::json& body) {
  const auto action = pickup_action(body_text(body, "action"));
  PickupMove move{.pickup_id = body_text(body, "id"),
                  .action_id = body_text(body, "deed"),
                  .actor = actor_of(viewer),
                  .reason = body_text(body, "reason"),
                  .picked = {}};
  if (!action || move.pickup_id.empty() || move.action_id.empty() ||
      move.action_id.size() > kDeedBytes) {
    return refuse(400, "invalid", "id, deed and action must be texts, and the action a known one.");
  }
  move.action = *action;
  if (const auto picked = body.find("picked"); picked != body.end()) {
    if (!picked->is_array() || picked->size() > static_cast<size_t>(kPurchaseLinesMost) ||
        !std::ranges::all_of(*picked, [](const auto& each) { return each.is_number_unsigned(); })) {
      return refuse(400, "invalid", "picked must be a list of figures, one a line.");
    }
    for (const auto& each : *picked) {
      move.picked.push_back(
          static_cast<int64_t>(std::min<uint64_t>(each.get<uint64_t>(), kPurchaseQuantityMost)));
    }
  }
  const auto moved = context.ports.pickups.act(viewer.tenant, move);
  return after_deed(context, viewer, moved,
                    moved.ok() ? not_there(*moved, move) : std::vector<std::string>());
}

Reply resend(const Context& context, const StaffRoutes::Viewer& viewer,
             const nlohmann::json& body) {
  const auto step = pickup_mail_step(body_text(body, "step"));
  if (!step) return refuse(400, "invalid", "step must be a known one.");
  const MailAgain again{.pickup_id = body_text(body, "id"),
                        .deed = body_text(body, "deed"),
                        .step = *step,
                        .actor = actor_of(viewer),
                        .at = 0};
  return after_deed(context, viewer, context.ports.pickups.tell_again(viewer.tenant, again));
}

}  // namespace

Reply StaffRoutes::join(const nlohmann::json& body) const {
  const std::string session = context_.ports.random.token(kStaffTokenBytes);
  const auto joined =
      context_.ports.staff.take_up(body_text(body, "token"), session, context_.ports.clock.now());
  if (!joined.ok()) return failed(joined.error());
  if (!joined->has_value()) {
    return refuse(401, "invitation", "This invitation was used, or is no longer good.");
  }
  const Staff& staff = (*joined)->second;
  Reply reply = answered({{"staff", {{"name", staff.name}, {"role", word(staff.role)}}}});
  reply.headers.emplace_back("Set-Cookie", cookie(session, kStaffSessionSeconds, is_https()));
  reply.tenant = (*joined)->first;
  return reply;
}

Reply StaffRoutes::sign_out(const std::string& session) const {
  const auto ended = context_.ports.staff.end_session(session);
  if (!ended.ok()) return failed(ended.error());
  Reply reply = answered(OrderedJson::object());
  reply.headers.emplace_back("Set-Cookie", cookie("", 0, is_https()));
  return reply;
}

bool StaffRoutes::is_https() const { return context_.options.public_url.starts_with("https://"); }

Reply StaffRoutes::answer(const Request& request) const {
  const bool joins = request.path == kJoin;
  const std::string session = session_of(request);
  Viewer viewer{.tenant = {}, .staff = {}, .now = context_.ports.clock.now()};
  if (!joins) {
    auto found = context_.ports.staff.staff_of_session(session, viewer.now);
    if (!found.ok()) return failed(found.error());
    if (session.empty() || !found->has_value()) return signed_out();
    auto tenant = context_.ports.storage.tenant((*found)->first);
    if (!tenant.ok()) return failed(tenant.error());
    if (!tenant->has_value() || !(*tenant)->installed) return signed_out();
    viewer.staff = std::move((*found)->second);
    viewer.tenant = **std::move(tenant);
  }
  Reply reply = answer_to(request, session, viewer);
  if (reply.tenant == 0) reply.tenant = viewer.tenant.id;
  return reply;
}

Reply StaffRoutes::answer_to(const Request& request, const std::string& session,
                             const Viewer& viewer) const {
  const std::string_view path = request.path;
  if (path == kWork) {
    return request.method == "GET" ? work(context_, viewer) : wrong_method("GET, HEAD");
  }
  if (path == kTrail) {
    return request.method == "GET" ? trail(context_, viewer, request.query)
                                   : wrong_method("GET, HEAD");
  }
  const bool known = path == kJoin || path == kAct || path == kResend || path == kScan ||
                     path == kSignOut || path == kShipmentAct || path == kShipmentAddress;
  if (!known) return refuse(404, "not_found", "There is nothing at this address.");
  if (request.method != "POST") return wrong_method("POST");
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) return refuse(400, "json", "The body is not a JSON object.");
  if (path == kJoin) return join(body);
  if (path == kAct) return act(context_, viewer, body);
  if (path == kResend) return resend(context_, viewer, body);
  if (path == kScan) return scan(context_, viewer, body);
  if (path == kShipmentAct) return on_shipment(context_, viewer, body, act_on_shipment);
  if (path == kShipmentAddress) return on_shipment(context_, viewer, body, shipment_address);
  return sign_out(session);
}

Reply StaffRoutes::api(const Request& request) const {
  Reply reply = answer(request);
  reply.route = "/staff/api";
  return reply;
}

// The page itself carries no data.
Reply StaffRoutes::page(const Request& request) const {
  Reply reply = [&] {
    if (request.method != "GET") return wrong_method("GET, HEAD");
    if (request.path.starts_with(kFolder)) {
      const Asset* found = context_.assets.find_staff(request.path.substr(kFolder.size()));
      if (found == nullptr) return refuse(404, "not_found", "There is no such file.");
      Reply file;
      file.shared_body = found->bytes;
      file.content_type = found->content_type;
      file.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
      return file;
    }
    if (request.path != "/staff") {
      return refuse(404, "not_found", "There is nothing at this address.");
    }
    return html_page(
        context_.assets.staff_page.fill({{"base", "/staff"}}),
        {.content_security = "default-src 'none'; base-uri 'none'; form-action 'none'; "
                             "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src "
                             "'self'; img-src 'self' data:; manifest-src 'self'; media-src blob:; "
                             "worker-src 'self'; frame-ancestors 'none'"});
  }();
  reply.route = "/staff";
  return reply;
}

}  // namespace tsunagi::http

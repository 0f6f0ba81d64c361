#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/stock/held.h"
#include "server/http/context.h"
#include "server/http/pickup_json.h"
#include "server/http/pickup_shops.h"
#include "server/http/staff_shipments.h"

namespace tsunagi::http {

// Who looks, by the session.
struct StaffRoutes::Viewer {
  Tenant tenant;
  Staff staff;
  Seconds now = 0;
};

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kFolder = "/staff/assets/";
constexpr std::string_view kWork = "/staff/api/work";
constexpr std::string_view kJoin = "/staff/api/join";
constexpr std::string_view kAct = "/staff/api/act";
constexpr std::string_view kResend = "/staff/api/resend";
constexpr std::string_view kScan = "/staff/api/scan";
constexpr std::string_view kShipmentAct = "/staff/api/shipment/act";
constexpr std::string_view kShipmentAddress = "/staff/api/shipment/address";
constexpr std::string_view kSignOut = "/staff/api/sign-out";
constexpr std::string_view kCookie = "tsunagi_staff=";
constexpr std::string_view kPickupBarcode = "P";
constexpr size_t kScanBytes = 200;
constexpr size_t kStockShown = 50;
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

// "山田 ○": enough to call somebody, not enough to find them.
std::string masked(const std::string& holder) {
  const size_t space = holder.find(' ');
  if (space != std::string::npos) return holder.substr(0, space) + " ○";
  if (holder.empty()) return {};
  size_t first = 1;
  while (first < holder.size() && (static_cast<unsigned char>(holder[first]) & 0xC0U) == 0x80U) {
    ++first;
  }
  return holder.substr(0, first) + "○";
}

// What a staff member is shown: the shops, and their customers' names.
class Desk {
 public:
  Desk(const Context& context, const StaffRoutes::Viewer& viewer)
      : context_(context), viewer_(viewer) {}

  Result<Done> open() {
    auto stores = context_.ports.storage.stores(viewer_.tenant.id);
    if (!stores.ok()) return stores.error();
    shops_ = pickup_shops(viewer_.tenant.settings, *stores);
    return Done{};
  }
  [[nodiscard]] const PickupShops& shops() const { return shops_; }

  // Head office: all; "": none is asked for.
  [[nodiscard]] std::vector<std::string> own_shops() const {
    return viewer_.staff.role == Role::kHeadOffice ? std::vector<std::string>()
                                                   : viewer_.staff.stores;
  }
  [[nodiscard]] bool serves(const std::string& store_id) const {
    const auto& stores = viewer_.staff.stores;
    return viewer_.staff.role == Role::kHeadOffice ||
           std::ranges::find(stores, store_id) != stores.end();
  }

  Result<OrderedJson> pickup(const Pickup& pickup) {
    auto list = pickups({pickup});
    if (!list.ok()) return list.error();
    return std::move((*list)[0]);
  }
  Result<OrderedJson> pickups(const std::vector<Pickup>& all) {
    std::vector<std::string> ids;
    ids.reserve(all.size());
    for (const Pickup& each : all) ids.push_back(each.id);
    const auto log = context_.ports.book.mails_of(viewer_.tenant.id, ids);
    if (!log.ok()) return log.error();
    OrderedJson list = OrderedJson::array();
    for (const Pickup& each : all) {
      auto json = one(each, *log);
      if (!json.ok()) return json.error();
      list.push_back(std::move(json).value());
    }
    return list;
  }
  Result<std::vector<Pickup>> open_pickups() {
    if (viewer_.staff.role != Role::kHeadOffice && viewer_.staff.stores.empty()) {
      return std::vector<Pickup>();  // an empty list would mean all shops
    }
    return context_.ports.book.open_pickups(viewer_.tenant.id, own_shops(), kPickupsListed);
  }
  // Over, but for what a person has to decide.
  Result<std::vector<Pickup>> undecided_pickups() {
    if (viewer_.staff.role != Role::kHeadOffice && viewer_.staff.stores.empty()) {
      return std::vector<Pickup>();
    }
    return context_.ports.book.undecided_pickups(viewer_.tenant.id, own_shops(), kPickupsListed);
  }

 private:
  Result<OrderedJson> one(const Pickup& pickup, const PickupMailLog& log) {
    std::string name;
    if (pickup.customer_id != 0) {
      const auto card = context_.ports.storage.card(viewer_.tenant.id, pickup.customer_id);
      if (!card.ok()) return card.error();
      if (card->has_value() && (*card)->snapshot) name = masked((*card)->snapshot->holder);
    }
    const auto found = log.find(pickup.id);
    const std::vector<PickupMail> mails =
        found == log.end() ? std::vector<PickupMail>() : found->second;
    return staff_json({.pickup = pickup,
                       .customer = name,
                       .mails = mails,
                       .extend_until = extended_until(viewer_.tenant.settings, pickup)},
                      shops_, viewer_.staff.role, viewer_.now);
  }

  const Context& context_;
  const StaffRoutes::Viewer& viewer_;
  PickupShops shops_;
};

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
  const ParcelDesk parcels{context, viewer.tenant, viewer.staff, desk.shops(), viewer.now};
  if (auto added = add_shipments(parcels, json); !added.ok()) return failed(added.error());
  return answered(json);
}

Reply on_shipment(const Context& context, const StaffRoutes::Viewer& viewer,
                  const nlohmann::json& body,
                  Reply (*what)(const ParcelDesk&, const nlohmann::json&)) {
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  return what({context, viewer.tenant, viewer.staff, desk.shops(), viewer.now}, body);
}

// The texts of a body; what is none is "".
std::string body_text(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Actor actor_of(const StaffRoutes::Viewer& viewer) {
  const Staff& staff = viewer.staff;
  return {.role = staff.role, .id = staff.id, .stores = staff.stores};
}

// The pick-up as it is then.
Reply after_deed(const Context& context, const StaffRoutes::Viewer& viewer,
                 const Result<Pickup>& pickup) {
  if (!pickup.ok()) return failed(pickup.error());
  context.ports.wake_workers();
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  auto json = desk.pickup(*pickup);
  if (!json.ok()) return failed(json.error());
  return answered({{"pickup", std::move(json).value()}});
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
  return after_deed(context, viewer, context.ports.pickups.act(viewer.tenant, std::move(move)));
}

Reply resend(const Context& context, const StaffRoutes::Viewer& viewer,
             const nlohmann::json& body) {
  const auto step = pickup_mail_step(body_text(body, "step"));
  if (!step) return refuse(400, "invalid", "step must be a known one.");
  const PickupService::Again again{.pickup_id = body_text(body, "id"),
                                   .deed = body_text(body, "deed"),
                                   .step = *step,
                                   .actor = actor_of(viewer)};
  return after_deed(context, viewer, context.ports.pickups.tell_again(viewer.tenant, again));
}

// ---- what was scanned

Result<std::optional<OrderedJson>> scanned_pickup(const Context& context,
                                                  const StaffRoutes::Viewer& viewer, Desk& desk,
                                                  std::string_view text) {
  if (text.starts_with(kPickupBarcode)) text.remove_prefix(kPickupBarcode.size());
  const auto found = context.ports.book.open_pickup_by_code(viewer.tenant.id, text);
  if (!found.ok()) return found.error();
  if (!found->has_value() || !desk.serves((*found)->store_id)) return std::optional<OrderedJson>();
  auto json = desk.pickup(**found);
  if (!json.ok()) return json.error();
  return std::optional(OrderedJson{{"kind", "pickup"}, {"pickup", std::move(json).value()}});
}

// "#1001" or "1001": customers of the online shop know no other number.
Result<std::optional<OrderedJson>> scanned_order(const Context& context,
                                                 const StaffRoutes::Viewer& viewer, Desk& desk,
                                                 const std::string& text) {
  for (const std::string& name : {text, "#" + text}) {
    const auto found = context.ports.book.open_pickups_by_order(viewer.tenant.id, name);
    if (!found.ok()) return found.error();
    for (const Pickup& pickup : *found) {
      if (!desk.serves(pickup.store_id)) continue;
      auto json = desk.pickup(pickup);
      if (!json.ok()) return json.error();
      return std::optional(OrderedJson{{"kind", "pickup"}, {"pickup", std::move(json).value()}});
    }
  }
  return std::optional<OrderedJson>();
}

std::string_view state_word(LinkState state) {
  switch (state) {
    case LinkState::kJoining:
      return "registering";
    case LinkState::kLinked:
      return "ready";
    case LinkState::kStopped:
      return "stopped";
  }
  return "";
}

Result<std::optional<OrderedJson>> scanned_member(const Context& context,
                                                  const StaffRoutes::Viewer& viewer, Desk& desk,
                                                  std::string_view text) {
  const auto card = context.ports.storage.card_by_code(viewer.tenant.id, text);
  if (!card.ok()) return card.error();
  if (!card->has_value()) return std::optional<OrderedJson>();
  const Card& found = **card;
  auto own =
      context.ports.book.pickups_of(viewer.tenant.id, found.link.customer_id, kOpenPickupsMost);
  if (!own.ok()) return own.error();
  std::erase_if(*own, [&](const Pickup& each) {
    return !is_open(each.state) || !desk.serves(each.store_id);
  });
  auto list = desk.pickups(*own);
  if (!list.ok()) return list.error();
  const CardSnapshot figures = found.snapshot.value_or(CardSnapshot{});
  return std::optional(OrderedJson{{"kind", "member"},
                                   {"member",
                                    {{"name", masked(figures.holder)},
                                     {"code", found.link.code},
                                     {"state", state_word(found.link.state)},
                                     {"rank", figures.rank},
                                     {"has_points", figures.has_points},
                                     {"points", figures.points},
                                     {"as_of", figures.as_of}}},
                                   {"pickups", std::move(list).value()}});
}

Result<std::optional<OrderedJson>> scanned_product(const Context& context,
                                                   const StaffRoutes::Viewer& viewer, Desk& desk,
                                                   const std::string& text) {
  const auto product = context.ports.storage.product_by_code(viewer.tenant.id, text, text);
  if (!product.ok()) return product.error();
  if (!product->has_value()) return std::optional<OrderedJson>();
  const std::string& id = (*product)->product_id;
  std::vector<std::string> ids;
  for (const auto& [store_id, shop] : desk.shops()) {
    if (ids.size() < kStockShown) ids.push_back(store_id);
  }
  const auto levels = context.ports.storage.stock_of(viewer.tenant.id, id, ids);
  if (!levels.ok()) return levels.error();
  OrderedJson stock = OrderedJson::array();
  for (const StockLevel& level : *levels) {
    const auto shop = desk.shops().find(level.store_id);
    if (shop == desk.shops().end()) continue;
    stock.push_back({{"shop", level.store_id},
                     {"shop_name", shop->second.name},
                     {"on_hand", level.on_hand},
                     {"held", held_of(level)},
                     {"doubted", level.doubted},
                     {"as_of", level.changed_at}});
  }
  auto open = desk.open_pickups();
  if (!open.ok()) return open.error();
  std::erase_if(*open, [&](const Pickup& each) {
    return std::ranges::find(each.lines, id, &PickupLine::product_id) == each.lines.end();
  });
  auto list = desk.pickups(*open);
  if (!list.ok()) return list.error();
  return std::optional(OrderedJson{{"kind", "product"},
                                   {"product", {{"name", (*product)->name}, {"code", text}}},
                                   {"stock", std::move(stock)},
                                   {"pickups", std::move(list).value()}});
}

Reply scan(const Context& context, const StaffRoutes::Viewer& viewer, const nlohmann::json& body) {
  const std::string text = body_text(body, "text");
  if (text.empty() || text.size() > kScanBytes) {
    return refuse(400, "invalid", "text must be what was scanned.");
  }
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  auto found = scanned_pickup(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_order(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_member(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_product(context, viewer, desk, text);
  if (!found.ok()) return failed(found.error());
  return answered(found->value_or(OrderedJson{{"kind", "unknown"}}));
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

#include "server/domain/events/event_service.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/events/event_body.h"
#include "server/domain/events/order_event.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/inventory/inventory_service.h"
#include "server/domain/member/member_merge.h"
#include "server/domain/member/member_sync.h"
#include "server/domain/stock/stock_book.h"
#include "server/domain/sync/known_customers.h"

namespace tsunagi {
namespace {

// Changed products are asked for from this long before the event came.
constexpr Seconds kProductEventWindowSeconds = 600;

std::string reread_key(TenantId tenant, const std::string& product) {
  return std::to_string(tenant) + "/" + product;
}

bool is_refusal(const Error& error) { return error.code == ErrorCode::kInvalid; }

}  // namespace

struct EventService::State {
  explicit State(Ports ports_in) : ports(std::move(ports_in)) {}
  Ports ports;
  // "tenant/product" to the moment its last complete reading began.
  BoundedCache<std::string, Seconds> rereads{kRereadsRemembered};
};

// One batch being worked off. After the first call that Smaregi does not answer, the rest of the
// batch that needs it is put off at once: a dead Smaregi costs one time-out a batch.
class EventService::Step {
 public:
  Step(State& state, const Tenant& tenant) : state_(state), ports_(state.ports), tenant_(tenant) {}

  void handle(const InboxItem& item) {
    const auto outcome = effect_of(item);
    if (outcome.ok()) {
      batch_.done.push_back(item.id);
      return;
    }
    batch_.failures.push_back({item, outcome.error().message, is_refusal(outcome.error())});
  }
  EventBatch take() {
    if (erased_) {  // the events went with the tenant, and nothing may be written for it
      batch_ = EventBatch{};
    }
    return std::move(batch_);
  }

 private:
  Result<Done> effect_of(const InboxItem& item) {
    switch (item.event.system) {
      case System::kShopify:
        return shop_event(item);
      case System::kSmaregi:
        return pos_event(item);
    }
    return Error{ErrorCode::kInvalid, "the event's system is unknown"};
  }

  // ---- Shopify
  Result<Done> shop_event(const InboxItem& item) {
    const std::string& type = item.event.type;
    if (type == "app/uninstalled") return uninstalled();
    if (type == "shop/redact") return redact_shop();
    if (type == "customers/delete") return customer_deleted(item);
    if (type == "customers/redact") return redact_customer(item);
    if (type == "customers/merge") return customers_merged(item);
    if (type == "customers/update") return customer_updated(item);
    if (type == "customers/data_request") return data_request(item);
    if (is_order_event(type)) return order_event(item);
    return Done{};  // a topic of no meaning here
  }

  Result<Done> uninstalled() {
    if (auto done = ports_.storage.uninstall(tenant_.id); !done.ok()) return done;
    audit("shopify", "uninstall", "shop", "the app was uninstalled; the tokens are erased");
    forget_tenant();
    return Done{};
  }

  // Comes 48 hours after an uninstall. A shop whose token still works was installed again
  // meanwhile: its members' cards are in use and stay.
  Result<Done> redact_shop() {
    if (tenant_.installed) {
      const auto alive = ports_.shop.prepare(tenant_);
      if (alive.ok()) {
        audit("shopify", "redact", "shop", "not erased: the app is installed and its token works");
        return Done{};
      }
      // Only a token that Shopify refuses proves that the shop is gone: nothing else erases it.
      if (alive.error().code != ErrorCode::kUnauthorized) return alive.error();
    }
    if (auto done = ports_.storage.erase_tenant(tenant_.id); !done.ok()) return done;
    erased_ = true;
    forget_tenant();
    return Done{};
  }

  // A merge deletes one of its two customers, and which of the two events comes first is anybody's
  // guess: the link waits for the merge to move it.
  Result<Done> customer_deleted(const InboxItem& item) {
    const auto customer = parse_shop_customer(item.event.body);
    if (!customer.ok()) return customer.error();
    const auto card = ports_.storage.card(tenant_.id, *customer);
    if (!card.ok()) return card.error();
    if (card->has_value()) batch_.changes.emplace_back(drop_later(*customer));
    return Done{};
  }

  Result<Done> redact_customer(const InboxItem& item) {
    const auto customer = parse_shop_customer(item.event.body);
    if (!customer.ok()) return customer.error();
    // Who has no card may have kept products all the same.
    std::vector<Change> changes{change::TellLeaving{*customer, LeaveReason::kRedacted},
                                change::EraseCustomer{*customer}};
    if (item.attempts == 0) {  // said once, however often it is tried
      changes.emplace_back(
          change::Audit{"shopify", "drop", customer_subject(*customer), "redaction was asked for"});
    }
    auto dropped = ports_.cards.drop(tenant_.id, *customer, changes);
    if (!dropped.ok()) return dropped;
    if (!tenant_.installed) return Done{};
    // The metafield goes with the customer; where Shopify keeps a redacted one, it goes by this.
    return ports_.shop.erase_card(tenant_, *customer);
  }

  // Nothing else may change either of the two meanwhile; lanes are taken in the order of their ids.
  // Merges are told in any order: who was merged on since is where the card belongs.
  Result<Done> customers_merged(const InboxItem& item) {
    const auto merge = parse_shop_merge(item.event.body);
    if (!merge.ok()) return merge.error();
    if (!merge->completed) return Done{};
    // Whoever still exists keeps the card, whatever an event says.
    const auto still_there = ports_.shop.customer(tenant_, merge->gone);
    if (!still_there.ok()) return still_there.error();
    if (still_there->has_value()) return Done{};
    const auto survivor = survivor_of(ports_.storage, tenant_.id, merge->kept);
    if (!survivor.ok()) return survivor.error();
    if (*survivor == merge->gone) return Done{};  // told of itself: there is nowhere to go
    const int64_t first = std::min(*survivor, merge->gone);
    const int64_t second = std::max(*survivor, merge->gone);
    return ports_.cards.exclusively(tenant_.id, first, [&] {
      return ports_.cards.exclusively(tenant_.id, second,
                                      [&] { return follow_merge(*merge, *survivor); });
    });
  }

  Result<Done> follow_merge(const ShopMerge& merge, int64_t survivor) {
    change::NoteMerge note{.gone = merge.gone, .kept = merge.kept};
    auto leaving = ports_.storage.card(tenant_.id, merge.gone);
    if (!leaving.ok()) return leaving.error();
    const bool dropped = !leaving->has_value();
    if (dropped) leaving = dropped_card(merge.gone);
    if (!leaving.ok()) return leaving.error();
    if (!leaving->has_value()) {
      note.without_link = true;
      return ports_.storage.apply(tenant_.id, {note});
    }
    const auto staying = ports_.storage.card(tenant_.id, survivor);
    if (!staying.ok()) return staying.error();
    std::vector<Change> changes{note};
    if (dropped) changes.emplace_back(change::RestoreLink{merge.gone});
    const std::vector<Change> moved =
        merge_changes(**leaving, staying->has_value() ? &**staying : nullptr, survivor);
    changes.insert(changes.end(), moved.begin(), moved.end());
    if (dropped) {  // its figures were not kept
      changes.emplace_back(
          change::Enqueue{{work_for(**leaving, Side::kPos), std::to_string(survivor)}});
    }
    return ports_.storage.apply(tenant_.id, changes);
  }

  // Of a customer whose link went before the merge was told.
  Result<std::optional<Card>> dropped_card(int64_t customer) {
    const auto link = ports_.storage.dropped_link(tenant_.id, customer);
    if (!link.ok()) return link.error();
    if (!link->has_value()) return std::optional<Card>();
    return std::optional(Card{.link = **link, .snapshot = std::nullopt});
  }

  // Sent for every order and for what we write ourselves, too: what changed is found by reading.
  Result<Done> customer_updated(const InboxItem& item) {
    const auto customer = parse_shop_customer(item.event.body);
    if (!customer.ok()) return customer.error();
    const auto card = ports_.storage.card(tenant_.id, *customer);
    if (!card.ok()) return card.error();
    if (!card->has_value()) return Done{};
    if (ports_.known != nullptr && ports_.known->is_echo(tenant_.id, *customer)) return Done{};
    batch_.changes.emplace_back(
        change::Enqueue{{work_for(**card, Side::kShop), std::to_string(*customer)}});
    return Done{};
  }

  // Whatever it says, the order is read back (ShippingService::step).
  Result<Done> order_event(const InboxItem& item) {
    const auto event = parse_order_event(item.event.type, item.event.body);
    if (!event.ok()) return event.error();
    if (ports_.orders == nullptr) return Done{};
    const auto order = order_of(*event);
    if (!order.ok()) return order.error();
    if (*order == 0) return Done{};
    // While it is off, only what was begun is followed.
    if (!follows_orders(tenant_.settings)) {
      const auto begun = ports_.storage.cursor(tenant_.id, kOrdersCursor);
      if (!begun.ok()) return begun.error();
      if (!begun->has_value()) return Done{};
    }
    batch_.changes.emplace_back(change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(*order)}});
    return Done{};
  }
  // 0: the platform has none of its works any more.
  Result<int64_t> order_of(const OrderEvent& event) {
    if (event.order != 0) return event.order;
    for (const int64_t work : event.works) {
      const auto order = ports_.orders->order_of_work(tenant_, work);
      if (!order.ok()) return order.error();
      if (order->has_value()) return **order;
    }
    return 0;
  }

  // The merchant finds it on the merchant page, and there the file.
  Result<Done> data_request(const InboxItem& item) {
    auto request = parse_data_request(item.event.body);
    if (!request.ok()) return request.error();
    if (request->request_id.empty()) request->request_id = item.event.event_id;
    request->requested_at = item.event.received_at;
    const std::string subject = customer_subject(request->customer_id);
    batch_.changes.emplace_back(change::PutDataRequest{*std::move(request)});
    audit("shopify", "data request", subject, "the file can be downloaded on the merchant page");
    return Done{};
  }

  // ---- Smaregi
  Result<Done> pos_event(const InboxItem& item) {
    const std::string& type = item.event.type;
    if (type == "pos:stores") return read_stores();
    const bool listed = type == "pos:stock" || type == "pos:transactions" ||
                        type == "pos:customers" || type == "pos:products";
    if (!listed) return Done{};  // AppSubscription and events of no meaning here
    if (tenant_.contract_id.empty()) return Done{};
    const auto parts = split_pos_event(type, item.event.body);
    if (!parts.ok()) return parts.error();
    if (parts->size() > 1) return store_parts(item, *parts);
    const auto event = parse_pos_event(type, item.event.body);
    if (!event.ok()) return event.error();
    if (type == "pos:products") return read_products(item, *event);
    // A member who has a link here was created by us: the link holds what came back.
    if (type == "pos:customers" && event->action == "created") return Done{};
    for (const std::string& id : event->ids) {
      const auto done = pos_id(type, id, item.event.received_at);
      if (!done.ok()) return done;
    }
    return Done{};
  }

  Result<Done> pos_id(const std::string& type, const std::string& id, Seconds received_at) {
    if (type == "pos:stock") return read_stock(id, received_at);
    if (type == "pos:customers") return member_changed(id);
    return read_transaction(id, received_at);
  }

  // Each part is stored under an id of its own, so that storing them twice stores them once.
  Result<Done> store_parts(const InboxItem& item, const std::vector<std::string>& parts) {
    for (size_t i = 0; i < parts.size(); ++i) {
      InboxEvent part = item.event;
      part.event_id += "/" + std::to_string(i);
      part.body = parts[i];
      const auto stored = ports_.storage.put_inbox(tenant_.id, part);
      if (!stored.ok()) return stored.error();
    }
    return Done{};
  }

  Result<Done> read_stock(const std::string& product, Seconds received_at) {
    if (batch_.products.contains(product)) return Done{};
    const auto last = state_.rereads.get(reread_key(tenant_.id, product));
    if (last && *last > received_at) return Done{};  // read after the event came: it is in
    if (pos_error_) return *pos_error_;
    const Seconds began_at = ports_.clock.now();
    auto levels = ports_.pos.stock_of(tenant_.contract_id, product);
    if (!levels.ok()) {
      if (levels.error().code == ErrorCode::kNotFound) return Done{};
      return pos_failed(levels.error());
    }
    // Rows of other products would be somebody's mistake; they are not ours to store under this
    // event.
    std::erase_if(*levels, [&](const StockLevel& level) { return level.product_id != product; });
    append(put_stock_changes(std::move(levels).value()));
    batch_.products[product] = began_at;
    return Done{};
  }

  // However often it is named, a member waits once.
  Result<Done> member_changed(const std::string& member) {
    const auto card = ports_.storage.card_by_member(tenant_.id, member);
    if (!card.ok()) return card.error();
    if (const std::optional<Card>& known = *card) {
      const std::string customer = std::to_string(known->link.customer_id);
      batch_.changes.emplace_back(change::Enqueue{{OutboxKind::kMemberChanged, customer}});
    }
    return Done{};
  }

  Result<Done> read_points(const std::string& member, Seconds received_at) {
    if (members_.contains(member)) return Done{};
    const auto stored = ports_.storage.card_by_member(tenant_.id, member);
    if (!stored.ok()) return stored.error();
    const std::optional<Card>& card = *stored;
    if (!card) return Done{};  // nobody's card here
    const std::optional<CardSnapshot>& snapshot = card->snapshot;
    if (snapshot && snapshot->as_of > received_at) return Done{};
    if (pos_error_) return *pos_error_;
    const auto done =
        ports_.cards.refresh(tenant_, card->link.customer_id, CardService::Want::kPoints);
    if (!done.ok()) return pos_failed(done.error());
    members_.insert(member);
    return Done{};
  }

  Result<Done> read_transaction(const std::string& id, Seconds received_at) {
    if (pos_error_) return *pos_error_;
    const auto transaction = ports_.pos.transaction(tenant_.contract_id, id);
    if (!transaction.ok()) {
      if (transaction.error().code == ErrorCode::kNotFound) return Done{};
      return pos_failed(transaction.error());
    }
    if (!transaction->member_id.empty()) {
      auto done = read_points(transaction->member_id, received_at);
      if (!done.ok()) return done;
    }
    // pos:stock says the same, when it comes. A long receipt is left to it and to polling.
    const size_t products = std::min(transaction->product_ids.size(), kIdsAStep);
    for (size_t i = 0; i < products; ++i) {
      auto done = read_stock(transaction->product_ids[i], received_at);
      if (!done.ok()) return done;
    }
    return Done{};
  }

  Result<Done> read_products(const InboxItem& item, const PosEventBody& event) {
    if (event.action == "deleted" || event.action == "bulk-deleted") {
      batch_.changes.emplace_back(change::DropProducts{event.ids});
      batch_.changes.emplace_back(catalogue_changed(ports_.clock));
      for (const std::string& product : event.ids) batch_.products.emplace(product, 0);
      return Done{};
    }
    if (products_read_) return Done{};
    if (pos_error_) return *pos_error_;
    const Seconds now = ports_.clock.now();
    const Seconds from = std::min(now, item.event.received_at) - kProductEventWindowSeconds;
    auto products = ports_.pos.products_changed(tenant_.contract_id, from, now);
    if (!products.ok()) return pos_failed(products.error());
    append(put_product_changes(std::move(products).value()));
    batch_.changes.emplace_back(catalogue_changed(ports_.clock));
    products_read_ = true;
    return Done{};
  }

  Result<Done> read_stores() {
    if (tenant_.contract_id.empty() || batch_.stores) return Done{};
    if (pos_error_) return *pos_error_;
    auto stores = ports_.pos.stores(tenant_.contract_id);
    if (!stores.ok()) return pos_failed(stores.error());
    batch_.changes.emplace_back(change::PutStores{std::move(stores).value()});
    batch_.stores = true;
    return Done{};
  }

  // ---- helpers
  Error pos_failed(const Error& error) {
    if (may_pass(error)) pos_error_ = error;
    return error;
  }
  void append(std::vector<Change> changes) {
    std::move(changes.begin(), changes.end(), std::back_inserter(batch_.changes));
  }
  void audit(const char* actor, const char* action, std::string subject, std::string reason) {
    batch_.changes.emplace_back(
        change::Audit{actor, action, std::move(subject), std::move(reason)});
  }
  void forget_tenant() {
    ports_.directory.forget();
    ports_.cards.forget_tenant(tenant_.id);
    ports_.stock.forget_tenant(tenant_.id);
  }

  State& state_;
  Ports& ports_;
  const Tenant& tenant_;
  EventBatch batch_;
  std::set<std::string> members_;  // whose points were read in this batch
  std::optional<Error> pos_error_;
  bool erased_ = false;
  bool products_read_ = false;
};

EventService::EventService(Ports ports) : state_(std::make_unique<State>(std::move(ports))) {}
EventService::~EventService() = default;

EventBatch EventService::handle(const Tenant& tenant, const std::vector<InboxItem>& items) {
  Step step(*state_, tenant);
  for (const InboxItem& item : items) step.handle(item);
  return step.take();
}

void EventService::settled(TenantId tenant, const EventBatch& batch) {
  if (batch.stores) state_->ports.stock.forget_tenant(tenant);
  for (const auto& [product, began_at] : batch.products) {
    state_->ports.stock.forget(tenant, product);
    if (began_at != 0) state_->rereads.put(reread_key(tenant, product), began_at);
  }
}

}  // namespace tsunagi

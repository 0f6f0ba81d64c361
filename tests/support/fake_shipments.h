#pragma once
// Shipments in memory, with stock that pick-ups' book tells of. Holding looks at the same figures.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/shipment_book.h"
#include "tests/support/fake_book.h"

namespace tsunagi::fakes {

class StockedBook : public FakeBook {
 public:
  using FakeBook::FakeBook;
  std::map<std::string, CodeStock> stock;  // by code

  Result<std::vector<CodeStock>> stock_of_codes(TenantId,
                                                const std::vector<std::string>& codes) override {
    std::vector<CodeStock> found;
    for (const std::string& code : codes) {
      const auto known = stock.find(code);
      found.push_back(known == stock.end()
                          ? CodeStock{.code = code, .product_id = {}, .name = {}, .shops = {}}
                          : known->second);
    }
    return found;
  }
  StoreShelf* shelf(const std::string& product, const std::string& store) {
    for (auto& [code, each] : stock) {
      if (each.product_id != product) continue;
      const auto found = std::ranges::find(each.shops, store, &StoreShelf::store_id);
      if (found != each.shops.end()) return &*found;
    }
    return nullptr;
  }
};

class FakeShipments : public ShipmentBook {
 public:
  FakeShipments(FakeStorage& storage, StockedBook& shelf) : storage_(storage), shelf_(shelf) {
    storage_.release_sent = [this](const change::ReleaseSent& release) {
      free_line(release.order_line,
                [&](const Shipment& each) { return each.id == release.shipment_id; });
    };
    storage_.tills_took = [this](const change::TillsTook& took) {
      free_line(took.taking.name.order_line, [&](const Shipment& each) {
        return each.told_id == took.taking.name.parcel_id &&
               took.taking.name.kind == TakingKind::kSent;
      });
    };
  }

  std::vector<Shipment> shipments;  // in the order in which they were put

  [[nodiscard]] int64_t held() const {
    int64_t sum = 0;
    for (const Shipment& each : shipments) {
      for (const ShipmentLine& line : each.lines) sum += line.held;
    }
    return sum;
  }

  Result<Done> put_shipments(TenantId, const Routed& routed) override {
    for (const Shipment& each : routed.shipments) {
      shipments.push_back(each);
      traces_[each.id] = routed.trace;
    }
    count_held();
    return Done{};
  }
  Result<Shipment> move_shipment(TenantId tenant, const ShipmentMove& move, const Safety&,
                                 const std::vector<Change>& also) override {
    Shipment* found = find(move.shipment_id);
    if (found == nullptr) return Error{ErrorCode::kNotFound, "there is no such shipment"};
    if (!deeds_.insert(move.shipment_id + "/" + move.action_id).second) return *found;
    if (auto done = do_to(*found, move); !done.ok()) return done.error();
    if (auto told = storage_.apply(tenant, also); !told.ok()) return told.error();
    count_held();
    return *found;
  }
  Result<Done> note_seen(TenantId, const std::vector<Seen>& seen) override {
    for (const Seen& each : seen) {
      Shipment& shipment = *find(each.shipment_id);
      shipment.work_id = each.work_id;
      shipment.placed = each.placed;
      shipment.on_hold = each.on_hold;
      if (each.told_id != 0) shipment.told_id = each.told_id;
    }
    return Done{};
  }
  Result<std::optional<Shipment>> shipment(TenantId, std::string_view id) override {
    const Shipment* found = find(id);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  Result<std::vector<Shipment>> shipments_of_order(TenantId, int64_t order_id) override {
    return those([=](const Shipment& each) { return each.order_id == order_id; });
  }
  Result<std::vector<Shipment>> open_shipments(TenantId, const std::vector<std::string>& stores,
                                               int) override {
    return those([&](const Shipment& each) {
      const bool wanted =
          stores.empty() || std::ranges::find(stores, each.store_id) != stores.end();
      return is_open(each.state) && wanted;
    });
  }
  Result<std::map<std::string, int64_t>> open_work(TenantId) override {
    std::map<std::string, int64_t> work;
    for (const Shipment& each : shipments) {
      if (is_open(each.state) && !each.store_id.empty()) ++work[each.store_id];
    }
    return work;
  }
  Result<std::string> trace_of(TenantId, std::string_view id) override {
    return traces_[std::string(id)];
  }
  Result<std::vector<ShipmentDeed>> shipment_deeds(TenantId, std::string_view) override {
    return std::vector<ShipmentDeed>();
  }

 private:
  template <class Matches>
  void free_line(int64_t order_line, Matches matches) {
    for (Shipment& each : shipments) {
      if (!matches(each)) continue;
      for (ShipmentLine& line : each.lines) {
        if (line.order_line == order_line) line.held = 0;
      }
    }
    count_held();
  }
  Shipment* find(std::string_view id) {
    const auto found = std::ranges::find(shipments, id, &Shipment::id);
    return found == shipments.end() ? nullptr : &*found;
  }
  template <class Matches>
  std::vector<Shipment> those(Matches matches) const {
    std::vector<Shipment> found;
    std::ranges::copy_if(shipments, std::back_inserter(found), matches);
    return found;
  }
  void count_held() {
    for (auto& [code, each] : shelf_.stock) {
      for (StoreShelf& shop : each.shops) shop.held = 0;
    }
    for (const Shipment& each : shipments) {
      for (const ShipmentLine& line : each.lines) {
        StoreShelf* shelf = line.held > 0 ? shelf_.shelf(line.product_id, each.store_id) : nullptr;
        if (shelf != nullptr) shelf->held += line.held;
      }
    }
  }

  FakeStorage& storage_;
  StockedBook& shelf_;
  std::map<std::string, std::string> traces_;
  std::set<std::string> deeds_;
};

}  // namespace tsunagi::fakes

#pragma once
// Shopify's stock and orders: what each location has and has promised, who sends what, and what
// people do there by hand. As strict as tests/sandbox/shopify.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/inventory/online_stock.h"
#include "server/domain/ports.h"
#include "tests/simulation/stock/tills.h"

namespace tsunagi::simulation {

class OnlineShop final : public OnlineStock, public ShopOrders {
 public:
  explicit OnlineShop(Clock& clock) : clock_(clock) {}

  // What no source confirms (tests/sandbox/shopify/lib/facts.mjs).
  struct Facts {
    bool moves_take_committed = true, moves_join = true, unrestocked_leaves_on_hand = true;
  };
  Facts facts;
  std::function<bool()> fails;         // asked before each call: nothing happens
  std::function<bool()> loses_answer;  // asked after: it happened, and nobody hears
  std::function<void(Notice)> tell;
  std::function<void(std::string)> log;
  // What somebody does between a look at a level and the write of it.
  std::function<void(int64_t item, int64_t location)> after_a_look;
  // Goods leave a location with a parcel; below 0: they are back.
  struct Leaving {
    int64_t parcel = 0, location = 0, item = 0, pieces = 0;
    std::string number;
  };
  std::function<void(const Leaving&)> on_parcel;

  struct Level {
    int64_t available = 0, committed = 0;
    [[nodiscard]] int64_t on_hand() const { return available + committed; }
  };
  std::vector<ShopLocation> places;
  std::vector<ShopItem> articles;
  std::map<std::pair<int64_t, int64_t>, Level> levels;  // by item and location

  // ---- orders, as they are
  struct WorkLine {
    int64_t id = 0, order_line = 0, item = 0, remaining = 0;
    int64_t committed_at = 0;  // whose stock is promised
  };
  struct Work {
    int64_t id = 0, location = 0;
    WorkState state = WorkState::kOpen;
    std::vector<WorkLine> lines;
    Seconds changed_at = 0;
  };
  struct Parcel {
    struct Line {
      int64_t order_line = 0, item = 0, quantity = 0;
    };
    int64_t id = 0, location = 0;
    Seconds sent_at = 0;
    std::string number;
    std::vector<Line> lines;
    bool cancelled = false;
  };
  // Of what a parcel brought, this came back.
  struct Return {
    int64_t id = 0, line = 0;  // the refund's, and its line's
    int64_t parcel = 0, location = 0, order_line = 0, item = 0, pieces = 0;
    Seconds at = 0;
  };
  struct Order {
    int64_t id = 0;
    bool paid = true, cancelled = false;
    std::optional<Prefecture> ship_to;
    std::vector<Work> works;
    std::vector<Parcel> parcels;
    std::vector<Return> returns;
  };
  std::map<int64_t, Order> orders;

  struct Bought {
    int64_t item = 0, quantity = 0;
  };
  Order& buy(const std::vector<Bought>& lines, int64_t location, bool paid,
             std::optional<Prefecture> ship_to);

  // ---- what people do in the shop's admin
  void pay(Order& order);
  void cancel(Order& order, bool restock);
  void remove(Order& order, Work& work, WorkLine& line, int64_t pieces);
  void hold(Work& work, bool held);
  bool move_by_hand(Order& order, Work& work, int64_t location);  // false: it is refused
  void send_by_hand(Order& order, Work& work, const std::string& number);
  void cancel_parcel(Order& order, Parcel& parcel);
  const Return& take_back(Order& order, const Return& what);
  // Of a line of a parcel, what has not come back.
  [[nodiscard]] static int64_t kept_of(const Order& order, const Parcel& parcel,
                                       const Parcel::Line& line);
  void set_by_hand(int64_t item, int64_t location, int64_t on_hand);

  [[nodiscard]] std::vector<Work*> open_works(Order& order);
  // Figures that a person's deed made other than the tills', by item and location: until the night.
  std::set<std::pair<int64_t, int64_t>> touched;
  // What is to be told once and was told otherwise: a mistake of the server.
  [[nodiscard]] const std::string& misuse() const { return misuse_; }

  // ---- OnlineStock
  Result<std::vector<ShopLocation>> locations(const Tenant&) override;
  Result<ItemPage> items(const Tenant&, const ItemsAsked& asked) override;
  Result<std::vector<Seen>> on_hand(const Tenant&, int64_t location_id,
                                    const std::vector<int64_t>& item_ids) override;
  Result<std::vector<Refusal>> set_on_hand(const Tenant&, const std::vector<Write>& writes,
                                           std::string_view key) override;
  Result<std::optional<Refusal>> begin_on_hand(const Tenant&, const Write& write,
                                               std::string_view key) override;
  // ---- ShopOrders
  Result<std::optional<ShopOrder>> order(const Tenant&, int64_t order_id) override;
  Result<std::optional<int64_t>> order_of_work(const Tenant&, int64_t work_id) override;
  Result<Changed> orders_changed(const Tenant&, Seconds from, Seconds to) override;
  Result<Changed> orders_refunded(const Tenant&, Seconds from, Seconds to) override;
  Result<std::vector<ReturnedLine>> returned_lines(const Tenant&, int64_t refund_id) override;
  Result<std::optional<ShipTo>> ship_to(const Tenant&, int64_t work_id) override;
  Result<int64_t> move(const Tenant&, const Move& move) override;
  Result<int64_t> send(const Tenant&, const ShopOrders::Parcel& parcel) override;
  Result<std::vector<SentLine>> parcel_lines(const Tenant&, int64_t parcel_id) override;
  // Nobody fetches what they bought: none of these is asked for.
  Result<Done> prepared(const Tenant&, int64_t work_id) override;
  Result<int64_t> handed_over(const Tenant&, const std::vector<WorkParts>& works) override;
  Result<Done> put_off(const Tenant&, const Undecided& undecided) override;
  Result<Done> release(const Tenant&, const Held& held) override;
  Result<Done> refund(const Tenant&, const Refund& refund) override;

 private:
  template <class Effect>
  auto called(Effect effect) -> decltype(effect());
  std::vector<Refusal> set_all(const std::vector<Write>& writes);
  Result<int64_t> move_parts(const Move& move);
  Result<int64_t> send_parts(const ShopOrders::Parcel& parcel);
  Work& moved_to(Order& order, Work& work, const std::vector<WorkPart>& parts, int64_t location);
  int64_t take_out(Order& order, int64_t work_id, const std::vector<WorkPart>& parts,
                   int64_t location);
  void join(Order& order, int64_t moved, int64_t there);
  void commit_anew(Work& work);
  // Its id.
  int64_t ship(Order& order, Work& work, const std::vector<WorkPart>& parts,
               const std::string& number);
  void leave(const Work& work, WorkLine& line, int64_t pieces);
  void give_up(const WorkLine& line, int64_t pieces, bool restock);
  void touch(Work& work) { work.changed_at = clock_.now(); }
  void tell_of_work(const std::string& what, int64_t work);
  [[nodiscard]] Order* order_with(int64_t work_id);
  [[nodiscard]] static Work* work_in(Order& order, int64_t work_id);
  [[nodiscard]] ShopOrder view(const Order& order) const;
  [[nodiscard]] const ShopItem& article(int64_t item) const;

  Clock& clock_;
  int64_t next_ = 10'000;
  std::map<std::string, std::pair<std::string, std::vector<Refusal>>, std::less<>> keys_;
  std::string misuse_;
};

}  // namespace tsunagi::simulation

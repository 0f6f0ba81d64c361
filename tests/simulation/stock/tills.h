#pragma once
// Smaregi's shops: what people do at the tills, and what is on the shelves, counted here by
// itself.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/inventory/till_stock.h"
#include "tests/support/fakes.h"

namespace tsunagi::simulation {

// Of one product in one shop.
struct Shelf {
  std::string product, store;
  auto operator<=>(const Shelf&) const = default;
};
std::string text_of(const Shelf& shelf);

// What a platform tells the server, sooner or later, or never.
struct Notice {
  System system = System::kSmaregi;
  std::string type, body;
};

class Tills final : public TillStock {
 public:
  explicit Tills(fakes::ManualClock& clock) : pos(clock), clock_(clock) {}

  fakes::FakePos pos;  // what the server asks
  std::function<void(Notice)> tell;
  std::function<bool()> fails;         // asked before each call: nothing happens
  std::function<bool()> loses_answer;  // asked after: it happened, and nobody hears
  std::function<bool()> is_slow;       // nobody hears, and it happens later

  using Quantities = std::map<std::string, int64_t>;  // by product
  void deliver(const Shelf& shelf, int64_t pieces);
  // To what is there: what was not yet taken from Smaregi's figure still will be.
  void count(const Shelf& shelf, int64_t pieces, int64_t layaway);
  void sell(const std::string& store, const Quantities& quantities);  // negative: given back
  // A parcel leaves the shop: Smaregi does not know of it by itself.
  void leave(const Shelf& shelf, int64_t pieces) { book(shelf, -pieces); }
  // Of what the server is not to tell Smaregi, somebody does.
  void correct(const Shelf& shelf, int64_t pieces);
  // What was under way arrives.
  void arrive();
  [[nodiscard]] bool knows(int64_t parcel, int64_t order_line) const;

  // ---- TillStock
  Result<Done> add(std::string_view contract, const TillMove& move) override;
  Result<bool> was_added(std::string_view contract, const TillMove& move, Seconds from,
                         Seconds to) override;

  [[nodiscard]] int64_t on_shelf(const Shelf& shelf) const;
  // Whether there were several figures of it in this second.
  [[nodiscard]] bool is_ambiguous(const Shelf& shelf, Seconds at) const;
  // "" or where Smaregi's figure is not what was sold, given back, delivered, counted and sent.
  [[nodiscard]] std::string difference() const;

 private:
  [[nodiscard]] int64_t figure_of(const Shelf& shelf) const;  // Smaregi's
  void book(const Shelf& shelf, int64_t pieces);
  void change(const Shelf& shelf, int64_t pieces);  // Smaregi's figure
  void tell_of(const Quantities& quantities);

  fakes::ManualClock& clock_;
  std::map<Shelf, int64_t> pieces_;
  std::map<Shelf, int64_t> layaway_;
  std::map<std::pair<Shelf, Seconds>, int> changes_;
  struct Added {
    TillMove move;
    Seconds at = 0;
  };
  std::vector<Added> history_;
  std::vector<Added> under_way_;  // until when
};

}  // namespace tsunagi::simulation

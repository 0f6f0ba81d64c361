#pragma once
// Smaregi's shops: what people do at the tills, and what is on the shelves, counted here by
// itself.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

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

class Tills {
 public:
  explicit Tills(fakes::ManualClock& clock) : pos(clock), clock_(clock) {}

  fakes::FakePos pos;  // what the server asks
  std::function<void(Notice)> tell;

  using Quantities = std::map<std::string, int64_t>;  // by product
  void deliver(const Shelf& shelf, int64_t pieces);
  void count(const Shelf& shelf, int64_t pieces, int64_t layaway);
  void sell(const std::string& store, const Quantities& quantities);  // negative: given back
  // A parcel left the shop.
  void lower_for_parcel(const Shelf& shelf, int64_t pieces);

  [[nodiscard]] int64_t on_shelf(const Shelf& shelf) const;
  // Whether there were several figures of it in this second.
  [[nodiscard]] bool is_ambiguous(const Shelf& shelf, Seconds at) const;
  // "" or where Smaregi's figure is not what was sold, given back, delivered, counted and sent.
  [[nodiscard]] std::string difference() const;

 private:
  [[nodiscard]] int64_t figure_of(const Shelf& shelf) const;  // Smaregi's
  void book(const Shelf& shelf, int64_t pieces);
  void tell_of(const Quantities& quantities);

  fakes::ManualClock& clock_;
  std::map<Shelf, int64_t> pieces_;
  std::map<Shelf, int64_t> layaway_;
  std::map<std::pair<Shelf, Seconds>, int> changes_;
};

}  // namespace tsunagi::simulation

#pragma once
// The tills' stock as FakePos has it, changed from here: answers that get lost, and moves that
// arrive late or never.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/inventory/till_stock.h"
#include "tests/support/fake_platforms.h"

namespace tsunagi::fakes {

class FakeTills : public TillStock {
 public:
  explicit FakeTills(FakePos& pos) : pos_(pos) {}

  int adds = 0;           // that were asked for
  int loses_answers = 0;  // of so many to come: they happen, and nobody hears
  int swallows = 0;       // so many to come do not happen, unless they arrive()

  Result<Done> add(std::string_view, const TillMove& move) override {
    ++adds;
    if (swallows > 0) {
      --swallows;
      under_way_.push_back(move);
      return unanswered();
    }
    happen(move);
    if (loses_answers == 0) return Done{};
    --loses_answers;
    return unanswered();
  }
  Result<bool> was_added(std::string_view, const TillMove& move, Seconds, Seconds) override {
    return std::ranges::any_of(history_,
                               [&](const TillMove& one) { return one.memo == move.memo; });
  }
  void arrive() {
    for (const TillMove& move : std::exchange(under_way_, {})) happen(move);
  }
  [[nodiscard]] int64_t figure(const std::string& product, const std::string& store) const {
    for (const StockLevel& level : pos_.all_stock()) {
      if (level.product_id == product && level.store_id == store) return level.on_hand;
    }
    return 0;
  }

 private:
  static Error unanswered() { return {ErrorCode::kUnavailable, "no answer"}; }
  void happen(const TillMove& move) {
    pos_.set_stock(move.product_id, move.store_id,
                   figure(move.product_id, move.store_id) + move.amount);
    history_.push_back(move);
  }

  FakePos& pos_;
  std::vector<TillMove> history_, under_way_;
};

}  // namespace tsunagi::fakes

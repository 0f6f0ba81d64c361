#include "server/domain/inventory/on_hand_writer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "server/domain/fnv1a.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {
namespace {

// One item on its way; open until there is an outcome.
struct Wish {
  const OutboxItem* item = nullptr;
  OnHandName name;
  int64_t location_id = 0;
  ShopItem article;
  int64_t wanted = 0;
  Seconds changed_at = 0;
  OnlineStock::Seen seen;
  bool open = true;
  OnHandWriter::Outcome outcome;

  void close() { open = false; }
  void fail(const Error& error) {
    open = false;
    outcome.done = error;
  }
};

OnlineStock::Write write_of(const Wish& wish) {
  return {.item_id = wish.article.item_id,
          .location_id = wish.location_id,
          .on_hand = wish.wanted,
          .from = wish.seen.on_hand.value_or(0)};
}

// The same for the same writes of the same items, told again after an answer was lost; another as
// soon as anything of it differs, an item that was enqueued anew included. A refusal may be
// remembered by its key as well: each look has its own.
std::string key_of(TenantId tenant, int round, const std::vector<Wish*>& wishes) {
  Fnv1a hash;
  hash.add(std::to_string(round));
  for (const Wish* wish : wishes) {
    const OnlineStock::Write write = write_of(*wish);
    for (const int64_t figure : {wish->item->id, wish->item->revision, wish->changed_at,
                                 write.item_id, write.location_id, write.from, write.on_hand}) {
      hash.add(std::to_string(figure));
    }
  }
  return "tsunagi-" + std::to_string(tenant) + "-" + std::to_string(hash.value());
}

class Turn {
 public:
  Turn(OnHandWriter::Ports& ports, const Tenant& tenant, std::vector<Wish>& wishes)
      : ports_(ports), tenant_(tenant), wishes_(wishes) {}

  void run() {
    for (round_ = 0; round_ < kOnHandRounds; ++round_) {
      for (Wish* wish : open()) decide(*wish);
      look();
      begin();
      write();
      if (open().empty()) return;
    }
    for (Wish* wish : open()) {
      wish->fail({ErrorCode::kUnavailable, "stock: the figures changed at every look"});
    }
  }

 private:
  std::vector<Wish*> open() {
    std::vector<Wish*> list;
    for (Wish& wish : wishes_) {
      if (wish.open) list.push_back(&wish);
    }
    return list;
  }

  // What is to be there, by what is stored now.
  void decide(Wish& wish) {
    const StoreLocation* location = location_of(tenant_.settings, wish.name.store_id);
    if (location == nullptr) return wish.close();
    wish.location_id = location->location_id;
    const auto article = ports_.book.matched_item(tenant_.id, wish.name.product_id);
    if (!article.ok()) return wish.fail(article.error());
    if (!article->has_value()) return wish.close();
    wish.article = **article;
    const auto levels =
        ports_.storage.stock_of(tenant_.id, wish.name.product_id, {wish.name.store_id});
    if (!levels.ok()) return wish.fail(levels.error());
    if (levels->empty()) return decide_without_level(wish);
    const StockLevel& level = levels->front();
    const auto gone =
        ports_.book.still_counted(tenant_.id, wish.name.product_id, wish.name.store_id);
    if (!gone.ok()) return wish.fail(gone.error());
    // The tills may sell what they do not have; the online shop takes no negative figure, and has
    // subtracted by itself what it sold. What staff did not find is sold nowhere.
    wish.wanted = level.doubted ? 0 : std::clamp<int64_t>(level.on_hand - *gone, 0, kOnHandMost);
    wish.changed_at = level.changed_at;
  }

  // Before a product's stock first moves there is no row; once all rows were read that means none.
  void decide_without_level(Wish& wish) {
    const auto confirmed = ports_.storage.cursor(tenant_.id, kStockConfirmedCursor);
    if (!confirmed.ok()) return wish.fail(confirmed.error());
    if (!confirmed->has_value()) return wish.close();
    wish.wanted = 0;
    wish.changed_at = 0;
  }

  // What the online shop has, place by place.
  void look() {
    std::map<int64_t, std::vector<Wish*>> by_location;
    for (Wish* wish : open()) by_location[wish->location_id].push_back(wish);
    for (const auto& [location, wishes] : by_location) {
      std::vector<int64_t> items;
      items.reserve(wishes.size());
      for (const Wish* wish : wishes) items.push_back(wish->article.item_id);
      const auto seen = ports_.shop.on_hand(tenant_, location, items);
      for (size_t i = 0; i < wishes.size(); ++i) {
        if (!seen.ok()) {
          wishes[i]->fail(seen.error());
        } else {
          take(*wishes[i], (*seen)[i]);
        }
      }
    }
  }

  void take(Wish& wish, const OnlineStock::Seen& seen) {
    wish.seen = seen;
    if (!seen.exists) return drop(wish);
    if (!seen.tracked) return leave_untracked(wish);
    // Where it is not stocked, none is what there is.
    if (seen.on_hand.value_or(0) == wish.wanted) wish.close();
  }

  void drop(Wish& wish) {
    const auto dropped = ports_.book.drop_item(tenant_.id, wish.article.variant_id);
    if (!dropped.ok()) return wish.fail(dropped.error());
    wish.close();
  }

  // Listed for the merchant from now on.
  void leave_untracked(Wish& wish) {
    ShopItem article = wish.article;
    article.tracked = false;
    article.match = ItemMatch::kUntracked;
    auto put = ports_.book.put_items(tenant_.id, {article}, std::nullopt, {});
    if (put.ok()) put = ports_.book.put_matches(tenant_.id, {article}, {});
    if (!put.ok()) return wish.fail(put.error());
    wish.close();
  }

  void begin() {
    for (Wish* wish : open()) {
      if (wish->seen.on_hand) continue;
      const auto refused =
          ports_.shop.begin_on_hand(tenant_, write_of(*wish), key_of(tenant_.id, round_, {wish}));
      if (!refused.ok()) {
        wish->fail(refused.error());
      } else if (refused->has_value()) {
        heed(*wish, **refused);
      } else {
        wish->close();
      }
    }
  }

  // All at once; when some are refused the others go again without them.
  void write() {
    std::vector<Wish*> wishes = open();
    std::erase_if(wishes, [](const Wish* wish) { return !wish->seen.on_hand; });
    while (!wishes.empty()) {
      std::vector<OnlineStock::Write> writes;
      writes.reserve(wishes.size());
      for (const Wish* wish : wishes) writes.push_back(write_of(*wish));
      const auto refused =
          ports_.shop.set_on_hand(tenant_, writes, key_of(tenant_.id, round_, wishes));
      if (!refused.ok() || refused->empty()) {
        for (Wish* wish : wishes) refused.ok() ? wish->close() : wish->fail(refused.error());
        return;
      }
      std::vector<bool> out(wishes.size(), false);
      for (const OnlineStock::Refusal& one : *refused) {
        if (one.place < wishes.size() && !out[one.place]) heed(*wishes[one.place], one);
        if (one.place < wishes.size()) out[one.place] = true;
      }
      std::vector<Wish*> rest;
      for (size_t i = 0; i < wishes.size(); ++i) {
        if (!out[i]) rest.push_back(wishes[i]);
      }
      if (rest.size() == wishes.size()) {  // refused without saying which
        for (Wish* wish : rest) wish->fail({ErrorCode::kInvalid, refused->front().message});
        return;
      }
      wishes = std::move(rest);
    }
  }

  void heed(Wish& wish, const OnlineStock::Refusal& refusal) {
    switch (refusal.why) {
      case OnlineStock::Why::kStale:
        return;  // stays open: looked at and decided again
      case OnlineStock::Why::kNoItem:
        return drop(wish);
      case OnlineStock::Why::kNotCounted:
        return leave_untracked(wish);
      case OnlineStock::Why::kNoLocation:
        wish.outcome.changes.emplace_back(
            change::SetCursor{std::string(kLocationGoneCursor), ports_.clock.now()});
        return wish.close();
      case OnlineStock::Why::kOther:
        break;
    }
    wish.fail({ErrorCode::kInvalid, refusal.message});
  }

  OnHandWriter::Ports& ports_;
  const Tenant& tenant_;
  std::vector<Wish>& wishes_;
  int round_ = 0;
};

}  // namespace

std::vector<OnHandWriter::Outcome> OnHandWriter::write(const Tenant& tenant,
                                                       const std::vector<OutboxItem>& items) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(items.size());
  for (size_t from = 0; from < items.size(); from += kOnHandAtOnce) {
    std::vector<Wish> wishes;
    for (size_t i = from; i < std::min(items.size(), from + kOnHandAtOnce); ++i) {
      Wish wish;
      wish.item = &items[i];
      wish.name = on_hand_name(items[i].write.key);
      if (wish.name.product_id.empty()) {
        wish.fail({ErrorCode::kInvalid, "the key names no stock of a shop"});
      }
      wishes.push_back(std::move(wish));
    }
    Turn(ports_, tenant, wishes).run();
    for (Wish& wish : wishes) outcomes.push_back(std::move(wish.outcome));
  }
  return outcomes;
}

}  // namespace tsunagi

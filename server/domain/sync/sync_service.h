#pragma once
// Reading Smaregi without being told: the first filling of our book, and what webhooks missed.
// Every reading remembers in a cursor how far it got, begins a little before that, and writes only
// what Smaregi says, so that it may stop anywhere and run twice.

#include <functional>
#include <memory>
#include <string_view>

#include "server/domain/card/card_service.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

class KnownCustomers;

inline constexpr Seconds kStockOverlapSeconds = 120;  // clocks differ, and rows become visible late
inline constexpr Seconds kTransactionOverlapSeconds = 300;
inline constexpr Seconds kTransactionWindowSeconds = 3'600;  // one step's share of a long absence
inline constexpr Seconds kLongestWindowSeconds =
    2'592'000;                                       // 30 days; Smaregi answers for 31 at most
inline constexpr Seconds kClockSkewSeconds = 60;     // between Smaregi and us
inline constexpr int kSweepCards = 20;               // looked at in one step
inline constexpr Seconds kSweepAgeSeconds = 86'400;  // a card that nobody opened is read once a day
inline constexpr Seconds kJoiningOverdueSeconds = 600;  // then the creation is asked for again
inline constexpr int kPublishPage = 250;

inline constexpr Seconds kCustomerOverlapSeconds = 120;  // Shopify's search is behind its writes
inline constexpr int kCustomerTurns = 50;                // of up to 1,000 customers, in one reading

inline constexpr std::string_view kTransactionsCursor = "transactions.read";
inline constexpr std::string_view kCustomersCursor = "customers.read";
// The same, of who carries the tag of a backfill: behind while it runs.
inline constexpr std::string_view kTaggedCustomersCursor = "customers.read.tagged";
inline constexpr std::string_view kLookCursor = "cards.look";

class SyncService {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Shop& shop;
    Clock& clock;
    Random& random;
    const Fingerprints& fingerprints;
    CardService& cards;
    StockService& stock;
    KnownCustomers* known = nullptr;  // whose changes are no news; none: all are
  };
  explicit SyncService(Ports ports);
  ~SyncService();

  // Whether this contract's book has not been read since the last night (03:00 in Japan, spread
  // over an hour).
  Result<bool> book_is_due(const Tenant& tenant);
  // Stores, products and the whole stock.
  Result<Done> read_book(const Tenant& tenant);
  Result<Done> read_catalogue(const Tenant& tenant);      // stores, and products that changed
  Result<Done> read_stock_changes(const Tenant& tenant);  // nothing before the first read_book
  // true: there is more to read at once.
  Result<bool> read_transactions(const Tenant& tenant);
  // Linked members and customers whose fields changed wait to be brought in step: what webhooks
  // missed. Nothing before the first call.
  Result<Done> read_member_changes(const Tenant& tenant);
  Result<bool> read_customer_changes(const Tenant& tenant);  // true: there is more to read at once
  // The next kSweepCards cards: overdue creations are asked for again, old figures read anew.
  Result<Done> sweep_cards(const Tenant& tenant);
  // When the programme's looks (name, symbologies) are not those of the published cards, all are
  // published again.
  Result<Done> publish_changed_look(const Tenant& tenant);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi

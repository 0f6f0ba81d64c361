#pragma once
// The database behind the Storage port: SQLite (one file) or PostgreSQL, chosen by the address
// alone.
//
//   sqlite://FILE, sqlite://db=FILE     one process; FILE may be relative
//   postgresql://user@host:port/name    several processes share the work
//
// SQLite: one thread writes, and commits what is queued as one group; readers have sessions that
// cannot write; a server is alone on the file (FILE.lock), the operator's commands come beside it.
// PostgreSQL: a use case is a transaction on a session of a pool; queued work is
// leased with SKIP LOCKED; a restarted server is found again.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/shipment_book.h"
#include "server/domain/inventory/inventory_book.h"
#include "server/domain/ports.h"
#include "server/domain/restock/restock_book.h"
#include "server/domain/staff/staff_book.h"

namespace tsunagi {

// All that is kept: a port for each part of the domain that needs one.
class Database : public Storage,
                 public PickupBook,
                 public ShipmentBook,
                 public StaffBook,
                 public InventoryBook,
                 public RestockBook {
 public:
  // Every lease ends: of events now, of writes after kUnderWaySeconds, as if the time of who holds
  // it were over (it counts as an attempt, and what was begun goes to review). Only for who knows
  // that whoever leased anything is dead.
  virtual Result<Done> take_up_leases(Seconds now) = 0;
};

// The last call of who died may still be at work in the platform: for so long it is neither looked
// for nor followed by another write of its lane.
inline constexpr Seconds kUnderWaySeconds = 2;
inline constexpr int kServerWaitMs = 10'000;  // of a server, for the end of the one before it

struct StorageOptions {
  std::string url;
  std::string secret_key;  // 32 bytes: platform secrets are sealed with it
  Clock& clock;            // stamps what is enqueued and audited; outlives the storage
  size_t sessions = 8;     // SQLite: that read; PostgreSQL: in all
  // Of a server: how long it waits until no other is at an SQLite file. From then on none is while
  // the storage lives, and what the one before it had leased is taken up. PostgreSQL: no meaning,
  // as is none, of a command that comes beside a server.
  std::optional<int> server_wait_ms = {};
};

// Brings the schema to this version and answers how many steps that took; creates an SQLite file
// that is not there. Safe to run again and from several processes at once. kConflict when the
// schema is newer than this program.
[[nodiscard]] Result<int> migrate(std::string_view url);

// kInvalid: an address or key that is none. kConflict: the schema is older or newer than this
// program, or another server is at the file (the message says what to do). kUnavailable: the
// database cannot be reached, or its file not be locked.
[[nodiscard]] Result<std::unique_ptr<Database>> open_storage(const StorageOptions& options);

}  // namespace tsunagi

#pragma once
// The database behind the Storage port: SQLite (one file) or PostgreSQL, chosen by the address
// alone.
//
//   sqlite://FILE, sqlite://db=FILE     one process; FILE may be relative
//   postgresql://user@host:port/name    several processes share the work
//
// SQLite: one thread writes, and commits what is queued as one group; readers have sessions that
// cannot write. PostgreSQL: a use case is a transaction on a session of a pool; queued work is
// leased with SKIP LOCKED; a restarted server is found again.

#include <cstddef>
#include <memory>
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
                 public RestockBook {};

struct StorageOptions {
  std::string url;
  std::string secret_key;  // 32 bytes: platform secrets are sealed with it
  Clock& clock;            // stamps what is enqueued and audited; outlives the storage
  size_t sessions = 8;     // SQLite: that read; PostgreSQL: in all
};

// Brings the schema to this version and answers how many steps that took; creates an SQLite file
// that is not there. Safe to run again and from several processes at once. kConflict when the
// schema is newer than this program.
[[nodiscard]] Result<int> migrate(std::string_view url);

// kInvalid: an address or key that is none. kConflict: the schema is older or newer than this
// program (the message says what to do). kUnavailable: the database cannot be reached.
[[nodiscard]] Result<std::unique_ptr<Database>> open_storage(const StorageOptions& options);

}  // namespace tsunagi

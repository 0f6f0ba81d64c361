#include "server/storage/migrations/migrations.h"

#include "server/storage/migrations/v0001_first.h"
#include "server/storage/migrations/v0002_pickups.h"
#include "server/storage/migrations/v0003_doubted_stock.h"
#include "server/storage/migrations/v0004_inventory.h"
#include "server/storage/migrations/v0005_shipments.h"
#include "server/storage/migrations/v0006_purchases.h"
#include "server/storage/migrations/v0007_restocks.h"
#include "server/storage/migrations/v0008_choices.h"
#include "server/storage/migrations/v0009_indexes.h"
#include "server/storage/migrations/v0010_short_pickups.h"
#include "server/storage/migrations/v0011_refunds.h"

namespace tsunagi::storage {
namespace {

constexpr Migration kMigrations[] = {
    {.version = 1, .statements = kV0001First},
    {.version = 2, .statements = kV0002Pickups},
    {.version = 3, .statements = kV0003DoubtedStock},
    {.version = 4, .statements = kV0004Inventory},
    {.version = 5, .statements = kV0005Shipments},
    {.version = 6, .statements = kV0006Purchases},
    {.version = 7, .statements = kV0007Restocks},
    {.version = 8, .statements = kV0008Choices},
    {.version = 9, .statements = kV0009Indexes},
    {.version = 10, .statements = kV0010ShortPickups},
    {.version = 11, .statements = kV0011Refunds},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace tsunagi::storage

#include "server/storage/migrations/migrations.h"

#include "server/storage/migrations/v0001_first.h"

namespace tsunagi::storage {
namespace {

constexpr Migration kMigrations[] = {
    {.version = 1, .statements = kV0001First},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace tsunagi::storage

#pragma once
// What a shop has of products, locked: who holds the rows counts alone. Include only in .cpp files
// of this folder.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "server/storage/session.h"

namespace tsunagi::storage {

struct Shelf {
  int64_t on_hand = 0, layaway = 0;
  int64_t held = 0;  // by pick-ups and shipments
};
using Shelves = std::map<std::string, Shelf>;  // by product; without those the shop never had

// Until the transaction ends. What is held is counted only where the shop has all of them.
Shelves hold_shelves(Session& session, TenantId tenant, std::string_view store_id,
                     const std::vector<std::string>& products);

[[nodiscard]] int64_t offered_on(const Shelf& shelf, int64_t safety);

}  // namespace tsunagi::storage

// How much there is of a shop, and how far its readings got.

#include "server/domain/words.h"
#include "server/storage/schema.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kCountMembers{
    "SELECT state, COUNT(*) FROM member_link WHERE tenant = :a GROUP BY state ORDER BY state"};
constexpr Sql kCountProducts{"SELECT COUNT(*) FROM product WHERE tenant = :a"};
constexpr Sql kCountStores{"SELECT COUNT(*) FROM store WHERE tenant = :a"};
constexpr Sql kCountItems{
    "SELECT outcome, COUNT(*) FROM shop_item WHERE tenant = :a GROUP BY outcome ORDER BY outcome"};
constexpr Sql kAllCursors{"SELECT name, value FROM sync_cursor WHERE tenant = :a ORDER BY name"};

int64_t& members_of(Figures& figures, LinkState state) {
  switch (state) {
    case LinkState::kJoining:
      return figures.joining;
    case LinkState::kLinked:
      return figures.linked;
    case LinkState::kStopped:
      break;
  }
  return figures.stopped;
}

}  // namespace

Result<Figures> SqlStorage::figures(TenantId tenant) {
  return read([&](Session& session) -> Result<Figures> {
    Figures figures;
    figures.schema = schema_version_of_program();  // no other one is opened
    std::string state;
    int64_t count = 0;
    bool broken = false;
    session.each(
        kCountMembers, std::tie(state, count),
        [&] {
          const auto known = link_state(state);
          broken = broken || !known;
          if (known) members_of(figures, *known) = count;
        },
        tenant);
    if (broken) return Error{ErrorCode::kInternal, "a link has an unknown state"};
    session.one(kCountProducts, std::tie(figures.products), tenant);
    session.one(kCountStores, std::tie(figures.stores), tenant);
    std::string outcome;
    session.each(
        kCountItems, std::tie(outcome, count),
        [&] {
          for (const auto& [match, into] :
               {std::pair(ItemMatch::kMatched, &figures.items.matched),
                std::pair(ItemMatch::kUnmatched, &figures.items.unmatched),
                std::pair(ItemMatch::kDuplicate, &figures.items.duplicate),
                std::pair(ItemMatch::kUntracked, &figures.items.untracked)}) {
            if (word(match) == outcome) *into = count;
          }
        },
        tenant);
    std::pair<std::string, Seconds> cursor;
    session.each(
        kAllCursors, std::tie(cursor.first, cursor.second),
        [&] { figures.cursors.push_back(cursor); }, tenant);
    return figures;
  });
}

}  // namespace tsunagi::storage

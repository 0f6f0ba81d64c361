#pragma once
// What customers choose of what a shop could not give them.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0008Choices[] = {
    // choice_id: of the deed that chose it, or ''. choice: 0 none, 1 another shop, 2 money back, 3
    // sent. choice_state: 0 none, 1 asked, 2 done, 3 the merchant decides.
    "ALTER TABLE pickup_order ADD COLUMN choice_id {text} NOT NULL DEFAULT ''",
    "ALTER TABLE pickup_order ADD COLUMN choice INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE pickup_order ADD COLUMN choice_state INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE pickup_order ADD COLUMN choice_store {text} NOT NULL DEFAULT ''",
};

}  // namespace tsunagi::storage

#pragma once
// Text as both databases can keep it.

#include <string>
#include <string_view>
#include <vector>

namespace tsunagi::storage {

// The text with every NUL and every byte that is not UTF-8 replaced by U+FFFD: PostgreSQL refuses
// the one and its client library cuts the text at the other, SQLite keeps both. So both databases
// keep and find the same.
[[nodiscard]] std::string storable(std::string_view text);

// The same into a text that keeps its memory.
void put_storable(std::string& into, std::string_view text);

// The texts as a JSON array, for statements that take any number of them.
[[nodiscard]] std::string json_array(const std::vector<std::string>& texts);

}  // namespace tsunagi::storage

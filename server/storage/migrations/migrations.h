#pragma once
// The schema, as numbered steps that only go forward. To change the schema, add a file with the
// next number and list it in migrations.cpp; a step that has been released is never edited.

#include <span>
#include <string_view>

namespace tsunagi::storage {

struct Migration {
  int version = 0;
  std::span<const std::string_view> statements;  // in the words of session.cpp's two dialects
};

// By version, 1, 2, 3 …; the last one is the version this program works with.
[[nodiscard]] std::span<const Migration> migrations();

}  // namespace tsunagi::storage

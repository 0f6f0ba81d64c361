#pragma once
// The member code as a customer's tag, for Shopify Flow and segments: "tsunagi:T0123456789012".
// Pure. Every tag that begins with kTagPrefix, in letters of either case, is ours; no other is
// touched.

#include <string>
#include <string_view>
#include <vector>

namespace tsunagi::shopify {

inline constexpr std::string_view kTagPrefix = "tsunagi:";
// Of the 40 that Shopify's strictest tag takes: 8 and the longest code.
inline constexpr size_t kTagMaxLength = 40;

// "" for "", and for the code of an imported card with a comma in it: Shopify would make it two
// tags.
std::string member_tag(std::string_view code);

struct TagChanges {
  std::vector<std::string> remove;  // first: of tags that differ in case alone Shopify keeps one
  std::vector<std::string> add;
};
TagChanges tag_changes(const std::vector<std::string>& tags, std::string_view code);

// As a term of a search: in quotes, since a colon separates there.
std::string search_quoted(std::string_view text);

}  // namespace tsunagi::shopify

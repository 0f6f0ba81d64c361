#include "server/shopify/member_tag.h"

#include <algorithm>

#include "server/domain/ascii.h"
#include "wasm/core/member_code.h"

namespace tsunagi::shopify {
namespace {

static_assert(kTagPrefix.size() + kMemberCodeMaxLength <= kTagMaxLength);

bool is_ours(std::string_view tag) {
  return tag.size() >= kTagPrefix.size() &&
         std::equal(kTagPrefix.begin(), kTagPrefix.end(), tag.begin(),
                    [](char ours, char theirs) { return ours == ascii_lower(theirs); });
}

}  // namespace

std::string member_tag(std::string_view code) {
  if (code.empty() || code.find(',') != std::string_view::npos) return "";
  return std::string(kTagPrefix) + std::string(code);
}

std::string search_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '\'';
}

TagChanges tag_changes(const std::vector<std::string>& tags, std::string_view code) {
  const std::string wanted = member_tag(code);
  TagChanges changes;
  bool there = false;
  for (const std::string& tag : tags) {
    if (!is_ours(tag)) continue;
    if (tag == wanted) {
      there = true;
    } else {
      changes.remove.push_back(tag);
    }
  }
  if (!there && !wanted.empty()) changes.add.push_back(wanted);
  return changes;
}

}  // namespace tsunagi::shopify

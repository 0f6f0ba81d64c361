#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wasm/core/view.h"

namespace tsunagi {
namespace {

TEST(Escape, WritesWhatABrowserWouldSerialise) {
  struct Case {
    std::string typed, text, attribute;
  };
  const std::vector<Case> cases = {
      {"", "", ""},
      {"会員", "会員", "会員"},
      {"a & b", "a &amp; b", "a &amp; b"},
      {"&amp;", "&amp;amp;", "&amp;amp;"},
      {"<script>", "&lt;script&gt;", "&lt;script&gt;"},
      {"say \"x\"", "say \"x\"", "say &quot;x&quot;"},
      {"it's", "it's", "it's"},
      {"a\xC2\xA0z", "a&nbsp;z", "a&nbsp;z"},
      {"a\r\nb\tc", "a  b c", "a  b c"},
      {std::string("a\0b", 3), "a b", "a b"},
      {"{{ x }} {% y %}", "{{ x }} {% y %}", "{{ x }} {% y %}"},
      {"😀", "😀", "😀"},
      {"\xEF\xBB\xBF", "\xEF\xBB\xBF", "\xEF\xBB\xBF"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(escape_html(c.typed), c.text);
    EXPECT_EQ(escape_attribute(c.typed), c.attribute);
  }
}

TEST(Escape, ReplacesWhatIsNotUtf8) {
  const std::string u = "\xEF\xBF\xBD";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\x80", u},         // a continuation without a start
      {"a\xC3", "a" + u},  // cut short
      {"\xC3z", u + "z"},
      {"\xC0\xAF", u + u},  // overlong
      {"\xE0\x80\x80", u + u + u},
      {"\xED\xA0\x80", u + u + u},               // a surrogate
      {"\xED\x9F\xBF", "\xED\x9F\xBF"},          // the last before them
      {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},  // U+10FFFF
      {"\xF4\x90\x80\x80", u + u + u + u},       // past it
      {"\xFF", u},
  };
  for (const auto& [typed, written] : cases) {
    EXPECT_EQ(escape_html(typed), written);
  }
}

}  // namespace
}  // namespace tsunagi

// The tag of a member: ours is the right one, and nobody else's is touched.
#include "server/shopify/member_tag.h"

#include <gtest/gtest.h>

#include "wasm/core/member_code.h"

namespace tsunagi::shopify {
namespace {

using Tags = std::vector<std::string>;

TEST(MemberTag, IsTheCodeAfterOurName) {
  EXPECT_EQ(member_tag("T0123456789012"), "tsunagi:T0123456789012");
  EXPECT_EQ(member_tag("PLASTIC 1"), "tsunagi:PLASTIC 1");
  EXPECT_EQ(member_tag(""), "");
  EXPECT_EQ(member_tag("1,2"), "") << "a comma would make it two tags";
  EXPECT_LE(member_tag(std::string(kMemberCodeMaxLength, '9')).size(), kTagMaxLength);
}

struct Row {
  const char* what;
  Tags has;
  const char* code;
  Tags remove, add;
};
class TagTable : public testing::TestWithParam<Row> {};

TEST_P(TagTable, ChangesOursAlone) {
  const Row& row = GetParam();
  const TagChanges changes = tag_changes(row.has, row.code);
  EXPECT_EQ(changes.remove, row.remove) << row.what;
  EXPECT_EQ(changes.add, row.add) << row.what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, TagTable,
    testing::Values(Row{"none", {}, "T1", {}, {"tsunagi:T1"}},
                    Row{"right already", {"a", "tsunagi:T1"}, "T1", {}, {}},
                    Row{"another code", {"tsunagi:T2", "a"}, "T1", {"tsunagi:T2"}, {"tsunagi:T1"}},
                    Row{"several",
                        {"tsunagi:T2", "tsunagi:T1", "tsunagi:"},
                        "T1",
                        {"tsunagi:T2", "tsunagi:"},
                        {}},
                    Row{"another case", {"Tsunagi:t1"}, "T1", {"Tsunagi:t1"}, {"tsunagi:T1"}},
                    Row{"somebody else's",
                        {"tsunagi", "tsunagi-vip", "my tsunagi:T2"},
                        "T1",
                        {},
                        {"tsunagi:T1"}},
                    Row{"left", {"a", "tsunagi:T1"}, "", {"tsunagi:T1"}, {}},
                    Row{"left and never tagged", {"a"}, "", {}, {}},
                    Row{"a code that is no tag", {"tsunagi:T1"}, "1,2", {"tsunagi:T1"}, {}}));

}  // namespace
}  // namespace tsunagi::shopify

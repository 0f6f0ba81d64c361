// What people type, as Smaregi takes it.

#include "server/domain/member/member_fields.h"

#include <gtest/gtest.h>

namespace tsunagi {
namespace {

struct Row {
  const char* typed;
  const char* sent;
};

class Names : public testing::TestWithParam<Row> {};
TEST_P(Names, AreCleaned) { EXPECT_EQ(clean_name(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(
    Table, Names,
    testing::Values(Row{"山田", "山田"}, Row{"  山田　", "山田"}, Row{"", ""}, Row{"   ", ""},
                    Row{"O'Brien", "O'Brien"}, Row{"<b>x</b>", "<b>x</b>"},
                    Row{"van  der\tBerg", "van der Berg"}, Row{"山田\n花子", "山田 花子"},
                    Row{"花子🌸", "花子"}, Row{"🌸", ""}, Row{"👨‍👩‍👧家", "家"},
                    Row{"𠮷田", "𠮷田"}, Row{"髙﨑", "髙﨑"}, Row{"a\x01z", "az"},
                    Row{"caf\xE9", "caf"}, Row{"\xC0\xAFx", "x"}, Row{"\xED\xA0\x80y", "y"},
                    Row{"\xF0\x9F", ""}, Row{"عمر", "عمر"}, Row{"a\u202Eb", "ab"}, Row{"ｶﾅ", "ｶﾅ"},
                    Row{"☎03", "03"}));

TEST(NameLimit, HoldsAtTheLimitAndIsCutOnePastIt) {
  std::string name;
  for (size_t i = 0; i < kPosNameCharacters; ++i) name += "あ";
  EXPECT_EQ(clean_name(name), name);
  EXPECT_EQ(clean_name(name + "い"), name);
  EXPECT_EQ(clean_name(name + " い"), name) << "no space is left hanging at the end";
  EXPECT_EQ(clean_name(std::string(100'000, 'x')).size(), kPosNameCharacters);
}

class Phones : public testing::TestWithParam<Row> {};
TEST_P(Phones, AreCleaned) { EXPECT_EQ(clean_phone(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Phones,
                         testing::Values(Row{"+819012345678", "09012345678"},
                                         Row{"+81 90-1234-5678", "090-1234-5678"},
                                         Row{"+81-(0)3-1234-5678", "03-1234-5678"},
                                         Row{"090 1234 5678", "09012345678"},
                                         Row{"+1 (415) 555-0100", "+1(415)555-0100"}, Row{"", ""},
                                         Row{"なし", ""}, Row{"+81", ""}, Row{"---", ""},
                                         Row{"01234567890123456789", "01234567890123456789"},
                                         Row{"012345678901234567890", ""}));

class Mails : public testing::TestWithParam<Row> {};
TEST_P(Mails, AreTakenWholeOrNotAtAll) { EXPECT_EQ(clean_mail(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Mails,
                         testing::Values(Row{"a@example.jp", "a@example.jp"}, Row{"", ""},
                                         Row{"a b@example.jp", ""}, Row{"@example.jp", ""},
                                         Row{"a@", ""}, Row{"日本@example.jp", ""},
                                         Row{"a@example.jp\r\nBcc: x", ""}));

TEST(MailLimit, HoldsAtTheLimitAndRefusesOnePastIt) {
  const std::string at_limit = std::string(kPosMailBytes - 5, 'a') + "@b.jp";
  EXPECT_EQ(clean_mail(at_limit), at_limit);
  EXPECT_EQ(clean_mail("a" + at_limit), "");
}

TEST(MemberFields, ANamelessCustomerGetsTheFillerAndConsentNeedsAnAddress) {
  ShopCustomer customer;
  customer.mail_consent = true;
  const NewPosMember member = pos_member_fields("T1", customer, FieldSet::kAll);
  EXPECT_EQ(member.code, "T1");
  EXPECT_EQ(member.last_name, kPosNameFiller);
  EXPECT_EQ(member.first_name, kPosNameFiller);
  EXPECT_FALSE(member.mail_consent);
}

TEST(MemberFields, EachSmallerFormSendsLess) {
  ShopCustomer customer{.id = 1,
                        .last_name = "山田",
                        .first_name = "",
                        .mail = "a@example.jp",
                        .phone = "+819012345678",
                        .locale = "ja",
                        .mail_consent = true};
  const NewPosMember all = pos_member_fields("T1", customer, FieldSet::kAll);
  EXPECT_EQ(all.last_name, "山田");
  EXPECT_EQ(all.first_name, "-");
  EXPECT_EQ(all.phone, "09012345678");
  EXPECT_EQ(all.mail, "a@example.jp");
  EXPECT_TRUE(all.mail_consent);
  const NewPosMember names = pos_member_fields("T1", customer, FieldSet::kNames);
  EXPECT_EQ(names.last_name, "山田");
  EXPECT_EQ(names.phone + names.mail, "");
  EXPECT_FALSE(names.mail_consent);
  EXPECT_EQ(pos_member_fields("T1", customer, FieldSet::kCodeOnly).last_name, "-");
}

}  // namespace
}  // namespace tsunagi

// What people type, as Smaregi takes it.

#include "server/domain/member/member_fields.h"

#include <gtest/gtest.h>

namespace tsunagi {
namespace {

constexpr Seconds kNow = 1'795'273'200;  // 2026-11-22 00:00 in Japan

struct TypedRow {
  const char* typed;
  const char* sent;
};

class TypedNames : public testing::TestWithParam<TypedRow> {};
TEST_P(TypedNames, AreCleaned) { EXPECT_EQ(clean_name(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(
    Table, TypedNames,
    testing::Values(TypedRow{"山田", "山田"}, TypedRow{"  山田　", "山田"}, TypedRow{"", ""},
                    TypedRow{"   ", ""}, TypedRow{"O'Brien", "O'Brien"},
                    TypedRow{"<b>x</b>", "<b>x</b>"}, TypedRow{"van  der\tBerg", "van der Berg"},
                    TypedRow{"山田\n花子", "山田 花子"}, TypedRow{"花子🌸", "花子"},
                    TypedRow{"🌸", ""}, TypedRow{"👨‍👩‍👧家", "家"},
                    TypedRow{"𠮷田", "𠮷田"}, TypedRow{"髙﨑", "髙﨑"}, TypedRow{"a\x01z", "az"},
                    TypedRow{"caf\xE9", "caf"}, TypedRow{"\xC0\xAFx", "x"},
                    TypedRow{"\xED\xA0\x80y", "y"}, TypedRow{"\xF0\x9F", ""},
                    TypedRow{"عمر", "عمر"}, TypedRow{"a\u202Eb", "ab"}, TypedRow{"ｶﾅ", "カナ"},
                    TypedRow{"ｻﾄｳ　ﾀﾞｲｷ", "サトウ ダイキ"}, TypedRow{"Ａｎｎａ", "Anna"},
                    TypedRow{"神", "神"}, TypedRow{"é", "é"}, TypedRow{"☎03", "03"}));

TEST(NameLimit, HoldsAtTheLimitAndIsCutOnePastIt) {
  std::string name;
  for (size_t i = 0; i < kPosNameCharacters; ++i) name += "あ";
  EXPECT_EQ(clean_name(name), name);
  EXPECT_EQ(clean_name(name + "い"), name);
  EXPECT_EQ(clean_name(name + " い"), name) << "no space is left hanging at the end";
  EXPECT_EQ(clean_name(std::string(100'000, 'x')).size(), kPosNameCharacters);
}

class Phones : public testing::TestWithParam<TypedRow> {};
TEST_P(Phones, AreCleaned) { EXPECT_EQ(clean_phone(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Phones,
                         testing::Values(TypedRow{"+819012345678", "09012345678"},
                                         TypedRow{"+81 90-1234-5678", "090-1234-5678"},
                                         TypedRow{"+81-(0)3-1234-5678", "03-1234-5678"},
                                         TypedRow{"090 1234 5678", "09012345678"},
                                         TypedRow{"+1 (415) 555-0100", "+1(415)555-0100"},
                                         TypedRow{"", ""}, TypedRow{"なし", ""},
                                         TypedRow{"０９０−１２３４−５６７８", "090-1234-5678"},
                                         TypedRow{"０３ー１２３４ー５６７８", "03-1234-5678"},
                                         TypedRow{"090‐1234–5678", "090-1234-5678"},
                                         TypedRow{"+81 80-1111-2222", "080-1111-2222"},
                                         TypedRow{"電話：03-1234-5678", "03-1234-5678"},
                                         TypedRow{"+81", ""}, TypedRow{"---", ""},
                                         TypedRow{"01234567890123456789", "01234567890123456789"},
                                         TypedRow{"012345678901234567890", ""}));

class Kana : public testing::TestWithParam<TypedRow> {};
TEST_P(Kana, IsFullWidthKatakana) { EXPECT_EQ(clean_kana(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Kana,
                         testing::Values(TypedRow{"ヤマダ", "ヤマダ"}, TypedRow{"やまだ", "ヤマダ"},
                                         TypedRow{"ﾔﾏﾀﾞ", "ヤマダ"}, TypedRow{"ﾊﾟﾝﾀﾞ", "パンダ"},
                                         TypedRow{"ｳﾞｨｸﾀｰ", "ヴィクター"}, TypedRow{"ゔぃ", "ヴィ"},
                                         TypedRow{"  はなこ　", "ハナコ"},
                                         TypedRow{"ジョン・スミス", "ジョン・スミス"},
                                         TypedRow{"Anna", "Anna"}, TypedRow{"山田", ""},
                                         TypedRow{"ヤマ田", ""}, TypedRow{"", ""},
                                         TypedRow{"はなこ🌸", "ハナコ"}, TypedRow{"Ø", ""}));

class PostCodes : public testing::TestWithParam<std::pair<const char*, TypedRow>> {};
TEST_P(PostCodes, AreJapaneseOrShort) {
  const auto& [country, row] = GetParam();
  EXPECT_EQ(clean_post_code(row.typed, country), row.sent) << country;
}
INSTANTIATE_TEST_SUITE_P(
    Table, PostCodes,
    testing::Values(std::pair{"JP", TypedRow{"150-0001", "150-0001"}},
                    std::pair{"JP", TypedRow{"1500001", "150-0001"}},
                    std::pair{"JP", TypedRow{"〒１５０ー０００１", "150-0001"}},
                    std::pair{"JP", TypedRow{"150 0001", "150-0001"}},
                    std::pair{"", TypedRow{"１５０−０００１", "150-0001"}},
                    std::pair{"JP", TypedRow{"15-00001", "150-0001"}},
                    std::pair{"JP", TypedRow{"150000", ""}},
                    std::pair{"JP", TypedRow{"15000011", ""}},
                    std::pair{"JP", TypedRow{"渋谷区", ""}},
                    std::pair{"JP", TypedRow{"SW1A 1AA", ""}}, std::pair{"JP", TypedRow{"", ""}},
                    std::pair{"GB", TypedRow{"SW1A 1AA", "SW1A 1AA"}},
                    std::pair{"US", TypedRow{"90210-1234", "90210-1234"}},
                    std::pair{"US", TypedRow{"90210-12345", ""}}));

class BirthDates : public testing::TestWithParam<TypedRow> {};
TEST_P(BirthDates, AreDaysThatWere) {
  EXPECT_EQ(clean_birth_date(GetParam().typed, kNow), GetParam().sent);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BirthDates,
    testing::Values(TypedRow{"1990-01-02", "1990-01-02"}, TypedRow{"1990/1/2", "1990-01-02"},
                    TypedRow{"1990年1月2日", "1990-01-02"},
                    TypedRow{"１９９０．１．２", "1990-01-02"}, TypedRow{"19900102", "1990-01-02"},
                    TypedRow{"2000-02-29", "2000-02-29"}, TypedRow{"1900-02-29", ""},
                    TypedRow{"1900-01-01", "1900-01-01"}, TypedRow{"1899-12-31", ""},
                    TypedRow{"2026-11-22", "2026-11-22"}, TypedRow{"2026-11-23", ""},
                    TypedRow{"2100-01-01", ""}, TypedRow{"1990-13-01", ""},
                    TypedRow{"1990-02-30", ""}, TypedRow{"1990-01", ""}, TypedRow{"01/02/1990", ""},
                    TypedRow{"平成2年1月2日", ""}, TypedRow{"", ""},
                    TypedRow{"99999999999999999999-1-1", ""}));

class Sexes : public testing::TestWithParam<TypedRow> {};
TEST_P(Sexes, AreSmaregisOrNothing) { EXPECT_EQ(clean_sex(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Sexes,
                         testing::Values(TypedRow{"男", "1"}, TypedRow{"男性", "1"},
                                         TypedRow{"Male", "1"}, TypedRow{"女性", "2"},
                                         TypedRow{" female ", "2"}, TypedRow{"Ｆ", "2"},
                                         TypedRow{"無回答", ""}, TypedRow{"other", ""},
                                         TypedRow{"0", ""}, TypedRow{"", ""}));

struct AddressRow {
  ShopAddress typed;
  const char* sent;
};
class Addresses : public testing::TestWithParam<AddressRow> {};
TEST_P(Addresses, AreInOneLineFromTheLargeToTheSmall) {
  EXPECT_EQ(clean_address(GetParam().typed), GetParam().sent);
}
ShopAddress address(const char* province, const char* city, const char* line1, const char* line2,
                    const char* country = "JP") {
  ShopAddress made;
  made.province_code = province;
  made.city = city;
  made.line1 = line1;
  made.line2 = line2;
  made.country = country;
  return made;
}
INSTANTIATE_TEST_SUITE_P(
    Table, Addresses,
    testing::Values(
        AddressRow{address("JP-13", "渋谷区", "神宮前1-2-3", "つなぎビル 4F"),
                   "東京都渋谷区神宮前1-2-3 つなぎビル 4F"},
        AddressRow{address("JP-13", "東京都渋谷区", "神宮前１−２−３", ""),
                   "東京都渋谷区神宮前1−2−3"},
        AddressRow{address("JP-13", "渋谷区", "東京都渋谷区神宮前1-2-3", ""),
                   "東京都渋谷区神宮前1-2-3"},
        AddressRow{address("JP-01", "札幌市中央区", "北1条西2", ""), "北海道札幌市中央区北1条西2"},
        AddressRow{address("JP-47", "那覇市", "泉崎1-2-2", ""), "沖縄県那覇市泉崎1-2-2"},
        AddressRow{address("JP-48", "那覇市", "泉崎", ""), "那覇市泉崎"},
        AddressRow{address("", "", "", "4F"), "4F"}, AddressRow{address("", "", "", ""), ""},
        AddressRow{address("CA", "Los Angeles", "1 Main St", "Apt 2", "US"),
                   "1 Main St, Apt 2, Los Angeles, CA, US"},
        AddressRow{address("", "", "", "", "US"), ""},
        AddressRow{address("JP-13", "渋谷区", "神宮前🌸1\n-2", ""), "東京都渋谷区神宮前1 -2"}));

TEST(AddressLimit, HoldsAtTheLimitAndLeavesOutOnePastIt) {
  std::string street;
  for (size_t i = 0; i < kPosNameCharacters - 3; ++i) street += "丁";
  EXPECT_EQ(clean_address(address("JP-13", "", street.c_str(), "")), "東京都" + street);
  EXPECT_EQ(clean_address(address("JP-13", "", (street + "目").c_str(), "")), "");
}

class Mails : public testing::TestWithParam<TypedRow> {};
TEST_P(Mails, AreTakenWholeOrNotAtAll) { EXPECT_EQ(clean_mail(GetParam().typed), GetParam().sent); }
INSTANTIATE_TEST_SUITE_P(Table, Mails,
                         testing::Values(TypedRow{"a@example.jp", "a@example.jp"}, TypedRow{"", ""},
                                         TypedRow{"a b@example.jp", ""},
                                         TypedRow{"@example.jp", ""}, TypedRow{"a@", ""},
                                         TypedRow{"日本@example.jp", ""},
                                         TypedRow{"a@example.jp\r\nBcc: x", ""}));

TEST(MailLimit, HoldsAtTheLimitAndRefusesOnePastIt) {
  const std::string at_limit = std::string(kPosMailBytes - 5, 'a') + "@b.jp";
  EXPECT_EQ(clean_mail(at_limit), at_limit);
  EXPECT_EQ(clean_mail("a" + at_limit), "");
}

TEST(MemberFields, ANamelessCustomerGetsTheFillerAndConsentNeedsAnAddress) {
  ShopCustomer customer;
  customer.mail_consent = true;
  const NewPosMember member = new_member("T1", member_fields(customer, kNow), FieldSet::kAll);
  EXPECT_EQ(member.code, "T1");
  EXPECT_EQ(member.fields[MemberField::kLastName], kPosNameFiller);
  EXPECT_EQ(member.fields[MemberField::kFirstName], kPosNameFiller);
  EXPECT_EQ(member.fields[MemberField::kMailConsent], "0");
}

TEST(MemberFields, WhatIsMissingIsTakenFromWhereItAlsoStands) {
  ShopCustomer customer;
  customer.last_name = "すずき";
  customer.first_name = "花子";
  customer.address.phone = "+81312345678";
  const MemberFields fields = member_fields(customer, kNow);
  EXPECT_EQ(fields[MemberField::kLastKana], "スズキ") << "a name in kana says how it is read";
  EXPECT_EQ(fields[MemberField::kFirstKana], "");
  EXPECT_EQ(fields[MemberField::kPhone], "0312345678");
  customer.last_kana = "スズキー";
  EXPECT_EQ(member_fields(customer, kNow)[MemberField::kLastKana], "スズキー");
}

TEST(MemberFields, EachSmallerFormSendsLess) {
  const MemberFields fields = {{MemberField::kLastName, "山田"},
                               {MemberField::kMail, "a@example.jp"},
                               {MemberField::kPhone, "09012345678"},
                               {MemberField::kBirthDate, "1990-01-02"},
                               {MemberField::kMailConsent, "1"}};
  MemberFields all = fields;
  all[MemberField::kFirstName] = "-";
  EXPECT_EQ(new_member("T1", fields, FieldSet::kAll).fields, all);
  const MemberFields names = {{MemberField::kLastName, "山田"},
                              {MemberField::kFirstName, "-"},
                              {MemberField::kMailConsent, "0"}};
  EXPECT_EQ(new_member("T1", fields, FieldSet::kNames).fields, names);
  const MemberFields bare = {{MemberField::kLastName, "-"},
                             {MemberField::kFirstName, "-"},
                             {MemberField::kMailConsent, "0"}};
  EXPECT_EQ(new_member("T1", fields, FieldSet::kCodeOnly).fields, bare);
}

}  // namespace
}  // namespace tsunagi

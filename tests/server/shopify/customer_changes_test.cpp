// What a change of a person's fields is in Shopify's words.
#include "server/shopify/customer_changes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/domain/member/member_fields.h"

namespace tsunagi::shopify {
namespace {

using nlohmann::json;

const FieldKeys kKeys{.last_kana = "custom.last_kana",
                      .first_kana = "custom.first_kana",
                      .birth_date = "facts.birth_date",
                      .sex = "custom.sex"};

TEST(CustomerChanges, PhoneNumbersAreInternational) {
  struct Row {
    const char* typed;
    const char* dialled;
  };
  for (const Row& row : {
           Row{"090-1234-5678", "+819012345678"},
           Row{"09012345678", "+819012345678"},
           Row{"(03) 1234-5678", "+81312345678"},
           Row{"0120-123-456", "+81120123456"},
           Row{"011-123-4567", "+81111234567"},
           Row{"+81 90-1234-5678", "+819012345678"},
           Row{"+81 (0)3-1234-5678", "+81312345678"},
           Row{"+1 613-555-1212", "+16135551212"},
           Row{"+290 51234", "+29051234"},
           Row{"+123456789012345", "+123456789012345"},
       }) {
    EXPECT_EQ(international_phone(row.typed), row.dialled) << row.typed;
  }
  for (const char* typed : {"",
                            "-",
                            "+",
                            "0",
                            "110",
                            "012345678",
                            "012345678901",
                            "00-1-613-555-1212",
                            "010-1-613-555",
                            "6135551212",
                            "9012345678",
                            "090-1234-5678#1",
                            "*67",
                            "０９０１２３４５６７８",
                            "0901234567x",
                            "+0123456789",
                            "+1234567",
                            "+1234567890123456",
                            "+8190123456789",
                            "+81 110",
                            "+81 00 1234 5678",
                            "090+12345678"}) {
    EXPECT_EQ(international_phone(typed), std::nullopt) << typed;
  }
}

TEST(CustomerChanges, EachFieldGoesToTheMutationThatWritesIt) {
  const auto all = customer_changes({{MemberField::kLastName, "繋"},
                                     {MemberField::kFirstName, "木"},
                                     {MemberField::kLastKana, "ツナギ"},
                                     {MemberField::kFirstKana, "キ"},
                                     {MemberField::kPhone, "090-1234-5678"},
                                     {MemberField::kBirthDate, "1990-01-02"},
                                     {MemberField::kSex, "2"},
                                     {MemberField::kMailConsent, "0"}},
                                    kKeys);
  ASSERT_TRUE(all) << all.error().message;
  const std::string gid = "gid://shopify/Customer/7001";
  EXPECT_EQ(
      profile_input(gid, *all),
      (json{{"id", gid}, {"lastName", "繋"}, {"firstName", "木"}, {"phone", "+819012345678"}}));
  EXPECT_EQ(all->mail_consent, false);
  const auto metafield = [&](const char* space, const char* key, const char* value) {
    return json{{"ownerId", gid}, {"namespace", space}, {"key", key}, {"value", value}};
  };
  EXPECT_EQ(
      metafields_input(gid, all->metafields),
      (json{metafield("custom", "last_kana", "ツナギ"), metafield("custom", "first_kana", "キ"),
            metafield("facts", "birth_date", "1990-01-02"), metafield("custom", "sex", "女性")}));
  const auto one = customer_changes({{MemberField::kFirstName, "木"}}, kKeys);
  EXPECT_EQ(profile_input(gid, *one), (json{{"id", gid}, {"firstName", "木"}}));
  EXPECT_FALSE(one->mail_consent);
  EXPECT_TRUE(one->metafields.empty());
  EXPECT_FALSE(customer_changes({}, kKeys)->has_profile());
}

TEST(CustomerChanges, AConsentHasItsLevelAndARefusalNone) {
  EXPECT_EQ(consent_input("gid", true),
            (json{{"customerId", "gid"},
                  {"emailMarketingConsent",
                   {{"marketingState", "SUBSCRIBED"}, {"marketingOptInLevel", "SINGLE_OPT_IN"}}}}));
  EXPECT_EQ(consent_input("gid", false),
            (json{{"customerId", "gid"},
                  {"emailMarketingConsent", {{"marketingState", "UNSUBSCRIBED"}}}}));
}

TEST(CustomerChanges, WhatIsNotWrittenToShopify) {
  for (const auto& [field, value] :
       {std::pair{MemberField::kMail, "a@example.com"},
        std::pair{MemberField::kPostCode, "150-0001"}, std::pair{MemberField::kAddress, "東京都"},
        std::pair{MemberField::kLastName, ""}, std::pair{MemberField::kSex, ""},
        std::pair{MemberField::kPhone, "110"}, std::pair{MemberField::kSex, "9"},
        std::pair{MemberField::kMailConsent, "yes"}}) {
    const auto refused = customer_changes({{field, value}}, kKeys);
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  }
  FieldKeys none;
  none.birth_date = "";
  const auto unnamed = customer_changes(
      {{MemberField::kLastKana, "ツナギ"}, {MemberField::kBirthDate, "1990-01-02"}}, none);
  ASSERT_TRUE(unnamed);
  EXPECT_TRUE(unnamed->metafields.empty()) << "the merchant named no metafield";
  FieldKeys shared = kKeys;
  shared.first_kana = shared.last_kana;
  EXPECT_EQ(customer_changes({{MemberField::kLastKana, "ツナギ"}}, shared).error().code,
            ErrorCode::kInvalid)
      << "it would take the first name's place";
  EXPECT_TRUE(customer_changes({{MemberField::kSex, "1"}}, shared));
}

TEST(CustomerChanges, ARefusedMetafieldIsSaidOtherwiseUntilNothingIsLeft) {
  auto changes =
      customer_changes({{MemberField::kBirthDate, "1990-01-02"}, {MemberField::kSex, "1"}}, kKeys);
  auto& fields = changes->metafields;
  const auto error = [](const char* field) {
    return UserError{.code = "", .field = field, .message = ""};
  };
  EXPECT_TRUE(say_otherwise({error("metafields.0.type"), error("metafields.1.type")}, fields));
  EXPECT_EQ(metafields_input("gid", fields)[0]["type"], "date");
  EXPECT_EQ(metafields_input("gid", fields)[1]["type"], "single_line_text_field");
  EXPECT_FALSE(say_otherwise({error("metafields.0.type")}, fields)) << "it had one";
  EXPECT_FALSE(say_otherwise({error("metafields.0.value")}, fields)) << "a date is a date";
  EXPECT_TRUE(say_otherwise({error("metafields.1.value"), error("metafields.1.value")}, fields));
  EXPECT_EQ(metafields_input("gid", fields)[1]["value"], "男");
  EXPECT_TRUE(say_otherwise({error("metafields.1.value")}, fields));
  EXPECT_FALSE(say_otherwise({error("metafields.1.value")}, fields)) << "no word is left";
  for (const char* field :
       {"", "metafields.0.ownerId", "metafields.2.type", "metafields.10.type", "type"}) {
    EXPECT_FALSE(say_otherwise({error(field)}, fields)) << field;
  }
  EXPECT_FALSE(say_otherwise({}, fields));
}

TEST(CustomerChanges, EveryWordForASexIsReadBackAsIt) {
  for (const char* sex : {"1", "2"}) {
    const auto changes = customer_changes({{MemberField::kSex, sex}}, kKeys);
    for (const std::string& word : changes->metafields.at(0).values) {
      EXPECT_EQ(clean_sex(word), sex) << word;
    }
  }
}

}  // namespace
}  // namespace tsunagi::shopify

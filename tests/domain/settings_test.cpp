// A merchant's settings survive the round trip, and what is wrong is named.

#include <gtest/gtest.h>

#include "server/domain/tenant/settings_limits.h"
#include "server/domain/tenant/tenant_directory.h"

namespace tsunagi {
namespace {

TEST(Settings, SurviveTheRoundTrip) {
  Settings settings;
  settings.programme_name = "カフェ \"ネコ\" <&>";
  settings.code_rule = CodeRule::kOwnOrAny;
  settings.code_letter = 'K';
  settings.symbology = Symbology::kCode39;
  settings.second_symbology = Symbology::kNw7;
  settings.few_below = 0;
  settings.safety_stock = 7;
  settings.product_safety = {{"8000001", 2}, {"8000002", 0}};
  settings.stores = {{"2", "本店", false, 1}, {"1", "", true, 0}};
  settings.stores[0].no_pickup = true;
  settings.stores[0].position = Position{.north = 35'659'500, .east = 139'700'500};
  settings.restock = {.on = false,
                      .mail = {.ja = {.subject = "{{PRODUCT}}", .text = ""}, .en = {}}};
  settings.stores[1].hours = {.opens = 0, .closes = 1'440, .closed_weekdays = {true}};
  settings.pickup = {.on = true,
                     .prepare_minutes = 90,
                     .accept_minutes = 0,
                     .hold_days = 7,
                     .hours = {.opens = 570, .closes = 1'215, .closed_weekdays = {}}};
  settings.pickup.hours.closed_weekdays[6] = true;
  settings.pickup.hours.closed_on = {20'818, 20'819, 20'820};
  settings.pickup.hours.cut_off = 1'020;
  settings.stores[1].hours->closed_on = {20'818};
  settings.contact_url = "mailto:shop@example.jp";
  settings.field_keys = {"custom.last_kana", "custom.first_kana", "", "custom.sex"};
  settings.joining = Joining::kAutomatic;
  settings.consent = {"会員規約に\n同意します <b>", "I agree", "https://shop.example/terms"};
  settings.field_winners = {{MemberField::kPhone, FieldWinner::kPos},
                            {MemberField::kSex, FieldWinner::kShop}};
  settings.paused = true;
  settings.till_ready = true;
  settings.pilot = {.on = true, .stores = {"2", "1"}};
  settings.locations = {{"1", 9'007'199'254'740'993}, {"2", 72}};

  const auto back = parse_settings(settings_json(settings));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->programme_name, settings.programme_name);
  EXPECT_EQ(back->code_rule, settings.code_rule);
  EXPECT_EQ(back->code_letter, 'K');
  EXPECT_EQ(back->symbology, Symbology::kCode39);
  EXPECT_EQ(back->second_symbology, Symbology::kNw7);
  EXPECT_EQ(back->few_below, 0);
  EXPECT_EQ(back->safety_stock, 7);
  EXPECT_EQ(back->product_safety, settings.product_safety);
  ASSERT_EQ(back->stores.size(), 2U);
  EXPECT_EQ(back->stores[0].store_id, "2");
  EXPECT_EQ(back->stores[0].name, "本店");
  EXPECT_EQ(back->stores[0].safety_stock, 1);
  EXPECT_TRUE(back->stores[1].hidden);
  EXPECT_TRUE(back->stores[0].no_pickup);
  EXPECT_EQ(back->stores[0].position, settings.stores[0].position);
  EXPECT_EQ(back->stores[1].position, std::nullopt);
  EXPECT_EQ(back->restock, settings.restock);
  EXPECT_FALSE(back->stores[1].no_pickup);
  EXPECT_FALSE(back->stores[0].hours) << "the programme's";
  EXPECT_EQ(back->stores[1].hours, settings.stores[1].hours);
  EXPECT_EQ(back->pickup, settings.pickup);
  EXPECT_EQ(back->contact_url, settings.contact_url);
  EXPECT_EQ(back->field_keys, settings.field_keys);
  EXPECT_EQ(back->joining, Joining::kAutomatic);
  EXPECT_EQ(back->consent, settings.consent);
  EXPECT_EQ(back->field_winners, settings.field_winners);
  EXPECT_TRUE(back->paused);
  EXPECT_TRUE(back->till_ready);
  EXPECT_EQ(back->pilot, settings.pilot);
  EXPECT_EQ(back->locations, settings.locations);
}

TEST(Settings, WhatHasAButtonOfItsOwnIsNotSavedWithTheForm) {
  Settings before;
  before.till_ready = true;
  before.pilot = {.on = true, .stores = {"2"}};
  before.locations = {{"1", 71}};
  const Settings saved = saved_over(before, Settings{});
  EXPECT_TRUE(saved.till_ready);
  EXPECT_EQ(saved.pilot, before.pilot);
  EXPECT_EQ(saved.locations, before.locations);
}

TEST(Settings, AbsentFieldsKeepTheirDefaultsAndUnknownOnesAreIgnored) {
  const auto settings = parse_settings(R"({"colour":"red","few_below":5})");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->few_below, 5);
  EXPECT_EQ(settings->code_letter, 'T');
  EXPECT_EQ(settings->field_keys, FieldKeys{}) << "the birth date is where Shopify keeps it";
  EXPECT_EQ(settings->symbology, Symbology::kCode128);
  EXPECT_EQ(settings->joining, Joining::kButton) << "nobody joins without asking";
  EXPECT_TRUE(settings->consent.empty());
  EXPECT_EQ(settings->pickup, PickupSettings{});
  EXPECT_FALSE(settings->pickup.on) << "no shop puts anything aside unasked";
  EXPECT_FALSE(settings->paused);
}

TEST(Settings, HoursOfAShopAreFilledUpFromTheDefaultOnes) {
  const auto settings =
      parse_settings(R"({"stores":[{"store_id":"1","hours":{"opens":"11:30"}}]})");
  ASSERT_TRUE(settings.ok());
  ASSERT_TRUE(settings->stores[0].hours);
  EXPECT_EQ(settings->stores[0].hours->opens, 690);
  EXPECT_EQ(settings->stores[0].hours->closes, OpeningHours{}.closes);
}

TEST(Settings, ClosedDatesAreInOrderEachOnceHoweverOldAndACutOffMayBeNone) {
  const auto settings = parse_settings(
      R"({"pickup":{"hours":{"closed_on":["2027-01-01","1999-12-31","2026-12-31","2027-01-01"],
          "cut_off":"17:00","half_days":["2026-12-30"]}},
          "stores":[{"store_id":"1","hours":{"closed_on":["2028-02-29"],"cut_off":""}}]})");
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings->pickup.hours.closed_on, (std::vector<int64_t>{10'956, 20'818, 20'819}));
  EXPECT_EQ(settings->pickup.hours.cut_off, 1'020);
  EXPECT_EQ(settings->stores[0].hours->closed_on, (std::vector<int64_t>{21'243}));
  EXPECT_EQ(settings->stores[0].hours->cut_off, std::nullopt);
  const std::string json = settings_json(*settings);
  EXPECT_NE(json.find(R"("closed_on":["1999-12-31","2026-12-31","2027-01-01"])"), json.npos);
  EXPECT_NE(json.find(R"("cut_off":"17:00")"), json.npos);
  EXPECT_NE(json.find(R"("cut_off":"")"), json.npos);
}

TEST(Settings, TextThatIsNotUtf8IsWrittenWithoutThrowing) {
  Settings settings;
  settings.programme_name = "caf\xE9";
  EXPECT_TRUE(parse_settings(settings_json(settings)).ok());
}

struct Refusal {
  const char* json;
  const char* names;  // the message must name it
};
class RefusedSettings : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedSettings, NameTheField) {
  const auto settings = parse_settings(GetParam().json);
  ASSERT_FALSE(settings.ok()) << GetParam().json;
  EXPECT_EQ(settings.error().code, ErrorCode::kInvalid);
  EXPECT_NE(settings.error().message.find(GetParam().names), std::string::npos)
      << settings.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedSettings,
    testing::Values(
        Refusal{"", "settings"}, Refusal{"[]", "settings"}, Refusal{"{\"paused\":", "settings"},
        Refusal{R"({"field_keys":[]})", "field_keys"},
        Refusal{R"({"field_keys":{"sex":"sex"}})", "field_keys.sex"},
        Refusal{R"({"field_keys":{"sex":"a.sex"}})", "field_keys.sex"},
        Refusal{R"({"field_keys":{"last_kana":"custom.ka na"}})", "field_keys.last_kana"},
        Refusal{R"({"field_keys":{"birth_date":7}})", "field_keys.birth_date"},
        Refusal{R"({"joining":"always"})", "joining"}, Refusal{R"({"joining":""})", "joining"},
        Refusal{R"({"joining":true})", "joining"}, Refusal{R"({"consent":"yes"})", "consent"},
        Refusal{R"({"consent":{"ja":7}})", "consent.ja"},
        Refusal{R"({"consent":{"en":"a\u0000b"}})", "consent.en"},
        Refusal{R"({"consent":{"en":"a\tb"}})", "consent.en"},
        Refusal{R"x({"consent":{"terms_url":"javascript:alert(1)"}})x", "consent.terms_url"},
        Refusal{R"({"consent":{"terms_url":"/terms"}})", "consent.terms_url"},
        Refusal{R"({"field_winners":[]})", "field_winners"},
        Refusal{R"({"field_winners":{"sex":"me"}})", "field_winners.sex"},
        Refusal{R"({"till_ready":1})", "till_ready"}, Refusal{R"({"pilot":true})", "pilot"},
        Refusal{R"({"pilot":{"on":"yes"}})", "pilot.on"},
        Refusal{R"({"pilot":{"stores":"1"}})", "pilot.stores"},
        Refusal{R"({"pilot":{"stores":[1]}})", "pilot.stores"},
        Refusal{R"({"paused":1})", "paused"}, Refusal{R"({"paused":"true"})", "paused"},
        Refusal{R"({"programme_name":7})", "programme_name"},
        Refusal{R"({"programme_name":"a\u0000b"})", "programme_name"},
        Refusal{R"({"code_rule":"mine"})", "code_rule"},
        Refusal{R"({"code_rule":""})", "code_rule"},
        Refusal{R"({"code_letter":"I"})", "code_letter"},
        Refusal{R"({"code_letter":"t"})", "code_letter"},
        Refusal{R"({"code_letter":"TT"})", "code_letter"},
        Refusal{R"({"code_letter":""})", "code_letter"},
        Refusal{R"({"symbology":"code129"})", "symbology"},
        Refusal{R"({"symbology":""})", "symbology"},
        Refusal{R"({"second_symbology":3})", "second_symbology"},
        Refusal{R"({"few_below":-1})", "few_below"}, Refusal{R"({"few_below":1.5})", "few_below"},
        Refusal{R"({"few_below":"3"})", "few_below"},
        Refusal{R"({"few_below":1000001})", "few_below"},
        Refusal{R"({"safety_stock":18446744073709551615})", "safety_stock"},
        Refusal{R"x({"contact_url":"javascript:alert(1)"})x", "contact_url"},
        Refusal{R"({"contact_url":"//evil.example"})", "contact_url"},
        Refusal{R"({"stores":{}})", "stores"}, Refusal{R"({"stores":[1]})", "stores[0]"},
        Refusal{R"({"stores":[{"name":"x"}]})", "stores[0].store_id"},
        Refusal{R"({"stores":[{"store_id":"1"},{"store_id":"1"}]})", "stores[1].store_id"},
        Refusal{R"({"stores":[{"store_id":"1","safety_stock":-5}]})", "stores[0].safety_stock"},
        Refusal{R"({"stores":[{"store_id":"1","hidden":0}]})", "stores[0].hidden"}));

INSTANTIATE_TEST_SUITE_P(
    ProductSafety, RefusedSettings,
    testing::Values(
        Refusal{R"({"product_safety":{}})", "product_safety"},
        Refusal{R"({"product_safety":[7]})", "product_safety[0]"},
        Refusal{R"({"product_safety":[{"safety_stock":1}]})", "product_safety[0].product_id"},
        Refusal{R"({"product_safety":[{"product_id":"","safety_stock":1}]})",
                "product_safety[0].product_id"},
        Refusal{R"({"product_safety":[{"product_id":8000001,"safety_stock":1}]})",
                "product_safety[0].product_id"},
        Refusal{R"({"product_safety":[{"product_id":"8000001"}]})",
                "product_safety[0].safety_stock"},
        Refusal{R"({"product_safety":[{"product_id":"8000001","safety_stock":null}]})",
                "product_safety[0].safety_stock"},
        Refusal{R"({"product_safety":[{"product_id":"8000001","safety_stock":-1}]})",
                "product_safety[0].safety_stock"},
        Refusal{R"({"product_safety":[{"product_id":"8000001","safety_stock":1000001}]})",
                "product_safety[0].safety_stock"},
        Refusal{R"({"product_safety":[{"product_id":"1","safety_stock":1},)"
                R"({"product_id":"1","safety_stock":1}]})",
                "product_safety[1].product_id"}));

INSTANTIATE_TEST_SUITE_P(
    Pickups, RefusedSettings,
    testing::Values(
        Refusal{R"({"pickup":true})", "pickup"}, Refusal{R"({"pickup":{"on":1}})", "pickup.on"},
        Refusal{R"({"pickup":{"prepare_minutes":-1}})", "pickup.prepare_minutes"},
        Refusal{R"({"pickup":{"prepare_minutes":10081}})", "pickup.prepare_minutes"},
        Refusal{R"({"pickup":{"prepare_minutes":"60"}})", "pickup.prepare_minutes"},
        Refusal{R"({"pickup":{"prepare_minutes":null}})", "pickup.prepare_minutes"},
        Refusal{R"({"pickup":{"accept_minutes":10081}})", "pickup.accept_minutes"},
        Refusal{R"({"pickup":{"accept_minutes":0.5}})", "pickup.accept_minutes"},
        Refusal{R"({"pickup":{"hold_days":31}})", "pickup.hold_days"},
        Refusal{R"({"pickup":{"refund_after_days":61}})", "pickup.refund_after_days"},
        Refusal{R"({"pickup":{"refund_after_days":-1}})", "pickup.refund_after_days"},
        Refusal{R"({"pickup":{"refund_after_days":true}})", "pickup.refund_after_days"},
        Refusal{R"({"pickup":{"hours":"10:00"}})", "pickup.hours"},
        Refusal{R"({"pickup":{"hours":{"opens":"9:30"}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"opens":"09-30"}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"opens":"0a:30"}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"opens":"09:60"}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"opens":600}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"opens":""}}})", "pickup.hours.opens"},
        Refusal{R"({"pickup":{"hours":{"closes":"24:01"}}})", "pickup.hours.closes"},
        Refusal{R"({"pickup":{"hours":{"closes":"25:00"}}})", "pickup.hours.closes"},
        Refusal{R"({"pickup":{"hours":{"opens":"12:00","closes":"12:00"}}})",
                "pickup.hours.closes"},
        Refusal{R"({"pickup":{"hours":{"opens":"20:00"}}})", "pickup.hours.closes"},
        Refusal{R"({"pickup":{"hours":{"closed":1}}})", "pickup.hours.closed"},
        Refusal{R"({"pickup":{"hours":{"closed":[7]}}})", "pickup.hours.closed"},
        Refusal{R"({"pickup":{"hours":{"closed":[-1]}}})", "pickup.hours.closed"},
        Refusal{R"({"pickup":{"hours":{"closed":["0"]}}})", "pickup.hours.closed"},
        Refusal{R"({"pickup":{"hours":{"closed":[0,1,2,3,4,5,6,0]}}})", "pickup.hours.closed"},
        Refusal{R"({"pickup":{"hours":{"closed_on":"2026-12-31"}}})", "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"closed_on":[20818]}}})", "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"closed_on":["2026-2-1"]}}})", "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"closed_on":["2026-12-32"]}}})", "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"closed_on":["2027-02-29"]}}})", "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"closed_on":["2026-12-31",""]}}})",
                "pickup.hours.closed_on"},
        Refusal{R"({"pickup":{"hours":{"cut_off":"5pm"}}})", "pickup.hours.cut_off"},
        Refusal{R"({"pickup":{"hours":{"cut_off":1020}}})", "pickup.hours.cut_off"},
        Refusal{R"({"pickup":{"hours":{"cut_off":"10:00"}}})", "pickup.hours.cut_off"},
        Refusal{R"({"pickup":{"hours":{"cut_off":"20:01"}}})", "pickup.hours.cut_off"},
        Refusal{R"({"stores":[{"store_id":"1","hours":{"opens":"12:00","cut_off":"11:00"}}]})",
                "stores[0].hours.cut_off"},
        Refusal{R"({"stores":[{"store_id":"1","hours":{"closed_on":["x"]}}]})",
                "stores[0].hours.closed_on"},
        Refusal{R"({"stores":[{"store_id":"1","no_pickup":"no"}]})", "stores[0].no_pickup"},
        Refusal{R"({"stores":[{"store_id":"1","position":"Shibuya"}]})", "stores[0].position"},
        Refusal{R"({"stores":[{"store_id":"1","position":35}]})", "stores[0].position"},
        Refusal{R"({"restock":true})", "restock"}, Refusal{R"({"restock":{"on":1}})", "restock.on"},
        Refusal{R"({"restock":{"mail":{"ja":{"text":"{{CODE}}"}}}})", "restock.mail.ja.text"},
        Refusal{R"({"restock":{"mail":{"en":{"subject":"a\nb"}}}})", "restock.mail.en.subject"},
        Refusal{R"({"stores":[{"store_id":"1","hours":"10:00"}]})", "stores[0].hours"},
        Refusal{R"({"stores":[{"store_id":"0"},{"store_id":"1","hours":{"closes":"9:00"}}]})",
                "stores[1].hours.closes"}));

INSTANTIATE_TEST_SUITE_P(
    PickupMails, RefusedSettings,
    testing::Values(Refusal{R"({"pickup":{"mails":[]}})", "pickup.mails"},
                    Refusal{R"({"pickup":{"mails":{"lost":{}}}})", "pickup.mails"},
                    Refusal{R"({"pickup":{"mails":{"ready":1}}})", "pickup.mails.ready"},
                    Refusal{R"({"pickup":{"mails":{"ready":{"ja":""}}}})", "pickup.mails.ready.ja"},
                    Refusal{R"({"pickup":{"mails":{"ready":{"ja":{"text":1}}}}})",
                            "pickup.mails.ready.ja.text"},
                    Refusal{R"({"pickup":{"mails":{"ready":{"ja":{"text":"{{#LINES}}"}}}}})",
                            "pickup.mails.ready.ja.text"},
                    Refusal{R"({"pickup":{"mails":{"placed":{"en":{"subject":"{{MAIL}}"}}}}})",
                            "pickup.mails.placed.en.subject"},
                    Refusal{R"({"pickup":{"mails":{"placed":{"en":{"subject":"a\nb"}}}}})",
                            "pickup.mails.placed.en.subject"}));

TEST(SettingsLimits, OfAMailHoldAtTheLimitAndRefuseOnePastIt) {
  const auto with = [](const char* field, size_t characters) {
    std::string text;
    for (size_t i = 0; i < characters; ++i) text += "取";
    return parse_settings(R"({"pickup":{"mails":{"ready":{"ja":{")" + std::string(field) + "\":\"" +
                          text + "\"}}}}}");
  };
  EXPECT_TRUE(with("subject", kSettingSubjectCharacters).ok());
  EXPECT_FALSE(with("subject", kSettingSubjectCharacters + 1).ok());
  EXPECT_TRUE(with("text", kSettingMailCharacters).ok());
  EXPECT_FALSE(with("text", kSettingMailCharacters + 1).ok());
}

TEST(SettingsLimits, OfClosedDatesHoldAtTheLimitAndRefuseOnePastIt) {
  const auto with = [](size_t dates) {
    std::string json = R"({"pickup":{"hours":{"closed_on":[)";
    for (size_t i = 0; i < dates; ++i) {
      json += (i == 0 ? "\"" : ",\"") + std::to_string(2'000 + i) + "-01-01\"";
    }
    return parse_settings(json + "]}}}");
  };
  EXPECT_TRUE(with(kSettingClosedDates).ok());
  const auto refused = with(kSettingClosedDates + 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "pickup.hours.closed_on: must be a list of at most 60 dates");
}

class TakenPickupSettings : public testing::TestWithParam<const char*> {};
TEST_P(TakenPickupSettings, AtTheirLimits) {
  const auto settings = parse_settings(GetParam());
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  const auto again = parse_settings(settings_json(*settings));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->pickup, settings->pickup);
}
INSTANTIATE_TEST_SUITE_P(
    Table, TakenPickupSettings,
    testing::Values(R"({"pickup":{}})",
                    R"({"pickup":{"prepare_minutes":0,"accept_minutes":0,"hold_days":0}})",
                    R"({"pickup":{"prepare_minutes":10080,"accept_minutes":10080,"hold_days":30}})",
                    R"({"pickup":{"refund_after_days":60}})",
                    R"({"pickup":{"hours":{"opens":"00:00","closes":"24:00"}}})",
                    R"({"pickup":{"hours":{"opens":"23:59","closes":"24:00"}}})",
                    R"({"pickup":{"hours":{"opens":"00:00","closes":"00:01"}}})",
                    R"({"pickup":{"mails":{}}})", R"({"pickup":{"mails":{"ready":{"ja":{}}}}})",
                    R"({"pickup":{"mails":{"ready":{"ja":{"subject":"{{CODE}}","text":"a\nb"}},
                        "expired":{"en":{"text":"{{#PAGE}}{{PAGE}}{{/PAGE}}"}}}}})",
                    R"({"pickup":{"hours":{"closed":[]}}})",
                    R"({"pickup":{"hours":{"closed_on":[],"cut_off":""}}})",
                    R"({"pickup":{"hours":{"closed_on":["1970-01-01","9999-12-31"]}}})",
                    R"({"pickup":{"hours":{"cut_off":"10:01"}}})",
                    R"({"pickup":{"hours":{"cut_off":"20:00"}}})",
                    R"({"pickup":{"hours":{"closed":[6,5,4,3,2,1,0]}}})",
                    R"({"stores":[{"store_id":"1","hours":null,"no_pickup":true}]})"));

std::string with_stores(size_t count) {
  std::string json = R"({"stores":[)";
  for (size_t i = 0; i < count; ++i) {
    if (i != 0) json += ',';
    json += R"({"store_id":")" + std::to_string(i) + "\"}";
  }
  return json + "]}";
}

TEST(SettingsLimits, HoldAtTheLimitAndRefuseOnePastIt) {
  const auto named = [](size_t bytes) {
    return R"({"programme_name":")" + std::string(bytes, 'x') + "\"}";
  };
  EXPECT_TRUE(parse_settings(named(kSettingNameBytes)).ok());
  EXPECT_FALSE(parse_settings(named(kSettingNameBytes + 1)).ok());
  const auto agreed = [](size_t characters) {
    std::string text;
    for (size_t i = 0; i < characters; ++i) text += i % 2 == 0 ? "会" : "𠮷";
    return R"({"consent":{"ja":")" + text + "\"}}";
  };
  EXPECT_TRUE(parse_settings(agreed(kSettingTextCharacters)).ok()) << "characters, not bytes";
  EXPECT_FALSE(parse_settings(agreed(kSettingTextCharacters + 1)).ok());
  EXPECT_TRUE(parse_settings(with_stores(kSettingStores)).ok());
  EXPECT_FALSE(parse_settings(with_stores(kSettingStores + 1)).ok());
  const auto with_products = [](size_t count) {
    Settings settings;
    for (size_t i = 0; i < count; ++i) settings.product_safety[std::to_string(i)] = 1'000'000;
    return parse_settings(settings_json(settings));
  };
  ASSERT_TRUE(with_products(kSettingSafetyProducts).ok());
  EXPECT_EQ(with_products(kSettingSafetyProducts)->product_safety.size(), kSettingSafetyProducts);
  EXPECT_FALSE(with_products(kSettingSafetyProducts + 1).ok());
  EXPECT_TRUE(parse_settings(R"({"few_below":1000000})").ok());
  std::string padded = "{}";
  padded.resize(kSettingsBytes, ' ');
  EXPECT_TRUE(parse_settings(padded).ok());
  padded += ' ';
  EXPECT_FALSE(parse_settings(padded).ok());
}

TEST(SavedSettings, ALookThatCameBackIsANewOne) {
  Settings first;
  first.programme_name = "A";
  Settings other = first;
  other.programme_name = "B";
  other.look_changes = 99;  // nobody but us counts
  const Settings second = saved_over(first, other);
  EXPECT_EQ(second.look_changes, 1);
  EXPECT_EQ(saved_over(second, first).look_changes, 2);
  other.few_below = 7;
  EXPECT_EQ(saved_over(second, other).look_changes, 1);
}

}  // namespace
}  // namespace tsunagi

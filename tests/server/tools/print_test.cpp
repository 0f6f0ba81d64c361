// What a terminal gets: columns that fit, nothing that controls it, and causes in both languages.

#include "server/tools/print.h"

#include <gtest/gtest.h>

#include <sstream>

#include "server/tools/causes.h"

namespace tsunagi::tools {
namespace {

TEST(Printable, ControlsNothing) {
  EXPECT_EQ(printable("a\x1b[31mb\r\nc\x7f"), "a [31mb  c ");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31m"),
            "a 31m")
      << "the one-character control sequence introducer";
  EXPECT_EQ(printable("スマレジ 店"), "スマレジ 店");
}

TEST(Printable, IsCutAtItsWidthAndNotBefore) {
  EXPECT_EQ(printable("abcde", 5), "abcde");
  EXPECT_EQ(printable("abcdef", 5), "abcd…");
  EXPECT_EQ(printable("会員証", 6), "会員証");
  EXPECT_EQ(printable("会員証", 5), "会員…");
  EXPECT_EQ(printable("会員証です", 6), "会員…");
  EXPECT_EQ(printable("", 5), "");
  EXPECT_EQ(printable("\xe4\xbc", 5), "\xe4\xbc") << "half a character ends nothing";
}

TEST(Table, IsAlignedAndFits) {
  std::ostringstream out;
  print_table(out, {{"ID", 10}, {"STATE"}, {"ERROR"}},
              {{"1", "waiting", std::string(200, 'x')}, {"12345678901", "dead", "会員"}});
  EXPECT_EQ(out.str(), "ID          STATE    ERROR\n1           waiting  " + std::string(78, 'x') +
                           "…\n123456789…  dead     会員\n");
}

TEST(Ages, AreRounded) {
  EXPECT_EQ(age(-5), "0 s");
  EXPECT_EQ(age(119), "119 s");
  EXPECT_EQ(age(120), "2 min");
  EXPECT_EQ(age(7'200), "2 h");
  EXPECT_EQ(age(172'800), "2 d");
  EXPECT_EQ(due(10, 10), "now");
  EXPECT_EQ(due(40, 10), "in 30 s");
}

struct Row {
  const char *error, *key, *en;
};
class CauseTest : public ::testing::TestWithParam<Row> {};
TEST_P(CauseTest, IsNamedInBothLanguages) {
  const Cause cause = cause_of(GetParam().error);
  EXPECT_EQ(cause.key, GetParam().key);
  if (*GetParam().en != '\0') EXPECT_EQ(cause.en, GetParam().en);
  EXPECT_FALSE(cause.ja.empty());
  EXPECT_EQ((cause.ja + cause.en).find("{}"), std::string::npos);
}
// As the code words them.
INSTANTIATE_TEST_SUITE_P(
    Errors, CauseTest,
    ::testing::Values(
        Row{"smaregi.customers.create: status 400, Bad Request: lastName", "refused",
            "Smaregi refuses what was sent."},
        Row{"shopify.metafields_set: [INVALID_VALUE metafields.0.value Value is invalid]",
            "refused", "Shopify refuses what was sent."},
        Row{"shopify.customer_update: [TAKEN phone Phone has already been taken]", "value_taken",
            "A value, such as a phone number, is somebody else's in Shopify."},
        Row{"smaregi.customers.create: the code is another member's", "code_taken", ""},
        Row{"the code was issued to another customer", "code_taken", ""},
        Row{"Smaregi answered about another member than the one asked for", "other_answer",
            "Smaregi answered about somebody else, so nothing was taken over."},
        Row{"shopify.customer: the reply is about another customer", "other_answer", ""},
        Row{"Shopify: the refresh token is refused; the merchant has to open the app once",
            "sign_in", ""},
        Row{"smaregi.customers.get: status 403", "denied", ""},
        Row{"shopify.customer: ACCESS_DENIED Access denied for customer field", "denied", ""},
        Row{"smaregi.customers.get: status 404", "gone", "Smaregi has no such person or thing."},
        Row{"rate budget: no turn before the deadline", "throttled",
            "The platform was asked too often."},
        Row{"smaregi.stock.get: status 429", "throttled", ""},
        Row{"smaregi.stock.get: status 503", "platform_failed", "Smaregi failed."},
        Row{"Smaregi failed lately: not asked for a while", "not_asked",
            "Smaregi does not answer and is not asked for a while; the work goes on by itself when "
            "it "
            "is back."},
        Row{"shopify.metafields_set at a.example: time-out", "unreachable",
            "Shopify could not be reached."},
        Row{"smaregi.stock.get: Smaregi's reply: not JSON", "unreadable_answer", ""},
        Row{"stockId is missing or not a list", "broken_event", ""},
        Row{"the body is not a JSON object", "broken_event", ""},
        Row{"the key is no customer id", "broken_item", ""},
        Row{"SQLite error 5: database is locked", "database", ""},
        Row{"the shop has not joined a contract", "not_joined", ""},
        Row{"the shop is paused", "paused", ""}, Row{"something new", "unknown", ""},
        Row{"", "unknown", ""}));

}  // namespace
}  // namespace tsunagi::tools

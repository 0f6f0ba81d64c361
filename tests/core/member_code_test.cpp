#include "wasm/core/member_code.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tsunagi {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";

std::string made(char letter, uint64_t number) {
  const Result<MemberCode> code = MemberCode::make(letter, number);
  return code ? code->text() : "refused";
}

bool accepts(std::string_view text, CodeRule rule) { return MemberCode::parse(text, rule).ok(); }

// Codes spread over all letters and the whole range of numbers, the ends included.
std::vector<std::string> sample_codes() {
  std::vector<std::string> codes;
  uint64_t number = 0;
  for (const char letter : kLetters) {
    for (int i = 0; i < 40; ++i) {
      codes.push_back(made(letter, number));
      number = (number * 6'364'136'223'846'793 + 442'695'040'888'963) % 1'000'000'000'000;
    }
    codes.push_back(made(letter, 0));
    codes.push_back(made(letter, 999'999'999'999));
  }
  return codes;
}

TEST(OwnMemberCode, IsALetterTwelveDigitsAndACheckDigit) {
  for (const std::string& code : sample_codes()) {
    ASSERT_EQ(code.size(), 14u) << code;
    EXPECT_NE(kLetters.find(code[0]), std::string_view::npos) << code;
    EXPECT_TRUE(accepts(code, CodeRule::kOwn)) << code;
    EXPECT_TRUE(accepts(code, CodeRule::kOwnOrAny)) << code;
  }
  EXPECT_EQ(made('T', 12'345'678'901).substr(0, 13), "T012345678901");
}

TEST(OwnMemberCode, CatchesEverySingleDigitError) {
  for (const std::string& code : sample_codes()) {
    for (size_t place = 1; place < code.size(); ++place) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string wrong = code;
        wrong[place] = digit;
        EXPECT_EQ(accepts(wrong, CodeRule::kOwnOrAny), wrong == code)
            << code << " read as " << wrong;
      }
    }
  }
}

TEST(OwnMemberCode, CatchesEverySwapOfNeighbours) {
  for (const std::string& code : sample_codes()) {
    for (size_t place = 1; place + 1 < code.size(); ++place) {
      std::string swapped = code;
      std::swap(swapped[place], swapped[place + 1]);
      EXPECT_EQ(accepts(swapped, CodeRule::kOwnOrAny), swapped == code)
          << code << " read as " << swapped;
    }
  }
}

// The two cases above on samples; here on every pair of digits after every running value, which is
// all there is.
TEST(OwnMemberCode, ChecksEveryPairOfDigitsInEveryContext) {
  for (uint64_t head = 0; head < 1'000; ++head) {
    for (uint64_t pair = 0; pair < 100; ++pair) {
      const std::string code = made('K', head * 1'000'000'000 + pair * 10'000'000);
      std::string swapped = code;
      std::swap(swapped[4], swapped[5]);
      ASSERT_EQ(accepts(swapped, CodeRule::kOwn), swapped == code) << code;
    }
  }
}

TEST(OwnMemberCode, TakesLettersThatCannotBeMistakenForDigits) {
  for (int c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    EXPECT_EQ(MemberCode::make(letter, 7).ok(),
              c != 0 && kLetters.find(letter) != std::string_view::npos)
        << c;
  }
}

TEST(OwnMemberCode, NumberEndsBelowTenToTheTwelfth) {
  EXPECT_TRUE(MemberCode::make('A', 999'999'999'999).ok());
  EXPECT_FALSE(MemberCode::make('A', 1'000'000'000'000).ok());
  EXPECT_FALSE(MemberCode::make('A', UINT64_MAX).ok());
}

TEST(MemberCode, RuleDecidesWhatACardMayCarry) {
  struct Case {
    std::string text;
    bool own, any;
  };
  const std::string good = made('T', 12'345'678'901);
  const std::vector<Case> cases = {
      {good, true, true},
      {"T0123456789010", false, false},         // looks like ours, wrong check digit
      {good.substr(0, 13), false, true},        // one digit short: not ours, but a card may say it
      {good + "0", false, true},                // one digit more
      {"t" + good.substr(1), false, true},      // a small letter is not ours
      {"I" + good.substr(1), false, true},      // nor is a letter we do not use
      {"7001234567890", false, true},           // a Shopify customer id
      {"4901234567894", false, true},           // an EAN-13
      {"12345678901234567890", false, true},    // twenty characters
      {"123456789012345678901", false, false},  // twenty-one
      {"A", false, true},
      {"", false, false},
      {" A", false, false},
      {"A ", false, false},
      {"A B", false, true},
      {"~", false, true},
      {"\x7f", false, false},
      {"\x1f", false, false},
      {"会員", false, false},
      {std::string("A\0B", 3), false, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(accepts(c.text, CodeRule::kOwn), c.own) << c.text;
    EXPECT_EQ(accepts(c.text, CodeRule::kOwnOrAny), c.any) << c.text;
  }
}

TEST(MemberCode, RefusalsAreErrorsThatCarryNoCode) {
  const Result<MemberCode> refused = MemberCode::parse("T0123456789010", CodeRule::kOwn);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(refused.error().message.find("T0123456789010"), std::string::npos);
}

TEST(MemberCode, IsReadInGroupsOfFour) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1", "1"},
      {"1234", "1234"},
      {"12345", "1234 5"},
      {"12345678", "1234 5678"},
      {"12345678901234567890", "1234 5678 9012 3456 7890"}};
  for (const auto& [code, grouped] : cases) {
    EXPECT_EQ(MemberCode::parse(code, CodeRule::kOwnOrAny)->grouped(), grouped);
  }
}

}  // namespace
}  // namespace tsunagi

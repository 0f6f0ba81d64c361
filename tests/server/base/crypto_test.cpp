// Known answers, and what tampering does.

#include "server/base/crypto.h"

#include <gtest/gtest.h>

#include <set>

#include "server/base/system_random.h"

namespace tsunagi {
namespace {

std::string bytes(std::string_view hex_text) {
  const auto decoded = decode_hex(hex_text);
  EXPECT_TRUE(decoded.ok()) << hex_text;
  return decoded.ok() ? *decoded : "";
}

// RFC 4231, section 4 (test case 5 is about truncation, which we do not do).
TEST(HmacSha256Test, GivesTheAnswersOfRfc4231) {
  struct Row {
    std::string key, message, digest;
  };
  const Row rows[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const Row& row : rows) EXPECT_EQ(row.digest, hex(hmac_sha256(row.key, row.message)));
}

TEST(HmacSha256Test, TakesAnEmptyKeyAndMessage) {
  EXPECT_EQ("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
            hex(hmac_sha256("", "")));
  EXPECT_NE(hmac_sha256("", ""), hmac_sha256("another key", ""));
  EXPECT_EQ("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
            hex(hmac_sha256("", "")));
}

TEST(Sha256Test, GivesTheAnswersOfFips180) {
  EXPECT_EQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", sha256_hex(""));
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256_hex("abc"));
  EXPECT_EQ(kSha256Bytes, sha256("abc").size());
}

TEST(ConstantTimeEqualTest, ComparesContentAndLength) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_FALSE(constant_time_equal("", "a"));
  EXPECT_FALSE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

// RFC 4648, section 10.
TEST(EncodingTest, GivesTheAnswersOfRfc4648) {
  struct Row {
    const char *text, *base64, *base64url, *hex;
  };
  for (const Row& row :
       {Row{"", "", "", ""}, Row{"f", "Zg==", "Zg", "66"}, Row{"fo", "Zm8=", "Zm8", "666f"},
        Row{"foo", "Zm9v", "Zm9v", "666f6f"}, Row{"foob", "Zm9vYg==", "Zm9vYg", "666f6f62"},
        Row{"fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261"},
        Row{"\xfb\xff\xfe", "+//+", "-__-", "fbfffe"}}) {
    EXPECT_EQ(row.base64, base64(row.text));
    EXPECT_EQ(row.base64url, base64url(row.text));
    EXPECT_EQ(row.hex, hex(row.text));
    EXPECT_EQ(row.text, *decode_base64(row.base64));
    EXPECT_EQ(row.text, *decode_base64url(row.base64url));
    EXPECT_EQ(row.text, *decode_hex(row.hex));
  }
}

TEST(EncodingTest, EveryByteSurvives) {
  std::string all;
  for (int b = 0; b < 256; ++b) all += static_cast<char>(b);
  for (size_t cut = 0; cut < 4; ++cut) {
    const std::string text = all.substr(cut);
    EXPECT_EQ(text, *decode_base64(base64(text)));
    EXPECT_EQ(text, *decode_base64url(base64url(text)));
    EXPECT_EQ(text, *decode_hex(hex(text)));
  }
  EXPECT_EQ("\xab", *decode_hex("AB"));
}

TEST(EncodingTest, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9",
                           "Zm9v====", "Z===", "====", "Zg==Zg==", "-__-", "Zm9\xff"}) {
    EXPECT_FALSE(decode_base64(text).ok()) << text;
  }
  for (const char* text : {"Z", "Zg==", "Zh", "Zm9", "+//+", "Zm9v\n", "Zm9vZ"}) {
    EXPECT_FALSE(decode_base64url(text).ok()) << text;
  }
  for (const char* text : {"0", "0g", "x0", " 00", "0x"}) {
    EXPECT_FALSE(decode_hex(text).ok()) << text;
  }
}

class SealTest : public testing::Test {
 protected:
  const std::string key_ = std::string(32, 'k');
  const SealContext context_{.key = key_, .associated_data = "700|shopify_access"};
};

TEST_F(SealTest, OpensWhatItSealed) {
  for (const std::string& text :
       {std::string(), std::string("token"), std::string("\0\xff", 2), std::string(100'000, 'x')}) {
    const auto sealed = seal(context_, text);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(12 + text.size() + 16, sealed->size());
    EXPECT_TRUE(text.empty() || sealed->find(text) == std::string::npos);
    EXPECT_EQ(text, *unseal(context_, *sealed));
  }
}

// The known answer of AES-256-GCM: McGrew and Viega, test case 16, written as nonce, ciphertext and
// tag.
TEST_F(SealTest, OpensAKnownAnswer) {
  const std::string key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string sealed = bytes(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = unseal({.key = key, .associated_data = associated}, sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      hex(*opened));
}

TEST_F(SealTest, NeverSealsTheSameWayTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(seal(context_, "token")->substr(0, 12));
  EXPECT_EQ(100u, seen.size());
}

TEST_F(SealTest, EveryChangedBitIsNoticed) {
  const std::string sealed = *seal(context_, "token");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(unseal(context_, changed).ok()) << "bit " << bit;
  }
}

TEST_F(SealTest, EveryCutIsNoticed) {
  const std::string sealed = *seal(context_, "token");
  for (size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(unseal(context_, sealed.substr(0, length)).ok()) << length;
  }
  EXPECT_FALSE(unseal(context_, sealed + "x").ok());
}

TEST_F(SealTest, AnotherKeyOrPurposeDoesNotOpen) {
  const std::string sealed = *seal(context_, "token");
  const std::string other_key(32, 'x');
  const SealContext others[] = {{.key = other_key, .associated_data = context_.associated_data},
                                {.key = key_, .associated_data = "701|shopify_access"},
                                {.key = key_, .associated_data = "700|shopify_refresh"},
                                {.key = key_, .associated_data = ""}};
  for (const SealContext& other : others) {
    const auto opened = unseal(other, sealed);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(ErrorCode::kInvalid, opened.error().code);
  }
}

TEST_F(SealTest, RefusesAKeyOfTheWrongLength) {
  const std::string sealed = *seal(context_, "token");
  for (const size_t length : {0, 16, 31, 33}) {
    const std::string key(length, 'k');
    EXPECT_FALSE(seal({.key = key, .associated_data = ""}, "token").ok());
    EXPECT_FALSE(unseal({.key = key, .associated_data = ""}, sealed).ok());
  }
}

TEST(SystemRandomTest, StaysBelowItsLimitAndReachesAllOfIt) {
  SystemRandom random;
  for (const uint64_t limit : {1, 2, 3, 10}) {
    std::set<uint64_t> seen;
    for (int i = 0; i < 1'000; ++i) seen.insert(random.below(limit));
    EXPECT_EQ(limit, seen.size());
    EXPECT_EQ(limit - 1, *seen.rbegin());
  }
  // Half of all 64-bit numbers lie above this limit: a plain remainder would show.
  const uint64_t limit = (uint64_t{1} << 63) + 1;
  int upper = 0;
  for (int i = 0; i < 1'000; ++i) {
    const uint64_t value = random.below(limit);
    EXPECT_LT(value, limit);
    upper += value >= limit / 2 ? 1 : 0;
  }
  EXPECT_NEAR(500, upper, 150);  // nine standard deviations; a remainder gives 250
}

TEST(SystemRandomTest, TokensAreHexAndDiffer) {
  SystemRandom random;
  const std::string token = random.token(16);
  EXPECT_EQ(32u, token.size());
  EXPECT_EQ(std::string::npos, token.find_first_not_of("0123456789abcdef"));
  EXPECT_NE(token, random.token(16));
  EXPECT_EQ("", random.token(0));
}

}  // namespace
}  // namespace tsunagi

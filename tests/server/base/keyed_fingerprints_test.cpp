// What stands in the database in place of a person's fields.

#include "server/base/keyed_fingerprints.h"

#include <gtest/gtest.h>

#include <string>

#include "server/base/crypto.h"

namespace tsunagi {
namespace {

TEST(KeyedFingerprintsTest, AreTheSameForTheSameTextAndKeyAlone) {
  const KeyedFingerprints ours(std::string(kSecretKeyBytes, 'a'));
  const KeyedFingerprints ours_again(std::string(kSecretKeyBytes, 'a'));
  const KeyedFingerprints others(std::string(kSecretKeyBytes, 'b'));
  EXPECT_EQ(ours.of("1990-01-02"), ours_again.of("1990-01-02"));
  EXPECT_NE(ours.of("1990-01-02"), ours.of("1990-01-03"));
  EXPECT_NE(ours.of("1990-01-02"), others.of("1990-01-02"));
  EXPECT_NE(ours.of(""), others.of(""));
}

// Who has the database and knows how prints are made still lacks the key: neither the salt nor any
// value tried gives the print.
TEST(KeyedFingerprintsTest, AreNoHashOfTheTextWithoutTheKey) {
  const KeyedFingerprints ours(std::string(kSecretKeyBytes, 'a'));
  const std::string text = "ab12 sex 1";
  const std::string plain = sha256(text);
  const std::string with_secret = hmac_sha256(std::string(kSecretKeyBytes, 'a'), text);
  for (const std::string& digest : {plain, with_secret}) {
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof first; ++i) {
      first = (first << 8U) | static_cast<unsigned char>(digest[i]);
    }
    EXPECT_NE(first, ours.of(text)) << "prints have a key of their own";
  }
}

}  // namespace
}  // namespace tsunagi

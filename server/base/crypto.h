#pragma once
// Hashes, encodings and authenticated encryption through OpenSSL. Free functions, safe from any
// thread; bytes travel as std::string. Keyed hashes and random bytes cannot fail short of the
// machine failing: then the process aborts rather than go on with a weak value.

#include <cstddef>
#include <string>
#include <string_view>

#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr size_t kSha256Bytes = 32;
inline constexpr size_t kSecretKeyBytes = 32;  // AES-256

[[nodiscard]] std::string hmac_sha256(std::string_view key,
                                      std::string_view message);  // 32 raw bytes
[[nodiscard]] std::string sha256(std::string_view message);       // 32 raw bytes
[[nodiscard]] std::string sha256_hex(std::string_view message);
[[nodiscard]] std::string random_bytes(size_t count);

// Takes the same time wherever the texts differ; texts of different lengths are unequal.
[[nodiscard]] bool constant_time_equal(std::string_view left, std::string_view right);

// Hex is lower case; base64 is padded, base64url (RFC 4648 section 5) is not.
[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64url(std::string_view bytes);
// kInvalid for any character, length or padding that the encoders above would not have written (hex
// digits may be of either case): one text for one value.
[[nodiscard]] Result<std::string> decode_hex(std::string_view text);
[[nodiscard]] Result<std::string> decode_base64(std::string_view text);
[[nodiscard]] Result<std::string> decode_base64url(std::string_view text);

// AES-256-GCM. The sealed bytes are a random 96-bit nonce, the ciphertext and a 128-bit tag.
// Whoever opens them must name the same associated data. kInvalid: a key that is not
// kSecretKeyBytes long; unseal also when the bytes, the key or the associated data are not those of
// seal.
struct SealContext {
  std::string_view key;
  std::string_view associated_data;
};
[[nodiscard]] Result<std::string> seal(const SealContext& context, std::string_view plaintext);
[[nodiscard]] Result<std::string> unseal(const SealContext& context, std::string_view sealed);

}  // namespace tsunagi

#include "server/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace tsunagi {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kMaxSealedBytes = INT_MAX / 2;  // OpenSSL counts in int

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// OpenSSL could not even hash: there is no safe value to go on with.
void require(bool worked) {
  if (!worked) std::abort();
}

Result<std::string> decode_with(int (*decode)(unsigned char*, const unsigned char*, int),
                                std::string_view text, size_t padding) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = decode(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return Error{ErrorCode::kInvalid, "not base64"};
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Error wrong_key_length() { return {ErrorCode::kInvalid, "the secret key must be 32 bytes long"}; }

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view message) {
  require(key.size() <= INT_MAX);
  std::string digest(kSha256Bytes, '\0');
  unsigned int length = 0;
  const char empty = 0;  // HMAC() takes a null key for "the key of before"
  const void* key_data = key.empty() ? &empty : key.data();
  require(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), bytes_of(message),
               message.size(), bytes_of(digest), &length) != nullptr);
  require(length == kSha256Bytes);
  return digest;
}

std::string sha256(std::string_view message) {
  std::string digest(kSha256Bytes, '\0');
  unsigned int length = 0;
  require(EVP_Digest(message.data(), message.size(), bytes_of(digest), &length, EVP_sha256(),
                     nullptr) == 1);
  require(length == kSha256Bytes);
  return digest;
}

std::string sha256_hex(std::string_view message) { return hex(sha256(message)); }

std::string random_bytes(size_t count) {
  require(count <= INT_MAX);
  std::string bytes(count, '\0');
  require(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

bool constant_time_equal(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(2 * bytes.size(), '0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text[2 * i] = kDigits[byte >> 4U];
    text[2 * i + 1] = kDigits[byte & 15U];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  require(bytes.size() <= kMaxSealedBytes);
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int length =
      EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

Result<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{ErrorCode::kInvalid, "not hex: an odd number of digits"};
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return Error{ErrorCode::kInvalid, "not hex: not a hex digit"};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

Result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kMaxSealedBytes) {
    return Error{ErrorCode::kInvalid, "not base64: its length is not a multiple of four"};
  }
  if (text.empty()) return std::string();
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  auto bytes = decode_with(&EVP_DecodeBlock, text, padding);
  // EVP_DecodeBlock forgives blanks, stray padding and unused bits; writing the bytes again does
  // not.
  if (bytes.ok() && base64(*bytes) != text) return Error{ErrorCode::kInvalid, "not base64"};
  return bytes;
}

Result<std::string> decode_base64url(std::string_view text) {
  std::string padded;
  padded.reserve(text.size() + 3);
  for (const char c : text) {
    if (c == '+' || c == '/' || c == '=') return Error{ErrorCode::kInvalid, "not base64url"};
    padded += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  if (padded.size() % 4 == 1) return Error{ErrorCode::kInvalid, "not base64url"};
  while (padded.size() % 4 != 0) padded += '=';
  return decode_base64(padded);
}

Result<std::string> seal(const SealContext& context, std::string_view plaintext) {
  if (context.key.size() != kSecretKeyBytes) return wrong_key_length();
  if (plaintext.size() > kMaxSealedBytes || context.associated_data.size() > kMaxSealedBytes) {
    return Error{ErrorCode::kInvalid, "too long to seal"};
  }
  const std::string nonce = random_bytes(kNonceBytes);
  std::string ciphertext(plaintext.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int length = 0;
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest{};  // GCM leaves nothing for the final step
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const bool sealed =
      cipher != nullptr &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(context.key),
                         bytes_of(nonce)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(context.associated_data),
                        static_cast<int>(context.associated_data.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(ciphertext), &length, bytes_of(plaintext),
                        static_cast<int>(plaintext.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), rest.data(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!sealed) return Error{ErrorCode::kInternal, "encryption failed"};
  return nonce + ciphertext + tag;
}

Result<std::string> unseal(const SealContext& context, std::string_view sealed) {
  if (context.key.size() != kSecretKeyBytes) return wrong_key_length();
  if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > kMaxSealedBytes ||
      context.associated_data.size() > kMaxSealedBytes) {
    return Error{ErrorCode::kInvalid, "not sealed data"};
  }
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view ciphertext =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plaintext(ciphertext.size(), '\0');
  int length = 0;
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest{};
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const bool opened =
      cipher != nullptr &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(context.key),
                         bytes_of(nonce)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(context.associated_data),
                        static_cast<int>(context.associated_data.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes_of(plaintext), &length, bytes_of(ciphertext),
                        static_cast<int>(ciphertext.size())) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), rest.data(), &length) == 1;
  if (!opened) {
    return Error{ErrorCode::kInvalid, "sealed with another key or for another purpose, or damaged"};
  }
  return plaintext;
}

}  // namespace tsunagi

#include "server/http/keyed_hash.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "server/base/crypto.h"

namespace tsunagi::http {
namespace {

constexpr size_t kBlock = 64;
constexpr unsigned char kInnerPad = 0x36;
constexpr unsigned char kOuterPad = 0x5c;

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;

void must(int done) {
  if (done != 1) std::abort();  // only a machine that fails gets here (crypto.h)
}

}  // namespace

struct KeyedHash::State {
  DigestContext inner{EVP_MD_CTX_new()};
  DigestContext outer{EVP_MD_CTX_new()};
};

KeyedHash::KeyedHash(std::string_view key) : state_(std::make_unique<State>()) {
  const std::string short_key = key.size() > kBlock ? sha256(key) : std::string(key);
  std::array<unsigned char, kBlock> inner{};
  std::array<unsigned char, kBlock> outer{};
  for (size_t i = 0; i < kBlock; ++i) {
    const auto byte = i < short_key.size() ? static_cast<unsigned char>(short_key[i]) : 0U;
    inner[i] = static_cast<unsigned char>(byte ^ kInnerPad);
    outer[i] = static_cast<unsigned char>(byte ^ kOuterPad);
  }
  must(EVP_DigestInit_ex(state_->inner.get(), EVP_sha256(), nullptr));
  must(EVP_DigestUpdate(state_->inner.get(), inner.data(), inner.size()));
  must(EVP_DigestInit_ex(state_->outer.get(), EVP_sha256(), nullptr));
  must(EVP_DigestUpdate(state_->outer.get(), outer.data(), outer.size()));
}

KeyedHash::~KeyedHash() = default;

KeyedHash::Digest KeyedHash::of(std::string_view message) const {
  thread_local const DigestContext work{EVP_MD_CTX_new()};
  Digest digest{};
  must(EVP_MD_CTX_copy_ex(work.get(), state_->inner.get()));
  must(EVP_DigestUpdate(work.get(), message.data(), message.size()));
  must(EVP_DigestFinal_ex(work.get(), digest.data(), nullptr));
  must(EVP_MD_CTX_copy_ex(work.get(), state_->outer.get()));
  must(EVP_DigestUpdate(work.get(), digest.data(), digest.size()));
  must(EVP_DigestFinal_ex(work.get(), digest.data(), nullptr));
  return digest;
}

std::string KeyedHash::hex_of(std::string_view message) const {
  const Digest digest = of(message);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace tsunagi::http

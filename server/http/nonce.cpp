#include "server/http/nonce.h"

#include "server/base/crypto.h"

namespace tsunagi::http {
namespace {

constexpr Seconds kHour = 3600;
constexpr size_t kNonceCharacters = 32;

std::string nonce(const KeyedHash& key, TenantId tenant, int64_t customer_id, Seconds hour) {
  std::string text = std::to_string(tenant);
  text += ' ';
  text += std::to_string(customer_id);
  text += ' ';
  text += std::to_string(hour);
  std::string digest = key.hex_of(text);
  digest.resize(kNonceCharacters);
  return digest;
}

}  // namespace

// A key of its own, so that no nonce says anything about what else the secret key protects.
Nonces::Nonces(std::string_view secret_key) : key_(hmac_sha256(secret_key, "storefront nonce")) {}

std::string Nonces::make(TenantId tenant, int64_t customer_id, Seconds now) const {
  return nonce(key_, tenant, customer_id, now / kHour);
}

bool Nonces::valid(std::string_view text, TenantId tenant, int64_t customer_id, Seconds now) const {
  const Seconds hour = now / kHour;
  return constant_time_equal(nonce(key_, tenant, customer_id, hour), text) ||
         constant_time_equal(nonce(key_, tenant, customer_id, hour - 1), text);
}

}  // namespace tsunagi::http

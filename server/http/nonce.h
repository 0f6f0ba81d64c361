#pragma once
// The nonce that a page must send back with a change: an HMAC over tenant, customer and hour, good
// for that hour and the next. It proves that the change comes from a page that could read the
// customer's own answer.

#include <string>
#include <string_view>

#include "server/domain/values.h"
#include "server/http/keyed_hash.h"

namespace tsunagi::http {

class Nonces {
 public:
  explicit Nonces(std::string_view secret_key);
  [[nodiscard]] std::string make(TenantId tenant, int64_t customer_id, Seconds now) const;
  [[nodiscard]] bool valid(std::string_view nonce, TenantId tenant, int64_t customer_id,
                           Seconds now) const;

 private:
  KeyedHash key_;
};

}  // namespace tsunagi::http

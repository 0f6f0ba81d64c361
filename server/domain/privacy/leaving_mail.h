#pragma once
// What the merchant is told of a member who left with a balance, in Japanese and in English:
// which code and balance, what is safe, what can be done. Never who it was.

#include <string>

#include "server/domain/ports.h"

namespace tsunagi {

// outbox_id: of the item that has it sent, so that the same mail sent twice can be told.
Mail leaving_mail(const Tenant& tenant, const Leaving& leaving, int64_t outbox_id, std::string to);

}  // namespace tsunagi

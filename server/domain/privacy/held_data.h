#pragma once
// What Tsunagi holds of one customer, as the file that the merchant hands to who asked for it
// (Shopify's customers/data_request). Made when it is asked for, so that no copy lies about.

#include <string>

#include "server/domain/ports.h"

namespace tsunagi {

// A JSON document in lines. Secrets and hashes are described, not shown.
Result<std::string> held_data(Storage& storage, const Tenant& tenant, const DataRequest& request,
                              Seconds now);

}  // namespace tsunagi

#pragma once
// What only this machine may ask: /healthz (the process answers), /readyz (the database answers),
// /metrics.

#include <functional>

#include "server/base/metrics.h"
#include "server/domain/ports.h"
#include "server/http/message.h"

namespace tsunagi::http {

// refresh: sets the figures that are read rather than counted, before each reading of /metrics.
Handler ops_handler(Storage& storage, Metrics& metrics, std::function<void()> refresh);

}  // namespace tsunagi::http

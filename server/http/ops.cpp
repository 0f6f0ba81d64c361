#include "server/http/ops.h"

#include <utility>

namespace tsunagi::http {
namespace {

Reply text(int status, std::string body, const char* type) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  reply.content_type = type;
  return reply;
}

}  // namespace

Handler ops_handler(Storage& storage, Metrics& metrics, std::function<void()> refresh) {
  return [&storage, &metrics, refresh = std::move(refresh)](const Request& request) {
    if (request.method != "GET") return refuse(405, "method", "This address takes another method.");
    if (request.path == "/healthz") return text(200, "ok\n", "text/plain");
    if (request.path == "/readyz") {
      const auto ready = storage.ready();
      return ready.ok() ? text(200, "ready\n", "text/plain")
                        : refuse(503, "not_ready", "The database does not answer.");
    }
    if (request.path == "/metrics") {
      refresh();
      return text(200, metrics.text(), kMetricsContentType);
    }
    return refuse(404, "not_found", "There is nothing at this address.");
  };
}

}  // namespace tsunagi::http

#pragma once
// The one way out: HTTP requests to the platforms. https with the certificate and the host name
// verified, or plain http to a loopback address; anything else is refused before a socket is
// opened. Redirects are not followed. Connections are kept open and reused, a bounded number a
// peer. Safe from any thread; blocks the caller for at most the request's time.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr std::chrono::milliseconds kConnectTimeout{2'000};
inline constexpr std::chrono::milliseconds kRequestTimeout{
    10'000};  // connect, send and read together
inline constexpr size_t kMaxReplyBytes = size_t{8} * 1024 * 1024;  // 1,000 products are about 2 MB
inline constexpr size_t kMaxIdlePerPeer = 16;
inline constexpr size_t kMaxIdleInAll = 256;
inline constexpr std::chrono::seconds kMaxIdleTime{20};  // below what servers usually keep

struct HttpHeader {
  std::string name, value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;                       // absolute; path and query already encoded (base/url.h)
  std::vector<HttpHeader> headers = {};  // may carry secrets: never logged
  std::string content_type = {};         // of the body; "" when there is none
  std::string body = {};
  std::chrono::milliseconds timeout = kRequestTimeout;
  std::string_view label =
      "other";  // for log and metrics, of static storage; no ids, no personal data
};

struct HttpReply {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  // The first header of that name, whatever its case; "" when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// What a request came to: for log and metrics.
struct OutboundEvent {
  std::string_view label;
  std::string_view host;
  int status = 0;  // 0: no reply
  std::string_view
      failure;  // "" or one of a few fixed words: "time-out", "connection", "certificate"…
  std::chrono::milliseconds took{0};
};

class Outbound {
 public:
  virtual ~Outbound() = default;
  // Any reply, whatever its status, is a value. kInvalid: the address or a header is refused;
  // kUnavailable: no (whole) reply in time, or one larger than the limit. Messages name host and
  // label only.
  virtual Result<HttpReply> send(const HttpRequest& request) = 0;
};

struct OutboundOptions {
  std::chrono::milliseconds connect_timeout = kConnectTimeout;
  size_t max_reply_bytes = kMaxReplyBytes;
  std::string ca_file = {};  // "" trusts what the machine trusts
  std::function<void(const OutboundEvent&)> on_done = {};
};
std::unique_ptr<Outbound> make_outbound(OutboundOptions options = {});

}  // namespace tsunagi

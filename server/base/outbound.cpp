#include "server/base/outbound.h"

#include <httplib.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "server/base/url.h"
#include "server/domain/ascii.h"

namespace tsunagi {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ascii_lower(x) == ascii_lower(y);
         });
}

// No way to smuggle a header or a second request.
bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

std::string_view failure_word(httplib::Error error) {
  switch (error) {
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::Timeout:
      return "time-out";
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLServerHostnameVerification:
      return "certificate";
    case httplib::Error::SSLConnection:
      return "TLS";
    case httplib::Error::Read:
    case httplib::Error::ConnectionClosed:
      return "reply cut off";
    case httplib::Error::Write:
      return "request cut off";
    default:
      return "connection";
  }
}

// Connections that wait to be used again, newest last. A client is used by one thread at a time.
class IdleClients {
 public:
  std::unique_ptr<httplib::Client> take(const std::string& origin) {
    const std::scoped_lock lock(mutex_);
    drop_old(SteadyClock::now());
    const auto found = idle_.find(origin);
    if (found == idle_.end()) return nullptr;
    auto client = std::move(found->second.back().client);
    found->second.pop_back();
    --count_;
    if (found->second.empty()) idle_.erase(found);
    return client;
  }

  void give_back(const std::string& origin, std::unique_ptr<httplib::Client> client) {
    const std::scoped_lock lock(mutex_);
    drop_old(SteadyClock::now());
    if (count_ >= kMaxIdleInAll) return;
    auto& clients = idle_[origin];
    if (clients.size() >= kMaxIdlePerPeer) return;
    clients.push_back({std::move(client), SteadyClock::now()});
    ++count_;
  }

 private:
  struct Idle {
    std::unique_ptr<httplib::Client> client;
    SteadyClock::time_point since;
  };

  void drop_old(SteadyClock::time_point now) {
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      auto& clients = entry->second;
      while (!clients.empty() && now - clients.front().since > kMaxIdleTime) {
        clients.pop_front();
        --count_;
      }
      entry = clients.empty() ? idle_.erase(entry) : std::next(entry);
    }
  }

  std::mutex mutex_;
  std::map<std::string, std::deque<Idle>> idle_;
  size_t count_ = 0;
};

class HttplibOutbound final : public Outbound {
 public:
  explicit HttplibOutbound(OutboundOptions options) : options_(std::move(options)) {}
  ~HttplibOutbound() override { X509_STORE_free(trusted_); }
  HttplibOutbound(const HttplibOutbound&) = delete;
  HttplibOutbound& operator=(const HttplibOutbound&) = delete;

  Result<HttpReply> send(const HttpRequest& request) override {
    const auto url = parse_url(request.url);
    if (!url) return url.error();
    if (!url->https && !is_loopback(url->host)) {
      return Error{ErrorCode::kInvalid, "address: plain http is refused for " + url->host};
    }
    for (const HttpHeader& header : request.headers) {
      if (header.name.empty() || !is_clean(header.name) || !is_clean(header.value)) {
        return Error{ErrorCode::kInvalid, "a header of a request to " + url->host + " is refused"};
      }
    }
    if (!is_clean(request.content_type) || !is_clean(request.method)) {
      return Error{ErrorCode::kInvalid, "method or content type of a request is refused"};
    }
    return exchange(*url, request);
  }

 private:
  // Read once, when first needed (50 ms and some megabytes), and shared by all connections.
  X509_STORE* trusted() {
    std::call_once(trusted_once_, [this] {
      trusted_ = X509_STORE_new();
      if (options_.ca_file.empty()) {
        X509_STORE_set_default_paths(trusted_);
      } else {
        X509_STORE_load_file(trusted_, options_.ca_file.c_str());
      }
    });
    return trusted_;
  }

  std::unique_ptr<httplib::Client> connect(const Url& url) {
    auto client = std::make_unique<httplib::Client>(url.origin());
    client->set_keep_alive(true);
    client->set_follow_location(false);
    client->set_path_encode(false);
    client->set_tcp_nodelay(true);
    if (url.https) {
      X509_STORE_up_ref(trusted());  // set_ca_cert_store takes one reference
      client->set_ca_cert_store(trusted());
      client->enable_server_certificate_verification(true);
      client->enable_server_hostname_verification(true);
    }
    return client;
  }

  Result<HttpReply> exchange(const Url& url, const HttpRequest& request) {
    const auto began = SteadyClock::now();
    const std::string origin = url.origin();
    auto client = idle_.take(origin);
    if (!client) client = connect(url);
    const milliseconds timeout = std::max(request.timeout, milliseconds(1));
    client->set_connection_timeout(std::min(options_.connect_timeout, timeout));
    client->set_read_timeout(timeout);
    client->set_write_timeout(timeout);
    client->set_max_timeout(timeout);

    bool too_large = false;
    std::string body;
    httplib::Request outgoing;
    outgoing.method = request.method;
    outgoing.path = url.path;
    for (const HttpHeader& header : request.headers) outgoing.set_header(header.name, header.value);
    if (!outgoing.has_header("User-Agent")) outgoing.set_header("User-Agent", "Tsunagi");
    outgoing.body = request.body;
    outgoing.start_time_ = began;  // what set_max_timeout counts from
    if (!request.content_type.empty()) outgoing.set_header("Content-Type", request.content_type);
    outgoing.content_receiver = [&](const char* data, size_t size, size_t /*offset*/,
                                    size_t /*total*/) {
      too_large = size > options_.max_reply_bytes - body.size();
      if (!too_large) body.append(data, size);
      return !too_large;
    };

    const auto result = client->send(outgoing);
    const auto took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - began);
    if (!result) {
      std::string_view failure = too_large ? "reply too large" : failure_word(result.error());
      if (!too_large && took >= timeout) failure = "time-out";
      return fail(url, request, failure, took);
    }
    HttpReply reply;
    reply.status = result->status;
    reply.body = std::move(body);
    reply.headers.reserve(result->headers.size());
    for (const auto& [name, value] : result->headers) reply.headers.push_back({name, value});
    idle_.give_back(origin, std::move(client));
    done({request.label, url.host, reply.status, "", took});
    return reply;
  }

  [[nodiscard]] Error fail(const Url& url, const HttpRequest& request, std::string_view failure,
                           milliseconds took) const {
    done({request.label, url.host, 0, failure, took});
    return {ErrorCode::kUnavailable,
            std::string(request.label) + " at " + url.host + ": " + std::string(failure)};
  }

  void done(const OutboundEvent& event) const {
    if (options_.on_done) options_.on_done(event);
  }

  const OutboundOptions options_;
  std::once_flag trusted_once_;
  X509_STORE* trusted_ = nullptr;  // written once; reading is thread-safe by OpenSSL
  IdleClients idle_;
};

}  // namespace

std::string_view HttpReply::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (same_ignoring_case(header.name, name)) return header.value;
  }
  return "";
}

std::unique_ptr<Outbound> make_outbound(OutboundOptions options) {
  return std::make_unique<HttplibOutbound>(std::move(options));
}

}  // namespace tsunagi

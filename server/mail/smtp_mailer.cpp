#include "server/mail/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "server/base/url.h"
#include "server/mail/message.h"

namespace tsunagi {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

constexpr long kNotNow = 400;   // SMTP: from here on it does not take the mail,
constexpr long kRefused = 500;  // and from here on it never will

// libcurl wants it once, before any thread uses it.
bool curl_is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

// What of a mail libcurl has not been given yet.
struct Rest {
  std::string_view bytes;
  bool ended = false;  // it knows that there is no more, and may have told the server
};

size_t give_bytes(char* buffer, size_t size, size_t count, void* rest) {
  auto& left = *static_cast<Rest*>(rest);
  const size_t given = std::min(size * count, left.bytes.size());
  std::memcpy(buffer, left.bytes.data(), given);
  left.bytes.remove_prefix(given);
  left.ended = left.ended || given == 0;
  return given;
}

// A server that was told the end of a mail is responsible for it unless it says otherwise with a
// code of 400 or above (RFC 5321, 4.2.5 and 6.1). Until it answers, the last code is that of DATA.
bool may_have_it(CURL* handle, const Rest& rest) {
  long reply = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply);
  return rest.ended && reply < kNotNow;
}

std::string host_of(std::string_view url) {
  std::string_view host = url.substr(url.find("://") + 3);
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

// In few fixed words: a server's own may quote an address. words: libcurl's, which alone tell the
// answer to our own address ("MAIL failed: 550") from that to the recipient's.
Error failure(CURL* handle, CURLcode code, std::string_view words) {
  long reply = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply);
  const std::string number = reply == 0 ? "" : " (" + std::to_string(reply) + ")";
  switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
      return {ErrorCode::kUnauthorized, "mail: the server does not let us in" + number};
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::kUnavailable, "mail: time-out" + number};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return {ErrorCode::kUnavailable, "mail: connection"};
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::kUnavailable, "mail: no TLS that can be trusted" + number};
    default:
      break;
  }
  if (reply >= kRefused && words.starts_with("MAIL failed")) {
    return {ErrorCode::kUnauthorized, "mail: the server does not take our address" + number};
  }
  if (reply >= kRefused) return {ErrorCode::kInvalid, "mail: refused" + number};
  return {ErrorCode::kUnavailable, "mail: not taken" + number};
}

template <class... Options>
bool all_set(Options... codes) {
  return ((codes == CURLE_OK) && ...);
}

bool set_up(CURL* handle, const SmtpOptions& options, bool plain) {
  // At its time-out libcurl waits for the answer to a mail once more, for two minutes unless told
  // otherwise.
  const auto answer_time = std::chrono::ceil<std::chrono::seconds>(options.total_time);
  const bool connection = all_set(
      curl_easy_setopt(handle, CURLOPT_URL, options.url.c_str()),
      curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
      curl_easy_setopt(handle, CURLOPT_PROXY, ""),
      curl_easy_setopt(handle, CURLOPT_USE_SSL,
                       static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL)),
      curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L),
      curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                       static_cast<long>(options.connect_time.count())),
      curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                       static_cast<long>(answer_time.count())),
      curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_time.count())));
  if (!connection || options.user.empty()) return connection;
  return all_set(curl_easy_setopt(handle, CURLOPT_USERNAME, options.user.c_str()),
                 curl_easy_setopt(handle, CURLOPT_PASSWORD, options.password.c_str()));
}

Error not_ready() { return {ErrorCode::kInternal, "mail: libcurl cannot be used"}; }

}  // namespace

SmtpMailer::SmtpMailer(SmtpOptions options)
    : options_(std::move(options)), plain_(is_loopback(host_of(options_.url))) {
  (void)curl_is_ready();
}

Result<MailFate> SmtpMailer::send(const Mail& mail) {
  const auto bytes = mail::message(mail, options_.from);
  if (!bytes.ok()) return bytes.error();
  const Handle handle(curl_is_ready() ? curl_easy_init() : nullptr);
  const List to(curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()));
  if (handle == nullptr || to == nullptr || !set_up(handle.get(), options_, plain_)) {
    return not_ready();
  }
  const std::string from = "<" + options_.from + ">";
  Rest rest{.bytes = *bytes};
  std::array<char, CURL_ERROR_SIZE> words{};
  const bool ready = all_set(curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, words.data()),
                             curl_easy_setopt(handle.get(), CURLOPT_MAIL_FROM, from.c_str()),
                             curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, to.get()),
                             curl_easy_setopt(handle.get(), CURLOPT_READFUNCTION, give_bytes),
                             curl_easy_setopt(handle.get(), CURLOPT_READDATA, &rest),
                             curl_easy_setopt(handle.get(), CURLOPT_UPLOAD, 1L));
  if (!ready) return not_ready();
  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return MailFate::kTaken;
  if (may_have_it(handle.get(), rest)) return MailFate::kUnknown;
  return failure(handle.get(), code, words.data());
}

Result<Done> SmtpMailer::reach() const {
  const Handle handle(curl_is_ready() ? curl_easy_init() : nullptr);
  if (handle == nullptr || !set_up(handle.get(), options_, plain_)) return not_ready();
  const bool ready = all_set(curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, "NOOP"),
                             curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L));
  if (!ready) return not_ready();
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return failure(handle.get(), code, {});
  return Done{};
}

}  // namespace tsunagi

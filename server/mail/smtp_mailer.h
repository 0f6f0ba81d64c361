#pragma once
// The domain's Mailer over SMTP (libcurl). TLS with a certificate that is checked, from the first
// byte (smtps) or by STARTTLS before anything is said (smtp), but for a server on this machine.

#include <chrono>
#include <string>

#include "server/domain/ports.h"

namespace tsunagi {

struct SmtpOptions {
  std::string url;   // "smtps://host:465", "smtp://host:587"
  std::string user;  // "" signs in nobody
  std::string password;
  std::string from;
  std::chrono::milliseconds connect_time{8'000};
  std::chrono::milliseconds total_time{20'000};  // of one mail
};

class SmtpMailer final : public Mailer {
 public:
  explicit SmtpMailer(SmtpOptions options);
  Result<MailFate> send(const Mail& mail) override;
  // Connects, signs in and sends nothing.
  [[nodiscard]] Result<Done> reach() const;

 private:
  const SmtpOptions options_;
  const bool plain_;  // the server is on this machine
};

}  // namespace tsunagi

#include "server/http/mail_routes.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/fulfilment/pickup_mail_text.h"
#include "server/domain/tenant/mail_settings_json.h"
#include "server/http/proxy_asked.h"

namespace tsunagi::http {
namespace {

Reply mail_list(const Context& /*context*/, const Tenant& /*tenant*/, const Request& /*request*/) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const PickupMailStep step : kPickupMailSteps) {
    nlohmann::ordered_json json = {{"step", word(step)}};
    json.update(mail_texts_json(
        {.ja = default_mail_text(step, "ja"), .en = default_mail_text(step, "en")}));
    steps.push_back(std::move(json));
  }
  const nlohmann::ordered_json json = {{"marks", kPickupMailMarks}, {"steps", std::move(steps)}};
  return json_reply(json.dump(), kNoStore);
}

constexpr MerchantRoute kMailRoutes[] = {{"mails", "GET", "GET, HEAD", mail_list}};

}  // namespace

MerchantRoutes mail_routes() { return kMailRoutes; }

}  // namespace tsunagi::http

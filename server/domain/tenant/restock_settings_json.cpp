#include "server/domain/tenant/restock_settings_json.h"

#include "server/domain/restock/restock_mail.h"
#include "server/domain/tenant/mail_settings_json.h"
#include "server/domain/tenant/settings_reader.h"

namespace tsunagi {

nlohmann::json restock_json(const RestockSettings& settings) {
  return {{"on", settings.on}, {"mail", mail_texts_json(settings.mail)}};
}

std::optional<Error> read_restock(const nlohmann::json& json, RestockSettings& settings) {
  if (!json.is_object()) return refused_setting("restock", "must be an object");
  SettingsReader reader(json, "restock.");
  reader.flag("on", settings.on);
  if (reader.error()) return reader.error();
  const nlohmann::json* mail = reader.find("mail");
  if (mail == nullptr) return std::nullopt;
  settings.mail = {};
  return read_mail_texts(*mail, "restock.mail", kRestockMailMarks, settings.mail);
}

}  // namespace tsunagi

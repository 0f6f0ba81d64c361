#include "server/domain/tenant/mail_settings_json.h"

#include <utility>

#include "server/domain/tenant/settings_reader.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

Json mail_json(const MailText& mail) { return {{"subject", mail.subject}, {"text", mail.text}}; }

struct TemplateRules {
  size_t characters = 0;
  MailMarks marks;
};

void read_template(SettingsReader& reader, const char* field, const TemplateRules& rules,
                   std::string& into) {
  reader.lines(field, rules.characters, into);
  if (reader.error()) return;
  if (const auto error = mail_template_error(into, rules.marks)) reader.fail(field, *error);
}

std::optional<Error> read_mail(const Json& json, const std::string& field, MailMarks marks,
                               MailText& mail) {
  if (!json.is_object()) return refused_setting(field, "must be an object");
  SettingsReader reader(json, field + ".");
  read_template(reader, "subject", {.characters = kSettingSubjectCharacters, .marks = marks},
                mail.subject);
  if (mail.subject.find('\n') != std::string::npos) reader.fail("subject", "must be one line");
  read_template(reader, "text", {.characters = kSettingMailCharacters, .marks = marks}, mail.text);
  return reader.error();
}

}  // namespace

Json mail_texts_json(const MailTexts& texts) {
  return {{"ja", mail_json(texts.ja)}, {"en", mail_json(texts.en)}};
}

std::optional<Error> read_mail_texts(const Json& json, const std::string& field, MailMarks marks,
                                     MailTexts& texts) {
  if (!json.is_object()) return refused_setting(field, "must be an object");
  for (const auto& [language, mail] :
       {std::pair("ja", &MailTexts::ja), std::pair("en", &MailTexts::en)}) {
    const auto found = json.find(language);
    if (found == json.end()) continue;
    if (auto error = read_mail(*found, field + "." + language, marks, texts.*mail)) return error;
  }
  return std::nullopt;
}

}  // namespace tsunagi

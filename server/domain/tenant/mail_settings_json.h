#pragma once
// A merchant's own words of a mail to customers, as JSON: {"ja":{"subject":"…","text":"…"},
// "en":{…}}. Templates (domain/fulfilment/pickup_mail_text.h), of which "" is ours.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/domain/fulfilment/pickup_mail_text.h"
#include "server/domain/values.h"

namespace tsunagi {

nlohmann::json mail_texts_json(const MailTexts& texts);
// What is wrong, if anything is. marks: what the templates may hold.
std::optional<Error> read_mail_texts(const nlohmann::json& json, const std::string& field,
                                     MailMarks marks, MailTexts& texts);

}  // namespace tsunagi

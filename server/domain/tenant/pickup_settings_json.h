#pragma once
// The settings of pick-ups as JSON: hours are {"opens":"10:00","closes":"20:00","closed":[0],
// "closed_on":["2026-12-31"],"cut_off":"17:00"}, the days from Sunday, the cut-off "" for none;
// mails {"ready":{"ja":{"subject":"…","text":"…"},"en":{…}}}, by step, templates of which "" is
// ours; choices {"shop":true,"refund":false,"send":true}; page "/apps/tsunagi".

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/domain/values.h"

namespace tsunagi {

// "09:30", of minutes after midnight.
std::string time_text(int64_t minutes);
nlohmann::json hours_json(const OpeningHours& hours);
nlohmann::json pickup_json(const PickupSettings& settings);
// What is wrong, if anything is.
std::optional<Error> read_hours(const nlohmann::json& json, const std::string& field,
                                OpeningHours& hours);
std::optional<Error> read_pickup(const nlohmann::json& json, PickupSettings& settings);

}  // namespace tsunagi

#include "server/domain/tenant/pickup_settings_json.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/tenant/mail_settings_json.h"
#include "server/domain/tenant/settings_reader.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

constexpr int64_t kHourMinutes = 60;
constexpr int64_t kDayMinutes = 24 * kHourMinutes;
constexpr size_t kTimeLength = 5;      // "09:30"
constexpr size_t kPageBytesMost = 64;  // of two parts of 30

std::string date_text(int64_t day_number) {
  const JapanDay date = japan_day(day_number);
  std::array<char, 40> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", date.year, date.month, date.day);
  return text.data();
}

// "09:30" to "24:00".
std::optional<int64_t> minutes_of(std::string_view text) {
  if (text.size() != kTimeLength || text[2] != ':') return std::nullopt;
  int64_t figures = 0;
  for (const size_t place : {0, 1, 3, 4}) {
    if (text[place] < '0' || text[place] > '9') return std::nullopt;
    figures = figures * 10 + (text[place] - '0');
  }
  const int64_t minute = figures % 100;
  const int64_t minutes = figures / 100 * kHourMinutes + minute;
  if (minute >= kHourMinutes || minutes > kDayMinutes) return std::nullopt;
  return minutes;
}

void read_time(SettingsReader& reader, const char* field, int64_t& into) {
  if (reader.find(field) == nullptr) return;
  std::string text;
  reader.text(field, kTimeLength, text);
  const auto minutes = minutes_of(text);
  if (!minutes) return reader.fail(field, "must be a time such as 09:30");
  into = *minutes;
}

void read_weekdays(SettingsReader& reader, std::array<bool, 7>& into) {
  constexpr std::string_view kWrong = "must be a list of days, 0 (Sunday) to 6";
  const Json* closed = reader.find("closed");
  if (closed == nullptr) return;
  if (!closed->is_array() || closed->size() > into.size()) return reader.fail("closed", kWrong);
  into = {};
  for (const Json& day : *closed) {
    const bool known = day.is_number_unsigned() && day.get<uint64_t>() < into.size();
    if (!known) return reader.fail("closed", kWrong);
    into.at(day.get<size_t>()) = true;
  }
}

void read_dates(SettingsReader& reader, std::vector<int64_t>& into) {
  const Json* dates = reader.find("closed_on");
  if (dates == nullptr) return;
  if (!dates->is_array() || dates->size() > kSettingClosedDates) {
    return reader.fail(
        "closed_on", "must be a list of at most " + std::to_string(kSettingClosedDates) + " dates");
  }
  std::set<int64_t> days;
  for (const Json& date : *dates) {
    const auto day =
        date.is_string() ? parse_day(date.get_ref<const std::string&>()) : std::nullopt;
    if (!day) return reader.fail("closed_on", "must be dates such as 2026-12-31");
    days.insert(*day);
  }
  into.assign(days.begin(), days.end());
}

// Once it is known when the shop opens and closes. "": none.
void read_cut_off(SettingsReader& reader, OpeningHours& hours) {
  const Json* value = reader.find("cut_off");
  if (value == nullptr) return;
  hours.cut_off.reset();
  if (value->is_string() && value->get_ref<const std::string&>().empty()) return;
  int64_t cut_off = 0;
  read_time(reader, "cut_off", cut_off);
  if (cut_off <= hours.opens || cut_off > hours.closes) {
    reader.fail("cut_off", "must be later than it opens, and no later than it closes");
  }
  hours.cut_off = cut_off;
}

std::optional<Error> read_choices(const Json& json, ChoiceSettings& choices) {
  if (!json.is_object()) return refused_setting("pickup.choices", "must be an object");
  SettingsReader reader(json, "pickup.choices.");
  reader.flag("shop", choices.shop);
  reader.flag("refund", choices.refund);
  reader.flag("send", choices.send);
  return reader.error();
}

// As the online shop has a prefix and a path of an app, each of letters, digits, "-" and "_".
bool is_page(std::string_view text) {
  return text.starts_with('/') && !text.ends_with('/') &&
         text.find("//") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '/';
         });
}

std::optional<Error> read_mails(const Json& json, PickupSettings& settings) {
  if (!json.is_object()) return refused_setting("pickup.mails", "must be an object");
  settings.mails.clear();
  for (const auto& [step, texts] : json.items()) {
    const std::string field = "pickup.mails." + step;
    const auto known = pickup_mail_step(step);
    if (!known) return refused_setting("pickup.mails", "must name steps of a pick-up");
    MailTexts own;
    if (auto error = read_mail_texts(texts, field, kPickupMailMarks, own)) return error;
    if (own != MailTexts{}) settings.mails[*known] = std::move(own);
  }
  return std::nullopt;
}

}  // namespace

std::string time_text(int64_t minutes) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%02d:%02d",
                      static_cast<int>(minutes / kHourMinutes),
                      static_cast<int>(minutes % kHourMinutes));
  return text.data();
}

Json hours_json(const OpeningHours& hours) {
  Json closed = Json::array();
  for (size_t day = 0; day < hours.closed_weekdays.size(); ++day) {
    if (hours.closed_weekdays.at(day)) closed.push_back(day);
  }
  Json closed_on = Json::array();
  for (const int64_t day : hours.closed_on) closed_on.push_back(date_text(day));
  return {{"opens", time_text(hours.opens)},
          {"closes", time_text(hours.closes)},
          {"closed", std::move(closed)},
          {"closed_on", std::move(closed_on)},
          {"cut_off", hours.cut_off ? time_text(*hours.cut_off) : ""}};
}

Json pickup_json(const PickupSettings& settings) {
  Json mails = Json::object();
  for (const auto& [step, texts] : settings.mails) {
    mails[std::string(word(step))] = mail_texts_json(texts);
  }
  return {{"on", settings.on},
          {"prepare_minutes", settings.prepare_minutes},
          {"accept_minutes", settings.accept_minutes},
          {"hold_days", settings.hold_days},
          {"hours", hours_json(settings.hours)},
          {"mails", std::move(mails)},
          {"choices",
           {{"shop", settings.choices.shop},
            {"refund", settings.choices.refund},
            {"send", settings.choices.send}}},
          {"refund_after_days", settings.refund_after_days},
          {"page", settings.page}};
}

std::optional<Error> read_hours(const Json& json, const std::string& field, OpeningHours& hours) {
  if (!json.is_object()) return refused_setting(field, "must be an object");
  SettingsReader reader(json, field + ".");
  read_time(reader, "opens", hours.opens);
  read_time(reader, "closes", hours.closes);
  if (hours.opens >= hours.closes) reader.fail("closes", "must be later than it opens");
  read_weekdays(reader, hours.closed_weekdays);
  read_dates(reader, hours.closed_on);
  read_cut_off(reader, hours);
  return reader.error();
}

std::optional<Error> read_pickup(const Json& json, PickupSettings& settings) {
  if (!json.is_object()) return refused_setting("pickup", "must be an object");
  SettingsReader reader(json, "pickup.");
  reader.flag("on", settings.on);
  reader.count("prepare_minutes", kSettingPrepareMinutesMax, settings.prepare_minutes);
  reader.count("accept_minutes", kSettingPrepareMinutesMax, settings.accept_minutes);
  reader.count("hold_days", kSettingHoldDaysMax, settings.hold_days);
  reader.count("refund_after_days", kSettingRefundDaysMax, settings.refund_after_days);
  if (reader.error()) return reader.error();
  if (const Json* hours = reader.find("hours")) {
    if (auto error = read_hours(*hours, "pickup.hours", settings.hours)) return error;
  }
  if (const Json* choices = reader.find("choices")) {
    if (auto error = read_choices(*choices, settings.choices)) return error;
  }
  reader.text("page", kPageBytesMost, settings.page);
  if (!is_page(settings.page)) reader.fail("page", "must be a path such as /apps/tsunagi");
  if (reader.error()) return reader.error();
  if (const Json* mails = reader.find("mails")) return read_mails(*mails, settings);
  return std::nullopt;
}

}  // namespace tsunagi

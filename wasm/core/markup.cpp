#include "wasm/core/markup.h"

#include <cstddef>

#include "wasm/core/decimal.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

constexpr std::string_view kArgument = "{}";

std::string two_digits(int number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

// The item of a list of words of one length, e.g. the third of "SunMonTueWed".
std::string_view item(std::string_view list, size_t length, int index) {
  return list.substr(static_cast<size_t>(index) * length, length);
}

std::string iso_time(int64_t instant) {
  const JapanTime time = japan_time(instant);
  return concat({decimal(time.date.year), "-", two_digits(time.date.month), "-",
                 two_digits(time.date.day), "T", clock_words(instant), "+09:00"});
}

}  // namespace

Markup& Markup::raw(const char* literal) {
  html_ += literal;
  return *this;
}

Markup& Markup::raw(const std::string& markup) {
  html_ += markup;
  return *this;
}

Markup& Markup::text(std::string_view typed) { return raw(escape_html(typed)); }

Markup& Markup::attribute(const char* name, std::string_view typed) {
  return raw(" ").raw(name).raw("=\"").raw(escape_attribute(typed)).raw("\"");
}

Markup& Markup::open(const char* tag, const char* name) {
  return raw("<").raw(tag).raw(" class=\"tsunagi-").raw(name).raw("\">");
}

Markup& Markup::close(const char* tag) { return raw("</").raw(tag).raw(">"); }

Markup& Markup::element(const char* tag, const char* name, std::string_view typed) {
  return open(tag, name).text(typed).close(tag);
}

bool Markup::is_linkable(std::string_view address) {
  for (const std::string_view start : {"/", "?", "#", "https://", "http://", "tel:", "mailto:"}) {
    if (address.substr(0, start.size()) == start) {
      return true;
    }
  }
  return false;
}

Markup& Markup::open_button(const char* name, const char* action) {
  return raw("<button class=\"tsunagi-")
      .raw(name)
      .raw("\" type=\"button\" data-tsunagi-action=\"")
      .raw(action)
      .raw("\"");
}

Markup& Markup::pressed(bool is) {
  return raw(is ? " aria-pressed=\"true\"" : " aria-pressed=\"false\"");
}

Markup& Markup::way_on(const char* name, const char* action, std::string_view address, Word label) {
  if (!is_linkable(address)) {
    return open_button(name, action).raw(">").words(label).close("button");
  }
  return raw("<a class=\"tsunagi-")
      .raw(name)
      .raw("\"")
      .attribute("href", address)
      .raw(" data-tsunagi-action=\"")
      .raw(action)
      .raw("\">")
      .words(label)
      .close("a");
}

Markup& Markup::as_of(const char* name, int64_t instant) {
  return raw("<time class=\"tsunagi-")
      .raw(name)
      .raw("\"")
      .attribute("datetime", iso_time(instant))
      .raw(">")
      .raw(fill(say(Word::kAsOf), moment(context_.language, instant, context_.now)))
      .close("time");
}

std::string fill(std::string_view sentence, std::string_view argument) {
  const size_t place = sentence.find(kArgument);
  if (place == std::string_view::npos) {
    return std::string(sentence);
  }
  return concat({sentence.substr(0, place), argument, sentence.substr(place + kArgument.size())});
}

std::string grouped_number(int64_t number) {
  constexpr int64_t kGroup = 1'000;
  const int64_t before = number / kGroup;
  if (before == 0) {
    return decimal(number);
  }
  const int64_t last = number % kGroup;
  const std::string group = decimal(kGroup + (last < 0 ? -last : last));
  return concat({grouped_number(before), ",", std::string_view(group).substr(1)});
}

std::string day_words(Language language, int64_t day_number, int64_t now) {
  const JapanDay day = japan_day(day_number);
  const bool other_year = day.year != japan_time(now).date.year;
  const std::string year = other_year ? decimal(day.year) : "";
  const std::string date = decimal(day.day);
  // A kanji is three bytes, too.
  const std::string_view weekday = item(word(language, Word::kWeekdays), 3, day.weekday);
  if (language == Language::kJapanese) {
    return concat(
        {year, other_year ? "年" : "", decimal(day.month), "月", date, "日(", weekday, ")"});
  }
  return concat({weekday, ", ", item(word(language, Word::kMonths), 3, day.month - 1), " ", date,
                 other_year ? ", " : "", year});
}

std::string clock_words(int64_t instant) {
  const JapanTime time = japan_time(instant);
  return concat(
      {two_digits(time.hour), ":", two_digits(time.minute), ":", two_digits(time.second)});
}

std::string moment(Language language, int64_t instant, int64_t now) {
  std::string clock = clock_words(instant).substr(0, 5);
  const int64_t day = japan_day_number(instant);
  if (day == japan_day_number(now)) {
    return clock;
  }
  return concat(
      {day_words(language, day, now), language == Language::kJapanese ? " " : ", ", clock});
}

}  // namespace tsunagi

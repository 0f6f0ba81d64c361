#include "server/mail/message.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "server/base/crypto.h"
#include "server/domain/mail_address.h"

namespace tsunagi::mail {
namespace {

constexpr size_t kWordBytes = 45;  // of an encoded word: 60 in base64, 72 with its marks, of 75
constexpr size_t kLineCharacters = 76;

// RFC 2047. Cut between characters.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t count = std::min(kWordBytes, text.size());
    while (count < text.size() && count > 1 &&
           (static_cast<unsigned char>(text[count]) & 0xC0U) == 0x80U) {
      --count;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(text.substr(0, count)) + "?=";
    text.remove_prefix(count);
  }
  return out;
}

std::string date(Seconds at) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr int kFirstYear = 1900;
  const std::time_t time = at;
  std::tm utc{};
  if (gmtime_r(&time, &utc) == nullptr) return "Thu, 01 Jan 1970 00:00:00 +0000";
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::string(kDays.at(static_cast<size_t>(utc.tm_wday))) + ", " + two(utc.tm_mday) + " " +
         kMonths.at(static_cast<size_t>(utc.tm_mon)) + " " +
         std::to_string(utc.tm_year + kFirstYear) + " " + two(utc.tm_hour) + ":" + two(utc.tm_min) +
         ":" + two(utc.tm_sec) + " +0000";
}

std::string body(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  const std::string encoded = base64(lines);
  std::string out;
  for (size_t at = 0; at < encoded.size(); at += kLineCharacters) {
    out += encoded.substr(at, kLineCharacters) + "\r\n";
  }
  return out;
}

// Letters, digits and spaces as they are (RFC 5322, 3.2.3); anything else as encoded words.
std::string display_name(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
  });
  if (name.empty()) return {};
  return (plain ? std::string(name) : encoded_words(name)) + " ";
}

bool is_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-';
  });
}

}  // namespace

Result<std::string> message(const Mail& mail, std::string_view from) {
  if (!is_mail_address(mail.to) || !is_mail_address(from)) {
    return Error{ErrorCode::kInvalid, "mail: refused: not an address"};
  }
  if (!is_id(mail.id)) return Error{ErrorCode::kInvalid, "mail: refused: not a message's id"};
  const std::string_view domain = from.substr(from.find('@') + 1);
  return "Date: " + date(mail.at) + "\r\nFrom: " + display_name(mail.from_name) + "<" +
         std::string(from) + ">\r\nTo: <" + mail.to + ">\r\nMessage-ID: <" + mail.id + "@" +
         std::string(domain) + ">\r\nSubject: " + encoded_words(mail.subject) +
         "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
         "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n" +
         body(mail.text);
}

}  // namespace tsunagi::mail

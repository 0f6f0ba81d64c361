#pragma once
// The words of mails to customers: templates of ctemplate, the merchant's or those of the folder
// mails (embedded at build time, mails.cmake). {{NAME}} is a fact; what is between {{#NAME}} and
// {{/NAME}} is there when the fact is, and between {{#LINES}} and {{/LINES}} once a product.
//
//   NAME the customer, STORE the online store, SHOP and PHONE the shop, CODE the number for the
//   counter, READY_FROM, HOLD_UNTIL, REASON of a rejection or refund, PAGE a link, ORDER of a
//   purchase; REFUND_AT from when it is paid back by itself, KEPT is there when it never is;
//   CHOICES is there when its customer can choose what becomes of it, NO_CHOICE when not;
//   RESERVED is there when it is none, and paid at the till; PARTLY is there when not everything
//   was found; PRODUCT and QUANTITY of a line.

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr std::array<std::string_view, 19> kPickupMailMarks{
    "NAME",      "STORE",  "SHOP",    "PHONE",     "CODE",    "READY_FROM", "HOLD_UNTIL",
    "REFUND_AT", "KEPT",   "CHOICES", "NO_CHOICE", "REASON",  "PAGE",       "ORDER",
    "RESERVED",  "PARTLY", "LINES",   "PRODUCT",   "QUANTITY"};
using MailMarks = std::span<const std::string_view>;

// language: "ja" or "en". By the name of its file, too, of a mail that is about no pick-up.
MailText default_mail_text(PickupMailStep step, std::string_view language);
MailText default_mail_text(std::string_view name, std::string_view language);

// What is wrong with a template that may hold these marks, as a refusal of a setting says it; none:
// it can be filled.
std::optional<std::string> mail_template_error(std::string_view text,
                                               MailMarks marks = kPickupMailMarks);

struct MailFacts {
  struct Line {
    std::string product;
    int64_t quantity = 0;
  };
  std::map<std::string, std::string, std::less<>> values;  // by name; "" is not there
  std::vector<Line> lines;
};
// kInternal: a template that has an error.
Result<std::string> filled_mail(std::string_view text, const MailFacts& facts,
                                MailMarks marks = kPickupMailMarks);

}  // namespace tsunagi

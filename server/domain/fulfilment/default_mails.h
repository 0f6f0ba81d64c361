#pragma once
// The mails of the folder mails, STEP.LANGUAGE.txt each: a line with the subject, an empty one, and
// the text. Embedded at build time (mails.cmake).

#include <span>
#include <string_view>

namespace tsunagi {

struct DefaultMail {
  std::string_view step, language, text;
};
std::span<const DefaultMail> default_mails();

}  // namespace tsunagi

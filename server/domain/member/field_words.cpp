#include "server/domain/member/field_words.h"

namespace tsunagi {

std::string_view word(MemberField field) {
  switch (field) {
    case MemberField::kLastName:
      return "last_name";
    case MemberField::kFirstName:
      return "first_name";
    case MemberField::kLastKana:
      return "last_kana";
    case MemberField::kFirstKana:
      return "first_kana";
    case MemberField::kMail:
      return "mail";
    case MemberField::kPhone:
      return "phone";
    case MemberField::kPostCode:
      return "post_code";
    case MemberField::kAddress:
      return "address";
    case MemberField::kBirthDate:
      return "birth_date";
    case MemberField::kSex:
      return "sex";
    case MemberField::kMailConsent:
      return "mail_consent";
  }
  return "";
}

std::optional<MemberField> member_field(std::string_view text) {
  for (const MemberField field : kMemberFields) {
    if (word(field) == text) return field;
  }
  return std::nullopt;
}

}  // namespace tsunagi

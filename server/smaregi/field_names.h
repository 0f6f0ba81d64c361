#pragma once
// Smaregi's names of a person's fields, as GET /customers has them and as POST and PATCH take them.

#include "server/domain/values.h"

namespace tsunagi::smaregi {

struct FieldName {
  MemberField field;
  const char* name;
};
inline constexpr FieldName kFieldNames[] = {
    {MemberField::kLastName, "lastName"},          {MemberField::kFirstName, "firstName"},
    {MemberField::kLastKana, "lastKana"},          {MemberField::kFirstKana, "firstKana"},
    {MemberField::kMail, "mailAddress"},           {MemberField::kPhone, "phoneNumber"},
    {MemberField::kPostCode, "postCode"},          {MemberField::kAddress, "address"},
    {MemberField::kBirthDate, "birthDate"},        {MemberField::kSex, "sex"},
    {MemberField::kMailConsent, "mailReceiveFlag"}};

// What every member has: sent always, whatever a contract requires.
inline constexpr const char* kAlwaysSent[] = {"customerCode", "lastName", "firstName"};

}  // namespace tsunagi::smaregi

// What a merchant reads about a member who left.

#include "server/domain/privacy/leaving_mail.h"

#include <gtest/gtest.h>

#include <set>

namespace tsunagi {
namespace {

Leaving leaving(LeaveReason reason) {
  return {.code = "T0123456789012",
          .pos_member_id = "88",
          .reason = reason,
          .points = 2'340,
          .points_as_of = 1'790'000'000,
          .left_at = 1'790'000'600};
}

Tenant shop_named(const std::string& name) {
  Tenant shop;
  shop.id = 700;
  shop.shop_domain = "a.myshopify.com";
  shop.shop_name = name;
  return shop;
}

TEST(LeavingMail, SaysCodeAndBalanceInBothLanguagesForEveryReason) {
  const Tenant shop = shop_named("繋ぎ商店");
  std::set<std::string> texts;
  for (const LeaveReason reason : {LeaveReason::kDeleted, LeaveReason::kRedacted,
                                   LeaveReason::kWithdrawn, LeaveReason::kGone}) {
    const Mail mail = leaving_mail(shop, leaving(reason), 5, "owner@shop.example");
    EXPECT_EQ(mail.to, "owner@shop.example");
    EXPECT_EQ(mail.id, "leaving.700.5.1790000600");
    EXPECT_EQ(mail.at, 1'790'000'600);
    EXPECT_NE(mail.subject.find("T0123456789012"), std::string::npos);
    for (const char* part :
         {"繋ぎ商店 (a.myshopify.com)", "会員コード: T0123456789012", "残高: 2,340 pt",
          "2026年9月21日(月) 23:13", "Member code: T0123456789012", "Balance: 2,340 pt", "2026"}) {
      EXPECT_NE(mail.text.find(part), std::string::npos) << part << "\n" << mail.text;
    }
    texts.insert(mail.text);
  }
  EXPECT_EQ(texts.size(), 4U) << "each reason says something else";
}

TEST(LeavingMail, SaysWhetherTheMemberIsStillInSmaregi) {
  const Tenant shop = shop_named("a");
  const auto text = [&](LeaveReason reason) {
    return leaving_mail(shop, leaving(reason), 5, "owner@shop.example").text;
  };
  EXPECT_NE(text(LeaveReason::kDeleted).find("still in Smaregi"), std::string::npos);
  EXPECT_NE(text(LeaveReason::kWithdrawn).find("still in Smaregi with its points"),
            std::string::npos);
  EXPECT_EQ(text(LeaveReason::kGone).find("still in Smaregi"), std::string::npos);
}

}  // namespace
}  // namespace tsunagi

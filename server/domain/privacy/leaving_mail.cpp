#include "server/domain/privacy/leaving_mail.h"

#include <utility>

#include "wasm/core/markup.h"

namespace tsunagi {
namespace {

struct Words {
  const char *what_ja, *safe_ja, *then_ja;
  const char *what_en, *safe_en, *then_en;
};

Words words_of(LeaveReason reason) {
  constexpr const char* kStaysJa =
      "スマレジの会員とポイントは、そのまま残っています。繋ぎに保存していたお客様の情報は消去しま"
      "した。";
  constexpr const char* kStaysEn =
      "The member and the points are still in Smaregi. What Tsunagi held of the person is erased.";
  constexpr const char* kSettleJa =
      "残高を精算するときは、レジまたはスマレジの会員画面で、上の会員コードを検索してください。"
      "会員が不要なときは、スマレジの会員画面で削除してください。";
  constexpr const char* kSettleEn =
      "To settle the balance, a clerk can look up the member code above at the till or in "
      "Smaregi. If the member is no longer needed, delete it in Smaregi.";
  switch (reason) {
    case LeaveReason::kDeleted:
      return {"Shopifyで顧客が削除されました。",      kStaysJa, kSettleJa,
              "The customer was deleted in Shopify.", kStaysEn, kSettleEn};
    case LeaveReason::kRedacted:
      return {"Shopifyで顧客データの消去が求められました。",         kStaysJa, kSettleJa,
              "Shopify asked for the customer's data to be erased.", kStaysEn, kSettleEn};
    case LeaveReason::kWithdrawn:
      return {
          "スマレジで会員が退会になりました。",
          "スマレジの会員は、退会の状態でポイントとともに残っています。"
          "繋ぎに保存していたお名前と残高は消去し、会員証は停止しました。",
          "残高を精算するときは、スマレジの会員画面で、上の会員コードを検索してください。"
          "退会が誤りのときは、スマレジで会員の状態を「利用可」に戻すと、会員証も元に戻ります。",
          "The member was withdrawn in Smaregi.",
          "The withdrawn member is still in Smaregi with its points. The name and balance that "
          "Tsunagi held are erased, and the card is stopped.",
          "To settle the balance, look up the member code above in Smaregi. If it was a "
          "mistake, make the member usable again in Smaregi, and the card works again."};
    case LeaveReason::kGone:
      return {"スマレジで会員が削除されました。",
              "スマレジには、会員もポイントも残っていません。上の残高は最後に確認した値です。"
              "繋ぎに保存していたお名前と残高は消去し、会員証は停止しました。",
              "お客様からお問い合わせがあったときは、このメールの残高をもとに対応してください。",
              "The member was deleted in Smaregi.",
              "Neither the member nor its points are in Smaregi any more. The balance above is the "
              "last one that was seen. The name and balance that Tsunagi held are erased, and the "
              "card is stopped.",
              "Should the customer ask, go by the balance in this mail."};
  }
  return {};
}

// With the year, whenever the mail is read.
std::string time_text(Language language, Seconds at) { return moment(language, at, 0); }

}  // namespace

Mail leaving_mail(const Tenant& tenant, const Leaving& leaving, int64_t outbox_id, std::string to) {
  const Words words = words_of(leaving.reason);
  const std::string points = grouped_number(leaving.points) + " pt";
  const std::string shop = tenant.shop_name + " (" + tenant.shop_domain + ")";
  Mail mail{.to = std::move(to),
            .subject =
                "残高のある会員がいなくなりました / A member with points has left: " + leaving.code,
            .text = "",
            .id = "leaving." + std::to_string(tenant.id) + "." + std::to_string(outbox_id) + "." +
                  std::to_string(leaving.left_at),
            .at = leaving.left_at};
  mail.text = shop + "\n\n" + words.what_ja + "\n\n会員コード: " + leaving.code +
              "\nスマレジの会員ID: " + leaving.pos_member_id + "\n残高: " + points + "（" +
              time_text(Language::kJapanese, leaving.points_as_of) + " 時点）\n\n" + words.safe_ja +
              "\n" + words.then_ja +
              "\nこのメールには、お客様のお名前やご連絡先は含まれていません。\n" + "\n----\n\n" +
              words.what_en + "\n\nMember code: " + leaving.code +
              "\nSmaregi's member id: " + leaving.pos_member_id + "\nBalance: " + points +
              " (as of " + time_text(Language::kEnglish, leaving.points_as_of) + ", Japan)\n\n" +
              words.safe_en + "\n" + words.then_en +
              "\nThis mail holds neither the name nor the address of the "
              "person.\n";
  return mail;
}

}  // namespace tsunagi

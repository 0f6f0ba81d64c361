#include "server/tools/causes.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace tsunagi::tools {
namespace {

// "{}" is the platform's name. Any of the marks in the error tells this cause; the first that
// matches counts, so what is particular stands before what is general.
struct CauseRow {
  std::string_view key, ja, en;
  std::array<std::string_view, 10> marks;
};
constexpr CauseRow kRows[] = {
    {"interrupted",
     "送信している途中でサーバーが止まったため、届いたかどうかが分かりません。",
     "The server stopped while it was sending: whether it arrived is not known.",
     {"interrupted: "}},
    {"unanswered",
     "送信したあと相手から応答がなかったため、届いたかどうかが分かりません。",
     "It was sent and no answer came: whether it arrived is not known.",
     {"unanswered: "}},
    {"parcel_unknown",
     "店舗は発送しましたが、Shopifyではその注文が取り消されたか、なくなっています。",
     "The shop sent it, but in Shopify the order was cancelled, or is gone.",
     {"unknown: a parcel left"}},
    {"mail_refused",
     "メールサーバーがメールを受け付けませんでした。宛先と差出人のアドレスを確認してください。",
     "The mail server refuses the mail: look at the addresses of both sides.",
     {"mail: refused"}},
    {"mail_server",
     "メールサーバーに送信できませんでした。[mail] の設定を確認してください。",
     "The mail server could not be used: look at [mail] in the configuration.",
     {"mail: "}},
    {"paused",
     "ストアの設定で連携が一時停止されています。",
     "The shop is paused in its settings.",
     {"the shop is paused", "membership is paused"}},
    {"not_joined",
     "ストアがスマレジの契約と連携されていません。",
     "The shop is not connected to a Smaregi contract.",
     {"has not joined a"}},
    {"other_answer",
     "{}が別の人について回答したため、反映しませんでした。",
     "{} answered about somebody else, so nothing was taken over.",
     {"another member than", "about another member", "about another customer"}},
    {"code_taken",
     "会員コードがほかの会員に使われています。",
     "The member code is another member's.",
     {"code is another member", "code was issued to another", "every code that was drawn",
      "every member code that was drawn"}},
    {"value_taken",
     "電話番号などの値が{}でほかの人に使われています。",
     "A value, such as a phone number, is somebody else's in {}.",
     {"[TAKEN", "already been taken"}},
    {"sign_in",
     "Shopifyへのアクセス権が切れています。Shopify管理画面でアプリを開いてください。",
     "Shopify no longer accepts the app's sign-in: open the app in the Shopify admin.",
     {"has to open the app", "token is another shop's"}},
    {"denied",
     "{}がアクセスを拒否しています。契約・プラン・権限を確認してください。",
     "{} denies access: look at the contract, the plan and the permissions.",
     {"status 401", "status 402", "status 403", "status 423", "ACCESS_DENIED", "APP_NOT_AUTHORIZED",
      "SHOP_INACTIVE", "smaregi.token: status 4"}},
    {"throttled",
     "{}への問い合わせが多すぎて受け付けられませんでした。",
     "{} was asked too often.",
     {"status 429", "rate budget", "no query points", "THROTTLED"}},
    {"unreadable_answer",
     "{}の応答を読み取れませんでした。",
     "{} answered something that cannot be read.",
     {"reply: ", "reply too large", "reply is not"}},
    {"not_asked",
     "{}が応答しないため、しばらく問い合わせを控えています。復旧すると自動で再開します。",
     "{} does not answer and is not asked for a while; the work goes on by itself when it is back.",
     {"failed lately"}},
    {"platform_failed",
     "{}側で障害が起きていました。",
     "{} failed.",
     {"status 5", "INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "status 408"}},
    {"unreachable",
     "{}に接続できませんでした。",
     "{} could not be reached.",
     {": time-out", ": connection", ": certificate", ": TLS", "cut off", "before the deadline",
      "no time left"}},
    {"database",
     "データベースを使えませんでした。",
     "The database could not be used.",
     {"SQLite error", "PostgreSQL", "database", "too many writes are waiting"}},
    {"broken_event",
     "届いた通知の内容が正しくありません。",
     "The event does not say what it should.",
     {"the body is not", "missing or not a list", "something that is no id",
      "customer is not an object", "customer's id is missing", "events of this type",
      "the event's system"}},
    {"broken_item",
     "保存された送信項目が正しくありません。開発元に知らせてください。",
     "The stored write is not one: tell the makers.",
     {"the key is no customer id"}},
    {"gone",
     "{}に対象が見つかりません。",
     "{} has no such person or thing.",
     {"status 404", "status 410", "no such customer", "no such member"}},
    {"refused",
     "{}が内容を受け付けませんでした。",
     "{} refuses what was sent.",
     {"status 400", "status 409", "status 413", "status 415", "status 422", " [", "is refused",
      "not emptied", "status 4"}},
};
constexpr CauseRow kUnknown{"unknown",
                            "原因を特定できません。記録されたエラーを確認してください。",
                            "The cause is not known: see the error as it was recorded.",
                            {}};

struct Platform {
  std::string_view ja, en;
};
Platform platform_of(std::string_view error) {
  const size_t pos = std::min(error.find("smaregi"), error.find("Smaregi"));
  const size_t shop = std::min(error.find("shopify"), error.find("Shopify"));
  if (pos < shop) return {"スマレジ", "Smaregi"};
  if (shop < pos) return {"Shopify", "Shopify"};
  return {"相手側", "The platform"};
}

std::string filled(std::string_view sentence, std::string_view name) {
  std::string text(sentence);
  const size_t place = text.find("{}");
  if (place != std::string::npos) text.replace(place, 2, name);
  return text;
}

bool tells(const CauseRow& row, std::string_view error) {
  return std::ranges::any_of(row.marks, [&](std::string_view mark) {
    return !mark.empty() && error.find(mark) != std::string_view::npos;
  });
}

}  // namespace

Cause cause_of(std::string_view error) {
  const auto* const found =
      std::ranges::find_if(kRows, [&](const CauseRow& row) { return tells(row, error); });
  const CauseRow& row = found == std::end(kRows) ? kUnknown : *found;
  const Platform platform = platform_of(error);
  return {row.key, filled(row.ja, platform.ja), filled(row.en, platform.en)};
}

}  // namespace tsunagi::tools

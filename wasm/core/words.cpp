#include "wasm/core/words.h"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace tsunagi {
namespace {

// In the order of Word: the Japanese of one, its English, the Japanese of the next. One text with
// an end after each: a table of addresses would cost the browser module more than looking costs it.
constexpr char kWords[] =
    "会員証\0"
    "Member card\0"
    "会員番号 {}\0"
    "Member number {}\0"
    "会員証を大きく表示。会員番号 {}\0"
    "Show the card full screen. Member number {}\0"
    "コピー\0"
    "Copy\0"
    "会員番号をコピー\0"
    "Copy the member number\0"
    "ポイントを更新\0"
    "Check for newer points\0"
    "{} 時点\0"
    "as of {}\0"
    "ポイントはまだ確認できていません\0"
    "Your points aren’t known yet\0"
    "ポイントの有効期限は {} です\0"
    "Your points expire on {}\0"
    "ポイントの有効期限（{}）を過ぎています\0"
    "Your points expired on {}\0"
    "返品により {} pt 不足しています。次のお買い物で精算されます\0"
    "A return left you {} pt short. Your next purchase settles it\0"
    "ポイントは {} 時点です。最新の状態を確認できませんでした\0"
    "Points as of {}. We couldn’t check for newer ones\0"
    "ポイントを確認できませんでした。会員証はこのままお使いいただけます\0"
    "We couldn’t check your points. Your card works as it is\0"
    "電波がなくても会員証はお使いいただけます（{} 時点）\0"
    "Your card works without a signal (as of {})\0"
    "電波がなくても会員証はお使いいただけます\0"
    "Your card works without a signal\0"
    "ログインすると会員証が表示されます\0"
    "Sign in to see your member card\0"
    "お店でも使える会員証をつくりませんか。ポイントはお店とオンラインで共通です\0"
    "Get a card that works in our shops too. One point balance for both\0"
    "会員登録には{}が必要です\0"
    "We need {} to finish\0"
    "お名前\0"
    "your name\0"
    "お名前（カナ）\0"
    "your name in kana\0"
    "電話番号\0"
    "your phone number\0"
    "生年月日\0"
    "your date of birth\0"
    "もう少し情報\0"
    "a little more about you\0"
    "お店への登録中です。このままお使いいただけます\0"
    "Registering you with our shops. You can already use this card\0"
    "お店の端末への反映に時間がかかる場合があります。番号をお伝えください\0"
    "This till may not have your card yet. Please tell staff the number\0"
    "この会員証は停止されています\0"
    "This card has been stopped\0"
    "この会員証は停止されています。お店のスタッフにお尋ねください\0"
    "This card has been stopped. Please ask our shop staff\0"
    "会員証を表示できませんでした。お買い物の記録は失われていません\0"
    "We couldn’t show your card. Nothing of yours is lost\0"
    "この番号はバーコードにできません。番号をお伝えください\0"
    "This number can’t be a barcode. Please tell staff the number\0"
    "もう一度確認\0"
    "Try again\0"
    "ログイン\0"
    "Sign in\0"
    "会員になる\0"
    "Join\0"
    "お問い合わせ\0"
    "Contact us\0"
    "お店の在庫\0"
    "Stock in shops\0"
    "電波がなくても開ける会員証\0"
    "A card that opens without a signal\0"
    "画面を明るくしてください\0"
    "Please turn up your screen’s brightness\0"
    "閉じる\0"
    "Close\0"
    "在庫あり\0"
    "In stock\0"
    "残りわずか\0"
    "Only a few left\0"
    "なし\0"
    "Out of stock\0"
    "要確認\0"
    "To be confirmed\0"
    "お店にお電話ください\0"
    "Please call the shop\0"
    "お店にお尋ねください\0"
    "Please ask the shop\0"
    "地図\0"
    "Map\0"
    "取り置く\0"
    "Reserve\0"
    "よく行くお店\0"
    "My shop\0"
    "{}をよく行くお店にする\0"
    "Make {} my shop\0"
    "他の店舗を見る（{}）\0"
    "See other shops ({})\0"
    "マイページに残す\0"
    "Keep on my account page\0"
    "マイページに残しています\0"
    "Kept on my account page\0"
    "この商品の店舗での取り扱いは確認できません\0"
    "We can’t find this product in our shops\0"
    "入荷したらメールで知らせる\0"
    "Email me when it is back\0"
    "入荷をメールでお知らせします\0"
    "We’ll email you when it is back\0"
    "近い順\0"
    "Nearest first\0"
    "約{}\0"
    "about {}\0"
    "都道府県\0"
    "Prefecture\0"
    "表示\0"
    "Show\0"
    "\0"
    "JanFebMarAprMayJunJulAugSepOctNovDec\0"
    "日月火水木金土\0"
    "SunMonTueWedThuFriSat\0";

constexpr size_t ends_in(std::string_view texts) {
  size_t ends = 0;
  for (const char c : texts) ends += c == '\0' ? 1 : 0;
  return ends;
}
static_assert(ends_in({kWords, sizeof kWords - 1}) ==
              2 * (static_cast<size_t>(Word::kWeekdays) + 1));

}  // namespace

const char* word(Language language, Word which) {
  size_t before = 2 * static_cast<size_t>(which) + (language == Language::kJapanese ? 0 : 1);
  const char* text = kWords;
  for (; before > 0; --before) text += std::strlen(text) + 1;
  return text;
}

}  // namespace tsunagi

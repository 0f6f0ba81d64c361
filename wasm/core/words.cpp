#include "wasm/core/words.h"

#include <cstddef>

namespace tsunagi {
namespace {

struct Pair {
  const char* japanese;
  const char* english;
};

// In the order of Word.
constexpr Pair kWords[] = {
    {"会員証", "Member card"},
    {"会員番号 {}", "Member number {}"},
    {"会員証を大きく表示。会員番号 {}", "Show the card full screen. Member number {}"},
    {"コピー", "Copy"},
    {"会員番号をコピー", "Copy the member number"},
    {"ポイントを更新", "Check for newer points"},
    {"{} 時点", "as of {}"},
    {"ポイントはまだ確認できていません", "Your points aren’t known yet"},
    {"ポイントの有効期限は {} です", "Your points expire on {}"},
    {"ポイントの有効期限（{}）を過ぎています", "Your points expired on {}"},
    {"返品により {} pt 不足しています。次のお買い物で精算されます",
     "A return left you {} pt short. Your next purchase settles it"},
    {"ポイントは {} 時点です。最新の状態を確認できませんでした",
     "Points as of {}. We couldn’t check for newer ones"},
    {"ポイントを確認できませんでした。会員証はこのままお使いいただけます",
     "We couldn’t check your points. Your card works as it is"},
    {"電波がなくても会員証はお使いいただけます（{} 時点）",
     "Your card works without a signal (as of {})"},
    {"電波がなくても会員証はお使いいただけます", "Your card works without a signal"},
    {"ログインすると会員証が表示されます", "Sign in to see your member card"},
    {"お店でも使える会員証をつくりませんか。ポイントはお店とオンラインで共通です",
     "Get a card that works in our shops too. One point balance for both"},
    {"会員登録には{}が必要です", "We need {} to finish"},
    {"お名前", "your name"},
    {"お名前（カナ）", "your name in kana"},
    {"電話番号", "your phone number"},
    {"生年月日", "your date of birth"},
    {"もう少し情報", "a little more about you"},
    {"お店への登録中です。このままお使いいただけます",
     "Registering you with our shops. You can already use this card"},
    {"お店の端末への反映に時間がかかる場合があります。番号をお伝えください",
     "This till may not have your card yet. Please tell staff the number"},
    {"この会員証は停止されています", "This card has been stopped"},
    {"この会員証は停止されています。お店のスタッフにお尋ねください",
     "This card has been stopped. Please ask our shop staff"},
    {"会員証を表示できませんでした。お買い物の記録は失われていません",
     "We couldn’t show your card. Nothing of yours is lost"},
    {"この番号はバーコードにできません。番号をお伝えください",
     "This number can’t be a barcode. Please tell staff the number"},
    {"もう一度確認", "Try again"},
    {"ログイン", "Sign in"},
    {"会員になる", "Join"},
    {"お問い合わせ", "Contact us"},
    {"お店の在庫", "Stock in shops"},
    {"電波がなくても開ける会員証", "A card that opens without a signal"},
    {"画面を明るくしてください", "Please turn up your screen’s brightness"},
    {"閉じる", "Close"},
    {"在庫あり", "In stock"},
    {"残りわずか", "Only a few left"},
    {"なし", "Out of stock"},
    {"要確認", "To be confirmed"},
    {"お店にお電話ください", "Please call the shop"},
    {"お店にお尋ねください", "Please ask the shop"},
    {"地図", "Map"},
    {"取り置く", "Reserve"},
    {"よく行くお店", "My shop"},
    {"{}をよく行くお店にする", "Make {} my shop"},
    {"他の店舗を見る（{}）", "See other shops ({})"},
    {"マイページに残す", "Keep on my account page"},
    {"マイページに残しています", "Kept on my account page"},
    {"この商品の店舗での取り扱いは確認できません", "We can’t find this product in our shops"},
    {"入荷したらメールで知らせる", "Email me when it is back"},
    {"入荷をメールでお知らせします", "We’ll email you when it is back"},
    {"近い順", "Nearest first"},
    {"約{}", "about {}"},
    {"都道府県", "Prefecture"},
    {"表示", "Show"},
    {"", "JanFebMarAprMayJunJulAugSepOctNovDec"},
    {"日月火水木金土", "SunMonTueWedThuFriSat"},
};
static_assert(sizeof(kWords) / sizeof(Pair) == static_cast<size_t>(Word::kWeekdays) + 1);

}  // namespace

const char* word(Language language, Word which) {
  const Pair& pair = kWords[static_cast<size_t>(which)];
  return language == Language::kJapanese ? pair.japanese : pair.english;
}

}  // namespace tsunagi

// @ts-check
// Every word of the pick-up page, in both languages with the same keys, and how it says a time. "{name}" is where a
// value goes.

const JAPAN_SECONDS = 9 * 3600;
const DAY_SECONDS = 86400;

const JA = {
  as_of: '{time} 時点',
  offline_as_of: '電波がありません（{time} 時点）',
  stale_as_of: '更新できませんでした（{time} 時点）',
  refresh: '最新の状態にする',
  loading: '読み込んでいます',
  try_again: 'もう一度確認',
  signed_out: 'ログインすると、お店に取り置きできます',
  sign_in: 'ログイン',
  offline: '電波がありません。つながると、ここに表示されます',
  failed: '取り置きを確認できませんでした。取り置いた商品はそのままです',
  paused: 'ただいま取り置きを受け付けていません。取り置いた商品については、お店にお尋ねください',
  not_found: 'この商品は、お店では取り扱っていません',
  nothing: '取り置きはまだありません。商品ページの「取り置く」から、お店に取り置けます',
  cart: 'カートの商品',
  to_cart: 'カートに戻る',
  leave_out: '除く',
  leave_out_of: '{name}を除く',
  not_carried: 'お店では取り扱っていません',
  cart_refused: 'このカートは、まとめて取り置けません。一度に取り置けるのは20種類まで、それぞれ99点までです',

  choose: '受け取る店舗',
  where: '都道府県',
  shown: '{count}店舗を表示しています',
  promise: '{time} から受け取れます',
  none: 'いまは取り置けません',
  has_all: 'すべてそろっています',
  lacks: '次の商品が足りません',
  lacks_all: '{name}：なし',
  lacks_some: '{name}：{count}点のみ',
  closed: '受け取れる日時をお店にお尋ねください',
  open_today: '本日 {opens}–{closes}',
  closed_today: '本日休業',
  asked_is_out: '{shop}では、いま取り置けません。ほかの店舗をお選びください',
  gone: '{shop}では取り置けなくなりました。ほかの店舗をお選びください',
  nowhere: 'いま取り置ける店舗がありません。在庫が入ると、ここに表示されます',
  nowhere_all: 'すべてそろう店舗が、いまありません。商品を除くと、受け取れる店舗が見つかることがあります',
  all_shops: 'ほかの店舗を見る（{count}）',
  map: '地図',
  map_of: '地図 {shop}',
  call: '電話',
  call_of: '{shop}に電話 {phone}',
  quantity: '数量',
  fewer: '減らす',
  more: '増やす',
  at_most: '{count}点まで',
  reserve: '取り置く',
  reserve_at: '{shop}で取り置く',
  change_to: '{shop}に変える',
  ends_with_it: '{shop}の取り置きは、変えたときに取り消します',
  reserving: '取り置いています…',
  pay_there: 'お支払いは、お受け取りのときにお店でお願いします',
  pay_there_cart: 'お支払いは、お受け取りのときにお店でお願いします。カートの商品は、カートに残ります',
  choose_first: '店舗をお選びください',
  reserve_more: 'この商品をさらに取り置く',
  reserve_more_cart: 'カートの商品をさらに取り置く',

  placed: 'お店の確認を待っています',
  accepted: 'お店が確認しました',
  picking: 'お店が商品を用意しています',
  ready: 'ご用意ができました',
  held: '{shop}で取り置きました。{from} にご用意する予定です。ご用意ができるまでお待ちください',
  held_now: '{shop}で取り置きました。ご用意ができるまで、もうしばらくお待ちください',
  short: '{shop}の在庫が足りなくなった可能性があります。ほかの店舗をお選びいただくか、{shop}からの連絡をお待ちください',
  unanswered: '{shop}の確認に時間がかかっています。このままお待ちいただくか、ほかの店舗をお選びください',
  come: '{until} までに{shop}へお越しになり、この番号をお見せください',
  rejected_by: '申し訳ありません。{shop}でご用意できませんでした',
  expired_at: '{until} を過ぎたため、{shop}での取り置きは終わりました',
  cancelled_at: '{shop}での取り置きは取り消されました',
  handed_over_at: '{shop}でお渡ししました（{time}）',
  bought: 'ご注文 {order}（お支払い済み）',
  bought_unpaid: 'ご注文 {order}（お支払いはまだです）',
  bought_ended: 'ご返金や発送については、ショップからご連絡します',
  to_choose: 'お選びください',
  decide: 'お渡しできなかった分を、どうなさいますか',
  decide_shop: '{shop}で受け取る',
  decide_refund: '返金を受ける',
  decide_refund_how: 'お支払いの方法へ、この分を返金します',
  decide_send: '配送を希望する',
  decide_send_how: 'ショップが手配して、ご連絡します。送料がかかることがあります',
  decide_go: 'これに決める',
  decide_go_to: '「{choice}」に決める',
  deciding: '手続きしています…',
  decide_first: 'どれか1つをお選びください',
  decide_once: '決めると、このページでは変更できません',
  decide_until: '{time}までにお選びがない場合は、この分を返金します',
  refund_after: 'お渡しできなかった分は、{time}以降に返金します。お手続きは必要ありません',
  unchosen_asked: 'お渡しできなかった分の、返金の手続きをしています',
  unchosen_done: 'お渡しできなかった分の、返金の手続きをしました。お支払いの方法により、反映まで数日かかることがあります',
  unchosen_merchant: 'お渡しできなかった分について、ショップが対応を決めて、ご連絡します',
  chosen_shop_asked: '{shop}での受け取りに変更しています',
  chosen_shop_done: '{shop}での受け取りに変更しました',
  chosen_refund_asked: '返金の手続きをしています',
  chosen_refund_done: '返金の手続きをしました。お支払いの方法により、反映まで数日かかることがあります',
  chosen_send_asked: '配送のご希望をショップに伝えました。ショップからご連絡します',
  chosen_send_done: '配送のご希望について、ショップが手配しました',
  chosen_merchant: 'ご希望どおりにできませんでした。ショップが対応を決めて、ご連絡します',
  reason_not_found: '店頭で商品が見つかりませんでした',
  reason_damaged: '商品に傷みがありました',
  reason_busy: 'お店が混み合っています',
  reason_closed: 'お店が休業しています',
  lines: '{name}　{quantity}点',
  lines_picked: '{name}　{quantity}点のうち{picked}点をご用意しました',
  code: '受け取り番号',
  show_code: 'お店でこの番号をお見せください',
  enlarge: '大きく表示',
  brighten: '画面を明るくしてください',
  close: '閉じる',
  cancel: '取り置きを取り消す',
  cancelling: '取り消しています…',
  again: 'もう一度取り置く',
  elsewhere: 'ほかの店舗を探す',
  mine: 'ほかの取り置き',
  past: 'これまでの取り置き',
  all_past: 'すべて見る（{count}）',

  unsure: '取り置けたか確認しています。もう一度押しても、二重には取り置かれません',
  not_placed: '取り置けていません。もう一度押してください。二重には取り置かれません',
  unsure_cancel: '取り消せたか確認できませんでした。もう一度お試しください',
  not_enough: 'ご希望の数をご用意できなくなりました。{shop}では、いま{count}点まで取り置けます',
  too_many: '同時に取り置けるのは20件までです。受け取るか、取り消してからお試しください',
  not_now: '{shop}では取り置けませんでした。ほかの店舗をお選びください',
  refused: '取り置けませんでした。もう一度お試しください',
  unsure_decide: 'お選びになれたか確認できませんでした。もう一度押しても、二重にはなりません',
  not_decided: 'お選びになれませんでした。いまの内容をお確かめのうえ、もう一度お選びください',
  decide_gone: '{shop}では、ご用意できなくなりました。ほかをお選びください',
  cannot_cancel: 'この取り置きは、もう取り消せません。お店にお尋ねください',
  today: '今日 {clock}',
  tomorrow: '明日 {clock}',
};

/** @type {Record<keyof typeof JA, string>} */
const EN = {
  as_of: 'as of {time}',
  offline_as_of: 'No signal (as of {time})',
  stale_as_of: 'We couldn’t check again (as of {time})',
  refresh: 'Check again',
  loading: 'Loading',
  try_again: 'Try again',
  signed_out: 'Sign in to reserve in our shops',
  sign_in: 'Sign in',
  offline: 'No signal. This page fills in once there is one',
  failed: 'We couldn’t check your reservations. What is held for you stays held',
  paused: 'We take no reservations just now. Please ask the shop about what is held for you',
  not_found: 'Our shops don’t carry this product',
  nothing: 'You have no reservations yet. Choose “Reserve” on a product’s page',
  cart: 'Your cart',
  to_cart: 'Back to the cart',
  leave_out: 'Leave out',
  leave_out_of: 'Leave out {name}',
  not_carried: 'Our shops don’t carry it',
  cart_refused: 'This cart can’t be reserved at once. One reservation takes up to 20 products, and up to 99 of each',

  choose: 'Shop',
  where: 'Prefecture',
  shown: 'Showing {count} shops',
  promise: 'Ready from {time}',
  none: 'Can’t be reserved now',
  has_all: 'Has everything',
  lacks: 'Doesn’t have enough of:',
  lacks_all: '{name}: none',
  lacks_some: '{name}: only {count}',
  closed: 'Please ask the shop when it can be ready',
  open_today: 'Today {opens}–{closes}',
  closed_today: 'Closed today',
  asked_is_out: '{shop} can’t hold it now. Please choose another shop',
  gone: '{shop} can’t hold it any more. Please choose another shop',
  nowhere: 'No shop can hold it now. Shops appear here once they have it',
  nowhere_all: 'No shop has everything now. Leave something out, and a shop may have the rest',
  all_shops: 'See other shops ({count})',
  map: 'Map',
  map_of: 'Map {shop}',
  call: 'Call',
  call_of: 'Call {shop} {phone}',
  quantity: 'Quantity',
  fewer: 'Fewer',
  more: 'More',
  at_most: 'up to {count}',
  reserve: 'Reserve',
  reserve_at: 'Reserve at {shop}',
  change_to: 'Change to {shop}',
  ends_with_it: 'Your pick-up at {shop} is cancelled then',
  reserving: 'Reserving…',
  pay_there: 'You pay in the shop, when you pick it up',
  pay_there_cart: 'You pay in the shop, when you pick it up. Your cart stays as it is',
  choose_first: 'Please choose a shop',
  reserve_more: 'Reserve more of this product',
  reserve_more_cart: 'Reserve these again',

  placed: 'Waiting for the shop to confirm',
  accepted: 'The shop has confirmed',
  picking: 'The shop is getting it ready',
  ready: 'Ready for you',
  held: 'Held for you at {shop}. It should be ready from {from}. Please wait until it is',
  held_now: 'Held for you at {shop}. Please wait a little longer until it is ready',
  short: '{shop} may not have enough any more. You can choose another shop, or wait for {shop} to answer',
  unanswered: '{shop} has not answered yet. You can go on waiting, or choose another shop',
  come: 'Please come to {shop} by {until} and show this number',
  rejected_by: 'Sorry, {shop} couldn’t set it aside',
  expired_at: 'It was held at {shop} until {until}',
  cancelled_at: 'The reservation at {shop} was cancelled',
  handed_over_at: 'Picked up at {shop} ({time})',
  bought: 'Order {order} (paid)',
  bought_unpaid: 'Order {order} (not paid yet)',
  bought_ended: 'The store will contact you about a refund or delivery',
  to_choose: 'Please choose',
  decide: 'What should happen to what you couldn’t get?',
  decide_shop: 'Pick it up at {shop}',
  decide_refund: 'Get a refund',
  decide_refund_how: 'The money goes back the way you paid',
  decide_send: 'Have it sent to me',
  decide_send_how: 'The store arranges it and contacts you. It may cost postage',
  decide_go: 'Choose this',
  decide_go_to: 'Choose “{choice}”',
  deciding: 'One moment…',
  decide_first: 'Please choose one of these',
  decide_once: 'Once chosen, it can’t be changed on this page',
  decide_until: 'If you don’t choose by {time}, it is refunded',
  refund_after: 'What you didn’t receive is refunded after {time}. There is nothing you need to do',
  unchosen_asked: 'Your refund for what you didn’t receive is on its way',
  unchosen_done: 'Your refund for what you didn’t receive was made. It may take some days to show, depending on how you paid',
  unchosen_merchant: 'The store will decide what happens to what you didn’t receive, and contact you',
  chosen_shop_asked: 'Moving your pick-up to {shop}',
  chosen_shop_done: 'Your pick-up was moved to {shop}',
  chosen_refund_asked: 'Your refund is on its way',
  chosen_refund_done: 'Your refund was made. It may take some days to show, depending on how you paid',
  chosen_send_asked: 'The store knows that you want it sent, and will contact you',
  chosen_send_done: 'The store has arranged what you asked to have sent',
  chosen_merchant: 'That couldn’t be done. The store will decide and contact you',
  reason_not_found: 'The shop couldn’t find it',
  reason_damaged: 'It was damaged',
  reason_busy: 'The shop is too busy',
  reason_closed: 'The shop is closed',
  lines: '{name} × {quantity}',
  lines_picked: '{name}: {picked} of {quantity} are ready',
  code: 'Pick-up number',
  show_code: 'Please show this number in the shop',
  enlarge: 'Show full screen',
  brighten: 'Please turn up your screen’s brightness',
  close: 'Close',
  cancel: 'Cancel this reservation',
  cancelling: 'Cancelling…',
  again: 'Reserve again',
  elsewhere: 'Find another shop',
  mine: 'Other reservations',
  past: 'Past reservations',
  all_past: 'See all ({count})',

  unsure: 'We’re checking whether it was reserved. Pressing again never reserves it twice',
  not_placed: 'It isn’t reserved yet. Please press again; it is never reserved twice',
  unsure_cancel: 'We couldn’t check whether it was cancelled. Please try again',
  not_enough: 'There aren’t that many any more. {shop} can hold up to {count} now',
  too_many: 'You can have 20 reservations at a time. Please pick up or cancel one first',
  not_now: '{shop} couldn’t hold it. Please choose another shop',
  refused: 'That didn’t work. Please try again',
  unsure_decide: 'We couldn’t check whether it was chosen. Pressing again never chooses twice',
  not_decided: 'That couldn’t be chosen. Please look at what is offered now and choose again',
  decide_gone: '{shop} doesn’t have it any more. Please choose something else',
  cannot_cancel: 'This reservation can’t be cancelled any more. Please ask the shop',
  today: '{clock} today',
  tomorrow: '{clock} tomorrow',
};

export const WORDS = {ja: JA, en: EN};

const WEEKDAYS = {ja: [...'日月火水木金土'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']};
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @typedef {keyof typeof JA} Key
 * @typedef {'ja' | 'en'} Language
 * @typedef {(key: Key, values?: Record<string, string | number>) => string} Say
 */

/**
 * @param {Language} language
 * @returns {Say}
 */
export const sayIn = (language) => (key, values = {}) =>
  WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** Japan's wall clock as a date in UTC, whatever the phone's own zone. @param {number} instant  unix seconds */
const inJapan = (instant) => new Date((instant + JAPAN_SECONDS) * 1000);
/** @param {number} instant */
const dayNumber = (instant) => Math.floor((instant + JAPAN_SECONDS) / DAY_SECONDS);

/** "15:00" @param {number} instant */
export const clock = (instant) => inJapan(instant).toISOString().slice(11, 16);

/**
 * "今日 15:00", "明日 11:00", "11月25日(水) 20:00", with the year when it is not now's.
 * @param {Language} language
 * @param {number} instant
 * @param {number} now
 */
export function moment(language, instant, now) {
  const away = dayNumber(instant) - dayNumber(now);
  if (away === 0 || away === 1) return sayIn(language)(away ? 'tomorrow' : 'today', {clock: clock(instant)});
  const date = inJapan(instant);
  const year = date.getUTCFullYear() === inJapan(now).getUTCFullYear() ? '' : String(date.getUTCFullYear());
  const weekday = WEEKDAYS[language][date.getUTCDay()];
  return language === 'ja'
    ? `${year && `${year}年`}${date.getUTCMonth() + 1}月${date.getUTCDate()}日(${weekday}) ${clock(instant)}`
    : `${weekday}, ${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}${year && `, ${year}`}, ${clock(instant)}`;
}

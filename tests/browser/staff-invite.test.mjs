// The merchant sets up pick-ups and invites who serves in the shops, on the merchant page in a real browser: what is wrong is
// told at its field, a link is shown once, copied and scanned, works once, and whoever is stopped is out. Both languages, 320
// pixels wide, nothing for axe to find.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone, zbar } from '../support/browser.mjs';
import { root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';

const screens = join(root, 'build', 'screens');
const kTall = 2_600;  // a section is seen as a whole
const stack = new Stack();
let browser;
let data;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  data = await seed(stack, undefined, { products: 2, members: 1, sales: 0 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

async function open(locale, options = {}) {
  const page = await phone(browser, { width: 320, height: kTall, ...options });
  await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`);
  const app = page.frame({ name: 'app-iframe' });
  await app.waitForSelector('#page[aria-busy="false"]');
  return { page, app, staff: app.locator('#staff'), pickup: app.locator('section.card', { has: app.locator('#setting-pickup') }) };
}
async function looksFine(app, section, name) {
  assert.deepEqual(await axe(app), []);
  assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
  await section.screenshot({ path: join(screens, `${name}.png`) });
}
const settings = async () => (await data.merchant('GET', '/status')).settings;
const errorOf = async (app, input) => app.textContent(`#${await input.getAttribute('id')}-error`);

/** What a member of staff's device gets for a link: status, and the cookie that it keeps. */
async function takeUp(link) {
  const reply = await fetch(`${stack.server}/staff/api/join`, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: new URL(link).hash.replace('#join=', '') }) });
  await reply.text();
  return { status: reply.status, cookie: (reply.headers.get('set-cookie') ?? '').split(';')[0] };
}
const work = async (cookie) => (await fetch(`${stack.server}/staff/api/work`, { headers: { cookie } })).status;

const kWords = {
  ja: { on: '取り置きを受け付ける', opens: '開店', closes: '閉店', prepare: '準備にかかる時間（分）', accept: '店舗が応じるまでの時間（分）', hold: '取り置く日数', refund: '自動で返金するまでの日数', wednesday: '水曜日', monday: '月曜日', sunday: '日曜日',
    way: '取り置き', own: '別の営業時間で受け付ける', none: '受け付けない', shared: '上の営業時間で受け付ける', save: '保存', saved: '保存しました',
    dates: '臨時休業日', cut: '当日分の締切', cutWrong: /閉店までの時刻/, oneDate: /2026-12-31/, mostDates: /60日まで/,
    time: /24時間表記/, later: /開店より遅い/, range: /0から10,080まで/, days: /0から30まで/, refundDays: /0から60まで/, noDay: /営業する曜日がありません/,
    nobody: 'まだ誰も招待していません', name: '名前', role: '役割', make: '招待のリンクを作る', needsName: '名前を入力', needsShop: '店舗を1つ以上',
    link: 'リンク', copy: 'リンクをコピーする', copied: 'コピーしました', joined: '佐藤 花さんが参加しました', stop: 'サインアウトさせて利用を止める（佐藤 花）', stopped: 'スタッフ用の画面を使えません', past: '利用を止めた方（1）', again: 'もう一度招待する（佐藤 花）', once: '1回だけ', close: '閉じる',
    withdraw: '招待を取り消す（佐藤 花）', withdrawn: 'リンクはもう使えません' },
  en: { on: 'Let customers have things put aside', opens: 'Opens', closes: 'Closes', prepare: 'Minutes to prepare', accept: 'Minutes until the shop is late', hold: 'Days it is kept', refund: 'Days until it is refunded by itself', wednesday: 'Wednesday', monday: 'Monday', sunday: 'Sunday',
    way: 'Pick-up', own: 'In hours of its own', none: 'Puts nothing aside', shared: 'In the hours above', save: 'Save', saved: 'Saved',
    dates: 'Holidays', cut: 'Cut-off', cutWrong: /after opening and no later than closing/, oneDate: /2026-12-31, one a line/, mostDates: /At most 60/,
    time: /24 hours/, later: /later than opening/, range: /0 to 10,080/, days: /0 to 30/, refundDays: /0 to 60/, noDay: /No day is left/,
    nobody: 'Nobody is invited yet', name: 'Their name', role: 'Role', make: 'Make the link', needsName: 'Enter a name', needsShop: 'Choose at least one shop',
    link: 'Link', copy: 'Copy the link', copied: 'Copied', joined: 'Hana Sato has joined', stop: 'Sign out and stop (Hana Sato)', stopped: 'no longer works on their device', past: 'Stopped (1)', again: 'Invite again (Hana Sato)', once: 'Works once', close: 'Close',
    withdraw: 'Withdraw the invitation (Hana Sato)', withdrawn: 'Their link no longer works' },
};
const kNames = { ja: '佐藤 花', en: 'Hana Sato' };

test('pick-ups are set: what is wrong is told at its field, and what is right is kept', async () => {
  for (const locale of ['ja', 'en']) {
    const words = kWords[locale];
    const { page, app, pickup } = await open(locale);
    const opens = pickup.getByLabel(words.opens, { exact: true }).first();
    const closes = pickup.getByLabel(words.closes, { exact: true }).first();
    if (locale === 'ja') {
      assert.equal(await opens.isVisible(), false, 'hours of what is off are not asked for');
      await looksFine(app, pickup, `pickup-settings-off-${locale}`);
    }
    await pickup.getByLabel(words.on).check();
    const dates = pickup.getByLabel(words.dates, { exact: true }).first();
    const cutOff = pickup.getByLabel(words.cut, { exact: true }).first();
    await dates.fill('2026-12-31\nNew Year');
    await cutOff.fill('25:00');
    await opens.fill('morning');
    await closes.fill('25:00');
    await pickup.getByLabel(words.prepare).fill('10081');
    await pickup.getByLabel(words.hold).fill('31');
    await pickup.getByLabel(words.refund).fill('61');
    const days = pickup.locator('.days').first().getByRole('checkbox');
    for (const day of await days.all()) await day.check();
    await app.getByRole('button', { name: words.save, exact: true }).click();
    assert.match(await errorOf(app, opens), words.time);
    assert.match(await errorOf(app, closes), words.time);
    assert.match(await errorOf(app, pickup.getByLabel(words.prepare)), words.range);
    assert.match(await errorOf(app, pickup.getByLabel(words.hold)), words.days);
    assert.match(await errorOf(app, pickup.getByLabel(words.refund)), words.refundDays);
    assert.match(await errorOf(app, pickup.getByLabel(words.sunday)), words.noDay);
    assert.match(await errorOf(app, dates), words.oneDate);
    assert.match(await errorOf(app, cutOff), words.time);
    await looksFine(app, pickup, `pickup-settings-errors-${locale}`);

    await opens.fill('９：３０');
    await closes.fill('900');
    await closes.blur();
    assert.equal(await closes.inputValue(), '09:00');
    await dates.fill(Array.from({ length: 61 }, (_, i) => `${2000 + i}-02-28`).join());
    await cutOff.fill('9:30');
    await app.getByRole('button', { name: words.save, exact: true }).click();
    assert.match(await errorOf(app, closes), words.later);
    assert.match(await errorOf(app, dates), words.mostDates);
    await closes.fill('24:00');
    await dates.fill('2027-02-29');
    await app.getByRole('button', { name: words.save, exact: true }).click();
    assert.match(await errorOf(app, dates), words.oneDate);
    assert.match(await errorOf(app, cutOff), words.cutWrong);
    await cutOff.fill('１７００');
    await dates.fill('2027/1/2、２０２６年１２月３１日\n2020-01-01, 2026-12-31');
    await dates.blur();
    assert.equal(await dates.inputValue(), '2027-01-02\n2026-12-31\n2020-01-01\n2026-12-31');
    await pickup.getByLabel(words.prepare).fill('90');
    await pickup.getByLabel(words.accept).fill('15');
    await pickup.getByLabel(words.hold).fill('5');
    await pickup.getByLabel(words.refund).fill('7');
    for (const day of await days.all()) await day.uncheck();
    await pickup.getByLabel(words.wednesday).check();

    const shop = (name) => pickup.getByRole('group', { name, exact: true });
    await shop('渋谷店').getByLabel(words.way).selectOption({ label: words.own });
    await shop('渋谷店').getByLabel(words.opens).fill('11:00');
    await shop('渋谷店').getByLabel(words.closes).fill('10:00');
    await shop('新宿店').getByLabel(words.way).selectOption({ label: words.none });
    await app.getByRole('button', { name: words.save, exact: true }).click();
    assert.match(await errorOf(app, shop('渋谷店').getByLabel(words.closes)), words.later);
    await shop('渋谷店').getByLabel(words.closes).fill('19:30');
    assert.equal(await shop('渋谷店').getByLabel(words.cut).inputValue(), '17:00', 'they begin as the shared ones are');
    await shop('渋谷店').getByLabel(words.cut).fill('');
    await shop('渋谷店').getByLabel(words.dates).fill('2026-12-30');
    await shop('渋谷店').getByLabel(words.wednesday).uncheck();
    await shop('渋谷店').getByLabel(words.monday).check();
    await looksFine(app, pickup, `pickup-settings-${locale}`);
    await app.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.saved, { exact: true }).waitFor();

    const { pickup: kept, stores } = await settings();
    assert.deepEqual(kept, { on: true, prepare_minutes: 90, accept_minutes: 15, hold_days: 5, hours: { opens: '09:30', closes: '24:00', closed: [3], closed_on: ['2020-01-01', '2026-12-31', '2027-01-02'], cut_off: '17:00' }, mails: {}, choices: { shop: true, refund: false, send: true }, refund_after_days: 7, page: '/apps/tsunagi' });
    assert.deepEqual(stores.map(({ hours }) => hours), [{ opens: '11:00', closes: '19:30', closed: [1], closed_on: ['2026-12-30'], cut_off: '' }, null, null]);
    assert.deepEqual(stores.map(({ no_pickup }) => no_pickup), [false, true, false]);

    assert.equal(await dates.inputValue(), '2020-01-01\n2026-12-31\n2027-01-02', 'as they were kept');
    assert.equal(await cutOff.inputValue(), '17:00');
    assert.equal(await shop('渋谷店').getByLabel(words.dates).inputValue(), '2026-12-30');

    // The next language begins where this one did.
    await shop('渋谷店').getByLabel(words.way).selectOption({ label: words.shared });
    await shop('新宿店').getByLabel(words.way).selectOption({ label: words.shared });
    await app.getByRole('button', { name: words.save, exact: true }).click();
    await app.locator('.save').waitFor({ state: 'hidden' });
    assert.deepEqual((await settings()).stores.map(({ no_pickup, hours }) => [no_pickup, hours]), [[false, null], [false, null], [false, null]]);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test('mails are written in the merchant’s own words, and what cannot be filled in is told at its field', async () => {
  for (const [locale, words] of [
    ['ja', { on: kWords.ja.on, which: 'メール', language: '言語', english: '英語', subject: '件名', text: '本文', begin: '用意した文面から書きはじめる', ready: 'ご用意できたお知らせ', save: kWords.ja.save, wrong: /使えない印/ }],
    ['en', { on: kWords.en.on, which: 'Mail', language: 'Language', english: 'English', subject: 'Subject', text: 'Text', begin: 'Begin with our words', ready: 'Ready to pick up', save: kWords.en.save, wrong: /a mark that is none/ }],
  ]) {
    const { page, app, pickup } = await open(locale);
    await pickup.getByLabel(words.on).check();
    await pickup.getByLabel(words.which, { exact: true }).selectOption({ label: words.ready });
    await pickup.getByLabel(words.language, { exact: true }).selectOption({ label: words.english });
    const subject = pickup.getByLabel(words.subject, { exact: true });
    const text = pickup.getByLabel(words.text, { exact: true });
    assert.match(await subject.getAttribute('placeholder'), /^Ready to pick up/);
    await pickup.getByRole('button', { name: words.begin }).click();
    assert.match(await text.inputValue(), /\{\{#LINES\}\}/);
    await subject.fill(`Come and get it {{CODE}} ${locale}`);
    await text.fill('Hello {{NOBODY}}');
    await app.getByRole('button', { name: words.save, exact: true }).click();
    await until('the server to say what is wrong', async () => words.wrong.test(await errorOf(app, text)));
    await looksFine(app, pickup, `pickup-mails-${locale}`);
    await text.fill('Hello {{NAME}}');
    await app.getByRole('button', { name: words.save, exact: true }).click();
    await app.locator('.save').waitFor({ state: 'hidden' });
    const { pickup: { mails } } = await settings();
    assert.deepEqual(mails.ready.en, { subject: `Come and get it {{CODE}} ${locale}`, text: 'Hello {{NAME}}' });
    assert.deepEqual(mails.ready.ja, { subject: '', text: '' });
    // What is emptied is ours again.
    await subject.fill('');
    await text.fill('');
    await app.getByRole('button', { name: words.save, exact: true }).click();
    await app.locator('.save').waitFor({ state: 'hidden' });
    assert.deepEqual((await settings()).pickup.mails, {});
    await page.context().close();
  }
});

test('what only the server refuses is told at its field, too', async () => {
  const { page, app, pickup } = await open('ja');
  await pickup.getByLabel(kWords.ja.hold).fill('6');
  await page.route('**/admin/api/settings', (route) => route.fulfill({ status: 400, contentType: 'application/json',
    body: JSON.stringify({ error: { code: 'invalid', message: 'pickup.hold_days: must be less', field: 'pickup.hold_days' } }) }));
  await app.getByRole('button', { name: '保存', exact: true }).click();
  await pickup.getByText('この値は保存できません').waitFor();
  assert.equal(await pickup.getByLabel(kWords.ja.hold).getAttribute('aria-invalid'), 'true');
  await page.context().close();
});

test('somebody is invited by a link that works once, and stopped', async () => {
  for (const locale of ['ja', 'en']) {
    const words = kWords[locale];
    const name = kNames[locale];
    const { page, app, staff } = await open(locale, { permissions: ['clipboard-read', 'clipboard-write'] });
    if (locale === 'ja') {
      await staff.getByText(words.nobody).waitFor();
      await looksFine(app, staff, `staff-nobody-${locale}`);
    }
    await staff.getByRole('button', { name: words.make }).click();
    await staff.locator('.field__error').getByText(words.needsName).waitFor();
    await staff.locator('.field__error').getByText(words.needsShop).waitFor();
    assert.ok(await staff.getByLabel(words.name, { exact: true }).evaluate((element) => element === document.activeElement));
    await looksFine(app, staff, `staff-error-${locale}`);

    await staff.getByLabel(words.role).selectOption('head_office');
    assert.equal(await staff.getByLabel('渋谷店').isVisible(), false, 'head office serves all shops');
    await staff.getByLabel(words.role).selectOption('manager');
    await staff.getByLabel(words.name, { exact: true }).fill(name);
    await staff.getByLabel('渋谷店').check();
    await staff.getByLabel('横浜店').check();
    await staff.getByRole('button', { name: words.make }).click();
    await staff.getByText(words.once).waitFor();
    const link = await staff.getByLabel(words.link, { exact: true }).inputValue();
    assert.ok(link.startsWith(`${stack.server}/staff#join=`), link);
    await staff.getByRole('button', { name: words.copy }).click();
    await staff.getByText(words.copied, { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => { window.focus(); return navigator.clipboard.readText(); }), link);
    assert.deepEqual(zbar(await staff.locator('svg').screenshot()), [{ symbology: 'qr', text: link }]);
    await looksFine(app, staff, `staff-link-${locale}`);

    // On the device of whom it is for; the merchant sees it happen.
    const joined = await takeUp(link);
    assert.equal(joined.status, 200);
    assert.equal(await work(joined.cookie), 200);
    assert.equal((await takeUp(link)).status, 401);
    await staff.getByText(words.joined).waitFor({ timeout: 15_000 });
    assert.equal(await staff.getByLabel(words.link, { exact: true }).count(), 0, 'the link is gone');
    await looksFine(app, staff, `staff-joined-${locale}`);
    const row = staff.locator('[data-state="joined"]');
    assert.match(await row.textContent(), locale === 'ja' ? /店長 · 渋谷店、横浜店.*\d+月\d+日\(.\) \d\d:\d\dから利用中/ : /Shop manager · 渋谷店, 横浜店.*Active since \w{3}, \w{3} \d+, \d\d:\d\d/);

    await staff.getByRole('button', { name: words.stop }).click();
    await staff.getByText(words.stopped).waitFor();
    assert.equal(await work(joined.cookie), 401);
    await staff.getByText(words.past.replace('1', locale === 'ja' ? '1' : '3')).click();
    await looksFine(app, staff, `staff-stopped-${locale}`);

    // Invited again without typing anything, and withdrawn.
    await staff.getByRole('button', { name: words.again }).first().click();
    assert.equal(await staff.getByLabel(words.name, { exact: true }).inputValue(), name);
    assert.ok(await staff.getByLabel('横浜店').isChecked());
    await staff.getByRole('button', { name: words.make }).click();
    const second = await staff.getByLabel(words.link, { exact: true }).inputValue();
    await staff.getByRole('button', { name: words.close }).click();
    assert.equal(await staff.getByLabel(words.link, { exact: true }).count(), 0);
    await looksFine(app, staff, `staff-invited-${locale}`);
    await staff.getByRole('button', { name: words.withdraw }).click();
    await staff.getByText(words.withdrawn).waitFor();
    assert.equal((await takeUp(second)).status, 401);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test('a list that cannot be read, and an invitation that is not answered, lose nothing', async () => {
  const page = await phone(browser, { width: 320 });
  let down = true;
  await page.route('**/admin/api/staff', (route) => (down ? route.abort() : route.continue()));
  await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=ja`);
  const app = page.frame({ name: 'app-iframe' });
  await app.waitForSelector('#page[aria-busy="false"]');
  const staff = app.locator('#staff');
  await staff.getByText('スタッフの一覧を読み込めませんでした').waitFor();
  await looksFine(app, staff, 'staff-unreachable-ja');
  await staff.getByLabel('名前', { exact: true }).fill('鈴木 一');
  await staff.getByLabel('渋谷店').check();
  await staff.getByRole('button', { name: '招待のリンクを作る' }).click();
  await staff.getByText('入力した内容は残っています').waitFor();
  assert.equal(await staff.getByLabel('名前', { exact: true }).inputValue(), '鈴木 一');
  down = false;
  await staff.getByRole('button', { name: 'もう一度読み込む' }).click();
  await staff.getByText('利用を止めた方').waitFor();
  await staff.getByRole('button', { name: '招待のリンクを作る' }).click();
  await staff.getByText('鈴木 一さんの招待リンク', { exact: true }).waitFor();
  await page.context().close();
  assert.equal((await data.merchant('GET', '/staff')).staff.filter(({ state }) => state === 'invited').length, 1);
});

test('an invitation that nobody used in time says so, and is made again without typing', async () => {
  for (const [locale, words] of [['ja', { ended: /期限が切れました/, again: 'もう一度招待する（鈴木 一）', off: '一覧から外す（鈴木 一）', gone: '一覧から外しました', name: '名前' }],
    ['en', { ended: /Nobody used the link, and it ended/, again: 'Invite again (鈴木 一)', off: 'Take off the list (鈴木 一)', gone: 'is off the list', name: 'Their name' }]]) {
    const page = await phone(browser, { width: 320, height: kTall });
    await page.route('**/admin/api/staff', async (route) => {  // eight days later
      const reply = await route.fetch();
      const json = await reply.json();
      await route.fulfill({ response: reply, json: { ...json, now: json.now + 8 * 86_400 } });
    });
    await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`);
    const app = page.frame({ name: 'app-iframe' });
    await app.waitForSelector('#page[aria-busy="false"]');
    const staff = app.locator('#staff');
    assert.match(await staff.locator('[data-state="expired"]').textContent(), words.ended);
    await looksFine(app, staff, `staff-expired-${locale}`);
    await staff.getByRole('button', { name: words.again }).first().click();
    assert.equal(await staff.getByLabel(words.name, { exact: true }).inputValue(), '鈴木 一');
    if (locale === 'en') {
      await staff.locator('[data-state="expired"]').getByRole('button', { name: words.off }).click();
      await staff.getByText(words.gone).waitFor();
    }
    await page.context().close();
  }
});

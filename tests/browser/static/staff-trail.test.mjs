// What was done, as managers read it on the staff page, and what else waits for a product that is not there: in a real browser
// over pick-ups in memory.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axe, keepScreen, launch, phone } from '../../support/browser.mjs';
import { StaffServer } from './staff-server.mjs';

const kNow = Date.UTC(2026, 10, 21, 1, 32) / 1000;  // Nov 21, 10:32 in Japan
const kHour = 3_600;
const kOne = 'pickup-one-0123456789';
const kTwo = 'pickup-two-0123456789';
const kParcel = 'parcel-one-0123456789';

const line = (name, code, quantity, picked = 0) => ({ name, code, quantity, picked });
const pickup = (id, code, state = 'placed') => ({
  id, code, shop: '1', shop_name: '渋谷店', state, accept_by: kNow + 900, ready_from: kNow + 3 * kHour, hold_until: kNow + 50 * kHour, placed_at: kNow - 600,
  changed_at: kNow - 600, customer: '山田 ○', language: 'ja', lines: [line('ブレンド 200g', '4901234567894', 2)] });
const parcel = (id, order) => ({
  id, order, shop: '1', shop_name: '渋谷店', state: 'assigned', late: false, on_hold: false, due_at: kNow + kHour, assigned_at: kNow - 300, changed_at: kNow - 300,
  lines: [line('ブレンド 200g', '4901234567894', 1)], actions: ['accept', 'refuse'] });
const deed = (by, action, from, to, more = {}) => ({ at: kNow - 600, by, action, from, to, reason: '', refused: false, ...more });

const kPickupTrail = [
  deed('shopper', 'place', '', 'placed'), deed('clerk', 'accept', 'placed', 'accepted', { name: '佐藤 花' }),
  deed('clerk', 'hand_over', 'accepted', 'accepted', { refused: true }), deed('manager', 'reject', 'accepted', 'rejected', { name: '田中 店長', reason: 'not_found' })];
const kParcelTrail = [deed('system', 'route', '', 'assigned'), deed('system', 'cancel', 'assigned', 'cancelled', { reason: 'order' })];

const kWords = {
  ja: {
    history: '履歴', back: '一覧', cannot: '用意できません', cannotShip: '発送できません', reason: '見つからない', reject: '取り置きを断る（見つからない）',
    refuse: '断って、ほかの店舗に頼む（見つからない）', others: '同じ商品の未完了の受け取り・発送', checked: '確認しました', again: 'もう一度',
    said: '200100 を断りました。同じ商品の未完了がほかに2件あります', ships: '発送 1件',
    pickup: ['今日 10:22 · お客様|申し込む|受付待ち', '今日 10:22 · 佐藤 花（スタッフ）|受け付ける|受付待ち → 受付済み',
      '今日 10:22 · スタッフ|渡す 受け付けませんでした|受付済み', '今日 10:22 · 田中 店長（店長）|断る|受付済み → 用意できず · 理由：見つからない'],
    parcel: ['システム|店舗を決める|発送の依頼', 'システム|取り消す|発送の依頼 → 取り消し · 理由：注文が取り消された、または変わった'],
  },
  en: {
    history: 'History', back: 'List', cannot: 'We cannot set it aside', cannotShip: 'We can’t ship it', reason: 'Cannot be found', reject: 'Decline it (Cannot be found)',
    refuse: 'Decline and ask another shop (Cannot be found)', others: 'Other open orders with this item', checked: 'Checked', again: 'Try again',
    said: '200100 is declined. 2 other open orders have the same item', ships: '1 order to ship',
    pickup: ['Customer|Reserve|To accept', '佐藤 花 (Staff)|Accept|To accept → Accepted', 'Staff|Hand over Not accepted|Accepted',
      '田中 店長 (Manager)|Decline|Accepted → Declined · Reason: Cannot be found'],
    parcel: ['System|Choose a shop|Asked to ship', 'System|Cancel|Asked to ship → Cancelled · Reason: the order was cancelled or changed'],
  },
};

describe('what was done, and who else waits', () => {
  let browser, server, page;
  before(async () => { browser = await launch(); });
  after(() => browser?.close());
  beforeEach(async () => {
    server = await new StaffServer(kNow).start();
    server.pickups = [pickup(kOne, '200100'), pickup(kTwo, '200200', 'ready')];
    server.shipments = [parcel(kParcel, '#1001')];
    server.staff = { name: '田中', role: 'manager' };
    server.trails = { [`pickup=${kOne}`]: kPickupTrail, [`shipment=${kParcel}`]: kParcelTrail };
  });
  afterEach(async () => {
    await page?.context().close();
    await server.stop();
  });

  const open = async (options = {}) => {
    page = await phone(browser, options);
    page.setDefaultTimeout(15_000);
    await page.clock.install({ time: kNow * 1000 });
    await page.goto(`${server.url}/staff`);
    await page.waitForSelector('#page[aria-busy="false"]');
  };
  const row = (code) => page.locator('.page > .rows .job', { hasText: code });
  const press = async (name) => {
    await page.clock.runFor(500);
    await page.locator('.thumb__action').getByRole('button', { name, exact: true }).click();
  };
  const looksRight = async () => {
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
  };
  /** Rows of the trail, each as "when and who|what|states and reason"; they end as is wished. */
  const reads = async (wanted) => {
    await page.locator('.trail__deed').nth(wanted.length - 1).waitFor();
    const seen = await page.locator('.trail__deed').evaluateAll((all) => all.map((one) => [...one.children].map(({ textContent }) => textContent.trim()).join('|')));
    assert.equal(seen.length, wanted.length);
    wanted.forEach((text, i) => assert.ok(seen[i].endsWith(text), `${seen[i]} ends with ${text}`));
  };
  const history = (words) => page.getByText(words.history, { exact: true });
  const rejectFirst = async (words) => {
    await row('200100').click();
    await page.getByRole('button', { name: words.cannot }).click();
    await page.getByLabel(words.reason).check();
    await press(words.reject);
  };

  for (const [language, locale] of [['ja', 'ja-JP'], ['en', 'en-GB']]) {
    const words = kWords[language];
    test(`a manager opens the history of a pick-up and of a parcel, ${language}`, async () => {
      await open({ locale });
      await row('200100').click();
      assert.deepEqual(server.trailsAsked, [], 'nothing is asked before it is opened');
      await history(words).click();
      await reads(words.pickup);
      await looksRight();
      await keepScreen(page, `staff-trail-pickup-${language}`, { fullPage: true });
      await page.getByRole('link', { name: words.back }).click();
      await row('#1001').click();
      await history(words).click();
      await reads(words.parcel);
      await looksRight();
      await keepScreen(page, `staff-trail-parcel-${language}`, { fullPage: true });
      assert.deepEqual(page.problems, []);
    });

    test(`what is not there names who else waits for it, each a way to open it, ${language}`, async () => {
      server.affected = { [kOne]: { pickups: [kTwo], shipments: [kParcel] } };
      await open({ locale });
      await rejectFirst(words);
      const others = page.getByRole('region', { name: words.others });
      await others.waitFor();
      assert.deepEqual(await others.locator('.job__code').allInnerTexts(), ['#1001', '200200']);
      await page.locator('.said').getByText(words.said).waitFor();
      assert.equal(await page.locator('.job').count(), 2, 'none is shown twice');
      await looksRight();
      await keepScreen(page, `staff-affected-${language}`, { fullPage: true });
      await others.locator('.job', { hasText: '#1001' }).click();
      await page.getByRole('heading', { level: 1, name: '#1001' }).waitFor();
      await page.getByRole('link', { name: words.back }).click();
      await others.getByRole('button', { name: words.checked }).click();
      await others.waitFor({ state: 'detached' });
      await row('200200').waitFor();
      assert.deepEqual(page.problems, []);
    });

    test(`a parcel that cannot be sent names them too, and a scan of the product finds both kinds, ${language}`, async () => {
      server.affected = { [kParcel]: { pickups: [kOne], shipments: [] } };
      server.scans = { 4901234567894: { kind: 'product', product: { name: 'ブレンド 200g', code: '4901234567894' }, stock: [], pickups: [kOne], shipments: [parcel(kParcel, '#1001')] } };
      await open({ locale });
      await page.keyboard.type('4901234567894');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: words.ships }).waitFor();
      assert.deepEqual(await page.locator('.job__code').allInnerTexts(), ['200100', '#1001']);
      await looksRight();
      await keepScreen(page, `staff-product-open-${language}`, { fullPage: true });
      await page.locator('.job', { hasText: '#1001' }).click();
      await page.getByRole('button', { name: words.cannotShip }).click();
      await page.getByLabel(words.reason).check();
      await press(words.refuse);
      const others = page.getByRole('region', { name: words.others });
      await others.waitFor();
      assert.deepEqual(await others.locator('.job__code').allInnerTexts(), ['200100']);
      assert.deepEqual(page.problems, []);
    });
  }

  test('a clerk is not offered the history', async () => {
    server.staff = { name: '佐藤', role: 'clerk' };
    await open();
    await row('200100').click();
    await page.getByRole('button', { name: '用意できません' }).waitFor();
    assert.equal(await history(kWords.ja).count(), 0);
    assert.deepEqual(server.trailsAsked, []);
  });

  test('without a network it says so, and is read when asked again', async () => {
    await open();
    await row('200100').click();
    server.deaf = 'trail';
    await history(kWords.ja).click();
    await page.getByText('いま通信できないため、履歴を表示できませんでした').waitFor();
    server.deaf = '';
    await page.locator('.trail').getByRole('button', { name: kWords.ja.again }).click();
    await reads(kWords.ja.pickup);
  });

  test('what is done while it is open is read at once; of a long one the newest', async () => {
    await open();
    await row('200100').click();
    await history(kWords.ja).click();
    await reads(kWords.ja.pickup);
    server.trails[`pickup=${kOne}`] = Object.assign([...kPickupTrail, deed('manager', 'accept', 'placed', 'accepted')], { earlier: 7 });
    server.now += 60;
    await press('受け付ける');
    await page.getByText('これより前の7件は表示していません').waitFor();
    await reads([...kWords.ja.pickup, '店長|受け付ける|受付待ち → 受付済み']);
  });

  test('a rejection that waited in the browser is sent, and names nobody any more', async () => {
    server.affected = { [kOne]: { pickups: [kTwo], shipments: [] } };
    await open();
    server.network = 'cut';
    await rejectFirst(kWords.ja);
    await page.locator('.badge--stuck').first().waitFor();
    await page.clock.runFor(20_000);
    server.network = 'up';
    await page.clock.runFor(20_000);
    await page.locator('.said').getByText('200100 を断りました', { exact: true }).waitFor();
    assert.equal(await page.locator('.affected').count(), 0);
    assert.equal(server.done.length, 1);
  });
});

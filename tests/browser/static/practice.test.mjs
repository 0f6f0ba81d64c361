// Practising on the staff page: the whole way to the counter and to the carrier in a shop that is in the page alone. The server hears
// nothing, and what waits to be sent for real is left as it is.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { PARCEL_WORDS } from '../../../server/http/staff/parcel-words.js';
import { PRACTICE_WORDS } from '../../../server/http/staff/practice-words.js';
import { WORDS } from '../../../server/http/staff/words.js';
import { axe, keepScreen, launch, phone } from '../../support/browser.mjs';
import { StaffServer } from './staff-server.mjs';

const kNow = Math.floor(Date.now() / 1000);
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
const counted = (sentence, count) => say(typeof sentence === 'string' ? sentence : count === 1 ? sentence.one : sentence.many, { count });

describe('practising', () => {
  let browser, server, page, asked;
  before(async () => { browser = await launch(); });
  after(() => browser?.close());
  beforeEach(async () => { server = await new StaffServer(kNow).start(); });
  afterEach(async () => {
    await page?.context().close();
    await server.stop();
  });
  const open = async (locale = 'ja-JP', query = '?practice') => {
    page = await phone(browser, { locale });
    page.setDefaultTimeout(20_000);
    asked = [];
    page.on('request', (request) => { if (request.url().includes('/staff/api/')) asked.push(request.url()); });
    await page.goto(`${server.url}/staff${query}`);
    await page.waitForSelector('#page[aria-busy="false"]');
  };
  const looksFine = async (name) => {
    assert.deepEqual(await axe(page), [], name);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
    await keepScreen(page, name);
  };
  const row = (text) => page.locator('.job', { hasText: text });
  const press = async (name) => {
    const button = page.locator('.thumb__action').getByRole('button', { name, exact: true });
    await button.waitFor();
    await page.waitForTimeout(450);  // a press within its first moment is taken for the last one's
    await button.click();
  };
  /** As somebody without the practice shop's products does: any barcode. */
  const scan = async (text) => {
    await page.locator('#scan').fill(text);
    await page.locator('#scan').press('Enter');
  };

  for (const [language, locale] of [['ja', 'ja-JP'], ['en', 'en-GB']]) {
    const [words, own, parcel] = [WORDS[language], PRACTICE_WORDS[language], PARCEL_WORDS[language]];
    test(`to the counter and to the carrier, ${language}`, async () => {
      await open(locale);
      await page.getByText(own.on).waitFor();
      assert.equal(await page.locator('.job').count(), 4);
      await looksFine(`practice-list-${language}`);

      await row('100001').click();
      await press(words.act_accept);
      await press(words.act_pick);
      for (const barcode of ['4901234567894', '4900000000001', '4900000000018']) await scan(barcode);
      await looksFine(`practice-picking-${language}`);
      await press(counted(words.act_ready, 3));
      await row('100001').click();
      await page.getByRole('button', { name: words.mail_again }).click();
      await page.locator('.mail').nth(1).waitFor();
      assert.equal(await page.getByRole('button', { name: words.mail_again }).count(), 1, 'beside the last');
      await press(counted(words.act_hand_over, 3));
      await row('100001').waitFor({ state: 'detached' });

      await scan('100002');
      await press(counted(words.act_hand_over, 3));
      await row('100003').click();
      await page.getByText(own.customers[2]).waitFor();
      await page.getByRole('link', { name: words.back }).click();

      await row(own.order).click();
      await press(parcel.act_accept);
      await page.locator('.address').getByText(own.address.line1).waitFor();
      await press(parcel.act_pick);
      for (let i = 0; i < 3; ++i) await scan(`490000000000${i}`);
      await press(counted(parcel.act_pack, 3));
      await page.locator('#carrier').selectOption('yamato');
      await scan('4912-3456-7890');
      await press(parcel.act_ship);
      await row(own.order).waitFor({ state: 'detached' });
      assert.deepEqual(await page.locator('.job__code').allInnerTexts(), ['100003']);

      await page.getByLabel(words.menu).click();
      await page.getByRole('button', { name: own.again }).click();
      await page.waitForSelector('#page[aria-busy="false"]');
      assert.equal(await page.locator('.job').count(), 4, 'as at first');
      assert.deepEqual(asked, [], 'the server hears nothing');
      assert.deepEqual(page.problems, []);
    });
  }

  test('it is begun from the menu and ended where it is said; what waits to be sent for real waits on', async () => {
    await open('ja-JP', '');
    const deed = { id: 'a-real-deed', pickup: 'pickup-new-0123456789', action: 'accept', code: '310577', by: 'clerk 佐藤', at: Date.now() };
    await page.evaluate((one) => localStorage.setItem(`tsunagi-staff:deed:${one.id}`, JSON.stringify(one)), deed);
    await page.getByLabel(WORDS.ja.menu).click();
    await page.getByRole('button', { name: WORDS.ja.practise }).click();
    await page.getByText(PRACTICE_WORDS.ja.on).waitFor();
    asked.length = 0;
    await row('100001').click();
    await press(WORDS.ja.act_accept);
    await page.getByRole('button', { name: WORDS.ja.act_pick, exact: true }).waitFor();
    assert.deepEqual(asked, []);
    assert.deepEqual(server.heard, []);
    const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(':deed:')));
    assert.deepEqual(kept, ['tsunagi-staff:deed:a-real-deed']);
    await page.getByRole('button', { name: PRACTICE_WORDS.ja.end }).click();
    await page.getByText(PRACTICE_WORDS.ja.on).waitFor({ state: 'detached' });
    await page.waitForSelector('#page[aria-busy="false"]');
    assert.deepEqual(server.heard.map(({ deed: id }) => id), ['a-real-deed'], 'now it is sent');
  });

  test('a pick-up that is declined, and a scan that is nothing', async () => {
    await open();
    const words = WORDS.ja;
    await scan('no barcode');
    await page.getByText(say(words.scan_unknown, { text: 'no barcode' })).waitFor();
    await row('100003').click();
    await page.getByRole('button', { name: words.cannot }).click();
    await page.getByLabel(words.reject.busy, { exact: true }).check();
    await press(say(words.act_reject, { reason: words.reject.busy }));
    await row('100003').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.job').count(), 3);
    assert.deepEqual(asked, []);
    assert.deepEqual(page.problems, []);
  });
});

// A pick-up through three windows: the merchant's, who allows it and invites staff, the shopper's and the clerk's. To the
// counter, where the clerk's camera reads the shopper's screen; declined by one shop and put aside by another; never fetched; and
// with the network cut for half a minute in the middle of picking and of handing over. Both languages, nothing for axe to find.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WORDS as kShopper } from '../../liquid/pickup-page/pickup-words.js';
import { WORDS as kStaff } from '../../server/http/staff/words.js';
import { axe, keepScreen, launch, phone } from '../support/browser.mjs';
import { Camera, film, pyramid, secondOf } from '../support/camera.mjs';
import { screenOf } from '../support/card-screens.mjs';
import { query } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { SeededRandom } from '../support/random.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kFrames = 15;
const kFilm = { width: 1280, height: 720 };
const kCutMs = 30_000;
const kWaitMs = 40_000;  // for what another window did to be seen in this one
const kGraceSeconds = 1_800;  // for whom comes a little late
const kExpiryMs = 90_000;  // what nobody fetched is looked for every minute
const kMerchant = {
  ja: { on: '取り置きを受け付ける', opens: '開店', closes: '閉店', save: '保存', saved: '保存しました', name: '名前', role: '役割', make: '招待のリンクを作る', link: 'リンク' },
  en: { on: 'Let customers have things put aside', opens: 'Opens', closes: 'Closes', save: 'Save', saved: 'Saved', name: 'Their name', role: 'Role', make: 'Make the link', link: 'Link' },
};
const kLocales = { ja: { locale: 'ja-JP', prefix: '' }, en: { locale: 'en-GB', prefix: '/en' } };

const stack = new Stack();
let browser, data, place;
const contexts = [];
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 5, members: 4, sales: 0 });
  browser = await launch();
  place = mkdtempSync(join(tmpdir(), 'tsunagi-walk-'));
});
after(async () => {
  await browser?.close();
  await stack.stop();
  rmSync(place, { recursive: true, force: true });
});

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
const counted = (sentence, count, values = {}) => say(typeof sentence === 'string' ? sentence : count === 1 ? sentence.one : sentence.many, { count, ...values });
async function looksFine(page, name) {
  assert.deepEqual(await axe(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name}: no scrolling to the side`);
  await keepScreen(page, name);
}
/** What the shelf has, as the server knows it. */
async function shelf(product, store, amount) {
  await data.pos('PATCH', `/stock/${product.product_id}`, { storeId: String(store.storeId), stockAmount: String(amount) });
  await until(`${amount} of ${product.code} to be known`, async () => (await stockOf(product, store))?.on_hand === amount, 30_000, 200);
}
async function stockOf(product, store) {
  const { products: [{ shops }] } = await send('GET', stack.server + proxyPath(stack, '/stock.json', { extra: { barcode: product.code, all: '1' } }));
  return shops.find(({ shop_id: id }) => id === String(store.storeId));
}
const deedsOf = (id) => query(stack, `select action, refused from pickup_deed where pickup_id = '${id}' order by place`);

/** The merchant's window: pick-ups are allowed, and somebody of head office is invited. @returns {Promise<string>} the link */
async function merchant(language, name) {
  const words = kMerchant[language];
  const page = await phone(browser, { width: 390, height: 2_000, locale: kLocales[language].locale });
  await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${language}`);
  const app = page.frame({ name: 'app-iframe' });
  await app.waitForSelector('#page[aria-busy="false"]');
  const pickup = app.locator('section.card', { has: app.locator('#setting-pickup') });
  await pickup.getByLabel(words.on).check();
  await pickup.getByLabel(words.opens, { exact: true }).first().fill('00:00');
  await pickup.getByLabel(words.closes, { exact: true }).first().fill('24:00');
  for (const day of await pickup.locator('.days').first().getByRole('checkbox').all()) await day.uncheck();
  const save = app.getByRole('button', { name: words.save, exact: true });
  if (await save.isVisible()) {
    await save.click();
    await page.getByText(words.saved, { exact: true }).waitFor();
  }
  const staff = app.locator('#staff');
  await staff.getByLabel(words.name, { exact: true }).fill(name);
  await staff.getByLabel(words.role).selectOption('head_office');
  await staff.getByRole('button', { name: words.make }).click();
  const link = staff.getByLabel(words.link, { exact: true });
  await link.waitFor();
  const address = await link.inputValue();
  await page.context().close();
  return address;
}

/** The clerk's window, by the link that the merchant was given. */
async function clerk(language, link, { clock = false } = {}) {
  const page = await phone(browser, { locale: kLocales[language].locale });
  contexts.push(page.context());
  if (clock) await page.clock.install();
  await page.goto(link);
  await page.waitForSelector('#page[aria-busy="false"]');
  return page;
}
const main = (page, name) => page.locator('.thumb__action').getByRole('button', { name, exact: true });
/** The one big button; a press within its first moment is taken for the last one's. */
async function press(page, name) {
  const button = main(page, name);
  await button.waitFor({ timeout: kWaitMs });
  await page.waitForTimeout(450);
  await button.click();
}
const rowOf = (page, code) => page.locator('.job', { hasText: code });

/** The shopper's window. */
async function shopper(language, person, product, store) {
  const page = await phone(browser, { locale: kLocales[language].locale });
  contexts.push(page.context());
  await page.goto(stack.signInUrl(person.id, `${kLocales[language].prefix}/apps/tsunagi/pickup?code=${product.code}&shop=${store.storeId}`));
  await page.locator('tsunagi-pickup form').waitFor({ timeout: kWaitMs });
  return page;
}
/** Puts aside what the form shows, at the shop. @returns {Promise<{id: string, code: string}>} */
async function reserve(page, language, store) {
  const before = new Set(await page.locator('[data-tsunagi-pickup]').evaluateAll((all) => all.map((one) => one.dataset.tsunagiPickup)));
  await page.locator(`tsunagi-pickup input[value="${store.storeId}"]`).check();
  await page.getByRole('button', { name: say(kShopper[language].reserve_at, { shop: store.storeName }), exact: true }).click();
  const open = page.locator('.tsunagi-pickup__card--placed').first();
  await open.waitFor({ timeout: kWaitMs });
  const id = await open.getAttribute('data-tsunagi-pickup');
  assert.ok(!before.has(id), 'a new one');
  return { id, code: (await open.locator('.tsunagi-pickup__code').innerText()).replaceAll(/\s/g, '') };
}
async function shopperSees(page, id, text) {
  await page.locator(`[data-tsunagi-pickup="${id}"]`).getByText(text).first().waitFor({ timeout: kWaitMs });
}
async function closeAll() {
  for (const context of contexts.splice(0)) await context.close();
}

/** What the shopper holds before the clerk's camera, as a film. */
async function filmOf(page, code) {
  await page.locator(`[data-tsunagi-action^="open "]`).first().click();
  await page.locator('dialog[open] .tsunagi-barcode__svg').waitFor();
  const random = new SeededRandom(stack.seed);
  const screen = { ...(await screenOf(page)), symbology: 'code128', dpr: 2, code };
  screen.layers = pyramid(screen.picture);
  const camera = new Camera(random, kFilm);
  const file = join(place, `${code}.y4m`);
  film(file, [...secondOf(random, { frames: kFrames, ...kFilm, screen })].map((shot) => camera.shoot(screen.layers, shot)), kFrames);
  return file;
}

/** Scans with a camera that plays the film; the clerk is signed in as in `page`. */
async function scanned(page, language, file, code) {
  const words = kStaff[language];
  const own = await launch(['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`]);
  try {
    const other = await phone(own, { locale: kLocales[language].locale, permissions: ['camera'], storageState: await page.context().storageState() });
    await other.goto(`${stack.server}/staff`);
    await rowOf(other, code).waitFor();
    await other.getByRole('button', { name: words.scan, exact: true }).click();
    await other.locator('.camera video').waitFor({ timeout: kWaitMs });
    await keepScreen(other, `walk-camera-${language}`);
    await other.getByRole('heading', { level: 1, name: code }).waitFor({ timeout: kWaitMs });
    assert.equal(await other.locator('.camera').isVisible(), false, 'what was read closes the camera');
    await main(other, counted(words.act_hand_over, 2)).waitFor();
    await looksFine(other, `walk-counter-${language}`);
    await press(other, counted(words.act_hand_over, 2));
    await rowOf(other, code).waitFor({ state: 'detached', timeout: kWaitMs });
    assert.deepEqual(other.problems, []);
  } finally {
    await own.close();
  }
}

const kLanguages = process.env.TSUNAGI_FULL ? ['ja', 'en'] : ['ja'];  // the pages' own tests have both
for (const language of kLanguages) {
  const words = kStaff[language];
  const shoppers = kShopper[language];

  test(`from the merchant's page to the counter (${language})`, async () => {
    const [tea] = data.products;
    const [here] = data.stores;
    await shelf(tea, here, 5);
    const staff = await clerk(language, await merchant(language, language === 'ja' ? '佐藤 花' : 'Hana Sato'));
    const page = await shopper(language, data.joined[0], tea, here);
    await page.locator(`tsunagi-pickup input[value="${here.storeId}"]`).check();
    await page.locator('[data-tsunagi-action="more"]').click();
    await looksFine(page, `walk-choose-${language}`);
    const { id, code } = await reserve(page, language, here);
    await looksFine(page, `walk-placed-${language}`);

    await rowOf(staff, code).click({ timeout: kWaitMs });
    await looksFine(staff, `walk-work-${language}`);
    await press(staff, words.act_accept);
    await press(staff, words.act_pick);
    await shopperSees(page, id, shoppers.picking);
    await press(staff, counted(words.act_everything, 2));
    await press(staff, counted(words.act_ready, 2));
    await shopperSees(page, id, shoppers.ready);
    await looksFine(page, `walk-ready-${language}`);
    await scanned(staff, language, await filmOf(page, code), code);
    await page.keyboard.press('Escape');
    await page.locator('.tsunagi-pickup__card--handed_over').first().waitFor({ timeout: kWaitMs });
    assert.ok([2, 0].includes((await stockOf(tea, here)).held), 'until Smaregi’s figure is newer');
    assert.deepEqual((await deedsOf(id)).map(({ action }) => action), ['place', 'accept', 'pick', 'ready', 'hand_over']);
    assert.deepEqual([...page.problems, ...staff.problems], []);
    await closeAll();
  });

  test(`one shop cannot, another can (${language})`, async () => {
    const cup = data.products[language === 'ja' ? 1 : 4];  // what one language took is taken
    const [here, there] = data.stores;
    await shelf(cup, here, 1);
    await shelf(cup, there, 1);
    const staff = await clerk(language, await merchant(language, language === 'ja' ? '鈴木 一' : 'Hajime Suzuki'));
    const page = await shopper(language, data.joined[language === 'ja' ? 1 : 3], cup, here);
    const first = await reserve(page, language, here);
    await rowOf(staff, first.code).click({ timeout: kWaitMs });
    await staff.getByRole('button', { name: words.cannot, exact: true }).click();
    await staff.getByLabel(words.reject.not_found, { exact: true }).check();
    await looksFine(staff, `walk-decline-${language}`);
    await press(staff, say(words.act_reject, { reason: words.reject.not_found }));
    await shopperSees(page, first.id, shoppers.reason_not_found);
    await looksFine(page, `walk-declined-${language}`);
    assert.equal((await stockOf(cup, here)).held, 0);
    await reserve(page, language, there);
    assert.equal((await stockOf(cup, there)).held, 1);

    assert.deepEqual([...page.problems, ...staff.problems], []);
    await closeAll();
  });
}

if (process.env.TSUNAGI_FULL) test('nobody comes: both languages are told, and the shelf has it again', async () => {
  const [, , pot] = data.products;
  const [here] = data.stores;
  await shelf(pot, here, 2);
  const staff = await clerk('ja', await merchant('ja', '田中 実'));
  const waiting = [];
  for (const [i, language] of ['ja', 'en'].entries()) {
    const page = await shopper(language, data.joined[i], pot, here);
    const { id, code } = await reserve(page, language, here);
    await rowOf(staff, code).click({ timeout: kWaitMs });
    await staff.getByRole('button', { name: kStaff.ja.act_pick_at_once }).click();
    await press(staff, counted(kStaff.ja.act_everything, 1));
    await press(staff, counted(kStaff.ja.act_ready, 1));
    await shopperSees(page, id, kShopper[language].ready);
    await rowOf(staff, code).waitFor({ timeout: kWaitMs });
    waiting.push({ language, page, id, code });
  }
  assert.equal((await stockOf(pot, here)).held, 2);
  // Days pass: only the promise's end is moved. A write that begins as a reader would be refused when the server wrote meanwhile.
  execFileSync('sqlite3', [stack.databaseUrl().replace('sqlite://', ''), '.timeout 5000',
    `begin immediate; update pickup set hold_until = ${Math.floor(Date.now() / 1000) - kGraceSeconds - 1} where is_open = 1 and state = 'ready'; commit`]);
  for (const { language, page, id, code } of waiting) {
    await page.locator(`[data-tsunagi-pickup="${id}"].tsunagi-pickup__card--expired`).waitFor({ timeout: kExpiryMs });
    await looksFine(page, `walk-expired-${language}`);
    await rowOf(staff, code).waitFor({ state: 'detached', timeout: kWaitMs });
    assert.deepEqual(page.problems, []);
  }
  assert.equal((await stockOf(pot, here)).held, 0);
  await closeAll();
});

test('the network is cut for half a minute while picking and while handing over: each deed takes effect once', async () => {
  const words = kStaff.ja;
  const [, , , tin] = data.products;
  const [here] = data.stores;
  await shelf(tin, here, 3);
  const staff = await clerk('ja', await merchant('ja', '高橋 さくら'), { clock: true });
  const page = await shopper('ja', data.joined[2], tin, here);
  const { id, code } = await reserve(page, 'ja', here);
  await rowOf(staff, code).click({ timeout: kWaitMs });
  const later = (ms) => staff.clock.runFor(ms);
  /** The server hears the next deed, the page no answer; then nothing arrives at all. */
  async function cutIn(name) {
    let first = true;
    await staff.route('**/staff/api/**', async (route) => {
      if (first && route.request().url().endsWith('/act')) {
        first = false;
        await route.fetch();
      }
      await route.abort('connectionfailed');
    });
    await main(staff, name).waitFor();
    await later(500);
    await main(staff, name).click();
    await until('the deed to be heard', async () => !first, kWaitMs, 100);
    for (let passed = 0; passed < kCutMs; passed += 1_000) await later(1_000);
    await staff.getByText(words.waits_to_send).first().waitFor();
    await keepScreen(staff, 'walk-cut');
    await staff.unroute('**/staff/api/**');
    await staff.evaluate(() => dispatchEvent(new Event('online')));
    await staff.getByText(words.waits_to_send).first().waitFor({ state: 'detached', timeout: kWaitMs });
  }
  await cutIn(words.act_accept);
  await cutIn(words.act_pick);
  await main(staff, counted(words.act_everything, 1)).click();
  await cutIn(counted(words.act_ready, 1));
  await rowOf(staff, code).click();
  await cutIn(counted(words.act_hand_over, 1));
  await page.locator('.tsunagi-pickup__card--handed_over').waitFor({ timeout: kWaitMs });
  assert.deepEqual((await deedsOf(id)).map(({ action }) => action), ['place', 'accept', 'pick', 'ready', 'hand_over']);
  assert.ok([1, 0].includes((await stockOf(tin, here)).held), 'once, and until Smaregi’s figure is newer');
  assert.equal((await stockOf(tin, here)).on_hand, 3, 'the till takes it off, not the hand-over');
  await closeAll();
});

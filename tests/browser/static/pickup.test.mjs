// The shopper's pick-up page inside the stand-in's theme, behind its app proxy, over a back end of fixed shops that places
// what it is asked once an id.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { axe, keepScreen, launch, phone, zbar } from '../../support/browser.mjs';
import { Sandbox } from '../../sandbox/shopify/lib/sandbox.mjs';
import { listen, readBody } from '../../sandbox/shopify/lib/http.mjs';
import { WORDS, moment } from '../../../liquid/pickup-page/pickup-words.js';
import { page as themePage, renderBlock, root, serve } from './harness.mjs';

const kHash = '-abcdef012345';
const kFolders = ['liquid/pickup-page', 'theme-extension/assets', 'build/wasm', 'wasm/bindings'].map((folder) => join(root, folder));
const kTypes = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const kNow = 1_795_240_380;  // Saturday, November 21, 2026, 14:53 in Japan
const kCustomer = 7001;
const kProduct = { code: '4909411073121', name: '手ぬぐい 藍' };
const kCup = { code: 'CUP 1', name: '湯呑み <白>' };
const kCart = '?line=2*4909411073121&line=1*CUP%201';
const at = (day, clock) => Date.parse(`2026-11-${day}T${clock}:00+09:00`) / 1000;
const shop = (id, name, offered, from, more = {}) => ({ shop: id, name, phone: '03-1234-5678', map_url: `https://maps.example/?q=${id}`, offered, from, ...more });
const kToday = { opens: '10:00', closes: '20:00' };
const shops = () => [shop('2', '新宿店', 12, at(22, '11:00'), { today: null }), shop('1', '渋谷店', 3, at(21, '15:00'), { today: kToday }), shop('3', '横浜店', 0, at(21, '15:30')), shop('4', '大阪店', 5, undefined)];

/** One shopper's pick-ups, and the answers of the server. */
class Backend {
  constructor() {
    const cartShops = [shop('1', '渋谷店', 3, at(21, '15:00'), { lacks: [] }), shop('2', '新宿店', 0, at(22, '11:00'), { lacks: [{ code: kProduct.code, offered: 1 }, { code: kCup.code, offered: 0 }] })];
    Object.assign(this, { shops: shops(), cartShops, pickups: [], posts: [], nonces: ['n1'], signedIn: true, drop: 0, answer: () => undefined, nextCode: 123456 });
  }

  pickup(state, more = {}) {
    const pickup = { id: crypto.randomUUID(), code: String(this.nextCode++).padStart(6, '0'), state, shop: '1', shop_name: '渋谷店', phone: '03-1234-5678', map_url: 'https://maps.example/?q=1',
      ready_from: at(21, '15:00'), hold_until: at(25, '20:00'), placed_at: kNow - 60, changed_at: kNow - 60,
      lines: [{ ...kProduct, quantity: 1, picked: 0 }], can_cancel: ['placed', 'accepted', 'picking', 'ready'].includes(state), ...more };
    this.pickups.unshift(pickup);
    return pickup;
  }

  /** Two lines, as what the shops have of them; one shop has both. */
  cart() {
    const lines = [{ ...kProduct, quantity: 2, counted: true }, { ...kCup, quantity: 1, counted: true }];
    return { lines, shops: this.cartShops };
  }

  place({ id, shop: where, lines, instead }) {
    const there = this.pickups.find((one) => one.id === id);
    if (there) return { json: { pickup: there } };
    const from = (lines.length > 1 ? this.cartShops : this.shops).find((one) => one.shop === where);
    const quantity = lines.length > 1 ? 1 : lines[0].quantity;
    if (from.offered < quantity) return { status: 409, json: { error: { code: 'conflict', message: 'not enough' } } };
    from.offered -= quantity;
    if (instead) this.cancel({ id: instead });
    return { json: { pickup: this.pickup('placed', { id, shop: where, shop_name: from.name, map_url: from.map_url, ready_from: from.from, placed_at: kNow, changed_at: kNow,
      lines: lines.map((line) => ({ ...[kProduct, kCup].find(({ code }) => code === line.code), quantity: line.quantity, picked: 0 })) }) } };
  }

  cancel({ id }) {
    const pickup = this.pickups.find((one) => one.id === id);
    if (!pickup.can_cancel) return { status: pickup.state === 'cancelled' ? 200 : 409, json: pickup.state === 'cancelled' ? { pickup } : { error: { code: 'conflict' } } };
    this.shops.find((one) => one.shop === pickup.shop).offered += pickup.lines[0].quantity;
    return { json: { pickup: Object.assign(pickup, { state: 'cancelled', can_cancel: false, changed_at: kNow }) } };
  }

  /** One whose shop could not give it. */
  undecided(more = {}) {
    const choose = { choices: ['shop', 'refund', 'send'], lines: [{ name: kProduct.name, quantity: 2 }],
      shops: [shop('2', '新宿店', 0, at(22, '11:00')), shop('3', '横浜店', 0, at(21, '15:30'))].map(({ offered, ...one }) => one) };
    return this.pickup('rejected', { reason: 'not_found', online: { order: '#1001', paid: true }, lines: [{ ...kProduct, quantity: 2, picked: 0 }], choose, ...more });
  }

  choose({ id, choice, shop: where, deed }) {
    const pickup = this.pickups.find((one) => one.id === id);
    if (pickup.deed === deed) return { json: { pickup } };
    const to = pickup.choose?.shops.find((one) => one.shop === where);
    if (!pickup.choose?.choices.includes(choice) || (choice === 'shop' && !to)) return { status: 409, json: { error: { code: 'conflict' } } };
    delete pickup.choose;
    return { json: { pickup: Object.assign(pickup, { deed, choice: { what: choice, state: 'asked', ...(to && { shop: where, shop_name: to.name }) } }) } };
  }

  /** @param {URL} url @param {string} method @param {string} body */
  reply(url, method, body) {
    const route = url.pathname.replace('/proxy', '');
    const told = this.answer(route, method);
    if (told) return told;
    if (route === '/pickup' && method === 'GET') return { type: 'application/liquid', body: page(url.searchParams.get('path_prefix')) };
    if (!this.signedIn) return { status: 401, json: { error: { code: 'signed_out' } } };
    if (method === 'POST') {
      const { nonce, ...given } = JSON.parse(body);
      this.posts.push({ route, ...given });
      if (!this.nonces.includes(nonce)) return { status: 400, json: { error: { code: 'nonce' } } };
      return {'/pickup': () => this.place(given), '/pickup/cancel': () => this.cancel(given), '/pickup/choose': () => this.choose(given)}[route]();
    }
    const [code, lines] = [url.searchParams.get('code'), url.searchParams.getAll('line')];
    if (lines.length > 20) return { status: 400, json: { error: { code: 'invalid', message: 'a pick-up takes at most 20 lines' } } };
    if (lines.length > 0) return { json: { now: kNow, nonce: this.nonces.at(-1), ...this.cart(), pickups: this.pickups } };
    if (code && code !== kProduct.code) return { status: 404, json: { error: { code: 'not_found' } } };
    return { json: { now: kNow, nonce: this.nonces.at(-1), ...(code ? { product: { name: kProduct.name, code }, shops: this.shops, areas: this.areas } : {}), pickups: this.pickups } };
  }
}

function page(base) {
  return readFileSync(join(root, 'liquid/pickup-page.liquid'), 'utf8')
    .replace(/%asset:([\w.-]+)%/g, (_, name) => `${base}/assets/${name.replace(/\.\w+$/, (end) => kHash + end)}`).replaceAll('%base%', base);
}

function asset(name) {
  const file = kFolders.map((folder) => join(folder, name.replace(kHash, ''))).find((one) => existsSync(one));
  return name.includes(kHash) && file ? { type: kTypes[extname(file)], body: readFileSync(file) } : { status: 404, json: {} };
}

describe('pick-up page', () => {
  let browser, box, storefront, app, world;
  before(async () => {
    browser = await launch();
    app = createServer(async (req, res) => {
      const url = new URL(req.url, 'http://app');
      const body = (await readBody(req)).toString('utf8');
      const name = /^\/proxy\/assets\/(.+)$/.exec(url.pathname)?.[1];
      const { status = 200, type = 'application/json', json, body: bytes } = name ? asset(name) : await world.reply(url, req.method, body);
      // The deed was done, and its answer is lost on the way.
      if (req.method === 'POST' && world.drop > 0) {
        world.drop -= 1;
        return req.socket.destroy();
      }
      return res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(bytes ?? JSON.stringify(json));
    });
    const port = await listen(app, 0);
    box = new Sandbox({ appUrl: `http://127.0.0.1:${port}`, clientSecret: 'hush', seed: 7 });
    ({ storefront } = await box.start());
    box.app.installed = true;
  });
  beforeEach(() => { world = new Backend(); });
  after(async () => {
    await browser?.close();
    await box?.stop();
    app?.closeAllConnections();
    app?.close();
  });

  const product = `?code=${kProduct.code}`;
  const open = async (query = `${product}&shop=1`, { locale = 'ja', ...options } = {}) => {
    const tab = await phone(browser, options);
    await tab.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((one) => { if (!one.hadRecentInput) window.shifts += one.value; })).observe({ type: 'layout-shift', buffered: true });
    });
    await tab.goto(`${storefront}${locale === 'ja' ? '' : `/${locale}`}/apps/tsunagi/pickup${query}`);
    return tab;
  };
  const loaded = async (...given) => {
    const tab = await open(...given);
    await tab.locator('.tsunagi-pickup__as-of').waitFor();
    return tab;
  };
  const refresh = async (tab) => {
    const answered = tab.waitForResponse('**/pickup.json*');
    await tab.evaluate(() => window.dispatchEvent(new Event('online')));
    await answered;
  };
  const placed = () => world.posts.filter((one) => one.route === '/pickup');
  const go = (tab) => tab.locator('.tsunagi-pickup__go');
  const held = (tab) => tab.locator('.tsunagi-pickup__list .tsunagi-pickup__sentence').first();
  const reads = (locator, wanted) => locator.filter({ hasText: wanted }).waitFor();

  for (const [language, says] of Object.entries({ ja: ['大阪府（6）', '7店舗を表示しています'], en: ['Osaka (6)', 'Showing 7 shops'] })) {
    test(`many shops are looked through by prefecture, ${language}`, async () => {
      world.shops = Array.from({ length: 12 }, (_, i) => shop(String(i + 1), `${i + 1}号店`, 3, at(21, '15:00'), { area: i % 2 ? 27 : 13 }));
      world.areas = [{ code: 0, ja: 'すべての都道府県（12）', en: 'All prefectures (12)' }, { code: 13, ja: '東京都（6）', en: 'Tokyo (6)' }, { code: 27, ja: '大阪府（6）', en: 'Osaka (6)' }];
      const tab = await loaded(undefined, { locale: language });
      const choice = tab.locator('.tsunagi-stock__area');
      const names = () => tab.locator('.tsunagi-pickup__name').allTextContents();
      assert.equal(await choice.inputValue(), '0');
      assert.ok((await choice.boundingBox()).height >= 44);
      assert.equal((await names()).length, 6);
      await choice.selectOption({ label: says[0] });
      const all = ['1号店', '2号店', '4号店', '6号店', '8号店', '10号店'];
      assert.deepEqual(await names(), all, 'the asked-for shop stays first');
      await tab.locator('[data-tsunagi-action="shops"]').click();
      assert.deepEqual(await names(), [...all, '12号店']);
      await choice.selectOption('0');
      await choice.selectOption('27');
      assert.equal(await tab.locator('[data-tsunagi-live]').textContent(), says[1]);
      assert.deepEqual(await axe(tab), []);
      await keepScreen(tab, `pickup-area-${language}`);
      await tab.goto(`${tab.url().split('?')[0]}${product}`);
      await tab.locator('.tsunagi-pickup__as-of').waitFor();
      assert.equal((await names())[0], '2号店', 'what was chosen is remembered');
      assert.equal(await tab.locator('.tsunagi-pickup__radio:checked').inputValue(), '2');
      assert.equal(await tab.evaluate(() => window.shifts), 0);
      await tab.context().close();
    });
  }

  test('the asked-for shop is first and chosen, with its promise; it is put aside with one tap', async () => {
    const tab = await loaded();
    assert.equal(await tab.locator('.tsunagi-pickup__product').innerText(), kProduct.name);
    const rows = (await tab.locator('.tsunagi-pickup__shop').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
    assert.deepEqual(rows, ['渋谷店 今日 15:00 から受け取れます 本日 10:00–20:00 地図', '新宿店 明日 11:00 から受け取れます 本日休業 地図']);
    assert.equal(await tab.locator('[name="tsunagi-shop"]:checked').inputValue(), '1');
    assert.match(await tab.locator('.tsunagi-pickup__as-of').innerText(), /14:53 時点/);
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-choose-ja', { fullPage: true });
    await tab.getByRole('button', { name: '渋谷店で取り置く' }).click();
    await reads(held(tab), '渋谷店で取り置きました。今日 15:00 にご用意する予定です。ご用意ができるまでお待ちください');
    const [sent, ...more] = placed();
    assert.deepEqual([sent.shop, sent.lines, sent.language, more.length], ['1', [{ code: kProduct.code, quantity: 1 }], 'ja', 0]);
    assert.match(sent.id, /^[0-9a-f-]{36}$/);
    assert.match(await tab.locator('.tsunagi-pickup__state').first().innerText(), /お店の確認を待っています/);
    assert.ok(await held(tab).evaluate((one) => one === document.activeElement), 'the sentence has the focus');
    assert.match(await tab.locator('[data-tsunagi-live]').textContent(), /取り置きました/);
    await tab.locator('.tsunagi-barcode__svg').waitFor();
    assert.deepEqual(zbar(await tab.screenshot()), [{ symbology: 'code128', text: 'P123456' }]);
    assert.equal(await tab.locator('.tsunagi-pickup__code').innerText(), '123\n456');
    assert.equal(await go(tab).count(), 0, 'the form has done its part');
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-held-ja', { fullPage: true });
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
  });

  test('in English, the same', async () => {
    const tab = await loaded(undefined, { locale: 'en' });
    assert.match((await tab.locator('.tsunagi-pickup__shop').allInnerTexts()).join(), /Ready from 15:00 today\s+Today 10:00–20:00[^]*Ready from 11:00 tomorrow\s+Closed today/);
    await keepScreen(tab, 'pickup-choose-en', { fullPage: true });
    await tab.getByRole('button', { name: 'Reserve at 渋谷店' }).click();
    await reads(held(tab), 'Held for you at 渋谷店. It should be ready from 15:00 today. Please wait until it is');
    assert.equal(placed()[0].language, 'en');
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-held-en', { fullPage: true });
    await tab.context().close();
  });

  test('as many as the shop has and no more; another shop has its own limit', async () => {
    world.shops[0].offered = 140;
    const tab = await loaded();
    const figure = () => tab.locator('.tsunagi-pickup__figure').innerText();
    const more = tab.getByRole('button', { name: '増やす' });
    const fewer = tab.getByRole('button', { name: '減らす' });
    await fewer.click({ force: true });
    assert.equal(await figure(), '1');
    for (let i = 0; i < 4; ++i) await more.click({ force: true });
    assert.equal(await figure(), '3');
    assert.equal(await more.getAttribute('aria-disabled'), 'true');
    await tab.getByRole('radio', { name: /新宿店/ }).check();
    for (let i = 0; i < 98; ++i) await more.click({ force: true });
    assert.equal(await figure(), '99');
    await tab.getByRole('radio', { name: /渋谷店/ }).check();
    assert.equal(await figure(), '3');
    await go(tab).click();
    await held(tab).waitFor();
    assert.deepEqual(placed()[0].lines, [{ code: kProduct.code, quantity: 3 }]);
    assert.doesNotMatch(await tab.locator('[data-tsunagi-live]').textContent(), /取り置けなくなりました/, 'the last three are the shopper’s own');
    await tab.getByRole('button', { name: 'この商品をさらに取り置く' }).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '渋谷店では、いま取り置けません');
    await tab.context().close();
  });

  test('a lost answer: it is found by itself, and was placed once', async () => {
    const tab = await loaded();
    world.drop = 1;
    world.answer = (route, method) => (route === '/pickup.json' && world.posts.length > 0 && method === 'GET' && silent ? { status: 503, json: { error: { code: 'unavailable' } } } : undefined);
    let silent = true;
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '取り置けたか確認しています');
    assert.equal(await tab.locator('.tsunagi-pickup__list').count(), 0, 'nothing is promised');
    silent = false;
    await refresh(tab);
    await reads(held(tab), '渋谷店で取り置きました');
    assert.match(await tab.locator('[data-tsunagi-live]').textContent(), /渋谷店で取り置きました/);
    assert.deepEqual([placed().length, world.pickups.length], [1, 1]);
    assert.equal(await tab.evaluate(() => JSON.parse(sessionStorage.getItem('tsunagi:pickup')).place), undefined);
    await tab.context().close();
  });

  test('a lost answer: pressing again, also after a reload, sends the same id and places it once', async () => {
    const tab = await loaded();
    world.drop = 2;
    // Nothing says what became of it.
    world.answer = (route) => (route === '/pickup.json' && [1, 2].includes(world.posts.length) ? { json: { now: kNow, nonce: 'n1', product: kProduct, shops: world.shops, pickups: [] } } : undefined);
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '二重には取り置かれません');
    await go(tab).click();
    await tab.waitForFunction(() => !document.querySelector('.tsunagi-pickup__go[aria-disabled]'));
    await tab.reload();
    await go(tab).click();
    await held(tab).waitFor();
    assert.equal(placed().length, 3);
    assert.equal(new Set(placed().map((one) => one.id)).size, 1);
    assert.equal(world.pickups.length, 1);
    await tab.context().close();
  });

  test('a wish that was changed is another one', async () => {
    const tab = await loaded();
    world.drop = 1;
    world.answer = (route, method) => (method === 'POST' && world.drop ? { json: {} } : undefined);  // it never arrived
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '取り置けていません');
    const first = await tab.evaluate(() => JSON.parse(sessionStorage.getItem('tsunagi:pickup')).place.id);
    await tab.getByRole('radio', { name: /新宿店/ }).check();
    await go(tab).click();
    await reads(held(tab), '新宿店で取り置きました');
    assert.notEqual(placed().at(-1).id, first);
    await tab.context().close();
  });

  test('not enough any more: a sentence, and the figures of now', async () => {
    const tab = await loaded();
    for (let i = 0; i < 2; ++i) await tab.getByRole('button', { name: '増やす' }).click();
    world.shops[1].offered = 2;
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '渋谷店では、いま2点まで取り置けます');
    assert.equal(await tab.locator('.tsunagi-pickup__figure').innerText(), '2');
    await keepScreen(tab, 'pickup-not-enough-ja', { fullPage: true });
    await go(tab).click();
    await held(tab).waitFor();
    assert.equal(new Set(placed().map((one) => one.id)).size, 2, 'what was refused is not asked again');
    await tab.context().close();
  });

  for (const [what, change, sentence] of [
    ['gone', () => { world.shops[1].offered = 0; }, '渋谷店では取り置けませんでした。ほかの店舗をお選びください'],
    ['closed', () => { delete world.shops[1].from; }, '渋谷店では取り置けませんでした'],
    ['too many', () => { for (let i = 0; i < 20; ++i) world.pickup('placed', { lines: [{ code: 'x', name: '皿', quantity: 1, picked: 0 }] }); }, '同時に取り置けるのは20件までです'],
    ['a nonsense the server refuses', () => {}, 'もう一度お試しください'],
  ]) {
    test(`refused, ${what}: a sentence and a way on`, async () => {
      const tab = await loaded();
      change();
      world.answer = (route, method) => (method === 'POST' ? { status: 409, json: { error: { code: 'conflict' } } } : undefined);
      await go(tab).click();
      await reads(tab.locator('.tsunagi-pickup__notice'), sentence);
      assert.ok(await go(tab).isVisible());
      await tab.context().close();
    });
  }

  for (const [locale, words] of [
    ['ja', { late: '渋谷店の確認に時間がかかっています', short: '渋谷店の在庫が足りなくなった可能性があります', elsewhere: 'ほかの店舗を探す', change: '新宿店に変える', ends: '渋谷店の取り置きは、変えたときに取り消します' }],
    ['en', { late: '渋谷店 has not answered yet', short: '渋谷店 may not have enough any more', elsewhere: 'Find another shop', change: 'Change to 新宿店', ends: 'Your pick-up at 渋谷店 is cancelled then' }],
  ]) {
    test(`a shop that may not have it any more: it says so, and leads to the others, in ${locale}`, async () => {
      const lacking = world.pickup('placed', { short: true, unanswered: true, lines: [{ ...kProduct, quantity: 1, picked: 0 }] });
      const tab = await loaded('', { locale });
      await reads(held(tab), words.short);
      await keepScreen(tab, `pickup-short-${locale}`, { fullPage: true });
      assert.deepEqual(await axe(tab), []);
      const address = new URL(await tab.getByRole('link', { name: words.elsewhere }).getAttribute('href'), tab.url());
      assert.equal(address.searchParams.get('instead'), lacking.id);
      await tab.context().close();
    });

    test(`a shop that does not answer: another one is chosen with one tap, in ${locale}`, async () => {
      const late = world.pickup('placed', { unanswered: true, lines: [{ ...kProduct, quantity: 2, picked: 0 }] });
      const tab = await loaded('', { locale });
      await reads(held(tab), words.late);
      await keepScreen(tab, `pickup-late-${locale}`, { fullPage: true });
      assert.deepEqual(await axe(tab), []);
      await tab.getByRole('link', { name: words.elsewhere }).click();
      await reads(go(tab), words.change);
      assert.equal(await tab.getByRole('radio', { name: /渋谷店/ }).count(), 0, 'it is the one that does not answer');
      await tab.getByText(words.ends).waitFor();
      assert.equal(await tab.locator('.tsunagi-pickup__figure').innerText(), '2');
      await keepScreen(tab, `pickup-change-${locale}`, { fullPage: true });
      assert.deepEqual(await axe(tab), []);
      await go(tab).click();
      await tab.locator('.tsunagi-pickup__card--open').filter({ hasText: '新宿店' }).waitFor();
      assert.equal(placed().at(-1).instead, late.id);
      assert.equal(late.state, 'cancelled');
      await tab.locator('.tsunagi-pickup__card--open').filter({ hasText: '渋谷店' }).waitFor({ state: 'detached' });
      assert.deepEqual(tab.problems, []);
      await tab.context().close();
    });
  }

  test('an old nonce is renewed without a word', async () => {
    const tab = await loaded();
    world.nonces = ['n2'];
    await go(tab).click();
    await held(tab).waitFor();
    assert.equal(new Set(placed().map((one) => one.id)).size, 1);
    assert.equal(world.pickups.length, 1);
    await tab.context().close();
  });

  test('the asked-for shop has none: said, and nothing is chosen for the shopper', async () => {
    const tab = await loaded(`${product}&shop=3`);
    await reads(tab.locator('.tsunagi-pickup__notice'), '横浜店では、いま取り置けません');
    assert.match(await tab.locator('.tsunagi-pickup__shop').first().innerText(), /横浜店[^]*いまは取り置けません/);
    assert.equal(await tab.locator('[name="tsunagi-shop"]:checked').count(), 0);
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '店舗をお選びください');
    assert.equal(placed().length, 0);
    await keepScreen(tab, 'pickup-asked-out-ja', { fullPage: true });
    await tab.getByRole('radio', { name: /新宿店/ }).check();
    assert.equal(await go(tab).innerText(), '新宿店で取り置く');
    await tab.context().close();
  });

  test('a shop that sells out while it is looked at is no longer chosen, and that is said', async () => {
    const tab = await loaded();
    world.shops[1].offered = 0;
    await refresh(tab);
    await reads(tab.locator('.tsunagi-pickup__notice'), '渋谷店では取り置けなくなりました');
    assert.match(await tab.locator('[data-tsunagi-live]').textContent(), /取り置けなくなりました/);
    assert.equal(await tab.locator('[name="tsunagi-shop"]:checked').count(), 0);
    await tab.context().close();
  });

  test('no shop has it: said, with the shops and their telephones', async () => {
    world.shops.forEach((one) => { one.offered = 0; });
    const tab = await loaded();
    await tab.getByText('いま取り置ける店舗がありません').waitFor();
    assert.equal(await go(tab).count(), 0);
    await tab.getByRole('button', { name: 'ほかの店舗を見る（3）' }).click();
    assert.equal(await tab.getByRole('link', { name: '大阪店に電話 03-1234-5678' }).getAttribute('href'), 'tel:0312345678');
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-nowhere-ja', { fullPage: true });
    await tab.context().close();
  });

  for (const [language, says] of Object.entries({
    ja: { lacks: '新宿店 次の商品が足りません 手ぬぐい 藍：1点のみ 湯呑み <白>：なし 電話', has: '渋谷店 すべてそろっています 今日 15:00 から受け取れます 地図', go: '渋谷店で取り置く', out: '湯呑み <白>を除く' },
    en: { lacks: '新宿店 Doesn’t have enough of: 手ぬぐい 藍: only 1 湯呑み <白>: none Call', has: '渋谷店 Has everything Ready from 15:00 today Map', go: 'Reserve at 渋谷店', out: 'Leave out 湯呑み <白>' },
  })) {
    test(`a cart: which shop has all of it and what another lacks; put aside as one, and once, in ${language}`, async () => {
      const tab = await loaded(kCart, { locale: language, width: 320 });
      assert.deepEqual((await tab.locator('.tsunagi-pickup__shop').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim()), [says.has, says.lacks]);
      assert.equal(await tab.locator('.tsunagi-pickup__quantity').count(), 0);
      assert.equal(await tab.getByRole('link', { name: says.out }).getAttribute('href'), '?line=2*4909411073121');
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await axe(tab), []);
      await keepScreen(tab, `pickup-cart-${language}`, { fullPage: true });
      world.drop = 1;
      world.answer = (route) => (route === '/pickup.json' && world.posts.length === 1 ? { json: { now: kNow, nonce: 'n1', ...world.cart(), pickups: [] } } : undefined);
      await go(tab).filter({ hasText: says.go }).click();
      await tab.locator('.tsunagi-pickup__notice').waitFor();
      await tab.waitForFunction(() => !document.querySelector('.tsunagi-pickup__go[aria-disabled]'));
      await go(tab).click();
      await held(tab).waitFor();
      assert.deepEqual(placed().map(({ lines }) => lines), Array(2).fill([{ code: kProduct.code, quantity: 2 }, { code: kCup.code, quantity: 1 }]));
      assert.deepEqual([new Set(placed().map(({ id }) => id)).size, world.pickups.length], [1, 1]);
      assert.equal(await tab.locator('.tsunagi-pickup__card .tsunagi-pickup__line').count(), 2);
      assert.equal(await tab.locator('.tsunagi-pickup__form').count(), 0, 'the form has done its part');
      assert.equal(await tab.evaluate(() => window.shifts), 0);
      await tab.context().close();
    });
  }

  test('a cart that sells out while it is looked at, is refused, or is too long: a sentence and a way on', async () => {
    const tab = await loaded(kCart);
    world.cartShops[1].offered = 1;
    world.cartShops[1].lacks = [];
    world.answer = (route, method) => (method === 'POST' ? { status: 409, json: { error: { code: 'conflict' } } } : undefined);
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), 'もう一度お試しください');
    Object.assign(world.cartShops[0], { offered: 0, lacks: [{ code: kCup.code, offered: 0 }] });
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '渋谷店では取り置けませんでした');
    Object.assign(world.cartShops[1], { offered: 0, lacks: [{ code: kCup.code, offered: 0 }] });
    await refresh(tab);
    await tab.getByText('すべてそろう店舗が、いまありません').waitFor();
    assert.equal(await go(tab).count(), 0);
    await tab.goto(`${storefront}/apps/tsunagi/pickup?${Array(21).fill('line=1*A').join('&')}`);
    await tab.getByText('このカートは、まとめて取り置けません').waitFor();
    assert.equal(await tab.getByRole('link', { name: 'カートに戻る' }).getAttribute('href'), '/cart');
    assert.deepEqual(await axe(tab), []);
    await tab.context().close();
  });

  test('a cart that is late, or that its shop could not give, leads to the shops that have all of it', async () => {
    const lines = [{ ...kProduct, quantity: 2, picked: 0 }, { ...kCup, quantity: 1, picked: 0 }];
    const late = world.pickup('placed', { unanswered: true, shop: '2', shop_name: '新宿店', lines });
    const past = world.pickup('expired', { lines });
    const tab = await loaded('');
    const wayOf = ({ id }, name) => tab.locator(`[data-tsunagi-pickup="${id}"]`).getByRole('link', { name }).getAttribute('href');
    assert.equal(await wayOf(past, 'もう一度取り置く'), `${kCart}&shop=1`);
    assert.equal(await wayOf(late, 'ほかの店舗を探す'), `${kCart}&instead=${late.id}`);
    await tab.getByRole('link', { name: 'ほかの店舗を探す' }).click();
    await go(tab).filter({ hasText: '渋谷店に変える' }).click();
    await tab.locator('.tsunagi-pickup__card--placed').filter({ hasText: '渋谷店' }).waitFor();
    assert.deepEqual([placed()[0].instead, late.state], [late.id, 'cancelled']);
    await tab.getByRole('button', { name: 'カートの商品をさらに取り置く' }).waitFor();
    await tab.context().close();
  });

  const decided = () => world.posts.filter((one) => one.route === '/pickup/choose');

  test('what a shop could not give: one of what is offered is chosen, also by keys, and it is said what becomes of it', async () => {
    world.undecided();
    const tab = await loaded('');
    assert.equal(await tab.locator('.tsunagi-pickup__card').count(), 1);
    assert.deepEqual((await tab.locator('.tsunagi-pickup__shop').allInnerTexts()).map((row) => row.split('\n')[0]), ['新宿店で受け取る', '横浜店で受け取る', '返金を受ける', '配送を希望する']);
    assert.deepEqual(await axe(tab), []);
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), 'どれか1つをお選びください');
    assert.equal(await tab.evaluate(() => document.activeElement.type), 'radio');
    await tab.keyboard.press('Space');
    await tab.keyboard.press('ArrowDown');
    await go(tab).filter({ hasText: '「横浜店で受け取る」に決める' }).click();
    await reads(tab.locator('.tsunagi-pickup__chosen'), '横浜店での受け取りに変更しています');
    await reads(tab.locator('[data-tsunagi-live]'), '横浜店での受け取りに変更しています');
    assert.deepEqual(decided().map(({ choice, shop: where }) => [choice, where]), [['shop', '3']]);
    world.pickups[0].choice.state = 'merchant';
    await refresh(tab);
    await reads(tab.locator('[data-tsunagi-live]'), 'ショップが対応を決めて、ご連絡します');
    assert.ok(await tab.evaluate(() => window.shifts) < 0.1);
    await tab.context().close();
  });

  test('until when to choose is said where it is refunded then, and that nobody chose where it was', async () => {
    world.undecided();
    world.pickups[0].choose.refund_at = at(24, '18:00');
    const tab = await loaded('');
    await reads(tab.locator('.tsunagi-pickup__decision'), '18:00までにお選びがない場合は、この分を返金します');
    assert.deepEqual(await axe(tab), []);
    delete world.pickups[0].choose;
    for (const [state, words] of [['asked', '返金の手続きをしています'], ['done', '返金の手続きをしました'], ['merchant', 'ショップが対応を決めて、ご連絡します']]) {
      world.pickups[0].choice = { what: 'refund', state, by: 'system' };
      await refresh(tab);
      await reads(tab.locator('.tsunagi-pickup__chosen'), 'お渡しできなかった分');
      await reads(tab.locator('.tsunagi-pickup__chosen'), words);
    }
    await tab.context().close();
  });

  for (const [locale, words] of [['ja', ['18:00以降に返金します。お手続きは必要ありません', 'お選びください', 'ショップからご連絡します']],
    ['en', ['18:00. There is nothing you need to do', 'Please choose', 'The store will']]]) {
    test(`where nothing can be chosen its customer reads from when it is refunded, and is asked nothing, ${locale}`, async () => {
      world.undecided();
      Object.assign(world.pickups[0].choose, { choices: [], shops: [], refund_at: at(24, '18:00') });
      const tab = await loaded('', { locale });
      const [told, ...untold] = words;
      await reads(tab.locator('.tsunagi-pickup__card'), told);
      assert.equal(await tab.locator('.tsunagi-pickup__decision').count(), 0);
      for (const each of untold) assert.equal(await tab.getByText(each).count(), 0, each);
      assert.deepEqual(await axe(tab), []);
      await keepScreen(tab, `pickup-refund-after-${locale}`, { fullPage: true });
      await tab.context().close();
    });
  }

  test('a choice whose answer is lost is sent again with its id; one that is gone is said so, with what is left', async () => {
    world.undecided();
    const tab = await loaded('');
    world.pickups[0].choose.shops.pop();
    await tab.getByRole('radio', { name: /横浜店/ }).check();
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '横浜店では、ご用意できなくなりました。ほかをお選びください');
    assert.equal(await tab.getByRole('radio').count(), 3);
    await tab.getByRole('radio', { name: /返金/ }).check();
    world.drop = 1;
    const silence = { status: 503, json: { error: { code: 'unavailable' } } };
    world.answer = (route) => (route === '/pickup.json' ? silence : undefined);
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), 'もう一度押しても、二重にはなりません');
    await go(tab).click();
    await reads(tab.locator('.tsunagi-pickup__chosen'), '返金の手続きをしています');
    const [, first, second] = decided();
    assert.equal(first.deed, second.deed);
    assert.equal(await tab.locator('.tsunagi-pickup__notice').count(), 0);
    await tab.context().close();
  });

  test('cancelled with one tap, and put aside again with one tap', async () => {
    const tab = await loaded();
    await go(tab).click();
    await held(tab).waitFor();
    world.drop = 1;
    const silence = { status: 503, json: { error: { code: 'unavailable' } } };
    world.answer = (route) => (route === '/pickup.json' ? silence : undefined);
    await tab.getByRole('button', { name: '取り置きを取り消す' }).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), '取り消せたか確認できませんでした');
    await tab.getByRole('button', { name: '取り置きを取り消す' }).click();
    await reads(held(tab), '渋谷店での取り置きは取り消されました');
    const deeds = world.posts.filter((one) => one.route === '/pickup/cancel').map((one) => one.deed);
    assert.equal(deeds.length, 2);
    assert.equal(new Set(deeds).size, 1);
    world.answer = () => undefined;
    await refresh(tab);
    await keepScreen(tab, 'pickup-cancelled-ja', { fullPage: true });
    await tab.getByRole('button', { name: 'もう一度取り置く' }).click();
    await reads(held(tab), '渋谷店で取り置きました');
    assert.deepEqual(world.pickups.map((one) => one.state), ['placed', 'cancelled']);
    await tab.context().close();
  });

  test('what cannot be cancelled any more says so', async () => {
    const ready = world.pickup('ready', { lines: [{ ...kProduct, quantity: 1, picked: 1 }] });
    const tab = await loaded();
    Object.assign(ready, { state: 'handed_over', can_cancel: false });
    await tab.getByRole('button', { name: '取り置きを取り消す' }).click();
    await reads(tab.locator('.tsunagi-pickup__notice'), 'もう取り消せません');
    await tab.context().close();
  });

  const kStates = [
    ['placed', {}, /お店の確認を待っています[^]*渋谷店で取り置きました/, /Waiting for the shop/],
    ['accepted', {}, /お店が確認しました/, /has confirmed/],
    ['picking', { ready_from: kNow - 60 }, /お店が商品を用意しています[^]*渋谷店で取り置きました。ご用意ができるまで、もうしばらく/, /getting it ready[^]*Held for you at 渋谷店. Please wait a little longer/],
    ['ready', { lines: [{ ...kProduct, quantity: 3, picked: 2 }] }, /ご用意ができました[^]*11月25日\(水\) 20:00 までに渋谷店へ[^]*3点のうち2点/, /Ready for you[^]*Please come to 渋谷店 by Wed, Nov 25, 20:00[^]*2 of 3/],
    ['rejected', { reason: 'not_found' }, /申し訳ありません。渋谷店でご用意できませんでした[^]*店頭で商品が見つかりませんでした/, /Sorry, 渋谷店[^]*couldn’t find it/],
    ['expired', { hold_until: kNow - 60 }, /今日 14:52 を過ぎたため、渋谷店での取り置きは終わりました[^]*もう一度取り置く/, /until 14:52 today[^]*Reserve again/],
    ['cancelled', {}, /渋谷店での取り置きは取り消されました[^]*もう一度取り置く/, /was cancelled[^]*Reserve again/],
    ['handed_over', { lines: [{ ...kProduct, quantity: 1, picked: 1 }] }, /渋谷店でお渡ししました（今日 14:52）/, /Picked up at 渋谷店/],
  ];
  for (const [state, more, japanese, english] of kStates) {
    test(`${state}: a sentence and a way on in both languages, at 320 px too`, async () => {
      world.pickup(state, more);
      for (const [locale, wanted] of [['ja', japanese], ['en', english]]) {
        const tab = await loaded(undefined, { locale, width: 320 });
        assert.match(await tab.locator('.tsunagi-pickup__card').innerText(), wanted);
        assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 320);
        assert.deepEqual(await axe(tab), []);
        if (['placed', 'accepted', 'picking', 'ready'].includes(state)) {
          await tab.locator('.tsunagi-barcode__svg').scrollIntoViewIfNeeded();
          assert.equal(zbar(await tab.screenshot())[0]?.text, 'P123456');
        } else {
          assert.equal(await tab.locator('.tsunagi-pickup__code').count(), 0);
        }
        await keepScreen(tab, `pickup-${state}-${locale}-320`, { fullPage: true });
        await tab.context().close();
      }
    });
  }

  test('rejected: the other shops are below, the one that could not is not chosen for the shopper', async () => {
    world.pickup('rejected', { reason: 'busy' });
    const tab = await loaded();
    assert.equal(await tab.locator('.tsunagi-pickup__notice').count(), 0);
    assert.equal(await tab.locator('[name="tsunagi-shop"]:checked').inputValue(), '2');
    await tab.context().close();
  });

  test('the shopper’s pick-ups without a product: those that are ready first, all of them reachable', async () => {
    const other = (name) => ({ lines: [{ code: 'x', name, quantity: 2, picked: 2 }] });
    for (const [state, name] of [['handed_over', '皿'], ['cancelled', '箸'], ['rejected', '鍋'], ['expired', '盆'], ['placed', '椀'], ['ready', '湯のみ'], ['picking', '急須'], ['accepted', '茶筒']]) world.pickup(state, { ...other(name), reason: state === 'rejected' ? 'damaged' : undefined });
    const tab = await loaded('');
    const states = () => tab.locator('.tsunagi-pickup__card').evaluateAll((all) => all.map((one) => /--(\w+)$/.exec(one.className)[1]));
    assert.deepEqual(await states(), ['ready', 'picking', 'accepted', 'placed', 'expired', 'rejected', 'cancelled']);
    await tab.getByRole('button', { name: 'すべて見る（4）' }).click();
    assert.equal((await states()).length, 8);
    assert.equal(await tab.getByRole('link', { name: 'ほかの店舗を探す' }).getAttribute('href'), '?code=x');
    assert.equal(await go(tab).count(), 0);
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-mine-ja', { fullPage: true });
    await tab.getByRole('button', { name: /受け取り番号 ?123 ?460 ?大きく表示/ }).click();
    await tab.getByRole('dialog').waitFor();
    assert.deepEqual(zbar(await tab.screenshot()), [{ symbology: 'code128', text: 'P123460' }]);
    await keepScreen(tab, 'pickup-full-screen-ja');
    assert.deepEqual(await axe(tab), []);
    await tab.getByRole('button', { name: '閉じる' }).click();
    await tab.getByRole('dialog').waitFor({ state: 'detached' });
    await tab.context().close();
  });

  test('a pick-up that becomes ready shows by itself, is told once and moves nothing', async () => {
    const pickup = world.pickup('picking');
    const tab = await loaded();
    await tab.locator('.tsunagi-barcode__svg').waitFor();
    await tab.evaluate(() => { window.code = document.querySelector('.tsunagi-barcode__svg'); });
    Object.assign(pickup, { state: 'ready', lines: [{ ...kProduct, quantity: 1, picked: 1 }] });
    await refresh(tab);
    await reads(tab.locator('.tsunagi-pickup__state'), 'ご用意ができました');
    assert.match(await tab.locator('[data-tsunagi-live]').textContent(), /ご用意ができました/);
    assert.ok(await tab.evaluate(() => window.code === document.querySelector('.tsunagi-barcode__svg')), 'the barcode was not touched');
    assert.equal(await tab.evaluate(() => window.shifts), 0);
    await tab.context().close();
  });

  test('it asks again while it is looked at, and not while hidden', async () => {
    const tab = await phone(browser);
    await tab.clock.install();
    let asked = 0;
    tab.on('request', (request) => { if (request.url().includes('/pickup.json')) asked += 1; });
    await tab.goto(`${storefront}/apps/tsunagi/pickup${product}`);
    await tab.locator('.tsunagi-pickup__as-of').waitFor();
    const during = async (seconds) => {
      const before = asked;
      for (let i = 0; i < seconds; ++i) {
        const seen = asked;
        await tab.clock.runFor(1000);
        if (asked > seen) await tab.evaluate(() => new Promise((done) => requestIdleCallback(done)));
      }
      return asked - before;
    };
    const looked = await during(60);
    assert.ok(looked >= 4 && looked <= 6, `${looked} in a minute`);
    await tab.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    assert.equal(await during(60), 0, 'hidden');
    await tab.context().close();
  });

  test('signed out: one way, and it leads back here', async () => {
    world.signedIn = false;
    const tab = await open();
    await tab.getByText('ログインすると、お店に取り置きできます').waitFor();
    const way = new URL(await tab.getByRole('link', { name: 'ログイン', exact: true }).last().getAttribute('href'), storefront);
    assert.deepEqual([way.pathname, way.searchParams.get('return_to')], ['/account/login', `/apps/tsunagi/pickup${product}&shop=1`]);
    assert.deepEqual(await axe(tab), []);
    await keepScreen(tab, 'pickup-signed-out-ja');
    await tab.context().close();
  });

  test('signed out elsewhere: nothing of the shopper stays on the page, its full screen neither', async () => {
    world.pickup('ready');
    const tab = await loaded();
    await tab.getByRole('button', { name: /大きく表示/ }).click();
    await tab.getByRole('dialog').waitFor();
    world.signedIn = false;
    await refresh(tab);
    await tab.getByText('ログインすると').waitFor();
    await tab.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(!(await tab.content()).includes('123456'));
    await tab.context().close();
  });

  for (const [what, answer, sentence] of [
    ['paused', { status: 409, json: { error: { code: 'paused' } } }, 'ただいま取り置きを受け付けていません'],
    ['a server that fails', { status: 500, json: { error: { code: 'internal' } } }, '取り置きを確認できませんでした。取り置いた商品はそのままです'],
    ['no network', 'abort', '電波がありません'],
  ]) {
    test(`${what}, nothing known: a sentence, and it comes by itself`, async () => {
      const tab = await phone(browser);
      if (answer === 'abort') await tab.route('**/pickup.json*', (route) => route.abort('internetdisconnected'));
      else world.answer = (route) => (route === '/pickup.json' ? answer : undefined);
      await tab.goto(`${storefront}/apps/tsunagi/pickup${product}`);
      await tab.getByText(sentence).waitFor();
      assert.deepEqual(await axe(tab), []);
      await keepScreen(tab, `pickup-${what.replaceAll(' ', '-')}-ja`);
      await tab.unroute('**/pickup.json*');
      world.answer = () => undefined;
      await tab.getByRole('button', { name: 'もう一度確認' }).click();
      await go(tab).waitFor();
      await tab.context().close();
    });
  }

  test('offline with a pick-up on the screen: its code stays, with its time', async () => {
    world.pickup('ready');
    const tab = await loaded();
    await tab.locator('.tsunagi-barcode__svg').waitFor();
    await tab.route('**/pickup.json*', (route) => route.abort('internetdisconnected'));
    await tab.getByRole('button', { name: '最新の状態にする' }).click();
    await reads(tab.locator('.tsunagi-pickup__as-of'), '電波がありません（14:53 時点）');
    assert.equal(zbar(await tab.screenshot())[0]?.text, 'P123456');
    await tab.context().close();
  });

  test('no such product: said, with the shopper’s own pick-ups', async () => {
    world.pickup('ready');
    const tab = await loaded('?code=none');
    await tab.getByText('この商品は、お店では取り扱っていません').waitFor();
    assert.equal(await tab.locator('.tsunagi-pickup__card--ready').count(), 1);
    await tab.context().close();
  });

  test('without the module the number is there; without JavaScript a sentence is', async () => {
    world.pickup('ready');
    const tab = await phone(browser);
    await tab.route('**/*.wasm', (route) => route.abort());
    await tab.goto(`${storefront}/apps/tsunagi/pickup${product}`);
    await tab.locator('.tsunagi-pickup__code').waitFor();
    await tab.context().close();
    for (const [locale, sentence] of [['', '取り置きには JavaScript が必要です'], ['/en', 'Reserving needs JavaScript']]) {
      const html = await (await fetch(`${storefront}${locale}/apps/tsunagi/pickup${product}`)).text();
      assert.ok(/<noscript>([^]*?)<\/noscript>/.exec(html)[1].includes(sentence), html);
    }
  });

  test('what is typed elsewhere is shown as text', async () => {
    world.shops[1].name = '<img src=x onerror=alert(1)>&amp;';
    world.pickup('ready', { shop_name: '<b>"&', map_url: 'javascript:alert(1)', phone: '', lines: [{ ...kProduct, name: '{{ x }}<i>', quantity: 1, picked: 1 }] });
    const tab = await loaded();
    await tab.getByRole('button', { name: 'この商品をさらに取り置く' }).click();
    assert.equal(await tab.locator('.tsunagi-pickup__name').first().innerText(), world.shops[1].name);
    assert.match(await tab.locator('.tsunagi-pickup__card').innerText(), /<b>"&[^]*\{\{ x \}\}<i>/);
    assert.equal(await tab.locator('.tsunagi-pickup__view :is(img, b, i, [href^="javascript"])').count(), 0);
    await tab.context().close();
  });

  test('nothing moves while it comes, with a slow network and a dark theme', async () => {
    for (let i = 0; i < 3; ++i) world.pickup(['ready', 'expired', 'handed_over'][i], { lines: [{ code: 'x', name: '皿', quantity: 1, picked: 1 }] });
    box.theme.scheme = 'dark';
    try {
      const tab = await phone(browser);
      await tab.addInitScript(() => {
        window.shifts = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.shifts += one.value; })).observe({ type: 'layout-shift', buffered: true });
      });
      let let_go;
      const held_back = new Promise((done) => { let_go = done; });
      await tab.route(/pickup\.json|\.wasm/, async (route) => { await held_back; await route.continue(); });
      await tab.goto(`${storefront}/apps/tsunagi/pickup${product}`);
      await tab.locator('.tsunagi-pickup__loading').waitFor();
      await keepScreen(tab, 'pickup-loading-dark');
      let_go();
      await tab.locator('.tsunagi-barcode__svg').waitFor();
      await refresh(tab);
      assert.equal(await tab.evaluate(() => window.shifts), 0);
      assert.deepEqual(await axe(tab), []);
      await keepScreen(tab, 'pickup-choose-dark', { fullPage: true });
      await tab.context().close();
    } finally {
      box.theme.scheme = 'light';
    }
  });

  test('everything that is pressed is 44 px', async () => {
    world.pickup('ready');
    const tab = await loaded(undefined, { width: 320 });
    await tab.getByRole('button', { name: 'この商品をさらに取り置く' }).click();
    const small = await tab.evaluate(() => [...document.querySelectorAll('tsunagi-pickup :is(a, button, label)')]
      .map((one) => ({ text: one.textContent, width: one.getBoundingClientRect().width, height: one.getBoundingClientRect().height })).filter(({ width, height }) => width < 44 || height < 44));
    assert.deepEqual(small, []);
    await tab.context().close();
  });
});

test('the stock of a product leads here from each shop that has it, at 390 and 320 px', async () => {
  const variant = { id: 11, barcode: '490', sku: 'S' };
  const stock = [['1', '渋谷店', 9], ['2', '新宿スクランブルスクエア店', 2], ['3', '横浜店', 0]].map(([shop_id, name, on_hand]) => ({ shop_id, name, known: true, on_hand, held: 0, safety: 0, as_of: Math.floor(Date.now() / 1000) }));
  const block = async (locale) => themePage(await renderBlock('store-stock', { locale, product: { variants: [variant], selected_or_first_available_variant: variant } }), { locale });
  const site = await serve({ '/ja': await block('ja'), '/en': await block('en') }, () => ({ json: { now: Math.floor(Date.now() / 1000),
    products: [{ product_code: '490', few_below: 3, can_pin: true, shops: stock, pickup_url: '/apps/tsunagi/pickup?code=490' }] } }));
  const browser = await launch();
  try {
    for (const [locale, width, label] of [['ja', 390, '取り置く'], ['ja', 320, '取り置く'], ['en', 390, 'Reserve'], ['en', 320, 'Reserve']]) {
      const tab = await phone(browser, { width });
      await tab.goto(`${site.url}/${locale}`);
      const ways = tab.locator('.tsunagi-stock__pickup');
      await ways.first().waitFor();
      assert.deepEqual(await ways.evaluateAll((all) => all.map((one) => `${one.textContent} ${one.getAttribute('href')}`)),
        ['1', '2'].map((id) => `${label} /apps/tsunagi/pickup?code=490&shop=${id}`));
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual((await axe(tab)).filter((one) => !/^(landmark-one-main|page-has-heading-one|region):/.test(one)), []);
      await keepScreen(tab, `stock-pickup-${locale}-${width}`);
      await tab.context().close();
    }
  } finally {
    await browser.close();
    await site.close();
  }
});

describe('words of the pick-up page', () => {
  const source = ['pickup.js', 'pickup-view.js'].map((name) => readFileSync(join(root, 'liquid/pickup-page', name), 'utf8')).join('\n');
  test('both languages have the same keys with the same places, and each is said', () => {
    assert.deepEqual(Object.keys(WORDS.ja), Object.keys(WORDS.en));
    const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(WORDS.ja)) assert.deepEqual(places(text), places(WORDS.en[key]), key);
    const made = /^(reason_\w+|decide_(refund|send)(_how)?|chosen_(shop|refund|send)_(asked|done)|unchosen_(asked|done|merchant)|\w+_as_of|today|tomorrow)$/;
    assert.deepEqual(Object.keys(WORDS.ja).filter((key) => !made.test(key) && !new RegExp(`'${key}'`).test(source)), []);
  });
  for (const [language, instant, expected] of [
    ['ja', at(21, '23:59'), '今日 23:59'], ['ja', at(22, '00:00'), '明日 00:00'], ['ja', at(23, '00:00'), '11月23日(月) 00:00'], ['ja', at(20, '23:59'), '11月20日(金) 23:59'],
    ['en', at(21, '15:00'), '15:00 today'], ['en', at(22, '11:00'), '11:00 tomorrow'], ['en', at(25, '20:00'), 'Wed, Nov 25, 20:00'],
    ['ja', Date.parse('2027-01-05T11:00:00+09:00') / 1000, '2027年1月5日(火) 11:00'], ['en', Date.parse('2027-01-05T11:00:00+09:00') / 1000, 'Tue, Jan 5, 2027, 11:00'],
  ]) {
    test(`a time in ${language}: ${expected}`, () => assert.equal(moment(language, instant, kNow), expected));
  }
});

// What the blocks' scripts do over time and when things go wrong, with an app proxy that answers as the test says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, test } from 'node:test';
import { launch, phone, zbar } from '../../support/browser.mjs';
import { metafieldOf, page, renderBlock, serve } from './harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const now = () => Math.floor(Date.now() / 1000);
const member = { customer: '7001', programme: '会員証', holder: '山田 花子', code: 'T0123456789012', symbology: 'code128', second: 'qr', rank: 'ゴールド',
  has_points: true, points: 2340, as_of: now() - 60 };
const shop = (id, name, on_hand, more = {}) => ({ shop_id: id, name, phone: '03-1234-5678', known: true, on_hand, held: 0, safety: 0, as_of: now(), ...more });
const product = (code, more = {}) => ({ product_code: code, few_below: 3, can_pin: true, pinned: false, shops: [shop('1', '渋谷店', 9), shop('2', '新宿店', 2), shop('3', '横浜店', 0)], ...more });
const variant = (id, barcode) => ({ id, barcode, sku: `S ${id}` });
const goods = { variants: [variant(11, '490'), variant(12, '491&x=<')], selected_or_first_available_variant: variant(11, '490') };

describe('blocks', () => {
  let browser, site;
  const pages = {};
  /** path → answer; what was asked */
  let answers, asked;
  before(async () => {
    browser = await launch();
    site = await serve(pages, (path, request) => {
      const route = new URL(path, 'http://x').pathname.split('/').at(-1);
      asked.push({ route, path, ...request });
      const answer = answers[route];
      return typeof answer === 'function' ? answer(path, request) : answer;
    });
    const customer = async (card) => ({ id: 7001, metafields: { '$app:tsunagi': card ? { card: { value: await metafieldOf(card) } } : {} } });
    const ready = await customer({ ...member, state: 'ready' });
    const card = await renderBlock('member-card', { customer: ready });
    pages['/card'] = page(card);
    pages['/two'] = page(`<section id="one">${card}</section><section id="two">${card.replaceAll('b1', 'b2')}</section>`);
    pages['/join'] = page(await renderBlock('member-card', { customer: await customer(null) }));
    pages['/join-en'] = page(await renderBlock('member-card', { customer: await customer(null), locale: 'en' }), { locale: 'en' });
    pages['/sample'] = page(await renderBlock('member-card', { designMode: true }) + await renderBlock('store-stock', { designMode: true }));
    pages['/product'] = page(`<form action="/cart/add"><input type="hidden" name="id" value="11"></form>${await renderBlock('store-stock', { product: goods, customer: ready })}<p id="below">below</p>`);
    pages['/pinned'] = page(await renderBlock('store-stock', { customer: ready }));
    pages['/listed'] = page(await renderBlock('store-stock', { customer: ready, settings: { products: [{ title: '手ぬぐい', selected_or_first_available_variant: variant(11, '490') }] } }));
    pages['/guard'] = page(await renderBlock('card-guard', { customer: { id: 7001 } }));
    pages['/guard-out'] = page(await renderBlock('card-guard', {}));
  });
  beforeEach(() => {
    asked = [];
    answers = {
      'card.json': () => ({ json: { ...member, state: 'ready', nonce: 'n', now: now() } }),
      'stock.json': (path) => ({ json: { now: now(), nonce: 'n', products: new URL(path, 'http://x').searchParams.getAll('barcode').map((code) => product(code)) } }),
      'pins.json': () => ({ json: { now: now(), nonce: 'n', products: [] } }),
    };
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  const open = async (path, options) => {
    const tab = await phone(browser, options);
    await tab.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((one) => { if (!one.hadRecentInput) window.shifts += one.value; })).observe({ type: 'layout-shift', buffered: true });
    });
    await tab.goto(site.url + path);
    return tab;
  };
  const state = (tab, wanted) => tab.waitForFunction((one) => document.querySelector('tsunagi-card').dataset.state === one, wanted);
  const count = (route) => asked.filter((one) => one.route === route).length;

  test('an open card asks every 3 s for two minutes, then every 15 s, and not while hidden', async () => {
    const tab = await phone(browser);
    await tab.clock.install();
    await tab.goto(`${site.url}/card`);
    await state(tab, 'ready');
    const during = async (seconds) => {
      const before = count('card.json');
      for (let i = 0; i < seconds; ++i) {
        const answered = count('card.json');
        await tab.clock.runFor(1000);
        if (count('card.json') > answered) await tab.evaluate(() => new Promise((done) => requestIdleCallback(done)));
      }
      return count('card.json') - before;
    };
    const fast = await during(60);
    assert.ok(fast >= 15 && fast <= 20, `${fast} in the first minute`);
    await tab.clock.runFor(70_000);
    const slow = await during(60);
    assert.ok(slow >= 3 && slow <= 5, `${slow} in a later minute`);
    const hide = (hidden) => tab.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    await hide(true);
    assert.equal(await during(60), 0, 'hidden');
    const before = count('card.json');
    await hide(false);
    await tab.waitForFunction(() => true);
    await assert.doesNotReject(async () => { while (count('card.json') === before) await tab.evaluate(() => new Promise((done) => requestIdleCallback(done))); });
    await tab.context().close();
  });

  test('fresher points come without a layout shift, keep the focus and are told once', async () => {
    const tab = await open('/card');
    await state(tab, 'ready');
    await tab.locator('.tsunagi-card__refresh').focus();
    await tab.evaluate(() => { window.code = document.querySelector('.tsunagi-barcode'); });
    answers['card.json'] = () => ({ json: { ...member, state: 'ready', points: 2450, nonce: 'n', now: now() } });
    await tab.keyboard.press('Enter');
    await tab.waitForFunction(() => document.querySelector('.tsunagi-points__figure').textContent === '2,450');
    assert.equal(await tab.evaluate(() => document.activeElement.className), 'tsunagi-card__refresh');
    assert.ok(await tab.evaluate(() => window.code === document.querySelector('.tsunagi-barcode')), 'the barcode was not touched');
    assert.match(await tab.locator('tsunagi-card [data-tsunagi-live]').textContent(), /2,450/);
    assert.equal(await tab.evaluate(() => window.shifts), 0);
    await tab.context().close();
  });

  for (const [what, answer, expected] of [
    ['a server that fails', { status: 500, json: { error: { code: 'internal' } } }, 'stale'],
    ['a server that is busy', { status: 503, type: 'text/html', body: '<html>' }, 'stale'],
    ['the password page of the store', { type: 'text/html', body: '<html>password</html>' }, 'offline'],
    ['a signature that Shopify got wrong', { status: 401, json: { error: { code: 'signature' } } }, 'stale'],
    ['half a body', { body: '{"state":' }, 'offline'],
  ]) {
    test(`${what}: the card stays, ${expected}, with its time`, async () => {
      answers['card.json'] = answer;
      const tab = await open('/card');
      await state(tab, expected);
      assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
      assert.match(await tab.locator('.tsunagi-card__notice').innerText(), /時点/);
      answers['card.json'] = () => ({ json: { ...member, state: 'ready', now: now() } });
      await tab.evaluate(() => window.dispatchEvent(new Event('online')));
      await state(tab, 'ready');
      await tab.context().close();
    });
  }

  for (const [status, code, expected] of [[401, 'signed_out', 'signed_out'], [403, 'other_customer', 'failed']]) {
    test(`${status}: nothing of the member stays on the page, also without the module`, async () => {
      answers['card.json'] = { status, json: { error: { code } } };
      for (const blocked of [false, true]) {
        const tab = await phone(browser);
        if (blocked) await tab.route('**/*.wasm', (route) => route.abort());
        await tab.goto(`${site.url}/card`);
        await state(tab, expected);
        assert.equal(await tab.locator('.tsunagi-barcode').count(), 0);
        assert.ok(!(await tab.content()).includes(member.code));
        await tab.context().close();
      }
    });
  }

  test('a shop that is paused shows nothing until it is not', async () => {
    const tab = await open('/card');
    await state(tab, 'ready');
    const usual = answers['card.json'];
    answers['card.json'] = { status: 409, json: { error: { code: 'paused' } } };
    const again = () => tab.evaluate(() => window.dispatchEvent(new Event('online')));
    await again();
    await tab.locator('tsunagi-card').waitFor({ state: 'hidden' });
    answers['card.json'] = usual;
    await again();
    await tab.locator('tsunagi-card').waitFor({ state: 'visible' });
    await tab.context().close();
  });

  test('joining sends the fresh nonce once and shows the card', async () => {
    answers['card.json'] = () => ({ json: { state: 'not_joined', customer: '7001', nonce: 'fresh', now: now() } });
    answers.join = (_, request) => (request.method === 'POST' && JSON.parse(request.body).nonce === 'fresh' ? { json: { ...member, state: 'registering', has_points: false, now: now() } } : { status: 400, json: { error: { code: 'nonce' } } });
    const tab = await open('/join');
    await tab.locator('[data-tsunagi-action="join"]').dblclick();
    await state(tab, 'registering');
    assert.equal(count('join'), 1);
    assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
    await tab.context().close();
  });

  const consent = { version: 'v1', ja: '規約に同意します\n<b>太字</b>', en: 'I agree\n<b>bold</b>', terms_url: 'https://shop.example/terms?a=1&b="2"' };
  const notJoined = (more = {}) => ({ json: { state: 'not_joined', customer: '7001', nonce: 'n', now: now(), ...more } });
  for (const [path, text, terms] of [['/join', consent.ja, '会員規約を読む'], ['/join-en', consent.en, 'Read the terms of membership']]) {
    test(`what joining agrees to stands above the button, as text, and is sent with it (${path})`, async () => {
      answers['card.json'] = () => notJoined({ consent });
      answers.join = (_, request) => (JSON.parse(request.body).consent === 'v1' ? { json: { ...member, state: 'registering', has_points: false, now: now() } } : { status: 409, json: { error: { code: 'consent' } } });
      const tab = await open(path, { width: 320 });
      await state(tab, 'not_joined');
      const words = tab.locator('.tsunagi__consent p');
      assert.equal(await words.textContent(), text, 'nothing of it is markup');
      const link = tab.getByRole('link', { name: terms });
      assert.equal(await link.getAttribute('href'), consent.terms_url);
      const button = tab.locator('[data-tsunagi-action="join"]');
      assert.equal(await button.getAttribute('aria-describedby'), await words.getAttribute('id'));
      const top = async (one) => (await one.boundingBox()).y;
      assert.ok(await top(tab.locator('.tsunagi-card__notice')) < await top(words), 'after what the card is for');
      assert.ok(await top(link) < await top(button), 'above the button');
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => window.axe.run('.tsunagi-block', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
      assert.deepEqual(violations.map((one) => `${one.id} ${one.nodes[0].html}`), []);
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      await button.click();
      await state(tab, 'registering');
      assert.equal(await tab.locator('.tsunagi__consent').count(), 0, 'a member has agreed');
      assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
      assert.deepEqual(tab.problems, []);
      await tab.context().close();
    });
  }

  test('nobody agrees to a text that is not on the screen: the press shows it, the next one joins', async () => {
    let shown = {};
    answers['card.json'] = () => notJoined(shown);
    answers.join = () => ({ json: { ...member, state: 'registering', has_points: false, now: now() } });
    const tab = await open('/join');
    await state(tab, 'not_joined');
    for (const version of ['v1', 'v2']) {
      shown = { consent: { ...consent, version, ja: `文 ${version}` } };
      await tab.locator('[data-tsunagi-action="join"]').click();
      await tab.getByText(`文 ${version}`).first().waitFor();
      await tab.waitForFunction(() => !document.querySelector('tsunagi-card').hasAttribute('aria-busy'));
      assert.equal(count('join'), 0, version);
      assert.match(await tab.locator('tsunagi-card [data-tsunagi-live]').textContent(), new RegExp(`文 ${version}`));
    }
    await tab.locator('[data-tsunagi-action="join"]').click();
    await state(tab, 'registering');
    assert.equal(JSON.parse(asked.find(({ route }) => route === 'join').body).consent, 'v2');
    await tab.context().close();
  });

  test('two cards on a page work, and one taken out stops asking', async () => {
    const tab = await open('/two');
    await tab.waitForFunction(() => [...document.querySelectorAll('tsunagi-card')].every((one) => one.dataset.state === 'ready'));
    await tab.evaluate(() => { window.taken = document.querySelector('#one tsunagi-card'); window.taken.remove(); });
    const before = count('card.json');
    const answered = tab.waitForResponse('**/card.json*');
    await tab.evaluate(() => window.dispatchEvent(new Event('online')));
    await answered;
    assert.equal(count('card.json'), before + 1);
    await tab.evaluate(() => document.querySelector('#one').append(window.taken));
    await tab.waitForResponse('**/card.json*');
    await tab.locator('#one [data-tsunagi-action="full-screen"]').click();
    await tab.locator('dialog[open]').waitFor();
    assert.equal(await tab.locator('dialog[open]').count(), 1);
    await tab.context().close();
  });

  test('the theme editor shows samples and asks nothing', async () => {
    const tab = await open('/sample');
    await tab.evaluate(() => customElements.whenDefined('tsunagi-stock'));
    assert.equal(await tab.locator('[data-shopify-editor-block]').count(), 2);
    assert.equal(zbar(await tab.screenshot())[0]?.text, 'T0000000000000');
    assert.match(await tab.locator('tsunagi-stock').innerText(), /見本/);
    assert.deepEqual(asked, []);
    await tab.context().close();
  });

  test('full screen without the module shows what Liquid drew, and closes', async () => {
    const tab = await phone(browser);
    await tab.route('**/*.wasm', (route) => route.abort());
    await tab.goto(`${site.url}/card`);
    await state(tab, 'ready');
    await tab.locator('[data-tsunagi-action="full-screen"]').click();
    await tab.locator('dialog[open]').waitFor();
    assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
    await tab.getByRole('button', { name: '閉じる' }).click();
    await tab.locator('dialog').waitFor({ state: 'detached' });
    await tab.context().close();
  });

  test('the hint about brightness is given once', async () => {
    const tab = await open('/card');
    await state(tab, 'ready');
    for (const times of [1, 0]) {
      await tab.locator('[data-tsunagi-action="full-screen"]').click();
      await tab.locator('dialog[open]').waitFor();
      assert.equal(await tab.locator('.tsunagi-full-screen__hint').count(), times);
      await tab.keyboard.press('Escape');
      await tab.locator('dialog').waitFor({ state: 'detached' });
    }
    await tab.context().close();
  });

  test('stock follows the variant, by the form and by the address', async () => {
    const tab = await open('/product');
    const shown = (code) => tab.waitForFunction((one) => document.querySelector('.tsunagi-stock')?.dataset.tsunagiProduct === one, code);
    await shown('490');
    assert.equal(await tab.evaluate(() => window.shifts), 0);
    await tab.evaluate(() => { document.querySelector('[name=id]').value = '12'; });
    await shown('491&x=<');
    await tab.evaluate(() => { history.replaceState({}, '', '?variant=11'); document.body.click(); });
    await shown('490');
    await tab.context().close();
  });

  test('favourite and pin are saved with the nonce, and the focus stays', async () => {
    answers.favourite = { json: { favourite: '2' } };
    answers.pins = { json: { pinned: true } };
    const tab = await open('/product');
    const star = tab.locator('button[data-tsunagi-shop="2"]');
    await star.focus();
    answers['stock.json'] = () => ({ json: { now: now(), nonce: 'n', products: [product('490', { shops: [shop('1', '渋谷店', 9), shop('2', '新宿店', 2, { favourite: true })] })] } });
    await tab.keyboard.press('Enter');
    await tab.locator('.tsunagi-stock__shop--favourite').waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.getAttribute('data-tsunagi-shop')), '2');
    await tab.locator('[data-tsunagi-action="pin"]').click();
    await tab.waitForFunction(() => document.querySelector('tsunagi-stock [data-tsunagi-live]').textContent !== '');
    const saved = asked.filter((one) => one.method === 'POST').map((one) => [one.route, JSON.parse(one.body)]);
    assert.deepEqual(saved, [['favourite', { shop: '2', nonce: 'n' }], ['pins', { code: '490', pinned: true, nonce: 'n' }]]);
    await tab.context().close();
  });

  test('more shops than there is room for: nothing moves, and one tap shows them', async () => {
    answers['stock.json'] = () => ({ json: { now: now(), nonce: 'n', products: [product('490', { shops: Array.from({ length: 12 }, (_, i) => shop(String(i), `${i + 1}号店`, i)) })] } });
    const tab = await open('/product');
    await tab.locator('.tsunagi-shops__all').waitFor();
    assert.equal(await tab.evaluate(() => window.shifts), 0);
    await tab.locator('.tsunagi-shops__all').click();
    const last = await tab.locator('.tsunagi-stock__shop').last().boundingBox();
    const below = await tab.locator('#below').boundingBox();
    assert.ok(last.y + last.height <= below.y);
    await tab.context().close();
  });

  test('a product that no shop has gives its room back below the screen, and only there', async () => {
    answers['stock.json'] = () => ({ json: { now: now(), nonce: 'n', products: [product('490', { shops: [] })] } });
    const height = async (options) => {
      const tab = await open('/product', options);
      await tab.locator('.tsunagi-stock--empty').waitFor();
      await tab.waitForLoadState('networkidle');
      const box = await tab.locator('tsunagi-stock').boundingBox();
      assert.equal(await tab.evaluate(() => window.shifts), 0);
      await tab.context().close();
      return box.height;
    };
    assert.ok(await height() > 200);
    pages['/product'] = pages['/product'].replace('<form', '<div style="height:2000px"></div><form');
    assert.ok(await height() < 150);
    pages['/product'] = pages['/product'].replace('<div style="height:2000px"></div>', '');
  });

  test('a page without products says how they come here', async () => {
    const tab = await open('/pinned');
    await tab.waitForResponse('**/pins.json');
    assert.match(await tab.locator('tsunagi-stock').innerText(), /マイページに残す/);
    answers['pins.json'] = () => ({ json: { now: now(), nonce: 'n', products: [product('490', { product_name: '今治タオル', pinned: true })] } });
    await tab.evaluate(() => window.dispatchEvent(new Event('online')));
    await tab.locator('.tsunagi-stock__product').waitFor();
    answers['pins.json'] = () => ({ json: { now: now(), nonce: 'n', products: [] } });
    await tab.evaluate(() => window.dispatchEvent(new Event('online')));
    await tab.locator('.tsunagi-stock__product').waitFor({ state: 'detached' });
    assert.match(await tab.locator('tsunagi-stock').innerText(), /マイページに残す/);
    await tab.context().close();
  });

  for (const [status, code] of [[401, 'signed_out'], [403, 'other_customer']]) {
    test(`${status} to what the shopper kept: it leaves the open page, and nothing else does`, async () => {
      const kept = () => ({ json: { now: now(), nonce: 'n', products: [product('491', { product_name: '今治タオル', pinned: true })] } });
      for (const [path, left] of [['/pinned', 0], ['/listed', 1]]) {
        answers['pins.json'] = kept;
        const tab = await open(path);
        await tab.locator('.tsunagi-stock__product', { hasText: '今治タオル' }).waitFor();
        answers['pins.json'] = { status, json: { error: { code } } };
        await tab.evaluate(() => window.dispatchEvent(new Event('online')));
        await tab.waitForFunction(() => !document.body.textContent.includes('今治タオル'));
        assert.equal(await tab.locator('.tsunagi-stock').count(), left);
        if (left === 0) assert.match(await tab.locator('tsunagi-stock').innerText(), /マイページに残す/);
        answers['pins.json'] = kept;
        await tab.evaluate(() => window.dispatchEvent(new Event('online')));
        await tab.locator('.tsunagi-stock__product', { hasText: '今治タオル' }).waitFor();
        await tab.context().close();
      }
    });
  }

  test('the guard erases a card of somebody else or of nobody, and leaves the rest alone', async () => {
    const kept = { 'tsunagi:card': JSON.stringify({ customer: '7001', card: { code: 'X' } }), 'other': 'x', 'tsunagi-hint': '1' };
    for (const [path, stored, left] of [
      ['/guard', kept, ['other', 'tsunagi-hint', 'tsunagi:card']], ['/guard-out', kept, ['other', 'tsunagi-hint']],
      ['/guard', { 'tsunagi:card': JSON.stringify({ customer: '7002' }) }, []], ['/guard', { 'tsunagi:card': 'not JSON' }, []], ['/guard', { 'tsunagi:card': 'null' }, []],
    ]) {
      const tab = await phone(browser);
      await tab.goto(`${site.url}/product`);
      await tab.evaluate((all) => { localStorage.clear(); Object.assign(localStorage, all); }, stored);
      await tab.goto(site.url + path);
      assert.deepEqual(await tab.evaluate(() => Object.keys(localStorage).sort()), left, `${path} ${JSON.stringify(stored)}`);
      await tab.context().close();
    }
  });

  for (const path of ['/card', '/join', '/product', '/pinned', '/sample']) {
    for (const options of [{ width: 320 }, { width: 195, dpr: 4 }]) {
      test(`${path} at ${options.width} px: axe has nothing to say, targets are large, nothing sticks out`, async () => {
        if (path === '/join') answers['card.json'] = () => ({ json: { state: 'not_joined', customer: '7001', nonce: 'n', now: now() } });
        const tab = await open(path, options);
        await tab.waitForLoadState('networkidle');
        await tab.evaluate(axe);
        const { violations } = await tab.evaluate(() => window.axe.run('.tsunagi-block', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
        assert.deepEqual(violations.map((one) => `${one.id} ${one.nodes[0].html}`), []);
        const small = await tab.locator('.tsunagi-block a:visible, .tsunagi-block button:visible').evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML));
        assert.deepEqual(small, []);
        assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
        assert.deepEqual(tab.problems, []);
        await tab.context().close();
      });
    }
  }
});

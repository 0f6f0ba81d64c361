// What is in the page is what the core says: the DOM's own serialisation equals the shipped module under Node and the native
// core, byte for byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone, zbar } from '../../support/browser.mjs';
import { shippedCore } from '../../support/app.mjs';
import { generatedInputs, renderNatively } from '../../support/inputs.mjs';

const kInputs = 1_336;  // three in four are views
const kStockInputs = 360;  // one in four is a stock
const kProducts = 3;  // in one answer

export function sameBytes(world) {
  test('1,000 generated inputs: DOM, module under Node and native core agree', async () => {
    const { stack } = world;
    const inputs = generatedInputs(stack.seed, kInputs).filter((input) => input.view !== 'barcode');
    const core = await shippedCore();
    const node = inputs.map(({ view, given }) => core[view](...given));
    assert.deepEqual(renderNatively(inputs), node, 'native and Node');

    const page = await phone(world.browser);
    await page.goto(stack.signInUrl(world.data.joined[0].id));
    await page.waitForFunction(() => document.querySelector('tsunagi-card')?.dataset.state === 'ready');
    const dom = await page.evaluate(async (list) => {
      const { core: loader, wasm } = document.querySelector('tsunagi-card').dataset;
      const shipped = await (await import(loader)).load(wasm);
      const place = document.createElement('div');
      return list.map(({ view, given }) => { place.innerHTML = shipped[view](...given); return place.innerHTML; });
    }, inputs);
    for (const [i, html] of dom.entries()) assert.equal(html, node[i], `input ${i} of seed ${stack.seed}`);
    await page.context().close();
  });

  test('the blocks show what the core renders from what the server answered', async () => {
    const { stack, data } = world;
    const core = await shippedCore();
    const page = await phone(world.browser);
    const cards = generatedInputs(stack.seed + 1, 200).filter((input) => input.view === 'card').slice(0, 50).map((input) => input.given[0]);
    let next = null;
    await page.route('**/card.json*', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(next) }));
    await page.clock.install();
    next = { ...cards[0], now: 1_790_000_000 };
    await page.goto(stack.signInUrl(data.joined[0].id));
    for (const card of cards) {
      next = { ...card, now: Math.floor(Date.now() / 1000) };
      const answered = page.waitForResponse('**/card.json*');
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await answered;
      await page.waitForFunction((state) => document.querySelector('tsunagi-card').dataset.state === state, card.state);
      const { html, options, context } = await page.evaluate(() => {
        const element = document.querySelector('tsunagi-card');
        return { html: element.querySelector('[data-tsunagi-view]').innerHTML, options: JSON.parse(element.dataset.options), context: element.dataset.language };
      });
      const possible = [-2, -1, 0, 1, 2].map((second) => core.card(next, options, { language: context, now: next.now + second }));
      assert.ok(possible.includes(html), `card ${JSON.stringify(card)}\n${html}\n${possible[2]}`);
    }
    await page.context().close();
  });

  test('the stock block shows what the core renders of every product the server answered', async () => {
    const { stack, data } = world;
    const core = await shippedCore();
    const products = generatedInputs(stack.seed + 2, kStockInputs).filter((input) => input.view === 'stock').map(({ given: [product, { now }] }) => ({
      ...product, shops: product.shops.map((shop) => ({ ...shop, as_of: shop.as_of && shop.as_of - now })) }));
    const answer = (chosen, now) => ({ now, nonce: 'x', products: chosen.map((product) => ({
      ...product, shops: product.shops.map((shop) => ({ ...shop, as_of: shop.as_of && shop.as_of + now })) })) });
    for (const [route, url, shown] of [
      ['stock.json', `${stack.shopify.storefront}/products/${data.products[0].handle}`, (product) => ({ ...product, product_name: '', can_locate: true })],  // the page says it
      ['pins.json', stack.signInUrl(data.joined[0].id), (product) => ({ ...product, can_locate: true })],
    ]) {
      const page = await phone(world.browser);
      let next = answer(products.slice(0, kProducts), Math.floor(Date.now() / 1000));
      await page.route(`**/${route}*`, (request) => request.fulfill({ contentType: 'application/json', headers: { 'cache-control': 'no-store' }, body: JSON.stringify(next) }));
      await page.goto(url);
      const language = await page.evaluate(() => document.querySelector('tsunagi-stock').dataset.language);
      for (let first = 0; first < products.length; first += kProducts) {
        next = answer(products.slice(first, first + kProducts), Math.floor(Date.now() / 1000));
        await page.evaluate(() => window.dispatchEvent(new Event('online')));
        const possible = [-1, 0, 1, 2, 3].map((second) => next.products.map((product) => core.stock(shown(product), { language, now: next.now + second })).join(''));
        await page.waitForFunction((list) => list.includes(document.querySelector('tsunagi-stock [data-tsunagi-view]').innerHTML), possible, { timeout: 5_000 }).catch(() => {});
        const html = await page.evaluate(() => document.querySelector('tsunagi-stock [data-tsunagi-view]').innerHTML);
        if (!possible.includes(html)) assert.equal(html, possible[1], `${route}, products from ${first} of seed ${stack.seed}`);
      }
      await page.context().close();
    }
  });

  test('with the module blocked the Liquid card stays and says its time, also after the next poll', async () => {
    const { stack, data } = world;
    const page = await phone(world.browser);
    let blocked = 0;
    await page.route('**/*.wasm*', (route) => { blocked += 1; return route.abort(); });
    await page.goto(stack.signInUrl(data.joined[0].id));
    await page.waitForFunction(() => document.querySelector('tsunagi-card')?.dataset.state !== undefined);
    const look = async (when) => {
      assert.equal(await page.locator('.tsunagi-barcode').count(), 1, when);
      assert.deepEqual(zbar(await page.locator('.tsunagi-barcode').screenshot()).map(({ text }) => text), [data.joined[0].code], when);
      assert.match(await page.locator('.tsunagi-points__as-of').innerText(), /時点/, when);
    };
    await look('after the first answer');
    // The second of two answers begins when the first was taken in.
    for (let poll = 0; poll < 2; ++poll) assert.equal((await page.waitForResponse('**/card.json*')).status(), 200);
    await look('after the next');
    assert.ok(blocked > 0, 'the module was asked for');
    await page.context().close();
  });
}

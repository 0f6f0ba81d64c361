// What the stock block costs a product page, and that it is right soon after a sale at the till.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { phone } from '../../support/browser.mjs';
import { until } from '../../support/processes.mjs';
import { send } from '../../support/stack.mjs';

const kOwnBytes = 15_000;  // after gzip, without the module that draws every view of ours and is shared with the card
const kRightWithinMs = 15_000;
const kNewWordsMoveAtMost = 0.001;  // of a layout shift: “a few left” is a little wider than “in stock”

export function stockLine(world) {
  test('the stock block is small, asks nobody else, moves nothing, and is right within 15 s of a sale at the till', async () => {
    const { stack, data } = world;
    const rowsOf = async ({ code, sku }) => (await send('GET', `${stack.shopify.storefront}/apps/tsunagi/stock.json?barcode=${code}&sku=${sku}`)).products[0].shops;
    const shelves = (await Promise.all(data.products.map(async (product) => (await rowsOf(product)).map(({ shop_id: shop, on_hand: count }) => ({ product, shop, count }))))).flat();
    const { product, shop, count: before } = shelves.toSorted((a, b) => b.count - a.count)[0];
    assert.ok(before > 3, `${before} on hand to begin with`);
    const page = await phone(world.browser);
    await page.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((entries) => entries.getEntries().forEach((entry) => { window.shifts += entry.value; })).observe({ type: 'layout-shift', buffered: true });
    });
    const loaded = [];
    page.on('response', (response) => loaded.push(response));
    await page.goto(`${stack.shopify.storefront}/products/${product.handle}`);
    const row = page.locator(`.tsunagi-stock__shop[data-tsunagi-shop="${shop}"]`).first();
    await row.waitFor();
    const signBefore = await row.innerText();

    const addresses = loaded.map((response) => new URL(response.url()));
    const ownHosts = [stack.shopify.storefront, stack.shopify.cdn].map((address) => new URL(address).host).sort();
    assert.deepEqual([...new Set(addresses.filter(({ protocol }) => protocol.startsWith('http')).map(({ host }) => host))].sort(), ownHosts, 'the shop and Shopify’s own files');
    const files = loaded.filter((response) => /\/tsunagi[^/]*\.(js|css|wasm)/.test(new URL(response.url()).pathname));
    const sizes = Object.fromEntries(await Promise.all(files.map(async (file) => [new URL(file.url()).pathname.split('/').pop(), gzipSync(await file.body(), { level: 9 }).length])));
    const module = Object.keys(sizes).filter((name) => name.endsWith('.wasm'));
    assert.equal(module.length, 1, 'the module was asked for');
    const own = Object.entries(sizes).filter(([name]) => !module.includes(name)).reduce((sum, [, size]) => sum + size, 0);
    console.log(`# own bytes after gzip: ${own}; ${JSON.stringify(sizes)}`);
    assert.ok(own > 0 && own <= kOwnBytes, `${own} bytes: ${JSON.stringify(sizes)}`);

    assert.equal(await page.evaluate(() => window.shifts), 0);
    const soldAt = Date.now();
    await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: shop, lines: [{ product_code: product.code, quantity: before - 1 }], spend_points: 0 });
    await until('the open page to show it', async () => (await row.innerText()) !== signBefore, kRightWithinMs, 100);
    console.log(`# right ${Date.now() - soldAt} ms after the sale`);
    assert.equal((await rowsOf(product)).find(({ shop_id: id }) => id === shop).on_hand, 1);
    const moved = await page.evaluate(() => window.shifts);
    assert.ok(moved <= kNewWordsMoveAtMost, `${moved}`);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

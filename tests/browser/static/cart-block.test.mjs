// The way from the cart to the pick-up page is there when it leads somewhere, and names what is in the cart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderBlock, root } from './harness.mjs';

const item = (quantity, { barcode = '', sku = '' }) => ({ quantity, sku, variant: { barcode, sku } });
const many = (count) => Array.from({ length: count }, (_, i) => item(1, { sku: `S${i}` }));
const block = (items, more = {}) => renderBlock('cart-pickup', { cart: { item_count: items.length, items }, ...more });
const hrefOf = (html) => /href="([^"]*)"/.exec(html)?.[1].replaceAll('&amp;', '&');

for (const [what, items, more, expected] of [
  ['the barcode, else the SKU', [item(2, { barcode: '4900000000017', sku: 'A' }), item(1, { sku: 'B-1' })], {}, '/apps/tsunagi/pickup?line=2*4900000000017&line=1*B-1'],
  ['in English', [item(1, { sku: 'A' })], { locale: 'en' }, '/en/apps/tsunagi/pickup?line=1*A'],
  ['another path', [item(1, { sku: 'A' })], { settings: { path: 'a/shops/' } }, '/a/shops/pickup?line=1*A'],
  ['codes as they are typed', [item(1, { sku: ' A&B "1"*%日 ' })], {}, `/apps/tsunagi/pickup?line=1*${new URLSearchParams({ x: 'A&B "1"*%日' }).toString().slice(2).replaceAll('*', '%2A')}`],
  ['99 of 20 products', [...many(19), item(99, { sku: 'Z' })], {}, `/apps/tsunagi/pickup?${many(19).map(({ sku }) => `line=1*${sku}&`).join('')}line=99*Z`],
  ['what has no code is left out', [item(1, {}), item(3, { sku: 'A' })], {}, '/apps/tsunagi/pickup?line=3*A'],
]) {
  test(`leads there: ${what}`, async () => {
    const html = await block(items, more);
    assert.equal(hrefOf(html)?.replaceAll('%2A', '*'), expected.replaceAll('%2A', '*'));
    assert.equal(html.includes('tsunagi-cart__note'), items.some(({ sku, variant }) => !sku && !variant.barcode));
  });
}

for (const [what, items, more] of [
  ['an empty cart', [], {}], ['no code', [item(1, {}), item(1, {})], {}], ['21 products', many(21), {}], ['100 of one', [item(100, { sku: 'A' })], {}],
  ['it is tried out without this customer', [item(1, { sku: 'A' })], { pilot: true, customer: { tags: [] } }],
]) {
  test(`nothing: ${what}`, async () => assert.equal((await block(items, more)).replace(/^\s*<tsunagi-cart [^>]*>\s*<\/tsunagi-cart>/, '').trim(), ''));
}

test('the editor shows a sample, which leads nowhere', async () => {
  const html = await block([], { designMode: true });
  assert.match(html, /data-shopify-editor-block[^]*カートの商品を店舗で受け取る[^]*見本です/);
  assert.equal(hrefOf(html), undefined);
});

test('its limits are the server\'s', () => {
  const [liquid, header] = ['theme-extension/blocks/cart-pickup.liquid', 'server/domain/fulfilment/pickup.h'].map((path) => readFileSync(join(root, path), 'utf8'));
  for (const [ours, theirs] of [['lines_most', 'kPickupLinesMost'], ['quantity_most', 'kPickupQuantityMost']]) {
    assert.equal(new RegExp(`assign ${ours} = (\\d+)`).exec(liquid)?.[1], new RegExp(`${theirs} = (\\d+);`).exec(header)?.[1], theirs);
  }
});

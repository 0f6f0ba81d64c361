// What only a browser shows: the admin frame with its bridge, the variant picker, the theme editor's events, axe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { chromium } from 'playwright-core';
import { oauthHmac, verifySessionToken } from '../lib/signing.mjs';
import { addCustomer, kAllScopes, kSecret, startSandbox } from './helpers.mjs';

const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const kAxe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** @param {import('node:test').TestContext} t */
async function browserFor(t) {
  const browser = await chromium.launch({ executablePath: kChromium, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  return browser;
}

test('the admin frame opens the app with a signed query and hands out session tokens', async (t) => {
  const sandbox = await startSandbox(t);
  const { app, ready, seen, box } = sandbox;
  const page = await (await browserFor(t)).newPage();
  const document = `<!doctype html><html lang="ja"><head><title>Tsunagi</title><meta name="shopify-api-key" content="${box.clientId}">
    <script src="${ready.app_bridge_url}"></script></head><body><main><h1>Tsunagi</h1></main></body></html>`;
  // As an app must answer: framed by the admin and by nobody else.
  const policy = `frame-ancestors ${ready.admin}`;
  app.answer = ({ url }) => (url.pathname === '/admin' ? { headers: { 'content-type': 'text/html', 'content-security-policy': policy }, body: document } : { headers: { 'content-type': 'application/json' }, body: '{"ok":true}' });
  assert.equal(box.app.installed, false);
  await page.goto(ready.app_page);
  const frame = /** @type {import('playwright-core').Frame} */ (page.frame({ name: 'app-iframe' }));
  await frame.waitForFunction('window.shopify');
  assert.equal(box.app.installed, true, 'managed installation');
  const { url } = seen[0];
  assert.equal(url.searchParams.get('hmac'), oauthHmac(url.searchParams, kSecret));
  assert.deepEqual(['shop', 'embedded', 'locale'].map((name) => url.searchParams.get(name)), [ready.shop, '1', 'ja']);
  assert.equal(Buffer.from(url.searchParams.get('host') ?? '', 'base64').toString(), 'admin.shopify.com/store/tsunagi-demo');
  const check = (/** @type {unknown} */ token) => verifySessionToken(token, { secret: kSecret, clientId: box.clientId, shop: ready.shop, now: box.now() });
  check(url.searchParams.get('id_token'));
  assert.deepEqual(await frame.evaluate('fetch("/admin/api/status").then((r) => r.json())'), { ok: true });
  const [, bearer] = /^Bearer (.+)$/.exec(seen.at(-1)?.headers.authorization) ?? [];
  check(bearer);
  check(await frame.evaluate('window.shopify.idToken()'));
  const extensions = /** @type {any[]} */ (await frame.evaluate('window.shopify.app.extensions()'));
  const card = extensions[0].activations.find((/** @type {any} */ one) => one.handle === 'member-card');
  assert.deepEqual([card.status, card.target], ['active', 'section']);
  assert.ok(card.activations.some((/** @type {any} */ one) => one.target === 'template--customers/account.json'));
  await frame.evaluate('window.shopify.toast.show("保存しました")');
  await page.locator('#toast', { hasText: '保存しました' }).waitFor();
  await page.evaluate(readFileSync(kAxe, 'utf8'));
  const { violations } = await page.evaluate('window.axe.run(document, {iframes: false})');
  assert.deepEqual(violations.map((/** @type {any} */ one) => [one.id, one.nodes[0].html]), []);
});

test('the variant picker changes the address, the form and tells', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token(kAllScopes);
  const { data } = await sandbox.graphql(token, `mutation { productSet(input: {title: "cup", productOptions: [{name: "色", values: [{name: "赤"}, {name: "青"}]}],
    variants: [{optionValues: [{optionName: "色", name: "赤"}], barcode: "1", price: "1100"}, {optionValues: [{optionName: "色", name: "青"}], barcode: "2", price: "1200"}]}) {
    product { variants(first: 2) { nodes { legacyResourceId } } } } }`);
  const second = data.productSet.product.variants.nodes[1].legacyResourceId;
  const page = await (await browserFor(t)).newPage();
  await page.goto(sandbox.url('/products/cup'));
  await page.evaluate(`window.heard = [];
    document.addEventListener('variant:change', (event) => window.heard.push(['variant:change', String(event.detail.variant.id), event.detail.variant.barcode]));
    document.querySelector('form [name=id]').addEventListener('change', (event) => window.heard.push(['change', event.target.value]));`);
  await page.selectOption('variant-picker select', second);
  assert.deepEqual(await page.evaluate('window.heard'), [['change', second], ['variant:change', second, '2']]);
  assert.equal(new URL(page.url()).searchParams.get('variant'), second);
  assert.equal(await page.textContent('[data-product-price]'), '¥1,200');
});

test('the theme editor unloads and loads sections', async (t) => {
  const sandbox = await startSandbox(t);
  const page = await (await browserFor(t)).newPage();
  await page.goto(sandbox.url('/pages/about?design_mode=1'));
  const result = await page.evaluate(`(async () => {
    const heard = [];
    for (const name of ['shopify:section:unload', 'shopify:section:load']) document.addEventListener(name, (event) => heard.push([name, event.detail.sectionId]));
    const before = document.getElementById('shopify-section-template--1__main');
    await window.Shopify.sandboxEditor.reload('template--1__main');
    return { heard, designMode: window.Shopify.designMode, fresh: before !== document.getElementById('shopify-section-template--1__main') };
  })()`);
  const id = 'template--1__main';
  assert.deepEqual(result, { heard: [['shopify:section:unload', id], ['shopify:section:load', id]], designMode: true, fresh: true });
});

test('the theme itself has nothing that axe finds, in both schemes and languages at 320 px', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token(kAllScopes);
  const { id } = await addCustomer(sandbox, token, { lastName: '佐藤', email: 'a@example.com' });
  await sandbox.graphql(token, 'mutation { productCreate(product: {title: "cup"}) { product { id } } }');
  const page = await (await browserFor(t)).newPage({ viewport: { width: 320, height: 640 } });
  await page.goto(sandbox.url(`/_sandbox/sign-in?customer=${id}&return_to=/account`));
  const axe = readFileSync(kAxe, 'utf8');
  for (const scheme of ['light', 'dark']) {
    for (const path of ['/', '/account', '/en/products/cup', '/collections/all', '/en/cart', '/pages/about']) {
      await page.goto(sandbox.url(`${path}?scheme=${scheme}`));
      await page.evaluate(axe);
      const { violations } = await page.evaluate('window.axe.run(document)');
      assert.deepEqual(violations.map((/** @type {any} */ one) => [one.id, one.nodes[0].html]), [], `${path} ${scheme}`);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= 320'), `${path} does not scroll sideways`);
    }
  }
});

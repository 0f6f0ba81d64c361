// The storefront: pages, sign-in, languages, blocks with their defaults and mistakes, metafields with their access.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { addCustomer, defineCard, kAllScopes, kSetMetafields, startSandbox } from './helpers.mjs';

const kSchema = (/** @type {object} */ more = {}) => `{% schema %}${JSON.stringify({ name: 'Card', target: 'section', settings: [
  { type: 'text', id: 'heading', label: 'H', default: '会員証' }, { type: 'checkbox', id: 'flag', label: 'F' }, { type: 'product_list', id: 'list', label: 'L' }], ...more })}{% endschema %}`;

/**
 * A sandbox with an extension of its own, an app, and a customer.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} files
 */
async function withExtension(t, files) {
  const extension = mkdtempSync(join(tmpdir(), 'extension-'));
  t.after(() => rmSync(extension, { recursive: true }));
  for (const folder of ['blocks', 'snippets', 'assets', 'locales']) mkdirSync(join(extension, folder));
  const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(extension, name), text);
  const all = {
    'blocks/member-card.liquid': `card${kSchema()}`, 'blocks/store-stock.liquid': `stock${kSchema()}`,
    'blocks/card-guard.liquid': `<i id="guard"></i>${kSchema({ target: 'body' })}`,
    'blocks/cart-pickup.liquid': `cart${kSchema()}`,
    'locales/en.default.json': '{"a":{"hello":"Hello {{ name }}","count":{"one":"one","other":"{{ count }} many"},"raw":"<b>","raw_html":"<b>"}}',
    'locales/ja.json': '{"a":{"hello":"{{ name }}さん"}}', ...files,
  };
  for (const [name, text] of Object.entries(all)) write(name, text);
  const sandbox = await startSandbox(t, { extension });
  const token = await sandbox.appToken();
  const customer = await addCustomer(sandbox, token, { lastName: '佐藤', firstName: '花子', email: 'hanako@example.com' });
  return { ...sandbox, token, customer, write, extension };
}

/** @param {string} html @param {string} handle */
const blockOf = (html, handle) => new RegExp(`data-block-handle="${handle}">([\\s\\S]*?)</div>`).exec(html)?.[1];

test('sign-in and sign-out, by control and by form', async (t) => {
  const { get, customer, url } = await withExtension(t, {});
  const account = await get('/account');
  assert.deepEqual([account.status, account.headers.get('location')], [302, '/account/login?return_url=%2Faccount']);
  const signIn = await get(`/_sandbox/sign-in?customer=${customer.id}&return_to=/pages/member`);
  assert.deepEqual([signIn.status, signIn.headers.get('location')], [302, '/pages/member']);
  const cookie = signIn.headers.get('set-cookie') ?? '';
  assert.match(cookie, /HttpOnly/);
  assert.match(await (await get('/account', { headers: { cookie: cookie.split(';')[0] } })).text(), /佐藤 花子/);
  const signOut = await get('/_sandbox/sign-out?return_to=/');
  assert.match(signOut.headers.get('set-cookie') ?? '', /Max-Age=0/);
  assert.match((await get('/account/logout')).headers.get('set-cookie') ?? '', /Max-Age=0/);
  const form = (/** @type {Record<string, string>} */ fields) => fetch(url('/account/login'), { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  const known = await form({ 'customer[email]': 'HANAKO@example.com', return_to: '/pages/about' });
  assert.deepEqual([known.status, known.headers.get('location')], [302, '/pages/about']);
  assert.match(await (await form({ 'customer[email]': 'nobody@example.com' })).text(), /role="alert"/);
  const away = await form({ 'customer[email]': 'hanako@example.com', return_to: '//evil.example/' });
  assert.equal(away.headers.get('location'), '/account');
});

test('blocks get the defaults of their schema and the settings of the control', async (t) => {
  const body = '[{{ block.settings.heading }}|{{ block.settings.flag }}|{{ block.settings.list | size }}|{{ section.id }}|{{ block.id }}|{{ block.shopify_attributes }}]';
  const { page, put } = await withExtension(t, { 'blocks/member-card.liquid': body + kSchema() });
  assert.equal(blockOf(await page(null, '/pages/about'), 'member-card'), '[会員証|false|0|template--1__apps|member_card|]');
  await put('/_sandbox/theme', { blocks: { 'member-card': { heading: 'My card', flag: true } } });
  assert.match(blockOf(await page(null, '/pages/about'), 'member-card') ?? '', /^\[My card\|true\|/);
  assert.match(blockOf(await page(null, '/pages/about?design_mode=1'), 'member-card') ?? '', /data-shopify-editor-block="\{&quot;id&quot;/);
});

test('the card metafield: its own block reads it, theme and other customers do not', async (t) => {
  const read = '{{ customer.metafields["$app:tsunagi"].card.value.code }}';
  const sandbox = await withExtension(t, { 'blocks/member-card.liquid': `[${read}|{{ customer.metafields["$app:tsunagi"].card.value.points | plus: 1 }}]${kSchema()}` });
  const { token, customer, graphql, page, box } = sandbox;
  await defineCard(sandbox, token);
  const other = await addCustomer(sandbox, token, { lastName: '鈴木' });
  await graphql(token, kSetMetafields, { metafields: [{ ownerId: customer.gid, namespace: '$app:tsunagi', key: 'card', type: 'json', value: '{"code":"T01","points":5}' }] });
  assert.equal(blockOf(await page(customer.id, '/account'), 'member-card'), '[T01|6]');
  assert.equal(blockOf(await page(other.id, '/account'), 'member-card'), '[|1]');
  assert.equal(blockOf(await page(null, '/pages/member'), 'member-card'), '[|1]');
  const { Objects } = await import('../storefront/objects.mjs');
  const request = { ...box.storefront.requestInfo(/** @type {any} */ ({ headers: { cookie: `_sandbox_customer=${customer.id}` } }), new URL('http://x/account')) };
  assert.deepEqual(new Objects(box, request, 'page', {}).globals({ app: false }).customer.metafields, {});
});

test('output is not escaped by itself: a block that forgets it shows it', async (t) => {
  const sandbox = await withExtension(t, { 'blocks/member-card.liquid': `{{ customer.first_name }}|{{ customer.first_name | escape }}|{{ customer.first_name | json }}${kSchema()}` });
  const odd = await addCustomer(sandbox, sandbox.token, { firstName: '<img src=x>&"' });
  assert.equal(blockOf(await sandbox.page(odd.id, '/account'), 'member-card'),
    '<img src=x>&"|&lt;img src=x&gt;&amp;&quot;|"\\u003cimg src=x\\u003e\\u0026\\""');
});

test('words: language of the shop, of the prefix, missing keys, plurals, HTML', async (t) => {
  const { page, put, write, get } = await withExtension(t, { 'blocks/member-card.liquid': `[{{ 'a.hello' | t: name: 'A' }}]${kSchema()}` });
  assert.equal(blockOf(await page(null, '/pages/about'), 'member-card'), '[Aさん]');
  assert.equal(blockOf(await page(null, '/en/pages/about'), 'member-card'), '[Hello A]');
  assert.equal(blockOf(await page(null, '/pages/about?locale=en'), 'member-card'), '[Hello A]');
  await put('/_sandbox/theme', { locale: 'en' });
  write('blocks/member-card.liquid', `[{{ 'a.count' | t: count: 1 }} {{ 'a.count' | t: count: 2 }} {{ 'a.raw' | t }} {{ 'a.raw_html' | t }}]${kSchema()}`);
  assert.equal(blockOf(await page(null, '/pages/about'), 'member-card'), '[one 2 many &lt;b&gt; <b>]');
  write('blocks/member-card.liquid', `{{ 'a.nothing' | t }}${kSchema()}`);
  assert.match(await page(null, '/pages/about'), /data-sandbox-error>Translation missing: en\.a\.nothing/);
  const errors = await (await get('/_sandbox/errors')).json();
  assert.match(errors.at(-1).message, /Translation missing: en\.a\.nothing/);
});

test('mistakes of a block are visible in the page and in the log', async (t) => {
  const { page, write, box, extension } = await withExtension(t, { 'snippets/part.liquid': '{% doc %}\n  @param {string} name - who\n  @param {string} [more] - what\n{% enddoc %}{{ name }}{{ more }}' });
  for (const [body, message] of [
    ['{{ 1 | nofilter }}', /undefined filter: nofilter/], ['{% nosuchtag %}', /tag "nosuchtag" not found/], ['{% if %}', /./],
    ["{% render 'missing' %}", /missing/], ["{% render 'part', nme: 'x' %}", /unknown argument "nme"/], ["{% render 'part', more: 'x' %}", /argument "name" is missing/],
    ["{% render 'part', name: 'x' | upcase %}", /no filters/], ["{% include 'part' %}", /not allowed here/], ['{% section "x" %}', /not allowed here/],
  ]) {
    write('blocks/member-card.liquid', body + kSchema());
    assert.match(await page(null, '/pages/about'), /data-sandbox-error>Liquid error/, String(body));
    assert.match(box.log.errors.at(-1)?.message ?? '', /** @type {RegExp} */ (message), String(body));
  }
  write('blocks/member-card.liquid', `{% render 'part', name: 'ok' %}${kSchema()}`);
  assert.equal(blockOf(await page(null, '/pages/about'), 'member-card'), 'ok');
  write('blocks/member-card.liquid', 'x{% schema %}{"name":"a",}{% endschema %}');
  assert.match(await page(null, '/pages/about'), /data-sandbox-error>[^<]*schema/);
  rmSync(join(extension, 'blocks/member-card.liquid'));
  assert.match(await page(null, '/pages/about'), /data-sandbox-error>[^<]*the block does not exist/);
});

test('assets of a schema come once in the head, from another origin, with their type and CORS', async (t) => {
  const schema = kSchema({ javascript: 'entry.js', stylesheet: 'look.css' });
  const { page, ready, box } = await withExtension(t, {
    'blocks/member-card.liquid': `{{ 'core.wasm' | asset_url }}${schema}`, 'blocks/store-stock.liquid': `x${schema}`,
    'assets/entry.js': '1', 'assets/look.css': 'a{}', 'assets/core.wasm': '\0asm',
  });
  const html = await page(null, '/pages/member');
  const head = html.slice(0, html.indexOf('</head>'));
  const base = `${ready.cdn}/extensions/${box.assets.uuid}/tsunagi-1/assets/`;
  assert.equal(head.split(`<script src="${base}entry.js" async`).length, 2);
  assert.equal(head.split(`<link href="${base}look.css"`).length, 2);
  assert.equal(blockOf(html, 'member-card'), `${base}core.wasm`);
  assert.notEqual(ready.cdn, ready.storefront);
  const wasm = await fetch(`${base}core.wasm`);
  assert.deepEqual([wasm.headers.get('content-type'), wasm.headers.get('access-control-allow-origin')], ['application/wasm', '*']);
  assert.equal((await page(null, '/pages/about')).startsWith('<!doctype html>'), true);
  const again = await fetch(`${base}core.wasm`, { headers: { 'if-none-match': wasm.headers.get('etag') ?? '' } });
  assert.equal(again.status, 304);
  for (const name of ['nothing.js', '..%2fblocks%2fmember-card.liquid', 'x.gif']) assert.equal((await fetch(base + name)).status, 404, name);
});

test('the app embed is on every page, except where its schema says', async (t) => {
  const { page, put, write, customer } = await withExtension(t, {});
  for (const path of ['/', '/account', '/account/login', '/pages/about', '/cart', '/collections/all', '/nothing']) {
    assert.match(await page(customer.id, path === '/account/login' ? '/pages/member' : path), /id="guard"[\s\S]*<\/body>/, path);
  }
  await put('/_sandbox/theme', { password: true });
  assert.match(await page(customer.id, '/password'), /id="guard"/);
  write('blocks/card-guard.liquid', `<i id="guard">{{ customer.id }}</i>${kSchema({ target: 'body', disabled_on: { templates: ['password'] } })}`);
  assert.doesNotMatch(await page(customer.id, '/password'), /id="guard"/);
  await put('/_sandbox/theme', { password: false });
  await put('/_sandbox/app', { installed: false });
  assert.doesNotMatch(await page(customer.id, '/'), /id="guard"/);
});

test('a store behind its password redirects everything, the app proxy too', async (t) => {
  const { get, put, customer, url } = await withExtension(t, {});
  await put('/_sandbox/theme', { password: true });
  for (const path of ['/', '/account', '/pages/member', '/apps/tsunagi/card.json']) {
    const reply = await get(path, { headers: { cookie: `_sandbox_customer=${customer.id}` } });
    assert.deepEqual([reply.status, reply.headers.get('location')], [302, '/password'], path);
  }
  const entered = await fetch(url('/password'), { method: 'POST', redirect: 'manual', body: 'password=x' });
  assert.equal((await get('/', { headers: { cookie: (entered.headers.get('set-cookie') ?? '').split(';')[0] } })).status, 200);
});

test('products: variants with barcodes, the chosen variant, scheme and sections', async (t) => {
  const sandbox = await withExtension(t, { 'blocks/store-stock.liquid': `[{{ product.selected_or_first_available_variant.barcode }}|{% for v in product.variants %}{{ v.barcode }}:{{ v.sku }} {% endfor %}]${kSchema()}` });
  const { page, put, get, box } = sandbox;
  const answer = await sandbox.graphql(sandbox.box.tokens.createCustom(kAllScopes).access_token, `mutation { productSet(input: {title: "マグ カップ", productOptions: [{name: "色", values: [{name: "赤"}, {name: "青"}]}],
    variants: [{optionValues: [{optionName: "色", name: "赤"}], barcode: "4900000000017", sku: "R", price: "1100"},
    {optionValues: [{optionName: "色", name: "青"}], barcode: "4900000000024", sku: "B", price: "1200"}]}) { product { handle variants(first: 2) { nodes { legacyResourceId } } } userErrors { message } } }`);
  const { handle, variants } = answer.data.productSet.product;
  const path = `/products/${encodeURIComponent(handle)}`;
  assert.equal(blockOf(await page(null, path), 'store-stock'), '[4900000000017|4900000000017:R 4900000000024:B ]');
  const second = await page(null, `${path}?variant=${variants.nodes[1].legacyResourceId}`);
  assert.match(blockOf(second, 'store-stock') ?? '', /^\[4900000000024/);
  assert.match(second, /¥1,200/);
  assert.match(second, new RegExp(`<input type="hidden" name="id" value="${variants.nodes[1].legacyResourceId}">`));
  assert.match(await page(null, '/collections/all'), /マグ カップ/);
  await put('/_sandbox/theme', { scheme: 'dark' });
  assert.match(await page(null, path), /class="scheme-dark"/);
  assert.match(await page(null, `${path}?scheme=light`), /class="scheme-light"/);
  const section = await get(`${path}?section_id=template--1__main`);
  assert.match(await section.text(), /^<div id="shopify-section-template--1__main"/);
  assert.equal((await get(`${path}?section_id=none`)).status, 404);
  assert.equal((await get('/products/none')).status, 404);
  assert.deepEqual(box.log.errors, []);
});

test('the cart: what a product form adds, once a variant, and what blocks see of it', async (t) => {
  const sandbox = await withExtension(t, { 'blocks/cart-pickup.liquid': `[{% for item in cart.items %}{{ item.quantity }}*{{ item.variant.barcode }}:{{ item.sku }} {% endfor %}{{ cart.item_count }}]${kSchema()}` });
  const { get, url, page } = sandbox;
  const answer = await sandbox.graphql(sandbox.box.tokens.createCustom(kAllScopes).access_token, `mutation { productSet(input: {title: "マグ カップ", productOptions: [{name: "色", values: [{name: "赤"}, {name: "青"}]}],
    variants: [{optionValues: [{optionName: "色", name: "赤"}], barcode: "4900000000017", sku: "R", price: "1100"},
    {optionValues: [{optionName: "色", name: "青"}], barcode: "4900000000024", sku: "B", price: "1200"}]}) { product { variants(first: 2) { nodes { legacyResourceId } } } userErrors { message } } }`);
  const [red, blue] = answer.data.productSet.product.variants.nodes.map((/** @type {any} */ one) => one.legacyResourceId);
  assert.equal(blockOf(await page(null, '/cart'), 'cart-pickup'), '[0]');
  let cookie = '';
  const add = async (/** @type {Record<string, string>} */ fields, multipart = false) => {
    const body = multipart ? new FormData() : new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const reply = await fetch(url('/en/cart/add'), { method: 'POST', redirect: 'manual', body, headers: { cookie } });
    assert.equal(reply.headers.get('location'), '/en/cart');
    cookie = (reply.headers.get('set-cookie') ?? cookie).split(';')[0];
  };
  await add({ id: red }, true);
  await add({ id: blue, quantity: '2' });
  await add({ id: red });
  await add({ id: '999' });
  const html = await (await get('/en/cart', { headers: { cookie } })).text();
  assert.equal(blockOf(html, 'cart-pickup'), '[2*4900000000017:R 2*4900000000024:B 4]');
  assert.match(html, /Cart \(4\)[^]*マグ カップ - 赤[^]*¥2,200[^]*Subtotal[^]*¥4,600/);

  const told = (/** @type {any} */ { item_count, total_price, items }) => [item_count, total_price, ...items.map((/** @type {any} */ one) => `${one.quantity}*${one.variant_id}`)];
  assert.deepEqual(told(await (await get('/en/cart.js', { headers: { cookie } })).json()), [4, 460_000, `2*${red}`, `2*${blue}`]);
  const change = async (/** @type {object} */ asked, form = false) => {
    const body = form ? new URLSearchParams(Object.entries(asked)) : JSON.stringify(asked);
    const reply = await fetch(url('/cart/change.js'), { method: 'POST', body, headers: { cookie, ...(form ? {} : { 'content-type': 'application/json' }) } });
    cookie = (reply.headers.get('set-cookie') ?? cookie).split(';')[0];
    return reply.status === 200 ? told(await reply.json()) : reply.status;
  };
  assert.deepEqual(await change({ line: 1, quantity: 3 }), [5, 570_000, `3*${red}`, `2*${blue}`]);
  assert.deepEqual(await change({ id: blue, quantity: '1' }, true), [4, 450_000, `3*${red}`, `1*${blue}`]);
  assert.equal(await change({ line: 3, quantity: 1 }), 400);
  assert.equal(await change({ quantity: 1 }), 400);
  assert.deepEqual(await change({ id: `${red}:1`, quantity: 0 }), [1, 120_000, `1*${blue}`]);
  assert.deepEqual(sandbox.box.log.errors, []);
});

test('dates are of the clock in Tokyo, numbers are whole where Ruby keeps them whole', async (t) => {
  const { page } = await withExtension(t, { 'blocks/member-card.liquid':
    `{{ 1790000000 | date: '%Y-%m-%d %H:%M %z' }}|{{ '2026-12-31' | date: '%s' }}|{{ 7 | divided_by: 2 }}|{{ 7.5 | divided_by: 2 }}|{{ -1 | modulo: 4 }}|{{ 110000 | money }}${kSchema()}` });
  assert.equal(blockOf(await page(null, '/pages/about'), 'member-card'), '2026-09-21 23:13 +0900|1798642800|3|3.75|3|¥1,100');
});

test('our own blocks and theme render without a mistake', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'extension-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(new URL('../../../../theme-extension', import.meta.url), folder, { recursive: true });
  const sandbox = await startSandbox(t, { extension: folder });
  const token = await sandbox.appToken();
  const { id } = await addCustomer(sandbox, token, { lastName: '佐藤' });
  for (const locale of ['', '/en']) {
    for (const path of ['/', '/account', '/pages/member', '/pages/member?design_mode=1', '/pages/about', '/collections/all', '/cart', '/nothing']) {
      await sandbox.page(id, locale + path);
      await sandbox.page(null, locale + path);
    }
  }
  assert.deepEqual(sandbox.box.log.errors.filter((one) => !/^asset .* does not exist$/.test(one.message)), []);
});

// The app proxy: signature (Shopify's own vectors), stripping, redirects, Liquid replies, failures.
import assert from 'node:assert/strict';
import test from 'node:test';
import { proxyMessage, proxySignature } from '../lib/signing.mjs';
import { addCustomer, defineCard, kSecret, kSetMetafields, startSandbox } from './helpers.mjs';

test("Shopify's vectors", () => {
  const query = (/** @type {string} */ customer) => new URLSearchParams([
    ['extra', '1'], ['extra', '2'], ['shop', 'shop-name.myshopify.com'], ['logged_in_customer_id', customer],
    ['path_prefix', '/apps/awesome_reviews'], ['timestamp', '1317327555'],
  ]);
  assert.equal(proxyMessage(query('1')), 'extra=1,2logged_in_customer_id=1path_prefix=/apps/awesome_reviewsshop=shop-name.myshopify.comtimestamp=1317327555');
  assert.equal(proxySignature(query('1'), 'hush'), '4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb');
  assert.equal(proxySignature(query(''), 'hush'), 'e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb');
});

/** @param {import('node:test').TestContext} t */
async function installed(t) {
  const sandbox = await startSandbox(t);
  const token = await sandbox.appToken();
  const customer = await addCustomer(sandbox, token, { lastName: '佐藤', email: 'a@example.com' });
  await sandbox.box.webhooks.idle();
  sandbox.seen.length = 0;
  return { ...sandbox, token, customer, cookie: `_sandbox_customer=${customer.id}` };
}

test('a request carries who is signed in, and no more of the visitor than that', async (t) => {
  const { get, seen, customer, cookie, ready } = await installed(t);
  await get(`/apps/tsunagi/card.json?a=1&a=%E5%BA%97&shop=evil.myshopify.com&logged_in_customer_id=1&signature=00`, { headers: { cookie, 'x-forwarded-for': '1.2.3.4' } });
  const [{ url, headers }] = seen;
  assert.equal(url.pathname, '/proxy/card.json');
  assert.deepEqual(url.searchParams.getAll('a'), ['1', '店']);
  for (const [name, value] of [['shop', ready.shop], ['logged_in_customer_id', String(customer.id)], ['path_prefix', '/apps/tsunagi']]) {
    assert.deepEqual(url.searchParams.getAll(name), [value]);
  }
  assert.ok(Math.abs(Number(url.searchParams.get('timestamp')) - Date.now() / 1000) < 5);
  assert.equal(url.searchParams.get('signature'), proxySignature(url.searchParams, kSecret));
  assert.equal(headers.cookie, undefined);
  assert.equal(headers['x-forwarded-host'], ready.shop);
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  await get('/apps/tsunagi/card');
  assert.deepEqual(seen[1].url.searchParams.getAll('logged_in_customer_id'), ['']);
});

test('cookies and the listed headers of a reply are stripped, others stay', async (t) => {
  const { get, app } = await installed(t);
  app.answer = () => ({
    headers: {
      'content-type': 'application/json', 'set-cookie': 'a=b', 'service-worker-allowed': '/', 'x-powered-by': 'x', server: 'x', pragma: 'no-cache',
      'accept-ranges': 'bytes', p3p: 'x', 'cache-control': 'no-store', etag: '"1"', 'x-mine': 'kept', 'content-security-policy': "default-src 'self'",
    },
    body: '{"ok":true}',
  });
  const reply = await get('/apps/tsunagi/x');
  for (const name of ['set-cookie', 'service-worker-allowed', 'x-powered-by', 'server', 'pragma', 'accept-ranges', 'p3p']) assert.equal(reply.headers.get(name), null, name);
  assert.equal(reply.headers.get('cache-control'), 'no-store');
  assert.equal(reply.headers.get('etag'), '"1"');
  assert.equal(reply.headers.get('x-mine'), 'kept');
  assert.equal(reply.headers.get('content-security-policy'), "default-src 'self'");
  assert.deepEqual(await reply.json(), { ok: true });
});

test('every method with its body; redirects are followed; the status comes through', async (t) => {
  const { get, app, seen } = await installed(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    await get('/apps/tsunagi/join', { method, body: '{"nonce":"1"}', headers: { 'content-type': 'application/json' } });
    assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.body, seen.at(-1)?.headers['content-type']], [method, '{"nonce":"1"}', 'application/json']);
  }
  app.answer = ({ url }) => (url.pathname === '/proxy/a' ? { status: 302, headers: { location: '/proxy/b?x=1' } } : { status: 418, body: 'b' });
  const reply = await get('/apps/tsunagi/a');
  assert.deepEqual([reply.status, await reply.text()], [418, 'b']);
  assert.equal(seen.at(-1)?.url.search, '?x=1');
});

test('a Liquid reply is rendered in the theme, or without its layout', async (t) => {
  const { get, app, cookie } = await installed(t);
  const liquid = { 'content-type': 'application/liquid; charset=utf-8' };
  app.answer = () => ({ headers: liquid, body: '<p>{{ customer.email | escape }} {{ request.locale.iso_code }}</p>' });
  const inTheme = await (await get('/apps/tsunagi/stock', { headers: { cookie } })).text();
  assert.match(inTheme, /<main[^>]*>\s*<p>a@example\.com ja<\/p>/);
  assert.match(inTheme, /localStorage[\s\S]*<\/head>/, 'the embed in the head, which erases stored cards, is there as on every page');
  app.answer = () => ({ headers: liquid, body: '{% layout none %}<!doctype html><p>{{ customer.id }}</p>' });
  const reply = await get('/en/apps/tsunagi/card');
  assert.equal(reply.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(await reply.text(), '<!doctype html><p></p>');
});

test("a Liquid reply cannot read the app's own metafields", async (t) => {
  const { get, app, cookie, token, customer, graphql, box } = await installed(t);
  await defineCard({ graphql }, token);
  await graphql(token, kSetMetafields, { metafields: [{ ownerId: customer.gid, namespace: '$app:tsunagi', key: 'card', type: 'json', value: '{"code":"T1"}' }] });
  const body = `{% layout none %}[{{ customer.metafields["$app:tsunagi"].card.value.code }}{{ customer.metafields["app--${box.appId}--tsunagi"].card.value.code }}]`;
  app.answer = () => ({ headers: { 'content-type': 'application/liquid' }, body });
  assert.equal(await (await get('/apps/tsunagi/card', { headers: { cookie } })).text(), '[]');
});

test('an app that is down is an error page, not an error of the shop', async (t) => {
  const { get, put } = await installed(t);
  await put('/_sandbox/app', { app_url: 'http://127.0.0.1:1' });
  const reply = await get('/apps/tsunagi/card.json');
  assert.equal(reply.status, 502);
  assert.match(await reply.text(), /third-party application/);
});

test('an app that does not answer in time is an error page', async (t) => {
  const { get, put, app } = await installed(t);
  await put('/_sandbox/app', { proxy_timeout_ms: 50 });
  app.answer = () => new Promise(() => {});
  assert.equal((await get('/apps/tsunagi/card.json')).status, 502);
});

test('a merchant can rename the proxy path, within the rules', async (t) => {
  const { get, put, seen, url } = await installed(t);
  await put('/_sandbox/app', { proxy_prefix: 'tools', proxy_subpath: 'kaiin' });
  assert.equal((await get('/apps/tsunagi/card')).status, 404);
  await get('/tools/kaiin/card');
  assert.equal(seen.at(-1)?.url.searchParams.get('path_prefix'), '/tools/kaiin');
  for (const wrong of [{ proxy_prefix: 'x' }, { proxy_subpath: 'admin' }, { proxy_subpath: 'a/b' }, { proxy_subpath: 'x'.repeat(31) }]) {
    assert.equal((await fetch(url('/_sandbox/app'), { method: 'PUT', body: JSON.stringify(wrong) })).status, 400);
  }
});

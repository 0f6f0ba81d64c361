// Everything that must be refused, in the fixed order of checks, against the production binary: status and code say which
// check refused, of two faults in one request the earlier check's, and neither platform hears of it nor does any table grow.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { rowCounts } from '../support/database.mjs';
import { proxyPath, raw } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { consent, decide, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const stack = new Stack();
let data;
before(async () => {
  await stack.start();
  // Without a sale: its member's points are read again whenever the receipts are.
  data = await seed(stack, undefined, { products: 3, members: 3, sales: 0 });
  const nonceOf = async ({ id }) => (await send('GET', stack.server + proxyPath(stack, '/card.json', { customer: String(id) }))).nonce;
  data.nonce = await nonceOf(data.joined[0]);
  data.otherNonce = await nonceOf(data.joined[1]);
  const status = await data.merchant('GET', '/status');
  data.settings = status.settings;
  data.store = status.smaregi.stores[0].store_id;
  data.token = await consent(stack, (await data.merchant('POST', '/smaregi/sign-in', {})).url);
});
after(() => stack.stop());

const now = () => Math.floor(Date.now() / 1000);
const say = (method, path, { headers = [], type = '', body = '', length = Buffer.byteLength(body) } = {}) => [`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close',
  ...(type ? [`Content-Type: ${type}`] : []), ...headers, ...(length ? [`Content-Length: ${length}`] : []), '', body].join('\r\n');
const get = (path) => say('GET', path);
const post = (path, body, type = 'application/json', headers = []) => say('POST', path, { body, type, headers });
const hmac = (text, secret) => createHmac('sha256', secret).update(text);
const shopifyHook = (body, { secret = stack.keys.shopify_client_secret, shop = stack.keys.shop, topic = 'customers/update', type = 'application/json', id = String(Math.random()), signature, length } = {}) =>
  say('POST', '/webhooks/shopify', { body, type, length, headers: [`X-Shopify-Topic: ${topic}`, `X-Shopify-Shop-Domain: ${shop}`, `X-Shopify-Webhook-Id: ${id}`, 'X-Shopify-API-Version: 2026-10',
    `X-Shopify-Hmac-Sha256: ${signature ?? hmac(body, secret).digest('base64')}`] });
const smaregiHook = (body, { secret = stack.keys.smaregi_webhook_secret, contract = stack.keys.contract_id, header = 'X-Tsunagi-Webhook', type = 'application/json', id = String(Math.random()), length } = {}) =>
  say('POST', '/webhooks/smaregi', { body, type, length, headers: [`Smaregi-Contract-Id: ${contract}`, 'Smaregi-Event: pos:stock', `Smaregi-Event-Id: ${id}`, `${header}: ${secret}`] });
const sessionToken = ({ secret = stack.keys.shopify_client_secret, expires = now() + 60 } = {}) => {
  const shop = `https://${stack.keys.shop}`;
  const claims = { dest: shop, iss: `${shop}/admin`, aud: stack.keys.shopify_client_id, sub: '1', exp: expires, nbf: expires - 65 };
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${hmac(text, secret).digest('base64url')}`;
};

const kStorefrontBody = 16 * 1024;
const kMerchantBody = 512 * 1024;
const kWebhookBody = 1024 * 1024;

/**
 * Every fault alone and every two of them in one request: the one that stands first in `faults` answers. A fault is
 * [what, answer, change, says, not with], `make` writes the request that `good` describes after the changes.
 */
function inOrder(where, faults, good, make) {
  const spoilt = (...changes) => () => {
    const request = good();
    changes.forEach((change) => change(request));
    return make(request);
  };
  return faults.flatMap(([what, answer, change, says, notWith], i) => [
    [`${where}: ${what}`, answer, spoilt(change), says],
    ...faults.slice(i + 1).filter(([also]) => also !== notWith).map(([also, , second]) => [`${where}: ${what}, and ${also}`, answer, spoilt(second, change), says]),
  ]);
}

/** Of a change in the storefront, in the order of ARCHITECTURE.md ("App proxy"). */
const storefrontFaults = () => [
  ['an address too long', '414 uri_too_long', (r) => { r.options.extra.x = 'a'.repeat(9_000); }],
  ['a header too long', '431 headers_too_large', (r) => { r.headers.push(`X-Long: ${'a'.repeat(9_000)}`); }],
  ['a body over the limit', '413 too_large', (r) => { r.length = kStorefrontBody + 1; }],
  ['a signature by another secret', '401 signature', (r) => { r.options.secret = 'another'; }, /does not match/],
  ['a time long past', '401 signature', (r) => { r.options.at = now() - 1_000; }, /too old/],
  ['an unknown shop', '401 unknown_shop', (r) => { r.options.shop = 'unknown.myshopify.com'; }],
  // An address where nothing is asks nobody to sign in.
  ['nobody signed in', '401 signed_out', (r) => { r.options.customer = ''; }, undefined, 'no such page'],
  ['another customer', '403 other_customer', (r) => { r.options.extra.customer = String(data.joined[1].id); }],
  ['no such page', '404 not_found', (r) => { r.path = '/nothing'; }],
  ['another method', '405 method', (r) => { r.method = 'PUT'; }],
  ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
  ['half a body', '400 json', (r) => { r.cut = true; }],
  ['a field too many', '400 unknown_field', (r) => { r.body.more = 1; }],
  ['a field too few', '400 missing_field', (r) => { delete r.body.shop; }, undefined, 'a shop that is no text'],
  ["somebody else's nonce", '400 nonce', (r) => { r.body.nonce = data.otherNonce; }],
  ['a shop that is no text', '400 wrong_type', (r) => { r.body.shop = [1]; }],
];
const favourite = () => ({ method: 'POST', path: '/favourite', options: { customer: String(data.joined[0].id), extra: {} }, headers: [], type: 'application/json',
  body: { nonce: data.nonce, shop: String(data.stores[0].storeId) } });
const cutText = ({ body, cut }) => JSON.stringify(body).slice(0, cut ? -1 : undefined);
const favouriteText = (r) => say(r.method, proxyPath(stack, r.path, r.options), { ...r, body: cutText(r) });

/** [what, 'status code', request, what the message says] */
function table() {
  const member = String(data.joined[0].id);
  const other = String(data.joined[1].id);
  const { nonce } = data;
  const card = (options = {}) => proxyPath(stack, '/card.json', { customer: member, ...options });
  const mine = (path, options = {}) => proxyPath(stack, path, { customer: member, ...options });
  const unsigned = (path) => mine(path, { secret: 'another' });
  const tampered = (path, from, to) => path.replace(from, to);
  const stockBody = (contract) => JSON.stringify({ contractId: contract, event: 'pos:stock', action: 'edited', ids: [{ id: '1', productId: '1', storeId: '1' }] });
  const chunked = (path, ...parts) => [say('POST', path, { type: 'application/json', headers: ['Transfer-Encoding: chunked'] }), ...parts];
  return [
    // Who sent it: the signature, before anything else.
    ['no query at all', '401 signature', get('/proxy/card.json')],
    ['no signature', '401 signature', get(tampered(card(), /&signature=[0-9a-f]+/, ''))],
    ['an empty signature', '401 signature', get(tampered(card(), /signature=[0-9a-f]+/, 'signature='))],
    ['a signature of other bytes', '401 signature', get(tampered(card(), /signature=[0-9a-f]{4}/, 'signature=0000'))],
    ['a signature by another secret', '401 signature', get(card({ secret: 'another' }))],
    ['an upper-case signature', '401 signature', get(tampered(card(), /signature=([0-9a-f]+)/, (_, hex) => `signature=${hex.toUpperCase()}`))],
    ['the signature twice', '401 signature', get(tampered(card(), /(signature=[0-9a-f]+)/, '$1&$1'))],
    ['the shop twice', '401 signature', get(`${card()}&shop=${stack.keys.shop}`)],
    ['the customer twice', '401 signature', get(`${card()}&logged_in_customer_id=${other}`)],
    ['the customer exchanged', '401 signature', get(tampered(card(), `logged_in_customer_id=${member}`, `logged_in_customer_id=${other}`))],
    ['a parameter added', '401 signature', get(`${card()}&x=1`)],
    ['a parameter dropped', '401 signature', get(tampered(card({ extra: { x: '1' } }), /x=1&/, ''))],
    ['the customer hidden in another value', '401 signature', get(proxyPath(stack, '/card.json', { extra: { a: `1logged_in_customer_id=${member}` } }).replace(/a=[^&]*&/, `a=1&logged_in_customer_id=${member}&`))],
    ['a timestamp that is no number', '401 signature', get(card({ at: 'soon' }))],
    ['a timestamp with something behind it', '401 signature', get(card({ at: `${now()}x` }))],
    ['a timestamp two minutes ahead', '401 signature', () => get(card({ at: now() + 120 })), /in the future/],
    ['a customer id that is no number', '401 signature', get(card({ customer: '12a' }))],
    // Whose it is.
    ['an unknown shop, rightly signed', '401 unknown_shop', get(card({ shop: 'unknown.myshopify.com' }))],
    ['not signed in', '401 signed_out', get(card({ customer: '' }))],
    ['not signed in: pins', '401 signed_out', get(proxyPath(stack, '/pins.json'))],
    ['not signed in: join', '401 signed_out', post(proxyPath(stack, '/join'), '{}')],
    ["another customer's card", '403 other_customer', get(card({ extra: { customer: other } }))],
    ['a customer that is no number', '403 other_customer', get(card({ extra: { customer: 'abc' } }))],
    // What is asked.
    ['an unknown page', '404 not_found', get(mine('/nothing'))],
    ['an unknown page, not signed in', '404 not_found', get(proxyPath(stack, '/nothing'))],
    ['a path upwards', '404 not_found', get(mine('/assets/../../secret'))],
    ['a method that is not offered', '405 method', post(card(), '{}')],
    ['join without a content type', '415 content_type', post(mine('/join'), '{}', '')],
    ['join with a form', '415 content_type', post(mine('/join'), 'nonce=1', 'application/x-www-form-urlencoded')],
    ['join with a content encoding', '415 content_type', post(mine('/join'), '{}', 'application/json', ['Content-Encoding: gzip'])],
    ['join with half a body of JSON', '400 json', post(mine('/join'), '{"nonce":')],
    ['join with an array', '400 json', post(mine('/join'), '[]')],
    ['join without a nonce', '400 nonce', post(mine('/join'), '{}')],
    ['join with a made-up nonce', '400 nonce', post(mine('/join'), '{"nonce":"abc"}')],
    ['join with a nonce that is no text', '400 nonce', post(mine('/join'), '{"nonce":1}')],
    ['a favourite that is no string', '400 wrong_type', post(mine('/favourite'), JSON.stringify({ nonce, shop: [1] }))],
    ['a favourite that is no shop', '404 not_found', post(mine('/favourite'), JSON.stringify({ nonce, shop: '999999' }))],
    ['a pinned code that is no string', '400 wrong_type', post(mine('/pins'), JSON.stringify({ nonce, code: 1, pinned: true }))],
    ['a pin that is neither true nor false', '400 wrong_type', post(mine('/pins'), JSON.stringify({ nonce, code: data.products[0].code, pinned: 'yes' }))],
    ['a request to be told for no text', '400 wrong_type', post(mine('/back-in-stock'), JSON.stringify({ nonce, code: 1, shop: '1', wanted: true }))],
    ['a request to be told that is neither true nor false', '400 wrong_type', post(mine('/back-in-stock'), JSON.stringify({ nonce, code: data.products[0].code, shop: '1', wanted: 'yes' }))],
    ['a request to be told where no mail is sent', '409 conflict', post(mine('/back-in-stock'), JSON.stringify({ nonce, code: data.products[0].code, shop: '1', wanted: true }))],
    ['more products than a view may ask for', '400 invalid', get(proxyPath(stack, '/stock.json', { repeat: ['barcode', 21] }))],
    // How large it is: while it still arrives, so before the signature can be looked at.
    ['a body over the limit', '413 too_large', say('POST', mine('/join'), { type: 'application/json', length: 99_999_999 })],
    ['wrongly signed, a body over the limit, announced', '413 too_large', say('POST', unsigned('/join'), { type: 'application/json', length: kStorefrontBody + 1 })],
    ['wrongly signed, a chunk over the limit, announced', '413 too_large', chunked(unsigned('/join'), `${(kStorefrontBody + 1).toString(16)}\r\n`)],
    ['wrongly signed, chunks over the limit in sum', '413 too_large', chunked(unsigned('/join'), ...Array.from({ length: 5 }, () => `1000\r\n${'a'.repeat(4_096)}\r\n`), '0\r\n\r\n')],
    ['wrongly signed, a body at the limit', '401 signature', post(unsigned('/join'), 'a'.repeat(kStorefrontBody))],
    ['wrongly signed, chunks at the limit', '401 signature', chunked(unsigned('/join'), ...Array.from({ length: 4 }, () => `1000\r\n${'a'.repeat(4_096)}\r\n`), '0\r\n\r\n')],
    ['wrongly signed, no such page, a body over the limit', '413 too_large', say('PUT', unsigned('/nothing'), { length: kStorefrontBody + 1 })],
    ['a header over the limit', '431 headers_too_large', say('GET', card(), { headers: [`X-Long: ${'a'.repeat(70_000)}`] })],
    ['too many headers', '431 headers_too_large', say('GET', card(), { headers: Array.from({ length: 400 }, (_, i) => `X-${i}: 1`) })],
    ['a request line over the limit', '414 uri_too_long', get(`${card()}&x=${'a'.repeat(70_000)}`)],
    ['a head that never ends', '408 too_slow', 'GET /proxy/card.json HTTP/1.1\r\nHost: x\r\n'],
    ['a chunked body over the limit', '413 too_large', chunked('/webhooks/smaregi', ...Array.from({ length: 40 }, () => `10000\r\n${'a'.repeat(65_536)}\r\n`), '0\r\n\r\n')],
    ...inOrder('favourite', storefrontFaults(), favourite, favouriteText),
    // Webhooks.
    ['Shopify: no signature', '401 signature', post('/webhooks/shopify', '{}', 'application/json', ['X-Shopify-Topic: customers/update', `X-Shopify-Shop-Domain: ${stack.keys.shop}`])],
    ['Shopify: a signature that is no base64', '401 signature', shopifyHook('{"id":1}', { signature: '%%%' })],
    ['Shopify: an array', '400 json', shopifyHook('[]')],
    ['Shopify: by another secret, a body at the limit', '401 signature', shopifyHook('a'.repeat(kWebhookBody), { secret: 'another' })],
    ...inOrder('Shopify', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kWebhookBody + 1; }],
      ['by another secret', '401 signature', (r) => { r.secret = 'another'; }],
      ['an unknown shop', '401 unknown_shop', (r) => { r.shop = 'unknown.myshopify.com'; }],
      ['another content type', '415 content_type', (r) => { r.type = 'text/plain'; }],
      ['half a body', '400 json', (r) => { r.cut = true; }],
      ['a topic nobody subscribed to', '400 topic', (r) => { r.topic = 'orders/create'; }],
      ['an id too long', '400 event_id', (r) => { r.id = 'a'.repeat(101); }],
    ], () => ({ body: { id: 1 } }), (r) => shopifyHook(cutText(r), r)),
    ['Smaregi: no secret', '401 secret', smaregiHook(stockBody(stack.keys.contract_id), { header: 'X-Nothing' })],
    ['Smaregi: an unknown contract in header and body', '401 unknown_contract', smaregiHook(stockBody('sb_unknown'), { contract: 'sb_unknown' })],
    ['Smaregi: a wrong secret, a body at the limit', '401 secret', smaregiHook('a'.repeat(kWebhookBody), { secret: 'another' })],
    ...inOrder('Smaregi', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kWebhookBody + 1; }],
      ['a wrong secret', '401 secret', (r) => { r.secret = 'another'; }],
      ['an unknown contract', '401 unknown_contract', (r) => { r.contract = 'sb_unknown'; }],
      ['another content type', '415 content_type', (r) => { r.type = 'text/plain'; }],
      ['half a body', '400 json', (r) => { r.cut = true; }],
      ['header and body disagree', '401 contract', (r) => { r.body.contractId = 'sb_other'; }],
      ['an id too long', '400 event_id', (r) => { r.id = 'a'.repeat(101); }],
    ], () => ({ body: JSON.parse(stockBody(stack.keys.contract_id)) }), (r) => smaregiHook(cutText(r), r)),
    // The merchant page.
    ['merchant: no session token', '401 session', get('/admin/api/status')],
    ['merchant: no session token, and no such page', '401 session', get('/admin/api/nothing')],
    ['merchant: a token of nothing', '401 session', say('GET', '/admin/api/status', { headers: ['Authorization: Bearer a.b.c'] })],
    ['merchant: an unsigned token', '401 session', () => say('GET', '/admin/api/status', { headers: [`Authorization: Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${sessionToken().split('.')[1]}.`] })],
    ['merchant: another shop in the address', '400 shop', get('/admin?shop=evil.example.com')],
    ...inOrder('merchant', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kMerchantBody + 1; }],
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['a token of yesterday', '401 session', (r) => { r.token.expires = now() - 86_400; }, /expired/],
      ['no such page', '404 not_found', (r) => { r.path = '/admin/api/nothing'; }],
      ['another method', '405 method', (r) => { r.method = 'DELETE'; }],
      ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
      ['half a body', '400 invalid', (r) => { r.cut = true; }],
    ], () => ({ method: 'PUT', path: '/admin/api/settings', type: 'application/json', token: {}, body: data.settings }),
    (r) => say(r.method, r.path, { ...r, body: cutText(r), headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ['merchant: a data request without a session token', '401 session', get('/admin/api/data-requests/1')],
    ...inOrder('merchant, a data request', [
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['another method', '405 method', (r) => { r.method = 'POST'; }],
      ['one that there is not', '404 not_found', (r) => { r.path = '/admin/api/data-requests/1'; }],
    ], () => ({ method: 'GET', path: '/admin/api/data-requests/0', token: {} }),
    (r) => say(r.method, r.path, { headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ...inOrder('merchant, a decision', [
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['another method', '405 method', (r) => { r.method = 'GET'; }],
      ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
      ['half a body', '400 invalid', (r) => { r.cut = true; }],
      ['an id that is none', '400 invalid', (r) => { r.body.id = '1; drop'; }],
      ['no verdict', '400 invalid', (r) => { r.body.verdict = 'perhaps'; }],
    ], () => ({ method: 'POST', path: '/admin/api/review', type: 'application/json', token: {}, body: { id: '1', verdict: 'done' } }),
    (r) => say(r.method, r.path, { ...r, body: r.method === 'GET' ? undefined : cutText(r), headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ...inOrder('merchant, an invitation', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kMerchantBody + 1; }],
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['another method', '405 method', (r) => { r.method = 'PUT'; }],
      ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
      ['half a body', '400 json', (r) => { r.cut = true; }],
      ['no name', '400 invalid', (r) => { r.body.name = ''; }, /^name/],
      ['a role of nobody in a shop', '400 invalid', (r) => { r.body.role = 'system'; }, /^role/],
      ['a shop that is not there', '400 invalid', (r) => { r.body.stores = ['0']; }, /^stores/],
    ], () => ({ method: 'POST', path: '/admin/api/staff', type: 'application/json', token: {}, body: { name: '佐藤', role: 'clerk', stores: [data.store] } }),
    (r) => say(r.method, r.path, { ...r, body: cutText(r), headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ...inOrder('merchant, a product by its code', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kMerchantBody + 1; }],
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['another method', '405 method', (r) => { r.method = 'PUT'; }],
      ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
      ['half a body', '400 invalid', (r) => { r.cut = true; }],
      ['no code', '400 invalid', (r) => { delete r.body.code; }, /^code/],
      ['of nothing', '404 not_found', () => {}],
    ], () => ({ method: 'POST', path: '/admin/api/products/find', type: 'application/json', token: {}, body: { code: "no'such code" } }),
    (r) => say(r.method, r.path, { ...r, body: cutText(r), headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ...inOrder('merchant, the end of a session', [
      ['a token by another secret', '401 session', (r) => { r.token.secret = 'another'; }, /does not match/],
      ['another method', '405 method', (r) => { r.method = 'PUT'; }],
      ['a form', '415 content_type', (r) => { r.type = 'application/x-www-form-urlencoded'; }],
      ['no id', '400 invalid', (r) => { delete r.body.id; }],
      ['of nobody', '404 not_found', () => {}],
    ], () => ({ method: 'POST', path: '/admin/api/staff/revoke', type: 'application/json', token: {}, body: { id: 'nobody' } }),
    (r) => say(r.method, r.path, { ...r, body: cutText(r), headers: [`Authorization: Bearer ${sessionToken(r.token)}`] })),
    ['Smaregi sign-in: a state nobody asked for', '400', get('/smaregi/callback?code=abc&state=abc')],
    ['Smaregi sign-in: a token in the address', '400', get(`/smaregi/callback?token=${data.token}&decision=join`)],
    ...inOrder('Smaregi sign-in', [
      ['a body over the limit', '413 too_large', (r) => { r.length = kStorefrontBody + 1; }],
      ["another site's page", '403 origin', (r) => { r.headers = ['Origin: https://evil.example']; }],
      ['another method', '405 method', (r) => { r.method = 'PUT'; }],
      ['JSON', '415 content_type', (r) => { r.type = 'application/json'; }],
      ['a made-up token', '400', (r) => { r.fields.token = '0'.repeat(64); }],
      ['no decision', '400', (r) => { delete r.fields.decision; }],
    ], () => ({ method: 'POST', type: 'application/x-www-form-urlencoded', headers: [`Origin: ${stack.server}`], fields: { token: data.token, decision: 'join' } }),
    (r) => say(r.method, '/smaregi/callback', { ...r, body: String(new URLSearchParams(r.fields)) })),
  ];
}

/** Sends the request and expects "status code" of it; pages have no code. */
async function refused(answer, request, says) {
  const reply = await raw(stack.serverPort, typeof request === 'function' ? request() : request);
  const [status, code] = answer.split(' ');
  assert.equal(reply.status, Number(status), reply.text.slice(0, 400));
  const body = reply.text.split('\r\n\r\n').slice(1).join('\r\n\r\n');
  assert.equal(body.trim().startsWith('{') ? JSON.parse(body).error.code : undefined, code, body.slice(0, 400));
  if (says) assert.match(JSON.parse(body).error.message, says);
  assert.doesNotMatch(reply.text, new RegExp(data.joined[0].code), 'no code of a member');
}

/** What the server asks by its own clock, whatever reaches it: what changed in a stretch of time, of each platform. */
const kPolls = {
  smaregi: ({ method, path, query }) => method === 'GET' && /\/pos\/(customers|products|stock|stores|transactions)$/.test(path) && /\bupd_date_time-from=/.test(query),
  shopify: ({ operation }) => operation === 'CustomersChanged',
};

/** Everything else in the stand-ins' logs, which are empty after it. */
async function takeCalls() {
  const logs = await Promise.all(Object.entries(kPolls).map(async ([platform, isPoll]) => {
    const log = await stack.requestsOf(stack[platform]);
    await send('DELETE', `${stack[platform].control}/requests`);
    return log.filter((entry) => !isPoll(entry)).map((entry) => ({ platform, ...entry }));
  }));
  return logs.flat();
}

test('each request is refused with its status, and leaves no trace', async (t) => {
  // What filling set off has come to rest when a few seconds pass without a call.
  await until('the platforms to be left alone', async () => (await takeCalls()).length === 0, 60_000, 3_000);
  const rows = table();
  assert.ok(rows.length >= 240, `${rows.length} rows`);
  const before = rowCounts(stack);
  for (const [what, answer, request, says] of rows) await t.test(`${answer} ${what}`, () => refused(answer, request, says));
  assert.deepEqual({ rows: rowCounts(stack), calls: await takeCalls() }, { rows: before, calls: [] });
});

test('after all of that the merchant may still answer, once', async () => {
  assert.equal((await decide(stack, data.token, 'cancel')).status, 200);
  assert.equal((await decide(stack, data.token, 'join')).status, 400);
});

test('a pause answers after address and method, before the body is looked at', async (t) => {
  await data.merchant('PUT', '/settings', { ...data.settings, paused: true });
  const faults = storefrontFaults();
  const ofBody = faults.findIndex(([what]) => what === 'a form');
  for (const [i, [what, answer, change, says]] of [...faults, ['nothing else', '', () => {}]].entries()) {
    const request = favourite();
    change(request);
    const expected = i < ofBody ? answer : '409 paused';
    await t.test(`${expected} paused, and ${what}`, () => refused(expected, favouriteText(request), i < ofBody ? says : undefined));
  }
  await data.merchant('PUT', '/settings', data.settings);
});

test('what the faults are put into is accepted without them', async () => {
  const replies = await Promise.all([favouriteText(favourite()), shopifyHook('{"id":1}')].map((text) => raw(stack.serverPort, text)));
  assert.deepEqual(replies.map(({ status }) => status), [200, 200]);
});

test('a replayed GET answers the same identity only', async () => {
  const [member, other] = data.joined;
  const path = proxyPath(stack, '/card.json', { customer: String(member.id) });
  for (let i = 0; i < 3; ++i) {
    const card = await send('GET', stack.server + path);
    assert.equal(card.customer, String(member.id));
    assert.equal(card.code, member.code);
    // Accepted a moment ago, and about somebody else now.
    const named = path.replace(`logged_in_customer_id=${member.id}`, `logged_in_customer_id=${other.id}`);
    assert.notEqual(named, path);
    await refused('401 signature', get(named), /does not match/);
    await refused('401 signature', get(path.replace(/logged_in_customer_id=\d+/, 'logged_in_customer_id=')), /does not match/);
    await refused('401 signature', get(`${path}&customer=${other.id}`), /does not match/);
  }
});

test('a signed GET is good for 90 seconds either way', async () => {
  /** Sent and answered within one second of the clock, so that the age is what it says. */
  const at = async (age) => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
      const second = now();
      const reply = await raw(stack.serverPort, get(proxyPath(stack, '/card.json', { customer: String(data.joined[0].id), at: second - age })));
      if (now() === second) return { status: reply.status, ...JSON.parse(reply.text.split('\r\n\r\n')[1]) };
    }
  };
  for (const age of [89, -89]) {
    const { status, customer } = await at(age);
    assert.deepEqual({ age, status, customer }, { age, status: 200, customer: String(data.joined[0].id) });
  }
  for (const age of [91, -91]) {
    const { status, error } = await at(age);
    assert.deepEqual({ age, status, code: error?.code }, { age, status: 401, code: 'signature' });
    assert.match(error.message, /too old, or its time is in the future/);
  }
});

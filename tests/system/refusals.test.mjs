// Everything that must be refused, in the fixed order of checks, against the production binary: the status says which check
// refused, and neither platform hears of it nor does any table grow.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { rowCounts } from '../support/database.mjs';
import { proxyPath, raw } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const stack = new Stack();
let data;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 3, sales: 1 });
});
after(() => stack.stop());

const now = () => Math.floor(Date.now() / 1000);
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const post = (path, body, type = 'application/json', headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${type ? `Content-Type: ${type}\r\n` : ''}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const shopifyHook = (body, { secret = stack.keys.shopify_client_secret, shop = stack.keys.shop, topic = 'customers/update', type = 'application/json', hmac } = {}) =>
  post('/webhooks/shopify', body, type, `X-Shopify-Topic: ${topic}\r\nX-Shopify-Shop-Domain: ${shop}\r\nX-Shopify-Webhook-Id: ${Math.random()}\r\nX-Shopify-API-Version: 2026-10\r\n`
    + `X-Shopify-Hmac-Sha256: ${hmac ?? createHmac('sha256', secret).update(body).digest('base64')}\r\n`);
const smaregiHook = (body, { secret = stack.keys.smaregi_webhook_secret, contract = stack.keys.contract_id, header = 'X-Tsunagi-Webhook' } = {}) =>
  post('/webhooks/smaregi', body, 'application/json', `Smaregi-Contract-Id: ${contract}\r\nSmaregi-Event: pos:stock\r\n${header}: ${secret}\r\n`);

/** [what, status, request] */
function table() {
  const member = String(data.joined[0].id);
  const other = String(data.joined[1].id);
  const card = (options = {}) => proxyPath(stack, '/card.json', { customer: member, ...options });
  const tampered = (path, from, to) => path.replace(from, to);
  const stockBody = (contract) => JSON.stringify({ contractId: contract, event: 'pos:stock', action: 'edited', ids: [{ id: '1', productId: '1', storeId: '1' }] });
  return [
    // Who sent it: the signature, before anything else.
    ['no query at all', 401, get('/proxy/card.json')],
    ['no signature', 401, get(tampered(card(), /&signature=[0-9a-f]+/, ''))],
    ['an empty signature', 401, get(tampered(card(), /signature=[0-9a-f]+/, 'signature='))],
    ['a signature of other bytes', 401, get(tampered(card(), /signature=[0-9a-f]{4}/, 'signature=0000'))],
    ['a signature by another secret', 401, get(card({ secret: 'another' }))],
    ['an upper-case signature', 401, get(tampered(card(), /signature=([0-9a-f]+)/, (_, hex) => `signature=${hex.toUpperCase()}`))],
    ['the signature twice', 401, get(tampered(card(), /(signature=[0-9a-f]+)/, '$1&$1'))],
    ['the shop twice', 401, get(`${card()}&shop=${stack.keys.shop}`)],
    ['the customer twice', 401, get(`${card()}&logged_in_customer_id=${other}`)],
    ['the customer exchanged', 401, get(tampered(card(), `logged_in_customer_id=${member}`, `logged_in_customer_id=${other}`))],
    ['a parameter added', 401, get(`${card()}&x=1`)],
    ['a parameter dropped', 401, get(tampered(card({ extra: { x: '1' } }), /x=1&/, ''))],
    ['the customer hidden in another value', 401, get(proxyPath(stack, '/card.json', { extra: { a: `1logged_in_customer_id=${member}` } }).replace(/a=[^&]*&/, `a=1&logged_in_customer_id=${member}&`))],
    ['a timestamp that is no number', 401, get(card({ at: 'soon' }))],
    ['a timestamp with something behind it', 401, get(card({ at: `${now()}x` }))],
    ['a timestamp 91 seconds old', 401, get(card({ at: now() - 92 }))],
    ['a timestamp 91 seconds ahead', 401, get(card({ at: now() + 95 }))],
    ['a customer id that is no number', 401, get(card({ customer: '12a' }))],
    // Whose it is.
    ['an unknown shop, rightly signed', 401, get(card({ shop: 'unknown.myshopify.com' }))],
    ['not signed in', 401, get(card({ customer: '' }))],
    ['not signed in: pins', 401, get(proxyPath(stack, '/pins.json'))],
    ['not signed in: join', 401, post(proxyPath(stack, '/join'), '{}')],
    ["another customer's card", 403, get(card({ extra: { customer: other } }))],
    ['a customer that is no number', 403, get(card({ extra: { customer: 'abc' } }))],
    // What is asked.
    ['an unknown page', 404, get(proxyPath(stack, '/nothing', { customer: member }))],
    ['a path upwards', 404, get(proxyPath(stack, '/assets/../../secret', { customer: member }))],
    ['a method that is not offered', 405, post(card(), '{}')],
    ['join without a content type', 415, post(proxyPath(stack, '/join', { customer: member }), '{}', '')],
    ['join with a form', 415, post(proxyPath(stack, '/join', { customer: member }), 'nonce=1', 'application/x-www-form-urlencoded')],
    ['join with half a body of JSON', 400, post(proxyPath(stack, '/join', { customer: member }), '{"nonce":')],
    ['join with an array', 400, post(proxyPath(stack, '/join', { customer: member }), '[]')],
    ['join without a nonce', 400, post(proxyPath(stack, '/join', { customer: member }), '{}')],
    ['join with a made-up nonce', 400, post(proxyPath(stack, '/join', { customer: member }), '{"nonce":"abc"}')],
    ['a favourite that is no string', 400, post(proxyPath(stack, '/favourite', { customer: member }), '{"nonce":"abc","shop":[1]}')],
    ['more products than a view may ask for', 400, get(proxyPath(stack, '/stock.json', { repeat: ['barcode', 21] }))],
    ['a body over the limit', 413, `POST ${proxyPath(stack, '/join', { customer: member })} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n`],
    ['a header over the limit', 431, `GET ${card()} HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(70_000)}\r\n\r\n`],
    ['too many headers', 431, `GET ${card()} HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 400 }, (_, i) => `X-${i}: 1\r\n`).join('')}\r\n`],
    ['a request line over the limit', 414, get(`${card()}&x=${'a'.repeat(70_000)}`)],
    ['a head that never ends', 408, 'GET /proxy/card.json HTTP/1.1\r\nHost: x\r\n'],
    ['a chunked body over the limit', 413, [`POST /webhooks/smaregi HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`, ...Array.from({ length: 40 }, () => `10000\r\n${'a'.repeat(65_536)}\r\n`), '0\r\n\r\n']],
    // Webhooks.
    ['Shopify: no signature', 401, post('/webhooks/shopify', '{}', 'application/json', `X-Shopify-Topic: customers/update\r\nX-Shopify-Shop-Domain: ${stack.keys.shop}\r\n`)],
    ['Shopify: by another secret', 401, shopifyHook('{"id":1}', { secret: 'another' })],
    ['Shopify: a signature that is no base64', 401, shopifyHook('{"id":1}', { hmac: '%%%' })],
    ['Shopify: an unknown shop', 401, shopifyHook('{"id":1}', { shop: 'unknown.myshopify.com' })],
    ['Shopify: half a body', 400, shopifyHook('{"id":')],
    ['Shopify: an array', 400, shopifyHook('[]')],
    ['Shopify: another content type', 415, shopifyHook('{"id":1}', { type: 'text/plain' })],
    ['Smaregi: no secret', 401, smaregiHook(stockBody(stack.keys.contract_id), { header: 'X-Nothing' })],
    ['Smaregi: a wrong secret', 401, smaregiHook(stockBody(stack.keys.contract_id), { secret: 'another' })],
    ['Smaregi: an unknown contract', 401, smaregiHook(stockBody('sb_unknown'), { contract: 'sb_unknown' })],
    ['Smaregi: header and body disagree', 401, smaregiHook(stockBody('sb_other'))],
    ['Smaregi: half a body', 400, smaregiHook('{"contractId":')],
    // The merchant page.
    ['merchant: no session token', 401, get('/admin/api/status')],
    ['merchant: a token of nothing', 401, `GET /admin/api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer a.b.c\r\n\r\n`],
    ['merchant: an unsigned token', 401, `GET /admin/api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ dest: `https://${stack.keys.shop}`, iss: `https://${stack.keys.shop}/admin`, aud: stack.keys.shopify_client_id, exp: now() + 60, nbf: now() - 1 })).toString('base64url')}.\r\n\r\n`],
    ['merchant: another shop in the address', 400, get('/admin?shop=evil.example.com')],
    ['Smaregi sign-in: a state nobody asked for', 400, get('/smaregi/callback?code=abc&state=abc')],
  ];
}

test('each request is refused with its status, and leaves no trace', async (t) => {
  // What goes on by itself (polling) is told apart from what the requests below cause by counting member calls only.
  const memberCalls = async () => {
    const list = await send('GET', `${stack.smaregi.control}/requests`);
    return (list.requests ?? list).filter((entry) => /\/customers|\/authorize\/token|\/userinfo/.test(entry.path)).length;
  };
  const shopifyCalls = async () => {
    const list = await send('GET', `${stack.shopify.control}/requests`);
    return (list.requests ?? list).filter((entry) => /graphql|oauth/.test(entry.path)).length;
  };
  // What filling set off has come to rest when a few seconds pass without a call.
  let calls = -1;
  await until('the platforms to be left alone', async () => {
    const last = calls;
    calls = await memberCalls() + await shopifyCalls();
    return calls === last;
  }, 60_000, 3_000);
  const rows = table();
  assert.ok(rows.length >= 40, `${rows.length} rows`);
  const before = { rows: rowCounts(stack), smaregi: await memberCalls(), shopify: await shopifyCalls() };
  for (const [what, status, request] of rows) {
    await t.test(`${status} ${what}`, async () => {
      const reply = await raw(stack.serverPort, request);
      assert.equal(reply.status, status, reply.text.slice(0, 400));
      const body = reply.text.split('\r\n\r\n').slice(1).join('\r\n\r\n');
      if (body.trim().startsWith('{')) assert.match(body, /"error"/);
      assert.doesNotMatch(reply.text, new RegExp(data.joined[0].code), 'no code of a member');
    });
  }
  assert.deepEqual({ rows: rowCounts(stack), smaregi: await memberCalls(), shopify: await shopifyCalls() }, before);
});

test('a replayed GET answers the same identity only', async () => {
  const path = proxyPath(stack, '/card.json', { customer: data.joined[0].id });
  for (let i = 0; i < 3; ++i) {
    const card = await send('GET', stack.server + path);
    assert.equal(card.customer, String(data.joined[0].id));
    assert.equal(card.code, data.joined[0].code);
  }
});

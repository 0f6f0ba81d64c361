// Nobody sees anything of anybody else: two merchants on one server, everything typed a canary, and every address of the
// server asked as each of them, as each of their customers, as nobody, and as one who pretends. What comes back, its headers
// and the log hold no canary of somebody else, and the log none at all.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Neighbours, fillBoth } from '../support/neighbours.mjs';
import { query } from '../support/database.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { promisedRoutes, routes } from '../support/routes.mjs';
import { Shopper, consent } from '../support/seed.mjs';
import { send } from '../support/stack.mjs';

const stack = new Neighbours();
const kMethods = ['GET', 'POST', 'PUT', 'DELETE'];
const kNobody = { what: 'nobody', sees: () => false };
let tenants;
let asked = 0;
before(async () => { await stack.start(); tenants = await fillBoth(stack); });
after(() => stack.stop());

const now = () => Math.floor(Date.now() / 1000);
const another = (tenant) => (tenant.owner === 'a' ? tenants.b : tenants.a);
const holds = (text, { says }) => (says instanceof RegExp ? says.test(text) : text.includes(says) || text.includes(encodeURIComponent(says)));
const found = (text, sees) => stack.canaries.filter((one) => !sees(one) && holds(text, one)).map(({ owner, customer, field }) => `${field} of ${customer ? `customer ${customer} of ` : ''}${owner}`);

const asMerchant = (tenant) => ({ what: `merchant ${tenant.owner}`, sees: ({ owner }) => owner === tenant.owner });
const asVisitor = (tenant) => ({ what: `visitor of ${tenant.owner}`, tenant, sees: ({ owner, customer }) => owner === tenant.owner && customer === null });
const asCustomer = (tenant, who) => ({ what: `customer ${who.number} of ${tenant.owner}`, tenant, who,
  sees: ({ owner, customer }) => owner === tenant.owner && (customer === null || customer === who.number) });

/** Asks, and looks through all that comes back for what this one must not see. Answers the status. */
async function ask(who, what, method, url, { headers = {}, body } = {}) {
  const reply = await fetch(url.startsWith('http') ? url : stack.server + url, { method, redirect: 'manual', headers,
    body: body === undefined || method === 'GET' ? undefined : typeof body === 'string' ? body : JSON.stringify(body) });
  const text = `${reply.status} ${[...reply.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}\n${await reply.text()}`;
  ++asked;
  assert.deepEqual(found(text, who.sees), [], `${who.what}: ${what}: ${method} ${url}`);
  return reply.status;
}
const json = { 'content-type': 'application/json' };
const pretending = (tenant) => ({ 'x-forwarded-host': tenant.keys.shop, 'x-shopify-shop-domain': tenant.keys.shop, 'smaregi-contract-id': tenant.keys.contract_id, cookie: `_sandbox_customer=${tenant.people[0].id}` });

/** The bodies of changes, by address; of what is not listed an empty object. */
const changes = {
  '/proxy/join': (nonce, of) => ({ nonce, consent: of.consent_version ?? '' }),
  '/proxy/fields': (nonce, of, who) => ({ nonce, fields: { last_kana: who.given ?? 'カナ' } }),
  '/proxy/favourite': (nonce, of) => ({ nonce, shop: String(of.stores[1].storeId) }),
  '/proxy/pickup': (nonce, of, who) => ({ nonce, id: who.pickup ?? 'pickup-of-nobody', shop: String(of.stores[0].storeId), lines: [{ code: of.products[0].code, quantity: 1 }] }),
  '/proxy/pickup/cancel': (nonce, of, who) => ({ nonce, id: who.pickup ?? 'pickup-of-nobody', deed: 'cancelled' }),
  '/proxy/pickup/choose': (nonce, of, who) => ({ nonce, id: who.pickup ?? 'pickup-of-nobody', deed: 'chosen', choice: 'send' }),
  '/proxy/back-in-stock': (nonce, of) => ({ nonce, code: of.products[1].code, shop: String(of.stores[0].storeId), wanted: false }),
  '/proxy/pins': (nonce, of) => ({ nonce, code: of.products[1].code, pinned: true }),
};
const questions = (of) => ({ code: of.products[0].code, barcode: of.products[0].code, sku: of.products[0].sku, all: '1' });

/** Every way to ask a storefront address: [who, what, path, body]. */
function storefront({ path, method }) {
  const below = path.replace(/^\/proxy/, '').replace(/\/assets\/$/, '/assets/nothing.js');
  return Object.values(tenants).flatMap((tenant) => {
    const other = another(tenant);
    const body = (nonce, of, who) => (changes[path] ? changes[path](nonce, of, who) : { nonce });
    const mine = tenant.people.flatMap((who, i) => {
      const me = asCustomer(tenant, who);
      const neighbour = tenant.people[(i + 1) % tenant.people.length];
      const stranger = other.people[i];
      return [
        [me, 'rightly', tenant.ask(who, below, { extra: questions(tenant) }), body(who.nonce, tenant, who)],
        [me, "the other shop's goods", tenant.ask(who, below, { extra: questions(other) }), body(who.nonce, other, who)],
        [me, "another customer's id", tenant.ask(who, below, { extra: { ...questions(tenant), customer: neighbour.id } }), body(who.nonce, tenant, who)],
        [me, "another customer's nonce", tenant.ask(who, below), body(neighbour.nonce, tenant, who)],
        [me, "the other shop's nonce", tenant.ask(who, below), body(stranger.nonce, other, who)],
        [{ ...asVisitor(tenant), what: `customer of ${other.owner}, said to be at ${tenant.owner}` }, "the other shop's customer", tenant.ask(stranger, below, { extra: questions(other) }), body(stranger.nonce, other, stranger)],
        [kNobody, 'another customer written over', tenant.ask(who, below).replace(who.id, neighbour.id), body(neighbour.nonce, tenant, neighbour)],
      ];
    });
    const [first] = tenant.people;
    return [...mine,
      [asVisitor(tenant), 'not signed in', tenant.ask(null, below, { extra: questions(tenant) }), body('', tenant, {})],
      [asVisitor(tenant), "the other shop's goods", tenant.ask(null, below, { extra: questions(other) }), body('', other, {})],
      [kNobody, 'unsigned', `${path}?${new URLSearchParams({ shop: tenant.keys.shop, logged_in_customer_id: first.id })}`, body(first.nonce, tenant, first)],
      [kNobody, 'signed by another app', tenant.ask(first, below, { secret: 'another' }), body(first.nonce, tenant, first)],
      [kNobody, 'the shop written over', proxyPath(tenant.view, below, { customer: first.id }).replaceAll(tenant.keys.shop, other.keys.shop), body(first.nonce, tenant, first)],
    ].map((row) => [...row, method]);
  });
}

function session({ keys }, secret = keys.shopify_client_secret) {
  const shop = `https://${keys.shop}`;
  const claims = { dest: shop, iss: `${shop}/admin`, aud: keys.shopify_client_id, sub: '1', exp: now() + 60, nbf: now() - 5 };
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `Bearer ${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** A webhook of Shopify to one shop, about a customer of whichever. */
function shopifyHook(tenant, topic, payload, secret = tenant.keys.shopify_client_secret) {
  const body = JSON.stringify(payload);
  return ['/webhooks/shopify', { body, headers: { ...json, 'x-shopify-topic': topic, 'x-shopify-shop-domain': tenant.keys.shop, 'x-shopify-webhook-id': randomUUID(),
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64') } }];
}
function smaregiHook(tenant, event, payload, secret = tenant.keys.smaregi_webhook_secret) {
  return ['/webhooks/smaregi', { body: JSON.stringify({ contractId: tenant.keys.contract_id, event, ...payload }), headers: { ...json, 'smaregi-contract-id': tenant.keys.contract_id, 'smaregi-event': event,
    'smaregi-event-id': randomUUID(), 'x-tsunagi-webhook': secret } }];
}

test('the routes are those of the code, and all that are promised', () => {
  const inCode = new Set(routes().map(({ path }) => path));
  assert.deepEqual(promisedRoutes().filter((path) => !inCode.has(path)), []);
  assert.ok(inCode.size >= 24, `${inCode.size} addresses`);
});

test('canaries are seen by whom they belong to', async () => {
  for (const tenant of Object.values(tenants)) {
    for (const who of tenant.people) {
      const text = JSON.stringify(await tenant.card(who));
      const seen = (field) => stack.canaries.some((one) => one.owner === tenant.owner && one.field === field && [null, who.number].includes(one.customer) && holds(text, one));
      for (const field of ['programme', 'member code', ...(who.number < 3 ? ['last name', 'points'] : [])]) assert.ok(seen(field), `${field} of customer ${who.number} of ${tenant.owner} in ${text}`);
    }
  }
});

test('the storefront', async () => {
  const answered = new Map();
  for (const route of routes().filter(({ path }) => path.startsWith('/proxy/'))) {
    for (const [who, what, path, body, method] of storefront(route)) {
      const status = await ask(who, what, method, path, { headers: method === 'GET' ? {} : json, body });
      answered.set(`${route.path} ${what}`, status);
      if (what === 'unsigned') await ask(who, 'with the headers of another', method, path, { headers: { ...json, ...pretending(tenants.a) }, body });
    }
  }
  // The right ones were answered: otherwise nothing was looked through.
  for (const { path } of routes().filter(({ path: one }) => one.startsWith('/proxy/') && !one.endsWith('/assets/') && one !== '/proxy/join' && one !== '/proxy/fields')) {
    // Of a pick-up of their own that waits for no choice there is none; another's is not found.
    assert.equal(answered.get(`${path} rightly`), path.endsWith('/choose') ? 409 : 200, path);
  }
});

test('the pages of the theme', async () => {
  for (const tenant of Object.values(tenants)) {
    for (const who of [null, ...tenant.people]) {
      const shopper = new Shopper(tenant.view);
      if (who) await shopper.signIn(who.id);
      const { sees } = who ? asCustomer(tenant, who) : asVisitor(tenant);
      for (const path of ['/account', '/pages/member', '/apps/tsunagi/card', `/apps/tsunagi/stock?${new URLSearchParams(questions(tenant))}`, `/apps/tsunagi/stock?${new URLSearchParams(questions(another(tenant)))}`, '/apps/tsunagi/manifest.webmanifest']) {
        const reply = await shopper.fetch(path);
        const text = [...reply.headers].join('\n') + await reply.text();
        ++asked;
        assert.deepEqual(found(text, sees), [], `${path} as ${who ? `customer ${who.number}` : 'a visitor'} of ${tenant.owner}`);
      }
    }
  }
});

test('a sign-in at Smaregi names the shop that began it, and nobody else', async () => {
  for (const tenant of Object.values(tenants)) {
    const { url } = await tenant.merchant('POST', '/smaregi/sign-in', {});
    const token = await consent(tenant.view, url);
    for (const method of kMethods) {
      await ask(kNobody, 'a made-up token', method, `/smaregi/callback?${new URLSearchParams({ token: '0'.repeat(64), state: 'x', code: 'y' })}`, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'token=0&decision=join' });
    }
    assert.equal(await ask(asMerchant(tenant), 'cancels', 'POST', '/smaregi/callback', { headers: { 'content-type': 'application/x-www-form-urlencoded', origin: stack.server }, body: `token=${token}&decision=cancel` }), 200);
  }
});

test('webhooks of one shop say nothing and change nothing of the other', async () => {
  for (const tenant of Object.values(tenants)) {
    const other = another(tenant);
    for (const who of other.people) {
      const id = Number(who.id);
      for (const topic of ['customers/update', 'customers/delete', 'customers/redact', 'customers/data_request', 'customers/merge']) {
        const payload = { id, customer: { id }, first_name: who.code, admin_graphql_api_customer_kept_id: `gid://shopify/Customer/${tenant.people[0].id}`, admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${id}`, status: 'completed' };
        for (const secret of [undefined, 'another']) {
          const [path, request] = shopifyHook(tenant, topic, payload, secret);
          assert.equal(await ask(kNobody, topic, 'POST', path, request), secret ? 401 : 200, topic);
        }
      }
      for (const secret of [undefined, 'another']) {
        const [path, request] = smaregiHook(tenant, 'pos:customers', { action: 'edited', customerIds: [who.member ?? '1'] }, secret);
        assert.equal(await ask(kNobody, 'pos:customers', 'POST', path, request), secret ? 401 : 200);
      }
    }
    // What no platform sends, with a canary in it: given up, and the reason repeats nothing.
    const [path, request] = shopifyHook(tenant, 'customers/update', { id: other.people[0].code });
    await ask(kNobody, 'nonsense', 'POST', path, request);
  }
  await stack.settled();
  for (const tenant of Object.values(tenants)) {
    for (const who of tenant.people.slice(0, 2)) assert.equal((await tenant.card(who)).code, who.code, 'the card is still there');
  }
});

test('what fails is told without what it was about', async () => {
  await send('PUT', `${stack.smaregi.control}/faults`, { status: 500, remaining: 30 });
  for (const tenant of Object.values(tenants)) {
    await send('PUT', `${tenant.view.shopify.control}/faults`, { path: '/_shops/', status: 500, remaining: 10 });
    for (const who of tenant.people) {
      await send('POST', `${tenant.view.shopify.control}/webhooks/fire`, { topic: 'customers/update', customer: who.id });
      await ask(asCustomer(tenant, who), 'while the platforms fail', 'GET', tenant.ask(who, '/card.json'));
    }
    await ask(asMerchant(tenant), 'while the platforms fail', 'GET', '/admin/api/status', { headers: { authorization: session(tenant) } });
  }
  await send('PUT', `${stack.smaregi.control}/faults`, {});
  for (const tenant of Object.values(tenants)) await send('PUT', `${tenant.view.shopify.control}/faults`, {});
  await stack.settled();
});

test('the staff of one shop see its customers by halves, and nobody of the other', async () => {
  for (const tenant of Object.values(tenants)) {
    const other = another(tenant);
    // A pick-up of each shop, in the first store of each.
    for (const [of, who] of [[tenant, tenant.people[0]], [other, other.people[0]]]) {
      const body = { nonce: who.nonce, id: `${who.pickup}-2`, shop: String(of.stores[0].storeId), lines: [{ code: of.products[1].code, quantity: 1 }] };
      assert.equal(await ask(asCustomer(of, who), 'reserves', 'POST', of.ask(who, '/pickup'), { headers: json, body }), 200);
    }
    // The family name and what a member scans are theirs to see; the rest of a customer is not.
    const staff = { what: `staff of ${tenant.owner}`, sees: ({ owner, customer, field }) => owner === tenant.owner && (customer === null || ['last name', 'member code', 'points', 'id of a pick-up'].includes(field)) };
    const headers = { ...json, cookie: tenant.staff };
    assert.equal(await ask(staff, 'looks', 'GET', '/staff/api/work', { headers }), 200);
    const mine = await send('GET', `${stack.server}/staff/api/work`, undefined, headers);
    assert.ok(mine.pickups.some(({ id }) => id === `${tenant.people[0].pickup}-2`), 'their own pick-up is there');
    for (const of of [tenant, other]) {
      for (const text of [of.people[0].code, of.products[0].code, of.products[1].sku, 'P000000']) {
        assert.equal(await ask(staff, 'scans', 'POST', '/staff/api/scan', { headers, body: { text } }), 200);
      }
    }
    const act = (id) => ask(staff, 'acts', 'POST', '/staff/api/act', { headers, body: { id, deed: 'one-deed', action: 'accept' } });
    assert.equal(await act(`${other.people[0].pickup}-2`), 404);
    assert.equal(await act(`${tenant.people[0].pickup}-2`), 200);
    for (const path of ['/staff/api/work', '/staff/api/scan', '/staff/api/act', '/staff/api/sign-out']) {
      for (const cookie of ['', 'tsunagi_staff=', `tsunagi_staff=${'0'.repeat(64)}`, `x${tenant.staff}`]) {
        assert.equal(await ask(kNobody, 'no session', path.endsWith('work') ? 'GET' : 'POST', path, { headers: { ...json, cookie }, body: { text: tenant.people[0].code } }), 401);
      }
    }
  }
});

test("the operator's tools name nobody and keep shops apart", async () => {
  for (const tenant of Object.values(tenants)) {
    for (const command of ['members', 'inbox', 'outbox', 'dead-letters', 'review']) {
      for (const form of [[], ['--json']]) {
        const { out, err } = await stack.tool(command, '--config', stack.config, '--shop', tenant.keys.shop, ...form);
        ++asked;
        const sees = ({ owner, field }) => owner === tenant.owner && field === 'member code';
        assert.deepEqual(found(out + err, sees), [], `tsunagi ${command} ${form}`);
      }
    }
  }
});

test('the merchant page and all other addresses', async () => {
  const others = routes().filter(({ path }) => !path.startsWith('/proxy/'));
  for (const { path } of others) {
    const server = ['/healthz', '/readyz', '/metrics'].includes(path) ? stack.ops : stack.server;
    const statuses = new Set();
    for (const method of kMethods) {
      await ask(kNobody, 'no session', method, server + path, { headers: json, body: {} });
      for (const tenant of Object.values(tenants)) {
        const body = path.endsWith('/settings') ? tenant.settings : path.includes('/backfill/') ? { tag: tenant.tag }
          : path.endsWith('/products/find') ? { code: another(tenant).products[0].code } : {};
        await ask(kNobody, 'signed by another app', method, server + path, { headers: { ...json, ...pretending(tenant), authorization: session(tenant, 'another') }, body });
        const query = new URLSearchParams({ shop: another(tenant).keys.shop });
        for (const address of [path, `${path}?${query}`]) {
          statuses.add(await ask(asMerchant(tenant), 'a session of its own', method, server + address, { headers: { ...json, ...pretending(another(tenant)), authorization: session(tenant) }, body }));
        }
      }
    }
    assert.ok([...statuses].some((status) => status !== 404) || path.endsWith('/'), `${path} answers`);
  }
});

test('the log holds nothing that anybody typed', () => {
  const text = stack.logged();
  assert.ok(text.includes('"route":"/proxy/card.json"'), 'it was written');
  const lines = text.split('\n').filter((line) => stack.canaries.some((one) => holds(line, one)));
  assert.deepEqual(lines.map((line) => `${found(line, () => false)}: ${line}`), []);
  const kept = query(stack, 'select error from inbox union all select error from outbox').map(({ error }) => error).join('\n');
  assert.deepEqual(found(kept, () => false), []);
  console.log(`# seed ${stack.seed}: ${stack.canaries.length} canaries, ${routes().length} addresses, ${asked} questions`);
});

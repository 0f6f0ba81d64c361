// One person is one member: a customer on several devices with two tabs each presses 会員になる, opens the card where joining
// is automatic, and is told of by webhooks, all at the same instant at every server that there is.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { query, startPostgres, stopPostgres } from '../support/database.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kWebhooksAServer = 10;

function customerUpdated(stack, server, id) {
  const body = JSON.stringify({ id: Number(id), admin_graphql_api_id: `gid://shopify/Customer/${id}`, updated_at: new Date().toISOString() });
  return fetch(`${server}/webhooks/shopify`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-shopify-topic': 'customers/update',
    'x-shopify-shop-domain': stack.keys.shop, 'x-shopify-webhook-id': randomUUID(), 'x-shopify-event-id': randomUUID(),
    'x-shopify-hmac-sha256': createHmac('sha256', stack.keys.shopify_client_secret).update(body).digest('base64') } });
}

const created = async (stack) => (await stack.requestsOf(stack.smaregi)).filter(({ method, path, status }) => method === 'POST' && path.endsWith('/customers') && status === 200).length;

async function everybodyAtOnce(stack, { servers: count, joins }) {
  await stack.start();
  const data = await seed(stack, undefined, { products: 3, members: 6, sales: 0 });
  const customer = String(data.unlinked[0].id);
  const path = (to) => proxyPath(stack, to, { customer });
  const { nonce } = await send('GET', stack.server + path('/card.json'));
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, joining: 'automatic' });
  const servers = [stack.server];
  while (servers.length < count) servers.push((await stack.startPeer()).server);
  await stack.settled();
  const createdBefore = await created(stack);
  const membersBefore = await data.pos('GET', '/customers?limit=1000');

  const press = (server) => fetch(server + path('/join'), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce }) });
  const open = (server) => fetch(server + path('/card.json'));
  const asked = servers.flatMap((server) => [
    ...Array.from({ length: joins }, (_, i) => (i % 4 === 3 ? open : press)(server)),
    ...Array.from({ length: kWebhooksAServer }, () => customerUpdated(stack, server, customer)),
  ]);
  const replies = await Promise.all(asked);
  assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200]);
  const texts = await Promise.all(replies.map((reply) => reply.text()));
  const codes = new Set(texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text).code));
  assert.equal(codes.size, 1, `one code is shown to all: ${[...codes]}`);
  const [code] = codes;

  await until('the member to be linked', () => query(stack, `select state from member_link where customer_id = ${customer}`)[0]?.state === 'linked', 30_000);
  await stack.settled();
  assert.equal(await created(stack), createdBefore + 1, 'one creation at Smaregi');
  const members = await data.pos('GET', '/customers?limit=1000');
  assert.equal(members.length, membersBefore.length + 1, 'one member more at Smaregi');
  assert.equal(members.filter((member) => member.customerCode === code).length, 1);
  assert.deepEqual(query(stack, `select code from member_link where customer_id = ${customer}`), [{ code }]);
  assert.deepEqual(query(stack, `select code from member_code where customer_id = ${customer}`), [{ code }]);
  assert.equal(query(stack, 'select count(*) as n from member_code')[0].n, data.joined.length + 1, 'no code was issued to nobody');
  console.log(`# seed ${stack.seed}: ${servers.length} × ${joins} joins and ${servers.length * kWebhooksAServer} webhooks at once, one member ${code}`);
}

test('200 at once on SQLite', async (t) => {
  const stack = new Stack({ threads: 256 });
  t.after(() => stack.stop());
  await everybodyAtOnce(stack, { servers: 1, joins: 200 });
});

test('3 server processes × 70 at once on PostgreSQL', async (t) => {
  const database = startPostgres();
  const stack = new Stack({ database });
  t.after(async () => {
    await stack.stop();
    stopPostgres(database);
  });
  await everybodyAtOnce(stack, { servers: 3, joins: 70 });
});

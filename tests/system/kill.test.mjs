// The server is killed (SIGKILL) at named points and at random under a stream of sales and of both platforms' webhooks, and
// started again. Whatever was answered with 2xx is in the inbox once and ends done; in the end the card metafields are what
// Smaregi holds.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { query } from '../support/database.mjs';
import { root, until } from '../support/processes.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kPoints = ['before-wal-write', 'before-sync', 'after-sync', 'before-answer', 'after-answer', 'before-smaregi',
  'after-smaregi', 'before-shopify', 'during-shopify', 'after-shopify'];
const kKills = process.env.TSUNAGI_FULL ? 300 : 30;
const library = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'libkillpoint.so');

const stack = new Stack();
let data;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { products: 4, members: 5, sales: 1 });
  // Events name members by their ids at Smaregi: those of the members that have a card here.
  for (const member of data.joined) {
    const found = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${member.code}`);
    assert.match(String(found.customer_id), /^\d+$/, `the till knows the id of ${member.code}`);
    member.pos_id = String(found.customer_id);
  }
  assert.deepEqual(query(stack, 'select pos_member_id as id from member_link').map(({ id }) => id).sort(), data.joined.map((member) => member.pos_id).sort());
});
after(() => stack.stop());

const answered = new Map();  // event id → "system type"
let sent = 0;

function smaregiEvent(id, event, body) {
  return { id, what: `smaregi ${event}`, path: '/webhooks/smaregi', body: JSON.stringify({ contractId: stack.keys.contract_id, event, ...body }),
    headers: { 'smaregi-contract-id': stack.keys.contract_id, 'smaregi-event': event, 'smaregi-event-id': id, 'x-tsunagi-webhook': stack.keys.smaregi_webhook_secret } };
}

function shopifyEvent(id, topic, payload) {
  const body = JSON.stringify(payload);
  return { id, what: `shopify ${topic}`, path: '/webhooks/shopify', body,
    headers: { 'x-shopify-topic': topic, 'x-shopify-shop-domain': stack.keys.shop, 'x-shopify-webhook-id': id, 'x-shopify-event-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', stack.keys.shopify_client_secret).update(body).digest('base64') } };
}

/** One event as a platform sends it, straight to the server; remembered when it was answered with 2xx. */
async function webhook() {
  const id = randomUUID();
  const member = stack.random.pick(data.joined);
  const event = stack.random.pick([
    () => smaregiEvent(id, 'pos:customers', { customerIds: [member.pos_id], action: 'edited' }),
    () => smaregiEvent(id, 'pos:stock', { ids: [{ id: String(1 + stack.random.below(1000)), productId: stack.random.pick(data.products).product_id, storeId: String(data.stores[0].storeId) }], action: 'edited' }),
    () => shopifyEvent(id, 'customers/update', { id: Number(member.id), admin_graphql_api_id: `gid://shopify/Customer/${member.id}`, updated_at: new Date().toISOString() }),
  ])();
  ++sent;
  try {
    const reply = await fetch(stack.server + event.path, { method: 'POST', body: event.body, headers: { 'content-type': 'application/json', ...event.headers } });
    if (reply.ok) answered.set(id, event.what);
  } catch { /* the server is down: nothing was promised */ }
}

async function sale() {
  await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId),
    member_code: stack.random.pick(data.joined).code, spend_points: 0, lines: [{ product_code: stack.random.pick(data.products).code, quantity: 1 }] });
}

test(`${kKills} kills: nothing that was acknowledged is lost or doubled`, async () => {
  await stack.serverProcess.stop('SIGKILL');
  const reached = new Map();
  // Every point in turn, each time after a moment at random; a point that a slow machine did not come to is tried again.
  const retries = kPoints.length * 3;
  for (let i = 0; i < kKills + retries; ++i) {
    const missed = i < kKills ? null : kPoints.find((name) => !reached.has(name));
    if (i >= kKills && !missed) break;
    const point = missed ?? (i % 2 === 0 ? kPoints[(i / 2) % kPoints.length] : null);
    const start = stack.startServer(point ? {
      LD_PRELOAD: library, KILLPOINT: point, KILLPOINT_NTH: String(/smaregi|shopify/.test(point) ? stack.random.between(1, 2) : stack.random.between(2, 12)), KILLPOINT_SERVER: String(stack.serverPort),
      KILLPOINT_SMAREGI: String(stack.smaregiPort), KILLPOINT_SHOPIFY: String(new URL(stack.shopify.storefront).port),
    } : {});
    await start.catch((error) => { if (!point || !stack.serverProcess.exited) throw error; });  // it may die while it starts
    const deadline = Date.now() + (point ? 15_000 : stack.random.between(50, 1_500));
    let round = 0;
    while (!stack.serverProcess.exited && Date.now() < deadline) {
      // Some twenty a second: more than the re-reading may ask of Smaregi, little enough to be worked off in the end.
      await Promise.all([webhook(), webhook(), ...(round++ % 5 === 0 ? [sale()] : []), new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    if (point && stack.serverProcess.exited) reached.set(point, (reached.get(point) ?? 0) + 1);
    if (!stack.serverProcess.exited) await stack.serverProcess.stop('SIGKILL');
  }
  const kinds = new Map();
  for (const what of answered.values()) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  console.log(`# seed ${stack.seed}: ${sent} webhooks sent, ${answered.size} acknowledged (${[...kinds].map(([name, n]) => `${name}×${n}`).join(' ')}); died at ${[...reached].map(([name, n]) => `${name}×${n}`).join(' ')}`);
  for (const point of kPoints) assert.ok(reached.has(point), `the run never died at ${point}`);
  assert.ok(answered.size > 100, `${answered.size} acknowledged`);
  for (const what of ['smaregi pos:customers', 'smaregi pos:stock', 'shopify customers/update']) assert.ok(kinds.get(what) > 20, `${kinds.get(what)} × ${what} acknowledged`);

  await stack.startServer();
  await until('the queues to be empty', async () => {
    const waiting = query(stack, "select (select count(*) from inbox where state not in ('done')) + (select count(*) from outbox where state not in ('done')) as n")[0].n;
    return waiting === 0;
  }, Math.max(120_000, answered.size * 200), 500);  // ten reads a second are what Smaregi allows
  const rowsOf = new Map();
  for (const { event_id: id, system, type, state } of query(stack, 'select event_id, system, type, state from inbox')) {
    rowsOf.set(id, [...rowsOf.get(id) ?? [], `${system} ${type} ${state}`]);
  }
  for (const [id, what] of answered) assert.deepEqual(rowsOf.get(id), [`${what} done`], `${id} was acknowledged`);
  for (const member of data.joined) {
    const truth = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${member.code}`);
    await until(`the metafield of ${member.code} to say ${truth.point}`, async () => {
      const shopper = new Shopper(stack);
      const page = await (await shopper.signIn(member.id)).text();
      const shown = /tsunagi-points__figure[^>]*>([^<]*)/.exec(page)?.[1];
      return shown !== undefined && Number(shown.replace(/[^\d-]/g, '')) === Number(truth.point);
    }, 60_000, 500);
  }
});

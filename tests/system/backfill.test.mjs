// A merchant makes members of all customers with a tag, over both platforms' APIs: as fast as their limits allow, without one
// refusal, each customer once, nobody else; and whoever opens a card meanwhile waits no longer for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { proxyPath } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { seed, shopifyAdmin } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const full = Boolean(process.env.TSUNAGI_FULL);
const kCustomers = full ? 2_000 : 45;
// What the platforms allow: in full as they are; else a smaller bucket, so that it binds after a few customers.
const kLimits = full ? { bucket: 2_000, restore_rate: 100 } : { bucket: 200, restore_rate: 40 };
const kSmaregi = { reads_per_second: 50, writes_per_second: 20 };
const kOfTheBound = 1.05;
const kEndsMs = 4_000;  // it is begun within a second, and cards wait for each other for three
const kOfUsual = 1.2;
const kLooks = 10;
const kLookEveryMs = 300;
const kTag = 'old programme';
// By what an object (1), a connection (2), a mutation (10) and 25 metafields (one mutation) cost; tests/sandbox/shopify/api/cost.mjs.
const kPage = 25;
const kPoints = { customer: 1 + 1 + 2, page: 2 / kPage, tag: 10, card: 10 / 25 };

const stack = new Stack();
let data;
let admin;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { products: 2, members: 1, sales: 0 });
  await send('PUT', `${stack.shopify.control}/app`, { bucket: 1_000_000, restore_rate: 1_000_000 });
  ({ admin } = await shopifyAdmin(stack, ['read_customers', 'write_customers']));
});
after(() => stack.stop());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function customer(i, tags) {
  const { customerCreate: made } = await admin('mutation New($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }',
    { input: { lastName: `旧${i}`, firstName: '花子', email: `old${i}.${stack.seed}@example.com`, locale: 'ja', tags } });
  assert.deepEqual(made.userErrors, []);
  return Number(made.customer.id.split('/').pop());
}

/** How long opening the card of somebody else takes, in milliseconds. */
async function open() {
  const path = stack.server + proxyPath(stack, '/card.json', { customer: data.joined[0].id });
  const began = performance.now();
  const { state } = await send('GET', path);
  assert.equal(state, 'ready');
  return performance.now() - began;
}
async function opens(times) {
  const took = [];
  while (took.length < times) {
    took.push(await open());
    await pause(kLookEveryMs);
  }
  return took;
}

test(`${kCustomers} customers with a tag`, async () => {
  const tagged = [];
  for (let i = 0; i < kCustomers; ++i) tagged.push(await customer(i, [kTag]));
  const outsider = await customer(kCustomers, ['another tag', `not the ${kTag}`]);
  await stack.settled();
  await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { rate_limit: kSmaregi });
  const usual = await opens(kLooks);

  await send('PUT', `${stack.shopify.control}/app`, kLimits);
  const { count } = await data.merchant('POST', '/backfill/count', { tag: kTag });
  assert.equal(count, kCustomers);
  for (const standIn of [stack.smaregi, stack.shopify]) await send('DELETE', `${standIn.control}/requests`);
  const began = performance.now();
  assert.equal((await data.merchant('POST', '/backfill/begin', { tag: kTag })).state, 'running');
  await assert.rejects(data.merchant('POST', '/backfill/begin', { tag: kTag }), /409/);

  const meanwhile = [];
  let report;
  await until('all to be members', async () => {
    meanwhile.push(await open());
    report = await data.merchant('GET', '/backfill');
    return report.state === 'done' && report.waiting === 0;
  }, 60_000 + kCustomers * 500, kLookEveryMs);
  const took = (performance.now() - began) / 1000;

  const each = Object.values(kPoints).reduce((sum, points) => sum + points, 0);
  const byPoints = (kCustomers * each - kLimits.bucket) / kLimits.restore_rate;
  const byWrites = kCustomers / kSmaregi.writes_per_second;
  const bound = Math.max(byPoints, byWrites);
  const log = { smaregi: await stack.requestsOf(stack.smaregi), shopify: await stack.requestsOf(stack.shopify) };
  const refused = Object.values(log).flat().filter(({ status, throttled }) => status === 429 || throttled)
    .map(({ method, path, operation }) => operation ?? `${method} ${path}`);
  console.log(`# seed ${stack.seed}: ${kCustomers} customers in ${took.toFixed(1)} s, at best ${bound.toFixed(1)} s by ${bound === byPoints ? 'Shopify’s points' : 'Smaregi’s writes'}: ${(took / bound).toFixed(3)}; ` +
    `${log.smaregi.length} calls to Smaregi, ${log.shopify.length} to Shopify, ${refused.length} refused; a card takes ${median(meanwhile).toFixed(1)} ms, usually ${median(usual).toFixed(1)} ms`);

  assert.deepEqual([report.brought, report.members, report.left, report.lacking], [kCustomers, 0, 0, 0]);
  const rows = await send('GET', `${stack.shopify.control}/customers`);
  const codes = new Set();
  for (const id of tagged) {
    const row = rows.find((one) => Number(one.id) === id);
    const card = JSON.parse(row.metafields.find(({ key }) => key === 'card')?.value ?? '{}');
    assert.equal(card.state, 'ready');
    assert.ok(row.tags.includes(`tsunagi:${card.code}`) && row.tags.includes(kTag), `the tags of ${id}`);
    codes.add(card.code);
  }
  assert.equal(codes.size, kCustomers);
  for (const code of [...codes].slice(0, 20)) await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${code}`);
  assert.ok(!rows.find((one) => Number(one.id) === outsider).metafields.some(({ key }) => key === 'card'), 'who has no such tag is no member');
  const creations = log.smaregi.filter(({ method, path }) => method === 'POST' && /\/customers$/.test(path));
  assert.equal(creations.length, kCustomers, 'each is created once');

  assert.deepEqual(refused, []);
  if (!full) return;  // beside other tests, on two processors, times say little
  assert.ok(took * 1000 <= kOfTheBound * bound * 1000 + kEndsMs, `${took.toFixed(1)} s, at best ${bound.toFixed(1)} s`);
  const after = await opens(kLooks);
  assert.ok(median(meanwhile) <= kOfUsual * median([...usual, ...after]), `a card took ${median(meanwhile)} ms, usually ${median([...usual, ...after])} ms`);
});

test('it is stopped and goes on where it was', async () => {
  await send('PUT', `${stack.shopify.control}/app`, { bucket: 1_000_000, restore_rate: 1_000_000 });
  for (let i = 0; i < 4; ++i) await customer(`later${i}`, ['second']);
  await data.merchant('POST', '/backfill/begin', { tag: 'second' });
  const stopped = await data.merchant('POST', '/backfill/stop', {});
  assert.ok(['stopped', 'done'].includes(stopped.state));
  if (stopped.state === 'stopped') await data.merchant('POST', '/backfill/begin', { tag: 'second' });
  const report = await until('the rest', async () => {
    const now = await data.merchant('GET', '/backfill');
    return now.state === 'done' && now.waiting === 0 && now;
  }, 20_000, 200);
  assert.equal(report.brought, 4);
});

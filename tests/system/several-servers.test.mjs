// Three servers on one PostgreSQL: the work of one customer is one server's at a time, all of them share it, and together they
// spend what one contract may ask.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Witness, overlaps } from '../support/witness.mjs';

const postgres = (...args) => execFileSync(join(root, 'tests/support/postgres.sh'), args, { encoding: 'utf8' }).trim();
const kSlowMs = 60;  // a write takes so long: two of one customer would meet
const customersIn = (call) => [...new Set([...call.body.matchAll(/gid:\/\/shopify\/Customer\/(\d+)/g)].map(([, id]) => id))];

let database;
let stack;
let data;
let peers;
before(async () => {
  database = postgres('start');
  stack = new Stack({ database, witnesses: {
    smaregi: (origin) => new Witness(origin, ({ method, path }) => method !== 'GET' && path.includes('/pos/customers'), kSlowMs),
    shopify: (origin) => new Witness(origin, ({ body }) => /"query":"[^{]*mutation/.test(body), kSlowMs),
  } });
  await stack.start();
  peers = [{ server: stack.server, ops: stack.ops }, await stack.startPeer(), await stack.startPeer()];
  data = await seed(stack, undefined, { products: 2, members: 9, sales: 0 });
});
after(async () => {
  await stack?.stop();
  if (database) postgres('stop', database);
});

/** Writes to a platform that one server made. */
async function writesOf({ ops }) {
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  return [...metrics.matchAll(/^tsunagi_upstream_calls_total\{(.*)\} (\d+)/gm)]
    .filter(([, labels]) => /customers\.(create|update)|metafields_set|customer_update|tags_add/.test(labels))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

const kMostRounds = 6;  // until each server had its turn: who finds the work does it
test('no two writes for one customer are under way at once, and every server does its part', async () => {
  await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { rate_limit: { reads_per_second: 1000, writes_per_second: 1000 } });
  const { shops: [{ members }] } = JSON.parse((await stack.tool('members', '--json', '--config', stack.config)).out);
  const byMember = new Map(members.map((row) => [String(row.member), String(row.customer)]));
  const byCode = new Map(members.map((row) => [row.code, String(row.customer)]));
  // Names and numbers change at both platforms at once: fields, cards and tags of the same people are to be written.
  let round = 0;
  let shares = [];
  for (; round < 2 || (round < kMostRounds && shares.some((share) => share === 0)); ++round) {
    await Promise.all(members.flatMap(({ customer, member }, i) => [
      data.admin(`mutation Name($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }`,
        { input: { id: `gid://shopify/Customer/${customer}`, lastName: `変更${round}`, firstName: `第${i}` } }),
      data.pos('PATCH', `/customers/${member}`, { phoneNumber: `0901000${String(round * 100 + i).padStart(4, '0')}`, rank: '' }),
    ]));
    if (round > 0) await stack.settled();
    shares = await Promise.all(peers.map(writesOf));
  }
  const writes = {
    smaregi: stack.witness.smaregi.calls.filter(({ write }) => write),
    shopify: stack.witness.shopify.calls.filter(({ write }) => write),
  };
  assert.ok(writes.smaregi.length >= members.length && writes.shopify.length >= members.length, `${writes.smaregi.length} and ${writes.shopify.length} writes`);
  const keysOf = (call) => {
    const id = /\/pos\/customers\/(\d+)/.exec(call.path)?.[1];
    if (id) return [byMember.get(id)];
    const code = /"customerCode":"([^"]+)"/.exec(call.body)?.[1];
    return code ? [byCode.get(code)] : customersIn(call);
  };
  const both = overlaps([...writes.smaregi, ...writes.shopify], keysOf);
  assert.deepEqual(both.map(([key, a, b]) => `${key}: ${a.path} ${a.body.slice(0, 80)} and ${b.path} ${b.body.slice(0, 80)}`), []);
  console.log(`# seed ${stack.seed}: ${writes.smaregi.length} writes to Smaregi, ${writes.shopify.length} to Shopify, by server ${shares.join(' ')}`);
  for (const share of shares) assert.ok(share > 0, 'every server writes');
  await until('the last name to be everywhere', async () => (await data.pos('GET', '/customers?limit=1000')).every(({ lastName }) => lastName === `変更${round - 1}`), 30_000, 500);
});

test('a flood of webhooks at all servers costs half of what one server may ask of Smaregi', async () => {
  const kFlood = 36;
  const kWindowMs = 3000;  // slices of the budget are leased for so long
  const began = performance.now();
  const rereads = () => stack.witness.smaregi.calls.filter(({ path, began: at }) => at >= began && /\/pos\/stock\?.*product_id=9\d{5}/.test(path));
  await Promise.all(Array.from({ length: kFlood }, (_, i) => {
    const id = randomUUID();
    return send('POST', `${peers[i % peers.length].server}/webhooks/smaregi`, { contractId: stack.keys.contract_id, event: 'pos:stock', action: 'edited',
      ids: [{ id: '1', productId: String(900_000 + i), storeId: '1' }] }, { 'smaregi-contract-id': stack.keys.contract_id, 'smaregi-event': 'pos:stock',
      'smaregi-event-id': id, 'x-tsunagi-webhook': stack.keys.smaregi_webhook_secret });
  }));
  await until('every product to be read', async () => new Set(rereads().map(({ path }) => path)).size === kFlood, 40_000, 200);
  const starts = rereads().map(({ began: at }) => at).sort((a, b) => a - b);
  const most = Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + kWindowMs).length));
  console.log(`# seed ${stack.seed}: ${starts.length} re-reads in ${Math.round((starts.at(-1) - starts[0]) / 100) / 10} s, at most ${most} in ${kWindowMs / 1000} s`);
  // Ten reads a second at the start, one more each ten seconds while nothing is refused; half of them, of all servers.
  const rate = 10 + performance.now() / 10_000;
  assert.ok(most <= (rate / 2) * (kWindowMs / 1000) + 3, `${most} re-reads in ${kWindowMs / 1000} s`);
});

// How soon a customer is a member: 100 customers a minute join, then 100 a minute change their name in the store, within the
// limits of both platforms. At the till within 5 s, on the card of the account page and among the tags within 10 s.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { proxyPath } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { seed, shopifyAdmin } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kAMinute = 100;
const kCustomers = process.env.TSUNAGI_FULL ? 100 : 15;
const kLookEveryMs = 100;
const kMemberWithinMs = 5_000;
const kShopWithinMs = 10_000;

const stack = new Stack();
let data;
before(async () => { await stack.start(); data = await seed(stack, undefined, { products: 2, members: 1, sales: 0 }); });
after(() => stack.stop());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const done = ({ cardAt, tagAt, renameSeenAt }) => cardAt && tagAt && renameSeenAt;
const part = (values, of) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * of))];

async function newcomers() {
  const { admin } = await shopifyAdmin(stack, ['read_customers', 'write_customers']);
  const people = [];
  for (let i = 0; i < kCustomers; ++i) {
    const { customerCreate: made } = await admin('mutation New($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }',
      { input: { lastName: `新${i}`, firstName: '花子', email: `new${i}.${stack.seed}@example.com`, locale: 'ja' } });
    assert.deepEqual(made.userErrors, []);
    const id = made.customer.id.split('/').pop();
    const path = (to) => stack.server + proxyPath(stack, to, { customer: id });
    people.push({ i, id, gid: made.customer.id, name: `新${i} 花子`, path, nonce: (await send('GET', path('/card.json'))).nonce });
  }
  return { admin, people };
}

async function join(person) {
  person.joinedAt = Date.now();
  person.code = (await send('POST', person.path('/join'), { nonce: person.nonce })).code;
}

async function rename(person, admin) {
  person.lastName = `改${person.i}`;
  person.renamedAt = Date.now();
  const { customerUpdate: updated } = await admin('mutation Rename($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }', { input: { id: person.gid, lastName: person.lastName } });
  assert.deepEqual(updated.userErrors, []);
}

/** Notes when each thing is first seen. One look at a time: a stand-in answers as many connections as it has threads. */
async function look(people) {
  for (const row of await send('GET', `${stack.shopify.control}/customers`)) {
    const person = people.find(({ id }) => id === String(row.id));
    if (!person?.code) continue;
    const card = JSON.parse(row.metafields.find(({ key }) => key === 'card')?.value ?? '{}');
    if (card.state === 'ready') person.cardAt ??= Date.now();
    if (row.tags.includes(`tsunagi:${person.code}`)) person.tagAt ??= Date.now();
  }
  for (const person of people.filter(({ code, memberAt, lastName, renameSeenAt }) => code && (!memberAt || (lastName && !renameSeenAt)))) {
    const reply = await fetch(`${data.till}/member?contract=${stack.keys.contract_id}&code=${person.code}`);
    const member = await reply.json();
    if (!reply.ok) continue;
    person.memberAt ??= Date.now();
    if (person.lastName && member.name.startsWith(person.lastName)) person.renameSeenAt ??= Date.now();
  }
}

test(`${kCustomers} customers, ${kAMinute} a minute`, async () => {
  const { admin, people } = await newcomers();
  await stack.settled();
  const begun = Date.now();
  const inTurn = (deed) => Promise.all(people.map(async (person) => {
    await pause((person.i * 60_000) / kAMinute);
    await deed(person);
  }));
  let over = false;
  const looking = (async () => {
    while (!over) {
      const next = pause(kLookEveryMs);
      await look(people);
      await next;
    }
  })();
  try {
    await inTurn(join);
    await until('all to be members', () => people.every(({ memberAt, cardAt, tagAt }) => memberAt && cardAt && tagAt), 60_000);
    await inTurn((person) => rename(person, admin));
    await until('all to have their new name', () => people.every(done), 60_000);
  } finally {
    over = true;
    await looking;
  }
  const told = [['join to member', kMemberWithinMs, 'memberAt', 'joinedAt'], ['webhook to member', kMemberWithinMs, 'renameSeenAt', 'renamedAt'],
    ['join to metafield', kShopWithinMs, 'cardAt', 'joinedAt'], ['join to tag', kShopWithinMs, 'tagAt', 'joinedAt']];
  const throttled = [stack.smaregi, stack.shopify].map((one) => stack.requestsOf(one).then((log) => log.filter(({ status }) => status === 429).length));
  console.log(`# seed ${stack.seed}: ${people.length} customers in ${((Date.now() - begun) / 1000).toFixed(0)} s; throttled by Smaregi ${await throttled[0]}, by Shopify ${await throttled[1]}`);
  for (const [what, withinMs, end, start] of told) {
    const times = people.map((person) => person[end] - person[start]);
    console.log(`# ${what}: p50 ${part(times, 0.5)} ms, p95 ${part(times, 0.95)} ms, longest ${Math.max(...times)} ms`);
    assert.ok(part(times, 0.95) <= withinMs, `${what}: p95 ${part(times, 0.95)} ms`);
  }
});

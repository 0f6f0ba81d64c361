// Every state x action x role over HTTP, on a real server and database. What must happen is read from the one definition, the
// table that the product decides by (kPickupRules, printed by pickup_table). What is legal does what the table says; of the rest
// nothing changes:
//
// - staff (clerk, manager, head office) have one route that takes every action: 409, and a row in the trail that says who, what
//   and that it was refused.
// - a shopper has one action with an address, cancelling: 409 with such a row. There is no address for the others: 404; and as a
//   shopper is no staff, the staff's route answers 401. Neither reaches the pick-up, so neither leaves a row.
// - the server's own action is expiry. It looks for what is overdue among the open ones alone, so that it never tries an illegal
//   one; its server is started again six days later.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';

const binaries = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests');
const table = JSON.parse(execFileSync(join(binaries, 'pickup_table'), { encoding: 'utf8' }));
const kQuantity = 2;
const kStock = 100_000;
const kLaterSeconds = 6 * 86_400;  // after the days a pick-up is kept, one more of them, and before the staff's sessions end
const kKeptToExpire = 16;          // of each open state; the server gives up at most a hundred at once
const kWidth = 6;
const people = table.roles.filter((role) => role !== 'system');

const ruleOf = (state, action, role) => table.rules.find((rule) => rule.from === state && rule.action === action && rule.roles.includes(role));
const isOpen = (state) => table.open.includes(state);
/** What was handed over is held until its sale is known, which the server looks for once a minute. */
const heldIn = (state) => (isOpen(state) ? [kQuantity] : state === 'handed_over' ? [kQuantity, 0] : [0]);
const checkHeld = (state, held) => assert.ok(heldIn(state).includes(held), `${held} held while ${state}`);
const reachable = table.states.filter((state) => state !== 'expired');

/** The shortest way from the first state to each, of what head office may do. */
const ways = (() => {
  const found = new Map([[table.states[0], []]]);
  for (const [state, way] of found) {
    for (const rule of table.rules) {
      if (rule.from === state && rule.roles.includes('head_office') && !found.has(rule.to)) found.set(rule.to, [...way, rule.action]);
    }
  }
  return found;
})();

let stack;
let data;
let counter;
const actors = {};  // role -> {id, ask}
const nonces = new Map();

before(async () => {
  stack = new Stack();
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 2, members: 12, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  for (const role of people.filter((each) => each !== 'shopper')) {
    const clerk = await counter.clerk(role, role === 'head_office' ? undefined : [counter.store]);
    const { staff } = await data.merchant('GET', '/staff');
    actors[role] = { ...clerk, id: staff.find((each) => each.role === role).id };
  }
  await counter.shelf(data.products[0], kStock);
  for (const { id } of data.joined) nonces.set(id, (await counter.look(id)).nonce);
});
after(() => stack?.stop());

async function inTurn(items, work) {
  let next = 0;
  await Promise.all(Array.from({ length: kWidth }, async () => {
    while (next < items.length) await work(items[next++]);
  }));
}

/** What the database has of every pick-up: {row, held, trail} by its id. */
function book() {
  const rows = new Map(query(stack, 'select * from pickup').map((row) => [row.pickup_id, { row, held: 0, trail: [] }]));
  for (const { pickup_id: id, held } of query(stack, 'select pickup_id, sum(held) as held from pickup_line group by pickup_id')) rows.get(id).held = held;
  for (const { pickup_id: id, ...deed } of query(stack, 'select pickup_id, deed_id, role, actor, action, state_before, state_after, refused from pickup_deed order by pickup_id, place')) rows.get(id).trail.push(deed);
  return rows;
}

async function post(path, body) {
  const reply = await fetch(stack.server + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: reply.status, ...(await reply.json()) };
}

/** Does it as the role; of a shopper the customer whose pick-up it is. */
function does({ role, action, id, customer, deed }) {
  if (role !== 'shopper') return act(actors[role], { id }, action, { deed, ...(action === 'reject' ? { reason: 'busy' } : {}) });
  return post(counter.path(customer, `/pickup/${action}`), { nonce: nonces.get(customer), id, deed });
}

/** A pick-up of the next customer, brought into the state by the routes. */
async function bring(each, number) {
  each.customer = data.joined[number % data.joined.length].id;
  const placed = await counter.reserve(each.customer, [{ code: data.products[0].code, quantity: kQuantity }], { nonce: nonces.get(each.customer) });
  assert.equal(placed.status, 200, JSON.stringify(placed));
  each.id = placed.id;
  for (const action of ways.get(each.state)) {
    const done = await does({ role: 'head_office', action, id: each.id, deed: `way-${action.replace('_', '-')}` });
    assert.equal(done.status, 200, JSON.stringify([each, done]));
  }
}

const hasRoute = ({ role, action }) => role !== 'shopper' || action === 'cancel';

function checkLegal(each, rule, was, is) {
  assert.equal(each.reply.status, 200);
  assert.equal(each.reply.pickup.state, rule.to);
  assert.equal(is.row.state, rule.to);
  assert.equal(is.row.is_open, isOpen(rule.to) ? 1 : 0);
  checkHeld(rule.to, is.held);
  assert.equal(is.row.hold_until - was.row.hold_until, each.action === 'extend' ? table.extend_seconds : 0);
}

function checkRefused(each, was, is) {
  assert.equal(each.reply.status, hasRoute(each) ? 409 : 404);
  assert.equal(each.reply.error.code, hasRoute(each) ? 'conflict' : 'not_found');
  assert.deepEqual(is.row, was.row);
  checkHeld(each.state, is.held);
}

function check(each, was, is) {
  const rule = ruleOf(each.state, each.action, each.role);
  assert.equal(was.row.state, each.state);
  checkHeld(each.state, was.held);
  if (rule) checkLegal(each, rule, was, is);
  else checkRefused(each, was, is);
  const added = hasRoute(each) ? [{ deed_id: each.deed, role: each.role, actor: each.role === 'shopper' ? String(each.customer) : actors[each.role].id, action: each.action,
    state_before: each.state, state_after: rule ? rule.to : each.state, refused: rule ? 0 : 1 }] : [];
  assert.deepEqual(is.trail, [...was.trail, ...added]);
  assert.equal(each.again.status, each.reply.status, 'told twice it is answered the same');
}

/** Does every case's action, twice with one id, and compares the book before and after. */
async function lead(cases) {
  const was = book();
  await inTurn(cases, async (each) => {
    each.deed = randomUUID();
    each.reply = await does(each);
    each.again = await does(each);
  });
  const is = book();
  for (const each of cases) {
    try {
      check(each, was.get(each.id), is.get(each.id));
    } catch (error) {
      error.message = `${each.state}, ${each.action} by ${each.role}: ${error.message}\n${JSON.stringify(each.reply)}`;
      throw error;
    }
  }
  return is;
}

const casesOf = (states) => states.flatMap((state) => table.actions.flatMap((action) => people.map((role) => ({ state, action, role }))));
const sumHeld = (rows) => [...rows.values()].reduce((sum, { held }) => sum + held, 0);
const legalOf = (cases) => cases.filter(({ state, action, role }) => ruleOf(state, action, role)).length;

test('the definition is whole', () => {
  assert.deepEqual([...ways.keys()].sort(), [...reachable].sort(), 'head office reaches every state but the server\'s own');
  assert.equal(table.rules.filter(({ action }) => action === 'expire').every(({ roles }) => roles.join() === 'system'), true);
  assert.equal(table.states.length * table.actions.length * table.roles.length, 320);
});

test('every action in every state by everybody', async () => {
  const cases = casesOf(reachable);
  const numbers = new Map(cases.map((each, i) => [each, i]));
  await inTurn(cases, (each) => bring(each, numbers.get(each)));
  await lead(cases);
  assert.equal(legalOf(cases), table.rules.reduce((sum, { roles }) => sum + roles.filter((role) => role !== 'system').length, 0));
  await until('what is held in the shop to be what the table leaves held', async () => (await counter.stockOf(data.products[0].code)).held === sumHeld(book()), 10_000, 200);
  const legal = legalOf(cases);
  console.log(`# ${cases.length} cases, ${legal} legal, ${cases.length - legal} refused`);
});

test('a shopper is no staff', async () => {
  const was = book();
  const [id] = was.keys();
  for (const action of table.actions) {
    const reply = await post(counter.path(data.joined[0].id, '').replace('/proxy', '/staff/api/act'), { id, deed: randomUUID(), action });
    assert.equal(reply.status, 401, JSON.stringify(reply));
  }
  assert.deepEqual(book(), was);
});

test('what nobody fetched expires by the server alone, and what has expired takes nothing', async () => {
  const was = await cancelAllBut(kKeptToExpire);
  await stack.serverProcess.stop();
  await stack.startServer({ LD_PRELOAD: join(binaries, 'liblater.so'), LATER_SECONDS: String(kLaterSeconds) });
  counter.later = kLaterSeconds;
  await until('the open ones to expire', () => query(stack, 'select count(*) as n from pickup where is_open = 1')[0].n === 0, 20_000, 200);
  const is = book();
  const expired = [];
  for (const [id, { row, held, trail }] of is) {
    const { row: old, trail: oldTrail } = was.get(id);
    const rule = ruleOf(old.state, 'expire', 'system');
    assert.equal(Boolean(rule), isOpen(old.state));
    assert.equal(row.state, rule ? rule.to : old.state);
    assert.equal(held, 0);
    const deed = { deed_id: `expire-${old.hold_until}`, role: 'system', actor: '', action: 'expire', state_before: old.state, state_after: 'expired', refused: 0 };
    assert.deepEqual(trail, rule ? [...oldTrail, deed] : oldTrail);
    if (rule) expired.push({ id, customer: String(row.customer_id) });
  }
  const from = new Set(expired.map(({ id }) => was.get(id).row.state));
  assert.deepEqual([...from].sort(), [...table.open].sort(), 'out of every open state');
  for (const { id } of data.joined) nonces.set(id, (await counter.look(id)).nonce);
  const cases = casesOf(['expired']);
  cases.forEach((each, i) => Object.assign(each, expired[i]));
  await lead(cases);
  assert.equal(legalOf(cases), 0);
  assert.equal((await counter.stockOf(data.products[0].code)).held, 0);
});

/** Leaves so many of each open state; answers the book. */
async function cancelAllBut(kept) {
  const left = new Map();
  const surplus = [];
  for (const [id, { row }] of book()) {
    if (!isOpen(row.state)) continue;
    left.set(row.state, (left.get(row.state) ?? 0) + 1);
    if (left.get(row.state) > kept) surplus.push(id);
  }
  await inTurn(surplus, async (id) => {
    const done = await does({ role: 'head_office', action: 'cancel', id, deed: randomUUID() });
    assert.equal(done.status, 200, JSON.stringify(done));
  });
  return book();
}

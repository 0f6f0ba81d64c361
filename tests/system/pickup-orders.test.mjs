// Orders that a shopper placed in Shopify's checkout with local pickup, with real processes: from the order to the staff's list, the
// one mail that it is ready, the hand-over, and Smaregi's stock. What goes wrong on the way: notices that come twice or never, answers
// that are lost, a server that is killed between a write and the note of it, a shop that has not enough, and what a merchant decides.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Parcels } from '../support/parcels.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Between } from '../support/witness.mjs';

const kStock = 60;

let stack;
let data;
let counter;
let parcels;
let clerks;  // by store
let head;
let store;
let other;
before(async () => {
  stack = new Stack({ witnesses: { smaregi: (origin) => new Between(origin), shopify: (origin) => new Between(origin) } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 3, members: 1, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  parcels = new Parcels(stack, data, counter);
  await parcels.open({ each: kStock });
  for (const { id, name } of Object.values(parcels.places)) {
    await send('PUT', `${parcels.control}/locations`, { id, name, pickup: { pickup_time: 'TWO_HOURS', instructions: 'レジまで' } });
  }
  clerks = {};
  for (const { storeId } of data.stores) clerks[storeId] = await counter.clerk('clerk', [String(storeId)]);
  head = await counter.clerk('head_office');
  [store, other] = [counter.store, counter.other];
});
after(() => stack?.stop());

const line = (at = 0, quantity = 1) => ({ barcode: data.products[at].code, quantity });
const buy = (lines, more = {}) => send('POST', `${parcels.control}/orders`, { lines, customer: data.joined[0].id, pickup: { location: parcels.places[store].id }, ...more });
const rows = (order) => query(stack, `select p.pickup_id, p.state, p.store_id, p.reason, p.customer_id, o.paid, o.prepared, o.undecided, o.put_off, o.told_id, o.short_of
  from pickup p natural join pickup_order o where o.order_id = ${order.id} order by p.pickup_id`);
const held = (order) => Number(query(stack, `select coalesce(sum(held), 0) as held from pickup_line natural join pickup_order where order_id = ${order.id}`)[0].held);
const settled = (order) => until(`${order.name} to be in step`, () => query(stack, `select id from outbox where item_key = 'order-${order.id}'`).length === 0, 75_000, 100);
const seen = async (clerk, order) => (await (await clerk.ask('GET', '/work')).json()).pickups.filter(({ online }) => online?.order === order.name);
const listed = (clerk, order, holds = () => true, what = 'the pick-up') => until(`${what} of ${order.name}`, async () => (await seen(clerk, order)).find(holds), 75_000, 100);
const gone = (clerk, order) => until(`${order.name} to leave the list`, async () => (await seen(clerk, order)).length === 0, 40_000, 100);
const done = async (clerk, pickup, ...actions) => {
  for (const [action, more] of actions.map((each) => [each].flat())) {
    const reply = await act(clerk, pickup, action, more);
    assert.equal(reply.status, 200, JSON.stringify(reply));
  }
};
const callsOf = async (operation, text) => (await parcels.calls(operation)).filter((call) => JSON.stringify(call.variables).includes(text));
const fulfilled = (order, count = 1) => until(`${order.name} to be noted in Shopify`, async () => {
  const sent = await parcels.sent(order);
  return sent.length === count && sent;
}, 75_000, 100);
const worksOf = async (order) => (await parcels.orderNow(order)).fulfillment_orders;

test('an order is listed at its shop, ready is told by Shopify once, handed over is noted once, and Smaregi is lowered once', async () => {
  const clerk = clerks[store];
  const before = await parcels.counted(data.products[0], store);
  const order = await buy([line(0, 2), line(1)]);
  const pickup = await listed(clerk, order);
  assert.deepEqual([pickup.state, pickup.online, pickup.lines.reduce((sum, one) => sum + one.quantity, 0)],
    ['placed', { order: order.name, paid: true, short: false, on_hold: false, undecided: false }, 3]);
  assert.deepEqual(await seen(clerks[other], order), [], 'no other shop’s');
  assert.deepEqual((await (await clerk.ask('GET', '/work')).json()).shipments, [], 'it is not sent');
  assert.equal(held(order), 3);
  for (const text of [order.name, order.name.replace('#', ''), `P${pickup.code}`]) {
    const found = await (await clerk.ask('POST', '/scan', { text })).json();
    assert.deepEqual([found.kind, found.pickup?.id], ['pickup', pickup.id], text);
  }
  assert.equal((await (await clerks[other].ask('POST', '/scan', { text: order.name })).json()).kind, 'unknown');
  const mine = (await counter.look(data.joined[0].id)).pickups.find(({ id }) => id === pickup.id);
  assert.deepEqual([mine.online, mine.can_cancel], [{ order: order.name, paid: true }, false]);
  const refused = await fetch(stack.server + counter.path(data.joined[0].id, '/pickup/cancel'), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce: (await counter.look(data.joined[0].id)).nonce, id: pickup.id, deed: randomUUID() }) });
  assert.equal(refused.status, 409, 'it is cancelled in the store');

  await done(clerk, pickup, 'accept', 'pick', 'ready');
  await settled(order);
  const [work] = await worksOf(order);
  assert.equal((await callsOf('FulfillmentOrderPrepared', work.gid)).length, 1);
  assert.equal(work.status, 'IN_PROGRESS');
  assert.equal((await clerk.ask('POST', '/resend', { id: pickup.id, step: 'ready', deed: randomUUID() })).status, 409, 'Shopify tells it');
  const deed = randomUUID();
  for (let i = 0; i < 3; ++i) assert.equal((await act(clerk, pickup, 'hand_over', { deed })).status, 200);
  const [note] = await fulfilled(order);
  assert.deepEqual([note.location.id, note.totalQuantity, note.trackingInfo], [parcels.places[store].gid, 3, []]);
  const made = await callsOf('FulfillmentCreate', work.gid);
  assert.deepEqual(made.map((call) => call.variables.fulfillment.notifyCustomer), [false]);
  await until('Smaregi to know', async () => await parcels.counted(data.products[0], store) === before - 2 && held(order) === 0, 75_000, 200);
  const history = await data.pos('GET', `/stock/changes/${data.products[0].product_id}/${store}`);
  assert.equal(history.filter(({ memo }) => memo?.endsWith(` ${order.name}`)).length, 1);
  await until('Shopify to agree', async () => await parcels.onHand(data.products[0], store) === before - 2, 30_000, 200);
  assert.equal((await parcels.orderNow(order)).fulfillment_status, 'FULFILLED');
  assert.deepEqual(query(stack, `select * from pickup_mail where pickup_id = '${pickup.id}'`), [], 'one voice');
  assert.equal(rows(order).length, 1);
});

test('notices that come twice make one pick-up; of those that never come a reading tells; a guest’s is found by its number', async () => {
  await send('PUT', `${parcels.control}/webhooks`, { double: true });
  const doubled = await buy([line(0)]);
  await listed(head, doubled);
  await settled(doubled);
  assert.equal(rows(doubled).length, 1);
  await send('PUT', `${parcels.control}/webhooks`, { double: false, drop: true });
  const lost = await buy([line(0)], { customer: undefined, email: 'guest@example.com', payment: 'pending' });
  await stack.readNow();
  const pickup = await listed(clerks[store], lost);
  await send('PUT', `${parcels.control}/webhooks`, { drop: 0 });
  assert.deepEqual([Number(rows(lost)[0].customer_id), pickup.online.paid], [0, false]);
  assert.equal((await (await clerks[store].ask('POST', '/scan', { text: lost.name })).json()).pickup.id, pickup.id);
  await send('POST', `${parcels.control}/orders/pay`, { order: lost.id });
  await listed(clerks[store], lost, ({ online }) => online.paid, 'the money');
  assert.equal(rows(lost).length, 1);
});

test('a cancelled order leaves the list and holds nothing; a refund of a piece leaves the others', async () => {
  const order = await buy([line(0, 3)]);
  const pickup = await listed(clerks[store], order);
  await done(clerks[store], pickup, 'pick');
  await parcels.cancel(order);
  await gone(clerks[store], order);
  assert.deepEqual(rows(order).map(({ state, reason, undecided }) => [state, reason, undecided]), [['cancelled', 'order', 0]]);
  assert.equal(held(order), 0);
  assert.equal((await act(clerks[store], pickup, 'ready')).status, 409);
  const part = await buy([line(0, 3)]);
  const kept = await listed(clerks[store], part);
  await parcels.refund(part, { quantity: 1, restockType: 'CANCEL', store });
  await listed(clerks[store], part, ({ id, lines }) => id === kept.id && lines[0].quantity === 2, 'the rest');
  assert.equal(held(part), 2);
});

test('what the shop has not is listed as such, and what it does not find waits for a person in Shopify', async () => {
  const clerk = clerks[store];
  await counter.shelf(data.products[2], 2);
  await until('Shopify to know', async () => await parcels.onHand(data.products[2], store) === 2, 30_000, 100);
  assert.equal((await counter.reserve(data.joined[0].id, [{ code: data.products[2].code, quantity: 1 }])).status, 200);
  const order = await buy([line(2, 2)]);  // Shopify knows nothing of what is reserved
  const pickup = await listed(clerk, order);
  assert.deepEqual([pickup.online.short, held(order)], [true, 2]);
  assert.equal((await counter.reserve(data.joined[0].id, [{ code: data.products[2].code, quantity: 1 }])).status, 409, 'it is sold');
  await done(clerk, pickup, 'pick', ['reject', { reason: 'not_found' }]);
  const waits = await listed(clerk, order, ({ online }) => online.undecided, 'the decision');
  assert.deepEqual([waits.state, waits.actions, held(order)], ['rejected', [], 0]);
  assert.equal((await counter.stockOf(data.products[2].code)).known, false, 'offered to nobody');
  await settled(order);
  const [work] = await worksOf(order);
  assert.equal(work.status, 'ON_HOLD');
  assert.equal((await callsOf('FulfillmentOrderHold', work.gid)).length, 1);
  assert.equal((await counter.look(data.joined[0].id)).pickups.find(({ id }) => id === pickup.id).state, 'rejected');
  // Shopify releases holds of its own app alone: the merchant has it there, and cancels.
  await parcels.cancel(order);
  await gone(clerk, order);
  assert.equal(rows(order).length, 1);
});

test('of what was found in part the rest waits for a person, and what was found is handed over', async () => {
  const clerk = clerks[store];
  const order = await buy([line(1, 3)]);
  const pickup = await listed(clerk, order);
  await done(clerk, pickup, 'pick', ['ready', { picked: [2] }]);
  await settled(order);
  const works = await worksOf(order);
  assert.deepEqual(works.map(({ status }) => status).sort(), ['IN_PROGRESS', 'ON_HOLD']);
  await done(clerk, pickup, 'hand_over');
  const [note] = await fulfilled(order);
  assert.equal(note.totalQuantity, 2);
  const waits = await listed(clerk, order, ({ online }) => online.undecided, 'the decision');
  assert.equal(waits.state, 'handed_over');
  await settled(order);
  assert.equal(rows(order).length, 1);
});

test('what the merchant moves to another shop is that shop’s', async () => {
  const order = await buy([line(0, 2)]);
  const first = await listed(clerks[store], order);
  await settled(order);
  const [work] = await worksOf(order);
  await parcels.moveByHand(work.gid, parcels.places[other]);
  const moved = await listed(clerks[other], order);
  assert.notEqual(moved.id, first.id);
  assert.deepEqual(await seen(clerks[store], order), []);
  assert.deepEqual(rows(order).map(({ state, reason }) => [state, reason]), [['cancelled', 'moved'], ['placed', '']]);
  assert.equal(held(order), 2);
});

test('what the merchant notes in Shopify as handed over is so here, and is taken from Smaregi once', async () => {
  const before = await parcels.counted(data.products[0], store);
  const order = await buy([line(0, 2)]);
  await listed(clerks[store], order);
  await settled(order);
  const [work] = await worksOf(order);
  await parcels.sendByHand(work.gid);
  await gone(clerks[store], order);
  assert.equal(rows(order)[0].state, 'handed_over');
  await until('Smaregi to know', async () => await parcels.counted(data.products[0], store) === before - 2 && held(order) === 0, 75_000, 200);
  assert.equal((await parcels.sent(order)).length, 1);
});

for (const [what, operation, deed] of [['ready', 'FulfillmentOrderPrepared', 'ready'], ['the hand-over', 'FulfillmentCreate', 'hand_over'], ['the hold', 'FulfillmentOrderHold', 'reject']]) {
  for (const [how, killed] of [['the answer is lost', false], ['the server is killed before it is noted', true]]) {
    test(`${what} was told and ${how}: it is looked up and not done again`, async () => {
      const clerk = clerks[store];
      const { shopify } = stack.witness;
      const order = await buy([line(0, 1)]);
      const pickup = await listed(clerk, order);
      await settled(order);
      const [work] = await worksOf(order);
      const happened = new Promise((resolve) => shopify.instead.set(operation, () => resolve(killed && stack.serverProcess.stop('SIGKILL'))));
      await done(clerk, pickup, 'pick');
      if (deed === 'reject') {
        await act(clerk, pickup, 'reject', { reason: 'busy' }).catch(() => {});
      } else {
        await act(clerk, pickup, 'ready').catch(() => {});
        if (deed === 'hand_over') await act(clerk, pickup, 'hand_over');
      }
      await happened;
      if (killed) await stack.startServer();
      await settled(order);
      const [row] = rows(order);
      assert.equal(rows(order).length, 1);
      if (deed === 'ready') assert.equal(row.prepared, 1);
      if (deed === 'hand_over') {
        assert.ok(Number(row.told_id) > 0);
        assert.equal((await parcels.sent(order)).length, 1);
        assert.equal((await callsOf('FulfillmentCreate', work.gid)).length, 1);
      }
      if (deed === 'reject') {
        assert.deepEqual([row.put_off, row.undecided], [1, 1]);
        assert.equal((await callsOf('FulfillmentOrderHold', work.gid)).length, 1);
      }
    });
  }
}

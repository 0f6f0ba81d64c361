// Online orders that the shops send: from the order in Shopify to the parcel and the one mail about it, with real processes. What
// goes wrong on the way: shops that cannot, notices that come twice or never, a Shopify that does not answer, a server that is killed
// between a write and the note of it, orders that are cancelled, and a merchant who does it by hand.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Counter } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Parcels, handle, sendOff } from '../support/parcels.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Between } from '../support/witness.mjs';

const kStock = 50;

let stack;
let data;
let counter;
let parcels;
let clerks;  // by store
let head;
before(async () => {
  stack = new Stack({ witnesses: { smaregi: (origin) => new Between(origin), shopify: (origin) => new Between(origin) } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 3, products: 3, members: 1, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  parcels = new Parcels(stack, data, counter);
  await parcels.open({ each: kStock });
  clerks = {};
  for (const { storeId } of data.stores) clerks[storeId] = await counter.clerk('clerk', [String(storeId)]);
  head = await counter.clerk('head_office');
});
after(() => stack?.stop());

const clerkOf = ({ shop }) => clerks[shop];
const line = (at = 0, quantity = 1) => ({ barcode: data.products[at].code, quantity });
const number = () => `4${String(Math.floor(Math.random() * 1e11)).padStart(11, '0')}`;
const told = (order, count = 1) => until(`${count} parcels of ${order.name}`, async () => {
  const sent = await parcels.sent(order);
  return sent.length === count && sent;
}, 40_000, 100);
const rows = (order) => query(stack, `select * from shipment where order_id = ${order.id} order by assigned_at, shipment_id`);
const held = (order) => Number(query(stack, `select coalesce(sum(held), 0) as held from shipment_line natural join shipment where order_id = ${order.id}`)[0].held);
const tillsKnow = () => until('the tills to know', () => query(stack,
  "select id from outbox where kind in ('ship_order', 'take_from_tills')").length === 0, 40_000, 200);
const nothingHeld = (order) => until(`nothing of ${order.name} held`, () => held(order) === 0, 20_000, 100);
const settled = (order) => until(`${order.name} to be in step`, () => query(stack,
  `select id from outbox where item_key = 'order-${order.id}'`).length === 0, 40_000, 100);

test('an order is put to one shop, packed there, and sent: the place in Shopify, one parcel, one mail', async () => {
  const order = await parcels.order([line(0, 2), line(1)]);
  const shipment = await parcels.waitFor(head, order, ({ state }) => state === 'assigned');
  assert.equal(shipment.lines.reduce((sum, one) => sum + one.quantity, 0), 3);
  const clerk = clerkOf(shipment);
  for (const other of Object.values(clerks).filter((one) => one !== clerk)) assert.deepEqual(await parcels.seen(other, order), []);
  await until('the place', async () => (await parcels.orderNow(order)).fulfillment_orders.some((work) => work.location === parcels.places[shipment.shop].id), 20_000, 100);
  assert.equal((await clerk.ask('POST', '/shipment/address', { id: shipment.id })).status, 409, 'not before the shop has said yes');
  await handle(clerk, shipment, 'accept');
  const there = await (await clerk.ask('POST', '/shipment/address', { id: shipment.id })).json();
  assert.deepEqual([there.address.last_name, there.address.post_code, there.address.line1], ['佐藤', '150-0043', '道玄坂2-1']);
  for (const other of [...Object.values(clerks).filter((one) => one !== clerk), head]) {
    assert.equal((await other.ask('POST', '/shipment/address', { id: shipment.id })).status, 404);
  }
  const tracking = number();
  await handle(clerk, shipment, 'pick');
  await handle(clerk, shipment, 'pack');
  assert.equal((await handle(clerk, shipment, 'ship', { carrier: 'yamato', number: '' })).status, 400);
  assert.equal((await handle(clerk, shipment, 'ship', { carrier: 'turtle', number: tracking })).status, 400);
  const deed = randomUUID();
  for (let i = 0; i < 3; ++i) {  // as a phone does that heard no answer
    assert.equal((await handle(clerk, shipment, 'ship', { carrier: 'yamato', number: `${tracking.slice(0, 4)}-${tracking.slice(4)}`, deed })).status, 200);
  }
  const [parcel] = await told(order);
  assert.deepEqual([parcel.location.id, parcel.totalQuantity, parcel.trackingInfo[0].number, parcel.trackingInfo[0].company],
    [parcels.places[shipment.shop].gid, 3, tracking, 'Yamato (JA)']);
  await settled(order);
  const history = await (await head.ask('GET', `/trail?shipment=${shipment.id}`)).json();
  assert.deepEqual(history.trail.map(({ by, name, action }) => [by, name, action]),
    [['system', undefined, 'route'], ...['accept', 'pick', 'pack', 'ship'].map((action) => ['clerk', 'clerkさん', action])]);
  assert.equal((await clerk.ask('GET', `/trail?shipment=${shipment.id}`)).status, 403, 'who answers for others reads it');
  const made = (await parcels.calls('FulfillmentCreate')).filter((call) => JSON.stringify(call.variables).includes(tracking));
  assert.deepEqual(made.map((call) => call.variables.fulfillment.notifyCustomer), [true]);
  assert.equal((await clerk.ask('POST', '/shipment/address', { id: shipment.id })).status, 409, 'not once it has left');
  assert.deepEqual(await parcels.seen(clerk, order), []);
  assert.equal((await parcels.orderNow(order)).fulfillment_status, 'FULFILLED');
});

test('a refusal asks another shop at once and never this one again; when nobody can, head office decides', async () => {
  const order = await parcels.order([line(0, 2)]);
  const asked = [];
  for (let i = 0; i < data.stores.length; ++i) {
    const shipment = await parcels.waitFor(head, order, ({ state, shop }) => state === 'assigned' && !asked.includes(shop), `shop ${i + 1}`);
    asked.push(shipment.shop);
    await until('the place', async () => (await parcels.orderNow(order)).fulfillment_orders.every((work) => work.location === parcels.places[shipment.shop].id), 20_000, 100);
    const clerk = clerkOf(shipment);
    if (i === 1) await handle(clerk, shipment, 'pick');
    assert.equal((await handle(clerk, shipment, 'refuse', { reason: 'tired' })).status, 400);
    assert.equal((await handle(clerk, shipment, 'refuse', { reason: i === 0 ? 'busy' : 'closed' })).status, 200);
    assert.equal((await handle(clerk, shipment, 'accept')).status, 409, 'it is over');
  }
  assert.equal(new Set(asked).size, data.stores.length);
  const waits = await parcels.waitFor(head, order, ({ state }) => state === 'person', 'the wait for a person');
  assert.equal(waits.reason, 'no_shop');
  assert.deepEqual(waits.refusals.map(({ shop, reason }) => [shop, reason]).sort(), asked.map((shop, i) => [shop, i === 0 ? 'busy' : 'closed']).sort());
  assert.ok(waits.trace.shops.every(({ verdict, name }) => verdict === 'refused' && name.endsWith('店')), JSON.stringify(waits.trace));
  await nothingHeld(order);
  for (const clerk of Object.values(clerks)) assert.deepEqual(await parcels.seen(clerk, order), []);
  // Nobody else may decide; head office may ask a shop all the same.
  assert.equal((await handle(clerks[asked[0]], waits, 'assign', { shop: asked[0] })).status, 404);
  assert.equal((await handle(head, waits, 'assign', { shop: '999' })).status, 400);
  assert.equal((await handle(head, waits, 'assign', { shop: asked[0] })).status, 200);
  const again = await parcels.waitFor(clerks[asked[0]], order);
  await sendOff(clerks[asked[0]], again, number());
  const [parcel] = await told(order);
  assert.equal(parcel.location.id, parcels.places[asked[0]].gid);
});

test('what no shop has is for head office, who gives it back to Shopify; it is then left alone', async () => {
  const order = await parcels.order([line(0, 200)]);
  const waits = await parcels.waitFor(head, order, ({ state }) => state === 'person');
  assert.equal(waits.reason, 'stock');
  assert.deepEqual(waits.trace.shops.map(({ verdict }) => verdict), data.stores.map(() => 'part'));
  assert.equal((await handle(head, waits, 'give_back')).status, 200);
  await send('POST', `${parcels.control}/webhooks/fire`, { topic: 'orders/paid', payload: { id: order.id } });
  await settled(order);
  assert.deepEqual(rows(order).map(({ state }) => state), ['given_back']);
  assert.equal((await parcels.orderNow(order)).fulfillment_orders[0].location, parcels.online.id);
});

test('an order that one shop has not is sent in two parcels, when the merchant lets it be', async () => {
  // What was sent before is off the shelves before they are counted.
  await tillsKnow();
  const [first, second] = data.stores.map(({ storeId }) => String(storeId));
  for (const { storeId } of data.stores) {
    await counter.shelf(data.products[1], String(storeId) === first ? kStock : 0, String(storeId));
    await counter.shelf(data.products[2], String(storeId) === second ? kStock : 0, String(storeId));
  }
  for (const product of data.products.slice(1)) await until(`stock of ${product.code}`, () => parcels.knows(product, 0, 2), 30_000, 200);
  await parcels.settings({ split_most: 2 });
  const order = await parcels.order([line(1, 2), line(2, 3)]);
  const there = await until('two parcels', async () => {
    const seen = (await parcels.seen(head, order)).filter(({ state }) => state === 'assigned');
    return seen.length === 2 && seen;
  }, 30_000, 100);
  assert.deepEqual(there.map(({ shop }) => shop).sort(), [first, second].sort());
  await settled(order);
  const open = (await parcels.orderNow(order)).fulfillment_orders.filter(({ status }) => status !== 'CLOSED');
  assert.deepEqual(open.map(({ location }) => location).sort(), [first, second].map((id) => parcels.places[id].id).sort());
  for (const shipment of there) await sendOff(clerkOf(shipment), shipment, number());
  const sent = await told(order, 2);
  assert.deepEqual(sent.map(({ totalQuantity }) => totalQuantity).sort(), [2, 3]);
  await tillsKnow();
  for (const { storeId } of data.stores) for (const product of data.products.slice(1)) await counter.shelf(product, kStock, String(storeId));
  for (const product of data.products.slice(1)) await until(`stock of ${product.code}`, () => parcels.knows(product, kStock, 3), 30_000, 200);
  await parcels.settings({ split_most: 1 });
});

test('a cancelled order leaves the list, holds nothing, and is not sent', async () => {
  const order = await parcels.order([line(0, 3)]);
  const shipment = await parcels.waitFor(head, order, ({ state }) => state === 'assigned');
  const clerk = clerkOf(shipment);
  await handle(clerk, shipment, 'pick');
  await settled(order);
  await parcels.cancel(order);
  await until('the end of it', async () => (await parcels.seen(clerk, order)).length === 0, 20_000, 100);
  assert.deepEqual(rows(order).map(({ state, reason }) => [state, reason]), [['cancelled', 'order']]);
  await nothingHeld(order);
  assert.equal((await handle(clerk, shipment, 'pack')).status, 409);
  assert.deepEqual(await parcels.sent(order), []);
});

test('notices that come twice put it to one shop once; of those that never come a reading tells', async () => {
  await send('PUT', `${parcels.control}/webhooks`, { double: true });
  const doubled = await parcels.order([line(0)]);
  await parcels.waitFor(head, doubled);
  await settled(doubled);
  assert.equal(rows(doubled).length, 1);
  await send('PUT', `${parcels.control}/webhooks`, { double: false, drop: true });
  const lost = await parcels.order([line(0)]);
  await stack.readNow();
  const shipment = await until('a reading', async () => (await parcels.seen(head, lost))[0], 90_000, 500);
  await send('PUT', `${parcels.control}/webhooks`, { drop: 0 });
  await sendOff(clerkOf(shipment), shipment, number());
  await told(lost);
});

test('what waits for its money, is on hold, or is fetched, is put to nobody until it may be', async () => {
  const unpaid = await parcels.order([line(0)], { payment: 'pending' });
  const held_ = await parcels.order([line(0)]);
  const first = await parcels.waitFor(head, held_);
  await settled(held_);
  const work = (await parcels.orderNow(held_)).fulfillment_orders[0].gid;
  await parcels.hold(work);
  const on = await parcels.waitFor(head, held_, ({ on_hold }) => on_hold, 'the hold');
  for (const action of ['accept', 'pick', 'pack']) await handle(clerkOf(first), on, action);
  assert.equal((await handle(clerkOf(first), on, 'ship', { carrier: 'sagawa', number: number() })).status, 409);
  await parcels.release(work);
  await parcels.waitFor(head, held_, ({ on_hold }) => !on_hold, 'the end of the hold');
  assert.equal((await handle(clerkOf(first), on, 'ship', { carrier: 'sagawa', number: number() })).status, 200);
  await told(held_);
  assert.deepEqual(rows(unpaid), []);
  await send('POST', `${parcels.control}/orders/pay`, { order: unpaid.id });
  await parcels.waitFor(head, unpaid);
});

test('what the merchant moves by hand is the chosen shop’s, and elsewhere nobody’s', async () => {
  const order = await parcels.order([line(0, 2)]);
  const shipment = await parcels.waitFor(head, order);
  await settled(order);
  const [work] = (await parcels.orderNow(order)).fulfillment_orders;
  const chosen = Object.keys(clerks).find((id) => id !== shipment.shop);
  await parcels.moveByHand(work.gid, parcels.places[chosen]);
  const moved = await parcels.waitFor(clerks[chosen], order);
  assert.equal(moved.state, 'assigned');
  assert.deepEqual(await parcels.seen(clerkOf(shipment), order), []);
  await parcels.moveByHand(work.gid, parcels.online);
  const back = await until('routing', async () => (await parcels.seen(head, order)).find(({ id }) => id !== moved.id && id !== shipment.id), 20_000, 100);
  assert.equal(back.state, 'assigned');
});

test('Shopify does not answer in between: everything is done once, when it does', async () => {
  const order = await parcels.order([line(0)]);
  const shipment = await parcels.waitFor(head, order);
  await settled(order);
  await send('PUT', `${parcels.control}/faults`, { path: new URL(stack.shopify.admin_url.replace('{shop}', stack.keys.shop)).pathname, status: 503 });
  const tracking = number();
  await sendOff(clerkOf(shipment), shipment, tracking);
  await until('an attempt', () => query(stack, `select attempts from outbox where item_key = 'order-${order.id}'`)[0]?.attempts > 0, 60_000, 200);
  await send('PUT', `${parcels.control}/faults`, {});
  await told(order);
  await settled(order);
});

for (const [what, operation] of [['the move', 'FulfillmentOrderMove'], ['the parcel', 'FulfillmentCreate']]) {
  for (const [how, killed] of [['the answer is lost', false], ['the server is killed before it is noted', true]]) {
    test(`${what} happened and ${how}: it is looked up and not done again`, async () => {
      const { shopify } = stack.witness;
      const happened = new Promise((resolve) => shopify.instead.set(operation, () => {
        resolve(killed && stack.serverProcess.stop('SIGKILL'));
      }));
      const order = await parcels.order([line(0, 2)]);
      const restart = async () => {
        await happened;
        if (killed) await stack.startServer();
      };
      if (operation === 'FulfillmentOrderMove') await restart();
      const shipment = await parcels.waitFor(head, order);
      const tracking = number();
      await sendOff(clerkOf(shipment), shipment, tracking);
      if (operation === 'FulfillmentCreate') await restart();
      await told(order);
      await until(`${order.name} to be in step`, () => rows(order).every(({ told_id: id }) => Number(id) !== 0), 60_000, 200);
      await settled(order);
      assert.equal((await parcels.sent(order)).length, 1);
      const made = (await parcels.calls(operation)).filter((call) => call.variables.fulfillment?.trackingInfo.number === tracking);
      if (operation === 'FulfillmentCreate') assert.equal(made.length, 1);
    });
  }
}

for (const [how, lost] of [['', 'nothing'], [', though the answer is lost', 'the answer'], [', though the server is killed before it is noted', 'the server']]) {
  test(`what left a shop is taken from Smaregi once${how}, and Shopify agrees`, async () => {
    const { smaregi } = stack.witness;
    const order = await parcels.order([line(0, 3)]);
    const shipment = await parcels.waitFor(head, order);
    const before = await parcels.counted(data.products[0], shipment.shop);
    const happened = lost === 'nothing' ? undefined : new Promise((resolve) => smaregi.instead.set('add', () => {
      resolve(lost === 'the server' && stack.serverProcess.stop('SIGKILL'));
    }));
    await sendOff(clerkOf(shipment), shipment, number());
    await happened;
    if (lost === 'the server') await stack.startServer();
    const [parcel] = await told(order);
    const taken = () => query(stack, `select * from till_taking where order_id = ${order.id} and done_at > 0`);
    await until('the tills to know', () => taken().length === 1, 75_000, 200);
    assert.equal(await parcels.counted(data.products[0], shipment.shop), before - 3);
    const [, parcelId] = /(\d+)$/.exec(parcel.id);
    const history = await data.pos('GET', `/stock/changes/${data.products[0].product_id}/${shipment.shop}`);
    assert.equal(history.filter(({ memo }) => memo === `Shopify ${parcelId}/${taken()[0].order_line} ${order.name}`).length, 1);
    await nothingHeld(order);
    await until('Shopify to agree', async () => await parcels.onHand(data.products[0], shipment.shop) === before - 3, 30_000, 200);
  });
}

for (const [how, lost] of [['', 'nothing'], [', though the answer is lost', 'the answer'], [', though the server is killed before it is noted', 'the server'], [', though no notice of it comes', 'the notice']]) {
  test(`what a customer brings back to a shop is put into its stock at Smaregi once${how}, and Shopify agrees`, async () => {
    const [product] = data.products;
    const order = await parcels.order([line(0, 3)]);
    const shipment = await parcels.waitFor(head, order);
    await sendOff(clerkOf(shipment), shipment, number());
    await told(order);
    await tillsKnow();
    const shop = String(data.stores.map(({ storeId }) => storeId).find((id) => String(id) !== shipment.shop));
    await until('Shopify to agree', async () => await parcels.onHand(product, shop) === await parcels.counted(product, shop), 30_000, 200);
    const before = await parcels.counted(product, shop);
    const happened = ['the answer', 'the server'].includes(lost) && new Promise((resolve) => stack.witness.smaregi.instead.set('add', () => {
      resolve(lost === 'the server' && stack.serverProcess.stop('SIGKILL'));
    }));
    if (lost === 'the notice') await send('PUT', `${parcels.control}/webhooks`, { drop: true });
    const [, refund] = /(\d+)$/.exec(await parcels.refund(order, { quantity: 2, restockType: 'RETURN', store: shop }));
    assert.equal(await parcels.onHand(product, shop), before + 2, 'Shopify has them at once');
    await happened;
    if (lost === 'the server') await stack.startServer();
    if (lost === 'the notice') await stack.readNow();
    const back = () => query(stack, `select * from till_taking where parcel_id = ${refund} and done_at > 0`);
    await until('the tills to know', () => back().length === 1, 90_000, 200);
    await send('PUT', `${parcels.control}/webhooks`, { drop: 0 });
    assert.equal(await parcels.counted(product, shop), before + 2);
    const history = await data.pos('GET', `/stock/changes/${product.product_id}/${shop}`);
    assert.equal(history.filter(({ memo }) => memo === `Shopify ${refund}/${back()[0].order_line}/return ${order.name}`).length, 1);
    await settled(order);
    await until('Shopify to agree', async () => await parcels.onHand(product, shop) === before + 2, 30_000, 200);
    await until('the page to say so', () => parcels.knows(product, before + 2, 1), 20_000, 200);
  });
}

test('what the merchant sends by hand is taken from the tills too, and put back when the parcel is cancelled', async () => {
  const order = await parcels.order([line(0, 2)]);
  const shipment = await parcels.waitFor(head, order);
  await settled(order);
  const before = await parcels.counted(data.products[0], shipment.shop);
  const [work] = (await parcels.orderNow(order)).fulfillment_orders;
  const parcel = await parcels.sendByHand(work.gid);
  await until('the tills to know', async () => await parcels.counted(data.products[0], shipment.shop) === before - 2, 40_000, 200);
  assert.deepEqual(rows(order).map(({ state }) => state), ['cancelled']);
  await nothingHeld(order);
  await parcels.cancelParcel(parcel);
  await stack.readNow();
  await until('it to be back', async () => await parcels.counted(data.products[0], shipment.shop) === before, 90_000, 500);
  await parcels.waitFor(head, order, ({ state }) => state === 'assigned', 'the new work');
});

test('pick-ups and parcels do not promise one piece twice', async () => {
  const store = String(data.stores[0].storeId);
  await tillsKnow();
  for (const { storeId } of data.stores) await counter.shelf(data.products[2], String(storeId) === store ? 2 : 0, String(storeId));
  await until('the shelves', () => parcels.knows(data.products[2], 0, 2), 30_000, 200);
  const order = await parcels.order([line(2, 2)]);
  const shipment = await parcels.waitFor(head, order, ({ state }) => state === 'assigned');
  assert.equal(shipment.shop, store);
  const wish = [{ code: data.products[2].code, quantity: 1 }];
  assert.equal((await counter.reserve(data.joined[0].id, wish)).status, 409);
  await handle(clerkOf(shipment), shipment, 'refuse', { reason: 'damaged' });
  assert.equal((await counter.reserve(data.joined[0].id, wish)).status, 409, 'not before it is counted again');
  await counter.shelf(data.products[2], 3, store);
  await until('the new count', async () => (await counter.reserve(data.joined[0].id, wish)).status === 200, 30_000, 500);
  await parcels.waitFor(head, order, ({ state }) => state === 'person');
});

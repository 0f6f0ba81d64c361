// What nobody fetched of an order with local pickup, or its shop could not give, and of which nobody chose anything in the
// merchant's days, with real processes whose clock goes on by days: the money goes back once, of a guest too, whatever is lost or
// killed in between; who chose before is not overruled; and its customer reads until when there was time, and why it was refunded.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { Parcels } from '../support/parcels.mjs';
import { freePort, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Between } from '../support/witness.mjs';

const binaries = process.env.TSUNAGI_BUILD ?? join(import.meta.dirname, '..', '..', 'build', 'release');
const kHour = 3_600;
const kDay = 24 * kHour;
const kDays = 2;  // that the merchant gives
const kMoney = 'query($id: ID!) { order(id: $id) { totalRefundedSet { shopMoney { amount } } refunds(first: 9) { note refundLineItems(first: 9) { nodes { quantity restockType } } } } }';

const mailbox = new Mailbox();
let stack;
let data;
let counter;
let parcels;
let clerk;
let notFetched;  // ready, and nobody comes
let part;  // a guest's, of which one of three was not found
let wished;  // rejected, and its customer wants it sent
let byHand;  // rejected, and paid by bank transfer
before(async () => {
  const port = await mailbox.open(await freePort());
  stack = new Stack({ witnesses: { smaregi: (origin) => new Between(origin), shopify: (origin) => new Between(origin) },
    mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 3, members: 2, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  parcels = new Parcels(stack, data, counter);
  await parcels.open({ each: 60 });
  for (const { id, name } of Object.values(parcels.places)) {
    await send('PUT', `${parcels.control}/locations`, { id, name, pickup: { pickup_time: 'TWO_HOURS', instructions: 'レジまで' } });
  }
  clerk = await counter.clerk('clerk', [counter.store]);
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, pickup: { ...settings.pickup, refund_after_days: kDays } });
});
after(async () => {
  await stack?.stop();
  await mailbox.close();
});

/** The server lives so many seconds from now. */
async function live(later) {
  await stack.serverProcess.stop();
  await startLater(later);
}
async function startLater(later) {
  counter.later = later;
  await stack.startServer({ LD_PRELOAD: join(binaries, 'tests', 'liblater.so'), LATER_SECONDS: String(later) });
}
const customers = () => data.joined.map(({ id }) => id);
const buy = (at, quantity, more) => send('POST', `${parcels.control}/orders`,
  { lines: [{ barcode: data.products[at].code, quantity }], pickup: { location: parcels.places[counter.store].id }, ...more });
const row = (order) => query(stack, `select p.pickup_id, p.state, o.undecided, o.put_off, o.choice_id, o.choice, o.choice_state, o.refund_at
  from pickup p natural join pickup_order o where o.order_id = ${order.id}`)[0];
const settled = (order) => until(`${order.name} to be in step`, () => query(stack, `select id from outbox where item_key = 'order-${order.id}'`).length === 0, 75_000, 100);
const listed = (order) => until(`the pick-up of ${order.name}`, async () =>
  (await (await clerk.ask('GET', '/work')).json()).pickups.find(({ online }) => online?.order === order.name), 75_000, 100);
const does = async (pickup, ...steps) => {
  for (const [action, how] of steps) assert.equal((await act(clerk, pickup, action, how)).status, 200, action);
};
const refundsOf = async (order) => (await parcels.admin(kMoney, { id: order.gid })).order.refunds;
const refundCalls = async () => (await parcels.calls('RefundCreate')).length;
const deeds = ({ pickup_id: id }) => query(stack, `select action, reason, role, actor from pickup_deed where pickup_id = '${id}' order by place`);
const mails = ({ pickup_id: id }) => query(stack, `select mail_id from pickup_mail where pickup_id = '${id}' order by place`).map(({ mail_id: name }) => name);
const mine = async (order, who) => (await counter.look(who)).pickups.find(({ online }) => online?.order === order.name);
const arrived = (order, words) => until(`the mail about ${order.name}`, () => mailbox.mails.find(({ text }) => text.includes(order.name) && words.test(text)), 20_000, 50);

test('from when it is refunded is noted with the hold, and told to who may choose, who is not overruled', async () => {
  const [first, second] = customers();
  notFetched = await buy(0, 2, { customer: first });
  part = await buy(1, 3, { email: 'guest@example.com' });
  wished = await buy(2, 1, { customer: second });
  byHand = await buy(2, 1, { customer: first, gateway: '銀行振込' });
  await does(await listed(notFetched), ['pick'], ['ready']);
  await does(await listed(part), ['pick'], ['ready', { picked: [2] }]);
  for (const order of [wished, byHand]) await does(await listed(order), ['pick'], ['reject', { reason: 'busy' }]);
  for (const order of [notFetched, part, wished, byHand]) await settled(order);
  assert.equal(row(notFetched).refund_at, 0, 'it waits to be fetched');
  for (const order of [part, wished, byHand]) {
    const { refund_at: at, put_off: putOff } = row(order);
    assert.equal(putOff, 1);
    assert.ok(Math.abs(Number(at) - Date.now() / 1000 - kDays * kDay) < 120, `${at}`);
  }
  const seen = await mine(wished, second);
  assert.equal(seen.choose.refund_at, Number(row(wished).refund_at));
  assert.match((await arrived(wished, /お選びください/)).text, /\d{4}年\d+月\d+日\(.\) \d+:\d\dまでにお選びがない場合は、この分を返金します/);
  const { undecided } = await data.merchant('GET', '/status');
  assert.deepEqual(undecided.find(({ order }) => order === wished.name).refund_at, seen.choose.refund_at);
  const { nonce } = await counter.look(second);
  const reply = await fetch(stack.server + counter.path(second, '/pickup/choose'), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, id: row(wished).pickup_id, deed: randomUUID(), choice: 'send' }) });
  assert.equal(reply.status, 200);
  await settled(wished);
});

test('when its time has come what was not found of a guest’s order is refunded once though the answer is lost; the rest is fetched', async () => {
  assert.equal(await refundCalls(), 0);
  const happened = new Promise((resolve) => stack.witness.shopify.instead.set('RefundCreate', resolve));
  await live(kDays * kDay + kHour);
  await happened;
  await until('the refund', () => row(part).choice_state === 2, 75_000, 100);
  await settled(part);
  assert.deepEqual((await refundsOf(part)).map(({ refundLineItems: { nodes } }) => nodes), [[{ quantity: 1, restockType: 'CANCEL' }]]);
  assert.match((await refundsOf(part))[0].note, /自動の返金/);
  assert.equal(await refundCalls(), 1);
  assert.deepEqual(mails(row(part)), [], 'of a guest nobody knows an address');
  assert.deepEqual(deeds(row(part)).slice(-3).map(({ action, reason, role, actor }) => [action, reason, role, actor]),
    [['refund', 'refund', 'system', ''], ['choice_done', 'refund', 'system', ''], ['fewer', '', 'system', '']]);
  await does(await listed(part), ['hand_over']);
  await until('Shopify to know', async () => (await parcels.sent(part)).length === 1, 75_000, 100);
  assert.equal((await parcels.sent(part))[0].totalQuantity, 2);
  assert.deepEqual(await refundsOf(notFetched), [], 'it is kept still');
});

test('what was paid by bank transfer Shopify cannot pay back: it is the merchant’s, and nobody is told that it was', async () => {
  await until('it to be the merchant’s', () => row(byHand).choice_state === 3, 75_000, 100);
  assert.deepEqual([await refundsOf(byHand), row(byHand).undecided], [[], 1]);
  const [first] = customers();
  assert.deepEqual((await mine(byHand, first)).choice, { what: 'refund', state: 'merchant', by: 'system' });
  assert.deepEqual(mails(row(byHand)), ['choose-rejected']);
});

test('what nobody fetched waits its own days, and is refunded once though the server is killed before it is noted', async () => {
  const [first] = customers();
  await live(4 * kDay + 2 * kHour);
  await until('the end of its time', () => row(notFetched).state === 'expired' && row(notFetched).put_off === 1, 75_000, 100);
  await settled(notFetched);
  const { refund_at: at } = row(notFetched);
  assert.ok(Number(at) > Date.now() / 1000 + 6 * kDay, 'its customer has the days from now');
  await arrived(notFetched, /までにお選びがない場合は/);
  assert.equal((await mine(notFetched, first)).choose.refund_at, Number(at));
  assert.equal(await refundCalls(), 1);

  const killed = new Promise((resolve) => stack.witness.shopify.instead.set('RefundCreate', () => resolve(stack.serverProcess.stop('SIGKILL'))));
  await live(7 * kDay);
  await killed;
  await startLater(7 * kDay);
  await until('the refund', () => row(notFetched).choice_state === 2, 75_000, 100);
  await settled(notFetched);
  assert.deepEqual((await refundsOf(notFetched)).map(({ refundLineItems: { nodes } }) => nodes), [[{ quantity: 2, restockType: 'CANCEL' }]]);
  assert.equal(await refundCalls(), 2);
  assert.deepEqual([row(notFetched).undecided, row(notFetched).choice, row(notFetched).choice_id], [0, 2, `order.refund.${at}`]);
  assert.deepEqual((await mine(notFetched, first)).choice, { what: 'refund', state: 'done', by: 'system' });
  const { text } = await arrived(notFetched, /返金しました/);
  assert.match(text, /期限までにお受け取りがありませんでした/);
  assert.ok(text.includes(`${data.products[0].name} × 2`), text);
  assert.deepEqual(mails(row(notFetched)), ['choose-expired', 'refunded-expired']);
  assert.deepEqual(deeds(row(notFetched)).slice(-3).map(({ action, role }) => [action, role]), [['expire', 'system'], ['refund', 'system'], ['choice_done', 'system']]);
});

test('who chose something else before has it so, whatever time has passed', async () => {
  assert.deepEqual(await refundsOf(wished), []);
  const { choice, choice_state: state, undecided } = row(wished);
  assert.deepEqual([choice, state, undecided], [3, 1, 1], 'it is to be sent, and the merchant arranges that');
});

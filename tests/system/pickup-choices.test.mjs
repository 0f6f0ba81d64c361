// What a shop could not give of an order with local pickup, and what its customer chooses instead, with real processes: another
// shop, the money back, or to have it sent. Each happens once, whatever is told twice, lost, or killed in between; and what is not
// offered, not there any more or no business of the customer's is refused with a sentence and changes nothing.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { WORDS } from '../../liquid/pickup-page/pickup-words.js';
import { WORDS as ADMIN_WORDS } from '../../server/http/admin/words.js';
import { axe, keepScreen, launch, phone } from '../support/browser.mjs';
import { Counter, act } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { Parcels } from '../support/parcels.mjs';
import { freePort, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Between } from '../support/witness.mjs';

const kStock = 60;
const kMoney = 'query($id: ID!) { order(id: $id) { totalRefundedSet { shopMoney { amount } } refunds(first: 9) { id refundLineItems(first: 9) { nodes { quantity restockType } } } } }';
const kHoldOf = 'query($id: ID!) { fulfillmentOrder(id: $id) { status fulfillmentHolds { handle heldByRequestingApp } } }';

const mailbox = new Mailbox();
let stack;
let data;
let counter;
let parcels;
let clerks;  // by store
let store;
let other;
let customer;
let browser;
before(async () => {
  const port = await mailbox.open(await freePort());
  stack = new Stack({ witnesses: { smaregi: (origin) => new Between(origin), shopify: (origin) => new Between(origin) },
    mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 3, members: 2, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  parcels = new Parcels(stack, data, counter);
  await parcels.open({ each: kStock });
  for (const { id, name } of Object.values(parcels.places)) {
    await send('PUT', `${parcels.control}/locations`, { id, name, pickup: { pickup_time: 'TWO_HOURS', instructions: 'レジまで' } });
  }
  clerks = {};
  for (const { storeId } of data.stores) clerks[storeId] = await counter.clerk('clerk', [String(storeId)]);
  [store, other] = [counter.store, counter.other];
  customer = data.joined[0].id;
  await offer({ refund: true });
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  await mailbox.close();
});

async function offer(choices) {
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, pickup: { ...settings.pickup, choices: { shop: true, refund: false, send: true, ...choices } } });
}
const line = (at = 0, quantity = 1) => ({ barcode: data.products[at].code, quantity });
const buy = (lines, more = {}) => send('POST', `${parcels.control}/orders`, { lines, customer, pickup: { location: parcels.places[store].id }, ...more });
const rows = (order) => query(stack, `select p.pickup_id, p.state, p.store_id, p.reason, o.undecided, o.put_off, o.choice, o.choice_state, o.choice_store
  from pickup p natural join pickup_order o where o.order_id = ${order.id} order by p.pickup_id`);
const held = (order, at) => Number(query(stack, `select coalesce(sum(held), 0) as held from pickup_line natural join pickup_order where order_id = ${order.id} and store_id = '${at}'`)[0].held);
const settled = (order) => until(`${order.name} to be in step`, () => query(stack, `select id from outbox where item_key = 'order-${order.id}'`).length === 0, 75_000, 100);
const listed = (clerk, order, holds = () => true, what = 'the pick-up') => until(`${what} of ${order.name}`, async () =>
  (await (await clerk.ask('GET', '/work')).json()).pickups.find((one) => one.online?.order === order.name && holds(one)), 75_000, 100);
const worksOf = async (order) => (await parcels.orderNow(order)).fulfillment_orders;
const openWorks = async (order) => (await worksOf(order)).filter(({ status }) => status !== 'CLOSED');
const money = async (order) => (await parcels.admin(kMoney, { id: order.gid })).order;
const deeds = ({ id }) => query(stack, `select action, reason, role, refused from pickup_deed where pickup_id = '${id}' order by place`);
const mine = async (id, who = customer) => (await counter.look(who)).pickups.find((one) => one.id === id);

/** {status, pickup or error} of a choice. */
async function choose(pickup, choice, { deed = randomUUID(), who = customer, ...more } = {}) {
  const { nonce } = await counter.look(who);
  const reply = await fetch(stack.server + counter.path(who, '/pickup/choose'), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, id: pickup.id, deed, choice, ...more }) });
  return { status: reply.status, ...(await reply.json()) };
}
/** An order of which the shop rejects everything, as its customer sees it. */
async function rejected(lines, more = {}) {
  const order = await buy(lines, more);
  const { id } = await listed(clerks[store], order);
  const pickup = { id };
  for (const [action, how] of [['pick', {}], ['reject', { reason: 'busy' }]]) assert.equal((await act(clerks[store], pickup, action, how)).status, 200);
  await settled(order);
  return { order, pickup };
}
const shopsOf = (pickup) => pickup.choose.shops.map(({ shop }) => shop);
async function fill() {
  for (const product of data.products) {
    await counter.shelf(product, kStock);
    await counter.shelf(product, kStock, other);
  }
}

test('another shop: it is listed with its hour, prepares the order at once, and the first shop is never asked again', async () => {
  const { order, pickup } = await rejected([line(0, 2)]);
  const seen = await mine(pickup.id);
  assert.deepEqual([seen.choose.choices, shopsOf(seen), seen.choose.lines.map(({ quantity }) => quantity)], [['shop', 'refund', 'send'], [other], [2]]);
  assert.ok(seen.choose.shops[0].from > Date.now() / 1000);
  const deed = randomUUID();
  const chosen = await choose(pickup, 'shop', { shop: other, deed });
  assert.deepEqual([chosen.status, chosen.pickup.choice.what, chosen.pickup.choose], [200, 'shop', undefined]);
  const there = await listed(clerks[other], order, ({ online }) => !online.undecided);
  assert.deepEqual([there.state, there.lines[0].quantity, there.online.on_hold], ['placed', 2, false]);
  await settled(order);
  assert.deepEqual((await worksOf(order)).map(({ status }) => status), ['OPEN']);
  assert.deepEqual(rows(order).map((row) => [row.state, row.store_id, row.undecided, row.choice_state]), [['rejected', store, 0, 2], ['placed', other, 0, 0]]);
  assert.deepEqual([held(order, store), held(order, other)], [0, 2]);
  assert.deepEqual((await mine(pickup.id)).choice, { what: 'shop', state: 'done', shop: other, shop_name: '新宿店' });
  assert.deepEqual(deeds(pickup).slice(-2).map(({ action, reason, role }) => [action, reason, role]), [['choose', 'shop', 'shopper'], ['choice_done', 'shop', 'system']]);
  // It goes on as every other pick-up does.
  for (const action of ['pick', 'ready', 'hand_over']) assert.equal((await act(clerks[other], there, action)).status, 200, action);
  await until('Shopify to know', async () => (await parcels.sent(order)).length === 1, 75_000, 100);
  assert.equal((await parcels.sent(order))[0].location.id, parcels.places[other].gid);
  // Told late it is answered as it is.
  assert.equal((await choose(pickup, 'shop', { shop: other, deed })).status, 200);
  assert.equal((await choose(pickup, 'refund')).status, 409);
  assert.equal((await parcels.calls('FulfillmentOrderMove')).filter((call) => JSON.stringify(call.variables).includes((parcels.places[other].gid))).length, 1);
});

test('the money back: for exactly what was not found, once, and what was found is handed over', async () => {
  const order = await buy([line(1, 3)]);
  const pickup = await listed(clerks[store], order);
  for (const [action, how] of [['pick', {}], ['ready', { picked: [2] }]]) assert.equal((await act(clerks[store], pickup, action, how)).status, 200);
  await settled(order);
  const before = await parcels.orderNow(order);
  const each = Number(before.lines[0].price ?? before.lines[0].unit_price ?? 0);
  const seen = await mine(pickup.id);
  assert.deepEqual([seen.state, seen.choose.lines.map(({ quantity }) => quantity)], ['ready', [1]]);
  assert.equal((await choose(pickup, 'refund')).status, 200);
  await until('the money', async () => rows(order)[0].choice_state === 2, 75_000, 100);
  await settled(order);
  const { totalRefundedSet, refunds } = await money(order);
  assert.deepEqual(refunds.map(({ refundLineItems }) => refundLineItems.nodes), [[{ quantity: 1, restockType: 'CANCEL' }]]);
  assert.ok(Number(totalRefundedSet.shopMoney.amount) > 0);
  if (each > 0) assert.equal(Number(totalRefundedSet.shopMoney.amount), each);
  const [call] = await parcels.calls('RefundCreate');
  assert.match(call.variables.key, /^tsunagi\./);
  assert.equal(call.variables.input.transactions.length, 1);
  assert.match(call.variables.input.transactions[0].amount, /^\d+$/, 'whole yen');
  assert.equal((await act(clerks[store], pickup, 'hand_over')).status, 200);
  await until('Shopify to know', async () => (await parcels.sent(order)).length === 1, 75_000, 100);
  assert.equal((await parcels.sent(order))[0].totalQuantity, 2);
  await settled(order);
  assert.deepEqual(rows(order).map(({ state, undecided }) => [state, undecided]), [['handed_over', 0]]);
  // What was not found is offered again once it was counted anew.
  await counter.shelf(data.products[1], kStock);
  await until('Shopify to know', async () => await parcels.onHand(data.products[1], store) === kStock, 30_000, 200);
});

test('to have it sent: the merchant reads the wish, and decides in Shopify', async () => {
  const { order, pickup } = await rejected([line(2)]);
  assert.equal((await choose(pickup, 'send')).status, 200);
  await settled(order);
  const waits = await listed(clerks[store], order, ({ online }) => online.undecided);
  assert.deepEqual(waits.online.choice, { what: 'send', state: 'asked' });
  const { undecided } = await data.merchant('GET', '/status');
  const wish = undecided.find((one) => one.order === order.name);
  assert.deepEqual([wish.choice, wish.state, wish.shop], ['send', 'asked', '渋谷店']);
  assert.equal((await openWorks(order))[0].status, 'ON_HOLD');
  assert.deepEqual((await mine(pickup.id)).choice, { what: 'send', state: 'asked' });
  await parcels.cancel(order);
  await until('the decision', () => rows(order)[0].undecided === 0, 75_000, 100);
  await until('the list', async () => !(await data.merchant('GET', '/status')).undecided.some((one) => one.order === order.name), 20_000, 100);
});

test('who has something to choose is told so by one mail, with the link; a guest gets none and chooses nothing', async () => {
  const { order, pickup } = await rejected([line(2, 2)]);
  const { code } = await mine(pickup.id);
  const [mail] = await until('the mail', () => {
    const found = mailbox.mails.filter(({ subject }) => subject.includes(code));
    return found.length > 0 && found;
  }, 20_000, 50);
  assert.match(mail.subject, /どうなさるかお選びください/);
  assert.ok(mail.text.includes(`https://${stack.keys.shop}/apps/tsunagi/pickup`) && mail.text.includes(`${data.products[2].name} × 2`) && mail.text.includes(order.name), mail.text);
  await choose(pickup, 'send');
  await settled(order);
  assert.equal(query(stack, `select mail_id from pickup_mail where pickup_id = '${pickup.id}'`).length, 1);
  const guest = await rejected([line(2)], { customer: undefined, email: 'guest@example.com' });
  assert.deepEqual(query(stack, `select * from pickup_mail where pickup_id = '${guest.pickup.id}'`), []);
  assert.equal((await choose(guest.pickup, 'send')).status, 404);
  assert.equal(rows(guest.order)[0].undecided, 1);
});

for (const [what, operation, choice] of [['the move', 'FulfillmentOrderMove', 'shop'], ['the release', 'FulfillmentOrderReleaseHold', 'shop'], ['the refund', 'RefundCreate', 'refund']]) {
  for (const [how, killed] of [['the answer is lost', false], ['the server is killed before it is noted', true]]) {
    test(`${what} happened and ${how}: it is looked up and not done again`, async () => {
      const { order, pickup } = await rejected([line(0, 2)]);
      const { shopify } = stack.witness;
      const happened = new Promise((resolve) => shopify.instead.set(operation, () => resolve(killed && stack.serverProcess.stop('SIGKILL'))));
      const calls = async () => (await parcels.calls(operation)).length;
      const before = await calls();
      await choose(pickup, choice, choice === 'shop' ? { shop: other } : {}).catch(() => {});
      await happened;
      // In between nobody is asked for it.
      assert.equal(rows(order).length, 1);
      if (killed) await stack.startServer();
      await until('the choice', () => rows(order)[0].choice_state === 2, 75_000, 100);
      await settled(order);
      assert.equal(await calls() - before, 1, 'once');
      if (choice === 'refund') {
        assert.deepEqual((await money(order)).refunds.map(({ refundLineItems }) => refundLineItems.nodes[0].quantity), [2]);
        assert.equal(rows(order).length, 1);
      } else {
        assert.deepEqual(rows(order).map((row) => [row.state, row.store_id]), [['rejected', store], ['placed', other]]);
        assert.deepEqual([held(order, store), held(order, other)], [0, 2]);
      }
      assert.equal(rows(order)[0].undecided, 0);
    });
  }
}

test('a choice that is told many times at once is made once', async () => {
  const { order, pickup } = await rejected([line(1, 1)]);
  const deed = randomUUID();
  const before = (await parcels.calls('RefundCreate')).length;
  const replies = await Promise.all(Array.from({ length: 6 }, () => choose(pickup, 'refund', { deed })));
  assert.deepEqual(replies.map(({ status }) => status), Array(6).fill(200));
  const rivals = await Promise.all([choose(pickup, 'send'), choose(pickup, 'shop', { shop: other }), choose(pickup, 'send', { deed })]);
  assert.deepEqual(rivals.map(({ status }) => status), [409, 409, 409]);
  assert.ok(rivals.every(({ error }) => error.message.length > 10));
  await until('the money', () => rows(order)[0].choice_state === 2, 75_000, 100);
  await settled(order);
  assert.equal((await parcels.calls('RefundCreate')).length - before, 1);
  assert.equal(deeds(pickup).filter(({ action, refused }) => action === 'choose' && refused === 0).length, 1);
});

test('of two who choose the last pieces of a shop one gets them; the other chooses something else', async () => {
  const [first, second] = [await rejected([line(0, 2)]), await rejected([line(0, 2)])];
  assert.deepEqual([shopsOf(await mine(first.pickup.id)), shopsOf(await mine(second.pickup.id))], [[other], [other]]);
  const known = () => query(stack, `select on_hand from stock_level where store_id = '${other}' and product_id = '${data.products[0].product_id}'`)[0].on_hand;
  const taken = () => Number(query(stack, `select coalesce(sum(held), 0) as held from pickup_line where store_id = '${other}' and product_id = '${data.products[0].product_id}'`)[0].held);
  const left = taken() + 2;
  await counter.shelf(data.products[0], left, other);
  await until('the shelf', () => known() === left, 30_000, 100);
  const replies = await Promise.all([first, second].map(({ pickup }) => choose(pickup, 'shop', { shop: other })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409], JSON.stringify(replies));
  const [won, lost] = replies[0].status === 200 ? [first, second] : [second, first];
  assert.match(replies.find(({ status }) => status === 409).error.message, /not enough/);
  await listed(clerks[other], won.order, ({ online }) => !online.undecided);
  const seen = await mine(lost.pickup.id);
  assert.deepEqual([seen.choice, seen.choose.choices, seen.choose.shops], [undefined, ['refund', 'send'], []]);
  assert.equal((await openWorks(lost.order))[0].status, 'ON_HOLD');
  assert.equal((await choose(lost.pickup, 'send')).status, 200);
  await fill();
});

test('what Shopify does not move stays on hold where it was, and the merchant decides', async () => {
  const { order, pickup } = await rejected([line(1)]);
  const [work] = await openWorks(order);
  await send('PUT', `${parcels.control}/locations`, { id: parcels.places[other].id, name: '新宿店', active: false });
  assert.equal((await choose(pickup, 'shop', { shop: other })).status, 200);
  await until('the refusal', () => rows(order)[0].choice_state === 3, 75_000, 100);
  await send('PUT', `${parcels.control}/locations`, { id: parcels.places[other].id, name: '新宿店', active: true });
  await settled(order);
  const { fulfillmentOrder } = await parcels.admin(kHoldOf, { id: work.gid });
  assert.deepEqual([fulfillmentOrder.status, fulfillmentOrder.fulfillmentHolds.map(({ handle }) => handle)], ['ON_HOLD', ['tsunagi-pickup']]);
  assert.deepEqual(rows(order).map((row) => [row.undecided, row.store_id]), [[1, store]]);
  assert.deepEqual([held(order, store), held(order, other)], [0, 0]);
  assert.equal((await mine(pickup.id)).choice.state, 'merchant');
  assert.equal((await choose(pickup, 'send')).status, 409);
});

test('what is no choice, nobody’s, over or switched off is refused, and nothing changes', async () => {
  const order = await buy([line(2)]);
  const open = await listed(clerks[store], order);
  assert.equal((await choose(open, 'send')).status, 409, 'nothing is undecided');
  const { order: later, pickup } = await rejected([line(2)]);
  for (const [choice, more, status] of [['keep', {}, 400], ['shop', {}, 400], ['shop', { shop: '99' }, 400], ['send', { shop: other }, 400], ['send', { deed: 'order.end' }, 400],
    [7, {}, 400], ['send', { deed: '' }, 400], ['shop', { shop: store }, 409]]) {
    assert.equal((await choose(pickup, choice, more)).status, status, `${choice} ${JSON.stringify(more)}`);
  }
  assert.equal((await choose(pickup, 'send', { who: data.joined[1].id })).status, 404, 'another customer’s');
  assert.equal((await choose({ id: 'order.1.1' }, 'send')).status, 404);
  await offer({ shop: false, send: false });
  assert.equal((await mine(pickup.id)).choose, undefined);
  for (const [choice, more] of [['send', {}], ['refund', {}], ['shop', { shop: other }]]) assert.equal((await choose(pickup, choice, more)).status, 409, choice);
  const quiet = await rejected([line(2)]);
  assert.deepEqual(query(stack, `select * from pickup_mail where pickup_id = '${quiet.pickup.id}'`), [], 'nothing is offered');
  await offer({ refund: true });
  await parcels.cancel(later);
  await until('the decision', () => rows(later)[0].undecided === 0, 75_000, 100);
  assert.equal((await choose(pickup, 'send')).status, 409, 'it was cancelled meanwhile');
  assert.deepEqual(rows(later).map((row) => [row.choice, row.choice_state]), [[0, 0]]);
});

for (const language of ['ja', 'en']) {
  test(`${language}: the page at 390 px: what there is to choose, one at a time, and what became of it`, async () => {
    const words = WORDS[language];
    const { order, pickup } = await rejected([line(1, 2)]);
    browser ??= await launch();
    const page = await phone(browser, { width: 390, height: 844, locale: language === 'ja' ? 'ja-JP' : 'en-GB' });
    await page.goto(stack.signInUrl(customer, `${language === 'ja' ? '' : '/en'}/apps/tsunagi/pickup`));
    const card = page.locator(`[data-tsunagi-pickup="${pickup.id}"]`);
    await card.getByText(words.decide, { exact: true }).waitFor();
    await card.getByRole('radio').first().waitFor();
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    for (const box of await card.locator('label, button').all()) assert.ok((await box.boundingBox()).height >= 44);
    await keepScreen(page, `pickup-choices-${language}`);
    await card.getByRole('button', { name: words.decide_go, exact: true }).click();
    await card.getByText(words.decide_first).waitFor();
    await card.getByRole('radio', { name: new RegExp(words.decide_refund) }).check();
    await card.getByRole('button', { name: words.decide_go_to.replace('{choice}', words.decide_refund) }).click();
    await card.getByText(new RegExp(`${words.chosen_refund_asked}|${words.chosen_refund_done}`)).waitFor();
    assert.deepEqual(await axe(page), []);
    await keepScreen(page, `pickup-choices-made-${language}`);
    await until('the money', () => rows(order)[0].choice_state === 2, 75_000, 100);
    await card.getByText(words.chosen_refund_done).waitFor({ timeout: 40_000 });
    await page.context().close();
  });
}

test('the merchant page says in both languages what waits for a decision, and what its customer wishes', async () => {
  const open = await rejected([line(1)]);
  const wished = await rejected([line(2)]);
  assert.equal((await choose(wished.pickup, 'send')).status, 200);
  await settled(wished.order);
  browser ??= await launch();
  for (const language of ['ja', 'en']) {
    const words = ADMIN_WORDS[language];
    const page = await phone(browser, { width: 320, height: 800 });
    await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${language}`);
    const app = page.frame({ name: 'app-iframe' });
    const section = app.getByRole('region', { name: words.undecided, exact: true });
    for (const [{ order }, wish] of [[open, words.undecided_wish.none], [wished, words.undecided_wish.send]]) {
      const row = section.locator('.row', { hasText: order.name });
      await row.getByText(wish).waitFor();
      const link = row.getByRole('link', { name: words.undecided_row.replace('{order}', order.name) });
      assert.match(await link.getAttribute('href'), new RegExp(`/admin/orders/${order.id}$`));
    }
    assert.deepEqual(await axe(app), []);
    assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    await section.scrollIntoViewIfNeeded();
    await keepScreen(page, `merchant-undecided-${language}`);
    await page.context().close();
  }
});

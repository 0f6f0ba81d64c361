// Being told that a shop has a product again, over real processes: the till sells the last piece, a customer asks, a delivery
// comes, and exactly one mail arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kToldMs = 60_000;  // polled each few seconds, looked at each ten
const kLooks = 3;  // that find nothing to tell, before nobody is believed to be told

const mailbox = new Mailbox();
let stack;
let data;
let counter;
let office;
before(async () => {
  const port = await mailbox.open(await freePort());
  stack = new Stack({ mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 6, members: 3, sales: 0 });
  await stack.settled();
  counter = new Counter(stack, data);
  await counter.open();
  office = await counter.clerk('head_office');
});
after(async () => {
  await stack?.stop();
  await mailbox.close();
});

const about = (product) => mailbox.mails.filter(({ subject }) => subject.includes(product.name));
const shown = async (customer, product) => {
  const reply = await send('GET', stack.server + counter.path(customer, '/stock.json', { barcode: product.code, all: '1' }));
  return { ...reply, shop: reply.products[0].shops.find(({ shop_id: id }) => id === counter.store), can_ask: reply.products[0].can_ask };
};
async function want(customer, product, wanted = true, more = {}) {
  const { nonce } = await shown(customer, product);
  const reply = await fetch(stack.server + counter.path(customer, '/back-in-stock'), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, code: product.code, shop: counter.store, wanted, ...more }) });
  return { status: reply.status, ...(await reply.json()) };
}
const sell = (product, quantity) => send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: counter.store,
  lines: [{ product_code: product.code, quantity }], spend_points: 0 });
const told = (product, count) => until(`${count} mails about ${product.name}`, () => about(product).length >= count, kToldMs, 100);
const openRequests = () => query(stack, "select count(*) as n from restock_request where state = 'open'")[0].n;
/** Readings that came to an end, of whatever kind, after now: the step has looked in between. */
async function looked() {
  const began = query(stack, "select value from sync_cursor where name = 'stock.confirmed'")[0].value;
  await until('the schedule to have gone round', () => query(stack, "select value from sync_cursor where name = 'stock.confirmed'")[0].value >= began + kLooks * 10, 120_000, 500);
}

test('sold out, asked for twice, delivered: one mail in Japanese that leads to the reserve page', async () => {
  const [product] = data.products;
  const [hanako] = data.joined;
  await counter.shelf(product, 1);
  assert.equal((await want(hanako.id, product)).error.code, 'in_stock');
  await sell(product, 1);
  await until('it to be sold out', async () => (await counter.stockOf(product.code)).on_hand === 0, 30_000, 200);
  assert.equal((await shown(hanako.id, product)).can_ask, true);
  assert.equal((await shown('', product)).can_ask, undefined, 'nobody is signed in');
  for (let i = 0; i < 2; ++i) assert.deepEqual(await want(hanako.id, product), { status: 200, wanted: true });
  assert.equal((await shown(hanako.id, product)).shop.asked, true);
  assert.equal((await shown(data.joined[1].id, product)).shop.asked, undefined);
  await counter.shelf(product, 3);
  await told(product, 1);
  const [mail] = about(product);
  assert.ok(mail.subject.startsWith('渋谷店に入荷しました'), mail.subject);
  assert.ok(mail.text.includes(`${hanako.last_name} ${hanako.first_name} 様`), mail.text);
  assert.ok(mail.text.includes(`https://${stack.keys.shop}/apps/tsunagi/pickup?code=${product.code}&shop=${counter.store}\n`), mail.text);
  assert.ok(mail.text.includes(`https://${stack.keys.shop}/apps/tsunagi/stock?barcode=${product.code}`), mail.text);
  await until('the request to be done', async () => (await shown(hanako.id, product)).shop.asked === undefined, 10_000, 100);
  const { requests } = await data.merchant('GET', '/restocks');
  assert.deepEqual(requests.filter(({ code }) => code === product.code).map(({ state, outcome }) => `${state} ${outcome}`), ['done sent']);
  assert.ok(!JSON.stringify(requests).includes(hanako.last_name), 'no name');
  await looked();
  assert.equal(about(product).length, 1);
});

test('taken back: nobody is told; in English for who reads English', async () => {
  const product = data.products[1];
  await counter.shelf(product, 0);
  assert.equal((await want(data.joined[0].id, product)).status, 200);
  assert.equal((await want(data.joined[1].id, product, true, { language: 'en' })).status, 200);
  assert.deepEqual(await want(data.joined[0].id, product, false), { status: 200, wanted: false });
  assert.equal((await shown(data.joined[0].id, product)).shop.asked, undefined);
  await counter.shelf(product, 1);
  await told(product, 1);
  await stack.settled();
  assert.deepEqual(about(product).map(({ subject }) => subject.startsWith('Back at ')), [true]);
  assert.equal(openRequests(), 0);
});

test('what was held and is free again is told of', async () => {
  const product = data.products[2];
  await counter.shelf(product, 1);
  const { status, pickup } = await counter.reserve(data.joined[0].id, [{ code: product.code, quantity: 1 }]);
  assert.equal(status, 200);
  await until('it to be offered to nobody', async () => (await counter.stockOf(product.code)).held === 1, 10_000, 100);
  assert.equal((await want(data.joined[1].id, product)).status, 200);
  await looked();
  assert.equal(about(product).length, 0);
  assert.equal((await act(office, pickup, 'cancel')).status, 200);
  await told(product, 1);
});

test('killed between the look and the mail: one mail', async () => {
  const product = data.products[3];
  await counter.shelf(product, 0);
  assert.equal((await want(data.joined[2].id, product)).status, 200);
  mailbox.refuseSender = 'not now';
  await counter.shelf(product, 2);
  // Tried and put off: killed while it is tried nobody would know whether it went.
  await until('the mail to be waiting', () => query(stack, "select due_at, begun from outbox where kind = 'restock_mail' and state = 'waiting' and attempts > 0")
    .some(({ due_at: due, begun }) => begun === 0 && due > Date.now() / 1000 + 1), kToldMs, 100);
  await stack.serverProcess.stop('SIGKILL');
  mailbox.refuseSender = '';
  await stack.startServer();
  await told(product, 1);
  await until('the request to be done', () => query(stack, "select count(*) as n from restock_request where state = 'telling'")[0].n === 0, 60_000, 200);
  await looked();
  assert.equal(about(product).length, 1);
});

test('a mail that the server took and never answered is not sent twice', async () => {
  const product = data.products[4];
  await counter.shelf(product, 0);
  assert.equal((await want(data.joined[2].id, product)).status, 200);
  mailbox.silent = ({ subject }) => subject.includes(product.name);
  await counter.shelf(product, 2);
  await told(product, 1);
  await stack.serverProcess.stop('SIGKILL');
  mailbox.silent = () => false;
  await stack.startServer();
  const review = await until('a person to be asked', async () => (await data.merchant('GET', '/status')).review.find(({ kind }) => kind === 'restock_mail'), 120_000, 500);
  assert.equal(review.key, product.name);
  assert.equal(about(product).length, 1);
  await data.merchant('POST', '/review', { id: review.id, verdict: 'done' });
  assert.equal(query(stack, "select count(*) as n from restock_request where state = 'telling'")[0].n, 0);
});

test('what is no request is refused, and what the merchant switched off is not offered', async () => {
  const product = data.products[5];
  const [{ id }] = data.joined;
  await counter.shelf(product, 0);
  assert.equal((await want('', product)).status, 401);
  assert.equal((await want(id, product, 'yes')).error.code, 'wrong_type');
  assert.equal((await want(id, { code: product.code }, true, { shop: '999' })).status, 404);
  assert.equal((await want(id, { code: product.code }, true, { nonce: 'x' })).error.code, 'nonce');
  const { settings } = await data.merchant('GET', '/status');
  await assert.rejects(data.merchant('PUT', '/settings', { ...settings, restock: { on: true, mail: { ja: { subject: '', text: '{{CODE}}' } } } }), /400.*restock\.mail\.ja\.text/s);
  await data.merchant('PUT', '/settings', { ...settings, restock: { ...settings.restock, on: false } });
  await until('it not to be offered', async () => (await shown(id, product)).can_ask === undefined, 10_000, 200);
  assert.equal((await want(id, product)).status, 409);
  await data.merchant('PUT', '/settings', settings);
});

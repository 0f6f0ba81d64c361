// The mails about a pick-up, over a real SMTP server on loopback: what a customer reads from the wish to the counter, in both
// languages, and what the staff see of it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const mailbox = new Mailbox();
let stack;
let data;
let counter;
let clerk;
before(async () => {
  const port = await mailbox.open(await freePort());
  stack = new Stack({ mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 2, members: 2, sales: 0 });
  await stack.settled();
  counter = new Counter(stack, data);
  await counter.open();
  clerk = await counter.clerk('clerk', [counter.store]);
  await counter.shelf(data.products[0], 20);
});
after(async () => {
  await stack?.stop();
  await mailbox.close();
});

const mailsOf = ({ code }) => mailbox.mails.filter(({ subject }) => subject.includes(code));
const told = (pickup, count) => until(`${count} mails`, () => mailsOf(pickup).length >= count && mailsOf(pickup), 10_000, 50);
const seen = async (pickup) => (await (await clerk.ask('GET', '/work')).json()).pickups.find(({ id }) => id === pickup.id);
async function placed(language) {
  const { status, pickup } = await counter.reserve(data.joined[0].id, [{ code: data.products[0].code, quantity: 2 }], { language });
  assert.equal(status, 200);
  return pickup;
}

for (const [language, words] of Object.entries({
  ja: { placed: '取り置きを受け付けました', ready: 'ご用意ができました', rejected: 'お受けできませんでした', reason: '商品に傷みがありました' },
  en: { placed: 'We have your pick-up request', ready: 'Ready to pick up', rejected: 'cannot be prepared', reason: 'the product was damaged' },
})) {
  test(`${language}: placed, ready and handed over: two mails, the second once more when the staff ask`, async () => {
    const pickup = await placed(language);
    const [first] = await told(pickup, 1);
    assert.ok(first.subject.startsWith(words.placed), first.subject);
    const may = async () => (await seen(pickup)).mails.map(({ step, again }) => `${step} ${again ?? false}`);
    await until('the log', async () => (await may()).join() === 'placed true', 10_000, 100);
    const [hanako] = data.joined;
    assert.ok(first.text.includes(language === 'ja' ? `${hanako.last_name} ${hanako.first_name} 様` : `Dear ${hanako.first_name} ${hanako.last_name},`), first.text);
    assert.ok(first.text.includes(`https://${stack.keys.shop}/apps/tsunagi/pickup\n`), first.text);
    assert.ok(first.text.includes('渋谷店') && first.text.includes(`${data.products[0].name} × 2`), first.text);
    await act(clerk, pickup, 'pick');
    await act(clerk, pickup, 'ready');
    const [, second] = await told(pickup, 2);
    assert.ok(second.subject.startsWith(words.ready), second.subject);
    await until('the log', async () => (await seen(pickup)).mails.every(({ outcome }) => outcome === 'sent'), 10_000, 100);
    assert.deepEqual(await may(), ['placed false', 'ready true']);
    const again = { id: pickup.id, step: 'ready', deed: randomUUID() };
    for (let i = 0; i < 3; ++i) assert.equal((await clerk.ask('POST', '/resend', again)).status, 200);
    const [, , third] = await told(pickup, 3);
    assert.equal(third.text, second.text);
    assert.equal((await clerk.ask('POST', '/resend', { ...again, step: 'placed', deed: randomUUID() })).status, 409, 'it says no longer how things are');
    assert.equal((await clerk.ask('POST', '/resend', { ...again, step: 'thanks', deed: randomUUID() })).status, 400);
    assert.equal((await act(clerk, pickup, 'hand_over')).pickup.mails.length, 3);
    assert.equal((await clerk.ask('POST', '/resend', { ...again, deed: randomUUID() })).status, 409);
    for (const { subject, text } of mailsOf(pickup)) assert.doesNotMatch(subject + text, /発送|配送|shipp|\{\{/i);
  });

  test(`${language}: placed and rejected: with the reason in the customer's words`, async () => {
    const pickup = await placed(language);
    await told(pickup, 1);
    await act(clerk, pickup, 'reject', { reason: 'damaged' });
    const [, second] = await told(pickup, 2);
    assert.ok(second.subject.includes(words.rejected), second.subject);
    assert.ok(second.text.includes(words.reason) && second.text.includes('/apps/tsunagi/pickup'), second.text);
    // What was damaged is offered again; the same figure in the same second would be no news.
    await counter.shelf(data.products[0], language === 'ja' ? 21 : 22);
  });
}

test('the merchant’s words take the place of ours; what is no template is refused with its field', async () => {
  const { settings } = await data.merchant('GET', '/status');
  const withText = (text) => ({ ...settings, pickup: { ...settings.pickup, mails: { placed: { ja: { subject: '', text } } } } });
  await assert.rejects(data.merchant('PUT', '/settings', withText('{{#LINES}}')), /400.*pickup\.mails\.placed\.ja\.text/s);
  await data.merchant('PUT', '/settings', withText('{{NAME}}さん、{{CODE}}です'));
  const pickup = await placed('ja');
  const [first] = await told(pickup, 1);
  assert.match(first.text, /さん、\d{6}です\n$/);
  await data.merchant('PUT', '/settings', settings);
});

test('a mail server that does not take our address is our affair: the customer’s mail goes out once it does', async () => {
  mailbox.refuseSender = 'who are you';
  const before = mailbox.connections;
  const pickup = await placed('ja');
  await until('it to have been tried', () => mailbox.connections > before, 10_000, 50);
  await until('its log to say that it waits', async () => (await seen(pickup)).mails[0].outcome === 'waiting', 5_000, 50);
  assert.equal(mailbox.attempts, mailbox.mails.length, 'no recipient was named');
  mailbox.refuseSender = '';
  await until('the mail', () => mailsOf(pickup).length === 1, 60_000, 200);
});

test('who was promised last is told once when the till has sold it, and has it in another shop; who was first keeps it', async () => {
  const [, product] = data.products;
  const [early, late] = data.joined.map(({ id }) => id);
  await counter.shelf(product, 3);
  await counter.shelf(product, 5, counter.other);
  const { pickup: first } = await counter.reserve(early, [{ code: product.code, quantity: 2 }]);
  await until('a later second', () => Date.now() >= (first.placed_at + 1) * 1_000);
  const { pickup: second } = await counter.reserve(late, [{ code: product.code, quantity: 1 }]);
  await Promise.all([told(first, 1), told(second, 1)]);
  await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: counter.store, lines: [{ product_code: product.code, quantity: 1 }], spend_points: 0 });
  await until('the sale to be known', async () => (await counter.stockOf(product.code)).on_hand === 2, 30_000, 200);
  await stack.readNow();
  const [, mail] = await told(second, 2);
  assert.match(mail.subject, /在庫が足りない可能性/);
  const mine = async (customer, { id }) => (await counter.look(customer)).pickups.find((one) => one.id === id);
  assert.equal((await mine(late, second)).short, true);
  assert.equal((await seen(second)).short, true);
  assert.equal((await mine(early, first)).short, undefined);
  const elsewhere = await counter.reserve(late, [{ code: product.code, quantity: 1 }], { shop: counter.other, instead: second.id });
  assert.equal(elsewhere.status, 200, JSON.stringify(elsewhere));
  assert.equal((await mine(late, second)).state, 'cancelled');
  await stack.readNow();
  await act(clerk, first, 'accept');
  assert.equal((await mine(early, first)).short, undefined);
  assert.deepEqual([mailsOf(first).length, mailsOf(second).length], [1, 2]);
});

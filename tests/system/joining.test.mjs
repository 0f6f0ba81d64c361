// From a visit or a button to a member in Smaregi and a tag in Shopify, and no further: through the real services.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../support/processes.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const stack = new Stack();
let data;
let settings;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { products: 2, members: 2, sales: 0 });
  ({ settings } = await data.merchant('GET', '/status'));
});
after(() => stack.stop());

/** A customer as Shopify makes one of whoever orders or signs up. */
async function customer(name, tags = []) {
  const made = await data.admin(`mutation Customer($input: CustomerInput!) {
    customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input: { lastName: name, email: `${name}.${stack.seed}@example.com`, tags } });
  assert.deepEqual(made.customerCreate.userErrors, []);
  return made.customerCreate.customer.id;
}
const tagsOf = async (id) => (await data.admin('query Tags($id: ID!) { customer(id: $id) { tags } }', { id })).customer.tags;
const members = async () => (await data.pos('GET', '/customers?limit=1000')).length;
async function visitor(id) {
  const shopper = new Shopper(stack);
  await shopper.signIn(id.split('/').pop());
  return shopper;
}
const ready = (shopper) => until('the customer to be a member', async () => { const card = await shopper.card(); return card.state === 'ready' && card; }, 30_000, 200);

test('who visits becomes a member with a tag, a guest does not, and the echo of the tag changes nothing', async () => {
  await data.merchant('PUT', '/settings', { ...settings, joining: 'automatic' });
  const before = await members();
  const guest = await customer('guest');
  const id = await customer('visitor', ['VIP']);
  const shopper = await visitor(id);
  const card = await ready(shopper);
  await until('the tag', async () => (await tagsOf(id)).includes(`tsunagi:${card.code}`), 10_000, 100);
  assert.deepEqual(await tagsOf(id), ['VIP', `tsunagi:${card.code}`]);
  await stack.settled();
  assert.equal(await members(), before + 1, 'a customer who only ordered is no member');
  assert.deepEqual(await tagsOf(guest), []);

  const writes = async () => (await stack.requestsOf(stack.shopify)).filter(({ operation }) => /^Tags(Add|Remove)$/.test(operation ?? '')).length;
  const done = await writes();
  const retag = await data.admin('mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["Flow"]) { userErrors { message } } }', { id });
  assert.deepEqual(retag.tagsAdd.userErrors, []);
  await stack.settled();
  assert.equal(await writes(), done, 'a tag of somebody else is no change');

  const [member] = await data.pos('GET', `/customers?customer_code=${encodeURIComponent(card.code)}`);
  await data.pos('PATCH', `/customers/${member.customerId}`, { customerCode: 'PLASTIC-1' });
  await until('the tag to follow the code', async () => (await tagsOf(id)).includes('tsunagi:PLASTIC-1'), 20_000, 200);
  assert.deepEqual((await tagsOf(id)).sort(), ['Flow', 'VIP', 'tsunagi:PLASTIC-1']);
  await data.merchant('PUT', '/settings', settings);
});

test('who joins by the button has agreed to the text that was shown', async () => {
  await data.merchant('PUT', '/settings', { ...settings, consent: { ja: '規約に同意します', en: '', terms_url: '' } });
  const shopper = await visitor(await customer('reader'));
  const card = await until('the text', async () => { const card = await shopper.card(); return card.consent && card; }, 10_000, 100);
  assert.equal(card.state, 'not_joined');
  const join = (consent) => shopper.fetch('/apps/tsunagi/join', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce: card.nonce, consent }) });
  assert.equal((await join('')).status, 409);
  assert.equal((await join(card.consent.version)).status, 200);
  await ready(shopper);
  await data.merchant('PUT', '/settings', settings);
});

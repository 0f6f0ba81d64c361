// What a customer typed in Shopify is what the clerk reads in Smaregi: through the real services, by the platforms' own APIs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../support/processes.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';

const stack = new Stack();
let data;
before(async () => { await stack.start(); data = await seed(stack, undefined, { products: 2, members: 2, sales: 0 }); });
after(() => stack.stop());

/** Joins a customer made of `input`: its id, what the card shows, and the member Smaregi then has. */
async function joined(input, { address, metafields = [] } = {}) {
  const made = await data.admin(`mutation Customer($input: CustomerInput!) {
    customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input });
  assert.deepEqual(made.customerCreate.userErrors, []);
  const { id } = made.customerCreate.customer;
  if (address) {
    const put = await data.admin(`mutation Address($id: ID!, $address: MailingAddressInput!) {
      customerAddressCreate(customerId: $id, address: $address, setAsDefault: true) { address { id } userErrors { field message } } }`, { id, address });
    assert.deepEqual(put.customerAddressCreate.userErrors, []);
  }
  if (metafields.length) {
    const set = await data.admin(`mutation Fields($metafields: [MetafieldsSetInput!]!) {
      metafieldsSet(metafields: $metafields) { userErrors { field message } } }`, { metafields: metafields.map((one) => ({ ownerId: id, type: 'single_line_text_field', ...one })) });
    assert.deepEqual(set.metafieldsSet.userErrors, []);
  }
  const shopper = new Shopper(stack);
  await shopper.signIn(id.split('/').pop());
  await shopper.join();
  const card = await until('the customer to be a member', async () => { const card = await shopper.card(); return card.state === 'ready' && card; }, 30_000, 200);
  const [member] = await data.pos('GET', `/customers?customer_code=${encodeURIComponent(card.code)}`);
  return { id, shopper, member };
}
const memberOf = async (...made) => (await joined(...made)).member;

test('kana, phone, address, post code, birth date, sex and consent arrive as Smaregi takes them', async () => {
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, field_keys: { last_kana: 'custom.last_kana', first_kana: 'custom.first_kana', birth_date: 'facts.birth_date', sex: 'custom.sex' } });
  const member = await memberOf({
    lastName: ' 鈴木 ', firstName: '花子🌸', email: `hanako.${stack.seed}@example.com`, phone: '+819012345678',
    emailMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' },
  }, {
    address: { countryCode: 'JP', provinceCode: 'JP-13', zip: '１５０ー０００１', city: '渋谷区', address1: '東京都渋谷区神宮前１－２－３', address2: 'つなぎビル 4F' },
    metafields: [{ namespace: 'custom', key: 'last_kana', value: 'ｽｽﾞｷ' }, { namespace: 'custom', key: 'first_kana', value: 'はなこ' },
      { namespace: 'facts', key: 'birth_date', type: 'date', value: '1990-01-02' }, { namespace: 'custom', key: 'sex', value: '女性' }],
  });
  const { lastName, firstName, lastKana, firstKana, phoneNumber, postCode, address, birthDate, sex, mailAddress, mailReceiveFlag } = member;
  assert.deepEqual({ lastName, firstName, lastKana, firstKana, phoneNumber, postCode, address, birthDate, sex, mailAddress, mailReceiveFlag }, {
    lastName: '鈴木', firstName: '花子', lastKana: 'スズキ', firstKana: 'ハナコ', phoneNumber: '09012345678', postCode: '150-0001',
    address: '東京都渋谷区神宮前1-2-3 つなぎビル 4F', birthDate: '1990-01-02', sex: '2', mailAddress: `hanako.${stack.seed}@example.com`, mailReceiveFlag: '1',
  });
});

test('a customer who typed nothing is a member with the filler and without consent', async () => {
  const { lastName, firstName, lastKana, address, birthDate, mailReceiveFlag } = await memberOf({ email: `nobody.${stack.seed}@example.com` });
  assert.deepEqual({ lastName, firstName, lastKana, address, birthDate, mailReceiveFlag },
    { lastName: '-', firstName: '-', lastKana: null, address: null, birthDate: null, mailReceiveFlag: '0' });
});

const customerOf = async (id) => (await data.admin(`query Customer($id: ID!) {
  customer(id: $id) { firstName lastName defaultPhoneNumber { phoneNumber } defaultEmailAddress { emailAddress marketingState } } }`, { id })).customer;
const edit = async (input) => {
  const done = await data.admin(`mutation Edit($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { field message } } }`, { input });
  assert.deepEqual(done.customerUpdate.userErrors, []);
};

test('a change in the store reaches the till, a change at the till the store and the card, and neither comes back', async () => {
  const { id, shopper, member } = await joined({
    lastName: '山田', firstName: '太郎', email: `taro.${stack.seed}@example.com`, phone: '+819011110000',
    emailMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' },
  });
  const atTill = () => data.pos('GET', `/customers/${member.customerId}`);
  await edit({ id, lastName: '佐藤', phone: '+819022220000' });
  const changed = await until('the change to reach Smaregi', async () => { const now = await atTill(); return now.lastName === '佐藤' && now; }, 10_000, 100);
  assert.equal(changed.phoneNumber, '09022220000');
  await until('the card to show the new name', async () => (await shopper.card()).holder === '佐藤 太郎', 10_000, 200);

  await data.pos('PATCH', `/customers/${member.customerId}`, { firstName: '太朗', phoneNumber: '090-3333-0000', mailReceiveFlag: '0', mailAddress: 'clerk@example.com' });
  const customer = await until('the change to reach Shopify', async () => { const now = await customerOf(id); return now.firstName === '太朗' && now.defaultPhoneNumber.phoneNumber === '+819033330000' && now; }, 10_000, 100);
  assert.equal(customer.defaultEmailAddress.marketingState, 'UNSUBSCRIBED', 'who refuses mail at the till gets none from the store');
  assert.equal(customer.defaultEmailAddress.emailAddress, `taro.${stack.seed}@example.com`, 'an address typed by a clerk is not who signs in');
  await until('the card to show it', async () => (await shopper.card()).holder === '佐藤 太朗', 10_000, 200);

  await stack.settled();
  const asked = async () => (await stack.requestsOf(stack.shopify)).length;
  const writes = async () => (await stack.requestsOf(stack.smaregi)).filter(({ method, path }) => method === 'PATCH' && path.includes(`/customers/${member.customerId}`)).length;
  const [writesBefore, askedBefore] = [await writes(), await asked()];
  await edit({ id, note: 'nothing that is mapped' });
  await until('the server to look at the customer', async () => await asked() > askedBefore + 1, 10_000, 100);
  await stack.settled();
  assert.equal(await writes(), writesBefore, 'our own writes and what is not mapped are no changes');
  assert.equal((await atTill()).phoneNumber, '090-3333-0000', 'as the clerk typed it');
});

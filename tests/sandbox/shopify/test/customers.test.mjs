// Customers whole: addresses, consent, tags, merging, and what webhooks say of each.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readAppConfig } from '../lib/app_config.mjs';
import { kProvincesOfJapan } from '../lib/regions.mjs';
import { addCustomer, kCreateCustomer, kSetMetafields, startSandbox } from './helpers.mjs';

const kTopics = ['customers/create', 'customer.tags_added', 'customer.tags_removed', 'customers_email_marketing_consent/update'];
const kUpdate = 'mutation($input: CustomerInput!) { customerUpdate(input: $input) { customer { id } userErrors { field message } } }';
const kConsent = `mutation($input: CustomerEmailMarketingConsentUpdateInput!) { customerEmailMarketingConsentUpdate(input: $input) {
  customer { defaultEmailAddress { marketingState marketingOptInLevel marketingUpdatedAt } } userErrors { field message code } } }`;
const kMerge = `mutation($one: ID!, $two: ID!, $override: CustomerMergeOverrideFields) { customerMerge(customerOneId: $one, customerTwoId: $two, overrideFields: $override) {
  resultingCustomerId job { id done } userErrors { field message code } } }`;
const kAddressCreate = `mutation($customerId: ID!, $address: MailingAddressInput!, $setAsDefault: Boolean) {
  customerAddressCreate(customerId: $customerId, address: $address, setAsDefault: $setAsDefault) { address { id } userErrors { field message } } }`;
const kHome = { address1: '神宮前1-2-3', address2: 'つなぎビル4階', city: '渋谷区', countryCode: 'JP', provinceCode: 'JP-13', zip: '150-0001', phone: '+81312345678' };
const kWork = { address1: '梅田1-1', city: '大阪市', countryCode: 'JP', provinceCode: 'JP-27', zip: '530-0001', company: 'つなぎ商店' };

/** An installed app that every topic here is sent to. @param {import('node:test').TestContext} t */
async function shop(t) {
  const sandbox = await startSandbox(t);
  await sandbox.appToken();
  for (const topic of kTopics) sandbox.box.config.subscriptions.push({ topic, path: '/webhooks/shopify', compliance: false });
  const token = sandbox.token();
  const run = async (/** @type {string} */ query, /** @type {object} */ variables = {}) => sandbox.graphql(token, query, variables);
  /** Topics and bodies since the last time. */
  const sent = async () => {
    await sandbox.box.webhooks.idle();
    return sandbox.seen.splice(0).filter((one) => one.headers['x-shopify-topic']).map((one) => ({ topic: one.headers['x-shopify-topic'], body: JSON.parse(one.body) }));
  };
  const errorsOf = async (/** @type {string} */ query, /** @type {object} */ variables) => {
    const answer = await run(query, variables);
    assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
    return Object.values(answer.data)[0].userErrors;
  };
  const add = (/** @type {object} */ input) => addCustomer(sandbox, token, input);
  return { ...sandbox, token, run, sent, errorsOf, add };
}

test('addresses are kept with the fields that the schema has', async (t) => {
  const { run, add } = await shop(t);
  const { gid } = await add({ firstName: '花子', lastName: '佐藤', addresses: [kHome, kWork] });
  const { data } = await run(`{ customer(id: "${gid}") { defaultAddress { id name address1 address2 city company country countryCodeV2 province provinceCode zip phone
    firstName lastName formattedArea timeZone coordinatesValidated formatted formal: formatted(withName: true, withCompany: false) }
    addressesV2(first: 1) { nodes { provinceCode } pageInfo { hasNextPage } } } }`);
  const { id, ...rest } = data.customer.defaultAddress;
  assert.match(id, /^gid:\/\/shopify\/MailingAddress\/\d+\?model_name=CustomerAddress$/);
  assert.deepEqual(rest, {
    name: '花子 佐藤', address1: '神宮前1-2-3', address2: 'つなぎビル4階', city: '渋谷区', company: null, country: 'Japan', countryCodeV2: 'JP', province: 'Tōkyō',
    provinceCode: 'JP-13', zip: '150-0001', phone: '+81312345678', firstName: '花子', lastName: '佐藤', formattedArea: '渋谷区 JP-13, Japan', timeZone: 'Asia/Tokyo',
    coordinatesValidated: false, formatted: ['Japan 〒150-0001', 'Tōkyō 渋谷区', '神宮前1-2-3', 'つなぎビル4階'],
    formal: ['Japan 〒150-0001', 'Tōkyō 渋谷区', '神宮前1-2-3', 'つなぎビル4階', '佐藤 花子様'],
  });
  assert.deepEqual(data.customer.addressesV2, { nodes: [{ provinceCode: 'JP-13' }], pageInfo: { hasNextPage: true } });
});

test('unknown countries and provinces are refused, and nothing is written', async (t) => {
  const { run, errorsOf, box } = await shop(t);
  const problem = async (/** @type {object} */ address) => (await errorsOf(kCreateCustomer, { input: { lastName: '佐藤', addresses: [address] } }))[0];
  for (const provinceCode of ['JP-48', 'JP-00', '13', 'CA']) {
    assert.deepEqual(await problem({ ...kHome, provinceCode }), { field: ['addresses', '0', 'province'], message: 'Province is invalid' }, provinceCode);
  }
  assert.deepEqual(await problem({ ...kHome, countryCode: 'ZZ' }), { field: ['addresses', '0', 'country'], message: 'Country is invalid' });
  assert.deepEqual(await problem({ lastName: '佐藤', country: 'Narnia' }), { field: ['addresses', '0', 'country'], message: 'Country is invalid' });
  assert.match((await problem({ ...kHome, city: 'x'.repeat(256) })).message, /City is too long/);
  assert.equal((await run(kCreateCustomer, { input: { lastName: '佐藤', addresses: [{ countryCode: 'XX' }] } })).errors[0].extensions.code, 'INVALID_VARIABLE');
  const elsewhere = await run(kCreateCustomer, { input: { lastName: '佐藤', addresses: [{ countryCode: 'US', provinceCode: 'NY' }] } });
  assert.equal(elsewhere.errors[0].extensions.code, 'SANDBOX_NOT_IMPLEMENTED');
  assert.equal(box.store.customers.size, 0);
  assert.equal(await problem({ ...kHome, city: 'x'.repeat(255) }), undefined);
  assert.equal(kProvincesOfJapan.length, 47);
  for (const { code } of [kProvincesOfJapan[0], kProvincesOfJapan[46]]) assert.equal(await problem({ ...kHome, provinceCode: code }), undefined, code);
});

test('addresses are added, changed, made the default and deleted', async (t) => {
  const { run, errorsOf, add, sent } = await shop(t);
  const { gid } = await add({ lastName: '佐藤' });
  await sent();
  const first = (await run(kAddressCreate, { customerId: gid, address: kHome })).data.customerAddressCreate.address.id;
  const second = (await run(kAddressCreate, { customerId: gid, address: kWork, setAsDefault: true })).data.customerAddressCreate.address.id;
  assert.deepEqual(await errorsOf(kAddressCreate, { customerId: gid, address: kWork }), [{ field: ['address'], message: 'Address already exists' }]);
  assert.deepEqual(await errorsOf(kAddressCreate, { customerId: 'gid://shopify/Customer/1', address: kWork }), [{ field: ['customerId'], message: 'Customer does not exist' }]);
  const read = async () => (await run(`{ customer(id: "${gid}") { defaultAddress { id } addressesV2(first: 9) { nodes { id zip } } } }`)).data.customer;
  assert.equal((await read()).defaultAddress.id, second);
  await run(`mutation { customerUpdateDefaultAddress(customerId: "${gid}", addressId: "${first}") { userErrors { message } } }`);
  await run(`mutation { customerAddressUpdate(customerId: "${gid}", addressId: "${first}", address: {zip: "150-0002"}) { userErrors { message } } }`);
  assert.deepEqual(await read(), { defaultAddress: { id: first }, addressesV2: { nodes: [{ id: first, zip: '150-0002' }, { id: second, zip: '530-0001' }] } });
  const removed = await run(`mutation { customerAddressDelete(customerId: "${gid}", addressId: "${first}") { deletedAddressId userErrors { message } } }`);
  assert.deepEqual(removed.data.customerAddressDelete, { deletedAddressId: first, userErrors: [] });
  assert.deepEqual(await read(), { defaultAddress: { id: second }, addressesV2: { nodes: [{ id: second, zip: '530-0001' }] } });
  const again = await run(`mutation { customerAddressDelete(customerId: "${gid}", addressId: "${first}") { deletedAddressId } }`);
  assert.equal(again.errors[0].extensions.code, 'RESOURCE_NOT_FOUND');
  assert.deepEqual([...new Set((await sent()).map((one) => one.topic))], ['customers/update']);
});

test('customerUpdate changes names, phone and the list of addresses', async (t) => {
  const { run, errorsOf, add } = await shop(t);
  const { gid } = await add({ lastName: '佐藤', addresses: [kHome, kWork] });
  const read = async () => (await run(`{ customer(id: "${gid}") { firstName lastName defaultPhoneNumber { phoneNumber } defaultAddress { provinceCode } addressesV2(first: 9) { nodes { id provinceCode city } } } }`)).data.customer;
  const kept = (await read()).addressesV2.nodes[1].id;
  assert.deepEqual(await errorsOf(kUpdate, { input: { id: gid, firstName: '花子', lastName: '鈴木', phone: '090-1234-5678', addresses: [{ id: kept, city: '堺市' }] } }), []);
  assert.deepEqual(await read(), {
    firstName: '花子', lastName: '鈴木', defaultPhoneNumber: { phoneNumber: '+819012345678' }, defaultAddress: { provinceCode: 'JP-27' },
    addressesV2: { nodes: [{ id: kept, provinceCode: 'JP-27', city: '堺市' }] },
  });
  assert.deepEqual(await errorsOf(kUpdate, { input: { id: gid, lastName: '田中', addresses: [{ ...kHome, provinceCode: 'JP-99' }] } }), [{ field: ['addresses', '0', 'province'], message: 'Province is invalid' }]);
  assert.equal((await read()).lastName, '鈴木');
});

test('a phone number is one that can be dialled, and one customer\'s only', async (t) => {
  const { errorsOf, add } = await shop(t);
  await add({ lastName: '佐藤', phone: '+819012345678' });
  const { gid } = await add({ lastName: '鈴木' });
  const set = async (/** @type {string} */ phone) => (await errorsOf(kUpdate, { input: { id: gid, phone } }))[0];
  assert.deepEqual(await set('+819012345678'), { field: ['phone'], message: 'Phone has already been taken' });
  for (const phone of ['+81090123456789', '+8190123', '12', '+0123456789']) assert.deepEqual(await set(phone), { field: ['phone'], message: 'Phone is invalid' }, phone);
  assert.equal(await set('+81312345678'), undefined);
  assert.deepEqual(await errorsOf(kUpdate, { input: { id: 'gid://shopify/Customer/1', lastName: '田中' } }), [{ field: ['id'], message: 'Customer does not exist' }]);
});

const kChanged = `query($query: String!, $after: String, $reverse: Boolean) { customers(first: 2, after: $after, sortKey: UPDATED_AT, query: $query, reverse: $reverse) {
  nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }`;

test('customers are searched by the second they changed in when it is quoted, else by its day', async (t) => {
  const { run, add, box } = await shop(t);
  const times = ['2026-01-01T10:00:00.900Z', '2026-01-01T10:00:01.100Z', '2026-01-01T14:59:59.000Z', '2026-01-01T15:00:00.000Z'];
  const ids = [];
  for (const at of times) {
    const { id } = await add({ lastName: '佐藤' });
    /** @type {any} */ (box.store.customers.get(id)).updatedAt = at;
    ids.push(id);
  }
  const found = async (/** @type {string} */ query) => (await run(`query($query: String!) { customers(first: 9, sortKey: UPDATED_AT, query: $query) { nodes { legacyResourceId } } }`, { query })).data.customers
    .nodes.map((/** @type {any} */ one) => ids.indexOf(Number(one.legacyResourceId)));
  assert.deepEqual(await found(`updated_at:>='2026-01-01T10:00:01Z' AND updated_at:<='2026-01-01T14:59:59Z'`), [1, 2]);
  assert.deepEqual(await found(`updated_at:<='2026-01-01T10:00:00Z'`), [0], 'to the second, as it is printed');
  assert.deepEqual(await found(`updated_at:>'2026-01-01T10:00:01Z'`), [2, 3]);
  assert.deepEqual(await found(`updated_at:>='2026-01-01T23:59:59+09:00'`), [2, 3], 'whatever its offset');
  assert.deepEqual(await found('updated_at:>=2026-01-01T14:00:00Z'), [0, 1, 2, 3], 'without quotes the time is lost');
  assert.deepEqual(await found('updated_at:>=2026-01-02'), [3], "in the shop's time zone");
  assert.deepEqual(await found(`updated_at:'2026-01-01T00:00:00Z'`), [0, 1, 2]);
  const { nodes } = (await run(kChanged, { query: `updated_at:<='2026-01-01T10:00:00Z'` })).data.customers;
  assert.equal(nodes[0].updatedAt, '2026-01-01T10:00:00Z');
  assert.equal((await run(kChanged, { query: 'updated_at:>=soon' })).errors[0].extensions.code, 'SANDBOX_NOT_IMPLEMENTED');
});

test('customers are searched by the tags that they carry and by those that they do not', async (t) => {
  const { run, add } = await shop(t);
  for (const [lastName, tags] of Object.entries({ a: ['Old programme'], b: ['old programme', 'VIP'], c: ['old'], d: [] })) await add({ lastName, tags });
  const found = async (/** @type {string} */ query) => (await run('query($query: String!) { customers(first: 9, query: $query) { nodes { lastName } } }', { query })).data.customers
    .nodes.map((/** @type {any} */ one) => one.lastName).join('');
  assert.equal(await found("tag:'old programme'"), 'ab');
  assert.equal(await found("tag_not:'old programme'"), 'cd');
  assert.equal(await found("tag:'VIP' AND tag_not:'old'"), 'b');
  assert.equal((await run('{ customers(first: 1, query: "colour_not:red") { nodes { id } } }')).errors[0].extensions.code, 'SANDBOX_NOT_IMPLEMENTED');
});

test('a page goes on where the last one ended, though its last customer has moved', async (t) => {
  const { run, add, box } = await shop(t);
  const rows = [];
  for (const at of ['2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z', '2026-01-01T00:00:02Z', '2026-01-01T00:00:03Z']) {
    const { id, gid } = await add({ lastName: '佐藤' });
    rows.push({ gid, row: /** @type {any} */ (box.store.customers.get(id)) });
    rows[rows.length - 1].row.updatedAt = at;
  }
  const page = async (/** @type {object} */ more = {}) => (await run(kChanged, { query: `updated_at:<='2026-01-02T00:00:00Z'`, ...more })).data.customers;
  const idsOf = (/** @type {any} */ one) => one.nodes.map((/** @type {any} */ node) => rows.findIndex(({ gid }) => gid === node.id));
  const first = await page();
  assert.deepEqual(idsOf(first), [0, 1]);
  rows[1].row.updatedAt = '2026-01-03T00:00:00Z';
  const second = await page({ after: first.pageInfo.endCursor });
  assert.deepEqual([idsOf(second), second.pageInfo.hasNextPage], [[2, 3], false]);
  const back = await page({ reverse: true });
  assert.deepEqual(idsOf(back), [3, 2]);
  assert.deepEqual(idsOf(await page({ reverse: true, after: back.pageInfo.endCursor })), [0]);
});

test('a metafield without a definition needs a type, always; one with choices takes these', async (t) => {
  const { run, add } = await shop(t);
  const { gid } = await add({ lastName: '佐藤' });
  const set = async (/** @type {object} */ change) => (await run(kSetMetafields, { metafields: [{ ownerId: gid, namespace: 'custom', ...change }] })).data.metafieldsSet.userErrors;
  const blank = [{ field: ['metafields', '0', 'type'], message: "Type can't be blank", code: 'BLANK' }];
  assert.deepEqual(await set({ key: 'kana', value: 'ツナギ' }), blank);
  assert.deepEqual(await set({ key: 'kana', value: 'ツナギ', type: 'single_line_text_field' }), []);
  assert.deepEqual(await set({ key: 'kana', value: 'カイ' }), blank, 'also of one that is there');
  const defined = await run(`mutation { metafieldDefinitionCreate(definition: { name: "Sex", namespace: "custom", key: "sex", ownerType: CUSTOMER, type: "single_line_text_field",
    validations: [{ name: "choices", value: "[\\"男\\",\\"女\\"]" }] }) { userErrors { message } } }`);
  assert.deepEqual(defined.data.metafieldDefinitionCreate.userErrors, []);
  const refused = await set({ key: 'sex', value: '女性' });
  assert.deepEqual([refused[0].field, refused[0].code], [['metafields', '0', 'value'], 'INVALID_VALUE']);
  assert.deepEqual(await set({ key: 'sex', value: '女' }), []);
});

test('whether a metafield is a change of its customer is a switch', async (t) => {
  const { run, add, box, put } = await shop(t);
  const { gid, id } = await add({ lastName: '佐藤' });
  const row = /** @type {any} */ (box.store.customers.get(id));
  row.updatedAt = '2026-01-01T00:00:00Z';
  const set = () => run(kSetMetafields, { metafields: [{ ownerId: gid, namespace: 'custom', key: 'kana', type: 'single_line_text_field', value: 'ツナギ' }] });
  await set();
  assert.equal(row.updatedAt, '2026-01-01T00:00:00Z');
  await put('/_sandbox/webhooks', { metafields_fire_update: true });
  await set();
  assert.notEqual(row.updatedAt, '2026-01-01T00:00:00Z');
});

test('metafields by keys', async (t) => {
  const { run, add } = await shop(t);
  const { gid } = await add({ lastName: '佐藤' });
  await run(kSetMetafields, { metafields: ['rank', 'points', 'other'].map((key) => ({ ownerId: gid, namespace: 'loyalty', key, type: 'single_line_text_field', value: key })) });
  const { data } = await run(`{ customer(id: "${gid}") { metafields(keys: ["loyalty.rank", "loyalty.points"], first: 5) { nodes { key value } } metafield(namespace: "loyalty", key: "other") { value } } }`);
  assert.deepEqual(data.customer, { metafields: { nodes: [{ key: 'rank', value: 'rank' }, { key: 'points', value: 'points' }] }, metafield: { value: 'other' } });
});

test('consent is given on creation, later by its own mutation only', async (t) => {
  const { run, errorsOf, add, sent } = await shop(t);
  const at = '2026-01-02T03:04:05.000Z';
  const yes = { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN', consentUpdatedAt: at };
  const { gid, id } = await add({ lastName: '佐藤', email: 'a@example.com', emailMarketingConsent: yes });
  const asked = (await sent()).find((one) => one.topic === 'customers_email_marketing_consent/update');
  assert.deepEqual(asked?.body, { customer_id: id, email_address: 'a@example.com', email_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: at } });
  assert.deepEqual(await errorsOf(kUpdate, { input: { id: gid, emailMarketingConsent: yes } }),
    [{ field: ['emailMarketingConsent'], message: 'To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead' }]);
  const set = (/** @type {object} */ emailMarketingConsent, customerId = gid) => run(kConsent, { input: { customerId, emailMarketingConsent } });
  const stateAfter = async (/** @type {object} */ consent) => (await set(consent)).data.customerEmailMarketingConsentUpdate.customer.defaultEmailAddress.marketingState;
  assert.equal(await stateAfter({ marketingState: 'UNSUBSCRIBED', consentUpdatedAt: '2025-12-31T00:00:00Z' }), 'SUBSCRIBED', 'an older record does not count');
  assert.deepEqual(await sent(), []);
  assert.equal(await stateAfter({ marketingState: 'UNSUBSCRIBED' }), 'UNSUBSCRIBED');
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['customers/update', 'customers_email_marketing_consent/update']);
});

test('consent is refused as the platform refuses it', async (t) => {
  const { run, errorsOf, add } = await shop(t);
  const withMail = await add({ lastName: '佐藤', email: 'a@example.com' });
  const without = await add({ lastName: '鈴木' });
  const before = (await run(`{ customer(id: "${withMail.gid}") { defaultEmailAddress { marketingState marketingUpdatedAt } } }`)).data.customer.defaultEmailAddress;
  assert.deepEqual(before, { marketingState: 'NOT_SUBSCRIBED', marketingUpdatedAt: null });
  const problem = async (/** @type {object} */ emailMarketingConsent, customerId = withMail.gid) => (await errorsOf(kConsent, { input: { customerId, emailMarketingConsent } }))[0];
  for (const marketingState of ['NOT_SUBSCRIBED', 'REDACTED', 'INVALID']) {
    const answer = await run(kConsent, { input: { customerId: withMail.gid, emailMarketingConsent: { marketingState } } });
    assert.equal(answer.errors[0].message, `Cannot specify ${marketingState} as a marketing state input`);
    assert.equal(answer.data.customerEmailMarketingConsentUpdate, null);
  }
  assert.deepEqual(await problem({ marketingState: 'SUBSCRIBED' }),
    { field: ['input', 'emailMarketingConsent', 'marketingOptInLevel'], message: 'Marketing opt in level must exist', code: 'MISSING_ARGUMENT' });
  assert.equal((await problem({ marketingState: 'PENDING', marketingOptInLevel: 'SINGLE_OPT_IN' })).code, 'INVALID');
  assert.match((await problem({ marketingState: 'UNSUBSCRIBED', consentUpdatedAt: '2999-01-01T00:00:00Z' })).message, /must not be in the future/);
  assert.match((await problem({ marketingState: 'UNSUBSCRIBED' }, without.gid)).message, /must have an email/);
  assert.match((await problem({ marketingState: 'UNSUBSCRIBED' }, 'gid://shopify/Customer/1')).message, /does not exist/);
  const created = await errorsOf(kCreateCustomer, { input: { lastName: '田中', emailMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'UNKNOWN' } } });
  assert.deepEqual(created.map((/** @type {any} */ one) => one.field), [['emailMarketingConsent']]);
});

test('tags have topics of their own, whoever writes them', async (t) => {
  const { run, errorsOf, add, sent } = await shop(t);
  const { gid } = await add({ lastName: '佐藤', tags: ['Gold'] });
  const heard = async () => (await sent()).filter((one) => one.topic.startsWith('customer.')).map(({ topic, body }) => [topic, body.customerId === gid, body.tags]);
  assert.deepEqual(await heard(), [['customer.tags_added', true, ['Gold']]]);
  const change = (/** @type {string} */ name, /** @type {string[]} */ tags, id = gid) => errorsOf(`mutation($id: ID!, $tags: [String!]!) { ${name}(id: $id, tags: $tags) { userErrors { field message } } }`, { id, tags });
  assert.deepEqual(await change('tagsAdd', ['gold', 'vip, new']), []);
  assert.deepEqual(await heard(), [['customer.tags_added', true, ['vip', 'new']]]);
  assert.deepEqual(await change('tagsRemove', ['GOLD', 'nothing']), []);
  assert.deepEqual(await heard(), [['customer.tags_removed', true, ['Gold']]]);
  assert.deepEqual(await change('tagsRemove', ['nothing']), []);
  assert.deepEqual(await sent(), []);
  await run(kUpdate, { input: { id: gid, tags: ['vip', 'silver'] } });
  assert.deepEqual((await heard()).sort(), [['customer.tags_added', true, ['silver']], ['customer.tags_removed', true, ['new']]]);
  assert.match((await change('tagsAdd', ['x'.repeat(256)]))[0].message, /255 characters/);
  assert.match((await change('tagsAdd', Array.from({ length: 249 }, (_, n) => `t${n}`)))[0].message, /At most 250/);
  assert.match((await change('tagsAdd', ['a'], 'gid://shopify/Customer/1'))[0].message, /does not exist/);
});

test('who survives a merge', async (t) => {
  const { run, add } = await shop(t);
  let serial = 0;
  const person = (mail = true, /** @type {string|null} */ state = null) => add({
    lastName: '佐藤', ...(mail ? { email: `p${serial += 1}@example.com` } : {}),
    ...(state ? { emailMarketingConsent: { marketingState: state, marketingOptInLevel: 'CONFIRMED_OPT_IN' } } : {}),
  });
  for (const [one, two, keeps, override, why] of /** @type {[any, any, 'one'|'two', 'one'|'two'|null, string][]} */ ([
    [await person(false), await person(false), 'two', null, 'neither has an address'],
    [await person(true), await person(false), 'one', null, 'only the first has an address'],
    [await person(true), await person(true), 'two', null, 'both have, and nothing else tells'],
    [await person(true, 'SUBSCRIBED'), await person(true, 'PENDING'), 'one', null, 'consent tells'],
    [await person(true, 'PENDING'), await person(true, 'UNSUBSCRIBED'), 'one', null, 'pending is more than a no'],
    [await person(true), await person(true, 'SUBSCRIBED'), 'one', 'one', 'the address that is asked for'],
  ])) {
    const id = { one: one.gid, two: two.gid };
    const variables = { one: one.gid, two: two.gid, override: override ? { customerIdOfEmailToKeep: id[override] } : undefined };
    const preview = await run('query($one: ID!, $two: ID!, $override: CustomerMergeOverrideFields) { customerMergePreview(customerOneId: $one, customerTwoId: $two, overrideFields: $override) { resultingCustomerId } }', variables);
    assert.equal(preview.data.customerMergePreview.resultingCustomerId, id[keeps], why);
    assert.equal((await run(kMerge, variables)).data.customerMerge.resultingCustomerId, id[keeps], why);
  }
});

test('a merge keeps the survivor whole, and the other id answers null', async (t) => {
  const { run, add, sent, put } = await shop(t);
  const one = await add({ firstName: '花子', lastName: '佐藤', phone: '+819011112222', tags: ['a'], note: '一', addresses: [kHome] });
  const two = await add({ lastName: '鈴木', email: 'b@example.com', tags: ['b'], note: '二', addresses: [kWork] });
  const field = (/** @type {string} */ ownerId, /** @type {string} */ key, /** @type {string} */ value) => ({ ownerId, namespace: 'loyalty', key, type: 'single_line_text_field', value });
  await run(kSetMetafields, { metafields: [field(one.gid, 'card', 'one'), field(two.gid, 'card', 'two'), field(one.gid, 'only', 'one')] });
  await sent();
  const merged = (await run(kMerge, { one: one.gid, two: two.gid, override: { customerIdOfFirstNameToKeep: one.gid, customerIdOfDefaultAddressToKeep: one.gid } })).data.customerMerge;
  const jobId = merged.job.id;
  assert.deepEqual(merged, { resultingCustomerId: two.gid, job: { id: jobId, done: false }, userErrors: [] });
  const { data } = await run(`{ gone: customer(id: "${one.gid}") { id } node(id: "${one.gid}") { id } job(id: "${jobId}") { done } customerMergeJobStatus(jobId: "${jobId}") { status resultingCustomerId }
    customer(id: "${two.gid}") { firstName lastName tags note defaultPhoneNumber { phoneNumber } defaultEmailAddress { emailAddress } defaultAddress { provinceCode } addressesV2(first: 5) { nodes { provinceCode } }
    metafields(first: 9) { nodes { key value } } mergeable { isMergeable } } }`);
  assert.deepEqual(data, {
    gone: null, node: null, job: { done: true }, customerMergeJobStatus: { status: 'COMPLETED', resultingCustomerId: two.gid },
    customer: {
      firstName: '花子', lastName: '鈴木', tags: ['b', 'a'], note: '二\n一', defaultPhoneNumber: { phoneNumber: '+819011112222' }, defaultEmailAddress: { emailAddress: 'b@example.com' },
      defaultAddress: { provinceCode: 'JP-13' }, addressesV2: { nodes: [{ provinceCode: 'JP-27' }, { provinceCode: 'JP-13' }] },
      metafields: { nodes: [{ key: 'card', value: 'two' }, { key: 'only', value: 'one' }] }, mergeable: { isMergeable: true },
    },
  });
  const heard = await sent();
  assert.deepEqual(heard.map((message) => message.topic).sort(), ['customer.tags_added', 'customers/merge', 'customers/update']);
  assert.deepEqual(heard.find((message) => message.topic === 'customers/merge')?.body, {
    admin_graphql_api_customer_kept_id: two.gid, admin_graphql_api_customer_deleted_id: one.gid, admin_graphql_api_job_id: jobId, status: 'completed', errors: [],
  });
  await put('/_sandbox/webhooks', { merge_fires_delete: true });
  const third = await add({ lastName: '田中' });
  await run(kMerge, { one: third.gid, two: two.gid });
  assert.deepEqual((await sent()).find((message) => message.topic === 'customers/delete')?.body, { id: third.id, tax_exemptions: [], admin_graphql_api_id: third.gid });
});

test('a merge is refused, and nothing is written', async (t) => {
  const { graphql, token, errorsOf, add, box } = await shop(t);
  const [one, two] = [await add({ lastName: '佐藤', note: 'x'.repeat(2500) }), await add({ lastName: '鈴木', note: 'y'.repeat(2500) })];
  const other = await add({ lastName: '田中' });
  const problem = async (/** @type {object|undefined} */ override, a = one.gid, b = two.gid) => (await errorsOf(kMerge, { one: a, two: b, override }))[0];
  assert.deepEqual(await problem(undefined, one.gid, one.gid), { field: null, message: 'Customers IDs should not match', code: 'INVALID_CUSTOMER_ID' });
  assert.deepEqual(await problem(undefined, one.gid, 'gid://shopify/Customer/1'), { field: ['customerTwoId'], message: 'Customer does not exist with ID 1', code: 'INVALID_CUSTOMER_ID' });
  assert.equal((await problem({ customerIdOfEmailToKeep: one.gid })).code, 'MISSING_OVERRIDE_ATTRIBUTE');
  assert.equal((await problem({ customerIdOfFirstNameToKeep: other.gid })).code, 'OVERRIDE_ATTRIBUTE_INVALID');
  assert.equal((await problem(undefined)).message, 'Customer notes must be 5,000 characters or less.');
  const denied = await graphql(box.tokens.createCustom(['write_customers'], 'no merge').access_token, kMerge, { one: one.gid, two: two.gid });
  assert.equal(denied.errors[0].extensions.code, 'ACCESS_DENIED');
  assert.match(denied.errors[0].message, /write_customer_merge/);
  assert.equal(box.store.customers.size, 3);
  assert.equal(await problem({ note: '短い' }), undefined);
  assert.equal((await graphql(token, `{ customer(id: "${two.gid}") { note } }`)).data.customer.note, '短い');
});

test('webhooks of customers carry their addresses and phone, and neither tags nor consent', async (t) => {
  const { add, sent } = await shop(t);
  await add({ lastName: '鈴木' });
  const [{ body: bare }] = await sent();
  assert.deepEqual([bare.addresses, 'default_address' in bare], [[], false]);
  const { gid, id } = await add({ firstName: '花子', lastName: '佐藤', email: 'a@example.com', phone: '+819012345678', tags: ['a'], addresses: [kHome, kWork] });
  const created = (await sent()).find((one) => one.topic === 'customers/create')?.body;
  assert.deepEqual(Object.keys(created).sort(), ['addresses', 'admin_graphql_api_id', 'created_at', 'currency', 'default_address', 'email', 'first_name', 'id', 'last_name',
    'multipass_identifier', 'note', 'phone', 'state', 'tax_exempt', 'tax_exemptions', 'updated_at', 'verified_email']);
  assert.deepEqual([created.id, created.admin_graphql_api_id, created.phone, created.addresses.length], [id, gid, '+819012345678', 2]);
  assert.deepEqual(created.addresses.map((/** @type {any} */ one) => one.default), [true, false]);
  assert.deepEqual(created.default_address, {
    id: created.addresses[0].id, customer_id: id, first_name: '花子', last_name: '佐藤', company: null, address1: '神宮前1-2-3', address2: 'つなぎビル4階', city: '渋谷区', province: 'Tōkyō',
    country: 'Japan', zip: '150-0001', phone: '+81312345678', name: '花子 佐藤', province_code: 'JP-13', country_code: 'JP', country_name: 'Japan', default: true,
  });
});

test('a topic is subscribed with its scope only', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopify-app-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const toml = readFileSync(new URL('../../../../shopify.app.toml', import.meta.url), 'utf8');
  const file = join(folder, 'shopify.app.toml');
  writeFileSync(file, toml.replace(/,?read_customer_merge|,?write_customer_merge/g, ''));
  assert.throws(() => readAppConfig(file), /customers\/merge needs the scope read_customer_merge/);
  writeFileSync(file, toml);
  assert.ok(readAppConfig(file).subscriptions.some((one) => one.topic === 'customers/merge'));
});

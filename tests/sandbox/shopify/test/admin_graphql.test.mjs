// The Admin API refuses what the platform refuses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { adminSchema } from '../api/schema.mjs';
import { addCustomer, defineCard, kCreateCustomer, kSetMetafields, postGraphql, startSandbox } from './helpers.mjs';

test('a misspelt field is refused', async (t) => {
  const sandbox = await startSandbox(t);
  const answer = await sandbox.graphql(sandbox.token(), '{ shop { nmae } }');
  assert.match(answer.errors[0].message, /Cannot query field "nmae" on type "Shop"/);
  assert.equal(answer.errors[0].extensions.code, 'undefinedField');
  assert.equal(answer.data, undefined);
});

test('a missing scope is refused and nothing is written', async (t) => {
  const sandbox = await startSandbox(t);
  for (const [scopes, query, variables, scope] of /** @type {[string[], string, object, RegExp][]} */ ([
    [['read_products'], '{ customers(first: 1) { nodes { id } } }', {}, /read_customers/],
    [['read_customers'], kCreateCustomer, { input: { firstName: 'A' } }, /write_customers/],
    [['read_customers'], '{ products(first: 1) { nodes { id } } }', {}, /read_products/],
    [['write_customers'], '{ locations(first: 1) { nodes { id } } }', {}, /read_locations/],
    [['read_products'], 'mutation { tagsAdd(id: "gid://shopify/Customer/1", tags: ["a"]) { userErrors { message } } }', {}, /write_customers/],
    [['read_customers'], kSetMetafields, { metafields: [{ ownerId: 'gid://shopify/Customer/1', key: 'card', value: '{}', type: 'json' }] }, /write_customers/],
    [['read_products'], '{ metafieldDefinitions(first: 1, ownerType: CUSTOMER) { nodes { id } } }', {}, /read_customers/],
  ])) {
    const answer = await sandbox.graphql(sandbox.token(scopes), query, variables);
    assert.equal(answer.errors?.[0].extensions.code, 'ACCESS_DENIED', query);
    assert.match(answer.errors[0].message, scope);
  }
  assert.equal(sandbox.box.store.customers.size, 0);
});

test('what a node query finds is behind its scope too', async (t) => {
  const sandbox = await startSandbox(t);
  const { gid } = await addCustomer(sandbox, sandbox.token(), { lastName: '佐藤' });
  const answer = await sandbox.graphql(sandbox.token(['read_products']), `{ node(id: "${gid}") { ... on Customer { lastName } } }`);
  assert.equal(answer.errors[0].extensions.code, 'ACCESS_DENIED');
  assert.equal(answer.data.node.lastName, null);
});

test('a write scope reads too', async (t) => {
  const sandbox = await startSandbox(t);
  const answer = await sandbox.graphql(sandbox.token(['write_customers']), '{ customers(first: 1) { nodes { id } } }');
  assert.deepEqual(answer.data, { customers: { nodes: [] } });
});

test('a root field that the stand-in lacks is an error, never a silent null', async (t) => {
  const sandbox = await startSandbox(t);
  const answer = await sandbox.graphql(sandbox.token(['read_draft_orders']), '{ draftOrders(first: 1) { nodes { id } } }');
  assert.equal(answer.errors[0].extensions.code, 'SANDBOX_NOT_IMPLEMENTED');
});

test('tokens, versions, methods and content types', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  const { admin_api: address } = sandbox.ready;
  const ok = await postGraphql(address, token, '{ shop { name } }');
  assert.equal(ok.status, 200);
  assert.equal(ok.headers.get('x-shopify-api-version'), '2026-10');
  assert.equal((await postGraphql(address, 'shpat_wrong', '{ shop { name } }')).status, 401);
  assert.equal((await postGraphql(address, '', '{ shop { name } }')).status, 401);
  assert.equal((await postGraphql(address.replace('2026-10', '2024-01'), token, '{ shop { name } }')).status, 404);
  assert.equal((await postGraphql(address.replace('tsunagi-demo', 'other'), token, '{ shop { name } }')).status, 404);
  assert.equal((await postGraphql(address, token, '{ shop { name } }', {}, { 'content-type': 'text/plain' })).status, 400);
  assert.equal((await fetch(address, { headers: { 'x-shopify-access-token': token } })).status, 405);
});

test('sixteen mutations demand @idempotent', async (t) => {
  const sandbox = await startSandbox(t);
  assert.equal(adminSchema().idempotent.size, 16);
  const answer = await sandbox.graphql(sandbox.token(), `mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: []}) { userErrors { code } } }`);
  assert.match(answer.errors[0].message, /@idempotent directive is required for this mutation/);
  const other = await sandbox.graphql(sandbox.token(), 'mutation { customerCreate(input: {firstName: "A"}) @idempotent(key: "k") { userErrors { message } } }');
  assert.match(other.errors[0].message, /not supported on customerCreate/);
  const blank = await sandbox.graphql(sandbox.token(), `mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: []}) @idempotent(key: " ") { userErrors { code } } }`);
  assert.match(blank.errors[0].message, /cannot be blank/);
});

const kSetStock = `mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup { changes { name delta } } userErrors { code field } } }`;
const kAdjustStock = `mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { code field } } }`;

/** @param {any} sandbox @param {string} token */
async function oneItem(sandbox, token) {
  const { data } = await sandbox.graphql(token, `mutation { productSet(input: {title: "カップ", productOptions: [{name: "Title", values: [{name: "Default Title"}]}],
    variants: [{optionValues: [{optionName: "Title", name: "Default Title"}], barcode: "4901234567894", sku: "CUP", price: "1100"}]}) {
    product { handle variants(first: 1) { nodes { barcode inventoryItem { id } } } } userErrors { message } } }`);
  const locations = await sandbox.graphql(token, '{ locations(first: 1) { nodes { id } } }');
  return { inventoryItemId: data.productSet.product.variants.nodes[0].inventoryItem.id, locationId: locations.data.locations.nodes[0].id };
}

test('changeFromQuantity must be said, and is compared', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  const item = await oneItem(sandbox, token);
  const set = (/** @type {object} */ quantity, /** @type {string} */ key) =>
    sandbox.graphql(token, kSetStock, { key, input: { name: 'on_hand', reason: 'correction', quantities: [{ ...item, ...quantity }] } });
  const silent = await set({ quantity: 5 }, 'a');
  assert.match(silent.errors[0].message, /must include the following argument: changeFromQuantity/);
  const first = await set({ quantity: 5, changeFromQuantity: null }, 'b');
  assert.deepEqual(first.data.inventorySetQuantities.inventoryAdjustmentGroup.changes.map((/** @type {any} */ one) => [one.name, one.delta]),
    [['available', 5], ['on_hand', 5]]);
  const stale = await set({ quantity: 9, changeFromQuantity: 4 }, 'c');
  assert.equal(stale.data.inventorySetQuantities.userErrors[0].code, 'CHANGE_FROM_QUANTITY_STALE');
  const adjust = (/** @type {object} */ change, /** @type {string} */ key) =>
    sandbox.graphql(token, kAdjustStock, { key, input: { name: 'available', reason: 'correction', changes: [{ ...item, ...change }] } });
  assert.match((await adjust({ delta: -1 }, 'd')).errors[0].message, /must include the following argument: changeFromQuantity/);
  await adjust({ delta: -2, changeFromQuantity: 5 }, 'e');
  await adjust({ delta: -2, changeFromQuantity: 5 }, 'e'); // the same key takes effect once
  const mismatch = await adjust({ delta: -3, changeFromQuantity: 5 }, 'e');
  assert.equal(mismatch.data.inventoryAdjustQuantities.userErrors[0].code, 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH');
  const level = await sandbox.graphql(token, `{ inventoryItem(id: "${item.inventoryItemId}") { inventoryLevel(locationId: "${item.locationId}") { quantities(names: ["available", "on_hand"]) { name quantity } } } }`);
  assert.deepEqual(level.data.inventoryItem.inventoryLevel.quantities, [{ name: 'available', quantity: 3 }, { name: 'on_hand', quantity: 3 }]);
});

test('metafieldsSet: at most 25, all or none, compare-and-set, app-owned namespaces', async (t) => {
  const sandbox = await startSandbox(t);
  const token = await sandbox.appToken();
  const { gid } = await addCustomer(sandbox, token, { lastName: '佐藤', email: 'a@example.com' });
  const set = (/** @type {object[]} */ metafields, /** @type {string} */ as = token) => sandbox.graphql(as, kSetMetafields, { metafields });
  const card = { ownerId: gid, namespace: '$app:tsunagi', key: 'card', type: 'json', value: '{"v":1}' };
  const defined = await defineCard(sandbox, token);
  assert.deepEqual(defined.data.metafieldDefinitionCreate.userErrors, []);
  assert.equal((await defineCard(sandbox, token)).data.metafieldDefinitionCreate.userErrors[0].code, 'TAKEN');
  const first = (await set([{ ...card, compareDigest: null }])).data.metafieldsSet;
  assert.deepEqual(first.userErrors, []);
  assert.equal(first.metafields[0].namespace, `app--${sandbox.box.appId}--tsunagi`);
  const again = (await set([{ ...card, compareDigest: null }])).data.metafieldsSet;
  assert.equal(again.userErrors[0].code, 'STALE_OBJECT');
  const next = (await set([{ ...card, value: '{"v":2}', compareDigest: first.metafields[0].compareDigest }])).data.metafieldsSet;
  assert.deepEqual(next.userErrors, []);
  const half = (await set([{ ...card, key: 'other' }, { ...card, value: 'not json' }])).data.metafieldsSet;
  assert.equal(half.userErrors[0].code, 'INVALID_VALUE');
  assert.equal(sandbox.box.store.metafieldsOf(gid).length, 1);
  const wrongType = (await set([{ ...card, type: 'single_line_text_field', value: 'x' }])).data.metafieldsSet;
  assert.equal(wrongType.userErrors[0].code, 'INVALID_TYPE');
  const many = (/** @type {number} */ count) => Array.from({ length: count }, (_, at) => ({ ...card, key: `key-${at}` }));
  assert.deepEqual((await set(many(25))).data.metafieldsSet.userErrors, []);
  assert.match((await set(many(26))).errors[0].message, /greater than the maximum allowed of 25/);
  const foreign = (await set([{ ...card, namespace: `app--${sandbox.box.appId}--tsunagi` }], sandbox.token())).data.metafieldsSet;
  assert.equal(foreign.userErrors[0].code, 'APP_NOT_AUTHORIZED');
});

test('an app-owned metafield is returned to its owner only', async (t) => {
  const sandbox = await startSandbox(t);
  const token = await sandbox.appToken();
  const { gid } = await addCustomer(sandbox, token, { lastName: '佐藤' });
  await sandbox.graphql(token, kSetMetafields, { metafields: [{ ownerId: gid, namespace: '$app:tsunagi', key: 'card', type: 'json', value: '{"v":1}' }] });
  const query = `{ customer(id: "${gid}") { metafield(namespace: "$app:tsunagi", key: "card") { value } metafields(first: 5) { nodes { key } } } }`;
  assert.equal((await sandbox.graphql(token, query)).data.customer.metafield.value, '{"v":1}');
  const full = query.replace('$app:tsunagi', `app--${sandbox.box.appId}--tsunagi`);
  assert.deepEqual((await sandbox.graphql(sandbox.token(), full)).data.customer, { metafield: null, metafields: { nodes: [] } });
});

test('the Storefront API gives nothing of the card', async (t) => {
  const sandbox = await startSandbox(t);
  const token = await sandbox.appToken();
  await defineCard(sandbox, token);
  const { gid, id } = await addCustomer(sandbox, token, { lastName: '佐藤' });
  await sandbox.graphql(token, kSetMetafields, { metafields: [{ ownerId: gid, namespace: '$app:tsunagi', key: 'card', type: 'json', value: '{"code":"SECRET"}' }] });
  for (const namespace of ['$app:tsunagi', `app--${sandbox.box.appId}--tsunagi`]) {
    const query = `{ customer(customerAccessToken: "sandbox-${id}") { id metafield(namespace: "${namespace}", key: "card") { value }
      metafields(identifiers: [{namespace: "${namespace}", key: "card"}]) { value } } }`;
    const reply = await fetch(sandbox.ready.storefront_api, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
    assert.deepEqual(await reply.json(), { data: { customer: { id: gid, metafield: null, metafields: [null] } } });
  }
});

test('deprecated fields are in the request log', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  await sandbox.graphql(token, 'query Old { customers(first: 1) { nodes { email } } }');
  const log = await (await sandbox.get('/_sandbox/requests?kind=admin-graphql')).json();
  assert.equal(log[0].operation, 'Old');
  assert.match(log[0].deprecated[0], /Customer\.email is deprecated/);
});

test('customers: e-mail addresses and phones are unique and well-formed', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  await addCustomer(sandbox, token, { email: 'Hanako@example.com', phone: '090-1234-5678' });
  const problem = async (/** @type {object} */ input) => (await sandbox.graphql(token, kCreateCustomer, { input })).data.customerCreate.userErrors[0]?.message;
  assert.equal(await problem({ email: 'hanako@EXAMPLE.com' }), 'Email has already been taken');
  assert.equal(await problem({ phone: '+819012345678' }), 'Phone has already been taken');
  assert.equal(await problem({ email: 'nonsense' }), 'Email is invalid');
  assert.equal(await problem({ phone: '12' }), 'Phone is invalid');
  assert.match(await problem({}), /must have a name/);
  assert.match(await problem({ firstName: 'x'.repeat(256) }), /too long/);
});

test('a shop of 200 products with barcodes can be filled in one bucket', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  for (let n = 0; n < 200; n += 1) {
    const answer = await sandbox.graphql(token, `mutation { productSet(input: {title: "商品 ${n}", productOptions: [{name: "色", values: [{name: "赤"}, {name: "青"}]}],
      variants: [{optionValues: [{optionName: "色", name: "赤"}], barcode: "49${n}1", price: "${n}"}, {optionValues: [{optionName: "色", name: "青"}], barcode: "49${n}2"}]}) { product { id } userErrors { message } } }`);
    assert.equal(answer.errors, undefined);
    assert.deepEqual(answer.data.productSet.userErrors, []);
  }
  const reader = sandbox.box.tokens.createCustom(['read_products'], 'reader').access_token;
  const page = await sandbox.graphql(reader, '{ products(first: 150) { nodes { id } pageInfo { hasNextPage endCursor } } }');
  assert.equal(page.data.products.nodes.length, 150);
  const rest = await sandbox.graphql(reader, `{ products(first: 150, after: "${page.data.products.pageInfo.endCursor}") { nodes { id } pageInfo { hasNextPage } } }`);
  assert.equal(rest.data.products.nodes.length, 50);
  const found = await sandbox.graphql(reader, '{ productVariants(first: 2, query: "barcode:491991") { nodes { product { title } } } }');
  assert.deepEqual(found.data.productVariants.nodes, [{ product: { title: '商品 199' } }]);
});

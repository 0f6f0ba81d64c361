// Stock: states and their sum, absolute and relative changes, levels that come into being, locations.
import assert from 'node:assert/strict';
import test from 'node:test';
import { kAdjust, kSet, orderShop } from './orders_shop.mjs';

/** @param {import('node:test').TestContext} t */
async function stocked(t) {
  const shop = await orderShop(t);
  const towel = await shop.product('TOWEL');
  await shop.setStock(towel, shop.places.warehouse, 5);
  await shop.sent();
  const quantity = (/** @type {object} */ more = {}) => ({ inventoryItemId: towel.item, locationId: shop.places.warehouse, quantity: 7, changeFromQuantity: 5, ...more });
  const set = (/** @type {object} */ input, /** @type {object} */ more = {}) => shop.run(kSet, { key: shop.key(), input: { name: 'available', reason: 'correction', quantities: [quantity(more)], ...input } });
  const adjust = (/** @type {object} */ input, /** @type {object} */ more = {}) => shop.run(kAdjust, { key: shop.key(), input: {
    name: 'available', reason: 'correction', changes: [{ inventoryItemId: towel.item, locationId: shop.places.warehouse, delta: 1, changeFromQuantity: null, ...more }], ...input } });
  return { ...shop, towel, set, adjust };
}

test('a new variant is stocked, with nothing, at the first location only', async (t) => {
  const { product, counts, places, sent } = await orderShop(t);
  await sent();
  const cup = await product('CUP');
  assert.deepEqual([await counts(cup, places.warehouse), await counts(cup, places.shibuya)], [[0, 0, 0], null]);
  assert.deepEqual((await sent()).map((one) => [one.topic, one.body.available]), [['inventory_levels/connect', 0]]);
});

test('a level is named by its whole id: the number is the location\'s', async (t) => {
  const { product, run, places } = await orderShop(t);
  const ids = [];
  for (const sku of ['A', 'B']) {
    const { item } = await product(sku);
    const found = await run('query($id: ID!, $at: ID!) { inventoryItem(id: $id) { inventoryLevel(locationId: $at) { id } } }', { id: item, at: places.warehouse });
    ids.push(found.inventoryLevel.id);
    assert.equal((await run('query($id: ID!) { inventoryLevel(id: $id) { item { id } location { id } } }', { id: found.inventoryLevel.id })).item.id, item);
  }
  const [one, two] = ids.map((id) => /^gid:\/\/shopify\/InventoryLevel\/(\d+)\?inventory_item_id=(\d+)$/.exec(id) ?? []);
  assert.equal(one[1], two[1]);
  assert.notEqual(one[2], two[2]);
  assert.equal(await run('query($id: ID!) { inventoryLevel(id: $id) { id } }', { id: ids[0].replace(/\?.*/, '') }), null);
});

test('set compares, changes all or nothing, and tells what it changed', async (t) => {
  const { set, counts, towel, places, sent, product } = await stocked(t);
  const made = await set({ reason: 'cycle_count_available' });
  assert.deepEqual(made.userErrors, []);
  const change = { delta: 2, quantityAfterChange: null, location: { name: '倉庫' } };
  assert.deepEqual(made.inventoryAdjustmentGroup.changes, [{ name: 'available', ...change }, { name: 'on_hand', ...change }]);
  const [{ topic, body }] = await sent();
  assert.equal(topic, 'inventory_levels/update');
  assert.deepEqual([body.available, `gid://shopify/Location/${body.location_id}`, `gid://shopify/InventoryItem/${body.inventory_item_id}`], [7, places.warehouse, towel.item]);
  const cup = await product('CUP');
  const stale = await set({ quantities: [{ inventoryItemId: cup.item, locationId: places.warehouse, quantity: 9, changeFromQuantity: 0 }, { inventoryItemId: towel.item, locationId: places.warehouse, quantity: 9, changeFromQuantity: 6 }] });
  assert.deepEqual(stale.userErrors.map((/** @type {any} */ one) => [one.code, one.field]), [['CHANGE_FROM_QUANTITY_STALE', ['input', 'quantities', '1', 'changeFromQuantity']]]);
  assert.deepEqual([await counts(cup, places.warehouse), await counts(towel, places.warehouse)], [[0, 0, 0], [7, 0, 7]]);
  assert.deepEqual((await set({}, { quantity: 7, changeFromQuantity: 7 })).inventoryAdjustmentGroup, null, 'nothing changed');
});

test('a key that was refused is refused again, whatever has changed since', async (t) => {
  const { run, counts, towel, places } = await stocked(t);
  const set = async (/** @type {string} */ key, /** @type {number} */ quantity, /** @type {number} */ changeFromQuantity) => (await run(kSet, { key, input: { name: 'on_hand', reason: 'correction',
    quantities: [{ inventoryItemId: towel.item, locationId: places.warehouse, quantity, changeFromQuantity }] } })).userErrors.map((/** @type {any} */ one) => one.code);
  assert.deepEqual(await set('one', 4, 3), ['CHANGE_FROM_QUANTITY_STALE']);
  assert.deepEqual(await set('two', 3, 5), []);
  assert.deepEqual(await set('one', 4, 3), ['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'], 'though it would be right by now');
  assert.deepEqual(await set('one', 5, 3), ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH']);
  assert.deepEqual(await counts(towel, places.warehouse), [3, 0, 3]);
  assert.deepEqual([await set('three', 4, 3), await set('three', 4, 3)], [[], []], 'what was done is answered again');
  assert.deepEqual(await counts(towel, places.warehouse), [4, 0, 4]);
});

test('articles by id, and those that changed since a moment', async (t) => {
  const { run, product, graphql, token } = await orderShop(t);
  const [cup, towel] = [await product('CUP'), await product('TOWEL')];
  const items = (/** @type {string} */ query, sortKey = 'ID') => `{ productVariants(first: 100, sortKey: ${sortKey}, query: "${query}") { nodes { id displayName inventoryItem { id tracked } product { id } } } }`;
  const ids = async (/** @type {string} */ query) => (await run(items(query))).nodes.map((/** @type {any} */ one) => one.id);
  assert.deepEqual(await ids('id:>0'), [cup.variant, towel.variant]);
  assert.deepEqual(await ids(`id:>${cup.variant.split('/').pop()}`), [towel.variant]);
  const soon = new Date(Date.now() + 60_000).toISOString();
  assert.deepEqual(await ids(`id:>0 AND updated_at:>='${soon}'`), []);
  assert.deepEqual(await ids("id:>0 AND updated_at:>='2026-01-01T00:00:00Z'"), [cup.variant, towel.variant]);
  assert.equal((await graphql(token, items('id:>0', 'SKU'))).errors[0].extensions.code, 'SANDBOX_NOT_IMPLEMENTED');
});

test('on hand is set by what is available; what is committed stays', async (t) => {
  const { set, counts, towel, places, place } = await stocked(t);
  await place({ lines: [{ sku: 'TOWEL', quantity: 2 }] });
  assert.deepEqual(await counts(towel, places.warehouse), [3, 2, 5]);
  await set({ name: 'on_hand' }, { quantity: 9, changeFromQuantity: 5 });
  assert.deepEqual(await counts(towel, places.warehouse), [7, 2, 9]);
  await set({ name: 'on_hand' }, { quantity: 1, changeFromQuantity: 9 });
  assert.deepEqual(await counts(towel, places.warehouse), [-1, 2, 1], 'promised more than there is');
});

test('what is refused of a set, each in its code', async (t) => {
  const { set, towel, places, counts } = await stocked(t);
  const same = { inventoryItemId: towel.item, locationId: places.warehouse, quantity: 1, changeFromQuantity: null };
  for (const [code, input, more] of /** @type {[string, object, object][]} */ ([
    ['INVALID_NAME', { name: 'committed' }, {}], ['INVALID_REASON', { reason: 'because' }, {}], ['INVALID_REFERENCE_DOCUMENT', { referenceDocumentUri: 'receipt 12' }, {}],
    ['INVALID_QUANTITY_NEGATIVE', { name: 'on_hand' }, { quantity: -1, changeFromQuantity: null }], ['INVALID_QUANTITY_TOO_HIGH', {}, { quantity: 1_000_000_001 }],
    ['INVALID_QUANTITY_TOO_LOW', {}, { quantity: -1_000_000_001 }], ['INVALID_INVENTORY_ITEM', {}, { inventoryItemId: 'gid://shopify/InventoryItem/42' }],
    ['INVALID_LOCATION', {}, { locationId: 'gid://shopify/Location/42' }], ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', { quantities: [same, same] }, {}],
  ])) {
    const { userErrors, inventoryAdjustmentGroup } = await set(input, more);
    assert.deepEqual([userErrors.map((/** @type {any} */ one) => one.code), inventoryAdjustmentGroup], [[code], null]);
  }
  assert.deepEqual(await counts(towel, places.warehouse), [5, 0, 5]);
  assert.deepEqual((await set({}, { quantity: -1_000_000_000 })).userErrors, [], 'available may be negative, down to a billion');
});

test('held states are on hand and not for sale, and need a document of their own', async (t) => {
  const { adjust, stockOf, towel, places, sent } = await stocked(t);
  const codes = async (/** @type {object} */ input, /** @type {object} */ more = {}) => (await adjust(input, more)).userErrors.map((/** @type {any} */ one) => one.code);
  const uri = 'gid://till/Stocktake/7';
  assert.deepEqual(await codes({ name: 'on_hand' }), ['INVALID_QUANTITY_NAME']);
  assert.deepEqual(await codes({ name: 'damaged' }), ['INVALID_QUANTITY_DOCUMENT']);
  assert.deepEqual(await codes({ name: 'damaged' }, { ledgerDocumentUri: 'gid://shopify/Order/1' }), ['INTERNAL_LEDGER_DOCUMENT']);
  assert.deepEqual(await codes({}, { ledgerDocumentUri: uri }), ['INVALID_AVAILABLE_DOCUMENT']);
  assert.deepEqual(await codes({}, { delta: 2_000_000_000 }), ['INVALID_QUANTITY_TOO_HIGH']);
  assert.deepEqual(await sent(), []);
  for (const [name, delta] of /** @type {[string, number][]} */ ([['damaged', 1], ['reserved', 2], ['safety_stock', 3], ['quality_control', 4], ['incoming', 50]])) {
    assert.deepEqual(await codes({ name }, { delta, ledgerDocumentUri: uri }), [], name);
  }
  assert.deepEqual(await stockOf(towel, places.warehouse), { available: 5, committed: 0, on_hand: 15, reserved: 2, damaged: 1, safety_stock: 3, quality_control: 4, incoming: 50 });
  assert.equal((await adjust({}, { delta: 0 })).inventoryAdjustmentGroup, null);
});

test('at most 250 changes at once', async (t) => {
  const { towel, places, graphql, token, key, counts } = await stocked(t);
  const adjust = (/** @type {number} */ count) => graphql(token, kAdjust, { key: key(), input: { name: 'available', reason: 'correction',
    changes: Array.from({ length: count }, () => ({ inventoryItemId: towel.item, locationId: places.warehouse, delta: 1, changeFromQuantity: null })) } });
  assert.equal((await adjust(251)).errors[0].extensions.code, 'MAX_INPUT_SIZE_EXCEEDED');
  assert.deepEqual((await adjust(250)).data.inventoryAdjustQuantities.userErrors, []);
  assert.deepEqual(await counts(towel, places.warehouse), [255, 0, 255]);
});

test('stock can be set where an item never was, or it is activated there once', async (t) => {
  const { run, key, setStock, counts, towel, places, sent } = await stocked(t);
  await setStock(towel, places.shibuya, 2);
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['inventory_levels/connect', 'inventory_levels/update']);
  assert.deepEqual(await counts(towel, places.shibuya), [2, 0, 2]);
  const activate = (/** @type {object} */ more) => run(`mutation($item: ID!, $at: ID!, $available: Int, $onHand: Int, $key: String!) {
    inventoryActivate(inventoryItemId: $item, locationId: $at, available: $available, onHand: $onHand) @idempotent(key: $key) { inventoryLevel { isActive } userErrors { field message } } }`,
  { item: towel.item, at: places.umeda, key: key(), ...more });
  const both = await activate({ available: 1, onHand: 1 });
  assert.deepEqual(both.userErrors.map((/** @type {any} */ one) => one.field), [['available'], ['onHand']]);
  assert.match((await activate({ onHand: 1_000_000_001 })).userErrors[0].message, /couldn't be stocked at 梅田店 because the quantity needs to be between/);
  assert.equal(await counts(towel, places.umeda), null);
  assert.deepEqual((await activate({ onHand: 50 })).userErrors, []);
  assert.deepEqual(await counts(towel, places.umeda), [50, 0, 50]);
  assert.match((await activate({ onHand: 5 })).userErrors[0].message, /already active at the location/);
  assert.deepEqual(await counts(towel, places.umeda), [50, 0, 50]);
});

test('a scope for each: reading stock, writing it, reading where it is', async (t) => {
  const { graphql, box, towel, places } = await stocked(t);
  for (const [scopes, query, wanted] of /** @type {[string[], string, RegExp][]} */ ([
    [['read_products'], `{ inventoryItem(id: "${towel.item}") { inventoryLevels(first: 1) { nodes { id } } } }`, /read_inventory/],
    [['read_inventory'], `{ location(id: "${places.shibuya}") { localPickupSettingsV2 { pickupTime } } }`, /read_locations/],
    [['read_inventory'], `mutation { inventoryActivate(inventoryItemId: "${towel.item}", locationId: "${places.shibuya}") @idempotent(key: "k") { userErrors { message } } }`, /write_inventory/],
    [['write_locations'], `mutation { locationLocalPickupDisable(locationId: "${places.shibuya}") { locationId } }`, /write_shipping/],
    [['read_locations'], 'mutation { locationAdd(input: {name: "店", address: {countryCode: JP}}) { userErrors { message } } }', /write_locations/],
  ])) {
    const answer = await graphql(box.tokens.createCustom(scopes, wanted.source).access_token, query);
    assert.equal(answer.errors?.[0].extensions.code, 'ACCESS_DENIED', query);
    assert.match(answer.errors[0].message, wanted);
  }
});

test('a location has an address with its prefecture, and pickup as long as it is offered', async (t) => {
  const { run, places } = await orderShop(t);
  const read = (/** @type {string} */ id) => run(`query($id: ID!) { location(id: $id) { name isActive fulfillsOnlineOrders address { city countryCode province provinceCode } localPickupSettingsV2 { pickupTime instructions } } }`, { id });
  assert.deepEqual(await read(places.shibuya), {
    name: '渋谷店', isActive: true, fulfillsOnlineOrders: true, address: { city: '渋谷区', countryCode: 'JP', province: 'Tōkyō', provinceCode: 'JP-13' },
    localPickupSettingsV2: { pickupTime: 'TWO_HOURS', instructions: 'レジまで' },
  });
  const add = (/** @type {object} */ input) => run('mutation($input: LocationAddInput!) { locationAdd(input: $input) { location { id } userErrors { field code } } }', { input });
  assert.deepEqual((await add({ name: '渋谷店', address: { countryCode: 'JP', provinceCode: 'JP-99' } })).userErrors.map((/** @type {any} */ one) => one.code), ['TAKEN', 'INVALID']);
  const made = await add({ name: '京都店', fulfillsOnlineOrders: false, address: { countryCode: 'JP', provinceCode: 'JP-26', city: '京都市' } });
  const { id } = made.location;
  const enable = (/** @type {string} */ locationId) => run(`mutation($one: DeliveryLocationLocalPickupEnableInput!) { locationLocalPickupEnable(localPickupSettings: $one) { localPickupSettings { pickupTime } userErrors { code } } }`, { one: { locationId, pickupTime: 'ONE_HOUR' } });
  assert.deepEqual(await enable(id), { localPickupSettings: { pickupTime: 'ONE_HOUR' }, userErrors: [] });
  assert.equal((await enable('gid://shopify/Location/42')).userErrors[0].code, 'ACTIVE_LOCATION_NOT_FOUND');
  await run('mutation($id: ID!, $input: LocationEditInput!) { locationEdit(id: $id, input: $input) { userErrors { code } } }', { id, input: { address: { city: '宇治市' } } });
  assert.deepEqual((await read(id)).address, { city: '宇治市', countryCode: 'JP', province: 'Kyōto', provinceCode: 'JP-26' });
  await run('mutation($id: ID!) { locationLocalPickupDisable(locationId: $id) { locationId userErrors { code } } }', { id });
  assert.deepEqual([(await read(id)).localPickupSettingsV2, (await read(id)).fulfillsOnlineOrders], [null, false]);
});

// A shop with a warehouse and two counters, stock to sell, and an app that hears of all that happens to orders.
import assert from 'node:assert/strict';
import { webhookHmac } from '../lib/signing.mjs';
import { kAllScopes, kSecret, startSandbox } from './helpers.mjs';

export const kOrderScopes = [...kAllScopes, 'write_orders', 'write_merchant_managed_fulfillment_orders', 'write_shipping'];
export const kTopics = [
  'orders/create', 'orders/paid', 'orders/updated', 'orders/cancelled', 'orders/fulfilled', 'orders/partially_fulfilled', 'refunds/create', 'fulfillments/create',
  'fulfillments/update', 'inventory_levels/connect', 'inventory_levels/update', 'fulfillment_orders/order_routing_complete', 'fulfillment_orders/moved',
  'fulfillment_orders/split', 'fulfillment_orders/placed_on_hold', 'fulfillment_orders/hold_released', 'fulfillment_holds/added', 'fulfillment_holds/released',
  'fulfillment_orders/line_items_prepared_for_pickup', 'fulfillment_orders/cancelled', 'fulfillment_orders/progress_reported',
  'fulfillment_orders/manually_reported_progress_stopped',
];

export const kSet = `mutation($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) {
  inventoryAdjustmentGroup { id reason changes { name delta quantityAfterChange location { name } } } userErrors { field message code } } }`;
export const kAdjust = `mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) { inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
  inventoryAdjustmentGroup { changes { name delta } } userErrors { field message code } } }`;
export const kFulfil = `mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { id name status displayStatus totalQuantity trackingInfo { company number url } location { name } } userErrors { field message } } }`;
export const kRefund = `mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
  refund { id totalRefundedSet { shopMoney { amount } } refundLineItems(first: 9) { nodes { quantity restockType restocked location { name } } } }
  order { displayFinancialStatus currentTotalPriceSet { shopMoney { amount } } } userErrors { field message } } }`;
export const kCancel = `mutation($orderId: ID!, $restock: Boolean!, $refund: OrderCancelRefundMethodInput, $note: String) {
  orderCancel(orderId: $orderId, reason: CUSTOMER, restock: $restock, refundMethod: $refund, staffNote: $note) { job { id done } orderCancelUserErrors { field message code } } }`;
const kProduct = `mutation($input: ProductSetInput!) { productSet(input: $input, synchronous: true) {
  product { variants(first: 1) { nodes { id inventoryItem { id } } } } userErrors { message } } }`;
const kStock = `query($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) {
  quantities(names: ["available", "committed", "on_hand", "reserved", "damaged", "safety_stock", "quality_control", "incoming"]) { name quantity } } } }`;

/** @param {import('node:test').TestContext} t */
export async function orderShop(t) {
  const sandbox = await startSandbox(t);
  await sandbox.appToken();
  const { subscriptions } = sandbox.box.config;
  for (const topic of kTopics.filter((one) => subscriptions.every((known) => known.topic !== one))) subscriptions.push({ topic, path: '/webhooks/shopify', compliance: false });
  const token = sandbox.token(kOrderScopes);
  let serial = 0;
  const key = () => `key-${serial += 1}`;
  const run = async (/** @type {string} */ query, /** @type {object} */ variables = {}, as = token) => {
    const answer = await sandbox.graphql(as, query, variables);
    assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
    return /** @type {any} */ (Object.values(answer.data)[0]);
  };
  const post = async (/** @type {string} */ path, /** @type {object} */ body) => {
    const reply = await fetch(sandbox.url(path), { method: 'POST', body: JSON.stringify(body) });
    return { status: reply.status, body: /** @type {any} */ (await reply.json()) };
  };
  const location = async (/** @type {string} */ name, /** @type {object} */ more = {}) => (await sandbox.put('/_sandbox/locations', { name, ...more })).gid;
  const pickup = { pickup_time: 'TWO_HOURS', instructions: 'レジまで' };
  const warehouse = (await sandbox.put('/_sandbox/locations', { id: [...sandbox.box.store.locations.keys()][0], name: '倉庫', address: { provinceCode: 'JP-12' } })).gid;
  const places = { warehouse, shibuya: await location('渋谷店', { pickup, address: { city: '渋谷区', provinceCode: 'JP-13' } }), umeda: await location('梅田店', { pickup, address: { provinceCode: 'JP-27' } }) };

  /** A product of one variant that is counted. @param {string} sku @param {object} more */
  const product = async (sku, more = {}) => {
    const made = await run(kProduct, { input: {
      title: `品 ${sku}`, productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], sku, barcode: `49${sku.padEnd(11, '0')}`, price: '1000', inventoryItem: { tracked: true }, ...more }],
    } });
    assert.deepEqual(made.userErrors, []);
    const [variant] = made.product.variants.nodes;
    return { sku, variant: variant.id, item: variant.inventoryItem.id };
  };
  /** What a location has of an item, by name. @param {{item: string}} of @param {string} at @returns {Promise<Record<string, number>|null>} */
  const stockOf = async (of, at) => {
    const { inventoryLevel: level } = await run(kStock, { item: of.item, location: at });
    return level && Object.fromEntries(level.quantities.map((/** @type {any} */ one) => [one.name, one.quantity]));
  };
  /** The three numbers that an order moves. @param {{item: string}} of @param {string} at */
  const counts = async (of, at) => {
    const level = await stockOf(of, at);
    return level && [level.available, level.committed, level.on_hand];
  };
  const setStock = async (/** @type {{item: string}} */ of, /** @type {string} */ at, /** @type {number} */ quantity, name = 'available') => {
    const made = await run(kSet, { key: key(), input: { name, reason: 'correction', quantities: [{ inventoryItemId: of.item, locationId: at, quantity, changeFromQuantity: null }] } });
    assert.deepEqual(made.userErrors, []);
  };
  /** Topics and bodies since the last time, each signed by the app's secret. */
  const sent = async () => {
    await sandbox.box.webhooks.idle();
    return sandbox.seen.splice(0).filter((one) => one.headers['x-shopify-topic']).map((one) => {
      assert.equal(one.headers['x-shopify-hmac-sha256'], webhookHmac(one.body, kSecret));
      return { topic: one.headers['x-shopify-topic'], body: JSON.parse(one.body) };
    });
  };
  /** An order that the checkout lets through. @param {object} request */
  const place = async (request) => {
    const { status, body } = await post('/_sandbox/orders', request);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const orderOf = (/** @type {any} */ placed) => run(`query($id: ID!) { order(id: $id) { name closed cancelledAt displayFinancialStatus displayFulfillmentStatus
    currentTotalPriceSet { shopMoney { amount } } totalReceivedSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
    lineItems(first: 20) { nodes { id sku quantity currentQuantity fulfillableQuantity unfulfilledQuantity } }
    fulfillmentOrders(first: 20) { nodes { id status supportedActions { action } assignedLocation { location { id } } fulfillmentHolds { handle }
      lineItems(first: 20) { nodes { id totalQuantity remainingQuantity sku } } } } } }`, { id: placed.gid });
  return { ...sandbox, token, run, post, key, places, location, product, stockOf, counts, setStock, sent, place, orderOf };
}

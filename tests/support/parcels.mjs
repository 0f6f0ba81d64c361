// A merchant whose shops send online orders: the places in Shopify that the shops are, stock on their shelves in both worlds, and
// orders as shoppers place them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { until } from './processes.mjs';
import { shopifyAdmin } from './seed.mjs';
import { send } from './stack.mjs';

const kOpen = { opens: '00:00', closes: '24:00', closed: [] };
const kTokyo = { lastName: '佐藤', firstName: '陽葵', address1: '道玄坂2-1', address2: '渋谷ビル 301', city: '渋谷区', zip: '150-0043', provinceCode: 'JP-13', phone: '+81312345678' };
const kSet = `mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }`;
const kTrack = 'mutation($id: ID!) { inventoryItemUpdate(id: $id, input: { tracked: true }) { userErrors { message } } }';
const kCancel = `mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: { originalPaymentMethodsRefund: true }) {
  orderCancelUserErrors { message } } }`;
const kMove = `mutation($id: ID!, $to: ID!) { fulfillmentOrderMove(id: $id, newLocationId: $to) { userErrors { message } } }`;
const kHold = 'mutation($id: ID!) { fulfillmentOrderHold(id: $id, fulfillmentHold: { reason: OTHER }) { fulfillmentHold { id } userErrors { message } } }';
const kRelease = 'mutation($id: ID!) { fulfillmentOrderReleaseHold(id: $id) { userErrors { message } } }';
const kSend = 'mutation($id: ID!) { fulfillmentCreate(fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $id }] }) { fulfillment { id } userErrors { message } } }';
const kCancelParcel = 'mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status } userErrors { message } } }';
const kRefund = `mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { message } } }`;
const kSent = `query($id: ID!) { order(id: $id) { fulfillments(first: 9) { id location { id } trackingInfo { company number url } totalQuantity } } }`;

export class Parcels {
  constructor(stack, data, counter) { Object.assign(this, { stack, data, counter, places: {} }); }

  get control() { return this.stack.shopify.control; }

  /** A place for each shop, with so many of every product in both worlds. @param {{each?: number, shipping?: object}} options */
  async open({ each = 50, shipping = {} } = {}) {
    const scopes = ['read_inventory', 'write_inventory', 'read_locations', 'read_orders', 'write_orders', 'read_products', 'write_merchant_managed_fulfillment_orders'];
    ({ admin: this.admin } = await shopifyAdmin(this.stack, scopes));
    const [online] = await send('GET', `${this.control}/locations`);
    this.online = online;
    for (const { storeId, storeName } of this.data.stores) {
      this.places[storeId] = await send('PUT', `${this.control}/locations`, { name: storeName, fulfills_online_orders: false });
    }
    await this.stockShopify(1_000);
    for (const store of this.data.stores) {
      for (const product of this.data.products) await this.counter.shelf(product, each, String(store.storeId));
    }
    await this.settings(shipping);
    const { shops } = { shops: this.data.stores };
    for (const product of this.data.products) await until(`stock of ${product.code}`, () => this.knows(product, each, shops.length), 30_000, 200);
  }

  /** Whether the server has read so many of it in as many shops. */
  async knows(product, each, shops) {
    const path = this.counter.path('', '/stock.json', { barcode: product.code, all: '1' });
    const { products: [found] } = await send('GET', this.stack.server + path);
    return found.shops.filter(({ on_hand: count }) => count === each).length >= shops;
  }

  /** Everything everywhere: a place takes only what it stocks. */
  async stockShopify(quantity) {
    const levels = await send('GET', `${this.control}/stock`);
    const items = [...new Set(levels.map(({ item }) => item))];
    for (const item of items) await this.admin(kTrack, { id: `gid://shopify/InventoryItem/${item}` });
    const quantities = items.flatMap((item) => [this.online, ...Object.values(this.places)].map(({ gid }) => (
      { inventoryItemId: `gid://shopify/InventoryItem/${item}`, locationId: gid, quantity, changeFromQuantity: null })));
    for (let at = 0; at < quantities.length; at += 100) {
      const input = { name: 'available', reason: 'correction', quantities: quantities.slice(at, at + 100) };
      const { inventorySetQuantities: { userErrors } } = await this.admin(kSet, { input, key: randomUUID() });
      assert.deepEqual(userErrors, []);
    }
  }

  async settings(shipping) {
    const { settings } = await this.data.merchant('GET', '/status');
    const locations = Object.entries(this.places).map(([store_id, { id }]) => ({ store_id, location: String(id) }));
    await this.data.merchant('PUT', '/inventory', { locations });
    await this.data.merchant('PUT', '/settings', { ...settings, safety_stock: 0,
      pickup: { ...settings.pickup, hours: kOpen },
      shipping: { ...settings.shipping, on: true, location: String(this.online.id), ...shipping } });
  }

  order(lines, more = {}) { return send('POST', `${this.control}/orders`, { lines, shipping: { address: kTokyo }, ...more }); }
  async orderNow({ id }) { return (await send('GET', `${this.control}/orders`)).find((one) => one.id === id); }
  async sent({ gid }) { return (await this.admin(kSent, { id: gid })).order.fulfillments; }
  cancel({ gid }) { return this.admin(kCancel, { id: gid }); }
  moveByHand(work, { gid }) { return this.admin(kMove, { id: work, to: gid }); }
  hold(work) { return this.admin(kHold, { id: work }); }
  release(work) { return this.admin(kRelease, { id: work }); }

  async sendByHand(work) {
    const { fulfillmentCreate: { fulfillment } } = await this.admin(kSend, { id: work });
    return fulfillment.id;
  }
  cancelParcel(id) { return this.admin(kCancelParcel, { id }); }
  /** Pieces of the order's first line: 'CANCEL' were not sent, 'RETURN' came back to the shop. @returns {Promise<string>} the refund's id */
  async refund(order, { quantity, restockType, store }) {
    const { lines: [{ gid }] } = await this.orderNow(order);
    const refundLineItems = [{ lineItemId: gid, quantity, restockType, locationId: this.places[store].gid }];
    const { refundCreate: { refund, userErrors } } = await this.admin(kRefund, { key: randomUUID(), input: { orderId: order.gid, refundLineItems } });
    assert.deepEqual(userErrors, []);
    return refund.id;
  }
  /** What Smaregi counts of a product in a shop, and what Shopify has on hand there. */
  async counted(product, store) {
    const rows = await this.data.pos('GET', `/stock?product_id=${product.product_id}&store_id=${store}`);
    return Number(rows[0]?.stockAmount ?? 0);
  }
  async onHand(product, store) {
    const levels = await send('GET', `${this.control}/stock`);
    return levels.find(({ sku, location }) => sku === product.sku && location === this.places[store].id)?.on_hand;
  }

  /** The calls that our server made of an operation of the Admin API. */
  async calls(operation) {
    const log = await this.stack.requestsOf(this.stack.shopify);
    return log.filter((one) => one.kind === 'admin-graphql' && one.operation === operation);
  }

  /** What the staff member sees of an order's parcels. */
  async seen(clerk, order) {
    const { shipments } = await (await clerk.ask('GET', '/work')).json();
    return shipments.filter((one) => one.order === order.name);
  }
  /** Once it is there, the first that `holds`. */
  waitFor(clerk, order, holds = () => true, what = 'the parcel') {
    return until(`${what} of ${order.name}`, async () => (await this.seen(clerk, order)).find(holds), 30_000, 100);
  }
}

/** {status, shipment or error} of a deed; `more`: a reason, a parcel, a shop, or the deed's id. */
export async function handle(clerk, shipment, action, more = {}) {
  const reply = await clerk.ask('POST', '/shipment/act', { id: shipment.id, deed: randomUUID(), action, ...more });
  return { status: reply.status, ...(await reply.json()) };
}

/** From the yes to the carrier. */
export async function sendOff(clerk, shipment, number) {
  for (const action of ['accept', 'pick', 'pack']) assert.equal((await handle(clerk, shipment, action)).status, 200, action);
  const sent = await handle(clerk, shipment, 'ship', { carrier: 'yamato', number });
  assert.equal(sent.status, 200, JSON.stringify(sent));
  return sent.shipment;
}

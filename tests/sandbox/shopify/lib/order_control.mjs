// /_sandbox/orders, locations, stock and facts: what shoppers and the merchant's people do, and what nobody has confirmed.
import { payOrder, placeOrder } from './checkout.mjs';
import { HttpError } from './http.mjs';
import { gid, parseGid } from './ids.mjs';
import { kQuantityNames, quantityOf } from './inventory.mjs';
import { financialStatus, fulfillmentStatus, moneyOf, nameOfOrder } from './orders.mjs';
import { provinceOfJapan } from './regions.mjs';

const kPickupTimes = ['ONE_HOUR', 'TWO_HOURS', 'FOUR_HOURS', 'TWENTY_FOUR_HOURS', 'TWO_TO_FOUR_DAYS', 'FIVE_OR_MORE_DAYS'];
const kLocationFields = ['id', 'name', 'active', 'fulfills_online_orders', 'pickup', 'address'];

/** @typedef {import('./sandbox.mjs').Sandbox} Sandbox */

/** @param {unknown} value a number or a global id */
const numberOf = (value) => parseGid(value)?.id ?? Number(value);

/** @param {Sandbox} box */
export function orderRoutes(box) {
  return {
    'GET /_sandbox/orders': () => [...box.store.orders.values()].map(orderSummary),
    'POST /_sandbox/orders': (/** @type {unknown} */ _, /** @type {any} */ body) => orderSummary(placeOrder(box, body)),
    'POST /_sandbox/orders/pay': (/** @type {unknown} */ _, /** @type {any} */ body) => pay(box, body),
    'GET /_sandbox/locations': () => [...box.store.locations.values()].map(locationSummary),
    'PUT /_sandbox/locations': (/** @type {unknown} */ _, /** @type {any} */ body) => putLocation(box, body),
    'GET /_sandbox/stock': () => stock(box),
    'GET /_sandbox/facts': () => box.facts.values,
    'PUT /_sandbox/facts': (/** @type {unknown} */ _, /** @type {any} */ body) => box.facts.set(body),
  };
}

/** @param {Sandbox} box @param {any} body */
function pay(box, body) {
  const order = box.store.orders.get(numberOf(body.order));
  if (!order) throw new HttpError(404, `no order ${body.order}`);
  if (financialStatus(order) !== 'PENDING') throw new HttpError(409, `${nameOfOrder(order)} is not to be paid`);
  payOrder(box, order);
  return orderSummary(order);
}

/** @param {import('./orders.mjs').Order} order */
const orderSummary = (order) => ({
  id: order.id, gid: gid('Order', order.id), name: nameOfOrder(order), customer: order.customerId, financial_status: financialStatus(order),
  fulfillment_status: fulfillmentStatus(order), total: moneyOf(order).total, cancelled: order.cancelledAt !== null, closed: order.closedAt !== null,
  lines: order.lines.map((line) => ({ gid: gid('LineItem', line.id), variant: line.variantId, sku: line.sku, quantity: line.quantity })),
  fulfillment_orders: order.fulfillmentOrders.map((one) => ({
    gid: gid('FulfillmentOrder', one.id), status: one.status, location: one.locationId,
    lines: one.lines.map((line) => ({ gid: gid('FulfillmentOrderLineItem', line.id), line_item: gid('LineItem', line.lineId), total: line.total, remaining: line.remaining })),
  })),
});

/** @param {import('./store.mjs').Location} row */
const locationSummary = (row) => ({
  id: row.id, gid: gid('Location', row.id), name: row.name, active: row.isActive, fulfills_online_orders: row.fulfillsOnlineOrders, pickup: row.localPickup, address: row.address,
});

/** Adds one, or changes the one with the id. @param {Sandbox} box @param {any} body */
function putLocation({ store }, body) {
  const unknown = Object.keys(body).find((key) => !kLocationFields.includes(key));
  if (unknown) throw new HttpError(400, `unknown field "${unknown}" of a location`);
  if (body.pickup && !kPickupTimes.includes(body.pickup.pickup_time)) throw new HttpError(400, `pickup_time is one of ${kPickupTimes.join(', ')}`);
  const province = body.address?.provinceCode === undefined ? undefined : provinceOfJapan(body.address.provinceCode);
  if (body.address?.provinceCode && !province) throw new HttpError(400, `no province ${body.address.provinceCode}`);
  if (body.id === undefined && !body.name) throw new HttpError(400, 'a location has a name');
  const row = store.locations.get(body.id === undefined ? store.addLocation(body.name) : numberOf(body.id));
  if (!row) throw new HttpError(404, `no location ${body.id}`);
  if (body.name) row.name = body.name;
  if (body.active !== undefined) row.isActive = Boolean(body.active);
  if (body.fulfills_online_orders !== undefined) row.fulfillsOnlineOrders = Boolean(body.fulfills_online_orders);
  if (body.pickup !== undefined) row.localPickup = body.pickup && { pickupTime: body.pickup.pickup_time, instructions: body.pickup.instructions ?? '' };
  if (body.address) row.address = { ...row.address, ...body.address, ...(province ? { province: province.name, provinceCode: province.code } : {}) };
  row.updatedAt = new Date().toISOString();
  return locationSummary(row);
}

/** Every level with all its quantities. @param {Sandbox} box */
function stock({ store }) {
  return [...store.inventoryItems.values()].flatMap((item) => store.inventory.levelsOf(item.id).map((level) => ({
    sku: store.variants.get(item.variantId)?.sku, item: item.id, location: level.locationId,
    ...Object.fromEntries(kQuantityNames.map((name) => [name, quantityOf(level, name)])),
  })));
}

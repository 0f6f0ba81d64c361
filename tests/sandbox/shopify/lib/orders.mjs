// Orders and what is to be done for them: the rows, and what follows from them (README.md, sources: orders).

/**
 * @typedef {{id: number, variantId: number, productId: number, itemId: number, title: string, variantTitle: string|null, sku: string,
 *   barcode: string|null, vendor: string, quantity: number, price: number, taxable: boolean}} Line prices are whole yen
 * @typedef {{id: number, kind: string, status: string, gateway: string, amount: number, parentId: number|null, createdAt: string}} Transaction
 * @typedef {{id: number, lineId: number, quantity: number, restockType: string, locationId: number|null}} RefundLine
 * @typedef {{id: number, note: string|null, lines: RefundLine[], shipping: number, transactions: Transaction[], createdAt: string}} Refund
 * @typedef {{id: number, lineId: number, itemId: number, total: number, remaining: number, committedAt: number|null}} FulfillmentOrderLine
 *   committedAt: the location whose stock is promised to what remains; null when the item is not tracked
 * @typedef {{id: number, appId: number, handle: string|null, externalId: string|null, reason: string, reasonNotes: string|null}} Hold
 * @typedef {{id: number, orderId: number, locationId: number, status: string, lines: FulfillmentOrderLine[], holds: Hold[],
 *   reported: boolean, prepared: boolean, deliveryId: number, createdAt: string, updatedAt: string}} FulfillmentOrder
 *   reported: somebody said that it is being worked on; prepared: it waits for whoever picks it up
 * @typedef {{company: string|null, number: string|null, url: string|null}} Tracking
 * @typedef {{id: number, orderId: number, locationId: number, name: string, status: string, tracking: Tracking[], createdAt: string,
 *   updatedAt: string, lines: {id: number, lineId: number, fulfillmentOrderId: number, quantity: number}[]}} Fulfillment
 * @typedef {{id: number, number: number, customerId: number|null, email: string|null, phone: string|null, note: string|null, tags: string[],
 *   attributes: {key: string, value: string}[], delivery: 'SHIPPING'|'PICK_UP', deliveryName: string, shippingPrice: number,
 *   shippingAddress: import('./addresses.mjs').Address|null, lines: Line[], transactions: Transaction[], refunds: Refund[],
 *   fulfillmentOrders: FulfillmentOrder[], fulfillments: Fulfillment[], createdAt: string, updatedAt: string, closedAt: string|null,
 *   cancelledAt: string|null, cancelReason: string|null, staffNote: string|null}} Order
 */

export const kMaxOrders = 20_000;
export const kMaxOrderLines = 500;
export const kMaxHolds = 10;

/** @param {{number: number}} order */
export const nameOfOrder = (order) => `#${order.number}`;

/** @template T @param {T[]} rows @param {(row: T) => number} value */
const sum = (rows, value) => rows.reduce((total, row) => total + value(row), 0);

/** @param {FulfillmentOrder} row */
export const isOver = (row) => row.status === 'CLOSED' || row.status === 'CANCELLED';

/** @param {FulfillmentOrder} row */
export const remainingOf = (row) => sum(row.lines, (line) => line.remaining);

/** @param {Order} order */
const refundLines = (order) => order.refunds.flatMap((one) => one.lines);

/** Units of a line, by what became of them. @param {Order} order @param {Line} line */
export function unitsOf(order, line) {
  const refunded = refundLines(order).filter((one) => one.lineId === line.id);
  const fulfilled = sum(order.fulfillments.filter((one) => one.status === 'SUCCESS').flatMap((one) => one.lines).filter((one) => one.lineId === line.id), (one) => one.quantity);
  const removed = sum(refunded.filter((one) => one.restockType === 'CANCEL'), (one) => one.quantity);
  // What is on hold cannot be fulfilled now (README.md, sources: orders).
  const fulfillable = sum(order.fulfillmentOrders.filter((one) => one.status !== 'ON_HOLD').flatMap((one) => one.lines).filter((one) => one.lineId === line.id), (one) => one.remaining);
  const back = sum(refunded, (one) => one.quantity);
  return { fulfilled, removed, fulfillable, refunded: back, current: line.quantity - back, unfulfilled: line.quantity - fulfilled - removed };
}

/** @param {Order} order */
export function moneyOf(order) {
  const subtotal = sum(order.lines, (line) => line.price * line.quantity);
  const priceOf = (/** @type {number} */ id) => order.lines.find((line) => line.id === id)?.price ?? 0;
  const lines = sum(refundLines(order), (one) => priceOf(one.lineId) * one.quantity);
  const shipping = sum(order.refunds, (one) => one.shipping);
  const amountOf = (/** @type {string} */ kind) => sum(order.transactions.filter((one) => one.kind === kind && one.status === 'SUCCESS'), (one) => one.amount);
  const received = amountOf('SALE');
  const refunded = amountOf('REFUND');
  const total = subtotal + order.shippingPrice;
  // A cancelled order that nobody paid is worth nothing any more (README.md, sources: orders).
  const current = order.cancelledAt && received === 0 ? 0 : total - lines - shipping;
  return { subtotal, total, received, refunded, net: received - refunded, current, currentSubtotal: order.cancelledAt && received === 0 ? 0 : subtotal - lines,
    refundedShipping: shipping, outstanding: Math.max(0, current - (received - refunded)) };
}

/** @param {Order} order */
export function financialStatus(order) {
  const { received, refunded, total } = moneyOf(order);
  if (refunded > 0) return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  if (received > 0 || total === 0) return received >= total ? 'PAID' : 'PARTIALLY_PAID';
  return order.cancelledAt ? 'VOIDED' : 'PENDING';
}

/** @param {Order} order */
export function fulfillmentStatus(order) {
  const units = order.lines.map((line) => unitsOf(order, line));
  const fulfilled = sum(units, (one) => one.fulfilled);
  if (fulfilled > 0) return units.every((one) => one.unfulfilled <= 0) ? 'FULFILLED' : 'PARTIALLY_FULFILLED';
  const open = order.fulfillmentOrders.filter((one) => !isOver(one));
  for (const status of ['ON_HOLD', 'IN_PROGRESS']) if (open.length > 0 && open.every((one) => one.status === status)) return status;
  return 'UNFULFILLED';
}

/** Closed once there is nothing left to do, with goods or with money. @param {Order} order @param {string} now */
export function settle(order, now) {
  order.updatedAt = now;
  const money = financialStatus(order);
  const done = order.cancelledAt ? money !== 'PAID' : fulfillmentStatus(order) === 'FULFILLED' && !['PENDING', 'PARTIALLY_PAID'].includes(money);
  if (done) order.closedAt ??= now;
}

/**
 * What can be done with it, in the platform's order. One unit cannot be split, and only those of one order and place are merged.
 * @param {FulfillmentOrder} row
 * @param {Order} order
 * @param {number} appId whose holds count
 */
export function actionsOf(row, order, appId) {
  if (isOver(row)) return [];
  if (row.status === 'ON_HOLD') return ['RELEASE_HOLD', ...(row.holds.filter((one) => one.appId === appId).length < kMaxHolds ? ['HOLD'] : []), 'MOVE'];
  if (row.reported) return ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'HOLD', 'MARK_AS_OPEN'];
  if (row.prepared) return ['CREATE_FULFILLMENT', 'HOLD'];
  const twins = order.fulfillmentOrders.some((one) => one !== row && one.status === 'OPEN' && one.locationId === row.locationId);
  const report = order.delivery === 'PICK_UP' ? [] : ['REPORT_PROGRESS'];
  return ['CREATE_FULFILLMENT', ...report, 'MOVE', 'HOLD', ...(remainingOf(row) > 1 ? ['SPLIT'] : []), ...(twins && row.status === 'OPEN' ? ['MERGE'] : [])];
}

// Refunds: money back, and what that does to goods that were or were not sent (README.md, sources: refunds).
import { gid } from '../../lib/ids.mjs';
import { moneyOf, settle, unitsOf } from '../../lib/orders.mjs';
import { apiError, notImplemented, userError } from '../errors.mjs';
import { findLocation } from './locations.mjs';
import { findOrder, idOrThrow, remainingOfLine } from './orders.mjs';
import { orderView, refundView } from './order_views.mjs';
import { demandScope } from './scopes.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').Order} Order */
/** @typedef {{lineId: number, quantity: number, restockType: string, locationId: number|null}} Wanted */

const kMaxNote = 5000;

/** Whole yen of a decimal. @param {string|number|null|undefined} amount */
const yenOf = (amount) => Math.round(Number(amount ?? 0));

/** @param {Order} order @param {any[]} inputs @param {Context} ctx */
function readLines(order, inputs, ctx) {
  const errors = [];
  /** @type {Wanted[]} */
  const lines = [];
  /** What earlier lines of this refund took of an order's line, by how. @type {Map<string, number>} */
  const taken = new Map();
  const add = (/** @type {string} */ key, /** @type {number} */ quantity) => taken.set(key, (taken.get(key) ?? 0) + quantity).get(key) ?? 0;
  inputs.forEach((input, at) => {
    const refuse = (/** @type {string} */ field, /** @type {string} */ message) => errors.push(userError(['refundLineItems', String(at), field], message));
    const id = idOrThrow(input.lineItemId, 'LineItem');
    const line = order.lines.find((one) => one.id === id);
    const restockType = input.restockType ?? 'NO_RESTOCK';
    if (restockType === 'LEGACY_RESTOCK') throw apiError('LEGACY_RESTOCK is not accepted when creating new refunds', 'BAD_REQUEST');
    if (!line) return refuse('lineItemId', 'Line item does not exist');
    if (input.quantity < 1) return refuse('quantity', 'Quantity must be greater than 0');
    const units = unitsOf(order, line);
    if (add(`${id}`, input.quantity) > units.current) return refuse('quantity', 'Quantity cannot refund more items than were purchased');
    const location = input.locationId ? findLocation(input.locationId, ctx) : undefined;
    if (restockType !== 'NO_RESTOCK' && !location) return refuse('locationId', 'Location is required to restock');
    if (restockType === 'CANCEL' && add(`${id} cancel`, input.quantity) > remainingOfLine(order, id)) return refuse('quantity', 'Refund line items cannot remove more than the fulfillable quantity');
    const returned = order.refunds.flatMap((one) => one.lines).filter((one) => one.lineId === id && one.restockType === 'RETURN').reduce((sum, one) => sum + one.quantity, 0);
    if (restockType === 'RETURN' && add(`${id} return`, input.quantity) > units.fulfilled - returned) return refuse('quantity', 'Refund line items cannot return more than the fulfilled quantity');
    lines.push({ lineId: id, quantity: input.quantity, restockType, locationId: restockType === 'NO_RESTOCK' ? null : location?.id ?? null });
  });
  return { lines, errors };
}

/** @param {Order} order @param {any[]} inputs */
function readTransactions(order, inputs) {
  const errors = [];
  const amounts = inputs.map((input) => {
    const parent = order.transactions.find((one) => one.id === Number(String(input.parentId ?? '').split('/').pop()));
    if (input.kind !== 'REFUND') errors.push(userError(null, `Kind ${input.kind.toLowerCase()} is not a valid transaction`));
    else if (!parent) errors.push(userError(['transactions'], 'Transactions require a parent_id associated with the order'));
    return { amount: yenOf(input.amount), gateway: parent?.gateway ?? input.gateway, parentId: parent?.id ?? null };
  });
  return { amounts, errors };
}

/**
 * Writes a refund into the order and puts on the shelves what it restocks.
 * @param {Order} order
 * @param {{lines: Wanted[], shipping: number, note: string|null, amounts: {amount: number, gateway: string, parentId: number|null}[]}} wanted
 * @param {Context} ctx
 */
export function bookRefund(order, { lines, shipping, note, amounts }, ctx) {
  const { ids } = ctx.store;
  const now = new Date().toISOString();
  const transactions = amounts.map((one) => ({ id: ids.next('OrderTransaction'), kind: 'REFUND', status: 'SUCCESS', createdAt: now, ...one }));
  /** @type {import('../../lib/orders.mjs').Refund} */
  const refund = { id: ids.next('Refund'), note, shipping, transactions, createdAt: now, lines: lines.map((one) => ({ id: ids.next('RefundLineItem'), ...one })) };
  order.refunds.push(refund);
  order.transactions.push(...transactions);
  for (const { lineId, quantity, restockType, locationId } of lines) {
    if (locationId === null) continue;
    if (restockType === 'CANCEL') ctx.box.fulfilment.remove(order, lineId, quantity, locationId);
    else if (restockType === 'RETURN') putBack(order, lineId, quantity, locationId, ctx);
  }
  settle(order, now);
  ctx.box.orderEvents.refunded(order, refund);
  return refund;
}

/** Goods that came back are for sale again. @param {Order} order @param {number} lineId @param {number} quantity @param {number} locationId @param {Context} ctx */
function putBack(order, lineId, quantity, locationId, ctx) {
  const item = ctx.store.inventoryItems.get(order.lines.find((one) => one.id === lineId)?.itemId ?? 0);
  if (item?.tracked) ctx.store.inventory.book(item.id, locationId, { available: quantity });
}

export const refundQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  refund({ id }, ctx) {
    const wanted = idOrThrow(id, 'Refund');
    const order = [...ctx.store.orders.values()].find((one) => one.refunds.some((refund) => refund.id === wanted));
    const seen = order && findOrder(gid('Order', order.id), ctx);
    return seen ? refundView(seen, /** @type {any} */ (seen.refunds.find((refund) => refund.id === wanted))) : null;
  },
};

export const refundMutations = {
  /** @param {{input: any}} args @param {Context} ctx */
  refundCreate({ input }, ctx) {
    demandScope('refundCreate', 'write_orders', ctx);
    const order = findOrder(input.orderId, ctx);
    if (!order) return { order: null, refund: null, userErrors: [userError(['orderId'], 'Order does not exist')] };
    if (input.refundMethods?.length || input.refundDuties?.length) throw notImplemented('refunds to store credit and of duties');
    const read = readLines(order, input.refundLineItems ?? [], ctx);
    const money = readTransactions(order, input.transactions ?? []);
    const errors = [...read.errors, ...money.errors];
    if ((input.note ?? '').length > kMaxNote) errors.push(userError(['note'], `Note is too long (maximum is ${kMaxNote} characters)`));
    const { net, refundedShipping } = moneyOf(order);
    const freight = order.shippingPrice - refundedShipping;
    const shipping = input.shipping?.fullRefund ? freight : yenOf(input.shipping?.amount);
    if (shipping > freight) errors.push(userError(['shipping'], 'Shipping refund cannot be more than the shipping price'));
    const amount = money.amounts.reduce((sum, one) => sum + one.amount, 0);
    if (amount > net && !input.allowOverRefunding) errors.push(userError(null, `Refund amount ${amount} is greater than net payment received ${net}`));
    if (errors.length === 0 && read.lines.length === 0 && shipping === 0 && amount === 0) errors.push(userError(null, 'Refund must have something to refund'));
    if (errors.length > 0) return { order: orderView(order, ctx), refund: null, userErrors: errors };
    const refund = bookRefund(order, { lines: read.lines, shipping, note: input.note ?? null, amounts: money.amounts }, ctx);
    return { order: orderView(order, ctx), refund: refundView(order, refund), userErrors: [] };
  },
};

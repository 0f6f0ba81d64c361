// Orders: reading them, cancelling, marking as paid. They come from a checkout: POST /_sandbox/orders.
import { randomUUID } from 'node:crypto';
import { payOrder } from '../../lib/checkout.mjs';
import { parseGid } from '../../lib/ids.mjs';
import { financialStatus, fulfillmentStatus, isOver, moneyOf, nameOfOrder, settle } from '../../lib/orders.mjs';
import { connection, search, wholeSeconds } from '../connection.mjs';
import { apiError, notImplemented, userError } from '../errors.mjs';
import { hasScope } from '../schema.mjs';
import { orderView } from './order_views.mjs';
import { bookRefund } from './refunds.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').Order} Order */

const kMaxStaffNote = 255;
const kMaxJobs = 10_000;
const kVisibleDays = 60;

/** Older ones take a scope of their own (README.md, sources: scopes). @param {Order} order @param {Context} ctx */
function isVisible(order, { grant }) {
  return hasScope(grant.scopes, 'read_all_orders') || Date.now() - Date.parse(order.createdAt) <= kVisibleDays * 86_400_000;
}

/** @param {string} id @param {Context} ctx @returns {Order|undefined} */
export function findOrder(id, ctx) {
  const parsed = parseGid(id);
  const found = parsed?.type === 'Order' ? ctx.store.orders.get(parsed.id) : undefined;
  return found && isVisible(found, ctx) ? found : undefined;
}

/** What orders may be sorted by; the schema has more. @type {Record<string, (order: Order) => string>} */
const kSortKeys = {
  PROCESSED_AT: (one) => wholeSeconds(one.createdAt), CREATED_AT: (one) => wholeSeconds(one.createdAt), UPDATED_AT: (one) => wholeSeconds(one.updatedAt), ID: () => '',
};

/** @param {string|null|undefined} query @param {Context} ctx */
function searched(query, ctx) {
  const status = (/** @type {Order} */ one) => (one.cancelledAt ? 'cancelled' : one.closedAt ? 'closed' : 'open');
  /** @type {Record<string, string>} */
  const words = { UNFULFILLED: 'unfulfilled', FULFILLED: 'fulfilled', PARTIALLY_FULFILLED: 'partial', ON_HOLD: 'on_hold' };
  return search([...ctx.store.orders.values()].filter((one) => isVisible(one, ctx)), query, {
    default: (one) => [nameOfOrder(one), one.email ?? '', ...one.tags], id: (one) => String(one.id), name: (one) => [nameOfOrder(one), String(one.number)],
    email: (one) => one.email, tag: (one) => one.tags, customer_id: (one) => String(one.customerId ?? ''), status: (one) => [status(one), 'any'],
    financial_status: (one) => financialStatus(one).toLowerCase(), fulfillment_status: (one) => words[fulfillmentStatus(one)] ?? '', sku: (one) => one.lines.map((line) => line.sku),
    delivery_method: (one) => one.delivery.toLowerCase().replace('_', '-'),
  }, { created_at: (one) => one.createdAt, processed_at: (one) => one.createdAt, updated_at: (one) => one.updatedAt });
}

export const orderQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  order({ id }, ctx) {
    const found = findOrder(id, ctx);
    return found ? orderView(found, ctx) : null;
  },
  /** @param {any} args @param {Context} ctx */
  orders(args, ctx) {
    const keyOf = kSortKeys[args.sortKey];
    if (!keyOf) throw notImplemented(`orders by ${args.sortKey}`);
    const found = searched(args.query, ctx).sort((a, b) => keyOf(a) === keyOf(b) ? a.id - b.id : keyOf(a) < keyOf(b) ? -1 : 1);
    const keyOfView = (/** @type {any} */ view) => keyOf(/** @type {Order} */ (ctx.store.orders.get(Number(view.legacyResourceId))));
    return connection(found.map((one) => orderView(one, ctx)), args, args.sortKey === 'ID' ? null : keyOfView);
  },
  /** @param {any} args @param {Context} ctx */
  ordersCount: ({ query, limit }, ctx) => {
    const { length } = searched(query, ctx);
    return { count: limit ? Math.min(length, limit) : length, precision: limit && length > limit ? 'AT_LEAST' : 'EXACT' };
  },
};

export const orderMutations = {
  /** Done when it answers; only its job is reported as still to do. @param {any} args @param {Context} ctx */
  orderCancel({ orderId, reason, restock, refund, refundMethod, staffNote }, ctx) {
    const order = findOrder(orderId, ctx);
    const refuse = (/** @type {string} */ field, /** @type {string} */ message, code = 'INVALID') => {
      const error = userError([field], message, code);
      return { job: null, jobResult: null, orderCancelUserErrors: [error], userErrors: [error] };
    };
    if (!order) return refuse('orderId', 'Order does not exist', 'NOT_FOUND');
    if ((staffNote ?? '').length > kMaxStaffNote) return refuse('staffNote', `Staff note is too long. Maximum length is ${kMaxStaffNote} characters.`);
    if (typeof refund === 'boolean' && refundMethod) return refuse('refund', 'Only one of the arguments `refund` or `refund_method` is allowed.');
    if (refundMethod?.storeCreditRefund) throw notImplemented('refunds to store credit');
    if (order.cancelledAt) return refuse('orderId', 'Cannot cancel an order that has already been canceled');
    if (order.fulfillments.some((one) => one.status === 'SUCCESS')) return refuse('orderId', 'Cannot cancel an order that has fulfilled line items');
    const { net } = moneyOf(order);
    const shut = order.fulfillmentOrders.flatMap((one) => one.lines).some((line) => line.committedAt !== null && !ctx.store.locations.get(line.committedAt)?.isActive);
    if (restock && net > 0 && shut) return refuse('restock', 'Inventory cannot be restocked at a deactivated location');
    const now = new Date().toISOString();
    const refunds = net > 0 && Boolean(refund || refundMethod?.originalPaymentMethodsRefund);
    const left = order.lines.map((line) => ({ line, quantity: remainingOfLine(order, line.id) })).filter((one) => one.quantity > 0);
    Object.assign(order, { cancelledAt: now, cancelReason: reason, staffNote: staffNote ?? null });
    ctx.box.fulfilment.callOff(order, { restock, refunded: refunds });
    if (refunds) {
      const lines = left.map(({ line, quantity }) => ({ lineId: line.id, quantity, restockType: restock ? 'CANCEL' : 'NO_RESTOCK', locationId: null }));
      bookRefund(order, { lines, shipping: order.shippingPrice - moneyOf(order).refundedShipping, note: null, amounts: [{ amount: net, gateway: order.transactions[0].gateway, parentId: order.transactions[0].id }] }, ctx);
    }
    settle(order, now);
    ctx.box.orderEvents.cancelled(order);
    const id = `gid://shopify/Job/${randomUUID()}`;
    ctx.store.jobs.add(id);
    if (ctx.store.jobs.size > kMaxJobs) ctx.store.jobs.delete([...ctx.store.jobs][0]);
    return { job: { __typename: 'Job', id, done: false }, orderCancelUserErrors: [], userErrors: [] };
  },
  /** @param {{input: {id: string}}} args @param {Context} ctx */
  orderMarkAsPaid({ input }, ctx) {
    const order = findOrder(input.id, ctx);
    if (!order) return { order: null, userErrors: [userError(['id'], 'Order does not exist')] };
    if (financialStatus(order) !== 'PENDING') return { order: orderView(order, ctx), userErrors: [userError(['id'], 'Order cannot be marked as paid.')] };
    payOrder(ctx.box, order);
    return { order: orderView(order, ctx), userErrors: [] };
  },
};

/** @param {Order} order @param {number} lineId */
export function remainingOfLine(order, lineId) {
  return order.fulfillmentOrders.filter((one) => !isOver(one)).flatMap((one) => one.lines)
    .filter((line) => line.lineId === lineId).reduce((sum, line) => sum + line.remaining, 0);
}

/** @param {string} id @param {string} type @returns {number} an id that is one; any other is an error of the request */
export function idOrThrow(id, type) {
  const parsed = parseGid(id);
  if (parsed?.type !== type) throw apiError(`Invalid id: ${id}`, 'RESOURCE_NOT_FOUND');
  return parsed.id;
}

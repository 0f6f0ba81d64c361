// Fulfilments: what was sent or handed over, and its tracking (README.md, sources: fulfilment orders).
import { parseGid } from '../../lib/ids.mjs';
import { userError } from '../errors.mjs';
import { findFulfillmentOrder, kNoSuchOrder, readParts, restOf } from './fulfillment_orders.mjs';
import { fulfillmentView } from './fulfillment_views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').FulfillmentOrder} FulfillmentOrder */
/** @typedef {import('../../lib/orders.mjs').Order} Order */

const kMaxTracking = 100;

/** @param {string} id @param {Context} ctx */
function find(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'Fulfillment' ? ctx.store.fulfillments.get(parsed.id) : undefined;
}

/** Lists of numbers and addresses are a parcel each; without lists there is one parcel. @param {any} input @returns {import('../../lib/orders.mjs').Tracking[]} */
function trackingOf(input) {
  if (!input) return [];
  const numbers = input.numbers?.length ? input.numbers : [input.number ?? null];
  const urls = input.urls?.length ? input.urls : [input.url ?? null];
  return Array.from({ length: Math.min(kMaxTracking, Math.max(numbers.length, urls.length)) }, (_, at) => ({ company: input.company ?? null, number: numbers[at] ?? null, url: urls[at] ?? null }));
}

export const fulfillmentQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  fulfillment({ id }, ctx) {
    const found = find(id, ctx);
    return found ? fulfillmentView(/** @type {Order} */ (ctx.store.orders.get(found.orderId)), found) : null;
  },
};

export const fulfillmentMutations = {
  /** @param {any} args @param {Context} ctx */
  fulfillmentCreate({ fulfillment: input }, ctx) {
    const refuse = (/** @type {string} */ message) => ({ fulfillment: null, userErrors: [userError(['fulfillment'], message)] });
    const groups = input.lineItemsByFulfillmentOrder;
    if (groups.length === 0) return refuse('Line items by fulfillment order must have at least one fulfillment order.');
    const work = [];
    for (const { fulfillmentOrderId, fulfillmentOrderLineItems } of groups) {
      const row = findFulfillmentOrder(fulfillmentOrderId, ctx);
      if (!row) return refuse(kNoSuchOrder);
      if (!['OPEN', 'IN_PROGRESS'].includes(row.status)) return refuse(`Fulfillment order ${row.id} has an unfulfillable status= ${row.status.toLowerCase()}.`);
      const parts = fulfillmentOrderLineItems?.length ? readParts(row, fulfillmentOrderLineItems) : restOf(row, []);
      if (!parts || work.some((one) => one.row === row)) return refuse('Invalid fulfillment order line item quantity requested.');
      work.push({ row, parts });
    }
    if (new Set(work.map((one) => one.row.orderId)).size > 1) return refuse('All fulfillment orders must belong to the same order.');
    if (new Set(work.map((one) => one.row.locationId)).size > 1) return refuse('All fulfillment orders must be assigned to the same location.');
    const order = ctx.box.fulfilment.orderOf(work[0].row);
    return { fulfillment: fulfillmentView(order, ctx.box.fulfilment.fulfil(order, work, trackingOf(input.trackingInfo))), userErrors: [] };
  },
  /** @param {{id: string}} args @param {Context} ctx */
  fulfillmentCancel({ id }, ctx) {
    const row = find(id, ctx);
    const refuse = (/** @type {string} */ message) => ({ fulfillment: null, userErrors: [userError(['id'], message)] });
    if (!row) return refuse('Fulfillment does not exist.');
    if (row.status === 'CANCELLED') return refuse('Fulfillment is already cancelled.');
    const order = /** @type {Order} */ (ctx.store.orders.get(row.orderId));
    ctx.box.fulfilment.undo(order, row);
    return { fulfillment: fulfillmentView(order, row), userErrors: [] };
  },
  /** @param {any} args @param {Context} ctx */
  fulfillmentTrackingInfoUpdate({ fulfillmentId, trackingInfoInput }, ctx) {
    const row = find(fulfillmentId, ctx);
    if (!row) return { fulfillment: null, userErrors: [userError(['fulfillmentId'], 'Fulfillment does not exist.')] };
    const order = /** @type {Order} */ (ctx.store.orders.get(row.orderId));
    Object.assign(row, { tracking: trackingOf(trackingInfoInput), updatedAt: new Date().toISOString() });
    order.updatedAt = row.updatedAt;
    ctx.box.orderEvents.tracked(order, row);
    return { fulfillment: fulfillmentView(order, row), userErrors: [] };
  },
};

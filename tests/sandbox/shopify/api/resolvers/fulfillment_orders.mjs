// Fulfilment orders: what is to be sent from where, and who says how far that got (README.md, sources: fulfilment orders).
import { isOver, remainingOf } from '../../lib/orders.mjs';
import { connection, search, wholeSeconds } from '../connection.mjs';
import { userError } from '../errors.mjs';
import { fulfillmentOrderView, seesFulfillmentOrders } from './fulfillment_views.mjs';
import { findLocation } from './locations.mjs';
import { idOrThrow } from './orders.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').FulfillmentOrder} FulfillmentOrder */
/** @typedef {import('../../lib/fulfilment.mjs').Part} Part */

const kMaxSplits = 250;
export const kNoSuchOrder = 'Fulfillment order does not exist.';

/** One that the app may see; an id that cannot be one is an error of the request. @param {string} id @param {Context} ctx @returns {FulfillmentOrder|undefined} */
export function findFulfillmentOrder(id, ctx) {
  const number = idOrThrow(id, 'FulfillmentOrder');
  return seesFulfillmentOrders(ctx.grant.scopes) ? ctx.store.fulfillmentOrders.get(number) : undefined;
}

/** @param {FulfillmentOrder} row @param {Context} ctx */
export const viewOf = (row, ctx) => fulfillmentOrderView(ctx.box.fulfilment.orderOf(row), row);

/**
 * The units that `{id, quantity}` inputs mean, or null when one is of no line or of more than remains.
 * @param {FulfillmentOrder} row
 * @param {{id: string, quantity: number}[]} inputs
 * @returns {Part[]|null}
 */
export function readParts(row, inputs) {
  const parts = [];
  for (const { id, quantity } of inputs) {
    const number = idOrThrow(id, 'FulfillmentOrderLineItem');
    const line = row.lines.find((one) => one.id === number);
    if (!line || quantity < 1 || quantity > line.remaining || parts.some((one) => one.line === line)) return null;
    parts.push({ line, quantity });
  }
  return parts;
}

/** What remains of a fulfilment order when some units are taken out. @param {FulfillmentOrder} row @param {Part[]} parts @returns {Part[]} */
export function restOf(row, parts) {
  const taken = (/** @type {unknown} */ line) => parts.find((one) => one.line === line)?.quantity ?? 0;
  return row.lines.map((line) => ({ line, quantity: line.remaining - taken(line) })).filter((one) => one.quantity > 0);
}

export const fulfillmentOrderQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  fulfillmentOrder({ id }, ctx) {
    const found = findFulfillmentOrder(id, ctx);
    return found ? viewOf(found, ctx) : null;
  },
  /** @param {any} args @param {Context} ctx */
  fulfillmentOrders(args, ctx) {
    const seen = seesFulfillmentOrders(ctx.grant.scopes) ? [...ctx.store.fulfillmentOrders.values()] : [];
    const found = search(seen.filter((one) => args.includeClosed || !isOver(one)), args.query, {
      id: (one) => String(one.id), status: (one) => one.status, assigned_location_id: (one) => String(one.locationId),
    }, { updated_at: (one) => one.updatedAt });
    if (args.sortKey !== 'UPDATED_AT') return connection(found.sort((a, b) => a.id - b.id).map((one) => viewOf(one, ctx)), args);
    const at = (/** @type {{updatedAt: string}} */ one) => wholeSeconds(one.updatedAt);
    found.sort((a, b) => at(a) === at(b) ? a.id - b.id : at(a) < at(b) ? -1 : 1);
    return connection(found.map((one) => viewOf(one, ctx)), args, at);
  },
  /** Those of the app's own fulfilment service, of which there is none here. @param {any} args */
  assignedFulfillmentOrders: (args) => connection([], args),
};

export const fulfillmentOrderMutations = {
  /** @param {any} args @param {Context} ctx */
  fulfillmentOrderMove({ id, newLocationId, fulfillmentOrderLineItems }, ctx) {
    const refuse = (/** @type {string[]|null} */ field, /** @type {string} */ message, /** @type {string|null} */ code = null) =>
      ({ movedFulfillmentOrder: null, originalFulfillmentOrder: null, remainingFulfillmentOrder: null, userErrors: [userError(field, message, code)] });
    const row = findFulfillmentOrder(id, ctx);
    if (!row) return refuse(['id'], kNoSuchOrder);
    const location = findLocation(newLocationId, ctx);
    if (!location?.isActive) return refuse(['id'], 'Location not found.');
    if (isOver(row) || row.prepared) return refuse(null, 'Cannot change location.');
    if (row.reported) {
      return refuse(['id'], 'Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has had progress reported, the fulfillment order must first be marked as open resolving the ongoing progress state.',
        'CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS');
    }
    const parts = fulfillmentOrderLineItems?.length ? readParts(row, fulfillmentOrderLineItems) : restOf(row, []);
    if (!parts) return refuse(['fulfillmentOrderLineItems'], 'Invalid fulfillment order line item quantity requested.');
    if (parts.some(({ line }) => line.committedAt !== null && !ctx.store.inventory.level(line.itemId, location.id))) {
      return refuse(['id'], "The destination location doesn't stock the requested inventory item.");
    }
    const from = row.locationId;
    const asked = parts.map(({ line, quantity }) => ({ line: { id: line.id }, quantity }));
    const { moved, remaining } = ctx.box.fulfilment.move(row, location.id, parts);
    if (from !== location.id) ctx.box.orderEvents.moved({ original: row, moved, from, to: location.id, parts: asked });
    return { movedFulfillmentOrder: viewOf(moved, ctx), originalFulfillmentOrder: viewOf(row, ctx), remainingFulfillmentOrder: remaining && viewOf(remaining, ctx), userErrors: [] };
  },
  /** All or none. @param {{fulfillmentOrderSplits: any[]}} args @param {Context} ctx */
  fulfillmentOrderSplit({ fulfillmentOrderSplits: inputs }, ctx) {
    /** @type {any[]} */
    const errors = [];
    const planned = inputs.map((input, at) => {
      const path = ['fulfillmentOrderSplits', String(at), 'fulfillmentOrderLineItems'];
      const refuse = (/** @type {string[]|null} */ field, /** @type {string} */ message, /** @type {string|null} */ code) => (errors.push(userError(field, message, code)), null);
      const row = findFulfillmentOrder(input.fulfillmentOrderId, ctx);
      if (!row) return refuse(null, kNoSuchOrder, 'FULFILLMENT_ORDER_NOT_FOUND');
      if (input.fulfillmentOrderLineItems.length === 0) return refuse(path, 'There must be at least one item selected in this fulfillment to split it.', 'NO_LINE_ITEMS_PROVIDED_TO_SPLIT');
      const none = input.fulfillmentOrderLineItems.findIndex((/** @type {any} */ one) => one.quantity < 1);
      if (none >= 0) return refuse([...path, String(none), 'quantity'], 'You must select at least one item to split into a new fulfillment order.', 'GREATER_THAN');
      const parts = readParts(row, input.fulfillmentOrderLineItems);
      if (row.status !== 'OPEN') return refuse(path, 'The fulfillment order is not in a splittable state.', null);
      if (!parts || restOf(row, parts).length === 0) return refuse(path, 'The line item quantity is invalid.', 'INVALID_LINE_ITEM_QUANTITY');
      return { row, parts };
    });
    if (inputs.length > kMaxSplits || new Set(planned.map((one) => one?.row)).size < planned.length) errors.push(userError(['fulfillmentOrderSplits'], 'Each fulfillment order can be split once'));
    if (errors.length > 0) return { fulfillmentOrderSplits: null, userErrors: errors };
    const made = planned.map((one) => {
      const { row, parts } = /** @type {{row: FulfillmentOrder, parts: Part[]}} */ (one);
      const asked = parts.map(({ line, quantity }) => ({ line: { id: line.id }, quantity }));
      const remaining = ctx.box.fulfilment.takeOut(row, parts);
      ctx.box.orderEvents.split(row, remaining, asked);
      return { fulfillmentOrder: viewOf(row, ctx), remainingFulfillmentOrder: viewOf(remaining, ctx), replacementFulfillmentOrder: null };
    });
    return { fulfillmentOrderSplits: made, userErrors: [] };
  },
  /** @param {{input: any}} args @param {Context} ctx */
  fulfillmentOrderLineItemsPreparedForPickup({ input }, ctx) {
    /** @type {any[]} */
    const errors = [];
    const rows = input.lineItemsByFulfillmentOrder.map((/** @type {any} */ { fulfillmentOrderId }, /** @type {number} */ at) => {
      const row = findFulfillmentOrder(fulfillmentOrderId, ctx);
      const refuse = (/** @type {string} */ message, /** @type {string} */ code) =>
        errors.push(userError(['input', 'lineItemsByFulfillmentOrder', String(at), 'fulfillmentOrderId'], message, code));
      const fits = row && ctx.box.fulfilment.orderOf(row).delivery === 'PICK_UP' && ['OPEN', 'IN_PROGRESS'].includes(row.status);
      if (!fits) refuse('Invalid fulfillment order.', 'FULFILLMENT_ORDER_INVALID');
      else if (row.prepared || remainingOf(row) === 0) refuse('There are no line items to prepare for this fulfillment order.', 'NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER');
      return row;
    });
    if (errors.length > 0) return { userErrors: errors };
    for (const row of new Set(rows)) {
      Object.assign(row, { prepared: true, status: ctx.box.facts.values.prepared_in_progress ? 'IN_PROGRESS' : row.status, updatedAt: new Date().toISOString() });
      ctx.box.orderEvents.prepared(row);
    }
    return { userErrors: [] };
  },
  /** @param {{id: string}} args @param {Context} ctx */
  fulfillmentOrderCancel({ id }, ctx) {
    const refuse = (/** @type {string[]|null} */ field, /** @type {string} */ message, /** @type {string|null} */ code = null) =>
      ({ fulfillmentOrder: null, replacementFulfillmentOrder: null, userErrors: [userError(field, message, code)] });
    const row = findFulfillmentOrder(id, ctx);
    if (!row) return refuse(['id'], kNoSuchOrder);
    if (row.reported) return refuse(['id'], 'Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first.', 'FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS');
    if (row.status !== 'OPEN') return refuse(null, "Fulfillment order is not in cancelable request state and can't be canceled.");
    const replacement = ctx.box.fulfilment.replace(row);
    ctx.box.orderEvents.replaced(row, replacement);
    return { fulfillmentOrder: viewOf(row, ctx), replacementFulfillmentOrder: viewOf(replacement, ctx), userErrors: [] };
  },
  /** Only the fulfilment service that accepted the request may, and nothing here is asked of one. @param {{id: string}} args @param {Context} ctx */
  fulfillmentOrderClose({ id }, ctx) {
    const row = findFulfillmentOrder(id, ctx);
    return { fulfillmentOrder: null, userErrors: [userError(row ? null : ['id'], row ? "The fulfillment order's assigned fulfillment service must be of api type" : kNoSuchOrder)] };
  },
  /** @param {any} args @param {Context} ctx */
  fulfillmentOrderReportProgress({ id, progressReport }, ctx) {
    const refuse = (/** @type {string} */ message, /** @type {string} */ code) => ({ fulfillmentOrder: null, userErrors: [userError(['id'], message, code)] });
    const row = findFulfillmentOrder(id, ctx);
    if (!row) return refuse(kNoSuchOrder, 'FULFILLMENT_ORDER_NOT_FOUND');
    if (ctx.box.fulfilment.orderOf(row).delivery === 'PICK_UP') return refuse('Progress cannot be reported for this delivery method.', 'FULFILLMENT_ORDER_INVALID_DELIVERY_METHOD');
    if (!['OPEN', 'IN_PROGRESS'].includes(row.status)) return refuse('The fulfillment order must be open or in progress.', 'FULFILLMENT_ORDER_STATUS_INVALID');
    const before = row.status;
    Object.assign(row, { reported: true, status: 'IN_PROGRESS', updatedAt: new Date().toISOString() });
    ctx.box.orderEvents.progressed(row, { reasonNotes: progressReport?.reasonNotes ?? null, appId: ctx.grant.appId, before });
    return { fulfillmentOrder: viewOf(row, ctx), userErrors: [] };
  },
  /** @param {{id: string}} args @param {Context} ctx */
  fulfillmentOrderOpen({ id }, ctx) {
    const row = findFulfillmentOrder(id, ctx);
    if (!row?.reported || isOver(row)) return { fulfillmentOrder: null, userErrors: [userError(null, row ? 'The fulfillment order cannot be marked as open.' : kNoSuchOrder)] };
    Object.assign(row, { reported: false, status: row.holds.length > 0 ? 'ON_HOLD' : 'OPEN', updatedAt: new Date().toISOString() });
    ctx.box.orderEvents.opened(row, ctx.grant.appId);
    return { fulfillmentOrder: viewOf(row, ctx), userErrors: [] };
  },
};

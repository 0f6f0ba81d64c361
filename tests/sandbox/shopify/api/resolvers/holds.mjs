// Holds: a fulfilment order, or a part of one, waits for something (README.md, sources: fulfilment orders).
import { isOver, kMaxHolds } from '../../lib/orders.mjs';
import { userError } from '../errors.mjs';
import { findFulfillmentOrder, kNoSuchOrder, readParts, restOf, viewOf } from './fulfillment_orders.mjs';
import { holdView } from './fulfillment_views.mjs';
import { idOrThrow } from './orders.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').FulfillmentOrder} FulfillmentOrder */

const kMaxHandle = 64;

/** What the platform has against a hold. @param {FulfillmentOrder} row @param {any} input @param {number} appId */
function problemOf(row, input, appId) {
  const inputs = input.fulfillmentOrderLineItems ?? [];
  const path = ['fulfillmentHold', 'fulfillmentOrderLineItems'];
  const none = inputs.findIndex((/** @type {any} */ one) => one.quantity < 1);
  if (none >= 0) return userError([...path, String(none), 'quantity'], 'You must select at least one item to place on partial hold.', 'GREATER_THAN_ZERO');
  if (new Set(inputs.map((/** @type {any} */ one) => one.id)).size < inputs.length) return userError(path, 'must contain unique line item ids', 'DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS');
  const handle = input.handle ?? '';
  if (handle.length > kMaxHandle) return userError(['fulfillmentHold', 'handle'], `Handle is too long (maximum is ${kMaxHandle} characters)`);
  if (isOver(row)) return userError(['id'], 'The fulfillment order cannot be placed on hold.');
  if (inputs.length > 0 && row.status !== 'OPEN') return userError(path, 'The fulfillment order is not in a splittable state.', 'FULFILLMENT_ORDER_NOT_SPLITTABLE');
  const own = row.holds.filter((one) => one.appId === appId);
  if (own.some((one) => (one.handle ?? '') === handle)) {
    return userError(['fulfillmentHold', 'handle'], 'The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order.', 'DUPLICATE_FULFILLMENT_HOLD_HANDLE');
  }
  if (own.length >= kMaxHolds) {
    return userError(['id'], `The maximum number of fulfillment holds for this fulfillment order has been reached for this app. An app can only have up to ${kMaxHolds} holds on a single fulfillment order at any one time.`, 'FULFILLMENT_ORDER_HOLD_LIMIT_REACHED');
  }
  if (!readParts(row, inputs)) return userError(path, 'The line item quantity is invalid.', 'INVALID_LINE_ITEM_QUANTITY');
  return null;
}

export const holdMutations = {
  /** @param {any} args @param {Context} ctx */
  fulfillmentOrderHold({ id, fulfillmentHold: input }, ctx) {
    const { appId } = ctx.grant;
    const refuse = (/** @type {any} */ error) => ({ fulfillmentHold: null, fulfillmentOrder: null, remainingFulfillmentOrder: null, userErrors: [error] });
    const row = findFulfillmentOrder(id, ctx);
    if (!row) return refuse(userError(['id'], kNoSuchOrder, 'FULFILLMENT_ORDER_NOT_FOUND'));
    const wrong = problemOf(row, input, appId);
    if (wrong) return refuse(wrong);
    const parts = readParts(row, input.fulfillmentOrderLineItems ?? []) ?? [];
    const rest = parts.length > 0 ? restOf(row, parts) : [];
    const remaining = rest.length > 0 ? ctx.box.fulfilment.takeOut(row, rest) : null;
    const hold = { id: ctx.store.ids.next('FulfillmentHold'), appId, handle: input.handle ?? null, externalId: input.externalId ?? null, reason: input.reason, reasonNotes: input.reasonNotes ?? null };
    Object.assign(row, { status: 'ON_HOLD', holds: [...row.holds, hold], updatedAt: new Date().toISOString() });
    ctx.box.orderEvents.held(row, hold, remaining);
    return { fulfillmentHold: holdView(hold, appId), fulfillmentOrder: viewOf(row, ctx), remainingFulfillmentOrder: remaining && viewOf(remaining, ctx), userErrors: [] };
  },
  /** Those that are named, or all. @param {any} args @param {Context} ctx */
  fulfillmentOrderReleaseHold({ id, holdIds, externalId }, ctx) {
    const row = findFulfillmentOrder(id, ctx);
    if (!row) return { fulfillmentOrder: null, userErrors: [userError(['id'], kNoSuchOrder, 'FULFILLMENT_ORDER_NOT_FOUND')] };
    const wanted = holdIds?.map((/** @type {string} */ one) => idOrThrow(one, 'FulfillmentHold'));
    const released = row.holds.filter((one) => (!wanted || wanted.includes(one.id)) && (!externalId || one.externalId === externalId));
    if (released.length === 0) return { fulfillmentOrder: null, userErrors: [userError(['id'], 'The fulfillment order has no such hold.')] };
    if (released.some((one) => one.appId !== ctx.grant.appId)) return { fulfillmentOrder: null, userErrors: [userError(['id'], "The app doesn't have access to release the fulfillment hold.", 'INVALID_ACCESS')] };
    row.holds = row.holds.filter((one) => !released.includes(one));
    const back = row.reported || row.prepared ? 'IN_PROGRESS' : 'OPEN';
    Object.assign(row, { status: row.holds.length > 0 ? 'ON_HOLD' : back, updatedAt: new Date().toISOString() });
    ctx.box.orderEvents.released(row, released);
    return { fulfillmentOrder: viewOf(row, ctx), userErrors: [] };
  },
};

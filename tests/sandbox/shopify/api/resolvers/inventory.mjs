// Stock: absolute and relative changes with `changeFromQuantity`, and stocking an item at a location (README.md, sources: stock).
import { gid, parseGid } from '../../lib/ids.mjs';
import { kHeldStates, levelGid, quantityOf } from '../../lib/inventory.mjs';
import { connection, search } from '../connection.mjs';
import { apiError, userError } from '../errors.mjs';
import { demandChangeFromQuantity } from '../idempotency.mjs';
import { findLocation } from './locations.mjs';
import { inventoryItemView, levelView, locationView } from './stock_views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

const kReasons = [
  'correction', 'cycle_count_available', 'damaged', 'movement_created', 'movement_updated', 'movement_received', 'movement_canceled',
  'other', 'promotion', 'quality_control', 'received', 'reservation_created', 'reservation_deleted', 'reservation_updated', 'restock',
  'safety_stock', 'shrinkage',
];
const kAdjustable = ['available', 'damaged', 'incoming', 'quality_control', 'reserved', 'safety_stock'];
const kMaxSet = 1_000_000_000;
const kMaxAdjusted = 2_000_000_000;
const kMaxChanges = 250;

/** @param {string} id @param {Context} ctx */
function findItem(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'InventoryItem' ? ctx.store.inventoryItems.get(parsed.id) : undefined;
}

export const inventoryQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  inventoryItem({ id }, ctx) {
    const found = findItem(id, ctx);
    return found ? inventoryItemView(found.id, ctx.store) : null;
  },
  /** @param {any} args @param {Context} ctx */
  inventoryItems(args, ctx) {
    const variantOf = (/** @type {{variantId: number}} */ one) => ctx.store.variants.get(one.variantId);
    const found = search([...ctx.store.inventoryItems.values()], args.query, {
      id: (one) => String(one.id), sku: (one) => variantOf(one)?.sku ?? null, default: (one) => variantOf(one)?.sku ?? null,
    }, { created_at: (one) => one.createdAt, updated_at: (one) => one.updatedAt });
    return connection(found.map((one) => inventoryItemView(one.id, ctx.store)), args);
  },
  /** @param {{id: string}} args @param {Context} ctx */
  inventoryLevel({ id }, ctx) {
    const item = Number(/\?inventory_item_id=(\d+)$/.exec(id)?.[1] ?? 0);
    const found = ctx.store.inventory.levelsOf(item).find((one) => levelGid(one) === id);
    return found ? levelView(found, ctx.store) : null;
  },
};

export const inventoryMutations = {
  /** @param {{input: any}} args @param {Context} ctx */
  inventorySetQuantities({ input }, ctx) {
    demandChangeFromQuantity(input.quantities, 'InventoryQuantityInput');
    const errors = commonProblems(input);
    if (!['available', 'on_hand'].includes(input.name)) errors.push(problem(['name'], "The quantity name must be either 'available' or 'on_hand'.", 'INVALID_NAME'));
    const pairs = input.quantities.map((/** @type {any} */ one) => `${one.inventoryItemId} ${one.locationId}`);
    input.quantities.forEach((/** @type {any} */ one, /** @type {number} */ at) => {
      const path = ['quantities', String(at)];
      if (pairs.indexOf(pairs[at]) < at) errors.push(problem([...path, 'locationId'], 'The combination of inventoryItemId and locationId must be unique.', 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'));
      if (input.name === 'on_hand' && one.quantity < 0) errors.push(problem([...path, 'quantity'], "The quantity can't be negative.", 'INVALID_QUANTITY_NEGATIVE'));
    });
    return change(input, { list: 'quantities', errors, max: kMaxSet, stale: 'The changeFromQuantity value does not match persisted value.', after: (one) => one.quantity }, ctx);
  },
  /** @param {{input: any}} args @param {Context} ctx */
  inventoryAdjustQuantities({ input }, ctx) {
    demandChangeFromQuantity(input.changes, 'InventoryChangeInput');
    const errors = commonProblems(input);
    if (!kAdjustable.includes(input.name)) {
      errors.push(problem(['name'], `The specified quantity name is invalid. Valid values are: ${kAdjustable.join(', ')}.`, 'INVALID_QUANTITY_NAME'));
    } else {
      input.changes.forEach((/** @type {any} */ one, /** @type {number} */ at) => errors.push(...documentProblems(input.name, one, ['changes', String(at), 'ledgerDocumentUri'])));
    }
    return change(input, { list: 'changes', errors, max: kMaxAdjusted, stale: 'The changeFromQuantity argument no longer matches the persisted quantity.', after: (one, have) => have + one.delta }, ctx);
  },
  /** @param {any} args @param {Context} ctx */
  inventoryActivate({ inventoryItemId, locationId, available, onHand }, ctx) {
    const item = findItem(inventoryItemId, ctx);
    const location = findLocation(locationId, ctx);
    const refuse = (/** @type {string} */ field, /** @type {string} */ why) => userError([field], `The product couldn't be stocked${location ? ` at ${location.name}` : ''} because ${why}`);
    if (!item) return { inventoryLevel: null, userErrors: [refuse('inventoryItemId', "the product wasn't found.")] };
    if (!location?.isActive) return { inventoryLevel: null, userErrors: [refuse('locationId', "the location wasn't found.")] };
    const given = /** @type {[string, number][]} */ ([['available', available], ['onHand', onHand]].filter(([, quantity]) => typeof quantity === 'number'));
    const known = ctx.store.inventory.level(item.id, location.id);
    if (known) {
      const errors = given.map(([field]) => userError([field], `Not allowed to set ${field === 'onHand' ? 'an on_hand' : 'available'} quantity when the item is already active at the location.`));
      return { inventoryLevel: levelView(known, ctx.store), userErrors: errors };
    }
    const errors = given.length > 1
      ? given.map(([field]) => refuse(field, 'not allowed to set available and on_hand quantities at the same time.'))
      : given.filter(([, quantity]) => Math.abs(quantity) > kMaxSet).map(([field]) => refuse(field, 'the quantity needs to be between -1 billion and 1 billion.'));
    if (errors.length > 0) return { inventoryLevel: null, userErrors: errors };
    const level = ctx.store.inventory.connect(item.id, location.id);
    ctx.store.inventory.book(item.id, location.id, { available: given[0]?.[1] ?? 0 });
    return { inventoryLevel: levelView(level, ctx.store), userErrors: [] };
  },
  /** @param {{id: string, input: any}} args @param {Context} ctx */
  inventoryItemUpdate({ id, input }, ctx) {
    const item = findItem(id, ctx);
    if (!item) return { inventoryItem: null, userErrors: [userError(['id'], "The product couldn't be updated because it does not exist.")] };
    const unknown = Object.keys(input).find((key) => !['sku', 'tracked'].includes(key));
    if (unknown) throw apiError(`The sandbox does not implement ${unknown} of an item`, 'SANDBOX_NOT_IMPLEMENTED');
    if (typeof input.tracked === 'boolean') item.tracked = input.tracked;
    if (typeof input.sku === 'string') Object.assign(/** @type {any} */ (ctx.store.variants.get(item.variantId)), { sku: input.sku });
    item.updatedAt = new Date().toISOString();
    return { inventoryItem: inventoryItemView(item.id, ctx.store), userErrors: [] };
  },
};

/** @param {string[]} field @param {string} message @param {string} code */
const problem = (field, message, code) => userError(['input', ...field], message, code);

/** @param {string} uri */
const isUri = (uri) => /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(uri);

/** @param {any} input */
function commonProblems(input) {
  const errors = [];
  if (!kReasons.includes(input.reason)) errors.push(problem(['reason'], 'The specified reason is invalid.', 'INVALID_REASON'));
  if (input.referenceDocumentUri && !isUri(input.referenceDocumentUri)) {
    errors.push(problem(['referenceDocumentUri'], 'The specified reference document is invalid.', 'INVALID_REFERENCE_DOCUMENT'));
  }
  return errors;
}

/** Every state but available is accounted for by a document that is not Shopify's. @param {string} name @param {any} one @param {string[]} path */
function documentProblems(name, one, path) {
  const uri = one.ledgerDocumentUri;
  if (name === 'available') return uri ? [problem(path, 'A ledger document URI is not allowed when adjusting available.', 'INVALID_AVAILABLE_DOCUMENT')] : [];
  if (!uri) return [problem(path, 'A ledger document URI is required except when adjusting available.', 'INVALID_QUANTITY_DOCUMENT')];
  if (uri.startsWith('gid://shopify/')) return [problem(path, 'Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.', 'INTERNAL_LEDGER_DOCUMENT')];
  return isUri(uri) ? [] : [problem(path, 'The specified ledger document is invalid.', 'INVALID_LEDGER_DOCUMENT')];
}

/**
 * Checks every change, then books all or none.
 * @param {any} input
 * @param {{list: string, errors: any[], max: number, stale: string, after: (one: any, have: number) => number}} about
 * @param {Context} ctx
 */
function change(input, { list, errors, max, stale, after }, ctx) {
  const { inventory } = ctx.store;
  if (input[list].length > kMaxChanges) throw apiError(`The input array size of ${input[list].length} is greater than the maximum allowed of ${kMaxChanges}.`, 'MAX_INPUT_SIZE_EXCEEDED');
  if (errors.length > 0) return { inventoryAdjustmentGroup: null, userErrors: errors };
  const planned = input[list].map((/** @type {any} */ one, /** @type {number} */ index) => {
    const before = errors.length;
    const refuse = (/** @type {string} */ field, /** @type {string} */ message, /** @type {string} */ code) => errors.push(problem([list, String(index), field], message, code));
    const item = findItem(one.inventoryItemId, ctx);
    const location = findLocation(one.locationId, ctx);
    if (!item) refuse('inventoryItemId', 'The specified inventory item could not be found.', 'INVALID_INVENTORY_ITEM');
    if (!location) refuse('locationId', 'The specified location could not be found.', 'INVALID_LOCATION');
    if (!item || !location) return null;
    const have = quantityOf(inventory.level(item.id, location.id), input.name);
    if (one.changeFromQuantity !== null && one.changeFromQuantity !== have) refuse('changeFromQuantity', stale, 'CHANGE_FROM_QUANTITY_STALE');
    const quantity = after(one, have);
    const limit = max.toLocaleString('en-US');
    if (quantity > max) refuse('quantity', `The quantity can't be higher than ${limit}.`, 'INVALID_QUANTITY_TOO_HIGH');
    if (quantity < -max) refuse('quantity', `The quantity can't be lower than -${limit}.`, 'INVALID_QUANTITY_TOO_LOW');
    return errors.length > before ? null : { item, location, delta: quantity - have, document: one.ledgerDocumentUri ?? null };
  });
  if (errors.length > 0) return { inventoryAdjustmentGroup: null, userErrors: errors };
  // What changes nothing is not in the group, and without any change there is no group.
  const moved = planned.filter((/** @type {any} */ one) => one.delta !== 0);
  if (moved.length === 0) return { inventoryAdjustmentGroup: null, userErrors: [] };
  const state = input.name === 'on_hand' ? 'available' : input.name;
  const names = state === 'available' || kHeldStates.includes(state) ? [state, 'on_hand'] : [state];
  const booked = moved.flatMap((/** @type {any} */ one) => {
    inventory.book(one.item.id, one.location.id, { [state]: one.delta });
    return names.map((name) => ({
      __typename: 'InventoryChange', name, delta: one.delta, ledgerDocumentUri: name === 'on_hand' ? null : one.document, quantityAfterChange: null,
      item: inventoryItemView(one.item.id, ctx.store), location: locationView(one.location.id, ctx.store),
    }));
  });
  return { inventoryAdjustmentGroup: groupView(input, booked, ctx), userErrors: [] };
}

/** @param {any} input @param {any[]} booked @param {Context} ctx */
function groupView(input, booked, ctx) {
  const among = (/** @type {string[]|null|undefined} */ list, /** @type {string} */ value) => !list || list.includes(value);
  return {
    __typename: 'InventoryAdjustmentGroup', id: gid('InventoryAdjustmentGroup', ctx.store.ids.next('InventoryAdjustmentGroup')), reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri ?? null, createdAt: new Date().toISOString(),
    changes: (/** @type {any} */ { inventoryItemIds, locationIds, quantityNames }) => booked.filter((one) =>
      among(inventoryItemIds, one.item.id) && among(locationIds, one.location.id) && among(quantityNames, one.name)),
  };
}

// Stock: absolute and relative changes with `changeFromQuantity`; available = on hand − committed.
import { gid, parseGid } from '../../lib/ids.mjs';
import { connection } from '../connection.mjs';
import { userError } from '../errors.mjs';
import { demandChangeFromQuantity } from '../idempotency.mjs';
import { inventoryItemView, locationView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

const kReasons = [
  'correction', 'cycle_count_available', 'damaged', 'movement_created', 'movement_updated', 'movement_received', 'movement_canceled',
  'other', 'promotion', 'quality_control', 'received', 'reservation_created', 'reservation_deleted', 'reservation_updated', 'restock',
  'safety_stock', 'shrinkage',
];
const kMaxQuantity = 1_000_000_000;
const kMaxChanges = 250;

export const inventoryQueries = {
  /** @param {any} args @param {Context} ctx */
  locations(args, ctx) {
    const rows = [...ctx.store.locations.values()].filter((one) => one.isActive || args.includeInactive);
    return connection(rows.map((one) => /** @type {any} */ (locationView(one.id, ctx.store))), args);
  },
  /** @param {{id?: string}} args @param {Context} ctx */
  location({ id }, ctx) {
    const parsed = id ? parseGid(id) : { type: 'Location', id: [...ctx.store.locations.keys()][0] };
    return parsed?.type === 'Location' ? locationView(parsed.id, ctx.store) : null;
  },
  /** @param {{id: string}} args @param {Context} ctx */
  inventoryItem({ id }, ctx) {
    const parsed = parseGid(id);
    return parsed?.type === 'InventoryItem' ? inventoryItemView(parsed.id, ctx.store) : null;
  },
};

export const inventoryMutations = {
  /** @param {{input: any}} args @param {Context} ctx */
  inventorySetQuantities({ input }, ctx) {
    demandChangeFromQuantity(input.quantities, 'quantities');
    const errors = commonProblems(input, ['available', 'on_hand'], 'INVALID_NAME');
    const pairs = input.quantities.map((/** @type {any} */ one) => `${one.inventoryItemId} ${one.locationId}`);
    if (new Set(pairs).size < pairs.length) errors.push(problem(['quantities'], 'Duplicate item and location', 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'));
    return change(input, input.quantities, 'quantities', errors, ctx, (one) => one.quantity);
  },
  /** @param {{input: any}} args @param {Context} ctx */
  inventoryAdjustQuantities({ input }, ctx) {
    demandChangeFromQuantity(input.changes, 'changes');
    const errors = commonProblems(input, ['available'], 'INVALID_QUANTITY_NAME');
    return change(input, input.changes, 'changes', errors, ctx, (one, have) => have + one.delta);
  },
};

/** @param {string[]} field @param {string} message @param {string} code */
const problem = (field, message, code) => userError(['input', ...field], message, code);

/** @param {any} input @param {string[]} names @param {string} nameCode */
function commonProblems(input, names, nameCode) {
  const errors = [];
  if (!names.includes(input.name)) errors.push(problem(['name'], `The quantity name must be one of ${names.join(', ')}.`, nameCode));
  if (!kReasons.includes(input.reason)) errors.push(problem(['reason'], 'The specified reason is invalid.', 'INVALID_REASON'));
  const uri = input.referenceDocumentUri;
  if (uri && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(uri)) {
    errors.push(problem(['referenceDocumentUri'], 'The specified reference document is invalid.', 'INVALID_REFERENCE_DOCUMENT'));
  }
  return errors;
}

/**
 * Checks every change, then books all or none.
 * @param {any} input
 * @param {any[]} changes
 * @param {string} list
 * @param {any[]} errors found so far
 * @param {Context} ctx
 * @param {(one: any, have: number) => number} quantityAfter
 */
function change(input, changes, list, errors, ctx, quantityAfter) {
  if (changes.length > kMaxChanges) errors.push(problem([list], `At most ${kMaxChanges} changes`, 'INVALID_REASON'));
  const onHand = input.name === 'on_hand';
  const planned = changes.map((one, index) => {
    const refuse = (/** @type {string} */ field, /** @type {string} */ message, /** @type {string} */ code) => {
      errors.push(problem([list, String(index), field], message, code));
      return null;
    };
    const item = parseGid(one.inventoryItemId);
    const location = parseGid(one.locationId);
    if (item?.type !== 'InventoryItem' || !ctx.store.inventoryItems.has(item.id)) return refuse('inventoryItemId', 'The specified inventory item could not be found.', 'INVALID_INVENTORY_ITEM');
    if (location?.type !== 'Location' || !ctx.store.locations.has(location.id)) return refuse('locationId', 'The specified location could not be found.', 'INVALID_LOCATION');
    const level = ctx.store.level(item.id, location.id);
    const have = (level?.onHand ?? 0) - (onHand ? 0 : level?.committed ?? 0);
    if (one.changeFromQuantity !== null && one.changeFromQuantity !== have) {
      return refuse('changeFromQuantity', 'The changeFromQuantity value does not match the persisted value.', 'CHANGE_FROM_QUANTITY_STALE');
    }
    const after = quantityAfter(one, have);
    if (after > kMaxQuantity) return refuse('quantity', "The quantity can't be higher than 1,000,000,000.", 'INVALID_QUANTITY_TOO_HIGH');
    if (after < -kMaxQuantity) return refuse('quantity', "The quantity can't be lower than -1,000,000,000.", 'INVALID_QUANTITY_TOO_LOW');
    return { itemId: item.id, locationId: location.id, delta: after - have };
  });
  if (errors.length > 0) return { inventoryAdjustmentGroup: null, userErrors: errors };
  const booked = planned.filter((one) => one !== null).map((one) => {
    const level = /** @type {any} */ (ctx.store.level(one.itemId, one.locationId, true));
    level.onHand += one.delta;
    level.updatedAt = new Date().toISOString();
    return ['available', 'on_hand'].map((name) => ({
      name, delta: one.delta, ledgerDocumentUri: null, quantityAfterChange: name === 'on_hand' ? level.onHand : level.onHand - level.committed,
      item: inventoryItemView(one.itemId, ctx.store), location: locationView(one.locationId, ctx.store),
    }));
  });
  const id = gid('InventoryAdjustmentGroup', ctx.store.ids.next('InventoryAdjustmentGroup'));
  return {
    inventoryAdjustmentGroup: {
      __typename: 'InventoryAdjustmentGroup', id, reason: input.reason, referenceDocumentUri: input.referenceDocumentUri ?? null,
      createdAt: new Date().toISOString(), changes: () => booked.flat(),
    },
    userErrors: [],
  };
}

// Items, levels and locations as the Admin API shows them.
import { gid } from '../../lib/ids.mjs';
import { kQuantityNames, levelGid, quantityOf } from '../../lib/inventory.mjs';
import { connection, wholeSeconds } from '../connection.mjs';
import { apiError } from '../errors.mjs';
import { pickupView, placeView } from './locations.mjs';
import { metafieldFields, variantView } from './views.mjs';

/** @typedef {import('../../lib/inventory.mjs').Level} Level */
/** @typedef {import('../../lib/store.mjs').Store} Store */

/** @param {number} itemId @param {Store} store @returns {any} */
export function inventoryItemView(itemId, store) {
  const row = store.inventoryItems.get(itemId);
  if (!row) return null;
  const variant = /** @type {import('../../lib/store.mjs').Variant} */ (store.variants.get(row.variantId));
  const levels = () => store.inventory.levelsOf(itemId);
  return {
    __typename: 'InventoryItem', id: gid('InventoryItem', itemId), legacyResourceId: String(itemId), sku: variant.sku, tracked: row.tracked,
    requiresShipping: true, createdAt: row.createdAt, updatedAt: row.updatedAt, variant: () => variantView(variant, store),
    locationsCount: () => ({ count: levels().length, precision: 'EXACT' }),
    variants: (/** @type {any} */ args) => connection([variantView(variant, store)], args),
    inventoryLevel: (/** @type {any} */ args) => {
      const level = levels().find((one) => gid('Location', one.locationId) === args.locationId);
      return level ? levelView(level, store) : null;
    },
    inventoryLevels: (/** @type {any} */ args) => connection(levels().map((one) => levelView(one, store)), args),
  };
}

/** @param {Level} row @param {Store} store @returns {any} */
export function levelView(row, store) {
  return {
    __typename: 'InventoryLevel', id: levelGid(row), isActive: true, updatedAt: wholeSeconds(row.updatedAt), createdAt: wholeSeconds(row.createdAt),
    item: () => inventoryItemView(row.itemId, store), location: () => locationView(row.locationId, store),
    quantities: (/** @type {{names: string[]}} */ { names }) => names.map((name) => {
      if (!kQuantityNames.includes(name)) throw apiError(`Invalid quantity name: ${name}`, 'BAD_REQUEST');
      return {
        __typename: 'InventoryQuantity', id: `${gid('InventoryQuantity', row.number)}?inventory_item_id=${row.itemId}&name=${name}`, name,
        // Only the available quantity says when it changed (README.md, sources: stock).
        quantity: quantityOf(row, name), updatedAt: name === 'available' ? wholeSeconds(row.updatedAt) : null,
      };
    }),
  };
}

/** @param {number} id @param {Store} store @returns {any} */
export function locationView(id, store) {
  const row = store.locations.get(id);
  if (!row) return null;
  const levels = () => store.inventory.levelsAt(id);
  const waiting = () => [...store.fulfillmentOrders.values()].some((one) => one.locationId === id && !['CLOSED', 'CANCELLED'].includes(one.status));
  return {
    __typename: 'Location', id: gid('Location', id), legacyResourceId: String(id), name: row.name, isActive: row.isActive, isFulfillmentService: false,
    fulfillsOnlineOrders: row.fulfillsOnlineOrders, shipsInventory: row.fulfillsOnlineOrders, hasActiveInventory: () => levels().length > 0, hasUnfulfilledOrders: waiting,
    createdAt: row.createdAt, updatedAt: row.updatedAt, localPickupSettingsV2: pickupView(row), address: placeView(row),
    inventoryLevel: (/** @type {{inventoryItemId: string}} */ { inventoryItemId }) => {
      const level = levels().find((one) => gid('InventoryItem', one.itemId) === inventoryItemId);
      return level ? levelView(level, store) : null;
    },
    inventoryLevels: (/** @type {any} */ args) => connection(levels().map((one) => levelView(one, store)), args),
    ...metafieldFields(gid('Location', id), 'LOCATION'),
  };
}

// Which location gets which lines of an order, and what can be sold at all (README.md, sources: routing).

/**
 * @typedef {{variant: import('./store.mjs').Variant, tracked: boolean, quantity: number}} Wanted
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {import('./store.mjs').Location} Location
 */

/** How many of an item are wanted by all lines. @param {Wanted[]} wanted @returns {Map<number, number>} */
function perItem(wanted) {
  const sums = new Map();
  for (const { variant, tracked, quantity } of wanted) {
    if (tracked) sums.set(variant.inventoryItemId, (sums.get(variant.inventoryItemId) ?? 0) + quantity);
  }
  return sums;
}

/** @param {Store} store @param {number} itemId @param {Location} at */
const availableAt = (store, itemId, at) => store.inventory.level(itemId, at.id)?.quantities.available ?? 0;

/** @param {Store} store */
export const onlineLocations = (store) => [...store.locations.values()].filter((one) => one.isActive && one.fulfillsOnlineOrders);

/** The first that is sold out over these locations though its policy does not let it be oversold. @param {Store} store @param {Wanted[]} wanted @param {Location[]} from */
export function soldOut(store, wanted, from) {
  for (const [itemId, quantity] of perItem(wanted)) {
    const { variant } = /** @type {Wanted} */ (wanted.find((one) => one.variant.inventoryItemId === itemId));
    if (variant.inventoryPolicy === 'DENY' && from.reduce((sum, at) => sum + availableAt(store, itemId, at), 0) < quantity) return variant;
  }
  return null;
}

/**
 * The location of each line: one for all if any has enough, else the first with enough for the whole line, else the first that
 * stocks it. A line is never split.
 * @param {Store} store
 * @param {Wanted[]} wanted
 * @returns {Location[]}
 */
export function route(store, wanted) {
  const locations = onlineLocations(store);
  const whole = locations.find((at) => [...perItem(wanted)].every(([itemId, quantity]) => availableAt(store, itemId, at) >= quantity));
  if (whole) return wanted.map(() => whole);
  /** What earlier lines took. @type {Map<string, number>} */
  const taken = new Map();
  return wanted.map(({ variant: { inventoryItemId: item }, tracked, quantity }) => {
    const key = (/** @type {Location} */ at) => `${item}:${at.id}`;
    const found = !tracked ? locations[0]
      : locations.find((at) => availableAt(store, item, at) - (taken.get(key(at)) ?? 0) >= quantity)
        ?? locations.find((at) => store.inventory.level(item, at.id)) ?? locations[0];
    taken.set(key(found), (taken.get(key(found)) ?? 0) + quantity);
    return found;
  });
}

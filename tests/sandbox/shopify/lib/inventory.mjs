// Stock: what each location has of each item, by the states that the platform counts (README.md, sources: stock).
import { gid } from './ids.mjs';

/** On the shelf, but neither for sale nor promised to an order. */
export const kHeldStates = ['reserved', 'damaged', 'safety_stock', 'quality_control'];
const kStates = ['available', 'committed', ...kHeldStates, 'incoming'];
export const kQuantityNames = [...kStates, 'on_hand'];

/**
 * @typedef {{itemId: number, locationId: number, number: number, quantities: Record<string, number>, createdAt: string,
 *   updatedAt: string}} Level one location's stock of one item
 */

/** Everything on the shelf: available, committed and held; what is on its way is not. @param {Level|undefined} level */
export const onHand = (level) => ['available', 'committed', ...kHeldStates].reduce((sum, name) => sum + (level?.quantities[name] ?? 0), 0);

/** @param {Level|undefined} level @param {string} name */
export const quantityOf = (level, name) => name === 'on_hand' ? onHand(level) : level?.quantities[name] ?? 0;

/** The number is the location's own, the same for all items: only the whole id names one level. @param {Level} level */
export const levelGid = (level) => `${gid('InventoryLevel', level.number)}?inventory_item_id=${level.itemId}`;

export class Inventory {
  /** @param {import('./ids.mjs').IdSeries} ids */
  constructor(ids) {
    this.ids_ = ids;
    /** @type {Map<number, Map<number, Level>>} by item, then by location */
    this.levels_ = new Map();
    /** @type {Map<number, number>} by location */
    this.numbers_ = new Map();
    /** Told of every level that comes and that changes. @type {(happened: 'connect'|'update', level: Level, changed: string[]) => void} */
    this.onChange = () => {};
  }

  /** @param {number} itemId @param {number} locationId */
  level(itemId, locationId) {
    return this.levels_.get(itemId)?.get(locationId);
  }

  /** @param {number} itemId */
  levelsOf(itemId) {
    return [...(this.levels_.get(itemId)?.values() ?? [])];
  }

  /** @param {number} locationId */
  levelsAt(locationId) {
    return [...this.levels_.values()].flatMap((one) => one.get(locationId) ?? []);
  }

  /** The level, which begins with nothing where there was none. @param {number} itemId @param {number} locationId @returns {Level} */
  connect(itemId, locationId) {
    const known = this.level(itemId, locationId);
    if (known) return known;
    if (!this.numbers_.has(locationId)) this.numbers_.set(locationId, this.ids_.next('InventoryLevel'));
    const now = new Date().toISOString();
    /** @type {Level} */
    const level = {
      itemId, locationId, number: /** @type {number} */ (this.numbers_.get(locationId)), createdAt: now, updatedAt: now,
      quantities: Object.fromEntries(kStates.map((name) => [name, 0])),
    };
    if (!this.levels_.has(itemId)) this.levels_.set(itemId, new Map());
    this.levels_.get(itemId)?.set(locationId, level);
    this.onChange('connect', level, []);
    return level;
  }

  /**
   * Books what is added to some states and taken from others, and tells of it once.
   * @param {number} itemId
   * @param {number} locationId
   * @param {Record<string, number>} deltas
   */
  book(itemId, locationId, deltas) {
    const level = this.connect(itemId, locationId);
    const changed = Object.keys(deltas).filter((name) => deltas[name] !== 0);
    if (changed.length === 0) return level;
    for (const name of changed) level.quantities[name] += deltas[name];
    level.updatedAt = new Date().toISOString();
    this.onChange('update', level, changed);
    return level;
  }

  /** What can be sold of an item over all locations. @param {number} itemId */
  available(itemId) {
    return this.levelsOf(itemId).reduce((sum, one) => sum + one.quantities.available, 0);
  }

  /** @param {number} itemId */
  forget(itemId) {
    this.levels_.delete(itemId);
  }
}

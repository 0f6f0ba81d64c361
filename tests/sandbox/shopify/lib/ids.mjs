// Global ids as the Admin API writes them, and numbers that differ with the seed.

/** @param {string} type @param {number|string} id */
export const gid = (type, id) => `gid://shopify/${type}/${id}`;

/**
 * The parts of a global id, or null when it is not one.
 * @param {unknown} text
 * @returns {{type: string, id: number} | null}
 */
export function parseGid(text) {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/([1-9][0-9]{0,18})$/.exec(String(text));
  return match ? { type: match[1], id: Number(match[2]) } : null;
}

/**
 * A small generator of repeatable numbers (mulberry32).
 * @param {number} seed
 * @returns {() => number} numbers in [0, 1)
 */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Issues ids that rise from a seeded start, one series a type. */
export class IdSeries {
  /** @param {() => number} random */
  constructor(random) {
    this.random_ = random;
    /** @type {Map<string, number>} */
    this.last_ = new Map();
  }

  /** @param {string} type @returns {number} */
  next(type) {
    const previous = this.last_.get(type) ?? 7_000_000_000_000 + Math.floor(this.random_() * 1e11);
    const id = previous + 1 + Math.floor(this.random_() * 32768);
    this.last_.set(type, id);
    return id;
  }
}

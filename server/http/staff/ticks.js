// @ts-check
// How many of each line were found so far, kept over a reload: picking is interrupted.

/** @typedef {import('./pickup.js').Pickup} Pickup */

export class Ticks {
  /** Pick-up id → a figure a line. @type {Record<string, number[]>} */
  #found = {};
  #key;

  /** @param {string} name of what the browser keeps */
  constructor(name) {
    this.#key = `${name}:found`;
    try {
      this.#found = JSON.parse(localStorage.getItem(this.#key) ?? '{}') ?? {};
    } catch { /* not ours */ }
  }

  /** @param {Pickup} pickup */
  of(pickup) {
    const kept = this.#found[pickup.id] ?? [];
    return pickup.lines.map((line, i) => Math.min(Math.max(0, kept[i] ?? 0), line.quantity));
  }

  /** @param {Pickup} pickup @param {number} line @param {number} figure */
  set(pickup, line, figure) {
    const figures = this.of(pickup);
    figures[line] = Math.min(Math.max(0, figure), pickup.lines[line].quantity);
    this.#found[pickup.id] = figures;
    this.#keep();
  }

  /** @param {Pickup} pickup */
  setAll(pickup) {
    this.#found[pickup.id] = pickup.lines.map((line) => line.quantity);
    this.#keep();
  }

  /** Forgets those that nobody picks any more. @param {Set<string>} picking ids */
  keepOnly(picking) {
    const kept = Object.entries(this.#found).filter(([id]) => picking.has(id));
    if (kept.length === Object.keys(this.#found).length) return;
    this.#found = Object.fromEntries(kept);
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#found));
    } catch { /* no room: it lasts as long as the page */ }
  }
}

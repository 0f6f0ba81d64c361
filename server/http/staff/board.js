// @ts-check
// What the server said is to do, and when. Asks again by itself while somebody looks.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {{now: number, staff: {name: string, role: string}, shops: {id: string, name: string}[], rejects: string[], pickups: Pickup[]}} Work */
/** @typedef {{work: (work: Work) => void, silent: () => void, signedOut: () => void}} Heard */

const kRefreshMs = 5_000;
const kRefreshMostMs = 30_000;  // while nobody answers
const kSeenMost = 200;

export class Board {
  #ask;
  #isOpen;
  #heard;
  /** Of what was shown, also when it has left the list. @type {Map<string, Pickup>} */
  #seen = new Map();
  /** @type {Set<string>} */
  #gone = new Set();
  #timer = 0;
  #failures = 0;
  #asking = false;
  #again = false;
  #running = false;
  #generation = 0;  // of what is known: an answer that was asked for before a deed's is older than it

  /** @param {typeof import('./server.js').ask} ask @param {typeof import('./pickup.js').isOpen} isOpen @param {Heard} heard */
  constructor(ask, isOpen, heard) {
    this.#ask = ask;
    this.#isOpen = isOpen;
    this.#heard = heard;
  }

  /** @type {Work | undefined} */
  work = undefined;
  get silent() { return this.#failures > 0; }

  start() {
    this.#running = true;
    void this.refresh();
  }

  stop() {
    this.#running = false;
    ++this.#generation;
    clearTimeout(this.#timer);
  }

  forget() {
    this.stop();
    this.work = undefined;
    this.#seen.clear();
  }

  /** @param {string} id */
  find(id) { return this.work?.pickups.find((pickup) => pickup.id === id) ?? this.#seen.get(id); }
  /** It was to do and is no longer, and nobody said why. @param {string} id */
  isGone(id) { return this.#gone.has(id); }

  /** What a deed or a scan was answered. @param {Pickup} pickup */
  take(pickup) {
    ++this.#generation;
    this.#remember(pickup);
    if (!this.work) return;
    const pickups = this.work.pickups.map((one) => (one.id === pickup.id ? pickup : one)).filter(this.#isOpen);
    this.work = {...this.work, pickups};
  }

  async refresh() {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    const generation = this.#generation;
    try {
      const work = await this.#ask('GET', 'work');
      this.#failures = 0;
      if (generation === this.#generation) this.#follow(work);
      else this.#again = this.#running;
    } catch (error) {
      if (!this.#running) return;
      if (/** @type {import('./server.js').Refusal} */ (error).signedOut) {
        this.stop();
        this.#heard.signedOut();
      } else {
        ++this.#failures;
        this.#heard.silent();
      }
    } finally {
      this.#asking = false;
      this.#plan();
    }
  }

  #plan() {
    clearTimeout(this.#timer);
    if (!this.#running || document.hidden) return;  // looked at again: refresh() is called
    const wait = this.#again && this.#failures === 0 ? 0 : Math.min(kRefreshMs * 2 ** Math.max(0, this.#failures - 1), kRefreshMostMs);
    this.#again = false;
    this.#timer = setTimeout(() => void this.refresh(), wait);
  }

  /** @param {Work} work */
  #follow(work) {
    const ids = new Set(work.pickups.map((pickup) => pickup.id));
    for (const {id} of this.work?.pickups ?? []) if (!ids.has(id)) this.#gone.add(id);
    for (const pickup of work.pickups) this.#remember(pickup);
    this.work = work;
    this.#heard.work(work);
  }

  /** @param {Pickup} pickup */
  #remember(pickup) {
    this.#gone.delete(pickup.id);
    this.#seen.delete(pickup.id);
    this.#seen.set(pickup.id, pickup);
    for (const id of [...this.#seen.keys()].slice(0, Math.max(0, this.#seen.size - kSeenMost))) {
      this.#seen.delete(id);
      this.#gone.delete(id);
    }
  }
}

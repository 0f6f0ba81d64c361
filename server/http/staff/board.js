// @ts-check
// What the server said is to do, and when. Asks again by itself while somebody looks.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {Pickup | Parcel} Job */
/**
 * senders: ids of the shops that send orders, for head office.
 * @typedef {{now: number, staff: {name: string, role: string}, shops: {id: string, name: string}[], rejects: string[], pickups: Pickup[],
 *   shipments: Parcel[], carriers: string[], senders?: string[]}} Work
 */
/** @typedef {{work: (work: Work) => void, silent: () => void, signedOut: () => void}} Heard */

const kRefreshMs = 5_000;
const kRefreshMostMs = 30_000;  // while nobody answers
const kSeenMost = 200;

export class Board {
  #ask;
  #isOpen;
  #heard;
  /** Of what was shown, also when it has left the list. @type {Map<string, Job>} */
  #seen = new Map();
  /** @type {Set<string>} */
  #gone = new Set();
  #timer = 0;
  #failures = 0;
  #asking = false;
  #again = false;
  #running = false;
  #generation = 0;  // of what is known: an answer that was asked for before a deed's is older than it

  /** @param {typeof import('./server.js').ask} ask @param {(job: Job) => boolean} isOpen @param {Heard} heard */
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

  /** All there is to do. @returns {Job[]} */
  get jobs() { return [...this.work?.pickups ?? [], ...this.work?.shipments ?? []]; }
  /** @param {string} id */
  find(id) { return this.jobs.find((job) => job.id === id) ?? this.#seen.get(id); }
  /** It was to do and is no longer, and nobody said why. @param {string} id */
  isGone(id) { return this.#gone.has(id); }

  /** What a deed or a scan was answered. @param {Job} job */
  take(job) {
    ++this.#generation;
    this.#remember(job);
    if (!this.work) return;
    const now = (/** @type {any} */ one) => (one.id === job.id ? job : one);
    this.work = {...this.work, pickups: this.work.pickups.map(now).filter(this.#isOpen), shipments: this.work.shipments.map(now).filter(this.#isOpen)};
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
    const before = this.jobs;
    this.work = work;
    const ids = new Set(this.jobs.map(({id}) => id));
    for (const {id} of before) if (!ids.has(id)) this.#gone.add(id);
    for (const job of this.jobs) this.#remember(job);
    this.#heard.work(work);
  }

  /** @param {Job} pickup */
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

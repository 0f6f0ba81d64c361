// @ts-check
// What the staff did, until the server has answered it: kept in the browser, sent in order and again unchanged, so that each
// takes effect once whatever happens to the network or the page.

/** @typedef {import('./pickup.js').Action | import('./parcel.js').Action} Action */
/** @typedef {import('./pickup.js').Pickup | import('./parcel.js').Parcel} Pickup */
/**
 * id: of this one deed. pickup: or the parcel, which says so by `to`. code: of the pick-up, for sentences. by: who did it. at: in ms.
 * @typedef {{id: string, pickup: string, to?: 'shipment', action: Action, reason?: string, picked?: number[], carrier?: string, number?: string,
 *   shop?: string, code: string, by: string, at: number}} Deed
 */
/** @typedef {'conflict' | 'not_found' | 'other' | 'too_old' | 'other_staff' | 'full'} Cause */
/**
 * @typedef {{done: (deed: Deed, pickup: Pickup, affected?: import('./affected.js').Others) => void, refused: (deed: Deed, cause: Cause) => void, waits: () => void,
 *   signedOut: () => void}} Heard
 */

const kDeedsMost = 50;
const kKeptMs = 24 * 3_600_000;
const kWaitsMs = [1_000, 2_000, 4_000, 8_000, 15_000];  // the last one again and again, until kKeptMs
const kRetryAfterMostMs = 60_000;

export class Deeds {
  #ask;
  #heard;
  #prefix;  // each by itself, so that two tabs do not write over each other's
  /** @type {Deed[]} */
  #deeds = [];
  #failures = 0;
  #sending = false;
  #stopped = true;
  #timer = 0;

  /** @param {typeof import('./server.js').ask} ask @param {Heard} heard @param {string} name of what the browser keeps */
  constructor(ask, heard, name) {
    this.#ask = ask;
    this.#heard = heard;
    this.#prefix = `${name}:deed:`;
    try {
      this.#deeds = Object.entries(localStorage).filter(([key]) => key.startsWith(this.#prefix)).map(([, text]) => JSON.parse(text))
        .sort((one, other) => one.at - other.at).slice(0, kDeedsMost);
    } catch { /* kept by nobody, or not ours: there is none */ }
  }

  /** Those without an answer, oldest first. */
  get waiting() { return this.#deeds; }
  /** Sending failed: they are not merely on their way. */
  get stuck() { return this.#deeds.length > 0 && (this.#failures > 0 || this.#stopped); }

  /** Sends what is kept of them; what somebody else left is dropped, since it would go in the wrong name. @param {string} by */
  start(by) {
    for (const deed of this.#deeds) if (deed.by !== by) this.#drop(deed, 'other_staff');
    this.#stopped = false;
    this.wake();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The network may be back. */
  wake() {
    clearTimeout(this.#timer);
    void this.#run();
  }

  /** @param {Omit<Deed, 'id' | 'at'>} what */
  add(what) {
    /** @type {Deed} */
    const deed = {...what, id: crypto.randomUUID(), at: Date.now()};
    if (this.#deeds.length >= kDeedsMost) {
      this.#heard.refused(deed, 'full');
      return;
    }
    this.#deeds = [...this.#deeds, deed];
    try {
      localStorage.setItem(this.#prefix + deed.id, JSON.stringify(deed));
    } catch { /* no room: it lasts as long as the page */ }
    if (this.#failures === 0) this.wake();
  }

  async #run() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#deeds.length > 0 && !this.#stopped) {
        if (!(await this.#send(this.#deeds[0]))) return;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** @param {Deed} deed @returns {Promise<boolean>} whether to go on */
  async #send(deed) {
    if (Date.now() - deed.at > kKeptMs) {
      this.#drop(deed, 'too_old');
      return true;
    }
    const {id, pickup, to, code: _code, by: _by, at: _at, ...what} = deed;
    try {
      const answer = await this.#ask('POST', to ? `${to}/act` : 'act', {id: pickup, deed: id, ...what});
      this.#failures = 0;
      this.#remove(deed);
      this.#heard.done(deed, answer.shipment ?? answer.pickup, answer.affected);
      return true;
    } catch (error) {
      return this.#failed(deed, /** @type {import('./server.js').Refusal} */ (error));
    }
  }

  /** @param {Deed} deed @param {import('./server.js').Refusal} refusal */
  #failed(deed, refusal) {
    if (refusal.signedOut) {
      this.stop();
      this.#heard.signedOut();
      return false;
    }
    if (!refusal.passes) {
      this.#failures = 0;
      this.#drop(deed, refusal.code === 'conflict' || refusal.code === 'not_found' ? refusal.code : 'other');
      return true;
    }
    const wait = kWaitsMs[Math.min(this.#failures, kWaitsMs.length - 1)];
    ++this.#failures;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), Math.max(wait, Math.min(refusal.retryAfterS * 1000, kRetryAfterMostMs)));
    this.#heard.waits();
    return false;
  }

  /** What follows it was done on the strength of it. @param {Deed} deed @param {Cause} cause */
  #drop(deed, cause) {
    for (const one of this.#deeds) if (one.pickup === deed.pickup && one.at >= deed.at) this.#remove(one);
    this.#heard.refused(deed, cause);
  }

  /** @param {Deed} deed */
  #remove(deed) {
    this.#deeds = this.#deeds.filter((one) => one.id !== deed.id);
    localStorage.removeItem(this.#prefix + deed.id);
  }
}

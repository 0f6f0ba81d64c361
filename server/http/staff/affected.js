// @ts-check
// What staff could not find is wanted by others too: their open pick-ups and parcels of the same shop, above the list until
// somebody has looked.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {{pickups: Pickup[], shipments: Parcel[]}} Others */

/** Later than that the staff are at something else, and the list says it all. */
const kAtOnceMs = 15_000;

/**
 * @param {import('./tools.js').Tools} tools @param {(job: Pickup | Parcel) => HTMLElement} row
 * @param {() => void} changed it was closed
 */
export function createAffected({words, make, say, fill}, row, changed) {
  const view = make('section', {class: 'affected', 'aria-labelledby': 'affected'});
  /** What was not found, and who else waits for it. @type {{code: string, ids: string[]} | undefined} */
  let known;
  let signature = '';

  const close = () => {
    known = undefined;
    changed();
  };

  return {
    /**
     * What a deed was answered. One that waited in the browser says nothing any more.
     * @param {{code: string, at: number}} deed @param {Others | undefined} others @returns {(Pickup | Parcel)[]} those that are shown
     */
    take({code, at}, others) {
      const jobs = [...others?.pickups ?? [], ...others?.shipments ?? []];
      if (jobs.length === 0 || Date.now() - at > kAtOnceMs) return [];
      known = {code, ids: jobs.map(({id}) => id)};
      return jobs;
    },
    /** @param {(Pickup | Parcel)[]} jobs that are open, as they are now @returns {HTMLElement[]} */
    amongst(jobs) {
      const left = jobs.filter(({id}) => this.shows(id));
      if (!known || left.length === 0) return [];
      const next = JSON.stringify([known, left]);
      if (next !== signature) {
        fill(view, make('h2', {class: 'section', id: 'affected', tabindex: '-1'}, words.affected), make('p', {class: 'quiet'}, say(words.affected_why, {code: known.code})),
          make('ol', {class: 'rows', role: 'list'}, ...left.map(row)),
          make('button', {class: 'button', type: 'button', 'data-key': 'affected-close', click: close}, words.affected_close));
      }
      signature = next;
      return [view];
    },
    /** Whether it is above the list, and not in it. @param {string} id */
    shows: (id) => known?.ids.includes(id) ?? false,
    forget() {
      known = undefined;
    },
  };
}

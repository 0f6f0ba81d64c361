// @ts-check
// All of the parcels that the rest of the page needs to know: their rows among the others, and the one that is looked at.

/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./deeds.js').Deed} Deed */
/** @typedef {{several: boolean, stuck: boolean, gone: boolean, work: import('./board.js').Work}} Seen */
/**
 * @typedef {{tools: import('./tools.js').Tools, part: (name: string) => Promise<any>, ask: typeof import('./server.js').ask, thumb: import('./thumb.js').Thumb,
 *   ticks: import('./ticks.js').Ticks, trail: import('./trail.js').Trail, act: (parcel: Parcel, action: import('./parcel.js').Action, more?: import('./parcel-detail.js').With) => void, home: () => void}} Parts
 */

/** @param {Parts} parts */
export async function createParcels({tools, part, ask, thumb, ticks, trail, act, home}) {
  /** @type {[typeof import('./parcel.js'), typeof import('./parcel-words.js'), typeof import('./parcel-rows.js'), typeof import('./parcel-address.js'), typeof import('./parcel-detail.js')]} */
  const [rules, {PARCEL_WORDS}, {createParcelRows}, {createAddress}, {createParcelDetail}] = /** @type {any} */ (
    await Promise.all(['parcel', 'parcelWords', 'parcelRows', 'parcelAddress', 'parcelDetail'].map(part)));
  const words = PARCEL_WORDS[tools.language];
  const rows = createParcelRows(tools, words);
  const address = createAddress(tools, words, ask);
  const detail = createParcelDetail({tools, words, rules, rows, address, thumb, ticks, trail, act, home});

  return {
    row: rows.row,
    isOpen: rules.isOpen,
    code: words.code,
    done: /** @type {Record<string, string>} */ (words.done),
    leave: detail.leave,
    /** Both kinds by what is due first; who has no shop comes first. @param {Pickup[]} pickups @param {Parcel[]} parcels @param {Deed[]} deeds @param {(pickup: Pickup) => number} limitOf */
    amongst(pickups, parcels, deeds, limitOf) {
      const open = parcels.map((parcel) => rules.expected(parcel, deeds))
        .filter((parcel) => rules.isOpen(parcel) || deeds.some(({pickup}) => pickup === parcel.id));
      /** @param {Pickup | Parcel} job */
      const due = (job) => (!('order' in job) ? limitOf(job) : job.state === 'person' ? 0 : job.due_at);
      return [...pickups, ...open].map((job, at) => ({job, at})).sort((one, other) => due(one.job) - due(other.job) || one.at - other.at).map(({job}) => job);
    },
    /** @param {Parcel} parcel @param {Seen} seen @param {Deed[]} deeds */
    follow(parcel, {work, ...about}, deeds) {
      // Not before the server knows of the yes, which alone it shows the address for.
      const sees = work.staff.role !== 'head_office' && rules.isPacking(parcel);
      const senders = work.shops.filter(({id}) => work.senders?.includes(id));
      detail.follow(rules.expected(parcel, deeds), {...about, rejects: work.rejects, carriers: work.carriers, senders, sees});
      return detail.view;
    },
    /**
     * What a scan is of, before pick-ups are asked: the parcel that is looked at, or one by its order.
     * @param {ReturnType<typeof import('./detail.js').createDetail>} pickup @param {() => Parcel[]} parcels @param {(id: string) => void} go
     */
    before(pickup, parcels, go) {
      return {
        ...pickup,
        /** @param {string} text */
        tick(text) {
          if (detail.take(text) || pickup.tick(text)) return true;
          const found = parcels().find(({order}) => order === text || order === `#${text}`);
          if (found) go(found.id);
          return Boolean(found);
        },
        get picks() { return detail.picks || pickup.picks; },
      };
    },
  };
}

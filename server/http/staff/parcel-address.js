// @ts-check
// Where a parcel goes: asked for while the shop packs it, kept in this page's memory alone, and forgotten with it.

/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {import('./parcel.js').Address} Address */

/** @param {import('./tools.js').Tools} tools @param {import('./parcel-rows.js').ParcelWords} words @param {typeof import('./server.js').ask} ask */
export function createAddress({make, say, language}, words, ask) {
  /** Of which parcel, and what is known: "failed", "none", or the address. @type {{id: string, known?: Address | 'failed' | 'none'} | undefined} */
  let of;
  let heard = () => {};
  let version = 0;

  /** @param {string} id */
  async function load(id) {
    /** @type {Address | 'failed' | 'none'} */
    let known;
    try {
      known = (await ask('POST', 'shipment/address', {id})).address;
    } catch (error) {
      known = /** @type {import('./server.js').Refusal} */ (error).status === 404 ? 'none' : 'failed';
    }
    if (of?.id !== id) return;
    of.known = known;
    ++version;
    heard();
  }

  /** In the order of its country. @param {Address} to */
  function linesOf(to) {
    const name = language === 'ja' || to.country === 'JP' ? [to.last_name, to.first_name] : [to.first_name, to.last_name];
    const where = to.country === 'JP' ? [`〒${to.post_code}`, `${to.province}${to.city}`, to.line1, to.line2]
      : [to.line1, to.line2, `${to.city} ${to.province} ${to.post_code}`, to.country];
    return {name: say(words.honorific, {name: name.filter(Boolean).join(' ')}), where: [...where, to.company].filter((line) => line.trim())};
  }

  /** @param {Address} to */
  function shown(to) {
    const {name, where} = linesOf(to);
    return [make('address', {class: 'address'}, ...where.map((line) => make('span', {class: 'address__line'}, line)), make('span', {class: 'address__name'}, name),
      ...(to.phone ? [make('a', {class: 'address__phone', href: `tel:${to.phone.replace(/[^+\d]/g, '')}`}, to.phone)] : [])),
    make('p', {class: 'quiet'}, words.address_note)];
  }

  return {
    /** Counts what became known. */
    get version() { return version; },
    /** @param {() => void} listener */
    changed(listener) { heard = listener; },
    /** @param {Parcel | undefined} parcel that is packed; none: nothing is kept */
    follow(parcel) {
      if (of?.id === parcel?.id) return;
      of = parcel && {id: parcel.id};
      if (parcel) void load(parcel.id);
    },
    section() {
      const known = of?.known;
      return make('section', {class: 'to', 'aria-labelledby': 'ship-to'}, make('h2', {class: 'section', id: 'ship-to'}, words.address),
        ...(known === undefined ? [make('p', {class: 'quiet', role: 'status'}, words.address_loading)]
          : known === 'none' ? [make('p', {class: 'sentence'}, words.address_none)]
            : known === 'failed' ? [make('p', {class: 'sentence'}, words.address_failed), make('button', {class: 'button', type: 'button', 'data-key': 'address', click: () => {
              if (of) void load(of.id);
            }}, words.address_again)]
              : shown(known)));
    },
  };
}

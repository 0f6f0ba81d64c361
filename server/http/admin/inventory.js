// @ts-check
// The online shop's stock: which shop is which location, and the products that cannot be kept in step, each with what to do.

const kPollMs = 5_000;
const kKinds = /** @type {const} */ (['unmatched', 'duplicate', 'untracked']);

/** @typedef {{name: string, barcode: string, sku: string, url: string}} Item */
/**
 * @typedef {{now: number, locations: {id: string, name: string}[] | null, stores: {store_id: string, name: string, location: string}[],
 *   reading: boolean, read_at: number, counts: Record<string, number>, items: Record<string, Item[]>}} Report
 */
/**
 * @typedef {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string,
 *   ask: (method: string, path: string, body?: unknown) => Promise<any>, ago: (then: number, now: number) => string, words: any, language: string}} Tools
 */

/** @param {Tools} tools */
export function createInventory({make, say, ask, ago, words, language}) {
  const section = make('section', {class: 'card', 'aria-labelledby': 'inventory-title'});
  const live = make('p', {class: 'card__note', role: 'status'});
  const places = make('div', {class: 'form'});
  const told = make('div', {class: 'form'});
  const number = new Intl.NumberFormat(language);
  /** @type {Report | undefined} */
  let report;
  /** @type {Map<string, string>} location by shop, as it is chosen on the page */
  let chosen = new Map();
  let edited = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let next;

  /** @param {string} text @param {() => void} click @param {string} [kind] */
  const button = (text, click, kind = '') => make('button', {class: `button${kind}`, type: 'button', click}, text);

  /** @param {Report['stores'][number]} store @param {{id: string, name: string}[]} locations */
  function choice(store, locations) {
    const id = `inventory-${store.store_id}`;
    const now = chosen.get(store.store_id) ?? '';
    const options = [{id: '', name: words.none}, ...locations];
    if (now && !locations.some((one) => one.id === now)) options.push({id: now, name: words.gone});
    return make('div', {class: 'field'},
      make('label', {class: 'field__label', for: id}, say(words.location_of, {shop: store.name})),
      make('select', {class: 'field__input', id, 'aria-describedby': `${id}-error`, change: (/** @type {Event} */ event) => {
        chosen.set(store.store_id, /** @type {HTMLSelectElement} */ (event.target).value);
        edited = true;
        showErrors();
      }}, ...options.map((one) => make('option', {value: one.id, selected: one.id === now}, one.name))),
      make('p', {class: 'field__error', id: `${id}-error`}));
  }

  /** Of a location that two shops have, at the second. @returns {HTMLElement | undefined} the first input that is wrong */
  function showErrors() {
    const taken = new Set();
    /** @type {HTMLElement | undefined} */
    let first;
    for (const {store_id: store} of report?.stores ?? []) {
      const location = chosen.get(store) ?? '';
      const twice = location !== '' && taken.has(location);
      taken.add(location);
      const input = /** @type {HTMLElement} */ (section.querySelector(`#inventory-${CSS.escape(store)}`));
      const error = /** @type {HTMLElement} */ (section.querySelector(`#inventory-${CSS.escape(store)}-error`));
      error.textContent = twice ? words.twice : '';
      if (twice) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
      if (twice) first ??= input;
    }
    return first;
  }

  /** Shops that have none yet, and a location of their name that nobody has. @param {Report} of */
  function suggestions(of) {
    const plain = (/** @type {string} */ name) => name.normalize('NFKC').trim().toLowerCase();
    const taken = new Set(chosen.values());
    return of.stores.filter(({store_id: store}) => !chosen.get(store)).flatMap((store) => {
      const same = (of.locations ?? []).filter((one) => plain(one.name) === plain(store.name) && !taken.has(one.id));
      return same.length === 1 ? [{store: store.store_id, location: same[0].id}] : [];
    });
  }

  async function save() {
    const wrong = showErrors();
    if (wrong) {
      wrong.focus();
      return;
    }
    const locations = [...chosen].filter(([, location]) => location).map(([store, location]) => ({store_id: store, location}));
    try {
      const now = await ask('PUT', 'inventory', {locations});
      edited = false;
      take(now);
      live.textContent = locations.length ? words.saved : words.saved_off;
    } catch {
      live.textContent = words.failed;
    }
  }

  /** @param {Report} of */
  function showPlaces(of) {
    if (!of.locations) {
      places.replaceChildren(make('p', {}, words.no_locations), make('div', {}, button(words.try_again, () => void look())));
      return;
    }
    const found = suggestions(of);
    const suggest = button(words.suggest, () => {
      for (const {store, location} of found) chosen.set(store, location);
      edited = true;
      showPlaces(of);
      live.textContent = say(words.suggested, {count: number.format(found.length)});
    });
    const locations = of.locations;
    places.replaceChildren(make('div', {class: 'pair'}, ...of.stores.map((store) => choice(store, locations))),
      make('div', {class: 'health__actions'}, button(words.save, () => void save(), ' button--main'), ...(found.length ? [suggest] : [])));
  }

  /** @param {typeof kKinds[number]} kind @param {Report} of */
  function list(kind, of) {
    const count = of.counts[kind];
    if (!count) return [];
    const rows = of.items[kind].map((item) => make('li', {class: 'person'}, make('div', {class: 'person__words'},
      make('p', {}, make('a', {class: 'link', href: item.url, target: '_top', 'aria-label': say(words.open, {name: item.name})}, item.name)),
      make('p', {class: 'card__note'}, say(words.code, {barcode: item.barcode || words.empty, sku: item.sku || words.empty})))));
    const rest = count - rows.length;
    return [make('details', {class: 'fine'},
      make('summary', {class: 'fine__summary'}, say(words.count, {kind: words.kind[kind], count: number.format(count)})),
      make('p', {class: 'card__note'}, words.what[kind]),
      make('ul', {class: 'people'}, ...rows),
      ...(rest > 0 ? [make('p', {class: 'card__note'}, say(words.more, {count: number.format(rest)}))] : []))];
  }

  /** @param {Report} of */
  function showTold(of) {
    if (!of.stores.some(({location}) => location)) {
      told.replaceChildren();
      return;
    }
    const open = new Set([...told.querySelectorAll('details[open] > summary')].map((one) => one.textContent));
    const state = of.reading ? words.reading : say(words.matched, {count: number.format(of.counts.matched), time: ago(of.read_at, of.now)});
    const again = button(words.again, async () => {
      try {
        take(await ask('POST', 'inventory/again', {}));
        live.textContent = words.asked;
      } catch {
        live.textContent = words.failed;
      }
    });
    told.replaceChildren(make('p', {}, state), ...kKinds.flatMap((kind) => list(kind, of)), ...(of.reading ? [] : [make('div', {}, again)]));
    for (const summary of told.querySelectorAll('summary')) summary.parentElement?.toggleAttribute('open', open.has(summary.textContent));
  }

  /** @param {Report} now */
  function take(now) {
    report = now;
    section.hidden = now.stores.length === 0;
    if (!edited) {
      const kept = section.contains(document.activeElement) ? document.activeElement?.id : '';
      chosen = new Map(now.stores.map((store) => [store.store_id, store.location]));
      showPlaces(now);
      if (kept) /** @type {HTMLElement | null} */ (section.querySelector(`#${CSS.escape(kept)}`))?.focus({preventScroll: true});
    }
    showTold(now);
    clearTimeout(next);
    if (now.reading) next = setTimeout(() => void look(), kPollMs);
  }

  async function look() {
    try {
      take(await ask('GET', 'inventory'));
    } catch {
      next = setTimeout(() => void look(), kPollMs);
    }
  }

  section.append(make('h2', {class: 'card__title', id: 'inventory-title', tabindex: '-1'}, words.title), make('p', {}, words.about),
    make('p', {class: 'card__note'}, words.about_off), live, places, told);
  return {
    section,
    /** @param {any} status the page's */
    async follow(status) {
      section.hidden = !status.smaregi.joined || status.smaregi.stores.length === 0;
      if (!section.hidden) await look();
    },
  };
}

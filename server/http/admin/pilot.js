// @ts-check
// The pilot: who sees the app before everybody does, and the button that ends it.

/** @typedef {{on: boolean, stores: string[], tag: string}} Pilot */
/**
 * @typedef {{make: Function, say: Function, ask: (method: string, path: string, body?: unknown) => Promise<any>, words: any,
 *   saved: (report: any) => void}} Tools
 * saved: with the report of the health check that the answer is.
 */

/** @param {Tools} tools */
export function createPilot({make, say, ask, words, saved}) {
  const section = make('section', {class: 'card', 'aria-labelledby': 'pilot-title'});
  const live = make('p', {class: 'card__note', role: 'status'});
  /** @type {{store_id: string, name: string}[]} */
  let shops = [];
  /** @type {Pilot | undefined} */
  let pilot;
  let customers = '';
  /** @type {Set<string>} */
  let chosen = new Set();

  /** @param {boolean} on @param {string} done */
  async function save(on, done) {
    try {
      const stores = shops.map((shop) => shop.store_id).filter((id) => chosen.has(id));
      const report = await ask('PUT', 'pilot', {on, stores: stores.length === shops.length ? [] : stores});
      saved(report);
      live.textContent = done;
      /** @type {HTMLElement | null} */ (section.querySelector('#pilot-title'))?.focus({preventScroll: true});
    } catch {
      live.textContent = words.pilot_failed;
    }
  }

  /** @param {{store_id: string, name: string}} shop */
  const box = ({store_id: id, name}) => make('label', {class: 'check'},
    make('input', {type: 'checkbox', checked: chosen.has(id), change: (/** @type {Event} */ event) => {
      if (/** @type {HTMLInputElement} */ (event.target).checked) chosen.add(id);
      else chosen.delete(id);
      const none = chosen.size === 0;
      for (const button of section.querySelectorAll('[data-needs-shop]')) /** @type {HTMLButtonElement} */ (button).disabled = none;
    }}), make('span', {}, name));

  function show() {
    if (!pilot) return;
    const {on, stores, tag} = pilot;
    const names = shops.filter(({store_id: id}) => stores.includes(id)).map(({name}) => name);
    const text = on ? say(words.pilot_on, {tag, shops: names.length ? names.join(words.between) : words.pilot_all}) : say(words.pilot_off, {tag});
    const start = make('button', {class: 'button', type: 'button', 'data-needs-shop': '', click: () => void save(true, words.pilot_started)}, on ? words.pilot_change : words.pilot_start);
    section.replaceChildren(
      make('h2', {class: 'card__title', id: 'pilot-title', tabindex: '-1'}, words.pilot, ...(on ? [' ', make('span', {class: 'badge badge--warning'}, words.pilot_banner)] : [])),
      make('p', {}, text), make('p', {class: 'card__note'}, words.pilot_tag_help), make('p', {class: 'card__note'}, words.pilot_members),
      ...(shops.length > 1 ? [make('fieldset', {class: 'shops-chosen'}, make('legend', {class: 'field__label'}, words.pilot_shops), ...shops.map(box))] : []),
      live,
      make('div', {class: 'health__actions'},
        ...(on ? [make('button', {class: 'button button--main', type: 'button', click: () => void save(false, words.pilot_ended)}, words.pilot_end)] : []),
        ...(on && shops.length < 2 ? [] : [start]),
        make('a', {class: 'button', href: customers, target: '_top'}, words.pilot_customers)));
  }

  return {
    section,
    /** @param {any} status the page's @param {Pilot} now */
    follow(status, now) {
      const same = JSON.stringify([now, status.smaregi.stores]) === JSON.stringify([pilot, shops]);
      shops = status.smaregi.stores;
      customers = status.customers;
      section.hidden = !status.smaregi.joined;
      if (same) return;
      pilot = now;
      chosen = new Set(now.stores.length ? now.stores : shops.map((shop) => shop.store_id));
      show();
    },
    /** For the sentence on top of the page. */
    banner: () => pilot?.on ? words.pilot_banner : '',
  };
}

// @ts-check
// Before somebody is signed in: an invitation is taken once, and who has none reads how to get one.

const kTokenMost = 512;

/** The invitation in the address, which is cleared of it. @returns {string} */
export function invitation() {
  const token = new URLSearchParams(location.hash.slice(1)).get('join') ?? '';
  if (location.hash.startsWith('#join=')) history.replaceState(null, '', location.pathname + location.search);
  return token.slice(0, kTokenMost);
}

/** @param {import('./tools.js').Tools} tools @param {HTMLElement} page */
export function createDoor({words, make, counted}, page) {
  /** @param {string} title @param {string} sentence @param {...(Node | string)} more */
  const tell = (title, sentence, ...more) => page.replaceChildren(make('section', {class: 'door', role: 'status'},
    make('h2', {class: 'door__title'}, title), make('p', {}, sentence), ...more));
  return {
    joining: () => tell(words.joining, ''),
    /** @param {() => void} again */
    cut: (again) => tell(words.join_cut, '', make('button', {class: 'button button--big button--main', type: 'button', click: again}, words.try_again)),
    /** @param {boolean} used the link did not work @param {number} kept deeds that wait */
    closed: (used, kept) => tell(used ? words.door_used : words.door_signed_out, used ? words.door_used_more : words.door_ask,
      ...(kept > 0 ? [make('p', {class: 'quiet'}, counted(words.door_kept, kept))] : [])),
  };
}

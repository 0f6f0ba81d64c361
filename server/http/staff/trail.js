// @ts-check
// What was done to a pick-up or a parcel, for who answers for others: read when it is opened, and again when something was done.

/** name: of staff. from: "" where it began. @typedef {{at: number, by: string, name?: string, action: string, from: string, to: string, reason: string, refused: boolean}} Deed */
/** earlier: how many are left out before them. @typedef {{trail: Deed[], earlier: number}} Answer */
/** @typedef {'pickup' | 'shipment'} Kind */
/** words: of what only this kind has. @typedef {Record<'state' | 'action' | 'reason', Record<string, string>>} Names */
/** sees: whether who is signed in may read it. @typedef {{sees: () => boolean, signedOut: () => void}} Heard */
/** @typedef {ReturnType<typeof createTrail>} Trail */

/** @param {import('./tools.js').Tools} tools @param {typeof import('./server.js').ask} ask @param {Heard} heard */
export function createTrail({words, make, fill, say, counted, moment}, ask, {sees, signedOut}) {
  const body = make('div', {class: 'trail', 'aria-live': 'polite'});
  const view = /** @type {HTMLDetailsElement} */ (make('details', {class: 'more', toggle: () => { if (view.open) void read(); }},
    make('summary', {class: 'more__summary', 'data-key': 'trail'}, words.trail), body));
  /** @type {{kind: Kind, id: string, version: string, names: Names} | undefined} */
  let shown;
  /** Of what was asked for: an answer to something else is not shown. */
  let asked = '';

  /** @param {Deed} deed */
  function who({by, name}) {
    const role = /** @type {Record<string, string>} */ (words.trail_by)[by] ?? by;
    return name ? say(words.trail_staff, {name, role}) : role;
  }

  /** @param {Deed} deed @param {Names} names */
  function row(deed, {state, action, reason}) {
    const {at, from, to, reason: why, refused} = deed;
    const moved = from && from !== to ? say(words.trail_moved, {from: state[from] ?? from, to: state[to] ?? to}) : state[to] ?? to;
    const mail = /** @type {Record<string, string>} */ (words.mail_step)[why] ?? why;
    const about = deed.action === 'tell' ? say(words.trail_mail, {mail}) : say(words.trail_reason, {reason: reason[why] ?? why});
    const more = [moved, why ? about : ''].filter(Boolean).join(' · ');
    return make('li', {class: `trail__deed${refused ? ' trail__deed--refused' : ''}`},
      make('p', {class: 'trail__when'}, moment(at), ' · ', who(deed)),
      make('p', {class: 'trail__what'}, action[deed.action] ?? deed.action, ' ', refused ? make('span', {class: 'tag'}, words.trail_refused) : ''),
      make('p', {class: 'quiet'}, more));
  }

  /** @param {string} sentence @param {boolean} again */
  function tell(sentence, again) {
    fill(body, make('p', {class: 'quiet'}, sentence), again ? make('button', {class: 'button', type: 'button', 'data-key': 'trail-again', click: () => void read()}, words.try_again) : '');
  }

  async function read() {
    if (!shown) return;
    const {kind, id, version, names} = shown;
    const question = asked = `${kind} ${id} ${version}`;
    if (!body.firstChild) tell(words.scan_asking, false);
    try {
      /** @type {Answer} */
      const {trail, earlier} = await ask('GET', `trail?${kind}=${encodeURIComponent(id)}`);
      if (question !== asked) return;
      fill(body, earlier > 0 ? make('p', {class: 'quiet'}, counted(words.trail_earlier, earlier)) : '',
        make('ol', {class: 'trail__deeds', role: 'list'}, ...trail.map((deed) => row(deed, names))));
    } catch (error) {
      const refusal = /** @type {import('./server.js').Refusal} */ (error);
      if (refusal.signedOut) signedOut();
      else if (question === asked) {
        asked = '';
        tell(refusal.passes ? words.trail_cut : words.trail_failed, true);
      }
    }
  }

  function follow() {
    if (view.open && shown && asked !== `${shown.kind} ${shown.id} ${shown.version}`) void read();
  }

  return {
    /** What is done to it changes `changed_at`, or sends a mail. @param {Kind} kind @param {{id: string, changed_at: number, mails?: unknown[]}} job @param {Names} names @returns {(Node | string)[]} */
    of(kind, {id, changed_at, mails = []}, names) {
      if (!sees()) return [];
      const version = `${changed_at} ${mails.length}`;
      if (shown?.id !== id) {
        view.open = false;
        asked = '';
        body.replaceChildren();
      }
      shown = {kind, id, version, names};
      follow();
      return [view];
    },
    /** Nobody is known to be signed in. */
    forget() {
      [shown, asked] = [undefined, ''];
      view.open = false;
      body.replaceChildren();
    },
  };
}

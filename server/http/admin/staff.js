// @ts-check
// Who serves in the shops: invited by a link that works once and is shown once, and stopped by a button.

const kRoles = ['clerk', 'manager', 'head_office'];
const kNameCharacters = '60';
const kPollMs = 3_000;
const kPollForMs = 10 * 60_000;
const kSvg = 'http://www.w3.org/2000/svg';

/** @typedef {{id: string, name: string, role: string, stores: string[], state: string, since: number, until?: number}} Staff */
/** @typedef {{now: number, staff: Staff[], link?: string, qr?: {width: number, height: number, path: string}}} Report */
/**
 * @typedef {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string,
 *   ask: (method: string, path: string, body?: unknown) => Promise<any>, words: any, language: string,
 *   createFields: typeof import('./fields.js').createFields}} Tools
 */

/** @param {Tools} tools */
export function createStaff({make, say, ask, words, language, createFields}) {
  const {labelled, textInput, choice, check, setError} = createFields({make, changed: (field) => {
    if (field) setError(field, '');
  }});
  const section = make('section', {class: 'card', 'aria-labelledby': 'staff-title', id: 'staff'});
  const live = make('p', {class: 'card__note', role: 'status'});
  const list = make('div', {class: 'form'});
  const form = make('form', {class: 'form staff__form', novalidate: true, submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void invite();
  }});
  const invitation = make('div', {class: 'invitation', hidden: true, role: 'group', 'aria-labelledby': 'invitation-title'});
  /** @type {{store_id: string, name: string}[]} */
  let shops = [];
  /** @type {Report | undefined} */
  let report;
  let shown = '';
  let wanted = {name: '', role: kRoles[0], stores: /** @type {string[]} */ ([])};
  /** Whose link is shown: when they join, it is told. */
  let awaited = '';

  // ---- who is there --------------------------------------------------------------------------------------------------

  /** "11月21日(土) 10:32"; with its year when that is not this one. @param {number} at @param {number} now */
  function moment(at, now) {
    const year = new Intl.DateTimeFormat('en', {year: 'numeric', timeZone: 'Asia/Tokyo'});
    return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-US', {
      ...(year.format(at * 1000) === year.format(now * 1000) ? {} : {year: 'numeric'}), month: language === 'ja' ? 'long' : 'short', day: 'numeric',
      weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Tokyo'}).format(at * 1000);
  }
  const nameOf = (/** @type {string} */ id) => shops.find((shop) => shop.store_id === id)?.name ?? words.gone_shop;
  /** @param {Staff} of @param {number} now */
  const stateOf = (of, now) => (of.until !== undefined && of.until <= now ? 'expired' : of.state);

  /** @param {Staff} of @param {string} state */
  async function revoke(of, state) {
    live.textContent = '';
    try {
      if (of.id === awaited) closeInvitation();
      take(await ask('POST', 'staff/revoke', {id: of.id}));
      live.textContent = say(words.ended[state], {name: of.name});
      focusTitle();
    } catch {
      live.textContent = words.end_failed;
    }
  }

  const focusTitle = () => /** @type {HTMLElement | null} */ (section.querySelector('#staff-title'))?.focus({preventScroll: true});

  /** @param {Staff} of */
  function inviteAgain(of) {
    closeInvitation();
    showForm({name: of.name, role: of.role, stores: of.stores.filter((id) => shops.some((shop) => shop.store_id === id))});
    form.scrollIntoView({block: 'center'});
    /** @type {HTMLElement | null} */ (form.querySelector('input'))?.focus({preventScroll: true});
  }

  /** @param {Staff} of @param {number} now */
  function person(of, now) {
    const state = stateOf(of, now);
    const served = of.role === 'head_office' ? words.all_shops : of.stores.map(nameOf).join(words.between);
    const since = say(words.since[state], {since: moment(of.since, now), until: moment(of.until ?? 0, now)});
    /** @param {string} text @param {string} named @param {() => void} click */
    const button = (text, named, click) => make('button', {class: 'button', type: 'button', 'aria-label': say(named, {action: text, name: of.name}), click}, text);
    return make('li', {class: 'person', 'data-staff': of.id, 'data-state': state},
      make('div', {class: 'person__words'},
        make('p', {}, make('span', {class: 'person__name'}, of.name), ' ',
          make('span', {class: `badge${state === 'joined' ? ' badge--good' : state === 'expired' ? ' badge--attention' : ''}`}, words.state[state])),
        make('p', {}, `${words.role[of.role] ?? of.role} · ${served}`), make('p', {class: 'card__note'}, since)),
      make('div', {class: 'answers'},
        ...(state === 'expired' || state === 'revoked' ? [button(words.again, words.again_of, () => inviteAgain(of))] : []),
        ...(state === 'revoked' ? [] : [button(words.end[state], words.end_of, () => void revoke(of, state))])));
  }

  function showList() {
    if (!report) return;
    const {now, staff} = report;
    const key = JSON.stringify([staff, staff.map((of) => stateOf(of, now)), shops]);
    if (key === shown) return;
    shown = key;
    const past = staff.filter((of) => of.state === 'revoked').reverse();
    const there = staff.filter((of) => of.state !== 'revoked');
    const open = list.querySelector('details')?.open ?? false;
    list.replaceChildren(
      there.length ? make('ul', {class: 'people'}, ...there.map((of) => person(of, now))) : make('p', {}, past.length ? words.none_now : words.none),
      ...(past.length ? [make('details', {class: 'fine', open}, make('summary', {class: 'fine__summary'}, say(words.past, {count: past.length})),
        make('ul', {class: 'people'}, ...past.map((of) => person(of, now))))] : []));
  }

  // ---- inviting ------------------------------------------------------------------------------------------------------

  /** @param {typeof wanted} from */
  function showForm(from) {
    wanted = from;
    const help = make('p', {class: 'field__help', id: 'staff-role-help'});
    const served = make('fieldset', {class: 'shops-chosen', 'aria-describedby': 'field-staff-stores-error'}, make('legend', {class: 'field__label'}, words.shops),
      ...shops.map(({store_id: id, name}, i) => check(name, wanted.stores.includes(id), (on) => {
        wanted.stores = shops.map((shop) => shop.store_id).filter((each) => (each === id ? on : wanted.stores.includes(each)));
      }, {field: 'staff.stores', ...(i === 0 ? {id: 'field-staff-stores', attributes: {'data-field': 'staff.stores'}} : {})})),
      make('p', {class: 'field__error', id: 'field-staff-stores-error'}));
    const follow = () => {
      help.textContent = words.role_help[wanted.role];
      served.hidden = wanted.role === 'head_office';
    };
    const role = choice('staff.role', wanted.role, kRoles.map((each) => [each, words.role[each]]), (text) => {
      wanted.role = text;
      follow();
    });
    const roleField = labelled('staff.role', words.role_label, role);
    role.setAttribute('aria-describedby', `staff-role-help ${role.getAttribute('aria-describedby')}`);
    role.after(help);
    follow();
    form.replaceChildren(make('h3', {class: 'card__title'}, words.invite),
      labelled('staff.name', words.name, textInput('staff.name', wanted.name, (text) => { wanted.name = text; }, {maxlength: kNameCharacters, autocomplete: 'off'}), words.name_help),
      roleField, served, make('div', {}, make('button', {class: 'button button--main', type: 'submit'}, words.make_link)));
  }
  const startAnew = () => showForm({name: '', role: kRoles[0], stores: shops.length === 1 ? [shops[0].store_id] : []});

  async function invite() {
    live.textContent = '';
    const name = wanted.name.trim();
    /** @type {string[]} */
    const wrong = [];
    if (!name) wrong.push('name');
    if (wanted.role !== 'head_office' && wanted.stores.length === 0) wrong.push('stores');
    if (wrong.length) {
      showErrors(wrong);
      return;
    }
    try {
      const answer = /** @type {Report} */ (await ask('POST', 'staff', {name, role: wanted.role, stores: wanted.stores}));
      const known = new Set(report?.staff.map((of) => of.id));
      take(answer);
      const made = answer.staff.find((of) => of.state === 'invited' && of.name === name && !known.has(of.id));
      if (made) showInvitation(made, answer);
    } catch (problem) {
      const {status, field} = /** @type {any} */ (problem);
      if (status === 400 && words.error[field]) showErrors([field]);
      else live.textContent = status === 409 ? words.too_many : words.failed;
    }
  }

  /** @param {string[]} fields */
  function showErrors(fields) {
    const first = fields.map((field) => setError(`staff.${field}`, words.error[field])).find((input) => input !== null);
    first?.scrollIntoView({block: 'center'});
    first?.focus({preventScroll: true});
  }

  // ---- the link ------------------------------------------------------------------------------------------------------

  /** @param {HTMLInputElement} input @param {HTMLElement} said */
  async function copy(input, said) {
    input.select();
    // The old way first: the frame around the page may forbid the new one.
    const copied = document.execCommand('copy') || await navigator.clipboard?.writeText(input.value).then(() => true, () => false);
    said.textContent = copied ? words.copied : words.not_copied;
  }

  /** @param {{width: number, height: number, path: string}} drawing @param {string} label */
  function qrCode({width, height, path}, label) {
    const svg = document.createElementNS(kSvg, 'svg');
    for (const [name, value] of Object.entries({class: 'invitation__qr', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges'})) svg.setAttribute(name, value);
    const dark = document.createElementNS(kSvg, 'path');
    dark.setAttribute('d', path);
    svg.append(dark);
    return svg;
  }

  /** @param {Staff} of @param {Report} answer */
  function showInvitation(of, {now, link = '', qr}) {
    const input = /** @type {HTMLInputElement} */ (make('input', {class: 'field__input', type: 'text', id: 'invitation-link', readonly: true, value: link, focus: () => input.select()}));
    const said = make('p', {class: 'card__note', role: 'status'});
    const title = make('h3', {class: 'card__title', id: 'invitation-title', tabindex: '-1'}, say(words.link_for, {name: of.name}));
    invitation.replaceChildren(title, make('p', {}, say(words.link_note, {until: moment(of.until ?? 0, now)})),
      make('div', {class: 'field'}, make('label', {class: 'field__label', for: 'invitation-link'}, words.link), input),
      make('div', {class: 'health__actions'},
        make('button', {class: 'button button--main', type: 'button', click: () => void copy(input, said)}, words.copy),
        make('button', {class: 'button', type: 'button', click: () => {
          closeInvitation();
          focusTitle();
        }}, words.close)), said,
      ...(qr ? [make('div', {class: 'invitation__scan'}, qrCode(qr, say(words.qr, {name: of.name})), make('p', {class: 'card__note'}, words.qr_note))] : []));
    invitation.hidden = false;
    form.hidden = true;
    startAnew();
    invitation.scrollIntoView({block: 'nearest'});
    title.focus({preventScroll: true});
    awaited = of.id;
    void awaitJoining(of.id, Date.now() + kPollForMs);
  }

  function closeInvitation() {
    awaited = '';
    invitation.hidden = true;
    invitation.replaceChildren();
    form.hidden = false;
  }

  /** @param {string} id @param {number} until */
  async function awaitJoining(id, until) {
    while (awaited === id && Date.now() < until) {
      await new Promise((done) => setTimeout(done, kPollMs));
      if (awaited === id && !document.hidden) await look();
    }
  }

  // ---- the section ---------------------------------------------------------------------------------------------------

  /** @param {Report} now */
  function take(now) {
    report = now;
    showList();
    const joined = now.staff.find((of) => of.id === awaited && of.state === 'joined');
    if (!joined) return;
    closeInvitation();
    live.textContent = say(words.joined, {name: joined.name});
    focusTitle();
  }

  async function look() {
    try {
      take(await ask('GET', 'staff'));
    } catch {
      if (report) return;  // what is shown stays
      list.replaceChildren(make('p', {}, words.unreachable, ' ', make('button', {class: 'link', type: 'button', click: () => void look()}, words.try_again)));
    }
  }

  section.append(make('h2', {class: 'card__title', id: 'staff-title', tabindex: '-1'}, words.staff), make('p', {}, words.about), live, list, invitation, form);
  return {
    section,
    /** @param {any} status the page's */
    async follow(status) {
      section.hidden = !status.smaregi.joined;
      if (!status.smaregi.joined) return;
      const before = JSON.stringify(shops);
      shops = status.smaregi.stores;
      if (!form.childElementCount) startAnew();
      else if (before !== JSON.stringify(shops)) showForm(wanted);
      await look();
    },
  };
}

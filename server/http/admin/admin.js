// @ts-check
// The merchant page: what is in step, the connections, the theme blocks and the settings. No framework; every text goes
// through textContent.

const page = /** @type {HTMLElement} */ (document.getElementById('page'));
const {WORDS} = await import(page.dataset.words ?? '');
const language = document.documentElement.lang === 'en' ? 'en' : 'ja';
const words = WORDS[language];
const [{createHealth}, {createPilot}, {createBackfill}, {createPending}, {WORDS: HEALTH_WORDS}] = await Promise.all(
  [page.dataset.health, page.dataset.pilot, page.dataset.backfill, page.dataset.pending, page.dataset.healthWords].map((file) => import(file ?? '')));
const kPollMs = 2_000;
const kPollForMs = 10 * 60_000;
const kBridgeMs = 1_000;  // how long the page waits for what the bridge says of the blocks
const kMost = 1_000_000;
const kTextCharacters = 1_000;
/** One row of who wins → the fields it decides. @type {Record<string, string[]>} */
const kWinnerRows = {
  name: ['last_name', 'first_name'], kana: ['last_kana', 'first_kana'], phone: ['phone'],
  birth_date: ['birth_date'], sex: ['sex'], mail_consent: ['mail_consent'],
};

/** @typedef {{store_id: string, name: string, hidden: boolean, safety_stock: number}} StoreSetting */
/**
 * @typedef {{programme_name: string, joining: string, consent: {ja: string, en: string, terms_url: string},
 *   field_winners: Record<string, string>, code_rule: string, code_letter: string, symbology: string, second_symbology: string,
 *   few_below: number, safety_stock: number, stores: StoreSetting[], contact_url: string, notify_mail: string, field_keys: Record<string, string>, paused: boolean}} Settings
 */
/**
 * @typedef {{now: number, shop: {domain: string, name: string},
 *   smaregi: {joined: boolean, contract_id: string, stock_confirmed_at: number, stores: {store_id: string, name: string}[]},
 *   in_step: boolean, problems: {code: string, since?: number, count?: number, column?: string}[],
 *   waiting: {customer: string, url: string, since: number, missing: string[]}[], settings: Settings, mail: {sends: boolean},
 *   review: {id: string, key: string, since: number, cause: string}[],
 *   data_requests: {id: string, customer: string, url: string, orders: string[], requested_at: number}[],
 *   editor: Record<string, string>, app: string, customers: string}} Status
 */

/** @type {(text: string, values?: Record<string, string | number>) => string} */
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes]
 * @param {...(Node | string)} children
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** @param {number} then @param {number} now */
function ago(then, now) {
  if (!then) return words.never;
  const minutes = Math.max(0, Math.floor((now - then) / 60));
  if (minutes < 1) return words.just_now;
  if (minutes < 60) return say(words.minutes_ago, {count: minutes});
  if (minutes < 48 * 60) return say(words.hours_ago, {count: Math.floor(minutes / 60)});
  return say(words.days_ago, {count: Math.floor(minutes / 1440)});
}

class Refusal extends Error {
  /** @param {number} status @param {{code?: string, message?: string, field?: string}} error */
  constructor(status, error) {
    super(error.message ?? `status ${status}`);
    this.status = status;
    this.field = error.field ?? '';
  }
}

/** @param {string} method @param {string} path @param {unknown} [body] */
async function send(method, path, body) {
  const bridge = /** @type {any} */ (window).shopify;
  const token = bridge ? await bridge.idToken() : '';
  return fetch(`/admin/api/${path}`, {
    method,
    headers: {authorization: `Bearer ${token}`, ...(body === undefined ? {} : {'content-type': 'application/json'})},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** @param {string} method @param {string} path @param {unknown} [body] */
async function ask(method, path, body) {
  const reply = await send(method, path, body);
  const answer = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refusal(reply.status, answer.error ?? {});
  return answer;
}

// ---- what is in step -------------------------------------------------------------------------------------------------

const banner = /** @type {HTMLElement} */ (document.getElementById('state'));

/** @param {string} kind @param {...(Node | string)} content */
function tell(kind, ...content) {
  banner.className = `banner${kind ? ` banner--${kind}` : ''}`;
  banner.replaceChildren(...content);
}

/** @param {Status} status */
function showState(status) {
  /** @type {string[] | undefined} */
  const found = health.sentences();
  const problems = status.problems.filter(({code}) => !found || !health.covers(code));
  const sentences = [...found ?? [], ...problems.map(({code, since, count, column}) =>
    say(words.problem[code] ?? words.problem.other, {code, column: column ?? '', count: count ?? 0, time: ago(since ?? 0, status.now)}))];
  if (sentences.length === 0) {
    const in_step = say(words.in_step, {time: ago(status.smaregi.stock_confirmed_at, status.now)});
    tell('good', [in_step, pilot.banner()].filter(Boolean).join(' · '));
    return;
  }
  const mayHelp = sentences.length > 1 || status.problems.some(({code}) => code !== 'not_joined' && code !== 'paused');
  const again = !mayHelp ? '' : make('button', {class: 'link', type: 'button', click: () => {
    void load('POST', 'refresh');
    void health.again();
  }}, words.try_again);
  if (sentences.length === 1) tell('attention', sentences[0], ' ', again);
  else {
    tell('attention', say(words.not_in_step, {count: sentences.length}),
      make('ul', {class: 'banner__list'}, ...sentences.map((sentence) => make('li', {}, sentence))), again);
  }
}

const tools = {make, say, ask, send, ago, page: words, words: HEALTH_WORDS[language], language};
const pilot = createPilot({...tools, saved: (/** @type {any} */ report) => health.take(report)});
const backfill = createBackfill(tools);
const pending = createPending({...tools, settled: (/** @type {Status} */ status) => {
  void show(status);
  void health.again();
}});
const health = createHealth({...tools, signIn: () => void signIn(), changed: (/** @type {any} */ report) => {
  if (!current) return;
  pilot.follow(current, report.pilot);
  showState(current);
}});

// ---- connections -----------------------------------------------------------------------------------------------------

/** @param {string} mark @param {boolean} done @param {string} name @param {string} text @param {Node} [action] */
function step(mark, done, name, text, action) {
  return make('li', {class: 'step'},
    make('span', {class: `step__mark${done ? '' : ' step__mark--open'}`, 'aria-hidden': 'true'}, done ? '✓' : mark),
    make('div', {}, make('p', {class: 'step__name'}, name), make('p', {class: 'step__words'}, text)), action ?? '');
}

let waitingUntil = 0;
/** @type {string} */
let signInUrl = '';

async function signIn() {
  // Opened at once, by the click itself: a browser blocks a tab that a script opens later.
  const tab = window.open('', '_blank');
  try {
    const {url} = await ask('POST', 'smaregi/sign-in', {});
    signInUrl = url;
    if (tab) {
      tab.opener = null;
      tab.location.href = url;
    }
    waitingUntil = Date.now() + kPollForMs;
    if (current) showConnections(current);
    void poll();
  } catch {
    tab?.close();
    tell('wrong', words.unreachable);
  }
}

let contractBefore = '';
async function poll() {
  contractBefore = current?.smaregi.contract_id ?? '';
  while (Date.now() < waitingUntil) {
    await new Promise((done) => setTimeout(done, kPollMs));
    if (document.hidden) continue;
    const status = /** @type {Status | undefined} */ (await ask('GET', 'status').catch(() => undefined));
    if (!status) continue;
    const joined = status.smaregi.joined && status.smaregi.contract_id !== contractBefore;
    if (joined) {
      signInUrl = '';
      contractBefore = status.smaregi.contract_id;
    }
    if (joined || status.in_step !== current?.in_step || status.problems.length !== current?.problems.length) void show(status);
    if (status.in_step && !signInUrl) waitingUntil = 0;
  }
  signInUrl = '';
  if (current) showConnections(current);
}

const connections = make('section', {class: 'card', 'aria-labelledby': 'connections-title'});
/** @param {Status} status */
function showConnections(status) {
  const {joined, contract_id: contract} = status.smaregi;
  const button = make('button', {class: `button${joined ? '' : ' button--main'}`, type: 'button', click: () => void signIn()},
    joined ? words.join_again : words.join);
  const text = joined ? say(words.smaregi_done, {contract}) : words.smaregi_wait;
  connections.replaceChildren(
    make('h2', {class: 'card__title', id: 'connections-title'}, words.connection),
    make('ol', {class: 'steps'},
      step('1', true, words.shopify, say(words.shopify_done, {shop: status.shop.domain})),
      step('2', joined, words.smaregi, text, button)));
  if (signInUrl) {
    connections.append(make('p', {class: 'card__note', role: 'status'}, words.join_waiting, ' ',
      make('a', {href: signInUrl, target: '_blank', rel: 'noopener'}, words.join_open)));
  }
}

// ---- theme blocks ----------------------------------------------------------------------------------------------------

/** @type {Record<string, string>} */
const kHandles = {card: 'member-card', account: 'member-card', stock: 'store-stock', guard: 'card-guard'};

/** Handles of blocks and embeds that are active in the theme; undefined when App Bridge cannot say. */
async function activeBlocks() {
  try {
    const extensions = await /** @type {any} */ (window).shopify.app.extensions();
    const active = new Set();
    for (const extension of extensions) {
      for (const block of extension.activations ?? []) {
        if (block.status === 'active') active.add(String(block.handle).split('/').pop());
      }
    }
    return active;
  } catch {
    return undefined;
  }
}

const blocks = make('section', {class: 'card', 'aria-labelledby': 'blocks-title'});
/** @param {Status} status @param {Promise<Set<string> | undefined>} found */
async function showBlocks(status, found) {
  const active = await found;
  const rows = Object.keys(kHandles).map((key) => {
    const name = words.block[key];
    const on = active?.has(kHandles[key]);
    const badge = active === undefined
      ? make('span', {class: 'badge'}, words.block_unknown)
      : make('span', {class: `badge badge--${on ? 'good' : 'attention'}`}, on ? words.block_on : words.block_off);
    return make('div', {class: 'row'}, make('span', {}, name, ' ', badge),
      make('a', {class: 'link', href: status.editor[key], target: '_top', 'aria-label': say(words.block_add, {action: words.open_editor, block: name})}, words.open_editor));
  });
  blocks.replaceChildren(make('h2', {class: 'card__title', id: 'blocks-title'}, words.blocks),
    make('p', {class: 'card__note'}, words.blocks_note), ...rows);
}

// ---- settings --------------------------------------------------------------------------------------------------------

/** @type {Settings} */
let draft;
/** @type {Settings} */
let saved;
const form = /** @type {HTMLFormElement} */ (make('form', {class: 'form', novalidate: true}));
const bar = make('div', {class: 'save', hidden: true});
const barWords = make('p', {class: 'save__words', role: 'status'});

/**
 * @param {string} field name in the settings
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [help]
 */
function labelled(field, label, input, help) {
  const id = `field-${field.replace(/\W/g, '-')}`;
  input.id = id;
  input.dataset.field = field;
  input.classList.add('field__input');
  input.setAttribute('aria-describedby', `${id}-error${help ? ` ${id}-help` : ''}`);
  return make('div', {class: 'field'}, make('label', {class: 'field__label', for: id}, label), input,
    ...(help ? [make('p', {class: 'field__help', id: `${id}-help`}, help)] : []),
    make('p', {class: 'field__error', id: `${id}-error`}));
}

/** @param {string} field @param {string} value @param {(text: string) => void} put @param {Record<string, string>} [more] */
const textInput = (field, value, put, more = {}) =>
  make('input', {type: 'text', value, ...more, input: (event) => {
    put(/** @type {HTMLInputElement} */ (event.target).value);
    changed(field);
  }});

/** @param {string} field @param {string} value @param {(text: string) => void} put @param {Record<string, string>} [more] */
const textArea = (field, value, put, more = {}) =>
  make('textarea', {rows: '4', ...more, input: (event) => {
    put(/** @type {HTMLTextAreaElement} */ (event.target).value);
    changed(field);
  }}, value);

/** @param {string} field @param {number} value @param {(figure: number) => void} put */
const numberInput = (field, value, put) =>
  textInput(field, String(value), (text) => put(/^\d{1,7}$/.test(text.trim()) ? Number(text) : NaN), {inputmode: 'numeric', autocomplete: 'off'});

/** @param {string} field @param {string} value @param {[string, string][]} options @param {(text: string) => void} put */
function choice(field, value, options, put) {
  const select = make('select', {change: (event) => {
    put(/** @type {HTMLSelectElement} */ (event.target).value);
    changed(field);
  }}, ...options.map(([key, label]) => make('option', {value: key, selected: key === value}, label)));
  return select;
}

/** @param {string} label @param {boolean} value @param {(on: boolean) => void} put @param {string} [described] @param {string} [id] */
function check(label, value, put, described, id) {
  const box = /** @type {HTMLInputElement} */ (make('input', {type: 'checkbox', checked: value, ...(described ? {'aria-label': described} : {}), ...(id ? {id} : {}), change: (event) => {
    put(/** @type {HTMLInputElement} */ (event.target).checked);
    changed('');
  }}));
  return make('label', {class: 'check'}, box, make('span', {}, label));
}

/** @param {string} title @param {...Node} content */
const card = (title, ...content) => make('section', {class: 'card'}, make('h3', {class: 'card__title'}, title), ...content);

/** The merchant's order first, then the shops Smaregi has beside them. @param {Status} status */
function orderedStores(status) {
  const listed = status.settings.stores.filter((store) => status.smaregi.stores.some((shop) => shop.store_id === store.store_id));
  const rest = status.smaregi.stores.filter((shop) => !listed.some((store) => store.store_id === shop.store_id))
    .map((shop) => ({store_id: shop.store_id, name: '', hidden: false, safety_stock: 0}));
  return [...listed, ...rest];
}

const shopList = make('ol', {class: 'shops'});
/** @param {Status} status */
function showShops(status) {
  const nameOf = (/** @type {string} */ id) => status.smaregi.stores.find((shop) => shop.store_id === id)?.name ?? id;
  if (draft.stores.length === 0) {
    shopList.replaceChildren(make('li', {class: 'card__note'}, words.shops_none));
    return;
  }
  /** @param {number} at @param {number} by */
  const move = (at, by) => {
    const [store] = draft.stores.splice(at, 1);
    draft.stores.splice(at + by, 0, store);
    showShops(status);
    changed('');
    const back = /** @type {HTMLButtonElement[]} */ ([...shopList.children[at + by].querySelectorAll('button')]);
    (back.find((button) => !button.disabled && button.dataset.by === String(by)) ?? back.find((button) => !button.disabled))?.focus();
  };
  /** @param {number} at @param {number} by @param {string} sign @param {string} label @param {boolean} disabled */
  const arrow = (at, by, sign, label, disabled) =>
    make('button', {class: 'button button--square', type: 'button', 'aria-label': label, 'data-by': String(by), disabled, click: () => move(at, by)}, sign);
  shopList.replaceChildren(...draft.stores.map((store, i) => {
    const shop = nameOf(store.store_id);
    const name = textInput(`stores[${i}].name`, store.name, (text) => { store.name = text; }, {placeholder: shop, maxlength: '60'});
    const safety = numberInput(`stores[${i}].safety_stock`, store.safety_stock, (figure) => { store.safety_stock = figure; });
    name.setAttribute('aria-label', say(words.shop_name, {shop}));
    safety.setAttribute('aria-label', say(words.shop_safety, {shop}));
    return make('li', {class: 'shop'},
      make('div', {class: 'shop__head'}, make('span', {class: 'shop__name'}, shop),
        arrow(i, -1, '↑', say(words.up, {shop}), i === 0), arrow(i, 1, '↓', say(words.down, {shop}), i === draft.stores.length - 1)),
      make('div', {class: 'pair'}, labelled(`stores[${i}].name`, words.shop_name_short, name),
        labelled(`stores[${i}].safety_stock`, words.shop_safety_short, safety)),
      check(words.shop_hidden, store.hidden, (on) => { store.hidden = on; }, say(words.shop_hidden_of, {shop})));
  }));
}

/** @param {Status} status */
function showForm(status) {
  saved = {...status.settings, stores: orderedStores(status)};
  draft = structuredClone(saved);
  /** @type {[string, string][]} */
  const symbologies = Object.entries(words.symbologies);
  showShops(status);
  form.replaceChildren(
    make('h2', {class: 'page__title'}, words.settings),
    card(words.programme,
      labelled('programme_name', words.programme_name, textInput('programme_name', draft.programme_name, (text) => { draft.programme_name = text; }, {maxlength: '60'}), words.programme_name_help),
      labelled('contact_url', words.contact_url, textInput('contact_url', draft.contact_url, (text) => { draft.contact_url = text.trim(); }, {inputmode: 'url', autocomplete: 'off'}), words.contact_url_help)),
    card(words.joining,
      labelled('joining', words.joining_how, choice('joining', draft.joining, Object.entries(words.joining_ways), (text) => { draft.joining = text; }), words.joining_help),
      make('p', {class: 'card__note'}, words.consent_help),
      labelled('consent.ja', words.consent_ja, textArea('consent.ja', draft.consent.ja, (text) => { draft.consent.ja = text; }, {lang: 'ja'})),
      labelled('consent.en', words.consent_en, textArea('consent.en', draft.consent.en, (text) => { draft.consent.en = text; }, {lang: 'en'}), words.consent_one_help),
      labelled('consent.terms_url', words.terms_url, textInput('consent.terms_url', draft.consent.terms_url, (text) => { draft.consent.terms_url = text.trim(); }, {inputmode: 'url', autocomplete: 'off'}), words.terms_url_help)),
    card(words.codes,
      labelled('code_rule', words.code_rule, choice('code_rule', draft.code_rule,
        [['own', words.code_rule_own], ['own_or_any', words.code_rule_own_or_any]], (text) => { draft.code_rule = text; })),
      labelled('code_letter', words.code_letter, textInput('code_letter', draft.code_letter, (text) => { draft.code_letter = text.trim(); }, {maxlength: '1', autocomplete: 'off', autocapitalize: 'characters'}), words.code_letter_help),
      make('div', {class: 'pair'},
        labelled('symbology', words.symbology, choice('symbology', draft.symbology, symbologies, (text) => { draft.symbology = text; })),
        labelled('second_symbology', words.second_symbology, choice('second_symbology', draft.second_symbology, symbologies, (text) => { draft.second_symbology = text; })))),
    card(words.fields, make('p', {class: 'card__note'}, words.fields_help),
      ...Object.entries(words.field).map(([key, name]) => labelled(`field_keys.${key}`, name,
        textInput(`field_keys.${key}`, draft.field_keys[key] ?? '', (text) => { draft.field_keys[key] = text.trim(); }, {autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: 'custom.…'})))),
    card(words.winners, make('p', {class: 'card__note'}, words.winners_help),
      make('div', {class: 'pair'}, ...Object.entries(kWinnerRows).map(([row, fields]) => labelled(`field_winners.${row}`, words.winner_row[row],
        choice(`field_winners.${row}`, draft.field_winners[fields[0]], Object.entries(words.winner), (text) => {
          for (const field of fields) draft.field_winners[field] = text;
        }))))),
    card(words.stock,
      make('div', {class: 'pair'},
        labelled('few_below', words.few_below, numberInput('few_below', draft.few_below, (figure) => { draft.few_below = figure; })),
        labelled('safety_stock', words.safety_stock, numberInput('safety_stock', draft.safety_stock, (figure) => { draft.safety_stock = figure; }), words.safety_stock_help)),
      make('h4', {class: 'card__title'}, words.shops), shopList),
    card(words.notify, ...(status.mail.sends ? [] : [make('p', {class: 'card__note'}, words.notify_off)]),
      labelled('notify_mail', words.notify_mail, textInput('notify_mail', draft.notify_mail, (text) => { draft.notify_mail = text.trim(); }, {inputmode: 'email', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false'}), words.notify_mail_help)),
    card(words.stop, check(words.paused, draft.paused, (on) => { draft.paused = on; }, undefined, 'setting-paused'), make('p', {class: 'card__note'}, words.paused_help)),
    bar);
  bar.replaceChildren(barWords, make('button', {class: 'button', type: 'button', click: () => {
    showForm(status);
    changed('');
  }}, words.discard), make('button', {class: 'button button--main', type: 'submit'}, words.save));
}

/** @param {string} field that was edited: its error goes away */
function changed(field) {
  if (field) setError(field, '');
  const differs = JSON.stringify(draft) !== JSON.stringify(saved);
  bar.hidden = !differs;
  if (differs) barWords.textContent = words.unsaved;
}

/** @param {string} field @param {string} text */
function setError(field, text) {
  const input = /** @type {HTMLElement | null} */ (form.querySelector(`[data-field="${CSS.escape(field)}"]`));
  const place = input && document.getElementById(`${input.id}-error`);
  if (!input || !place) return null;
  place.textContent = text;
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
  return input;
}

/** @returns {[string, string][]} field and what is wrong with it */
function wrongFields() {
  /** @type {[string, string][]} */
  const wrong = [];
  const figure = (/** @type {string} */ field, /** @type {number} */ value) => {
    if (!Number.isInteger(value) || value < 0 || value > kMost) wrong.push([field, words.error.range]);
  };
  if (draft.contact_url && !/^(https?:\/\/|mailto:|\/(?![/\\]))/.test(draft.contact_url)) wrong.push(['contact_url', words.error.url]);
  for (const key of /** @type {('ja' | 'en')[]} */ (['ja', 'en'])) {
    if ([...draft.consent[key]].length > kTextCharacters) wrong.push([`consent.${key}`, words.error.characters]);
  }
  if (draft.consent.terms_url && !/^https?:\/\//.test(draft.consent.terms_url)) wrong.push(['consent.terms_url', words.error.web_url]);
  if (draft.notify_mail && !/^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/.test(draft.notify_mail)) wrong.push(['notify_mail', words.error.mail]);
  if (!/^[A-HJ-NPR-Z]$/.test(draft.code_letter)) wrong.push(['code_letter', words.error.letter]);
  for (const [key, value] of Object.entries(draft.field_keys)) {
    if (value && !/^[\w-]{3,255}\.[\w-]{2,64}$/.test(value)) wrong.push([`field_keys.${key}`, words.error.metafield]);
  }
  figure('few_below', draft.few_below);
  figure('safety_stock', draft.safety_stock);
  draft.stores.forEach((store, i) => figure(`stores[${i}].safety_stock`, store.safety_stock));
  return wrong;
}

/** @param {[string, string][]} wrong */
function showErrors(wrong) {
  const first = wrong.map(([field, text]) => setError(field, text)).find((input) => input !== null);
  barWords.textContent = say(words.errors, {count: wrong.length});
  first?.scrollIntoView({block: 'center'});  // not below the bar
  first?.focus({preventScroll: true});
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const wrong = wrongFields();
  if (wrong.length) {
    showErrors(wrong);
    return;
  }
  try {
    const status = await ask('PUT', 'settings', draft);
    bar.hidden = true;
    await show(status);
    /** @type {any} */ (window).shopify?.toast?.show(words.saved);
  } catch (error) {
    if (error instanceof Refusal && error.status === 400 && error.field) {
      showErrors([[error.field, /bytes|characters long/.test(error.message) ? words.error.long : words.error.other]]);
    } else {
      barWords.textContent = words.not_saved;
    }
  }
});

window.addEventListener('beforeunload', (event) => {
  if (!bar.hidden) event.preventDefault();
});

// ---- the page --------------------------------------------------------------------------------------------------------

/** @type {Status | undefined} */
let current;

/** @param {Status} status */
async function show(status) {
  const first = current === undefined;
  current = status;
  showState(status);
  showConnections(status);
  pending.follow(status);
  const active = activeBlocks();
  const told = Promise.all([showBlocks(status, active), health.follow(status, active), backfill.follow(status)]);
  if (bar.hidden) showForm(status);
  if (first) {
    // Nothing that is shown moves down when the bridge says what it knows of the blocks.
    await Promise.race([told, new Promise((done) => setTimeout(done, kBridgeMs))]);
    page.append(...pending.sections, connections, health.section, blocks, pilot.section, backfill.section, form);
  }
  page.setAttribute('aria-busy', 'false');
}

/** @param {string} method @param {string} path */
async function load(method, path) {
  try {
    await show(/** @type {Status} */ (await ask(method, path, method === 'POST' ? {} : undefined)));
    if (current?.problems.some(({code}) => code === 'first_reading') && !waitingUntil) {
      waitingUntil = Date.now() + kPollForMs;
      void poll();
    }
  } catch {
    tell('wrong', words.unreachable, ' ', make('button', {class: 'link', type: 'button', click: () => void load('GET', 'status')}, words.try_again));
    page.setAttribute('aria-busy', 'false');
  }
}

tell('', words.loading);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && bar.hidden) void load('GET', 'status');
});
await load('GET', 'status');

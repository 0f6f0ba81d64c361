// @ts-check
// The merchant page: what is in step, the connections and the theme blocks; its other parts are modules of their own. No
// framework; every text goes through textContent.

const page = /** @type {HTMLElement} */ (document.getElementById('page'));
const {WORDS} = await import(page.dataset.words ?? '');
const language = document.documentElement.lang === 'en' ? 'en' : 'ja';
const words = WORDS[language];
const [{createHealth}, {createPilot}, {createBackfill}, {createPending}, {createStaff}, {createSettings}, {createFields}, {createPickupSettings},
  {createShippingSettings}, {createInventory}, {WORDS: HEALTH_WORDS}, {WORDS: STAFF_WORDS}, {WORDS: INVENTORY_WORDS}, {WORDS: SHIPPING_WORDS}, {createRestocks, createRestockSettings}, {createMailSettings}, {createSafetySettings}] = await Promise.all(
  ['health', 'pilot', 'backfill', 'pending', 'staff', 'settings', 'fields', 'pickupSettings', 'shippingSettings', 'inventory', 'healthWords', 'staffWords', 'inventoryWords',
    'shippingWords', 'restocks', 'mailSettings', 'safetySettings'].map((name) => import(page.dataset[name] ?? '')));
const kPollMs = 2_000;
const kPollForMs = 10 * 60_000;
const kBridgeMs = 1_000;  // how long the page waits for what the bridge says of the blocks

/**
 * @typedef {{now: number, shop: {domain: string, name: string},
 *   smaregi: {joined: boolean, contract_id: string, stock_confirmed_at: number, stores: {store_id: string, name: string}[]},
 *   in_step: boolean, problems: {code: string, since?: number, count?: number, column?: string}[],
 *   waiting: {customer: string, url: string, since: number, missing: string[]}[], settings: any,
 *   products: import('./safety-settings.js').Product[], mail: {sends: boolean},
 *   review: {id: string, kind: string, key: string, since: number, cause: string}[],
 *   undecided: {order: string, url: string, code: string, shop: string, since: number, choice: string, state: string, to: string, by_itself: boolean, refund_at: number}[],
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
const inventory = createInventory({...tools, words: INVENTORY_WORDS[language]});
const pending = createPending({...tools, settled: (/** @type {Status} */ status) => {
  void show(status);
  void health.again();
}});
const restocks = createRestocks({...tools, words});
const staff = createStaff({...tools, words: STAFF_WORDS[language], createFields});
const settings = createSettings({...tools, createFields, createPickupSettings, createShippingSettings, createRestockSettings, createMailSettings, createSafetySettings, shipping: SHIPPING_WORDS[language], saved: (/** @type {Status} */ status) => show(status)});
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
  const told = Promise.all([showBlocks(status, active), health.follow(status, active), backfill.follow(status), inventory.follow(status), restocks.follow(status), staff.follow(status)]);
  settings.follow(status);
  if (first) {
    // Nothing that is shown moves down when the bridge says what it knows of the blocks.
    await Promise.race([told, new Promise((done) => setTimeout(done, kBridgeMs))]);
    page.append(...pending.sections, connections, health.section, blocks, pilot.section, backfill.section, inventory.section, restocks.section, staff.section, settings.form);
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
  if (!document.hidden && !settings.edited()) void load('GET', 'status');
});
await load('GET', 'status');

// @ts-check
// What the card and the stock share: JSON over the app proxy, asking again while somebody looks, and showing new HTML
// without losing focus or scroll.

/** An unanswered request is given up after this long. */
export const REQUEST_TIMEOUT_MS = 8000;
/** A core that did not load is asked for again after this long. */
const CORE_AGAIN_MS = 60000;
/** The longest a server may tell us to wait (Retry-After). */
const LONGEST_WAIT_MS = 120000;

/**
 * @typedef {{kind: 'ok', data: any}} Ok
 * @typedef {{kind: 'denied' | 'offline' | 'unavailable', status: number, code: string, field: string, waitMs: number}} Failure
 *   denied: 401 or 403, the shopper may not see this (any more), unless it is Shopify's own signature that failed; offline: no network, or somebody else answered in our
 *   place (a store password page, a captive portal); unavailable: everything else.
 * @typedef {Ok | Failure} Answer
 * @typedef {{language: string, now: number}} Context
 * @typedef {{
 *   card(model: object, options: object, context: Context): string,
 *   fullScreen(model: object, context: Context): string,
 *   stock(model: object, context: Context): string,
 * }} Core
 */

/** @type {(kind: Failure['kind'], more?: Partial<Failure>) => Failure} */
const failure = (kind, more) => ({kind, status: 0, code: '', field: '', waitMs: 0, ...more});

/**
 * GET, or POST of a JSON body, answered with JSON.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {object} [body]
 * @returns {Promise<Answer>}
 */
export async function ask(url, signal, body) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), REQUEST_TIMEOUT_MS);
  const stop = () => timeout.abort();
  signal.addEventListener('abort', stop, {once: true});
  try {
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: body ? {'Accept': 'application/json', 'Content-Type': 'application/json'} : {'Accept': 'application/json'},
      body: body ? JSON.stringify(body) : undefined,
      cache: body ? 'no-store' : 'default',
      credentials: 'same-origin',
      signal: timeout.signal,
    });
    const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
    if (response.ok) {
      return response.redirected || !isJson ? failure('offline') : {kind: 'ok', data: await response.json()};
    }
    const {status} = response;
    const waitMs = Math.min(Number(response.headers.get('Retry-After')) * 1000 || 0, LONGEST_WAIT_MS);
    const {code = '', field = ''} = isJson ? (await response.json()).error ?? {} : {};
    const denied = isJson && code !== 'signature' && (status === 401 || status === 403);
    return failure(denied ? 'denied' : 'unavailable', {status, code, field, waitMs});
  } catch {
    return failure(timeout.signal.aborted && navigator.onLine ? 'unavailable' : 'offline');
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Runs `task` now and then again and again, one at a time, only while the page is visible; at once when it becomes
 * visible, is restored, or the network returns. Stops for good when the signal aborts.
 * @param {AbortSignal} signal
 * @param {() => Promise<number | void>} task  a number is the least wait before the next run, in ms; Infinity ends it
 * @param {(watchedMs: number) => number} pause  ms until the next run, from how long the page has been looked at
 * @returns {() => void}  runs the task at once
 */
export function watch(signal, task, pause) {
  let timer = 0;
  let running = false;
  let again = false;
  let since = performance.now();
  async function run() {
    clearTimeout(timer);
    if (signal.aborted || document.hidden) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    let least = 0;
    try {
      least = (await task()) ?? 0;
    } finally {
      running = false;
    }
    if (again) {
      again = false;
      void run();
    } else if (Number.isFinite(least) && !signal.aborted && !document.hidden) {
      timer = setTimeout(run, Math.max(least, pause(performance.now() - since)));
    }
  }
  function wake() {
    since = performance.now();
    void run();
  }
  document.addEventListener('visibilitychange', wake, {signal});
  window.addEventListener('online', wake, {signal});
  window.addEventListener('pageshow', (event) => event.persisted && wake(), {signal});
  signal.addEventListener('abort', () => clearTimeout(timer), {once: true});
  wake();
  return wake;
}

/** @param {Element} control */
const controlKey = (control) =>
  ['data-tsunagi-action', 'data-tsunagi-shop', 'data-tsunagi-product', 'href'].map((name) => control.getAttribute(name) ?? '').join(' ');

/**
 * HTML that the core rendered, as nodes. The only place where text becomes markup: the core escapes every value.
 * @param {string} html
 */
export const nodesOf = (html) => document.createRange().createContextualFragment(html);

/**
 * Makes `from` like `to` where they differ: what stays the same keeps its selection, its scroll and its place. A status is
 * replaced whole: it is told by our own live region, once and only when it matters.
 * @param {ChildNode} from
 * @param {ChildNode} to
 */
function patch(from, to) {
  if (from.isEqualNode(to)) return;
  if (from instanceof Text && to instanceof Text) {
    from.data = to.data;
  } else if (from instanceof Element && to instanceof Element && from.nodeName === to.nodeName && to.getAttribute('role') !== 'status') {
    for (const {name} of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const {name, value} of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    patchChildren(from, to);
  } else {
    from.replaceWith(to);
  }
}

/**
 * @param {Element} from
 * @param {Element | DocumentFragment} to
 */
function patchChildren(from, to) {
  const [before, after] = [[...from.childNodes], [...to.childNodes]];
  after.forEach((node, i) => (before[i] ? patch(before[i], node) : from.append(node)));
  for (const node of before.slice(after.length)) node.remove();
}

/**
 * Shows HTML that the core rendered. Nothing is touched that is there already; the focus stays on what it was on.
 * @param {HTMLElement} view
 * @param {string} html
 * @param {boolean} [anew]  nothing moves: the height stays, lists are new
 * @returns {boolean}  whether anything changed
 */
export function show(view, html, anew) {
  if (view.innerHTML === html) return false;
  if (anew) {
    view.style.minBlockSize = `${view.offsetHeight}px`;
    for (const part of view.querySelectorAll('ul, ul ~ *')) part.remove();
  }
  const focused = document.activeElement;
  const key = focused && view.contains(focused) ? controlKey(focused) : undefined;
  patchChildren(view, nodesOf(html));
  for (const option of view.querySelectorAll('option')) option.selected = option.defaultSelected;
  const now = document.activeElement;
  if (key !== undefined && !(now && view.contains(now) && controlKey(now) === key)) {
    const same = [...view.querySelectorAll('a[href], button')].find((control) => controlKey(control) === key);
    if (same instanceof HTMLElement) same.focus({preventScroll: true});
  }
  return true;
}

/**
 * The area last chosen, or now: in the tab, of a customer until the card guard erases it.
 * @param {string} [customer]
 * @param {string} [area]
 */
export function areaOf(customer = '', area = '') {
  try {
    const place = customer ? localStorage : sessionStorage;
    if (area) place['tsunagi:area'] = JSON.stringify({customer, area});
    const kept = JSON.parse(place['tsunagi:area']);
    if (kept.customer === customer) return kept.area;
  } catch {
    // nothing is kept
  }
  return area;
}

/** @type {Map<string, Promise<Core>>} */
const cores = new Map();

/**
 * The core as WebAssembly, loaded once however many elements ask.
 * @param {DOMStringMap} where  data-core: the loader's address; data-wasm: the module's
 * @returns {Promise<Core>}
 */
export function loadCore(where) {
  const key = `${where.core} ${where.wasm}`;
  let core = cores.get(key);
  if (!core) {
    core = import(where.core ?? '').then((loader) => loader.load(where.wasm ?? ''));
    core.catch(() => setTimeout(() => cores.delete(key), CORE_AGAIN_MS));
    cores.set(key, core);
  }
  return core;
}

/**
 * What the core needs to know of here and now. `skew` is the server's clock minus ours, in seconds.
 * @param {Element} element
 * @param {number} skew
 * @returns {Context}
 */
export const contextOf = (element, skew) => ({
  language: element.getAttribute('data-language') === 'ja' ? 'ja' : 'en',
  now: Math.floor(Date.now() / 1000 + skew),
});

/**
 * The element's own signal: aborted when it leaves the page (the theme editor takes sections out and in).
 * @param {AbortController | undefined} previous
 */
export function renew(previous) {
  previous?.abort();
  return new AbortController();
}

/**
 * The server's clock minus ours, from an answer that carries its time.
 * @param {any} data
 * @param {number} previous
 */
export const skewOf = (data, previous) => (Number(data?.now) > 0 ? data.now - Date.now() / 1000 : previous);

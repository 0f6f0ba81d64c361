// @ts-check
// What every part of the page is made with: elements, sentences, and the server's clock in words. Every text goes through
// textContent.

/** @typedef {string | {one: string, many: string}} Sentence */
/** @typedef {Record<string, string | number>} Values */
/** @typedef {typeof import('./words.js').WORDS.en | typeof import('./words.js').WORDS.ja} Words */
/** @typedef {'ja' | 'en'} Language */
/** @typedef {ReturnType<typeof createTools>} Tools */
/** @typedef {string | boolean | ((event: any) => void)} Attribute */

/** Shops are in Japan, wherever the phone thinks it is. */
const kZone = 'Asia/Tokyo';
const kMinute = 60;
const kHour = 3_600;
const kDay = 86_400;
const kSvg = 'http://www.w3.org/2000/svg';
/** Drawn, since a font's signs differ from phone to phone. 24 × 24. @type {Record<string, string>} */
const kShapes = {
  placed: 'M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18z',
  accepted: 'M12 2l10 10l-10 10l-10-10z',
  picking: 'M4 4h16v16h-16z',
  ready: 'M12 2l10 18h-20z',
  handed_over: 'M3 12l3-3l4 4l8-8l3 3l-11 11z',
  rejected: 'M5 2l7 7l7-7l3 3l-7 7l7 7l-3 3l-7-7l-7 7l-3-3l7-7l-7-7z',
  late: 'M10 2h4l-1 13h-2zM10 18h4v4h-4z',
  send: 'M12 2l8 8h-5v6h-6v-6h-5zM4 19h16v3h-16z',
  check: 'M3 12l3-3l4 4l8-8l3 3l-11 11z',
  back: 'M16 3l2 2l-7 7l7 7l-2 2l-9-9z',
  menu: 'M3 5h18v2.5h-18zM3 11h18v2.5h-18zM3 17h18v2.5h-18z',
  less: 'M4 10.5h16v3h-16z',
  scan: 'M2 4h2v16h-2zM6 4h3v16h-3zM11 4h1.5v16h-1.5zM14.5 4h3v16h-3zM19 4h1v16h-1zM21 4h1v16h-1z',
};
kShapes.expired = kShapes.cancelled = kShapes.rejected;

/** @param {string} text @param {Values} [values] */
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** @param {Sentence} sentence @param {number} count @param {Values} [values] */
const counted = (sentence, count, values = {}) =>
  say(typeof sentence === 'string' ? sentence : count === 1 ? sentence.one : sentence.many, {count, ...values});

/** @param {string} tag @param {Record<string, Attribute>} [attributes] @param {...(Node | string)} children */
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

/** @param {string} name of kShapes */
function shape(name) {
  const svg = document.createElementNS(kSvg, 'svg');
  for (const [key, value] of [['viewBox', '0 0 24 24'], ['class', 'shape'], ['aria-hidden', 'true']]) svg.setAttribute(key, value);
  const path = svg.appendChild(document.createElementNS(kSvg, 'path'));
  path.setAttribute('d', kShapes[name] ?? kShapes.placed);
  return svg;
}

/** Puts the children in, and the focus back on what has the same data-key. @param {HTMLElement} parent @param {...(Node | string)} children */
function fill(parent, ...children) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset.key : undefined;
  parent.replaceChildren(...children);
  if (!key) return;
  const again = [...parent.querySelectorAll('[data-key]')].find((element) => /** @type {HTMLElement} */ (element).dataset.key === key);
  /** @type {HTMLElement | undefined} */ (again)?.focus({preventScroll: true});
}

/** @param {Words} words @param {Language} language */
export function createTools(words, language) {
  let ahead = 0;  // seconds of the server's clock before this one's
  const locale = language === 'ja' ? 'ja-JP' : 'en-US';
  const hours = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', timeZone: kZone});
  const date = new Intl.DateTimeFormat(locale, {month: language === 'ja' ? 'long' : 'short', day: 'numeric', weekday: 'short', timeZone: kZone});
  const dated = new Intl.DateTimeFormat(locale, {
    year: 'numeric', month: language === 'ja' ? 'long' : 'short', day: 'numeric', weekday: 'short', timeZone: kZone});
  const day = new Intl.DateTimeFormat('en-CA', {dateStyle: 'short', timeZone: kZone});
  const figures = new Intl.NumberFormat(locale);

  const now = () => Math.floor(Date.now() / 1000) + ahead;
  /** @param {number} at */
  const hour = (at) => hours.format(at * 1000);
  /** @param {number} at */
  function moment(at) {
    const [then, today] = [day.format(at * 1000), day.format(now() * 1000)];
    if (then === today) return say(words.today, {time: hour(at)});
    const shown = (then.slice(0, 4) === today.slice(0, 4) ? date : dated).format(at * 1000);
    return language === 'ja' ? `${shown} ${hour(at)}` : `${shown}, ${hour(at)}`;
  }
  /** How long until then, or since. @param {number} at */
  function left(at) {
    const seconds = at - now();
    if (seconds > 0) {
      if (seconds <= kHour - kMinute) return counted(words.left_minutes, Math.ceil(seconds / kMinute));
      if (seconds < kDay) return counted(words.left_hours, Math.max(1, Math.floor(seconds / kHour)));
      return counted(words.left_days, Math.floor(seconds / kDay));
    }
    const late = -seconds;
    if (late < kMinute) return words.late_now;
    if (late < kHour) return counted(words.late_minutes, Math.floor(late / kMinute));
    if (late < kDay) return counted(words.late_hours, Math.floor(late / kHour));
    return counted(words.late_days, Math.floor(late / kDay));
  }
  return {
    words, language, make, shape, say, counted, fill, now, hour, moment, left,
    /** @param {number} value */
    figure: (value) => figures.format(value),
    /** @param {number} serverNow */
    setClock: (serverNow) => { ahead = serverNow - Math.floor(Date.now() / 1000); },
  };
}

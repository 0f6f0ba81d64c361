// @ts-check
// The card over the whole screen: the barcode as large as whole device pixels allow, turned when that makes it larger.
import {nodesOf} from './tsunagi-live.js';

/** The screen is asked to stay on and the hint is given by this name in localStorage. */
const HINT_KEY = 'tsunagi-hint';
/** Tall enough to be swept across, not so tall that the number leaves the screen. CSS pixels. */
const TALLEST_BARS = 320;

/**
 * @typedef {{render: () => string, now: () => number, signal: AbortSignal}} FullScreen
 *   render: HTML of the core, or nothing while there is no core; now: unix seconds; signal: the card's own life.
 */

/**
 * The largest drawing of whole device pixels a module, and whether it is turned by 90°.
 * @param {{width: number, height: number}} modules  height 1 is a linear code
 * @param {{width: number, height: number}} room  CSS pixels
 * @param {number} dpr
 */
export function fit(modules, room, dpr) {
  const linear = modules.height === 1;
  /** @param {number} pixels */
  const across = (pixels) => Math.floor((pixels * dpr) / modules.width);
  const flat = linear ? across(room.width) : across(Math.min(room.width, room.height));
  const turned = linear && across(room.height) > flat;
  const module = Math.max(1, turned ? across(room.height) : flat);
  const length = (module * modules.width) / dpr;
  const thick = linear ? Math.floor(Math.min(TALLEST_BARS, turned ? room.width : room.height) * dpr) / dpr : length;
  return {turned, width: turned ? thick : length, height: turned ? length : thick, module};
}

/**
 * @param {SVGSVGElement} code
 * @param {HTMLElement} room
 */
function place(code, room) {
  const original = code.dataset.box ?? code.getAttribute('viewBox') ?? '0 0 1 1';
  const [, , width = 1, height = 1] = original.split(' ').map(Number);
  const found = fit({width, height}, {width: room.clientWidth, height: room.clientHeight}, window.devicePixelRatio);
  let drawing = code.querySelector('g');
  if (!drawing) {
    drawing = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    drawing.append(...code.childNodes);
    code.append(drawing);
    code.dataset.box = original;
  }
  // Turned inside the drawing and not by the style sheet, so that bars stay on whole pixels.
  code.setAttribute('viewBox', found.turned ? `0 0 ${height} ${width}` : original);
  drawing.setAttribute('transform', found.turned ? `translate(${height} 0) rotate(90)` : '');
  code.style.width = `${found.width}px`;
  code.style.height = `${found.height}px`;
}

/**
 * When the core is not there, what Liquid drew is enough: the same barcode and number.
 * @param {HTMLElement} element
 */
function copyOfCard(element) {
  const inside = document.createElement('div');
  inside.className = 'tsunagi-full-screen';
  const paper = document.createElement('div');
  paper.className = 'tsunagi-full-screen__paper';
  for (const part of ['.tsunagi-barcode', '.tsunagi-number']) {
    const original = element.querySelector(part);
    if (original) paper.append(original.cloneNode(true));
  }
  const points = element.querySelector('.tsunagi-points');
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'tsunagi-full-screen__close';
  close.dataset.tsunagiAction = 'close';
  close.textContent = element.dataset.close ?? '×';
  inside.append(paper, ...(points ? [points.cloneNode(true)] : []), close);
  return inside;
}

/**
 * Whether the hint about brightness is due: it is given once.
 * @param {HTMLElement} element
 */
function hintIsDue(element) {
  if (element.dataset.hint === undefined) return false;
  try {
    if (localStorage.getItem(HINT_KEY)) return false;
    localStorage.setItem(HINT_KEY, '1');
  } catch {
    // Storage is switched off: then it is given each time.
  }
  return true;
}

/**
 * Keeps the screen on until the signal aborts; the browser takes it back whenever the page is hidden.
 * @param {AbortSignal} signal
 */
function keepAwake(signal) {
  if (!('wakeLock' in navigator)) return;
  const take = () => {
    if (document.hidden || signal.aborted) return;
    navigator.wakeLock.request('screen').then((lock) => {
      if (signal.aborted) void lock.release();
      else signal.addEventListener('abort', () => void lock.release(), {once: true});
    }, () => {}); // refused, e.g. when the battery is low
  };
  document.addEventListener('visibilitychange', take, {signal});
  take();
}

/**
 * @param {HTMLElement} element  the card's element
 * @param {FullScreen} screen
 */
export function openFullScreen(element, screen) {
  const dialog = document.createElement('dialog');
  dialog.className = 'tsunagi-dialog tsunagi';
  const label = element.querySelector('.tsunagi-card')?.getAttribute('aria-label');
  if (label) dialog.setAttribute('aria-label', label);
  const html = screen.render();
  dialog.append(html ? nodesOf(html) : copyOfCard(element));
  if (!hintIsDue(element)) dialog.querySelector('.tsunagi-full-screen__hint')?.remove();
  // One code is enough here, and it fits: the first. The second is for narrow places.
  dialog.querySelector('.tsunagi-barcode__svg--second')?.remove();
  document.body.append(dialog);

  const open = new AbortController();
  const {signal} = open;
  const close = () => dialog.close();
  screen.signal.addEventListener('abort', close, {signal});
  dialog.addEventListener('close', () => {
    open.abort();
    dialog.remove();
  }, {once: true});
  dialog.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[data-tsunagi-action="close"]')) close();
  }, {signal});
  dialog.showModal();

  const room = /** @type {HTMLElement | null} */ (dialog.querySelector('.tsunagi-barcode'));
  const code = room?.querySelector('svg');
  if (room && code) {
    const again = () => place(code, room);
    again();
    window.addEventListener('resize', again, {signal});
  }

  const clock = dialog.querySelector('[data-tsunagi-clock]');
  if (clock) {
    const tick = () => {
      const time = new Date((screen.now() + 9 * 3600) * 1000);
      clock.textContent = time.toISOString().slice(11, 19); // Japan, whatever the phone's own zone
    };
    const timer = setInterval(tick, 1000);
    signal.addEventListener('abort', () => clearInterval(timer), {once: true});
  }

  // The sale at the till shows here too; a card that may not be shown any more closes the screen.
  element.addEventListener('tsunagi:answer', (event) => {
    if ((/** @type {CustomEvent} */ (event)).detail.answer.kind === 'denied') return close();
    const fresh = nodesOf(screen.render()).querySelector('.tsunagi-points');
    const shown = dialog.querySelector('.tsunagi-points');
    if (fresh && shown && fresh.textContent !== shown.textContent) shown.replaceChildren(...fresh.childNodes);
  }, {signal});
  if (element.dataset.wakeLock !== undefined) keepAwake(signal);
}

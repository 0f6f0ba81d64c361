// @ts-check
// What only the installable card does: it remembers the last card for when there is no network, forgets it when it may
// not be shown any more, registers its service worker and tells how to put it on the home screen.

/** The card guard of the theme erases names with this beginning too: what is stored says whose it is. */
const KEY = 'tsunagi:card';
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1000;
const WITH_FIGURES = ['ready', 'registering', 'not_at_till', 'stale', 'stopped'];

/** @typedef {{customer: string, card: Record<string, unknown>, stored_at: number}} Stored */

/** @returns {Stored | undefined} */
function recall() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    const age = Date.now() - stored.stored_at;
    if (stored.card.code && age >= 0 && age < KEPT_FOR_MS) return stored;
  } catch {
    // nothing stored, or not by us
  }
  forget();
  return undefined;
}

/** @param {Record<string, unknown>} card */
function remember(card) {
  const {nonce, now, ...kept} = card;
  localStorage.setItem(KEY, JSON.stringify({customer: card.customer, card: kept, stored_at: Date.now()}));
}

function forget() {
  localStorage.removeItem(KEY);
}

const element = /** @type {HTMLElement} */ (document.querySelector('tsunagi-card'));
const stored = recall();
// The element itself is defined by the next script: it finds the last card and shows it before it asks for a newer one.
if (stored) element.dataset.card = JSON.stringify(stored.card);

element.addEventListener('tsunagi:answer', (event) => {
  const {answer} = /** @type {CustomEvent} */ (event).detail;
  if (answer.kind === 'ok' && answer.data.code && WITH_FIGURES.includes(answer.data.state)) {
    remember(answer.data);
  } else if (answer.kind === 'ok' || answer.kind === 'denied') {
    forget();
  }
});

// Erased by another page of this shop, because its owner signed out: then it may not stay on the screen either.
window.addEventListener('storage', (event) => {
  if (event.key === null || (event.key === KEY && event.newValue === null)) location.reload();
});

const base = element.dataset.base;
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register(`${base}/sw.js`, {scope: `${base}/`}).catch(() => {
    // Without it the page works while there is a network.
  });
}

const standalone = matchMedia('(display-mode: standalone)').matches || ('standalone' in navigator && navigator.standalone);
const onIphone = 'standalone' in navigator && /iPhone|iPad|iPod|Macintosh/.test(navigator.userAgent) &&
  !/CriOS|FxiOS|EdgiOS/.test(navigator.userAgent);
if (onIphone && !standalone) {
  document.querySelector('[data-install-hint]')?.removeAttribute('hidden');
}

const install = document.querySelector('[data-install]');
window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  install?.removeAttribute('hidden');
  install?.addEventListener('click', () => {
    install.setAttribute('hidden', '');
    /** @type {any} */ (event).prompt();
  }, {once: true});
});

// @ts-check
// What came of the sign-in at Smaregi, in its own tab: one sentence and what to do next.
const page = /** @type {HTMLElement} */ (document.getElementById('page'));
const {WORDS} = await import(page.dataset.words ?? '');
const language = navigator.language.startsWith('ja') ? 'ja' : 'en';
const words = WORDS[language].callback;
const outcome = words[page.dataset.outcome ?? ''] ? page.dataset.outcome ?? '' : 'later';
document.documentElement.lang = language;
/** @type {HTMLElement} */ (page.querySelector('h1')).textContent = words.title;
document.title = `Tsunagi – ${words.title}`;
const state = /** @type {HTMLElement} */ (document.getElementById('state'));
if (outcome !== 'cancelled') state.classList.add(outcome === 'joined' ? 'banner--good' : 'banner--attention');
state.textContent = words[outcome];
/** @type {HTMLElement} */ (document.getElementById('next')).textContent = words.next;

// @ts-check
// <tsunagi-card>: keeps the card that Liquid drew up to date, and answers its buttons. Everything visible inside
// [data-tsunagi-view] is rendered by the core; this file fetches, decides which state it is, and listens.
import {ask, contextOf, loadCore, renew, show, skewOf, watch} from './tsunagi-live.js';

/**
 * @typedef {import('./tsunagi-live.js').Core} Core
 * @typedef {import('./tsunagi-live.js').Answer} Answer
 * @typedef {{version: string, ja?: string, en?: string, terms_url?: string}} Consent
 * @typedef {{state: string, customer?: string, code?: string, nonce?: string, consent?: Consent, [name: string]: any}} Card
 */

/** An open card asks every 3 s for the first two minutes (the sale at the till), then every 15 s. */
const FAST_MS = 3000;
const FAST_FOR_MS = 120000;
const SLOW_MS = 15000;

/** States that show figures: when they cannot be confirmed they stay, with their time. */
const WITH_FIGURES = ['ready', 'registering', 'not_at_till', 'stale', 'offline'];

/** So that two cards on one page do not share an id. */
let consents = 0;

/**
 * @param {string | undefined} text
 * @returns {any}
 */
const parse = (text) => (text ? JSON.parse(text, (_, value) => value ?? undefined) : undefined);

class TsunagiCard extends HTMLElement {
  /** @type {AbortController | undefined} */
  #life;
  /** @type {Core | undefined} */
  #core;
  /** @type {Card | undefined} */
  #card;
  /** What joining agrees to, as far as it is on the screen. */
  #shown = '';
  #skew = 0;
  #ask = () => {};

  connectedCallback() {
    this.#life = renew(this.#life);
    const {signal} = this.#life;
    // Taken out of the page: it must be able to forget a member wholly.
    this.#card = parse(this.dataset.card) ?? this.#card;
    delete this.dataset.card;
    this.addEventListener('click', (event) => this.#act(event), {signal});
    this.#followPixels(signal);
    loadCore(this.dataset).then((core) => {
      this.#core = core;
      if (!this.#view.firstElementChild) this.#paint();
    }, () => {});
    if (this.dataset.still === undefined) {
      this.#ask = watch(signal, () => this.#refresh(), (watched) => (watched < FAST_FOR_MS ? FAST_MS : SLOW_MS));
    }
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  get #view() {
    return /** @type {HTMLElement} */ (this.querySelector('[data-tsunagi-view]'));
  }

  /** What full screen and tests need to know. */
  get card() {
    return this.#card;
  }

  /** @param {string} route */
  #url(route) {
    const {path, customer} = this.dataset;
    return `${path}/${route}${customer ? `?customer=${encodeURIComponent(customer)}` : ''}`;
  }

  async #refresh() {
    const life = /** @type {AbortController} */ (this.#life);
    const answer = await ask(this.#url('card.json'), life.signal);
    if (life.signal.aborted) return Infinity;
    await this.#receive(answer);
    if (answer.kind === 'ok') return 0;
    return answer.kind === 'denied' ? Infinity : answer.waitMs;
  }

  /** @param {Answer} answer */
  async #receive(answer) {
    const before = this.#card;
    // The merchant's kill switch: until it is off again, nothing is shown.
    this.hidden = answer.kind !== 'ok' && answer.code === 'paused';
    if (answer.kind === 'ok') {
      this.#skew = skewOf(answer.data, this.#skew);
      this.#card = answer.data;
    } else if (answer.kind === 'denied') {
      this.#card = {state: answer.status === 401 ? 'signed_out' : 'failed', sign_in_url: this.dataset.signIn};
    } else if (before && WITH_FIGURES.includes(before.state)) {
      this.#card = {...before, state: answer.kind === 'offline' ? 'offline' : 'stale'};
    } else if (!before && !this.#view.firstElementChild) {
      this.#card = {state: 'failed'};
    } else {
      return;
    }
    // The installable page keeps what it may show without a network, and forgets it when it may not.
    this.dispatchEvent(new CustomEvent('tsunagi:answer', {bubbles: true, detail: {answer, card: this.#card}}));
    if (answer.kind === 'denied') this.#view.replaceChildren();
    await loadCore(this.dataset).then((core) => {
      this.#core = core;
      this.#paint();
    }, () => {});
    this.dataset.state = this.#card?.state;
    await this.#askForFields();
    if (before && answer.kind === 'ok' && before.points !== answer.data.points) {
      this.#say(this.#view.querySelector('.tsunagi-points')?.textContent);
    }
  }

  #paint() {
    const card = this.#card;
    if (!this.#core || !card) return;
    const options = parse(this.dataset.options) ?? {};
    if (show(this.#view, this.#core.card(card, options, contextOf(this, this.#skew)))) this.#measure();
    this.#paintConsent(card.state === 'not_joined' ? card.consent : undefined);
  }

  /**
   * The merchant's words beside the button that joins. They are no part of what the core draws: nothing of theirs is markup.
   * @param {Consent | undefined} consent
   */
  #paintConsent(consent) {
    let place = this.querySelector('.tsunagi__consent');
    if (!consent) {
      place?.remove();
      this.#shown = '';
      return;
    }
    if (!place || this.#shown !== consent.version) {
      const text = this.dataset.language === 'ja' ? consent.ja : consent.en;
      const made = Object.assign(document.createElement('div'), {className: 'tsunagi__consent'});
      if (text) made.append(Object.assign(document.createElement('p'), {id: `tsunagi-consent-${++consents}`, textContent: text}));
      if (consent.terms_url) {
        made.append(Object.assign(document.createElement('a'), {className: 'tsunagi-card__link', href: consent.terms_url,
          target: '_blank', rel: 'noopener', textContent: this.dataset.terms ?? consent.terms_url}));
      }
      if (place) place.replaceWith(made);
      else this.#view.after(made);
      place = made;
      this.#shown = consent.version;
    }
    const described = place.querySelector('p')?.id;
    if (described) this.#view.querySelector('[data-tsunagi-action="join"]')?.setAttribute('aria-describedby', described);
  }

  /** Tells the style sheet how many modules the two codes have. */
  #measure() {
    for (const name of ['first', 'second']) {
      const code = this.#view.querySelector(`.tsunagi-barcode__svg--${name}`);
      const width = code?.getAttribute('viewBox')?.split(' ')[2];
      if (width) this.style.setProperty(`--tsunagi-${name}`, width);
    }
  }

  /**
   * Bars are whole device pixels wide: the style sheet knows the usual ratios, this sets the exact one.
   * @param {AbortSignal} signal
   */
  #followPixels(signal) {
    if (signal.aborted) return;
    this.style.setProperty('--tsunagi-dpr', String(window.devicePixelRatio));
    matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener(
      'change', () => this.#followPixels(signal), {once: true, signal});
  }

  /** @param {string | null | undefined} words */
  #say(words) {
    const live = this.querySelector('[data-tsunagi-live]');
    if (live && words) live.textContent = words.replace(/\s+/g, ' ').trim();
  }

  /** @param {Event} event */
  #act(event) {
    const control = event.target instanceof Element && event.target.closest('[data-tsunagi-action]');
    switch (control && control.getAttribute('data-tsunagi-action')) {
      case 'retry':
        this.#ask();
        break;
      case 'join':
        void this.#join();
        break;
      case 'copy':
        void this.#copy();
        break;
      case 'full-screen':
        void this.#fullScreen();
        break;
      case 'sign-in':
        if (control instanceof HTMLButtonElement) location.assign(this.dataset.signIn ?? '/account/login');
        break;
    }
  }

  async #join() {
    const life = /** @type {AbortController} */ (this.#life);
    if (this.hasAttribute('aria-busy')) return;
    this.setAttribute('aria-busy', 'true');
    // A page that was open for hours holds an old nonce, and one drawn by Liquid holds none: a fresh one comes first.
    // So does a text that is not on the screen yet: nobody agrees to what was not shown.
    const seen = this.#shown;
    const fresh = await ask(this.#url('card.json'), life.signal);
    const open = fresh.kind === 'ok' && fresh.data.state === 'not_joined' ? fresh.data : undefined;
    const unread = open && (open.consent?.version ?? '') !== seen;
    const answer = open && !unread ? await ask(`${this.dataset.path}/join`, life.signal, {nonce: open.nonce, consent: seen}) : fresh;
    this.removeAttribute('aria-busy');
    if (answer.kind !== 'ok') this.#say(this.dataset.sayFailed);
    await this.#receive(answer);
    if (unread) this.#say(this.querySelector('.tsunagi__consent')?.textContent);
  }

  async #askForFields() {
    const {state, missing} = this.#card ?? {state: ''};
    const asked = state === 'field_missing' ? missing : '';
    if (!asked && !this.querySelector('.tsunagi-fields')) return;
    const {signal} = /** @type {AbortController} */ (this.#life);
    const {askForFields} = await import(this.dataset.fields ?? '');
    askForFields(this.#view, asked, {
      language: this.dataset.language, card: this.#url('card.json'), fields: `${this.dataset.path}/fields`, signal,
      receive: (/** @type {Answer} */ answer) => this.#receive(answer),
    });
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#card?.code ?? '');
      this.#say(this.dataset.sayCopied);
    } catch {
      const number = this.#view.querySelector('.tsunagi-number');
      if (number) getSelection()?.selectAllChildren(number);
    }
  }

  async #fullScreen() {
    const {openFullScreen} = await import(this.dataset.fullScreen ?? '');
    const life = /** @type {AbortController} */ (this.#life);
    openFullScreen(this, {
      render: () => this.#core?.fullScreen(this.#card ?? {}, contextOf(this, this.#skew)) ?? '',
      now: () => contextOf(this, this.#skew).now,
      signal: life.signal,
    });
  }
}

if (!customElements.get('tsunagi-card')) customElements.define('tsunagi-card', TsunagiCard);

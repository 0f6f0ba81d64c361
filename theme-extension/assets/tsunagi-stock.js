// @ts-check
// <tsunagi-stock>: the stock of products in the merchant's shops. On a product page it follows the variant picker; on
// other pages it shows the products the shopper keeps and those the merchant chose. The core renders every row.
/** @type {typeof import('./tsunagi-live.js')} */
const {areaOf, ask, contextOf, loadCore, renew, show, skewOf, watch} =
  await import(document.querySelector('tsunagi-stock')?.getAttribute('data-live') ?? './tsunagi-live.js');

/**
 * @typedef {import('./tsunagi-live.js').Core} Core
 * @typedef {import('./tsunagi-live.js').Answer} Answer
 * @typedef {{product_code: string, shops?: object[], [name: string]: any}} Product
 */

/** A sale at a till shows within 15 s. */
const PAUSE_MS = 10000;
/** Where the phone was so long ago is where it is. */
const PLACE_KEPT_MS = 60000;
const PLACE_WAIT_MS = 10000;
const PARTS_OF_DEGREE = 1e6;

class TsunagiStock extends HTMLElement {
  /** @type {AbortController | undefined} */
  #life;
  /** @type {Core | undefined} */
  #core;
  /** @type {Map<string, string>} variant id → "barcode=…&sku=…" */
  #variants = new Map();
  #variant = '';
  /** @type {(string | undefined)[]} variant of the form and of the address, as last looked at */
  #seen = [];
  /** @type {Product[]} */
  #products = [];
  /** @type {string | undefined} what Liquid wrote: a way to the products, or how to keep some */
  #written;
  #nonce = '';
  #skew = 0;
  #all = false;
  /** @type {{near: true, here_north: number, here_east: number} | undefined} never leaves the page */
  #here;
  /** as the core takes it */
  #area = '';
  #anew = false;
  #ask = () => {};

  connectedCallback() {
    this.#life = renew(this.#life);
    const {signal} = this.#life;
    this.#written ??= this.#view.innerHTML;
    this.#variants = new Map((this.dataset.variants ?? '').split(' ').filter(Boolean).map((entry) => {
      const [id, question] = entry.split('?');
      return [id, question ?? ''];
    }));
    this.#variant = this.dataset.variant ?? '';
    this.#area = this.dataset.area || areaOf(this.dataset.customer);
    this.#anew = this.#area !== (this.dataset.area ?? '');
    this.addEventListener('click', (event) => this.#act(event), {signal});
    this.addEventListener('change', ({target}) => this.#choose(/** @type {HTMLSelectElement} */ (target).value), {signal});
    if (this.dataset.still !== undefined) return;
    if (this.#variants.size > 0) this.#followPicker(signal);
    this.#ask = watch(signal, () => this.#refresh(), () => PAUSE_MS);
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  get #signal() {
    return /** @type {AbortController} */ (this.#life).signal;
  }

  get #view() {
    return /** @type {HTMLElement} */ (this.querySelector('[data-tsunagi-view]'));
  }

  /**
   * Themes tell of a new variant in two ways: the cart form's `id` field changes, or `?variant=` of the address does,
   * often without any event. Whichever of the two changed since the last look is believed.
   * @param {AbortSignal} signal
   */
  #followPicker(signal) {
    this.#look();
    const later = () => setTimeout(() => {
      if (!signal.aborted && this.#look()) this.#ask();
    });
    for (const type of ['change', 'click', 'popstate']) window.addEventListener(type, later, {signal});
    const observer = new MutationObserver(later);
    observer.observe(document.body, {subtree: true, attributeFilter: ['value']});
    signal.addEventListener('abort', () => observer.disconnect(), {once: true});
  }

  /** @returns {boolean}  whether another variant is chosen now */
  #look() {
    const fields = [...document.querySelectorAll('form[action*="/cart/add"] [name="id"]')];
    const seen = [
      fields.map((field) => (/** @type {HTMLInputElement} */ (field)).value).find((id) => this.#variants.has(id)),
      new URLSearchParams(location.search).get('variant') ?? undefined,
    ];
    const news = seen.find((id, which) => id && id !== this.#seen[which] && this.#variants.has(id));
    this.#seen = seen;
    if (!news || news === this.#variant) return false;
    this.#variant = news;
    this.#all = false;
    this.toggleAttribute('data-all', false);
    return true;
  }

  /** What the product page, or the merchant's list, asks for: "barcode=…&sku=…" once a product. */
  #question() {
    const asked = this.#variants.get(this.#variant) ?? this.dataset.products ?? '';
    return asked && `${asked}${this.#all ? '&all=1' : ''}${this.#area && `&area=${this.#area}`}`;
  }

  async #refresh() {
    this.#look();
    const signal = this.#signal;
    const {path, customer} = this.dataset;
    const question = this.#question();
    const pins = customer && this.dataset.pins !== undefined;
    const answers = await Promise.all([
      question ? ask(`${path}/stock.json?${question}`, signal) : undefined,
      pins ? ask(`${path}/pins.json${this.#area && `?area=${this.#area}`}`, signal) : undefined,
    ]);
    if (signal.aborted) return Infinity;
    if (question !== this.#question()) {
      this.#ask();
      return 0;
    }
    const [chosen, read] = answers.map((answer) => this.#read(answer));
    // Signed out elsewhere: what the shopper kept may not stay on the page.
    const pinned = answers[1]?.kind === 'denied' ? [] : read;
    const failed = answers.find((answer) => answer && answer.kind !== 'ok');
    this.hidden = failed?.kind !== 'ok' && failed?.code === 'paused'; // the merchant's kill switch
    if (chosen || pinned) {
      const kept = pinned ?? [];
      const codes = new Set(kept.map((product) => product.product_code));
      this.#products = [...kept, ...(chosen ?? []).filter((product) => !codes.has(product.product_code))];
      await this.#paint();
    }
    return failed && failed.kind !== 'ok' ? failed.waitMs : 0;
  }

  /**
   * @param {Answer | undefined} answer
   * @returns {Product[] | undefined}
   */
  #read(answer) {
    if (answer?.kind !== 'ok') return undefined;
    this.#nonce = answer.data.nonce ?? this.#nonce;
    this.#skew = skewOf(answer.data, this.#skew);
    return answer.data.products ?? [];
  }

  async #paint() {
    try {
      this.#core = await loadCore(this.dataset);
    } catch {
      return; // the link to the stock page stays
    }
    const context = contextOf(this, this.#skew);
    const onProduct = this.#variants.size > 0; // the page says already which product it is about
    const more = {...(onProduct && {product_name: ''}), can_locate: 'geolocation' in navigator, ...this.#here, ...(this.#area && {area: this.#area})};
    const html = this.#products.map((product) => this.#core?.stock({...product, ...more}, context) ?? '').join('');
    show(this.#view, html || (this.#written ?? ''), this.#anew);
    this.#anew = false;
    // Room that nothing needs is given back where nobody sees it go.
    const empty = !this.#products.some((product) => product.shops?.length);
    if (empty && this.getBoundingClientRect().top > window.innerHeight) this.toggleAttribute('data-all', true);
    this.toggleAttribute('data-more', this.#view.scrollHeight > this.#view.clientHeight + 1);
  }

  /** @param {Event} event */
  #act(event) {
    /** @type {HTMLElement | null} */
    const control = (/** @type {Element} */ (event.target)).closest('[data-tsunagi-action]');
    if (!control) return;
    const {tsunagiAction: action, tsunagiShop: shop = ''} = control.dataset;
    const code = control.closest('[data-tsunagi-product]')?.getAttribute('data-tsunagi-product') ?? '';
    const wanted = control.getAttribute('aria-pressed') !== 'true';
    if (action === 'all' || action === 'more') this.toggleAttribute('data-all', true);
    if (action === 'more') {
      event.preventDefault();
      this.#all = true;
      this.#ask();
    } else if (action === 'favourite') {
      void this.#save('favourite', {shop});
    } else if (action === 'pin') {
      void this.#save('pins', {code, pinned: wanted});
    } else if (action === 'restock') {
      void this.#save('back-in-stock', {code, shop, wanted, language: this.dataset.language});
    } else if (action === 'near') {
      this.#sort(wanted);
    }
  }

  /**
   * @param {string} route
   * @param {object} body
   */
  async #save(route, body) {
    const signal = this.#signal;
    const answer = await ask(`${this.dataset.path}/${route}`, signal, {...body, nonce: this.#nonce});
    // What was waited for is back: the list says so.
    const back = answer.kind !== 'ok' && answer.code === 'in_stock';
    this.#say(back ? '' : answer.kind === 'ok' ? this.dataset.saySaved : this.dataset.sayFailed);
    this.#ask();
  }

  /** @param {string} area */
  async #choose(area) {
    this.#area = areaOf(this.dataset.customer, area);
    this.#anew = true;
    await this.#refresh();
    if (this.#anew) await this.#paint();
    this.#say(this.dataset.sayShops?.replace('{}', `${this.querySelector('ul')?.children.length}`));
  }

  /** @param {boolean} near the nearest shops first, by a place that only this page knows */
  #sort(near) {
    this.#here = undefined;
    if (!near) return void this.#paint();
    const signal = this.#signal;
    navigator.geolocation.getCurrentPosition(({coords}) => {
      if (signal.aborted) return;
      const parts = (/** @type {number} */ degrees) => Math.round(degrees * PARTS_OF_DEGREE);
      this.#here = {near: true, here_north: parts(coords.latitude), here_east: parts(coords.longitude)};
      this.#say(this.dataset.sayNear);
      if (this.#products.some((product) => product.others)) {
        this.#all = true;
        this.#ask();
      }
      void this.#paint();
    }, () => this.#say(this.dataset.sayNoPlace), {maximumAge: PLACE_KEPT_MS, timeout: PLACE_WAIT_MS});
  }

  /** @param {string} [text] */
  #say(text = '') {
    this.querySelector('[data-tsunagi-live]')?.replaceChildren(text);
  }
}

if (!customElements.get('tsunagi-stock')) customElements.define('tsunagi-stock', TsunagiStock);

export {};

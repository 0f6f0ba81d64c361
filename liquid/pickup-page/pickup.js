// @ts-check
// <tsunagi-pickup>: what is put aside for the shopper, and putting it aside. Hashed names keep modules from importing
// each other by theirs: the element says where they are.

/**
 * @typedef {import('./pickup-view.js').Model} Model
 * @typedef {import('./pickup-view.js').Pickup} Pickup
 * @typedef {import('../../theme-extension/assets/tsunagi-live.js').Answer} Answer
 * @typedef {import('../../wasm/bindings/tsunagi-core.js').Core} Core
 * @typedef {{shop: string, lines: {code: string, quantity: number}[], instead?: string}} Wish
 * @typedef {{place?: Wish & {id: string}, cancel: Record<string, string>, decide?: Record<string, string>}} Kept
 *   place: what was sent and not answered; cancel: the deed's id by the pick-up's; decide: by the pick-up's and what was chosen
 */

/** In sessionStorage: what was sent keeps its id until an answer came, so that it takes effect once. */
const KEPT_KEY = 'tsunagi:pickup';
const SOON_MS = 10000;
const LATER_MS = 30000;
const SOON_FOR_MS = 300000;

class TsunagiPickup extends HTMLElement {
  /** @type {AbortController | undefined} */
  #life;
  /** @type {Promise<void> | undefined} */
  #begun;
  /** @type {typeof import('../../theme-extension/assets/tsunagi-live.js')} */
  #live = /** @type {any} */ (undefined);
  /** @type {typeof import('./pickup-view.js')} */
  #shapes = /** @type {any} */ (undefined);
  /** @type {typeof import('./pickup-words.js')} */
  #words = /** @type {any} */ (undefined);
  /** @type {import('./pickup-words.js').Say} */
  #say = () => '';
  /** @type {Core | undefined} */
  #core;
  /** what the address asks about, as the server takes it: "?code=…", "?line=…&line=…" or nothing */
  #wish = '';
  #nonce = '';
  #lost = false;
  /** whether a shop was chosen for the shopper, which is done once */
  #settled = false;
  /** @type {Kept} */
  #kept = {cancel: {}};
  /** @type {Map<string, string>} states as they were last told, by id */
  #told = new Map();
  #ask = () => {};
  /** @type {Model} */
  #model = {
    state: 'loading', late: '', data: {now: 0, pickups: []}, notFound: false, refused: false, cart: '', asked: '', area: '', instead: '', chosen: '', quantity: 1, busy: '', notice: {at: '', text: ''}, allShops: false,
    allPast: false, reserveMore: false, signIn: '', decided: {},
  };

  connectedCallback() {
    this.#life?.abort();
    this.#life = new AbortController();
    const {signal} = this.#life;
    this.addEventListener('click', (event) => this.#act(event), {signal});
    this.addEventListener('submit', (event) => {
      event.preventDefault();
      const {tsunagiDecision: id} = /** @type {HTMLElement} */ (event.target).dataset;
      const pickup = this.#model.data.pickups.find((one) => one.id === id);
      void (pickup ? this.#decide(pickup) : this.#reserve());
    }, {signal});
    this.addEventListener('change', (event) => {
      if (event.target instanceof HTMLSelectElement) this.#narrow(event.target.value);
      if (!(event.target instanceof HTMLInputElement)) return;
      const {value, dataset: {tsunagiPickupOf: of}} = event.target;
      if (of) this.#mark(of, value);
      else this.#choose(value);
    }, {signal});
    this.#begun ??= this.#begin();
    void this.#begun.then(() => {
      if (!signal.aborted) this.#ask = this.#live.watch(signal, () => this.#refresh(), (watched) => (watched < SOON_FOR_MS ? SOON_MS : LATER_MS));
    });
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  get #language() {
    return this.dataset.language === 'ja' ? 'ja' : /** @type {const} */ ('en');
  }

  get #view() {
    return /** @type {HTMLElement} */ (this.querySelector('[data-tsunagi-view]'));
  }

  async #begin() {
    const {live = '', view = '', words = ''} = this.dataset;
    [this.#live, this.#shapes, this.#words] = await Promise.all([import(live), import(view), import(words)]);
    this.#say = this.#words.sayIn(this.#language);
    const asked = new URLSearchParams(location.search);
    const lines = asked.getAll('line');
    const code = asked.get('code');
    if (lines.length > 0) this.#wish = `?${lines.map((line) => `line=${encodeURIComponent(line)}`).join('&')}`;
    else if (code) this.#wish = `?code=${encodeURIComponent(code)}`;
    this.#model.cart = this.dataset.cart ?? '/cart';
    this.#model.asked = asked.get('shop') ?? '';
    this.#model.instead = asked.get('instead') ?? '';
    this.#model.area = this.#live.areaOf(this.dataset.customer);
    this.#model.signIn = `${this.dataset.signIn}?return_to=${encodeURIComponent(location.pathname + location.search)}`;
    this.#kept = this.#recall();
    this.#takeColours();
    this.#paint();
    this.#live.loadCore(this.dataset).then((core) => {
      this.#core = /** @type {any} */ (core);
      this.#paint();
    }, () => {}); // the figures are enough
  }

  /** The theme's own pair of colours, so that the one filled button is of its world. */
  #takeColours() {
    /** @type {HTMLElement | null} */
    let place = this;
    let ground = '';
    for (; place && !ground; place = place.parentElement) {
      const {backgroundColor} = getComputedStyle(place);
      if (!/^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor)) ground = backgroundColor;
    }
    this.style.setProperty('--tsunagi-ground', ground || 'Canvas');
    this.style.setProperty('--tsunagi-ink', getComputedStyle(this).color);
    this.style.setProperty('--tsunagi-dpr', String(window.devicePixelRatio));
  }

  /** @returns {Kept} */
  #recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT_KEY) ?? 'null');
      if (kept?.cancel) return kept;
    } catch {
      // nothing kept, or not by us
    }
    return {cancel: {}};
  }

  /** @param {Partial<Kept>} change */
  #keep(change) {
    this.#kept = {...this.#kept, ...change};
    try {
      sessionStorage.setItem(KEPT_KEY, JSON.stringify(this.#kept));
    } catch {
      // Storage is switched off: it is kept as long as the page.
    }
  }

  async #refresh() {
    const {signal} = /** @type {AbortController} */ (this.#life);
    const {ask} = this.#live;
    const path = `${this.dataset.path}/pickup.json`;
    let answer = await ask(path + this.#wish, signal);
    const refused = answer.kind !== 'ok' && answer.code === 'invalid' && this.#wish.startsWith('?line=');
    if (refused || (answer.kind !== 'ok' && this.#wish && answer.code === 'not_found')) {
      this.#wish = '';
      this.#model[refused ? 'refused' : 'notFound'] = true;
      answer = await ask(path, signal);
    }
    if (signal.aborted) return Infinity;
    this.#take(answer);
    this.#paint();
    return answer.kind === 'ok' ? 0 : answer.waitMs;
  }

  /** @param {Answer} answer */
  #take(answer) {
    const model = this.#model;
    if (answer.kind === 'ok') {
      const {nonce = '', ...data} = answer.data;
      this.#nonce = nonce || this.#nonce;
      Object.assign(model, {state: 'known', late: '', data: {...data, pickups: data.pickups ?? []}});
      this.#settle();
      this.#keepChoice();
      this.#keepMarks();
      this.#tell();
    } else if (answer.kind === 'denied' || answer.code === 'paused') {
      // What somebody else may see now, or nobody, may not stay on the screen.
      Object.assign(model, {state: answer.kind === 'denied' ? 'signed_out' : 'paused', data: {now: 0, pickups: []}, notice: {at: '', text: ''}});
      this.#told.clear();
      this.querySelector('dialog')?.close();
    } else if (model.state === 'known') {
      model.late = answer.kind === 'offline' ? 'offline' : 'stale';
    } else {
      model.state = answer.kind === 'offline' ? 'offline' : 'failed';
    }
  }

  /** Whether what was sent without an answer is there. */
  #settle() {
    const {place} = this.#kept;
    const found = place && this.#model.data.pickups.find((pickup) => pickup.id === place.id);
    if (found) {
      if (this.#lost) this.#speak(this.#spoken(found));
      this.#isPlaced();
      this.#quiet();
    } else if (this.#lost) {
      this.#notify('not_placed');
    }
    this.#lost = false;
  }

  /** The next wish begins anew. */
  #isPlaced() {
    this.#keep({place: undefined});
    Object.assign(this.#model, {reserveMore: false, quantity: 1, chosen: '', instead: ''});
    this.#settled = false;
  }

  /** The shop that was chosen, as long as it can hold it; at first the asked-for one, unless it has just said no. */
  #keepChoice() {
    const model = this.#model;
    const {data} = model;
    const shops = data.shops ?? [];
    const {canHold, endedNow, mostOf} = this.#shapes;
    const saidNo = (/** @type {string} */ id) =>
      id === this.#shapes.replaced(model)?.shop ||
      data.pickups.some((pickup) => pickup.shop === id && pickup.state === 'rejected' && endedNow(pickup, data.now) && this.#shapes.ofWish(pickup, data));
    if (!this.#shapes.showsForm(model)) return;
    if (!this.#settled && shops.length > 0) {
      this.#settled = true;
      const before = this.#shapes.replaced(model);
      model.quantity = before?.lines.find((line) => line.code === data.product?.code)?.quantity ?? model.quantity;
      const asked = shops.find((shop) => shop.shop === model.asked);
      if (asked && !canHold(asked)) this.#notify('asked_is_out', {shop: asked.name});
      else model.chosen = (asked && !saidNo(asked.shop) ? asked : this.#shapes.inOrder(model).find((shop) => canHold(shop) && !saidNo(shop.shop)))?.shop ?? '';
    }
    const chosen = shops.find((shop) => shop.shop === model.chosen);
    if (chosen && !canHold(chosen)) this.#notify('gone', {shop: chosen.name});
    if (!canHold(chosen)) model.chosen = '';
    else if (chosen) model.quantity = Math.min(model.quantity, mostOf(chosen));
  }

  /** What was marked and cannot be had any more is not marked. */
  #keepMarks() {
    const {decided, data} = this.#model;
    for (const [id, marked] of Object.entries(decided)) {
      const choose = data.pickups.find((pickup) => pickup.id === id)?.choose;
      if (!choose && this.#model.notice.at === id) this.#quiet();  // it is settled, whatever was said
      if (!choose || !this.#shapes.ways(choose, this.#tools()).some(({value}) => value === marked)) delete decided[id];
    }
  }

  /** What changed since it was last seen is said once. */
  #tell() {
    for (const pickup of this.#model.data.pickups) {
      const before = this.#told.get(pickup.id);
      const now = this.#stateOf(pickup);
      if (before && before !== now) this.#speak(this.#spoken(pickup));
      this.#told.set(pickup.id, now);
    }
  }

  /** @param {Pickup} pickup  what is told when it is another */
  #stateOf({state, choice, choose}) {
    return `${state} ${choice?.state ?? (choose ? 'choose' : '')}`;
  }

  /** @param {Pickup} pickup */
  #spoken(pickup) {
    if (pickup.choice) return this.#shapes.chosenOf(pickup.choice, this.#say);
    const sentence = this.#shapes.sentenceOf(pickup, this.#model.data.now, this.#tools());
    return pickup.state === 'ready' ? `${this.#say('ready')}. ${sentence}` : sentence;
  }

  #tools() {
    const language = /** @type {'ja' | 'en'} */ (this.#language);
    const {moment, clock} = this.#words;
    return {
      say: this.#say, language, clock,
      moment: (/** @type {number} */ instant) => moment(language, instant, this.#model.data.now),
      draw: (/** @type {string} */ text) => {
        const drawing = this.#core?.barcode('code128', text);
        return drawing && 'path' in drawing ? drawing : undefined;
      },
    };
  }

  #paint() {
    this.#live.show(this.#view, this.#shapes.view(this.#model, this.#tools()).innerHTML);
    for (const radio of this.#view.querySelectorAll('input')) radio.checked = radio.value === (radio.dataset.tsunagiPickupOf ? this.#model.decided[radio.dataset.tsunagiPickupOf] : this.#model.chosen);
  }

  /** @param {string} text */
  #speak(text) {
    const live = this.querySelector('[data-tsunagi-live]');
    if (live) live.textContent = text;
  }

  /** @param {import('./pickup-words.js').Key} key @param {Record<string, string | number>} [values] @param {string} [at] */
  #notify(key, values, at = '') {
    const text = this.#say(key, values);
    this.#model.notice = {at, text};
    this.#speak(text);
  }

  #quiet() {
    this.#model.notice = {at: '', text: ''};
  }

  /** @param {string} shop */
  #choose(shop) {
    this.#model.chosen = shop;
    this.#quiet();
    this.#keepChoice();
    this.#paint();
  }

  /** Only the shops of an area; one of them is chosen as at first. @param {string} area */
  #narrow(area) {
    const model = this.#model;
    model.area = this.#live.areaOf(this.dataset.customer, area);
    const {canHold, inOrder} = this.#shapes;
    const shops = inOrder(model);
    if (!shops.some(({shop}) => shop === model.chosen)) model.chosen = shops.find(canHold)?.shop ?? '';
    this.#quiet();
    this.#keepChoice();
    this.#paint();
    this.#speak(this.#say('shown', {count: this.#view.querySelectorAll('.tsunagi-pickup__shop').length}));
  }

  /** @param {Event} event */
  #act(event) {
    const control = event.target instanceof Element && event.target.closest('[data-tsunagi-action]');
    if (!control || control.getAttribute('aria-disabled')) {
      if (control) event.preventDefault();
      return;
    }
    const [action = '', id = ''] = (control.getAttribute('data-tsunagi-action') ?? '').split(' ');
    const model = this.#model;
    const pickup = model.data.pickups.find((one) => one.id === id);
    if (action === 'refresh') this.#ask();
    else if (action === 'shops') model.allShops = true;
    else if (action === 'past') model.allPast = true;
    else if (action === 'reserve-more') {
      model.reserveMore = true;
      this.#keepChoice();
    } else if (action === 'fewer') model.quantity -= 1;
    else if (action === 'more') model.quantity += 1;
    else if (action === 'open' && pickup) this.#open(pickup);
    else if (action === 'cancel' && pickup) void this.#cancel(pickup);
    else if (action === 'again' && pickup) void this.#again(pickup);
    if (action === 'fewer' || action === 'more') this.#speak(String(model.quantity));
    this.#paint();
  }

  /**
   * Sends a deed with its nonce; once more when only the nonce was too old.
   * @param {string} route
   * @param {object} body
   */
  async #send(route, body) {
    const {signal} = /** @type {AbortController} */ (this.#life);
    const {ask} = this.#live;
    const url = `${this.dataset.path}/${route}`;
    const answer = await ask(url, signal, {nonce: this.#nonce, ...body});
    if (answer.kind === 'ok' || answer.code !== 'nonce') return answer;
    const fresh = await ask(`${this.dataset.path}/pickup.json`, signal);
    if (fresh.kind !== 'ok') return fresh;
    this.#nonce = fresh.data.nonce ?? '';
    return ask(url, signal, {nonce: this.#nonce, ...body});
  }

  async #reserve() {
    const {chosen, quantity, data} = this.#model;
    const instead = this.#shapes.replaced(this.#model)?.id;
    const lines = (data.lines ?? [{code: data.product?.code ?? '', quantity}]).map((line) => ({code: line.code, quantity: line.quantity}));
    if (chosen) return this.#place({shop: chosen, lines, ...(instead && {instead})});
    this.#notify('choose_first');
    this.#paint();
    this.#view.querySelector('input')?.focus();
  }

  /** @param {Pickup} pickup */
  async #again(pickup) {
    await this.#place({shop: pickup.shop, lines: pickup.lines.map(({code, quantity}) => ({code, quantity}))});
  }

  /** @param {Wish} wish */
  async #place(wish) {
    const model = this.#model;
    if (model.busy) return;
    const {place} = this.#kept;
    const same = place && place.shop === wish.shop && JSON.stringify(place.lines) === JSON.stringify(wish.lines) && place.instead === wish.instead;
    const sent = same ? place : {...wish, id: crypto.randomUUID()};
    this.#keep({place: sent});
    model.busy = 'place';
    this.#quiet();
    this.#paint();
    const answer = await this.#send('pickup', {id: sent.id, shop: sent.shop, lines: sent.lines, language: this.#language, ...(sent.instead && {instead: sent.instead})});
    model.busy = '';
    if (answer.kind === 'ok') {
      this.#isPlaced();
      this.#hasBecome(answer.data.pickup);
    } else if (answer.kind === 'denied' || answer.status === 400 || answer.status === 404 || answer.status === 409) {
      this.#keep({place: undefined});
      if (answer.kind === 'denied' || answer.code === 'paused') this.#take(answer);
      else await this.#explain(wish);
    } else {
      this.#lost = true;
      this.#notify('unsure');
    }
    this.#paint();
    this.#ask();
  }

  /** Why it was refused, by fresh figures. @param {Wish} wish */
  async #explain(wish) {
    await this.#refresh();
    const {data, state} = this.#model;
    if (state !== 'known') return;
    const {canHold, isOpen, OPEN_MOST} = this.#shapes;
    const shop = data.shops?.find((one) => one.shop === wish.shop);
    if (data.pickups.filter(isOpen).length >= OPEN_MOST) this.#notify('too_many');
    else if (shop && canHold(shop) && data.product && shop.offered < (wish.lines[0]?.quantity ?? 0)) this.#notify('not_enough', {shop: shop.name, count: shop.offered});
    else if (shop && !canHold(shop)) this.#notify('not_now', {shop: shop.name});
    else this.#notify('refused');
  }

  /** @param {Pickup} pickup */
  async #cancel(pickup) {
    const model = this.#model;
    if (model.busy) return;
    const deed = this.#kept.cancel[pickup.id] ?? crypto.randomUUID();
    this.#keep({cancel: {...this.#kept.cancel, [pickup.id]: deed}});
    model.busy = pickup.id;
    this.#quiet();
    this.#paint();
    const answer = await this.#send('pickup/cancel', {id: pickup.id, deed});
    model.busy = '';
    const known = answer.kind === 'ok' || answer.kind === 'denied' || answer.status === 409 || answer.status === 404 || answer.status === 400;
    if (known) {
      const {[pickup.id]: _, ...cancel} = this.#kept.cancel;
      this.#keep({cancel});
    }
    if (answer.kind === 'ok') this.#hasBecome(answer.data.pickup);
    else if (answer.kind === 'denied' || answer.code === 'paused') this.#take(answer);
    else this.#notify(known ? 'cannot_cancel' : 'unsure_cancel', {}, pickup.id);
    this.#paint();
    this.#ask();
  }

  /** @param {string} id of the pick-up @param {string} value */
  #mark(id, value) {
    this.#model.decided[id] = value;
    this.#quiet();
    this.#paint();
  }

  /** What becomes of what the shop could not give. @param {Pickup} pickup */
  async #decide(pickup) {
    const model = this.#model;
    if (model.busy) return;
    const marked = model.decided[pickup.id];
    if (!marked) {
      this.#notify('decide_first', {}, pickup.id);
      this.#paint();
      /** @type {HTMLElement | null} */ (this.#view.querySelector(`[data-tsunagi-decision="${CSS.escape(pickup.id)}"] input`))?.focus();
      return;
    }
    const [choice = '', shop] = marked.split(' ');
    const key = `${pickup.id} ${marked}`;
    const deed = this.#kept.decide?.[key] ?? crypto.randomUUID();
    this.#keep({decide: {...this.#kept.decide, [key]: deed}});
    model.busy = pickup.id;
    this.#quiet();
    this.#paint();
    const answer = await this.#send('pickup/choose', {id: pickup.id, deed, choice, ...(shop && {shop})});
    model.busy = '';
    const known = answer.kind === 'ok' || answer.kind === 'denied' || [400, 404, 409].includes(answer.status);
    if (known) {
      const {[key]: _, ...decide} = this.#kept.decide ?? {};
      this.#keep({decide});
    }
    if (answer.kind === 'ok') this.#hasBecome(answer.data.pickup);
    else if (answer.kind === 'denied' || answer.code === 'paused') this.#take(answer);
    else if (!known) this.#notify('unsure_decide', {}, pickup.id);
    else await this.#explainDecision(pickup, shop);
    this.#paint();
    this.#ask();
  }

  /** Why it was refused, by what is offered now. @param {Pickup} pickup @param {string | undefined} shop */
  async #explainDecision(pickup, shop) {
    await this.#refresh();
    if (this.#model.state !== 'known') return;
    const name = pickup.choose?.shops.find((one) => one.shop === shop)?.name;
    const now = this.#model.data.pickups.find((one) => one.id === pickup.id);
    const gone = name && now?.choose && !now.choose.shops.some((one) => one.shop === shop);
    this.#notify(gone ? 'decide_gone' : 'not_decided', {shop: name ?? ''}, pickup.id);
  }

  /** Shows what a deed was answered with, and leads there. @param {Pickup} pickup */
  #hasBecome(pickup) {
    const {data} = this.#model;
    data.pickups = [pickup, ...data.pickups.filter((one) => one.id !== pickup.id)];
    this.#told.set(pickup.id, this.#stateOf(pickup));
    this.#quiet();
    this.#paint();
    this.#speak(this.#spoken(pickup));
    /** @type {HTMLElement | null} */ (this.querySelector(`[data-tsunagi-pickup="${CSS.escape(pickup.id)}"] [tabindex]`))?.focus();
  }

  /** @param {Pickup} pickup */
  #open(pickup) {
    const dialog = document.createElement('dialog');
    dialog.className = 'tsunagi-dialog tsunagi';
    dialog.setAttribute('aria-label', `${this.#say('code')} ${pickup.code}`);
    dialog.append(this.#shapes.fullScreen(pickup, this.#tools()));
    dialog.querySelector('button')?.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => dialog.remove(), {once: true});
    this.append(dialog);
    dialog.showModal();
  }
}

if (!customElements.get('tsunagi-pickup')) customElements.define('tsunagi-pickup', TsunagiPickup);

// @ts-check
// The settings of sending online orders: whether the shops do, which of them is asked first, and how long everything takes.

const kMinutesMost = 10_080;
const kPriorityMost = 10_000;
const kSplitMost = 5;
const kAskedMost = 500;
const kOrders = [['parcels', 'priority', 'distance'], ['parcels', 'distance', 'priority'], ['priority', 'parcels', 'distance'],
  ['priority', 'distance', 'parcels'], ['distance', 'parcels', 'priority'], ['distance', 'priority', 'parcels']];

/** @typedef {{store_id: string, ships: boolean, priority: number}} ShippingShop */
/**
 * @typedef {{on: boolean, location: string, unpaid: boolean, accept_minutes: number, ship_minutes: number, order: string[],
 *   split_most: number, asked_most: number, shops: ShippingShop[]}} Shipping
 */
/** @typedef {{shipping: Shipping, stores: {store_id: string}[]}} Settings */
/**
 * @typedef {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string, words: any, page: any,
 *   ask: (method: string, path: string) => Promise<any>, language: string, fields: ReturnType<typeof import('./fields.js').createFields>}} Tools
 * page: its words.
 */

/** @param {Tools} tools */
export function createShippingSettings({make, say, words, page, ask, language, fields}) {
  const {labelled, numberInput, choice, check, card} = fields;
  const number = new Intl.NumberFormat(language);
  const details = make('div', {class: 'form'});
  const shopList = make('ul', {class: 'shops'});
  /** @type {{id: string, name: string}[] | undefined} */
  let locations;
  /** @type {Settings} */
  let draft;
  /** @type {(id: string) => string} */
  let nameOf = (id) => id;

  /** Shops that were never set ship, and go first. @param {string} store */
  function settingOf(store) {
    const known = draft.shipping.shops.find((one) => one.store_id === store);
    if (known) return known;
    const fresh = {store_id: store, ships: true, priority: 0};
    draft.shipping.shops.push(fresh);
    return fresh;
  }

  /** @param {string} store */
  function shop(store) {
    const name = nameOf(store);
    const at = () => draft.shipping.shops.indexOf(settingOf(store));
    const now = draft.shipping.shops.find((one) => one.store_id === store) ?? {ships: true, priority: 0};
    const field = `shipping.${store}.priority`;
    const order = numberInput(field, now.priority, (figure) => { draft.shipping.shops[at()].priority = figure; });
    order.setAttribute('aria-label', say(words.priority_of, {shop: name}));
    return make('li', {}, make('fieldset', {class: 'shop'}, make('legend', {class: 'shop__name'}, name),
      check(words.ships, now.ships, (on) => { draft.shipping.shops[at()].ships = on; }, {described: say(words.ships_of, {shop: name})}),
      labelled(field, words.priority, order)));
  }

  function showShops() {
    shopList.replaceChildren(...(draft.stores.length ? draft.stores.map(({store_id: store}) => shop(store)) : [make('li', {class: 'card__note'}, page.shops_none)]));
  }

  /** The location that was chosen stays in the list, also while it is not read and when it is gone. */
  function location() {
    const now = draft.shipping.location;
    /** @type {[string, string][]} */
    const options = [['', words.location_none], ...(locations ?? []).map(({id, name}) => /** @type {[string, string]} */ ([id, name]))];
    if (now && !options.some(([id]) => id === now)) options.push([now, locations ? words.location_gone : words.location_unread]);
    return labelled('shipping.location', words.location, choice('shipping.location', now, options, (id) => { draft.shipping.location = id; }), words.location_help);
  }

  /** Shopify is asked for them when they are first to be seen. @param {HTMLElement} place */
  async function readLocations(place) {
    if (locations) return;
    try {
      ({locations} = await ask('GET', 'inventory'));
      place.replaceChildren(location());
    } catch {
      locations = undefined;  // the next time it is shown
    }
  }

  /** @param {'accept_minutes' | 'ship_minutes'} key */
  const minutes = (key) => labelled(`shipping.${key}`, words.figure[key],
    numberInput(`shipping.${key}`, draft.shipping[key], (value) => { draft.shipping[key] = value; }), words.figure_help[key]);
  /** @param {'split_most' | 'asked_most'} key */
  const most = (key) => labelled(`shipping.${key}`, words[key],
    numberInput(`shipping.${key}`, draft.shipping[key], (value) => { draft.shipping[key] = value; }), words[`${key}_help`]);
  function order() {
    /** @type {[string, string][]} */
    const ways = kOrders.map((one) => {
      const [first, second, third] = one.map((what) => words.order_of[what]);
      return [one.join(), say(words.then, {first, second, third})];
    });
    return labelled('shipping.order', words.order, choice('shipping.order', draft.shipping.order.join(), ways, (way) => { draft.shipping.order = way.split(','); }));
  }

  return {
    /** The card, of a draft that it writes into. @param {Settings} of @param {(id: string) => string} name of a shop */
    show(of, name) {
      draft = of;
      nameOf = name;
      const {shipping} = draft;
      const place = make('div', {}, location());
      const showDetails = () => {
        details.hidden = !shipping.on;
        if (shipping.on) void readLocations(place);
      };
      showShops();
      details.replaceChildren(place, check(words.unpaid, shipping.unpaid, (on) => { shipping.unpaid = on; }),
        make('h4', {class: 'card__title'}, words.pace), minutes('accept_minutes'), minutes('ship_minutes'),
        make('h4', {class: 'card__title'}, words.rules), order(), most('split_most'), most('asked_most'),
        make('h4', {class: 'card__title'}, words.shops), shopList);
      showDetails();
      return card(words.title, check(words.on, shipping.on, (on) => {
        shipping.on = on;
        showDetails();
      }, {id: 'setting-shipping'}), make('p', {class: 'card__note'}, words.on_help), details);
    },
    showShops,
    /** @returns {[string, string][]} field and what is wrong with it */
    wrong() {
      const {shipping} = draft;
      /** @type {[string, string][]} */
      const wrong = [];
      for (const key of /** @type {const} */ (['accept_minutes', 'ship_minutes'])) {
        if (!Number.isInteger(shipping[key]) || shipping[key] > kMinutesMost) wrong.push([`shipping.${key}`, say(page.error.range, {most: number.format(kMinutesMost)})]);
      }
      for (const [key, limit] of /** @type {['split_most' | 'asked_most', number][]} */ ([['split_most', kSplitMost], ['asked_most', kAskedMost]])) {
        if (!Number.isInteger(shipping[key]) || shipping[key] < 1 || shipping[key] > limit) wrong.push([`shipping.${key}`, say(words.least, {most: number.format(limit)})]);
      }
      for (const {store_id: store, priority} of shipping.shops) {
        if (!Number.isInteger(priority) || priority > kPriorityMost) wrong.push([`shipping.${store}.priority`, say(page.error.range, {most: number.format(kPriorityMost)})]);
      }
      if (wrong.length) details.hidden = false;
      return wrong;
    },
  };
}

// @ts-check
// What the pick-up page shows of what is known: a tree of elements that belongs to no page yet. Text goes in as text.

/**
 * @typedef {import('./pickup-words.js').Say} Say
 * @typedef {import('./pickup-words.js').Key} Key
 * @typedef {{name: string, code: string, quantity: number, picked: number}} Line
 * @typedef {'placed' | 'accepted' | 'picking' | 'ready' | 'handed_over' | 'rejected' | 'expired' | 'cancelled'} State
 * @typedef {{id: string, code: string, state: State, shop: string, shop_name: string, phone?: string, map_url?: string, ready_from: number,
 *   hold_until: number, placed_at: number, changed_at: number, lines: Line[], can_cancel: boolean, reason?: string,
 *   unanswered?: boolean, short?: boolean, online?: {order: string, paid: boolean}, choose?: Choose, choice?: {what: What, state: 'asked' | 'done' | 'merchant', shop_name?: string, by?: 'system'}}} Pickup
 * @typedef {'shop' | 'refund' | 'send'} What
 * @typedef {{choices: What[], shops: {shop: string, name: string, phone?: string, map_url?: string, from: number}[], lines: {name: string, quantity: number}[], refund_at?: number}} Choose
 *   what its customer may choose of what the shop could not give; refund_at: from when it is paid back by itself
 * @typedef {{code: string, name: string, quantity: number, counted: boolean}} CartLine  counted: false where no shop carries it; it has no name then
 * @typedef {{shop: string, name: string, phone?: string, map_url?: string, offered: number, from?: number, area?: number, lacks?: {code: string, offered: number}[],
 *   today?: {opens: string, closes: string} | null}} Shop
 *   offered: of the product, or how often it has the whole cart; lacks: of a cart, what there is of the lines it has too few of; today: null when it does not open
 * @typedef {{code: number, ja: string, en: string}} Area
 * @typedef {{now: number, nonce?: string, product?: {name: string, code: string}, lines?: CartLine[], shops?: Shop[], areas?: Area[], pickups: Pickup[]}} Answer
 * @typedef {{
 *   state: 'loading' | 'known' | 'signed_out' | 'paused' | 'offline' | 'failed', late: '' | 'offline' | 'stale', data: Answer, notFound: boolean,
 *   refused: boolean, cart: string, asked: string, area: string, instead: string, chosen: string, quantity: number, busy: string, notice: {at: string, text: string}, allShops: boolean, allPast: boolean, reserveMore: boolean, signIn: string,
 *   decided: Record<string, string>,
 * }} Model
 *   late: the figures are older than the last attempt; refused: the lines that the address names; cart: where the theme's cart is; asked: the shop that the address names; area: the code of the only one whose shops are shown, or of none;
 *   instead: the pick-up that ends with the next one; busy: what is being sent; notice.at: the pick-up it is
 *   about, "" for the form; decided: "shop ID", "refund" or "send", by the pick-up's id, as marked and not sent yet
 * @typedef {{say: Say, language: 'ja' | 'en', moment: (instant: number) => string, clock: (instant: number) => string,
 *   draw: (text: string) => {width: number, path: string} | undefined}} Tools
 *   draw: a barcode; nothing while there is no core
 */

export const QUANTITY_MOST = 99;
export const OPEN_MOST = 20;
const SHOPS_SHOWN = 6;
const PAST_SHOWN = 3;
/** With their barcodes; the others show theirs full screen. */
const DRAWN_MOST = 3;
/** What ended within this is still the answer to what the shopper came for. */
const RECENT_SECONDS = 3600;
const GROUP = 3;

/** @type {State[]} */
const OPEN = ['ready', 'picking', 'accepted', 'placed'];
const MARKS = {placed: '○', accepted: '◔', picking: '◑', ready: '●', handed_over: '✓', rejected: '×', expired: '–', cancelled: '–'};

/** @param {Pickup} pickup */
export const isOpen = (pickup) => OPEN.includes(pickup.state);
/** @param {Pickup} pickup @param {number} now */
export const endedNow = (pickup, now) => ['rejected', 'expired', 'cancelled'].includes(pickup.state) && now - pickup.changed_at < RECENT_SECONDS;
/** @param {Shop | undefined} shop */
export const canHold = (shop) => Boolean(shop && shop.offered > 0 && shop.from);
/** @param {Shop | undefined} shop  how many of a product may be asked of it */
export const mostOf = (shop) => Math.max(1, Math.min(shop?.offered ?? 1, QUANTITY_MOST));
/** @param {string} code  in groups whose gap is not copied */
const groups = (code) => code.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | undefined>} attributes  false and undefined are left out
 * @param {...(Node | string | false | undefined)} children
 */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== false && child !== undefined));
  return made;
}

/**
 * @param {string} action  what it does, and to what: "cancel ID"
 * @param {string} label
 * @param {Record<string, string | number | boolean | undefined>} [more]
 */
const button = (action, label, more) =>
  element('button', {type: 'button', class: 'tsunagi-pickup__quiet', 'data-tsunagi-action': action, ...more}, label);

/** @param {{width: number, path: string} | undefined} drawing  room for it when there is none */
export function bars(drawing) {
  const inside = element('span', {class: 'tsunagi-barcode'});
  if (!drawing) return inside;
  const made = (/** @type {string} */ name, /** @type {Record<string, string | number>} */ attributes) => {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    return shape;
  };
  const {width, path} = drawing;
  const svg = made('svg', {
    class: 'tsunagi-barcode__svg', style: `--tsunagi-modules:${width}`, viewBox: `0 0 ${width} 1`, preserveAspectRatio: 'none',
    'shape-rendering': 'crispEdges', 'aria-hidden': 'true', focusable: 'false',
  });
  svg.append(made('rect', {width, height: 1, fill: '#fff'}), made('path', {fill: '#000', d: path}));
  inside.append(svg);
  return inside;
}

/** @param {string} code */
export const figures = (code) => element('span', {class: 'tsunagi-pickup__code'}, ...groups(code).map((group) => element('span', {}, group)));

/**
 * What is to be done about a pick-up, or how it ended.
 * @param {Pickup} pickup
 * @param {number} now
 * @param {Tools} tools
 */
export function sentenceOf(pickup, now, {say, moment}) {
  const values = {shop: pickup.shop_name, from: moment(pickup.ready_from), until: moment(pickup.hold_until), time: moment(pickup.changed_at)};
  if (pickup.short) return say('short', values);
  if (pickup.unanswered) return say('unanswered', values);
  switch (pickup.state) {
    case 'ready': return say('come', values);
    case 'rejected': return say('rejected_by', values);
    case 'expired': return say('expired_at', values);
    case 'cancelled': return say('cancelled_at', values);
    case 'handed_over': return say('handed_over_at', values);
    default: return say(pickup.ready_from > now ? 'held' : 'held_now', values);
  }
}

/** @param {Line} line @param {Pickup} pickup @param {Say} say */
function lineOf(line, pickup, say) {
  const short = ['ready', 'handed_over'].includes(pickup.state) && line.picked < line.quantity;
  return element('li', {class: 'tsunagi-pickup__line'}, say(short ? 'lines_picked' : 'lines', {...line}));
}

/** @param {Shop | Pickup} shop @param {string} name @param {Say} say */
function waysTo(shop, name, say) {
  const links = [];
  const number = (shop.phone ?? '').replace(/[^+\d]/g, '');
  if (/^https?:/.test(shop.map_url ?? '')) {
    links.push(element('a', {class: 'tsunagi-pickup__link', href: shop.map_url, 'aria-label': say('map_of', {shop: name})}, say('map')));
  }
  if (number.length > 2) {
    links.push(element('a', {class: 'tsunagi-pickup__link', href: `tel:${number}`, 'aria-label': say('call_of', {shop: name, phone: shop.phone ?? ''})}, say('call')));
  }
  return links;
}

/** @param {Pickup} pickup @param {boolean} drawn @param {Tools} tools */
function paper(pickup, drawn, {say, draw}) {
  return element('div', {class: 'tsunagi-card__paper tsunagi-pickup__paper'},
    element('button', {type: 'button', class: 'tsunagi-card__open', 'data-tsunagi-action': `open ${pickup.id}`},
      element('span', {class: 'tsunagi-pickup__label'}, say('code')), figures(pickup.code), drawn && bars(draw(`P${pickup.code}`)),
      element('span', {class: 'tsunagi__live'}, say('enlarge'))));
}

/** The lines of a cart as the address and the server have them. @param {{code: string, quantity: number}[]} lines */
export const queryOf = (lines) => `?${lines.map(({code, quantity}) => `line=${quantity}*${encodeURIComponent(code)}`).join('&')}`;

/** The address of this page where these are wished for. @param {{code: string, quantity: number}[]} lines */
const wishOf = (lines) => (lines.length === 1 ? `?code=${encodeURIComponent(lines[0]?.code ?? '')}` : queryOf(lines));

/**
 * The way on of a pick-up that ended: at once where the shop's figures are on the screen, else by way of them.
 * @param {Pickup} pickup
 * @param {Model} model
 * @param {Say} say
 */
function wayBack(pickup, {data, busy}, say) {
  const here = ofWish(pickup, data) && (Boolean(data.lines) || pickup.lines.length === 1);
  if (pickup.lines.length === 0 || pickup.online || pickup.state === 'handed_over' || (here && pickup.state === 'rejected')) return undefined;
  if (here && endedNow(pickup, data.now)) return button(`again ${pickup.id}`, say('again'), {class: 'tsunagi-card__way', 'aria-disabled': busy !== '' && 'true'});
  const wish = wishOf(pickup.lines);
  return pickup.state === 'rejected'
    ? element('a', {class: 'tsunagi-pickup__link', href: wish}, say('elsewhere'))
    : element('a', {class: 'tsunagi-pickup__link', href: `${wish}&shop=${encodeURIComponent(pickup.shop)}`}, say('again'));
}

/** Where another shop is chosen for what this one has not answered, or may not have any more. @param {Pickup} pickup @param {Say} say */
function wayElsewhere({id, lines, unanswered, short}, say) {
  if (!(unanswered || short) || lines.length === 0) return undefined;
  return element('a', {class: 'tsunagi-pickup__link', href: `${wishOf(lines)}&instead=${encodeURIComponent(id)}`}, say('elsewhere'));
}

/** @param {string} text */
const noticeOf = (text) => element('p', {class: 'tsunagi-pickup__notice'}, text);

/** Whether there is something to choose; else it may be refunded by itself. @param {Pick<Pickup, 'choose'>} pickup */
export const isAsked = ({choose}) => Boolean(choose?.choices.length);

/** The order of what was bought in the store, and who says what becomes of it. @param {Pickup} pickup @param {Tools} tools */
function bought({online, state, choose, choice}, {say, moment}) {
  if (!online) return [];
  const refundAt = choose && !isAsked({choose}) && choose.refund_at;
  const ended = !choose && !choice && (state === 'rejected' || state === 'expired');
  return [element('p', {class: 'tsunagi-pickup__reason'}, say(online.paid ? 'bought' : 'bought_unpaid', {order: online.order})),
    ...(refundAt ? [element('p', {class: 'tsunagi-pickup__reason'}, say('refund_after', {time: moment(refundAt)}))] : []),
    ...(ended ? [element('p', {class: 'tsunagi-pickup__reason'}, say('bought_ended'))] : []),
    ...(choice ? [element('p', {class: 'tsunagi-pickup__chosen'}, chosenOf(choice, say))] : [])];
}

/** What becomes of what was chosen. @param {NonNullable<Pickup['choice']>} choice @param {Say} say */
export const chosenOf = ({what, state, shop_name: shop = '', by}, say) =>
  say(by === 'system' ? `unchosen_${state}` : state === 'merchant' ? 'chosen_merchant' : /** @type {Key} */ (`chosen_${what}_${state}`), {shop});

/**
 * What can be chosen, in the order it is shown: the value of each, its name and what is said of it.
 * @param {Choose} choose
 * @param {Pick<Tools, 'say' | 'moment'>} tools
 */
export const ways = ({choices, shops}, {say, moment}) => choices.flatMap((what) => (what === 'shop'
  ? shops.map(({shop, name, from}) => ({value: `shop ${shop}`, name: say('decide_shop', {shop: name}), text: say('promise', {time: moment(from)})}))
  : [{value: what, name: say(`decide_${what}`), text: say(`decide_${what}_how`)}]));

/** @param {Pickup} pickup @param {Model} model @param {Tools} tools */
function decision(pickup, model, tools) {
  const {choose} = pickup;
  if (!choose || !isAsked(pickup)) return false;
  const {say, moment} = tools;
  const marked = ways(choose, tools).find(({value}) => value === model.decided[pickup.id]);
  return element('form', {class: 'tsunagi-pickup__decision', 'data-tsunagi-decision': pickup.id},
    element('fieldset', {class: 'tsunagi-pickup__choices'},
      element('legend', {class: 'tsunagi-pickup__legend'}, say('decide')),
      element('ul', {class: 'tsunagi-pickup__lines', role: 'list'}, ...choose.lines.map((line) => element('li', {class: 'tsunagi-pickup__line'}, say('lines', {...line})))),
      element('ul', {class: 'tsunagi-pickup__shops', role: 'list'}, ...ways(choose, tools).map(({value, name, text}) =>
        element('li', {class: 'tsunagi-pickup__shop'}, element('label', {class: 'tsunagi-pickup__choice'},
          element('input', {type: 'radio', name: `tsunagi-decision-${pickup.id}`, value, class: 'tsunagi-pickup__radio', 'data-tsunagi-pickup-of': pickup.id}),
          element('span', {class: 'tsunagi-pickup__shop-text'},
            element('span', {class: 'tsunagi-pickup__name'}, name), element('span', {class: 'tsunagi-pickup__promise'}, text))))))),
    element('button', {class: 'tsunagi-pickup__go', type: 'submit', 'data-tsunagi-action': `decide ${pickup.id}`, 'aria-disabled': model.busy !== '' && 'true'},
      model.busy === pickup.id ? say('deciding') : marked ? say('decide_go_to', {choice: marked.name}) : say('decide_go')),
    ...(choose.refund_at ? [element('p', {class: 'tsunagi-pickup__small'}, say('decide_until', {time: moment(choose.refund_at)}))] : []),
    element('p', {class: 'tsunagi-pickup__small'}, say('decide_once')));
}

/** @param {Pickup} pickup @param {boolean} drawn @param {Model} model @param {Tools} tools */
function card(pickup, drawn, model, tools) {
  const {say} = tools;
  const open = isOpen(pickup);
  const links = open ? waysTo(pickup, pickup.shop_name, say) : [wayBack(pickup, model, say)].filter((way) => way !== undefined);
  const elsewhere = open && pickup.id !== model.instead && wayElsewhere(pickup, say);
  if (elsewhere) links.unshift(elsewhere);
  if (open && pickup.can_cancel) {
    links.push(button(`cancel ${pickup.id}`, say(model.busy === pickup.id ? 'cancelling' : 'cancel'), {'aria-disabled': model.busy !== '' && 'true'}));
  }
  const mark = element('span', {class: 'tsunagi-pickup__mark', 'aria-hidden': 'true'}, MARKS[pickup.state] ?? '');
  const reason = /** @type {Key} */ (`reason_${pickup.reason}`);
  const hasReason = pickup.state === 'rejected' && ['not_found', 'damaged', 'busy', 'closed'].includes(pickup.reason ?? '');
  return element('li', {class: `tsunagi-pickup__card tsunagi-pickup__card--${open ? 'open' : 'over'} tsunagi-pickup__card--${pickup.state}`, 'data-tsunagi-pickup': pickup.id},
    open && element('p', {class: 'tsunagi-pickup__state'}, mark, say(/** @type {'placed'} */ (pickup.state))),
    element('p', {class: 'tsunagi-pickup__sentence', tabindex: '-1'}, !open && mark, sentenceOf(pickup, model.data.now, tools),
      hasReason && element('span', {class: 'tsunagi-pickup__reason'}, say(reason))),
    ...bought(pickup, tools),
    (open || !isAsked(pickup)) && element('ul', {class: 'tsunagi-pickup__lines', role: 'list'}, ...pickup.lines.map((line) => lineOf(line, pickup, say))),
    decision(pickup, model, tools),
    open && paper(pickup, drawn, tools),
    links.length > 0 && element('p', {class: 'tsunagi-pickup__ways'}, ...links),
    model.notice.at === pickup.id && noticeOf(model.notice.text));
}

/** Whether it has the product, or everything in the cart. @param {Pickup} pickup @param {Answer} data */
export function ofWish(pickup, {product, lines}) {
  const codes = lines ? lines.map(({code}) => code) : product ? [product.code] : [];
  return codes.length > 0 && codes.every((code) => pickup.lines.some((line) => line.code === code));
}

/** The pick-up that the next one is to replace, while it can be. @param {Model} model */
export const replaced = ({data, instead}) => data.pickups.find((pickup) => pickup.id === instead && isOpen(pickup) && pickup.can_cancel && ofWish(pickup, data));

/** Who has it put aside is not asked to do it again. @param {Model} model */
export const showsForm = ({data, reserveMore, instead}) => Boolean(data.product ?? data.lines) &&
  (reserveMore || Boolean(replaced(/** @type {Model} */ ({data, instead}))) || !data.pickups.some((pickup) => isOpen(pickup) && ofWish(pickup, data)));

/** The area when it can be chosen. @param {Model} model */
const chosenArea = ({data, area}) => (data.areas ?? []).find(({code}) => code > 0 && String(code) === area);

/**
 * The asked-for shop first, then those that can hold it, in the merchant's order; of the chosen area, when one is.
 * @param {Model} model
 */
export function inOrder(model) {
  const area = chosenArea(model);
  const rank = (/** @type {Shop} */ shop) => (shop.shop === model.asked ? 0 : canHold(shop) ? 1 : 2);
  return (model.data.shops ?? []).filter((shop) => !area || shop.area === area.code || shop.shop === model.asked).sort((a, b) => rank(a) - rank(b));
}

/** @param {Model} model @param {Tools} tools */
function areas(model, {say, language}) {
  const {areas: all} = model.data;
  if (!all) return false;
  const chosen = chosenArea(model);
  return element('select', {class: 'tsunagi-stock__area', 'aria-label': say('where'), autocomplete: 'off'},
    ...all.map((area) => element('option', {value: area.code, selected: area === chosen}, area[language])));
}

/** Of the product, or of the whole cart: from when a shop has it, or what it has too few of. @param {Shop} shop @param {CartLine[] | undefined} lines @param {Tools} tools */
function sentencesOf(shop, lines, {say, moment}) {
  if (canHold(shop)) return [...(lines ? [say('has_all')] : []), say('promise', {time: moment(shop.from ?? 0)})];
  if (shop.offered > 0) return [say('closed')];
  if (!lines) return [say('none')];
  const nameOf = (/** @type {string} */ code) => lines.find((line) => line.code === code)?.name || code;
  return [say('lacks'), ...(shop.lacks ?? []).map(({code, offered}) => say(offered > 0 ? 'lacks_some' : 'lacks_all', {name: nameOf(code), count: offered}))];
}

/** @param {Shop} shop @param {Say} say */
const openToday = ({today}, say) => today !== undefined &&
  element('span', {class: 'tsunagi-pickup__hours'}, today ? say('open_today', today) : say('closed_today'));

/** @param {Shop} shop @param {Model} model @param {Tools} tools */
function shopRow(shop, {data: {lines}}, tools) {
  const {say} = tools;
  const can = canHold(shop);
  return element('li', {class: `tsunagi-pickup__shop${can ? '' : ' tsunagi-pickup__shop--none'}`},
    element(can ? 'label' : 'span', {class: 'tsunagi-pickup__choice'},
      can && element('input', {type: 'radio', name: 'tsunagi-shop', value: shop.shop, class: 'tsunagi-pickup__radio'}),
      element('span', {class: 'tsunagi-pickup__shop-text'},
        element('span', {class: 'tsunagi-pickup__name'}, shop.name),
        ...sentencesOf(shop, lines, tools).map((text) => element('span', {class: 'tsunagi-pickup__promise'}, text)), openToday(shop, say))),
    ...(can ? waysTo({...shop, phone: ''}, shop.name, say) : waysTo({...shop, map_url: ''}, shop.name, say)));
}

/** The cart, with a way to leave a line out where another is left. @param {Model} model @param {Say} say */
function cart({data: {lines = []}, cart: place, asked}, say) {
  const others = (/** @type {CartLine} */ left) => queryOf(lines.filter((line) => line !== left)) + (asked && `&shop=${encodeURIComponent(asked)}`);
  return [
    element('h2', {class: 'tsunagi-pickup__heading'}, say('cart')),
    element('ul', {class: 'tsunagi-pickup__lines tsunagi-pickup__cart', role: 'list'}, ...lines.map((line) => element('li', {class: 'tsunagi-pickup__cart-line'},
      element('span', {class: 'tsunagi-pickup__cart-name'}, say('lines', {name: line.name || line.code, quantity: line.quantity}),
        !line.counted && element('span', {class: 'tsunagi-pickup__reason'}, say('not_carried'))),
      lines.length > 1 && element('a', {class: 'tsunagi-pickup__link', href: others(line), 'aria-label': say('leave_out_of', {name: line.name || line.code})}, say('leave_out'))))),
    element('p', {class: 'tsunagi-pickup__ways'}, element('a', {class: 'tsunagi-pickup__link', href: place}, say('to_cart'))),
  ];
}

/** How many of the product. @param {Model} model @param {Shop | undefined} chosen @param {Say} say */
function stepper({quantity}, chosen, say) {
  const most = mostOf(chosen);
  return element('div', {class: 'tsunagi-pickup__quantity', role: 'group', 'aria-label': say('quantity')},
    element('span', {class: 'tsunagi-pickup__legend'}, say('quantity')),
    button('fewer', '−', {class: 'tsunagi-pickup__step', 'aria-label': say('fewer'), 'aria-disabled': quantity <= 1 && 'true'}),
    element('output', {class: 'tsunagi-pickup__figure'}, String(quantity)),
    button('more', '＋', {class: 'tsunagi-pickup__step', 'aria-label': say('more'), 'aria-disabled': quantity >= most && 'true'}),
    element('span', {class: 'tsunagi-pickup__limit'}, chosen ? say('at_most', {count: most}) : ''));
}

/** @param {Model} model @param {Tools} tools */
function form(model, tools) {
  const {say} = tools;
  const {data} = model;
  const before = replaced(model);
  const shops = inOrder(model).filter((shop) => shop.shop !== before?.shop);
  const able = shops.filter(canHold);
  // What a shop lacks of a cart is worth knowing: the others have most of it.
  const shown = model.allShops ? shops : shops.filter((shop, at) => canHold(shop) || at === 0 || data.lines).slice(0, SHOPS_SHOWN);
  const chosen = able.find((shop) => shop.shop === model.chosen);
  const off = model.busy !== '' && 'true';
  return element('form', {class: 'tsunagi-pickup__form'},
    ...(data.lines ? cart(model, say) : [element('p', {class: 'tsunagi-pickup__product'}, data.product?.name ?? '')]),
    able.length === 0 && element('p', {class: 'tsunagi-pickup__sentence'}, say((data.lines ?? []).length > 1 && shops.length > 0 && !shops.some((shop) => shop.offered > 0) ? 'nowhere_all' : 'nowhere')),
    element('fieldset', {class: 'tsunagi-pickup__choices'},
      element('legend', {class: 'tsunagi-pickup__legend'}, say('choose')),
      areas(model, tools),
      element('ul', {class: 'tsunagi-pickup__shops', role: 'list'}, ...shown.map((shop) => shopRow(shop, model, tools))),
      shown.length < shops.length && button('shops', say('all_shops', {count: shops.length - shown.length}))),
    able.length > 0 && !data.lines && stepper(model, chosen, say),
    able.length > 0 && element('button', {class: 'tsunagi-pickup__go', type: 'submit', 'data-tsunagi-action': 'reserve', 'aria-disabled': off},
      model.busy === 'place' ? say('reserving') : chosen ? say(before ? 'change_to' : 'reserve_at', {shop: chosen.name}) : say('reserve')),
    able.length > 0 && before && element('p', {class: 'tsunagi-pickup__small'}, say('ends_with_it', {shop: before.shop_name})),
    able.length > 0 && (model.notice.text && !model.notice.at ? noticeOf(model.notice.text) : element('p', {class: 'tsunagi-pickup__small'}, say(data.lines ? 'pay_there_cart' : 'pay_there'))));
}

/** @param {Model} model @param {Tools} tools */
function known(model, tools) {
  const {say, clock} = tools;
  const {data} = model;
  const wished = Boolean(data.product ?? data.lines);
  let drawn = 0;
  const cards = (/** @type {Pickup[]} */ pickups) => pickups.map((pickup) => card(pickup, isOpen(pickup) && ++drawn <= DRAWN_MOST, model, tools));
  const waits = data.pickups.filter(isAsked);
  const others = data.pickups.filter((pickup) => !isAsked(pickup));
  const first = others.filter((pickup) => ofWish(pickup, data) && (isOpen(pickup) || endedNow(pickup, data.now))).sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
  const rest = others.filter((pickup) => !first.includes(pickup));
  const open = rest.filter(isOpen).sort((a, b) => OPEN.indexOf(a.state) - OPEN.indexOf(b.state));
  const past = rest.filter((pickup) => !isOpen(pickup));
  const shownPast = model.allPast ? past : past.slice(0, PAST_SHOWN);
  const late = /** @type {Key} */ (model.late ? `${model.late}_as_of` : 'as_of');
  const list = (/** @type {Pickup[]} */ pickups) => element('ul', {class: 'tsunagi-pickup__list', role: 'list'}, ...cards(pickups));
  return [
    element('p', {class: 'tsunagi-pickup__as-of'}, say(late, {time: clock(data.now)}),
      button('refresh', '↻', {class: 'tsunagi-card__refresh', 'aria-label': say('refresh')})),
    waits.length > 0 && element('section', {class: 'tsunagi-pickup__part'}, element('h2', {class: 'tsunagi-pickup__heading'}, say('to_choose')), list(waits)),
    first.length > 0 && list(first),
    model.notFound && element('p', {class: 'tsunagi-pickup__sentence'}, say('not_found')),
    model.refused && element('p', {class: 'tsunagi-pickup__sentence'}, say('cart_refused')),
    model.refused && element('p', {class: 'tsunagi-pickup__ways'}, element('a', {class: 'tsunagi-pickup__link', href: model.cart}, say('to_cart'))),
    wished && (showsForm(model) ? form(model, tools) : button('reserve-more', say(data.lines ? 'reserve_more_cart' : 'reserve_more'))),
    !wished && !model.notFound && !model.refused && data.pickups.length === 0 && element('p', {class: 'tsunagi-pickup__sentence'}, say('nothing')),
    open.length > 0 && element('section', {class: 'tsunagi-pickup__part'},
      wished && element('h2', {class: 'tsunagi-pickup__heading'}, say('mine')), list(open)),
    past.length > 0 && element('section', {class: 'tsunagi-pickup__part'},
      element('h2', {class: 'tsunagi-pickup__heading'}, say('past')), list(shownPast),
      shownPast.length < past.length && button('past', say('all_past', {count: past.length}))),
  ];
}

/** @param {Model} model @param {Say} say */
function unknown(model, say) {
  if (model.state === 'loading') return [element('div', {class: 'tsunagi-pickup__loading', role: 'img', 'aria-label': say('loading')})];
  const key = /** @type {Key} */ (model.state);
  return [
    element('p', {class: 'tsunagi-pickup__sentence', tabindex: '-1'}, say(key)),
    element('p', {class: 'tsunagi-pickup__ways'}, model.state === 'signed_out'
      ? element('a', {class: 'tsunagi-pickup__go', href: model.signIn}, say('sign_in'))
      : button('refresh', say('try_again'), {class: 'tsunagi-card__way'})),
  ];
}

/** @param {Model} model @param {Tools} tools */
export const view = (model, tools) => element('div', {}, ...(model.state === 'known' ? known(model, tools) : unknown(model, tools.say)));

/** The inside of the full screen. @param {Pickup} pickup @param {Tools} tools */
export function fullScreen(pickup, {say, draw}) {
  return element('div', {class: 'tsunagi-full-screen tsunagi-pickup__screen'},
    element('p', {class: 'tsunagi-full-screen__name'}, pickup.shop_name),
    element('p', {class: 'tsunagi-full-screen__hint'}, say('show_code')),
    element('div', {class: 'tsunagi-full-screen__paper'}, figures(pickup.code), bars(draw(`P${pickup.code}`))),
    element('p', {class: 'tsunagi-full-screen__hint'}, say('brighten')),
    element('button', {type: 'button', class: 'tsunagi-full-screen__close'}, say('close')));
}

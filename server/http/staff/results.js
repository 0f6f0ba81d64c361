// @ts-check
// What was scanned and is no pick-up: a member, or a product with what is open of it.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {{name: string, code: string, rank: string, has_points: boolean, points: number, as_of: number, state: string}} Member */
/** @typedef {{shop: string, shop_name: string, on_hand: number, held: number, doubted: boolean}} Stock */
/** at: when the server answered. @typedef {{kind: 'member', member: Member, pickups: Pickup[], at: number} | {kind: 'product', product: {name: string, code: string}, stock: Stock[], pickups: Pickup[], shipments?: Parcel[], at: number}} Result */

const kGroup = 4;

/** @param {import('./tools.js').Tools} tools @param {(job: Pickup | Parcel) => HTMLElement} row */
export function createResults({words, make, say, counted, moment, figure}, row) {
  /** A number in groups; the gaps are not copied. @param {string} code */
  function grouped(code) {
    const groups = code.match(new RegExp(`.{1,${kGroup}}`, 'g')) ?? [];
    return make('span', {class: 'groups'}, ...groups.map((group) => make('span', {class: 'groups__one'}, group)));
  }

  /** @param {Pickup[]} pickups @param {Parcel[]} shipments */
  function open(pickups, shipments) {
    /** @param {import('./tools.js').Sentence} title @param {(Pickup | Parcel)[]} jobs */
    const list = (title, jobs) => (jobs.length === 0 ? [] : [make('h2', {class: 'section'}, counted(title, jobs.length)), make('ol', {class: 'rows', role: 'list'}, ...jobs.map(row))]);
    const all = [...list(words.open_pickups, pickups), ...list(words.open_shipments, shipments)];
    return all.length > 0 ? all : [make('p', {class: 'quiet'}, words.no_pickups)];
  }

  /** @param {Member} member */
  function memberCard(member) {
    const warning = /** @type {Record<string, string>} */ (words.member_state)[member.state];
    return make('div', {class: 'panel'},
      ...(warning ? [make('p', {class: 'sentence'}, warning)] : []),
      make('p', {class: 'panel__name'}, say(words.customer, {name: member.name}), ' ', member.rank ? make('span', {class: 'tag'}, member.rank) : ''),
      make('p', {class: 'panel__figure'},
        ...(member.has_points
          ? [say(words.points, {points: figure(member.points)}), make('span', {class: 'panel__time'}, say(words.as_of, {time: moment(member.as_of)}))]
          : [make('span', {class: 'quiet'}, words.points_unknown)])),
      make('p', {class: 'quiet'}, words.member_code, ' ', grouped(member.code)));
  }

  /** @param {{name: string, code: string}} product @param {Stock[]} stock @param {number} at */
  function productCard(product, stock, at) {
    return make('div', {class: 'panel'},
      make('p', {class: 'panel__name'}, product.name),
      make('p', {class: 'quiet'}, words.product_code, ' ', product.code),
      make('h2', {class: 'section'}, words.stock, ' ', make('span', {class: 'panel__time'}, say(words.stock_as_of, {time: moment(at)}))),
      stock.length === 0 ? make('p', {class: 'quiet'}, words.no_stock) : make('ul', {class: 'lines', role: 'list'},
        ...stock.map(({shop_name: shop, on_hand, held, doubted}) => make('li', {class: 'line'},
          make('span', {class: 'line__words'}, make('span', {class: 'line__name'}, shop), make('span', {class: 'line__code'}, say(words.stock_row, {on_hand, held})),
            doubted ? make('span', {class: 'line__doubt'}, words.stock_doubted) : ''),
          make('span', {class: 'line__count'}, say(words.stock_free, {free: doubted ? 0 : Math.max(0, on_hand - held)}))))));
  }

  /** @param {Result} result */
  return (result) => make('article', {class: 'detail'},
    result.kind === 'member' ? memberCard(result.member) : productCard(result.product, result.stock, result.at), ...open(result.pickups, result.kind === 'product' ? result.shipments ?? [] : []));
}

// @ts-check
// The list: a row for each pick-up in the order the server gives, its state by colour, shape and word, and a timer that
// turns at the limit.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {ReturnType<typeof createRows>} Rows */
/** several: shops, so that each is named. stuck: what was done to it is not sent yet. @typedef {{several: boolean, stuck: boolean}} About */

const kLinesShown = 3;

/**
 * parcel: builds the row of what is no pick-up.
 * @param {import('./tools.js').Tools} tools @param {Pick<typeof import('./pickup.js'), 'limitOf' | 'isOpen'>} rules
 * @param {(parcel: import('./parcel.js').Parcel, about: About) => HTMLElement} parcel
 */
export function createRows({words, make, shape, say, counted, fill, now, moment, left}, {limitOf, isOpen}, parcel) {
  /** What is to be known besides its state: of an online order, and whether there may not be enough. @param {Pickup} pickup @returns {string[]} */
  function online({online: bought, short: lacks}) {
    const {paid, short, on_hold: held, undecided} = words.online;
    if (!bought) return lacks ? [short] : [];
    return [say(words.bought, {order: bought.order}), bought.paid ? paid : words.online.unpaid,
      ...(bought.short ? [short] : []), ...(bought.on_hold ? [held] : []), ...(bought.undecided ? [undecided] : [])];
  }

  /** @param {Pickup} pickup @param {boolean} stuck */
  function badges(pickup, stuck) {
    return [
      make('span', {class: `badge badge--${pickup.state}`}, shape(pickup.state), words.state[pickup.state] ?? pickup.state),
      ...online(pickup).map((text) => make('span', {class: 'tag'}, text)),
      ...(stuck ? [make('span', {class: 'badge badge--stuck'}, shape('send'), words.waits_to_send)] : [])];
  }

  /** @param {HTMLElement} timer @returns {boolean} whether it turned */
  function paint(timer) {
    const at = Number(timer.dataset.limit);
    const waitsForCustomer = timer.dataset.state === 'ready';
    const over = now() >= at;
    const late = !waitsForCustomer && (over || timer.dataset.late === 'true');
    const text = waitsForCustomer && over ? words.kept_over : left(at);
    const words_ = /** @type {HTMLElement} */ (timer.lastElementChild);
    if (words_.textContent !== text) words_.textContent = text;
    if (timer.classList.contains('timer--late') === late) return false;
    timer.classList.toggle('timer--late', late);
    return late;
  }

  /** @param {Pickup} pickup */
  function timer(pickup) {
    if (!isOpen(pickup) || limitOf(pickup) === 0) return '';
    const element = make('span', {
      class: 'timer', 'data-limit': String(limitOf(pickup)), 'data-state': pickup.state, 'data-late': String(pickup.late), 'data-code': pickup.code,
    }, shape('late'), make('span', {class: 'timer__words'}));
    paint(element);
    return element;
  }

  /** @param {Pickup} pickup */
  const customer = ({customer: name}) => (name ? say(words.customer, {name}) : words.customer_unnamed);
  /** Of a customer who does not read Japanese. @param {Pickup} pickup */
  function customerLanguage(pickup) {
    const named = /** @type {Record<string, string>} */ (words.customer_language)[pickup.language];
    return named ? make('span', {class: 'tag'}, named) : '';
  }

  /** @param {Pickup} pickup @param {About} about */
  function row(pickup, {several, stuck}) {
    const shown = pickup.lines.length > kLinesShown ? pickup.lines.slice(0, kLinesShown - 1) : pickup.lines;
    const rest = pickup.lines.length - shown.length;
    return make('li', {class: 'rows__row', 'data-row': pickup.id},
      make('a', {class: `job job--${pickup.state}`, href: `#pickup=${encodeURIComponent(pickup.id)}`, 'data-key': `row-${pickup.id}`},
        make('span', {class: 'job__head'}, ...badges(pickup, stuck), timer(pickup)),
        make('span', {class: 'job__who'}, make('span', {class: 'job__name'}, make('span', {class: 'job__customer'}, customer(pickup)), ' ', customerLanguage(pickup)),
          make('span', {class: 'job__code'}, pickup.code)),
        several ? make('span', {class: 'job__shop'}, pickup.shop_name) : '',
        make('span', {class: 'job__lines'},
          ...shown.map((line) => make('span', {class: 'job__line'}, make('span', {class: 'job__product'}, line.name), ' ',
            make('span', {class: 'job__quantity'}, counted(words.quantity, pickup.state === 'ready' ? line.picked : line.quantity)))),
          ...(rest > 0 ? [make('span', {class: 'job__line job__line--rest'}, counted(words.more_lines, rest))] : []))));
  }

  /** @type {Map<string, {signature: string, element: HTMLElement}>} */
  let rowsBefore = new Map();
  const list = make('ol', {class: 'rows', role: 'list'});
  /** @typedef {Pickup | import('./parcel.js').Parcel} Job */
  /** The list with these in it; rows that did not change stay as they are. @param {Job[]} pickups @param {(job: Job) => About} aboutOf */
  function follow(pickups, aboutOf) {
    const first = rowsBefore.size === 0;
    const rows = new Map(pickups.map((pickup) => {
      const about = aboutOf(pickup);
      const signature = JSON.stringify([pickup, about]);
      const before = rowsBefore.get(pickup.id);
      if (before?.signature === signature) return [pickup.id, before];
      const element = 'order' in pickup ? parcel(pickup, about) : row(pickup, about);
      element.classList.toggle('rows__row--new', !before && !first);
      return [pickup.id, {signature, element}];
    }));
    const elements = [...rows.values()].map(({element}) => element);
    if (elements.length !== list.children.length || elements.some((element, i) => list.children[i] !== element)) fill(list, ...elements);
    rowsBefore = rows;
    return list;
  }

  /** @param {ParentNode} root @returns {string[]} codes of those that turned */
  function paintTimers(root) {
    return [...root.querySelectorAll('.timer')].map((element) => /** @type {HTMLElement} */ (element)).filter(paint)
      .map((element) => element.dataset.code ?? '');
  }

  /** @param {Pickup} pickup */
  function limit(pickup) {
    const sentence = /** @type {Record<string, string>} */ (words.limit)[pickup.state];
    return sentence ? say(sentence, {time: moment(limitOf(pickup))}) : say(words.changed, {time: moment(pickup.changed_at)});
  }

  return {badges, timer, customer, customerLanguage, row, follow, paintTimers, limit};
}

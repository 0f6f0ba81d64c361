// @ts-check
// A parcel's row in the list of what is to do.

/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {typeof import('./parcel-words.js').PARCEL_WORDS.en | typeof import('./parcel-words.js').PARCEL_WORDS.ja} ParcelWords */

/** The shapes of states that look alike. @type {Record<string, string>} */
const kShape = {assigned: 'placed', packed: 'ready', person: 'late', shipped: 'handed_over', refused: 'rejected', cancelled: 'rejected', given_back: 'rejected'};
const kLinesShown = 3;

/** @param {import('./tools.js').Tools} tools @param {ParcelWords} words */
export function createParcelRows({words: all, make, shape, say, counted, now, moment, left}, words) {
  /** @param {Parcel} parcel @param {boolean} stuck */
  function badges({state}, stuck) {
    const alike = kShape[state] ?? state;
    return [make('span', {class: `badge badge--${alike}`}, shape(alike), words.state[state]),
      ...(stuck ? [make('span', {class: 'badge badge--stuck'}, shape('send'), all.waits_to_send)] : [])];
  }

  /** As rows.js repaints it. @param {Parcel} parcel */
  function timer(parcel) {
    const late = parcel.late || now() >= parcel.due_at;
    return make('span', {class: `timer${late ? ' timer--late' : ''}`, 'data-limit': String(parcel.due_at), 'data-state': parcel.state,
      'data-late': String(parcel.late), 'data-code': parcel.order}, shape('late'), make('span', {class: 'timer__words'}, left(parcel.due_at)));
  }

  /** @param {Parcel} parcel */
  function limit(parcel) {
    const sentence = /** @type {Record<string, string>} */ (words.limit)[parcel.state];
    return say(sentence ?? all.changed, {time: moment(sentence ? (parcel.state === 'person' ? parcel.assigned_at : parcel.due_at) : parcel.changed_at)});
  }

  /** @param {Parcel} parcel @param {import('./rows.js').About} about */
  function row(parcel, {several, stuck}) {
    const shown = parcel.lines.length > kLinesShown ? parcel.lines.slice(0, kLinesShown - 1) : parcel.lines;
    const rest = parcel.lines.length - shown.length;
    return make('li', {class: 'rows__row', 'data-row': parcel.id},
      make('a', {class: `job job--${kShape[parcel.state] ?? parcel.state}`, href: `#parcel=${encodeURIComponent(parcel.id)}`, 'data-key': `row-${parcel.id}`},
        make('span', {class: 'job__head'}, ...badges(parcel, stuck), parcel.state === 'person' ? '' : timer(parcel)),
        make('span', {class: 'job__who'}, make('span', {class: 'job__name'}, make('span', {class: 'tag'}, words.kind)), make('span', {class: 'job__code'}, parcel.order)),
        several && parcel.shop ? make('span', {class: 'job__shop'}, parcel.shop_name) : '',
        make('span', {class: 'job__lines'},
          ...shown.map((line) => make('span', {class: 'job__line'}, make('span', {class: 'job__product'}, line.name), ' ',
            make('span', {class: 'job__quantity'}, counted(all.quantity, line.quantity)))),
          ...(rest > 0 ? [make('span', {class: 'job__line job__line--rest'}, counted(all.more_lines, rest))] : []))));
  }

  return {badges, timer, limit, row};
}

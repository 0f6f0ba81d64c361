// @ts-check
// A parcel as the page knows it: what the shop is to send of an online order. Which actions are legal is the server's to say; until
// it answers, a deed is expected to have done what it does.

/** @typedef {import('./pickup.js').Line} Line */
/** @typedef {'assigned' | 'accepted' | 'picking' | 'packed' | 'shipped' | 'refused' | 'person' | 'cancelled' | 'given_back'} State */
/** @typedef {'accept' | 'pick' | 'pack' | 'ship' | 'refuse' | 'assign' | 'give_back'} Action */
/** What routing says of a shop. @typedef {{shop: string, name: string, verdict: string, offers: number, sends: number, km?: number, open_work: number}} Verdict */
/**
 * order: as people say it. trace, refusals: of what waits for a person.
 * @typedef {{id: string, order: string, shop: string, shop_name: string, state: State, late: boolean, on_hold: boolean, due_at: number,
 *   assigned_at: number, changed_at: number, reason?: string, carrier?: string, number?: string, lines: Line[], actions: Action[],
 *   trace?: {shops?: Verdict[], nobody?: string}, refusals?: {shop: string, name: string, reason: string, at: number}[]}} Parcel
 */
/** @typedef {{last_name: string, first_name: string, company: string, post_code: string, province: string, city: string, line1: string, line2: string, phone: string, country: string}} Address */

/** The one next thing to do. @type {Partial<Record<State, Action>>} */
const kMain = {assigned: 'accept', accepted: 'pick', picking: 'pack', packed: 'ship'};
/** @type {Record<Action, {state: State, actions: Action[]}>} */
const kAfter = {
  accept: {state: 'accepted', actions: ['pick', 'refuse']},
  pick: {state: 'picking', actions: ['pack', 'refuse']},
  pack: {state: 'packed', actions: ['ship', 'refuse']},
  ship: {state: 'shipped', actions: []},
  refuse: {state: 'refused', actions: []},
  assign: {state: 'assigned', actions: []},
  give_back: {state: 'given_back', actions: []},
};

/** @param {object} one @returns {one is Parcel} */
export const isParcel = (one) => 'order' in one;

/** @param {Parcel} parcel @returns {Action | undefined} */
export function mainAction(parcel) {
  const action = kMain[parcel.state];
  return action && parcel.actions.includes(action) ? action : undefined;
}

/** @param {Parcel} parcel */
export const isOpen = ({state}) => state in kMain || state === 'person';
/** The shop is at work on it: then it is shown to whom it goes. @param {Parcel} parcel */
export const isPacking = ({state}) => state === 'accepted' || state === 'picking' || state === 'packed';
/** @param {Parcel} parcel */
export const pieces = ({lines}) => lines.reduce((sum, line) => sum + line.quantity, 0);

/** @param {Parcel} parcel @param {import('./deeds.js').Deed[]} deeds that are not answered, oldest first @returns {Parcel} */
export function expected(parcel, deeds) {
  return deeds.filter((deed) => deed.pickup === parcel.id).reduce((before, deed) => {
    const after = kAfter[/** @type {Action} */ (deed.action)];
    if (!after) return before;
    const actions = before.on_hold ? after.actions.filter((action) => action !== 'ship') : after.actions;
    return {...before, state: after.state, late: false, actions};
  }, parcel);
}

/** As it is printed, without what helps the eye; "" when it is none. @param {string} typed */
export function trackingNumber(typed) {
  const number = typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  return /^[0-9A-Z]{1,50}$/.test(number) ? number : '';
}

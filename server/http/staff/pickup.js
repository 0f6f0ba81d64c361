// @ts-check
// A pick-up as the page knows it. Which actions are legal is the server's to say; until it answers, a deed is expected to
// have done what it does.

/** codes: what a scan of it may read. @typedef {{name: string, code: string, codes: string[], quantity: number, picked: number}} Line */
/** @typedef {'sent' | 'waiting' | 'unanswered' | 'failed' | 'not_sent'} Outcome */
/** A mail to the customer. at: when it was asked for, or its outcome known; again: it may be sent once more. @typedef {{step: string, at: number, outcome: Outcome, reason?: string, again?: boolean}} Sent */
/** @typedef {'placed' | 'accepted' | 'picking' | 'ready' | 'handed_over' | 'rejected' | 'expired' | 'cancelled'} State */
/** @typedef {'accept' | 'reject' | 'pick' | 'ready' | 'hand_over' | 'cancel' | 'extend'} Action */
/**
 * @typedef {{id: string, code: string, shop: string, shop_name: string, state: State, late: boolean, short?: boolean, accept_by: number, ready_from: number,
 *   hold_until: number, extend_until: number, placed_at: number, changed_at: number, customer: string, language: string, lines: Line[], mails: Sent[],
 *   actions: Action[], online?: Online}} Pickup
 */
/**
 * Bought in the online shop. short: the shop had not enough; undecided: a person decides there, or its customer did (choice), or nobody did in time (by: 'system').
 * @typedef {{order: string, paid: boolean, short: boolean, on_hold: boolean, undecided: boolean,
 *   choice?: {what: 'shop' | 'refund' | 'send', state: string, shop_name?: string, by?: string}}} Online
 */
/** A deed as it is kept: what is sent of it never changes. @typedef {import('./deeds.js').Deed} Deed */

/** The one next thing to do. @type {Partial<Record<State, Action>>} */
const kMain = {placed: 'accept', accepted: 'pick', picking: 'ready', ready: 'hand_over'};
/** What is expected of a deed: the state, and what can follow without an answer. @type {Partial<Record<Action, {state: State, actions: Action[]}>>} */
const kAfter = {
  accept: {state: 'accepted', actions: ['pick', 'reject']},
  pick: {state: 'picking', actions: ['ready', 'reject']},
  ready: {state: 'ready', actions: ['hand_over']},
  hand_over: {state: 'handed_over', actions: []},
  reject: {state: 'rejected', actions: []},
  cancel: {state: 'cancelled', actions: []},
};

/** @param {Pickup} pickup @returns {Action | undefined} */
export function mainAction(pickup) {
  const action = kMain[pickup.state];
  return action && pickup.actions.includes(action) ? action : undefined;
}

/** Something is to do about it, here or by a person in the online shop. @param {Pickup} pickup */
export const isOpen = (pickup) => pickup.state in kMain || Boolean(pickup.online?.undecided);

/** @param {Pickup} pickup */
export const asked = (pickup) => pickup.lines.reduce((sum, line) => sum + line.quantity, 0);
/** @param {Pickup} pickup */
export const kept = (pickup) => pickup.lines.reduce((sum, line) => sum + line.picked, 0);

/** When what is next should be done. @param {Pickup} pickup */
export function limitOf({state, accept_by, ready_from, hold_until}) {
  if (state === 'placed') return accept_by;
  if (state === 'accepted' || state === 'picking') return ready_from;
  return state === 'ready' ? hold_until : 0;
}

/** @param {Pickup} pickup @param {Deed[]} deeds that are not answered, oldest first @returns {Pickup} */
export function expected(pickup, deeds) {
  return deeds.filter((deed) => deed.pickup === pickup.id).reduce((before, deed) => {
    const after = kAfter[/** @type {Action} */ (deed.action)];
    if (!after) return before;
    const cancels = after.actions.length > 0 && before.actions.includes('cancel');
    const lines = deed.action !== 'ready' ? before.lines : before.lines.map((line, i) => ({...line, picked: deed.picked?.[i] ?? line.quantity}));
    /** @type {Action[]} */
    const actions = cancels ? [...after.actions, 'cancel'] : after.actions;
    return {...before, state: after.state, late: false, short: false, lines, actions};
  }, pickup);
}

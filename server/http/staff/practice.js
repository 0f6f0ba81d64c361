// @ts-check
// The staff's routes for practising: a shop that is in this page alone. Nothing is asked of the server and nothing is kept; what the
// server would refuse is refused here, too.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {typeof import('./practice-words.js').PRACTICE_WORDS.ja} Words */

const kMinute = 60;
const kHour = 3_600;
const kDay = 86_400;
const kCodes = ['2000000000015', '2000000000022', '2000000000039'];  // a range that no maker has: shops use it inside
const kRejects = ['not_found', 'damaged', 'busy', 'closed'];
const kCarriers = ['yamato', 'sagawa', 'japan_post', 'other'];
/** From → action → to. @type {Record<string, Record<string, any>>} */
const kPickupRules = {
  placed: {accept: 'accepted', pick: 'picking', reject: 'rejected'}, accepted: {pick: 'picking', reject: 'rejected'},
  picking: {ready: 'ready', reject: 'rejected'}, ready: {hand_over: 'handed_over'},
};
/** @type {Record<string, Record<string, any>>} */
const kParcelRules = {
  assigned: {accept: 'accepted', pick: 'picking', refuse: 'refused'}, accepted: {pick: 'picking', refuse: 'refused'},
  picking: {pack: 'packed', refuse: 'refused'}, packed: {ship: 'shipped', refuse: 'refused'},
};

/** @param {{words: Words, Refusal: typeof import('./server.js').Refusal}} parts @returns {typeof import('./server.js').ask} */
export function createPractice({words, Refusal}) {
  const began = Math.floor(Date.now() / 1000);
  const now = () => Math.floor(Date.now() / 1000);
  const line = (/** @type {number} */ product, /** @type {number} */ quantity, picked = 0) =>
    ({name: words.products[product], code: kCodes[product], codes: [kCodes[product]], quantity, picked});
  /** @param {number} i @param {string} code @param {any} more @returns {Pickup} */
  const pickup = (i, code, more) => ({
    id: `practice-${i}`, code, shop: 'practice', shop_name: words.shop, customer: words.customers[i], language: 'ja', late: false, mails: [],
    placed_at: began - 10 * kMinute, changed_at: began - 10 * kMinute, accept_by: began + 20 * kMinute, ready_from: began + 2 * kHour,
    hold_until: began + 2 * kDay, extend_until: 0, actions: [], ...more});
  const pickups = [
    pickup(0, '100001', {state: 'placed', lines: [line(0, 2), line(1, 1)]}),
    pickup(1, '100002', {state: 'ready', lines: [line(2, 3, 3)]}),
    pickup(2, '100003', {state: 'placed', accept_by: began - 5 * kMinute, late: true, language: 'en', lines: [line(1, 1)]}),
  ];
  /** @type {Parcel[]} */
  const parcels = [{
    id: 'practice-parcel', order: words.order, shop: 'practice', shop_name: words.shop, state: 'assigned', late: false, on_hold: false,
    due_at: began + kHour, assigned_at: began - 5 * kMinute, changed_at: began - 5 * kMinute, lines: [line(0, 1), line(2, 2)], actions: []}];
  let scanned = 0;

  /** With what can be done next. @param {any} one @param {Record<string, Record<string, any>>} rules */
  const seen = (one, rules) => structuredClone({...one, actions: Object.keys(rules[one.state] ?? {})});
  const work = () => ({
    now: now(), staff: {name: words.staff, role: 'clerk'}, shops: [{id: 'practice', name: words.shop}], rejects: kRejects, carriers: kCarriers,
    pickups: pickups.filter(({state}) => state in kPickupRules).map((one) => seen(one, kPickupRules)),
    shipments: parcels.filter(({state}) => state in kParcelRules).map((one) => seen(one, kParcelRules))});

  /** @param {any[]} among @param {Record<string, Record<string, any>>} rules @param {any} deed */
  function act(among, rules, {id, action, reason, picked, carrier, number}) {
    const one = among.find((each) => each.id === id);
    if (!one) throw new Refusal(404, 'not_found');
    const next = rules[one.state]?.[action];
    if (!next) throw new Refusal(409, 'conflict');
    if ((action === 'reject' || action === 'refuse') && !kRejects.includes(reason)) throw new Refusal(400, 'invalid');
    if (action === 'ready') one.lines.forEach((/** @type {any} */ each, /** @type {number} */ i) => { each.picked = picked?.[i] ?? each.quantity; });
    if (action === 'ready') one.mails = [{step: 'ready', at: now(), outcome: 'sent', again: true}];
    else if (one.mails && next !== one.state) one.mails = one.mails.map((/** @type {any} */ mail) => ({...mail, again: false}));
    if (action === 'ship') Object.assign(one, {carrier, number});
    Object.assign(one, {state: next, late: false, changed_at: now(), ...(reason ? {reason} : {})});
    return seen(one, rules);
  }

  /** Whatever has a barcode will do: while something is picked, it is its next piece. @param {string} text */
  function scan(text) {
    const code = /^P?(\d{6})$/i.exec(text)?.[1];
    const known = pickups.find((one) => one.code === code);
    if (known) return {kind: 'pickup', pickup: seen(known, kPickupRules)};
    const picked = [...pickups, ...parcels].find(({state}) => state === 'picking');
    const pieces = picked?.lines.flatMap((each) => Array.from({length: each.quantity}, () => each)) ?? [];
    if (pieces.length === 0) return {kind: 'unknown'};
    const {name, code: product} = pieces[scanned++ % pieces.length];
    return {kind: 'product', product: {name, code: product}, stock: [], pickups: []};
  }

  return async (_method, path, /** @type {any} */ body) => {
    if (path === 'work') return work();
    if (path === 'act') return {pickup: act(pickups, kPickupRules, body)};
    if (path === 'shipment/act') return {shipment: act(parcels, kParcelRules, body)};
    if (path === 'shipment/address') return {address: words.address};
    if (path === 'scan') return scan(body.text);
    if (path !== 'resend') throw new Refusal(404, 'not_found');
    const one = pickups.find(({id}) => id === body.id);
    if (!one?.mails.some((/** @type {any} */ mail) => mail.step === body.step && mail.again)) throw new Refusal(409, 'conflict');
    one.mails = [...one.mails.map((/** @type {any} */ mail) => ({...mail, again: mail.again && mail.step !== body.step})), {step: body.step, at: now(), outcome: 'sent', again: true}];
    return {pickup: seen(one, kPickupRules)};
  };
}

// @ts-check
// The settings of pick-ups: whether the shops put things aside, when they are open, how long everything takes, and what a
// shop does otherwise.

const kMinutesMost = 10_080;
const kDaysMost = 30;
const kRefundDaysMost = 60;
const kWeek = 7;
const kDatesMost = 60;

/** @typedef {{opens: string, closes: string, closed: number[], closed_on: string[], cut_off: string}} Hours  cut_off: "" for none */
/** @typedef {{on: boolean, prepare_minutes: number, accept_minutes: number, hold_days: number, hours: Hours, choices: Record<'shop' | 'refund' | 'send', boolean>, refund_after_days: number, page: string, mails: import('./mail-settings.js').Mails}} Pickup */
/** @typedef {'prepare_minutes' | 'accept_minutes' | 'hold_days' | 'refund_after_days'} Figure */
/** @typedef {{store_id: string, no_pickup: boolean, hours: Hours | null}} StoreSetting */
/** @typedef {{pickup: Pickup, stores: StoreSetting[]}} Settings */
/**
 * @typedef {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string, words: any,
 *   language: string, fields: ReturnType<typeof import('./fields.js').createFields>, mails: ReturnType<typeof import('./mail-settings.js').createMailSettings>}} Tools
 */

/** "9:30", "930" and "９：３０" are "09:30"; what is no time stays as it was typed. @param {string} text */
function timeOf(text) {
  const typed = text.normalize('NFKC').trim();
  const [, hour, minute] = /^(\d{1,2}):?(\d{2})$/.exec(typed) ?? [];
  return hour === undefined ? typed : `${hour.padStart(2, '0')}:${minute}`;
}
const isTime = (/** @type {string} */ text) => /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);

/**
 * "2026/1/3、２０２６年１月４日" is 2026-01-03 and 2026-01-04: a date a line, or with commas or spaces between. What is no date stays as it was typed.
 * @param {string} text
 */
const datesOf = (text) => text.normalize('NFKC').split(/[\s,、]+/).filter(Boolean).map((typed) => {
  const [, year, month, day] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed) ?? [];
  return year === undefined ? typed : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
});
/** @param {string} text */
function isDate(text) {
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : NaN);
  return date.getTime() >= 0 && date.toISOString().startsWith(text);
}

/** @param {Tools} tools */
export function createPickupSettings({make, say, words, language, fields, mails}) {
  const {labelled, textInput, textArea, numberInput, choice, check, card} = fields;
  const number = new Intl.NumberFormat(language);
  const details = make('div', {class: 'form'});
  const shopList = make('ul', {class: 'shops'});
  /** @type {Settings} */
  let draft;
  /** @type {(id: string) => string} */
  let nameOf = (id) => id;

  /** @param {string} field @param {string} label @param {Hours} hours @param {'opens' | 'closes' | 'cut_off'} end @param {string} [help] */
  function time(field, label, hours, end, help) {
    const input = textInput(field, hours[end], (text) => { hours[end] = timeOf(text); }, {autocomplete: 'off', placeholder: {opens: '10:00', closes: '20:00', cut_off: '17:00'}[end],
      change: (event) => { /** @type {HTMLInputElement} */ (event.target).value = hours[end]; }});
    return labelled(field, label, input, help);
  }

  /** @param {string} field @param {Hours} hours */
  function dates(field, hours) {
    const lines = () => hours.closed_on.join('\n');
    return labelled(field, words.pickup_dates, textArea(field, lines(), (text) => { hours.closed_on = datesOf(text); }, {autocomplete: 'off', spellcheck: 'false', placeholder: '2026-12-31\n2027-01-01',
      change: (event) => { /** @type {HTMLTextAreaElement} */ (event.target).value = lines(); }}), words.pickup_dates_help);
  }

  /** @param {string} field @param {Hours} hours */
  function hoursOf(field, hours) {
    const error = `field-${field.replace(/\W/g, '-')}-closed-error`;
    const box = (/** @type {string} */ label, /** @type {number} */ day) => check(label, hours.closed.includes(day), (closed) => {
      hours.closed = Array.from({length: kWeek}, (_, each) => each).filter((each) => (each === day ? closed : hours.closed.includes(each)));
    }, {described: words.weekday_names[day], field: `${field}.closed`,
      // What is wrong with the days is told at the first of them.
      ...(day === 0 ? {id: error.replace(/-error$/, ''), attributes: {'data-field': `${field}.closed`}} : {})});
    return [
      make('div', {class: 'pair'}, time(`${field}.opens`, words.pickup_opens, hours, 'opens'), time(`${field}.closes`, words.pickup_closes, hours, 'closes')),
      make('fieldset', {class: 'days', 'aria-describedby': error}, make('legend', {class: 'field__label'}, words.pickup_closed),
        make('div', {class: 'days__row'}, ...words.weekdays.map(box)), make('p', {class: 'field__error', id: error})),
      dates(`${field}.closed_on`, hours),
      time(`${field}.cut_off`, words.pickup_cut_off, hours, 'cut_off', words.pickup_cut_off_help),
    ];
  }

  /** @param {StoreSetting} store @param {number} i */
  function shop(store, i) {
    const own = make('div', {class: 'form'});
    const showOwn = () => {
      own.hidden = !store.hours || store.no_pickup;
      own.replaceChildren(...(store.hours && !store.no_pickup ? hoursOf(`stores[${i}].hours`, store.hours) : []));
    };
    const way = store.no_pickup ? 'none' : store.hours ? 'own' : 'shared';
    const select = choice(`stores[${i}].pickup`, way, Object.entries(words.pickup_ways), (chosen) => {
      store.no_pickup = chosen === 'none';
      if (chosen === 'own') store.hours ??= structuredClone(draft.pickup.hours);
      // Hours that nobody sees are kept for when they are wanted again, unless they would be refused.
      if (chosen === 'shared' || (chosen === 'none' && store.hours && wrongHours('', store.hours).length)) store.hours = null;
      showOwn();
    });
    showOwn();
    return make('li', {}, make('fieldset', {class: 'shop'}, make('legend', {class: 'shop__name'}, nameOf(store.store_id)),
      labelled(`stores[${i}].pickup`, words.pickup_way, select), own));
  }

  function showShops() {
    shopList.replaceChildren(...(draft.stores.length ? draft.stores.map(shop) : [make('li', {class: 'card__note'}, words.shops_none)]));
  }

  /** @param {string} field @param {Hours} hours @returns {[string, string][]} */
  function wrongHours(field, hours) {
    /** @type {[string, string][]} */
    const wrong = [];
    if (!isTime(hours.opens)) wrong.push([`${field}.opens`, words.error.time]);
    if (!isTime(hours.closes)) wrong.push([`${field}.closes`, words.error.time]);
    else if (isTime(hours.opens) && hours.opens >= hours.closes) wrong.push([`${field}.closes`, words.error.closes]);
    if (hours.closed.length === kWeek) wrong.push([`${field}.closed`, words.error.weekdays]);
    if (!hours.closed_on.every(isDate)) wrong.push([`${field}.closed_on`, words.error.dates]);
    else if (hours.closed_on.length > kDatesMost) wrong.push([`${field}.closed_on`, say(words.error.dates_most, {most: kDatesMost})]);
    if (hours.cut_off && !isTime(hours.cut_off)) wrong.push([`${field}.cut_off`, words.error.time]);
    else if (hours.cut_off && isTime(hours.opens) && isTime(hours.closes) && (hours.cut_off <= hours.opens || hours.cut_off > hours.closes)) wrong.push([`${field}.cut_off`, words.error.cut_off]);
    return wrong;
  }

  return {
    /** The card, of a draft that it writes into. @param {Settings} of @param {(id: string) => string} name of a shop */
    show(of, name) {
      draft = of;
      nameOf = name;
      const {pickup} = draft;
      const figure = (/** @type {Figure} */ key) =>
        labelled(`pickup.${key}`, words.pickup_figure[key], numberInput(`pickup.${key}`, pickup[key], (value) => { pickup[key] = value; }), words.pickup_figure_help[key]);
      showShops();
      details.hidden = !pickup.on;
      details.replaceChildren(
        make('h4', {class: 'card__title'}, words.pickup_hours), make('p', {class: 'card__note'}, words.pickup_hours_help), ...hoursOf('pickup.hours', pickup.hours),
        make('h4', {class: 'card__title'}, words.pickup_pace), figure('prepare_minutes'), figure('accept_minutes'), figure('hold_days'),
        make('h4', {class: 'card__title'}, words.pickup_choices), make('p', {class: 'card__note'}, words.pickup_choices_help),
        ...(/** @type {('shop' | 'refund' | 'send')[]} */ (['shop', 'refund', 'send'])).flatMap((key) => [
          check(words.pickup_choice[key], pickup.choices[key], (on) => { pickup.choices[key] = on; }), make('p', {class: 'card__note'}, words.pickup_choice_help[key])]),
        figure('refund_after_days'),
        labelled('pickup.page', words.pickup_page, textInput('pickup.page', pickup.page, (text) => { pickup.page = text.trim(); }, {autocomplete: 'off', placeholder: '/apps/tsunagi'}), words.pickup_page_help),
        mails.show(pickup), make('h4', {class: 'card__title'}, words.pickup_shops), shopList);
      return card(words.pickup, check(words.pickup_on, pickup.on, (on) => {
        pickup.on = on;
        details.hidden = !on;
      }, {id: 'setting-pickup'}), make('p', {class: 'card__note'}, words.pickup_on_help), details);
    },
    showShops,
    lead: mails.lead,
    /** @returns {[string, string][]} field and what is wrong with it */
    wrong() {
      const {pickup, stores} = draft;
      const wrong = wrongHours('pickup.hours', pickup.hours);
      for (const [key, most] of /** @type {[Figure, number][]} */ (
        [['prepare_minutes', kMinutesMost], ['accept_minutes', kMinutesMost], ['hold_days', kDaysMost], ['refund_after_days', kRefundDaysMost]])) {
        if (!Number.isInteger(pickup[key]) || pickup[key] > most) wrong.push([`pickup.${key}`, say(words.error.range, {most: number.format(most)})]);
      }
      stores.forEach((store, i) => {
        if (store.hours && !store.no_pickup) wrong.push(...wrongHours(`stores[${i}].hours`, store.hours));
      });
      wrong.push(...mails.wrong());
      if (wrong.length) details.hidden = false;
      return wrong;
    },
  };
}

// @ts-check
// The settings: one form, saved as a whole, with what is wrong beside its field.

const kMost = 1_000_000;
const kTextCharacters = 1_000;
/** One row of who wins → the fields it decides. @type {Record<string, string[]>} */
const kWinnerRows = {
  name: ['last_name', 'first_name'], kana: ['last_kana', 'first_kana'], phone: ['phone'],
  birth_date: ['birth_date'], sex: ['sex'], mail_consent: ['mail_consent'],
};

/** @typedef {{opens: string, closes: string, closed: number[], closed_on: string[], cut_off: string}} Hours */
/** @typedef {{store_id: string, name: string, hidden: boolean, safety_stock: number, no_pickup: boolean, hours: Hours | null, position: string}} StoreSetting */
/**
 * @typedef {{programme_name: string, joining: string, consent: {ja: string, en: string, terms_url: string},
 *   field_winners: Record<string, string>, code_rule: string, code_letter: string, symbology: string, second_symbology: string,
 *   few_below: number, safety_stock: number, product_safety: import('./safety-settings.js').ProductSafety[], stores: StoreSetting[], contact_url: string, notify_mail: string, field_keys: Record<string, string>,
 *   pickup: {on: boolean, prepare_minutes: number, accept_minutes: number, hold_days: number, hours: Hours},
 *   shipping: import('./shipping-settings.js').Shipping, restock: import('./restocks.js').Restock, paused: boolean}} Settings
 */
/** @typedef {{smaregi: {stores: {store_id: string, name: string}[]}, settings: Settings,
 *   products: import('./safety-settings.js').Product[], mail: {sends: boolean}}} Status */
/**
 * @typedef {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string,
 *   ask: (method: string, path: string, body?: unknown) => Promise<any>, page: any, language: string,
 *   createFields: typeof import('./fields.js').createFields, createPickupSettings: typeof import('./pickup-settings.js').createPickupSettings,
 *   createShippingSettings: typeof import('./shipping-settings.js').createShippingSettings, shipping: any,
 *   createRestockSettings: typeof import('./restocks.js').createRestockSettings, createMailSettings: typeof import('./mail-settings.js').createMailSettings,
 *   createSafetySettings: typeof import('./safety-settings.js').createSafetySettings,
 *   saved: (status: any) => Promise<void>}} Tools
 * page: its words; shipping: those of sending orders. saved: with the page's status.
 */

/** @param {Tools} tools */
export function createSettings({make, say, ask, page: words, language, createFields, createPickupSettings, createShippingSettings, createRestockSettings,
  createMailSettings, createSafetySettings, shipping: shippingWords, saved: showSaved}) {
  const form = /** @type {HTMLFormElement} */ (make('form', {class: 'form', novalidate: true}));
  const bar = make('div', {class: 'save', hidden: true});
  const barWords = make('p', {class: 'save__words', role: 'status'});
  const fields = createFields({make, changed});
  const {labelled, textInput, textArea, numberInput, choice, check, card, setError} = fields;
  const mails = createMailSettings({make, words, language, ask, fields});
  const pickups = createPickupSettings({make, say, words, language, fields, mails});
  const restocks = createRestockSettings({make, words, fields});
  const parcels = createShippingSettings({make, say, ask, words: shippingWords, page: words, language, fields});
  const safeties = createSafetySettings({make, say, ask, words, language, fields, changed});
  const number = new Intl.NumberFormat(language);
  /** @type {Settings} */
  let draft;
  /** @type {Settings} */
  let saved;

  /** The merchant's order first, then the shops Smaregi has beside them. @param {Status} status */
  function orderedStores(status) {
    const listed = status.settings.stores.filter((store) => status.smaregi.stores.some((shop) => shop.store_id === store.store_id));
    const rest = status.smaregi.stores.filter((shop) => !listed.some((store) => store.store_id === shop.store_id))
      .map((shop) => ({store_id: shop.store_id, name: '', hidden: false, safety_stock: 0, no_pickup: false, hours: null, position: ''}));
    return [...listed, ...rest];
  }

  /** @param {Status} status */
  const shopNames = (status) => (/** @type {string} */ id) => status.smaregi.stores.find((shop) => shop.store_id === id)?.name ?? id;

  const shopList = make('ol', {class: 'shops'});
  /** @param {Status} status */
  function showShops(status) {
    const nameOf = shopNames(status);
    if (draft.stores.length === 0) {
      shopList.replaceChildren(make('li', {class: 'card__note'}, words.shops_none));
      return;
    }
    /** @param {number} at @param {number} by */
    const move = (at, by) => {
      const [store] = draft.stores.splice(at, 1);
      draft.stores.splice(at + by, 0, store);
      showShops(status);
      pickups.showShops();
      parcels.showShops();
      changed('');
      const back = /** @type {HTMLButtonElement[]} */ ([...shopList.children[at + by].querySelectorAll('button')]);
      (back.find((button) => !button.disabled && button.dataset.by === String(by)) ?? back.find((button) => !button.disabled))?.focus();
    };
    /** @param {number} at @param {number} by @param {string} sign @param {string} label @param {boolean} disabled */
    const arrow = (at, by, sign, label, disabled) =>
      make('button', {class: 'button button--square', type: 'button', 'aria-label': label, 'data-by': String(by), disabled, click: () => move(at, by)}, sign);
    shopList.replaceChildren(...draft.stores.map((store, i) => {
      const shop = nameOf(store.store_id);
      const name = textInput(`stores[${i}].name`, store.name, (text) => { store.name = text; }, {placeholder: shop, maxlength: '60'});
      const safety = numberInput(`stores[${i}].safety_stock`, store.safety_stock, (figure) => { store.safety_stock = figure; });
      const position = textInput(`stores[${i}].position`, store.position, (text) => { store.position = text.trim(); }, {placeholder: '35.6595, 139.7005', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false'});
      position.setAttribute('aria-label', say(words.shop_position, {shop}));
      name.setAttribute('aria-label', say(words.shop_name, {shop}));
      safety.setAttribute('aria-label', say(words.shop_safety, {shop}));
      return make('li', {class: 'shop'},
        make('div', {class: 'shop__head'}, make('span', {class: 'shop__name'}, shop),
          arrow(i, -1, '↑', say(words.up, {shop}), i === 0), arrow(i, 1, '↓', say(words.down, {shop}), i === draft.stores.length - 1)),
        make('div', {class: 'pair'}, labelled(`stores[${i}].name`, words.shop_name_short, name),
          labelled(`stores[${i}].safety_stock`, words.shop_safety_short, safety)),
        labelled(`stores[${i}].position`, words.shop_position_short, position, words.shop_position_help),
        check(words.shop_hidden, store.hidden, (on) => { store.hidden = on; }, {described: say(words.shop_hidden_of, {shop})}));
    }));
  }

  /** @param {Status} status */
  function showForm(status) {
    saved = {...status.settings, stores: orderedStores(status), product_safety: safeties.ordered(status.settings.product_safety, status.products)};
    draft = structuredClone(saved);
    /** @type {[string, string][]} */
    const symbologies = Object.entries(words.symbologies);
    showShops(status);
    form.replaceChildren(
      make('h2', {class: 'page__title'}, words.settings),
      card(words.programme,
        labelled('programme_name', words.programme_name, textInput('programme_name', draft.programme_name, (text) => { draft.programme_name = text; }, {maxlength: '60'}), words.programme_name_help),
        labelled('contact_url', words.contact_url, textInput('contact_url', draft.contact_url, (text) => { draft.contact_url = text.trim(); }, {inputmode: 'url', autocomplete: 'off'}), words.contact_url_help)),
      card(words.joining,
        labelled('joining', words.joining_how, choice('joining', draft.joining, Object.entries(words.joining_ways), (text) => { draft.joining = text; }), words.joining_help),
        make('p', {class: 'card__note'}, words.consent_help),
        labelled('consent.ja', words.consent_ja, textArea('consent.ja', draft.consent.ja, (text) => { draft.consent.ja = text; }, {lang: 'ja'})),
        labelled('consent.en', words.consent_en, textArea('consent.en', draft.consent.en, (text) => { draft.consent.en = text; }, {lang: 'en'}), words.consent_one_help),
        labelled('consent.terms_url', words.terms_url, textInput('consent.terms_url', draft.consent.terms_url, (text) => { draft.consent.terms_url = text.trim(); }, {inputmode: 'url', autocomplete: 'off'}), words.terms_url_help)),
      card(words.codes,
        labelled('code_rule', words.code_rule, choice('code_rule', draft.code_rule,
          [['own', words.code_rule_own], ['own_or_any', words.code_rule_own_or_any]], (text) => { draft.code_rule = text; })),
        labelled('code_letter', words.code_letter, textInput('code_letter', draft.code_letter, (text) => { draft.code_letter = text.trim(); }, {maxlength: '1', autocomplete: 'off', autocapitalize: 'characters'}), words.code_letter_help),
        make('div', {class: 'pair'},
          labelled('symbology', words.symbology, choice('symbology', draft.symbology, symbologies, (text) => { draft.symbology = text; })),
          labelled('second_symbology', words.second_symbology, choice('second_symbology', draft.second_symbology, symbologies, (text) => { draft.second_symbology = text; })))),
      card(words.fields, make('p', {class: 'card__note'}, words.fields_help),
        ...Object.entries(words.field).map(([key, name]) => labelled(`field_keys.${key}`, name,
          textInput(`field_keys.${key}`, draft.field_keys[key] ?? '', (text) => { draft.field_keys[key] = text.trim(); }, {autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: 'custom.…'})))),
      card(words.winners, make('p', {class: 'card__note'}, words.winners_help),
        make('div', {class: 'pair'}, ...Object.entries(kWinnerRows).map(([row, fields]) => labelled(`field_winners.${row}`, words.winner_row[row],
          choice(`field_winners.${row}`, draft.field_winners[fields[0]], Object.entries(words.winner), (text) => {
            for (const field of fields) draft.field_winners[field] = text;
          }))))),
      card(words.stock,
        make('div', {class: 'pair'},
          labelled('few_below', words.few_below, numberInput('few_below', draft.few_below, (figure) => { draft.few_below = figure; })),
          labelled('safety_stock', words.safety_stock, numberInput('safety_stock', draft.safety_stock, (figure) => { draft.safety_stock = figure; }), words.safety_stock_help)),
        ...safeties.show(draft.product_safety, status.products),
        make('h4', {class: 'card__title'}, words.shops), shopList),
      pickups.show(draft, shopNames(status)),
      restocks.show(draft.restock),
      parcels.show(draft, shopNames(status)),
      card(words.notify, ...(status.mail.sends ? [] : [make('p', {class: 'card__note'}, words.notify_off)]),
        labelled('notify_mail', words.notify_mail, textInput('notify_mail', draft.notify_mail, (text) => { draft.notify_mail = text.trim(); }, {inputmode: 'email', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false'}), words.notify_mail_help)),
      card(words.stop, check(words.paused, draft.paused, (on) => { draft.paused = on; }, {id: 'setting-paused'}), make('p', {class: 'card__note'}, words.paused_help)),
      bar);
    bar.replaceChildren(barWords, make('button', {class: 'button', type: 'button', click: () => {
      showForm(status);
      changed('');
    }}, words.discard), make('button', {class: 'button button--main', type: 'submit'}, words.save));
  }

  /** @param {string} field that was edited: its error goes away */
  function changed(field) {
    if (field) setError(field, '');
    const differs = JSON.stringify(draft) !== JSON.stringify(saved);
    bar.hidden = !differs;
    if (differs) barWords.textContent = words.unsaved;
  }

  /** @returns {[string, string][]} field and what is wrong with it */
  function wrongFields() {
    /** @type {[string, string][]} */
    const wrong = [];
    const figure = (/** @type {string} */ field, /** @type {number} */ value) => {
      if (!Number.isInteger(value) || value < 0 || value > kMost) wrong.push([field, say(words.error.range, {most: number.format(kMost)})]);
    };
    if (draft.contact_url && !/^(https?:\/\/|mailto:|\/(?![/\\]))/.test(draft.contact_url)) wrong.push(['contact_url', words.error.url]);
    for (const key of /** @type {('ja' | 'en')[]} */ (['ja', 'en'])) {
      if ([...draft.consent[key]].length > kTextCharacters) wrong.push([`consent.${key}`, words.error.characters]);
    }
    if (draft.consent.terms_url && !/^https?:\/\//.test(draft.consent.terms_url)) wrong.push(['consent.terms_url', words.error.web_url]);
    if (draft.notify_mail && !/^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/.test(draft.notify_mail)) wrong.push(['notify_mail', words.error.mail]);
    if (!/^[A-HJ-NPR-Z]$/.test(draft.code_letter)) wrong.push(['code_letter', words.error.letter]);
    for (const [key, value] of Object.entries(draft.field_keys)) {
      if (value && !/^[\w-]{3,255}\.[\w-]{2,64}$/.test(value)) wrong.push([`field_keys.${key}`, words.error.metafield]);
    }
    figure('few_below', draft.few_below);
    figure('safety_stock', draft.safety_stock);
    draft.stores.forEach((store, i) => figure(`stores[${i}].safety_stock`, store.safety_stock));
    wrong.push(...safeties.wrong(), ...pickups.wrong(), ...restocks.wrong(), ...parcels.wrong());
    return wrong;
  }

  /** @param {[string, string][]} wrong */
  function showErrors(wrong) {
    const first = wrong.map(([field, text]) => setError(field, text)).find((input) => input !== null);
    barWords.textContent = say(words.errors, {count: wrong.length});
    first?.scrollIntoView({block: 'center'});  // not below the bar
    first?.focus({preventScroll: true});
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const wrong = wrongFields();
    if (wrong.length) {
      showErrors(wrong);
      return;
    }
    try {
      const status = await ask('PUT', 'settings', draft);
      bar.hidden = true;
      await showSaved(status);
      /** @type {any} */ (window).shopify?.toast?.show(words.saved);
    } catch (problem) {
      const {status, field, message} = /** @type {any} */ (problem);
      if (status === 400 && field) {
        pickups.lead(field);
        showErrors([[field, field === 'product_safety' ? words.error.product_unknown : /bytes|characters long/.test(message) ? words.error.long : /\{\{/.test(message) ? words.error.mark : words.error.other]]);
      } else {
        barWords.textContent = words.not_saved;
      }
    }
  });

  window.addEventListener('beforeunload', (event) => {
    if (!bar.hidden) event.preventDefault();
  });

  return {
    form,
    /** Whether something was typed that is not saved. */
    edited: () => !bar.hidden || safeties.pending(),
    /** What was typed stays. @param {Status} status the page's */
    follow(status) {
      if (bar.hidden && !safeties.pending()) showForm(status);
    },
  };
}

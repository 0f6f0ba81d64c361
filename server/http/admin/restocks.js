// @ts-check
// Customers who are told when a shop has a product again: whether they may ask, what they are sent, and who waits.

const kSubjectCharacters = 200;
const kMailCharacters = 4_000;

/** @typedef {{subject: string, text: string}} Mail */
/** @typedef {{on: boolean, mail: {ja: Mail, en: Mail}}} Restock */
/** @typedef {'ja' | 'en'} Language */

/**
 * @param {{make: import('./fields.js').Make, words: any, fields: ReturnType<typeof import('./fields.js').createFields>}} tools
 */
export function createRestockSettings({make, words, fields}) {
  const {labelled, textInput, textArea, check, card} = fields;
  const details = make('div', {class: 'form'});
  /** @type {Restock} */
  let draft;

  /** @param {Language} language */
  const inputs = (language) => [
    labelled(`restock.mail.${language}.subject`, words[`restock_subject_${language}`],
      textInput(`restock.mail.${language}.subject`, draft.mail[language].subject, (text) => { draft.mail[language].subject = text; }, {lang: language})),
    labelled(`restock.mail.${language}.text`, words[`restock_mail_${language}`],
      textArea(`restock.mail.${language}.text`, draft.mail[language].text, (text) => { draft.mail[language].text = text; }, {lang: language})),
  ];

  return {
    /** The card, of a draft that it writes into. @param {Restock} of */
    show(of) {
      draft = of;
      details.hidden = !draft.on;
      details.replaceChildren(make('p', {class: 'card__note'}, words.restock_mail_help), ...inputs('ja'), ...inputs('en'));
      return card(words.restock, check(words.restock_on, draft.on, (on) => {
        draft.on = on;
        details.hidden = !on;
      }, {id: 'setting-restock'}), make('p', {class: 'card__note'}, words.restock_on_help), details);
    },
    /** @returns {[string, string][]} field and what is wrong with it */
    wrong() {
      /** @type {[string, string][]} */
      const wrong = [];
      for (const language of /** @type {Language[]} */ (['ja', 'en'])) {
        const {subject, text} = draft.mail[language];
        if ([...subject].length > kSubjectCharacters) wrong.push([`restock.mail.${language}.subject`, words.error.long]);
        if ([...text].length > kMailCharacters) wrong.push([`restock.mail.${language}.text`, words.error.long]);
      }
      return wrong;
    },
  };
}

/**
 * @param {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string, words: any,
 *   ask: (method: string, path: string) => Promise<any>, ago: (then: number, now: number) => string}} tools
 */
export function createRestocks({make, say, words, ask, ago}) {
  const section = make('section', {class: 'card', 'aria-labelledby': 'restocks-title', hidden: true});
  return {
    section,
    /** @param {{settings: {restock: Restock}, mail: {sends: boolean}}} status the page's */
    async follow({settings, mail}) {
      const list = await ask('GET', 'restocks').catch(() => undefined);
      if (!list) return; // what is shown stays
      section.hidden = list.requests.length === 0 && !(settings.restock.on && mail.sends);
      const states = /** @type {Record<string, string>} */ (words.restock_state);
      section.replaceChildren(make('h2', {class: 'card__title', id: 'restocks-title'}, words.restock_list),
        ...(list.requests.length ? [] : [make('p', {class: 'card__note'}, words.restock_list_none)]),
        ...list.requests.map((/** @type {any} */ {product, shop, asked_at: at, state, outcome}) => make('div', {class: 'row'},
          make('span', {}, say(words.restock_row, {product, shop}), ' · ', ago(at, list.now)),
          make('span', {class: 'badge'}, states[state === 'open' ? 'open' : outcome] ?? outcome))));
    },
  };
}

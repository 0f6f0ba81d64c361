// @ts-check
// The merchant's own words of the mails about pick-ups: one step and language at a time, beside what is sent without them.

const kSubjectCharacters = 200;
const kMailCharacters = 4_000;

/** @typedef {'ja' | 'en'} Language */
/** @typedef {{subject: string, text: string}} Mail */
/** @typedef {Record<string, {ja: Mail, en: Mail}>} Mails  by step; one that is left out is ours */
/** @typedef {{marks: string[], steps: ({step: string} & {ja: Mail, en: Mail})[]}} Ours */

/**
 * @param {{make: import('./fields.js').Make, words: any, language: string, ask: (method: string, path: string) => Promise<any>,
 *   fields: ReturnType<typeof import('./fields.js').createFields>}} tools
 */
export function createMailSettings({make, words, language, ask, fields}) {
  const {labelled, textInput, textArea, choice} = fields;
  const place = make('div', {class: 'form'});
  /** @type {Ours | undefined} once it was asked for */
  let ours;
  /** @type {{mails: Mails}} */
  let draft;
  let step = 'placed';
  /** @type {Language} */
  let of = language === 'en' ? 'en' : 'ja';

  const none = () => ({ja: {subject: '', text: ''}, en: {subject: '', text: ''}});
  /** The merchant's own; what they leave empty is ours, and a step without a word of theirs is left out. */
  const own = () => draft.mails[step]?.[of] ?? {subject: '', text: ''};
  /** @param {keyof Mail} part @param {string} text */
  function write(part, text) {
    const mails = draft.mails[step] ?? none();
    mails[of][part] = text;
    const empty = [mails.ja, mails.en].every((mail) => mail.subject === '' && mail.text === '');
    if (empty) delete draft.mails[step];
    else draft.mails[step] = mails;
  }

  function draw() {
    if (!ours) return;
    const mail = ours.steps.find((one) => one.step === step)?.[of] ?? {subject: '', text: ''};
    const field = (/** @type {keyof Mail} */ part) => `pickup.mails.${step}.${of}.${part}`;
    const text = textArea(field('text'), own().text, (typed) => write('text', typed), {lang: of, rows: '12', placeholder: mail.text});
    const subject = textInput(field('subject'), own().subject, (typed) => write('subject', typed), {lang: of, placeholder: mail.subject});
    const begin = make('button', {class: 'button', type: 'button', click: () => {
      for (const [part, input] of /** @type {[keyof Mail, any][]} */ ([['subject', subject], ['text', text]])) {
        input.value = mail[part];
        input.dispatchEvent(new Event('input'));
      }
      subject.focus();
    }}, words.mails_begin);
    const steps = choice('mails.step', step, ours.steps.map((one) => [one.step, words.mails_step[one.step] ?? one.step]), (chosen) => {
      step = chosen;
      draw();
      place.querySelector('select')?.focus();
    });
    const languages = choice('mails.language', of, Object.entries(words.mails_languages), (chosen) => {
      of = chosen === 'en' ? 'en' : 'ja';
      draw();
      place.querySelectorAll('select')[1]?.focus();
    });
    place.replaceChildren(make('h4', {class: 'card__title'}, words.mails), make('p', {class: 'card__note'}, words.mails_help),
      make('div', {class: 'pair'}, labelled('mails.step', words.mails_which, steps), labelled('mails.language', words.mails_language, languages)),
      labelled(field('subject'), words.mails_subject, subject), labelled(field('text'), words.mails_text, text, `${words.mails_marks} ${ours.marks.map((mark) => `{{${mark}}}`).join(' ')}`),
      make('p', {}, begin));
  }

  return {
    /** Of a draft that it writes into. @param {{mails: Mails}} pickup */
    show(pickup) {
      draft = pickup;
      draw();
      if (!ours) {
        ask('GET', 'mails').then((answer) => {
          ours = answer;
          draw();
        }, () => {}); // the other settings are there all the same
      }
      return place;
    },
    /** @returns {[string, string][]} field and what is wrong with it */
    wrong() {
      /** @type {[string, string][]} */
      const wrong = [];
      for (const [at, mails] of Object.entries(draft.mails)) {
        for (const each of /** @type {Language[]} */ (['ja', 'en'])) {
          const {subject, text} = mails[each];
          if ([...subject].length > kSubjectCharacters) wrong.push([`pickup.mails.${at}.${each}.subject`, words.error.long]);
          if ([...text].length > kMailCharacters) wrong.push([`pickup.mails.${at}.${each}.text`, words.error.long]);
        }
      }
      if (wrong.length) this.lead(wrong[0][0]);
      return wrong;
    },
    /** To where a field is written that may not be on the page. @param {string} field "pickup.mails.ready.en.text" */
    lead(field) {
      const [, , at, each] = field.split('.');
      if (!field.startsWith('pickup.mails.') || !at) return;
      step = at;
      of = each === 'en' ? 'en' : 'ja';
      draw();
    },
  };
}

// @ts-check
// The fields that the shop asks of every member and this customer has not given: one form below the card's sentence,
// which goes when they are answered.

import {ask} from './tsunagi-live.js';

/** @typedef {import('./tsunagi-live.js').Answer} Answer */
/** @typedef {{type?: string, autocomplete?: string, inputmode?: string, maxlength?: number, ja: string, en: string, hint?: {ja: string, en: string}}} Field */

const KANA = {ja: '例: ヤマダ', en: 'How it is read, in kana: ヤマダ'};

/** The words of the server, with what a phone's keyboard and its memory need to know. @type {Record<string, Field>} */
const FIELDS = {
  last_name: {ja: '姓', en: 'Last name', autocomplete: 'family-name', maxlength: 85},
  first_name: {ja: '名', en: 'First name', autocomplete: 'given-name', maxlength: 85},
  last_kana: {ja: 'セイ（カナ）', en: 'Last name in kana', hint: KANA, maxlength: 85},
  first_kana: {ja: 'メイ（カナ）', en: 'First name in kana', hint: {ja: '例: ハナコ', en: 'How it is read, in kana: ハナコ'}, maxlength: 85},
  mail: {ja: 'メールアドレス', en: 'E-mail', type: 'email', autocomplete: 'email', maxlength: 255},
  phone: {ja: '電話番号', en: 'Phone', type: 'tel', autocomplete: 'tel', maxlength: 20},
  post_code: {ja: '郵便番号', en: 'Post code', autocomplete: 'postal-code', inputmode: 'numeric', maxlength: 10},
  address: {ja: '住所', en: 'Address', autocomplete: 'street-address', maxlength: 85},
  birth_date: {ja: '生年月日', en: 'Date of birth', type: 'date', autocomplete: 'bday'},
  sex: {ja: '性別', en: 'Sex', autocomplete: 'sex'},
  mail_consent: {ja: 'お知らせメール', en: 'News by e-mail'},
};
/** @type {Record<string, [string, string, string][]>} value, Japanese, English */
const CHOICES = {
  sex: [['2', '女性', 'Female'], ['1', '男性', 'Male']],
  mail_consent: [['1', '受け取る', 'Yes, please'], ['0', '受け取らない', 'No, thank you']],
};
const WORDS = {
  ja: {choose: '選んでください', send: '登録を続ける', again: '入力内容をご確認ください', kana: 'カナで入力してください', later: '送信できませんでした。もう一度お試しください'},
  en: {choose: 'Please choose', send: 'Finish joining', again: 'Please check what you entered', kana: 'Please write it in kana', later: 'That could not be sent. Please try again'},
};

let forms = 0;  // two cards on a page

/**
 * @param {string} tag
 * @param {Record<string, string | number | undefined>} attributes
 * @param {(Node | string)[]} inside
 */
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...inside);
  return element;
}

/**
 * @param {string} name
 * @param {'ja' | 'en'} language
 */
function control(name, language) {
  const {type = 'text', autocomplete, inputmode, maxlength, hint} = FIELDS[name];
  const common = {class: 'tsunagi-fields__control', name, autocomplete, required: ''};
  if (!CHOICES[name]) return make('input', {...common, type, inputmode, maxlength, placeholder: hint?.[language]});
  const options = CHOICES[name].map(([value, ja, en]) => make('option', {value}, language === 'ja' ? ja : en));
  return make('select', common, make('option', {value: ''}, WORDS[language].choose), ...options);
}

/**
 * @param {string[]} names  words of the server; others are left out
 * @param {'ja' | 'en'} language
 * @param {(fields: Record<string, string>) => Promise<Answer>} send
 */
function fieldsForm(names, language, send) {
  const words = WORDS[language];
  const problem = make('p', {class: 'tsunagi-fields__problem', role: 'alert', id: `tsunagi-problem-${++forms}`});
  const button = make('button', {class: 'tsunagi-card__way', type: 'submit'}, words.send);
  const form = /** @type {HTMLFormElement} */ (make('form', {class: 'tsunagi-fields', lang: language},
    ...names.filter((name) => FIELDS[name]).map((name) =>
      make('label', {class: 'tsunagi-fields__field'}, make('span', {}, FIELDS[name][language]), control(name, language))),
    problem, make('p', {class: 'tsunagi-card__ways'}, button)));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.hasAttribute('aria-busy')) return;
    form.setAttribute('aria-busy', 'true');
    problem.textContent = '';
    const typed = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
    const answer = await send(typed);
    form.removeAttribute('aria-busy');
    if (answer.kind === 'ok') return;
    const wrong = /** @type {HTMLElement?} */ (answer.field ? form.elements.namedItem(answer.field) : null);
    (wrong?.parentElement ?? form.lastElementChild?.previousElementSibling)?.after(problem);
    problem.textContent = answer.code !== 'field' ? words.later : answer.field.endsWith('_kana') ? words.kana : words.again;
    wrong?.setAttribute('aria-invalid', 'true');
    wrong?.setAttribute('aria-describedby', problem.id);
    wrong?.focus();
  });
  form.addEventListener('input', ({target}) => {
    /** @type {Element} */ (target).removeAttribute('aria-invalid');
    /** @type {Element} */ (target).removeAttribute('aria-describedby');
  });
  return form;
}

/**
 * Shows the form below the card, or takes it away when nothing is asked for. It stays as it is, with what was typed, as long
 * as the same is asked for.
 * @param {Element} view  what the core draws in
 * @param {string} asked  words of the server, with commas
 * @param {{language?: string, card: string, fields: string, signal: AbortSignal, receive: (answer: Answer) => Promise<void>}} where
 *   the addresses to ask and to answer, and who is told the answer
 */
export function askForFields(view, asked, where) {
  const there = view.parentElement?.querySelector('.tsunagi-fields');
  if ((there?.getAttribute('data-fields') ?? '') === asked) return;
  there?.remove();
  if (!asked) return;
  const form = fieldsForm(asked.split(','), where.language === 'ja' ? 'ja' : 'en', async (fields) => {
    const fresh = await ask(where.card, where.signal);
    const answer = fresh.kind === 'ok' ? await ask(where.fields, where.signal, {nonce: fresh.data.nonce, fields}) : fresh;
    if (answer.kind === 'ok') await where.receive(answer);
    return answer;
  });
  form.setAttribute('data-fields', asked);
  view.after(form);
}

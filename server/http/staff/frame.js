// @ts-check
// What stands above everything: where one is, as of when, who is signed in, and whether the network is cut.

/** @typedef {ReturnType<typeof createFrame>} Frame */
/** While one practises: its words, and the ways on. @typedef {{words: {on: string, again: string, end: string}, again: () => void, end: () => void}} Practice */
/**
 * choose: a language. leave: signs out; says why not, else "".
 * @typedef {{home: () => void, choose: (language: string) => void, leave: () => Promise<string>, practise: Practice | {begin: () => void}}} Choices
 */

/** @param {import('./tools.js').Tools} tools @param {HTMLElement} header @param {Choices} choices */
export function createFrame({words, language, make, shape}, header, {home, choose, leave, practise}) {
  const title = make('h1', {class: 'top__title', tabindex: '-1'}, words.title);
  const asOf = make('p', {class: 'top__as-of'});
  const back = make('a', {class: 'back', href: '#', hidden: true, click: (event) => {
    event.preventDefault();
    home();
  }}, shape('back'), words.back);
  const who = make('p', {class: 'menu__who'});
  const said = make('p', {class: 'menu__said', role: 'status'});
  const languages = [['ja', '日本語'], ['en', 'English']].map(([code, name]) => make('button', {
    class: 'button', type: 'button', lang: code, 'aria-pressed': String(code === language), click: () => choose(code)}, name));
  const menu = /** @type {HTMLDetailsElement} */ (make('details', {class: 'menu', hidden: true},
    make('summary', {class: 'menu__summary', 'aria-label': words.menu}, shape('menu')),
    make('div', {class: 'menu__body'}, who,
      make('div', {class: 'menu__languages', role: 'group', 'aria-label': words.language}, ...languages),
      ...('begin' in practise
        ? [make('button', {class: 'button', type: 'button', click: practise.begin}, words.practise),
          make('button', {class: 'button', type: 'button', click: async () => {
            said.textContent = '';
            said.textContent = await leave();
          }}, words.sign_out), said]
        : [make('button', {class: 'button', type: 'button', click: practise.again}, practise.words.again)]))));
  const notice = 'begin' in practise ? [] : [make('div', {class: 'practice'}, make('p', {}, practise.words.on),
    make('button', {class: 'button', type: 'button', click: practise.end}, practise.words.end))];
  const cut = make('p', {class: 'cut', role: 'status'});
  const heard = make('p', {class: 'aside', role: 'status'});  // for those who do not see the list change
  header.replaceChildren(make('div', {class: 'top__bar'}, back, make('div', {class: 'top__words'}, title, asOf), menu), ...notice, cut, heard);

  /** @param {HTMLElement} element @param {string} text */
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  return {
    /** @param {string} text @param {string} note @param {boolean} isList */
    head(text, note, isList) {
      put(title, text);
      put(asOf, note);
      back.hidden = isList;
    },
    /** @param {{name: string, role: string}} staff */
    enter({name, role}) {
      put(who, `${name} · ${/** @type {Record<string, string>} */ (words.role)[role] ?? role}`);
      menu.hidden = false;
    },
    /** Nobody is signed in. */
    close() {
      for (const element of [cut, heard, asOf, said]) put(element, '');
      put(title, words.door_title);
      menu.open = false;
      menu.hidden = back.hidden = true;
    },
    closeMenu: () => { menu.open = false; },
    focus: () => title.focus({preventScroll: true}),
    /** @param {string} text "" when it is not cut */
    cut: (text) => put(cut, text),
    /** @param {string} text */
    tell: (text) => put(heard, text),
  };
}

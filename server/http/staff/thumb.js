// @ts-check
// What the thumb reaches: the one next action, what just happened, and the field for what is scanned or typed.

/** @typedef {ReturnType<typeof createThumb>} Thumb */
/** kind: "main", or "wrong" for what takes something from the customer. @typedef {{key: string, label: string, note?: string, kind?: string, act: () => void}} MainAction */

const kBounceMs = 400;  // a second tap of the same press must not do the next thing
const kTextMost = 128;

/** @param {import('./tools.js').Tools} tools @param {HTMLElement} footer @param {(text: string) => void} found */
export function createThumb({words, make, shape, fill}, footer, found) {
  const said = make('p', {class: 'said', role: 'status'});
  const action = make('div', {class: 'thumb__action'});
  const input = /** @type {HTMLInputElement} */ (make('input', {
    class: 'scan__input', id: 'scan', inputmode: 'numeric', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'search',
    maxlength: String(kTextMost), placeholder: words.scan_hint}));
  // A camera's scanner starts here, when the field is empty, and gives what it reads to found().
  const form = make('form', {class: 'scan', role: 'search', submit: (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) {
      input.focus();
      say(words.scan_empty);
      return;
    }
    input.value = '';
    input.blur();  // the keyboard goes and shows what was found
    found(text);
  }}, make('label', {class: 'aside', for: 'scan'}, words.scan_label), input,
  make('button', {class: 'button scan__button', type: 'submit'}, shape('scan'), words.scan));
  footer.replaceChildren(said, action, form);

  let key = '';
  let since = 0;
  /** @param {MainAction | undefined} main */
  function setAction(main) {
    const next = main ? `${main.key} ${main.label}` : '';
    if (next === key) return;
    key = next;
    since = performance.now();
    if (!main) action.replaceChildren();
    else {
      fill(action,
        main.note ? make('p', {class: 'thumb__note', id: 'action-note'}, main.note) : '',
        make('button', {class: `button button--big button--${main.kind ?? 'main'}`, type: 'button', 'data-key': 'main',
          ...(main.note ? {'aria-describedby': 'action-note'} : {}),
          click: () => { if (performance.now() - since > kBounceMs) main.act(); }}, main.label));
    }
    footer.classList.toggle('thumb--acting', Boolean(main) && main?.kind !== 'plain');
  }

  /** @param {string} sentence @param {boolean} [warns] it is not what was wished */
  function say(sentence, warns = false) {
    said.textContent = sentence;
    said.classList.toggle('said--warns', warns);
  }

  return {setAction, say};
}

// @ts-check
// What the thumb reaches: the one next action, what just happened, and the field and the camera for what is scanned or typed.

/** @typedef {ReturnType<typeof createThumb>} Thumb */
/** kind: "main", or "wrong" for what takes something from the customer. @typedef {{key: string, label: string, note?: string, kind?: string, act: () => void}} MainAction */

const kBounceMs = 400;  // a second tap of the same press must not do the next thing
const kTextMost = 128;

/**
 * @typedef {{tools: import('./tools.js').Tools, createCamera: typeof import('./camera.js').createCamera, files: import('./camera.js').CameraFiles,
 *   found: (text: string) => void}} Parts
 */

/** @param {HTMLElement} footer @param {Parts} parts */
export function createThumb(footer, {tools, createCamera, files, found}) {
  const {words, make, shape, fill} = tools;
  const said = make('p', {class: 'said', role: 'status'});
  const action = make('div', {class: 'thumb__action'});
  const input = /** @type {HTMLInputElement} */ (make('input', {
    class: 'scan__input', id: 'scan', inputmode: 'numeric', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'search',
    maxlength: String(kTextMost), placeholder: words.scan_hint}));
  const camera = createCamera(tools, files, {found: take, say, type: () => input.focus()});
  const form = make('form', {class: 'scan', role: 'search', submit: (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = '';
    input.blur();  // the keyboard goes and shows what is looked at or was found
    say('');
    if (text) take(text);
    else void camera.open();
  }}, make('label', {class: 'aside', for: 'scan'}, words.scan_label), input,
  make('button', {class: 'button scan__button', type: 'submit'}, shape('scan'), words.scan));
  footer.replaceChildren(camera.view, said, action, form);

  /** @param {string} text */
  function take(text) {
    camera.close();
    found(text);
  }

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

  return {setAction, say, closeCamera: camera.close};
}

// @ts-check
// What the settings are typed into: an input with its label, its help and the place where it says what is wrong with it.

/** @typedef {(tag: string, attributes?: Record<string, any>, ...children: (Node | string)[]) => HTMLElement} Make */
/** @typedef {Record<string, string | ((event: Event) => void)>} Attributes */

/**
 * @param {{make: Make, changed: (field: string) => void}} tools
 * changed: with the name of the field that was edited; "": one that nothing can be wrong with.
 */
export function createFields({make, changed}) {
  /**
   * @param {string} field name in the settings
   * @param {string} label
   * @param {HTMLElement} input
   * @param {string} [help]
   */
  function labelled(field, label, input, help) {
    const id = `field-${field.replace(/\W/g, '-')}`;
    input.id = id;
    input.dataset.field = field;
    input.classList.add('field__input');
    input.setAttribute('aria-describedby', `${id}-error${help ? ` ${id}-help` : ''}`);
    return make('div', {class: 'field'}, make('label', {class: 'field__label', for: id}, label), input,
      ...(help ? [make('p', {class: 'field__help', id: `${id}-help`}, help)] : []),
      make('p', {class: 'field__error', id: `${id}-error`}));
  }

  /** @param {string} field @param {string} value @param {(text: string) => void} put @param {Attributes} [more] */
  const textInput = (field, value, put, more = {}) =>
    make('input', {type: 'text', value, ...more, input: (/** @type {Event} */ event) => {
      put(/** @type {HTMLInputElement} */ (event.target).value);
      changed(field);
    }});

  /** @param {string} field @param {string} value @param {(text: string) => void} put @param {Attributes} [more] */
  const textArea = (field, value, put, more = {}) =>
    make('textarea', {rows: '4', ...more, input: (/** @type {Event} */ event) => {
      put(/** @type {HTMLTextAreaElement} */ (event.target).value);
      changed(field);
    }}, value);

  /** @param {string} field @param {number} value @param {(figure: number) => void} put */
  const numberInput = (field, value, put) =>
    textInput(field, String(value), (text) => put(/^\d{1,7}$/.test(text.trim()) ? Number(text) : NaN), {inputmode: 'numeric', autocomplete: 'off'});

  /** @param {string} field @param {string} value @param {[string, string][]} options @param {(text: string) => void} put */
  const choice = (field, value, options, put) =>
    make('select', {change: (/** @type {Event} */ event) => {
      put(/** @type {HTMLSelectElement} */ (event.target).value);
      changed(field);
    }}, ...options.map(([key, label]) => make('option', {value: key, selected: key === value}, label)));

  /**
   * @param {string} label @param {boolean} value @param {(on: boolean) => void} put
   * @param {{described?: string, id?: string, field?: string, attributes?: Attributes}} [more] described: its name where the label is too short
   */
  function check(label, value, put, {described, id, field = '', attributes = {}} = {}) {
    const box = make('input', {type: 'checkbox', checked: value, ...(described ? {'aria-label': described} : {}), ...(id ? {id} : {}), ...attributes,
      change: (/** @type {Event} */ event) => {
        put(/** @type {HTMLInputElement} */ (event.target).checked);
        changed(field);
      }});
    return make('label', {class: 'check'}, box, make('span', {}, label));
  }

  /** @param {string} title @param {...Node} content */
  const card = (title, ...content) => make('section', {class: 'card'}, make('h3', {class: 'card__title'}, title), ...content);

  /**
   * What is wrong with a field, beside it; "": nothing.
   * @param {string} field @param {string} text
   * @returns {HTMLElement | null} the input
   */
  function setError(field, text) {
    const input = /** @type {HTMLElement | null} */ (document.querySelector(`[data-field="${CSS.escape(field)}"]`));
    const place = input && document.getElementById(`${input.id}-error`);
    if (!input || !place) return null;
    place.textContent = text;
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    return input;
  }

  return {labelled, textInput, textArea, numberInput, choice, check, card, setError};
}

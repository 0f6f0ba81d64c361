// @ts-check
// Products with a safety stock of their own: found by the code of the tills, with a figure that takes the place of the shops'.

const kProductsMost = 500;
const kFigureMost = 1_000_000;
const kField = 'product_safety';

/** @typedef {{product_id: string, safety_stock: number}} ProductSafety */
/** @typedef {{product_id: string, code: string, name: string}} Product */

/**
 * @param {{make: import('./fields.js').Make, say: (text: string, values?: Record<string, string | number>) => string, words: any, language: string,
 *   ask: (method: string, path: string, body?: unknown) => Promise<any>, fields: ReturnType<typeof import('./fields.js').createFields>,
 *   changed: (field: string) => void}} tools
 */
export function createSafetySettings({make, say, words, language, ask, fields, changed}) {
  const {labelled, textInput, numberInput, setError} = fields;
  const number = new Intl.NumberFormat(language);
  const list = make('ol', {class: 'shops'});
  const told = make('p', {class: 'card__note', role: 'status'});
  /** @type {Map<string, Product>} */
  let known = new Map();
  /** @type {ProductSafety[]} */
  let draft = [];
  let code = '';
  let asking = false;

  /** @param {string} id */
  function nameOf(id) {
    const product = known.get(id);
    return product ? product.name || product.code : say(words.product_gone, {id});
  }
  /** @param {number} i */
  const figureField = (i) => `${kField}[${i}].safety_stock`;
  /** @param {number} i */
  const figureInput = (i) => /** @type {HTMLInputElement | null} */ (list.children[i]?.querySelector('input'));

  /** @param {number} i */
  function remove(i) {
    const [gone] = draft.splice(i, 1);
    showList();
    told.textContent = say(words.product_removed, {product: nameOf(gone.product_id)});
    changed('');
    (list.children[Math.min(i, draft.length - 1)]?.querySelector('button') ?? codeInput()).focus();
  }

  function showList() {
    if (draft.length === 0) list.replaceChildren(make('li', {class: 'card__note'}, words.product_safety_none));
    else {
      list.replaceChildren(...draft.map((one, i) => {
        const product = nameOf(one.product_id);
        const figure = numberInput(figureField(i), one.safety_stock, (pieces) => { one.safety_stock = pieces; });
        figure.setAttribute('aria-label', say(words.shop_safety, {shop: product}));
        return make('li', {class: 'shop'},
          make('div', {class: 'shop__head'}, make('span', {class: 'shop__name'}, product),
            make('button', {class: 'button', type: 'button', 'aria-label': say(words.product_remove_of, {product}), click: () => remove(i)}, words.product_remove)),
          make('p', {class: 'card__note'}, known.get(one.product_id)?.code ?? one.product_id),
          labelled(figureField(i), words.shop_safety_short, figure));
      }));
    }
  }

  const codeInput = () => /** @type {HTMLInputElement} */ (document.querySelector(`[data-field="${kField}"]`));

  /** What cannot be added, said beside the code. @param {string} text */
  function refuse(text) {
    told.textContent = '';
    setError(kField, text);
    codeInput().focus();
  }

  /** @param {Product} product */
  function take(product) {
    known.set(product.product_id, product);
    if (draft.some((one) => one.product_id === product.product_id)) {
      refuse(say(words.error.product_twice, {product: nameOf(product.product_id)}));
      return;
    }
    draft.unshift({product_id: product.product_id, safety_stock: 0});
    code = '';
    codeInput().value = '';
    setError(kField, '');
    showList();
    told.textContent = say(words.product_added, {product: nameOf(product.product_id)});
    changed('');
    figureInput(0)?.focus();
    figureInput(0)?.select();
  }

  async function add() {
    const wanted = code.trim();
    if (asking) return;
    if (!wanted) return refuse(words.error.product_code);
    if (draft.length >= kProductsMost) return refuse(say(words.error.product_most, {most: number.format(kProductsMost)}));
    const at = draft;
    asking = true;
    told.textContent = words.product_looked_for;
    try {
      const {product} = await ask('POST', 'products/find', {code: wanted});
      if (at === draft) take(product);
    } catch (problem) {
      const {status} = /** @type {any} */ (problem);
      refuse(status === 404 ? words.error.product_unknown : status === 409 ? words.error.product_uncounted : words.error.product_unasked);
    } finally {
      asking = false;
    }
  }

  return {
    /** What follows the safety stock of the shops, of a draft that it writes into. @param {ProductSafety[]} of @param {Product[]} products */
    show(of, products) {
      draft = of;
      known = new Map(products.map((product) => [product.product_id, product]));
      code = '';
      told.textContent = '';
      showList();
      const input = textInput(kField, '', (text) => { code = text; }, {autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '255',
        // A scanner of barcodes ends with it; it would send the form.
        keydown: (/** @type {Event} */ event) => {
          if (/** @type {KeyboardEvent} */ (event).key !== 'Enter') return;
          event.preventDefault();
          void add();
        }});
      return [make('h4', {class: 'card__title'}, words.product_safety), make('p', {class: 'card__note'}, words.product_safety_help),
        labelled(kField, words.product_code, input, words.product_code_help),
        make('button', {class: 'button', type: 'button', click: () => void add()}, words.product_add), told, list];
    },
    /** Whether a code is typed, or asked about, that is not in the list yet. */
    pending: () => asking || code.trim() !== '',
    /** In the order in which they are shown. @param {ProductSafety[]} of @param {Product[]} products */
    ordered(of, products) {
      const names = new Map(products.map(({product_id: id, name}) => [id, name]));
      return [...of].sort((a, b) => (names.get(a.product_id) ?? '').localeCompare(names.get(b.product_id) ?? '', language));
    },
    /** @returns {[string, string][]} field and what is wrong with it */
    wrong() {
      /** @type {[string, string][]} */
      const wrong = code.trim() ? [[kField, words.error.product_pending]] : [];
      draft.forEach(({safety_stock: pieces}, i) => {
        if (!Number.isInteger(pieces) || pieces < 0 || pieces > kFigureMost) wrong.push([figureField(i), say(words.error.range, {most: number.format(kFigureMost)})]);
      });
      return wrong;
    },
  };
}

// Settings of sections and blocks: what a template says, else the schema's default, else the type's own.

/** @type {Record<string, unknown>} */
const kTypeDefaults = {
  checkbox: false, text: '', textarea: '', html: '', richtext: '', inline_richtext: '', color: '', number: null, range: 0, url: null,
  product_list: [], collection_list: [], product: null, collection: null, page: null, image_picker: null, article: null, blog: null,
};

const kNotSettings = ['header', 'paragraph'];

/**
 * @param {any} schema
 * @param {Record<string, unknown>} given
 * @param {(message: string) => void} problem
 * @param {{product: (handle: any) => any}} resolve what resource settings name
 * @returns {Record<string, unknown>}
 */
export function settingsOf(schema, given, problem, resolve) {
  /** @type {Record<string, unknown>} */
  const settings = {};
  const known = (schema.settings ?? []).filter((/** @type {any} */ one) => !kNotSettings.includes(one.type));
  for (const setting of known) {
    const value = given[setting.id] ?? setting.default ?? kTypeDefaults[setting.type] ?? setting.options?.[0]?.value ?? null;
    if (setting.type === 'product') settings[setting.id] = resolve.product(value);
    else if (setting.type === 'product_list') {
      settings[setting.id] = (/** @type {any[]} */ (value)).map(resolve.product).filter(Boolean);
    } else settings[setting.id] = value;
  }
  for (const id of Object.keys(given)) {
    if (!known.some((/** @type {any} */ one) => one.id === id)) problem(`setting "${id}" is not in the schema`);
  }
  return settings;
}

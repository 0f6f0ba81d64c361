// What Shopify checks of a theme app extension only when it is deployed, and our own limits. Sources:
// shopify.dev/docs/apps/build/online-store/theme-app-extensions/configuration, and in github.com/Shopify/cli
// packages/app/src/cli/models/extensions/specifications/theme.ts.

const kFolders = { assets: /^[^/]+\.(jpg|jpeg|json|js|css|png|svg|wasm)$/, blocks: /^[^/]+\.liquid$/, snippets: /^[^/]+\.liquid$/, locales: /^[^/]+\.json$/ };
const kRootFiles = /^(shopify\.extension\.toml|package\.json|\.shopifyignore|\.theme-check\.yml|\.gitignore)$/;
const kBlocksAtMost = 30;
const kLocalesAtMost = 100;
const kLocaleBytes = 15_000;
const kLiquidBytes = 100_000;
const kEverythingBytes = 10_000_000;
const kNameBelow = 25;
const kTargets = ['section', 'head', 'compliance_head', 'body'];
const kSchemaKeys = ['name', 'target', 'javascript', 'stylesheet', 'enabled_on', 'disabled_on', 'class', 'tag', 'settings', 'default', 'available_if'];
const kTemplates = ['*', '404', 'article', 'blog', 'captcha', 'cart', 'collection', 'customers/account', 'customers/activate_account', 'customers/addresses',
  'customers/login', 'customers/order', 'customers/register', 'customers/reset_password', 'gift_card', 'index', 'list-collections', 'metaobject', 'page',
  'password', 'policy', 'product', 'search'];
const kPlain = ['header', 'paragraph'];
const kTypes = { checkbox: ['default'], color: ['default'], color_background: ['default'], number: ['default', 'placeholder'], product: ['autofill'], product_list: ['limit'],
  collection: ['autofill'], page: [], radio: ['options', 'default'], range: ['min', 'max', 'step', 'unit', 'default'], richtext: ['default'], inline_richtext: ['default'],
  select: ['options', 'default'], text: ['default', 'placeholder'], textarea: ['default', 'placeholder'], url: ['default'], image_picker: [], video: [], link_list: ['default'] };
const kSettingKeys = ['type', 'id', 'label', 'info', 'visible_if'];
const kAppTitle = /tsunagi/i;

/** Files loaded as entries, the loader and the embed have limits of their own. */
const kEntryBytes = 10_000;
const kLoaderBytes = 2_000;
const kEmbedBytes = 1_000;

const look = (words, key) => key.split('.').reduce((found, part) => found?.[part], words);

function checkSetting(where, setting, ids, editorWords, problems) {
  const known = kTypes[setting.type];
  if (kPlain.includes(setting.type)) {
    for (const key of Object.keys(setting)) if (!['type', 'content', 'info'].includes(key)) problems.push(`${where}: a ${setting.type} has no ${key}`);
  } else if (!known) {
    problems.push(`${where}: no setting is of type ${setting.type}`);
  } else {
    for (const key of Object.keys(setting)) if (![...kSettingKeys, ...known].includes(key)) problems.push(`${where}: a ${setting.type} has no ${key}`);
    if (!setting.id || !setting.label) problems.push(`${where}: a ${setting.type} needs id and label`);
    if (ids.has(setting.id)) problems.push(`${where}: the id ${setting.id} is used twice`);
    ids.add(setting.id);
    if (setting.type === 'select' && !setting.options?.some((one) => one.value === setting.default)) problems.push(`${where}: the default of ${setting.id} is not an option`);
    if (setting.type === 'range' && !(setting.default >= setting.min && setting.default <= setting.max && (setting.default - setting.min) % setting.step === 0 && (setting.max - setting.min) / setting.step <= 100)) {
      problems.push(`${where}: the range ${setting.id} is not one`);
    }
    if (setting.type === 'url' && setting.default !== undefined && !/^\/(collections|products)?/.test(setting.default)) problems.push(`${where}: a url defaults to /collections or /products only`);
    if (setting.type === 'text' && setting.default === '') problems.push(`${where}: an empty default is refused`);
  }
  for (const text of [setting.label, setting.info, setting.content, ...(setting.options ?? []).map((one) => one.label)]) checkWords(where, text, editorWords, problems);
}

function checkWords(where, text, editorWords, problems) {
  if (text === undefined) return;
  if (!text.startsWith('t:')) problems.push(`${where}: "${text}" is not a key of the locales`);
  else if (typeof look(editorWords, text.slice(2)) !== 'string') problems.push(`${where}: ${text} is in no locale`);
}

function checkBlock(path, text, files, editorWords, problems) {
  const schemas = [...text.matchAll(/\{%-?\s*schema\s*-?%\}([\s\S]*?)\{%-?\s*endschema\s*-?%\}/g)];
  if (schemas.length !== 1) return void problems.push(`${path}: a block has one schema`);
  let schema;
  try {
    schema = JSON.parse(schemas[0][1]);
  } catch (error) {
    return void problems.push(`${path}: the schema is not strict JSON (${error.message})`);
  }
  for (const key of Object.keys(schema)) if (!kSchemaKeys.includes(key)) problems.push(`${path}: the schema has no ${key}`);
  if (!kTargets.includes(schema.target)) problems.push(`${path}: there is no target ${schema.target}`);
  checkWords(path, schema.name, editorWords, problems);
  const name = look(editorWords, String(schema.name).slice(2)) ?? schema.name ?? '';
  if (name.length === 0 || name.length >= kNameBelow) problems.push(`${path}: the name "${name}" must be shorter than ${kNameBelow} characters`);
  if (kAppTitle.test(name)) problems.push(`${path}: the name may not hold the app's title`);
  for (const kind of ['javascript', 'stylesheet']) {
    if (schema[kind] !== undefined && !files.has(`assets/${schema[kind]}`)) problems.push(`${path}: ${kind} ${schema[kind]} does not exist`);
  }
  if (schema.enabled_on && schema.disabled_on) problems.push(`${path}: enabled_on and disabled_on exclude each other`);
  for (const on of [schema.enabled_on, schema.disabled_on]) {
    for (const template of on?.templates ?? []) if (!kTemplates.includes(template)) problems.push(`${path}: there is no template ${template}`);
  }
  const ids = new Set();
  for (const setting of schema.settings ?? []) checkSetting(path, setting, ids, editorWords, problems);
  for (const [, id] of text.matchAll(/block\.settings\.(\w+)/g)) if (!ids.has(id)) problems.push(`${path}: block.settings.${id} is not in the schema`);
}

/**
 * @param {Map<string, string | Buffer>} files  path below the extension → content
 * @returns {string[]}
 */
export function lintExtension(files) {
  const problems = [];
  const bytes = (path) => Buffer.byteLength(files.get(path));
  const paths = [...files.keys()];
  for (const path of paths) {
    const [folder, ...rest] = path.split('/');
    if (rest.length === 0 ? !kRootFiles.test(path) : !kFolders[folder]?.test(rest.join('/'))) problems.push(`${path}: Shopify refuses this file or folder`);
  }
  const within = (folder) => paths.filter((path) => path.startsWith(`${folder}/`));
  if (within('blocks').length > kBlocksAtMost) problems.push(`more than ${kBlocksAtMost} blocks`);
  if (within('locales').length > kLocalesAtMost) problems.push(`more than ${kLocalesAtMost} locales`);
  for (const path of within('locales')) if (bytes(path) > kLocaleBytes) problems.push(`${path}: more than ${kLocaleBytes} bytes`);
  const sum = (list) => list.reduce((total, path) => total + bytes(path), 0);
  if (sum(paths.filter((path) => path.endsWith('.liquid'))) > kLiquidBytes) problems.push(`more than ${kLiquidBytes} bytes of Liquid`);
  if (sum(paths) > kEverythingBytes) problems.push(`more than ${kEverythingBytes} bytes`);
  if (within('locales').filter((path) => /\.default\.json$/.test(path)).length !== 1) problems.push('locales: exactly one default');
  if (!/^type\s*=\s*"theme"$/m.test(String(files.get('shopify.extension.toml') ?? ''))) problems.push('shopify.extension.toml: type = "theme"');

  const editor = within('locales').find((path) => path.endsWith('.default.schema.json'));
  const editorWords = editor ? JSON.parse(String(files.get(editor))) : {};
  for (const path of within('blocks')) checkBlock(path, String(files.get(path)), files, editorWords, problems);

  for (const entry of ['assets/tsunagi-card.js', 'assets/tsunagi-stock.js']) if (files.has(entry) && bytes(entry) >= kEntryBytes) problems.push(`${entry}: ${bytes(entry)} bytes, ${kEntryBytes} are too many`);
  const loader = 'assets/tsunagi-core.js';
  if (files.has(loader) && bytes(loader) > kLoaderBytes) problems.push(`${loader}: ${bytes(loader)} bytes, at most ${kLoaderBytes}`);
  const embeds = within('blocks').filter((path) => /"target":\s*"(body|head|compliance_head)"/.test(String(files.get(path))));
  for (const path of embeds) {
    const shipped = String(files.get(path)).replace(/\{%-?\s*(schema|comment)\b[\s\S]*?\{%-?\s*end\1\s*-?%\}/g, '');
    if (Buffer.byteLength(shipped) > kEmbedBytes) problems.push(`${path}: ${Buffer.byteLength(shipped)} bytes on every page, at most ${kEmbedBytes}`);
    if (/asset_url/.test(shipped)) problems.push(`${path}: loads a file on every page of the shop`);
  }
  return problems;
}

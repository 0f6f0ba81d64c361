// The blocks on a page of their own, without any server of ours: rendered with the stand-in's Liquid, served with their
// assets from a loopback port, and an app proxy that answers what the test says.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Liquid } from 'liquidjs';
import { load } from '../../../wasm/bindings/tsunagi-core.js';
import { registerFilters } from '../../sandbox/shopify/storefront/filters.mjs';
import { registerTags } from '../../sandbox/shopify/storefront/tags.mjs';
import { Translations } from '../../sandbox/shopify/storefront/translations.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const extension = join(root, 'theme-extension');
const snippets = join(extension, 'snippets');
const kTypes = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.png': 'image/png' };
/** Where a built or written asset lies: the wasm build copies two of them beside the others. */
const kFolders = [join(extension, 'assets'), join(root, 'liquid', 'card-page'), join(root, 'build', 'wasm'), join(root, 'wasm', 'bindings')];

let core;
/** The built module under Node. */
export async function nodeCore() {
  core ??= await load(readFileSync(join(root, 'build', 'wasm', 'tsunagi.wasm')));
  return core;
}

/** The value of the card metafield for a card model. */
export async function metafieldOf({ symbology = 'code128', second = 'qr', ...card }) {
  const { barcode } = await nodeCore();
  const drawing = (kind) => {
    const { error, ...rest } = barcode(kind, card.code);
    return error ? null : { symbology: kind, ...rest };
  };
  return { v: 1, ...card, first: drawing(symbology), second: drawing(second) };
}

/** The settings a merchant gets without touching any. */
function defaults(source) {
  const schema = JSON.parse(/\{% schema %\}([\s\S]*?)\{% endschema %\}/.exec(source)[1]);
  return Object.fromEntries(schema.settings.filter((one) => one.id).map((one) => [one.id, one.default]));
}

/**
 * A block as Shopify would put it on a page.
 * @param {string} name
 * @param {{locale?: string, settings?: object, customer?: object, product?: object, designMode?: boolean, zone?: number}} about
 *   zone: the shop's own offset from UTC in minutes
 */
export async function renderBlock(name, { locale = 'ja', settings = {}, customer = null, product = null, cart = { item_count: 0, items: [] }, pilot = undefined, designMode = false, zone = 540 } = {}) {
  const source = readFileSync(join(extension, 'blocks', `${name}.liquid`), 'utf8');
  const engine = new Liquid({ root: snippets, partials: snippets, extname: '.liquid', timezoneOffset: -zone, strictFilters: true });
  const words = new Translations(join(extension, 'locales'), (message) => { throw new Error(message); });
  registerFilters(engine, { assetUrl: (asset) => `/assets/${asset}`, translate: (...args) => words.translate(...args) });
  registerTags(engine, { snippets, app: true });
  return engine.parseAndRender(source, {
    customer, product,
    block: { id: 'b1', settings: { ...defaults(source), ...settings }, shopify_attributes: designMode ? 'data-shopify-editor-block="1"' : '' },
  }, { globals: { customer, product, cart, app: { metafields: { tsunagi: { pilot: { value: pilot } } } }, __locale: locale, request: { design_mode: designMode, locale: { iso_code: locale }, path: '/account' }, routes: { root_url: locale === 'ja' ? '/' : `/${locale}`, account_login_url: '/account/login', account_url: '/account' } } });
}

/** A small page around a block, as a theme would have it. */
export function page(body, { dark = false, locale = 'ja', padding = 16 } = {}) {
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">`
    + `<title>Test</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/tsunagi.css"><style>body{margin:0;padding:${padding}px;font:16px/1.6 "Noto Sans CJK JP",sans-serif;`
    + `background:${dark ? '#161616' : '#fff'};color:${dark ? '#eee' : '#1a1a1a'}}</style></head><body>${body}</body></html>`;
}

/** Serves pages by path, the assets, and an app proxy: `proxy(path, request)` gives {status, json | body, type}. */
export async function serve(pages, proxy = () => undefined) {
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    let body = '';
    for await (const chunk of request) body += chunk;
    const send = (status, type, content) => response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
    if (pages[pathname]) return send(200, 'text/html; charset=utf-8', pages[pathname]);
    if (pathname.startsWith('/assets/')) {
      const file = kFolders.map((folder) => join(folder, pathname.slice(8))).find((one) => existsSync(one));
      return file ? send(200, kTypes[extname(file)] ?? 'application/octet-stream', readFileSync(file)) : send(404, 'text/plain', 'none');
    }
    const answer = await proxy(pathname + search, { method: request.method, body });
    if (!answer) return send(404, 'text/plain', 'none');
    return send(answer.status ?? 200, answer.type ?? 'application/json', answer.body ?? JSON.stringify(answer.json));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}

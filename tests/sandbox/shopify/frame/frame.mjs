// The Shopify admin around the app: an iframe with a signed query, session tokens over postMessage, on its own origin.
import { readFileSync } from 'node:fs';
import { escapeHtml, send, sendJson } from '../lib/http.mjs';
import { safeJson } from '../storefront/filters.mjs';
import { oauthHmac, sessionClaims, signJwt } from '../lib/signing.mjs';

const kBridge = new URL('./app-bridge.js', import.meta.url);
const kFrameScript = new URL('./admin-frame.js', import.meta.url);

export class AdminFrame {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {import('../lib/requests.mjs').Entry} entry */
  async handle(req, res, url, entry) {
    entry.kind = 'admin-frame';
    const script = { 'content-type': 'application/javascript; charset=utf-8', 'access-control-allow-origin': '*', 'cache-control': 'no-cache' };
    if (url.pathname === '/app-bridge.js') return send(res, 200, readFileSync(kBridge), script);
    if (url.pathname === '/admin-frame.js') return send(res, 200, readFileSync(kFrameScript), script);
    const { domain } = this.box_.store.shop;
    if (url.pathname === `/store/${domain}/session-token`) {
      if (!this.box_.app.installed) return sendJson(res, 404, { error: 'the app is not installed' });
      return sendJson(res, 200, { token: this.token() });
    }
    if (url.pathname === `/store/${domain}/extensions`) return sendJson(res, 200, this.extensions());
    const app = `/store/${domain}/apps/${this.box_.config.handle}`;
    if (url.pathname !== app && !url.pathname.startsWith(`${app}/`)) return send(res, 404, 'Not Found', { 'content-type': 'text/plain' });
    this.box_.install();
    const locale = url.searchParams.get('locale') === 'en' ? 'en' : 'ja';
    return send(res, 200, this.page_(locale, url.pathname.slice(app.length)), { 'cache-control': 'no-store' });
  }

  token() {
    const { store, clientId, staffUserId, clientSecret } = this.box_;
    return signJwt(sessionClaims({ shop: store.shop.domain, clientId, userId: staffUserId, now: this.box_.now() }), clientSecret);
  }

  /** The address the iframe opens, signed as the platform signs it. @param {string} locale @param {string} rest */
  appAddress(locale, rest = '') {
    const { store, config, appUrl, clientSecret } = this.box_;
    const query = new URLSearchParams({
      embedded: '1', host: Buffer.from(`admin.shopify.com/store/${store.shop.domain.split('.')[0]}`).toString('base64').replace(/=+$/, ''),
      id_token: this.token(), locale, session: '', shop: store.shop.domain, timestamp: String(this.box_.now()),
    });
    query.delete('session');
    query.append('hmac', oauthHmac(query, clientSecret));
    return `${new URL(config.applicationPath + rest, appUrl).href}?${query}`;
  }

  /** What `shopify.app.extensions()` answers: blocks and embeds with where the published theme has them (sources: extension). */
  extensions() {
    const { storefront } = this.box_;
    const placed = placements(storefront);
    const activations = storefront.appBlocks.list().map(({ handle, name, target }) => ({
      handle, name, target, status: (placed.get(handle) ?? []).length > 0 ? 'active' : 'available',
      activations: (placed.get(handle) ?? []).map((place) => ({ target: place, themeId: 'gid://shopify/OnlineStoreTheme/1' })),
    }));
    return [{ handle: 'tsunagi-theme', type: 'theme_app_extension', activations }];
  }

  /** @param {string} locale @param {string} rest */
  page_(locale, rest) {
    const { config, store, appUrl, clientId, urls } = this.box_;
    const facts = {
      appOrigin: new URL(appUrl).origin, shop: store.shop.domain, clientId, locale, storefront: urls.storefront,
      base: `/store/${store.shop.domain}`,
    };
    return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(config.name)} · Shopify</title><link rel="icon" href="data:,">
<style>html,body{margin:0;height:100%;font:14px/1.4 sans-serif}body{display:flex;flex-direction:column}
header{background:#1a1a1a;color:#fff;padding:8px 16px}h1{font-size:14px;margin:0}main{flex:1;display:flex}iframe{border:0;flex:1;width:100%}
#toast{position:fixed;bottom:24px;left:50%;transform:translateX(-50%);background:#1a1a1a;color:#fff;padding:8px 16px;border-radius:8px}</style></head>
<body><header><h1>${escapeHtml(store.shop.name)} ／ ${escapeHtml(config.name)}</h1></header>
<main><iframe name="app-iframe" title="${escapeHtml(config.name)}" src="${escapeHtml(this.appAddress(locale, rest))}"></iframe></main>
<div id="toast" role="status" hidden></div>
<script>window.adminFrame = ${safeJson(facts)};</script><script src="/admin-frame.js"></script></body></html>`;
  }
}

/** Which block stands in which file of the theme. @param {import('../storefront/pages.mjs').Storefront} storefront @returns {Map<string, string[]>} */
function placements(storefront) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  const add = (/** @type {any} */ block, /** @type {string} */ place) => {
    const handle = block.disabled ? null : storefront.appBlocks.handleOf(block.type);
    if (handle && storefront.appBlocks.isPlaced(handle)) found.set(handle, [...(found.get(handle) ?? []), place]);
  };
  for (const name of ['index', 'product', 'page', 'page.member', 'cart', 'collection', 'customers/account', 'customers/login']) {
    const template = storefront.readJson(`templates/${name}.json`);
    for (const section of Object.values(/** @type {Record<string, any>} */ (template.sections))) {
      for (const id of section.block_order ?? []) add(section.blocks[id], `template--${name}.json`);
    }
  }
  for (const block of Object.values(storefront.readJson('config/settings_data.json').current.blocks ?? {})) add(block, 'settings_data.json');
  return found;
}

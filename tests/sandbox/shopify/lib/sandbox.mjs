// The stand-in as a whole: three origins on loopback (the shop, the admin, the CDN of extension assets) over one store.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { AdminApi } from '../api/admin.mjs';
import { StorefrontApi } from '../api/storefront.mjs';
import { themeEditor } from '../frame/editor.mjs';
import { AdminFrame } from '../frame/frame.mjs';
import { AppProxy } from '../storefront/proxy.mjs';
import { Assets } from '../storefront/assets.mjs';
import { Storefront } from '../storefront/pages.mjs';
import { readAppConfig } from './app_config.mjs';
import { Control } from './control.mjs';
import { Facts } from './facts.mjs';
import { applyFault, Faults } from './faults.mjs';
import { Fulfilment } from './fulfilment.mjs';
import { HttpError, listen, readBody, send, sendJson } from './http.mjs';
import { seededRandom } from './ids.mjs';
import { OrderEvents } from './order_events.mjs';
import * as payloads from './payloads.mjs';
import { RequestLog } from './requests.mjs';
import { Store } from './store.mjs';
import { Tokens } from './tokens.mjs';
import { Webhooks } from './webhooks.mjs';

const kRoot = fileURLToPath(new URL('../../../../', import.meta.url));
const kShopPattern = /^[a-zA-Z0-9][a-zA-Z0-9-_]*\.myshopify\.com$/; // README.md, sources: tokens

/**
 * @typedef {{port?: number, adminPort?: number, cdnPort?: number, appUrl: string, clientId?: string, clientSecret: string, seed?: number, shop?: string,
 *   shopName?: string, root?: string, extension?: string, now?: () => number}} Options
 */

export class Sandbox {
  /** @param {Options} options */
  constructor(options) {
    const { seed = 1, shop = 'tsunagi-demo.myshopify.com', root = kRoot } = options;
    if (!kShopPattern.test(shop)) throw new Error(`--shop must be a *.myshopify.com name, not "${shop}"`);
    this.now = options.now ?? (() => Math.floor(Date.now() / 1000));
    this.appUrl = options.appUrl;
    this.config = readAppConfig(`${root}shopify.app.toml`);
    this.clientId = options.clientId ?? this.config.clientId;
    this.clientSecret = options.clientSecret;
    this.extensionFolder = options.extension ?? `${root}theme-extension`;
    this.store = new Store({ seed, domain: shop, name: options.shopName ?? 'つなぎ商店' });
    const random = seededRandom(seed ^ 0x5eed);
    this.appId = 100_000_000_000 + Math.floor(random() * 1e10);
    this.staffUserId = 80_000_000_000 + Math.floor(random() * 1e9);
    this.app = { installed: false, scopes: [...this.config.scopes], proxyPrefix: this.config.proxy.prefix, proxySubpath: this.config.proxy.subpath };
    this.theme = { scheme: 'light', locale: 'ja', password: false, blocks: /** @type {Record<string, object>} */ ({}), removed: /** @type {string[]} */ ([]) };
    this.tokens = new Tokens({ clientId: this.clientId, clientSecret: this.clientSecret, shop, appId: this.appId, now: this.now });
    this.log = new RequestLog();
    this.faults = new Faults();
    this.webhooks = new Webhooks(this);
    this.facts = new Facts();
    this.orderEvents = new OrderEvents(this);
    this.fulfilment = new Fulfilment(this);
    this.admin = new AdminApi(this);
    this.storefrontApi = new StorefrontApi(this);
    this.assets = new Assets(this);
    this.storefront = new Storefront(this);
    this.proxy = new AppProxy(this);
    this.frame = new AdminFrame(this);
    this.control = new Control(this);
    /** How far the `Date` of every answer is ahead. */
    this.clockAheadSeconds = 0;
    this.urls = { storefront: '', admin: '', cdn: '' };
    /** @type {import('node:http').Server[]} */
    this.servers_ = [];
    this.port_ = options.port ?? 0;
    this.adminPort_ = options.adminPort ?? 0;
    this.cdnPort_ = options.cdnPort ?? 0;
  }

  /** @returns {Promise<object>} the ready line */
  async start() {
    const serve = (/** @type {string} */ host, /** @type {(req: any, res: any, url: URL, entry: any, fault: any) => Promise<any>} */ handle) => {
      const server = createServer((req, res) => this.answer_(host, handle, req, res));
      this.servers_.push(server);
      return server;
    };
    const ports = [
      await listen(serve('storefront', (...args) => this.dispatch_(...args)), this.port_),
      await listen(serve('admin', (...args) => this.frame.handle(...args)), this.adminPort_),
      await listen(serve('cdn', (...args) => this.assets.handleCdn(...args)), this.cdnPort_),
    ];
    const [storefront, admin, cdn] = ports.map((port) => `http://127.0.0.1:${port}`);
    this.urls = { storefront, admin, cdn };
    const domain = this.store.shop.domain;
    return {
      storefront, admin, app_page: `${admin}/store/${domain}/apps/${this.config.handle}`, admin_url: `${storefront}/_shops/{shop}`,
      admin_api: `${storefront}/_shops/${domain}/admin/api/2026-10/graphql.json`, storefront_api: `${storefront}/api/2026-10/graphql.json`,
      app_bridge_url: `${admin}/app-bridge.js`, cdn, control: `${storefront}/_sandbox`, shop: domain, shop_id: this.store.shop.id,
      client_id: this.clientId, app_id: this.appId, port: ports[0],
    };
  }

  async stop() {
    this.webhooks.stop();
    await Promise.all(this.servers_.map((server) => new Promise((resolve) => {
      server.close(() => resolve(undefined));
      server.closeAllConnections();
    })));
  }

  /** Managed installation: opening the app grants what shopify.app.toml asks for (sources: tokens). */
  install() {
    if (this.app.installed) return;
    this.app.installed = true;
    this.app.scopes = [...this.config.scopes];
  }

  uninstall() {
    if (!this.app.installed) return;
    this.webhooks.fire('app/uninstalled', payloads.shop(this.store.shop));
    this.app.installed = false;
    this.tokens.revokeApp();
  }

  /** @param {string} host @param {Function} handle @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
  async answer_(host, handle, req, res) {
    let entry;
    try {
      const url = new URL(req.url ?? '/', 'http://127.0.0.1');
      if (url.pathname.startsWith('/_sandbox/')) return await this.control.handle(req, res, url);
      entry = this.log.begin(host, req, url);
      if (this.clockAheadSeconds !== 0) res.setHeader('date', new Date(Date.now() + this.clockAheadSeconds * 1000).toUTCString());
      const fault = this.faults.take(url.pathname);
      if (fault && await applyFault(fault, req, res)) return;
      await handle(req, res, url, entry, fault);
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      if (status === 500) this.log.problem(`${req.method} ${req.url}`, error.stack ?? String(error));
      sendJson(res, status, { errors: error.message });
    } finally {
      if (entry) this.log.end(entry, res);
    }
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {import('./requests.mjs').Entry} entry @param {import('./faults.mjs').Fault|null} fault */
  async dispatch_(req, res, url, entry, fault) {
    const addressed = /^\/_shops\/([^/]+)(\/.*)$/.exec(url.pathname);
    const path = addressed ? addressed[2] : url.pathname;
    if (addressed && addressed[1] !== this.store.shop.domain) return sendJson(res, 404, { errors: 'Not Found' });
    const admin = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(path);
    if (admin) return this.admin.handle(req, res, { version: admin[1], entry, fault });
    if (path === '/admin/themes/current/editor') return themeEditor(this, res, url, entry);
    if (path === '/admin/oauth/access_token') return this.token_(req, res, entry);
    const api = /^\/api\/([^/]+)\/graphql\.json$/.exec(path);
    if (api) return this.storefrontApi.handle(req, res, { version: api[1], entry });
    if (addressed) return sendJson(res, 404, { errors: 'Not Found' });
    const proxied = this.proxy.match(path);
    if (proxied !== null) return this.proxy.handle(req, res, url, proxied, entry);
    if (path.startsWith('/cdn/')) return this.assets.handleTheme(req, res, url, entry);
    return this.storefront.handle(req, res, url, entry);
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {import('./requests.mjs').Entry} entry */
  async token_(req, res, entry) {
    entry.kind = 'oauth';
    if (req.method !== 'POST') return sendJson(res, 405, { error: 'invalid_request' });
    const body = (await readBody(req)).toString('utf8');
    const type = String(req.headers['content-type'] ?? '').split(';')[0].trim();
    let value = null;
    try {
      if (type === 'application/json') value = JSON.parse(body);
      if (type === 'application/x-www-form-urlencoded') value = Object.fromEntries(new URLSearchParams(body));
    } catch { /* answered as not an object */ }
    entry.operation = value?.grant_type ?? null;
    const answer = this.tokens.answer(value, this.app);
    if (answer.status >= 400 && req.headers.accept?.includes('text/html')) return send(res, answer.status, 'Oauth error');
    sendJson(res, answer.status, answer.body);
  }
}

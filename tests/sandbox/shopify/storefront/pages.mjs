// Routes of the storefront: pages of the theme, sign-in, the password door.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { cartCookie, cartOf, readForm, withAdded, withChanged } from '../lib/cart.mjs';
import { clearCookie, kSessionCookie, sessionCookie } from '../lib/control.mjs';
import { escapeHtml, localPath, parseCookies, readBody, redirect, send, sendCompressed, sendJson } from '../lib/http.mjs';
import { AppBlocks } from './app_blocks.mjs';
import { kThemeFolder } from './assets.mjs';
import { Engine } from './engine.mjs';
import { pageOf } from './objects.mjs';
import { Page } from './page.mjs';

const kPasswordCookie = '_sandbox_password';

export class Storefront {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box = box;
    this.theme = new Engine(box, { name: 'theme', folder: kThemeFolder, app: false, assetUrl: (name) => box.assets.themeUrl(name) });
    this.appBlocks = new AppBlocks(box);
  }

  /** @param {string} file @returns {any} */
  readJson(file) {
    return JSON.parse(readFileSync(join(kThemeFolder, file), 'utf8'));
  }

  /** Who asks, in which language. @param {import('node:http').IncomingMessage} req @param {URL} url @returns {import('./objects.mjs').RequestInfo} */
  requestInfo(req, url) {
    const { theme } = this.box;
    const prefixed = /^\/(ja|en)(?=\/|$)/.exec(url.pathname);
    const asked = url.searchParams.get('locale');
    const locale = prefixed?.[1] ?? (asked === 'ja' || asked === 'en' ? asked : theme.locale);
    const scheme = url.searchParams.get('scheme');
    const cookies = parseCookies(req.headers.cookie);
    const customer = Number(cookies[kSessionCookie]);
    return {
      path: url.pathname, query: url.searchParams, locale, prefix: prefixed ? prefixed[0] : '',
      designMode: url.searchParams.get('design_mode') === '1', scheme: scheme === 'light' || scheme === 'dark' ? scheme : theme.scheme,
      customerId: this.box.store.customers.has(customer) ? customer : null, origin: this.box.urls.storefront,
      cart: cartOf(cookies).filter(({ variant }) => this.box.store.variants.has(variant)),
    };
  }

  /** True when the store's password keeps this visitor out. @param {import('node:http').IncomingMessage} req */
  locked(req) {
    return this.box.theme.password && !parseCookies(req.headers.cookie)[kPasswordCookie];
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {import('../lib/requests.mjs').Entry} entry */
  async handle(req, res, url, entry) {
    const info = this.requestInfo(req, url);
    const path = info.path.slice(info.prefix.length).replace(/\/+$/, '') || '/';
    entry.customer = info.customerId;
    if (path === '/password') return this.password_(req, res, info);
    if (this.locked(req)) return redirect(res, `${info.prefix}/password`);
    if (req.method === 'POST') return this.post_(req, res, path, info);
    if (req.method !== 'GET' && req.method !== 'HEAD') return send(res, 405, 'Method Not Allowed', { allow: 'GET, HEAD, POST' });
    if (path === '/account/logout') return redirect(res, localPath(url.searchParams.get('return_to'), `${info.prefix}/`), { 'set-cookie': clearCookie });
    if (path === '/cart.js') return this.cartJson_(res, info);
    const data = /^\/products\/([^/]+)\.js$/.exec(path);
    if (data) return this.productJson_(res, data[1], info);
    if (path === '/account' && info.customerId === null) {
      return redirect(res, `${info.prefix}/account/login?return_url=${encodeURIComponent(`${info.path}${url.search}`)}`);
    }
    if (path === '/account/login' && info.customerId !== null) return redirect(res, this.returnTo_(url.searchParams, info));
    return this.render_(req, res, this.route_(path, info, url), url);
  }

  /** @param {string} path @param {import('./objects.mjs').RequestInfo} info @param {URL} url @returns {Page} */
  route_(path, info, url) {
    const view = /^[a-z0-9-]+$/.test(url.searchParams.get('view') ?? '') ? `.${url.searchParams.get('view')}` : '';
    const decoded = decodeURIComponent(path);
    const product = /^\/(?:collections\/[^/]+\/)?products\/([^/]+)$/.exec(decoded);
    const page = /^\/pages\/([^/]+)$/.exec(decoded);
    if (path === '/') return new Page(this, info, 'index');
    if (path === '/account') return new Page(this, info, 'customers/account');
    if (path === '/account/login') return new Page(this, info, 'customers/login', () => ({ return_to: this.returnTo_(url.searchParams, info) }));
    if (path === '/cart') return new Page(this, info, 'cart');
    if (path === '/collections/all' || path === '/collections') {
      return new Page(this, info, 'collection', (objects) => ({ collection: objects.collection() }));
    }
    if (product && this.box.store.productByHandle(product[1])) {
      return new Page(this, info, `product${view}`, (objects) => ({ product: objects.product(product[1]) }));
    }
    const found = page && pageOf(page[1], info.locale, `${info.prefix}/`);
    if (found) return new Page(this, info, view ? `page${view}` : found.__template, () => ({ page: found }));
    return new Page(this, info, '404');
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {Page} page @param {URL} url */
  async render_(req, res, page, url) {
    const headers = { 'cache-control': 'private, no-store', vary: 'Cookie', 'x-frame-options': 'DENY' };
    const sectionId = url.searchParams.get('section_id');
    if (sectionId) {
      const html = await page.sectionOnly(sectionId);
      return send(res, html === null ? 404 : 200, html ?? '', headers);
    }
    return sendCompressed(req, res, page.template === '404' ? 404 : 200, await page.html(), { 'content-type': 'text/html; charset=utf-8', ...headers });
  }

  /** @param {URLSearchParams} query @param {import('./objects.mjs').RequestInfo} info */
  returnTo_(query, info) {
    return localPath(query.get('return_to') ?? query.get('return_url'), `${info.prefix}/account`);
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {string} path @param {import('./objects.mjs').RequestInfo} info */
  async post_(req, res, path, info) {
    const form = await readForm(req);
    if (path === '/account/login') {
      const row = this.box.store.customerByEmail(form.get('customer[email]') ?? '');
      if (row) return redirect(res, this.returnTo_(form, info), { 'set-cookie': sessionCookie(row.id) });
      const words = this.theme.translations.translate('login.unknown', {}, info.locale);
      const page = new Page(this, info, 'customers/login', () => ({ __form_errors: words, return_to: this.returnTo_(form, info) }));
      return send(res, 200, await page.html(), { 'cache-control': 'private, no-store' });
    }
    if (path === '/cart/add' && this.box.store.variants.has(Number(form.get('id')))) {
      const rows = withAdded(info.cart, Number(form.get('id')), Number(form.get('quantity') ?? 1));
      return redirect(res, `${info.prefix}/cart`, { 'set-cookie': cartCookie(rows) });
    }
    if (path === '/cart/change.js') {
      const rows = withChanged(info.cart, form);
      if (rows === null) return sendJson(res, 400, { status: 'bad_request', message: 'no valid id or line parameter', description: 'no valid id or line parameter' });
      return this.cartJson_(res, { ...info, cart: rows }, { 'set-cookie': cartCookie(rows) });
    }
    if (path === '/cart/add' || path === '/cart') return redirect(res, `${info.prefix}/cart`);
    return send(res, 404, 'Not Found', { 'content-type': 'text/plain' });
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {import('./objects.mjs').RequestInfo} info */
  async password_(req, res, info) {
    if (req.method === 'POST') {
      await readBody(req);
      return redirect(res, '/', { 'set-cookie': `${kPasswordCookie}=1; Path=/; HttpOnly; SameSite=Lax` });
    }
    if (!this.box.theme.password) return redirect(res, `${info.prefix}/`);
    // The password page knows no customer.
    return send(res, 200, await new Page(this, { ...info, customerId: null }, 'password').html());
  }

  /** The cart as the Ajax API tells it. @param {import('node:http').ServerResponse} res @param {import('./objects.mjs').RequestInfo} info @param {Record<string, string>} [headers] */
  cartJson_(res, info, headers = {}) {
    const { item_count, items, total_price, note } = new Page(this, info, 'cart').objects.cart();
    const rows = items.map(({ variant, product, ...item }) => ({ ...item, product_title: product.title, variant_title: variant.title, handle: product.handle }));
    return sendJson(res, 200, { token: '', note, attributes: {}, item_count, items: rows, total_price, currency: 'JPY' }, headers);
  }

  /** @param {import('node:http').ServerResponse} res @param {string} handle @param {import('./objects.mjs').RequestInfo} info */
  productJson_(res, handle, info) {
    const product = new Page(this, info, 'product').objects.product(decodeURIComponent(handle));
    if (!product) return sendJson(res, 404, { status: 404, message: 'Not Found', description: escapeHtml(handle) });
    return sendJson(res, 200, product);
  }
}

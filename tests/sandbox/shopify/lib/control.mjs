// /_sandbox/*: how tests and the demo steer the stand-in. Production code never calls it.
import { checkProxyAddress } from './app_config.mjs';
import { HttpError, localPath, readJson, redirect, sendJson } from './http.mjs';
import { gid } from './ids.mjs';
import { orderRoutes } from './order_control.mjs';
import { sessionClaims, signJwt } from './signing.mjs';

export const kSessionCookie = '_sandbox_customer';
const kMaxTokenSeconds = 24 * 3600;

export class Control {
  /** @param {import('./sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    /** @type {Record<string, (query: URLSearchParams, body: any, res: any) => any>} */
    this.routes_ = {
      'GET /_sandbox/sign-in': (query, _, res) => this.signIn_(query, res),
      'GET /_sandbox/sign-out': (query, _, res) => redirect(res, localPath(query.get('return_to'), '/'), { 'set-cookie': clearCookie }),
      'GET /_sandbox/requests': (query) => this.requests_(query),
      'DELETE /_sandbox/requests': () => (box.log.clear(), { ok: true }),
      'GET /_sandbox/errors': () => box.log.errors,
      'GET /_sandbox/faults': () => box.faults.rules,
      'PUT /_sandbox/faults': (_, body) => (box.faults.set(body), { rules: box.faults.rules.length }),
      'DELETE /_sandbox/faults': () => (box.faults.set([]), { rules: 0 }),
      'GET /_sandbox/theme': () => box.theme,
      'PUT /_sandbox/theme': (_, body) => this.theme_(body),
      'GET /_sandbox/app': () => this.appState_(),
      'PUT /_sandbox/app': (_, body) => this.app_(body),
      'PUT /_sandbox/tokens': (_, body) => this.token_(body),
      'POST /_sandbox/tokens/expire': () => (box.tokens.expireApp(), { ok: true }),
      'GET /_sandbox/session-token': (query) => this.sessionToken_(query),
      'GET /_sandbox/webhooks': () => ({ switches: box.webhooks.switches, deliveries: box.webhooks.log }),
      'PUT /_sandbox/webhooks': (_, body) => box.webhooks.set(body),
      'DELETE /_sandbox/webhooks': () => (box.webhooks.log.splice(0), { ok: true }),
      'POST /_sandbox/webhooks/fire': (_, body) => this.fire_(body),
      'GET /_sandbox/customers': () => this.customers_(),
      ...orderRoutes(box),
    };
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url */
  async handle(req, res, url) {
    const route = this.routes_[`${req.method} ${url.pathname}`];
    if (!route) throw new HttpError(404, `no control ${req.method} ${url.pathname}; there is: ${Object.keys(this.routes_).join(', ')}`);
    const body = req.method === 'PUT' || req.method === 'POST' ? await readJson(req) : null;
    const answer = await route(url.searchParams, body, res);
    if (!res.headersSent) sendJson(res, 200, answer);
  }

  /** @param {URLSearchParams} query @param {import('node:http').ServerResponse} res */
  signIn_(query, res) {
    const wanted = query.get('customer') ?? '';
    const row = this.box_.store.customers.get(Number(wanted.replace(/^gid:\/\/shopify\/Customer\//, '')));
    if (!row) throw new HttpError(404, `no customer ${wanted}`);
    redirect(res, localPath(query.get('return_to'), '/account'), { 'set-cookie': sessionCookie(row.id) });
  }

  /** @param {URLSearchParams} query */
  requests_(query) {
    const since = Number(query.get('since') ?? 0);
    const kind = query.get('kind');
    return this.box_.log.entries.filter((entry) => entry.id > since && (!kind || entry.kind === kind));
  }

  /** @param {any} body */
  theme_(body) {
    const unknown = Object.keys(body).find((key) => !['scheme', 'locale', 'password', 'blocks', 'removed'].includes(key));
    if (unknown) throw new HttpError(400, `unknown theme setting "${unknown}"`);
    if (body.scheme !== undefined && !['light', 'dark'].includes(body.scheme)) throw new HttpError(400, 'scheme is light or dark');
    if (body.locale !== undefined && !['ja', 'en'].includes(body.locale)) throw new HttpError(400, 'locale is ja or en');
    return Object.assign(this.box_.theme, body);
  }

  appState_() {
    const { app, config, tokens, admin } = this.box_;
    return {
      installed: app.installed, scopes: app.scopes, requested_scopes: config.scopes, proxy_prefix: app.proxyPrefix, proxy_subpath: app.proxySubpath,
      token_seconds: tokens.lifetimeSeconds, tokens_issued: tokens.issued, tokens_refreshed: tokens.refreshed,
      bucket: admin.limits.maximum, restore_rate: admin.limits.restoreRate, app_id: this.box_.appId, app_url: this.box_.appUrl,
      proxy_timeout_ms: this.box_.proxy.timeoutMs, clock_ahead_seconds: this.box_.clockAheadSeconds,
    };
  }

  /** @param {any} body */
  app_(body) {
    const { box_: box } = this;
    const known = ['installed', 'scopes', 'requested_scopes', 'proxy_prefix', 'proxy_subpath', 'token_seconds', 'bucket', 'restore_rate', 'app_url', 'proxy_timeout_ms', 'clock_ahead_seconds'];
    const unknown = Object.keys(body).find((key) => !known.includes(key));
    if (unknown) throw new HttpError(400, `unknown app setting "${unknown}"`);
    if (body.token_seconds !== undefined && !(body.token_seconds > 0 && body.token_seconds <= kMaxTokenSeconds)) throw new HttpError(400, 'token_seconds is 1 to 86400');
    const prefix = body.proxy_prefix ?? box.app.proxyPrefix;
    const subpath = body.proxy_subpath ?? box.app.proxySubpath;
    try {
      checkProxyAddress(prefix, subpath);
    } catch (error) {
      throw new HttpError(400, error.message);
    }
    Object.assign(box.app, { proxyPrefix: prefix, proxySubpath: subpath });
    if (body.app_url) box.appUrl = body.app_url;
    if (body.requested_scopes) box.config.scopes = body.requested_scopes;
    if (body.proxy_timeout_ms) box.proxy.timeoutMs = body.proxy_timeout_ms;
    if (body.clock_ahead_seconds !== undefined) box.clockAheadSeconds = Number(body.clock_ahead_seconds);
    if (body.token_seconds) box.tokens.lifetimeSeconds = body.token_seconds;
    if (body.bucket || body.restore_rate) {
      box.admin.setLimits({ ...(body.bucket ? { maximum: body.bucket } : {}), ...(body.restore_rate ? { restoreRate: body.restore_rate } : {}) });
    }
    if (body.installed === true) box.install();
    if (body.installed === false) box.uninstall();
    if (body.scopes) box.app.scopes = body.scopes;
    return this.appState_();
  }

  /** @param {any} body */
  token_(body) {
    const scopes = typeof body.scopes === 'string' ? body.scopes.split(',').map((/** @type {string} */ one) => one.trim()) : body.scopes;
    if (!Array.isArray(scopes) || !scopes.every((one) => /^(read|write)_[a-z_]+$/.test(one))) throw new HttpError(400, 'scopes is a list of access scopes');
    return this.box_.tokens.createCustom(scopes, body.name);
  }

  /** What opening the app in the admin gives; installs the app as that does, unless `install=0`. @param {URLSearchParams} query */
  sessionToken_(query) {
    const { box_: box } = this;
    const shop = query.get('shop') ?? box.store.shop.domain;
    if (shop !== box.store.shop.domain) throw new HttpError(404, `no shop ${shop}`);
    if (query.get('install') !== '0') box.install();
    const lifetime = Number(query.get('lifetime') ?? 60);
    const claims = sessionClaims({ shop, clientId: box.clientId, userId: box.staffUserId, now: box.now(), lifetime });
    return { session_token: signJwt(claims, box.clientSecret), shop, expires_at: claims.exp };
  }

  /** @param {any} body */
  fire_(body) {
    const { box_: box } = this;
    const { topic } = body;
    if (!box.config.subscriptions.some((one) => one.topic === topic)) throw new HttpError(400, `no subscription of ${topic}`);
    const customer = body.customer === undefined ? null : Number(body.customer);
    if (box.config.subscriptions.some((one) => one.topic === topic && one.compliance)) box.webhooks.compliance(topic, customer);
    else if (body.payload) box.webhooks.fire(topic, body.payload, true);
    else {
      const row = customer === null ? undefined : box.store.customers.get(customer);
      if (!row) throw new HttpError(400, `${topic} needs a customer or a payload`);
      box.webhooks.customer(topic, row);
    }
    return { ok: true };
  }

  customers_() {
    return [...this.box_.store.customers.values()].map((row) => ({
      id: row.id, gid: gid('Customer', row.id), email: row.email, first_name: row.firstName, last_name: row.lastName, tags: row.tags,
      phone: row.phone, email_marketing_state: row.consent.state, addresses: row.addresses,
      metafields: this.box_.store.metafieldsOf(gid('Customer', row.id)).map(({ namespace, key, type, value, updatedAt }) => ({ namespace, key, type, value, updated_at: updatedAt })),
    }));
  }
}

/** @param {number} id */
export const sessionCookie = (id) => `${kSessionCookie}=${id}; Path=/; HttpOnly; SameSite=Lax`;
export const clearCookie = `${kSessionCookie}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;

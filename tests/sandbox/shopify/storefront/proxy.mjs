// The app proxy (README.md, sources: app proxy): signs, strips cookies and headers both ways, follows redirects, renders Liquid replies.
import { proxySignature } from '../lib/signing.mjs';
import { readBody, redirect, send } from '../lib/http.mjs';
import { Engine } from './engine.mjs';
import { Page } from './page.mjs';
import { kThemeFolder } from './assets.mjs';

const kTimeoutMs = 10_000;
const kMaxRedirects = 5;
const kStrippedReplies = [
  'accept-patch', 'accept-ranges', 'connection', 'cookie', 'date', 'delta-base', 'im', 'p3p', 'pragma', 'preference-applied',
  'proxy-authenticate', 'public-key-pins', 'server', 'service-worker-allowed', 'set-cookie', 'trailer', 'tk', 'warning', 'x-powered-by',
];
const kStrippedRequests = ['cookie', 'host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'te', 'trailer', 'x-forwarded-for', 'x-forwarded-host'];
/** fetch has undone these. */
const kTransport = ['content-length', 'content-encoding', 'transfer-encoding', 'keep-alive'];
/** The shop adds these itself: what a visitor sends under these names does not reach the app. */
const kSignedNames = ['shop', 'logged_in_customer_id', 'path_prefix', 'timestamp', 'signature', 'hmac'];

export class AppProxy {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    this.timeoutMs = kTimeoutMs;
    // App proxy replies are rendered as the theme's: not as the app's blocks, so `$app:` is not theirs.
    this.engine_ = new Engine(box, { name: 'app-proxy', folder: kThemeFolder, app: false, assetUrl: (name) => box.assets.themeUrl(name) });
  }

  prefix_() {
    return `/${this.box_.app.proxyPrefix}/${this.box_.app.proxySubpath}`;
  }

  /** What follows the proxy's path, or null for other paths. @param {string} path @returns {string|null} */
  match(path) {
    const rest = path.replace(/^\/(ja|en)(?=\/)/, '');
    const prefix = this.prefix_();
    return this.box_.app.installed && (rest === prefix || rest.startsWith(`${prefix}/`)) ? rest.slice(prefix.length) : null;
  }

  /** The signed query. @param {URL} url @param {number|null} customerId */
  query(url, customerId) {
    const query = new URLSearchParams([...url.searchParams].filter(([name]) => !kSignedNames.includes(name)));
    query.append('shop', this.box_.store.shop.domain);
    query.append('logged_in_customer_id', customerId === null ? '' : String(customerId));
    query.append('path_prefix', this.prefix_());
    query.append('timestamp', String(this.box_.now()));
    query.append('signature', proxySignature(query, this.box_.clientSecret));
    return query;
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {string} rest @param {import('../lib/requests.mjs').Entry} entry */
  async handle(req, res, url, rest, entry) {
    entry.kind = 'proxy';
    const info = this.box_.storefront.requestInfo(req, url);
    entry.customer = info.customerId;
    if (this.box_.storefront.locked(req)) return redirect(res, '/password');
    const target = new URL(this.box_.config.proxy.path + rest, this.box_.appUrl);
    target.search = this.query(url, info.customerId).toString();
    const hasBody = req.method !== 'GET' && req.method !== 'HEAD';
    const body = hasBody ? await readBody(req) : undefined;
    let reply, bytes;
    try {
      reply = await this.fetch_(target, req, body);
      bytes = Buffer.from(await reply.arrayBuffer());
    } catch (error) {
      entry.upstream = error.cause?.message ?? error.message;
      return send(res, 502, kFailurePage);
    }
    entry.upstream = reply.status;
    /** @type {Record<string, string>} */
    const headers = {};
    reply.headers.forEach((value, name) => {
      if (!kStrippedReplies.includes(name) && !kTransport.includes(name)) headers[name] = value;
    });
    const type = (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    if (type !== 'application/liquid') {
      if (!headers['content-type']) headers['content-type'] = 'text/plain';
      return send(res, reply.status, bytes, headers);
    }
    const html = await this.render_(bytes.toString('utf8'), info);
    return send(res, reply.status, html, { ...headers, 'content-type': 'text/html; charset=utf-8' });
  }

  /** Follows redirects itself: each hop is a GET that carries no cookies. @param {URL} target @param {import('node:http').IncomingMessage} req @param {Buffer|undefined} body */
  async fetch_(target, req, body) {
    /** @type {Record<string, string>} */
    const headers = {};
    for (const [name, value] of Object.entries(req.headers)) {
      if (!kStrippedRequests.includes(name) && value !== undefined) headers[name] = String(value);
    }
    headers['x-forwarded-for'] = req.socket.remoteAddress ?? '127.0.0.1';
    headers['x-forwarded-host'] = this.box_.store.shop.domain;
    const signal = AbortSignal.timeout(this.timeoutMs);
    let reply = await fetch(target, { method: req.method, headers, body, redirect: 'manual', signal });
    for (let hop = 0; hop < kMaxRedirects && reply.status >= 300 && reply.status < 400 && reply.headers.get('location'); hop += 1) {
      const next = new URL(reply.headers.get('location') ?? '', target);
      await reply.arrayBuffer();
      reply = await fetch(next, { headers, redirect: 'manual', signal });
    }
    return reply;
  }

  /** @param {string} source @param {import('./objects.mjs').RequestInfo} info */
  async render_(source, info) {
    const page = new Page(this.box_.storefront, info, 'page');
    const globals = { ...page.objects.globals({ app: false }), __locale: info.locale, __page: page };
    return page.inLayout(await this.engine_.render(source, globals, info.path));
  }
}

const kFailurePage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Something went wrong</title></head>
<body><h1>There was an error in the third-party application.</h1></body></html>`;

// Assets: the theme's on the shop's own host, the extension's on another origin with a CORS header, as on Shopify's CDN.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { send, sendCompressed } from '../lib/http.mjs';

export const kThemeFolder = fileURLToPath(new URL('../theme/', import.meta.url));
const kTypes = /** @type {Record<string, string>} */ ({
  '.js': 'application/javascript', '.css': 'text/css', '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg',
});
const kNamePattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export class Assets {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    const hex = createHash('sha256').update(`extension ${box.appId}`).digest('hex');
    this.uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    this.base_ = `/extensions/${this.uuid}/${box.config.handle}-1/assets/`;
  }

  /** @param {string} name */
  extensionUrl(name) {
    if (!existsSync(join(this.box_.extensionFolder, 'assets', name))) this.box_.log.problem('theme-extension', `asset ${name} does not exist`);
    return `${this.box_.urls.cdn}${this.base_}${name}`;
  }

  /** @param {string} name */
  themeUrl(name) {
    return `/cdn/shop/t/1/assets/${name}`;
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {import('../lib/requests.mjs').Entry} entry */
  async handleCdn(req, res, url, entry) {
    entry.kind = 'asset';
    const name = url.pathname.startsWith(this.base_) ? url.pathname.slice(this.base_.length) : '';
    const cors = { 'access-control-allow-origin': '*', 'timing-allow-origin': '*' };
    this.serve_(req, res, join(this.box_.extensionFolder, 'assets'), name, { ...cors, 'cache-control': 'public, max-age=31536000, immutable' });
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {URL} url @param {import('../lib/requests.mjs').Entry} entry */
  async handleTheme(req, res, url, entry) {
    entry.kind = 'asset';
    const name = /^\/cdn\/shop\/t\/1\/assets\/([^/]+)$/.exec(url.pathname)?.[1] ?? '';
    this.serve_(req, res, join(kThemeFolder, 'assets'), name, { 'cache-control': 'public, max-age=60' });
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {string} folder @param {string} name @param {Record<string, string>} headers */
  serve_(req, res, folder, name, headers) {
    const file = join(folder, name);
    if (!kNamePattern.test(name) || !kTypes[extname(name)] || !existsSync(file)) {
      return send(res, 404, 'Not Found', { 'content-type': 'text/plain', ...headers });
    }
    const body = readFileSync(file);
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 20)}"`;
    if (req.headers['if-none-match'] === etag) {
      res.writeHead(304, { etag, ...headers }).end();
      return undefined;
    }
    return sendCompressed(req, res, 200, body, { 'content-type': kTypes[extname(name)], 'x-content-type-options': 'nosniff', etag, ...headers });
  }
}

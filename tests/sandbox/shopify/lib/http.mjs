// What every listener of the stand-in shares: reading bodies with a limit, answering, addresses.
import { brotliCompressSync, constants } from 'node:zlib';

export const kMaxBodyBytes = 10 * 1024 * 1024;
const kLeastCompressed = 512;

export class HttpError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {number} limit
 * @returns {Promise<Buffer>}
 */
export async function readBody(req, limit = kMaxBodyBytes) {
  const parts = [];
  let size = 0;
  for await (const part of req) {
    size += part.length;
    if (size > limit) throw new HttpError(413, `body larger than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * @param {import('node:http').IncomingMessage} req
 * @returns {Promise<any>}
 */
export async function readJson(req) {
  const text = (await readBody(req)).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `body is not JSON: ${error.message}`);
  }
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {unknown} value
 * @param {Record<string, string>} headers
 */
export function sendJson(res, status, value, headers = {}) {
  send(res, status, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', ...headers });
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {string|Buffer} body
 * @param {Record<string, string|string[]>} headers
 */
export function send(res, status, body, headers = {}) {
  if (res.headersSent || res.destroyed) return;
  const bytes = Buffer.from(body);
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-length': bytes.length, ...headers });
  res.end(bytes);
}

/**
 * As `send`, in Brotli when the visitor takes it, as the platform and its CDN do.
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {string|Buffer} body
 * @param {Record<string, string>} headers
 */
export function sendCompressed(req, res, status, body, headers = {}) {
  const vary = { vary: [headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ') };
  if (!/\bbr\b/.test(String(req.headers['accept-encoding'] ?? '')) || body.length < kLeastCompressed) {
    return send(res, status, body, { ...headers, ...vary });
  }
  const packed = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return send(res, status, packed, { ...headers, ...vary, 'content-encoding': 'br' });
}

/** @param {import('node:http').ServerResponse} res @param {string} location */
export function redirect(res, location, headers = {}) {
  send(res, 302, '', { location, ...headers });
}

/** @param {string|undefined} header @returns {Record<string, string>} */
export function parseCookies(header) {
  /** @type {Record<string, string>} */
  const cookies = {};
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0) cookies[pair.slice(0, at).trim()] = decodeURIComponent(pair.slice(at + 1).trim());
  }
  return cookies;
}

/** A path inside the store, never another host. @param {string|null|undefined} text @param {string} otherwise */
export function localPath(text, otherwise) {
  return text && /^\/(?![/\\])/.test(text) ? text : otherwise;
}

/** @type {Record<string, string>} */
const kEntities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** As Liquid's `escape` writes it. @param {string} text */
export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (c) => kEntities[c]);
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port it got
 */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(/** @type {any} */ (server.address()).port));
  });
}

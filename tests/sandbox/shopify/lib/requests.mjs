// The log of what reached the stand-in, for tests to read; and the errors that rendering found.

export const kMaxEntries = 20_000;
export const kMaxErrors = 1_000;

/**
 * @typedef {{id: number, at: number, host: string, method: string, path: string, query: string, status: number|null,
 *   ms: number|null, kind: string, [detail: string]: any}} Entry
 */

export class RequestLog {
  constructor() {
    this.nextId_ = 1;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {{at: number, where: string, message: string}[]} */
    this.errors = [];
  }

  /** @param {string} host @param {import('node:http').IncomingMessage} req @param {URL} url @returns {Entry} */
  begin(host, req, url) {
    const entry = {
      id: this.nextId_++, at: Date.now(), host, method: req.method ?? 'GET', path: url.pathname,
      query: url.search, status: null, ms: null, kind: 'page',
    };
    this.entries.push(entry);
    if (this.entries.length > kMaxEntries) this.entries.shift();
    return entry;
  }

  /** @param {Entry} entry @param {import('node:http').ServerResponse} res */
  end(entry, res) {
    entry.status = res.headersSent ? res.statusCode : 0;
    entry.ms = Date.now() - entry.at;
  }

  /** A mistake in our own Liquid, locale or asset. @param {string} where @param {string} message */
  problem(where, message) {
    const known = this.errors.some((one) => one.where === where && one.message === message);
    this.errors.push({ at: Date.now(), where, message });
    if (this.errors.length > kMaxErrors) this.errors.shift();
    if (!known) process.stderr.write(`shopify-sandbox: ${where}: ${message}\n`);
  }

  clear() {
    this.entries = [];
    this.errors = [];
  }
}

// Failures on command: the first rule whose path matches a request and that has remaining hits takes effect.
import { HttpError, send } from './http.mjs';

/**
 * @typedef {{path?: string, delay_ms?: number, status?: number, detail?: string, drop?: boolean, half_body?: boolean, html?: boolean,
 *   throttle?: boolean, retry_after?: number, remaining?: number}} Fault
 */

const kFields = ['path', 'delay_ms', 'status', 'detail', 'drop', 'half_body', 'html', 'throttle', 'retry_after', 'remaining'];
const kMaxDelayMs = 120_000;

export class Faults {
  constructor() {
    /** @type {Fault[]} */
    this.rules = [];
  }

  /** @param {unknown} value one rule, a list of rules, or `{}` for none */
  set(value) {
    const rules = Array.isArray(value) ? value : Object.keys(value ?? {}).length === 0 ? [] : [value];
    for (const rule of rules) {
      const unknown = Object.keys(rule).find((key) => !kFields.includes(key));
      if (unknown) throw new HttpError(400, `unknown fault field "${unknown}"`);
      if ((rule.delay_ms ?? 0) > kMaxDelayMs) throw new HttpError(400, `delay_ms is at most ${kMaxDelayMs}`);
    }
    this.rules = rules.map((rule) => ({ remaining: Infinity, ...rule }));
  }

  /** @param {string} path @returns {Fault|null} */
  take(path) {
    const rule = this.rules.find((one) => (one.remaining ?? 0) > 0 && path.startsWith(one.path ?? '/'));
    if (!rule) return null;
    rule.remaining = (rule.remaining ?? 1) - 1;
    return rule;
  }
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets a fault act before the real answer. True when it has answered.
 * @param {Fault} fault
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
export async function applyFault(fault, req, res) {
  if (fault.delay_ms) await pause(fault.delay_ms);
  if (fault.drop) {
    req.socket.destroy();
    return true;
  }
  if (fault.half_body) {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
    res.write('{"data":{"customer":{"id":"gid://sho');
    setImmediate(() => req.socket.destroySoon());
    return true;
  }
  if (fault.html) {
    send(res, fault.status ?? 200, '<!doctype html><title>Something went wrong</title><h1>There was a problem loading this page</h1>');
    return true;
  }
  if (fault.status) {
    /** @type {Record<string, string>} */
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    if (fault.status === 429 || fault.retry_after !== undefined) headers['retry-after'] = String(fault.retry_after ?? 2);
    send(res, fault.status, JSON.stringify({ errors: fault.detail ?? `Fault on command: ${fault.status}` }), headers);
    return true;
  }
  return false; // delay and throttle leave the real answer to the handler
}

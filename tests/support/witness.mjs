// An HTTP proxy in front of a stand-in that notes when each call began and ended, as the stand-in saw it, and makes writes
// slow, so that two at once are seen.
import { createServer, request } from 'node:http';

export class Witness {
  /** @param {string} target origin @param {(call: {method: string, path: string, body: string}) => boolean} isWrite */
  constructor(target, isWrite, slowMs = 0) {
    this.target = new URL(target);
    this.isWrite = isWrite;
    this.slowMs = slowMs;
    /** @type {{method: string, path: string, body: string, write: boolean, began: number, ended: number, status: number}[]} */
    this.calls = [];
  }

  open() {
    this.server = createServer((incoming, answer) => this.pass(incoming, answer));
    this.server.keepAliveTimeout = 60_000;
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => {
      this.origin = `http://127.0.0.1:${this.server.address().port}`;
      resolve(this.origin);
    }));
  }

  async pass(incoming, answer) {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const call = { method: incoming.method, path: incoming.url, body: body.toString(), began: performance.now(), ended: Infinity, status: 0 };
    call.write = this.isWrite(call);
    this.calls.push(call);
    if (call.write && this.slowMs) await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    const outgoing = request({ host: this.target.hostname, port: this.target.port, method: call.method, path: call.path,
      headers: { ...incoming.headers, host: this.target.host } }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => {
        call.status = reply.statusCode;
        call.ended = performance.now();
        if (!this.answers(call)) return void answer.destroy();
        const { 'transfer-encoding': chunked, connection, 'keep-alive': kept, ...headers } = reply.headers;
        const whole = Buffer.concat(parts);
        answer.writeHead(reply.statusCode, { ...headers, 'content-length': whole.length });
        answer.end(whole);
      });
    });
    outgoing.on('error', () => { call.ended = performance.now(); answer.destroy(); });
    outgoing.end(body);
  }

  /** Whether the answer goes on to whoever asked. @param {{body: string}} _call */
  answers(_call) { return true; }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Between the server and a platform: does what the server asked, and then what the test wants instead of answering. */
export class Between extends Witness {
  constructor(origin) {
    super(origin, () => false);
    this.instead = new Map();  // operation of Shopify, or last word of a path of Smaregi → what is done, once
  }
  answers(call) {
    const what = /"operationName":"(\w+)"/.exec(call.body)?.[1] ?? /(\w+)$/.exec(call.path)?.[1];
    const does = this.instead.get(what);
    if (!does) return true;
    this.instead.delete(what);
    does();
    return false;
  }
}

/** Pairs of calls of one key that were under way at the same time. `keysOf(call)`: whom it writes. */
export function overlaps(calls, keysOf) {
  const lanes = new Map();
  for (const call of calls) for (const key of keysOf(call)) lanes.set(key, [...lanes.get(key) ?? [], call]);
  const found = [];
  for (const [key, lane] of lanes) {
    lane.sort((a, b) => a.began - b.began);
    let last = null;
    for (const call of lane) {
      if (last && call.began < last.ended) found.push([key, last, call]);
      if (!last || call.ended > last.ended) last = call;
    }
  }
  return found;
}

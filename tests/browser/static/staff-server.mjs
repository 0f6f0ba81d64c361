// The staff's routes as the page sees them, over pick-ups in memory: a deed takes effect once, however often it arrives, and
// the network can be cut before a deed, after it, or be refused.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { root } from '../../support/processes.mjs';

const kFolder = join(root, 'server', 'http', 'staff');
const kTypes = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.wasm': 'application/wasm' };
const kHash = '-0123456789ab';
const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; media-src blob:; worker-src 'self'";
const kStaff = ['clerk', 'manager', 'head_office'];
const kManagers = ['manager', 'head_office'];
/** From, action, to, by whom. */
const kRules = [
  ['placed', 'accept', 'accepted', kStaff], ['placed', 'pick', 'picking', kStaff], ['accepted', 'pick', 'picking', kStaff],
  ['picking', 'ready', 'ready', kStaff], ['ready', 'hand_over', 'handed_over', kStaff], ['ready', 'extend', 'ready', kManagers],
  ...['placed', 'accepted', 'picking'].map((from) => [from, 'reject', 'rejected', kStaff]),
  ...['placed', 'accepted', 'picking', 'ready'].map((from) => [from, 'cancel', 'cancelled', kManagers]),
];
const kRejects = ['not_found', 'damaged', 'busy', 'closed'];
const kOpen = ['placed', 'accepted', 'picking', 'ready'];

export class StaffServer {
  pickups = [];
  shipments = [];
  /** Question of a trail ("pickup=…") → its deeds; and those that were asked for. */
  trails = {};
  trailsAsked = [];
  /** Id of a pick-up or shipment that is rejected → what else is affected: {pickups: ids, shipments: ids}. */
  affected = {};
  shops = [{ id: '1', name: '渋谷店' }];
  staff = { name: '佐藤', role: 'clerk' };
  signedIn = true;
  /** "up"; "cut": nobody hears; "mute": it is done and nobody answers; "busy": 503. */
  network = 'up';
  /** Every deed that arrived, and those that took effect. */
  heard = [];
  done = [];
  /** A route that nobody hears. */
  deaf = '';
  asked = 0;
  tokens = new Set(['fresh']);
  joins = 0;
  /** Text → answer of a scan, beside the codes of pick-ups. */
  scans = {};
  #answers = new Map();

  /** @param {number} now unix seconds; the test lets it go on */
  constructor(now) {
    this.now = now;
  }

  async start() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise((ready) => this.#server.listen(0, '127.0.0.1', ready));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  #server;
  stop() {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }

  seen(pickup) {
    const actions = kRules.filter(([from, , , roles]) => from === pickup.state && roles.includes(this.staff.role)).map(([, action]) => action);
    const limit = pickup.state === 'placed' ? pickup.accept_by : pickup.ready_from;
    return { ...pickup, lines: pickup.lines.map((line) => ({ codes: [line.code], ...line })), mails: pickup.mails ?? [], extend_until: pickup.hold_until + 86_400, late: pickup.state !== 'ready' && this.now >= limit, actions };
  }
  work() {
    return { now: this.now, staff: this.staff, shops: this.shops, rejects: kRejects, pickups: this.pickups.filter(({ state, online }) => kOpen.includes(state) || online?.undecided).map((one) => this.seen(one)), shipments: this.shipments.filter(({ state }) => state !== 'refused'), carriers: ['yamato'] };
  }
  pickup(id) {
    return this.pickups.find((one) => one.id === id);
  }

  #act({ id, deed, action, reason, picked }) {
    this.heard.push({ id, deed, action, reason, picked });
    if (this.#answers.has(deed)) return this.#answers.get(deed);
    const pickup = this.pickup(id);
    if (!pickup) return [404, { error: { code: 'not_found', message: 'there is no such pick-up' } }];
    const rule = kRules.find(([from, does, , roles]) => from === pickup.state && does === action && roles.includes(this.staff.role));
    if (!rule) return [409, { error: { code: 'conflict', message: `a pick-up that is ${pickup.state} takes no ${action}` } }];
    if (action === 'reject' && !kRejects.includes(reason)) return [400, { error: { code: 'invalid', message: 'no such reason' } }];
    if (action === 'ready') pickup.lines.forEach((line, i) => { line.picked = picked?.[i] ?? line.quantity; });
    if (action === 'extend') pickup.hold_until += 86_400;
    if (action === 'reject') pickup.reason = reason;
    pickup.state = rule[2];
    pickup.changed_at = this.now;
    this.done.push({ deed, action, id });
    const answer = [200, { pickup: this.seen(structuredClone(pickup)), ...this.#others(id) }];
    this.#answers.set(deed, answer);
    return answer;
  }

  /** What a deed that said that something is not there names. */
  #others(id) {
    const others = this.affected[id];
    return others && { affected: { pickups: others.pickups.map((one) => this.seen(this.pickup(one))), shipments: others.shipments.map((one) => this.shipments.find((each) => each.id === one)) } };
  }

  #refuse({ id, deed, action, reason }) {
    this.heard.push({ id, deed, action, reason });
    const shipment = this.shipments.find((one) => one.id === id);
    Object.assign(shipment, { state: 'refused', reason, actions: [] });
    return [200, { shipment, ...this.#others(id) }];
  }

  #trail(question) {
    this.trailsAsked.push(question);
    if (this.staff.role === 'clerk') return [403, { error: { code: 'role', message: 'not for clerks' } }];
    const deeds = this.trails[question];
    return deeds ? [200, { trail: deeds, earlier: deeds.earlier ?? 0 }] : [404, { error: { code: 'not_found', message: 'no such' } }];
  }

  #resend({ id, step, deed }) {
    this.heard.push({ id, step, deed });
    const pickup = this.pickup(id);
    if (!this.#answers.has(deed)) {
      if (!pickup.mails.some((mail) => mail.step === step && mail.again)) return [409, { error: { code: 'conflict', message: 'the mail would no longer say how things are' } }];
      pickup.mails = [...pickup.mails.map((mail) => ({ ...mail, again: mail.again && mail.step !== step })), { step, at: this.now, outcome: 'waiting' }];
      this.#answers.set(deed, true);
    }
    return [200, { pickup: this.seen(structuredClone(pickup)) }];
  }

  #scan({ text }) {
    const code = /^P?(\d{6})$/.exec(text)?.[1];
    const pickup = this.pickups.find((one) => one.code === code);
    if (pickup) return { kind: 'pickup', pickup: this.seen(pickup) };
    const answer = this.scans[text];
    return answer ? { ...answer, pickups: (answer.pickups ?? []).map((id) => this.seen(this.pickup(id))) } : { kind: 'unknown' };
  }

  #answer(path, body, question) {
    if (path === 'join') {
      ++this.joins;
      if (!this.tokens.delete(body.token)) return [401, { error: { code: 'invitation', message: 'used' } }];
      this.signedIn = true;
      return [200, { staff: this.staff }];
    }
    if (!this.signedIn) return [401, { error: { code: 'signed_out', message: 'signed out' } }];
    if (path === 'work') {
      ++this.asked;
      return [200, this.work()];
    }
    if (path === 'trail') return this.#trail(question);
    if (path === 'shipment/act') return this.#refuse(body);
    if (path === 'act') return this.#act(body);
    if (path === 'resend') return this.#resend(body);
    if (path === 'scan') return [200, this.#scan(body)];
    this.signedIn = false;  // sign-out
    return [200, {}];
  }

  async #serve(request, response) {
    const { pathname, search } = new URL(request.url, this.url);
    if (pathname === '/staff') {
      const page = readFileSync(join(kFolder, 'staff.html'), 'utf8').replace(/%asset:([^%]+)%/g, (_, name) => `/staff/assets/${name.replace(/\.\w+$/, (end) => kHash + end)}`);
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': kPolicy }).end(page);
    }
    if (pathname.startsWith('/staff/assets/')) {
      const file = join(kFolder, pathname.slice('/staff/assets/'.length).replace(kHash, ''));
      if (!pathname.includes(kHash) || !existsSync(file)) return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': kTypes[extname(file)] }).end(readFileSync(file));
    }
    if (this.network === 'cut' || pathname.endsWith(`/${this.deaf}`)) return request.socket.destroy();
    if (this.network === 'busy') return response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '2' }).end('{"error":{"code":"unavailable","message":"busy"}}');
    let text = '';
    for await (const chunk of request) text += chunk;
    const [status, answer] = this.#answer(pathname.slice('/staff/api/'.length), text ? JSON.parse(text) : {}, decodeURIComponent(search.slice(1)));
    if (this.network === 'mute') return request.socket.destroy();
    return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }
}

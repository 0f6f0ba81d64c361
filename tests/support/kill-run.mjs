// Servers of one database that are killed (SIGKILL) again and again, at named points and at random, while people buy, join, are
// edited at both platforms and leave; and what has to be true when they are left alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { query, startPostgres, stopPostgres } from './database.mjs';
import { customerRedacted, customerUpdated, memberEdited, smaregiEvent, sold } from './events.mjs';
import { Mailbox } from './mailbox.mjs';
import { freePort, root, until } from './processes.mjs';
import { Shopper, seed } from './seed.mjs';
import { Stack, send } from './stack.mjs';

const kLibrary = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'libkillpoint.so');
const kPlatformPoints = ['before-answer', 'after-answer', 'before-smaregi', 'after-smaregi', 'before-shopify', 'during-shopify', 'after-shopify',
  'before-mail', 'during-mail', 'after-mail'];
const kDatabasePoints = { sqlite: ['before-wal-write', 'before-sync', 'after-sync'], postgresql: ['before-commit', 'during-commit', 'after-commit'] };
const kPointMs = 8_000;  // a point that was not reached by then is tried again later
const kMailPointMs = 40_000;  // the event of who leaves is read behind all the others, five a second
const kTriesAPoint = 3;
const kLivesMs = [20, 1_500];  // of a server that is killed at random
const kMailMs = 100;  // a mail server takes its time
const kStarts = 5;
const kKillsAtOnce = 100;  // then the servers are left alone: what several had leased rests for half a minute
const kRestMs = 600_000;  // the builds and fuzzers of a long run may go on beside it
const kNews = ['smaregi pos:transactions', 'smaregi pos:customers', 'smaregi pos:stock', 'shopify customers/update'];  // of which there are many
const kEditors = 4;
const kBuyers = 3;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isMail = (point) => point?.endsWith('-mail');

export class KillRun {
  /**
   * kills: of all servers together; named: how many of them at points. share: [which, of how many] of the platforms' points are
   * this run's. everyMs: how often somebody does something.
   * @param {{kind: 'sqlite' | 'postgresql', servers: number, kills: number, named: number, share: [number, number], joins: number,
   *   leavings: number, everyMs: {gossip: number, buy: number, edit: number, press: number, leave: number}}} options
   */
  constructor(options) {
    this.options = options;
    const [which, of] = options.share;
    this.points = [...kDatabasePoints[options.kind], ...kPlatformPoints.filter((_, i) => i % of === which)];
    this.mailbox = new Mailbox();
    this.mailbox.pauseMs = kMailMs;
    this.answered = new Map();  // event id → "system type"
    this.deaths = new Map();    // where → how often
    this.pressed = [];          // customers whose joining was acknowledged
    this.leavings = [];
    this.deeds = [];            // begun and not waited for yet
    this.counter = 0;
    this.seconds = {};          // of each part of the run
  }

  async timed(part, work) {
    const began = performance.now();
    await work();
    this.seconds[part] = Math.round((performance.now() - began) / 1000);
  }

  start() { return this.timed('filling', () => this.fill()); }

  async fill() {
    const { kind, servers, joins, leavings } = this.options;
    this.mailPort = await this.mailbox.open(await freePort());
    if (kind === 'postgresql') this.database = startPostgres();
    this.stack = new Stack({ database: this.database, mail: { smtp_url: `smtp://127.0.0.1:${this.mailPort}`, from: 'tsunagi@tsunagi.example' } });
    const { stack } = this;
    await stack.start();
    const joined = leavings + kEditors + kBuyers;
    this.data = await seed(stack, undefined, { products: 4, members: joined + Math.ceil(joined / 5), sales: leavings });
    this.leavers = this.data.joined.slice(0, leavings);
    this.editors = this.data.joined.slice(leavings, leavings + kEditors);
    this.buyers = this.data.joined.slice(leavings + kEditors);
    this.outside = await this.signUp(joins);
    for (const { customer_id: id, pos_member_id: posId } of query(stack, 'select customer_id, pos_member_id from member_link')) {
      this.data.joined.find((member) => String(member.id) === String(id)).pos_id = String(posId);
    }
    await until('the balances of those who will leave', () => query(stack, 'select count(*) as n from card_snapshot where points > 0')[0].n >= leavings, 180_000, 500);  // three reads each, of five a second
    this.slots = [{ server: stack.server, ops: stack.ops, port: stack.serverPort, config: stack.config, process: stack.serverProcess }];
    while (this.slots.length < servers) {
      const peer = await stack.startPeer();
      this.slots.push({ ...peer, port: Number(new URL(peer.server).port) });
    }
    for (const slot of this.slots) {
      await slot.process.stop('SIGKILL');
      slot.dead = true;
    }
  }

  async stop() {
    this.over = true;
    await this.stack?.stop();
    await this.mailbox.close();
    if (this.database) stopPostgres(this.database);
  }

  async signUp(count) {
    const ids = [];
    for (let i = 0; i < count; ++i) {
      const { customerCreate: made } = await this.data.admin('mutation New($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }',
        { input: { firstName: '入会', lastName: `第${i}`, email: `joins${i}.${this.stack.seed}@example.com`, locale: 'ja' } });
      assert.deepEqual(made.userErrors, []);
      ids.push(made.customer.id.split('/').pop());
    }
    return ids;
  }

  // ---- what people and platforms do

  /** An event that nobody sends again: remembered when it was answered with 2xx. */
  async rumour(event) {
    try {
      const reply = await event.send(this.stack.random.pick(this.slots).server);
      if (reply.ok) this.answered.set(event.id, event.what);
      return reply.ok;
    } catch {
      return false;  // the server is down: nothing was promised
    }
  }

  /** Sent until it is taken, as a platform does. */
  async news(event) {
    while (!await this.rumour(event)) await pause(100);
  }

  async gossip() {
    const { stack, data } = this;
    const { random } = stack;
    await this.rumour(random.pick([
      () => memberEdited(stack, random.pick(data.joined).pos_id),
      () => customerUpdated(stack, random.pick(data.joined).id),
      () => smaregiEvent(stack, 'pos:stock', { ids: [{ id: '1', productId: random.pick(data.products).product_id, storeId: String(data.stores[0].storeId) }], action: 'edited' }),
    ])());
  }

  async buy() {
    const { stack, data } = this;
    const sale = await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId),
      member_code: stack.random.pick(this.buyers).code, spend_points: 0, lines: [{ product_code: stack.random.pick(data.products).code, quantity: 1 }] });
    await this.news(sold(stack, String(sale.transaction_head_id)));
  }

  async edit() {
    const { stack, data } = this;
    const member = stack.random.pick(this.editors);
    const value = String(++this.counter).padStart(6, '0');
    const name = stack.random.chance(50);
    if (stack.random.chance(50)) {
      const { customerUpdate: done } = await data.admin('mutation Edit($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }',
        { input: { id: `gid://shopify/Customer/${member.id}`, ...(name ? { lastName: `店${value}` } : { phone: `+818055${value}` }) } });
      assert.deepEqual(done.userErrors, []);
      await this.news(customerUpdated(stack, member.id));
    } else {
      await data.pos('PATCH', `/customers/${member.pos_id}`, name ? { lastName: `棚${value}` } : { phoneNumber: `08066${value}` });
      await this.news(memberEdited(stack, member.pos_id));
    }
  }

  /** One more customer presses 会員になる; whose press was not answered presses again, later. */
  async press() {
    const customer = this.outside.shift();
    if (!customer) return;
    try {
      const shopper = new Shopper(this.stack);
      await shopper.signIn(customer);
      await shopper.join();
      this.pressed.push(customer);
    } catch {
      this.outside.push(customer);
    }
  }

  /** A member with points is withdrawn at the till, or is to be erased. */
  async leave() {
    const member = this.leavers.shift();
    if (!member) return;
    const redacted = this.leavings.length % 2 === 1;
    this.leavings.push({ ...member, redacted });
    if (redacted) await this.news(customerRedacted(this.stack, member.id));
    else {
      await this.data.pos('PATCH', `/customers/${member.pos_id}`, { status: '3' });
      await this.news(memberEdited(this.stack, member.pos_id));
    }
  }

  /** All of that until the killing is over. */
  async live() {
    const every = async (ms, deed) => {
      while (!this.over) await Promise.all([this.resting ? undefined : deed(), pause(ms)]);
    };
    const { gossip, buy, edit, press, leave } = this.options.everyMs;
    const spare = this.points.filter(isMail).length * kTriesAPoint;  // for the points that need somebody who leaves
    await Promise.all([every(gossip, () => this.gossip()), every(buy, () => this.buy()), every(edit, () => this.edit()),
      every(press, () => this.press()), every(leave, async () => { if (this.leavers.length > spare) await this.leave(); })]);
  }

  // ---- the killing

  /** Starts it anew, to die at the point. */
  async begin(slot, point) {
    const { stack } = this;
    const nth = isMail(point) ? 1 : /smaregi|shopify/.test(point ?? '') ? stack.random.between(1, 3) : stack.random.between(2, 12);
    const env = { LD_PRELOAD: kLibrary, KILLPOINT: point, KILLPOINT_NTH: String(nth), KILLPOINT_SERVER: String(slot.port), KILLPOINT_SMAREGI: String(stack.smaregiPort),
      KILLPOINT_SHOPIFY: new URL(stack.shopify.storefront).port, KILLPOINT_MAIL: String(this.mailPort),
      KILLPOINT_POSTGRES: this.database ? new URL(this.database).port : '' };
    slot.dead = false;
    slot.point = point;
    // One that cannot reach its database on a busy machine ends, and whoever supervises it starts it again.
    for (let start = 0; start < kStarts; ++start) {
      slot.process = stack.launch(slot.config, `tsunagi-kill-${this.options.kind}`, point ? env : {});
      await until('the server to be ready or dead', async () => slot.process.exited || (await fetch(`${slot.ops}/readyz`)).ok, 30_000, 25);
      if (!slot.process.exited || (await slot.process.end) === 'SIGKILL') return;
    }
  }

  /** Until it dies at its point; one without a point, or that does not come to it, is killed. */
  async finish(slot) {
    if (slot.dead) return;
    if (isMail(slot.point) && !slot.process.exited) {
      await Promise.all(this.slots.filter((other) => other !== slot && !other.dead).map((other) => this.kill(other)));
      this.deeds.push(this.leave());  // whoever is told of it dies of it
    }
    if (slot.point) await Promise.race([slot.process.end, pause(isMail(slot.point) ? kMailPointMs : kPointMs)]);
    else await Promise.race([slot.process.end, pause(this.stack.random.between(...kLivesMs))]);
    await this.kill(slot);
  }

  async kill(slot) {
    const reached = slot.process.exited;
    assert.ok(!reached || slot.point, `a server died by itself: see ${slot.process.log}`);
    assert.equal(await slot.process.stop('SIGKILL'), 'SIGKILL', `see ${slot.process.log}`);
    const where = reached ? slot.point : 'random';
    slot.dead = true;
    this.deaths.set(where, (this.deaths.get(where) ?? 0) + 1);
  }

  /** At which points to die, in turn; undefined: at random. Some of these in between, all of them at least once. */
  *plan() {
    const { kills, named } = this.options;
    const every = Math.max(1, Math.floor(kills / named));
    for (let i = 0; this.killed < kills; ++i) yield i % every === 0 && i / every < named ? this.points[(i / every) % this.points.length] : undefined;
    for (let i = 0; i < kTriesAPoint; ++i) yield* this.points.filter((point) => !this.deaths.has(point));
  }

  get killed() { return [...this.deaths.values()].reduce((sum, n) => sum + n, 0); }

  async killAll() {
    let turn = 0;
    for (const point of this.plan()) {
      if (this.over) return;
      if (turn > 0 && turn % kKillsAtOnce === 0) await this.timed(`rest ${turn / kKillsAtOnce}`, () => this.rest());
      const slot = this.slots[turn++ % this.slots.length];
      await this.finish(slot);
      await this.begin(slot, point);
    }
    for (const slot of this.slots) await this.finish(slot);
  }

  async run() {
    const living = this.live();
    try {
      await this.timed('killing', () => Promise.race([this.killAll(), living]));  // living ends first only by failing
    } finally {
      this.over = true;
    }
    for (const slot of this.slots) await this.begin(slot);
    await this.timed('joining', () => this.allIn(living));
    await this.timed('draining', () => this.drained());
  }

  drained() {
    return until('the queues to be empty', () => query(this.stack, `select (select count(*) from inbox where state in ('waiting', 'leased'))
      + (select count(*) from outbox where state in ('waiting', 'leased')) as n`)[0].n === 0, kRestMs, 500);
  }

  /** The servers live, and nobody does anything new, until all is worked off. */
  async rest() {
    this.resting = true;
    for (const slot of this.slots) await this.finish(slot);
    for (const slot of this.slots) await this.begin(slot);
    await this.drained();
    this.resting = false;
  }

  async allIn(living) {
    await Promise.all([living, ...this.deeds]);
    await until('everybody to have joined', async () => { await this.press(); return this.outside.length === 0; }, 60_000, 0);
  }

  // ---- what has to be true

  summary() {
    const count = (names) => [...names.reduce((kinds, name) => kinds.set(name, (kinds.get(name) ?? 0) + 1), new Map())].map(([name, n]) => `${name}×${n}`).join(' ');
    return `${this.options.kind} seed ${this.stack.seed}: ${this.killed} kills (${[...this.deaths].map(([name, n]) => `${name}×${n}`).join(' ')}); `
      + `${this.answered.size} events acknowledged (${count([...this.answered.values()])}); ${this.pressed.length} joined; ${this.leavings.length} left, `
      + `${this.mailbox.mails.length} mails, ${this.reviewed().length} in review; seconds: ${Object.entries(this.seconds).map(([part, n]) => `${part} ${n}`).join(', ')}`;
  }

  reviewed() { return query(this.stack, "select item_key as code from outbox where state = 'review'").map(({ code }) => code); }

  async check() {
    for (const point of this.points) assert.ok(this.deaths.has(point), `no server died at ${point}`);
    const least = this.options.kills / 2;
    for (const what of kNews) assert.ok([...this.answered.values()].filter((one) => one === what).length >= least, `fewer than ${least} × ${what} acknowledged`);
    assert.ok(this.leavings.length > this.points.filter(isMail).length && this.pressed.length === this.options.joins, 'people leave and join');
    this.checkQueues();
    this.checkMails();
    await this.checkMembers();
  }

  /** Every event that was acknowledged is there once and done, and nothing was given up. */
  checkQueues() {
    const rowsOf = new Map();
    for (const { event_id: id, system, type, state } of query(this.stack, 'select event_id, system, type, state from inbox')) {
      rowsOf.set(id, [...rowsOf.get(id) ?? [], `${system} ${type} ${state}`]);
    }
    for (const [id, what] of this.answered) assert.deepEqual(rowsOf.get(id), [`${what} done`], `${id} was acknowledged`);
    assert.deepEqual(query(this.stack, "select kind, item_key, error from outbox where state <> 'review' or kind <> 'tell_leaving'"), []);
  }

  /** Of every member who left with points the merchant was told once, or a person is asked whether he was. */
  checkMails() {
    const review = this.reviewed();
    const told = query(this.stack, 'select code from leaving where told_at > 0').map(({ code }) => code);
    assert.deepEqual([...told, ...review].sort(), this.leavings.map(({ code }) => code).sort());
    for (const { code } of this.leavings) {
      const mails = this.mailbox.mails.filter(({ subject }) => subject.endsWith(code)).length;
      assert.ok(review.includes(code) ? mails <= 1 : mails === 1, `${mails} mails about ${code}, ${review.includes(code) ? '' : 'not '}in review`);
    }
  }

  /** One member each at Smaregi, and both platforms and the card say the same. */
  async checkMembers() {
    const { stack, data } = this;
    const members = new Map();
    for (const member of await data.pos('GET', '/customers?limit=1000')) {
      assert.ok(!members.has(member.customerCode), `two members with the code ${member.customerCode}`);
      members.set(member.customerCode, member);
    }
    const everybody = [...data.joined.map(({ id }) => String(id)), ...this.pressed.map(String)];
    assert.equal(members.size, everybody.length, 'one member a customer');
    const repeated = (await stack.requestsOf(stack.smaregi)).filter(({ method, path, status }) => method === 'POST' && path.endsWith('/customers') && ![200, 429].includes(status));
    assert.deepEqual(repeated, [], 'who may be a member already is looked up before it is tried again');
    const redacted = new Set(this.leavings.filter((one) => one.redacted).map(({ id }) => String(id)));
    const withdrawn = new Set(this.leavings.filter((one) => !one.redacted).map(({ id }) => String(id)));
    const links = new Map(query(stack, 'select customer_id, code, pos_member_id, state from member_link').map((row) => [String(row.customer_id), row]));
    assert.deepEqual([...links.keys()].sort(), everybody.filter((id) => !redacted.has(id)).sort());
    const customers = new Map((await send('GET', `${stack.shopify.control}/customers`)).map((row) => [String(row.id), row]));
    for (const id of everybody) {
      const customer = customers.get(id);
      const card = customer.metafields.find(({ key }) => key === 'card');
      const tags = customer.tags.filter((tag) => tag.startsWith('tsunagi:'));
      if (redacted.has(id)) {
        assert.deepEqual([card, tags], [undefined, []], `customer ${id} is forgotten`);
        continue;
      }
      const link = links.get(id);
      const member = members.get(link.code);
      const shown = JSON.parse(card.value);
      assert.equal(String(member.customerId), String(link.pos_member_id));
      if (withdrawn.has(id)) {
        assert.deepEqual([link.state, shown.state, shown.points, tags], ['stopped', 'stopped', 0, []], `customer ${id} withdrew`);
        continue;
      }
      assert.deepEqual([link.state, shown.state, shown.code, tags], ['linked', 'ready', link.code, [`tsunagi:${link.code}`]]);
      const truth = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${link.code}`);
      assert.equal(shown.holder, `${member.lastName} ${member.firstName}`);
      assert.equal(Number(shown.points ?? 0), Number(truth.point), `points of ${link.code}`);
      assert.equal(member.lastName, customer.last_name, `name of ${link.code}`);
      assert.equal((member.phoneNumber ?? '').replace(/\D/g, ''), (customer.phone ?? '').replace('+81', '0'), `phone of ${link.code}`);
    }
  }
}

// One server on SQLite that is killed (SIGKILL) in the middle of its work and started again: it knows that nobody else has what was
// leased, and goes on at once. A second one at the same file is refused; one that starts while the other ends waits for it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { query } from '../support/database.mjs';
import { smaregiEvent } from '../support/events.mjs';
import { freePort, until } from '../support/processes.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';
import { Witness } from '../support/witness.mjs';

const kLongLeaseSeconds = 15;  // what is left of a lease after a kill is more
const kSoonMs = 10_000;        // and a server that goes on at once needs less
const kUnknownProduct = '900001';

/** Between the server and Smaregi: what Smaregi has done nobody hears of, when the server is to die of it. */
class Deadly extends Witness {
  constructor(origin) { super(origin, () => false); }

  /** The server is killed when Smaregi has answered the first such call. @returns {Promise<void>} */
  killAt(method, path) {
    return new Promise((resolve, reject) => {
      this.fatal = { method, path, kill: () => stack.serverProcess.stop('SIGKILL').then(() => resolve(), reject) };
    });
  }

  answers({ method, path }) {
    if (!this.fatal || method !== this.fatal.method || !this.fatal.path.test(path)) return true;
    this.fatal.kill();
    this.fatal = undefined;
    return false;
  }
}

let stack;
let data;
before(async () => {
  stack = new Stack({ witnesses: { smaregi: (origin) => new Deadly(origin), shopify: (origin) => new Witness(origin, () => false) } });
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 6, sales: 0 });
  await stack.settled();
});
after(() => stack?.stop());

const now = () => Date.now() / 1000;

test('an event that was being worked on is done within seconds', async () => {
  const killed = stack.witness.smaregi.killAt('GET', new RegExp(`/pos/stock\\?.*product_id=${kUnknownProduct}`));
  const event = smaregiEvent(stack, 'pos:stock', { ids: [{ id: '1', productId: kUnknownProduct, storeId: '1' }], action: 'edited' });
  assert.ok((await event.send(stack.server)).ok);
  await killed;
  const row = () => query(stack, `select state, due_at, attempts from inbox where event_id = '${event.id}'`)[0];
  const left = row();
  assert.equal(left.state, 'leased');
  assert.ok(left.due_at > now() + kLongLeaseSeconds, 'its lease has long to go');
  await stack.startServer();
  await until('the event to be done', () => row().state === 'done', kSoonMs);
  assert.deepEqual([left.attempts, row().attempts], [1, 2]);
});

test('a member who was being made is looked up within seconds, and is one member', async () => {
  const customer = String(data.unlinked[0].id);
  const path = (to) => proxyPath(stack, to, { customer });
  const { nonce } = await send('GET', stack.server + path('/card.json'));
  const membersBefore = await data.pos('GET', '/customers?limit=1000');
  const killed = stack.witness.smaregi.killAt('POST', /\/pos\/customers$/);
  await send('POST', stack.server + path('/join'), { nonce });
  await killed;
  const [left] = query(stack, `select state, due_at from outbox where kind = 'create_member' and item_key = '${customer}'`);
  assert.equal(left.state, 'leased');
  assert.ok(left.due_at > now() + kLongLeaseSeconds, 'its lease has long to go');
  await stack.startServer();
  await until('the member to be linked', () => query(stack, `select state from member_link where customer_id = ${customer}`)[0].state === 'linked', kSoonMs);
  assert.equal((await data.pos('GET', '/customers?limit=1000')).length, membersBefore.length + 1);
});

async function startSecond(name) {
  const [port, opsPort] = [await freePort(), await freePort()];
  const config = join(stack.folder, `${name}.toml`);
  stack.writeConfig(config, port, opsPort);
  return { ops: `http://127.0.0.1:${opsPort}`, process: stack.launch(config, `tsunagi-${name}-${port}`) };
}

test('a second server at the same file says so and ends; the first goes on, and commands work beside it', async () => {
  const second = await startSecond('refused');
  assert.equal(await second.process.end, 1);
  const file = stack.databaseUrl().replace('sqlite://', '');
  await until('what it says', () => readFileSync(second.process.log, 'utf8').includes(`another tsunagi serve is at ${file} `));
  assert.match(readFileSync(second.process.log, 'utf8'), /10 seconds.*PostgreSQL/);
  assert.ok((await fetch(`${stack.ops}/readyz`)).ok);
  assert.equal((await stack.tool('outbox', '--config', stack.config)).code, 0);
});

test('a server that starts while the one before it ends waits for it', async () => {
  const next = await startSecond('next');
  const opened = () => readdirSync(`/proc/${next.process.child.pid}/fd`).map((fd) => readlinkSync(`/proc/${next.process.child.pid}/fd/${fd}`));
  await until('it to be at the lock', () => opened().some((file) => file.endsWith('.db.lock')));
  await assert.rejects(fetch(`${next.ops}/readyz`), 'it does not listen yet');
  assert.equal(await stack.serverProcess.stop(), 0);
  await stack.serverReady(next.process, next.ops);
});

// What an operator types beside a running server: who is a member, what was given up and why, putting it back, and what
// differs from the platforms. Faults are made at the stand-ins; only what an old copy of the database would hold is written
// into it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { query } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kColumns = 100;
const kPersonal = /example\.com|\+81|"body"/;

const stack = new Stack();
let data;
before(async () => { await stack.start(); data = await seed(stack, undefined, { products: 3, members: 4, sales: 1 }); });
after(() => stack.stop());

/** The command's exit code and its one JSON document. */
async function asked(...args) {
  const { code, out, err } = await stack.tool(...args, '--json', '--config', stack.config);
  assert.doesNotMatch(out + err, kPersonal);
  for (const secret of Object.values(stack.keys)) {
    if (secret.length >= 32) assert.ok(!(out + err).includes(secret), 'a secret is printed');
  }
  assert.ok(out, `${args.join(' ')}: ${code} ${err}`);
  return { code, ...JSON.parse(out) };
}

/** The command's exit code and its table. */
async function printed(...args) {
  const { code, out, err } = await stack.tool(...args, '--config', stack.config);
  assert.doesNotMatch(out + err, kPersonal);
  for (const person of data.customers) assert.ok(!out.includes(person.first_name), 'a name is printed');
  for (const line of out.split('\n')) assert.ok(line.length <= kColumns, line);
  return { code, out, err };
}

const faults = (body) => send('PUT', `${stack.smaregi.control}/faults`, body);
const rowsOf = (report) => report.shops[0].findings.map(({ kind, subject }) => `${kind} ${subject.customer ?? ''}`).sort();

/** Reconciles until nothing is found; says what is. */
async function nothingFound() {
  await stack.settled();
  const now = await asked('reconcile');
  if (now.code !== 0) throw new Error(JSON.stringify(now.shops[0]));
  return now;
}

test('members are listed with their codes and totals', async () => {
  const { code, shops: [shop] } = await asked('members');
  assert.equal(code, 0);
  assert.equal(shop.shop, stack.keys.shop);
  assert.deepEqual(shop.totals, { joining: 0, linked: 4, stopped: 0 });
  assert.deepEqual(shop.members.map((row) => [String(row.customer), row.code]).sort(), data.joined.map((one) => [one.id, one.code]).sort());
  const one = await printed('members', '--code', data.joined[1].code, '--shop', stack.keys.shop);
  assert.match(one.out, new RegExp(`^${data.joined[1].id} +${data.joined[1].code} +\\d+ +linked `, 'm'));
});

test('what is asked wrongly ends with 2, help with 0', async () => {
  assert.equal((await stack.tool('members', '--config', '/nowhere.toml')).code, 2);
  assert.equal((await stack.tool('members', '--limit', '0', '--config', stack.config)).code, 2);
  assert.equal((await stack.tool('dead-letters', 'replay', '--config', stack.config)).code, 2);
  assert.equal((await stack.tool('reconcile', '--shop', 'nobody.myshopify.com', '--config', stack.config)).code, 2);
  const help = await stack.tool('reconcile', '--help');
  assert.equal(help.code, 0);
  assert.match(help.out, /Exit code: 0 fine, 1 drift, dead letters or something to review found, 2/);
});

test('a member that Smaregi refuses lies dead with its cause, and lives when it is put back', async () => {
  await stack.settled();
  assert.equal((await printed('dead-letters')).out, 'no dead letters\n');
  const made = await data.admin(`mutation Customer($input: CustomerInput!) {
    customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input: { lastName: '不運', firstName: '花', email: `late.${stack.seed}@example.com` } });
  const id = made.customerCreate.customer.id.split('/').pop();
  await faults({ status: 400, path: '/*/pos/customers' });
  const shopper = new Shopper(stack);
  await shopper.signIn(id);
  await shopper.join();
  const letters = await until('the write to be given up', async () => { const now = await asked('dead-letters'); return now.code === 1 && now; }, 30_000, 500);
  const [letter] = letters.dead_letters;
  assert.equal(letters.dead_letters.length, 1);
  assert.equal(letter.what, `create_member ${id}`);
  assert.equal(letter.cause.key, 'refused');
  assert.match(letter.error, /^smaregi\.customers\.\w+: status 400/);
  const shown = await printed('dead-letters', '--shop', stack.keys.shop);
  assert.match(shown.out, /原因 +スマレジが内容を受け付けませんでした。\n +cause +Smaregi refuses what was sent\.\n/);
  assert.deepEqual((await asked('outbox', '--state', 'dead')).items.map((item) => item.id), [letter.id]);
  assert.deepEqual((await asked('members', '--waiting')).shops[0].members.map((row) => String(row.customer)), [id]);
  assert.equal((await asked('inbox', '--state', 'done', '--limit', '1')).more, true);

  await faults({});
  const again = await asked('dead-letters', 'replay', '--id', letter.id);
  assert.deepEqual([again.code, again.letters], [0, [{ id: letter.id, outcome: 'replayed' }]]);
  await until('the customer to be a member', async () => (await shopper.card()).state === 'ready', 30_000, 200);
  const twice = await asked('dead-letters', 'replay', '--id', letter.id);
  assert.deepEqual([twice.code, twice.letters[0].outcome], [0, 'not_dead']);
  assert.equal((await asked('dead-letters')).code, 0);
  assert.equal((await printed('dead-letters', 'replay', '--all')).out, 'no dead letters\n');
  assert.deepEqual(query(stack, "select action, subject from audit where actor = 'operator'"), [{ action: 'replay', subject: letter.id.replace(':', ' ') }]);
});

test('what differs from the platforms is found, explained and healed', async () => {
  await stack.settled();
  const clean = await until('nothing to differ', nothingFound, 60_000, 500);
  assert.equal(clean.shops[0].members_compared, 5);
  assert.equal(clean.shops[0].products_compared, 3);
  assert.deepEqual(clean.shops[0].next, {});

  // Nobody tells the server of any of this.
  await faults({ webhooks: { drop: 100 } });
  await send('PUT', `${stack.shopify.control}/webhooks`, { drop: true });
  const [, gone, withdrawn, stale] = data.joined;
  const deleted = await data.admin(`mutation Delete($id: ID!) { customerDelete(input: {id: $id}) { deletedCustomerId userErrors { message } } }`, { id: `gid://shopify/Customer/${gone.id}` });
  assert.deepEqual(deleted.customerDelete.userErrors, []);
  const [{ id: member }] = query(stack, `select pos_member_id as id from member_link where customer_id = ${withdrawn.id}`);
  await data.pos('DELETE', `/customers/${member}`);
  const file = stack.databaseUrl().replace('sqlite://', '');
  // A write that begins as a reader is refused at once when the server has written meanwhile.
  execFileSync('sqlite3', [file, '.timeout 5000', `begin immediate; update card_snapshot set points = 4321 where customer_id = ${stale.id}; commit`]);

  const found = await asked('reconcile');
  assert.equal(found.code, 1, JSON.stringify(found));
  const expected = [`customer_gone ${gone.id}`, `member_gone ${withdrawn.id}`, `points ${stale.id}`, `published_card ${stale.id}`];
  assert.deepEqual(rowsOf(found), expected);
  const points = found.shops[0].findings.find(({ kind }) => kind === 'points');
  assert.deepEqual([points.stored, points.actual, points.heals, points.healed], ['4321', '0', true, false]);
  assert.deepEqual(rowsOf(await asked('reconcile')), expected, 'looking changes nothing');
  const table = await printed('reconcile');
  assert.equal(table.code, 1, table.out);
  assert.match(table.out, new RegExp(`^points  customer ${stale.id}, member \\d+\\n  stored  4321\\n  true    0\\n  --fix   reads the balance anew$`, 'm'));

  const fixed = await asked('reconcile', '--fix');
  assert.equal(fixed.code, 1, JSON.stringify(fixed));
  assert.ok(fixed.shops[0].findings.every(({ healed }) => healed), JSON.stringify(fixed));
  const healed = await until('nothing to differ', nothingFound, 60_000, 500);
  assert.equal(healed.shops[0].members_compared, 5);
  assert.ok((await asked('outbox')).items.some(({ kind, key }) => kind === 'drop_customer' && key === String(gone.id)),
    'the link of the customer who is gone is dropped unless a merge moves it');
  assert.deepEqual((await asked('members', '--customer', withdrawn.id)).shops[0].members.map((row) => row.state), ['stopped']);
  const shopper = new Shopper(stack);
  await shopper.signIn(stale.id);
  const card = await shopper.card();
  assert.equal(card.points, 0, JSON.stringify(card));
  // A customer whose card was healed quickly is found a second time: each healing is told.
  assert.equal(query(stack, "select count(*) as n from audit where actor = 'operator' and action = 'reconcile'")[0].n, fixed.shops[0].findings.length, JSON.stringify(fixed));
});

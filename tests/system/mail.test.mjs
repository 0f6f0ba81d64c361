// The merchant's mail about a member who left with points: it arrives once with what it should say and nobody's name, whatever
// the mail server does; of what nobody can know the outcome a person decides. A real SMTP server on loopback; members leave at
// the till and in Shopify.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kOwner = 'desk@shop.example';
const kKillpoint = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'libkillpoint.so');
const mailbox = new Mailbox();
/** Codes of members whose mail is under way for longer than a test. */
const later = new Set();
let stack;
let data;
let port;
before(async () => {
  port = await freePort();
  stack = new Stack({ mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 5, sales: 5 });
  await until('the cards to have points', async () => (await asked('members')).shops[0].members.length === 5);
});
after(async () => {
  await stack?.stop();
  await mailbox.close();
});

async function asked(...args) {
  const { out, err } = await stack.tool(...args, '--json', '--config', stack.config);
  assert.ok(out, err);
  return JSON.parse(out);
}
const mails = async (state) => (await asked('outbox', '--state', state)).items.filter(({ kind }) => kind === 'tell_leaving');
const mailsTo = (member) => mailbox.mails.filter(({ subject }) => subject.endsWith(member.code));
const reviewed = async (member) => (await asked('review')).review.find(({ what }) => what === `tell_leaving ${member.code}`);
/** All is worked off but what is under way for longer. */
const worked = () => until('the queues to be empty', async () => {
  const items = [...(await asked('inbox')).items, ...(await asked('outbox')).items];
  return items.every(({ state, key }) => state === 'dead' || state === 'review' || later.has(key));
}, 20_000, 200);
/** What the member has, as Smaregi says, once the card shows it. */
async function balance(member) {
  const found = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${member.code}`);
  assert.ok(Number(found.point) > 0, 'the member has points');
  await until('the points on the card', async () => (await published(member)).points === Number(found.point), 20_000, 200);
  return { id: String(found.customer_id), points: Number(found.point).toLocaleString('en-US') };
}
async function published(member) {
  const rows = await send('GET', `${stack.shopify.control}/customers`);
  return JSON.parse(rows.find(({ id }) => String(id) === String(member.id)).metafields.find(({ key }) => key === 'card').value);
}
const redact = (member) => send('POST', `${stack.shopify.control}/webhooks/fire`, { topic: 'customers/redact', customer: Number(member.id) });

test('while the mail server is down a mail waits, then it arrives once with code and balance', async () => {
  const [member] = data.joined;
  const { id, points } = await balance(member);
  await data.pos('PATCH', `/customers/${id}`, { status: '3' });
  const waiting = await until('the mail to fail', async () => (await mails('waiting')).find(({ error }) => error === 'mail: connection'), 30_000, 200);
  assert.equal(waiting.key, member.code);
  await mailbox.open(port);
  const mail = await until('the mail', () => mailsTo(member)[0], 90_000, 100);
  assert.equal(mail.headers.to, `<${(await data.admin('{ shop { email } }')).shop.email}>`, 'the shop’s address in Shopify');
  assert.equal(mail.headers.from, 'Tsunagi <tsunagi@tsunagi.example>');
  assert.equal(mail.subject, `残高のある会員がいなくなりました / A member with points has left: ${member.code}`);
  for (const part of [`会員コード: ${member.code}`, `残高: ${points} pt`, `Member code: ${member.code}`, `Balance: ${points} pt`, 'スマレジで会員が退会になりました', 'was withdrawn in Smaregi', stack.keys.shop]) {
    assert.ok(mail.text.includes(part), `${part} in\n${mail.text}`);
  }
  for (const person of data.customers) {
    for (const name of [person.first_name, person.last_name, '+8190', 'member1.']) assert.ok(!mail.raw.includes(name) && !mail.text.includes(name), `${name} is told`);
  }
  assert.equal(new Set(mail.names).size, mail.names.length, 'no header twice');
  await worked();
  assert.deepEqual(await mails('waiting'), []);
  const card = await until('the card to be stopped', async () => { const now = await published(member); return now.state === 'stopped' && now; }, 20_000, 200);
  assert.deepEqual([card.holder, card.points, card.has_points], ['', 0, false]);
  assert.equal(mailbox.mails.length, 1);
});

// What becomes of these two is seen below: a mail server is waited for 20 s.
test('the server dies while it sends a mail, and of another the mail server never says that it has it', async () => {
  const [, , , killed, silent] = data.joined;
  await balance(killed);
  await balance(silent);
  await stack.serverProcess.stop();
  await stack.startServer({ LD_PRELOAD: kKillpoint, KILLPOINT: 'during-mail', KILLPOINT_MAIL: String(port) });
  later.add(killed.code);
  await redact(killed);
  await until('the server to die', () => stack.serverProcess.exited, 30_000);
  await stack.startServer();
  mailbox.silent = ({ subject }) => subject.endsWith(silent.code);
  later.add(silent.code);
  await redact(silent);
  await until('the mail that is not answered', () => mailsTo(silent).length > 0, 30_000, 100);
});

test('a mail whose answer is lost goes out again only when the merchant says so, recognisable by its id', async () => {
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, notify_mail: kOwner });
  const member = data.joined[1];
  await balance(member);
  mailbox.hangUps = 1;
  await redact(member);
  const found = await until('the mail to be in review', () => reviewed(member), 30_000, 200);
  assert.equal(found.cause.key, 'unanswered');
  assert.equal((await stack.tool('review', '--config', stack.config)).code, 1);
  const status = await data.merchant('GET', '/status');
  assert.ok(!status.in_step && status.problems.some(({ code }) => code === 'review'));
  const row = status.review.find(({ key }) => key === member.code);
  assert.equal(row.cause, 'unanswered');
  const { checks } = await data.merchant('GET', '/health');
  assert.equal(checks.find(({ name }) => name === 'review').state, 'broken');
  assert.match(await (await fetch(`${stack.ops}/metrics`)).text(), /^tsunagi_queue_review\{queue="outbox"\} [12]$/m);
  assert.deepEqual(mailsTo(member), [], 'nothing goes out again by itself');
  const left = await data.merchant('POST', '/review', { id: row.id, verdict: 'again' });
  assert.ok(!left.review.some(({ key }) => key === member.code));
  const mail = await until('the mail', () => mailsTo(member)[0], 30_000, 100);
  assert.equal(mail.headers.to, `<${kOwner}>`, 'where the merchant wants it');
  assert.equal(mail.headers['message-id'], mailbox.hungUpOn.headers['message-id']);
  assert.equal(mail.raw, mailbox.hungUpOn.raw);
  assert.match(mail.text, /Shopifyで顧客データの消去が求められました/);
});

test('a mail that is refused is a dead letter with its cause, and arrives when it is put back', async () => {
  const member = data.joined[2];
  await balance(member);
  mailbox.refuse = `no mailbox for ${member.first_name}`;
  await redact(member);
  const [letter] = await until('the mail to be given up', async () => { const { dead_letters: dead } = await asked('dead-letters'); return dead.length > 0 && dead; }, 60_000, 300);
  assert.equal(letter.what, `tell_leaving ${member.code}`);
  assert.equal(letter.cause.key, 'mail_refused');
  assert.equal(letter.error, 'mail: refused (550)', 'and not what the mail server says');
  mailbox.refuse = '';
  await asked('dead-letters', 'replay', '--id', letter.id);
  await until('the mail', () => mailsTo(member)[0], 30_000, 100);
  await worked();
  assert.equal(mailsTo(member).length, 1);
});

test('a customer deleted in Shopify who was redacted is not told of twice', async () => {
  await redact(data.joined[2]);
  await worked();
  assert.equal(mailsTo(data.joined[2]).length, 1);
});

test('a mail of which nobody knows whether it went is never sent twice, and is reviewed until a person decides', async () => {
  const [, , , killed, silent] = data.joined;
  for (const [member, cause] of [[silent, 'unanswered'], [killed, 'interrupted']]) {
    const found = await until(`the mail to be in review: ${cause}`, () => reviewed(member), 60_000, 300);
    assert.equal(found.cause.key, cause);
    const settled = await asked('review', 'settle', '--done', '--id', found.id);
    assert.deepEqual(settled.review, [{ id: found.id, outcome: 'closed' }]);
  }
  later.clear();
  await worked();
  assert.equal((await asked('review')).review.length, 0);
  assert.deepEqual([mailsTo(killed).length, mailsTo(silent).length], [1, 1]);
});

test('check says what is wrong with the mail server, and without TLS nothing is said to a stranger', async () => {
  const config = readFileSync(stack.config, 'utf8');
  const checked = async (url) => {
    const file = stack.config.replace('.toml', '.check.toml');
    writeFileSync(file, config.replace(/smtp_url = ".*"/, `smtp_url = "${url}"`).replace(/listen = "127.0.0.1:\d+"/g, 'listen = "127.0.0.1:0"'));
    return (await stack.tool('check', '--config', file)).out.split('\n').find((line) => line.startsWith('mail'));
  };
  assert.match(await checked(`smtp://127.0.0.1:${port}`), /^mail +ok/);
  assert.match(await checked('smtp://127.0.0.1:1'), /^mail +wrong: mail: connection/);
  const untrusted = new Mailbox();
  const secure = await untrusted.open(await freePort(), { secure: true, disabledCommands: [] });
  assert.match(await checked(`smtps://localhost:${secure}`), /^mail +wrong: mail: no TLS that can be trusted/);
  await untrusted.close();
  const machine = hostname();
  const known = await lookup(machine).catch(() => undefined);
  if (known && !known.address.startsWith('127.') && known.family === 4) {
    const open = new Mailbox();
    const plain = await open.open(await freePort(), {}, known.address);
    assert.match(await checked(`smtp://${machine}:${plain}`), /^mail +wrong: mail: no TLS that can be trusted/);
    assert.equal(open.attempts, 0);
    await open.close();
  }
});

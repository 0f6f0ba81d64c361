// Many at once, slow and dead neighbours: what one shopper, one attacker or one platform does must not reach the others.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { codeAtSmaregi } from '../support/journey.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kThreads = 128;
const stack = new Stack({ relaySmaregi: true, threads: kThreads });
let data;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 7, sales: 2 });
});
after(() => stack.stop());

const cardOf = (index) => stack.server + proxyPath(stack, '/card.json', { customer: String(data.joined[index].id) });
const smaregiRequests = () => stack.requestsOf(stack.smaregi);
/** The server knows nothing but its database, and the log of calls begins with its start. */
const restartCold = async () => {
  await stack.serverProcess.stop();
  await send('DELETE', `${stack.smaregi.control}/requests`);
  await stack.startServer();
};
async function timed(url) {
  const started = performance.now();
  const reply = await fetch(url);
  const body = await reply.json();
  return { status: reply.status, body, ms: performance.now() - started };
}
const kFreshWithinMs = 30_000;  // after Smaregi is back
const kLateMs = 500;  // a second lookup would have begun by then
const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

test('200 cold requests at once for one member cost one token call and one lookup of each kind', async () => {
  const member = data.joined.length - 1;
  const { customerId } = await codeAtSmaregi(stack, data.joined[member].code);
  await stack.settled();
  await restartCold();
  const url = cardOf(member);
  const replies = await Promise.all(Array.from({ length: 200 }, () => timed(url)));
  assert.ok(replies.every((reply) => reply.status === 200 && reply.body.customer === String(data.joined[member].id)));
  // The answers came from the book; the lookup they share lands soon after.
  await until('the lookup of the member', async () => (await smaregiRequests()).some(({ path, query }) => path.includes('/customers/point') && JSON.stringify(query).includes(customerId)));
  await new Promise((resolve) => setTimeout(resolve, kLateMs));
  // A call that Smaregi throttled (this test's own looks share its limit) is asked again: it cost nothing.
  const calls = (await smaregiRequests()).filter(({ status }) => status !== 429).map(({ method, path, query }) => `${method} ${path}?${typeof query === 'string' ? query : new URLSearchParams(query)}`);
  const count = (...words) => calls.filter((call) => words.every((word) => call.includes(word))).length;
  assert.equal(count('/token?'), 1, calls.join('\n'));
  assert.equal(count('/customers/point?', `customer_id=${customerId}`), 1, calls.join('\n'));
  assert.equal(count(`/customers/${customerId}?`), 1, calls.join('\n'));
});

test('half-sent requests on four times the pool and a Smaregi that takes 10 s leave the others under a second', async () => {
  await send('PUT', `${stack.smaregi.control}/faults`, { delay_ms: 10_000, remaining: 100_000 });
  const slow = Array.from({ length: 4 * kThreads }, () => {
    const socket = connect(stack.serverPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /proxy/card.json?shop=x HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    return socket;
  });
  const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('a')), 300);
  try {
    const times = [];
    const deadline = Date.now() + 6_000;
    while (Date.now() < deadline) {
      const replies = await Promise.all(data.joined.map((_, i) => timed(cardOf(i))));
      for (const reply of replies) {
        assert.equal(reply.status, 200);
        times.push(reply.ms);
      }
    }
    const p99 = percentile(times, 0.99);
    console.log(`# ${times.length} requests beside ${slow.length} slow clients: p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
    assert.ok(p99 <= 1_000, `p99 ${p99} ms`);
  } finally {
    clearInterval(drip);
    slow.forEach((socket) => socket.destroy());
    await send('PUT', `${stack.smaregi.control}/faults`, {});
  }
});

test('Smaregi goes down and comes back under load: no error for the shopper, old figures marked, fresh within 30 s', async () => {
  await until('a fresh card', async () => (await timed(cardOf(0))).body.state === 'ready', 30_000);
  await stack.smaregiRelay.close();
  let stale = 0;
  let served = 0;
  const down = Date.now() + 8_000;
  while (Date.now() < down) {
    for (const reply of await Promise.all(data.joined.map((_, i) => timed(cardOf(i))))) {
      assert.ok(reply.status < 500, `${reply.status}`);
      assert.ok(reply.body.code, 'the barcode is never lost');
      assert.ok(reply.body.as_of > 0, 'the last figures keep their time');
      if (reply.body.state === 'stale') ++stale;
      ++served;
    }
  }
  assert.ok(stale > 0, `none of ${served} answers said that it could not be checked`);
  await stack.smaregiRelay.open();
  const back = Date.now();
  // No `until` here: it would ask again after an answer that no shopper may get.
  for (let fresh = false; !fresh; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const replies = await Promise.all(data.joined.map((_, i) => timed(cardOf(i))));
    for (const { status, body } of replies) {
      assert.ok(status < 500, `${status} while it comes back`);
      assert.ok(body.code, 'the barcode is there while it comes back');
    }
    fresh = replies.every(({ status, body }) => status === 200 && body.state === 'ready' && body.as_of * 1000 >= back - 1_000);
    assert.ok(fresh || Date.now() - back <= kFreshWithinMs, `not fresh: ${JSON.stringify(replies.map(({ body }) => [body.state, body.as_of]))}`);
  }
  console.log(`# ${served} answers while down, ${stale} marked; fresh ${((Date.now() - back) / 1000).toFixed(1)} s after`);
});

// Query cost, the leaky bucket, and failures on command.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bucket } from '../api/cost.mjs';
import { postGraphql, startSandbox } from './helpers.mjs';

test('a bucket leaks and fills', () => {
  let now = 0;
  const bucket = new Bucket({ maximum: 2000, restoreRate: 100 }, () => now);
  assert.ok(bucket.take(2000));
  assert.ok(!bucket.take(1));
  now += 1000;
  assert.equal(bucket.available(), 100);
  assert.ok(bucket.take(100));
  now += 3_600_000;
  assert.equal(bucket.available(), 2000);
  bucket.giveBack(50);
  assert.equal(bucket.available(), 2000);
});

test('cost: object 1, scalar 0, mutation 10, connections by their size', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  for (const [query, requested] of /** @type {[string, number][]} */ ([
    ['{ shop { name } }', 1], ['{ shop { name primaryDomain { host } } }', 2], ['{ customers(first: 10) { nodes { id } } }', 12],
    ['{ customers(first: 10) { edges { cursor node { id } } pageInfo { hasNextPage } } }', 12],
    ['mutation { customerCreate(input: {firstName: "A"}) { customer { id } userErrors { message } } }', 10],
    ['query($n: Int!) { customers(first: $n) { nodes { defaultEmailAddress { emailAddress } } } }', 2 + 2 * 7],
  ])) {
    const { extensions } = await sandbox.graphql(token, query, { n: 7 });
    assert.equal(extensions.cost.requestedQueryCost, requested, query);
    assert.ok(extensions.cost.actualQueryCost <= requested);
    assert.deepEqual([extensions.cost.throttleStatus.maximumAvailable, extensions.cost.throttleStatus.restoreRate], [2000, 100]);
  }
});

test('a query that costs too much, or pages without a size, is refused', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  const dear = await sandbox.graphql(token, '{ customers(first: 250) { nodes { metafields(first: 20) { nodes { key } } } } }');
  assert.equal(dear.errors[0].extensions.code, 'MAX_COST_EXCEEDED');
  assert.match((await sandbox.graphql(token, '{ customers { nodes { id } } }')).errors[0].message, /must provide one of first or last/);
  assert.match((await sandbox.graphql(token, '{ customers(first: 251) { nodes { id } } }')).errors[0].message, /between 0 and 250/);
});

test('too many points at once answer THROTTLED with 200', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  await sandbox.put('/_sandbox/app', { bucket: 20, restore_rate: 1 });
  const create = 'mutation { customerCreate(input: {firstName: "A"}) { userErrors { message } } }';
  await sandbox.graphql(token, create);
  await sandbox.graphql(token, create);
  const reply = await postGraphql(sandbox.ready.admin_api, token, create);
  const answer = await reply.json();
  assert.equal(reply.status, 200);
  assert.equal(answer.errors[0].extensions.code, 'THROTTLED');
  assert.equal(answer.data, undefined);
  assert.equal(answer.extensions.cost.requestedQueryCost, 10);
  assert.equal(sandbox.box.store.customers.size, 2);
});

test('faults: status, drop, half a body, HTML, throttle, as often as told and only on their path', async (t) => {
  const sandbox = await startSandbox(t);
  const token = sandbox.token();
  const ask = () => postGraphql(sandbox.ready.admin_api, token, '{ shop { name } }');
  const fault = (/** @type {object} */ rule) => sandbox.put('/_sandbox/faults', { path: '/_shops/', remaining: 1, ...rule });
  await fault({ status: 429, retry_after: 3 });
  const limited = await ask();
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '3']);
  assert.equal((await ask()).status, 200, 'once');
  await fault({ drop: true });
  await assert.rejects(ask());
  await fault({ half_body: true });
  await assert.rejects(ask().then((reply) => reply.json()));
  await fault({ html: true });
  assert.match(await (await ask()).text(), /^<!doctype html>/);
  await fault({ throttle: true });
  assert.equal((await (await ask()).json()).errors[0].extensions.code, 'THROTTLED');
  await fault({ status: 500, remaining: 5 });
  assert.equal((await sandbox.get('/pages/about')).status, 200, 'another path');
  assert.equal((await ask()).status, 500);
  await sandbox.get('/_sandbox/faults', { method: 'DELETE' });
  assert.equal((await ask()).status, 200);
  const wrong = await sandbox.get('/_sandbox/faults', { method: 'PUT', body: '{"satus":500}' });
  assert.equal(wrong.status, 400);
});

test('the request log can be read and emptied', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.graphql(sandbox.token(), 'query Who { shop { name } }');
  await sandbox.get('/pages/about?x=1');
  const log = await (await sandbox.get('/_sandbox/requests')).json();
  assert.deepEqual(log.map((/** @type {any} */ one) => [one.kind, one.method, one.status]), [['admin-graphql', 'POST', 200], ['page', 'GET', 200]]);
  assert.deepEqual([log[0].operation, log[0].fields, log[0].cost, log[1].query], ['Who', ['shop'], { requested: 1, actual: 1 }, '?x=1']);
  await sandbox.get('/_sandbox/requests', { method: 'DELETE' });
  assert.deepEqual(await (await sandbox.get('/_sandbox/requests')).json(), []);
});

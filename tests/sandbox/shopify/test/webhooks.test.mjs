// Webhooks: signature, headers, retries with the original payload, faults, compliance topics.
import assert from 'node:assert/strict';
import test from 'node:test';
import { webhookHmac } from '../lib/signing.mjs';
import { addCustomer, kSecret, startSandbox } from './helpers.mjs';

const kUpdate = 'mutation($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }';

/** An installed app and a customer, with nothing on its way. @param {import('node:test').TestContext} t */
async function installed(t) {
  const sandbox = await startSandbox(t);
  const token = await sandbox.appToken();
  const customer = await addCustomer(sandbox, token, { lastName: '佐藤', email: 'a@example.com' });
  await sandbox.box.webhooks.idle();
  sandbox.seen.length = 0;
  const update = (/** @type {object} */ input) => sandbox.graphql(token, kUpdate, { input: { id: customer.gid, ...input } });
  return { ...sandbox, token, customer, update };
}

test('customers/update carries the headers and a signature over the raw body', async (t) => {
  const { box, seen, update, customer, ready } = await installed(t);
  await update({ lastName: '鈴木' });
  await box.webhooks.idle();
  assert.equal(seen.length, 1);
  const [{ headers, body, url, method }] = seen;
  assert.equal(method, 'POST');
  assert.equal(url.pathname, '/webhooks/shopify');
  assert.equal(headers['x-shopify-topic'], 'customers/update');
  assert.equal(headers['x-shopify-shop-domain'], ready.shop);
  assert.equal(headers['x-shopify-api-version'], '2026-10');
  for (const name of ['x-shopify-webhook-id', 'x-shopify-event-id', 'x-shopify-triggered-at']) assert.ok(headers[name], name);
  assert.equal(headers['x-shopify-hmac-sha256'], webhookHmac(body, kSecret));
  assert.deepEqual([JSON.parse(body).id, JSON.parse(body).last_name], [customer.id, '鈴木']);
});

test('create is not subscribed; tags, delete and merge tell what shopify.app.toml asks for', async (t) => {
  const { box, seen, token, customer, graphql } = await installed(t);
  await graphql(token, `mutation { tagsAdd(id: "${customer.gid}", tags: ["gold"]) { userErrors { message } } }`);
  await graphql(token, `mutation { tagsAdd(id: "${customer.gid}", tags: ["gold"]) { userErrors { message } } }`);
  await graphql(token, `mutation { customerDelete(input: {id: "${customer.gid}"}) { deletedCustomerId } }`);
  await box.webhooks.idle();
  assert.deepEqual(seen.map((one) => one.headers['x-shopify-topic']).sort(), ['customers/delete', 'customers/update']);
});

test('a failed delivery is tried again with the original payload and the same id', async (t) => {
  const { box, seen, app, put, update } = await installed(t);
  await put('/_sandbox/webhooks', { backoff_ms: 1 });
  let answers = [500, 302, 200];
  app.answer = () => ({ status: answers.shift() ?? 200 });
  await update({ lastName: '一' });
  await box.webhooks.idle();
  assert.equal(seen.length, 3);
  assert.equal(new Set(seen.map((one) => one.body)).size, 1);
  assert.equal(new Set(seen.map((one) => one.headers['x-shopify-webhook-id'])).size, 1);
  const [delivery] = box.webhooks.log.slice(-1);
  assert.deepEqual(delivery.attempts.map((one) => one.status), [500, 302, 200]);
  answers = Array(9).fill(503);
  seen.length = 0;
  await update({ lastName: '二' });
  await box.webhooks.idle();
  assert.equal(seen.length, 9, 'one try and eight retries');
  assert.equal(box.webhooks.log.at(-1)?.ok, false);
});

test('an answer that takes too long is a failure', async (t) => {
  const { box, seen, app, put, update } = await installed(t);
  await put('/_sandbox/webhooks', { backoff_ms: 1, timeout_ms: 50 });
  app.answer = () => (seen.length === 1 ? new Promise(() => {}) : { status: 200 });
  await update({ lastName: '一' });
  await box.webhooks.idle();
  assert.equal(seen.length, 2);
  assert.match(box.webhooks.log.at(-1)?.attempts[0].error ?? '', /timeout/);
});

test('faults: drop, double, wrong signature, shuffle', async (t) => {
  const { box, seen, put, update } = await installed(t);
  await put('/_sandbox/webhooks', { drop: 1 });
  await update({ lastName: '一' });
  await update({ lastName: '二' });
  await box.webhooks.idle();
  assert.deepEqual(seen.map((one) => JSON.parse(one.body).last_name), ['二']);
  seen.length = 0;
  await put('/_sandbox/webhooks', { double: true });
  await update({ lastName: '三' });
  await box.webhooks.idle();
  assert.equal(seen.length, 2);
  assert.equal(seen[0].headers['x-shopify-webhook-id'], seen[1].headers['x-shopify-webhook-id']);
  seen.length = 0;
  await put('/_sandbox/webhooks', { double: false, wrong: true });
  await update({ lastName: '四' });
  await box.webhooks.idle();
  assert.notEqual(seen[0].headers['x-shopify-hmac-sha256'], webhookHmac(seen[0].body, kSecret));
  seen.length = 0;
  await put('/_sandbox/webhooks', { wrong: false, shuffle: true });
  for (const lastName of ['五', '六', '七']) await update({ lastName });
  await box.webhooks.idle();
  assert.deepEqual(seen.map((one) => JSON.parse(one.body).last_name), ['七', '六', '五']);
});

test('compliance topics come on command, installed or not', async (t) => {
  const { box, seen, put, customer, url, ready } = await installed(t);
  const fire = (/** @type {object} */ body) => fetch(url('/_sandbox/webhooks/fire'), { method: 'POST', body: JSON.stringify(body) });
  await fire({ topic: 'customers/data_request', customer: customer.id });
  await fire({ topic: 'customers/redact', customer: customer.id });
  await put('/_sandbox/app', { installed: false });
  await box.webhooks.idle();
  await fire({ topic: 'shop/redact' });
  await box.webhooks.idle();
  const byTopic = Object.fromEntries(seen.map((one) => [one.headers['x-shopify-topic'], JSON.parse(one.body)]));
  assert.equal(byTopic['customers/data_request'].customer.id, customer.id);
  assert.deepEqual(byTopic['customers/redact'].orders_to_redact, []);
  assert.deepEqual(byTopic['shop/redact'], { shop_id: ready.shop_id, shop_domain: ready.shop });
  assert.equal((await fire({ topic: 'orders/create' })).status, 400);
});

test('nothing is sent to an app that is not installed', async (t) => {
  const sandbox = await startSandbox(t);
  await addCustomer(sandbox, sandbox.token(), { lastName: '佐藤' });
  await sandbox.box.webhooks.idle();
  assert.equal(sandbox.seen.length, 0);
});

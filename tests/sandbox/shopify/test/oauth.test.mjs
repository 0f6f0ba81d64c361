// Session tokens, token exchange, refresh with rotation, uninstall.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { sessionClaims, signJwt } from '../lib/signing.mjs';
import { exchange, kSecret, postGraphql, postToken, sessionToken, startSandbox } from './helpers.mjs';

/** @param {any} sandbox @param {string} token */
const works = async (sandbox, token) => (await postGraphql(sandbox.ready.admin_api, token, '{ shop { name } }')).status === 200;

/** @param {any} sandbox @param {string} token */
const refresh = (sandbox, token) => postToken(sandbox.ready, {
  client_id: sandbox.box.clientId, client_secret: kSecret, grant_type: 'refresh_token', refresh_token: token,
});

test('token exchange gives an expiring token with the granted scopes', async (t) => {
  const sandbox = await startSandbox(t);
  const answer = await exchange(sandbox.ready, sandbox.box);
  assert.equal(answer.expires_in, 3600);
  assert.equal(answer.refresh_token_expires_in, 90 * 24 * 3600);
  const wanted = /scopes = "([^"]+)"/.exec(readFileSync(new URL('../../../../shopify.app.toml', import.meta.url), 'utf8'))?.[1] ?? '';
  assert.equal(answer.scope, wanted);
  assert.ok(await works(sandbox, answer.access_token));
  const scopes = await sandbox.graphql(answer.access_token, '{ currentAppInstallation { accessScopes { handle } } }');
  assert.deepEqual(scopes.data.currentAppInstallation.accessScopes.map((/** @type {any} */ one) => one.handle), wanted.split(','));
});

test('session tokens are checked claim by claim', async (t) => {
  const sandbox = await startSandbox(t);
  await sessionToken(sandbox.ready, sandbox.box); // installs
  const now = sandbox.box.now();
  const claims = sessionClaims({ shop: sandbox.ready.shop, clientId: sandbox.box.clientId, userId: 1, now });
  for (const [changes, why] of /** @type {[object, RegExp][]} */ ([
    [{ exp: now - 11 }, /expired/], [{ nbf: now + 60 }, /not valid yet/], [{ aud: 'another' }, /another app/],
    [{ dest: 'https://other.myshopify.com' }, /another shop/], [{ iss: 'https://other.myshopify.com/admin' }, /another issuer/], [{ exp: undefined }, /expired/],
  ])) {
    const answer = await exchange(sandbox.ready, sandbox.box, { subject_token: signJwt({ ...claims, ...changes }, kSecret) });
    assert.equal(answer.error, 'invalid_subject_token');
    assert.match(answer.error_description, why);
  }
  const forged = await exchange(sandbox.ready, sandbox.box, { subject_token: signJwt(claims, 'guess') });
  assert.match(forged.error_description, /wrong signature/);
  const [, body] = signJwt(claims, kSecret).split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  assert.match((await exchange(sandbox.ready, sandbox.box, { subject_token: none })).error_description, /HS256/);
});

test('the request of an exchange is checked field by field', async (t) => {
  const sandbox = await startSandbox(t);
  for (const [changes, error] of /** @type {[object, string][]} */ ([
    [{ client_secret: 'wrong' }, 'invalid_client'], [{ client_id: 'wrong' }, 'invalid_client'], [{ expiring: undefined }, 'invalid_request'],
    [{ subject_token_type: 'jwt' }, 'invalid_request'], [{ requested_token_type: 'any' }, 'invalid_request'], [{ grant_type: 'password' }, 'unsupported_grant_type'],
  ])) {
    assert.equal((await exchange(sandbox.ready, sandbox.box, changes)).error, error, JSON.stringify(changes));
  }
});

test('refresh rotates; the previous refresh token works until the new one is first used', async (t) => {
  const sandbox = await startSandbox(t);
  const first = await exchange(sandbox.ready, sandbox.box);
  const second = await (await refresh(sandbox, first.refresh_token)).json();
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.ok(await works(sandbox, second.access_token));
  // The answer was lost: the same refresh token serves again.
  const retried = await (await refresh(sandbox, first.refresh_token)).json();
  assert.ok(await works(sandbox, retried.access_token));
  assert.equal((await refresh(sandbox, second.refresh_token)).status, 400, 'replaced by the retry');
  const third = await (await refresh(sandbox, retried.refresh_token)).json();
  assert.ok(await works(sandbox, third.access_token));
  const late = await refresh(sandbox, first.refresh_token);
  assert.equal(late.status, 400);
  assert.equal((await late.json()).error, 'invalid_grant');
});

test('tokens end', async (t) => {
  let now = 1_790_000_000;
  const sandbox = await startSandbox(t, { now: () => now });
  const { access_token: token, refresh_token: renewal } = await exchange(sandbox.ready, sandbox.box);
  now += 3599;
  assert.ok(await works(sandbox, token));
  now += 1;
  assert.ok(!(await works(sandbox, token)));
  assert.equal((await refresh(sandbox, renewal)).status, 200);
});

test('the lifetime of tokens can be made short', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.put('/_sandbox/app', { token_seconds: 5 });
  assert.equal((await exchange(sandbox.ready, sandbox.box)).expires_in, 5);
});

test('uninstall ends every token of the app and tells it; reinstall works', async (t) => {
  const sandbox = await startSandbox(t);
  const { access_token: token, refresh_token: renewal } = await exchange(sandbox.ready, sandbox.box);
  const merchant = sandbox.token();
  await sandbox.put('/_sandbox/app', { installed: false });
  await sandbox.box.webhooks.idle();
  assert.equal(sandbox.seen.at(-1)?.headers['x-shopify-topic'], 'app/uninstalled');
  assert.equal(JSON.parse(sandbox.seen.at(-1)?.body ?? '').id, sandbox.ready.shop_id);
  assert.ok(!(await works(sandbox, token)));
  assert.ok(await works(sandbox, merchant));
  assert.equal((await refresh(sandbox, renewal)).status, 400);
  const claims = sessionClaims({ shop: sandbox.ready.shop, clientId: sandbox.box.clientId, userId: 1, now: sandbox.box.now() });
  const gone = await postToken(sandbox.ready, { client_id: sandbox.box.clientId, client_secret: kSecret, grant_type: 'refresh_token', subject_token: signJwt(claims, kSecret) });
  assert.equal((await gone.json()).error, 'app_not_installed');
  assert.equal((await sandbox.get('/apps/tsunagi/card')).status, 404);
  assert.ok(await works(sandbox, (await exchange(sandbox.ready, sandbox.box)).access_token));
});

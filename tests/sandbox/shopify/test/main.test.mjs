// The program itself: the ready line, its options, a clean end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const kMain = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** @param {string[]} args */
const start = (args) => spawn(process.execPath, [kMain, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('one line of JSON says where everything is', async (t) => {
  const child = start(['--app-url', 'http://127.0.0.1:9', '--client-id', 'id', '--client-secret', 'hush', '--seed', '5', '--shop', 'kissa.myshopify.com']);
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const ready = JSON.parse(line);
  assert.deepEqual(Object.keys(ready), ['storefront', 'admin', 'app_page', 'admin_url', 'admin_api', 'storefront_api', 'app_bridge_url', 'cdn', 'control', 'shop', 'shop_id', 'client_id', 'app_id', 'port']);
  assert.deepEqual([ready.shop, ready.client_id, ready.storefront], ['kissa.myshopify.com', 'id', `http://127.0.0.1:${ready.port}`]);
  assert.equal(ready.admin_api, `${ready.admin_url.replace('{shop}', ready.shop)}/admin/api/2026-10/graphql.json`);
  for (const address of [ready.app_page, ready.app_bridge_url, `${ready.control}/app`, ready.storefront]) assert.equal((await fetch(address)).status, 200, address);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('wrong options are named', async () => {
  for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
    [['--client-secret', 'x'], /--app-url must be/], [['--app-url', 'https://example.com', '--client-secret', 'x'], /--app-url must be/],
    [['--app-url', 'http://127.0.0.1:9', '--client-secret', 'x', '--seed', 'a'], /--seed must be a number/],
    [['--app-url', 'http://127.0.0.1:9', '--client-secret', 'x', '--shop', 'example.com'], /--shop must be/], [['--nope'], /nope/],
  ])) {
    const child = start(args);
    let said = '';
    child.stderr.on('data', (part) => { said += part; });
    assert.deepEqual(await once(child, 'close'), [1, null]);
    assert.match(said, message);
  }
});

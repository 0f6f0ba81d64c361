// The shipped browser module: equal to the native views byte for byte, without imports, and fit to live on a page.
//   ninja -C build/wasm tsunagi_module && ninja -C build/debug core_render && node --test tests/core/module.test.mjs
// SEED=123 repeats a run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { generatedInputs, renderNatively } from '../support/inputs.mjs';

const root = new URL('../../', import.meta.url);
const loaderUrl = new URL('wasm/bindings/tsunagi-core.js', root);
const shipped = new URL('theme-extension/assets/tsunagi.wasm', root);
const bytes = readFileSync(shipped);
const { load } = await import(loaderUrl);

const INPUTS = 1000;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`what the module renders is what the server renders, ${INPUTS} inputs of seed ${seed}`, async () => {
  console.log(`SEED=${seed}`);
  const core = await load(bytes);
  const requests = generatedInputs(seed, INPUTS);
  const natively = renderNatively(requests);
  assert.equal(natively.length, requests.length);
  requests.forEach((request, i) => {
    let rendered = core[request.view](...request.given);
    if (request.view === 'barcode') {
      rendered = rendered.error ?? [rendered.width, rendered.height, rendered.path].join('\n');
    }
    assert.equal(rendered, natively[i], `SEED=${seed} input ${i}: ${JSON.stringify(request)}`);
  });
});

test('the module asks nothing of the page and offers what the loader calls', async () => {
  const module = await WebAssembly.compile(bytes);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.deepEqual(WebAssembly.Module.exports(module).map(({ name }) => name).sort(),
    ['alloc', 'barcode', 'card', 'fullScreen', 'memory', 'release', 'stock']);
});

test('the loader is small, needs no eval and is the one that ships', () => {
  const loader = readFileSync(loaderUrl, 'utf8');
  assert.ok(Buffer.byteLength(loader) <= 2000, `${Buffer.byteLength(loader)} bytes`);
  assert.doesNotMatch(loader, /\beval\b|new Function/);
  assert.equal(readFileSync(new URL('theme-extension/assets/tsunagi-core.js', root), 'utf8'), loader,
    'ninja -C build/wasm tsunagi_module');
});

test('one core a source, and two cards on one page', async () => {
  const [one, other] = await Promise.all([load(bytes), load(bytes)]);
  assert.equal(one, other);
  const separate = await load(readFileSync(shipped));
  assert.notEqual(separate, one);
  assert.deepEqual(separate.barcode('code128', 'A1'), one.barcode('code128', 'A1'));
});

test('a barcode is a drawing or says why it is not', async () => {
  const core = await load(bytes);
  const drawing = core.barcode('code128', 'T0123456789013');
  assert.equal(drawing.width, 154);
  assert.equal(drawing.height, 1);
  assert.match(drawing.path, /^(M\d+ 0h\d+v1h-\d+z)+$/);
  assert.deepEqual(core.barcode('ean13', '1'), { error: 'ean13: not 12 or 13 digits' });
  assert.deepEqual(core.barcode('aztec', '1'), { error: 'barcode: unknown symbology' });
});

test('memory is given back: thousands of calls fit where one does', async () => {
  const core = await load(readFileSync(shipped));
  const shops = Array.from({ length: 100 }, (_, i) => ({ shop_id: i, name: '店'.repeat(i), known: true, as_of: 1 }));
  const context = { language: 'ja', now: 1_795_226_000 };
  for (let i = 0; i < 20_000; i += 1) {
    core.barcode('code128', 'T0123456789013');
    core.barcode('code128', '会員');
  }
  const first = core.stock({ all_shops: true, shops }, context);
  for (let i = 0; i < 500; i += 1) {
    assert.equal(core.stock({ all_shops: true, shops }, context), first);
  }
});

test('the largest stock view fits, and what does not is an error after which the core still works', async () => {
  const core = await load(readFileSync(shipped));
  const shops = Array.from({ length: 500 }, (_, i) => ({
    shop_id: `${i}`, name: '渋谷スクランブルスクエア店', phone: '03-1234-5678', map_url: 'https://maps.example/?q=1',
    known: i % 2 === 0, on_hand: i, as_of: 1_795_225_990,
  }));
  const context = { language: 'ja', now: 1_795_226_000 };
  const html = core.stock({ all_shops: true, can_pin: true, shops }, context);
  assert.equal(html.split('<li ').length - 1, 500);
  assert.throws(() => core.stock({ product_name: 'x'.repeat(17_000_000), shops }, context), RangeError);
  assert.throws(() => core.stock({ product_name: '&'.repeat(3_000_000), shops }, context), /trapped/);
  assert.equal(core.stock({ all_shops: true, can_pin: true, shops }, context), html);
});

/** A module with the exports of ours whose `card` traps and whose `release` says what it was given. */
function trappingModule() {
  // alloc(i32)->i32: 8; release(i32): nothing; card(i32,i32)->i32: unreachable; one page of memory.
  return Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0,
    1, 16, 3, 96, 1, 127, 1, 127, 96, 1, 127, 0, 96, 2, 127, 127, 1, 127,
    3, 4, 3, 0, 1, 2,
    5, 3, 1, 0, 1,
    7, 35, 4, 5, 97, 108, 108, 111, 99, 0, 0, 7, 114, 101, 108, 101, 97, 115, 101, 0, 1, 4, 99, 97, 114, 100, 0, 2,
    6, 109, 101, 109, 111, 114, 121, 2, 0,
    10, 13, 3, 4, 0, 65, 8, 11, 2, 0, 11, 3, 0, 0, 11,
  ]);
}

test('a trap is an error with its cause', async () => {
  const core = await load(trappingModule());
  for (const _ of [1, 2]) {
    assert.throws(() => core.card({ state: 'ready' }, {}, {}), (error) => {
      assert.equal(error.message, 'tsunagi: trapped');
      assert.ok(error.cause instanceof WebAssembly.RuntimeError);
      return true;
    });
  }
});

test('it loads from an address, streaming or not, and says what went wrong', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/good.wasm') response.setHeader('content-type', 'application/wasm').end(bytes);
    else if (request.url === '/octets.wasm') response.setHeader('content-type', 'application/octet-stream').end(bytes);
    else if (request.url === '/page.wasm') response.end('<!doctype html>');
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = (path) => `http://127.0.0.1:${server.address().port}/${path}`;
  for (const path of ['good.wasm', 'octets.wasm']) {
    const core = await load(at(path));
    assert.equal(core, await load(at(path)));
    assert.equal(core.barcode('qr', 'A').width, 29);
  }
  await assert.rejects(load(at('none.wasm')), /tsunagi: 404/);
  await assert.rejects(load(at('none.wasm')), /tsunagi: 404/, 'a failure is not kept');
  await assert.rejects(load(at('page.wasm')), WebAssembly.CompileError);
});

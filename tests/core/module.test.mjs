// The shipped browser module: equal to the native views byte for byte, without imports, and fit to live on a page.
//   ninja -C build/wasm tsunagi_module && ninja -C build/debug core_render && node --test tests/core/module.test.mjs
// SEED=123 repeats a run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const loaderUrl = new URL('wasm/bindings/tsunagi-core.js', root);
const shipped = new URL('theme-extension/assets/tsunagi.wasm', root);
const bytes = readFileSync(shipped);
const { load } = await import(loaderUrl);

const INPUTS = 1000;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The newest native core_render of any build folder. */
function nativeRenderer() {
  const builds = new URL('build/', root);
  const found = readdirSync(builds)
    .map((name) => new URL(`${name}/tests/core/tool/core_render`, builds))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  assert.ok(found.length > 0, 'no core_render below build/: ninja -C build/debug core_render');
  return fileURLToPath(found[0]);
}

/** mulberry32: a small generator that a seed repeats. */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STATES = ['ready', 'stale', 'offline', 'signed_out', 'not_joined', 'field_missing', 'registering', 'not_at_till',
  'stopped', 'failed', 'unheard_of'];
const SYMBOLOGIES = ['code128', 'qr', 'ean13', 'code39', 'nw7', 'pdf417'];
const CODES = ['T0123456789013', '12345678901234567890', '4901234567894', '490123456789', 'A12345B', 'ABC-123', 'x', '',
  '会員', '49012345678', 'a&b<c>"d"'];
const TEXTS = ['渋谷店', 'つなぎクラブ', 'Gold', '', '<b>"x" & y</b>', 'a\u00a0b', 'tab\there\r\n', '😀', '{{ x }}', 'nul\0nul',
  '\ud800 alone', '& nbsp;', '06-1234-5678', '+81 3 1234'];
const ADDRESSES = ['', '/a?b=1&c="2"', 'https://example.com/<x>', 'javascript:alert(1)', '#', 'mailto:a@example.com'];

function inputs(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const integer = (low, high) => low + Math.floor(random() * (high - low + 1));
  const flag = () => random() < 0.5;
  const instant = (now) => pick([0, now - integer(0, 900), now - integer(0, 500 * 86400), now + integer(0, 60)]);
  const context = () => ({ language: pick(['ja', 'en', 'fr']), now: integer(1_500_000_000, 2_100_000_000) });
  const absent = (value) => (random() < 0.2 ? undefined : value);
  const card = (now) => ({
    state: pick(STATES), customer: '7001', programme: absent(pick(TEXTS)), holder: absent(pick(TEXTS)), code: pick(CODES),
    symbology: pick(SYMBOLOGIES), second: pick(SYMBOLOGIES), rank: absent(pick(TEXTS)), has_points: flag(),
    points: pick([0, 2340, -5, integer(-1e6, 1e9), 2 ** 53]), as_of: instant(now),
    expires_on: absent(new Date((now + integer(-90, 90) * 86400) * 1000).toISOString().slice(0, 10)),
    debt: pick([0, 0, 1, 120000]), missing_field: pick(['kana', 'phone', 'name', 'birth_date', 'x']),
    sign_in_url: pick(ADDRESSES), contact_url: pick(ADDRESSES), nonce: 'abc', first: { symbology: 'qr' }, now,
  });
  const shop = (now) => ({
    shop_id: String(integer(1, 99)), name: pick(TEXTS), phone: absent(pick(TEXTS)), map_url: absent(pick(ADDRESSES)),
    favourite: random() < 0.1, known: random() < 0.8, on_hand: integer(-3, 12), held: integer(0, 3), safety: integer(0, 2),
    as_of: instant(now),
  });
  const stock = (now) => ({
    product_name: absent(pick(TEXTS)), product_code: pick(CODES), few_below: integer(0, 5),
    shops: Array.from({ length: pick([0, 1, 3, 19, 20, 21, 45]) }, () => shop(now)),
    can_pin: flag(), pinned: flag(), all_shops: flag(), more_url: absent(pick(ADDRESSES)),
  });
  return Array.from({ length: INPUTS }, (_, i) => {
    const view = ['card', 'fullScreen', 'stock', 'barcode'][i % 4];
    const where = context();
    switch (view) {
      case 'card': {
        const options = { show_number: flag(), show_full_screen: flag(), card_page_url: pick(ADDRESSES),
          stock_url: pick(ADDRESSES) };
        return { view, given: [card(where.now), options, where] };
      }
      case 'fullScreen': return { view, given: [card(where.now), where] };
      case 'stock': return { view, given: [stock(where.now), where] };
      default: return { view, given: [pick(SYMBOLOGIES), pick(CODES)] };
    }
  });
}

/** What the loader sends, written a second time and without cleverness. */
function pairs({ view, given }) {
  const out = [];
  const add = (object) => {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (Array.isArray(value)) {
        for (const element of value) {
          out.push(key, '');
          add(element);
        }
      } else if (['string', 'number', 'boolean'].includes(typeof value)) {
        out.push(key, String(value).split('\0').join(' '));
      }
    }
  };
  (view === 'barcode' ? [{ symbology: given[0], text: given[1] }] : given).forEach(add);
  return Buffer.from(out.join('\0'));
}

function renderNatively(requests) {
  const input = Buffer.concat(requests.flatMap((request) => {
    const body = pairs(request);
    return [Buffer.from(`${request.view}\n${body.length}\n`), body];
  }));
  const output = execFileSync(nativeRenderer(), { input, maxBuffer: 2 ** 30 });
  const replies = [];
  for (let at = 0; at < output.length;) {
    const line = output.indexOf(10, at);
    const end = line + 1 + Number(output.subarray(at, line).toString());
    replies.push(output.subarray(line + 1, end).toString());
    at = end;
  }
  return replies;
}

test(`what the module renders is what the server renders, ${INPUTS} inputs of seed ${seed}`, async () => {
  console.log(`SEED=${seed}`);
  const core = await load(bytes);
  const requests = inputs(generator(seed));
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

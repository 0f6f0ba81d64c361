// The shipped reader module: reads what our own core draws and what strangers' encoders draw, reads nothing where there is
// nothing, and refuses what is no picture. Photographs of screens are in tests/browser/scan.test.mjs.
//   ninja -C build/wasm tsunagi_module tsunagi_reader && node --test tests/core/reader.test.mjs
// SEED=123 repeats a run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { shippedCore } from '../support/app.mjs';
import { memberCode, withWrongDigit } from '../support/member-codes.mjs';
import { byJsBarcode, byQrGenerator, fromDrawing, picture } from '../support/pictures.mjs';
import { SeededRandom, newSeed } from '../support/random.mjs';

const root = new URL('../../', import.meta.url);
const shipped = new URL('server/http/staff/tsunagi-reader.wasm', root);
const loader = new URL('wasm/reader/tsunagi-reader.js', root);
const bytes = readFileSync(shipped);
const { load } = await import(loader);

const kModuleAtMost = 75_000;  // bytes of brotli; the staff's phone waits for them before it sees anything
const kCodes = 40;  // of each symbology
const kPixelsMax = 1920 * 1080;
const kTextMax = 512;
const kReads = 400;
const kWrongInAHundred = 1;

const seed = newSeed();
const random = new SeededRandom(seed);
const text = (alphabet, length) => Array.from({ length }, () => random.pick([...alphabet])).join('');
const kPrintable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
const checked = (digits) => digits + ((10 - ([...digits].reverse().reduce((sum, digit, i) => sum + Number(digit) * (i % 2 ? 1 : 3), 0) % 10)) % 10);
const ownCode = () => memberCode(random);

let core, reader;
before(async () => {
  console.log(`# seed ${seed}`);
  core = await shippedCore();
  reader = await load(bytes);
});

const read = ({ pixels, width, height }) => reader.read(pixels, width, height);

test(`the module asks nothing of the page and has at most ${kModuleAtMost} bytes of brotli`, (t) => {
  const module = new WebAssembly.Module(bytes);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.deepEqual(WebAssembly.Module.exports(module).map(({ name }) => name).sort(), ['_initialize', 'allocate', 'memory', 'read']);
  const weight = brotliCompressSync(bytes).length;
  t.diagnostic(`tsunagi-reader.wasm: ${bytes.length} bytes, ${weight} of brotli`);
  assert.ok(weight <= kModuleAtMost, `${weight} bytes`);
  assert.equal(readFileSync(new URL('server/http/staff/tsunagi-reader.js', root), 'utf8'), readFileSync(loader, 'utf8'), 'ninja -C build/wasm tsunagi_reader');
});

describe('reads what our own core draws, four ways up', () => {
  const rules = {
    code128: (i) => (i < kCodes / 2 ? ownCode() : text(kPrintable, random.between(2, 20))),
    qr: (i) => (i < kCodes / 2 ? ownCode() : text(kPrintable, random.between(1, 20))),
    ean13: () => checked(`49${random.digits(10)}`),
    // '+A', '$B', '/C', '%D' are these two characters: no extended Code 39.
    code39: () => `${text('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.', random.between(2, 8))}${random.pick(['+A', '$B', '/C', '%D'])}`,
    nw7: () => `${random.pick([...'ABCD'])}${text('0123456789-$:/.+', random.between(3, 16))}${random.pick([...'ABCD'])}`,
  };
  for (const [symbology, rule] of Object.entries(rules)) {
    test(`${symbology}, ${kCodes} codes`, () => {
      for (let i = 0; i < kCodes; ++i) {
        const wanted = rule(i);
        const shown = picture(fromDrawing(core.barcode(symbology, wanted)), { scale: random.between(1, 4) + (symbology === 'qr' ? 1 : 0), turns: i % 4 });
        assert.deepEqual(read(shown), { format: symbology, text: wanted }, `SEED=${seed} code ${i} of ${shown.width} × ${shown.height}`);
      }
    });
  }
});

describe('reads what strangers draw, four ways up', () => {
  const strangers = [
    ['code128', 'CODE128', () => text(kPrintable, random.between(3, 20))],
    ['code128', 'CODE128', ownCode],
    ['ean13', 'EAN13', () => checked(`4${random.digits(11)}`)],
    ['ean8', 'EAN8', () => checked(random.digits(7))],
    ['upca', 'UPC', () => checked(random.digits(11))],
    ['code39', 'CODE39', () => text('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%', 1).trim() + text('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.$/+%', random.between(3, 18))],
    ['nw7', 'codabar', () => `A${random.digits(random.between(4, 16))}B`],
  ];
  for (const [format, name, rule] of strangers) {
    test(`JsBarcode's ${name}, ${kCodes} codes`, () => {
      for (let i = 0; i < kCodes; ++i) {
        const wanted = rule();
        const shown = picture(byJsBarcode(name, wanted), { scale: random.between(1, 4), turns: i % 4 });
        assert.deepEqual(read(shown), { format, text: wanted }, `SEED=${seed} code ${i}`);
      }
    });
  }
  test(`qrcode-generator's, ${kCodes} codes`, () => {
    for (let i = 0; i < kCodes; ++i) {
      const wanted = random.pick([ownCode(), text(kPrintable, random.between(1, 120)), `https://shop.example/${random.digits(9)}`, '会員証・繋ぎ商店']);
      const shown = picture(byQrGenerator(wanted, { correction: random.pick(['L', 'M', 'Q', 'H']) }), { scale: random.between(2, 5), turns: i % 4 });
      assert.deepEqual(read(shown), { format: 'qr', text: wanted }, `SEED=${seed} code ${i}`);
    }
  });
});

describe('reads nothing', () => {
  const grey = (width, height, value) => ({ width, height, pixels: Uint8Array.from({ length: width * height }, value) });
  for (const [what, shown] of [
    ['one pixel', () => grey(1, 1, () => 255)], ['a white line', () => grey(4096, 1, () => 255)], ['a white picture', () => grey(640, 480, () => 255)],
    ['a black picture', () => grey(640, 480, () => 0)], ['noise', () => grey(640, 480, () => random.below(256))],
    ['stripes', () => grey(640, 480, (_, i) => (Math.floor((i % 640) / 3) % 2) * 255)],
    ['stripes of all widths', () => { const bars = Array.from({ length: 640 }, () => random.chance(50)); return grey(640, 480, (_, i) => (bars[i % 640] ? 255 : 0)); }],
    // Interleaved 2 of 5 of a part of a line is a code, too: so nobody reads it.
    ['ITF-14', () => picture(byJsBarcode('ITF14', checked(random.digits(13))))], ['MSI', () => picture(byJsBarcode('MSI', random.digits(9)))],
    ['pharmacode', () => picture(byJsBarcode('pharmacode', `${random.between(100, 9000)}`))],
  ]) test(`in ${what}`, () => assert.equal(read(shown()), null, `SEED=${seed}`));

  test('in a QR code of control characters, of bytes that are no UTF-8, or of too long a text', () => {
    for (const given of [[...Buffer.from('T0123\n')], [0], [0x7F], [0x82, 0xA0], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE3, 0x81]]) {
      assert.equal(read(picture(byQrGenerator(given), { scale: 4 })), null, given.join(' '));
    }
    assert.equal(read(picture(byQrGenerator('W'.repeat(kTextMax)), { scale: 4 }))?.text.length, kTextMax);
    assert.equal(read(picture(byQrGenerator('W'.repeat(kTextMax + 1)), { scale: 4 })), null);
  });

  test('in a member code of ours whose check digit is wrong', () => {
    for (let i = 0; i < kCodes; ++i) {
      const code = ownCode();
      assert.equal(read(picture(byJsBarcode('CODE128', code)))?.text, code);
      assert.equal(read(picture(byJsBarcode('CODE128', withWrongDigit(code)))), null);
      assert.equal(read(picture(byQrGenerator(withWrongDigit(code)))), null);
    }
  });

  // Scratched from top to bottom, a code says something else to everybody, and some checks let one in ten of these through.
  // No picture of it is better than another: what is left is the shop's own look at who it is.
  test(`in a code scratched or painted over from top to bottom, but for ${kWrongInAHundred} in a hundred`, () => {
    const [said, codes] = [{ nothing: 0, wrong: 0 }, 10 * kCodes];
    for (let i = 0; i < codes; ++i) {
      const [format, wanted] = random.pick([['code128', ownCode()], ['qr', ownCode()], ['ean13', checked(`49${random.digits(10)}`)],
        ['code39', text('0123456789ABCDEF', 10)], ['nw7', `A${random.digits(10)}A`]]);
      const rows = fromDrawing(core.barcode(format, wanted)).map((row) => [...row]);
      const [from, paint] = [random.between(12, rows[0].length - 20), random.pick(['0', '1'])];
      for (const row of rows) row.fill(paint, from, from + random.between(format === 'qr' ? 8 : 3, 14));
      const found = read(picture(rows.map((row) => row.join('')), { scale: random.between(2, 3) }));
      if (!found) said.nothing += 1;
      else if (found.text !== wanted) said.wrong += 1;
    }
    assert.ok(said.wrong <= (codes * kWrongInAHundred) / 100 && said.nothing > codes / 2, `SEED=${seed} ${JSON.stringify(said)} of ${codes}`);
  });
});

describe('what is no picture', () => {
  const fresh = () => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    exports._initialize();
    return exports;
  };
  const kRefused = -1;
  test('gets no room', () => {
    const { allocate } = fresh();
    for (const pixels of [0, -1, kPixelsMax + 1, 2 ** 31]) assert.equal(allocate(pixels), 0, `${pixels}`);
    assert.ok(allocate(kPixelsMax) > 0);
    assert.ok(allocate(1) > 0);
  });
  test('is refused, and so is one larger than its room', () => {
    const { allocate, read: raw } = fresh();
    assert.equal(raw(1, 1), kRefused, 'no room at all');
    allocate(100);
    for (const [width, height] of [[0, 0], [0, 10], [10, 0], [-10, -10], [10, 11], [4097, 1], [1, 4097], [65_536, 65_536], [2 ** 31 - 1, 2 ** 31 - 1], [4096, 4096]]) {
      assert.equal(raw(width, height), kRefused, `${width} × ${height}`);
    }
    assert.equal(raw(10, 10), 0);
  });
  test('is an error of the loader', () => {
    for (const [pixels, width, height] of [[0, 0, 0], [4, 2, 1], [4, 2.5, 1.6], [4, -2, -2], [kPixelsMax + 1920, 1920, 1081], [4097, 4097, 1]]) {
      assert.throws(() => reader.read(new Uint8Array(pixels), width, height), RangeError, `${width} × ${height}`);
    }
  });
});

test('the largest picture is read', () => {
  const code = ownCode();
  const modules = fromDrawing(core.barcode('code128', code));
  const small = picture(modules, { scale: 3, bars: 200 });
  const pixels = new Uint8Array(kPixelsMax).fill(255);
  for (let y = 0; y < small.height; ++y) pixels.set(small.pixels.subarray(y * small.width, (y + 1) * small.width), (y + 700) * 1920 + 900);
  assert.deepEqual(reader.read(pixels, 1920, 1080), { format: 'code128', text: code });
});

test(`memory is given back: ${kReads} reads of all sizes fit where one does`, () => {
  for (let i = 0; i < kReads; ++i) {
    const code = ownCode();
    const shown = picture(i % 2 ? byQrGenerator(code) : byJsBarcode('CODE128', code), { scale: random.between(2, 5), margin: random.between(2, 80) });
    assert.equal(read(shown)?.text, code, `SEED=${seed} read ${i}`);
  }
  const noise = Uint8Array.from({ length: kPixelsMax }, () => random.below(256));
  for (let i = 0; i < 3; ++i) assert.equal(reader.read(noise, 1920, 1080), null);
});

test('a QR code that breaks its standard is an error, and the next picture is read', async () => {
  // The code says 30 bytes and holds one: ZXing throws where the bits end, which the module knows as a trap.
  let asked = 0;
  const liar = { get length() { asked += 1; return asked === 1 ? 30 : 1; }, 0: 65 };
  const broken = picture(byQrGenerator(liar, { version: 2, correction: 'M' }), { scale: 4 });
  const own = await load(bytes);
  for (let i = 0; i < 3; ++i) {
    assert.throws(() => own.read(broken.pixels, broken.width, broken.height), (error) => {
      assert.equal(error.message, 'tsunagi: trapped');
      return error.cause instanceof WebAssembly.RuntimeError;
    });
    const code = ownCode();
    const next = picture(byQrGenerator(code), { scale: 3 });
    assert.equal(own.read(next.pixels, next.width, next.height)?.text, code);
  }
});

test('it loads from an address, and says what went wrong', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/good.wasm') response.setHeader('content-type', 'application/wasm').end(bytes);
    else if (request.url === '/octets.wasm') response.setHeader('content-type', 'application/octet-stream').end(bytes);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = (path) => `http://127.0.0.1:${server.address().port}/${path}`;
  for (const path of ['good.wasm', 'octets.wasm']) assert.equal((await load(at(path))).read(new Uint8Array(9).fill(255), 3, 3), null);
  await assert.rejects(load(at('none.wasm')), /tsunagi: 404/);
});

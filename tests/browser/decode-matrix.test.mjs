// Every symbology on every usual phone: text and symbology, read from Chromium's pixels by decoders that are not the encoder
// (zbar; jsQR for QR), are what was asked. Where the first choice has no room for a device pixel a module the second shows,
// and only there. TSUNAGI_MATRIX=large draws 800 codes a cell.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import { shippedCore } from '../support/app.mjs';
import { launch, readQr, zbarAll } from '../support/browser.mjs';
import { root } from '../support/processes.mjs';
import { SeededRandom, newSeed } from '../support/random.mjs';

const kWidths = [320, 360, 375, 390, 412, 430];
const kRatios = [1, 1.5, 2, 2.625, 2.75, 3];
const kCodes = process.env.TSUNAGI_MATRIX === 'large' ? 800 : 8;
const kEnlarged = 2;
const kPadding = 16;  // of the page, each side

const seed = newSeed();
const random = new SeededRandom(seed);
const text = (alphabet, length) => Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('');
const ascii = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
const ean = (twelve) => twelve + ((10 - ([...twelve].reduce((sum, digit, i) => sum + Number(digit) * (i % 2 ? 3 : 1), 0) % 10)) % 10);

/** Codes from each symbology's own rule, shortest and longest among them. */
const rules = {
  code128: (i) => (i === 0 ? text(ascii, 20) : i === 1 ? text(ascii, 1) : i < 5 ? `T${random.digits(13)}` : text(ascii, random.between(2, 20))),
  qr: (i) => (i === 0 ? text(ascii, 20) : i === 1 ? text(ascii, 1) : i < 5 ? `T${random.digits(13)}` : text(ascii, random.between(2, 20))),
  ean13: () => ean(random.digits(12)),
  code39: (i) => text('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.$/+%', i === 0 ? 20 : i === 1 ? 1 : random.between(2, 20)),
  nw7: (i) => `A${text('0123456789-$:/.+', i === 0 ? 18 : i === 1 ? 3 : random.between(3, 18))}A`,
};

/** Cells where some code of the rule has less than a device pixel a module, so that its second choice shows. */
export function showsSecond(modules, width, ratio) {
  const room = Math.min(width - 2 * kPadding, 416);  // the block is at most 26rem wide
  return modules > room * ratio;
}

let browser;
let core;
before(async () => { browser = await launch(); core = await shippedCore(); });
after(() => browser?.close());

const css = readFileSync(join(root, 'theme-extension', 'assets', 'tsunagi.css'), 'utf8');

function pageOf(symbology, codes) {
  const cards = codes.map((code) => {
    const first = core.barcode(symbology, code);
    assert.ok(!first.error, `${symbology} carries ${JSON.stringify(code)}: ${JSON.stringify(first)}`);
    const html = core.card({ state: 'ready', programme: '', code, symbology, second: 'qr', customer: '1' },
      { show_number: false, show_full_screen: true, card_page_url: '', stock_url: '' }, { language: 'ja', now: 1_790_000_000 });
    return `<div class="tsunagi-block"><div class="tsunagi" style="--tsunagi-first:${first.width};margin-bottom:24px">${html}</div></div>`;
  });
  return `<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>body{margin:0;padding:${kPadding}px;font:16px sans-serif;background:#fff}${css}</style>${cards.join('')}`;
}

/** The whole page as a PNG that is quick to write, and large. */
async function screenshot(devtools) {
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
  return Buffer.from(data, 'base64');
}

/** The part of a screenshot around one card. */
function crop(image, box, ratio) {
  const x = Math.max(0, Math.floor(box.x * ratio));
  const y = Math.max(0, Math.floor(box.y * ratio));
  const width = Math.min(image.width - x, Math.ceil(box.width * ratio));
  const height = Math.min(image.height - y, Math.ceil(box.height * ratio));
  const part = new PNG({ width, height });
  PNG.bitblt(image, part, x, y, width, height, 0, 0);
  return part;
}

/** As a grey PGM, each pixel as `kEnlarged` of the same colour side by side: zbar wants to see a module of one pixel as more than
 * one, as any camera does. */
function enlarged({ data, width, height }) {
  const head = Buffer.from(`P5 ${width * kEnlarged} ${height} 255\n`);
  const grey = Buffer.alloc(width * height * kEnlarged);
  for (let y = 0; y < height; ++y) {
    const row = y * width;
    const to = y * width * kEnlarged;
    for (let x = 0; x < width * kEnlarged; ++x) grey[to + x] = data[4 * (row + Math.floor(x / kEnlarged)) + 1];
  }
  return Buffer.concat([head, grey]);
}

for (const symbology of Object.keys(rules)) {
  test(`${symbology}: ${kWidths.length} widths × ${kRatios.length} pixel ratios × ${kCodes} codes`, async (t) => {
    console.log(`# seed ${seed}`);
    for (const ratio of kRatios) {
      const context = await browser.newContext({ viewport: { width: 320, height: 800 }, deviceScaleFactor: ratio });
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      for (const width of kWidths) {
        await t.test(`${width} px × ${ratio}`, async () => {
          const codes = Array.from({ length: kCodes }, (_, i) => rules[symbology](i));
          await page.setContent(pageOf(symbology, codes));
          const phone = { width, deviceScaleFactor: ratio, mobile: false };
          await devtools.send('Emulation.setDeviceMetricsOverride', { ...phone, height: 800 });
          const height = await page.evaluate(() => document.documentElement.scrollHeight);
          await devtools.send('Emulation.setDeviceMetricsOverride', { ...phone, height });
          const boxes = await page.locator('.tsunagi-card__paper').evaluateAll((papers) => papers.map((paper) => {
            const { x, y, width: w, height: h } = paper.getBoundingClientRect();
            return { x, y, width: w, height: h };
          }));
          const image = PNG.sync.read(await screenshot(devtools));
          const wanted = codes.map((code) => (showsSecond(core.barcode(symbology, code).width, width, ratio) ? 'qr' : symbology));
          const parts = boxes.map((box) => crop(image, box, ratio));
          const linear = parts.filter((_, i) => wanted[i] !== 'qr');
          const byZbar = zbarAll(linear.map(enlarged));
          const read = parts.map((part, i) => (wanted[i] === 'qr' ? [{ symbology: 'qr', text: readQr(part) }] : byZbar[linear.indexOf(part)]));
          assert.deepEqual(read, codes.map((code, i) => [{ symbology: wanted[i], text: code }]), `${width} px at ${ratio}`);
        });
      }
      await context.close();
    }
  });
}

test('the second choice shows in these cells only', () => {
  const widest = { code128: 'W'.repeat(20), qr: 'W'.repeat(20), ean13: '4901234567894', code39: 'W'.repeat(20), nw7: `A${':'.repeat(18)}A` };
  const cells = Object.entries(widest).flatMap(([symbology, code]) => kWidths.flatMap((width) => kRatios
    .filter((ratio) => showsSecond(core.barcode(symbology, code).width, width, ratio)).map((ratio) => `${symbology} ${width}×${ratio}`)));
  assert.deepEqual(cells, [
    'code39 320×1', 'nw7 320×1',
  ]);
  const own = Object.keys({ code128: 1, qr: 1 }).flatMap((symbology) => kWidths.flatMap((width) => kRatios
    .filter((ratio) => showsSecond(core.barcode(symbology, 'T0123456789012').width, width, ratio))));
  assert.deepEqual(own, [], 'codes of our own always show as the programme chose');
});

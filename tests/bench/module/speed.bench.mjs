// Text to SVG path in Chromium: ours as a page calls it, loader included, and the encoders that pages commonly use.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { chromium } from 'playwright-core';

const root = new URL('../../../', import.meta.url);
const served = {
  '/tsunagi.wasm': ['theme-extension/assets/tsunagi.wasm', 'application/wasm'],
  '/tsunagi-core.js': ['theme-extension/assets/tsunagi-core.js', 'text/javascript; charset=utf-8'],
  '/jsbarcode.js': ['node_modules/jsbarcode/dist/JsBarcode.all.min.js', 'text/javascript; charset=utf-8'],
  '/qrcode.mjs': ['node_modules/qrcode-generator/dist/qrcode.mjs', 'text/javascript; charset=utf-8'],
};
const ROUNDS = 41;
const CALLS = { code128: 1_000, qr: 60 };
const BROWSER = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** In the page: medians in microseconds a call of runs that alternate between ours and theirs. */
async function measure({ rounds, calls }) {
  const { load } = await import('/tsunagi-core.js');
  const { default: qrcode } = await import('/qrcode.mjs');
  const core = await load('/tsunagi.wasm');

  const path = (isDark, width, y, left) => {
    let drawn = '';
    for (let x = 0; x < width;) {
      const dark = isDark(x);
      let end = x + 1;
      while (end < width && isDark(end) === dark) end += 1;
      if (dark) drawn += `M${x + left} ${y}h${end - x}v1h-${end - x}z`;
      x = end;
    }
    return drawn;
  };
  const theirs = {
    code128(text) {
      const target = {};
      window.JsBarcode(target, text, { format: 'CODE128' });
      const bars = target.encodings.map(({ data }) => data).join('');
      return path((x) => bars[x] === '1', bars.length, 0, 10);
    },
    qr(text) {
      const code = qrcode(0, 'M');
      code.addData(text);
      code.make();
      const size = code.getModuleCount();
      let drawn = '';
      for (let y = 0; y < size; y += 1) drawn += path((x) => code.isDark(y, x), size, y + 4, 4);
      return drawn;
    },
  };
  const codes = Array.from({ length: 50 }, (_, i) => `T${String((i + 1) * 7919 * 104729).padStart(13, '0').slice(0, 13)}`);
  const time = (encode, count) => {
    let length = 0;
    const start = performance.now();
    for (let i = 0; i < count; i += 1) length += encode(codes[i % codes.length]).length;
    if (length < count) throw Error('nothing was drawn');
    return ((performance.now() - start) / count) * 1000;
  };
  const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
  const medians = {};
  for (const symbology of ['code128', 'qr']) {
    const ours = (text) => core.barcode(symbology, text).path;
    const [mine, others] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      mine.push(time(ours, calls[symbology]));
      others.push(time(theirs[symbology], calls[symbology]));
    }
    medians[symbology] = [median(mine), median(others)];
  }
  return medians;
}

export async function run() {
  const server = createServer((request, response) => {
    const [file, type] = served[request.url] ?? [];
    if (file) response.setHeader('content-type', type).end(readFileSync(new URL(file, root)));
    else response.setHeader('content-type', 'text/html').end('<!doctype html><script src="/jsbarcode.js"></script>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const { code128, qr } = await page.evaluate(measure, { rounds: ROUNDS, calls: CALLS });
    const row = (name, [ours, peer], peerName, goal) =>
      ({ name, ours, peer, peer_name: peerName, ratio: ours / peer, goal: `<= ${goal}`, holds: ours <= goal * peer });
    return [
      row('Code 128, text to SVG path in Chromium, microseconds', code128, 'JsBarcode', 1.2),
      row('QR, text to SVG path in Chromium, microseconds', qr, 'qrcode-generator', 0.2),
    ];
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run());

// What a shopper's phone loads from us on a page with the card block, compressed as a CDN does: at most 40 kB.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { root } from './lib/files.mjs';

const kAtMost = 40_000;
const kFiles = ['tsunagi.css', 'tsunagi-card.js', 'tsunagi-live.js', 'tsunagi-full-screen.js', 'tsunagi-core.js', 'tsunagi.wasm'];
const kStock = ['tsunagi-stock.js'];

const weigh = (names) => names.map((name) => {
  const bytes = readFileSync(`${root}theme-extension/assets/${name}`);
  return { name, raw: bytes.length, brotli: brotliCompressSync(bytes).length };
});

test(`a page with the card block: ≤ ${kAtMost} bytes of brotli`, (t) => {
  if (!existsSync(`${root}theme-extension/assets/tsunagi.wasm`)) return t.skip('the wasm build has not run');
  const files = weigh([...kFiles, ...kStock]);
  for (const { name, raw, brotli } of files) t.diagnostic(`${name.padEnd(24)} ${String(raw).padStart(7)} ${String(brotli).padStart(7)}`);
  const card = files.filter((one) => kFiles.includes(one.name)).reduce((sum, one) => sum + one.brotli, 0);
  const both = files.reduce((sum, one) => sum + one.brotli, 0);
  t.diagnostic(`card block ${card}, card and stock blocks ${both}`);
  assert.ok(both <= kAtMost, `${both} bytes`);
});

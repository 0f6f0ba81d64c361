// What a shopper's phone loads from us, compressed as a CDN does. The blocks and their scripts say themselves which files those are,
// what only a tap or a missing field loads among them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { root } from './lib/files.mjs';

const kAtMost = 40_000;
const kForm = 'tsunagi-fields.js';  // of a customer who lacks what the shop asks of members, and has no barcode yet
const extension = `${root}theme-extension/`;

/** The assets that a block names in its Liquid or its schema, and what those import. */
function loadedBy(block) {
  const liquid = readFileSync(`${extension}blocks/${block}.liquid`, 'utf8');
  const names = [...liquid.matchAll(/'([^']+)' \| asset_url|"(?:stylesheet|javascript)": "([^"]+)"/g)].map(([, asset, ofSchema]) => asset ?? ofSchema);
  for (const name of names) {
    if (!name.endsWith('.js')) continue;
    const code = readFileSync(`${extension}assets/${name}`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, imported] of code.matchAll(/(?:\bfrom |\bimport\(|\?\? )'\.\/([^']+)'/g)) if (!names.includes(imported)) names.push(imported);
  }
  return [...new Set(names)];
}

const weigh = (name) => {
  const bytes = readFileSync(`${extension}assets/${name}`);
  return { name, raw: bytes.length, brotli: brotliCompressSync(bytes).length };
};

test('the wasm build has run, and every asset is loaded by a block', () => {
  assert.ok(existsSync(`${extension}assets/tsunagi.wasm`), 'scripts/build wasm');
  const loaded = readdirSync(`${extension}blocks`).flatMap((file) => loadedBy(file.replace('.liquid', '')));
  assert.deepEqual([...new Set(loaded)].sort(), readdirSync(`${extension}assets`).sort());
});

test(`a page with the card block, whatever becomes of it: ≤ ${kAtMost} bytes of brotli, and with the stock block before any form`, (t) => {
  const ofCard = loadedBy('member-card');
  const files = [...new Set([...ofCard, ...loadedBy('store-stock')])].map(weigh);
  for (const { name, raw, brotli } of files) t.diagnostic(`${name.padEnd(24)} ${String(raw).padStart(7)} ${String(brotli).padStart(7)}`);
  const sum = (some) => some.reduce((bytes, one) => bytes + one.brotli, 0);
  const card = sum(files.filter(({ name }) => ofCard.includes(name)));
  const withStock = sum(files.filter(({ name }) => name !== kForm));
  t.diagnostic(`card block ${card}; card and stock blocks ${withStock}, with the form of missing fields ${sum(files)}`);
  assert.ok(card <= kAtMost, `card block: ${card} bytes`);
  assert.ok(withStock <= kAtMost, `card and stock blocks: ${withStock} bytes`);
});

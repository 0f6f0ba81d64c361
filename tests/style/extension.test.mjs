// The theme extension is accepted by Shopify, before it is sent there.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lintExtension } from './lib/extension.mjs';
import { list, root } from './lib/files.mjs';

const folder = 'theme-extension/';
const kBuilt = { 'assets/tsunagi-core.js': 'wasm/bindings/tsunagi-core.js', 'assets/tsunagi.wasm': null };

/** What is deployed: what git knows and what the wasm build adds. */
function extension() {
  const files = new Map(list(folder).map((path) => [path.slice(folder.length), readFileSync(root + path)]));
  for (const [path, source] of Object.entries(kBuilt)) {
    const built = [root + folder + path, source && root + source].find((one) => one && existsSync(one));
    files.set(path, built ? readFileSync(built) : Buffer.alloc(0));
  }
  return files;
}

/** theme-check's offenses of a folder as "Check file:line message". */
async function themeCheck(place) {
  const { themeCheckRun } = createRequire(import.meta.url)('@shopify/theme-check-node');
  const { offenses } = await themeCheckRun(place, undefined, () => {});
  return offenses.map((one) => `${one.check} ${one.uri.split('/').slice(-2).join('/')}:${one.start.line + 1} ${one.message}`);
}

/** The extension in a folder of its own, changed by `change`, judged by theme-check. */
async function checkCopy(change) {
  const place = mkdtempSync(join(tmpdir(), 'tsunagi-extension-'));
  try {
    cpSync(root + folder, place, { recursive: true });
    for (const path of Object.keys(kBuilt)) if (!existsSync(join(place, path))) writeFileSync(join(place, path), '');
    change?.(place);
    return await themeCheck(place);
  } finally {
    rmSync(place, { recursive: true });
  }
}

describe('theme-check', () => {
  test('has no offense', async () => assert.deepEqual(await checkCopy(), []));
  test('would find one', async () => {
    const found = await checkCopy((place) => writeFileSync(join(place, 'snippets', 'bad.liquid'), "{% include 'card-view' %}{{ 'x' | no_such_filter }}"));
    assert.ok(found.some((one) => one.startsWith('AppBlockValidTags')) || found.some((one) => /include/.test(one)), found.join('\n'));
    assert.ok(found.some((one) => one.startsWith('UnknownFilter')), found.join('\n'));
  });
});

describe('what Shopify checks at deployment', () => {
  test('has nothing to say', () => assert.deepEqual(lintExtension(extension()), []));

  const block = (schema, liquid = '') => `${liquid}{% schema %}${typeof schema === 'string' ? schema : JSON.stringify(schema)}{% endschema %}`;
  const good = { name: 't:card.name', target: 'section', settings: [] };
  const setting = (one) => block({ ...good, settings: [one] });
  const filler = (bytes) => 'x'.repeat(bytes);
  for (const [what, path, content, expected] of [
    ['a font', 'assets/a.woff2', '', 'assets/a.woff2: Shopify refuses this file or folder'],
    ['a module with another ending', 'assets/a.mjs', '', 'assets/a.mjs: Shopify refuses this file or folder'],
    ['a folder in a folder', 'assets/icons/a.png', '', 'assets/icons/a.png: Shopify refuses this file or folder'],
    ['another folder', 'sections/a.liquid', '', 'sections/a.liquid: Shopify refuses this file or folder'],
    ['a stray file', 'README.md', '', 'README.md: Shopify refuses this file or folder'],
    ['no schema', 'blocks/a.liquid', 'x', 'blocks/a.liquid: a block has one schema'],
    ['a trailing comma', 'blocks/a.liquid', block('{"name":"t:card.name","target":"section",}'), /not strict JSON/],
    ['an unknown key', 'blocks/a.liquid', block({ ...good, presets: [] }), 'blocks/a.liquid: the schema has no presets'],
    ['an unknown target', 'blocks/a.liquid', block({ ...good, target: 'sidebar' }), 'blocks/a.liquid: there is no target sidebar'],
    ['a name that is no key', 'blocks/a.liquid', block({ ...good, name: 'A name that is far too long' }), /must be shorter than 25/],
    ['a name of 25 characters', 'blocks/a.liquid', block({ ...good, name: filler(25) }), /must be shorter than 25/],
    ['the app in the name', 'blocks/a.liquid', block({ ...good, name: 'Tsunagi card' }), /may not hold the app's title/],
    ['an unknown setting', 'blocks/a.liquid', setting({ type: 'slider', id: 'a', label: 't:card.size' }), 'blocks/a.liquid: no setting is of type slider'],
    ['a key the setting has not', 'blocks/a.liquid', setting({ type: 'checkbox', id: 'a', label: 't:card.size', min: 1 }), 'blocks/a.liquid: a checkbox has no min'],
    ['a label in plain words', 'blocks/a.liquid', setting({ type: 'checkbox', id: 'a', label: 'Size' }), 'blocks/a.liquid: "Size" is not a key of the locales'],
    ['a label without words', 'blocks/a.liquid', setting({ type: 'checkbox', id: 'a', label: 't:card.nothing' }), 'blocks/a.liquid: t:card.nothing is in no locale'],
    ['a default that is no option', 'blocks/a.liquid', setting({ type: 'select', id: 'a', label: 't:card.size', options: [{ value: 'x', label: 't:card.size' }], default: 'y' }), /is not an option/],
    ['a range off its steps', 'blocks/a.liquid', setting({ type: 'range', id: 'a', label: 't:card.size', min: 0, max: 10, step: 4, default: 3 }), /the range a is not one/],
    ['a setting without schema', 'blocks/a.liquid', block(good, '{{ block.settings.colour | escape }}'), 'blocks/a.liquid: block.settings.colour is not in the schema'],
    ['a missing style sheet', 'blocks/a.liquid', block({ ...good, stylesheet: 'none.css' }), 'blocks/a.liquid: stylesheet none.css does not exist'],
    ['both enabled_on and disabled_on', 'blocks/a.liquid', block({ ...good, enabled_on: { templates: ['*'] }, disabled_on: { templates: ['cart'] } }), /exclude each other/],
    ['a locale of 15,001 bytes', 'locales/fr.json', filler(15_001), 'locales/fr.json: more than 15000 bytes'],
    ['two default locales', 'locales/fr.default.json', '{}', 'locales: exactly one default'],
    ['100 kB of Liquid', 'snippets/a.liquid', filler(100_001), 'more than 100000 bytes of Liquid'],
    ['an entry of 10,000 bytes', 'assets/tsunagi-card.js', filler(10_000), /10000 are too many/],
    ['a loader of 2,001 bytes', 'assets/tsunagi-core.js', filler(2_001), /at most 2000/],
    ['an embed of 1,001 bytes', 'blocks/a.liquid', block({ ...good, target: 'body' }, filler(1_001)), /1001 bytes on every page/],
  ]) {
    test(`finds ${what}`, () => {
      const found = lintExtension(extension().set(path, content));
      assert.ok(found.some((one) => (expected instanceof RegExp ? expected.test(one) : one === expected)), found.join('\n') || 'nothing was found');
    });
  }
  for (const [what, path, content] of [['an entry of 9,999 bytes', 'assets/tsunagi-card.js', filler(9_999)], ['a loader of 2,000 bytes', 'assets/tsunagi-core.js', filler(2_000)],
    ['a locale of 15,000 bytes', 'locales/fr.json', filler(15_000)], ['an embed of 1,000 bytes', 'blocks/a.liquid', block({ ...good, target: 'body' }, filler(1_000))]]) {
    test(`accepts ${what}`, () => assert.deepEqual(lintExtension(extension().set(path, content)).filter((one) => one.startsWith(path)), []));
  }
  test('finds 31 blocks', () => {
    const files = extension();
    for (let i = 0; i < 31; ++i) files.set(`blocks/b${i}.liquid`, block(good));
    assert.ok(lintExtension(files).includes('more than 30 blocks'));
  });
});

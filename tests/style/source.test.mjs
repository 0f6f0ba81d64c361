// Arrows between folders, banned calls, types, lengths and links.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lintLinks } from './lib/docs.mjs';
import { list, read, root } from './lib/files.mjs';
import { arrows, lintArrows, lintBans, lintLength } from './lib/source.mjs';

const cpp = () => read('wasm/*.cpp', 'wasm/*.h', 'server/*.cpp', 'server/*.h', 'tests/*.cpp', 'tests/*.h');
const scripts = () => read('theme-extension/*.js', 'liquid/*.js', 'liquid/*.mjs', 'wasm/*.js', 'server/http/staff/*.js', 'tests/*.mjs');

describe('arrows', () => {
  const allowed = arrows(readFileSync(`${root}ARCHITECTURE.md`, 'utf8'));
  test('the table is read', () => {
    assert.deepEqual([...allowed.get('server/domain')].sort(), ['server/domain', 'wasm/core']);
    assert.deepEqual([...allowed.get('server/http')].sort(), ['server/base', 'server/domain', 'server/http', 'wasm/core']);
    assert.ok(allowed.get('server/main.cpp').has('server/storage'));
  });
  test('no include goes against them', () => assert.deepEqual(lintArrows(cpp(), allowed), []));
  test('one that did would be found', () => {
    const files = new Map([['server/http/a.cpp', '#include "server/shopify/client.h"\n'], ['wasm/core/a.h', '\n#include "server/domain/values.h"'], ['server/jobs/a.cpp', '#include "worker.h"'], ['server/jobs/worker.h', '#include "ZXing.h"']]);
    assert.deepEqual(lintArrows(files, allowed), [
      'server/http/a.cpp:1: server/http may not include server/shopify (ARCHITECTURE.md, "Where a line belongs")',
      'wasm/core/a.h:1: wasm/core may not include server/domain (ARCHITECTURE.md, "Where a line belongs")',
      'server/jobs/a.cpp:1: "worker.h" is not written from the top of the tree',
    ]);
  });
});

describe('banned calls', () => {
  test('there are none', () => assert.deepEqual(lintBans(new Map([...cpp(), ...scripts(), ...read('theme-extension/*.css', 'theme-extension/*.liquid', 'liquid/*.css', 'liquid/*.liquid')])), []));
  for (const [path, text] of [
    ['server/base/a.cpp', 'int x = system("ls");'], ['tests/domain/a_test.cpp', 'std::this_thread::sleep_for(1s);'], ['wasm/core/a.cpp', '#include <chrono>'],
    ['server/domain/a.cpp', '#include <httplib.h>'], ['server/jobs/a.cpp', 'try { f(); } catch (...) {}'], ['theme-extension/assets/a.js', 'eval(x)'],
    ['theme-extension/assets/a.js', 'element.innerHTML = x;'], ['theme-extension/assets/a.js', 'range.createContextualFragment(x)'],
    ['theme-extension/assets/a.js', "fetch('https://cdn.example/x')"], ['theme-extension/assets/a.css', '@import url(//fonts.example/x.css);'],
  ]) {
    test(`finds ${text}`, () => assert.equal(lintBans(new Map([[path, text]])).length, 1));
  }
  for (const [path, text] of [['server/base/a.cpp', '// no system() here\nauto s = "system(";'], ['theme-extension/assets/a.js', 'if (view.innerHTML === html) return;']]) {
    test(`lets ${text.split('\n')[0]} pass`, () => assert.deepEqual(lintBans(new Map([[path, text]])), []));
  }
});

test('files are of a length that can be read', (t) => {
  const { warnings, problems } = lintLength(new Map([...cpp(), ...scripts()]));
  for (const warning of warnings) t.diagnostic(`think again: ${warning}`);
  assert.deepEqual(problems, []);
  const long = lintLength(new Map([['a', 'x\n'.repeat(500)], ['b', 'x\n'.repeat(501)], ['c', 'x\n'.repeat(1001)]]));
  assert.deepEqual(long, { warnings: ['b: 501 lines', 'c: 1001 lines'], problems: ['c: 1001 lines'] });
});

describe('types', () => {
  const kOptions = ['--noEmit', '--checkJs', '--allowJs', '--strict', '--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'bundler', '--lib', 'es2022,dom,dom.iterable'];
  const check = (...files) => {
    try {
      execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...kOptions, ...files], { cwd: root, encoding: 'utf8' });
      return '';
    } catch (error) {
      return error.stdout;
    }
  };
  test('of the shipped scripts hold', () => assert.equal(check(...list('theme-extension/assets/*.js', 'liquid/card-page/card-page.js', 'server/http/staff/*.js').filter((path) => existsSync(root + path))), ''));
  test('that do not hold are found', () => {
    const place = mkdtempSync(join(tmpdir(), 'tsunagi-types-'));
    writeFileSync(join(place, 'a.js'), "// @ts-check\n/** @param {number} x */\nexport const f = (x) => x.trim();\n");
    assert.match(check(join(place, 'a.js')), /Property 'trim' does not exist/);
    rmSync(place, { recursive: true });
  });
});

describe('links of the documents', () => {
  test('lead somewhere', () => assert.deepEqual(lintLinks(read('*.md'), (path) => existsSync(root + path)), []));
  test('that lead nowhere are found', () => {
    const documents = new Map([['a/b.md', '# One two\n[x](../c.md) [y](#one-two) [z](#three) [w](https://example.com) `[v](none)`'], ['c.md', '']]);
    assert.deepEqual(lintLinks(documents, (path) => documents.has(path)), ['a/b.md: #three leads to no heading']);
    assert.deepEqual(lintLinks(new Map([['a.md', '[x](b.md)']]), () => false), ['a.md: b.md leads nowhere']);
  });
});

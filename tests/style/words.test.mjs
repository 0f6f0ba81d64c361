// Words: the same in both languages, all of them shown, and nothing typed printed unescaped.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { WORDS as STAFF } from '../../server/http/staff/words.js';
import { read, root } from './lib/files.mjs';
import { lintOutput } from './lib/liquid.mjs';
import { flatten, lintKeys, lintPair, lintSameWords } from './lib/locales.mjs';

const locale = (name) => JSON.parse(readFileSync(`${root}theme-extension/locales/${name}.json`, 'utf8'));
const liquid = () => read('theme-extension/**/*.liquid', 'theme-extension/*.liquid');

describe('locales', () => {
  test('storefront: both languages say the same things', () => assert.deepEqual(lintPair('storefront', locale('en.default'), locale('ja')), []));
  test('editor: both languages say the same things', () => assert.deepEqual(lintPair('editor', locale('en.default.schema'), locale('ja.schema')), []));
  test('every key that Liquid asks for is there, and every key is asked for', () => assert.deepEqual(lintKeys(liquid(), locale('en.default')), []));
  test('what the core says too is said in its words', () => {
    assert.deepEqual(lintSameWords(readFileSync(`${root}wasm/core/words.cpp`, 'utf8'), locale('ja'), locale('en.default')), []);
  });

  test('a missing, an empty and a changed word are found', () => {
    assert.deepEqual(lintPair('x', { a: { b: 'one {}' , c: 'two', d: 'three' } }, { a: { b: 'ichi', c: '' } }),
      ['x: a.b has other placeholders in the other language', 'x: a.c is empty', 'x: a.d is missing in the second language']);
    assert.deepEqual(lintKeys(new Map([['a.liquid', "{{ 'card.gone' | t }}"]]), { card: { here: 'x' } }), ['a.liquid: card.gone is in no locale', 'card.here is never shown']);
    assert.deepEqual(lintSameWords('"会員証\\0"\n"Member card\\0"', { card: { title: '会員証', join: '入会' } }, { card: { title: 'Member card', join: 'Join' } }),
      ['card.join: the core says it differently, or not at all']);
  });
});

describe('the staff page', () => {
  /** {one, many}, where a language tells them apart, as one. */
  const single = (words) => Object.fromEntries(Object.entries(words).map(([key, value]) => [key, value?.many ?? value]));
  const values = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
  test('says the same in both languages, with the same values', () => {
    const [en, ja] = [single(STAFF.en), single(STAFF.ja)];
    assert.deepEqual(lintPair('staff', en, ja), []);
    const [one, other] = [flatten(en), flatten(ja)];
    assert.deepEqual([...one.keys()].filter((key) => values(one.get(key)) !== values(other.get(key))), []);
  });
  test('has no word that is never shown', () => {
    const text = [...read('server/http/staff/*.js')].filter(([path]) => !path.endsWith('/words.js')).map(([, code]) => code).join('\n');
    assert.deepEqual(Object.keys(STAFF.ja).filter((key) => !text.includes(`words.${key}`) && !(key.startsWith('act_') && text.includes(`'${key.slice(4)}'`))), []);
  });
});

describe('Liquid prints nothing unescaped', () => {
  test('in the blocks and snippets', () => assert.deepEqual(lintOutput(liquid()), []));
  test('in the pages of the app proxy', () => {
    const trusted = lintOutput(read('liquid/*.liquid'));
    assert.deepEqual(trusted, []);
  });

  for (const [text, safe] of [
    ['{{ customer.first_name }}', false], ['{{ customer.first_name | escape }}', true], ['{{ customer.first_name | escape | upcase }}', false],
    ['{{ block.settings.heading | strip }}', false], ['{{ card.rank | default: "x" }}', false], ['{{ card.width | plus: 0 }}', true],
    ["{{ 'card.as_of' | t }}", true], ["{{ 'card.as_of' | t | replace: '{}', name }}", false],
    ["{% capture name %}{{ x | escape }}{% endcapture %}{{ 'card.as_of' | t | replace: '{}', name }}", true],
    ['{{- product.title -}}', false], ['{{ product.title | json }}', true], ["{{ 'a.js' | asset_url }}", true], ['{% comment %}{{ x }}{% endcomment %}', true],
    ['{{ x | escape | append: y }}', false],
  ]) {
    test(`${safe ? 'accepts' : 'refuses'} ${text}`, () => assert.equal(lintOutput(new Map([['a.liquid', text]])).length, safe ? 0 : 1));
  }
});

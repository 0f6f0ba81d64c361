// What the Scanner believes: readings that agree, and keys that a machine typed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Agreement, Keystrokes } from '../../server/http/staff/scan.js';

describe('readings', () => {
  const line = { format: 'code128', text: 'T0123456789013' };
  const cases = [
    ['QR at once', [[{ format: 'qr', text: 'A' }, 0, true]]],
    ['a line at its second look', [[line, 0, false], [line, 100, true]]],
    ['a line whose second look comes a second later', [[line, 0, false], [line, 1000, true]]],
    ['no line whose second look comes later than that', [[line, 0, false], [line, 1001, false], [line, 1100, true]]],
    ['no two texts', [[line, 0, false], [{ ...line, text: 'T0123456789014' }, 50, false], [line, 100, false], [line, 150, true]]],
    ['no two formats', [[line, 0, false], [{ ...line, format: 'code39' }, 50, false]]],
    ['a line with a QR code in between', [[line, 0, false], [{ format: 'qr', text: 'A' }, 50, true], [line, 100, true]]],
  ];
  for (const [what, readings] of cases) {
    test(what, () => {
      const agreement = new Agreement();
      for (const [reading, at, believed] of readings) assert.equal(agreement.take(reading, at), believed, `at ${at}`);
    });
  }
});

describe('keys', () => {
  const typed = (keys, gap) => {
    const keystrokes = new Keystrokes();
    return keys.map((key, i) => keystrokes.take(key, 1000 + i * gap)).filter((text) => text !== null);
  };
  const keys = (text) => [...text, 'Enter'];
  for (const [what, given, gap, expected] of [
    ['of a scanner', keys('T0123456789013'), 10, ['T0123456789013']], ['at its slowest', keys('4901234567894'), 50, ['4901234567894']],
    ['of a person', keys('4901234567894'), 51, []], ['that are two codes', [...keys('4901'), ...keys('4902')], 10, ['4901', '4902']],
    ['with Shift between', ['Shift', 'T', 'Shift', '0', '1', '2', 'Enter'], 10, ['T012']], ['of four', keys('4901'), 10, ['4901']], ['of three', keys('490'), 10, []],
    ['of none', ['Enter', 'Enter'], 10, []], ['of 512', keys('9'.repeat(512)), 1, ['9'.repeat(512)]], ['of 513', keys('9'.repeat(513)), 1, []],
  ]) test(what, () => assert.deepEqual(typed(given, gap), expected));
  test('that a person left behind are not put before a code', () => {
    const keystrokes = new Keystrokes();
    keystrokes.take('x', 0);
    keys('4901').slice(0, -1).forEach((key, i) => keystrokes.take(key, 500 + i));
    assert.equal(keystrokes.take('Enter', 510), '4901');
    assert.equal(keystrokes.take('Enter', 511), null);
  });
  test('whose Enter comes late are no code', () => {
    const keystrokes = new Keystrokes();
    keys('4901').slice(0, -1).forEach((key, i) => keystrokes.take(key, i));
    assert.equal(keystrokes.take('Enter', 54), null);
  });
});

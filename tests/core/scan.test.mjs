// What the Scanner believes: readings that agree.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Agreement } from '../../server/http/staff/scan.js';

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

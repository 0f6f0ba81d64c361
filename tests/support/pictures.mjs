// Grey pictures of barcodes: {pixels: Uint8Array, width, height}, rows from the top, 0 is black. Modules come from our own
// core, from JsBarcode and from qrcode-generator, whose encoders share nothing with the reader.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const jsBarcode = require('jsbarcode');
const qrcode = require('qrcode-generator');

const kLinearQuiet = 10;  // modules
const kSquareQuiet = 4;

/** Modules as rows of '0' and '1', quiet zone included. @typedef {string[]} Modules */

const quiet = (row, zone) => '0'.repeat(zone) + row + '0'.repeat(zone);

/** Our own drawing ({width, height, path} or an error) as modules. @returns {Modules} */
export function fromDrawing({ width, height, path, error }) {
  if (error) throw new Error(error);
  const rows = Array.from({ length: height }, () => new Array(width).fill('0'));
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) rows[Number(y)].fill('1', Number(x), Number(x) + Number(length));
  return rows.map((row) => row.join(''));
}

/** JsBarcode's format: CODE128, EAN13, EAN8, UPC, CODE39, codabar, ITF14 … @returns {Modules} */
export function byJsBarcode(format, text) {
  const into = {};
  jsBarcode(into, text, { format, flat: true });
  return [quiet(into.encodings.map((part) => part.data).join(''), kLinearQuiet)];
}

/** @param {string | {length: number}} given  text, or bytes for which `length` may lie @returns {Modules} */
export function byQrGenerator(given, { version = 0, correction = 'M' } = {}) {
  const code = qrcode(version, correction);
  const before = qrcode.stringToBytes;
  qrcode.stringToBytes = (text) => (typeof given === 'string' ? [...Buffer.from(text)] : given);
  try {
    code.addData(typeof given === 'string' ? given : 'x', 'Byte');
    code.make();
  } finally {
    qrcode.stringToBytes = before;
  }
  const size = code.getModuleCount();
  const blank = '0'.repeat(size + 2 * kSquareQuiet);
  const rows = Array.from({ length: size }, (_, y) => quiet(Array.from({ length: size }, (__, x) => (code.isDark(y, x) ? '1' : '0')).join(''), kSquareQuiet));
  const edge = new Array(kSquareQuiet).fill(blank);
  return [...edge, ...rows, ...edge];
}

/**
 * Modules as a picture with a white margin.
 * @param {Modules} modules
 * @param {{scale?: number, bars?: number, margin?: number, turns?: number}} [as]
 *   scale: pixels a module; bars: pixels that a single row is high; turns: by 90° to the right
 */
export function picture(modules, { scale = 2, bars = 60, margin = 8, turns = 0 } = {}) {
  const tall = modules.length === 1 ? bars : modules.length * scale;
  let shown = { width: modules[0].length * scale + 2 * margin, height: tall + 2 * margin };
  let pixels = new Uint8Array(shown.width * shown.height).fill(255);
  for (let y = 0; y < tall; ++y) {
    const row = modules[modules.length === 1 ? 0 : Math.floor(y / scale)];
    for (let x = 0; x < row.length; ++x) {
      if (row[x] === '1') pixels.fill(0, (y + margin) * shown.width + margin + x * scale, (y + margin) * shown.width + margin + (x + 1) * scale);
    }
  }
  for (let turn = 0; turn < turns; ++turn) {
    const turned = new Uint8Array(pixels.length);
    for (let y = 0; y < shown.height; ++y) {
      for (let x = 0; x < shown.width; ++x) turned[x * shown.height + (shown.height - 1 - y)] = pixels[y * shown.width + x];
    }
    pixels = turned;
    shown = { width: shown.height, height: shown.width };
  }
  return { pixels, ...shown };
}

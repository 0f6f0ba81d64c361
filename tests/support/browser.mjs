// A real Chromium, and decoders that are not the encoder: zbar for every symbology, jsQR for QR.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { root } from './processes.mjs';

const kFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export function launch(extraFlags = []) {
  return chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: [...kFlags, ...extraFlags] });
}

/** A page of a phone: 390 CSS pixels wide unless told otherwise. Console errors and failed requests are collected. */
export async function phone(browser, options = {}) {
  const { width = 390, height = 844, dpr = 2, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: dpr, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', ...rest });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
  page.on('pageerror', (error) => page.problems.push(String(error)));
  return page;
}

const scratch = mkdtempSync(join(tmpdir(), 'tsunagi-shots-'));
let shots = 0;

/** What zbar reads in a PNG: [{symbology, text}]. */
export function zbar(png) {
  const file = join(scratch, `${++shots}.png`);
  writeFileSync(file, png);
  try {
    const out = execFileSync('zbarimg', ['--quiet', '--nodbus', '-Sdisable', '-Scode128.enable', '-Sean13.enable', '-Scode39.enable',
      '-Scodabar.enable', '-Sqrcode.enable', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return out.split('\n').filter(Boolean).map((line) => {
      const [kind, ...text] = line.split(':');
      return { symbology: { 'CODE-128': 'code128', 'EAN-13': 'ean13', 'CODE-39': 'code39', Codabar: 'nw7', 'QR-Code': 'qr' }[kind] ?? kind, text: text.join(':') };
    });
  } catch (error) {
    if (error.status === 4) return [];  // zbarimg: no symbol found
    throw error;
  }
}

export function readQr(png) {
  const image = PNG.sync.read(png);
  return jsQR(new Uint8ClampedArray(image.data), image.width, image.height)?.data ?? null;
}

const screens = join(root, 'build', 'screens');

/** A screenshot kept for people to look at. */
export async function keepScreen(page, name, options = {}) {
  mkdirSync(screens, { recursive: true });
  return page.screenshot({ path: join(screens, `${name}.png`), ...options });
}

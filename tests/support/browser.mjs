// A real Chromium, and decoders that are not the encoder: zbar for every symbology, jsQR for QR.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { root } from './processes.mjs';

const kFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Chromium's content without the browser around it, which takes a fifth less of a processor. Who needs more of it than pages, as
 * a camera or the forced dark mode, says so by its flags and has the whole. */
export function launch(extraFlags = []) {
  const executablePath = extraFlags.length === 0 ? '/usr/bin/chromium-headless-shell' : '/usr/bin/chromium';
  return chromium.launch({ executablePath, headless: true, args: [...kFlags, ...extraFlags] });
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

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds in a page or frame, without restriction: ["rule: html | html"]. */
export async function axe(frame) {
  // Run as the page itself would: the policy forbids strangers' scripts, not the test's own evaluation.
  await frame.evaluate(axeSource);
  // In the middle of a change of colour nothing has its own; what never ends is not waited for.
  await frame.evaluate(() => Promise.allSettled(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished)));
  const { violations } = await frame.evaluate(() => globalThis.axe.run(document));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'tsunagi-shots-'));
let shots = 0;

const kSymbologies = { 'CODE-128': 'code128', 'EAN-13': 'ean13', 'CODE-39': 'code39', Codabar: 'nw7', 'QR-Code': 'qr' };

/** What zbar reads in each image (PNG or PGM), in one run of it: [[{symbology, text}]]. */
export function zbarAll(images) {
  if (images.length === 0) return [];
  const files = images.map((image) => {
    const file = join(scratch, `${++shots}.image`);
    writeFileSync(file, image);
    return file;
  });
  let xml;
  try {
    xml = execFileSync('zbarimg', ['--quiet', '--nodbus', '--xml', '-Sdisable', '-Scode128.enable', '-Sean13.enable', '-Scode39.enable',
      '-Scodabar.enable', '-Sqrcode.enable', ...files], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 });
  } catch (error) {
    if (error.status !== 4) throw error;  // 4: some image has no symbol
    xml = error.stdout;
  }
  files.forEach((file) => rmSync(file));
  return files.map((file) => {
    const source = xml.split("<source href='").find((part) => part.startsWith(`${file}'`)) ?? '';
    return [...source.matchAll(/<symbol type='([^']*)'[^>]*>\s*<data[^>]*><!\[CDATA\[([\s\S]*?)\]\]><\/data>/g)]
      .map(([, type, text]) => ({ symbology: kSymbologies[type] ?? type, text }));
  });
}

/** What zbar reads in a PNG: [{symbology, text}]. */
export const zbar = (png) => zbarAll([png])[0];

/** What jsQR reads in decoded pixels {data: RGBA, width, height}. */
export function readQr({ data, width, height }) {
  return jsQR(new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height)?.data ?? null;
}

const screens = join(root, 'build', 'screens');

/** A screenshot kept for people to look at. */
export async function keepScreen(page, name, options = {}) {
  mkdirSync(screens, { recursive: true });
  return page.screenshot({ path: join(screens, `${name}.png`), ...options });
}

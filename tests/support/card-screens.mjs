// Our card as a phone shows it over the whole screen, photographed by Chromium: grey pictures for tests/support/camera.mjs.
import { PNG } from 'pngjs';
import { metafieldOf, page, renderBlock, serve } from '../browser/static/harness.mjs';
import { phone } from './browser.mjs';

const kPhone = { width: 390, height: 844 };

/** @param {Buffer} png */
function greyOf(png) {
  const { data, width, height } = PNG.sync.read(png);
  return { width, height, pixels: Uint8Array.from({ length: width * height }, (_, i) => (77 * data[4 * i] + 150 * data[4 * i + 1] + 29 * data[4 * i + 2]) >> 8) };
}

/**
 * A page's open full screen, and where on it the code is. modules: of the code's longer way; length: of it, in widths of the screen;
 * turned: a line from top to bottom; aim: its middle in the screen, 0 … 1.
 * @param {import('playwright-core').Page} tab
 */
export async function screenOf(tab) {
  const { width, height } = tab.viewportSize();
  const code = tab.locator('dialog[open] .tsunagi-barcode__svg');
  const box = await code.boundingBox();
  const [, , across, down] = (await code.getAttribute('viewBox')).split(' ').map(Number);
  // A line is drawn one unit high and stretched.
  const turned = down > across;
  return { picture: greyOf(await tab.screenshot()), modules: Math.max(across, down), turned,
    aim: { x: (box.x + box.width / 2) / width, y: (box.y + box.height / 2) / height }, length: (turned ? box.height : box.width) / width };
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{code: string, symbology: string, dpr: number}[]} wanted
 * @returns {Promise<({code: string, symbology: string, dpr: number} & Awaited<ReturnType<typeof screenOf>>)[]>}
 */
export async function cardScreens(browser, wanted) {
  const pages = {};
  for (const [i, { code, symbology }] of wanted.entries()) {
    const card = await metafieldOf({ state: 'ready', customer: '7001', programme: '会員証', holder: '山田 花子', code, symbology, second: symbology === 'qr' ? 'code128' : 'qr', rank: 'ゴールド',
      has_points: true, points: 2340, as_of: Math.floor(Date.now() / 1000) - 60 });
    pages[`/${i}`] = page(await renderBlock('member-card', { customer: { id: 7001, metafields: { '$app:tsunagi': { card: { value: card } } } } }));
  }
  const site = await serve(pages);
  const screens = [];
  try {
    for (const [i, one] of wanted.entries()) {
      const tab = await phone(browser, { ...kPhone, dpr: one.dpr });
      await tab.goto(`${site.url}/${i}`);
      await tab.locator('[data-tsunagi-action="full-screen"]').click();
      screens.push({ ...one, ...(await screenOf(tab)) });
      await tab.context().close();
    }
  } finally {
    await site.close();
  }
  return screens;
}

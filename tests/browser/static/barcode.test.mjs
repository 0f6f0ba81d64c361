// The style sheet's choice between the two symbologies and its whole device pixels, without JavaScript and with.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, phone, zbar } from '../../support/browser.mjs';
import { metafieldOf, page, renderBlock, serve } from './harness.mjs';

const kNow = Math.floor(Date.now() / 1000);
const kShort = 'T0123456789012';       // 154 modules in Code 128
const kLong = 'Ab-Cd/Ef.Gh Ij+Kl#Mn';  // 20 characters that share no symbol: 275 modules

async function pageOf(code, theme) {
  const card = await metafieldOf({ state: 'ready', programme: '会員証', code, rank: '', has_points: true, points: 2340, as_of: kNow - 60 });
  return page(await renderBlock('member-card', { customer: { id: 7001, metafields: { '$app:tsunagi': { card: { value: card } } } } }), theme);
}

/** What is shown and read: "code128" or "qr", and device pixels a module. */
async function look(browser, url, options) {
  const tab = await phone(browser, options);
  await tab.goto(url);
  const read = zbar(await tab.screenshot());
  const modules = await tab.evaluate(() => [...document.querySelectorAll('.tsunagi-barcode__svg')].map((svg) => {
    const { width, height } = svg.getBoundingClientRect();
    return { width: width * devicePixelRatio, height, modules: svg.viewBox.baseVal.width };
  }).filter((one) => one.height > 0).map((one) => one.width / one.modules));
  const problems = tab.problems;
  await tab.context().close();
  return { read, modules, problems };
}

describe('barcode', () => {
  let browser, site;
  before(async () => {
    browser = await launch();
    site = await serve({
      '/short': await pageOf(kShort), '/long': await pageOf(kLong), '/short-dark': await pageOf(kShort, { dark: true }),
      '/narrow': await pageOf(kLong, { padding: 0 }),
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  // The second choice shows where 275 modules get less than one device pixel each: 320 − 2 × 16 = 288 px are enough.
  for (const [path, width, dpr, expected] of [
    ['/short', 390, 1, 'code128'], ['/short', 390, 1.25, 'code128'], ['/short', 390, 1.5, 'code128'], ['/short', 390, 2, 'code128'],
    ['/short', 412, 2.625, 'code128'], ['/short', 393, 2.75, 'code128'], ['/short', 390, 3, 'code128'], ['/short', 320, 1, 'code128'],
    ['/short-dark', 390, 2, 'code128'], ['/short', 195, 4, 'code128'], ['/short', 180, 1, 'qr'], ['/short', 187, 1, 'code128'], ['/short', 185, 1, 'qr'],
    ['/long', 390, 1, 'code128'], ['/long', 320, 1, 'code128'], ['/long', 320, 2, 'code128'], ['/long', 306, 1, 'qr'],
    ['/narrow', 275, 1, 'code128'], ['/narrow', 274, 1, 'qr'],
  ]) {
    for (const javaScriptEnabled of dpr === 2 ? [false, true] : [false]) {
      test(`${path} ${width} px × ${dpr}, JavaScript ${javaScriptEnabled ? 'on' : 'off'}: ${expected}`, async () => {
        const found = await look(browser, site.url + path, { width, dpr, javaScriptEnabled });
        assert.equal(found.modules.length, 1, 'one code is shown');
        assert.ok(Math.abs(found.modules[0] - Math.round(found.modules[0])) < 0.01, `${found.modules[0]} device pixels a module`);
        assert.deepEqual(found.read, [{ symbology: expected, text: path.startsWith('/short') ? kShort : kLong }]);
      });
    }
  }

  // A ratio the style sheet does not list (a browser's own zoom): the script sets it.
  test('390 px × 2.2, JavaScript on', async () => {
    const tab = await phone(browser, { dpr: 2.2 });
    await tab.goto(`${site.url}/short`);
    await tab.waitForFunction(() => document.querySelector('tsunagi-card').style.getPropertyValue('--tsunagi-dpr').startsWith('2.2'));
    assert.deepEqual(zbar(await tab.screenshot()), [{ symbology: 'code128', text: kShort }]);
    await tab.context().close();
  });

  test('forced dark mode', async () => {
    const dark = await launch(['--force-dark-mode', '--enable-features=WebContentsForceDark']);
    try {
      const found = await look(dark, `${site.url}/short`, { dpr: 2 });
      assert.deepEqual(found.read, [{ symbology: 'code128', text: kShort }]);
    } finally {
      await dark.close();
    }
  });
});

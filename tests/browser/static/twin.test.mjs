// The first paint in Liquid and the core's rendering are the same bytes, so that the first answer moves nothing; and what
// a person typed stays text in both.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, phone } from '../../support/browser.mjs';
import { metafieldOf, nodeCore, page, renderBlock, serve } from './harness.mjs';

const kNow = Math.floor(Date.now() / 1000);
const kDay = 86_400;
const day = (ahead) => new Date((kNow + 9 * 3600 + ahead * kDay) * 1000).toISOString().slice(0, 10);
const member = { customer: '7001', programme: 'つなぎ商店', holder: '山田 花子', code: 'T0123456789012', symbology: 'code128', second: 'qr',
  rank: 'ゴールド', has_points: true, points: 2340, as_of: kNow - 90 };
const typed = `"><img src=x onerror=alert(1)> & 'O’Brien' {{ 1 }} {% if %}`;

/** name → [card model or null for no metafield, options the block's settings amount to] */
const cards = {
  'ready': { ...member, state: 'ready' },
  'ready, points of yesterday': { ...member, state: 'ready', as_of: kNow - kDay },
  'ready, points of another year': { ...member, state: 'ready', as_of: kNow - 400 * kDay },
  'ready, points not known': { ...member, state: 'ready', has_points: false, points: 0, as_of: 0 },
  'ready, nothing but a code': { ...member, state: 'ready', programme: '', rank: '' },
  'ready, no points at all': { ...member, state: 'ready', points: 0, expires_on: day(3) },
  'ready, below nought': { ...member, state: 'ready', points: -1234, debt: 1234 },
  'ready, a million': { ...member, state: 'ready', points: 1_002_003 },
  'ready, expires today': { ...member, state: 'ready', expires_on: day(0) },
  'ready, expires in 60 days': { ...member, state: 'ready', expires_on: day(60) },
  'ready, expires in 61 days': { ...member, state: 'ready', expires_on: day(61) },
  'ready, expired yesterday': { ...member, state: 'ready', expires_on: day(-1) },
  'ready, a square code first': { ...member, state: 'ready', symbology: 'qr', second: 'code128' },
  'ready, one symbology': { ...member, state: 'ready', second: 'code128' },
  'ready, only the second carries it': { ...member, state: 'ready', symbology: 'ean13', second: 'qr' },
  'ready, no barcode carries it': { ...member, state: 'ready', symbology: 'ean13', second: 'ean13' },
  'ready, one character': { ...member, state: 'ready', code: 'A' },
  'ready, 20 characters': { ...member, state: 'ready', code: 'KAIIN-2026/AB.C 7890' },
  'ready, typed by somebody unkind': { ...member, state: 'ready', programme: typed, rank: typed, code: '<b>&"\'</b>' },
  'registering': { ...member, state: 'registering', has_points: false, points: 0, as_of: 0 },
  'registering with points': { ...member, state: 'registering' },
  'stopped': { ...member, state: 'stopped' },
  'stopped, with a way to ask': { ...member, state: 'stopped', contact_url: '/pages/contact?a=1&b=2' },
  'not joined': { state: 'not_joined', customer: '7001' },
  'signed out': { state: 'signed_out', sign_in_url: '/account/login?return_to=%2Faccount' },
};
const settings = {
  'as installed': { given: {}, options: { show_number: true, card_page_url: '/apps/tsunagi/card', stock_url: '' } },
  'another proxy path, a stock page, no number': { given: { path: 'tools/points/', stock_link: '/pages/stock?x=1&y=2', show_number: false },
    options: { show_number: false, card_page_url: '/tools/points/card', stock_url: '/pages/stock?x=1&y=2' } },
  'no links': { given: { card_page: false }, options: { show_number: true, card_page_url: '', stock_url: '' } },
};

async function block(card, given, locale, zone) {
  const signedIn = card.state !== 'signed_out';
  const value = card.code ? await metafieldOf(card) : null;
  const metafields = { '$app:tsunagi': value ? { card: { value } } : {} };
  return renderBlock('member-card', { locale, zone, settings: given, customer: signedIn ? { id: 7001, metafields } : null });
}

describe('Liquid and the core write the same card', () => {
  let browser, tab, core, site;
  const pages = {};
  before(async () => {
    browser = await launch();
    core = await nodeCore();
    site = await serve(pages);
    tab = await phone(browser, { javaScriptEnabled: false });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  for (const locale of ['ja', 'en']) {
    for (const [setting, { given, options }] of Object.entries(settings)) {
      for (const [name, card] of Object.entries(cards)) {
        test(`${name} (${locale}; ${setting})`, async () => {
          pages['/'] = page(await block(card, given, locale));
          await tab.goto(site.url);
          const liquid = await tab.locator('[data-tsunagi-view]').evaluate((view) => view.innerHTML);
          const rendered = core.card(card, { show_full_screen: true, ...options }, { language: locale, now: Math.floor(Date.now() / 1000) });
          assert.equal(liquid, rendered);
          assert.equal(await tab.locator('img').count(), 0, 'typed text is text');
        });
      }
    }
  }

  // The tills are in Japan, whatever clock the shop's admin shows.
  for (const zone of [-480, 0, 345, 540, 780]) {
    test(`a shop ${zone} minutes from UTC`, async () => {
      pages['/'] = page(await block(cards['ready, points of yesterday'], {}, 'ja', zone));
      await tab.goto(site.url);
      const liquid = await tab.locator('.tsunagi-points').evaluate((points) => points.outerHTML);
      const rendered = core.card(cards['ready, points of yesterday'], settings['as installed'].options, { language: 'ja', now: kNow });
      assert.ok(rendered.includes(liquid), liquid);
    });
  }
});

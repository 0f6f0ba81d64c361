// axe, layout shift, sideways scrolling and console on every page people see and in every frame of it, in both languages, at
// 320 px and at 200 % zoom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, phone } from '../../support/browser.mjs';

const kIdleMs = 1_000;  // what comes late may not move anything either

function pages({ stack, data }) {
  const { storefront, admin, control } = stack.shopify;
  const customer = data.joined[0].id;
  const signedIn = (path) => `${control}/sign-in?customer=${customer}&return_to=${encodeURIComponent(path)}`;
  const list = [];
  for (const [language, prefix] of [['ja', ''], ['en', '/en']]) {
    list.push(
      [`account ${language}`, signedIn(`${prefix}/account`)],
      [`account of somebody who has not joined ${language}`, `${control}/sign-in?customer=${data.unlinked[0].id}&return_to=${encodeURIComponent(`${prefix}/account`)}`],
      [`page ${language}`, signedIn(`${prefix}/pages/member`)],
      [`product ${language}`, `${storefront}${prefix}/products/${data.products[0].handle}`],
      [`card page ${language}`, signedIn(`${prefix}/apps/tsunagi/card`)],
      [`stock page ${language}`, `${storefront}${prefix}/apps/tsunagi/stock?barcode=${data.products[0].code}`],
      [`till ${language}`, `${stack.smaregi.till.split('?')[0]}?contract=${stack.keys.contract_id}&lang=${language}`],
      [`merchant ${language}`, `${admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${language}`],
    );
  }
  return list;
}

async function check(world, url, options) {
  const page = await phone(world.browser, options);
  await page.addInitScript(() => {
    window.shifts = 0;
    new PerformanceObserver((entries) => entries.getEntries().forEach((entry) => { if (!entry.hadRecentInput) window.shifts += entry.value; }))
      .observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForTimeout(kIdleMs);
  const found = { violations: [], wide: [], shifts: 0, problems: page.problems };
  for (const frame of page.frames()) {
    const { shifts, excess } = await frame.evaluate(() => ({ shifts: window.shifts, excess: document.documentElement.scrollWidth - document.documentElement.clientWidth }));
    found.shifts += shifts;
    if (excess > 0) found.wide.push(`${frame.url()}: ${excess} px`);
  }
  for (const frame of page.frames()) {
    found.violations.push(...await axe(frame));
  }
  await page.context().close();
  return found;
}

export function quality(world) {
  // 200 % zoom on a 390 px phone leaves 195 CSS pixels, at twice the density.
  for (const [size, options] of [['320 px', { width: 320, height: 640, dpr: 2 }], ['200 % zoom', { width: 195, height: 422, dpr: 4 }]]) {
    test(`${size}: axe 0, no layout shift, no console error, no sideways scrolling`, async (t) => {
      for (const [name, url] of pages(world)) {
        await t.test(name, async () => {
          const found = await check(world, url, options);
          assert.deepEqual(found, { violations: [], wide: [], shifts: 0, problems: [] });
        });
      }
    });
  }
}

// The installable card without a server of ours: placeholders filled as the server fills them, hashed names, a service
// worker below the proxy's path, and an app proxy that answers as the test says.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Liquid } from 'liquidjs';
import { launch, phone, zbar } from '../../support/browser.mjs';
import { root, serve } from './harness.mjs';
import { until } from '../../support/processes.mjs';

const kBase = '/tools/points';  // merchants rename the proxy
const kOfflineWithinMs = 1_000;
const kVisitsAtMost = 20;
const kDay = 86_400_000;
const kSettledMs = 500;  // for what the worker does after it has answered
const kHash = /-0123456789(r\d)(?=\.)/;
const kFolders = ['theme-extension/assets', 'liquid/card-page', 'build/wasm', 'wasm/bindings'].map((folder) => join(root, folder));
const kTypes = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.png': 'image/png' };

const now = () => Math.floor(Date.now() / 1000);
const member = { state: 'ready', customer: '7001', programme: '会員証', holder: '山田 花子', code: 'T0123456789012', symbology: 'code128', second: 'qr',
  rank: 'ゴールド', has_points: true, points: 2340, as_of: now() - 60 };
const read = (path) => readFileSync(join(root, path), 'utf8');
const fill = (text, release = 'r1') => text.replace(/%asset:([^%]+)%/g, (_, name) => `${kBase}/assets/${name.replace(/\.\w+$/, (end) => `-0123456789${release}${end}`)}`)
  .replaceAll('%base%', kBase).replaceAll('%release%', release).replaceAll('%name%', 'つなぎ商店').replaceAll('%language%', 'ja');

function shell(locale, release) {
  const engine = new Liquid();
  engine.registerTag('layout', { parse() {}, render: () => '' });
  return engine.parseAndRenderSync(fill(read('liquid/card-page.liquid'), release), {
    request: { locale: { iso_code: locale } }, shop: { name: '<つなぎ & 商店>' }, routes: { account_login_url: '/account/login', account_url: '/account' } });
}

function asset(path) {
  const name = path.slice(`${kBase}/assets/`.length).replace(kHash, '');
  const file = kFolders.map((folder) => join(folder, name)).find((one) => existsSync(one));
  return kHash.test(path) && file ? { type: kTypes[extname(file)], body: readFileSync(file) } : undefined;
}

describe('card page', () => {
  let browser, site, card, release, asked, reception;
  const pages = { [`${kBase}/card`]: shell('ja'), '/other': '<!doctype html><title>x</title><link rel="icon" href="data:,">' };
  before(async () => {
    browser = await launch();
    site = await serve(pages, (path) => {
      const { pathname } = new URL(path, 'http://x');
      asked.push(pathname);
      if (pathname === `${kBase}/card` && release === 'r2') return { type: 'text/html; charset=utf-8', body: shell('ja', 'r2') };
      if (kHash.exec(pathname)?.[1] === 'r2' && !reception) return { status: 503, type: 'text/html', body: '' };
      if (pathname === `${kBase}/card.json`) return typeof card === 'function' ? card() : card;
      if (pathname === `${kBase}/sw.js`) return { type: 'text/javascript', body: fill(read('liquid/card-page/sw.js'), release) };
      if (pathname === `${kBase}/manifest.webmanifest`) return { type: 'application/manifest+json', body: fill(read('liquid/manifest.json')) };
      return pathname.startsWith(`${kBase}/assets/`) ? asset(pathname) : undefined;
    });
  });
  beforeEach(() => {
    card = () => ({ json: { ...member, nonce: 'n', now: now() } });
    [release, asked, reception] = ['r1', [], true];
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  const state = (tab, wanted) => tab.waitForFunction((one) => document.querySelector('tsunagi-card')?.dataset.state === one, wanted);
  const stored = (tab) => tab.evaluate(() => localStorage.getItem('tsunagi:card'));
  const installed = async (options) => {
    const tab = await phone(browser, options);
    await tab.goto(`${site.url}${kBase}/card`);
    await state(tab, 'ready');
    await until('the service worker', () => tab.evaluate(async (scope) => (await navigator.serviceWorker.getRegistration(scope))?.active?.state === 'activated', `${kBase}/`), 15_000, 50);
    // Chromium hands navigations to a new worker a moment after it says that it is active.
    for (let visit = 0; visit < kVisitsAtMost; ++visit) {
      await tab.reload();
      await state(tab, 'ready');
      if (await tab.evaluate(() => performance.getEntriesByType('navigation')[0].workerStart > 0)) return tab;
    }
    throw new Error('the service worker does not answer');
  };

  test('shows the card, keeps it with its owner and without its nonce, and owns nothing above its path', async () => {
    const tab = await installed();
    assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
    const kept = JSON.parse(await stored(tab));
    assert.equal(kept.customer, '7001');
    assert.deepEqual(Object.keys(kept.card).filter((key) => ['nonce', 'now'].includes(key)), []);
    assert.deepEqual(await tab.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map((one) => new URL(one.scope).pathname)), [`${kBase}/`]);
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
  });

  test('without a network: card and balance with its time within a second', async () => {
    const tab = await installed();
    await tab.context().setOffline(true);
    await tab.goto('about:blank');
    const started = Date.now();
    await tab.goto(`${site.url}${kBase}/card`);
    await tab.locator('.tsunagi-points__as-of').waitFor();
    const took = Date.now() - started;
    assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
    await state(tab, 'offline');
    assert.match(await tab.locator('.tsunagi-card__notice').innerText(), /電波がなくても会員証はお使いいただけます（.*時点）/);
    assert.ok(took <= kOfflineWithinMs, `${took} ms`);
    await tab.context().close();
  });

  test('what the service worker keeps is the same for everybody', async () => {
    const tab = await installed();
    const kept = await tab.evaluate(async () => {
      const texts = [];
      for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) texts.push(request.url, await (await caches.match(request)).text());
      return texts.join('\n');
    });
    for (const word of [member.code, '7001', '山田']) assert.ok(!kept.includes(word), word);
    assert.ok(kept.includes('tsunagi-card'));
    await tab.context().close();
  });

  test('after a deployment and with bad reception the last release stays whole; with reception the next one follows', async () => {
    const tab = await installed();
    const page = pages[`${kBase}/card`];
    /** Opens the page, and looks for a new worker as the browser does by and by, until `done`. */
    const again = async (done) => {
      for (let visit = 0; visit < kVisitsAtMost && !(await done()); ++visit) {
        await tab.reload();
        await state(tab, 'ready');
        await tab.evaluate(async (scope) => (await navigator.serviceWorker.getRegistration(scope)).update().catch(() => {}), `${kBase}/`);
        await tab.waitForTimeout(kSettledMs);
      }
      assert.ok(await done());
    };
    const offline = async () => {
      await tab.context().setOffline(true);
      await tab.goto('about:blank');
      await tab.goto(`${site.url}${kBase}/card`);
      await state(tab, 'offline');
      assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
      const shown = await tab.evaluate(() => document.querySelector('[name="tsunagi-release"]')?.content);
      await tab.context().setOffline(false);
      await tab.goto('about:blank');
      await tab.goto(`${site.url}${kBase}/card`);
      return shown;
    };
    try {
      pages[`${kBase}/card`] = '';
      [release, reception] = ['r2', false];
      asked.length = 0;
      await again(() => asked.includes(`${kBase}/card`) && asked.some((one) => kHash.exec(one)?.[1] === 'r2'));
      assert.equal(await offline(), 'r1');
      reception = true;
      await again(() => tab.evaluate(async () => (await caches.keys()).join() === 'tsunagi-shell-r2'));
      assert.equal(await offline(), 'r2');
    } finally {
      pages[`${kBase}/card`] = page;
    }
    await tab.context().close();
  });

  test('a store behind its password is offline, and its page is not kept', async () => {
    const tab = await installed();
    const page = pages[`${kBase}/card`];
    card = { type: 'text/html', body: '<html>password</html>' };
    pages[`${kBase}/card`] = '';
    try {
      for (let visit = 0; visit < 2; ++visit) {
        await tab.reload();
        await state(tab, 'offline');
        assert.equal(zbar(await tab.screenshot())[0]?.text, member.code);
      }
    } finally {
      pages[`${kBase}/card`] = page;
    }
    await tab.context().close();
  });

  for (const [what, answer, expected] of [
    ['nobody is signed in', { status: 401, json: { error: { code: 'signed_out' } } }, 'signed_out'],
    ['the answer is for somebody else', { status: 403, json: { error: { code: 'other_customer' } } }, 'failed'],
    ['the customer has no card any more', { json: { state: 'not_joined', customer: '7001', nonce: 'n', now: now() } }, 'not_joined'],
  ]) {
    test(`${what}: nothing of the member is left`, async () => {
      const tab = await installed();
      card = answer;
      await tab.reload();
      await state(tab, expected);
      assert.equal(await stored(tab), null);
      assert.ok(!(await tab.content()).includes(member.code));
      await tab.context().close();
    });
  }

  test('another customer: the first one is forgotten', async () => {
    const tab = await installed();
    card = () => ({ json: { ...member, customer: '7002', code: 'T9876543210987', nonce: 'n', now: now() } });
    await tab.reload();
    await tab.waitForFunction(() => JSON.parse(localStorage.getItem('tsunagi:card')).customer === '7002');
    assert.ok(!(await stored(tab)).includes(member.code));
    await tab.context().close();
  });

  test('erased by another page of the shop, it leaves the screen too', async () => {
    const tab = await installed();
    card = { status: 401, json: { error: { code: 'signed_out' } } };
    const other = await tab.context().newPage();
    await other.goto(`${site.url}/other`);
    await other.evaluate(() => localStorage.removeItem('tsunagi:card'));
    await tab.waitForFunction((code) => !document.body.textContent.includes(code), member.code.slice(-4));
    await tab.context().close();
  });

  for (const [ahead, left] of [[30 * kDay - 60_000, true], [30 * kDay, false], [-kDay, false]]) {
    test(`unconfirmed for ${ahead / kDay} days: the card is ${left ? 'kept' : 'gone'}`, async () => {
      const tab = await installed();
      await tab.context().setOffline(true);
      const later = await tab.context().newPage();
      await later.addInitScript((offset) => { const real = Date.now.bind(Date); Date.now = () => real() + offset; }, ahead);
      await later.goto(`${site.url}${kBase}/card`);
      await state(later, left ? 'offline' : 'failed');
      assert.equal(await stored(later) !== null, left);
      assert.equal(await later.locator('.tsunagi-barcode').count(), left ? 1 : 0);
      await tab.context().close();
    });
  }

  test('an iPhone is told how to add it, other phones are not, and neither is the installed card', async () => {
    const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
    for (const [userAgent, standalone, shown] of [[iphone, false, true], [iphone, true, false], [iphone.replace('Version/18.0', 'CriOS/130.0'), false, false], [undefined, undefined, false]]) {
      const tab = await phone(browser, userAgent ? { userAgent } : {});
      if (standalone !== undefined) await tab.addInitScript((value) => Object.defineProperty(Navigator.prototype, 'standalone', { get: () => value }), standalone);
      await tab.goto(`${site.url}${kBase}/card`);
      await state(tab, 'ready');
      assert.equal(await tab.locator('[data-install-hint]').isVisible(), shown, `${userAgent} ${standalone}`);
      await tab.context().close();
    }
  });

  test('the manifest names icons that exist, of the size it says, and a scope below the path', async () => {
    const manifest = JSON.parse(fill(read('liquid/manifest.json')));
    assert.equal(manifest.scope, `${kBase}/`);
    assert.ok(manifest.start_url.startsWith(manifest.scope));
    for (const icon of manifest.icons) {
      const png = asset(icon.src).body;
      assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, icon.sizes);
    }
    assert.ok(manifest.icons.some((icon) => icon.purpose === 'maskable'));
  });
});

// The clerk's page in a real Chromium: scanning, selling, returning, both ways of choosing members, both languages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { keepScreen, launch, phone } from '../../../support/browser.mjs';
import { Process, root } from '../../../support/processes.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const program = process.env.SMAREGI_SANDBOX ?? join(root, 'build', 'release', 'tests', 'sandbox', 'smaregi', 'smaregi-sandbox');
const contract = 'sb_till';

let stand, address, browser, token;

async function send(method, path, body, headers = {}) {
  const reply = await fetch(address.api + path, {
    method, headers: { 'Content-Type': 'application/json', ...headers }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await reply.json();
  assert.equal(reply.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
const pos = (method, path, body) => send(method, `/${contract}/pos${path}`, body, { Authorization: `Bearer ${token}` });

before(async () => {
  stand = new Process('smaregi-sandbox-till', program, ['--port', '0', '--seed', '5']);
  address = await stand.ready();
  await send('PUT', '/_sandbox/apps', { client_id: 'till', client_secret: 'test' });
  await send('PUT', `/_sandbox/contracts/${contract}`, { name: '試験商店 <b>', rate_limit: { reads_per_second: 1000, writes_per_second: 1000 } });
  const reply = await fetch(`${address.id}/app/${contract}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('till:test').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'pos.stores:write pos.products:write pos.customers:write pos.stock:write pos.stock:read' }),
  });
  token = (await reply.json()).access_token;
  await pos('POST', '/stores', { storeName: '渋谷店' });
  await pos('POST', '/stores', { storeName: '大阪梅田グランフロント駅前店' });
  await pos('POST', '/products', { categoryId: 1, productCode: '4900000000017', productName: '緑茶 <i>500ml</i>', price: 1200 });
  await pos('POST', '/products', { categoryId: 1, productCode: '4900000000024', productName: '急須', price: 3300 });
  await pos('POST', '/customers', { customerCode: 'T01234567890128', lastName: '山田', firstName: '花子', rank: 'ゴールド' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stand?.stop();
});

async function open(options = {}, query = '') {
  const page = await phone(browser, options);
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (!entry.hadRecentInput) window.shifts.push(`${entry.value} ${entry.sources.map((each) => each.node?.outerHTML?.slice(0, 60))}`); }))
      .observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${address.till}?contract=${contract}${query}`);
  await page.waitForSelector('body[data-ready]');
  return page;
}
/** A hardware scanner: the characters quickly, then Enter. */
async function scan(page, field, text) {
  await page.locator(field).focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}
const status = (page, text) => page.locator('#status', { hasText: text }).waitFor();

describe('the till page', () => {
  test('scan a member, scan products, use points, sell, return a part, return the rest', async () => {
    const page = await open({}, '&store=2');
    assert.equal(await page.locator('#store').inputValue(), '2');
    await send('POST', '/till/api/sales', { contract, store_id: '1', member_code: 'T01234567890128', lines: [{ product_code: '4900000000024', quantity: 10 }] });
    await scan(page, '#member-code', 'T01234567890128');
    await status(page, '会員を選択しました');
    assert.match(await page.locator('#member').innerText(), /山田 花子 \(T01234567890128\)[\s\S]*330[\s\S]*ゴールド/);
    await scan(page, '#product-code', '4900000000017');
    await status(page, '追加しました: 緑茶 <i>500ml</i>');
    await scan(page, '#product-code', '4900000000017');
    await page.locator('#lines input').and(page.locator('[aria-label^="緑茶"]')).waitFor();
    await page.waitForFunction(() => document.querySelector('#lines input')?.value === '2');
    await scan(page, '#product-code', '4900000000024');
    await page.locator('#sum', { hasText: '5,700' }).waitFor();
    await page.locator('#spend').fill('300');
    await page.locator('#checkout').click();
    await status(page, '販売しました');
    const result = await page.locator('#result').innerText();
    assert.match(result, /5,400/);
    assert.match(result, /ポイント残高\s+84/);  // 330 - 300 + 54
    assert.equal((await pos('GET', '/stock?store_id=2&product_id=1'))[0].stockAmount, '-2');

    await page.locator('#receipt-form button').click();
    await page.locator('#return-lines input').first().fill('1');
    await page.locator('#return-form button[type=submit]').click();
    await status(page, '返品しました');
    assert.equal((await pos('GET', '/stock?store_id=2&product_id=1'))[0].stockAmount, '-1');
    await page.locator('#receipt-form button').click();
    await page.locator('#return-all').click();
    await page.locator('#result dd', { hasText: '330' }).waitFor();
    assert.equal((await pos('GET', '/stock?store_id=2&product_id=1'))[0].stockAmount, '0');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test('a till in local mode does not know a new member until it is synced, and ages', async () => {
    const page = await open();
    await pos('POST', '/customers', { customerCode: 'NEW', lastName: '新', firstName: '人' });
    await page.getByLabel('ローカルデータベースから選択').check();
    await scan(page, '#member-code', 'NEW');
    await status(page, '端末に会員がありません');
    await page.locator('#search-server').click();
    await status(page, '会員を選択しました');
    await page.locator('#sync').click();
    await status(page, '同期しました');
    await send('POST', '/till/api/sales', { contract, store_id: '1', member_code: 'NEW', lines: [{ product_code: '4900000000017' }] });
    await scan(page, '#member-code', 'NEW');
    await page.locator('#member-points', { hasText: 'ポイント 0' }).waitFor();
    await page.getByLabel('サーバー内データから選択').check();
    await scan(page, '#member-code', 'NEW');
    await page.locator('#member-points', { hasText: 'ポイント 12' }).waitFor();
    await page.context().close();
  });

  test('what goes wrong is said', async () => {
    const page = await open();
    await scan(page, '#member-code', 'NOBODY');
    await status(page, '会員が見つかりません');
    await scan(page, '#product-code', '000');
    await status(page, '商品が見つかりません');
    await scan(page, '#receipt', '42424242');
    await status(page, '取引が見つかりません');
    assert.ok(await page.locator('#checkout').isDisabled(), 'an empty basket cannot be sold');
    const unknown = await phone(browser);
    await unknown.goto(`${address.till}?contract=none`);
    await status(unknown, '契約がありません');
    await page.context().close();
    await unknown.context().close();
  });

  test('the other language is one link away and keeps the contract', async () => {
    const page = await open();
    await page.locator('#language').click();
    await page.waitForSelector('html[lang=en] body[data-ready]');
    assert.match(page.url(), /contract=sb_till/);
    assert.match(await page.locator('#basket-title').innerText(), /Basket/);
    await page.context().close();
  });

  for (const language of ['ja', 'en']) {
    for (const [size, options] of [['320 px', { width: 320 }], ['200 % zoom', { width: 640, height: 900, dpr: 2, zoom: 2 }], ['tablet', { width: 1024, height: 768 }]]) {
      test(`${language}, ${size}: axe has nothing to say, nothing sticks out, targets are large, nothing jumps`, async () => {
        const { zoom, ...rest } = options;
        const page = await open(zoom ? { ...rest, width: rest.width / zoom, dpr: rest.dpr * zoom } : rest, `&lang=${language}`);
        await scan(page, '#member-code', 'T01234567890128');
        await page.locator('#member').waitFor();
        await scan(page, '#product-code', '4900000000017');
        await page.locator('#lines li').waitFor();
        await page.locator('#checkout').click();
        await page.locator('#result-panel').waitFor();
        await scan(page, '#product-code', '4900000000024');
        await page.locator('#lines li').waitFor();
        await page.locator('#receipt-form button').click();
        await page.locator('#return-lines li').waitFor();
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        assert.deepEqual(violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'sideways scrolling');
        const small = await page.evaluate(() => [...document.querySelectorAll('button, select, input:not([type=radio]), .choice, .bar__language')]
          .filter((each) => each.checkVisibility() && (each.getBoundingClientRect().height < 44 || each.getBoundingClientRect().width < 44)).map((each) => each.outerHTML));
        assert.deepEqual(small, []);
        const tiny = await page.evaluate(() => [...document.querySelectorAll('input:not([type=radio]), select')].filter((each) => parseFloat(getComputedStyle(each).fontSize) < 16).length);
        assert.equal(tiny, 0, 'a phone zooms into inputs below 16 px');
        assert.deepEqual(await page.evaluate(() => window.shifts), [], 'layout shift');
        assert.deepEqual(page.problems, []);
        await keepScreen(page, `till-${language}-${size.replace(/\W+/g, '')}`, { fullPage: true });
        await page.context().close();
      });
    }
  }

  test('the sign-in page of the platform is accessible and goes back to the app', async () => {
    await send('PUT', '/_sandbox/apps', { client_id: 'till', redirect_uris: [`${address.api}/_sandbox/clock`] });
    const page = await phone(browser, { width: 320 });
    await page.goto(`${address.id}/authorize?${new URLSearchParams({
      response_type: 'code', client_id: 'till', scope: 'openid', state: 's', redirect_uri: `${address.api}/_sandbox/clock`,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' })}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    assert.deepEqual(violations.map((each) => each.id), []);
    assert.deepEqual(page.problems, []);
    await page.getByRole('button', { name: '許可する' }).click();
    await page.waitForURL(/_sandbox\/clock\?code=.*&state=s/);
    await page.context().close();
  });
});

// The merchant page in a real browser, inside the admin's frame: from a fresh installation to a joined contract, settings
// with errors beside their fields, both languages, 320 pixels wide, and nothing for axe to find.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone } from '../support/browser.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const screens = join(root, 'build', 'screens');
const stack = new Stack();
let browser;
/** @type {Awaited<ReturnType<typeof seed>>} */
let data;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

const address = (locale) => `${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`;
async function open(locale, options = {}) {
  const page = await phone(browser, options);
  await page.goto(address(locale));
  const app = page.frame({ name: 'app-iframe' });
  await app.waitForSelector('#page[aria-busy="false"]');
  return { page, app };
}
/** From the merchant page through Smaregi to the page that asks: its tab. */
async function signIn(page, app, button) {
  const popup = page.context().waitForEvent('page');
  await app.getByRole('button', { name: button }).click();
  const tab = await popup;
  tab.problems = [];
  await tab.waitForLoadState();
  await tab.locator('select, input[name="contract"]').first().evaluate((element, id) => {
    if (element.type === 'radio') element.click(); else element.value = id;
  }, stack.keys.contract_id);
  tab.on('console', (message) => { if (message.type() === 'error') tab.problems.push(message.text()); });
  await tab.locator('button[value="allow"], button[type="submit"], input[type="submit"]').first().click();
  await tab.waitForURL(/\/smaregi\/callback/);
  return tab;
}
/** What the merchant page knows. */
async function status() {
  const { session_token: token } = await send('GET', `${stack.shopify.control}/session-token?shop=${stack.keys.shop}`);
  return send('GET', `${stack.server}/admin/api/status`, undefined, { authorization: `Bearer ${token}` });
}
const noFindings = async (app) => assert.deepEqual(await axe(app), []);
const noSideScroll = async (app) =>
  assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');

test('a merchant installs, connects, and saves settings', async (t) => {
  await t.test('before joining: one thing to do, in both languages', async () => {
    for (const locale of ['ja', 'en']) {
      const { page, app } = await open(locale, { width: 320 });
      assert.match(await app.textContent('#state'), locale === 'ja' ? /スマレジとまだ連携していません/ : /Smaregi is not connected yet/);
      assert.equal(await app.getAttribute('html', 'lang'), locale);
      await noFindings(app);
      await noSideScroll(app);
      await page.screenshot({ path: join(screens, `merchant-not-joined-${locale}.png`), fullPage: true });
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
  });

  await t.test('coming back from Smaregi joins nothing: the page names both and asks, in both languages', async () => {
    await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { name: '繋ぎ商店' });
    for (const locale of ['ja', 'en']) {
      const { page, app } = await open(locale, { locale: locale === 'ja' ? 'ja-JP' : 'en-GB' });
      const tab = await signIn(page, app, locale === 'ja' ? 'スマレジと連携する' : 'Connect Smaregi');
      assert.equal(await tab.getAttribute('html', 'lang'), locale);
      const { shop } = await status();
      for (const named of [shop.name, shop.domain, stack.keys.contract_id]) await tab.locator('dd').getByText(named, { exact: true }).waitFor();
      await tab.getByText(locale === 'ja' ? /どちらもご自身のものである場合だけ/ : /Go on only if both are yours/).waitFor();
      assert.deepEqual(await tab.getByRole('button').allInnerTexts(), locale === 'ja' ? ['連携する', '取りやめる'] : ['Connect', 'Cancel']);
      await noFindings(tab);
      await tab.screenshot({ path: join(screens, `merchant-join-${locale}.png`) });
      await tab.setViewportSize({ width: 320, height: 640 });
      await noSideScroll(tab);
      await tab.reload();
      await tab.getByRole('button', { name: locale === 'ja' ? '取りやめる' : 'Cancel' }).click();
      await tab.getByText(locale === 'ja' ? '連携を取りやめました' : 'You cancelled').waitFor();
      await noFindings(tab);
      await tab.screenshot({ path: join(screens, `merchant-join-cancelled-${locale}.png`) });
      assert.deepEqual(tab.problems, []);
      assert.equal((await status()).smaregi.joined, false);
      const back = tab.waitForResponse((reply) => reply.url().includes('/smaregi/callback'));
      await tab.goBack();
      assert.equal((await back).status(), 400);
      await tab.getByText(locale === 'ja' ? 'このページは期限が切れているか' : 'This page has expired').waitFor();
      await noFindings(tab);
      await page.context().close();
    }
  });

  await t.test('the button opens the sign-in in a tab of its own, its own button joins, and the page follows', async () => {
    await send('PUT', `${stack.smaregi.control}/faults`, { status: 503, path: '/*/pos/stock', remaining: 1_000_000 });
    const { page, app } = await open('ja');
    const tab = await signIn(page, app, 'スマレジと連携する');
    await tab.getByRole('button', { name: '連携する' }).click();
    await tab.getByText('スマレジと連携しました').waitFor();
    await noFindings(tab);
    await tab.screenshot({ path: join(screens, 'merchant-callback-ja.png') });
    assert.deepEqual(tab.problems, []);
    await tab.close();
    await app.getByText(`連携済み（契約ID ${stack.keys.contract_id}）`).waitFor({ timeout: 15_000 });
    await page.context().close();
  });

  await t.test('while Smaregi’s stock cannot be read for the first time, the page says that it is being read', async () => {
    for (const locale of ['ja', 'en']) {
      const { page, app } = await open(locale, { width: 320 });
      await app.locator('[data-check="stock"][data-state="warning"]').waitFor({ timeout: 20_000 });
      const words = locale === 'ja' ? /店舗・商品・在庫を読み込んでいます/ : /Reading your shops, products and stock/;
      assert.match(await app.textContent('#state'), words);
      assert.match(await app.textContent('[data-check="stock"]'), words);
      await noFindings(app);
      await noSideScroll(app);
      await page.screenshot({ path: join(screens, `merchant-first-reading-${locale}.png`), fullPage: true });
      await page.context().close();
    }
    await send('DELETE', `${stack.smaregi.control}/faults`);
  });

  await t.test('everything in step: one green sentence, blocks with their state, links into the editor', async () => {
    data = await seed(stack, undefined, { products: 3, members: 2, sales: 1 });
    for (const locale of ['ja', 'en']) {
      const { page, app } = await open(locale, { width: 320 });
      await until('the green sentence', async () => {
        await app.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
        return app.evaluate(() => document.getElementById('state').classList.contains('banner--good'));
      }, 20_000, 500);
      assert.match(await app.textContent('#state'), locale === 'ja' ? /^すべて同期しています（/ : /^Everything is in step \(/);
      for (const link of await app.locator('a.link').evaluateAll((links) => links.map((element) => element.href))) {
        assert.equal((await fetch(link, { redirect: 'manual' })).status, 302, link);
      }
      await noFindings(app);
      await noSideScroll(app);
      await page.screenshot({ path: join(screens, `merchant-in-step-${locale}.png`), fullPage: true });
      const full = await app.locator('body').screenshot({ path: join(screens, `merchant-in-step-whole-${locale}.png`) });
      assert.ok(full.length > 0);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
  });

  await t.test('a wrong value is told beside its field and nothing is saved; a right one is kept', async () => {
    const { page, app } = await open('ja');
    const few = app.getByLabel('△ にする数（この数より少ないとき）');
    await few.fill('many');
    await app.getByRole('button', { name: '保存', exact: true }).click();
    assert.equal(await few.getAttribute('aria-invalid'), 'true');
    assert.ok(await few.evaluate((element) => element === document.activeElement));
    assert.match(await app.textContent(`#${await few.getAttribute('id')}-error`), /0から1,000,000まで/);
    await noFindings(app);
    await page.screenshot({ path: join(screens, 'merchant-error-ja.png') });
    await few.fill('7');
    await app.getByLabel('会員制度の名前').fill('<b>繋ぎ</b>会');
    await app.getByRole('button', { name: '渋谷店を下へ' }).click();
    await app.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText('保存しました').waitFor();
    await page.context().close();
    const again = await open('ja');
    assert.equal(await again.app.getByLabel('△ にする数（この数より少ないとき）').inputValue(), '7');
    assert.equal(await again.app.getByLabel('会員制度の名前').inputValue(), '<b>繋ぎ</b>会');
    assert.equal(await again.app.locator('.shop__name').nth(1).textContent(), '渋谷店');
    await again.page.context().close();
  });

  await t.test('products get a safety stock of their own, added by their code, in both languages', async () => {
    const [towel, cup] = data.products;
    for (const [locale, words] of [
      ['ja', { code: '追加する商品コード（バーコード）', add: '商品を追加', unknown: /スマレジにありません/, twice: /すでに一覧にあります/, pending: /まだ追加されていません/, none: '商品ごとの指定はまだありません',
        figure: (name) => `${name}の安全在庫`, remove: (name) => `${name}を一覧から外す`, range: /0から1,000,000まで/, save: '保存', saved: '保存しました' }],
      ['en', { code: 'Product code (barcode) to add', add: 'Add product', unknown: /no such product/, twice: /in the list already/, pending: /not added yet/, none: 'No product has a figure of its own yet',
        figure: (name) => `Safety stock of ${name}`, remove: (name) => `Remove ${name} from the list`, range: /from 0 to 1,000,000/, save: 'Save', saved: 'Saved' }],
    ]) {
      const { page, app } = await open(locale, { width: 320 });
      await app.getByText(words.none).waitFor();
      const code = app.getByLabel(words.code);
      const save = app.getByRole('button', { name: words.save, exact: true });
      const error = async (input) => app.locator(`#${await input.getAttribute('id')}-error`);
      await code.fill('4999999999999');
      await app.getByRole('button', { name: words.add, exact: true }).click();
      await (await error(code)).getByText(words.unknown).waitFor();
      assert.equal(await code.getAttribute('aria-invalid'), 'true');
      await noFindings(app);
      // A scanner ends with Enter, which adds and does not save.
      await code.fill(towel.code);
      await code.press('Enter');
      const figure = app.getByLabel(words.figure(towel.name));
      await figure.waitFor();
      assert.ok(await figure.evaluate((element) => element === document.activeElement), 'its figure is typed next');
      assert.equal(await code.inputValue(), '');
      await figure.fill('-1');
      await code.fill(cup.code);
      await save.click();
      assert.match(await (await error(code)).textContent(), words.pending, 'what was typed is not lost');
      assert.match(await (await error(figure)).textContent(), words.range);
      await app.getByRole('button', { name: words.add, exact: true }).click();
      await app.getByLabel(words.figure(cup.name)).fill('0');
      await app.getByLabel(words.figure(towel.name)).fill('3');
      await code.fill(cup.code);
      await code.press('Enter');
      await (await error(code)).getByText(words.twice).waitFor();
      await code.fill('');
      await noFindings(app);
      await noSideScroll(app);
      await code.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      await page.screenshot({ path: join(screens, `merchant-safety-${locale}.png`) });
      await save.click();
      await page.getByText(words.saved, { exact: true }).waitFor();
      const sorted = (list) => [...list].sort((a, b) => a.product_id.localeCompare(b.product_id));
      assert.deepEqual(sorted((await status()).settings.product_safety),
        sorted([{ product_id: towel.product_id, safety_stock: 3 }, { product_id: cup.product_id, safety_stock: 0 }]));
      const { products: [{ shops }] } = await send('GET', stack.server + proxyPath(stack, '/stock.json', { extra: { barcode: towel.code, all: '1' } }));
      assert.ok(shops.length > 0 && shops.every(({ safety }) => safety === 3), JSON.stringify(shops));
      await page.context().close();
      const again = await open(locale, { width: 320 });
      assert.equal(await again.app.getByLabel(words.figure(towel.name)).inputValue(), '3');
      for (const { name } of [towel, cup]) await again.app.getByRole('button', { name: words.remove(name), exact: true }).click();
      await again.app.getByText(words.none).waitFor();
      assert.ok(await again.app.getByLabel(words.code).evaluate((element) => element === document.activeElement));
      await again.app.getByRole('button', { name: words.save, exact: true }).click();
      await again.page.getByText(words.saved, { exact: true }).waitFor();
      assert.deepEqual((await status()).settings.product_safety, []);
      assert.deepEqual([...page.problems, ...again.page.problems].filter((problem) => !/404/.test(problem)), []);
      await again.page.context().close();
    }
  });

  await t.test('how customers join, what they agree to, and who wins are set in both languages', async () => {
    for (const [locale, words] of [
      ['ja', { how: 'お客さまが会員になるとき', ja: '同意文（日本語）', terms: '会員規約のアドレス', wrong: /https:\/\/ または http:\/\//, long: /1,000文字まで/, phone: '電話番号', name: '氏名', save: '保存', saved: '保存しました' }],
      ['en', { how: 'A customer becomes a member', ja: 'Words to agree to (Japanese)', terms: 'Address of your terms', wrong: /https:\/\/ or http:\/\//, long: /At most 1,000 characters/, phone: 'Phone', name: 'Name', save: 'Save', saved: 'Saved' }],
    ]) {
      const { page, app } = await open(locale, { width: 320 });
      const text = `規約に同意します（${locale}）\n二行目 <b>`;
      await app.getByLabel(words.how).selectOption('automatic');
      await app.getByLabel(words.ja).fill('あ'.repeat(1001));
      await app.getByLabel(words.terms).fill('shop.example/terms');
      await app.getByRole('button', { name: words.save, exact: true }).click();
      assert.match(await app.textContent(`#${await app.getByLabel(words.ja).getAttribute('id')}-error`), words.long);
      assert.match(await app.textContent(`#${await app.getByLabel(words.terms).getAttribute('id')}-error`), words.wrong);
      await axe(app);
      await app.getByLabel(words.ja).fill(text);
      await app.getByLabel(words.terms).fill('https://shop.example/terms');
      await app.getByLabel(words.name, { exact: true }).selectOption('smaregi');
      await app.getByLabel(words.phone, { exact: true }).selectOption('shopify');
      await noSideScroll(app);
      await axe(app);
      await page.screenshot({ path: join(screens, `merchant-joining-${locale}.png`), fullPage: true });
      await app.getByRole('button', { name: words.save, exact: true }).click();
      await page.getByText(words.saved, { exact: true }).waitFor();
      const { settings } = await status();
      assert.equal(settings.joining, 'automatic');
      assert.deepEqual(settings.consent, { ja: text, en: '', terms_url: 'https://shop.example/terms' });
      const { last_name, first_name, phone: number, sex, mail } = settings.field_winners;
      assert.deepEqual({ last_name, first_name, number, sex, mail }, { last_name: 'smaregi', first_name: 'smaregi', number: 'shopify', sex: 'later', mail: 'later' });
      await page.context().close();
    }
  });

  await t.test('who asked what is held of them is listed, and the file is downloaded, in both languages', async () => {
    const [{ id, first_name: name }] = await send('GET', `${stack.shopify.control}/customers`);
    await send('POST', `${stack.shopify.control}/webhooks/fire`, { topic: 'customers/data_request', customer: id });
    await until('the request', async () => (await status()).data_requests.length === 1, 10_000, 200);
    for (const [locale, words] of [['ja', { title: 'データ開示の請求', row: `お客さま ${id}`, button: `お客さま ${id} の情報をダウンロード` }],
      ['en', { title: 'Requests for personal data', row: `Customer ${id}`, button: `Download what is held of customer ${id}` }]]) {
      const { page, app } = await open(locale, { width: 320, acceptDownloads: true });
      const section = app.getByRole('region', { name: words.title });
      await section.getByRole('link', { name: words.row }).waitFor();
      await noFindings(app);
      await noSideScroll(app);
      await page.screenshot({ path: join(screens, `merchant-request-${locale}.png`), fullPage: true });
      const download = page.waitForEvent('download');
      await section.getByRole('button', { name: words.button }).click();
      const file = await download;
      assert.equal(file.suggestedFilename(), `tsunagi-customer-${id}.json`);
      const held = JSON.parse(readFileSync(await file.path(), 'utf8'));
      assert.equal(held.customer_id, id);
      assert.ok(held.card.name.includes(name), JSON.stringify(held.card));
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
  });

  await t.test('where mails go is set, and that none is sent without a mail server is said', async () => {
    const { page, app } = await open('ja');
    await app.getByText('メールの設定がないため、メールは送られません').waitFor();
    const address = app.getByLabel('お知らせの宛先');
    await address.fill('desk@shop.example, other@shop.example');
    await app.getByRole('button', { name: '保存', exact: true }).click();
    assert.match(await app.textContent(`#${await address.getAttribute('id')}-error`), /メールアドレスを1つ/);
    await noFindings(app);
    await address.fill('desk@shop.example');
    await app.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText('保存しました', { exact: true }).waitFor();
    assert.equal((await status()).settings.notify_mail, 'desk@shop.example');
    await page.context().close();
  });

  await t.test('the kill switch stops, and is told', async () => {
    const { page, app } = await open('ja');
    await app.getByLabel('繋ぎを停止する').check();
    await app.getByRole('button', { name: '保存', exact: true }).click();
    await app.locator('#state').getByText('停止中です。会員証と在庫は表示されず').waitFor();
    await page.screenshot({ path: join(screens, 'merchant-paused-ja.png') });
    await page.context().close();
  });
});

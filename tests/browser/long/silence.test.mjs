// A quarter of an hour in which neither platform answers, on the merchant page: after five minutes the queue is late, after
// fifteen the stock is old. Then both come back, and Shopify's notices stay away.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone } from '../../support/browser.mjs';
import { root, until } from '../../support/processes.mjs';
import { seed } from '../../support/seed.mjs';
import { Stack, send } from '../../support/stack.mjs';

const kMinute = 60_000;
const screens = join(root, 'build', 'screens');
const stack = new Stack();
/** The merchant page in both languages: {ja, en}, each a frame. */
const pages = {};
let data;
let browser;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 2, sales: 1 });
  await stack.settled();
  browser = await launch();
  console.log(`# seed ${stack.seed}`);
  for (const locale of ['ja', 'en']) {
    const page = await phone(browser, { height: 2_400 });
    await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`);
    pages[locale] = page.frame({ name: 'app-iframe' });
    await pages[locale].waitForSelector('#page[aria-busy="false"]');
  }
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

const faults = (side, body) => send(body ? 'PUT' : 'DELETE', `${side.control}/faults`, body);
const row = (locale, check) => pages[locale].locator(`[data-check="${check}"]`);
const state = (locale, check) => row(locale, check).getAttribute('data-state');

/** Waits for the row in both languages, and answers its text in each. */
async function turns(check, wanted, patience) {
  const texts = {};
  for (const locale of ['ja', 'en']) {
    await until(`${check} to be ${wanted}`, async () => {
      await pages[locale].evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      return await state(locale, check) === wanted;
    }, patience, 2_000);
    texts[locale] = await row(locale, check).textContent();
    assert.deepEqual(await axe(pages[locale]), []);
    await pages[locale].locator('section[aria-labelledby="health-title"]').screenshot({ path: join(screens, `silence-${check}-${locale}.png`) });
  }
  return texts;
}

test('a quarter of an hour of silence is told in both languages, and ends by itself', async () => {
  assert.equal(await state('ja', 'queue'), 'ok');
  assert.equal(await state('ja', 'stock'), 'ok');
  await faults(stack.smaregi, { status: 503, path: '/*/pos/stock', remaining: 1_000_000 });
  await faults(stack.shopify, { path: `/_shops/${stack.keys.shop}/admin/api`, status: 503, remaining: 1_000_000 });
  await send('POST', `${stack.shopify.control}/webhooks/fire`, { topic: 'customers/update', customer: Number(data.joined[0].id) });

  const queue = await turns('queue', 'warning', 7 * kMinute);
  assert.match(queue.ja, /から処理を待っている通知があります。自動で再試行しています/);
  assert.match(queue.en, /A notice has been waiting since .+\. We keep trying/);

  const stock = await turns('stock', 'broken', 12 * kMinute);
  assert.match(stock.ja, /スマレジの在庫を.+から確認できていません。自動で再試行しています/);
  assert.match(stock.en, /Smaregi’s stock was last checked .+\. We keep trying/);
  assert.match(await pages.ja.textContent('#state'), /確認できていません|応答/);

  await faults(stack.smaregi);
  await faults(stack.shopify);
  await turns('stock', 'ok', 5 * kMinute);
  await turns('queue', 'ok', 5 * kMinute);
});

test('notices of Shopify that stay away are told in both languages, and so is that they are back', async () => {
  const { checks } = await data.merchant('GET', '/health');
  const { since } = checks.find(({ name }) => name === 'shop_notices');
  await send('PUT', `${stack.shopify.control}/webhooks`, { drop: true });
  // The tag or card of a customer may be written up to a minute after the change that a notice told of.
  await until('the last notice to be further back than our own writes', () => Date.now() / 1000 - since > 65, 2 * kMinute, 500);
  const rename = async (lastName) => {
    const { customerUpdate: changed } = await data.admin('mutation Rename($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }',
      { input: { id: `gid://shopify/Customer/${data.joined[0].id}`, lastName } });
    assert.deepEqual(changed.userErrors, []);
  };
  await rename('黙る');
  const missed = await turns('shop_notices', 'broken', 5 * kMinute);
  assert.match(missed.ja, /に変わったお客さまの情報の通知が届いていません/);
  assert.match(missed.en, /No notice came of a customer who changed/);
  await row('ja', 'shop_notices').getByRole('link', { name: 'ShopifyのDev Dashboardを開く' }).waitFor();
  await row('en', 'shop_notices').getByRole('link', { name: 'Open Shopify’s Dev Dashboard' }).waitFor();
  assert.match(await pages.ja.textContent('#state'), /お客さまの情報の通知が届いていません/);
  const member = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${data.joined[0].code}`);
  assert.match(JSON.stringify(member), /黙る/, 'the change arrived all the same, as the sentence says');

  await send('PUT', `${stack.shopify.control}/webhooks`, { drop: 0 });
  await rename('話す');
  await turns('shop_notices', 'ok', kMinute);
});

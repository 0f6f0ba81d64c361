// The merchant chooses which shop is which location, and sees what does not match, on the merchant page in a real browser. Both
// languages, 320 pixels wide, nothing for axe to find.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone } from '../support/browser.mjs';
import { root, until } from '../support/processes.mjs';
import { seed, shopifyAdmin } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const screens = join(root, 'build', 'screens');
const stack = new Stack();
let browser;
let data;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  data = await seed(stack, undefined, { shops: 3, products: 4, members: 1, sales: 0 });
  const { admin } = await shopifyAdmin(stack, ['write_products', 'write_inventory']);
  const article = async (title, variant) => {
    const { productSet } = await admin('mutation($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { userErrors { message } } }', { input: {
      title, productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], price: '100', inventoryItem: { tracked: true }, ...variant }] } });
    assert.deepEqual(productSet.userErrors, []);
  };
  await article('<b>謎の箱</b> & とても長い名前の商品でも折り返して読めること', { barcode: '4999999999996' });
  await article('見本の湯呑み', { barcode: data.products[0].code, sku: 'SAMPLE' });
  for (const { sku } of data.products.slice(0, 3)) {
    const { productVariants: { nodes: [{ inventoryItem: { id } }] } } = await admin(`{ productVariants(first: 1, query: "sku:${sku}") { nodes { inventoryItem { id } } } }`);
    await admin('mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) { userErrors { message } } }', { id, input: { tracked: true } });
  }
  for (const { storeName } of data.stores.slice(0, 2)) await send('PUT', `${stack.shopify.control}/locations`, { name: storeName });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

async function open(locale) {
  const page = await phone(browser, { width: 320 });
  await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`);
  const app = page.frame({ name: 'app-iframe' });
  await app.waitForSelector('#page[aria-busy="false"]');
  const section = app.locator('section', { has: app.locator('#inventory-title') });
  await section.locator('select').first().waitFor();
  return { page, app, section };
}
async function looksFine(app, section, name) {
  assert.deepEqual(await axe(app), []);
  assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
  await section.screenshot({ path: join(screens, `inventory-${name}.png`) });
}
const saved = async () => (await data.merchant('GET', '/inventory')).stores.map(({ location }) => location);

test('shops get their locations, and what does not match is told', async (t) => {
  const [first, second] = data.stores.map(({ storeName }) => storeName);
  await t.test('nothing is chosen to begin with; a name that is the same is offered; a location twice is refused', async () => {
    const { page, app, section } = await open('ja');
    const places = section.locator('select');
    assert.deepEqual(await places.evaluateAll((all) => all.map(({ value }) => value)), ['', '', '']);
    await looksFine(app, section, 'off-ja');
    await section.getByRole('button', { name: '同じ名前のロケーションを選ぶ' }).click();
    await section.getByText('2店舗のロケーションを選びました').waitFor();
    assert.deepEqual(await places.evaluateAll((all) => all.map((one) => one.selectedOptions[0].textContent)), [first, second, '書き込まない']);
    assert.deepEqual(await saved(), ['', '', ''], 'not before it is saved');
    await section.getByLabel(`${data.stores[2].storeName}のロケーション`).selectOption({ label: first });
    await section.getByRole('button', { name: '書き込み先を保存' }).click();
    await section.getByText('このロケーションはほかの店舗で選ばれています').waitFor();
    assert.deepEqual(await saved(), ['', '', '']);
    await looksFine(app, section, 'twice-ja');
    await section.getByLabel(`${data.stores[2].storeName}のロケーション`).selectOption('');
    await section.getByRole('button', { name: '書き込み先を保存' }).click();
    await section.getByText('保存しました。在庫を書き込んでいます').waitFor();
    assert.equal((await saved()).filter(Boolean).length, 2);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  await t.test('each kind has its sentence, its products and a way to them, in both languages', async () => {
    await until('the matching to be over', async () => {
      const { reading, counts } = await data.merchant('GET', '/inventory');
      return !reading && counts.unmatched === 1 && counts.duplicate === 2 && counts.untracked === 1;
    }, 60_000, 200);
    for (const [locale, words] of [
      ['ja', { unmatched: 'スマレジにない商品（1）', duplicate: 'コードが重なっている商品（2）', untracked: '追跡していない商品（1）', matched: '2点の在庫を書き込んでいます', health: '対応しないため' }],
      ['en', { unmatched: 'Not in Smaregi (1)', duplicate: 'Sharing a code (2)', untracked: 'Not tracked in Shopify (1)', matched: 'Stock of 2 products is written', health: 'match none in Smaregi' }],
    ]) {
      const { page, app, section } = await open(locale);
      await section.getByText(words.matched).waitFor();
      for (const kind of ['unmatched', 'duplicate', 'untracked']) await section.getByText(words[kind]).click();
      assert.ok(await section.getByText('<b>謎の箱</b>').first().isVisible());
      for (const link of await section.locator('a.link').evaluateAll((links) => links.map(({ href }) => href))) assert.match(link, /\/admin\/products\/\d+\/variants\/\d+$/);
      await app.locator('[data-check="inventory"][data-state="warning"]').getByText(words.health).waitFor();
      await looksFine(app, section, `listed-${locale}`);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
  });

  await t.test('what was chosen and not saved stays while the page asks anew, and Shopify away is said', async () => {
    const { page, app, section } = await open('en');
    await section.getByLabel(`Location of ${data.stores[2].storeName}`).selectOption({ index: 1 });
    await app.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until('it to have asked', async () => (await section.getByLabel(`Location of ${data.stores[2].storeName}`).inputValue()) !== '', 5_000, 200);
    await page.context().close();
    await send('PUT', `${stack.shopify.control}/faults`, { path: '/_shops/', status: 503, remaining: 1_000_000 });
    const away = await phone(browser, { width: 320 });
    await away.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=en`);
    const frame = away.frame({ name: 'app-iframe' });
    await frame.getByText('We couldn’t read Shopify’s locations').waitFor({ timeout: 60_000 });
    const its = frame.locator('section', { has: frame.locator('#inventory-title') });
    await looksFine(frame, its, 'away-en');
    await send('PUT', `${stack.shopify.control}/faults`, {});
    await its.getByRole('button', { name: 'Read again' }).click();
    await its.locator('select').first().waitFor({ timeout: 30_000 });
    await away.context().close();
  });
});

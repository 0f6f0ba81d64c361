// The merchant makes members of customers with a tag, on the merchant page in a real browser: counts them, reads what the
// button will do, presses it, sees how far it got. Both languages, 320 pixels wide, nothing for axe to find.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone } from '../support/browser.mjs';
import { root } from '../support/processes.mjs';
import { seed, shopifyAdmin } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';

const screens = join(root, 'build', 'screens');
const kTag = 'old programme';
const kCustomers = 3;
const stack = new Stack();
let browser;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  await seed(stack, undefined, { products: 2, members: 1, sales: 0 });
  const { admin } = await shopifyAdmin(stack, ['read_customers', 'write_customers']);
  for (let i = 0; i < kCustomers; ++i) {
    const { customerCreate: made } = await admin('mutation New($input: CustomerInput!) { customerCreate(input: $input) { userErrors { message } } }',
      { input: { lastName: `旧${i}`, firstName: '花子', email: `old${i}.${stack.seed}@example.com`, tags: [kTag] } });
    assert.deepEqual(made.userErrors, []);
  }
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
  return { page, app, section: app.locator('section', { has: app.locator('#backfill-title') }) };
}
async function looksFine(app, section, name) {
  assert.deepEqual(await axe(app), []);
  assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
  await section.screenshot({ path: join(screens, `backfill-${name}.png`) });
}

test('a merchant brings in customers who agreed elsewhere', async () => {
  const { page, app, section } = await open('ja');
  await section.getByLabel('お客さまに付けた顧客タグ').fill("a'b");
  await section.getByRole('button', { name: '人数を確認する' }).click();
  await section.locator('.field__error').getByText('タグの名前を入力してください').waitFor();
  await looksFine(app, section, 'error-ja');
  await section.getByLabel('お客さまに付けた顧客タグ').fill('nobody');
  await section.getByRole('button', { name: '人数を確認する' }).click();
  await section.getByText('お客さまはいません').waitFor();
  await section.getByLabel('お客さまに付けた顧客タグ').fill(kTag);
  await section.getByRole('button', { name: '人数を確認する' }).click();
  const go = section.getByRole('button', { name: `${kCustomers}人をまとめて会員にする` });
  await go.waitFor();
  await looksFine(app, section, 'sure-ja');
  await section.getByRole('button', { name: 'やめる' }).click();
  await section.getByRole('button', { name: '人数を確認する' }).click();
  await go.click();
  await section.getByText(`${kCustomers}人のうち`).waitFor();
  await looksFine(app, section, 'running-ja');
  await section.getByText('お客さまを会員にしました').waitFor({ timeout: 30_000 });
  await section.getByText(`${kCustomers}人のうち${kCustomers}人`).waitFor();
  await looksFine(app, section, 'done-ja');
  assert.deepEqual(page.problems, []);
  await page.context().close();

  const english = await open('en');
  await english.section.getByText(`The customers with the tag “${kTag}” are members`).waitFor();
  await english.section.getByLabel('Their customer tag').fill(kTag);
  await english.section.getByRole('button', { name: 'Count them' }).click();
  await english.section.getByRole('button', { name: `Make ${kCustomers} customers members` }).waitFor();
  await looksFine(english.app, english.section, 'sure-en');
  await english.section.getByRole('button', { name: `Make ${kCustomers} customers members` }).click();
  await english.section.getByText(`${kCustomers} were members already`).waitFor({ timeout: 30_000 });
  await looksFine(english.app, english.section, 'done-en');
  assert.deepEqual(english.page.problems, []);
  await english.page.context().close();
});

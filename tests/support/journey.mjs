// The first journey: the card on the account page is read by a decoder, found at the till, and follows a sale.
import assert from 'node:assert/strict';
import { send } from './stack.mjs';
import { launch, phone, zbar } from './browser.mjs';
import { until } from './processes.mjs';

const kPointsWithinMs = 5_000;
const kStockWithinMs = 15_000;

const digits = (text) => Number(text.replace(/[^\d-]/g, ''));

/** The member's code as Smaregi itself has it, read with the production app's own credentials. */
export async function codeAtSmaregi(stack, code) {
  const { keys, smaregi } = stack;
  const reply = await fetch(`${smaregi.id}/app/${keys.contract_id}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${keys.smaregi_client_id}:${keys.smaregi_client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'pos.customers:read' }),
  });
  const { access_token: token } = await reply.json();
  // The app and this look share one budget at Smaregi: a refusal for its sake is asked again.
  const members = await until('Smaregi to answer', () => send('GET', `${smaregi.api}/${keys.contract_id}/pos/customers?customer_code=${encodeURIComponent(code)}`, undefined,
    { authorization: `Bearer ${token}` }), 10_000, 500);
  return members[0] ?? null;
}

async function onPage(stack, data, browser, path, step) {
  const member = data.joined[0];
  const page = await phone(browser);
  await page.goto(stack.signInUrl(member.id, path));
  const barcode = page.locator('.tsunagi-barcode').first();
  await barcode.waitFor();
  const read = zbar(await barcode.screenshot());
  assert.equal(read.length, 1, `one barcode is read on ${path}, not ${JSON.stringify(read)}`);
  const atSmaregi = await codeAtSmaregi(stack, read[0].text);
  assert.equal(atSmaregi?.customerCode, read[0].text, 'the decoded text is a member code in Smaregi');
  assert.equal(read[0].text, member.code);
  step(`${path}: the ${read[0].symbology} barcode decodes to the code that Smaregi has for the member`);

  const found = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${encodeURIComponent(read[0].text)}`);
  assert.equal(found.customer_code ?? found.code, read[0].text);
  step(`${path}: the till finds the member by it`);

  // The script is on when the figure came from the app proxy.
  await page.waitForFunction(() => document.querySelector('tsunagi-card')?.dataset.state === 'ready', null, { timeout: 15_000 });
  const points = page.locator('.tsunagi-points__figure').first();
  const before = Number(found.point);
  await until(`the page to show the till's ${before} points`, async () => digits(await points.innerText()) === before, kPointsWithinMs, 100);
  const product = data.products[0];
  const stockPage = await page.context().newPage();
  await stockPage.goto(`${stack.shopify.storefront}/products/${product.handle}`);
  const shop = stockPage.locator(`.tsunagi-stock__shop[data-tsunagi-shop="${data.stores[0].storeId}"]`).first();
  await shop.waitFor();
  const figures = () => send('GET', `${stack.shopify.storefront}/apps/tsunagi/stock.json?barcode=${product.code}&sku=${product.sku}`)
    .then((stock) => stock.products[0].shops.find((row) => row.shop_id === String(data.stores[0].storeId)).on_hand);
  const stockBefore = await figures();
  assert.ok(stockBefore > 3, `${stockBefore} on hand to begin with`);
  const signBefore = await shop.innerText();

  const earnedBy = data.products[1];
  const soldAt = Date.now();
  const sale = await send('POST', `${data.till}/sales`, {
    contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId), member_code: read[0].text, spend_points: 0,
    lines: [{ product_code: product.code, quantity: stockBefore - 1 }, { product_code: earnedBy.code, quantity: stack.random.between(1, 4) }],
  });
  const earned = Number(sale.new_point);
  assert.ok(earned > 0, 'the sale earns points');
  step(`${path}: a sale of ¥${Number(sale.total).toLocaleString('ja-JP')} is rung up at the till, ${earned} pt`);

  await until(`the points to become ${before + earned}`, async () => digits(await points.innerText()) === before + earned, kPointsWithinMs, 50);
  step(`${path}: points on the open page ${before} → ${before + earned} after ${Date.now() - soldAt} ms`);
  await until('the stock to change on the open product page', async () => await figures() < stockBefore && (await shop.innerText()) !== signBefore, kStockWithinMs - (Date.now() - soldAt), 100);
  step(`${path}: stock ${stockBefore} → ${await figures()}, “${signBefore.replace(/\s+/g, ' ')}” → “${(await shop.innerText()).replace(/\s+/g, ' ')}” on the open product page after ${Date.now() - soldAt} ms`);
  assert.deepEqual(page.problems, [], 'no errors in the console');
  await page.context().close();
}

/** @param {import('./stack.mjs').Stack} stack */
export async function journey(stack, data, step) {
  const browser = await launch();
  try {
    await onPage(stack, data, browser, '/account', step);
    data.products = [...data.products.slice(2), ...data.products.slice(0, 2)];
    await onPage(stack, data, browser, '/pages/member', step);
  } finally {
    await browser.close();
  }
}

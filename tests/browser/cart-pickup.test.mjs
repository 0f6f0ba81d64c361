// A whole cart is put aside in one shop: from the product pages into the cart, by the block there to the pick-up page, which says
// what each shop has of it, and to the list of the shop's staff. On a phone, in both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WORDS } from '../../liquid/pickup-page/pickup-words.js';
import { axe, keepScreen, launch, phone } from '../support/browser.mjs';
import { Counter } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kWaitMs = 40_000;
const kWays = {
  ja: { prefix: '', locale: 'ja-JP', add: 'カートに入れる', go: 'カートの商品を店舗で受け取る', until: 'から受け取れます' },
  en: { prefix: '/en', locale: 'en-GB', add: 'Add to cart', go: 'Pick up the cart in a shop', until: 'Ready from' },
};

const stack = new Stack();
let browser, data, counter, staff;
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 3, members: 3, sales: 0 });
  await stack.settled();
  counter = new Counter(stack, data);
  await counter.open();
  browser = await launch();
  const { link } = await data.merchant('POST', '/staff', { name: '佐藤 花', role: 'head_office' });
  staff = await phone(browser);
  await staff.goto(link);
  await staff.waitForSelector('#page[aria-busy="false"]');
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
async function looksFine(page, name, options) {
  assert.deepEqual(await axe(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name}: no scrolling to the side`);
  assert.deepEqual(page.problems, [], name);
  await keepScreen(page, name, options);
}
/** What a shop's shelf has, as the server knows it. */
async function shelf(product, store, amount) {
  await counter.shelf(product, amount, String(store.storeId));
  await until(`${amount} of ${product.code}`, async () => {
    const { products: [{ shops }] } = await send('GET', stack.server + counter.path('', '/stock.json', { barcode: product.code, all: '1' }));
    return shops.find(({ shop_id: id }) => id === String(store.storeId))?.on_hand === amount;
  }, 30_000, 200);
}

for (const [i, [language, ways]] of Object.entries(kWays).entries()) {
  test(`two products, one shop that has them, ${language}`, async () => {
    const [towel, cup] = data.products;
    const [shibuya, shinjuku] = data.stores;
    const words = WORDS[language];
    await shelf(towel, shibuya, 5);
    await shelf(cup, shibuya, 5);
    await shelf(towel, shinjuku, 1);
    await shelf(cup, shinjuku, 0);
    const page = await phone(browser, { locale: ways.locale });
    await page.goto(stack.signInUrl(data.joined[i].id, `${ways.prefix}/cart`));
    assert.equal(await page.getByRole('link', { name: ways.go }).count(), 0, 'an empty cart leads nowhere');
    for (const product of [towel, towel, cup]) {
      await page.goto(`${stack.shopify.storefront}${ways.prefix}/products/${product.handle}`);
      await page.getByRole('button', { name: ways.add, exact: true }).click();
      await page.waitForURL(/\/cart$/);
    }
    const go = page.getByRole('link', { name: ways.go, exact: true });
    assert.equal(await go.getAttribute('href'), `${ways.prefix}/apps/tsunagi/pickup?line=2*${towel.code}&line=1*${cup.code}`);
    assert.ok((await go.boundingBox()).height >= 44);
    await looksFine(page, `cart-block-${language}`);

    await go.click();
    await page.locator('.tsunagi-pickup__shop').first().waitFor({ timeout: kWaitMs });
    const lines = [[towel, 2], [cup, 1]].map(([{ name }, quantity]) => say(words.lines, { name, quantity }));
    assert.deepEqual((await page.locator('.tsunagi-pickup__cart-name').allInnerTexts()), lines);
    const [has, lacks, ...others] = await page.locator('.tsunagi-pickup__shop').allInnerTexts();
    assert.equal(others.length, 0);
    assert.ok(has.startsWith(shibuya.storeName) && has.includes(words.has_all) && has.includes(ways.until), has);
    assert.deepEqual(lacks.split('\n').slice(0, 4), [shinjuku.storeName, words.lacks, say(words.lacks_some, { name: towel.name, count: 1 }), say(words.lacks_all, { name: cup.name })]);
    assert.equal(await page.locator('[name="tsunagi-shop"]').count(), 1, 'what has not all cannot be chosen');
    assert.equal(await page.locator('[name="tsunagi-shop"]:checked').inputValue(), String(shibuya.storeId));
    await looksFine(page, `cart-shops-${language}`, { fullPage: true });

    await page.getByRole('button', { name: say(words.reserve_at, { shop: shibuya.storeName }), exact: true }).click();
    const held = page.locator('.tsunagi-pickup__card--placed');
    await held.waitFor({ timeout: kWaitMs });
    assert.deepEqual((await held.locator('.tsunagi-pickup__line').allInnerTexts()).toSorted(), lines.toSorted());
    assert.equal(await held.count(), 1, 'one reservation');
    const id = await held.getAttribute('data-tsunagi-pickup');
    assert.deepEqual(Object.fromEntries(query(stack, `select product_code, quantity from pickup_line where pickup_id = '${id}'`).map((row) => [row.product_code, Number(row.quantity)])),
      { [towel.code]: 2, [cup.code]: 1 });
    await looksFine(page, `cart-held-${language}`, { fullPage: true });

    const code = (await held.locator('.tsunagi-pickup__code').innerText()).replaceAll(/\s/g, '');
    const job = staff.locator('.job', { hasText: code });
    await job.waitFor({ timeout: kWaitMs });
    await keepScreen(staff, `cart-staff-${language}`);
    await job.click();
    for (const { name } of [towel, cup]) await staff.getByText(name).first().waitFor({ timeout: kWaitMs });
    await keepScreen(staff, `cart-staff-open-${language}`);
    await staff.goto(`${stack.server}/staff`);
    await page.context().close();
  });
}

test('a quantity that is changed on the cart page, and a cart that another page changed: the way leads to what is in it now', async () => {
  const [towel, cup] = data.products;
  await shelf(towel, data.stores[0], 50);
  const page = await phone(browser, { locale: 'ja-JP' });
  await page.goto(stack.signInUrl(data.joined[2].id, '/cart'));
  for (const product of [towel, cup]) {
    await page.goto(`${stack.shopify.storefront}/products/${product.handle}`);
    await page.getByRole('button', { name: kWays.ja.add, exact: true }).click();
    await page.waitForURL(/\/cart$/);
  }
  const go = page.getByRole('link', { name: kWays.ja.go, exact: true });
  const leadsTo = (...lines) => page.locator(`.tsunagi-cart a[href="/apps/tsunagi/pickup?${lines.map(([quantity, { code }]) => `line=${quantity}*${code}`).join('&')}"]`);
  const quantity = (product) => page.getByLabel(`${product.name}の数量`);
  await quantity(towel).fill('3');
  await quantity(towel).blur();
  await leadsTo([3, towel], [1, cup]).waitFor();
  await quantity(cup).fill('0');
  await quantity(cup).blur();
  await leadsTo([3, towel]).waitFor();
  // What cannot be put aside as it is has no way there, and has one again.
  await quantity(towel).fill('100');
  await quantity(towel).blur();
  await go.waitFor({ state: 'detached' });
  await quantity(towel).fill('2');
  await quantity(towel).blur();
  await leadsTo([2, towel]).waitFor();

  // Back to a page that the browser kept, from one that put something into the cart.
  const other = await page.context().newPage();
  await other.goto(`${stack.shopify.storefront}/products/${cup.handle}`);
  await other.getByRole('button', { name: kWays.ja.add, exact: true }).click();
  await other.waitForURL(/\/cart$/);
  await other.close();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await leadsTo([2, towel], [1, cup]).waitFor();
  await page.reload();
  await quantity(cup).fill('0');
  await quantity(cup).blur();
  await leadsTo([2, towel]).waitFor();

  // A tap before the answer waits for it; the shop's page that does not come leaves the way as it was.
  const held = [];
  await page.route(/section_id=/, (route) => held.push(route));
  await quantity(towel).fill('4');
  await quantity(towel).blur();
  await until('it asks for itself', async () => held.length === 1);
  await go.click();
  await quantity(towel).fill('5');
  await quantity(towel).blur();
  await until('it asks again', async () => held.length === 2);
  assert.match(page.url(), /\/cart$/);
  await held[1].continue();
  await held[0].continue();
  await page.waitForURL(`**/pickup?line=5*${towel.code}`);
  await page.locator('[name="tsunagi-shop"]').first().waitFor({ timeout: kWaitMs });

  await page.unroute(/section_id=/);
  await page.goto(`${stack.shopify.storefront}/cart`);
  await page.route(/section_id=/, (route) => route.abort());
  await quantity(towel).fill('1');
  await quantity(towel).blur();
  await until('the cart has one', async () => (await quantity(towel).inputValue()) === '1');
  await go.click();
  await page.waitForURL(/\/pickup\?line=/);
  await page.context().close();
});

test('an address that the server refuses is said to be so, with the way back; what no shop carries is left out with one tap', async () => {
  const [towel] = data.products;
  for (const [language, { prefix, locale }] of Object.entries(kWays)) {
    const page = await phone(browser, { locale });
    const words = WORDS[language];
    await page.goto(stack.signInUrl(data.joined[2].id, `${prefix}/apps/tsunagi/pickup?line=100*${towel.code}`));
    await page.getByText(words.cart_refused).waitFor({ timeout: kWaitMs });
    assert.equal(await page.getByRole('link', { name: words.to_cart }).getAttribute('href'), `${prefix}/cart`);
    assert.deepEqual(await axe(page), []);
    await keepScreen(page, `cart-refused-${language}`);
    assert.deepEqual(page.problems.splice(0).filter((one) => !/status of 400/.test(one)), []);
    await page.goto(`${stack.shopify.storefront}${prefix}/apps/tsunagi/pickup?line=1*${towel.code}&line=1*GIFT`);
    await page.getByText(words.nowhere_all).waitFor({ timeout: kWaitMs });
    await page.getByText(words.not_carried).waitFor();
    await looksFine(page, `cart-nowhere-${language}`, { fullPage: true });
    await page.getByRole('link', { name: say(words.leave_out_of, { name: 'GIFT' }) }).click();
    await page.locator('[name="tsunagi-shop"]').first().waitFor({ timeout: kWaitMs });
    assert.equal(new URL(page.url()).search, `?line=1*${towel.code}`);
    await page.context().close();
  }
});

// What a shopper does with the stock of shops: asks to be told when one has it again, and has the nearest come first without
// anybody learning where they are. On a phone, in both languages, on the product's page and on the stock page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, keepScreen, launch, phone } from '../support/browser.mjs';
import { Counter } from '../support/counter.mjs';
import { query } from '../support/database.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kIdleMs = 1_000;  // what comes late may not move anything either
const kSeenMs = 15_000;
const kHere = { latitude: 35.689634, longitude: 139.692101 };  // Shinjuku
const kPlaces = ['35.6595, 139.7005', 'https://www.google.com/maps/place/x/@35.1,139.1,17z/data=!4m6!3d35.6896!4d139.7006'];
const kDay = 86_400_000;
const dayOf = (at) => new Date(at).toLocaleDateString('sv-SE', { timeZone: 'Asia/Tokyo' });
const kOpen = { opens: '10:00', closes: '20:00', closed: [], closed_on: [], cut_off: '' };
// The third shop has the programme's: those of the counter.
const kHours = [kOpen, { ...kOpen, closed_on: [dayOf(Date.now()), dayOf(Date.now() + kDay)] }];
const kWays = {
  ja: { prefix: '', ask: '入荷したらメールで知らせる', asked: '入荷をメールでお知らせします', saved: '保存しました', near: '近い順', said: 'この端末の外に送りません', refused: '現在地を確認できませんでした', about: '約', today: '本日 10:00–20:00', whole: '本日 00:00–24:00', closed: '本日休業', map: '地図' },
  en: { prefix: '/en', ask: 'Email me when it is back', asked: 'We’ll email you when it is back', saved: 'Saved', near: 'Nearest first', said: 'stays on this device', refused: 'couldn’t tell where you are', about: 'about', today: 'Today 10:00–20:00', whole: 'Today 00:00–24:00', closed: 'Closed today', map: 'Map' },
};

const mailbox = new Mailbox();
let stack, data, counter, browser;
before(async () => {
  const port = await mailbox.open(await freePort());
  stack = new Stack({ mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
  await stack.start();
  data = await seed(stack, undefined, { shops: 3, products: 3, members: 3, sales: 0 });
  await stack.settled();
  counter = new Counter(stack, data);
  await counter.open();
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, stores: data.stores.map(({ storeId }, i) => ({ store_id: String(storeId), position: kPlaces[i] ?? '', hours: kHours[i] ?? null })) });
  for (const product of data.products) await counter.shelf(product, 0);
  browser = await launch();
  console.log(`# seed ${stack.seed}`);
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  await mailbox.close();
});

async function watched(options) {
  const page = await phone(browser, options);
  await page.addInitScript(() => {
    window.shifts = 0;
    new PerformanceObserver((entries) => entries.getEntries().forEach((entry) => { if (!entry.hadRecentInput) window.shifts += entry.value; }))
      .observe({ type: 'layout-shift', buffered: true });
  });
  page.asked = [];
  page.on('request', (request) => page.asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`));
  return page;
}
async function looksFine(page, name) {
  await page.waitForTimeout(kIdleMs);
  assert.deepEqual(await axe(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name}: no scrolling to the side`);
  assert.equal(await page.evaluate(() => window.shifts), 0, `${name}: nothing moves`);
  assert.deepEqual(page.problems, [], name);
  await keepScreen(page, name);
}
const signedIn = (path) => stack.signInUrl(data.joined[0].id, path);
const row = (page) => page.locator(`.tsunagi-stock__shop[data-tsunagi-shop="${counter.store}"]`).first();
const pressed = (button, state) => until(`the button to be ${state}`, async () => (await button.getAttribute('aria-pressed')) === String(state), kSeenMs, 100);
const open = () => query(stack, "select count(*) as n from restock_request where is_open = 1")[0].n;
const said = (page, words) => until(words, async () => (await page.locator('tsunagi-stock [data-tsunagi-live]').textContent()).includes(words), kSeenMs, 100);

for (const [language, words] of Object.entries(kWays)) {
  const product = () => data.products[language === 'ja' ? 0 : 1];
  const ways = () => ({
    'product page': `${words.prefix}/products/${product().handle}`,
    'stock page': `${words.prefix}/apps/tsunagi/stock?barcode=${product().code}`,
  });

  for (const where of ['product page', 'stock page']) {
    test(`${language}, ${where}: asks to be told and takes it back`, async () => {
      const page = await watched({ locale: language === 'ja' ? 'ja-JP' : 'en-GB' });
      await page.goto(signedIn(ways()[where]));
      const button = row(page).getByRole('button', { name: words.ask });
      await button.waitFor();
      await looksFine(page, `restock-${language}-${where.replace(' ', '-')}`);
      const { height, width } = await button.boundingBox();
      assert.ok(height >= 44 && width >= 44, `${width} × ${height}`);
      await button.focus();
      await page.keyboard.press('Enter');
      const asked = row(page).getByRole('button', { name: words.asked });
      await asked.waitFor();
      assert.equal(open(), 1);
      await said(page, words.saved);
      assert.ok(await asked.evaluate((element) => element === document.activeElement), 'focus stays');
      await page.reload();
      await asked.waitFor();
      await keepScreen(page, `restock-asked-${language}-${where.replace(' ', '-')}`);
      await asked.click();
      await button.waitFor();
      await pressed(button, false);
      assert.equal(open(), 0);
      await page.context().close();
    });
  }

  test(`${language}: nobody signed in is asked for an address; without JavaScript nothing is dead`, async () => {
    const stranger = await watched({ locale: language === 'ja' ? 'ja-JP' : 'en-GB' });
    await stranger.goto(`${stack.shopify.storefront}${ways()['product page']}`);
    await row(stranger).waitFor();
    assert.equal(await stranger.getByRole('button', { name: words.ask }).count(), 0);
    await stranger.context().close();
    const still = await phone(browser, { locale: language === 'ja' ? 'ja-JP' : 'en-GB', javaScriptEnabled: false });
    await still.goto(signedIn(ways()['stock page']));
    await row(still).waitFor();
    assert.equal(await still.locator('.tsunagi-stock').getByRole('button').count(), 0, 'a button needs JavaScript');
    assert.ok((await row(still).textContent()).includes(language === 'ja' ? 'なし' : 'Out of stock'));
    await still.context().close();
  });

  for (const where of ['product page', 'stock page']) {
    test(`${language}, ${where}: the nearest shops come first, and nobody is told where the shopper is`, async () => {
      const page = await watched({ locale: language === 'ja' ? 'ja-JP' : 'en-GB', permissions: ['geolocation'], geolocation: kHere });
      await page.goto(`${stack.shopify.storefront}${ways()[where]}`);
      const near = page.getByRole('button', { name: words.near });
      await near.waitFor();
      const order = () => page.locator('.tsunagi-stock__shop').evaluateAll((rows) => rows.map((one) => one.dataset.tsunagiShop));
      const [first, second, third] = data.stores.map(({ storeId }) => String(storeId));
      assert.deepEqual(await order(), [first, second, third]);
      await page.waitForTimeout(kIdleMs);
      await near.click();
      await pressed(near, true);
      // The third is about at the prefecture's office, which is where the shopper stands.
      assert.deepEqual(await order(), [third, second, first]);
      assert.deepEqual(await page.locator('.tsunagi-stock__distance').allTextContents(), [`${words.about}${language === 'ja' ? '' : ' '}1 km`, '770 m', '3.4 km']);
      await said(page, words.said);
      await looksFine(page, `near-${language}-${where.replace(' ', '-')}`);
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await page.waitForResponse(/stock\.json/);
      assert.deepEqual(await order(), [third, second, first], 'and stay so');
      for (const request of page.asked) assert.doesNotMatch(request, /35[.]?689|139[.]?692/, 'no request says where');
      await near.click();
      await pressed(near, false);
      assert.deepEqual(await order(), [first, second, third]);
      assert.equal(await page.locator('.tsunagi-stock__distance').count(), 0);
      await page.context().close();
    });
  }

  for (const width of [320, 390]) {
    test(`${language}, ${width} px: today's hours stand with the map, on one line`, async () => {
      const page = await watched({ locale: language === 'ja' ? 'ja-JP' : 'en-GB', width });
      await page.goto(`${stack.shopify.storefront}${ways()['product page']}`);
      await row(page).waitFor();
      const shops = page.locator('.tsunagi-stock__shop');
      const lines = await shops.evaluateAll((rows) => rows.map((one) => one.querySelector('.tsunagi-stock__hours')?.textContent));
      assert.deepEqual(lines, [`${words.today}${words.map}`, `${words.closed}${words.map}`, `${words.whole}${words.map}`]);
      for (const line of await page.locator('.tsunagi-stock__hours').all()) assert.equal((await line.boundingBox()).height, 44);
      await looksFine(page, `hours-${language}-${width}`);
      await page.context().close();
      const still = await phone(browser, { locale: language === 'ja' ? 'ja-JP' : 'en-GB', width, javaScriptEnabled: false });
      await still.goto(`${stack.shopify.storefront}${ways()['stock page']}`);
      assert.equal(await still.locator(`.tsunagi-stock[lang="${language}"] .tsunagi-stock__hours`).first().textContent(), `${words.today}${words.map}`);
      await still.context().close();
    });
  }

  test(`${language}: who does not say where they are is told so, and sees the list as it was`, async () => {
    const page = await watched({ locale: language === 'ja' ? 'ja-JP' : 'en-GB', permissions: [] });
    await page.goto(`${stack.shopify.storefront}${ways()['product page']}`);
    await page.addScriptTag({ content: 'navigator.geolocation.getCurrentPosition = (found, lost) => lost({ code: 1 })' });
    await page.getByRole('button', { name: words.near }).click();
    await said(page, words.refused);
    assert.equal(await page.locator('.tsunagi-stock__distance').count(), 0);
    await page.context().close();
  });
}

test('the merchant lets customers ask, sees who waits, and says where a shop is', async () => {
  const [customer] = data.joined;
  const page = await watched();
  await page.goto(signedIn(`/products/${data.products[2].handle}`));
  await row(page).getByRole('button', { name: kWays.ja.ask }).click();
  await until('the request', () => open() === 1, kSeenMs, 100);
  await page.context().close();
  const desk = await phone(browser, { width: 900, height: 1200 });
  await desk.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=ja`);
  const frame = desk.frameLocator('iframe');
  await frame.getByRole('heading', { name: '入荷のお知らせのお申し込み' }).waitFor();
  const list = frame.locator('section[aria-labelledby="restocks-title"]');
  assert.ok((await list.innerText()).includes(data.products[2].name));
  assert.ok(!(await list.innerText()).includes(customer.last_name), 'whose it is stays unsaid');
  const place = frame.getByLabel('渋谷店の場所');
  assert.equal(await place.inputValue(), '35.659500,139.700500');
  await place.fill('somewhere');
  await frame.getByRole('button', { name: '保存', exact: true }).click();
  await until('the refusal', async () => (await place.getAttribute('aria-invalid')) === 'true', kSeenMs, 100);
  await place.fill('35.66, 139.7');
  await frame.getByLabel('件名（日本語）').fill('{{PRODUCT}}が入りました');
  await frame.getByRole('button', { name: '保存', exact: true }).click();
  await until('the settings', async () => {
    const { settings } = await data.merchant('GET', '/status');
    return settings.restock.mail.ja.subject === '{{PRODUCT}}が入りました' && settings.stores[0].position === '35.660000,139.700000';
  }, kSeenMs, 200);
  for (const inner of desk.frames()) assert.deepEqual(await axe(inner), []);
  await keepScreen(desk, 'merchant-restocks', { fullPage: true });
  await counter.shelf(data.products[2], 2);
  await until('the mail', () => mailbox.mails.some(({ subject }) => subject === `${data.products[2].name}が入りました`), 60_000, 200);
  await desk.context().close();
});

// Of every prefecture how many, in the order of the prefectures' numbers; the three of the seed are in Tokyo.
const kMore = [['北海道', '札幌店'], ['宮城県', '仙台店'], ['東京都', '池袋店', '上野店', '吉祥寺店', '立川店', '町田店', '銀座店', '品川店', '秋葉原店'], ['神奈川県', '横浜ポルタ店', '川崎店'],
  ['愛知県', '名古屋店'], ['大阪府', '梅田店', 'なんば店', '天王寺店'], ['福岡県', '博多店', '天神店'], ['', '通販倉庫']];
const kAreas = {
  ja: ['すべての都道府県（22）', '北海道（1）', '宮城県（1）', '東京都（11）', '神奈川県（2）', '愛知県（1）', '大阪府（3）', '福岡県（2）', 'その他（1）'],
  en: ['All prefectures (22)', 'Hokkaido (1)', 'Miyagi (1)', 'Tokyo (11)', 'Kanagawa (2)', 'Aichi (1)', 'Osaka (3)', 'Fukuoka (2)', 'Other (1)'],
};
const kOsaka = '27';
const kOsakaShops = ['梅田店', 'なんば店', '天王寺店'];
const kSays = { ja: { shown: '4店舗を表示しています', show: '表示', label: '都道府県', more: '他の店舗を見る（2）' }, en: { shown: 'Showing 4 shops', show: 'Show', label: 'Prefecture', more: 'See other shops (2)' } };

test('many shops in several prefectures', async (t) => {
  const [product] = data.products;
  const { pos } = data;
  await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { rate_limit: { reads_per_second: 1_000, writes_per_second: 1_000 } });
  const made = [];
  for (const [prefecture, ...names] of kMore) {
    for (const name of names) {
      made.push(await pos('POST', '/stores', { storeCode: `M${made.length}`, storeName: name, storeAbbr: name, division: '1', phoneNumber: '03-1234-5678',
        address: prefecture && `${prefecture}1-2-3`, displaySequence: String(10 + made.length) }));
    }
  }
  for (const [i, { storeId }] of made.entries()) await pos('PATCH', `/stock/${product.product_id}`, { storeId: String(storeId), stockAmount: String(i % 3 * 4) });
  await data.merchant('POST', '/refresh', {});
  await until('the new shops', async () => {
    const { products: [{ shops }] } = await send('GET', stack.server + counter.path('', '/stock.json', { barcode: product.code, all: '1' }));
    return shops.length === made.length + 3 && shops.every(({ known }) => known);
  }, 90_000, 500);
  const [customer] = data.joined;
  const favourite = data.stores[1];

  const choice = (page) => page.locator('.tsunagi-stock__area').first();
  const names = (page) => page.locator('.tsunagi-stock__name').allTextContents();
  const narrowed = (page) => until('the shops of Osaka', async () => (await names(page)).join() === [favourite.storeName, ...kOsakaShops].join(), kSeenMs, 100);
  const kept = (page) => page.evaluate(() => localStorage.getItem('tsunagi:area'));
  const star = async (page) => {
    const button = page.locator(`.tsunagi-stock__star[data-tsunagi-shop="${favourite.storeId}"]`).first();
    if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
    await pressed(button, true);
  };

  for (const language of ['ja', 'en']) {
    const { prefix } = kWays[language];
    const says = kSays[language];
    const productPage = `${prefix}/products/${product.handle}`;
    const stockPage = `${prefix}/apps/tsunagi/stock?barcode=${product.code}`;
    const options = { locale: language === 'ja' ? 'ja-JP' : 'en-GB' };

    await t.test(`${language}: a shopper looks through one prefecture, and is asked no second time until signed out`, async () => {
      const page = await watched(options);
      await page.goto(signedIn(productPage));
      await choice(page).waitFor();
      assert.deepEqual(await choice(page).locator('option').allTextContents(), kAreas[language]);
      assert.equal(await choice(page).getAttribute('aria-label'), says.label);
      await star(page);
      await looksFine(page, `area-${language}-product-page`);
      const { height, width } = await choice(page).boundingBox();
      assert.ok(height >= 44 && width >= 44, `${width} × ${height}`);
      await choice(page).focus();
      await choice(page).selectOption(kOsaka);
      await narrowed(page);
      await said(page, says.shown);
      assert.ok(await choice(page).evaluate((element) => element === document.activeElement), 'focus stays');
      assert.equal(await page.locator('.tsunagi-stock__more').count(), 0);
      await looksFine(page, `area-osaka-${language}-product-page`);
      await page.reload();
      await narrowed(page);
      assert.equal(await choice(page).inputValue(), kOsaka);
      await looksFine(page, `area-again-${language}-product-page`);
      await page.goto(stack.shopify.storefront + stockPage);
      await narrowed(page);
      assert.equal(await choice(page).inputValue(), kOsaka);
      await looksFine(page, `area-again-${language}-stock-page`);
      await choice(page).selectOption('0');
      await until('all shops', async () => (await names(page)).length === 20, kSeenMs, 100);
      assert.equal(await page.locator('.tsunagi-stock__more').innerText(), says.more);
      await choice(page).selectOption(kOsaka);
      await narrowed(page);
      assert.equal(await kept(page), JSON.stringify({ customer: String(customer.id), area: kOsaka }));
      await page.goto(stack.signOutUrl(productPage));
      await choice(page).waitFor();
      await until('all shops', async () => (await names(page)).length === 20, kSeenMs, 100);
      assert.equal(await choice(page).inputValue(), '0');
      assert.equal(await kept(page), null, 'nothing of the customer stays');
      await page.context().close();
    });

    await t.test(`${language}: without JavaScript the form leads to the shops of one prefecture`, async () => {
      const page = await phone(browser, { ...options, javaScriptEnabled: false });
      await page.goto(stack.shopify.storefront + stockPage);
      assert.equal((await names(page)).length, 20);
      await keepScreen(page, `area-${language}-no-script`);
      const show = page.getByRole('button', { name: says.show, exact: true });
      for (const control of [show, choice(page)]) assert.ok((await control.boundingBox()).height >= 44);
      await choice(page).selectOption(kOsaka);
      await show.click();
      await page.waitForURL(/area=27/);
      assert.deepEqual(await names(page), kOsakaShops);
      assert.equal(await choice(page).inputValue(), kOsaka);
      assert.ok(new URL(page.url()).pathname.startsWith(`${prefix}/apps/`), 'in the same language');
      await keepScreen(page, `area-osaka-${language}-no-script`);
      await choice(page).selectOption('0');
      await show.click();
      await page.waitForURL(/area=0/);
      await page.locator('.tsunagi-stock__more').click();
      await page.waitForURL(/all=1/);
      assert.equal((await names(page)).length, 22);
      assert.ok(new URL(page.url()).pathname.startsWith(`${prefix}/apps/`), 'in the same language');
      await page.context().close();
    });
  }

  await t.test('the nearest come first within a prefecture, and nobody signed in is remembered too', async () => {
    const page = await watched({ permissions: ['geolocation'], geolocation: kHere });
    await send('PUT', `${stack.shopify.control}/theme`, { scheme: 'dark' });
    await page.goto(`${stack.shopify.storefront}/products/${product.handle}`);
    await choice(page).selectOption('14');
    await until('the shops of Kanagawa', async () => (await names(page)).length === 2, kSeenMs, 100);
    await page.getByRole('button', { name: kWays.ja.near }).click();
    await page.locator('.tsunagi-stock__distance').first().waitFor();
    assert.equal(await page.locator('.tsunagi-stock__distance').count(), 2);
    for (const request of page.asked) assert.doesNotMatch(request, /35[.]?689|139[.]?692/, 'no request says where');
    await looksFine(page, 'area-near');
    await page.reload();
    await until('the shops of Kanagawa again', async () => (await names(page)).length === 2, kSeenMs, 100);
    await send('PUT', `${stack.shopify.control}/theme`, { scheme: 'light' });
    await page.context().close();
  });
});

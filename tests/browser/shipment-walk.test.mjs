// An online order through the staff's windows on a phone: the shop that is asked first says that it cannot, the next one packs it by
// scan, sees where it goes while it packs, and hands it to the carrier; head office decides about what nobody can send. Both
// languages, nothing for axe to find.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WORDS as SHIPPING_WORDS } from '../../server/http/admin/shipping-words.js';
import { WORDS as MERCHANT_WORDS } from '../../server/http/admin/words.js';
import { PARCEL_WORDS } from '../../server/http/staff/parcel-words.js';
import { WORDS } from '../../server/http/staff/words.js';
import { axe, keepScreen, launch, phone } from '../support/browser.mjs';
import { Counter } from '../support/counter.mjs';
import { Parcels } from '../support/parcels.mjs';
import { root, until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';

const kWaitMs = 40_000;
const kShelf = 20;
const kLocales = { ja: 'ja-JP', en: 'en-GB' };

const stack = new Stack();
let browser, data, counter, parcels;
const contexts = [];
before(async () => {
  await stack.start();
  data = await seed(stack, undefined, { shops: 2, products: 3, members: 1, sales: 0 });
  counter = new Counter(stack, data);
  await counter.open();
  parcels = new Parcels(stack, data, counter);
  await parcels.open({ each: kShelf });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack.stop();
});

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
const counted = (sentence, count, values = {}) => say(typeof sentence === 'string' ? sentence : count === 1 ? sentence.one : sentence.many, { count, ...values });
async function looksFine(page, name) {
  assert.deepEqual(await axe(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name}: no scrolling to the side`);
  await keepScreen(page, name);
}
async function staffWindow(language, role, stores) {
  const { link } = await data.merchant('POST', '/staff', { name: role === 'clerk' ? '山本' : '本部の田中', role, ...(stores ? { stores } : {}) });
  const page = await phone(browser, { locale: kLocales[language] });
  contexts.push(page.context());
  await page.goto(link);
  await page.waitForSelector('#page[aria-busy="false"]');
  return page;
}
/** The one big button; a press within its first moment is taken for the last one's. */
async function press(page, name) {
  const button = page.locator('.thumb__action').getByRole('button', { name, exact: true });
  await button.waitFor({ timeout: kWaitMs });
  await page.waitForTimeout(450);
  await button.click();
}
const rowOf = (page, { name }) => page.locator('.job', { hasText: name });
async function type(page, text) {
  await page.locator('#scan').fill(text);
  await page.locator('#scan').press('Enter');
}

for (const language of ['ja', 'en']) {
  const words = PARCEL_WORDS[language];
  const all = WORDS[language];
  test(`${language}: the merchant lets the shops send orders`, async () => {
    const text = SHIPPING_WORDS[language];
    const page_ = MERCHANT_WORDS[language];
    await parcels.settings({ on: false, location: '', split_most: 1, order: ['parcels', 'priority', 'distance'], shops: [] });
    const page = await phone(browser, { width: 320, height: 2_000 });
    contexts.push(page.context());
    await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${language}`);
    const app = page.frame({ name: 'app-iframe' });
    await app.waitForSelector('#page[aria-busy="false"]');
    const card = app.locator('section.card', { has: app.locator('#setting-shipping') });
    assert.equal(await card.locator('.form').isVisible(), false, 'nothing to choose while it is off');
    await card.getByLabel(text.on).check();
    const place = card.getByLabel(text.location);
    await until('the locations', async () => await place.locator('option').count() > 2, kWaitMs, 100);
    await place.selectOption(String(parcels.online.id));
    await card.getByLabel(text.order, { exact: true }).selectOption('parcels,distance,priority');
    await card.getByLabel(text.split_most).fill('9');
    const [first] = data.stores;
    await card.getByLabel(say(text.priority_of, { shop: first.storeName })).fill('3');
    const save = app.getByRole('button', { name: page_.save, exact: true });
    await save.click();
    await card.getByText(say(text.least, { most: 5 })).waitFor({ timeout: kWaitMs });
    await card.getByLabel(text.split_most).fill('2');
    assert.deepEqual(await axe(app), []);
    assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
    await card.screenshot({ path: join(root, 'build', 'screens', `shipping-settings-${language}.png`) });
    await save.click();
    await page.getByText(page_.saved, { exact: true }).waitFor({ timeout: kWaitMs });
    const { settings: { shipping } } = await data.merchant('GET', '/status');
    assert.deepEqual([shipping.on, shipping.location, shipping.order, shipping.split_most, shipping.shops],
      [true, String(parcels.online.id), ['parcels', 'distance', 'priority'], 2, [{ store_id: String(first.storeId), ships: true, priority: 3 }]]);
    assert.deepEqual(page.problems, []);
  });

  test(`${language}: declined by one shop, packed by scan at the other and handed to the carrier`, async () => {
    const order = await parcels.order([{ barcode: data.products[0].code, quantity: 2 }, { barcode: data.products[1].code, quantity: 1 }]);
    const head = await counter.clerk('head_office');
    const first = await parcels.waitFor(head, order);
    const other = data.stores.map(({ storeId }) => String(storeId)).find((id) => id !== first.shop);

    const before = await Promise.all(data.products.map((product) => parcels.counted(product, other)));

    const declines = await staffWindow(language, 'clerk', [first.shop]);
    await rowOf(declines, order).waitFor({ timeout: kWaitMs });
    await looksFine(declines, `parcel-list-${language}`);
    await rowOf(declines, order).click();
    await looksFine(declines, `parcel-asked-${language}`);
    assert.equal(await declines.locator('.address').count(), 0, 'nobody’s address before the shop said yes');
    await declines.getByRole('button', { name: words.cannot }).click();
    await declines.getByLabel(all.reject.damaged, { exact: true }).check();
    await looksFine(declines, `parcel-cannot-${language}`);
    await press(declines, say(words.act_refuse, { reason: all.reject.damaged }));
    await declines.getByText(say(words.done.refuse, { code: order.name })).waitFor({ timeout: kWaitMs });

    const packs = await staffWindow(language, 'clerk', [other]);
    await rowOf(packs, order).click({ timeout: kWaitMs });
    await press(packs, words.act_accept);
    await packs.locator('.address').getByText('道玄坂2-1').waitFor({ timeout: kWaitMs });
    assert.equal(await packs.locator('.address__line').nth(1).textContent(), '東京都渋谷区');
    await looksFine(packs, `parcel-accepted-${language}`);
    await press(packs, words.act_pick);
    for (let i = 0; i < 2; ++i) await type(packs, data.products[0].code);
    await packs.getByText(counted(all.of, 2, { found: 2 }), { exact: true }).waitFor({ timeout: kWaitMs });
    await looksFine(packs, `parcel-picking-${language}`);
    await type(packs, data.products[1].code);
    await press(packs, counted(words.act_pack, 3));
    await packs.locator('#number').waitFor({ timeout: kWaitMs });
    await packs.locator('#carrier').selectOption('sagawa');
    await type(packs, '4912-3456-7890');  // as a scanner types the label
    assert.equal(await packs.locator('#number').inputValue(), '491234567890');
    await looksFine(packs, `parcel-packed-${language}`);
    await press(packs, words.act_ship);
    await packs.getByText(say(words.done.ship, { code: order.name })).waitFor({ timeout: kWaitMs });
    await rowOf(packs, order).waitFor({ state: 'detached', timeout: kWaitMs });
    const [parcel] = await until('the parcel', async () => {
      const sent = await parcels.sent(order);
      return sent.length === 1 && sent;
    }, kWaitMs, 200);
    assert.deepEqual([parcel.location.id, parcel.trackingInfo[0].number, parcel.trackingInfo[0].company],
      [parcels.places[other].gid, '491234567890', 'Sagawa (JA)']);
    assert.ok(!(await packs.content()).includes('道玄坂'), 'the address has left the page with the parcel');
    for (const page of [declines, packs]) assert.deepEqual(page.problems, []);
    // Smaregi is told what left; and what was damaged is offered again once it was counted.
    for (const [at, sent] of [[0, 2], [1, 1]]) {
      await until('the tills to know', async () => await parcels.counted(data.products[at], other) === before[at] - sent, kWaitMs, 200);
    }
    for (const product of data.products.slice(0, 2)) {
      for (const { storeId } of data.stores) await counter.shelf(product, kShelf + 1, String(storeId));
      await until(`the count of ${product.code}`, () => parcels.knows(product, kShelf + 1, data.stores.length), kWaitMs, 200);
    }
  });

  test(`${language}: head office sees why no shop is asked, and asks one all the same`, async () => {
    const order = await parcels.order([{ barcode: data.products[2].code, quantity: 1 }]);
    const clerks = Object.fromEntries(await Promise.all(data.stores.map(async ({ storeId }) => [storeId, await counter.clerk('clerk', [String(storeId)])])));
    const head = await counter.clerk('head_office');
    const asked = [];
    for (const _ of data.stores) {
      const shipment = await parcels.waitFor(head, order, ({ state, shop }) => state === 'assigned' && !asked.includes(shop));
      asked.push(shipment.shop);
      await clerks[shipment.shop].ask('POST', '/shipment/act', { id: shipment.id, deed: `${language}-${shipment.id}`, action: 'refuse', reason: 'busy' });
    }
    await parcels.waitFor(head, order, ({ state }) => state === 'person');
    const page = await staffWindow(language, 'head_office');
    await rowOf(page, order).click({ timeout: kWaitMs });
    await page.getByText(words.person.no_shop).waitFor({ timeout: kWaitMs });
    assert.equal(await page.getByText(all.reject.busy).count(), 2, 'each shop with its reason');
    assert.equal(await page.locator('.address').count(), 0);
    await looksFine(page, `parcel-person-${language}`);
    const name = data.stores.find(({ storeId }) => String(storeId) === asked[0]).storeName;
    await page.getByRole('button', { name: say(words.act_assign_again, { shop: name }) }).click();
    await parcels.waitFor(clerks[asked[0]], order, ({ state }) => state === 'assigned');
    assert.deepEqual(page.problems, []);
  });
}

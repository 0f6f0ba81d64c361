// Shopify's stock follows the tills, with real processes: what is on hand in each shop that has a location, once for each change,
// whatever is told twice, late or not at all; and Shopify itself subtracts what its orders were promised.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { act, Counter } from '../support/counter.mjs';
import { until } from '../support/processes.mjs';
import { seed, shopifyAdmin } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kQuick = 20_000;
const kSlow = 60_000;
const kPreparedItem = `mutation($input: ProductSetInput!) { productSet(input: $input, synchronous: true) {
  product { id variants(first: 5) { nodes { id inventoryItem { id } } } } userErrors { message } } }`;

/** What the merchant and the people at the tills do, and what can be seen in Shopify. */
class Shop {
  constructor(stack, data) { Object.assign(this, { stack, data }); }

  static async open(stack) {
    const data = await seed(stack, undefined, { shops: 3, products: 8, members: 2, sales: 0 });
    await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { rate_limit: { reads_per_second: 100, writes_per_second: 100 } });
    const shop = new Shop(stack, data);
    ({ admin: shop.admin } = await shopifyAdmin(stack, ['write_products', 'write_inventory', 'read_locations']));
    shop.stores = data.stores.map(({ storeId }) => String(storeId));
    return shop;
  }

  /** Two locations that are called as the first two shops are. */
  async addLocations() {
    this.locations = [];
    for (const store of this.data.stores.slice(0, 2)) {
      this.locations.push(await send('PUT', `${this.stack.shopify.control}/locations`, { name: store.storeName }));
    }
  }
  merchant(method, path, body) { return this.data.merchant(method, path, body); }
  /** Which shop is which location: [[store, location], …]. */
  map(pairs) { return this.merchant('PUT', '/inventory', { locations: pairs.map(([store, location]) => ({ store_id: store, location: String(location.id) })) }); }

  /** A level of Shopify's: {available, committed, on_hand}; undefined where it is not stocked. */
  async level(sku, location) {
    const levels = await send('GET', `${this.stack.shopify.control}/stock`);
    return levels.find((one) => one.sku === sku && one.location === location.id);
  }
  async onHand(sku, location) { return (await this.level(sku, location))?.on_hand; }
  untilOnHand(sku, location, wanted, patience = kQuick) {
    return until(`${wanted} of ${sku} on hand`, async () => await this.onHand(sku, location) === wanted, patience, 100);
  }

  async sell(product, store, quantity = 1) {
    return send('POST', `${this.data.till}/sales`, { contract: this.stack.keys.contract_id, store_id: store, lines: [{ product_code: product.code, quantity }] });
  }
  count(product, store, amount) { return this.data.pos('PATCH', `/stock/${product.product_id}`, { storeId: store, stockAmount: String(amount) }); }
  async inSmaregi(product, store) {
    const rows = await this.data.pos('GET', `/stock?product_id=${product.product_id}&store_id=${store}`);
    return Number(rows[0]?.stockAmount ?? 0);
  }

  track(item, tracked) {
    return this.admin('mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) { userErrors { message } } }', { id: item, input: { tracked } });
  }
  async itemOf(sku) {
    const { productVariants: { nodes: [variant] } } = await this.admin(`{ productVariants(first: 1, query: "sku:${sku}") { nodes { id inventoryItem { id } } } }`);
    return variant.inventoryItem.id;
  }
  async addArticle(title, { barcode, sku, tracked = true }) {
    const made = await this.admin(kPreparedItem, { input: { title, productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], price: '100', barcode, sku, inventoryItem: { tracked } }] } });
    assert.deepEqual(made.productSet.userErrors, []);
    return made.productSet.product.variants.nodes[0].inventoryItem.id;
  }
  /** Sets of on_hand that the stand-in was asked for. */
  async writes() {
    const requests = await this.stack.requestsOf(this.stack.shopify);
    return requests.filter(({ fields }) => fields?.includes('inventorySetQuantities'));
  }
  forgetRequests() { return send('DELETE', `${this.stack.shopify.control}/requests`); }
}

describe('two shops with a location each', () => {
  const stack = new Stack();
  let shop;
  let shibuya;
  let shinjuku;
  before(async () => {
    await stack.start();
    shop = await Shop.open(stack);
    await shop.addLocations();
    [shibuya, shinjuku] = shop.locations;
    for (const { sku } of shop.data.products) await shop.track(await shop.itemOf(sku), true);
  });
  after(() => stack.stop());

  test('nothing is written before the merchant chose, and what is no location or no shop is refused', async () => {
    const [towel] = shop.data.products;
    const seen = await shop.merchant('GET', '/inventory');
    assert.deepEqual(seen.stores.map(({ location }) => location), ['', '', '']);
    assert.ok(seen.locations.some(({ name }) => name === shop.data.stores[0].storeName));
    await shop.sell(towel, shop.stores[0]);
    await stack.settled();
    assert.deepEqual(await shop.writes(), []);
    for (const wrong of [
      [[shop.stores[0], { id: 4242 }]], [['4242', shibuya]], [[shop.stores[0], shibuya], [shop.stores[1], shibuya]],
      [[shop.stores[0], shibuya], [shop.stores[0], shinjuku]], [[shop.stores[0], { id: -1 }]], [[shop.stores[0], { id: 'all' }]],
    ]) await assert.rejects(shop.map(wrong), /: 400 /, JSON.stringify(wrong));
    assert.deepEqual((await shop.merchant('GET', '/inventory')).stores.map(({ location }) => location), ['', '', '']);
  });

  test('chosen, every figure of both shops is written, a negative one as none', async () => {
    const [, , towel, cup] = shop.data.products;
    await shop.count(towel, shop.stores[0], -3);
    await shop.count(cup, shop.stores[1], 12);
    await shop.map([[shop.stores[0], shibuya], [shop.stores[1], shinjuku]]);
    for (const product of shop.data.products) {
      for (const [store, location] of [[shop.stores[0], shibuya], [shop.stores[1], shinjuku]]) {
        const wanted = Math.max(0, await shop.inSmaregi(product, store));
        // What a shop has none of need not be stocked there.
        await until(`${product.sku} at ${location.name}`, async () => (await shop.onHand(product.sku, location) ?? 0) === wanted, kSlow, 200);
      }
    }
    await until('the page to say so', async () => {
      const { counts, reading } = await shop.merchant('GET', '/inventory');
      return !reading && counts.matched === shop.data.products.length && counts.unmatched + counts.duplicate + counts.untracked === 0;
    }, kQuick, 200);
  });

  test('a sale at the till lowers Shopify once, within seconds', async () => {
    const [towel] = shop.data.products;
    const before = await shop.onHand(towel.sku, shibuya);
    await stack.settled();
    await shop.forgetRequests();
    await shop.sell(towel, shop.stores[0], 2);
    await shop.untilOnHand(towel.sku, shibuya, before - 2);
    await stack.settled();
    const writes = await shop.writes();
    assert.equal(writes.length, 1, 'one write');
    const { input, key } = writes[0].variables;
    assert.equal(input.name, 'on_hand');
    assert.equal(input.quantities[0].changeFromQuantity, before);
    assert.ok(input.referenceDocumentUri.endsWith(key));
    assert.equal(await shop.onHand(towel.sku, shibuya), before - 2);
  });

  test('an order in Shopify commits, and what is on hand stays', async () => {
    const [, cup] = shop.data.products;
    await shop.count(cup, shop.stores[0], 6);
    await shop.untilOnHand(cup.sku, shibuya, 6);
    const place = async () => (await shop.level(cup.sku, shibuya)).committed + (await shop.level(cup.sku, shinjuku))?.committed;
    const committed = await place();
    await send('POST', `${stack.shopify.control}/orders`, { lines: [{ sku: cup.sku, quantity: 1 }] });
    assert.equal(await place(), committed + 1);
    await shop.forgetRequests();
    await shop.sell(cup, shop.stores[0]);
    await shop.untilOnHand(cup.sku, shibuya, 5);
    const level = await shop.level(cup.sku, shibuya);
    assert.equal(level.available, 5 - level.committed, 'Shopify itself subtracts what is promised');
    assert.equal(await place(), committed + 1);
    assert.equal((await shop.writes()).length, 1);
  });

  test('a notice that comes twice is one write, and one that is lost is found', async () => {
    const [, , , , bag] = shop.data.products;
    await shop.count(bag, shop.stores[0], 9);
    await shop.untilOnHand(bag.sku, shibuya, 9);
    await stack.settled();
    await shop.forgetRequests();
    await send('PUT', `${stack.smaregi.control}/faults`, { webhooks: { double: true } });
    await shop.sell(bag, shop.stores[0]);
    await shop.untilOnHand(bag.sku, shibuya, 8);
    await stack.settled();
    assert.equal((await shop.writes()).length, 1);
    await send('PUT', `${stack.smaregi.control}/faults`, { webhooks: { drop: 100 } });
    await shop.sell(bag, shop.stores[0], 3);
    await shop.untilOnHand(bag.sku, shibuya, 5, kSlow);
    await send('PUT', `${stack.smaregi.control}/faults`, {});
  });

  test('Shopify is away for a while: the last figure arrives, once', async () => {
    const [, , , , , pot] = shop.data.products;
    await shop.count(pot, shop.stores[1], 20);
    await shop.untilOnHand(pot.sku, shinjuku, 20);
    await send('PUT', `${stack.shopify.control}/faults`, { path: '/_shops/', status: 503 });
    for (let i = 0; i < 4; i += 1) await shop.sell(pot, shop.stores[1]);
    await until('Smaregi to have sold them', async () => await shop.inSmaregi(pot, shop.stores[1]) === 16, kQuick, 200);
    await until('a call to be refused', async () => /^tsunagi_upstream_calls_total\{[^}]*shopify\.on_hand[^}]*503[^}]*\} [1-9]/m.test(await (await fetch(`${stack.ops}/metrics`)).text()), kQuick, 200);
    assert.equal(await shop.onHand(pot.sku, shinjuku), 20);
    await send('PUT', `${stack.shopify.control}/faults`, {});
    await shop.untilOnHand(pot.sku, shinjuku, 16, kSlow);
  });

  test('what somebody set in Shopify is not overwritten blindly: it is compared, and follows the tills at the next change', async () => {
    const [, , , , , , chest] = shop.data.products;
    await shop.count(chest, shop.stores[0], 7);
    await shop.untilOnHand(chest.sku, shibuya, 7);
    const item = await shop.itemOf(chest.sku);
    await shop.admin(`mutation($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "by-hand") { userErrors { message } } }`, {
      input: { name: 'on_hand', reason: 'correction', quantities: [{ inventoryItemId: item, locationId: shibuya.gid, quantity: 30, changeFromQuantity: 7 }] } });
    await shop.sell(chest, shop.stores[0]);
    await shop.untilOnHand(chest.sku, shibuya, 6);
  });

  test('what staff do not find is sold nowhere until it is counted again', async () => {
    const [towel] = shop.data.products;
    const counter = new Counter(stack, shop.data);
    await counter.open();
    await counter.shelf(towel, 4);
    await shop.untilOnHand(towel.sku, shibuya, 4);
    const clerk = await counter.clerk('clerk', [shop.stores[0]]);
    const [hanako] = shop.data.joined;
    const { pickup } = await counter.reserve(hanako.id, [{ code: towel.code, quantity: 1 }]);
    assert.equal((await act(clerk, pickup, 'reject', { reason: 'not_found' })).status, 200);
    await shop.untilOnHand(towel.sku, shibuya, 0);
    await counter.shelf(towel, 3);
    await shop.untilOnHand(towel.sku, shibuya, 3);
  });

  test('articles that do not match are listed, each kind, and hold up nobody', async () => {
    const [towel, cup] = shop.data.products;
    await shop.addArticle('謎の箱', { barcode: '4999999999996', sku: 'NOBODY' });
    await shop.addArticle('湯呑みの見本', { barcode: cup.code, sku: 'SAMPLE' });
    const hidden = await shop.addArticle('数えない本', { barcode: shop.data.products[7].code, sku: 'BOOK', tracked: false });
    await shop.merchant('POST', '/inventory/again', {});
    const lists = await until('them to be listed', async () => {
      const { counts, items, reading } = await shop.merchant('GET', '/inventory');
      return !reading && counts.unmatched === 1 && counts.duplicate === 2 && counts.untracked === 1 && items;
    }, kSlow, 200);
    assert.deepEqual(lists.unmatched.map(({ name, barcode }) => [name, barcode]), [['謎の箱', '4999999999996']]);
    assert.deepEqual(lists.duplicate.map(({ sku }) => sku).sort(), [cup.sku, 'SAMPLE'].sort());
    assert.deepEqual(lists.untracked.map(({ sku }) => sku), ['BOOK']);
    assert.match(lists.unmatched[0].url, /\/admin\/products\/\d+\/variants\/\d+$/);
    const { checks } = await shop.merchant('GET', '/health');
    assert.deepEqual(checks.find(({ name }) => name === 'inventory'), { name: 'inventory', state: 'warning', cause: 'unmatched', values: { count: '4' }, since: 0 });
    // The others go on.
    const before = await shop.onHand(towel.sku, shibuya);
    await shop.sell(towel, shop.stores[0]);
    await shop.untilOnHand(towel.sku, shibuya, before - 1);
    assert.equal(await shop.onHand('BOOK', shibuya), undefined);
    // What is mended matches by itself.
    await shop.admin('mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) { userErrors { message } } }', { id: hidden, input: { sku: 'BOOK-2' } });
    const { productVariants: { nodes } } = await shop.admin('{ productVariants(first: 1, query: "sku:SAMPLE") { nodes { id product { id } } } }');
    await shop.admin('mutation($productId: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { message } } }', {
      productId: nodes[0].product.id, variants: [{ id: nodes[0].id, barcode: null, inventoryItem: { tracked: false } }] });
    await shop.merchant('POST', '/inventory/again', {});
    await until('the twin to match', async () => (await shop.merchant('GET', '/inventory')).counts.duplicate === 0, kSlow, 200);
    await shop.sell(cup, shop.stores[0]);
    const wanted = Math.max(0, await shop.inSmaregi(cup, shop.stores[0]));
    await shop.untilOnHand(cup.sku, shibuya, wanted, kSlow);
  });

  test('a shop that is taken from its location is written no more', async () => {
    const [towel] = shop.data.products;
    await shop.map([[shop.stores[1], shinjuku]]);
    const before = await shop.onHand(towel.sku, shibuya);
    await stack.settled();
    await shop.forgetRequests();
    await shop.sell(towel, shop.stores[0]);
    await shop.sell(towel, shop.stores[1]);
    await until('the other to follow', async () => await shop.onHand(towel.sku, shinjuku) === Math.max(0, await shop.inSmaregi(towel, shop.stores[1])), kQuick, 200);
    await stack.settled();
    assert.equal(await shop.onHand(towel.sku, shibuya), before);
  });
});

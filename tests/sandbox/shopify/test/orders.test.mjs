// Orders: placed as a checkout does, routed, paid, cancelled, refunded, and what that does to stock.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readAppConfig } from '../lib/app_config.mjs';
import { addCustomer } from './helpers.mjs';
import { kCancel, kFulfil, kRefund, orderShop } from './orders_shop.mjs';

/** Towels and cups in the warehouse and in Shibuya. @param {import('node:test').TestContext} t */
async function selling(t) {
  const shop = await orderShop(t);
  const towel = await shop.product('TOWEL');
  const cup = await shop.product('CUP');
  for (const [of, at, quantity] of /** @type {[any, string, number][]} */ ([[towel, 'warehouse', 5], [towel, 'shibuya', 3], [cup, 'warehouse', 4]])) {
    await shop.setStock(of, shop.places[/** @type {'warehouse'} */ (at)], quantity);
  }
  await shop.sent();
  const refund = (/** @type {any} */ placed, /** @type {object} */ input) => shop.run(kRefund, { key: shop.key(), input: { orderId: placed.gid, ...input } });
  const fulfil = (/** @type {any} */ placed) => shop.run(kFulfil, { fulfillment: { lineItemsByFulfillmentOrder: placed.fulfillment_orders.map((/** @type {any} */ one) => ({ fulfillmentOrderId: one.gid })) } });
  return { ...shop, towel, cup, refund, fulfil };
}

test('a customer buys: stock is promised, work is assigned, and everybody hears of it', async (t) => {
  const { place, graphql, token, counts, towel, places, sent, run } = await selling(t);
  const buyer = await addCustomer({ graphql }, token, { firstName: '花子', lastName: '佐藤', email: 'hanako@example.com' });
  await sent();
  const placed = await place({ customer: buyer.id, lines: [{ sku: 'TOWEL', quantity: 2 }], shipping: { price: 500, address: { firstName: '花子', lastName: '佐藤', city: '渋谷区', provinceCode: 'JP-13', zip: '150-0001' } } });
  assert.deepEqual(await counts(towel, places.warehouse), [3, 2, 5]);
  const heard = await sent();
  assert.deepEqual(heard.map((one) => one.topic).sort(), ['fulfillment_orders/order_routing_complete', 'inventory_levels/update', 'orders/create', 'orders/paid']);
  const created = heard.find((one) => one.topic === 'orders/create')?.body;
  assert.deepEqual([created.id, created.name, created.email, created.customer.id, created.total_price, created.subtotal_price, created.financial_status, created.fulfillment_status],
    [placed.id, '#1001', 'hanako@example.com', buyer.id, '2500', '2000', 'paid', null]);
  assert.deepEqual(created.line_items.map((/** @type {any} */ one) => [one.sku, one.quantity, one.fulfillable_quantity, one.price]), [['TOWEL', 2, 2, '1000']]);
  assert.equal(created.shipping_address.province_code, 'JP-13');
  assert.equal(heard.find((one) => one.topic === 'inventory_levels/update')?.body.available, 3);
  assert.deepEqual(heard.find((one) => one.topic.startsWith('fulfillment_orders'))?.body, { fulfillment_order: { id: placed.fulfillment_orders[0].gid, status: 'open' } });
  const read = await run(`query($id: ID!) { order(id: $id) { name email customer { displayName numberOfOrders } displayFinancialStatus displayFulfillmentStatus totalPriceSet { shopMoney { amount currencyCode } }
    shippingLine { title originalPriceSet { shopMoney { amount } } } shippingAddress { provinceCode city } transactions { kind status gateway amountSet { shopMoney { amount } } }
    lineItems(first: 5) { nodes { sku quantity variant { barcode inventoryItem { id tracked } } originalUnitPriceSet { shopMoney { amount } } } } } }`, { id: placed.gid });
  assert.deepEqual(read, {
    name: '#1001', email: 'hanako@example.com', customer: { displayName: '花子 佐藤', numberOfOrders: '1' }, displayFinancialStatus: 'PAID', displayFulfillmentStatus: 'UNFULFILLED',
    totalPriceSet: { shopMoney: { amount: '2500.0', currencyCode: 'JPY' } }, shippingLine: { title: '通常配送', originalPriceSet: { shopMoney: { amount: '500.0' } } },
    shippingAddress: { provinceCode: 'JP-13', city: '渋谷区' }, transactions: [{ kind: 'SALE', status: 'SUCCESS', gateway: 'shopify_payments', amountSet: { shopMoney: { amount: '2500.0' } } }],
    lineItems: { nodes: [{ sku: 'TOWEL', quantity: 2, variant: { barcode: '49TOWEL000000', inventoryItem: { id: towel.item, tracked: true } }, originalUnitPriceSet: { shopMoney: { amount: '1000.0' } } }] },
  });
});

test('a guest picks up at a counter that offers it and has the goods', async (t) => {
  const { place, post, counts, towel, places, orderOf, run } = await selling(t);
  const placed = await place({ email: 'guest@example.com', lines: [{ barcode: '49TOWEL000000' }], pickup: { location: places.shibuya } });
  assert.deepEqual([await counts(towel, places.shibuya), await counts(towel, places.warehouse)], [[2, 1, 3], [5, 0, 5]]);
  const [work] = (await orderOf(placed)).fulfillmentOrders.nodes;
  const seen = await run('query($id: ID!) { fulfillmentOrder(id: $id) { deliveryMethod { methodType } destination { email location { name } } assignedLocation { name countryCode } order { customer { id } } } }', { id: work.id });
  assert.deepEqual(seen, { deliveryMethod: { methodType: 'PICK_UP' }, destination: { email: 'guest@example.com', location: { name: '渋谷店' } }, assignedLocation: { name: '渋谷店', countryCode: 'JP' }, order: { customer: null } });
  for (const [location, why] of [[places.warehouse, /offers no pickup/], [places.umeda, /sold out: TOWEL/], [42, /no location 42/]]) {
    const { status, body } = await post('/_sandbox/orders', { lines: [{ sku: 'TOWEL' }], pickup: { location } });
    assert.equal(status, 422);
    assert.match(body.errors, /** @type {RegExp} */ (why));
  }
});

test('what a checkout does not let through is not placed', async (t) => {
  const { post, counts, towel, places, box, sent } = await selling(t);
  for (const [request, status, why] of /** @type {[object, number, RegExp][]} */ ([
    [{ lines: [] }, 422, /1 to 500 lines/], [{ lines: [{ sku: 'NONE' }] }, 422, /no variant/], [{ lines: [{ sku: 'TOWEL', quantity: 9 }] }, 422, /sold out: TOWEL/],
    [{ lines: [{ sku: 'TOWEL', quantity: 0 }] }, 422, /quantity/], [{ lines: [{ sku: 'TOWEL' }], customer: 1 }, 422, /no customer/],
    [{ lines: [{ sku: 'TOWEL' }], payment: 'later' }, 400, /payment/], [{ lines: [{ sku: 'TOWEL' }], pickup: {}, shipping: {} }, 400, /not both/], [{ line: 1 }, 400, /unknown field "line"/],
  ])) {
    const answer = await post('/_sandbox/orders', request);
    assert.equal(answer.status, status, JSON.stringify(request));
    assert.match(answer.body.errors, why);
  }
  assert.deepEqual([box.store.orders.size, await counts(towel, places.warehouse), await sent()], [0, [5, 0, 5], []]);
});

test('routing: one location for all, else the first that has a whole line, else where it is stocked', async (t) => {
  const { place, product, setStock, places, counts, towel, cup } = await selling(t);
  const at = (/** @type {any} */ placed) => placed.fulfillment_orders.map((/** @type {any} */ one) => [`gid://shopify/Location/${one.location}`, one.lines.map((/** @type {any} */ line) => line.total)]);
  assert.deepEqual(at(await place({ lines: [{ sku: 'TOWEL', quantity: 4 }, { sku: 'CUP' }] })), [[places.warehouse, [4, 1]]]);
  assert.deepEqual(at(await place({ lines: [{ sku: 'TOWEL', quantity: 3 }, { sku: 'CUP', quantity: 2 }] })), [[places.shibuya, [3]], [places.warehouse, [2]]]);
  assert.deepEqual([await counts(towel, places.shibuya), await counts(cup, places.warehouse)], [[0, 3, 3], [1, 3, 4]]);
  const tea = await product('TEA', { inventoryPolicy: 'CONTINUE' });
  await setStock(tea, places.umeda, 1);
  assert.deepEqual(at(await place({ lines: [{ sku: 'TEA', quantity: 9 }] })), [[places.warehouse, [9]]], 'oversold where it is stocked first');
  assert.deepEqual(await counts(tea, places.warehouse), [-9, 9, 0]);
  const book = await product('BOOK', { inventoryItem: { tracked: false } });
  await place({ lines: [{ sku: 'BOOK', quantity: 100 }] });
  assert.deepEqual(await counts(book, places.warehouse), [0, 0, 0], 'what is not tracked is not counted');
});

test('an order waits for its money, and is told of as paid when it comes', async (t) => {
  const { place, post, sent, orderOf, run } = await selling(t);
  const placed = await place({ lines: [{ sku: 'TOWEL' }], payment: 'pending' });
  assert.deepEqual([placed.financial_status, (await sent()).some((one) => one.topic === 'orders/paid')], ['PENDING', false]);
  await post('/_sandbox/orders/pay', { order: placed.id });
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['orders/paid', 'orders/updated']);
  assert.equal((await orderOf(placed)).displayFinancialStatus, 'PAID');
  assert.equal((await post('/_sandbox/orders/pay', { order: placed.id })).status, 409);
  const paid = await run('mutation($id: ID!) { orderMarkAsPaid(input: {id: $id}) { order { displayFinancialStatus } userErrors { message } } }', { id: (await place({ lines: [{ sku: 'CUP' }], payment: 'pending' })).gid });
  assert.deepEqual(paid, { order: { displayFinancialStatus: 'PAID' }, userErrors: [] });
});

test('a cancelled order gives back what it was promised, and its money when told to', async (t) => {
  const { place, counts, towel, places, run, sent, orderOf } = await selling(t);
  const placed = await place({ lines: [{ sku: 'TOWEL', quantity: 2 }], shipping: { price: 500 } });
  await sent();
  const made = await run(kCancel, { orderId: placed.gid, restock: true, refund: { originalPaymentMethodsRefund: true }, note: '在庫違い' });
  assert.deepEqual([made.orderCancelUserErrors, made.job.done], [[], false]);
  assert.equal((await run('query($id: ID!) { job(id: $id) { done } }', { id: made.job.id })).done, true);
  assert.deepEqual(await counts(towel, places.warehouse), [5, 0, 5]);
  const order = await orderOf(placed);
  assert.deepEqual([order.displayFinancialStatus, order.displayFulfillmentStatus, order.closed, order.currentTotalPriceSet.shopMoney.amount, order.totalRefundedSet.shopMoney.amount],
    ['REFUNDED', 'UNFULFILLED', true, '0.0', '2500.0']);
  const [work] = order.fulfillmentOrders.nodes;
  assert.deepEqual([work.status, work.supportedActions, work.lineItems.nodes.map((/** @type {any} */ one) => [one.totalQuantity, one.remainingQuantity])], ['CLOSED', [], [[0, 0]]]);
  const heard = await sent();
  assert.deepEqual(heard.map((one) => one.topic).sort(), ['inventory_levels/update', 'orders/cancelled', 'orders/updated', 'orders/updated', 'refunds/create']);
  const cancelled = heard.find((one) => one.topic === 'orders/cancelled')?.body;
  assert.deepEqual([cancelled.cancel_reason, cancelled.financial_status, cancelled.total_price, cancelled.current_total_price], ['customer', 'refunded', '2500', '0']);
});

test('cancelled without restocking: the goods are gone, or stay promised, as the fact is set', async (t) => {
  const { place, counts, towel, places, run, put, orderOf } = await selling(t);
  const lost = await place({ lines: [{ sku: 'TOWEL', quantity: 2 }], payment: 'pending' });
  await run(kCancel, { orderId: lost.gid, restock: false });
  assert.deepEqual(await counts(towel, places.warehouse), [3, 0, 3]);
  const order = await orderOf(lost);
  assert.deepEqual([order.displayFinancialStatus, order.closed, order.currentTotalPriceSet.shopMoney.amount], ['VOIDED', true, '0.0']);
  assert.deepEqual(order.fulfillmentOrders.nodes[0].lineItems.nodes.map((/** @type {any} */ one) => [one.totalQuantity, one.remainingQuantity]), [[2, 2]], 'shows what was to be done');
  await put('/_sandbox/facts', { unrestocked_leaves_on_hand: false });
  await run(kCancel, { orderId: (await place({ lines: [{ sku: 'TOWEL' }] })).gid, restock: false });
  assert.deepEqual(await counts(towel, places.warehouse), [2, 1, 3]);
});

test('a cancellation is refused, and nothing is changed', async (t) => {
  const { place, run, fulfil, put, places, counts, towel } = await selling(t);
  const placed = await place({ lines: [{ sku: 'TOWEL' }] });
  const problem = async (/** @type {object} */ more, /** @type {any} */ of = placed) => (await run(kCancel, { orderId: of.gid, restock: true, ...more })).orderCancelUserErrors[0];
  assert.deepEqual(await problem({}, { gid: 'gid://shopify/Order/1' }), { field: ['orderId'], message: 'Order does not exist', code: 'NOT_FOUND' });
  assert.deepEqual(await problem({ note: 'x'.repeat(256) }), { field: ['staffNote'], message: 'Staff note is too long. Maximum length is 255 characters.', code: 'INVALID' });
  await put('/_sandbox/locations', { id: places.warehouse, active: false });
  assert.match((await problem({})).message, /deactivated location/);
  await put('/_sandbox/locations', { id: places.warehouse, active: true });
  const sentOut = await place({ lines: [{ sku: 'CUP' }] });
  await fulfil(sentOut);
  assert.equal((await problem({}, sentOut)).code, 'INVALID');
  assert.deepEqual(await counts(towel, places.warehouse), [4, 1, 5]);
  assert.equal(await problem({ note: 'x'.repeat(255) }), undefined);
  assert.match((await problem({})).message, /already been canceled/);
});

test('a refund cancels what was not sent, takes back what was, or only pays', async (t) => {
  const { place, refund, fulfil, counts, towel, places, sent, orderOf, run } = await selling(t);
  const placed = await place({ lines: [{ sku: 'TOWEL', quantity: 4 }] });
  const [{ gid: lineItemId }] = placed.lines;
  const line = (/** @type {number} */ quantity, /** @type {string} */ restockType, /** @type {string} */ locationId) => ({ lineItemId, quantity, restockType, locationId });
  const { transactions } = await run('query($id: ID!) { order(id: $id) { transactions { id } } }', { id: placed.gid });
  await sent();
  const pay = (/** @type {string} */ amount) => [{ orderId: placed.gid, amount, gateway: 'x', kind: 'REFUND', parentId: transactions[0].id }];
  const made = await refund(placed, { refundLineItems: [line(1, 'CANCEL', places.warehouse)], transactions: pay('1000') });
  assert.deepEqual(made.userErrors, []);
  assert.deepEqual([made.refund.totalRefundedSet.shopMoney.amount, made.refund.refundLineItems.nodes], ['1000.0', [{ quantity: 1, restockType: 'CANCEL', restocked: true, location: { name: '倉庫' } }]]);
  assert.deepEqual(made.order, { displayFinancialStatus: 'PARTIALLY_REFUNDED', currentTotalPriceSet: { shopMoney: { amount: '3000.0' } } });
  assert.deepEqual(await counts(towel, places.warehouse), [2, 3, 5]);
  const body = (await sent()).find((one) => one.topic === 'refunds/create')?.body;
  assert.deepEqual([body.order_id, body.restock, body.refund_line_items[0].restock_type, body.transactions[0].amount], [placed.id, true, 'cancel', '1000']);
  await refund(placed, { refundLineItems: [line(1, 'CANCEL', places.shibuya)] });
  assert.deepEqual([await counts(towel, places.warehouse), await counts(towel, places.shibuya)], [[2, 2, 4], [4, 0, 4]], 'put on another shelf');
  await fulfil(placed);
  assert.deepEqual(await counts(towel, places.warehouse), [2, 0, 2]);
  await refund(placed, { refundLineItems: [line(1, 'RETURN', places.shibuya)], transactions: pay('1000') });
  assert.deepEqual(await counts(towel, places.shibuya), [5, 0, 5]);
  await refund(placed, { refundLineItems: [line(1, 'NO_RESTOCK', places.shibuya)], transactions: pay('2000') });
  assert.deepEqual([await counts(towel, places.warehouse), await counts(towel, places.shibuya)], [[2, 0, 2], [5, 0, 5]]);
  const order = await orderOf(placed);
  assert.deepEqual([order.displayFinancialStatus, order.closed, order.lineItems.nodes[0].currentQuantity, order.currentTotalPriceSet.shopMoney.amount], ['REFUNDED', true, 0, '0.0']);
});

test('a refund is suggested from the payments that have it, never more than was paid', async (t) => {
  const { place, places, run, refund } = await selling(t);
  const asked = `query($id: ID!, $lines: [RefundLineItemInput!]!) { order(id: $id) { suggestedRefund(refundLineItems: $lines) { amountSet { shopMoney { amount currencyCode } }
    suggestedTransactions { kind gateway amountSet { shopMoney { amount } } parentTransaction { id kind } } } } }`;
  const placed = await place({ lines: [{ sku: 'TOWEL', quantity: 3 }], shipping: { price: 500 } });
  const of = (/** @type {number} */ quantity) => [{ lineItemId: placed.lines[0].gid, quantity, restockType: 'CANCEL', locationId: places.warehouse }];
  const suggest = async (/** @type {any} */ order, /** @type {any} */ lines) => (await run(asked, { id: order.gid, lines })).suggestedRefund;
  const two = await suggest(placed, of(2));
  assert.deepEqual([two.amountSet.shopMoney, two.suggestedTransactions.map((/** @type {any} */ one) => [one.kind, one.amountSet.shopMoney.amount, one.parentTransaction.kind])],
    [{ amount: '2000.0', currencyCode: 'JPY' }, [['SUGGESTED_REFUND', '2000.0', 'SALE']]]);
  const [{ gateway, parentTransaction }] = two.suggestedTransactions;
  const paid = { orderId: placed.gid, parentId: parentTransaction.id, gateway, kind: 'REFUND', amount: '2000' };
  assert.deepEqual((await refund(placed, { refundLineItems: of(2), transactions: [paid] })).userErrors, []);
  assert.equal((await suggest(placed, of(3))).amountSet.shopMoney.amount, '1000.0', 'of what is left');
  const unpaid = await place({ lines: [{ sku: 'TOWEL', quantity: 1 }], payment: 'pending' });
  const none = await suggest(unpaid, [{ ...of(1)[0], lineItemId: unpaid.lines[0].gid }]);
  assert.deepEqual([none.amountSet.shopMoney.amount, none.suggestedTransactions], ['0.0', []]);
});

test('a refund is refused whole, and its key takes effect once', async (t) => {
  const { place, refund, run, counts, towel, places, graphql, token } = await selling(t);
  const placed = await place({ lines: [{ sku: 'TOWEL', quantity: 2 }], shipping: { price: 500 } });
  const [{ gid: lineItemId }] = placed.lines;
  const line = (/** @type {object} */ more) => ({ refundLineItems: [{ lineItemId, quantity: 1, restockType: 'CANCEL', locationId: places.warehouse, ...more }] });
  const money = (/** @type {object} */ more) => ({ transactions: [{ orderId: placed.gid, amount: '100', gateway: 'x', kind: 'REFUND', ...more }] });
  for (const [input, why] of /** @type {[object, RegExp][]} */ ([
    [line({ quantity: 3 }), /cannot refund more items than were purchased/], [line({ quantity: 0 }), /greater than 0/], [line({ locationId: null }), /Location is required/],
    [line({ restockType: 'RETURN' }), /cannot return more than the fulfilled quantity/], [line({ lineItemId: 'gid://shopify/LineItem/1' }), /does not exist/],
    [money({}), /require a parent_id associated with the order/], [money({ kind: 'SALE' }), /Kind sale is not a valid transaction/], [{ shipping: { amount: '501' } }, /Shipping refund/],
    [{}, /something to refund/], [{ refundLineItems: [...line({}).refundLineItems, ...line({ quantity: 2 }).refundLineItems] }, /cannot refund more items/],
  ])) {
    const made = await refund(placed, input);
    assert.equal(made.refund, null, JSON.stringify(input));
    assert.match(made.userErrors[0].message, why);
  }
  const { transactions: [{ id: parentId }] } = await run('query($id: ID!) { order(id: $id) { transactions { id } } }', { id: placed.gid });
  assert.match((await refund(placed, money({ parentId, amount: '2501' }))).userErrors[0].message, /greater than net payment received/);
  assert.deepEqual(await counts(towel, places.warehouse), [3, 2, 5]);
  const input = { orderId: placed.gid, ...line({}) };
  const [first, again] = [await run(kRefund, { key: 'one', input }), await run(kRefund, { key: 'one', input })];
  assert.equal(first.refund.id, again.refund.id);
  assert.deepEqual(await counts(towel, places.warehouse), [4, 1, 5]);
  const silent = await graphql(token, kRefund.replace('@idempotent(key: $key)', '').replace(', $key: String!', ''), { input });
  assert.match(silent.errors[0].message, /@idempotent directive is required/);
});

test('what the control tells: stock, locations, and facts that are known', async (t) => {
  const { get, put, places, place } = await selling(t);
  const read = async (/** @type {string} */ path) => (await get(`/_sandbox/${path}`)).json();
  await place({ lines: [{ sku: 'CUP' }] });
  const [cup] = (await read('stock')).filter((/** @type {any} */ one) => one.sku === 'CUP');
  assert.deepEqual([cup.available, cup.committed, cup.on_hand, `gid://shopify/Location/${cup.location}`], [3, 1, 4, places.warehouse]);
  assert.deepEqual((await read('locations')).map((/** @type {any} */ one) => [one.name, one.pickup?.pickupTime ?? null, one.address.provinceCode]),
    [['倉庫', null, 'JP-12'], ['渋谷店', 'TWO_HOURS', 'JP-13'], ['梅田店', 'TWO_HOURS', 'JP-27']]);
  for (const [path, body] of [['facts', { moves_fly: true }], ['facts', { moves_join: 1 }], ['locations', { name: '店', pickup: { pickup_time: 'NOW' } }], ['locations', { name: '店', address: { provinceCode: 'JP-48' } }], ['locations', {}]]) {
    assert.equal((await get(`/_sandbox/${path}`, { method: 'PUT', body: JSON.stringify(body) })).status, 400, JSON.stringify(body));
  }
  assert.equal((await put('/_sandbox/facts', { moves_join: false })).moves_join, false);
  assert.deepEqual(Object.entries(await read('facts')).filter(([, value]) => !value), [['moves_join', false]]);
});

test('an order has as many lines as it may, and no more', async (t) => {
  const { place, post, product } = await selling(t);
  await product('BOOK', { inventoryItem: { tracked: false } });
  const lines = (/** @type {number} */ count) => ({ lines: Array.from({ length: count }, () => ({ sku: 'BOOK' })) });
  assert.equal((await place(lines(500))).lines.length, 500);
  assert.equal((await post('/_sandbox/orders', lines(501))).status, 422);
});

test('orders are found by what they are, page by page, and old ones take a scope of their own', async (t) => {
  const { place, run, token, box } = await selling(t);
  const old = new Date(Date.now() - 61 * 86_400_000).toISOString();
  for (const request of [{ created_at: old }, { tags: ['gift'] }, { payment: 'pending', email: 'a@example.com' }]) await place({ lines: [{ sku: 'TOWEL' }], ...request });
  const names = async (/** @type {string} */ query, as = token) => (await run('query($query: String) { orders(first: 5, query: $query) { nodes { name } } }', { query }, as)).nodes.map((/** @type {any} */ one) => one.name);
  assert.deepEqual(await names(''), ['#1002', '#1003']);
  assert.deepEqual([await names('tag:gift'), await names('financial_status:pending'), await names('name:#1003'), await names('status:closed')], [['#1002'], ['#1003'], ['#1003'], []]);
  const all = box.tokens.createCustom(['read_orders', 'read_all_orders'], 'all').access_token;
  assert.deepEqual(await names('', all), ['#1001', '#1002', '#1003']);
  const first = await run('{ orders(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { name } pageInfo { endCursor hasNextPage } } }');
  assert.deepEqual([first.nodes[0].name, first.pageInfo.hasNextPage], ['#1003', true]);
  assert.equal((await run('query($after: String) { orders(first: 1, after: $after, sortKey: CREATED_AT, reverse: true) { nodes { name } } }', { after: first.pageInfo.endCursor })).nodes[0].name, '#1002');
  assert.deepEqual(await run('{ ordersCount(query: "tag:gift") { count precision } }'), { count: 1, precision: 'EXACT' });
});

test('an order and each part of it is behind its scope', async (t) => {
  const { place, graphql, box } = await selling(t);
  const { gid, fulfillment_orders: [work] } = await place({ lines: [{ sku: 'TOWEL' }] });
  for (const [scopes, query, wanted] of /** @type {[string[], string, RegExp][]} */ ([
    [['read_products'], `{ order(id: "${gid}") { name } }`, /read_orders/], [['read_orders'], `{ order(id: "${gid}") { fulfillmentOrders(first: 1) { nodes { id } } } }`, /fulfillment_orders/],
    [['read_orders'], `mutation { orderCancel(orderId: "${gid}", reason: OTHER, restock: true) { job { id } } }`, /write_orders/],
    [['read_orders'], `mutation { refundCreate(input: {orderId: "${gid}"}) @idempotent(key: "k") { userErrors { message } } }`, /write_orders/],
    [['write_orders'], `mutation { fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: "${work.gid}"}]}) { userErrors { message } } }`, /write_merchant_managed_fulfillment_orders/],
    [['read_merchant_managed_fulfillment_orders'], `{ fulfillmentOrder(id: "${work.gid}") { order { name } } }`, /read_orders/],
  ])) {
    const answer = await graphql(box.tokens.createCustom(scopes, query).access_token, query);
    assert.equal(answer.errors?.[0].extensions.code, 'ACCESS_DENIED', query);
    assert.match(answer.errors[0].message, wanted);
  }
  assert.equal(box.store.orders.values().next().value?.cancelledAt, null);
});

test('a topic of orders is subscribed with its scope only, and there is no other topic', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopify-app-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Without what it asks for already of orders.
  const toml = readFileSync(new URL('../../../../shopify.app.toml', import.meta.url), 'utf8')
    .replace(/scopes = ".*"/, 'scopes = "read_customers,write_customers,read_customer_merge,write_app_proxy"').replace(/topics = \["fulfillment_orders[^\]]*\]/, 'topics = []');
  const file = join(folder, 'shopify.app.toml');
  const write = (/** @type {string} */ topic, scopes = '') => writeFileSync(file, toml.replace('topics = ["app/uninstalled",', `topics = ["${topic}", "app/uninstalled",`).replace(/scopes = "[^"]*"/, `scopes = "${scopes}read_customers,write_customers,read_customer_merge"`));
  for (const [topic, scope] of [['orders/create', 'read_orders'], ['inventory_levels/update', 'read_inventory'], ['fulfillments/create', 'read_fulfillments'],
    ['fulfillment_orders/moved', 'read_merchant_managed_fulfillment_orders'], ['refunds/create', 'read_orders'], ['locations/update', 'read_locations']]) {
    write(topic);
    assert.throws(() => readAppConfig(file), new RegExp(`${topic} needs the scope .*${scope}`));
    write(topic, `${scope},`);
    assert.ok(readAppConfig(file).subscriptions.some((one) => one.topic === topic));
  }
  write('orders/imagined');
  assert.throws(() => readAppConfig(file), /there is no topic orders\/imagined/);
});

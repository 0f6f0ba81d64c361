// Fulfilment orders: moved, split, held, prepared and fulfilled, with what each does to stock and who hears of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { kFulfil, kOrderScopes, orderShop } from './orders_shop.mjs';

const kFields = `id status supportedActions { action } assignedLocation { name } fulfillmentHolds { id handle reason displayReason heldByRequestingApp }
  lineItems(first: 9) { nodes { id totalQuantity remainingQuantity lineItem { id quantity fulfillableQuantity } } }`;
const kMove = `mutation($id: ID!, $to: ID!, $lines: [FulfillmentOrderLineItemInput!]) { fulfillmentOrderMove(id: $id, newLocationId: $to, fulfillmentOrderLineItems: $lines) {
  movedFulfillmentOrder { ${kFields} } originalFulfillmentOrder { ${kFields} } remainingFulfillmentOrder { ${kFields} } userErrors { field message code } } }`;
const kSplit = `mutation($splits: [FulfillmentOrderSplitInput!]!) { fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) {
  fulfillmentOrderSplits { fulfillmentOrder { ${kFields} } remainingFulfillmentOrder { ${kFields} } replacementFulfillmentOrder { id } } userErrors { field message code } } }`;
const kHold = `mutation($id: ID!, $hold: FulfillmentOrderHoldInput!) { fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
  fulfillmentHold { id handle } fulfillmentOrder { ${kFields} } remainingFulfillmentOrder { ${kFields} } userErrors { field message code } } }`;
const kRelease = `mutation($id: ID!, $holds: [ID!]) { fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) { fulfillmentOrder { ${kFields} } userErrors { field message code } } }`;
const kPrepared = `mutation($id: ID!) { fulfillmentOrderLineItemsPreparedForPickup(input: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: $id}]}) { userErrors { field message code } } }`;
const kOpenActions = ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD', 'SPLIT'];

/** Five towels and five cups in the warehouse, three towels in Shibuya. @param {import('node:test').TestContext} t */
async function working(t) {
  const shop = await orderShop(t);
  const towel = await shop.product('TOWEL');
  const cup = await shop.product('CUP');
  await shop.setStock(towel, shop.places.warehouse, 5);
  await shop.setStock(cup, shop.places.warehouse, 5);
  await shop.setStock(towel, shop.places.shibuya, 3);
  /** An order and the first of its fulfilment orders, with nothing on its way. @param {object} more */
  const ordered = async (more = {}) => {
    const placed = await shop.place({ lines: [{ sku: 'TOWEL', quantity: 3 }], ...more });
    await shop.sent();
    return { placed, work: placed.fulfillment_orders[0] };
  };
  const fulfil = (/** @type {any[]} */ groups, /** @type {object} */ more = {}) => shop.run(kFulfil, { fulfillment: { lineItemsByFulfillmentOrder: groups, ...more } });
  const counted = async () => [await shop.counts(towel, shop.places.warehouse), await shop.counts(towel, shop.places.shibuya)];
  return { ...shop, towel, cup, ordered, fulfil, counted };
}

/** @param {any} order */
const actions = (order) => order.supportedActions.map((/** @type {any} */ one) => one.action);
/** @param {any} order */
const units = (order) => order.lineItems.nodes.map((/** @type {any} */ one) => [one.totalQuantity, one.remainingQuantity]);

test('fulfilled: goods leave the shelf, the order is done and archived, tracking is told', async (t) => {
  const { ordered, fulfil, counted, orderOf, sent, run } = await working(t);
  const { placed, work } = await ordered();
  const made = await fulfil([{ fulfillmentOrderId: work.gid }], { notifyCustomer: true, trackingInfo: { company: 'ヤマト運輸', numbers: ['1', '2'], url: 'https://track.example/1' } });
  assert.deepEqual(made.userErrors, []);
  assert.deepEqual([made.fulfillment.name, made.fulfillment.status, made.fulfillment.totalQuantity, made.fulfillment.location.name], ['#1001-F1', 'SUCCESS', 3, '倉庫']);
  assert.deepEqual(made.fulfillment.trackingInfo, [{ company: 'ヤマト運輸', number: '1', url: 'https://track.example/1' }, { company: 'ヤマト運輸', number: '2', url: null }]);
  assert.deepEqual(await counted(), [[2, 0, 2], [3, 0, 3]]);
  const order = await orderOf(placed);
  assert.deepEqual([order.displayFulfillmentStatus, order.closed, order.lineItems.nodes[0].fulfillableQuantity], ['FULFILLED', true, 0]);
  assert.deepEqual([order.fulfillmentOrders.nodes[0].status, units(order.fulfillmentOrders.nodes[0])], ['CLOSED', [[3, 0]]]);
  const heard = await sent();
  assert.deepEqual(heard.map((one) => one.topic).sort(), ['fulfillments/create', 'inventory_levels/update', 'orders/fulfilled', 'orders/updated']);
  const body = heard.find((one) => one.topic === 'fulfillments/create')?.body;
  assert.deepEqual([body.order_id, body.status, body.tracking_numbers, body.line_items[0].quantity, body.line_items[0].fulfillment_status], [placed.id, 'success', ['1', '2'], 3, 'fulfilled']);
  await run('mutation($id: ID!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: {number: "3"}) { fulfillment { trackingInfo { number } } userErrors { message } } }', { id: made.fulfillment.id });
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['fulfillments/update', 'orders/updated']);
  assert.equal((await run('query($id: ID!) { fulfillment(id: $id) { trackingInfo { number } } }', { id: made.fulfillment.id })).trackingInfo[0].number, '3');
});

test('a fulfilment is cancelled: the goods are on their shelf and promised again, and new work is there for them', async (t) => {
  const { ordered, fulfil, counted, orderOf, sent, run } = await working(t);
  const { placed, work } = await ordered();
  const before = await counted();
  const made = await fulfil([{ fulfillmentOrderId: work.gid }]);
  await sent();
  const cancel = (/** @type {string} */ id) => run('mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status } userErrors { field message } } }', { id });
  assert.deepEqual(await cancel(made.fulfillment.id), { fulfillment: { status: 'CANCELLED' }, userErrors: [] });
  assert.deepEqual(await counted(), before);
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['fulfillments/update', 'inventory_levels/update', 'orders/updated']);
  const order = await orderOf(placed);
  assert.deepEqual(order.fulfillmentOrders.nodes.map((/** @type {any} */ one) => [one.status, units(one)]), [['CLOSED', [[3, 0]]], ['OPEN', [[3, 3]]]]);
  assert.equal(order.displayFulfillmentStatus, 'UNFULFILLED');
  assert.equal((await cancel(made.fulfillment.id)).userErrors.length, 1);
  assert.equal((await cancel('gid://shopify/Fulfillment/1')).userErrors.length, 1);
  // Of a part that was sent, the work it came from has it again.
  const other = await ordered();
  const part = await fulfil([{ fulfillmentOrderId: other.work.gid, fulfillmentOrderLineItems: [{ id: other.work.lines[0].gid, quantity: 1 }] }]);
  await cancel(part.fulfillment.id);
  assert.deepEqual((await orderOf(other.placed)).fulfillmentOrders.nodes.map((/** @type {any} */ one) => units(one)), [[[3, 3]]]);
});

test('where only what is promised changes, the level tells of it or not, as the fact is set', async (t) => {
  const { ordered, fulfil, put, sent } = await working(t);
  const { work } = await ordered();
  await put('/_sandbox/facts', { levels_update_always: false });
  await fulfil([{ fulfillmentOrderId: work.gid }]);
  assert.equal((await sent()).some((one) => one.topic.startsWith('inventory_levels')), false);
});

test('a part is fulfilled, the rest goes on, in progress', async (t) => {
  const { ordered, fulfil, counted, orderOf, sent } = await working(t);
  const { placed, work } = await ordered();
  const [{ gid: id }] = work.lines;
  await fulfil([{ fulfillmentOrderId: work.gid, fulfillmentOrderLineItems: [{ id, quantity: 1 }] }]);
  assert.deepEqual(await counted(), [[2, 2, 4], [3, 0, 3]]);
  assert.ok((await sent()).some((one) => one.topic === 'orders/partially_fulfilled' && one.body.fulfillment_status === 'partial'));
  let order = await orderOf(placed);
  assert.deepEqual([order.displayFulfillmentStatus, order.closed, order.fulfillmentOrders.nodes[0].status, units(order.fulfillmentOrders.nodes[0])], ['PARTIALLY_FULFILLED', false, 'IN_PROGRESS', [[3, 2]]]);
  await fulfil([{ fulfillmentOrderId: work.gid }]);
  order = await orderOf(placed);
  assert.deepEqual([order.displayFulfillmentStatus, order.fulfillmentOrders.nodes[0].status], ['FULFILLED', 'CLOSED']);
});

test('a fulfilment is refused as the platform refuses it', async (t) => {
  const { ordered, fulfil, counted, run, graphql, token } = await working(t);
  const { work } = await ordered();
  const { work: other } = await ordered({ lines: [{ sku: 'CUP' }] });
  const { work: elsewhere } = await ordered({ location: work.location, lines: [{ sku: 'TOWEL' }], note: 'same place' });
  const [{ gid: id }] = work.lines;
  for (const [groups, why] of /** @type {[any[], RegExp][]} */ ([
    [[], /at least one fulfillment order/], [[{ fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/1' }], /does not exist/],
    [[{ fulfillmentOrderId: work.gid, fulfillmentOrderLineItems: [{ id, quantity: 4 }] }], /^Invalid fulfillment order line item quantity requested\.$/],
    [[{ fulfillmentOrderId: other.gid, fulfillmentOrderLineItems: [{ id, quantity: 1 }] }], /Invalid fulfillment order line item/],
    [[{ fulfillmentOrderId: work.gid }, { fulfillmentOrderId: work.gid }], /Invalid fulfillment order line item/],
    [[{ fulfillmentOrderId: work.gid }, { fulfillmentOrderId: elsewhere.gid }], /same order/],
  ])) assert.match((await fulfil(groups)).userErrors[0].message, why);
  await run(kHold, { id: other.gid, hold: { reason: 'OTHER' } });
  assert.match((await fulfil([{ fulfillmentOrderId: other.gid }])).userErrors[0].message, /^Fulfillment order \d+ has an unfulfillable status= on_hold\.$/);
  assert.deepEqual(await counted(), [[1, 4, 5], [3, 0, 3]]);
  await fulfil([{ fulfillmentOrderId: work.gid }]);
  assert.match((await fulfil([{ fulfillmentOrderId: work.gid }])).userErrors[0].message, /unfulfillable status= closed/);
  const wrong = await graphql(token, kFulfil, { fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/0' }] } });
  assert.deepEqual([wrong.errors[0].message, wrong.errors[0].extensions.code, wrong.data.fulfillmentCreate], ['Invalid id: gid://shopify/FulfillmentOrder/0', 'RESOURCE_NOT_FOUND', null]);
});

test('moved whole: it stays the same one, and its promise goes along', async (t) => {
  const { ordered, counted, run, places, sent } = await working(t);
  const { work } = await ordered();
  assert.deepEqual(await counted(), [[2, 3, 5], [3, 0, 3]]);
  const made = await run(kMove, { id: work.gid, to: places.shibuya });
  assert.deepEqual([made.userErrors, made.movedFulfillmentOrder.id, made.originalFulfillmentOrder.id, made.remainingFulfillmentOrder], [[], work.gid, work.gid, null]);
  assert.deepEqual([made.movedFulfillmentOrder.assignedLocation.name, actions(made.movedFulfillmentOrder)], ['渋谷店', kOpenActions]);
  assert.deepEqual(await counted(), [[5, 0, 5], [0, 3, 3]]);
  const heard = await sent();
  assert.deepEqual(heard.map((one) => one.topic).sort(), ['fulfillment_orders/moved', 'inventory_levels/update', 'inventory_levels/update']);
  assert.deepEqual(heard.find((one) => one.topic === 'fulfillment_orders/moved')?.body, {
    original_fulfillment_order: { id: work.gid, status: 'open', assigned_location_id: places.shibuya }, moved_fulfillment_order: { id: work.gid, status: 'open', assigned_location_id: places.shibuya },
    destination_location_id: places.shibuya, fulfillment_order_line_items_requested: [{ id: work.lines[0].gid, quantity: 3 }], source_location: { id: places.warehouse },
  });
});

test('moved in part: a new one there, the rest stays; moved again, both become one', async (t) => {
  const { ordered, counted, run, places, orderOf } = await working(t);
  const { placed, work } = await ordered();
  const part = await run(kMove, { id: work.gid, to: places.shibuya, lines: [{ id: work.lines[0].gid, quantity: 1 }] });
  assert.notEqual(part.movedFulfillmentOrder.id, work.gid);
  assert.deepEqual([units(part.movedFulfillmentOrder), units(part.originalFulfillmentOrder), part.remainingFulfillmentOrder.id], [[[1, 1]], [[2, 2]], work.gid]);
  assert.deepEqual(await counted(), [[3, 2, 5], [2, 1, 3]]);
  const rest = await run(kMove, { id: work.gid, to: places.shibuya });
  assert.deepEqual([rest.originalFulfillmentOrder.status, units(rest.originalFulfillmentOrder), rest.remainingFulfillmentOrder], ['CLOSED', [], null]);
  assert.deepEqual(units(rest.movedFulfillmentOrder), [[2, 2], [1, 1]]);
  assert.deepEqual((await orderOf(placed)).fulfillmentOrders.nodes.map((/** @type {any} */ one) => one.status), ['CLOSED', 'CLOSED', 'OPEN']);
  assert.deepEqual(await counted(), [[5, 0, 5], [0, 3, 3]]);
});

test('where moves are taken otherwise: two stay two, and the promise stays until it is kept', async (t) => {
  const { ordered, counted, run, places, put, fulfil, orderOf } = await working(t);
  await put('/_sandbox/facts', { moves_take_committed: false, moves_join: false });
  const { placed, work } = await ordered();
  const part = await run(kMove, { id: work.gid, to: places.shibuya, lines: [{ id: work.lines[0].gid, quantity: 1 }] });
  await run(kMove, { id: work.gid, to: places.shibuya });
  assert.deepEqual((await orderOf(placed)).fulfillmentOrders.nodes.map((/** @type {any} */ one) => one.status), ['OPEN', 'OPEN']);
  assert.deepEqual(await counted(), [[2, 3, 5], [3, 0, 3]]);
  await fulfil([{ fulfillmentOrderId: work.gid }, { fulfillmentOrderId: part.movedFulfillmentOrder.id }]);
  assert.deepEqual(await counted(), [[5, 0, 5], [0, 0, 0]]);
});

test('what was partly fulfilled leaves that part behind when it moves', async (t) => {
  const { ordered, counted, run, places, fulfil } = await working(t);
  const { work } = await ordered();
  await fulfil([{ fulfillmentOrderId: work.gid, fulfillmentOrderLineItems: [{ id: work.lines[0].gid, quantity: 1 }] }]);
  const made = await run(kMove, { id: work.gid, to: places.shibuya });
  assert.deepEqual([made.originalFulfillmentOrder.status, units(made.originalFulfillmentOrder), units(made.movedFulfillmentOrder)], ['CLOSED', [[1, 0]], [[2, 2]]]);
  assert.deepEqual(await counted(), [[4, 0, 4], [1, 2, 3]]);
});

test('a move is refused as the platform refuses it', async (t) => {
  const { ordered, run, places, counted, fulfil } = await working(t);
  const { work } = await ordered();
  const problem = async (/** @type {object} */ more = {}) => (await run(kMove, { id: work.gid, to: places.shibuya, ...more })).userErrors[0];
  assert.deepEqual(await problem({ to: 'gid://shopify/Location/999999999' }), { field: ['id'], message: 'Location not found.', code: null });
  assert.match((await problem({ to: places.umeda })).message, /doesn't stock/);
  assert.match((await problem({ lines: [{ id: work.lines[0].gid, quantity: 4 }] })).message, /Invalid fulfillment order line item quantity/);
  const progress = (/** @type {string} */ name) => run(`mutation($id: ID!) { ${name}(id: $id) { fulfillmentOrder { ${kFields} } userErrors { message } } }`, { id: work.gid });
  const reported = (await progress('fulfillmentOrderReportProgress')).fulfillmentOrder;
  assert.deepEqual([reported.status, actions(reported)], ['IN_PROGRESS', ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'HOLD', 'MARK_AS_OPEN']]);
  assert.equal((await problem()).code, 'CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS');
  assert.equal((await progress('fulfillmentOrderOpen')).fulfillmentOrder.status, 'OPEN');
  assert.equal((await progress('fulfillmentOrderOpen')).userErrors.length, 1);
  assert.deepEqual(await counted(), [[2, 3, 5], [3, 0, 3]]);
  await fulfil([{ fulfillmentOrderId: work.gid }]);
  assert.deepEqual(await problem(), { field: null, message: 'Cannot change location.', code: null });
});

test('split: what is split off is a new one, and both can be merged', async (t) => {
  const { ordered, run, counted, sent } = await working(t);
  const { work } = await ordered();
  const [{ gid: id }] = work.lines;
  const split = (/** @type {any[]} */ fulfillmentOrderLineItems, fulfillmentOrderId = work.gid) => run(kSplit, { splits: [{ fulfillmentOrderId, fulfillmentOrderLineItems }] });
  for (const [lines, code, of] of /** @type {[any[], string, string][]} */ ([
    [[], 'NO_LINE_ITEMS_PROVIDED_TO_SPLIT', work.gid], [[{ id, quantity: 0 }], 'GREATER_THAN', work.gid], [[{ id, quantity: 3 }], 'INVALID_LINE_ITEM_QUANTITY', work.gid],
    [[{ id, quantity: 4 }], 'INVALID_LINE_ITEM_QUANTITY', work.gid], [[{ id, quantity: 1 }], 'FULFILLMENT_ORDER_NOT_FOUND', 'gid://shopify/FulfillmentOrder/1'],
  ])) {
    const made = await split(lines, of);
    assert.deepEqual([made.fulfillmentOrderSplits, made.userErrors.map((/** @type {any} */ one) => one.code)], [null, [code]]);
  }
  const { fulfillmentOrderSplits: [made] } = await split([{ id, quantity: 2 }]);
  assert.deepEqual([units(made.fulfillmentOrder), units(made.remainingFulfillmentOrder), made.replacementFulfillmentOrder], [[[1, 1]], [[2, 2]], null]);
  assert.deepEqual([actions(made.fulfillmentOrder), actions(made.remainingFulfillmentOrder)], [['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD', 'MERGE'], [...kOpenActions, 'MERGE']]);
  assert.deepEqual(await counted(), [[2, 3, 5], [3, 0, 3]]);
  assert.deepEqual((await sent()).map((one) => [one.topic, one.body.split_line_items]), [['fulfillment_orders/split', [{ id, quantity: 2 }]]]);
});

test('held in part, held again by a handle, released one by one', async (t) => {
  const { ordered, run, orderOf, sent, fulfil, counted } = await working(t);
  const { placed, work } = await ordered();
  const hold = (/** @type {object} */ more) => run(kHold, { id: work.gid, hold: { reason: 'INVENTORY_OUT_OF_STOCK', ...more } });
  const made = await hold({ handle: 'shelf', fulfillmentOrderLineItems: [{ id: work.lines[0].gid, quantity: 2 }] });
  assert.deepEqual([made.fulfillmentOrder.id, made.fulfillmentOrder.status, actions(made.fulfillmentOrder), units(made.fulfillmentOrder)], [work.gid, 'ON_HOLD', ['RELEASE_HOLD', 'HOLD', 'MOVE'], [[2, 2]]]);
  assert.deepEqual([made.remainingFulfillmentOrder.status, units(made.remainingFulfillmentOrder), made.fulfillmentOrder.lineItems.nodes[0].lineItem.fulfillableQuantity], ['OPEN', [[1, 1]], 1]);
  const { id: _, ...shown } = made.fulfillmentOrder.fulfillmentHolds[0];
  assert.deepEqual(shown, { handle: 'shelf', reason: 'INVENTORY_OUT_OF_STOCK', displayReason: 'Inventory out of stock', heldByRequestingApp: true });
  assert.deepEqual((await sent()).map((one) => one.topic).sort(), ['fulfillment_holds/added', 'fulfillment_orders/placed_on_hold']);
  const codes = async (/** @type {object} */ more) => (await hold(more)).userErrors.map((/** @type {any} */ one) => one.code);
  assert.deepEqual(await codes({ handle: 'shelf' }), ['DUPLICATE_FULFILLMENT_HOLD_HANDLE']);
  assert.deepEqual(await codes({ handle: 'b', fulfillmentOrderLineItems: [{ id: work.lines[0].gid, quantity: 1 }] }), ['FULFILLMENT_ORDER_NOT_SPLITTABLE']);
  assert.deepEqual(await codes({ handle: 'b', fulfillmentOrderLineItems: [{ id: work.lines[0].gid, quantity: 0 }] }), ['GREATER_THAN_ZERO']);
  for (let at = 2; at <= 10; at += 1) assert.deepEqual(await codes({ handle: `h${at}` }), []);
  assert.deepEqual(await codes({ handle: 'h11' }), ['FULFILLMENT_ORDER_HOLD_LIMIT_REACHED']);
  assert.equal((await sent()).filter((one) => one.topic === 'fulfillment_orders/placed_on_hold').length, 0, 'told once');
  const one = await run(kRelease, { id: work.gid, holds: [made.fulfillmentHold.id] });
  assert.deepEqual([one.fulfillmentOrder.status, one.fulfillmentOrder.fulfillmentHolds.length], ['ON_HOLD', 9]);
  assert.equal((await sent()).filter((each) => each.topic === 'fulfillment_orders/hold_released').length, 0);
  assert.equal((await run(kRelease, { id: work.gid })).fulfillmentOrder.status, 'OPEN');
  assert.equal((await sent()).filter((each) => each.topic === 'fulfillment_orders/hold_released').length, 1);
  await fulfil((await orderOf(placed)).fulfillmentOrders.nodes.map((/** @type {any} */ each) => ({ fulfillmentOrderId: each.id })));
  assert.deepEqual(await counted(), [[2, 0, 2], [3, 0, 3]]);
});

test('another app does not release what it does not hold, and sees none without its scope', async (t) => {
  const { ordered, run, box, graphql } = await working(t);
  const { work } = await ordered();
  await run(kHold, { id: work.gid, hold: { reason: 'OTHER' } });
  const other = box.tokens.createCustom(kOrderScopes, 'another').access_token;
  const seen = await run(`query($id: ID!) { fulfillmentOrder(id: $id) { fulfillmentHolds { heldByRequestingApp } } }`, { id: work.gid }, other);
  assert.deepEqual(seen.fulfillmentHolds, [{ heldByRequestingApp: false }]);
  assert.equal((await run(kRelease, { id: work.gid }, other)).userErrors[0].code, 'INVALID_ACCESS');
  const service = box.tokens.createCustom(['write_assigned_fulfillment_orders', 'read_orders'], 'service').access_token;
  const { data } = await graphql(service, `{ fulfillmentOrder(id: "${work.gid}") { id } fulfillmentOrders(first: 5) { nodes { id } } assignedFulfillmentOrders(first: 5) { nodes { id } } }`);
  assert.deepEqual(data, { fulfillmentOrder: null, fulfillmentOrders: { nodes: [] }, assignedFulfillmentOrders: { nodes: [] } });
  const close = 'mutation($id: ID!) { fulfillmentOrderClose(id: $id) { userErrors { message } } }';
  assert.equal((await run(close, { id: work.gid }, service)).userErrors.length, 1, 'only a fulfilment service closes what it accepted');
  assert.equal((await graphql(box.tokens.createCustom(kOrderScopes, 'another').access_token, close, { id: work.gid })).errors[0].extensions.code, 'ACCESS_DENIED');
});

test('prepared for pickup, then handed over', async (t) => {
  const { ordered, run, places, fulfil, counted, sent, orderOf, put } = await working(t);
  const { placed, work } = await ordered({ pickup: { location: places.shibuya }, lines: [{ sku: 'TOWEL', quantity: 2 }] });
  const { work: shipped } = await ordered({ lines: [{ sku: 'CUP' }] });
  const problem = async (/** @type {string} */ id) => (await run(kPrepared, { id })).userErrors.map((/** @type {any} */ one) => [one.field, one.code]);
  const path = ['input', 'lineItemsByFulfillmentOrder', '0', 'fulfillmentOrderId'];
  assert.deepEqual([await problem(shipped.gid), await problem('gid://shopify/FulfillmentOrder/1')], [[[path, 'FULFILLMENT_ORDER_INVALID']], [[path, 'FULFILLMENT_ORDER_INVALID']]]);
  assert.deepEqual(await sent(), []);
  assert.deepEqual(await problem(work.gid), []);
  assert.deepEqual(await sent(), [{ topic: 'fulfillment_orders/line_items_prepared_for_pickup', body: { fulfillment_order: { id: work.gid, status: 'in_progress', preparable: true, delivery_method: { method_type: 'pickup' } } } }]);
  assert.deepEqual(await problem(work.gid), [[path, 'NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER']]);
  const order = await orderOf(placed);
  assert.deepEqual([order.displayFulfillmentStatus, actions(order.fulfillmentOrders.nodes[0])], ['IN_PROGRESS', ['CREATE_FULFILLMENT', 'HOLD']]);
  assert.deepEqual(await counted(), [[5, 0, 5], [1, 2, 3]], 'it still waits on the shelf');
  assert.equal((await fulfil([{ fulfillmentOrderId: work.gid }])).fulfillment.displayStatus, 'PICKED_UP');
  assert.deepEqual(await counted(), [[5, 0, 5], [1, 0, 1]]);
  await put('/_sandbox/facts', { prepared_in_progress: false });
  const { work: again } = await ordered({ pickup: { location: places.shibuya }, lines: [{ sku: 'TOWEL' }] });
  await run(kPrepared, { id: again.gid });
  assert.equal((await run('query($id: ID!) { fulfillmentOrder(id: $id) { status } }', { id: again.gid })).status, 'OPEN');
});

test('a cancelled one is replaced by the same work anew', async (t) => {
  const { ordered, run, counted, sent, places } = await working(t);
  const { work } = await ordered();
  const cancel = () => run(`mutation($id: ID!) { fulfillmentOrderCancel(id: $id) { fulfillmentOrder { ${kFields} } replacementFulfillmentOrder { ${kFields} } userErrors { field message code } } }`, { id: work.gid });
  await run('mutation($id: ID!) { fulfillmentOrderReportProgress(id: $id) { userErrors { code } } }', { id: work.gid });
  assert.equal((await cancel()).userErrors[0].code, 'FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS');
  await run('mutation($id: ID!) { fulfillmentOrderOpen(id: $id) { userErrors { message } } }', { id: work.gid });
  await sent();
  const made = await cancel();
  assert.deepEqual([made.fulfillmentOrder.status, units(made.fulfillmentOrder), made.replacementFulfillmentOrder.status, units(made.replacementFulfillmentOrder)], ['CLOSED', [], 'OPEN', [[3, 3]]]);
  assert.deepEqual((await sent()).map((one) => [one.topic, one.body.replacement_fulfillment_order.id]), [['fulfillment_orders/cancelled', made.replacementFulfillmentOrder.id]]);
  assert.match((await cancel()).userErrors[0].message, /not in cancelable request state/);
  assert.deepEqual(await counted(), [[2, 3, 5], [3, 0, 3]]);
  const listed = async (/** @type {object} */ more) => (await run('query($query: String, $closed: Boolean) { fulfillmentOrders(first: 9, query: $query, includeClosed: $closed) { nodes { id } } }', more)).nodes.map((/** @type {any} */ one) => one.id);
  assert.deepEqual([await listed({}), await listed({ closed: true })], [[made.replacementFulfillmentOrder.id], [work.gid, made.replacementFulfillmentOrder.id]]);
  const number = (/** @type {string} */ id) => id.split('/').pop();
  assert.deepEqual([(await listed({ query: `assigned_location_id:${number(places.warehouse)}` })).length, (await listed({ query: `assigned_location_id:${number(places.umeda)}` })).length, (await listed({ query: 'status:closed', closed: true })).length], [1, 0, 1]);
});

// Who is told of what happens to orders and stock: one method a happening, which sends its topics.
import { gid } from './ids.mjs';
import { fulfillmentStatus, remainingOf } from './orders.mjs';
import * as bodies from './order_payloads.mjs';
import { customer as customerBody } from './payloads.mjs';

/**
 * @typedef {import('./orders.mjs').Order} Order
 * @typedef {import('./orders.mjs').FulfillmentOrder} FulfillmentOrder
 * @typedef {{line: {id: number}, quantity: number}} Part
 */

export class OrderEvents {
  /** @param {import('./sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    box.store.inventory.onChange = (happened, level, changed) => {
      if (happened === 'update' && !changed.includes('available') && !box.facts.values.levels_update_always) return;
      this.fire_(`inventory_levels/${happened}`, bodies.level(level));
    };
  }

  /** @param {string} topic @param {object} body */
  fire_(topic, body) {
    this.box_.webhooks.fire(topic, body);
  }

  /** @param {string} topic @param {Order} order */
  order_(topic, order) {
    const customer = order.customerId === null ? undefined : this.box_.store.customers.get(order.customerId);
    this.fire_(topic, bodies.order(order, customer ? customerBody(customer, this.box_.store.shop) : null));
  }

  /** @param {Order} order @param {boolean} paid */
  placed(order, paid) {
    this.order_('orders/create', order);
    if (paid) this.order_('orders/paid', order);
    for (const row of order.fulfillmentOrders) this.fire_('fulfillment_orders/order_routing_complete', { fulfillment_order: bodies.fulfillmentOrder(row) });
  }

  /** @param {Order} order */
  paid(order) {
    this.order_('orders/paid', order);
    this.order_('orders/updated', order);
  }

  /** @param {Order} order */
  cancelled(order) {
    this.order_('orders/cancelled', order);
    this.order_('orders/updated', order);
  }

  /** @param {Order} order @param {import('./orders.mjs').Refund} refund */
  refunded(order, refund) {
    this.fire_('refunds/create', bodies.refund(order, refund));
    this.order_('orders/updated', order);
  }

  /** @param {Order} order @param {import('./orders.mjs').Fulfillment} made */
  fulfilled(order, made) {
    this.fire_('fulfillments/create', bodies.fulfillment(order, made));
    this.order_(fulfillmentStatus(order) === 'FULFILLED' ? 'orders/fulfilled' : 'orders/partially_fulfilled', order);
    this.order_('orders/updated', order);
  }

  /** @param {Order} order @param {import('./orders.mjs').Fulfillment} row */
  tracked(order, row) {
    this.fire_('fulfillments/update', bodies.fulfillment(order, row));
    this.order_('orders/updated', order);
  }

  /** @param {{original: FulfillmentOrder, moved: FulfillmentOrder, from: number, to: number, parts: Part[]}} move */
  moved({ original, moved, from, to, parts }) {
    const at = (/** @type {FulfillmentOrder} */ row) => ({ ...bodies.fulfillmentOrder(row), assigned_location_id: gid('Location', row.locationId) });
    this.fire_('fulfillment_orders/moved', {
      original_fulfillment_order: at(original), moved_fulfillment_order: at(moved), destination_location_id: gid('Location', to),
      fulfillment_order_line_items_requested: asked(parts), source_location: { id: gid('Location', from) },
    });
  }

  /** @param {FulfillmentOrder} row @param {FulfillmentOrder} remaining @param {Part[]} parts */
  split(row, remaining, parts) {
    this.fire_('fulfillment_orders/split', {
      split_line_items: asked(parts), fulfillment_order: bodies.fulfillmentOrder(row), remaining_fulfillment_order: bodies.fulfillmentOrder(remaining),
      replacement_fulfillment_order: null,
    });
  }

  /** Told of each hold, and of the first that also it is on hold. @param {FulfillmentOrder} row @param {import('./orders.mjs').Hold} hold @param {FulfillmentOrder|null} remaining */
  held(row, hold, remaining) {
    const created = bodies.hold(hold);
    this.fire_('fulfillment_holds/added', { fulfillment_order: { id: gid('FulfillmentOrder', row.id) }, fulfillment_hold: created });
    if (row.holds.length > 1) return;
    this.fire_('fulfillment_orders/placed_on_hold', {
      fulfillment_order: { ...bodies.fulfillmentOrder(row), fulfillment_holds: [created] },
      remaining_fulfillment_order: remaining && bodies.fulfillmentOrder(remaining),
      held_fulfillment_order_line_items: row.lines.map((line) => ({ id: gid('FulfillmentOrderLineItem', line.id), quantity: line.remaining })),
      created_fulfillment_hold: created,
    });
  }

  /** @param {FulfillmentOrder} row @param {import('./orders.mjs').Hold[]} holds */
  released(row, holds) {
    for (const hold of holds) this.fire_('fulfillment_holds/released', { fulfillment_order: { id: gid('FulfillmentOrder', row.id) }, fulfillment_hold: bodies.hold(hold) });
    if (row.holds.length === 0) this.fire_('fulfillment_orders/hold_released', { fulfillment_order: bodies.fulfillmentOrder(row) });
  }

  /** @param {FulfillmentOrder} row */
  prepared(row) {
    const preparable = remainingOf(row) > 0;
    this.fire_('fulfillment_orders/line_items_prepared_for_pickup', {
      fulfillment_order: { ...bodies.fulfillmentOrder(row), preparable, delivery_method: { method_type: 'pickup' } },
    });
  }

  /** @param {FulfillmentOrder} row @param {FulfillmentOrder} replacement */
  replaced(row, replacement) {
    this.fire_('fulfillment_orders/cancelled', { fulfillment_order: bodies.fulfillmentOrder(row), replacement_fulfillment_order: bodies.fulfillmentOrder(replacement) });
  }

  /** @param {FulfillmentOrder} row @param {{reasonNotes: string|null, appId: number, before: string}} report */
  progressed(row, { reasonNotes, appId, before }) {
    this.fire_('fulfillment_orders/progress_reported', {
      fulfillment_order: bodies.fulfillmentOrder(row), initial_status: before.toLowerCase(),
      progress_report: { reason_notes: reasonNotes, progress_reported_by_app: { id: gid('App', appId) }, progress_reported_by_user: null },
    });
  }

  /** @param {FulfillmentOrder} row @param {number} appId */
  opened(row, appId) {
    this.fire_('fulfillment_orders/manually_reported_progress_stopped', {
      fulfillment_order: bodies.fulfillmentOrder(row), progress_stopped_by_app: { id: gid('App', appId) }, progress_stopped_by_user: null,
    });
  }
}

/** @param {Part[]} parts */
const asked = (parts) => parts.map(({ line, quantity }) => ({ id: gid('FulfillmentOrderLineItem', line.id), quantity }));

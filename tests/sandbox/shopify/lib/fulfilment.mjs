// What is done for an order and what that does to the stock (README.md, sources: stock, fulfilment orders).
import { isOver, nameOfOrder, remainingOf, settle } from './orders.mjs';

/**
 * @typedef {import('./orders.mjs').Order} Order
 * @typedef {import('./orders.mjs').FulfillmentOrder} FulfillmentOrder
 * @typedef {import('./orders.mjs').FulfillmentOrderLine} FulfillmentOrderLine
 * @typedef {{line: FulfillmentOrderLine, quantity: number}} Part some units of a fulfilment order's line
 */

export class Fulfilment {
  /** @param {import('./sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
  }

  /** @param {FulfillmentOrder} row @returns {Order} */
  orderOf(row) {
    return /** @type {Order} */ (this.box_.store.orders.get(row.orderId));
  }

  /** A new order's lines go to their locations, which promise what they have of them. @param {Order} order @param {{line: import('./orders.mjs').Line, location: import('./store.mjs').Location, tracked: boolean}[]} routed */
  routed(order, routed) {
    const { ids, inventory } = this.box_.store;
    for (const location of new Set(routed.map((one) => one.location))) {
      const lines = routed.filter((one) => one.location === location).map(({ line, tracked }) => ({
        id: ids.next('FulfillmentOrderLineItem'), lineId: line.id, itemId: line.itemId, total: line.quantity, remaining: line.quantity,
        committedAt: tracked ? location.id : null,
      }));
      this.create_(order, { locationId: location.id, lines, deliveryId: ids.next('DeliveryMethod') });
      for (const one of lines) {
        if (one.committedAt !== null) inventory.book(one.itemId, one.committedAt, { available: -one.total, committed: one.total });
      }
    }
  }

  /** @param {Order} order @param {{locationId: number, lines: FulfillmentOrderLine[], deliveryId: number}} values @returns {FulfillmentOrder} */
  create_(order, values) {
    const { store } = this.box_;
    const now = order.fulfillmentOrders.length === 0 ? order.createdAt : new Date().toISOString();
    /** @type {FulfillmentOrder} */
    const row = { id: store.ids.next('FulfillmentOrder'), orderId: order.id, status: 'OPEN', holds: [], reported: false, prepared: false, createdAt: now, updatedAt: now, ...values };
    order.fulfillmentOrders.push(row);
    store.fulfillmentOrders.set(row.id, row);
    return row;
  }

  /**
   * Takes some units out of a fulfilment order into a new one, like it in all but its lines.
   * @param {FulfillmentOrder} row
   * @param {Part[]} parts
   * @param {number} locationId
   */
  takeOut(row, parts, locationId = row.locationId) {
    const { ids } = this.box_.store;
    const lines = parts.map(({ line, quantity }) => {
      line.total -= quantity;
      line.remaining -= quantity;
      return { ...line, id: ids.next('FulfillmentOrderLineItem'), total: quantity, remaining: quantity };
    });
    row.lines = row.lines.filter((line) => line.total > 0);
    this.touched_(row);
    if (remainingOf(row) === 0) Object.assign(row, { status: 'CLOSED', holds: [] });
    return this.create_(this.orderOf(row), { locationId, lines, deliveryId: row.deliveryId });
  }

  /**
   * Another location shall do it: all of what remains, or a part.
   * @param {FulfillmentOrder} row
   * @param {number} locationId
   * @param {Part[]|null} parts
   * @returns {{moved: FulfillmentOrder, remaining: FulfillmentOrder|null}}
   */
  move(row, locationId, parts) {
    const order = this.orderOf(row);
    const rest = row.lines.filter((line) => line.remaining > 0).map((line) => ({ line, quantity: line.remaining }));
    const wanted = parts ?? rest;
    const whole = rest.every(({ line, quantity }) => wanted.some((one) => one.line === line && one.quantity === quantity));
    const untouched = row.lines.every((line) => line.total === line.remaining);
    if (locationId === row.locationId) return { moved: row, remaining: null };
    const joins = row.status === 'OPEN' && this.box_.facts.values.moves_join;
    const there = joins ? order.fulfillmentOrders.find((one) => one.status === 'OPEN' && one.locationId === locationId) : undefined;
    const held = row.holds.map((one) => ({ ...one }));
    let moved = row;
    if (whole && untouched && !there) row.locationId = locationId;
    else moved = this.takeOut(row, wanted, locationId);
    if (moved !== row && held.length > 0) Object.assign(moved, { status: 'ON_HOLD', holds: held });
    if (there) {
      moved.lines.push(...there.lines.map((line) => ({ ...line, id: this.box_.store.ids.next('FulfillmentOrderLineItem') })));
      Object.assign(there, { lines: [], status: 'CLOSED' });
      this.touched_(there);
    }
    this.touched_(moved);
    if (this.box_.facts.values.moves_take_committed) this.recommit_(moved);
    return { moved, remaining: whole ? null : row };
  }

  /** The promise goes along to the location that now has the work. @param {FulfillmentOrder} row */
  recommit_(row) {
    const { inventory } = this.box_.store;
    for (const line of row.lines) {
      const from = line.committedAt;
      if (from === null || from === row.locationId) continue;
      line.committedAt = row.locationId;
      inventory.book(line.itemId, from, { committed: -line.remaining, available: line.remaining });
      inventory.book(line.itemId, row.locationId, { available: -line.remaining, committed: line.remaining });
    }
  }

  /**
   * Goods leave the shelf of the location that the work is assigned to; a promise that was made elsewhere is given back there.
   * @param {FulfillmentOrder} row
   * @param {FulfillmentOrderLine} line
   * @param {number} quantity
   */
  ship_(row, line, quantity) {
    const { inventory } = this.box_.store;
    line.remaining -= quantity;
    if (line.committedAt === null) return;
    if (line.committedAt === row.locationId) {
      inventory.book(line.itemId, row.locationId, { committed: -quantity });
      return;
    }
    inventory.book(line.itemId, line.committedAt, { committed: -quantity, available: quantity });
    inventory.book(line.itemId, row.locationId, { available: -quantity });
  }

  /**
   * @param {Order} order
   * @param {{row: FulfillmentOrder, parts: Part[]}[]} work all at one location
   * @param {import('./orders.mjs').Tracking[]} tracking
   * @returns {import('./orders.mjs').Fulfillment}
   */
  fulfil(order, work, tracking) {
    const { store } = this.box_;
    const now = new Date().toISOString();
    /** @type {import('./orders.mjs').Fulfillment} */
    const made = {
      id: store.ids.next('Fulfillment'), orderId: order.id, locationId: work[0].row.locationId, name: `${nameOfOrder(order)}-F${order.fulfillments.length + 1}`,
      status: 'SUCCESS', tracking, createdAt: now, updatedAt: now,
      lines: work.flatMap(({ row, parts }) => parts.map(({ line, quantity }) => ({ id: store.ids.next('FulfillmentLineItem'), lineId: line.lineId, fulfillmentOrderId: row.id, quantity }))),
    };
    for (const { row, parts } of work) {
      for (const { line, quantity } of parts) this.ship_(row, line, quantity);
      row.status = remainingOf(row) === 0 ? 'CLOSED' : 'IN_PROGRESS';
      this.touched_(row);
    }
    order.fulfillments.push(made);
    store.fulfillments.set(made.id, made);
    settle(order, now);
    this.box_.orderEvents.fulfilled(order, made);
    return made;
  }

  /**
   * What was sent is to be sent again: by the work it was, where that is not over, or by a new one at the same location. It is on its
   * shelf again and promised there (README.md, sources: fulfilment orders).
   * @param {Order} order
   * @param {import('./orders.mjs').Fulfillment} made
   */
  undo(order, made) {
    const { store } = this.box_;
    Object.assign(made, { status: 'CANCELLED', updatedAt: new Date().toISOString() });
    for (const id of new Set(made.lines.map((one) => one.fulfillmentOrderId))) {
      const row = /** @type {FulfillmentOrder} */ (store.fulfillmentOrders.get(id));
      const back = made.lines.filter((one) => one.fulfillmentOrderId === id).map(({ lineId, quantity }) => {
        const line = /** @type {FulfillmentOrderLine} */ (row.lines.find((one) => one.lineId === lineId));
        if (line.committedAt !== null) store.inventory.book(line.itemId, made.locationId, { committed: quantity });
        return { line, quantity, committedAt: line.committedAt === null ? null : made.locationId };
      });
      if (isOver(row)) {
        const lines = back.map(({ line, quantity, committedAt }) => ({ ...line, id: store.ids.next('FulfillmentOrderLineItem'), total: quantity, remaining: quantity, committedAt }));
        this.create_(order, { locationId: made.locationId, lines, deliveryId: row.deliveryId });
      } else {
        for (const { line, quantity, committedAt } of back) Object.assign(line, { remaining: line.remaining + quantity, committedAt });
      }
      this.touched_(row);
    }
    settle(order, made.updatedAt);
    this.box_.orderEvents.tracked(order, made);
  }

  /**
   * Takes units that nobody fulfilled yet off the order, and puts them back on a shelf.
   * @param {Order} order
   * @param {number} lineId
   * @param {number} quantity at most what remains of the line
   * @param {number} restockAt
   */
  remove(order, lineId, quantity, restockAt) {
    let left = quantity;
    for (const row of order.fulfillmentOrders.filter((one) => !isOver(one))) {
      for (const line of row.lines.filter((one) => one.lineId === lineId)) {
        const taken = Math.min(left, line.remaining);
        if (taken === 0) continue;
        left -= taken;
        line.total -= taken;
        line.remaining -= taken;
        this.release_(line, taken, restockAt);
        this.touched_(row);
      }
      if (remainingOf(row) === 0) row.status = 'CLOSED';
    }
  }

  /** A promise ends; what it was for is for sale again at a location, or is gone. @param {FulfillmentOrderLine} line @param {number} quantity @param {number|null} restockAt */
  release_(line, quantity, restockAt) {
    const { inventory } = this.box_.store;
    if (line.committedAt === null) return;
    if (restockAt === line.committedAt) {
      inventory.book(line.itemId, restockAt, { committed: -quantity, available: quantity });
      return;
    }
    inventory.book(line.itemId, line.committedAt, { committed: -quantity });
    if (restockAt !== null) inventory.book(line.itemId, restockAt, { available: quantity });
  }

  /** The order is off: nothing of it is fulfilled any more. @param {Order} order @param {{restock: boolean, refunded: boolean}} how */
  callOff(order, { restock, refunded }) {
    for (const row of order.fulfillmentOrders.filter((one) => !isOver(one))) {
      for (const line of row.lines) {
        // What a location that is closed had promised is not put back there.
        const back = restock && this.box_.store.locations.get(line.committedAt ?? 0)?.isActive;
        const keeps = !back && !this.box_.facts.values.unrestocked_leaves_on_hand;
        if (!keeps) this.release_(line, line.remaining, back ? line.committedAt : null);
        // With a refund its lines are empty; without one they show what was to be done (README.md, sources: orders).
        if (refunded) Object.assign(line, { total: line.total - line.remaining, remaining: 0 });
      }
      Object.assign(row, { status: 'CLOSED', holds: [] });
      this.touched_(row);
    }
  }

  /** Closes it and has the same work done anew. @param {FulfillmentOrder} row */
  replace(row) {
    const parts = row.lines.filter((line) => line.remaining > 0).map((line) => ({ line, quantity: line.remaining }));
    const replacement = this.takeOut(row, parts);
    Object.assign(row, { status: 'CLOSED', holds: [] });
    return replacement;
  }

  /** @param {FulfillmentOrder} row */
  touched_(row) {
    row.updatedAt = new Date().toISOString();
  }
}

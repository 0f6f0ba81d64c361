// Bodies of the webhooks about orders and stock, in the shapes the platform sends (README.md, sources: orders' webhooks).
import { nameOf } from './addresses.mjs';
import { gid } from './ids.mjs';
import { levelGid } from './inventory.mjs';
import { financialStatus, fulfillmentStatus, moneyOf, nameOfOrder, unitsOf } from './orders.mjs';

/**
 * @typedef {import('./orders.mjs').Order} Order
 * @typedef {import('./orders.mjs').Line} Line
 * @typedef {import('./orders.mjs').FulfillmentOrder} FulfillmentOrder
 * @typedef {import('./orders.mjs').Fulfillment} Fulfillment
 */

/** @param {number} yen */
const set = (yen) => {
  const money = { amount: String(yen), currency_code: 'JPY' };
  return { shop_money: money, presentment_money: money };
};

/** @param {import('./inventory.mjs').Level} level */
export const level = (level) => ({
  inventory_item_id: level.itemId, location_id: level.locationId, available: level.quantities.available, updated_at: level.updatedAt,
  admin_graphql_api_id: levelGid(level),
});

/** @param {Order} order @param {Line} line @param {number} quantity */
function lineItem(order, line, quantity = line.quantity) {
  const units = unitsOf(order, line);
  return {
    id: line.id, admin_graphql_api_id: gid('LineItem', line.id), current_quantity: units.current, fulfillable_quantity: units.fulfillable,
    fulfillment_service: 'manual', fulfillment_status: units.fulfilled === 0 ? null : units.unfulfilled <= 0 ? 'fulfilled' : 'partial', gift_card: false, grams: 0,
    name: [line.title, line.variantTitle].filter(Boolean).join(' - '), price: String(line.price), price_set: set(line.price), product_exists: true,
    product_id: line.productId, properties: [], quantity, requires_shipping: true, sku: line.sku, taxable: line.taxable, title: line.title,
    total_discount: '0', total_discount_set: set(0), variant_id: line.variantId, variant_inventory_management: 'shopify', variant_title: line.variantTitle,
    vendor: line.vendor, tax_lines: [], duties: [], discount_allocations: [],
  };
}

/** @param {import('./addresses.mjs').Address|null} one */
const address = (one) => one && {
  first_name: one.firstName, last_name: one.lastName, name: nameOf(one) ?? '', company: one.company, address1: one.address1, address2: one.address2, city: one.city,
  zip: one.zip, phone: one.phone, province: one.province, province_code: one.provinceCode, country: one.country, country_code: one.countryCode, latitude: null, longitude: null,
};

/** @param {Order} order @param {Fulfillment} row */
export function fulfillment(order, row) {
  const [first] = row.tracking;
  return {
    id: row.id, admin_graphql_api_id: gid('Fulfillment', row.id), order_id: order.id, name: `${nameOfOrder(order)}.${order.fulfillments.indexOf(row) + 1}`,
    status: row.status.toLowerCase(), created_at: row.createdAt, updated_at: row.updatedAt, service: 'manual', location_id: row.locationId, origin_address: null,
    shipment_status: null, email: order.email, destination: address(order.shippingAddress), receipt: {},
    line_items: row.lines.map((one) => lineItem(order, /** @type {Line} */ (order.lines.find((line) => line.id === one.lineId)), one.quantity)),
    tracking_company: first?.company ?? null, tracking_number: first?.number ?? null, tracking_numbers: row.tracking.map((one) => one.number).filter(Boolean),
    tracking_url: first?.url ?? null, tracking_urls: row.tracking.map((one) => one.url).filter(Boolean),
  };
}

/** @param {Order} order @param {import('./orders.mjs').Transaction} one */
const transaction = (order, one) => ({
  id: one.id, admin_graphql_api_id: gid('OrderTransaction', one.id), order_id: order.id, kind: one.kind.toLowerCase(), status: one.status.toLowerCase(),
  gateway: one.gateway, amount: String(one.amount), currency: 'JPY', parent_id: one.parentId, created_at: one.createdAt, processed_at: one.createdAt, test: false,
});

/** @param {Order} order @param {import('./orders.mjs').Refund} row */
export const refund = (order, row) => ({
  id: row.id, admin_graphql_api_id: gid('Refund', row.id), order_id: order.id, created_at: row.createdAt, processed_at: row.createdAt, note: row.note, user_id: null,
  restock: row.lines.some((one) => one.restockType !== 'NO_RESTOCK'), duties: [], order_adjustments: [],
  refund_line_items: row.lines.map((one) => {
    const line = /** @type {Line} */ (order.lines.find((each) => each.id === one.lineId));
    return {
      id: one.id, line_item_id: one.lineId, location_id: one.locationId, quantity: one.quantity, restock_type: one.restockType.toLowerCase(),
      subtotal: line.price * one.quantity, subtotal_set: set(line.price * one.quantity), total_tax: 0, total_tax_set: set(0), line_item: lineItem(order, line),
    };
  }),
  transactions: row.transactions.map((one) => transaction(order, one)),
});

/** @param {Order} order @param {object|null} customer as its own webhook shows it */
export function order(order, customer) {
  const money = moneyOf(order);
  const delivered = fulfillmentStatus(order);
  return {
    id: order.id, admin_graphql_api_id: gid('Order', order.id), app_id: 580111, cancel_reason: order.cancelReason?.toLowerCase() ?? null, cancelled_at: order.cancelledAt,
    closed_at: order.closedAt, confirmed: true, contact_email: order.email, created_at: order.createdAt, currency: 'JPY', presentment_currency: 'JPY',
    current_subtotal_price: String(money.currentSubtotal), current_subtotal_price_set: set(money.currentSubtotal), current_total_price: String(money.current),
    current_total_price_set: set(money.current), current_total_discounts: '0', current_total_tax: '0', customer_locale: 'ja', discount_codes: [], email: order.email,
    financial_status: financialStatus(order).toLowerCase(), fulfillment_status: delivered === 'FULFILLED' ? 'fulfilled' : delivered === 'PARTIALLY_FULFILLED' ? 'partial' : null,
    location_id: null, name: nameOfOrder(order), note: order.note, note_attributes: order.attributes.map(({ key, value }) => ({ name: key, value })),
    number: order.number - 1000, order_number: order.number, payment_gateway_names: [...new Set(order.transactions.map((one) => one.gateway))], phone: order.phone,
    processed_at: order.createdAt, source_name: 'web', subtotal_price: String(money.subtotal), subtotal_price_set: set(money.subtotal), tags: order.tags.join(', '),
    tax_lines: [], taxes_included: true, test: false, total_discounts: '0', total_line_items_price: String(money.subtotal), total_outstanding: String(money.outstanding),
    total_price: String(money.total), total_price_set: set(money.total), total_shipping_price_set: set(order.shippingPrice), total_tax: '0', total_weight: 0,
    updated_at: order.updatedAt, user_id: null, ...(customer ? { customer } : {}), discount_applications: [],
    shipping_address: address(order.shippingAddress), billing_address: address(order.shippingAddress),
    fulfillments: order.fulfillments.map((one) => fulfillment(order, one)), line_items: order.lines.map((one) => lineItem(order, one)),
    refunds: order.refunds.map((one) => refund(order, one)),
    shipping_lines: [{ code: order.deliveryName, title: order.deliveryName, price: String(order.shippingPrice), price_set: set(order.shippingPrice), source: 'shopify', tax_lines: [], discount_allocations: [] }],
  };
}

/** @param {FulfillmentOrder} row */
export const fulfillmentOrder = (row) => ({ id: gid('FulfillmentOrder', row.id), status: row.status.toLowerCase() });

/** @param {import('./orders.mjs').Hold} hold */
export const hold = (hold) => ({
  id: gid('FulfillmentHold', hold.id), reason: hold.reason.toLowerCase(), reason_notes: hold.reasonNotes, held_by_requesting_app: false, handle: hold.handle,
  held_by_app: { id: gid('App', hold.appId) },
});

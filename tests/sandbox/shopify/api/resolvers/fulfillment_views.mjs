// Fulfilment orders and fulfilments as the Admin API shows them.
import { gid } from '../../lib/ids.mjs';
import { actionsOf, nameOfOrder } from '../../lib/orders.mjs';
import { connection, wholeSeconds } from '../connection.mjs';
import { hasScope } from '../schema.mjs';
import { lineView, moneyBag, orderView } from './order_views.mjs';
import { locationView } from './stock_views.mjs';
import { variantView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').Order} Order */
/** @typedef {import('../../lib/orders.mjs').FulfillmentOrder} FulfillmentOrder */
/** @typedef {import('../../lib/orders.mjs').FulfillmentOrderLine} FulfillmentOrderLine */

/** Whether an app sees those of the merchant's own locations, of which alone there are any here (README.md, sources: fulfilment orders). @param {string[]} scopes */
export const seesFulfillmentOrders = (scopes) => hasScope(scopes, 'read_merchant_managed_fulfillment_orders');

const kDisplayReasons = /** @type {Record<string, string>} */ ({
  AWAITING_PAYMENT: 'Awaiting payment', AWAITING_RETURN_ITEMS: 'Exchange items awaiting return delivery', HIGH_RISK_OF_FRAUD: 'High risk of fraud',
  INCORRECT_ADDRESS: 'Incorrect address', INVENTORY_OUT_OF_STOCK: 'Inventory out of stock', UNKNOWN_DELIVERY_DATE: 'Unknown delivery date',
});

/** @param {import('../../lib/orders.mjs').Hold} row @param {number} appId of whoever asks */
export const holdView = (row, appId) => ({
  __typename: 'FulfillmentHold', id: gid('FulfillmentHold', row.id), handle: row.handle ?? '', reason: row.reason, reasonNotes: row.reasonNotes,
  displayReason: kDisplayReasons[row.reason] ?? 'Other', heldByRequestingApp: row.appId === appId,
  heldByApp: { __typename: 'App', id: gid('App', row.appId) },
});

/** @param {Order} order @param {FulfillmentOrderLine} row @returns {any} */
function lineItemView(order, row) {
  const line = /** @type {import('../../lib/orders.mjs').Line} */ (order.lines.find((one) => one.id === row.lineId));
  return {
    __typename: 'FulfillmentOrderLineItem', id: gid('FulfillmentOrderLineItem', row.id), totalQuantity: row.total, remainingQuantity: row.remaining,
    inventoryItemId: gid('InventoryItem', row.itemId), productTitle: line.title, variantTitle: line.variantTitle, sku: line.sku || null, vendor: line.vendor,
    requiresShipping: true, image: null, warnings: [], lineItem: () => lineView(order, line),
    variant: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => {
      const found = store.variants.get(line.variantId);
      return found ? variantView(found, store) : null;
    },
  };
}

/** Where the goods go: to the address of the order, or to the counter. @param {Order} order @param {FulfillmentOrder} row @param {Context} ctx */
function destinationView(order, row, { store }) {
  const address = order.shippingAddress;
  if (!address && order.delivery !== 'PICK_UP') return null;
  const customer = order.customerId === null ? undefined : store.customers.get(order.customerId);
  return {
    __typename: 'FulfillmentOrderDestination', id: gid('FulfillmentOrderDestination', row.id), email: order.email, phone: address?.phone ?? order.phone,
    firstName: address?.firstName ?? customer?.firstName ?? null, lastName: address?.lastName ?? customer?.lastName ?? null, company: address?.company ?? null,
    address1: address?.address1 ?? null, address2: address?.address2 ?? null, city: address?.city ?? null, zip: address?.zip ?? null, province: address?.province ?? null,
    countryCode: address?.countryCode ?? null, location: order.delivery === 'PICK_UP' ? locationView(row.locationId, store) : null,
  };
}

/** @param {Order} order @param {FulfillmentOrder} row @returns {any} */
export function fulfillmentOrderView(order, row) {
  return {
    __typename: 'FulfillmentOrder', id: gid('FulfillmentOrder', row.id), status: row.status, requestStatus: 'UNSUBMITTED', orderId: gid('Order', order.id),
    orderName: nameOfOrder(order), orderProcessedAt: wholeSeconds(order.createdAt), createdAt: wholeSeconds(row.createdAt), updatedAt: wholeSeconds(row.updatedAt),
    // The beginning of the hour in which it was made (README.md, sources: fulfilment orders).
    fulfillAt: `${order.createdAt.slice(0, 13)}:00:00Z`, fulfillBy: null, internationalDuties: null,
    deliveryMethod: { __typename: 'DeliveryMethod', id: gid('DeliveryMethod', row.deliveryId), methodType: order.delivery, presentedName: order.deliveryName, minDeliveryDateTime: null, maxDeliveryDateTime: null, serviceCode: null },
    destination: (/** @type {unknown} */ _, /** @type {Context} */ ctx) => destinationView(order, row, ctx),
    assignedLocation: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => {
      const { name, address } = /** @type {import('../../lib/store.mjs').Location} */ (store.locations.get(row.locationId));
      return { __typename: 'FulfillmentOrderAssignedLocation', name, address1: address.address1, address2: address.address2, city: address.city, zip: address.zip, phone: address.phone,
        province: address.province, countryCode: address.countryCode, location: () => locationView(row.locationId, store) };
    },
    supportedActions: (/** @type {unknown} */ _, /** @type {Context} */ { grant }) =>
      actionsOf(row, order, grant.appId).map((action) => ({ __typename: 'FulfillmentOrderSupportedAction', action, externalUrl: null })),
    fulfillmentHolds: (/** @type {unknown} */ _, /** @type {Context} */ { grant }) => row.holds.map((one) => holdView(one, grant.appId)),
    lineItems: (/** @type {any} */ args) => connection(row.lines.map((one) => lineItemView(order, one)), args),
    merchantRequests: (/** @type {any} */ args) => connection([], args), order: (/** @type {unknown} */ _, /** @type {Context} */ ctx) => orderView(order, ctx),
    fulfillments: (/** @type {any} */ args) =>
      connection(order.fulfillments.filter((one) => one.lines.some((line) => line.fulfillmentOrderId === row.id)).map((one) => fulfillmentView(order, one)), args),
  };
}

/** @param {Order} order @param {import('../../lib/orders.mjs').Fulfillment} row @returns {any} */
export function fulfillmentView(order, row) {
  return {
    __typename: 'Fulfillment', id: gid('Fulfillment', row.id), legacyResourceId: String(row.id), name: row.name, status: row.status, createdAt: wholeSeconds(row.createdAt),
    updatedAt: wholeSeconds(row.updatedAt), displayStatus: order.delivery === 'PICK_UP' ? 'PICKED_UP' : 'FULFILLED', deliveredAt: null, inTransitAt: null, estimatedDeliveryAt: null,
    requiresShipping: true, service: null, originAddress: null, totalQuantity: row.lines.reduce((sum, one) => sum + one.quantity, 0),
    order: (/** @type {unknown} */ _, /** @type {Context} */ ctx) => orderView(order, ctx),
    location: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => locationView(row.locationId, store),
    trackingInfo: (/** @type {{first?: number|null}} */ { first }) => row.tracking.slice(0, first ?? row.tracking.length).map((one) => ({ __typename: 'FulfillmentTrackingInfo', ...one })),
    fulfillmentLineItems: (/** @type {any} */ args) => connection(row.lines.map((one) => {
      const line = /** @type {import('../../lib/orders.mjs').Line} */ (order.lines.find((each) => each.id === one.lineId));
      const total = moneyBag(line.price * one.quantity);
      return { __typename: 'FulfillmentLineItem', id: gid('FulfillmentLineItem', one.id), quantity: one.quantity, lineItem: lineView(order, line), originalTotalSet: total, discountedTotalSet: total };
    }), args),
    fulfillmentOrders: (/** @type {any} */ args) =>
      connection(order.fulfillmentOrders.filter((one) => row.lines.some((line) => line.fulfillmentOrderId === one.id)).map((one) => fulfillmentOrderView(order, one)), args),
  };
}

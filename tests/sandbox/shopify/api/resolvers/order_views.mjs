// Orders, their lines, money and refunds as the Admin API shows them.
import { gid } from '../../lib/ids.mjs';
import { financialStatus, fulfillmentStatus, isOver, moneyOf, nameOfOrder, unitsOf } from '../../lib/orders.mjs';
import { connection, wholeSeconds } from '../connection.mjs';
import { apiError, notImplemented } from '../errors.mjs';
import { addressView } from './addresses.mjs';
import { fulfillmentOrderView, fulfillmentView, seesFulfillmentOrders } from './fulfillment_views.mjs';
import { locationView } from './stock_views.mjs';
import { customerView, metafieldFields, productView, variantView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/orders.mjs').Order} Order */
/** @typedef {import('../../lib/orders.mjs').Line} Line */

/** @param {number} yen */
export function moneyBag(yen) {
  const money = { __typename: 'MoneyV2', amount: `${yen}.0`, currencyCode: 'JPY' };
  return { __typename: 'MoneyBag', shopMoney: money, presentmentMoney: money };
}

/** @param {string|null} time */
const moment = (time) => time && wholeSeconds(time);

/** @template T @param {T[]} rows */
const firstOf = (rows) => (/** @type {{first?: number|null}} */ { first }) => rows.slice(0, first ?? rows.length);

/** @param {Order} order @param {Line} line @returns {any} */
export function lineView(order, line) {
  const units = () => unitsOf(order, line);
  const [unit, whole] = [moneyBag(line.price), moneyBag(line.price * line.quantity)];
  return {
    __typename: 'LineItem', id: gid('LineItem', line.id), title: line.title, variantTitle: line.variantTitle, name: [line.title, line.variantTitle].filter(Boolean).join(' - '),
    sku: line.sku || null, vendor: line.vendor, quantity: line.quantity, requiresShipping: true, taxable: line.taxable, isGiftCard: false, customAttributes: [],
    currentQuantity: () => units().current, refundableQuantity: () => units().current, unfulfilledQuantity: () => units().unfulfilled,
    fulfillableQuantity: () => units().fulfillable, nonFulfillableQuantity: () => line.quantity - units().fulfillable, restockable: () => units().current > 0,
    originalUnitPriceSet: unit, discountedUnitPriceSet: unit, originalTotalSet: whole, discountedTotalSet: () => whole, totalDiscountSet: moneyBag(0),
    unfulfilledOriginalTotalSet: () => moneyBag(line.price * units().unfulfilled), taxLines: () => [], discountAllocations: [], duties: [],
    variant: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => {
      const found = store.variants.get(line.variantId);
      return found ? variantView(found, store) : null;
    },
    product: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => {
      const found = store.products.get(line.productId);
      return found ? productView(found, store) : null;
    },
  };
}

/** @param {Order} order @param {import('../../lib/orders.mjs').Transaction} row @returns {any} */
function transactionView(order, row) {
  const parent = order.transactions.find((one) => one.id === row.parentId);
  return {
    __typename: 'OrderTransaction', id: gid('OrderTransaction', row.id), kind: row.kind, status: row.status, gateway: row.gateway, formattedGateway: row.gateway,
    amountSet: moneyBag(row.amount), createdAt: moment(row.createdAt), processedAt: moment(row.createdAt), test: false, errorCode: null,
    manualPaymentGateway: row.gateway !== 'shopify_payments', manuallyCapturable: false,
    parentTransaction: () => parent ? transactionView(order, parent) : null, order: (/** @type {unknown} */ _, /** @type {Context} */ ctx) => orderView(order, ctx),
  };
}

/** @param {Order} order @param {import('../../lib/orders.mjs').Refund} row @returns {any} */
export function refundView(order, row) {
  const refunded = row.transactions.filter((one) => one.status === 'SUCCESS').reduce((sum, one) => sum + one.amount, 0);
  return {
    __typename: 'Refund', id: gid('Refund', row.id), legacyResourceId: String(row.id), note: row.note, createdAt: moment(row.createdAt),
    processedAt: moment(row.createdAt), updatedAt: moment(row.createdAt), totalRefundedSet: moneyBag(refunded), duties: [], return: null,
    order: (/** @type {unknown} */ _, /** @type {Context} */ ctx) => orderView(order, ctx),
    transactions: (/** @type {any} */ args) => connection(row.transactions.map((one) => transactionView(order, one)), args),
    refundLineItems: (/** @type {any} */ args) => connection(row.lines.map((one) => {
      const line = /** @type {Line} */ (order.lines.find((each) => each.id === one.lineId));
      return {
        __typename: 'RefundLineItem', id: gid('RefundLineItem', one.id), quantity: one.quantity, restockType: one.restockType, restocked: one.restockType !== 'NO_RESTOCK',
        lineItem: lineView(order, line), priceSet: moneyBag(line.price), subtotalSet: moneyBag(line.price * one.quantity), totalTaxSet: moneyBag(0),
        location: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => one.locationId === null ? null : locationView(one.locationId, store),
      };
    }), args),
  };
}

/**
 * What lines are worth, from the payments that still have it (README.md, sources: refunds). Of shipping only what is asked for.
 * @param {Order} order
 * @param {any} args
 */
function suggestedRefund(order, { refundLineItems, suggestFullRefund, refundShipping, shippingAmount, refundDuties }) {
  if (suggestFullRefund || refundDuties?.length) throw notImplemented('suggested refunds of everything and of duties');
  const { net, refundedShipping } = moneyOf(order);
  const wanted = (refundLineItems ?? []).map((/** @type {any} */ input) => {
    const line = order.lines.find((one) => gid('LineItem', one.id) === input.lineItemId);
    if (!line) throw apiError('Line item does not exist', 'BAD_REQUEST');
    return { line, quantity: Math.min(input.quantity, unitsOf(order, line).current), restockType: input.restockType ?? 'NO_RESTOCK' };
  });
  const freight = order.shippingPrice - refundedShipping;
  const shipping = refundShipping ? freight : Math.min(freight, Math.round(Number(shippingAmount ?? 0)));
  const subtotal = wanted.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.line.price * one.quantity, 0);
  // Never more than was paid; nothing goes back of what nobody paid.
  const amount = Math.min(subtotal + shipping, net);
  let left = amount;
  const transactions = order.transactions.filter((one) => one.kind === 'SALE' && one.status === 'SUCCESS').flatMap((sale) => {
    const back = order.transactions.filter((one) => one.kind === 'REFUND' && one.parentId === sale.id).reduce((sum, one) => sum + one.amount, 0);
    const part = Math.min(left, sale.amount - back);
    left -= part;
    return part === 0 ? [] : [{
      __typename: 'SuggestedOrderTransaction', amountSet: moneyBag(part), maximumRefundableSet: moneyBag(sale.amount - back), gateway: sale.gateway, formattedGateway: sale.gateway,
      accountNumber: null, kind: 'SUGGESTED_REFUND', parentTransaction: transactionView(order, sale), paymentDetails: null,
    }];
  });
  return {
    __typename: 'SuggestedRefund', amountSet: moneyBag(amount), subtotalSet: moneyBag(subtotal), discountedSubtotalSet: moneyBag(subtotal), maximumRefundableSet: moneyBag(net),
    totalTaxSet: moneyBag(0), totalDutiesSet: moneyBag(0), totalCartDiscountAmountSet: moneyBag(0), refundDuties: [], suggestedRefundMethods: [], suggestedTransactions: transactions,
    refundLineItems: wanted.map((/** @type {any} */ { line, quantity, restockType }) => ({
      __typename: 'RefundLineItem', id: null, quantity, restockType, restocked: false, lineItem: lineView(order, line), location: null,
      priceSet: moneyBag(line.price), subtotalSet: moneyBag(line.price * quantity), totalTaxSet: moneyBag(0),
    })),
    shipping: { __typename: 'ShippingRefund', amountSet: moneyBag(shipping), maximumRefundableSet: moneyBag(freight), taxSet: moneyBag(0) },
  };
}

/** @param {Order} order @param {Context} ctx @returns {any} */
export function orderView(order, ctx) {
  const id = gid('Order', order.id);
  const { store } = ctx;
  const money = moneyOf(order);
  const lines = () => order.lines.map((line) => lineView(order, line));
  const customer = () => {
    const found = order.customerId === null ? undefined : store.customers.get(order.customerId);
    return found ? customerView(found) : null;
  };
  const shipping = {
    __typename: 'ShippingLine', id: gid('ShippingLine', order.id), title: order.deliveryName, code: order.deliveryName, source: 'shopify', custom: false, isRemoved: false,
    originalPriceSet: moneyBag(order.shippingPrice), discountedPriceSet: moneyBag(order.shippingPrice), currentDiscountedPriceSet: moneyBag(order.shippingPrice), taxLines: [],
  };
  const ordered = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  return {
    __typename: 'Order', id, legacyResourceId: String(order.id), name: nameOfOrder(order), number: order.number, email: order.email, phone: order.phone, note: order.note,
    tags: [...order.tags].sort(), customAttributes: order.attributes, test: false, confirmed: true, edited: false, sourceName: 'web', customerLocale: 'ja', taxesIncluded: true,
    currencyCode: 'JPY', presentmentCurrencyCode: 'JPY', createdAt: moment(order.createdAt), processedAt: moment(order.createdAt), updatedAt: moment(order.updatedAt),
    closed: order.closedAt !== null, closedAt: moment(order.closedAt), cancelledAt: moment(order.cancelledAt), cancelReason: order.cancelReason,
    cancellation: order.cancelledAt ? { __typename: 'OrderCancellation', staffNote: order.staffNote } : null, returnStatus: 'NO_RETURN',
    displayFinancialStatus: financialStatus(order), displayFulfillmentStatus: fulfillmentStatus(order), requiresShipping: true,
    fullyPaid: money.outstanding === 0, unpaid: money.received === 0, canMarkAsPaid: financialStatus(order) === 'PENDING', refundable: money.net > 0,
    fulfillable: order.fulfillmentOrders.some((one) => !isOver(one)), restockable: order.lines.some((line) => unitsOf(order, line).current > 0),
    customer, shippingAddress: addressView(order.shippingAddress), billingAddress: addressView(order.shippingAddress), displayAddress: addressView(order.shippingAddress),
    shippingLine: shipping, shippingLines: (/** @type {any} */ args) => connection([shipping], args), discountCodes: [], discountCode: null, taxLines: [],
    lineItems: (/** @type {any} */ args) => connection(lines(), args), subtotalLineItemsQuantity: ordered,
    currentSubtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + unitsOf(order, line).current, 0),
    subtotalPriceSet: moneyBag(money.subtotal), totalPriceSet: moneyBag(money.total), originalTotalPriceSet: moneyBag(money.total), totalShippingPriceSet: moneyBag(order.shippingPrice),
    currentSubtotalPriceSet: moneyBag(money.currentSubtotal), currentTotalPriceSet: moneyBag(money.current), totalOutstandingSet: moneyBag(money.outstanding),
    totalReceivedSet: moneyBag(money.received), netPaymentSet: moneyBag(money.net), totalRefundedSet: moneyBag(money.refunded),
    totalRefundedShippingSet: moneyBag(money.refundedShipping), totalDiscountsSet: moneyBag(0), currentTotalDiscountsSet: moneyBag(0), totalTaxSet: moneyBag(0), currentTotalTaxSet: moneyBag(0),
    paymentGatewayNames: [...new Set(order.transactions.map((one) => one.gateway))],
    transactions: firstOf(order.transactions.map((one) => transactionView(order, one))), refunds: firstOf(order.refunds.map((one) => refundView(order, one))),
    suggestedRefund: (/** @type {any} */ args) => suggestedRefund(order, args),
    fulfillments: firstOf(order.fulfillments.map((one) => fulfillmentView(order, one))), fulfillmentsCount: { count: order.fulfillments.length, precision: 'EXACT' },
    fulfillmentOrders: (/** @type {any} */ args, /** @type {Context} */ { grant }) =>
      connection(seesFulfillmentOrders(grant.scopes) ? order.fulfillmentOrders.map((one) => fulfillmentOrderView(order, one)) : [], args),
    ...metafieldFields(id, 'ORDER'),
  };
}

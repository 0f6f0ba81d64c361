// An order as a checkout places it: lines of a customer or a guest, shipped or picked up, paid or to be paid.
import { HttpError } from './http.mjs';
import { parseGid } from './ids.mjs';
import { kMaxOrderLines, kMaxOrders } from './orders.mjs';
import { countryOf, provinceOfJapan } from './regions.mjs';
import { onlineLocations, route, soldOut } from './routing.mjs';

const kFirstNumber = 1001;
const kMaxQuantity = 1_000_000;
const kFields = ['lines', 'customer', 'email', 'phone', 'shipping', 'pickup', 'payment', 'gateway', 'note', 'tags', 'attributes', 'location', 'created_at'];

/** @typedef {import('./sandbox.mjs').Sandbox} Sandbox */

/** @param {string} message */
const refuse = (message) => new HttpError(422, message);

/** A number or a global id. @param {unknown} value @param {string} type */
const idOf = (value, type) => {
  const parsed = parseGid(value);
  return parsed?.type === type ? parsed.id : Number(value);
};

/** @param {Sandbox} box @param {any} line @returns {import('./routing.mjs').Wanted} */
function wantedOf({ store }, line) {
  const { variant: id, sku, barcode, quantity = 1 } = line;
  const found = id !== undefined ? store.variants.get(idOf(id, 'ProductVariant'))
    : [...store.variants.values()].find((one) => (sku ? one.sku === sku : Boolean(barcode) && one.barcode === barcode));
  if (!found) throw refuse(`no variant ${JSON.stringify(line)}`);
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > kMaxQuantity) throw refuse(`quantity must be 1 to ${kMaxQuantity}`);
  return { variant: found, quantity, tracked: Boolean(store.inventoryItems.get(found.inventoryItemId)?.tracked) };
}

/** @param {any} input @returns {import('./addresses.mjs').Address} */
function addressOf(input) {
  const country = countryOf(input.countryCode ?? 'JP');
  const province = input.provinceCode ? provinceOfJapan(input.provinceCode) : null;
  if (!country || (input.provinceCode && !province)) throw refuse('no such country or province');
  const text = (/** @type {string} */ key) => input[key] ?? null;
  return {
    id: 0, firstName: text('firstName'), lastName: text('lastName'), company: text('company'), address1: text('address1'), address2: text('address2'),
    city: text('city'), zip: text('zip'), phone: text('phone'), country: country.name, countryCode: country.code,
    province: province?.name ?? null, provinceCode: province?.code ?? null,
  };
}

/** Where the lines come from. @param {Sandbox} box @param {any} request @param {import('./routing.mjs').Wanted[]} wanted */
function placesOf({ store }, request, wanted) {
  const chosen = request.pickup ? request.pickup.location : request.location;
  const at = chosen === undefined ? null : store.locations.get(idOf(chosen, 'Location'));
  if (at === undefined) throw refuse(`no location ${chosen}`);
  if (request.pickup && !at?.isActive) throw refuse('pickup needs an active location');
  if (request.pickup && !at?.localPickup) throw refuse(`${at?.name} offers no pickup`);
  const missing = soldOut(store, wanted, at ? [at] : onlineLocations(store));
  if (missing) throw refuse(`sold out: ${missing.sku || missing.id}`);
  if (!at && onlineLocations(store).length === 0) throw refuse('no location fulfils online orders');
  return at ? wanted.map(() => at) : route(store, wanted);
}

/**
 * Places an order; throws when a checkout would not let it through.
 * @param {Sandbox} box
 * @param {any} request as README.md tells of the control
 */
export function placeOrder(box, request) {
  const { store } = box;
  const unknown = Object.keys(request).find((key) => !kFields.includes(key));
  if (unknown) throw new HttpError(400, `unknown field "${unknown}" of an order`);
  if (!Array.isArray(request.lines) || request.lines.length < 1 || request.lines.length > kMaxOrderLines) throw refuse(`an order has 1 to ${kMaxOrderLines} lines`);
  if (!['paid', 'pending', undefined].includes(request.payment)) throw new HttpError(400, 'payment is paid or pending');
  if (request.pickup && request.shipping) throw new HttpError(400, 'an order is shipped or picked up, not both');
  if (store.orders.size >= kMaxOrders) throw refuse('too many orders');
  const customer = request.customer === undefined ? null : store.customers.get(idOf(request.customer, 'Customer'));
  if (customer === undefined) throw refuse(`no customer ${request.customer}`);
  const createdAt = request.created_at === undefined ? new Date() : new Date(request.created_at);
  if (Number.isNaN(createdAt.getTime())) throw new HttpError(400, 'created_at is no time');
  const wanted = request.lines.map((/** @type {any} */ line) => wantedOf(box, line));
  const places = placesOf(box, request, wanted);

  const now = createdAt.toISOString();
  /** @type {import('./orders.mjs').Order} */
  const order = {
    id: store.ids.next('Order'), number: kFirstNumber + store.orders.size, customerId: customer?.id ?? null, email: request.email ?? customer?.email ?? null,
    phone: request.phone ?? customer?.phone ?? null, note: request.note ?? null, tags: request.tags ?? [], attributes: request.attributes ?? [],
    delivery: request.pickup ? 'PICK_UP' : 'SHIPPING', deliveryName: request.pickup ? places[0].name : request.shipping?.title ?? '通常配送',
    shippingPrice: request.pickup ? 0 : request.shipping?.price ?? 0, shippingAddress: request.shipping?.address ? addressOf(request.shipping.address) : null,
    lines: wanted.map((/** @type {import('./routing.mjs').Wanted} */ one) => lineOf(box, one)), transactions: [], refunds: [], fulfillmentOrders: [], fulfillments: [],
    createdAt: now, updatedAt: now, closedAt: null, cancelledAt: null, cancelReason: null, staffNote: null,
  };
  const amount = order.lines.reduce((sum, line) => sum + line.price * line.quantity, order.shippingPrice);
  const paid = (request.payment ?? 'paid') === 'paid';
  order.transactions.push({
    id: store.ids.next('OrderTransaction'), kind: 'SALE', status: paid ? 'SUCCESS' : 'PENDING', gateway: request.gateway ?? (paid ? 'shopify_payments' : '銀行振込'),
    amount, parentId: null, createdAt: now,
  });
  store.orders.set(order.id, order);
  box.fulfilment.routed(order, order.lines.map((line, at) => ({ line, location: places[at], tracked: wanted[at].tracked })));
  box.orderEvents.placed(order, paid);
  return order;
}

/** @param {Sandbox} box @param {import('./routing.mjs').Wanted} wanted @returns {import('./orders.mjs').Line} */
function lineOf({ store }, { variant, quantity }) {
  const product = /** @type {import('./store.mjs').Product} */ (store.products.get(variant.productId));
  return {
    id: store.ids.next('LineItem'), variantId: variant.id, productId: product.id, itemId: variant.inventoryItemId, title: product.title,
    variantTitle: variant.title === 'Default Title' ? null : variant.title, sku: variant.sku, barcode: variant.barcode, vendor: product.vendor, quantity,
    price: Math.round(Number(variant.price)), taxable: variant.taxable,
  };
}

/** The money of a pending order came in. @param {Sandbox} box @param {import('./orders.mjs').Order} order */
export function payOrder(box, order) {
  for (const one of order.transactions) if (one.kind === 'SALE' && one.status === 'PENDING') one.status = 'SUCCESS';
  box.orderEvents.paid(order);
}

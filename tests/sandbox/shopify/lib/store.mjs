// The shop's data: customers, products, stock, metafields. In memory; the Admin API and the storefront read the same.
import { createHash } from 'node:crypto';
import { gid, IdSeries, parseGid, seededRandom } from './ids.mjs';
import { Inventory } from './inventory.mjs';

/**
 * @typedef {{id: number, email: string|null, phone: string|null, firstName: string|null, lastName: string|null,
 *   locale: string, note: string|null, tags: string[], taxExempt: boolean, createdAt: string, updatedAt: string,
 *   addresses: import('./addresses.mjs').Address[], defaultAddressId: number|null, consent: Consent}} Customer
 * @typedef {{state: string, optInLevel: string|null, updatedAt: string|null, locationId: number|null}} Consent to e-mail marketing
 * @typedef {{id: number, productId: number, title: string, options: {name: string, value: string}[], sku: string,
 *   barcode: string|null, price: string, compareAtPrice: string|null, inventoryItemId: number, inventoryPolicy: string,
 *   taxable: boolean, createdAt: string, updatedAt: string}} Variant
 * @typedef {{id: number, title: string, handle: string, descriptionHtml: string, vendor: string, productType: string,
 *   tags: string[], status: string, templateSuffix: string|null, options: {id: number, name: string, values: string[]}[],
 *   variantIds: number[], createdAt: string, updatedAt: string}} Product
 * @typedef {{id: number, ownerId: string, namespace: string, key: string, type: string, value: string,
 *   createdAt: string, updatedAt: string}} Metafield
 * @typedef {{id: number, name: string, namespace: string, key: string, ownerType: string, type: string,
 *   description: string|null, validations: {name: string, value: string}[],
 *   access: {admin: string|null, storefront: string, customerAccount: string}}} Definition
 * @typedef {{address1: string|null, address2: string|null, city: string|null, zip: string|null, phone: string|null, country: string|null,
 *   countryCode: string, province: string|null, provinceCode: string|null}} Place
 * @typedef {{id: number, name: string, isActive: boolean, fulfillsOnlineOrders: boolean, address: Place,
 *   localPickup: {pickupTime: string, instructions: string}|null, createdAt: string, updatedAt: string}} Location
 */

/** @type {Place} */
const kSomewhereInJapan = { address1: null, address2: null, city: null, zip: null, phone: null, country: 'Japan', countryCode: 'JP', province: null, provinceCode: null };

export const kMaxCustomers = 100_000;
export const kMaxProducts = 20_000;

export class Store {
  /** @param {{seed: number, domain: string, name: string}} about */
  constructor({ seed, domain, name }) {
    this.ids = new IdSeries(seededRandom(seed));
    this.shop = {
      id: this.ids.next('Shop'), domain, name, email: `owner@${domain}`, currency: 'JPY',
      timezone: 'Asia/Tokyo', createdAt: new Date().toISOString(),
    };
    /** @type {Map<number, Customer>} */
    this.customers = new Map();
    /** @type {Map<string, string>} a merge's job, the customer that it kept */
    this.merges = new Map();
    /** @type {Map<number, Product>} */
    this.products = new Map();
    /** @type {Map<number, Variant>} */
    this.variants = new Map();
    /** @type {Map<number, {id: number, variantId: number, tracked: boolean, createdAt: string, updatedAt: string}>} */
    this.inventoryItems = new Map();
    /** @type {Map<number, Location>} in the order in which orders are routed to them */
    this.locations = new Map();
    this.inventory = new Inventory(this.ids);
    /** @type {Map<number, import('./orders.mjs').Order>} */
    this.orders = new Map();
    /** @type {Map<number, import('./orders.mjs').FulfillmentOrder>} */
    this.fulfillmentOrders = new Map();
    /** @type {Map<number, import('./orders.mjs').Fulfillment>} */
    this.fulfillments = new Map();
    /** @type {Set<string>} what was reported as still to do, though it was done */
    this.jobs = new Set();
    /** @type {Map<string, Map<string, Metafield>>} by owner's global id, then `namespace.key` */
    this.metafields = new Map();
    /** @type {Definition[]} */
    this.definitions = [];
    this.addLocation('オンラインストア');
  }

  /** @param {string} name @param {Partial<Location>} values */
  addLocation(name, values = {}) {
    const id = this.ids.next('Location');
    const now = new Date().toISOString();
    this.locations.set(id, {
      isActive: true, fulfillsOnlineOrders: true, localPickup: null, ...values, id, name,
      address: { ...kSomewhereInJapan, ...values.address }, createdAt: now, updatedAt: now,
    });
    return id;
  }

  /** @param {string} email */
  customerByEmail(email) {
    const wanted = email.trim().toLowerCase();
    return [...this.customers.values()].find((one) => one.email?.toLowerCase() === wanted);
  }

  /** @param {string} handle */
  productByHandle(handle) {
    return [...this.products.values()].find((one) => one.handle === handle);
  }

  /** @param {Product} product @returns {Variant[]} */
  variantsOf(product) {
    return product.variantIds.map((id) => /** @type {Variant} */ (this.variants.get(id)));
  }

  /** Adds a variant with its inventory item, which the shop's first location stocks, with nothing (README.md, sources: stock). @param {Product} product @param {Partial<Variant>} values */
  addVariant(product, values) {
    const now = new Date().toISOString();
    const id = this.ids.next('ProductVariant');
    const inventoryItemId = this.ids.next('InventoryItem');
    const variant = /** @type {Variant} */ ({
      title: 'Default Title', options: [{ name: 'Title', value: 'Default Title' }], sku: '', barcode: null, price: '0',
      compareAtPrice: null, inventoryPolicy: 'DENY', taxable: true, ...values,
      id, productId: product.id, inventoryItemId, createdAt: now, updatedAt: now,
    });
    this.variants.set(id, variant);
    this.inventoryItems.set(inventoryItemId, { id: inventoryItemId, variantId: id, tracked: false, createdAt: now, updatedAt: now });
    product.variantIds.push(id);
    this.inventory.connect(inventoryItemId, [...this.locations.keys()][0]);
    return variant;
  }

  /** @param {Variant} variant */
  removeVariant(variant) {
    this.variants.delete(variant.id);
    this.inventoryItems.delete(variant.inventoryItemId);
    this.inventory.forget(variant.inventoryItemId);
    this.metafields.delete(gid('ProductVariant', variant.id));
  }

  /** What can be sold of a variant over all locations. @param {Variant} variant */
  available(variant) {
    return this.inventory.available(variant.inventoryItemId);
  }

  /** Whether the thing a global id names exists. @param {string} id */
  owns(id) {
    const parsed = parseGid(id);
    if (!parsed) return false;
    const holders = /** @type {Record<string, Map<number, unknown>>} */ ({
      Customer: this.customers, Product: this.products, ProductVariant: this.variants, Location: this.locations,
    });
    if (parsed.type === 'Shop') return parsed.id === this.shop.id;
    return holders[parsed.type]?.has(parsed.id) ?? false;
  }

  /** @param {string} ownerId @returns {Metafield[]} */
  metafieldsOf(ownerId) {
    return [...(this.metafields.get(ownerId)?.values() ?? [])];
  }

  /** @param {string} ownerId @param {string} namespace @param {string} key */
  metafield(ownerId, namespace, key) {
    return this.metafields.get(ownerId)?.get(`${namespace}.${key}`);
  }

  /** @param {{ownerId: string, namespace: string, key: string, type: string, value: string}} values @returns {Metafield} */
  setMetafield({ ownerId, namespace, key, type, value }) {
    const now = new Date().toISOString();
    const own = this.metafields.get(ownerId) ?? new Map();
    this.metafields.set(ownerId, own);
    const previous = own.get(`${namespace}.${key}`);
    const metafield = previous
      ? { ...previous, type, value, updatedAt: now }
      : { id: this.ids.next('Metafield'), ownerId, namespace, key, type, value, createdAt: now, updatedAt: now };
    own.set(`${namespace}.${key}`, metafield);
    return metafield;
  }

  /** @param {string} ownerType @param {string} namespace @param {string} key */
  definition(ownerType, namespace, key) {
    return this.definitions.find((one) => one.ownerType === ownerType && one.namespace === namespace && one.key === key);
  }
}

/** What `compareDigest` compares. @param {Metafield} metafield */
export const digestOf = (metafield) => createHash('sha256').update(`${metafield.type}\n${metafield.value}`).digest('hex');

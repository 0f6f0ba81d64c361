// The Admin API's objects over the shop's rows. A property or a method a field; what is not here is not implemented.
import { defaultAddress } from '../../lib/addresses.mjs';
import { gid } from '../../lib/ids.mjs';
import { moneyOf } from '../../lib/orders.mjs';
import { digestOf } from '../../lib/store.mjs';
import { connection, wholeSeconds } from '../connection.mjs';
import { addressView, kMaxAddresses } from './addresses.mjs';
import { orderView } from './order_views.mjs';
import { inventoryItemView, locationView } from './stock_views.mjs';
import { ownsNamespace, resolveNamespace } from './namespaces.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

/** @param {string} ownerId @param {string} ownerType */
export function metafieldFields(ownerId, ownerType) {
  return {
    /** @param {{namespace?: string, key: string}} args @param {Context} ctx */
    metafield(args, ctx) {
      const namespace = resolveNamespace(args.namespace, ctx.grant.appId);
      if (!ownsNamespace(namespace, ctx.grant.appId)) return null;
      const found = ctx.store.metafield(ownerId, namespace, args.key);
      return found ? metafieldView(found, ownerType) : null;
    },
    /** @param {any} args @param {Context} ctx */
    metafields(args, ctx) {
      const namespace = args.namespace ? resolveNamespace(args.namespace, ctx.grant.appId) : null;
      const keys = args.keys?.map((/** @type {string} */ key) => key.includes('.') ? resolveFullKey(key, ctx.grant.appId) : key);
      const found = ctx.store.metafieldsOf(ownerId).filter((one) => ownsNamespace(one.namespace, ctx.grant.appId)
        && (!namespace || one.namespace === namespace)
        && (!keys || keys.includes(one.key) || keys.includes(`${one.namespace}.${one.key}`)));
      return connection(found.map((one) => metafieldView(one, ownerType)), args);
    },
  };
}

/** @param {string} text @param {number} appId */
function resolveFullKey(text, appId) {
  const at = text.lastIndexOf('.');
  return `${resolveNamespace(text.slice(0, at), appId)}.${text.slice(at + 1)}`;
}

/** @param {import('../../lib/store.mjs').Metafield} row @param {string} ownerType */
export function metafieldView(row, ownerType) {
  return {
    __typename: 'Metafield', id: gid('Metafield', row.id), legacyResourceId: String(row.id),
    namespace: row.namespace, key: row.key, type: row.type, value: row.value, ownerType,
    jsonValue: jsonValueOf(row), compareDigest: digestOf(row), sizeInBytes: Buffer.byteLength(row.value),
    createdAt: row.createdAt, updatedAt: row.updatedAt,
    /** @param {unknown} _ @param {Context} ctx */
    definition: (_, ctx) => {
      const found = ctx.store.definition(ownerType, row.namespace, row.key);
      return found ? definitionView(found) : null;
    },
    /** @param {unknown} _ @param {Context} ctx */
    owner: (_, ctx) => ownerView(row.ownerId, ctx.store),
  };
}

/** @param {import('../../lib/store.mjs').Metafield} row */
function jsonValueOf(row) {
  return /^(json|number_integer|boolean|list\..*)$/.test(row.type) ? JSON.parse(row.value) : row.value;
}

/** @param {import('../../lib/store.mjs').Definition} row */
export function definitionView(row) {
  const off = { enabled: false, eligible: true };
  return {
    __typename: 'MetafieldDefinition', id: gid('MetafieldDefinition', row.id), name: row.name, namespace: row.namespace, key: row.key,
    description: row.description, ownerType: row.ownerType, pinnedPosition: null, useAsCollectionCondition: false,
    validationStatus: 'ALL_VALID', validations: row.validations.map((one) => ({ type: null, ...one })), access: row.access,
    type: { name: row.type, category: row.type.toUpperCase(), supportsDefinitionMigrations: false },
    capabilities: {
      adminFilterable: { ...off, status: 'NOT_FILTERABLE' }, uniqueValues: off, smartCollectionCondition: off, cartToOrderCopyable: off,
    },
  };
}

/** @param {import('../../lib/store.mjs').Customer} row */
function consentView({ consent }) {
  return {
    marketingState: consent.state, marketingOptInLevel: consent.optInLevel, consentUpdatedAt: consent.updatedAt,
    /** @param {unknown} _ @param {Context} ctx */
    sourceLocation: (_, ctx) => consent.locationId === null ? null : locationView(consent.locationId, ctx.store),
  };
}

/** @param {import('../../lib/store.mjs').Customer} row */
function emailView(row) {
  const { consentUpdatedAt, ...consent } = consentView(row);
  return { __typename: 'CustomerEmailAddress', emailAddress: row.email, validFormat: true, openTrackingLevel: 'UNKNOWN', marketingUpdatedAt: consentUpdatedAt, ...consent };
}

/** @param {import('../../lib/store.mjs').Customer} row @param {import('../../lib/store.mjs').Store} store */
const ordersOf = (row, store) => [...store.orders.values()].filter((one) => one.customerId === row.id);

/** @param {import('../../lib/store.mjs').Customer} row */
export function customerView(row) {
  const id = gid('Customer', row.id);
  const name = [row.firstName, row.lastName].filter(Boolean).join(' ');
  return {
    __typename: 'Customer', id, legacyResourceId: String(row.id), firstName: row.firstName, lastName: row.lastName,
    displayName: name || row.email || row.phone || '', email: row.email, phone: row.phone, locale: row.locale, note: row.note,
    tags: row.tags, taxExempt: row.taxExempt, state: 'ENABLED', verifiedEmail: row.email !== null, canDelete: true,
    numberOfOrders: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => String(ordersOf(row, store).length),
    amountSpent: (/** @type {unknown} */ _, /** @type {Context} */ { store }) => ({ amount: `${ordersOf(row, store).reduce((sum, one) => sum + moneyOf(one).net, 0)}.0`, currencyCode: 'JPY' }),
    orders: (/** @type {any} */ args, /** @type {Context} */ ctx) => connection(ordersOf(row, ctx.store).map((one) => orderView(one, ctx)), args), createdAt: wholeSeconds(row.createdAt), updatedAt: wholeSeconds(row.updatedAt),
    defaultAddress: addressView(defaultAddress(row)), addressesV2: (/** @type {any} */ args) => connection(row.addresses.map(addressView), args),
    addresses: (/** @type {{first?: number}} */ { first }) => row.addresses.slice(0, first ?? kMaxAddresses).map(addressView),
    defaultEmailAddress: row.email ? emailView(row) : null, emailMarketingConsent: row.email ? consentView(row) : null,
    defaultPhoneNumber: row.phone ? { phoneNumber: row.phone } : null,
    mergeable: { __typename: 'CustomerMergeable', isMergeable: true, reason: null, errorFields: [], mergeInProgress: null },
    ...metafieldFields(id, 'CUSTOMER'),
  };
}

/** @param {import('../../lib/store.mjs').Product} row @param {import('../../lib/store.mjs').Store} store @returns {any} */
export function productView(row, store) {
  const id = gid('Product', row.id);
  const variants = () => store.variantsOf(row).map((one) => variantView(one, store));
  return {
    __typename: 'Product', id, legacyResourceId: String(row.id), title: row.title, handle: row.handle, vendor: row.vendor,
    descriptionHtml: row.descriptionHtml, description: row.descriptionHtml.replace(/<[^>]*>/g, ''), productType: row.productType,
    tags: row.tags, status: row.status, templateSuffix: row.templateSuffix, isGiftCard: false, createdAt: row.createdAt, updatedAt: row.updatedAt,
    publishedAt: row.createdAt, hasOnlyDefaultVariant: row.options[0]?.name === 'Title',
    totalInventory: () => store.variantsOf(row).reduce((sum, one) => sum + store.available(one), 0),
    tracksInventory: () => store.variantsOf(row).some((one) => store.inventoryItems.get(one.inventoryItemId)?.tracked),
    options: row.options.map((one, index) => ({
      __typename: 'ProductOption', id: gid('ProductOption', one.id), name: one.name, position: index + 1, values: one.values,
      optionValues: one.values.map((name, at) => ({ id: gid('ProductOptionValue', one.id * 100 + at), name, hasVariants: true })),
    })),
    variants: (/** @type {any} */ args) => connection(variants(), args),
    variantsCount: { count: row.variantIds.length, precision: 'EXACT' },
    onlineStoreUrl: `https://${store.shop.domain}/products/${row.handle}`,
    ...metafieldFields(id, 'PRODUCT'),
  };
}

/** @param {import('../../lib/store.mjs').Variant} row @param {import('../../lib/store.mjs').Store} store @returns {any} */
export function variantView(row, store) {
  const id = gid('ProductVariant', row.id);
  const product = () => /** @type {import('../../lib/store.mjs').Product} */ (store.products.get(row.productId));
  return {
    __typename: 'ProductVariant', id, legacyResourceId: String(row.id), title: row.title, sku: row.sku, barcode: row.barcode,
    price: row.price, compareAtPrice: row.compareAtPrice, taxable: row.taxable, inventoryPolicy: row.inventoryPolicy,
    position: () => product().variantIds.indexOf(row.id) + 1, displayName: () => `${product().title} - ${row.title}`,
    availableForSale: () => row.inventoryPolicy === 'CONTINUE' || store.available(row) > 0 || !store.inventoryItems.get(row.inventoryItemId)?.tracked,
    inventoryQuantity: () => store.available(row), createdAt: row.createdAt, updatedAt: row.updatedAt,
    selectedOptions: row.options.map((one) => ({ ...one, optionValue: null })),
    product: () => productView(product(), store),
    inventoryItem: () => inventoryItemView(row.inventoryItemId, store),
    ...metafieldFields(id, 'PRODUCTVARIANT'),
  };
}

/** @param {import('../../lib/store.mjs').Store} store */
export function shopView(store) {
  const { shop } = store;
  const url = `https://${shop.domain}`;
  const id = gid('Shop', shop.id);
  return {
    __typename: 'Shop', id, name: shop.name, email: shop.email, contactEmail: shop.email, myshopifyDomain: shop.domain, url,
    primaryDomain: { __typename: 'Domain', id: gid('Domain', shop.id), host: shop.domain, url, sslEnabled: true },
    currencyCode: shop.currency, ianaTimezone: shop.timezone, timezoneAbbreviation: 'JST', timezoneOffset: '+0900', timezoneOffsetMinutes: 540,
    shopOwnerName: shop.name, taxesIncluded: true, weightUnit: 'KILOGRAMS', createdAt: shop.createdAt, updatedAt: shop.createdAt,
    plan: { publicDisplayName: 'Development', partnerDevelopment: true, shopifyPlus: false },
    customerAccountsV2: {
      customerAccountsVersion: 'CLASSIC', loginLinksVisibleOnStorefrontAndCheckout: true, loginRequiredAtCheckout: false, url: null,
    },
    ...metafieldFields(id, 'SHOP'),
  };
}

/** The owner that a global id names. @param {string} id @param {import('../../lib/store.mjs').Store} store @returns {any} */
export function ownerView(id, store) {
  const [, type, number] = /([A-Za-z]+)\/(\d+)$/.exec(id) ?? [];
  const rows = /** @type {Record<string, () => any>} */ ({
    Customer: () => customerView(/** @type {any} */ (store.customers.get(Number(number)))),
    Product: () => productView(/** @type {any} */ (store.products.get(Number(number))), store),
    ProductVariant: () => variantView(/** @type {any} */ (store.variants.get(Number(number))), store),
    Location: () => locationView(Number(number), store),
    InventoryItem: () => inventoryItemView(Number(number), store),
    Shop: () => shopView(store),
  });
  return rows[type] && (type === 'InventoryItem' ? store.inventoryItems.has(Number(number)) : store.owns(id)) ? rows[type]() : null;
}

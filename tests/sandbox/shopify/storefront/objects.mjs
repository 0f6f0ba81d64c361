// Liquid objects of the storefront over the shop's rows. Plain data only: what Liquid can reach is what is here.
import { defaultAddress, nameOf } from '../lib/addresses.mjs';
import { gid } from '../lib/ids.mjs';
import { reservedFor } from '../api/resolvers/namespaces.mjs';

const kPages = [
  { handle: 'member', title: { ja: '会員証', en: 'Member card' }, template: 'page.member', content: '' },
  { handle: 'about', title: { ja: 'お店について', en: 'About us' }, template: 'page', content: '<p>つなぎ商店は1978年からの雑貨店です。</p>' },
];

/** @param {string} handle @param {string} locale @param {string} root */
export function pageOf(handle, locale, root) {
  const found = kPages.find((one) => one.handle === handle);
  if (!found) return null;
  return { id: 1 + kPages.indexOf(found), handle, title: locale === 'ja' ? found.title.ja : found.title.en, content: found.content, url: `${root}pages/${handle}`, __template: found.template };
}

/** @param {import('../lib/addresses.mjs').Address|null} one */
const addressOf = (one) => one && {
  id: one.id, first_name: one.firstName, last_name: one.lastName, name: nameOf(one), company: one.company, address1: one.address1, address2: one.address2,
  street: [one.address1, one.address2].filter(Boolean).join(', '), city: one.city, province: one.province, province_code: one.provinceCode, zip: one.zip,
  country: one.country && { name: one.country, iso_code: one.countryCode }, country_code: one.countryCode, phone: one.phone,
};

/** @typedef {{path: string, query: URLSearchParams, locale: string, prefix: string, designMode: boolean, scheme: string, customerId: number|null, origin: string, cart: import('../lib/cart.mjs').CartRow[]}} RequestInfo */

export class Objects {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box @param {RequestInfo} request @param {string} template @param {Record<string, any>} extra the template's own objects */
  constructor(box, request, template, extra) {
    this.box_ = box;
    this.request_ = request;
    this.template_ = template;
    this.extra_ = extra;
    this.root_ = `${request.prefix}/`;
  }

  /** Global objects; an app's blocks see that app's own metafields too. @param {{app: boolean}} viewer @returns {Record<string, any>} */
  globals({ app }) {
    const { request_: request, box_: box } = this;
    const [name, suffix] = this.template_.split('.');
    const [directory, base] = name.includes('/') ? name.split('/') : [null, name];
    return {
      customer: this.customer(app), shop: this.shop(app), routes: this.routes(), ...this.extra_,
      request: {
        locale: this.locale(request.locale), design_mode: request.designMode, visual_preview_mode: false, path: request.path,
        host: box.store.shop.domain, origin: `https://${box.store.shop.domain}`, page_type: name,
      },
      localization: {
        language: this.locale(request.locale), available_languages: ['ja', 'en'].map((code) => this.locale(code)),
        country: { iso_code: 'JP', name: 'Japan', currency: { iso_code: 'JPY', symbol: '¥' } }, available_countries: [],
      },
      template: { name: base, suffix: suffix ?? null, directory, toString: () => this.template_ },
      settings: { color_scheme: request.scheme, type_body_font: 'sans-serif', accent_color: '#7a3b1d' },
      cart: this.cart(),
      current_page: Number(request.query.get('page') ?? 1), current_tags: null, page_title: null, powered_by_link: '', linklists: {},
      theme: { id: 1, name: 'Sandbox', role: 'main' }, canonical_url: `https://${box.store.shop.domain}${request.path}`,
      all_products: Object.fromEntries([]), content_for_index: undefined, __form_errors: this.extra_.__form_errors ?? null,
    };
  }

  /** @param {string} code */
  locale(code) {
    return { iso_code: code, name: code === 'ja' ? 'Japanese' : 'English', endonym_name: code === 'ja' ? '日本語' : 'English', primary: code === 'ja', root_url: code === 'ja' ? '/' : `/${code}` };
  }

  routes() {
    const { root_: root, request_: request } = this;
    const at = (/** @type {string} */ path) => `${root}${path}`;
    return {
      root_url: request.prefix || '/', account_url: at('account'), account_login_url: at('account/login'), account_logout_url: at('account/logout'),
      account_register_url: at('account/register'), account_recover_url: at('account/recover'), account_addresses_url: at('account/addresses'),
      account_profile_url: at('account/profile'), storefront_login_url: at('account/login'), cart_url: at('cart'), cart_add_url: at('cart/add'),
      cart_change_url: at('cart/change'), cart_update_url: at('cart/update'), cart_clear_url: at('cart/clear'), collections_url: at('collections'),
      all_products_collection_url: at('collections/all'), search_url: at('search'), predictive_search_url: at('search/suggest'),
      product_recommendations_url: at('recommendations/products'),
    };
  }

  /** @param {boolean} app */
  shop(app) {
    const { shop, customers, products } = this.box_.store;
    return {
      id: shop.id, name: shop.name, email: shop.email, domain: shop.domain, permanent_domain: shop.domain, url: `https://${shop.domain}`, secure_url: `https://${shop.domain}`,
      currency: shop.currency, money_format: '¥{{amount_no_decimals}}', description: '', locale: 'ja', published_locales: ['ja', 'en'].map((code) => this.locale(code)),
      customer_accounts_enabled: true, customer_accounts_optional: true, products_count: products.size, taxes_included: true,
      metafields: this.metafields_(gid('Shop', shop.id), 'SHOP', app), metaobjects: {}, __customers: customers.size,
    };
  }

  /** nil when nobody is signed in. @param {boolean} app */
  customer(app) {
    const row = this.request_.customerId === null ? undefined : this.box_.store.customers.get(this.request_.customerId);
    if (!row) return null;
    const name = [row.firstName, row.lastName].filter(Boolean).join(' ');
    return {
      id: row.id, email: row.email, phone: row.phone, first_name: row.firstName, last_name: row.lastName, name, tags: row.tags,
      has_account: true, accepts_marketing: row.consent.state === 'SUBSCRIBED', tax_exempt: row.taxExempt, orders: [], orders_count: 0, total_spent: 0, last_order: null,
      addresses: row.addresses.map(addressOf), addresses_count: row.addresses.length, default_address: addressOf(defaultAddress(row)), payment_methods: [], 'b2b?': false, 'has_avatar?': false, store_credit_account: null,
      metafields: this.metafields_(gid('Customer', row.id), 'CUSTOMER', app),
    };
  }

  /** @param {any} handle a handle or a global id */
  product(handle) {
    if (!handle) return null;
    const { store } = this.box_;
    const row = store.productByHandle(String(handle)) ?? store.products.get(Number(String(handle).split('/').pop()));
    return row && row.status === 'ACTIVE' ? this.productOf(row) : null;
  }

  /** @param {import('../lib/store.mjs').Product} row */
  productOf(row) {
    const { store } = this.box_;
    const url = `${this.root_}products/${row.handle}`;
    const product = /** @type {any} */ ({
      id: row.id, title: row.title, handle: row.handle, description: row.descriptionHtml, content: row.descriptionHtml, vendor: row.vendor, type: row.productType,
      tags: row.tags, url, available: true, template_suffix: row.templateSuffix, images: [], media: [], featured_image: null, featured_media: null,
      options: row.options.map((one) => one.name), has_only_default_variant: row.options[0]?.name === 'Title',
      options_with_values: row.options.map((one, at) => ({ name: one.name, position: at + 1, values: one.values, selected_value: one.values[0] })),
      metafields: this.metafields_(gid('Product', row.id), 'PRODUCT', false), created_at: row.createdAt, published_at: row.createdAt,
    });
    product.variants = store.variantsOf(row).map((variant) => {
      const tracked = store.inventoryItems.get(variant.inventoryItemId)?.tracked;
      return {
        id: variant.id, title: variant.title, sku: variant.sku, barcode: variant.barcode, price: Math.round(Number(variant.price) * 100),
        compare_at_price: variant.compareAtPrice === null ? null : Math.round(Number(variant.compareAtPrice) * 100), options: variant.options.map((one) => one.value),
        option1: variant.options[0]?.value ?? null, option2: variant.options[1]?.value ?? null, option3: variant.options[2]?.value ?? null,
        available: !tracked || variant.inventoryPolicy === 'CONTINUE' || store.available(variant) > 0, inventory_quantity: store.available(variant),
        inventory_management: tracked ? 'shopify' : null, inventory_policy: variant.inventoryPolicy.toLowerCase(), taxable: variant.taxable,
        url: `${url}?variant=${variant.id}`, product: { id: row.id, title: row.title, handle: row.handle, url }, metafields: {},
      };
    });
    const wanted = Number(this.request_.query.get('variant'));
    const selected = product.variants.find((/** @type {any} */ one) => one.id === wanted) ?? null;
    const first = product.variants.find((/** @type {any} */ one) => one.available) ?? product.variants[0] ?? null;
    const prices = product.variants.map((/** @type {any} */ one) => one.price);
    return Object.assign(product, {
      selected_variant: selected, selected_or_first_available_variant: selected ?? first, first_available_variant: first,
      price: Math.min(...prices), price_min: Math.min(...prices), price_max: Math.max(...prices), price_varies: new Set(prices).size > 1,
    });
  }

  cart() {
    const { store } = this.box_;
    const items = this.request_.cart.flatMap(({ variant: id, quantity }) => {
      const row = store.products.get(store.variants.get(id)?.productId ?? 0);
      const product = row && this.productOf(row);
      const variant = product?.variants.find((/** @type {any} */ one) => one.id === id);
      if (!variant) return [];
      return [{
        id, key: `${id}:1`, variant_id: id, product_id: product.id, quantity, variant, product, sku: variant.sku, title: product.has_only_default_variant ? product.title : `${product.title} - ${variant.title}`,
        price: variant.price, final_price: variant.price, line_price: variant.price * quantity, final_line_price: variant.price * quantity, url: variant.url, requires_shipping: true, gift_card: false, properties: {},
      }];
    });
    const sum = (/** @type {'quantity'|'line_price'} */ name) => items.reduce((total, item) => total + item[name], 0);
    return { item_count: sum('quantity'), items, total_price: sum('line_price'), note: null, 'empty?': items.length === 0, currency: { iso_code: 'JPY' } };
  }

  collection() {
    const products = [...this.box_.store.products.values()].filter((one) => one.status === 'ACTIVE').map((one) => this.productOf(one));
    return { id: 1, handle: 'all', title: this.request_.locale === 'ja' ? 'すべての商品' : 'All products', url: `${this.root_}collections/all`, products, all_products_count: products.length, products_count: products.length };
  }

  /** `app.metafields`: what the app keeps about its own installation. */
  appMetafields() {
    return this.plain_(this.box_.store.metafieldsOf(gid('AppInstallation', this.box_.appId)).map((one) => [one.namespace, one]));
  }

  /**
   * Metafields by namespace and key. Those of an app's own namespace are for that app's blocks, as `$app` and `$app:name`
   * (README.md, sources: extension); anybody else sees them only with storefront access PUBLIC_READ.
   * @param {string} ownerId @param {string} ownerType @param {boolean} app
   */
  metafields_(ownerId, ownerType, app) {
    /** @type {[string, import('../lib/store.mjs').Metafield][]} */
    const visible = [];
    for (const row of this.box_.store.metafieldsOf(ownerId)) {
      const owner = reservedFor(row.namespace);
      const open = this.box_.store.definition(ownerType, row.namespace, row.key)?.access.storefront === 'PUBLIC_READ';
      const own = app && owner === this.box_.appId;
      if (owner === null || open || own) visible.push([row.namespace, row]);
      if (own) visible.push([row.namespace === `app--${owner}` ? '$app' : `$app:${row.namespace.split('--').slice(2).join('--')}`, row]);
    }
    return this.plain_(visible);
  }

  /** @param {[string, import('../lib/store.mjs').Metafield][]} list @returns {Record<string, any>} */
  plain_(list) {
    /** @type {Record<string, any>} */
    const byNamespace = {};
    for (const [namespace, row] of list) {
      const parsed = /^(json|number_integer|number_decimal|boolean|list\.)/.test(row.type) ? JSON.parse(row.value) : row.value;
      (byNamespace[namespace] ??= {})[row.key] = { type: row.type, value: parsed, 'list?': row.type.startsWith('list.') };
    }
    return byNamespace;
  }
}

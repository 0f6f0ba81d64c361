// Products and variants: enough to fill a shop, as strict about options, prices and handles as the platform.
import { gid, parseGid } from '../../lib/ids.mjs';
import { kMaxProducts } from '../../lib/store.mjs';
import { connection, search } from '../connection.mjs';
import { apiError, notImplemented, userError } from '../errors.mjs';
import { productView, shopView, variantView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Product} Product */

const kMaxVariants = 2048;
const kMaxOptions = 3;
const kMaxTitleLength = 255;

/** @param {string} id @param {Context} ctx @returns {Product|undefined} */
function find(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'Product' ? ctx.store.products.get(parsed.id) : undefined;
}

/** @param {string} text */
const handleOf = (text) => text.toLowerCase().normalize('NFKC').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '') || 'product';

/** @param {string} wanted @param {Context} ctx */
function freeHandle(wanted, ctx) {
  let handle = wanted;
  for (let n = 1; ctx.store.productByHandle(handle) && n <= kMaxProducts; n += 1) handle = `${wanted}-${n}`;
  return handle;
}

export const productQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  product({ id }, ctx) {
    const found = find(id, ctx);
    return found ? productView(found, ctx.store) : null;
  },
  /** @param {{identifier: any}} args @param {Context} ctx */
  productByIdentifier({ identifier }, ctx) {
    const found = identifier.handle ? ctx.store.productByHandle(identifier.handle) : find(identifier.id ?? '', ctx);
    return found ? productView(found, ctx.store) : null;
  },
  /** @param {any} args @param {Context} ctx */
  products(args, ctx) {
    const variants = (/** @type {Product} */ one) => ctx.store.variantsOf(one);
    const found = search([...ctx.store.products.values()], args.query, {
      default: (one) => [one.title, one.handle, one.vendor, ...one.tags], title: (one) => one.title, handle: (one) => one.handle,
      id: (one) => String(one.id), tag: (one) => one.tags, status: (one) => one.status,
      barcode: (one) => variants(one).map((each) => each.barcode ?? ''), sku: (one) => variants(one).map((each) => each.sku),
    });
    return connection(found.map((one) => productView(one, ctx.store)), args);
  },
  /** @param {unknown} _ @param {Context} ctx */
  productsCount: (_, ctx) => ({ count: ctx.store.products.size, precision: 'EXACT' }),
  /** @param {{id: string}} args @param {Context} ctx */
  productVariant({ id }, ctx) {
    const parsed = parseGid(id);
    const found = parsed?.type === 'ProductVariant' ? ctx.store.variants.get(parsed.id) : undefined;
    return found ? variantView(found, ctx.store) : null;
  },
  /** @param {any} args @param {Context} ctx */
  productVariants(args, ctx) {
    if (args.sortKey && args.sortKey !== 'ID') throw notImplemented(`productVariants by ${args.sortKey}`);
    const found = search([...ctx.store.variants.values()].sort((a, b) => a.id - b.id), args.query, {
      default: (one) => [one.title, one.sku, one.barcode ?? ''], id: (one) => String(one.id), sku: (one) => one.sku,
      barcode: (one) => one.barcode, product_id: (one) => String(one.productId),
    }, { updated_at: (one) => one.updatedAt });
    return connection(found.map((one) => variantView(one, ctx.store)), args);
  },
};

export const productMutations = {
  /** @param {any} args @param {Context} ctx */
  productCreate({ product: input, media }, ctx) {
    const shop = shopView(ctx.store);
    if (!input) throw apiError('productCreate needs `product`', 'BAD_REQUEST');
    if (media?.length) throw apiError('The sandbox does not implement media', 'SANDBOX_NOT_IMPLEMENTED');
    const errors = fieldProblems(input, ctx, null);
    if (errors.length > 0) return { product: null, shop, userErrors: errors };
    const product = newProduct(input, ctx);
    const options = input.productOptions ?? [];
    product.options = options.length ? optionsOf(options, ctx) : [defaultOption(ctx)];
    ctx.store.addVariant(product, {
      title: options.length ? product.options.map((one) => one.values[0]).join(' / ') : 'Default Title',
      options: product.options.map((one) => ({ name: one.name, value: one.values[0] })), sku: '', price: '0.00',
    });
    return { product: productView(product, ctx.store), shop, userErrors: [] };
  },
  /** @param {any} args @param {Context} ctx */
  productSet({ input, identifier, synchronous }, ctx) {
    if (synchronous === false) throw apiError('The sandbox sets products synchronously only', 'SANDBOX_NOT_IMPLEMENTED');
    const named = identifier?.handle ? ctx.store.productByHandle(identifier.handle) : find(identifier?.id ?? input.id ?? '', ctx);
    const refuse = (/** @type {any[]} */ userErrors) => ({ product: null, productSetOperation: null, userErrors });
    if (!named && (identifier?.id || input.id)) return refuse([userError(['input', 'id'], 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST')]);
    const errors = [...fieldProblems(input, ctx, named ?? null), ...variantProblems(input)];
    if (errors.length > 0) return refuse(errors);
    const product = named ?? newProduct({ ...input, handle: input.handle ?? identifier?.handle }, ctx);
    if (named) Object.assign(named, changedFields(input), { updatedAt: new Date().toISOString() });
    if (input.productOptions || !named) product.options = input.productOptions?.length ? optionsOf(input.productOptions, ctx) : [defaultOption(ctx)];
    if (input.variants || !named) setVariants(product, input.variants ?? [], ctx);
    return { product: productView(product, ctx.store), productSetOperation: null, userErrors: [] };
  },
  /** @param {any} args @param {Context} ctx */
  productVariantsBulkCreate({ productId, variants, strategy }, ctx) {
    const product = find(productId, ctx);
    const refuse = (/** @type {any} */ error) => ({ product: null, productVariants: null, userErrors: [error] });
    if (!product) return refuse(userError(['productId'], 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST'));
    if (product.variantIds.length + variants.length > kMaxVariants) return refuse(userError(['variants'], 'Too many variants', 'INVALID'));
    for (const [index, one] of variants.entries()) {
      const wrong = priceProblem(one.price);
      if (wrong) return refuse(userError(['variants', String(index), 'price'], wrong, 'NEGATIVE_PRICE_VALUE'));
      const names = optionValuesOf(product, one);
      if (!names) return refuse(userError(['variants', String(index), 'optionValues'], 'Option values do not fit the product', 'NEED_TO_ADD_OPTION_VALUES'));
      const standalone = strategy === 'REMOVE_STANDALONE_VARIANT' || (strategy === 'DEFAULT' && product.options[0].name === 'Title');
      const taken = ctx.store.variantsOf(product).some((other) => !(standalone && product.variantIds.length === 1 && index === 0)
        && other.options.map((each) => each.value).join('\n') === names.map((each) => each.value).join('\n'));
      if (taken) return refuse(userError(['variants', String(index)], 'The variant already exists.', 'VARIANT_ALREADY_EXISTS'));
    }
    const first = ctx.store.variantsOf(product)[0];
    const removesFirst = first && product.variantIds.length === 1 && (strategy === 'REMOVE_STANDALONE_VARIANT' || first.options[0].value === 'Default Title');
    if (removesFirst) {
      product.variantIds = [];
      ctx.store.removeVariant(first);
    }
    const created = variants.map((/** @type {any} */ one) => addVariant(product, one, ctx));
    product.updatedAt = new Date().toISOString();
    return { product: productView(product, ctx.store), productVariants: created.map((/** @type {any} */ one) => variantView(one, ctx.store)), userErrors: [] };
  },
  /** @param {any} args @param {Context} ctx */
  productVariantsBulkUpdate({ productId, variants }, ctx) {
    const product = find(productId, ctx);
    const refuse = (/** @type {any} */ error) => ({ product: null, productVariants: null, userErrors: [error] });
    if (!product) return refuse(userError(['productId'], 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST'));
    const rows = variants.map((/** @type {any} */ one) => ctx.store.variantsOf(product).find((row) => gid('ProductVariant', row.id) === one.id));
    if (rows.includes(undefined)) return refuse(userError(['variants'], 'Variant does not exist', 'PRODUCT_VARIANT_DOES_NOT_EXIST'));
    for (const one of variants) {
      const wrong = priceProblem(one.price);
      if (wrong) return refuse(userError(['variants'], wrong, 'NEGATIVE_PRICE_VALUE'));
    }
    rows.forEach((/** @type {any} */ row, /** @type {number} */ index) => {
      Object.assign(row, variantFields(variants[index]), { updatedAt: new Date().toISOString() });
      track(row, variants[index], ctx);
    });
    return { product: productView(product, ctx.store), productVariants: rows.map((/** @type {any} */ row) => variantView(row, ctx.store)), userErrors: [] };
  },
  /** @param {{input: {id: string}}} args @param {Context} ctx */
  productDelete({ input }, ctx) {
    const product = find(input.id, ctx);
    const shop = shopView(ctx.store);
    if (!product) return { deletedProductId: null, shop, productDeleteOperation: null, userErrors: [userError(['id'], 'Product does not exist')] };
    for (const variant of ctx.store.variantsOf(product)) ctx.store.removeVariant(variant);
    ctx.store.products.delete(product.id);
    return { deletedProductId: input.id, shop, productDeleteOperation: null, userErrors: [] };
  },
};

/** @param {any} input @param {Context} ctx @param {Product|null} existing */
function fieldProblems(input, ctx, existing) {
  const errors = [];
  if (!existing && !input.title?.trim()) errors.push(userError(['title'], "Title can't be blank", 'MISSING_FIELD_REQUIRED'));
  if ((input.title ?? '').length > kMaxTitleLength) errors.push(userError(['title'], 'Title is too long (maximum is 255 characters)', 'INVALID_INPUT'));
  const other = input.handle ? ctx.store.productByHandle(input.handle) : undefined;
  if (other && other !== existing) errors.push(userError(['handle'], 'Handle has already been taken', 'HANDLE_NOT_UNIQUE'));
  if ((input.productOptions ?? []).length > kMaxOptions) errors.push(userError(['productOptions'], 'Can only specify a maximum of 3 options', 'OPTIONS_OVER_LIMIT'));
  if (ctx.store.products.size >= kMaxProducts && !existing) errors.push(userError(null, 'Too many products', 'GENERIC_ERROR'));
  for (const key of ['metafields', 'files', 'category', 'collections', 'collectionsToJoin']) {
    if (input[key]?.length) throw apiError(`The sandbox does not implement ${key} of a product`, 'SANDBOX_NOT_IMPLEMENTED');
  }
  return errors;
}

/** @param {string|undefined|null} price */
const priceProblem = (price) => (price === undefined || price === null || Number(price) >= 0 ? null : 'Price must be greater than or equal to 0');

/** @param {any} input */
function variantProblems(input) {
  const variants = input.variants ?? [];
  if (variants.length > kMaxVariants) return [userError(['input', 'variants'], 'Too many variants', 'VARIANTS_OVER_LIMIT')];
  if (variants.length > 0 && !input.productOptions) return [userError(['input', 'productOptions'], 'Product options are required', 'PRODUCT_OPTIONS_INPUT_MISSING')];
  const seen = new Set();
  for (const [index, one] of variants.entries()) {
    const wrong = priceProblem(one.price);
    if (wrong) return [userError(['input', 'variants', String(index), 'price'], wrong, 'INVALID_VARIANT')];
    for (const value of one.optionValues) {
      const option = input.productOptions.find((/** @type {any} */ each) => each.name === value.optionName);
      const known = option?.values?.some((/** @type {any} */ each) => each.name === value.name);
      if (!known) return [userError(['input', 'variants', String(index), 'optionValues'], 'Option value does not exist', 'OPTION_VALUE_DOES_NOT_EXIST')];
    }
    const key = one.optionValues.map((/** @type {any} */ each) => each.name).join('\n');
    if (seen.has(key)) return [userError(['input', 'variants', String(index)], `The variant '${key}' already exists`, 'INVALID_VARIANT')];
    seen.add(key);
  }
  return [];
}

/** @param {any} input */
function changedFields(input) {
  const { title, descriptionHtml, vendor, productType, tags, status, templateSuffix, handle } = input;
  const fields = { title, descriptionHtml, vendor, productType, tags, status, templateSuffix, handle };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @param {any} input @param {Context} ctx @returns {Product} */
function newProduct(input, ctx) {
  const now = new Date().toISOString();
  /** @type {Product} */
  const product = {
    descriptionHtml: '', vendor: ctx.store.shop.name, productType: '', tags: [], status: 'ACTIVE', templateSuffix: null, options: [], variantIds: [],
    ...changedFields(input), id: ctx.store.ids.next('Product'), title: input.title,
    handle: freeHandle(input.handle ?? handleOf(input.title), ctx), createdAt: now, updatedAt: now,
  };
  ctx.store.products.set(product.id, product);
  return product;
}

/** @param {Context} ctx */
const defaultOption = (ctx) => ({ id: ctx.store.ids.next('ProductOption'), name: 'Title', values: ['Default Title'] });

/** @param {any[]} inputs @param {Context} ctx */
function optionsOf(inputs, ctx) {
  return inputs.map((one) => ({
    id: ctx.store.ids.next('ProductOption'), name: one.name, values: (one.values ?? []).map((/** @type {any} */ each) => each.name),
  }));
}

/** @param {Product} product @param {any} input @returns {{name: string, value: string}[]|null} */
function optionValuesOf(product, input) {
  const given = input.optionValues ?? [];
  if (given.length === 0 && product.options[0].name === 'Title') return [{ name: 'Title', value: 'Default Title' }];
  const values = product.options.map((option) => {
    const found = given.find((/** @type {any} */ one) => one.optionName === option.name || one.optionId === gid('ProductOption', option.id));
    return found?.name ? { name: option.name, value: found.name } : null;
  });
  return values.includes(null) ? null : /** @type {any} */ (values);
}

/** @param {any} input */
function variantFields(input) {
  const fields = {
    barcode: input.barcode, sku: input.sku ?? input.inventoryItem?.sku, price: input.price === undefined ? undefined : String(input.price),
    compareAtPrice: input.compareAtPrice, inventoryPolicy: input.inventoryPolicy, taxable: input.taxable,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @param {Product} product @param {any} input @param {Context} ctx */
function addVariant(product, input, ctx) {
  const options = optionValuesOf(product, input) ?? [];
  for (const { name, value } of options) {
    const option = product.options.find((one) => one.name === name);
    if (option && !option.values.includes(value)) option.values.push(value);
  }
  const variant = ctx.store.addVariant(product, { title: options.map((one) => one.value).join(' / '), options, ...variantFields(input) });
  track(variant, input, ctx);
  for (const stock of input.inventoryQuantities ?? []) {
    const location = parseGid(stock.locationId);
    if (!location || !ctx.store.locations.has(location.id)) throw apiError(`Location ${stock.locationId} does not exist`, 'BAD_REQUEST');
    ctx.store.inventory.book(variant.inventoryItemId, location.id, { available: stock.availableQuantity ?? stock.quantity });
  }
  return variant;
}

/** @param {import('../../lib/store.mjs').Variant} variant @param {any} input @param {Context} ctx */
function track(variant, input, ctx) {
  const item = ctx.store.inventoryItems.get(variant.inventoryItemId);
  if (item && typeof input.inventoryItem?.tracked === 'boolean') item.tracked = input.inventoryItem.tracked;
}

/** Variants that are listed stay or come, the others go. @param {Product} product @param {any[]} inputs @param {Context} ctx */
function setVariants(product, inputs, ctx) {
  const previous = ctx.store.variantsOf(product);
  product.variantIds = [];
  const list = inputs.length ? inputs : [{ optionValues: [] }];
  for (const input of list) {
    const names = optionValuesOf(product, input)?.map((one) => one.value).join(' / ');
    const same = previous.find((one) => (input.id ? gid('ProductVariant', one.id) === input.id : one.title === names));
    if (same) {
      Object.assign(same, variantFields(input), { updatedAt: new Date().toISOString() });
      track(same, input, ctx);
      product.variantIds.push(same.id);
    } else {
      addVariant(product, input, ctx);
    }
  }
  for (const one of previous) if (!product.variantIds.includes(one.id)) ctx.store.removeVariant(one);
}

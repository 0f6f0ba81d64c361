// Customers: create, update, delete, tags.
import { gid, parseGid } from '../../lib/ids.mjs';
import { kMaxCustomers } from '../../lib/store.mjs';
import { connection, search, wholeSeconds } from '../connection.mjs';
import { accessDenied, apiError, userError } from '../errors.mjs';
import { hasScope } from '../schema.mjs';
import { replaceAddresses, setDefaultAddress } from './addresses.mjs';
import { kNeverAsked, readConsent, updateConsent } from './consent.mjs';
import { kMaxNameLength, kMaxNoteLength, kMaxTagLength, kMaxTags } from './limits.mjs';
import { writeMetafields } from './metafields.mjs';
import { customerView, ownerView, productView, shopView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Customer} Customer */

/** @param {string} id @param {Context} ctx @returns {Customer|undefined} */
function find(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'Customer' ? ctx.store.customers.get(parsed.id) : undefined;
}

export const customerQueries = {
  /** @param {{id: string}} args @param {Context} ctx */
  customer({ id }, ctx) {
    const found = find(id, ctx);
    return found ? customerView(found) : null;
  },
  /** @param {any} args @param {Context} ctx */
  customers(args, ctx) {
    const found = search([...ctx.store.customers.values()], args.query, {
      default: (one) => [one.firstName, one.lastName, one.email, one.phone, ...one.tags].map((text) => text ?? ''),
      email: (one) => one.email, phone: (one) => one.phone, tag: (one) => one.tags, id: (one) => String(one.id),
      first_name: (one) => one.firstName, last_name: (one) => one.lastName,
    }, { updated_at: (one) => one.updatedAt, customer_date: (one) => one.createdAt });
    if (args.sortKey !== 'UPDATED_AT') return connection(found.sort((a, b) => a.id - b.id).map(customerView), args);
    const at = (/** @type {{updatedAt: string}} */ one) => wholeSeconds(one.updatedAt);
    found.sort((a, b) => at(a) === at(b) ? a.id - b.id : at(a) < at(b) ? -1 : 1);
    return connection(found.map(customerView), args, at);
  },
  /** A segment that is named by its query: customers with one tag (README.md, sources: segments). @param {any} args @param {Context} ctx */
  customerSegmentMembers({ query }, ctx) {
    const tag = /^customer_tags CONTAINS '([^']+)'$/.exec(query ?? '')?.[1];
    if (!tag) throw apiError(`The sandbox knows no such segment: ${query}`, 'SANDBOX_NOT_IMPLEMENTED');
    if (!hasScope(ctx.grant.scopes, 'read_customers')) throw accessDenied('customerSegmentMembers', '`read_customers` access scope.');
    const totalCount = [...ctx.store.customers.values()].filter((one) => one.tags.some((its) => sameTag(its, tag))).length;
    return { totalCount, edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } };
  },
  /** @param {unknown} _ @param {Context} ctx */
  customersCount(_, ctx) {
    return { count: ctx.store.customers.size, precision: 'EXACT' };
  },
  /** @param {{identifier: any}} args @param {Context} ctx */
  customerByIdentifier({ identifier }, ctx) {
    const { id, emailAddress, phoneNumber } = identifier;
    const found = id ? find(id, ctx) : [...ctx.store.customers.values()].find((one) =>
      (emailAddress && one.email?.toLowerCase() === emailAddress.toLowerCase()) || (phoneNumber && one.phone === normalPhone(phoneNumber)));
    return found ? customerView(found) : null;
  },
};

export const customerMutations = {
  /** @param {{input: any}} args @param {Context} ctx */
  customerCreate({ input }, ctx) {
    if (input.id) return { customer: null, userErrors: [userError(['id'], 'Cannot specify ID on creation')] };
    if (ctx.store.customers.size >= kMaxCustomers) return { customer: null, userErrors: [userError(null, 'Too many customers')] };
    const now = new Date().toISOString();
    /** @type {Customer} */
    const row = {
      id: 0, email: null, phone: null, firstName: null, lastName: null, locale: 'ja', note: null, tags: [], taxExempt: false,
      createdAt: now, updatedAt: now, addresses: [], defaultAddressId: null, consent: kNeverAsked,
    };
    const errors = apply(row, input, ctx);
    if (!row.email && !row.phone && !row.firstName && !row.lastName) {
      errors.push(userError(null, 'Customer must have a name, phone number or email address'));
    }
    if (input.emailMarketingConsent) errors.push(...firstConsent(row, input.emailMarketingConsent, ctx));
    if (errors.length > 0) return { customer: null, userErrors: errors };
    row.id = ctx.store.ids.next('Customer');
    ctx.store.customers.set(row.id, row);
    const failed = ownMetafields(row, input, ctx);
    if (failed.length > 0) {
      ctx.store.customers.delete(row.id);
      return { customer: null, userErrors: failed };
    }
    ctx.box.webhooks.customer('customers/create', row);
    ctx.box.webhooks.tags(row, []);
    if (row.consent !== kNeverAsked) ctx.box.webhooks.consent(row);
    return { customer: customerView(row), userErrors: [] };
  },
  /** @param {{input: any}} args @param {Context} ctx */
  customerUpdate({ input }, ctx) {
    const row = find(input.id ?? '', ctx);
    if (!row) return { customer: null, userErrors: [userError(['id'], 'Customer does not exist')] };
    const draft = { ...row };
    const errors = apply(draft, input, ctx);
    if ('emailMarketingConsent' in input) {
      errors.push(userError(['emailMarketingConsent'], 'To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead'));
    }
    if (errors.length === 0) errors.push(...ownMetafields(row, input, ctx));
    if (errors.length > 0) return { customer: null, userErrors: errors };
    const { tags } = row;
    Object.assign(row, draft, { updatedAt: new Date().toISOString() });
    ctx.box.webhooks.customer('customers/update', row);
    ctx.box.webhooks.tags(row, tags);
    return { customer: customerView(row), userErrors: [] };
  },
  /** @param {{input: {id: string}}} args @param {Context} ctx */
  customerDelete({ input }, ctx) {
    const row = find(input.id, ctx);
    const shop = shopView(ctx.store);
    if (!row) return { deletedCustomerId: null, shop, userErrors: [userError(['id'], "Customer can't be found")] };
    ctx.store.customers.delete(row.id);
    ctx.store.metafields.delete(input.id);
    ctx.box.webhooks.customer('customers/delete', row);
    return { deletedCustomerId: input.id, shop, userErrors: [] };
  },
  /** @param {any} args @param {Context} ctx */
  customerEmailMarketingConsentUpdate: (args, ctx) => shown(updateConsent(args, ctx)),
  /** @param {any} args @param {Context} ctx */
  customerUpdateDefaultAddress: (args, ctx) => shown(setDefaultAddress(args, ctx)),
  /** @param {{id: string, tags: string[]}} args @param {Context} ctx */
  tagsAdd: ({ id, tags }, ctx) => changeTags('tagsAdd', id, ctx, (have) => distinctTags([...have, ...cleanTags(tags)]), tags),
  /** @param {{id: string, tags: string[]}} args @param {Context} ctx */
  tagsRemove: ({ id, tags }, ctx) => changeTags('tagsRemove', id, ctx, (have) => have.filter((tag) => !cleanTags(tags).some((one) => sameTag(one, tag))), tags),
};

/** @param {string[]} tags */
const cleanTags = (tags) => tags.flatMap((tag) => tag.split(',')).map((tag) => tag.trim()).filter(Boolean);

/** Letters of either case are the same tag. @param {string} one @param {string} other */
const sameTag = (one, other) => one.toLowerCase() === other.toLowerCase();

/** @param {string[]} tags */
const distinctTags = (tags) => tags.filter((tag, at) => tags.findIndex((one) => sameTag(one, tag)) === at);

/** @param {string[]} tags */
const tooLong = (tags) => cleanTags(tags).some((tag) => tag.length > kMaxTagLength) ? [userError(['tags'], `Tags must be ${kMaxTagLength} characters or less`)] : [];

/** @param {{customer: Customer|null, userErrors: any[]}} answer */
const shown = ({ customer, userErrors }) => ({ customer: customer && customerView(customer), userErrors });

/** @param {string} field @param {string} id @param {Context} ctx @param {(have: string[]) => string[]} change @param {string[]} given */
function changeTags(field, id, ctx, change, given) {
  const parsed = parseGid(id);
  const customer = find(id, ctx);
  const product = parsed?.type === 'Product' ? ctx.store.products.get(parsed.id) : undefined;
  // The scope table names no scope for tags: the platform asks for the write scope of what is tagged.
  const scope = product ? 'write_products' : 'write_customers';
  if (!hasScope(ctx.grant.scopes, scope)) throw accessDenied(field, `\`${scope}\` access scope.`);
  const row = customer ?? product;
  if (!row) return { node: null, userErrors: [userError(['id'], 'Resource does not exist')] };
  const before = row.tags;
  const tags = change(before);
  const long = tooLong(given);
  if (long.length > 0) return { node: null, userErrors: long };
  if (tags.length > kMaxTags) return { node: null, userErrors: [userError(['tags'], `At most ${kMaxTags} tags`)] };
  const changed = tags.length !== before.length;
  row.tags = tags;
  if (changed) row.updatedAt = new Date().toISOString();
  if (changed && customer) {
    ctx.box.webhooks.customer('customers/update', customer);
    ctx.box.webhooks.tags(customer, before);
  }
  return { node: product ? productView(product, ctx.store) : ownerView(id, ctx.store), userErrors: [] };
}

/** @param {Customer} row @param {any} input @param {Context} ctx */
function firstConsent(row, input, ctx) {
  const { consent, errors } = readConsent(input, { now: kNeverAsked, path: ['emailMarketingConsent'] }, ctx);
  if (!row.email) errors.push(userError(['emailMarketingConsent'], 'An email address is required to set the email marketing consent'));
  row.consent = consent;
  return errors;
}

/** @param {Customer} row @param {any} input @param {Context} ctx */
function ownMetafields(row, input, ctx) {
  if (!input.metafields?.length) return [];
  const ownerId = gid('Customer', row.id);
  return writeMetafields(input.metafields.map((/** @type {any} */ one) => ({ ...one, ownerId })), ctx).userErrors;
}

/** @param {string} text */
export function normalPhone(text) {
  const digits = text.replace(/[\s()-]/g, '');
  return digits.startsWith('0') ? `+81${digits.slice(1)}` : digits;
}

/** Writes checked input into a row; the row is a draft until there are no errors. @param {Customer} row @param {any} input @param {Context} ctx */
function apply(row, input, ctx) {
  const errors = [];
  const others = [...ctx.store.customers.values()].filter((one) => one.id !== row.id);
  for (const [field, label] of /** @type {['firstName'|'lastName', string][]} */ ([['firstName', 'First name'], ['lastName', 'Last name']])) {
    if (input[field] === undefined) continue;
    if ((input[field] ?? '').length > kMaxNameLength) errors.push(userError([field], `${label} is too long (maximum is ${kMaxNameLength} characters)`));
    row[field] = input[field] || null;
  }
  if (input.email !== undefined) {
    row.email = input.email?.trim() || null;
    if (!row.email) row.consent = kNeverAsked;
    if (row.email && !/^[^\s@<>]{1,64}@[^\s@<>.]+(\.[^\s@<>.]+)+$/.test(row.email)) errors.push(userError(['email'], 'Email is invalid'));
    const taken = row.email && others.some((one) => one.email?.toLowerCase() === row.email?.toLowerCase());
    if (taken) errors.push(userError(['email'], 'Email has already been taken'));
  }
  if (input.phone !== undefined) {
    row.phone = input.phone ? normalPhone(input.phone) : null;
    if (row.phone && !(row.phone.startsWith('+81') ? /^\+81[1-9]\d{8,9}$/ : /^\+[1-9]\d{7,14}$/).test(row.phone)) errors.push(userError(['phone'], 'Phone is invalid'));
    if (row.phone && others.some((one) => one.phone === row.phone)) errors.push(userError(['phone'], 'Phone has already been taken'));
  }
  if (input.note !== undefined) {
    row.note = input.note;
    if ((row.note ?? '').length > kMaxNoteLength) errors.push(userError(['note'], `Note is too long (maximum is ${kMaxNoteLength} characters)`));
  }
  if (input.tags !== undefined) row.tags = distinctTags(cleanTags(input.tags ?? []));
  errors.push(...tooLong(input.tags ?? []));
  if (row.tags.length > kMaxTags) errors.push(userError(['tags'], `At most ${kMaxTags} tags`));
  if (input.locale !== undefined) row.locale = input.locale || 'ja';
  if (input.taxExempt !== undefined) row.taxExempt = Boolean(input.taxExempt);
  if (input.addresses !== undefined) errors.push(...replaceAddresses(row, input.addresses, ctx));
  return errors;
}

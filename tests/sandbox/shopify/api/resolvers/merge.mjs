// Two customers become one (README.md, sources: merge). The work is done at once; only its job is reported as still to do.
import { randomUUID } from 'node:crypto';
import { defaultAddress } from '../../lib/addresses.mjs';
import { gid, parseGid } from '../../lib/ids.mjs';
import { userError } from '../errors.mjs';
import { kMaxNoteLength, kMaxTags } from './limits.mjs';

const kMaxJobs = 10_000;

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Customer} Customer */

/** What an override may pick: its argument, and what the picked customer must have. @type {[string, string, (row: Customer) => unknown][]} */
const kOverrides = [
  ['customerIdOfEmailToKeep', 'email', (row) => row.email], ['customerIdOfPhoneNumberToKeep', 'phone', (row) => row.phone],
  ['customerIdOfFirstNameToKeep', 'firstName', (row) => row.firstName], ['customerIdOfLastNameToKeep', 'lastName', (row) => row.lastName],
  ['customerIdOfDefaultAddressToKeep', 'defaultAddressId', (row) => defaultAddress(row)?.id],
];

/** @param {Customer} row */
const consentRank = (row) => ['PENDING', 'SUBSCRIBED'].indexOf(row.consent.state) + 1;

/** Who is kept, by the order that the schema gives. Every account here is enabled, so consent decides between two addresses. @param {Customer} one @param {Customer} two @param {any} override */
function survivor(one, two, override) {
  const chosen = [one, two].find((row) => gid('Customer', row.id) === override.customerIdOfEmailToKeep);
  if (chosen) return chosen;
  if (Boolean(one.email) !== Boolean(two.email)) return one.email ? one : two;
  return one.email && consentRank(one) > consentRank(two) ? one : two;
}

/**
 * What the merge would make of them, or why it is refused.
 * @param {any} args
 * @param {Context} ctx
 * @returns {{errors: any[]}|{errors: null, kept: Customer, gone: Customer, values: Partial<Customer>}}
 */
function plan({ customerOneId, customerTwoId, overrideFields }, ctx) {
  const rows = [];
  for (const [field, id] of [['customerOneId', customerOneId], ['customerTwoId', customerTwoId]]) {
    const parsed = parseGid(id);
    const row = parsed?.type === 'Customer' ? ctx.store.customers.get(parsed.id) : undefined;
    if (!row) return { errors: [userError([field], `Customer does not exist with ID ${id.split('/').pop()}`, 'INVALID_CUSTOMER_ID')] };
    rows.push(row);
  }
  const [one, two] = rows;
  if (one === two) return { errors: [userError(null, 'Customers IDs should not match', 'INVALID_CUSTOMER_ID')] };
  const override = overrideFields ?? {};
  const errors = [];
  /** @type {Record<string, any>} */
  const picked = {};
  for (const [argument, field, valueOf] of kOverrides) {
    if (!override[argument]) continue;
    const from = rows.find((row) => gid('Customer', row.id) === override[argument]);
    const path = ['overrideFields', argument];
    if (!from) errors.push(userError(path, 'Customer is not one of the two that are merged', 'OVERRIDE_ATTRIBUTE_INVALID'));
    else if (!valueOf(from)) errors.push(userError(path, 'Customer lacks what is to be kept', 'MISSING_OVERRIDE_ATTRIBUTE'));
    else picked[field] = valueOf(from);
  }
  const kept = survivor(one, two, override);
  const gone = kept === one ? two : one;
  const note = override.note ?? ([kept.note, gone.note].filter(Boolean).join('\n') || null);
  const tags = [...new Set(/** @type {string[]} */ (override.tags ?? [...kept.tags, ...gone.tags]))];
  const refuse = (/** @type {string} */ message) => ['customerOneId', 'customerTwoId'].map((field) => userError([field], message, 'INVALID_CUSTOMER'));
  if (tags.length > kMaxTags) errors.push(...refuse(`Customers must have ${kMaxTags} tags or less.`));
  if ((note ?? '').length > kMaxNoteLength) errors.push(...refuse('Customer notes must be 5,000 characters or less.'));
  if (errors.length > 0) return { errors };
  const values = {
    email: kept.email ?? gone.email, phone: kept.phone ?? gone.phone, firstName: kept.firstName ?? gone.firstName, lastName: kept.lastName ?? gone.lastName,
    defaultAddressId: (defaultAddress(kept) ?? defaultAddress(gone))?.id ?? null, addresses: [...kept.addresses, ...gone.addresses], ...picked, note, tags,
    createdAt: kept.createdAt < gone.createdAt ? kept.createdAt : gone.createdAt,
  };
  return { errors: null, kept, gone, values };
}

export const mergeQueries = {
  /** @param {any} args @param {Context} ctx */
  customerMergePreview(args, ctx) {
    const made = plan(args, ctx);
    const errors = made.errors?.map(({ message, code }) => ({ message, errorFields: code === 'INVALID_CUSTOMER_ID' ? ['DELETED_AT'] : ['OVERRIDE_FIELDS'] })) ?? null;
    return { customerMergeErrors: errors, resultingCustomerId: made.errors ? null : gid('Customer', made.kept.id) };
  },
  /** @param {{jobId: string}} args @param {Context} ctx */
  customerMergeJobStatus({ jobId }, ctx) {
    const kept = ctx.store.merges.get(jobId);
    return kept ? { customerMergeErrors: [], jobId, resultingCustomerId: kept, status: 'COMPLETED' } : null;
  },
  /** @param {{id: string}} args @param {Context} ctx */
  job: ({ id }, ctx) => ctx.store.merges.has(id) || ctx.store.jobs.has(id) ? { __typename: 'Job', id, done: true } : null,
};

export const mergeMutations = {
  /** @param {any} args @param {Context} ctx */
  customerMerge(args, ctx) {
    const made = plan(args, ctx);
    if (made.errors) return { job: null, resultingCustomerId: null, userErrors: made.errors };
    const { kept, gone, values } = made;
    const { store } = ctx;
    const before = kept.tags;
    Object.assign(kept, values, { updatedAt: new Date().toISOString() });
    store.customers.delete(gone.id);
    const [id, goneId] = [gid('Customer', kept.id), gid('Customer', gone.id)];
    // Both owners' metafields are kept; where both have one, the survivor's stays.
    for (const { namespace, key, type, value } of store.metafieldsOf(goneId)) {
      if (!store.metafield(id, namespace, key)) store.setMetafield({ ownerId: id, namespace, key, type, value });
    }
    store.metafields.delete(goneId);
    for (const order of store.orders.values()) if (order.customerId === gone.id) order.customerId = kept.id;
    const jobId = `gid://shopify/Job/${randomUUID()}`;
    store.merges.set(jobId, id);
    if (store.merges.size > kMaxJobs) store.merges.delete(store.merges.keys().next().value ?? '');
    ctx.box.webhooks.merged(kept, gone, jobId);
    ctx.box.webhooks.tags(kept, before);
    return { job: { __typename: 'Job', id: jobId, done: false }, resultingCustomerId: id, userErrors: [] };
  },
};

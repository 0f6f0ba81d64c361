// Consent to e-mail marketing: on creation in the input, later by its own mutation only (README.md, sources: consent).
import { parseGid } from '../../lib/ids.mjs';
import { apiError, userError } from '../errors.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Customer} Customer */
/** @typedef {import('../../lib/store.mjs').Consent} Consent */

const kInputStates = ['SUBSCRIBED', 'UNSUBSCRIBED', 'PENDING'];

/** Of a customer who was never asked. @type {Consent} */
export const kNeverAsked = { state: 'NOT_SUBSCRIBED', optInLevel: null, updatedAt: null, locationId: null };

/**
 * @param {any} input
 * @param {{now: Consent, path: string[]}} about
 * @param {Context} ctx
 */
export function readConsent(input, { now, path }, ctx) {
  const { marketingState: state, marketingOptInLevel: level, consentUpdatedAt, sourceLocationId } = input;
  if (!kInputStates.includes(state)) throw apiError(`Cannot specify ${state} as a marketing state input`, 'INVALID');
  const errors = [];
  const refuse = (/** @type {string} */ field, /** @type {string} */ message, /** @type {string} */ code) => errors.push(userError([...path, field], message, code));
  if (state === 'SUBSCRIBED' && !level) refuse('marketingOptInLevel', 'Marketing opt in level must exist', 'MISSING_ARGUMENT');
  if (state === 'PENDING' && (level ?? now.optInLevel) !== 'CONFIRMED_OPT_IN') {
    refuse('marketingOptInLevel', 'Marketing opt in level must be confirmed opt-in for pending consent state', 'INVALID');
  }
  const at = consentUpdatedAt ? Date.parse(consentUpdatedAt) : Date.now();
  if (Number.isNaN(at)) refuse('consentUpdatedAt', 'Consent updated at is invalid', 'INVALID');
  else if (at > Date.now()) refuse('consentUpdatedAt', 'Consent updated at must not be in the future', 'INVALID');
  const location = sourceLocationId ? parseGid(sourceLocationId) : null;
  if (sourceLocationId && (location?.type !== 'Location' || !ctx.store.locations.has(location.id))) refuse('sourceLocationId', 'Location does not exist', 'INVALID');
  if (errors.length > 0) return { consent: now, errors };
  // The record with the latest date is what counts, whenever it arrives.
  const stale = now.updatedAt !== null && at < Date.parse(now.updatedAt);
  /** @type {Consent} */
  const consent = { state, optInLevel: level ?? now.optInLevel, updatedAt: new Date(at).toISOString(), locationId: location?.id ?? null };
  return { consent: stale ? now : consent, errors };
}

/** @param {{input: any}} args @param {Context} ctx @returns {{customer: Customer|null, userErrors: any[]}} */
export function updateConsent({ input }, ctx) {
  const parsed = parseGid(input.customerId);
  const row = parsed?.type === 'Customer' ? ctx.store.customers.get(parsed.id) : undefined;
  if (!row) return { customer: null, userErrors: [userError(['input', 'customerId'], 'Customer does not exist', 'INVALID')] };
  const { consent, errors } = readConsent(input.emailMarketingConsent, { now: row.consent, path: ['input', 'emailMarketingConsent'] }, ctx);
  if (!row.email) errors.push(userError(['input', 'customerId'], 'Customer must have an email address', 'INVALID'));
  if (errors.length > 0) return { customer: row, userErrors: errors };
  if (consent !== row.consent) {
    row.consent = consent;
    row.updatedAt = new Date().toISOString();
    ctx.box.webhooks.consent(row);
    ctx.box.webhooks.customer('customers/update', row);
  }
  return { customer: row, userErrors: [] };
}

// Bodies of webhooks, in the REST shapes the platform sends.
import { randomInt } from 'node:crypto';
import { defaultAddress, nameOf } from './addresses.mjs';
import { gid } from './ids.mjs';

/** @typedef {import('./store.mjs').Customer} Customer */

/** Tags and consent left this payload with 2025-01: they have topics of their own. @param {Customer} row @param {{currency: string}} shop */
export function customer(row, shop) {
  return {
    id: row.id, created_at: row.createdAt, updated_at: row.updatedAt, first_name: row.firstName, last_name: row.lastName,
    state: 'enabled', note: row.note, verified_email: row.email !== null, multipass_identifier: null, tax_exempt: row.taxExempt,
    email: row.email, phone: row.phone, currency: shop.currency, addresses: row.addresses.map((one) => address(one, row)), tax_exemptions: [],
    admin_graphql_api_id: gid('Customer', row.id), ...(row.addresses.length ? { default_address: address(defaultAddress(row), row) } : {}),
  };
}

/** @param {import('./addresses.mjs').Address|null} one @param {Customer} row */
function address(one, row) {
  return one && {
    id: one.id, customer_id: row.id, first_name: one.firstName, last_name: one.lastName, company: one.company, address1: one.address1,
    address2: one.address2, city: one.city, province: one.province, country: one.country, zip: one.zip, phone: one.phone, name: nameOf(one) ?? '',
    province_code: one.provinceCode, country_code: one.countryCode, country_name: one.country, default: one === defaultAddress(row),
  };
}

/** @param {Customer} row @param {string[]} tags */
export const customerTags = (row, tags) => ({ customerId: gid('Customer', row.id), tags, occurredAt: row.updatedAt });

/** @param {Customer} row */
export function emailConsent(row) {
  const { state, optInLevel, updatedAt } = row.consent;
  return {
    customer_id: row.id, email_address: row.email,
    email_marketing_consent: { state: state.toLowerCase(), opt_in_level: optInLevel?.toLowerCase() ?? null, consent_updated_at: updatedAt },
  };
}

/** @param {Customer} row */
export function deletedCustomer(row) {
  return { id: row.id, tax_exemptions: [], admin_graphql_api_id: gid('Customer', row.id) };
}

/** @param {Customer} kept @param {Customer} gone @param {string} job */
export function mergedCustomers(kept, gone, job) {
  return {
    admin_graphql_api_customer_kept_id: gid('Customer', kept.id), admin_graphql_api_customer_deleted_id: gid('Customer', gone.id),
    admin_graphql_api_job_id: job, status: 'completed', errors: [],
  };
}

/** @param {{id: number, name: string, email: string, domain: string, currency: string, timezone: string, createdAt: string}} shop */
export function shop(shop) {
  return {
    id: shop.id, name: shop.name, email: shop.email, domain: shop.domain, myshopify_domain: shop.domain, country: 'JP',
    currency: shop.currency, iana_timezone: shop.timezone, created_at: shop.createdAt, plan_name: 'affiliate',
  };
}

/**
 * @param {string} topic
 * @param {{id: number, domain: string}} shop
 * @param {{id: number|null, email: string|null, phone: string|null}} about
 */
export function compliance(topic, shop, about) {
  const body = { shop_id: shop.id, shop_domain: shop.domain };
  if (topic === 'shop/redact') return body;
  const customer = { id: about.id, email: about.email, phone: about.phone };
  if (topic === 'customers/redact') return { ...body, customer, orders_to_redact: [] };
  return { ...body, orders_requested: [], customer, data_request: { id: randomInt(1, 2 ** 31) } };
}

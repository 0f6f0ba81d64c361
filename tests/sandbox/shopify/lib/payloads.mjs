// Bodies of webhooks, in the REST shapes the platform sends.
import { randomInt } from 'node:crypto';
import { gid } from './ids.mjs';

/** @typedef {import('./store.mjs').Customer} Customer */

/** @param {Customer} row @param {{currency: string}} shop */
export function customer(row, shop) {
  return {
    id: row.id, created_at: row.createdAt, updated_at: row.updatedAt, first_name: row.firstName, last_name: row.lastName,
    state: 'enabled', note: row.note, verified_email: row.email !== null, multipass_identifier: null, tax_exempt: row.taxExempt,
    email: row.email, phone: row.phone, currency: shop.currency, addresses: [], tax_exemptions: [],
    admin_graphql_api_id: gid('Customer', row.id),
  };
}

/** @param {Customer} row */
export function deletedCustomer(row) {
  return { id: row.id, phone: row.phone, addresses: [], tax_exemptions: [], admin_graphql_api_id: gid('Customer', row.id) };
}

/** @param {Customer} kept @param {Customer} gone */
export function mergedCustomers(kept, gone) {
  return {
    admin_graphql_api_customer_kept_id: gid('Customer', kept.id), admin_graphql_api_customer_deleted_id: gid('Customer', gone.id),
    admin_graphql_api_job_id: null, status: 'completed', errors: [],
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

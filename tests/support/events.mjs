// Events as the platforms send them, signed.
import { createHmac, randomUUID } from 'node:crypto';

/** @param {import('./stack.mjs').Stack} stack @returns {{id: string, what: string, send: (server: string) => Promise<Response>}} */
function event(id, what, path, body, headers) {
  return { id, what, send: (server) => fetch(server + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }) };
}

export function smaregiEvent(stack, type, fields) {
  const id = randomUUID();
  return event(id, `smaregi ${type}`, '/webhooks/smaregi', JSON.stringify({ contractId: stack.keys.contract_id, event: type, ...fields }), {
    'smaregi-contract-id': stack.keys.contract_id, 'smaregi-event': type, 'smaregi-event-id': id, 'x-tsunagi-webhook': stack.keys.smaregi_webhook_secret });
}

export function shopifyEvent(stack, topic, payload) {
  const id = randomUUID();
  const body = JSON.stringify(payload);
  return event(id, `shopify ${topic}`, '/webhooks/shopify', body, {
    'x-shopify-topic': topic, 'x-shopify-shop-domain': stack.keys.shop, 'x-shopify-webhook-id': id, 'x-shopify-event-id': randomUUID(),
    'x-shopify-hmac-sha256': createHmac('sha256', stack.keys.shopify_client_secret).update(body).digest('base64') });
}

export const customerUpdated = (stack, id) => shopifyEvent(stack, 'customers/update',
  { id: Number(id), admin_graphql_api_id: `gid://shopify/Customer/${id}`, updated_at: new Date().toISOString() });
export const customerRedacted = (stack, id) => shopifyEvent(stack, 'customers/redact',
  { shop_id: 1, shop_domain: stack.keys.shop, customer: { id: Number(id) }, orders_to_redact: [] });
export const memberEdited = (stack, posId) => smaregiEvent(stack, 'pos:customers', { customerIds: [posId], action: 'edited' });
export const sold = (stack, transactionId) => smaregiEvent(stack, 'pos:transactions', { transactionHeadIds: [transactionId], action: 'created' });

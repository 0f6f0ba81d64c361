// A sandbox in this process with an app that records what it gets and answers as told.
import { createServer } from 'node:http';
import { listen, readBody } from '../lib/http.mjs';
import { Sandbox } from '../lib/sandbox.mjs';

export const kSecret = 'hush';
export const kAllScopes = ['write_customers', 'write_products', 'write_inventory', 'write_locations', 'write_customer_merge'];

/**
 * @typedef {{method: string, url: URL, headers: Record<string, any>, body: string}} Seen
 * @typedef {(seen: Seen) => {status?: number, headers?: Record<string, string|string[]>, body?: string|Buffer}|Promise<any>} Answer
 */

/** @param {import('node:test').TestContext} t @param {object} options */
export async function startSandbox(t, options = {}) {
  /** @type {Seen[]} */
  const seen = [];
  /** @type {{answer: Answer}} */
  const app = { answer: () => ({ status: 200, body: '{}' }) };
  const server = createServer(async (req, res) => {
    const body = (await readBody(req)).toString('utf8');
    const one = { method: req.method ?? '', url: new URL(req.url ?? '/', 'http://app'), headers: req.headers, body };
    seen.push(one);
    const { status = 200, headers = {}, body: reply = '' } = await app.answer(one);
    res.writeHead(status, headers);
    res.end(reply);
  });
  const port = await listen(server, 0);
  const box = new Sandbox({ appUrl: `http://127.0.0.1:${port}`, clientSecret: kSecret, seed: 7, ...options });
  const ready = /** @type {any} */ (await box.start());
  t.after(async () => {
    await box.stop();
    server.closeAllConnections();
    server.close();
  });
  const url = (/** @type {string} */ path) => new URL(path, ready.storefront).href;
  return {
    box, ready, seen, app, url,
    /** @param {string} path @param {any} body */
    put: (path, body) => fetch(url(path), { method: 'PUT', body: JSON.stringify(body) }).then((reply) => reply.json()),
    /** @param {string} path @param {RequestInit} init */
    get: (path, init = {}) => fetch(url(path), { redirect: 'manual', ...init }),
    /** @param {string} token @param {string} query @param {object} variables */
    graphql: async (token, query, variables = {}) => (await postGraphql(ready.admin_api, token, query, variables)).json(),
    /** A custom app's token. @param {string[]} scopes */
    token: (scopes = kAllScopes) => box.tokens.createCustom(scopes).access_token,
    /** The app's own token, by token exchange. */
    appToken: async () => (await exchange(ready, box)).access_token,
    /** Page as a signed-in customer sees it. @param {number|null} customer @param {string} path */
    page: async (customer, path) => (await fetch(url(path), { headers: customer ? { cookie: `_sandbox_customer=${customer}` } : {} })).text(),
  };
}

/** @param {string} address @param {string} token @param {string} query @param {object} variables @param {object} headers */
export function postGraphql(address, token, query, variables = {}, headers = {}) {
  return fetch(address, {
    method: 'POST', body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': token, ...headers },
  });
}

/** @param {any} ready @param {Sandbox} box */
export async function sessionToken(ready, box, query = '') {
  return (await (await fetch(`${ready.control}/session-token?shop=${box.store.shop.domain}${query}`)).json()).session_token;
}

/** @param {any} ready @param {Sandbox} box @param {object} changes */
export async function exchange(ready, box, changes = {}) {
  return (await postToken(ready, {
    client_id: box.clientId, client_secret: kSecret, grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await sessionToken(ready, box), subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token', expiring: '1', ...changes,
  })).json();
}

/** @param {any} ready @param {object} body */
export function postToken(ready, body) {
  const address = `${ready.admin_url.replace('{shop}', ready.shop)}/admin/oauth/access_token`;
  return fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

export const kCreateCustomer = 'mutation($input: CustomerInput!) { customerCreate(input: $input) { customer { id legacyResourceId } userErrors { field message } } }';
export const kSetMetafields = `mutation($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { namespace key value compareDigest } userErrors { field message code } } }`;

/** @param {any} sandbox @param {string} token @param {object} input @returns {Promise<{gid: string, id: number}>} */
export async function addCustomer(sandbox, token, input) {
  const { data } = await sandbox.graphql(token, kCreateCustomer, { input });
  const { customer, userErrors } = data.customerCreate;
  if (userErrors.length) throw new Error(JSON.stringify(userErrors));
  return { gid: customer.id, id: Number(customer.legacyResourceId) };
}

/** The card metafield as the app defines it. @param {any} sandbox @param {string} token */
export function defineCard(sandbox, token) {
  return sandbox.graphql(token, `mutation { metafieldDefinitionCreate(definition: {
    name: "Card", namespace: "$app:tsunagi", key: "card", ownerType: CUSTOMER, type: "json",
    access: {storefront: NONE, customerAccount: READ} }) { createdDefinition { id namespace access { storefront customerAccount } } userErrors { code message } } }`);
}

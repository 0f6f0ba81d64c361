// What the installed app may do at Shopify, done by a test with the app's own credentials: to put a card on the account page
// that no till has made (codes of plastic cards, other symbologies).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../../wasm/bindings/tsunagi-core.js';
import { root } from './processes.mjs';
import { send } from './stack.mjs';

let core;
/** The shipped module under Node. */
export async function shippedCore() {
  core ??= await load(readFileSync(join(root, 'build', 'wasm', 'tsunagi.wasm')));
  return core;
}

async function appToken(stack) {
  const { session_token: session } = await send('GET', `${stack.shopify.control}/session-token?shop=${stack.keys.shop}`);
  const reply = await send('POST', `${stack.shopify.admin_url.replace('{shop}', stack.keys.shop)}/admin/oauth/access_token`, {
    client_id: stack.keys.shopify_client_id, client_secret: stack.keys.shopify_client_secret,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: session,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token', expiring: '1',
  });
  return reply.access_token;
}

/** Writes the card metafield of a customer; `card` as in ARCHITECTURE.md without the drawings, which are made here. */
export async function writeCard(stack, customerId, { symbology = 'code128', second = 'qr', ...card }) {
  const drawn = await shippedCore();
  const drawing = (kind) => {
    const { error, ...rest } = drawn.barcode(kind, card.code);
    return error ? null : { symbology: kind, ...rest };
  };
  const value = JSON.stringify({ v: 1, state: 'ready', programme: '繋ぎ', rank: '', has_points: true, points: 1234, as_of: Math.floor(Date.now() / 1000) - 60,
    ...card, first: drawing(symbology), second: drawing(second) });
  const token = await appToken(stack);
  const reply = await send('POST', stack.shopify.admin_api, {
    query: 'mutation Card($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { field message } } }',
    variables: { metafields: [{ ownerId: `gid://shopify/Customer/${customerId}`, namespace: '$app:tsunagi', key: 'card', type: 'json', value }] },
  }, { 'x-shopify-access-token': token });
  if (reply.errors || reply.data.metafieldsSet.userErrors.length) throw new Error(JSON.stringify(reply));
}

// App-proxy requests as Shopify signs them (shopify.dev, "Authenticate app proxies"): for tests that must speak to the
// server directly, past the stand-in's storefront.
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';

/** @param {Record<string, string | string[]>} fields */
export function sign(fields, secret) {
  const text = Object.entries(fields).map(([key, value]) => `${key}=${value}`).sort().join('');
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** The path and signed query of an app-proxy request for `customer` ('' when anonymous). A list in `extra` is a name that comes several times. */
export function proxyPath(stack, path, { customer = '', extra = {}, at = Math.floor(Date.now() / 1000), shop = stack.keys.shop, secret = stack.keys.shopify_client_secret, prefix = '/apps/tsunagi', repeat = undefined } = {}) {
  const named = { ...extra, ...(repeat ? { [repeat[0]]: Array.from({ length: repeat[1] }, (_, i) => String(i)) } : {}) };
  const fields = { ...named, shop, logged_in_customer_id: customer, path_prefix: prefix, timestamp: String(at) };
  // A name that comes several times is signed once, its values joined by commas: as a list becomes a text.
  const query = new URLSearchParams({ ...fields, signature: sign(fields, secret) });
  for (const [name, values] of Object.entries(named)) {
    if (!Array.isArray(values)) continue;
    query.delete(name);
    for (const value of values) query.append(name, value);
  }
  return `/proxy${path}?${query}`;
}

/** Sends bytes as they are and answers the status line, for requests that an HTTP client would refuse to make. */
export function raw(port, bytes, { withinMs = 8_000 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const timer = setTimeout(() => { socket.destroy(); resolve({ status: 0, text }); }, withinMs);
    const finish = () => { clearTimeout(timer); resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text }); };
    socket.on('data', (chunk) => { text += chunk; });
    socket.on('close', finish);
    socket.on('error', (error) => (text ? finish() : (clearTimeout(timer), reject(error))));
    if (Array.isArray(bytes)) bytes.forEach((part) => socket.write(part)); else socket.write(bytes);
  });
}

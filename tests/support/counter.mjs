// One shop's counter: what its staff and its shoppers do, over the routes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { until } from './processes.mjs';
import { proxyPath } from './proxy.mjs';
import { send } from './stack.mjs';

const kAlwaysOpen = { on: true, prepare_minutes: 60, accept_minutes: 30, hold_days: 3, hours: { opens: '00:00', closes: '24:00', closed: [] } };

/** What one shop's people do. `later`: by how many seconds the server's clock is ahead. */
export class Counter {
  constructor(stack, data) { Object.assign(this, { stack, data, later: 0, store: String(data.stores[0].storeId), other: String(data.stores[1].storeId) }); }

  async open() {
    const { settings } = await this.data.merchant('GET', '/status');
    await this.data.merchant('PUT', '/settings', { ...settings, safety_stock: 0, pickup: kAlwaysOpen });
  }
  async clerk(role, stores) {
    const { link } = await this.data.merchant('POST', '/staff', { name: `${role}さん`, role, ...(stores ? { stores } : {}) });
    const token = link.split('#join=')[1];
    const reply = await fetch(`${this.stack.server}/staff/api/join`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
    assert.equal(reply.status, 200);
    const [set] = reply.headers.getSetCookie();
    assert.match(set, /HttpOnly; SameSite=Strict/);
    const cookie = set.split(';')[0];
    return { cookie, token, ask: (method, path, body) => fetch(`${this.stack.server}/staff/api${path}`, { method, headers: { cookie, ...(body ? { 'content-type': 'application/json' } : {}) }, body: body && JSON.stringify(body) }) };
  }
  path(customer, to, extra = {}) { return proxyPath(this.stack, to, { customer: String(customer), extra, at: Math.floor(Date.now() / 1000) + this.later }); }
  async look(customer, code) { return send('GET', this.stack.server + this.path(customer, '/pickup.json', code ? { code } : {})); }
  /** What the shops have of a whole cart: [[3, '4900…'], …]. */
  async lookAtCart(customer, lines) { return send('GET', this.stack.server + this.path(customer, '/pickup.json', { line: lines.map(([quantity, code]) => `${quantity}*${code}`) })); }
  async stockOf(code) {
    const { products: [{ shops }] } = await send('GET', this.stack.server + this.path('', '/stock.json', { barcode: code, all: '1' }));
    return shops.find(({ shop_id: id }) => id === this.store);
  }
  /** {status, body} of a reservation; `server`: which one is asked. */
  async reserve(customer, lines, { id = randomUUID(), shop = this.store, server = this.stack.server, nonce, language = 'ja', instead } = {}) {
    const reply = await fetch(server + this.path(customer, '/pickup'), { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nonce: nonce ?? (await this.look(customer)).nonce, id, shop, lines, language, instead }) });
    return { status: reply.status, id, ...(await reply.json()) };
  }
  async shelf(product, amount, store = this.store) {
    // Of a figure that is the same as before nobody sees when its news has come.
    if (store === this.store && (await this.stockOf(product.code))?.on_hand === amount) await this.shelf(product, amount + 1, store);
    // Smaregi takes four writes a second.
    await until('Smaregi to take it', async () => {
      await this.data.pos('PATCH', `/stock/${product.product_id}`, { storeId: store, stockAmount: String(amount) });
      return true;
    }, 10_000, 500);
    if (store === this.store) await until(`${amount} of ${product.code} to be known`, async () => {
      const stock = await this.stockOf(product.code);
      return stock?.known && stock.on_hand === amount;
    }, 30_000, 200);
  }
}

/** {status, pickup or error} of a deed; `more`: a reason, what was picked, or the deed's id. */
export async function act(clerk, pickup, action, more = {}) {
  const reply = await clerk.ask('POST', '/act', { id: pickup.id, deed: randomUUID(), action, ...more });
  return { status: reply.status, ...(await reply.json()) };
}

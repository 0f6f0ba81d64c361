// What the storefront's stock views cost Smaregi: 100 views a second over the whole catalogue, with every call counted
// that the server makes meanwhile, its polling included.
import { get, Agent } from 'node:http';
import { proxyPath } from '../../support/proxy.mjs';
import { seed } from '../../support/seed.mjs';
import { Stack, send } from '../../support/stack.mjs';

const kViewsASecond = 100;
const kSeconds = 30;
const kProducts = 200;
const kCallsAView = 0.01;
const kWithinMs = 1_000;

const view = (agent, url) => new Promise((resolve, reject) => {
  const began = performance.now();
  get(url, { agent }, (reply) => {
    let text = '';
    reply.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
      if (reply.statusCode !== 200 || !text.includes('"shop_id"')) reject(new Error(`${url}: ${reply.statusCode} ${text.slice(0, 200)}`));
      else resolve(performance.now() - began);
    });
  }).on('error', reject);
});

export async function run() {
  const stack = new Stack();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  try {
    await stack.start();
    const { products } = await seed(stack, undefined, { products: kProducts, members: 7, sales: 0 });
    await send('DELETE', `${stack.smaregi.control}/requests`);
    const views = [];
    const began = performance.now();
    for (let i = 0; i < kViewsASecond * kSeconds; ++i) {
      const wait = began + (i * 1_000) / kViewsASecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const { code, sku } = stack.random.pick(products);
      views.push(view(agent, stack.server + proxyPath(stack, '/stock.json', { extra: { barcode: code, sku } })));
    }
    const times = (await Promise.all(views)).sort((a, b) => a - b);
    const took = (performance.now() - began) / 1_000;
    const requests = await stack.requestsOf(stack.smaregi);
    const slowest = times[Math.floor(times.length * 0.99)];
    return [
      { name: `Smaregi calls a stock view, ${Math.round(views.length / took)} views a second over ${kProducts} products`, ours: requests.length / views.length,
        peer: kCallsAView, peer_name: 'limit', ratio: requests.length / views.length / kCallsAView, goal: '<= 1', holds: requests.length <= views.length * kCallsAView },
      { name: 'stock view under that load, p99 in ms', ours: slowest, peer: kWithinMs, peer_name: 'limit', ratio: slowest / kWithinMs, goal: '<= 1', holds: slowest <= kWithinMs },
    ];
  } finally {
    agent.destroy();
    await stack.stop();
  }
}

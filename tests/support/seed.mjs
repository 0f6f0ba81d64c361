// Fills an empty Tsunagi the way a merchant and its customers would: through the platforms' APIs, the merchant page and
// the storefront. Nothing here touches the database.
import { send } from './stack.mjs';
import { until } from './processes.mjs';

/** What the demo is filled with; tests ask for less. `sales`: how many members get a first sale. */
const kDemo = { shops: 3, products: 200, members: 50, sales: 12, odd: true };

const kThrottledAttempts = 30;
const kBusyAttempts = 10;
const shopNames = ['渋谷店', '新宿店', '横浜店', '大阪店', '京都店', '札幌店'];
const families = ['佐藤', '鈴木', '高橋', '田中', '伊藤', '渡辺', '山本', '中村', '小林', '加藤'];
const givens = ['陽葵', '蓮', '結衣', '湊', '凛', '大翔', '葵', '悠真', '紬', '樹'];
const goods = ['今治タオル', '藍染めの手ぬぐい', '白磁の湯呑み', '南部鉄器の急須', '杉の弁当箱', '和紙の便箋', '柿渋の鞄', 'ひのきの箸'];
const colours = ['白', '黒', '藍', '朱', '生成り', '若草', '山吹', '墨'];
// People type these, so the product has to live with them.
const oddNames = [
  { first_name: '', last_name: '' }, { first_name: '👩‍👧‍👦🎉', last_name: '𠮷野家' },
  { first_name: '<b>"太郎"</b>', last_name: '{{ customer.email }}' }, { first_name: 'あ'.repeat(200), last_name: '長い' },
  { first_name: "O'Brien & Söhne", last_name: 'Ø' },
];

const ean13 = (twelve) => {
  const sum = [...twelve].reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0);
  return twelve + ((10 - (sum % 10)) % 10);
};

/** Runs `work` over `items`, `width` at a time, in order of their start. */
async function each(items, work, width = 8) {
  const results = new Array(items.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index], index);
    }
  }));
  return results;
}

/** A Smaregi app of the merchant's own with write scopes: how its master data came to be there before us. */
export async function smaregiWriter(stack) {
  const { keys, smaregi } = stack;
  const client = { id: `writer-${stack.seed}`, secret: `secret-${stack.seed}` };
  const scopes = ['pos.customers:read', 'pos.customers:write', 'pos.products:read', 'pos.products:write', 'pos.stock:read', 'pos.stock-changes:read',
    'pos.stock:write', 'pos.stores:read', 'pos.stores:write', 'pos.transactions:read', 'pos.transactions:write'];
  await send('PUT', `${smaregi.control}/apps`, { client_id: client.id, client_secret: client.secret, redirect_uris: [], scopes });
  const reply = await fetch(`${smaregi.id}/app/${keys.contract_id}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  });
  if (!reply.ok) throw new Error(`smaregi token: ${reply.status} ${await reply.text()}`);
  const { access_token: token } = await reply.json();
  return (method, path, body) => send(method, `${smaregi.api}/${keys.contract_id}/pos${path}`, body, { authorization: `Bearer ${token}` });
}

/** An admin API token of the merchant's own custom app. */
export async function shopifyAdmin(stack, scopes) {
  const { access_token: token } = await send('PUT', `${stack.shopify.control}/tokens`, { scopes });
  const admin = async (query, variables = {}) => {
    let reply;
    for (let attempt = 0; attempt < kThrottledAttempts; ++attempt) {
      reply = await send('POST', stack.shopify.admin_api, { query, variables }, { 'x-shopify-access-token': token });
      if (reply.errors?.[0]?.extensions?.code !== 'THROTTLED') break;
      const { requestedQueryCost, throttleStatus: { currentlyAvailable, restoreRate } } = reply.extensions.cost;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(0.1, (requestedQueryCost - currentlyAvailable) / restoreRate)));
    }
    if (reply.errors) throw new Error(`admin GraphQL: ${JSON.stringify(reply.errors).slice(0, 500)}`);
    return reply.data;
  };
  return { token, admin };
}

async function fillSmaregi(stack, say, size) {
  const { random, keys, smaregi } = stack;
  await send('PUT', `${smaregi.control}/contracts/${keys.contract_id}`, { rate_limit: { reads_per_second: 10_000, writes_per_second: 10_000 } });
  const pos = await smaregiWriter(stack);
  const stores = await each(shopNames.slice(0, size.shops), (name, i) => pos('POST', '/stores', {
    storeCode: `S${i + 1}`, storeName: name, storeAbbr: name, division: '1', phoneNumber: `03-${random.digits(4)}-${random.digits(4)}`,
    address: `東京都${i + 1}-${random.between(1, 30)}`, displaySequence: String(i + 1),
  }), 1);
  const products = await each(Array.from({ length: size.products }), async (_, i) => {
    const name = `${random.pick(goods)} ${random.pick(colours)} ${i + 1}`;
    const code = ean13(`49${random.digits(10)}`);
    const price = random.between(3, 80) * 100;
    const made = await pos('POST', '/products', {
      categoryId: '1', productCode: code, productName: name, price: String(price), taxDivision: '0', stockControlDivision: '0',
      supplierProductNo: `SKU-${i + 1}`,
    });
    return { product_id: String(made.productId), code, sku: `SKU-${i + 1}`, name, price };
  });
  const wellStocked = products.slice(0, 4);
  // Some of the others have never moved in some shop: Smaregi then has no stock row.
  const moves = products.flatMap((product) => stores.map((store) => ({ product, store })))
    .filter(({ product }, i) => wellStocked.includes(product) || i % 7 !== 3);
  await each(moves, ({ product, store }) => pos('PATCH', `/stock/${product.product_id}`, {
    storeId: String(store.storeId), stockAmount: String(wellStocked.includes(product) ? random.between(5, 9) : random.between(-1, 12)),
  }));
  say(`${stores.length} shops, ${products.length} products, ${moves.length} stock rows in Smaregi`);
  return { pos, stores, products };
}

async function fillShopify(stack, products, say, size) {
  const { token, admin } = await shopifyAdmin(stack, ['read_products', 'write_products', 'read_customers', 'write_customers', 'read_inventory', 'write_inventory']);
  const { random } = stack;
  await each(products, async (product, i) => {
    const data = await admin(`mutation Product($input: ProductSetInput!) {
      productSet(input: $input, synchronous: true) { product { id handle } userErrors { field message } } }`, { input: {
      title: product.name, handle: `item-${i + 1}`, status: 'ACTIVE',
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ price: String(product.price), barcode: product.code, sku: product.sku, optionValues: [{ optionName: 'Title', name: 'Default Title' }] }],
    } });
    if (data.productSet.userErrors.length) throw new Error(JSON.stringify(data.productSet.userErrors));
    product.handle = data.productSet.product.handle;
  }, 4);
  const customers = await each(Array.from({ length: size.members }), async (_, i) => {
    const odd = size.odd ? oddNames[i - (size.members - oddNames.length)] ?? null : null;
    const person = odd ?? { first_name: random.pick(givens), last_name: random.pick(families) };
    const data = await admin(`mutation Customer($input: CustomerInput!) {
      customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input: {
      firstName: person.first_name, lastName: person.last_name, email: `member${i + 1}.${stack.seed}@example.com`, locale: 'ja',
      ...(odd ? {} : { phone: `+8190${random.digits(8)}` }),
    } });
    if (data.customerCreate.userErrors.length) throw new Error(JSON.stringify(data.customerCreate.userErrors));
    return { id: data.customerCreate.customer.id.split('/').pop(), ...person };
  }, 4);
  say(`${products.length} products and ${customers.length} customers in Shopify`);
  return { token, admin, customers };
}

/** Install from the admin, then join the Smaregi contract, as the merchant page does. */
export async function connect(stack, say) {
  const merchant = async (method, path, body) => {
    const { session_token: session } = await send('GET', `${stack.shopify.control}/session-token?shop=${stack.keys.shop}`);
    return send(method, `${stack.server}/admin/api${path}`, body, { authorization: `Bearer ${session}` });
  };
  await send('PUT', `${stack.shopify.control}/app`, { installed: true });
  await merchant('GET', '/status');
  const { url } = await merchant('POST', '/smaregi/sign-in', {});
  const joined = await decide(stack, await consent(stack, url), 'join');
  if (!joined.ok) throw new Error(`smaregi join: ${joined.status} ${(await joined.text()).slice(0, 300)}`);
  await until('the first reading of shops and stock', async () => {
    const status = await merchant('GET', '/status');
    return status.smaregi?.joined && status.smaregi?.stock_confirmed_at > 0;
  }, 60_000, 100);
  say('the app is installed and joined to the Smaregi contract');
  return merchant;
}

/** The consent page at Smaregi: its form, filled in and sent by hand. Answers the token of our own page that asks then. */
export async function consent(stack, url) {
  const page = await fetch(url);
  const html = await page.text();
  if (!page.ok) throw new Error(`smaregi sign-in: ${page.status} ${html.slice(0, 300)}`);
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  const fields = new URLSearchParams();
  for (const [tag] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    fields.set(/name="([^"]*)"/.exec(tag)[1], /value="([^"]*)"/.exec(tag)[1].replaceAll('&amp;', '&').replaceAll('&#43;', '+'));
  }
  fields.set('contract', stack.keys.contract_id);
  fields.set('decision', 'allow');
  const reply = await fetch(new URL(action, url), { method: 'POST', body: fields, redirect: 'manual' });
  const callback = reply.headers.get('location');
  if (!callback) throw new Error(`smaregi consent: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
  const asked = await fetch(callback);
  const question = await asked.text();
  const token = /name="token" value="([^"]+)"/.exec(question)?.[1];
  if (!asked.ok || !token) throw new Error(`smaregi callback: ${asked.status} ${question.slice(0, 300)}`);
  return token;
}

/** Presses a button of the page that asks whether shop and contract are to be joined. */
export const decide = (stack, token, decision) => fetch(`${stack.server}/smaregi/callback`, {
  method: 'POST', headers: { origin: stack.server }, body: new URLSearchParams({ token, decision }) });

/** A shopper's browser as far as HTTP goes: keeps its cookies. */
export class Shopper {
  constructor(stack) { this.stack = stack; this.cookies = new Map(); }

  async fetch(url, init = {}) {
    let target = new URL(url, this.stack.shopify.storefront);
    for (let hop = 0; hop < 5; ++hop) {
      const reply = await fetch(target, { ...init, redirect: 'manual',
        headers: { ...init.headers, cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
      for (const line of reply.headers.getSetCookie()) {
        const [name, value] = line.split(';')[0].split('=');
        if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      const next = reply.headers.get('location');
      if (!next || init.redirect === 'manual') return reply;
      target = new URL(next, target);
    }
    throw new Error(`too many redirects from ${url}`);
  }

  signIn(customerId) { return this.fetch(this.stack.signInUrl(customerId)); }

  /** As a page does, it asks again after a 503: on a machine that compiles at the same time the database may stand still for seconds. */
  async json(path, init) {
    let reply = await this.fetch(path, init);
    for (let attempt = 1; reply.status === 503 && attempt < kBusyAttempts; ++attempt) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(reply.headers.get('retry-after') ?? 1)));
      reply = await this.fetch(path, init);
    }
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }

  card() { return this.json('/apps/tsunagi/card.json'); }

  async join() {
    const { nonce } = await this.card();
    return this.json('/apps/tsunagi/join', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce }) });
  }
}

/**
 * Fills everything and answers what a demo or a test needs to know.
 * @param {import('./stack.mjs').Stack} stack
 */
export async function seed(stack, say = () => {}, wanted = {}) {
  const size = { ...kDemo, ...(Object.keys(wanted).length ? { odd: false } : {}), ...wanted };
  const { random } = stack;
  const smaregi = await fillSmaregi(stack, say, size);
  const shopify = await fillShopify(stack, smaregi.products, say, size);
  const merchant = await connect(stack, say);

  // Every sixth of the ordinary customers stays outside; everybody else joins by the button on the card.
  const ordinary = size.members - (size.odd ? oddNames.length : 0);
  const unlinked = shopify.customers.filter((_, i) => i % 6 === 5 && i < ordinary);
  const joining = shopify.customers.filter((customer) => !unlinked.includes(customer));
  await each(joining, async (customer) => {
    const shopper = new Shopper(stack);
    await shopper.signIn(customer.id);
    await shopper.join();
    await until(`customer ${customer.id} to be a member`, async () => (await shopper.card()).state === 'ready', 60_000, 200);
    customer.code = (await shopper.card()).code;
  }, 6);
  say(`${joining.length} customers joined, ${unlinked.length} have not`);

  // Balances as a till would have made them.
  const till = `${stack.smaregi.till.split('?')[0]}/api`;
  await each(joining.slice(0, size.sales), (customer) => send('POST', `${till}/sales`, {
    contract: stack.keys.contract_id, store_id: String(smaregi.stores[0].storeId), member_code: customer.code,
    lines: [{ product_code: smaregi.products[1 + random.below(size.products - 1)].code, quantity: random.between(1, 3) }], spend_points: 0,
  }), 4);
  await until('the first card on the account page', async () => {
    const shopper = new Shopper(stack);
    const page = await (await shopper.signIn(joining[0].id)).text();
    return page.includes(joining[0].code);
  }, 30_000, 200);
  await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { rate_limit: { reads_per_second: 10, writes_per_second: 4 } });
  return { ...smaregi, ...shopify, merchant, joined: joining, unlinked, till };
}

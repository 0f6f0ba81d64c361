// Two merchants on one server, each with everything that a person can type made of canaries: words that occur nowhere else,
// so that whoever finds one knows whose it is.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { proxyPath } from './proxy.mjs';
import { Process, root, until } from './processes.mjs';
import { connect, shopifyAdmin, smaregiWriter } from './seed.mjs';
import { Stack, send } from './stack.mjs';

const kKana = [...'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ'];
const kInTokyo = { countryCode: 'JP', provinceCode: 'JP-13' };

/** Sends what the server asks of a shop to that shop's stand-in. */
class Doorman {
  constructor(ports) { this.ports = ports; }

  open() {
    this.server = createServer((req, res) => {
      const shop = /^\/_shops\/([^/]+)\//.exec(req.url)?.[1];
      const forward = request({ host: '127.0.0.1', port: this.ports.get(shop), path: req.url, method: req.method, headers: req.headers }, (reply) => {
        res.writeHead(reply.statusCode, reply.headers);
        reply.pipe(res);
      });
      forward.on('error', () => res.destroy());
      req.pipe(forward);
    });
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${this.server.address().port}`)));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export class Neighbours extends Stack {
  constructor() {
    super();
    this.canaries = [];
    this.keys.shop_name = this.canary('a', null, 'shop name');
    const { random } = this;
    this.other = Object.create(this, {
      seed: { value: this.seed + 1 },
      keys: { value: { ...this.keys, shop: `neighbour-${random.digits(6)}.myshopify.com`, contract_id: `sb_skn${random.digits(4)}`, shop_name: this.canary('b', null, 'shop name') } },
    });
  }

  /** A word of one tenant, or of one of its customers: `form` makes it, `says` is how it is found again. */
  note(owner, customer, field, word, says = word) {
    this.canaries.push({ owner, customer, field, says });
    return word;
  }
  letters(count) { return Array.from({ length: count }, () => 'abcdefghijkmnpqrstuvwxyz'[this.random.below(24)]).join(''); }
  canary(owner, customer, field) { return this.note(owner, customer, field, `kanaria${this.letters(12)}`); }
  kana(owner, customer, field) { return this.note(owner, customer, field, Array.from({ length: 12 }, () => this.random.pick(kKana)).join('')); }
  phone(owner, customer, field) {
    const digits = this.random.digits(8);
    this.note(owner, customer, field, digits, new RegExp(`${digits.slice(0, 4)}-?${digits.slice(4)}(?!\\d)`));
    return digits;
  }
  points(owner, customer) {
    const points = this.random.between(1_000_000, 9_999_999);
    const grouped = points.toLocaleString('en-US');
    this.note(owner, customer, 'points', points, new RegExp(`(?<![\\d.])(?:${points}|${grouped})(?!\\d)`));
    return points;
  }

  async startShopify() {
    const start = async (keys, seed) => {
      const child = this.own(new Process('shopify-sandbox', process.execPath, ['tests/sandbox/shopify/main.mjs', '--port', '0', '--app-url', this.server,
        '--client-id', keys.shopify_client_id, '--client-secret', keys.shopify_client_secret, '--shop', keys.shop, '--shop-name', keys.shop_name, '--seed', String(seed)], { cwd: root }));
      return child.ready();
    };
    const [mine, others] = await Promise.all([start(this.keys, this.seed), start(this.other.keys, this.other.seed)]);
    this.doorman = new Doorman(new Map([[this.keys.shop, mine.port], [this.other.keys.shop, others.port]]));
    const admin_url = `${await this.doorman.open()}/_shops/{shop}`;
    this.shopify = { ...mine, admin_url };
    Object.defineProperty(this.other, 'shopify', { value: { ...others, admin_url } });
  }

  async configureSmaregi() {
    await super.configureSmaregi();
    for (const [owner, { keys }] of [['a', this], ['b', this.other]]) {
      await send('PUT', `${this.smaregi.control}/contracts/${keys.contract_id}`, { name: this.canary(owner, null, 'contract name'),
        required_columns: ['lastKana'], rate_limit: { reads_per_second: 10_000, writes_per_second: 10_000 } });
    }
  }

  async stop() {
    await super.stop();
    await this.doorman?.close();
  }

  /** What the server logged since it began, here and on its own output. */
  logged() {
    return this.logs.map(({ file, from }) => readFileSync(file).subarray(from).toString('utf8')).join('\n');
  }

  async startServer(env) {
    const files = [join(root, 'build', 'logs', `tsunagi-${this.serverPort}.log`), join(root, 'build', 'logs', 'tsunagi.log')];
    this.logs = files.map((file) => ({ file, from: existsSync(file) ? statSync(file).size : 0 }));
    await super.startServer(env);
  }
}

async function fillShops(stack, owner, view) {
  const pos = await smaregiWriter(view);
  const stores = [];
  for (const i of [1, 2]) {
    stores.push(await pos('POST', '/stores', { storeCode: `S${i}`, storeName: stack.canary(owner, null, 'store name'), storeAbbr: `S${i}`, division: '1',
      phoneNumber: `03${stack.phone(owner, null, 'store phone')}`, address: stack.canary(owner, null, 'store address'), displaySequence: String(i) }));
  }
  const products = [];
  for (const i of [1, 2]) {
    const code = `49${stack.random.digits(11)}`;
    const made = await pos('POST', '/products', { categoryId: '1', productCode: code, productName: stack.canary(owner, null, 'product name'), price: '500', taxDivision: '0',
      stockControlDivision: '0', supplierProductNo: `${owner.toUpperCase()}-${i}` });
    for (const store of stores) await pos('PATCH', `/stock/${made.productId}`, { storeId: String(store.storeId), stockAmount: String(4 + i) });
    products.push({ product_id: String(made.productId), code, sku: `${owner.toUpperCase()}-${i}` });
  }
  return { pos, stores, products };
}

/** A customer with a canary in every field; `waiting`: one whom Smaregi will ask for the kana of the name. */
async function customer(stack, owner, admin, number, waiting) {
  const word = (field) => stack.canary(owner, number, field);
  const must = (errors) => { if (errors.length) throw new Error(JSON.stringify(errors)); };
  const made = (await admin(`mutation Customer($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input: {
    firstName: word('first name'), lastName: `姓${word('last name')}`, email: `${word('mail')}@example.com`, phone: `+8190${stack.phone(owner, number, 'phone')}`, note: word('note'), locale: 'ja',
    emailMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' } } })).customerCreate;
  must(made.userErrors);
  const { id } = made.customer;
  must((await admin(`mutation Address($id: ID!, $address: MailingAddressInput!) { customerAddressCreate(customerId: $id, address: $address, setAsDefault: true) { userErrors { field message } } }`,
    { id, address: { ...kInTokyo, zip: '150-0001', city: word('city'), address1: word('street'), address2: word('building'), phone: `+8180${stack.phone(owner, number, 'address phone')}` } })).customerAddressCreate.userErrors);
  if (!waiting) {
    must((await admin(`mutation Kana($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { field message } } }`,
      { metafields: ['last_kana', 'first_kana'].map((key) => ({ ownerId: id, namespace: 'custom', key, type: 'single_line_text_field', value: stack.kana(owner, number, key) })) })).metafieldsSet.userErrors);
  }
  return { number, id: id.split('/').pop() };
}

/** What one tenant needs to ask for anything as anybody of its people. */
async function fillTenant(stack, owner, view) {
  const { keys } = view;
  const shop = await fillShops(stack, owner, view);
  const { admin } = await shopifyAdmin(view, ['read_products', 'write_products', 'read_customers', 'write_customers']);
  const merchant = await connect(view, () => {});
  const settings = { ...(await merchant('GET', '/status')).settings, programme_name: stack.canary(owner, null, 'programme'),
    consent: { ja: stack.canary(owner, null, 'consent'), en: stack.canary(owner, null, 'consent, English'), terms_url: `https://example.com/${stack.canary(owner, null, 'terms')}` },
    contact_url: `https://example.com/${stack.canary(owner, null, 'contact')}`, stores: [{ store_id: String(shop.stores[0].storeId), name: stack.canary(owner, null, 'store name here') }],
    pickup: { on: true, hours: { opens: '00:00', closes: '24:00', closed: [] } },
    field_keys: { last_kana: 'custom.last_kana', first_kana: 'custom.first_kana', birth_date: 'facts.birth_date', sex: '' } };
  await merchant('PUT', '/settings', settings);
  const people = [];
  for (const number of [1, 2, 3]) people.push(await customer(stack, owner, admin, number, number === 3));
  const ask = (who, path, options = {}) => proxyPath(view, path, { customer: who ? String(who.id) : '', ...options });
  const card = (who) => send('GET', stack.server + ask(who, '/card.json'));
  for (const who of people) {
    const { nonce, consent } = await until('the text that joining agrees to', async () => { const now = await card(who); return now.consent && now; });
    const { code } = await send('POST', stack.server + ask(who, '/join'), { nonce, consent: consent.version });
    stack.note(owner, who.number, 'member code', code);
    const pickup = `pickup-${stack.canary(owner, who.number, 'id of a pick-up')}`;
    Object.assign(who, { nonce, code, pickup });
  }
  for (const who of people.slice(0, 2)) {
    await until(`customer ${who.id} to be a member`, async () => (await card(who)).state === 'ready', 30_000, 100);
    const [member] = await shop.pos('GET', `/customers?customer_code=${who.code}`);
    who.member = String(member.customerId);
    const points = stack.points(owner, who.number);
    await shop.pos('PATCH', `/customers/${who.member}`, { note: stack.canary(owner, who.number, 'note at Smaregi') });
    await shop.pos('PATCH', `/customers/${who.member}/point`, { point: String(points) });
    await send('POST', stack.server + ask(who, '/favourite'), { nonce: who.nonce, shop: String(shop.stores[0].storeId) });
    await send('POST', stack.server + ask(who, '/pins'), { nonce: who.nonce, code: shop.products[0].code, pinned: true });
    await until('the points on the card', async () => (await card(who)).points === points, 20_000, 100);
  }
  const waiting = people[2];
  await until('the third to be asked for a kana', async () => (await card(waiting)).state === 'field_missing', 30_000, 100);
  waiting.given = stack.kana(owner, waiting.number, 'kana typed on the card');
  const { link } = await merchant('POST', '/staff', { name: stack.canary(owner, null, 'name of a clerk'), role: 'manager', stores: [String(shop.stores[0].storeId)] });
  const joined = await fetch(`${stack.server}/staff/api/join`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: link.split('#join=')[1] }) });
  const staff = joined.headers.getSetCookie()[0].split(';')[0];
  return { owner, view, keys, admin, merchant, settings, staff, tag: stack.canary(owner, null, 'customer tag'), people, ask, card, ...shop };
}

/** @param {Neighbours} stack */
export async function fillBoth(stack) {
  const [a, b] = await Promise.all([fillTenant(stack, 'a', stack), fillTenant(stack, 'b', stack.other)]);
  return { a, b };
}

// The whole of Tsunagi on loopback: both stand-ins and the production server, each a process of its own, joined by
// nothing but addresses.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process, freePort, root, until } from './processes.mjs';
import { SeededRandom, newSeed } from './random.mjs';
import { Relay } from './relay.mjs';

const binaries = process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release');
const program = join(binaries, 'server', 'tsunagi');

/** What an app's settings page at each platform would hold; made anew for every run. */
function credentials(random) {
  return {
    shop: `tsunagi-${random.digits(6)}.myshopify.com`,
    shopify_client_id: randomBytes(16).toString('hex'),
    shopify_client_secret: `shpss_${randomBytes(16).toString('hex')}`,
    contract_id: `sb_skc${random.digits(3)}x${random.digits(1)}`,
    smaregi_client_id: randomBytes(16).toString('hex'),
    smaregi_client_secret: randomBytes(32).toString('hex'),
    smaregi_webhook_secret: randomBytes(16).toString('hex'),
    secret_key: randomBytes(32).toString('base64'),
  };
}

export class Stack {
  /**
   * @param {{seed?: number, database?: string, serverPort?: number, switches?: Record<string, unknown>,
   *          threads?: number, smaregiPort?: number, shopifyPort?: number, relaySmaregi?: boolean,
   *          mail?: {smtp_url: string, from: string},
   *          witnesses?: {smaregi: (origin: string) => Witness, shopify: (origin: string) => Witness}}} options
   */
  constructor(options = {}) {
    this.options = options;
    this.seed = options.seed ?? newSeed();
    this.random = new SeededRandom(this.seed);
    this.folder = mkdtempSync(join(tmpdir(), 'tsunagi-'));
    this.keys = credentials(this.random);
    this.processes = [];
  }

  async start() {
    this.smaregiPort = this.options.smaregiPort ?? await freePort();
    this.serverPort = this.options.serverPort ?? await freePort();
    this.opsPort = await freePort();
    this.server = `http://127.0.0.1:${this.serverPort}`;
    this.ops = `http://127.0.0.1:${this.opsPort}`;
    await Promise.all([this.startSmaregi(), this.startShopify()]);
    await this.configureSmaregi();
    if (this.options.witnesses) await this.openWitnesses(this.options.witnesses);
    await this.startServer();
    return this;
  }

  /** The servers reach both stand-ins through them. */
  async openWitnesses({ smaregi, shopify }) {
    this.witness = { smaregi: smaregi(this.smaregiApi), shopify: shopify(this.shopify.storefront) };
    this.smaregiApi = await this.witness.smaregi.open();
    const origin = await this.witness.shopify.open();
    this.shopify.witnessed_admin_url = this.shopify.admin_url.replace(this.shopify.storefront, origin);
  }

  /** One stand-in alone, for a test that asks it something. */
  async startSmaregiOnly() {
    this.smaregiPort = await freePort();
    await this.startSmaregi();
  }

  /** Another test may take the port between the draw and the start: then it draws again, where nobody named one. */
  async startSmaregi(draws = 3) {
    const program = join(binaries, 'tests', 'sandbox', 'smaregi', 'smaregi-sandbox');
    this.smaregiProcess = this.own(new Process('smaregi-sandbox', program,
      ['--port', String(this.smaregiPort), '--seed', String(this.seed)]));
    try {
      this.smaregi = await this.smaregiProcess.ready();
    } catch (error) {
      const again = this.smaregiProcess.exited && draws > 1 && this.options.smaregiPort === undefined && this.smaregi === undefined;
      if (!again) throw error;
      this.smaregiPort = await freePort();
      return this.startSmaregi(draws - 1);
    }
    this.smaregiApi = this.smaregi.api;
    if (this.options.relaySmaregi) {
      this.smaregiRelay = new Relay(this.smaregiPort);
      this.smaregiApi = `http://127.0.0.1:${await this.smaregiRelay.open()}`;
    }
  }

  async startShopify() {
    this.shopifyProcess = this.own(new Process('shopify-sandbox', process.execPath, [
      'tests/sandbox/shopify/main.mjs', '--port', String(this.options.shopifyPort ?? 0), '--app-url', this.server,
      '--client-id', this.keys.shopify_client_id, '--client-secret', this.keys.shopify_client_secret,
      '--shop', this.keys.shop, '--seed', String(this.seed)]));
    this.shopify = await this.shopifyProcess.ready();
  }

  async configureSmaregi() {
    await send('PUT', `${this.smaregi.control}/apps`, {
      client_id: this.keys.smaregi_client_id, client_secret: this.keys.smaregi_client_secret,
      redirect_uris: [`${this.server}/smaregi/callback`], webhook_url: `${this.server}/webhooks/smaregi`,
      webhook_header: 'X-Tsunagi-Webhook', webhook_secret: this.keys.smaregi_webhook_secret,
      scopes: ['openid', 'pos.customers:read', 'pos.customers:write', 'pos.transactions:read', 'pos.products:read', 'pos.stock:read', 'pos.stock:write', 'pos.stock-changes:read',
        'pos.stores:read'],
    });
    await send('PUT', `${this.smaregi.control}/contracts/${this.keys.contract_id}`, { name: '繋ぎ商店' });
    if (this.options.switches) await send('PUT', `${this.smaregi.control}/switches`, this.options.switches);
  }

  /** Also starts it again after a kill: same ports, same database. */
  async startServer(extraEnv = {}) {
    const config = this.config;
    this.writeConfig(config, this.serverPort, this.opsPort);
    const env = this.serverEnv();
    if (!existsSync(program)) throw new Error(`${program} is missing: run scripts/build`);
    const migrate = new Process('tsunagi-migrate', program, ['migrate', '--config', config], { env });
    const how = await migrate.end;
    if (how !== 0) throw new Error(`tsunagi migrate ended with ${how}: see ${migrate.log}`);
    this.serverProcess = this.launch(config, 'tsunagi', extraEnv);
    await this.serverReady(this.serverProcess, this.ops);
  }

  /** What it reads each minute it reads now: a server that starts does. */
  async readNow() {
    await this.serverProcess.stop();
    await this.startServer();
  }

  /** One more server on the same database, behind the same public address; it answers at `server`, its metrics are at `ops`. */
  async startPeer() {
    const [port, opsPort] = [await freePort(), await freePort()];
    const config = join(this.folder, `tsunagi-${port}.toml`);
    this.writeConfig(config, port, opsPort);
    const peer = { server: `http://127.0.0.1:${port}`, ops: `http://127.0.0.1:${opsPort}`, config, process: this.launch(config, `tsunagi-${port}`) };
    await this.serverReady(peer.process, peer.ops);
    return peer;
  }

  /** A server of a configuration that was written before; nobody has waited for it. */
  launch(config, name, extraEnv = {}) {
    return this.own(new Process(name, program, ['serve', '--config', config], { env: { ...this.serverEnv(), ...extraEnv } }));
  }

  serverReady(process, ops) {
    return until('the server to be ready', async () => {
      if (process.exited) throw new Error(`the server ended: see ${process.log}`);
      return (await fetch(`${ops}/readyz`)).ok;
    });
  }

  writeConfig(file, port, opsPort) {
    writeFileSync(file, `
[server]
listen = "127.0.0.1:${port}"
admin_listen = "127.0.0.1:${opsPort}"
public_url = "${this.server}"
assets = ${JSON.stringify(root)}
${this.options.threads ? `threads = ${this.options.threads}` : ''}
[database]
url = "${this.databaseUrl()}"
[shopify]
client_id = "${this.keys.shopify_client_id}"
admin_url = "${this.shopify.witnessed_admin_url ?? this.shopify.admin_url}"
app_bridge_url = "${this.shopify.admin}/app-bridge.js"
admin_frame = ["${this.shopify.admin}"]
[smaregi]
client_id = "${this.keys.smaregi_client_id}"
id_url = "${this.smaregiApi}"
api_url = "${this.smaregiApi}"
webhook_header = "X-Tsunagi-Webhook"
${this.options.mail ? `[mail]\nsmtp_url = "${this.options.mail.smtp_url}"\nfrom = "${this.options.mail.from}"` : ''}
[log]
level = "info"
file = "${this.logOf(port)}"
`);
  }

  get serverLog() { return this.logOf(this.serverPort); }

  logOf(port) { return join(root, 'build', 'logs', `tsunagi-${port}.log`); }

  get config() { return join(this.folder, 'tsunagi.toml'); }

  serverEnv() {
    return {
      ...process.env,
      TSUNAGI_SHOPIFY_CLIENT_SECRET: this.keys.shopify_client_secret,
      TSUNAGI_SMAREGI_CLIENT_SECRET: this.keys.smaregi_client_secret,
      TSUNAGI_SMAREGI_WEBHOOK_SECRET: this.keys.smaregi_webhook_secret,
      TSUNAGI_SECRET_KEY: this.keys.secret_key,
    };
  }

  /** A command of the operator's beside the server: its exit code and what it said. */
  tool(...args) {
    return new Promise((resolve) => {
      execFile(program, args, { env: this.serverEnv(), maxBuffer: 1 << 26 }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
    });
  }

  databaseUrl() { return this.options.database ?? `sqlite://${join(this.folder, 'tsunagi.db')}`; }

  own(child) {
    this.processes.push(child);
    return child;
  }

  async stop() {
    await this.smaregiRelay?.close();
    await Promise.all(this.processes.map((child) => child.stop()));
    await Promise.all(Object.values(this.witness ?? {}).map((witness) => witness.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What a stand-in was asked since its log was emptied: `stack.requestsOf(stack.smaregi)`. */
  async requestsOf(standIn) {
    const log = await send('GET', `${standIn.control}/requests`);
    return log.requests ?? log;  // Shopify's is the bare list
  }

  /** What events and answers left in the server's queues is worked off. */
  settled() {
    return until('the queues to be empty', async () => {
      const metrics = await (await fetch(`${this.ops}/metrics`)).text();
      const waiting = [...metrics.matchAll(/^tsunagi_queue_waiting\{[^}]*\} (\d+)/gm)].map(([, count]) => Number(count));
      return waiting.length === 2 && waiting.every((count) => count === 0);
    }, 20_000, 200);
  }

  signInUrl(customerId, returnTo = '/account') {
    return `${this.shopify.control}/sign-in?customer=${customerId}&return_to=${encodeURIComponent(returnTo)}`;
  }

  signOutUrl(returnTo = '/account') {
    return `${this.shopify.control}/sign-out?return_to=${encodeURIComponent(returnTo)}`;
  }
}

/** JSON over HTTP; an answer that is not 2xx is an error with its text. */
export async function send(method, url, body, headers = {}) {
  const reply = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}

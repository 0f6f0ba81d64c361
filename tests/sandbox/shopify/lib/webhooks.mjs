// Webhooks of shopify.app.toml: signed, five seconds at most, retried with the original payload (README.md, sources: webhooks).
import { randomUUID } from 'node:crypto';
import { parseGid } from './ids.mjs';
import { HttpError } from './http.mjs';
import { pause } from './faults.mjs';
import * as payloads from './payloads.mjs';
import { webhookHmac } from './signing.mjs';

const kTimeoutMs = 5000;
const kRetries = 8;
const kMaxLog = 10_000;
const kShuffled = 3;
const kShuffleMs = 150;
const kSwitches = ['drop', 'double', 'delay_ms', 'shuffle', 'wrong', 'backoff_ms', 'timeout_ms', 'metafields_fire_update', 'merge_fires_delete'];

/**
 * @typedef {{webhook_id: string, event_id: string, topic: string, url: string, body: string, at: number,
 *   attempts: {at: number, status: number|null, error: string|null, ms: number}[], done: boolean, ok: boolean}} Delivery
 */

export class Webhooks {
  /** @param {import('./sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    // Switches that tests turn. Whether a metafield write is a change of the customer (updatedAt, customers/update), and a merge customers/delete, is not confirmed: off unless told.
    this.switches = { drop: 0, double: false, delay_ms: 0, shuffle: false, wrong: false, timeout_ms: kTimeoutMs, backoff_ms: [200, 1000, 3000, 5000, 10000, 20000, 30000, 60000], metafields_fire_update: false, merge_fires_delete: false };
    /** @type {Delivery[]} */
    this.log = [];
    /** @type {Set<Promise<void>>} */
    this.open_ = new Set();
    /** @type {(() => Promise<void>)[]} */
    this.held_ = [];
    this.stopped_ = new AbortController();
  }

  /** @param {any} values */
  set(values) {
    const unknown = Object.keys(values).find((key) => !kSwitches.includes(key));
    if (unknown) throw new HttpError(400, `unknown webhook switch "${unknown}"`);
    if (values.backoff_ms && !Array.isArray(values.backoff_ms)) values.backoff_ms = Array(kRetries).fill(Number(values.backoff_ms));
    Object.assign(this.switches, values);
    if (!this.switches.shuffle) this.release_();
    return this.switches;
  }

  /** @param {string} topic @param {import('./store.mjs').Customer} row */
  customer(topic, row) {
    if (topic === 'customers_email_marketing_consent/update') return this.consent(row);
    const body = topic === 'customers/delete' ? payloads.deletedCustomer(row) : payloads.customer(row, this.box_.store.shop);
    this.fire(topic, body);
  }

  /** @param {string} ownerId */
  metafieldsWritten(ownerId) {
    const parsed = parseGid(ownerId);
    const row = parsed?.type === 'Customer' ? this.box_.store.customers.get(parsed.id) : undefined;
    if (!row || !this.switches.metafields_fire_update) return;
    row.updatedAt = new Date().toISOString();
    this.customer('customers/update', row);
  }

  /** What was added to a customer's tags and what was taken away, each a topic. @param {import('./store.mjs').Customer} row @param {string[]} before */
  tags(row, before) {
    const added = row.tags.filter((tag) => !before.includes(tag));
    const removed = before.filter((tag) => !row.tags.includes(tag));
    if (added.length > 0) this.fire('customer.tags_added', payloads.customerTags(row, added));
    if (removed.length > 0) this.fire('customer.tags_removed', payloads.customerTags(row, removed));
  }

  /** @param {import('./store.mjs').Customer} row */
  consent(row) {
    this.fire('customers_email_marketing_consent/update', payloads.emailConsent(row));
  }

  /** @param {import('./store.mjs').Customer} kept @param {import('./store.mjs').Customer} gone @param {string} job */
  merged(kept, gone, job) {
    this.fire('customers/merge', payloads.mergedCustomers(kept, gone, job));
    this.customer('customers/update', kept);
    if (this.switches.merge_fires_delete) this.customer('customers/delete', gone);
  }

  /** A compliance topic, as the platform sends it on request of a shopper or after an uninstall. @param {string} topic @param {number|null} customerId */
  compliance(topic, customerId) {
    const customer = customerId === null ? null : this.box_.store.customers.get(customerId) ?? null;
    if (topic !== 'shop/redact' && !customer && customerId === null) throw new HttpError(400, `${topic} needs a customer`);
    this.fire(topic, payloads.compliance(topic, this.box_.store.shop, customer ?? { id: customerId, email: null, phone: null }), true);
  }

  /**
   * @param {string} topic
   * @param {object} payload
   * @param {boolean} always also when the app is not installed
   */
  fire(topic, payload, always = false) {
    if (!this.box_.app.installed && !always) return 0;
    const wanted = this.box_.config.subscriptions.filter((one) => one.topic === topic);
    const eventId = randomUUID();
    for (const { path } of wanted) {
      if (this.switches.drop) {
        this.switches.drop = this.switches.drop === true ? true : Number(this.switches.drop) - 1;
        continue;
      }
      const webhookId = randomUUID();
      const copies = this.switches.double ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) this.start_({ topic, path, payload, webhookId, eventId });
    }
    return wanted.length;
  }

  /** @param {{topic: string, path: string, payload: object, webhookId: string, eventId: string}} about */
  start_({ topic, path, payload, webhookId, eventId }) {
    /** @type {Delivery} */
    const delivery = {
      webhook_id: webhookId, event_id: eventId, topic, url: new URL(path, this.box_.appUrl).href, body: JSON.stringify(payload),
      at: Date.now(), attempts: [], done: false, ok: false,
    };
    this.log.push(delivery);
    if (this.log.length > kMaxLog) this.log.shift();
    const run = () => /** @type {Promise<void>} */ (new Promise((tried) => this.track_(this.deliver_(delivery, tried))));
    if (!this.switches.shuffle) {
      void run();
      return;
    }
    // Shuffled: held back until three wait or nothing came for a moment, then sent in reverse.
    this.held_.push(run);
    if (this.held_.length >= kShuffled) this.release_();
    else setTimeout(() => this.release_(), kShuffleMs).unref();
  }

  release_() {
    const held = this.held_.splice(0).reverse();
    this.track_((async () => {
      for (const run of held) await run();
    })());
  }

  /** @param {Promise<void>} work */
  track_(work) {
    const promise = work.finally(() => this.open_.delete(promise));
    this.open_.add(promise);
  }

  /** @param {Delivery} delivery @param {() => void} tried called after the first attempt */
  async deliver_(delivery, tried) {
    if (this.switches.delay_ms) await pause(this.switches.delay_ms);
    for (let attempt = 0; attempt <= kRetries && !this.stopped_.signal.aborted; attempt += 1) {
      if (attempt > 0) await pause(this.switches.backoff_ms[attempt - 1] ?? 60_000);
      if (this.stopped_.signal.aborted) break;
      const accepted = await this.attempt_(delivery);
      tried();
      if (accepted) break;
    }
    tried();
    delivery.done = true;
  }

  /** One POST; true when the answer was 2xx. @param {Delivery} delivery */
  async attempt_(delivery) {
    const started = Date.now();
    /** @type {Delivery['attempts'][number]} */
    const attempt = { at: started, status: null, error: null, ms: 0 };
    delivery.attempts.push(attempt);
    const secret = this.switches.wrong ? 'not-the-secret' : this.box_.clientSecret;
    try {
      const response = await fetch(delivery.url, {
        method: 'POST', body: delivery.body, redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(this.switches.timeout_ms), this.stopped_.signal]),
        headers: {
          'content-type': 'application/json', 'user-agent': 'Shopify-Captain-Hook',
          'x-shopify-topic': delivery.topic, 'x-shopify-shop-domain': this.box_.store.shop.domain,
          'x-shopify-api-version': this.box_.config.webhooksVersion, 'x-shopify-webhook-id': delivery.webhook_id,
          'x-shopify-event-id': delivery.event_id, 'x-shopify-triggered-at': new Date(delivery.at).toISOString(),
          'x-shopify-hmac-sha256': webhookHmac(delivery.body, secret),
        },
      });
      await response.arrayBuffer();
      attempt.status = response.status;
      delivery.ok = response.ok;
    } catch (error) {
      attempt.error = error.cause?.message ?? error.message;
    }
    attempt.ms = Date.now() - started;
    return delivery.ok;
  }

  /** Resolves when nothing is on its way. */
  async idle() {
    this.release_();
    while (this.open_.size > 0) await Promise.all(this.open_);
  }

  stop() {
    this.stopped_.abort();
  }
}

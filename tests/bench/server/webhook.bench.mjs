// A webhook is on the disk before it is answered: how long that takes at 1,000 a second, signed, over HTTP, while the workers
// work them off; and how many a second the storage takes at its limit, beside SQLite alone, which commits the same rows to the
// same table with its indexes on one thread, as many at once. Medians of alternating runs.
import { execFileSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from '../../support/database.mjs';
import { median } from '../../support/figures.mjs';
import { root } from '../../support/processes.mjs';
import { connect } from '../../support/seed.mjs';
import { Stack } from '../../support/stack.mjs';

const kASecond = 1_000;
const kSeconds = 15;
const kWithinMs = 50;
const kConnections = 64;
const kBodyBytes = 1_400;  // of a customers/update, as in inbox.cpp
const kRounds = 5;
const kRoundSeconds = 3;
const kThreads = 128;
const kAtLeast = 0.8;
const program = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'bench', 'server', 'bench_inbox');

/** Milliseconds until it was answered with 200. */
const deliver = (agent, url, { body, headers }) => new Promise((resolve, reject) => {
  const began = performance.now();
  const post = request(url, { agent, method: 'POST', headers }, (reply) => {
    reply.resume();
    reply.on('end', () => (reply.statusCode === 200 ? resolve(performance.now() - began) : reject(new Error(`a webhook was answered with ${reply.statusCode}`))));
  });
  post.on('error', reject);
  post.end(body);
});

/** Signed before the clock runs. */
function webhooks(stack, count) {
  return Array.from({ length: count }, (_, i) => {
    const start = `{"id":${9_000_000_000 + i},"note":"`;
    const body = `${start}${'x'.repeat(kBodyBytes - start.length - 2)}"}`;
    return { body, headers: { 'content-type': 'application/json', 'content-length': String(kBodyBytes), 'x-shopify-topic': 'customers/update', 'x-shopify-shop-domain': stack.keys.shop,
      'x-shopify-webhook-id': randomUUID(), 'x-shopify-hmac-sha256': createHmac('sha256', stack.keys.shopify_client_secret).update(body).digest('base64') } };
  });
}

async function answered() {
  const stack = new Stack();
  const agent = new Agent({ keepAlive: true, maxSockets: kConnections });
  try {
    await stack.start();
    await connect(stack, () => {});
    const url = `${stack.server}/webhooks/shopify`;
    for (const webhook of webhooks(stack, kConnections)) await deliver(agent, url, webhook);  // warm
    const all = webhooks(stack, kASecond * kSeconds);
    const sent = [];
    const began = performance.now();
    for (const [i, webhook] of all.entries()) {
      const wait = began + (i * 1_000) / kASecond - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      sent.push(deliver(agent, url, webhook));
    }
    const times = (await Promise.all(sent)).sort((a, b) => a - b);
    const took = (performance.now() - began) / 1_000;
    const stored = query(stack, "select count(*) as n from inbox where type = 'customers/update'")[0].n;
    if (stored !== all.length + kConnections) throw new Error(`${stored} of ${all.length} are stored`);
    const at = (part) => times[Math.floor(times.length * part)];
    console.error(`  ${(times.length / took).toFixed(0)} a second: p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms, longest ${times.at(-1).toFixed(1)} ms`);
    return { name: `webhook on the disk and answered at ${Math.round(times.length / took)} a second, p99 in ms`, ours: at(0.99), peer: kWithinMs, peer_name: 'limit', ratio: at(0.99) / kWithinMs, goal: '< 1',
      holds: at(0.99) < kWithinMs && times.length / took > kASecond * 0.98 };
  } finally {
    agent.destroy();
    await stack.stop();
  }
}

/** The file goes before the other's turn: what the disk still has to write of it would be counted there. */
function once(who, width) {
  const folder = mkdtempSync(join(tmpdir(), 'tsunagi-bench-'));
  try {
    return JSON.parse(execFileSync(program, [who, join(folder, 'tsunagi.db'), String(width), String(kRoundSeconds)], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stored() {
  let { batch } = once('ours', kThreads);  // warm
  const rounds = Array.from({ length: kRounds }, (_, i) => {
    const figures = {};
    for (const who of i % 2 === 0 ? ['ours', 'raw'] : ['raw', 'ours']) {
      figures[who] = once(who, who === 'ours' ? kThreads : Math.round(batch));
      if (who === 'ours') ({ batch } = figures.ours);
    }
    return figures;
  });
  console.error(`  mean batch ${rounds.map(({ ours }) => ours.batch)}; a second ${rounds.map(({ ours, raw }) => `${ours.a_second}/${raw.a_second}`)}`);
  const ratio = median(rounds.map(({ ours, raw }) => ours.a_second / raw.a_second));
  return { name: 'webhooks stored a second', ours: median(rounds.map(({ ours }) => ours.a_second)), peer: median(rounds.map(({ raw }) => raw.a_second)),
    peer_name: `SQLite alone, ${Math.round(median(rounds.map(({ ours }) => ours.batch)))} a commit`, ratio, goal: `>= ${kAtLeast}`, holds: ratio >= kAtLeast };
}

export const run = async () => [await answered(), stored()];

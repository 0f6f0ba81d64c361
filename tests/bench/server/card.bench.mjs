// What a signed card request costs, warm, with the request log and the metrics on: beside a bare hello of the same HTTP
// library on a pool of the same size, and beside Node's http with better-sqlite3. Medians of alternating runs by wrk.
// Also: memory at rest, and the time from start to ready.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../../support/figures.mjs';
import { proxyPath, sign } from '../../support/proxy.mjs';
import { Process, root } from '../../support/processes.mjs';
import { seed } from '../../support/seed.mjs';
import { Stack } from '../../support/stack.mjs';

const kRounds = 5;
const kSeconds = 3;
const kThreads = 128;
const kConnections = 8;
const kStarts = 7;
const kMembers = 1_000;  // of the peer's database; ours holds fewer rows but the same tables
const binaries = process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release');
const peerFolder = join(root, 'tests', 'bench', 'server', 'peer');

function wrk(url) {
  const out = execFileSync('wrk', ['-t1', `-c${kConnections}`, `-d${kSeconds}s`, '--latency', url], { encoding: 'utf8' });
  if (/Non-2xx/.test(out)) throw new Error(`${url}: ${out}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]);
}

/** Node packages of the peer, built once for this machine; null when that is not possible here. */
function peerReady() {
  const built = join(peerFolder, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  if (existsSync(built)) return true;
  try {
    console.error('bench: building better-sqlite3 for the peer (about two minutes)');
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: peerFolder, stdio: 'inherit' });
    // npm's own node-gyp with the headers beside this Node: nothing is fetched for the build.
    const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
    const gyp = join(npm, '..', '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    const headers = join(process.execPath, '..', '..');
    execFileSync(process.execPath, [gyp, 'rebuild', '--release', `--nodedir=${headers}`],
      { cwd: join(peerFolder, 'node_modules', 'better-sqlite3'), stdio: 'ignore' });
  } catch (error) {
    console.error(`bench: better-sqlite3 cannot be built here: ${error.message}`);
  }
  return existsSync(built);
}

async function startPeer(folder, shop, secret) {
  const file = join(folder, 'peer.db');
  execFileSync(process.execPath, [join(peerFolder, 'fill.mjs'), file, shop, String(kMembers)]);
  const peer = new Process('bench-peer', process.execPath, [join(peerFolder, 'peer.mjs'), file, secret]);
  const { port } = await peer.ready();
  return { peer, port };
}

const ready = (url) => new Promise((resolve) => {
  get(url, (reply) => { reply.resume(); resolve(reply.statusCode === 200); }).on('error', () => resolve(false));
});

/** Milliseconds from starting the process until /readyz answers. */
async function startToReady(stack) {
  const times = [];
  const memory = [];
  const env = { ...process.env, TSUNAGI_SHOPIFY_CLIENT_SECRET: stack.keys.shopify_client_secret, TSUNAGI_SMAREGI_CLIENT_SECRET: stack.keys.smaregi_client_secret,
    TSUNAGI_SMAREGI_WEBHOOK_SECRET: stack.keys.smaregi_webhook_secret, TSUNAGI_SECRET_KEY: stack.keys.secret_key };
  for (let i = 0; i < kStarts; ++i) {
    const began = performance.now();
    const child = spawn(join(binaries, 'server', 'tsunagi'), ['serve', '--config', join(stack.folder, 'tsunagi.toml')], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    while (!(await ready(`${stack.ops}/readyz`))) {
      if (child.exitCode !== null || performance.now() - began > 10_000) throw new Error('the server did not start');
    }
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    memory.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024);
    child.kill('SIGTERM');
    await ended;
  }
  return { start: median(times), memory: median(memory) };
}

export async function run() {
  const stack = new Stack({ threads: kThreads });
  const folder = mkdtempSync(join(tmpdir(), 'tsunagi-bench-'));
  const others = [];
  try {
    await stack.start();
    const data = await seed(stack, undefined, { products: 3, members: 7, sales: 3 });
    const hello = new Process('bench-hello', join(binaries, 'tests', 'bench', 'server', 'bench_hello'), [String(kThreads)]);
    others.push(hello);
    const bare = `http://127.0.0.1:${(await hello.ready()).port}/hello`;
    const card = () => stack.server + proxyPath(stack, '/card.json', { customer: String(data.joined[0].id) });
    let peer = null;
    if (peerReady()) {
      const started = await startPeer(folder, stack.keys.shop, stack.keys.shopify_client_secret);
      others.push(started.peer);
      peer = () => {
        const fields = { shop: stack.keys.shop, logged_in_customer_id: '7', path_prefix: '/apps/tsunagi', timestamp: String(Math.floor(Date.now() / 1000)) };
        return `http://127.0.0.1:${started.port}/card.json?${new URLSearchParams({ ...fields, signature: sign(fields, stack.keys.shopify_client_secret) })}`;
      };
    }
    wrk(card());  // warm
    const figures = { ours: [], bare: [], peer: [] };
    for (let round = 0; round < kRounds; ++round) {
      figures.bare.push(wrk(bare));
      figures.ours.push(wrk(card()));
      if (peer) figures.peer.push(wrk(peer()));
    }
    const ours = median(figures.ours);
    const rows = [{ name: 'signed card requests a second', ours, peer: median(figures.bare), peer_name: 'bare cpp-httplib hello',
      ratio: median(figures.ours.map((value, i) => value / figures.bare[i])), goal: '>= 0.6' }];
    rows[0].holds = rows[0].ratio >= 0.6;
    const ratio = peer ? median(figures.ours.map((value, i) => value / figures.peer[i])) : null;
    rows.push({ name: 'signed card requests a second', ours, peer: peer ? median(figures.peer) : null,
      peer_name: peer ? 'Node http + better-sqlite3' : 'better-sqlite3 could not be built', ratio, goal: '>= 1.5', holds: ratio !== null && ratio >= 1.5 });
    await stack.serverProcess.stop();
    const { start, memory } = await startToReady(stack);
    rows.push({ name: 'server memory at rest, MB', ours: memory, peer: 40, peer_name: 'limit', ratio: memory / 40, goal: '<= 1', holds: memory <= 40 });
    rows.push({ name: 'start to ready, ms', ours: start, peer: 300, peer_name: 'limit', ratio: start / 300, goal: '<= 1', holds: start <= 300 });
    return rows;
  } finally {
    await Promise.all(others.map((child) => child.stop()));
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

// A grown programme answers as fast as a small one: signed card and stock requests, one after the other, to a server with
// 1,000 members and 30 shops and to one with 100 times the members and 10 times the shops, in turn. The same number of
// members asks in both, drawn at random. Smaregi is down, so that what is measured is our own book.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../support/figures.mjs';
import { proxyPath } from '../../support/proxy.mjs';
import { root } from '../../support/processes.mjs';
import { seed } from '../../support/seed.mjs';
import { Stack } from '../../support/stack.mjs';

const kSizes = { small: { members: 1_000, shops: 30 }, grown: { members: 100_000, shops: 300 } };
const kAsking = 1_000;
const kProducts = 200;
const kFirstBarcode = 4_800_000_000_000;  // as in fill.cpp
const kStarts = 4;  // of each server: one and the same request is a tenth faster or slower from start to start
const kRounds = 4;  // of a start, in alternating order, so that what else the machine does meets both alike
const kSeconds = 2;   // longer than the book trusts a row: most of it is read from the database
const kAtMost = 1.1;
const binaries = process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release');

async function programme({ members, shops }) {
  const stack = new Stack();
  await stack.start();
  await seed(stack, undefined, { products: 3, members: 7, sales: 0 });
  await stack.serverProcess.stop();
  await stack.smaregiProcess.stop();
  execFileSync(join(binaries, 'tests', 'bench', 'server', 'bench_fill'), [stack.databaseUrl(), stack.keys.shop, String(members), String(shops)], { stdio: 'inherit' });
  await stack.startServer();
  const asking = Array.from({ length: kAsking }, () => stack.random.between(1, members));
  return { stack, asking };
}

/** Microseconds a request, by wrk on one connection over every path in turn. */
function latency(stack, name, paths) {
  const script = join(stack.folder, `${name}.lua`);
  writeFileSync(script, `local paths = {${paths.map((path) => `"${path}"`).join(',')}}\nlocal at = 0\nrequest = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end\n`);
  const out = execFileSync('wrk', ['-t1', '-c1', `-d${kSeconds}s`, '-s', script, stack.server], { encoding: 'utf8' });
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(out);
  return 1e6 / Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]);
}

const kinds = {
  'card request': ({ stack, asking }) => asking.map((id) => proxyPath(stack, '/card.json', { customer: String(id) })),
  'stock request': ({ stack }) => Array.from({ length: kProducts }, (_, i) => proxyPath(stack, '/stock.json', { extra: { barcode: String(kFirstBarcode + i + 1) } })),
};

export async function run() {
  const programmes = {};
  try {
    for (const [size, wanted] of Object.entries(kSizes)) programmes[size] = await programme(wanted);
    const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, { small: [], grown: [] }]));
    for (let start = 0; start < kStarts; ++start) {
      for (const { stack } of Object.values(programmes)) {
        await stack.serverProcess.stop();
        await stack.startServer();
      }
      for (const [name, paths] of Object.entries(kinds)) {
        for (let round = 0; round <= kRounds; ++round) {
          for (const [size, one] of round % 2 ? Object.entries(programmes) : Object.entries(programmes).reverse()) {
            const time = latency(one.stack, size, paths(one));
            if (round > 0) times[name][size].push(time);  // the first warms up
          }
        }
      }
    }
    return Object.entries(times).map(([name, { small, grown }]) => {
      const [ours, peer] = [median(grown), median(small)];
      const ratio = ours / peer;
      return { name: `${name}, 100,000 members and 300 shops, in µs`, ours, peer, peer_name: '1,000 members and 30 shops', ratio, goal: `<= ${kAtMost}`, holds: ratio <= kAtMost };
    });
  } finally {
    for (const { stack } of Object.values(programmes)) await stack.stop();
  }
}

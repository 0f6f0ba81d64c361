// Pick-ups: how many a second are promised, beside TPC-B on the same PostgreSQL; and what asking for a whole cart costs, beside
// one indexed query of the same stock rows by the database's own client library, in a small and in a grown book.
//
// A reservation is a transaction of its own, no batches: it reads the shop and the product, locks the stock row, sums what is
// held, and writes five rows (pick-up, line, deed, mail, outbox item) with twelve index entries. TPC-B writes four (three updates,
// one insert).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, stopPostgres } from '../../support/database.mjs';
import { median } from '../../support/figures.mjs';
import { root } from '../../support/processes.mjs';

const kScale = 50;
const kClients = 8;
const kSeconds = 5;
const kShops = 100;
const kLines = 10;
const kCarts = 300;
const kRounds = 5;  // in alternating order; one more before them warms up
const kAtLeast = 0.5;
const kCartAtMost = 3;
const kGrowthAtMost = 1.2;
const kProducts = { small: 10, grown: 10_000 };
const program = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'bench', 'server', 'bench_pickups');

const ours = (...args) => {
  const out = execFileSync(program, args.map(String), { encoding: 'utf8' });
  return out ? JSON.parse(out) : {};
};
const psql = (url, ...commands) => execFileSync('psql', ['-Xq', url, ...commands.flatMap((command) => ['-c', command])]);
/** pgbench stands beside the server, not on the path. */
const pgbench = (url, ...args) => {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  const { hostname, port, username } = new URL(url);
  return execFileSync(join('/usr/lib/postgresql', versions[0], 'bin', 'pgbench'), [...args, '-h', hostname, '-p', port, '-U', username, 'tpcb'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
};

/** As after a day: what was promised is closed, and both start from a checkpoint. */
const tidy = (url) => psql(url, 'UPDATE pickup SET is_open = 0', 'UPDATE pickup_line SET held = 0', 'VACUUM ANALYZE pickup, pickup_line, pickup_deed', 'CHECKPOINT');

function reservations() {
  const url = startPostgres();
  try {
    psql(url, 'CREATE DATABASE tpcb');
    pgbench(url, '-q', '-i', '-s', String(kScale));
    ours('fill', url, kProducts.grown / 10, kShops);
    psql(url, 'VACUUM ANALYZE');
    const [mine, theirs] = [[], []];
    for (let round = 0; round <= kRounds; ++round) {
      tidy(url);
      const mineNow = ours('reserve', url, kProducts.grown / 10, kShops, 1, kClients, kSeconds).a_second;
      psql(url, 'CHECKPOINT');
      const theirsNow = Number(/tps = ([\d.]+)/.exec(pgbench(url, '-n', '-c', String(kClients), '-j', '2', '-M', 'prepared', '-T', String(kSeconds)))[1]);
      if (round === 0) continue;
      mine.push(mineNow);
      theirs.push(theirsNow);
    }
    const ratio = median(mine) / median(theirs);
    return { name: `reservations a second on PostgreSQL, ${kClients} at once`, ours: median(mine), peer: median(theirs), peer_name: `pgbench TPC-B, scale ${kScale}`, ratio, goal: `>= ${kAtLeast}`, holds: ratio >= kAtLeast };
  } finally {
    stopPostgres(url);
  }
}

function carts() {
  const folder = mkdtempSync(join(tmpdir(), 'tsunagi-carts-'));
  try {
    const times = Object.fromEntries(Object.entries(kProducts).map(([size, products]) => {
      const url = `sqlite://${join(folder, `${size}.db`)}`;
      ours('fill', url, products, kShops);
      return [size, { url, products, rounds: [] }];
    }));
    for (let round = 0; round <= kRounds; ++round) {
      const sizes = Object.values(times);
      for (const { url, products, rounds } of round % 2 ? sizes : sizes.reverse()) {
        const figures = ours('cart', url, products, kShops, kLines, kCarts);
        if (figures.rows !== kLines * kShops) throw new Error(JSON.stringify(figures));
        if (round > 0) rounds.push(figures);
      }
    }
    const of = (size, figure) => median(times[size].rounds.map((each) => each[figure]));
    const [small, grown, raw] = [of('small', 'ours_us'), of('grown', 'ours_us'), of('grown', 'raw_us')];
    const rows = (size) => (kProducts[size] * kShops).toLocaleString('en');
    return [
      { name: `cart of ${kLines} lines over ${kShops} shops, in µs`, ours: grown, peer: raw, peer_name: 'one indexed query of its rows', ratio: grown / raw, goal: `<= ${kCartAtMost}`, holds: grown <= kCartAtMost * raw },
      { name: `the same with ${rows('grown')} stock rows, in µs`, ours: grown, peer: small, peer_name: `with ${rows('small')}`, ratio: grown / small, goal: `<= ${kGrowthAtMost}`, holds: grown <= kGrowthAtMost * small },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const run = async () => [reservations(), ...carts()];

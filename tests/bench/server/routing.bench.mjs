// How fast orders are routed to the shops that send them, the trace of every shop included: medians over scarce stock, where
// many orders must be split and of some it is proven that nobody can.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../../support/figures.mjs';
import { root } from '../../support/processes.mjs';

const kOrders = 1_000;
const kShops = 100;
const kParcels = 3;
const kSeed = 7;
const kRounds = 5;
const kWithinSeconds = 1;
const program = join(process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release'), 'tests', 'bench', 'server', 'bench_routing');

function routed(least, most) {
  const rounds = Array.from({ length: kRounds }, () =>
    JSON.parse(execFileSync(program, [kOrders, kShops, least, most, kParcels, kSeed].map(String), { encoding: 'utf8' })));
  const [{ whole, split, nobody, unproven }] = rounds;
  const ours = median(rounds.map(({ seconds }) => seconds));
  const lines = least === most ? `${most}` : `${least} to ${most}`;
  console.error(`  ${lines} lines, seed ${kSeed}: ${Math.round(kOrders / ours)} orders a second; ${whole} whole, ${split} split, ${nobody} nobody's, ${unproven} not proven`);
  return { name: `${kOrders} orders of ${lines} lines routed over ${kShops} shops, in s`, ours, peer: kWithinSeconds, peer_name: 'limit', ratio: ours / kWithinSeconds, goal: `<= ${kWithinSeconds}`,
    holds: ours <= kWithinSeconds && unproven === 0 };
}

export const run = async () => [routed(1, 5), routed(10, 10)];

// A grown programme reads as fast as a small one: 100 times the members, 10 times the shops. See growth.cpp.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../support/processes.mjs';

const kAtMost = 1.1;
const binaries = process.env.TSUNAGI_BUILD ?? join(root, 'build', 'release');

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'tsunagi-growth-'));
  try {
    const figures = JSON.parse(execFileSync(join(binaries, 'tests', 'bench', 'server', 'bench_growth'), [folder], { encoding: 'utf8' }));
    return [['card read, ns', figures.card, '1,000 members and 30 shops, against 100,000 and 300'],
      ['stock view, ns', figures.stock, '1,000 members and 30 shops, against 100,000 and 300']]
      .map(([name, [small, grown], peer]) => ({ name: `${name}, grown programme`, ours: grown, peer: small, peer_name: peer, ratio: grown / small,
        goal: `<= ${kAtMost}`, holds: grown / small <= kAtMost }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Servers are killed (SIGKILL) at named points and at random, on both databases at once, while people buy, join, are edited at
// both platforms and leave with points (tests/support/kill-run.mjs). What was acknowledged takes effect once; of what nobody can
// know a person is asked.
import { describe, test } from 'node:test';
import { KillRun } from '../support/kill-run.mjs';

const full = Boolean(process.env.TSUNAGI_FULL);
const kSize = full
  ? { kills: 500, named: 104, joins: 100, leavings: 70, everyMs: { gossip: 200, buy: 700, edit: 900, press: 5_000, leave: 40_000 } }
  : { kills: 15, named: 8, joins: 12, leavings: 10, everyMs: { gossip: 60, buy: 500, edit: 600, press: 1_200, leave: 4_000 } };
const kRuns = [
  { kind: 'sqlite', servers: 1, share: full ? [0, 1] : [0, 2] },
  { kind: 'postgresql', servers: 2, share: full ? [0, 1] : [1, 2] },  // one is killed while the other goes on
];

describe(`${kSize.kills * kRuns.length} kills`, { concurrency: kRuns.length }, () => {
  for (const how of kRuns) {
    test(`${how.kind}: nothing that was acknowledged is lost, done twice or repeated blindly`, async (t) => {
      const run = new KillRun({ ...kSize, ...how });
      t.after(() => run.stop());
      await run.start();
      await run.run();
      console.log(`# ${run.summary()}`);
      await run.check();
    });
  }
});

// Figures from a seed, so that a run can be repeated: SEED=… in the environment, else a new one each time.
import { randomInt } from 'node:crypto';

export const newSeed = () => Number(process.env.SEED) || randomInt(1, 2 ** 31);

/** mulberry32: 32 bits of state, good enough to make data with. */
export class SeededRandom {
  constructor(seed) { this.state = seed >>> 0; }

  /** An integer from 0 to limit - 1. */
  below(limit) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  between(low, high) { return low + this.below(high - low + 1); }
  pick(list) { return list[this.below(list.length)]; }
  chance(percent) { return this.below(100) < percent; }
  digits(count) { return Array.from({ length: count }, () => this.below(10)).join(''); }
}

// Starts real processes on loopback and stops every one of them again, whatever happens.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

const kReadyWithinMs = 30_000;
const kStopWithinMs = 10_000;
const kFirstPort = 10_000;  // all of them below those that the system gives to outgoing connections
const kPortSlices = 64;     // test files run beside each other: each draws from a slice of its own
const kPortsInASlice = 340;
const slice = kFirstPort + (process.pid % kPortSlices) * kPortsInASlice;
const given = new Set();    // what was drawn and may not be listened at yet

/** A loopback port that was free a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    const draw = () => {
      let port = randomInt(slice, slice + kPortsInASlice);
      while (given.has(port)) port = randomInt(slice, slice + kPortsInASlice);
      given.add(port);
      if (given.size > kPortsInASlice / 2) given.clear();  // the first of them are in use, or free again
      probe.listen(port, '127.0.0.1');
    };
    probe.on('error', draw);
    probe.on('listening', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
    draw();
  });
}

/** Resolves with the first truthy answer of `ask`; throws what it was waiting for after `withinMs`. */
export async function until(what, ask, withinMs = 10_000, everyMs = 50) {
  const deadline = Date.now() + withinMs;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${withinMs} ms for ${typeof what === 'function' ? what() : what}${last ? `: ${last.message ?? last}` : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** One child process with its log in build/logs. */
export class Process {
  constructor(name, command, args, options = {}) {
    this.name = name;
    const logs = join(root, 'build', 'logs');
    mkdirSync(logs, { recursive: true });
    this.log = join(logs, `${name}.log`);
    this.exited = false;
    const out = createWriteStream(this.log, { flags: 'a' });
    this.child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stderr.pipe(out, { end: false });
    this.lines = createInterface({ input: this.child.stdout });
    this.lines.on('line', (line) => out.writable && out.write(`${line}\n`));
    this.child.on('close', () => setImmediate(() => out.end()));
    this.end = new Promise((resolve) => {
      this.child.on('error', (error) => { this.exited = true; resolve(error); });
      this.child.on('exit', (code, signal) => { this.exited = true; resolve(signal ?? code); });
    });
  }

  /** The JSON line a stand-in prints when it is ready. */
  ready() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.name} was not ready within ${kReadyWithinMs} ms: see ${this.log}`)), kReadyWithinMs);
      this.lines.on('line', (line) => {
        if (!line.startsWith('{')) return;
        clearTimeout(timer);
        resolve(JSON.parse(line));
      });
      this.end.then((how) => { clearTimeout(timer); reject(new Error(`${this.name} ended (${how}): see ${this.log}`)); });
    });
  }

  async stop(signal = 'SIGTERM') {
    if (this.exited) return this.end;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), kStopWithinMs);
    const how = await this.end;
    clearTimeout(timer);
    return how;
  }
}

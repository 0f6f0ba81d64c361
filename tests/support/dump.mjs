// Everything that a server's database holds, as text: to look for what must not be there.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.mjs';

const kPostgres = '/usr/lib/postgresql';
const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
const postgresTool = (name) => join(kPostgres, readdirSync(kPostgres).sort().at(-1), 'bin', name);

/** @param {string} url of the database */
export function dump(url) {
  if (url.startsWith('sqlite://')) return execFileSync('sqlite3', ['-readonly', url.replace('sqlite://', ''), '.timeout 5000', '.dump'], options);
  return execFileSync(postgresTool('pg_dump'), ['--data-only', '--inserts', url], options);
}

/** A throw-away PostgreSQL server: {url, stop}. */
export function postgres() {
  const script = join(root, 'tests', 'support', 'postgres.sh');
  const url = execFileSync(script, ['start'], options).trim();
  return { url, stop: () => execFileSync(script, ['stop', url], options) };
}

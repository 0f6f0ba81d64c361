// Looks into the server's database from outside, read only: tests compare, they never write.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './processes.mjs';

const kServer = join(root, 'tests', 'support', 'postgres.sh');
/** A throw-away PostgreSQL server: its address, for `new Stack({ database })`. */
export const startPostgres = () => execFileSync(kServer, ['start'], { encoding: 'utf8' }).trim();
export const stopPostgres = (address) => execFileSync(kServer, ['stop', address]);

export function query(stack, sql) {
  if (stack.databaseUrl().startsWith('postgresql://')) {
    return JSON.parse(execFileSync('psql', ['-XAtq', '-c', `select coalesce(json_agg(rows), '[]') from (${sql}) rows`, stack.databaseUrl()], { encoding: 'utf8', maxBuffer: 1 << 28 }));
  }
  const file = stack.databaseUrl().replace('sqlite://', '');
  const out = execFileSync('sqlite3', ['-readonly', '-json', file, '.timeout 5000', sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return out.trim() === '' ? [] : JSON.parse(out);
}

/** {table: rows} of every table. */
export function rowCounts(stack) {
  const tables = query(stack, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name");
  return Object.fromEntries(tables.map(({ name }) => [name, query(stack, `select count(*) as n from "${name}"`)[0].n]));
}

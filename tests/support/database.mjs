// Looks into the server's SQLite file from outside, read only: tests compare, they never write.
import { execFileSync } from 'node:child_process';

export function query(stack, sql) {
  const file = stack.databaseUrl().replace('sqlite://', '');
  const out = execFileSync('sqlite3', ['-readonly', '-json', file, '.timeout 5000', sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return out.trim() === '' ? [] : JSON.parse(out);
}

/** {table: rows} of every table. */
export function rowCounts(stack) {
  const tables = query(stack, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name");
  return Object.fromEntries(tables.map(({ name }) => [name, query(stack, `select count(*) as n from "${name}"`)[0].n]));
}

// Runs every benchmark below this folder and writes build/bench.json: [{name, ours, peer, peer_name, ratio, goal, holds}].
// A benchmark is a module that exports `run(): Promise<Row[]>`; name some on the command line to run only those, the rows of the
// others then stay in the file as they were.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/processes.mjs';

const here = join(root, 'tests', 'bench');
const wanted = process.argv.slice(2);
const modules = readdirSync(here, { recursive: true }).map(String)
  .filter((file) => file.endsWith('.bench.mjs') && (wanted.length === 0 || wanted.some((name) => file.includes(name)))).sort();

const rows = [];
for (const file of modules) {
  const { run } = await import(pathToFileURL(join(here, file)).href);
  console.error(`… ${relative(here, join(here, file))}`);
  rows.push(...await run());
}
const show = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? ''));
const columns = ['name', 'ours', 'peer', 'peer_name', 'ratio', 'goal', 'holds'];
const table = [columns, ...rows.map((row) => columns.map((column) => show(row[column])))];
const widths = columns.map((_, i) => Math.max(...table.map((line) => line[i].length)));
for (const line of table) console.log(line.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
mkdirSync(join(root, 'build'), { recursive: true });
const written = join(root, 'build', 'bench.json');
const measured = new Set(rows.map(({ name }) => name));
const others = wanted.length && existsSync(written) ? JSON.parse(readFileSync(written, 'utf8')).filter(({ name }) => !measured.has(name)) : [];
writeFileSync(written, `${JSON.stringify([...others, ...rows], null, 1)}\n`);
const broken = rows.filter((row) => !row.holds);
console.log(broken.length ? `${broken.length} of ${rows.length} do not hold` : `all ${rows.length} hold`);
process.exit(broken.length || rows.length === 0 ? 1 : 0);

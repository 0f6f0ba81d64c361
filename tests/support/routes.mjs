// Every address that the server answers at, as its code registers them: who asks all of them cannot forget a new one.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.mjs';

const kFolder = join(root, 'server', 'http');
// Literals that look like an address of ours and are none: parts of one, Shopify's, defaults.
const kNoRoutes = new Set(['/admin/', '/admin/api', '/admin/api/', '/admin/apps/', '/admin/customers', '/admin/customers/', '/apps/tsunagi', '/card-guard', '/proxy', '/proxy/', '/staff/', '/staff/api', '/staff/api/', '/webhooks/']);
const kMerchantRow = /\{("[\w/-]+"|k\w+), "[A-Z]+", "[A-Z, ]+", \w+\}/g;
const kProxyRow = /\{"(\/[^"]*)",\s*"\/proxy[^"]*",\s*"([A-Z]+)",\s*Who::k(\w+)/g;

/**
 * @returns {{path: string, method: string | null, signedIn: boolean}[]} in the order of their addresses; method null: the code
 * decides elsewhere
 */
export function routes() {
  const found = new Map();
  const add = (path, method = null, signedIn = false) => found.set(`${method} ${path}`, { path, method, signedIn });
  const texts = readdirSync(kFolder).filter((file) => /\.(cpp|h)$/.test(file)).map((name) => readFileSync(join(kFolder, name), 'utf8').replace(/\/\/.*$/gm, ''));
  const named = new Map(texts.flatMap((text) => [...text.matchAll(/constexpr std::string_view (k\w+) = "([^"]*)"/g)].map(([, name, value]) => [name, value])));
  const said = (word) => (word.startsWith('"') ? word.slice(1, -1) : named.get(word));
  for (const text of texts) {
    const rest = text.replace(kProxyRow, (_, path, method, who) => (add(`/proxy${path}`, method, who === 'SignedIn'), ''));
    for (const [, what] of rest.matchAll(/\bwhat(?: == |\.starts_with\()("[^"]+"|k\w+)/g)) add(`/admin/api/${said(what)}`);
    for (const [, what] of rest.matchAll(kMerchantRow)) add(`/admin/api/${said(what)}`);
    for (const [, path] of rest.matchAll(/"(\/[a-z][\w./-]*)"/g)) {
      if (!kNoRoutes.has(path) && !path.startsWith('/proxy/')) add(path);
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The addresses that ARCHITECTURE.md promises. */
export function promisedRoutes() {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (`(?:GET|POST) \/proxy\/.*?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/\/proxy\/[\w./-]+/g)].map(([path]) => path.replace(/NAME-HASH\.EXT$/, '')));
  const admin = [...(/`\/admin\/api\/\*`[\s\S]*?\n\n/.exec(text)?.[0] ?? '').matchAll(/`(?:GET|PUT|POST|DELETE) ([a-z][\w/-]*)`/g)].map(([, what]) => `/admin/api/${what.replace(/\/ID$/, '/')}`);
  const others = [...text.matchAll(/`(?:GET|POST) (\/(?:admin|webhooks|smaregi)[\w/]*)/g)].map(([, path]) => path);
  return [...new Set([...rows, ...admin, ...others])].sort();
}

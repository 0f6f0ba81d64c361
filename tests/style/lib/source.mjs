// Where a line of C++ may reach, calls that are banned, and files that have grown too long.
import { at, codeOnly } from './files.mjs';

/**
 * The table "Where a line belongs" of ARCHITECTURE.md: folder → folders it may include, itself and what those may too.
 * @param {string} architecture
 * @returns {Map<string, Set<string>>}
 */
export function arrows(architecture) {
  const rows = [...architecture.matchAll(/^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$/gm)];
  const folders = rows.flatMap(([, names, links]) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, links: links.trim() })));
  const short = new Map(folders.map(({ name }) => [name.split('/').at(-1), name]));
  const direct = new Map(folders.map(({ name, links }) => [name, links === 'all' ? folders.map((one) => one.name)
    : links.split(/,\s*/).map((link) => short.get(link)).filter(Boolean)]));
  const reach = (name, seen = new Set()) => {
    if (!seen.has(name)) {
      seen.add(name);
      for (const next of direct.get(name) ?? []) reach(next, seen);
    }
    return seen;
  };
  return new Map(folders.map(({ name }) => [name, reach(name)]));
}

/** @param {Map<string, string>} files @param {Map<string, Set<string>>} allowed */
export function lintArrows(files, allowed) {
  const folderOf = (path) => [...allowed.keys()].filter((name) => path === name || path.startsWith(`${name}/`)).sort((a, b) => b.length - a.length)[0];
  const problems = [];
  for (const [path, text] of files) {
    const from = folderOf(path);
    if (!from || from === 'tests') continue;
    for (const match of text.matchAll(/^\s*#include\s+"([^"]+)"/gm)) {
      const to = folderOf(match[1]);
      const beside = `${path.split('/').slice(0, -1).join('/')}/${match[1]}`;
      if (!to && files.has(beside)) problems.push(`${at(path, text, match.index)}: "${match[1]}" is not written from the top of the tree`);
      else if (to && !allowed.get(from).has(to)) problems.push(`${at(path, text, match.index)}: ${from} may not include ${to} (ARCHITECTURE.md, "Where a line belongs")`);
    }
  }
  return problems;
}

const inFolder = (...folders) => (path) => folders.some((folder) => path.startsWith(`${folder}/`));
const cpp = (path) => /\.(cpp|h)$/.test(path);
const script = (path) => /\.m?js$/.test(path);
const shipped = (path) => script(path) && inFolder('theme-extension', 'liquid', 'wasm', 'server/http/staff')(path) && !path.endsWith('.mjs');

/** What is banned, where, and what to do instead. */
export const kBans = [
  { where: cpp, what: /\b(?:std::)?(?:system|popen|gets|strcpy|strcat|sprintf|strtok)\s*\(/, instead: 'no shell, no unbounded copy' },
  { where: (path) => cpp(path) && /^tests\/(?!sandbox\/)/.test(path), what: /\bsleep_(?:for|until)\s*\(|\bu?sleep\s*\(/, instead: 'wait for the condition' },
  { where: inFolder('wasm/core'), what: /#include <(?:chrono|thread|mutex|iostream|fstream|filesystem|random|ctime|atomic)>/, instead: 'the core has no clock and no I/O: pass it in' },
  { where: inFolder('server/domain'), what: /#include <(?:httplib\.h|soci|sqlite3\.h|openssl|spdlog|prometheus|libpq)/, instead: 'the domain reaches the machine through ports.h' },
  { where: (path) => cpp(path) && inFolder('wasm', 'server')(path), what: /\bcatch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}/, instead: 'a failure has a reason: report it' },
  { where: script, what: /\beval\s*\(|\bnew\s+Function\s*\(/, instead: 'no code from text' },
  { where: shipped, what: /\.(?:innerHTML|outerHTML)\s*=[^=]|insertAdjacentHTML|document\.write/, instead: 'nodesOf() of tsunagi-live.js' },
  { where: (path) => shipped(path) && !path.endsWith('/tsunagi-live.js'), what: /createContextualFragment/, instead: 'nodesOf() of tsunagi-live.js: one place where text becomes markup' },
];
/** These are looked for in strings too. */
export const kHosts = { where: (path) => /^(theme-extension|liquid|server\/http\/staff)\//.test(path) && /\.(js|css|liquid)$/.test(path), what: /(?:https?:)?\/\/[a-z0-9-]+\.[a-z]{2,}/i, instead: 'no third-party host' };

/** @param {Map<string, string>} files */
export function lintBans(files) {
  const problems = [];
  for (const [path, text] of files) {
    const code = script(path) || cpp(path) ? codeOnly(text) : text;
    const lookFor = (looked, { where, what, instead }) => {
      if (!where(path)) return;
      const match = what.exec(looked);
      if (match) problems.push(`${at(path, text, match.index)}: ${match[0].trim()} (${instead})`);
    };
    for (const ban of kBans) lookFor(ban.what.source.startsWith('#include') ? text : code, ban);
    lookFor(text.replace(/\/\/ .*$|www\.w3\.org/gm, ''), kHosts);
  }
  return problems;
}

const kThinkAgainAt = 500;
const kLinesAtMost = 1_000;

/** @returns {{warnings: string[], problems: string[]}} */
export function lintLength(files) {
  const long = [...files].map(([path, text]) => [path, text.split('\n').length - 1]);
  const say = ([path, lines]) => `${path}: ${lines} lines`;
  return { warnings: long.filter(([, lines]) => lines > kThinkAgainAt).map(say), problems: long.filter(([, lines]) => lines > kLinesAtMost).map(say) };
}

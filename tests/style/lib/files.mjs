// The project's files as the lints read them: path from the top → text.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Files that git knows or would add, matching one of the patterns. */
export function list(...patterns) {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns], { cwd: root, encoding: 'utf8' });
  return [...new Set(out.split('\0').filter(Boolean))].filter((path) => existsSync(root + path) && statSync(root + path).isFile()).sort();
}

/** @returns {Map<string, string>} */
export const read = (...patterns) => new Map(list(...patterns).map((path) => [path, readFileSync(root + path, 'utf8')]));

/** `path:line` of an offset in a text. */
export const at = (path, text, offset) => `${path}:${text.slice(0, offset).split('\n').length}`;

/** Text without comments and string contents, of C++ or JavaScript, with its lines kept. */
export function codeOnly(text) {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g,
    (part) => (part[0] === '/' ? part.replace(/[^\n]/g, ' ') : `${part[0]}${' '.repeat(Math.max(0, part.length - 2))}${part[0]}`));
}

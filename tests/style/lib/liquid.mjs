// Liquid does not escape what it prints. Everything printed must end in an escaping filter, be a number or a choice of
// ours, or be markup that was captured from escaped parts.
import { at } from './files.mjs';

/** The last filter decides, or one of the earlier ones when the later keep its safety. */
const kSafeFilters = ['escape', 'json', 'url_encode', 't', 'translate', 'asset_url', 'size'];
/** Safe in HTML only when what goes in is: the words of t with what was escaped already. */
const kKeepsSafe = ['replace', 'strip', 'append', 'prepend', 'default', 'slice'];
/** Numbers by arithmetic, dates by a pattern of ours. */
const kNumbers = ['plus', 'minus', 'times', 'divided_by', 'modulo', 'abs', 'floor', 'round', 'date'];

/** Names that hold no person's words: of a fixed choice, a number, or captured from escaped output. */
export const kTrusted = {
  'language': 'ja or en, set by comparison',
  'state': 'escaped when assigned',
  'codes': 'one or two',
  'form': 'linear or square',
  'place': 'first or second, by the caller',
  'width': 'a number', 'height': 'a number',
  'notice': 'words of the locales',
  'view': 'captured from card-view or card-sample',
  'block.shopify_attributes': "Shopify's own",
  'each.id': "Shopify's number", 'product.id': "Shopify's number",
};

/**
 * @param {Map<string, string>} files
 * @returns {string[]}
 */
export function lintOutput(files) {
  const problems = [];
  for (const [path, text] of files) {
    const shown = text.replace(/\{%-?\s*(comment|schema|doc)\b[\s\S]*?\{%-?\s*end\1\s*-?%\}/g, (part) => part.replace(/[^\n]/g, ' '));
    for (const match of shown.matchAll(/\{\{-?([\s\S]*?)-?\}\}/g)) {
      const [value, ...filters] = match[1].split(/\|(?=(?:[^']*'[^']*')*[^']*$)/).map((part) => part.trim());
      const names = filters.map((filter) => filter.split(/[\s:]/)[0]);
      let safe = value in kTrusted || /^'[^']*'$/.test(value) || /^-?\d+$/.test(value) || names.includes('asset_url');
      names.forEach((name, i) => {
        if (kSafeFilters.includes(name) || kNumbers.includes(name)) safe = true;
        else if (!kKeepsSafe.includes(name)) safe = false;
        // What is put into safe text must be safe itself: a literal, or a variable that was captured or escaped before.
        else if (name === 'replace' || name === 'append' || name === 'prepend') {
          const put = /('[^']*'|[^\s,:']+)$/.exec(filters[i])?.[1] ?? '';
          const variable = /^[a-z_]+$/.test(put);
          const made = variable && new RegExp(`capture ${put}\\b|assign ${put} =.*\\| escape`).test(shown);
          if (!made && !/^'[^']*'$/.test(put)) safe = false;
        }
      });
      if (!safe) problems.push(`${at(path, text, match.index)}: {{ ${match[1].trim()} }} is printed unescaped`);
    }
    for (const match of shown.matchAll(/^\s*echo (.+)$/gm)) {
      if (!/\b(digit|at|text|parts|months|weekdays|day_of_month|rest)\b|'[^']*'/.test(match[1])) problems.push(`${at(path, text, match.index)}: echo ${match[1]} is not known to be safe`);
    }
  }
  return problems;
}

// Both languages have the same keys, no empty word, the same placeholders; every key that Liquid asks for exists; and what
// the core says too is said in the same words.

/** @returns {Map<string, string>} */
export function flatten(words, prefix = '') {
  const flat = new Map();
  for (const [key, value] of Object.entries(words)) {
    if (value && typeof value === 'object') for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
    else flat.set(prefix + key, value);
  }
  return flat;
}

const placeholders = (text) => (String(text).match(/\{\{[^}]*\}\}|\{\}/g) ?? []).sort().join(' ');

/** @param {string} name @param {object} one @param {object} other */
export function lintPair(name, one, other) {
  const [left, right] = [flatten(one), flatten(other)];
  const problems = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    if (!left.has(key) || !right.has(key)) problems.push(`${name}: ${key} is missing in ${left.has(key) ? 'the second' : 'the first'} language`);
    else if (!left.get(key) || !right.get(key)) problems.push(`${name}: ${key} is empty`);
    else if (placeholders(left.get(key)) !== placeholders(right.get(key))) problems.push(`${name}: ${key} has other placeholders in the other language`);
  }
  return problems;
}

/** @param {Map<string, string>} liquid @param {object} words */
export function lintKeys(liquid, words) {
  const known = flatten(words);
  const used = new Set();
  const problems = [];
  for (const [path, text] of liquid) {
    for (const [, key] of text.matchAll(/'([a-z_]+\.[a-z_.]+)'\s*\|\s*t\b/g)) {
      used.add(key);
      if (!known.has(key)) problems.push(`${path}: ${key} is in no locale`);
    }
  }
  for (const key of known.keys()) if (!used.has(key)) problems.push(`${key} is never shown`);
  return problems;
}

/** Words of ours that the core does not have: of the editor's samples, and of what only a page can say. */
const kOnlyLiquid = /^(card\.(copied|failed|terms|join_needs_script|close|months|weekdays|sample_.*)|stock\.(see|all|none_kept|saved|failed|near|no_place|shops|sample_.*)|cart\.\w+)$/;

/** @param {string} source  wasm/core/words.cpp @param {object} ja @param {object} en */
export function lintSameWords(source, ja, en) {
  const pairs = new Set([...source.matchAll(/"((?:[^"\\]|\\.)*)\\0"\s*"((?:[^"\\]|\\.)*)\\0"/g)].map(([, first, second]) => `${first}\n${second}`));
  const [left, right] = [flatten(ja), flatten(en)];
  return [...left.keys()].filter((key) => !kOnlyLiquid.test(key) && !pairs.has(`${left.get(key)}\n${right.get(key)}`))
    .map((key) => `${key}: the core says it differently, or not at all`);
}

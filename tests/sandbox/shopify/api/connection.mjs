// Pages of a list as GraphQL connections, and the small search language of `query:`.
import { apiError } from './errors.mjs';

/** @param {{id: string}} item */
const cursorOf = (item) => Buffer.from(JSON.stringify({ id: item.id })).toString('base64');

/**
 * @template {{id: string}} T
 * @param {T[]} items in order
 * @param {{first?: number, last?: number, after?: string, before?: string, reverse?: boolean}} args
 */
export function connection(items, { first, last, after, before, reverse }) {
  const all = reverse ? [...items].reverse() : items;
  const indexOf = (/** @type {string} */ cursor) => {
    const at = all.findIndex((item) => cursorOf(item) === cursor);
    if (at < 0) throw apiError(`Invalid cursor for current pagination sort: ${cursor}`, 'BAD_REQUEST');
    return at;
  };
  let from = after ? indexOf(after) + 1 : 0;
  let to = before ? indexOf(before) : all.length;
  if (first !== undefined && first !== null) to = Math.min(to, from + first);
  else if (last !== undefined && last !== null) from = Math.max(from, to - last);
  const page = all.slice(from, to);
  return {
    nodes: page,
    edges: page.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: {
      hasNextPage: to < all.length, hasPreviousPage: from > 0,
      startCursor: page.length ? cursorOf(page[0]) : null, endCursor: page.length ? cursorOf(page[page.length - 1]) : null,
    },
  };
}

/**
 * Keeps what every term of `query:` accepts: `field:value`, `field:>value`, or a plain word.
 * @template T
 * @param {T[]} items
 * @param {string|null|undefined} query
 * @param {Record<string, (item: T) => string|string[]|null>} fields what can be searched; `default` for plain words
 */
export function search(items, query, fields) {
  const terms = (query ?? '').match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return terms.filter((term) => term !== 'AND').reduce((kept, term) => {
    const match = /^([a-z_]+):(>=|<=|>|<)?(.*)$/.exec(term);
    const name = match ? match[1] : 'default';
    if (!(name in fields)) throw apiError(`The sandbox cannot search by "${name}"`, 'SANDBOX_NOT_IMPLEMENTED');
    const wanted = (match ? match[3] : term).replace(/^["']|["']$/g, '').toLowerCase();
    return kept.filter((item) => [fields[name](item)].flat().some((value) => compare(value, match?.[2], wanted)));
  }, items);
}

/** @param {string|null} value @param {string|undefined} operator @param {string} wanted */
function compare(value, operator, wanted) {
  if (value === null || value === undefined) return false;
  const have = value.toLowerCase();
  if (operator === '>') return have > wanted;
  if (operator === '>=') return have >= wanted;
  if (operator === '<') return have < wanted;
  if (operator === '<=') return have <= wanted;
  return wanted.endsWith('*') ? have.startsWith(wanted.slice(0, -1)) : have === wanted;
}

// Pages of a list as GraphQL connections, and the small search language of `query:`.
import { apiError } from './errors.mjs';

/**
 * What a cursor says: the item, and in a list that is sorted by something else also its place, so that a page goes on after
 * an item that has moved or left.
 * @param {{id: string}} item @param {((item: any) => string)|null} valueOf
 */
const cursorOf = (item, valueOf) =>
  Buffer.from(JSON.stringify(valueOf ? { last_id: item.id, last_value: valueOf(item) } : { last_id: item.id })).toString('base64');

/** @param {string} text */
function readCursor(text) {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) ?? {};
  } catch {
    return {};
  }
}

/** @param {string} id */
const numberOf = (id) => Number(/(\d+)$/.exec(id)?.[1] ?? 0);

/**
 * @template {{id: string}} T
 * @param {T[]} items in order
 * @param {{first?: number, last?: number, after?: string, before?: string, reverse?: boolean}} args
 * @param {((item: T) => string)|null} valueOf what they are sorted by, before their id; null: by the id only
 */
export function connection(items, { first, last, after, before, reverse }, valueOf = null) {
  const all = reverse ? [...items].reverse() : items;
  /** How many are before the cursor's item, or not after it. @param {string} cursor @param {boolean} itself */
  const countTo = (cursor, itself) => {
    const { last_id: id, last_value: value } = readCursor(cursor);
    if (valueOf && typeof id === 'string' && typeof value === 'string') {
      const place = (/** @type {T} */ item) => valueOf(item) === value ? numberOf(item.id) - numberOf(id) : valueOf(item) < value ? -1 : 1;
      return all.filter((item) => (reverse ? -place(item) : place(item)) < (itself ? 1 : 0)).length;
    }
    const at = all.findIndex((item) => item.id === id);
    if (at < 0) throw apiError(`Invalid cursor for current pagination sort: ${cursor}`, 'BAD_REQUEST');
    return itself ? at + 1 : at;
  };
  let from = after ? countTo(after, true) : 0;
  let to = before ? countTo(before, false) : all.length;
  if (first !== undefined && first !== null) to = Math.min(to, from + first);
  else if (last !== undefined && last !== null) from = Math.max(from, to - last);
  const page = all.slice(from, to);
  return {
    nodes: page,
    edges: page.map((node) => ({ cursor: cursorOf(node, valueOf), node })),
    pageInfo: {
      hasNextPage: to < all.length, hasPreviousPage: from > 0,
      startCursor: page.length ? cursorOf(page[0], valueOf) : null, endCursor: page.length ? cursorOf(page[page.length - 1], valueOf) : null,
    },
  };
}

/**
 * Keeps what every term of `query:` accepts: `field:value`, `field:>value`, `field_not:value`, or a plain word.
 * @template T
 * @param {T[]} items
 * @param {string|null|undefined} query
 * @param {Record<string, (item: T) => string|string[]|null>} fields what can be searched; `default` for plain words
 * @param {Record<string, (item: T) => string>} times fields that are moments
 */
export function search(items, query, fields, times = {}) {
  const terms = (query ?? '').match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return terms.filter((term) => term !== 'AND').reduce((kept, term) => {
    const match = /^([a-z_]+):(>=|<=|>|<)?(.*)$/.exec(term);
    const name = match ? match[1] : 'default';
    const refused = match && name.endsWith('_not') ? name.slice(0, -'_not'.length) : '';
    if (refused && refused in fields) {
      const its = new Set(search(items, term.replace('_not:', ':'), fields));
      return kept.filter((item) => !its.has(item));
    }
    if (match && name in times) return kept.filter((item) => compareTimes(times[name](item), match[2], match[3]));
    if (!(name in fields)) throw apiError(`The sandbox cannot search by "${name}"`, 'SANDBOX_NOT_IMPLEMENTED');
    const wanted = (match ? match[3] : term).replace(/^["']|["']$/g, '').toLowerCase();
    if (name === 'id' && match?.[2]) return kept.filter((item) => compareNumbers(Number([fields[name](item)].flat()[0]), match[2], Number(wanted)));
    return kept.filter((item) => [fields[name](item)].flat().some((value) => compare(value, match?.[2], wanted)));
  }, items);
}

/**
 * A quoted moment counts to the second; of one without quotes only the day is taken, in the shop's time zone (README.md,
 * sources: search). Without an operator it is the day.
 * @param {string} have @param {string|undefined} operator @param {string} text
 */
function compareTimes(have, operator, text) {
  const quoted = /^(["']).*\1$/.test(text);
  const wanted = text.replace(/^["']|["']$/g, '');
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(wanted) || Number.isNaN(Date.parse(wanted))) {
    throw apiError(`The sandbox cannot read the time ${text}`, 'SANDBOX_NOT_IMPLEMENTED');
  }
  if (quoted && operator && wanted.includes('T')) return compare(wholeSeconds(have), operator, wholeSeconds(wanted).toLowerCase());
  return compare(dayOf(have), operator, wanted.includes('T') && quoted ? dayOf(wanted) : wanted.slice(0, 10));
}

/** The day in the shop's time zone. @param {string} time */
const dayOf = (time) => new Date(Date.parse(time) + 9 * 3_600_000).toISOString().slice(0, 10);

/** As the platform prints moments. @param {string} time */
export const wholeSeconds = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** @param {number} have @param {string} operator @param {number} wanted */
function compareNumbers(have, operator, wanted) {
  return operator === '>' ? have > wanted : operator === '>=' ? have >= wanted : operator === '<' ? have < wanted : have <= wanted;
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

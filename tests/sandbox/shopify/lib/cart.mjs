// The visitor's cart: variants with their quantities, kept in a cookie.
import { readBody } from './http.mjs';

const kCartCookie = '_sandbox_cart';

/** @typedef {{variant: number, quantity: number}} CartRow */

/** @param {Record<string, string>} cookies @returns {CartRow[]} */
export function cartOf(cookies) {
  return [...(cookies[kCartCookie] ?? '').matchAll(/(\d+)-(\d+)/g)].map(([, variant, quantity]) => ({ variant: Number(variant), quantity: Number(quantity) }));
}

/** @param {CartRow[]} rows */
export const cartCookie = (rows) => `${kCartCookie}=${rows.map(({ variant, quantity }) => `${variant}-${quantity}`).join('.')}; Path=/; SameSite=Lax`;

/** The cart with one variant more: once more of the same is one line. @param {CartRow[]} rows @param {number} variant @param {number} quantity */
export function withAdded(rows, variant, quantity) {
  const there = rows.find((row) => row.variant === variant);
  return there ? rows.map((row) => (row === there ? { variant, quantity: row.quantity + quantity } : row)) : [...rows, { variant, quantity }];
}

/**
 * The cart with as many of one line as asked, none of which is the line gone: `/cart/change.js` names the line by the variant's id, its
 * key, or its place counted from 1 (README.md, sources: Ajax API). null: there is no such line.
 * @param {CartRow[]} rows @param {URLSearchParams} asked @returns {CartRow[] | null}
 */
export function withChanged(rows, asked) {
  const [id] = (asked.get('id') ?? '').split(':');
  const at = asked.has('line') ? Number(asked.get('line')) - 1 : rows.findIndex(({ variant }) => String(variant) === id);
  const quantity = Number(asked.get('quantity') ?? NaN);
  if (!rows[at] || !Number.isInteger(quantity) || quantity < 0) return null;
  return rows.flatMap((row, i) => (i !== at ? [row] : quantity === 0 ? [] : [{ variant: row.variant, quantity }]));
}

/** A form in either encoding, or JSON: a theme's product form is multipart, its scripts send JSON. @param {import('node:http').IncomingMessage} req @returns {Promise<URLSearchParams>} */
export async function readForm(req) {
  const body = await readBody(req);
  const type = req.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    return new URLSearchParams(Object.entries(JSON.parse(body.toString('utf8'))).map(([name, value]) => [name, String(value)]));
  }
  if (!type.startsWith('multipart/form-data')) return new URLSearchParams(body.toString('utf8'));
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
}

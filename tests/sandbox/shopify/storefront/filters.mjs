// Shopify's filters that liquidjs lacks, and those whose meaning differs.
import { createHash, createHmac } from 'node:crypto';
import { escapeHtml } from '../lib/http.mjs';

/** @param {unknown} value */
const text = (value) => (value === null || value === undefined ? '' : String(value));

/** Shopify's json escapes what could end a script element. @param {unknown} value */
export function safeJson(value) {
  const json = JSON.stringify(value ?? null) ?? 'null';
  return json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Prices are in hundredths, also those of yen. @param {unknown} cents */
const money = (cents) => `¥${Math.round(Number(cents ?? 0) / 100).toLocaleString('en-US')}`;

/** @param {unknown} value */
const handleize = (value) => text(value).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');

/**
 * The shop's offset from UTC in minutes at an instant.
 * @param {string|number|undefined} zone as liquidjs takes it: a name, or minutes as JavaScript counts them
 * @param {number} at
 */
function offsetMinutes(zone, at) {
  if (typeof zone !== 'string') return -(zone ?? 0);
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(parts.find((part) => part.type === 'timeZoneName')?.value ?? '') ?? [];
  return sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
}

/** A day or an instant without a zone is one of the shop's own clock. @param {unknown} value @param {string|number|undefined} zone */
function inShopZone(value, zone) {
  if (typeof value !== 'string') return value;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(value.trim());
  if (!match) return value;
  const utc = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`);
  return Number.isNaN(utc) ? value : new Date(utc - offsetMinutes(zone, utc) * 60_000).toISOString();
}

/** Whole numbers divide to whole numbers, towards minus infinity, as in Ruby. @param {any} a @param {any} b */
function dividedBy(a, b) {
  const [left, right] = [Number(a), Number(b)];
  if (right === 0) throw new Error('Liquid error: divided by 0');
  const whole = [a, b].every((one) => /^-?\d+$/.test(text(one)));
  return whole ? Math.floor(left / right) : left / right;
}

/** @param {any} a @param {any} b */
function modulo(a, b) {
  const [left, right] = [Number(a), Number(b)];
  if (right === 0) throw new Error('Liquid error: divided by 0');
  return ((left % right) + right) % right;
}

/**
 * @param {import('liquidjs').Liquid} engine
 * @param {{assetUrl: (name: string) => string, translate: (key: string, args: Record<string, unknown>, locale: string) => string}} about
 */
export function registerFilters(engine, { assetUrl, translate }) {
  const builtinDate = /** @type {any} */ (engine.filters.date);
  const dateHandler = builtinDate.handler ?? builtinDate;
  /** @param {[string, unknown][]} pairs */
  const named = (pairs) => Object.fromEntries(pairs.filter(Array.isArray));
  /** @type {Record<string, (this: any, value: any, ...args: any[]) => unknown>} */
  const filters = {
    t(key, ...pairs) {
      return translate(text(key), named(pairs), this.context.globals.__locale ?? 'en');
    },
    date(value, ...args) {
      const formats = /** @type {Record<string, string>} */ ({ abbreviated_date: '%b %-d, %Y', basic: '%m/%d/%Y', date: '%B %-d, %Y', default: '%A, %B %-e, %Y at %-l:%M %p %z' });
      const keyed = args.find(Array.isArray);
      const format = keyed ? formats[keyed[1]] ?? '%B %-d, %Y' : args[0];
      return dateHandler.call(this, inShopZone(value, engine.options.timezoneOffset), format);
    },
    json: (value) => safeJson(value),
    asset_url: (name) => assetUrl(text(name)),
    money, money_without_currency: (cents) => money(cents).slice(1), money_with_currency: (cents) => `${money(cents)} JPY`,
    money_without_trailing_zeros: money,
    stylesheet_tag: (url) => `<link href="${escapeHtml(url)}" rel="stylesheet" type="text/css" media="all" />`,
    script_tag: (url) => `<script src="${escapeHtml(url)}" type="text/javascript"></script>`,
    preload_tag: (url, ...pairs) => `<link href="${escapeHtml(url)}" as="${escapeHtml(text(named(pairs).as))}" rel="preload">`,
    image_url: (image, ...pairs) => `${text(image?.src ?? image)}${named(pairs).width ? `?width=${named(pairs).width}` : ''}`,
    image_tag: (url, ...pairs) => `<img src="${escapeHtml(url)}" ${Object.entries(named(pairs)).map(([k, v]) => `${k}="${escapeHtml(text(v))}"`).join(' ')}>`,
    placeholder_svg_tag: (_, name = '') => `<svg class="${escapeHtml(text(name))}" viewBox="0 0 525 525" aria-hidden="true"><rect width="525" height="525" fill="#ddd"/></svg>`,
    link_to: (label, url) => `<a href="${escapeHtml(text(url))}">${text(label)}</a>`,
    handleize, handle: handleize,
    escape: (value) => escapeHtml(text(value)),
    h: (value) => escapeHtml(text(value)),
    strip_html: (value) => text(value).replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->|<[^>]*>/gi, ''),
    url_escape: (value) => encodeURI(text(value)), url_param_escape: (value) => encodeURIComponent(text(value)),
    md5: (value) => createHash('md5').update(text(value)).digest('hex'),
    sha1: (value) => createHash('sha1').update(text(value)).digest('hex'),
    sha256: (value) => createHash('sha256').update(text(value)).digest('hex'),
    hmac_sha256: (value, key) => createHmac('sha256', text(key)).update(text(value)).digest('hex'),
    pluralize: (count, one, many) => (Number(count) === 1 ? one : many),
    divided_by: dividedBy, modulo,
    default_errors: (errors) => (errors ? `<p role="alert">${escapeHtml(text(errors))}</p>` : ''),
    default_pagination: (paginate) => defaultPagination(paginate),
    metafield_tag: (metafield) => `<span>${escapeHtml(text(metafield?.value))}</span>`,
    metafield_text: (metafield) => text(metafield?.value),
    structured_data: (value) => safeJson(value),
    time_tag(value, ...args) {
      const shown = filters.date.call(this, value, ...args);
      return `<time datetime="${dateHandler.call(this, inShopZone(value, engine.options.timezoneOffset), '%Y-%m-%dT%H:%M:%SZ')}">${shown}</time>`;
    },
    format_address: (address) => escapeHtml([address?.zip, address?.province, address?.city, address?.address1].filter(Boolean).join(' ')),
  };
  for (const [name, filter] of Object.entries(filters)) engine.registerFilter(name, filter);
}

/** @param {any} paginate */
function defaultPagination(paginate) {
  if (!paginate || paginate.pages < 2) return '';
  return paginate.parts.map((/** @type {any} */ part) => part.is_link
    ? `<span class="page"><a href="${escapeHtml(part.url)}">${part.title}</a></span>`
    : `<span class="page current">${part.title}</span>`).join(' ');
}

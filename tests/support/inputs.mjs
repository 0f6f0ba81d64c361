// Generated inputs of the views, and the native core's answers to them: what the browser module, under Node and in a page,
// is compared with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** The newest native core_render of any build folder. */
function nativeRenderer() {
  const builds = new URL('build/', root);
  const found = readdirSync(builds)
    .map((name) => new URL(`${name}/tests/core/tool/core_render`, builds))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  assert.ok(found.length > 0, 'no core_render below build/: ninja -C build/debug core_render');
  return fileURLToPath(found[0]);
}

/** mulberry32: a small generator that a seed repeats. */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STATES = ['ready', 'stale', 'offline', 'signed_out', 'not_joined', 'field_missing', 'registering', 'not_at_till',
  'stopped', 'failed', 'unheard_of'];
const SYMBOLOGIES = ['code128', 'qr', 'ean13', 'code39', 'nw7', 'pdf417'];
const CODES = ['T0123456789013', '12345678901234567890', '4901234567894', '490123456789', 'A12345B', 'ABC-123', 'x', '',
  '会員', '49012345678', 'a&b<c>"d"'];
const TEXTS = ['渋谷店', 'つなぎクラブ', 'Gold', '', '<b>"x" & y</b>', 'a\u00a0b', 'tab\there\r\n', '😀', '{{ x }}', 'nul\0nul',
  '\ud800 alone', '& nbsp;', '06-1234-5678', '+81 3 1234'];
const ADDRESSES = ['', '/a?b=1&c="2"', 'https://example.com/<x>', 'javascript:alert(1)', '#', 'mailto:a@example.com'];

/** @returns {{view: string, given: any[]}[]} a quarter of each view */
export function generatedInputs(seed, count) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const integer = (low, high) => low + Math.floor(random() * (high - low + 1));
  const flag = () => random() < 0.5;
  const instant = (now) => pick([0, now - integer(0, 900), now - integer(0, 500 * 86400), now + integer(0, 60)]);
  const context = () => ({ language: pick(['ja', 'en', 'fr']), now: integer(1_500_000_000, 2_100_000_000) });
  const absent = (value) => (random() < 0.2 ? undefined : value);
  const card = (now) => ({
    state: pick(STATES), customer: '7001', programme: absent(pick(TEXTS)), holder: absent(pick(TEXTS)), code: pick(CODES),
    symbology: pick(SYMBOLOGIES), second: pick(SYMBOLOGIES), rank: absent(pick(TEXTS)), has_points: flag(),
    points: pick([0, 2340, -5, integer(-1e6, 1e9), 2 ** 53]), as_of: instant(now),
    expires_on: absent(new Date((now + integer(-90, 90) * 86400) * 1000).toISOString().slice(0, 10)),
    debt: pick([0, 0, 1, 120000]), missing_field: pick(['kana', 'phone', 'name', 'birth_date', 'x']),
    sign_in_url: pick(ADDRESSES), contact_url: pick(ADDRESSES), nonce: 'abc', first: { symbology: 'qr' }, now,
  });
  const shop = (now) => ({
    shop_id: String(integer(1, 99)), name: pick(TEXTS), phone: absent(pick(TEXTS)), map_url: absent(pick(ADDRESSES)),
    hours_ja: absent(pick(TEXTS)), hours_en: absent(pick(TEXTS)), favourite: random() < 0.1, known: random() < 0.8, on_hand: integer(-3, 12), held: integer(0, 3), safety: integer(0, 2),
    as_of: instant(now), asked: absent(flag()), approximate: absent(flag()),
    north: absent(pick([35_659_500, 26_212_500, 43_064_200, 91_000_000, integer(-9e7, 9e7)])), east: absent(pick([139_700_500, integer(-18e7, 18e7)])),
    prefecture: absent(pick([0, 1, 13, 27, 47, 48, -1])),
  });
  const area = () => ({ code: pick([1, 13, 27, 47, 48, integer(-1, 50)]), ja: absent(pick(TEXTS)), en: absent(pick(TEXTS)), count: integer(-1, 12) });
  const stock = (now) => ({
    product_name: absent(pick(TEXTS)), product_code: pick(CODES), few_below: integer(0, 5),
    shops: Array.from({ length: pick([0, 1, 3, 19, 20, 21, 45]) }, () => shop(now)),
    others: pick([undefined, undefined, 3, 180]), can_pin: flag(), pinned: flag(), all_shops: flag(), more_url: absent(pick(ADDRESSES)),
    pickup_url: absent(pick(ADDRESSES)), can_ask: flag(), can_locate: flag(), near: absent(flag()),
    here_north: absent(pick([35_000_000, integer(-9e7, 9e7), -2e9])), here_east: absent(integer(-18e7, 18e7)),
    areas: absent(Array.from({ length: pick([0, 1, 2, 3, 6, 50]) }, area)), area: pick([undefined, 0, 1, 13, 27, 47, 48, 99, '13', '']),
  });
  return Array.from({ length: count }, (_, i) => {
    const view = ['card', 'fullScreen', 'stock', 'barcode'][i % 4];
    const where = context();
    switch (view) {
      case 'card': {
        const options = { show_number: flag(), show_full_screen: flag(), card_page_url: pick(ADDRESSES),
          stock_url: pick(ADDRESSES) };
        return { view, given: [card(where.now), options, where] };
      }
      case 'fullScreen': return { view, given: [card(where.now), where] };
      case 'stock': return { view, given: [stock(where.now), where] };
      default: return { view, given: [pick(SYMBOLOGIES), pick(CODES)] };
    }
  });
}

/** What the loader sends, written a second time and without cleverness. */
function pairs({ view, given }) {
  const out = [];
  const add = (object) => {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (Array.isArray(value)) {
        for (const element of value) {
          out.push(key, '');
          add(element);
        }
      } else if (['string', 'number', 'boolean'].includes(typeof value)) {
        out.push(key, String(value).split('\0').join(' '));
      }
    }
  };
  (view === 'barcode' ? [{ symbology: given[0], text: given[1] }] : given).forEach(add);
  return Buffer.from(out.join('\0'));
}

/** What the native core renders, in the order of the requests. */
export function renderNatively(requests) {
  const input = Buffer.concat(requests.flatMap((request) => {
    const body = pairs(request);
    return [Buffer.from(`${request.view}\n${body.length}\n`), body];
  }));
  const output = execFileSync(nativeRenderer(), { input, maxBuffer: 2 ** 30 });
  const replies = [];
  for (let at = 0; at < output.length;) {
    const line = output.indexOf(10, at);
    const end = line + 1 + Number(output.subarray(at, line).toString());
    replies.push(output.subarray(line + 1, end).toString());
    at = end;
  }
  return replies;
}

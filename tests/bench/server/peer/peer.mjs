// The card endpoint as one would write it on Node's http and better-sqlite3: the same signature check, the same row, the
// same JSON. No log and no metrics.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import Database from 'better-sqlite3';

const [file, secret] = process.argv.slice(2);
const database = new Database(file);
database.pragma('journal_mode = WAL');
const shops = database.prepare('SELECT id FROM tenant WHERE domain = ?').pluck();
const cards = database.prepare(`SELECT l.customer_id, l.code, l.state, s.points, s.rank, s.holder, s.expires_on, s.as_of
  FROM link l LEFT JOIN snapshot s ON s.tenant = l.tenant AND s.customer_id = l.customer_id
  WHERE l.tenant = ? AND l.customer_id = ?`);
const own = ['shop', 'timestamp', 'logged_in_customer_id', 'path_prefix', 'signature'];

function verified(query) {
  const fields = new Map();
  for (const [name, value] of query) {
    if (fields.has(name) && own.includes(name)) return null;
    fields.set(name, fields.has(name) ? `${fields.get(name)},${value}` : value);
  }
  if (!own.every((name) => fields.has(name))) return null;
  const signature = Buffer.from(fields.get('signature'));
  fields.delete('signature');
  const text = [...fields].map(([name, value]) => `${name}=${value}`).sort().join('');
  const expected = Buffer.from(createHmac('sha256', secret).update(text).digest('hex'));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null;
  if (!/^\d+$/.test(fields.get('timestamp')) || Math.abs(Date.now() / 1000 - Number(fields.get('timestamp'))) > 90) return null;
  return fields;
}

const refuse = (reply, status, code) => {
  reply.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  reply.end(JSON.stringify({ error: { code } }));
};

const server = createServer((request, reply) => {
  const url = new URL(request.url, 'http://x');
  const fields = verified(url.searchParams);
  if (!fields) return refuse(reply, 401, 'signature');
  const tenant = shops.get(fields.get('shop'));
  if (tenant === undefined) return refuse(reply, 401, 'unknown_shop');
  const row = cards.get(tenant, fields.get('logged_in_customer_id'));
  if (!row) return refuse(reply, 404, 'not_found');
  reply.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'private, no-store' });
  return reply.end(JSON.stringify({ state: 'ready', customer: String(row.customer_id), programme: '繋ぎ', holder: row.holder, code: row.code,
    symbology: 'code128', second: 'qr', rank: row.rank, has_points: true, points: row.points, as_of: row.as_of, expires_on: row.expires_on,
    now: Math.floor(Date.now() / 1000) }));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.on('SIGTERM', () => process.exit(0));

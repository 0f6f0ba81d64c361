// The signatures of the platform (sources in README.md: app proxy, webhooks, tokens).
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/**
 * The text that an app proxy signs: `k=v` with repeated values joined by a comma, sorted, without separator.
 * @param {URLSearchParams} query
 */
export function proxyMessage(query) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  for (const [name, value] of query) {
    if (name === 'signature' || name === 'hmac') continue;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return [...values].map(([name, list]) => `${name}=${list.join(',')}`).sort().join('');
}

/** @param {URLSearchParams} query @param {string} secret */
export function proxySignature(query, secret) {
  return createHmac('sha256', secret).update(proxyMessage(query)).digest('hex');
}

/**
 * The `hmac` of an embedded page's query: sorted, URL-encoded pairs joined by `&`.
 * @param {URLSearchParams} query
 * @param {string} secret
 */
export function oauthHmac(query, secret) {
  const message = [...query]
    .filter(([name]) => name !== 'hmac' && name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return createHmac('sha256', secret).update(message).digest('hex');
}

/** @param {Buffer|string} body @param {string} secret */
export function webhookHmac(body, secret) {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** @param {object} part */
const encodePart = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * @param {Record<string, unknown>} claims
 * @param {string} secret
 * @returns {string} a JWT, HS256
 */
export function signJwt(claims, secret) {
  const head = `${encodePart({ alg: 'HS256', typ: 'JWT' })}.${encodePart(claims)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

/**
 * The claims of a session token; throws an Error that says what is wrong with it.
 * @param {unknown} token
 * @param {{secret: string, clientId: string, shop: string, now: number}} expected
 * @returns {Record<string, any>}
 */
export function verifySessionToken(token, { secret, clientId, shop, now }) {
  const parts = String(token ?? '').split('.');
  if (parts.length !== 3) throw new Error('subject_token is not a JWT');
  const [head, body, signature] = parts;
  const read = (/** @type {string} */ part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  let header, claims;
  try {
    header = read(head);
    claims = read(body);
  } catch {
    throw new Error('subject_token is not a JWT');
  }
  if (header.alg !== 'HS256') throw new Error('subject_token is not signed with HS256');
  const wanted = createHmac('sha256', secret).update(`${head}.${body}`).digest();
  const got = Buffer.from(signature, 'base64url');
  if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) throw new Error('subject_token has a wrong signature');
  const kTolerance = 10; // the platform's library allows ten seconds
  if (!(claims.exp > now - kTolerance)) throw new Error('subject_token has expired');
  if (!(claims.nbf <= now + kTolerance)) throw new Error('subject_token is not valid yet');
  if (claims.aud !== clientId) throw new Error('subject_token is for another app');
  if (claims.dest !== `https://${shop}`) throw new Error('subject_token is for another shop');
  if (claims.iss !== `https://${shop}/admin`) throw new Error('subject_token has another issuer');
  return claims;
}

/**
 * @param {{shop: string, clientId: string, userId: number, now: number, lifetime?: number}} about
 * @returns {Record<string, unknown>}
 */
export function sessionClaims({ shop, clientId, userId, now, lifetime = 60 }) {
  return {
    iss: `https://${shop}/admin`, dest: `https://${shop}`, aud: clientId, sub: String(userId),
    exp: now + lifetime, nbf: now, iat: now, jti: randomUUID(), sid: randomUUID(),
  };
}

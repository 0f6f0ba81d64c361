// Access tokens of the shop: the app's expiring offline tokens with rotating refresh tokens (README.md, sources: tokens), and
// the never-expiring tokens of a merchant's own custom app.
import { createHash, randomBytes } from 'node:crypto';
import { verifySessionToken } from './signing.mjs';

/** @typedef {{appId: number, app: 'tsunagi'|'custom', scopes: string[], expiresAt: number}} Grant */

const kTokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const kIdToken = 'urn:ietf:params:oauth:token-type:id_token';
const kOffline = 'urn:shopify:params:oauth:token-type:offline-access-token';
const kOnline = 'urn:shopify:params:oauth:token-type:online-access-token';
const kRefreshSeconds = 90 * 24 * 3600;

/** @param {string} prefix */
const newToken = (prefix) => prefix + randomBytes(16).toString('hex');

export class Tokens {
  /** @param {{clientId: string, clientSecret: string, shop: string, appId: number, now: () => number}} about */
  constructor({ clientId, clientSecret, shop, appId, now }) {
    this.about_ = { clientId, clientSecret, shop, appId };
    this.now_ = now;
    this.lifetimeSeconds = 3600;
    /** @type {Map<string, Grant>} */
    this.access_ = new Map();
    /** @type {Map<string, {expiresAt: number, successor: string|null}>} */
    this.refresh_ = new Map();
    this.issued = 0;
    this.refreshed = 0;
  }

  /** @param {string|undefined} token @returns {Grant|null} */
  grantOf(token) {
    const grant = token ? this.access_.get(token) : undefined;
    return grant && grant.expiresAt > this.now_() ? grant : null;
  }

  /** A custom app's token, as a merchant makes one in the admin. @param {string[]} scopes @param {string} name */
  createCustom(scopes, name = 'custom') {
    const token = newToken('shpat_');
    const appId = parseInt(createHash('sha256').update(name).digest('hex').slice(0, 10), 16);
    this.access_.set(token, { appId, app: 'custom', scopes, expiresAt: Infinity });
    return { access_token: token, scope: scopes.join(','), app_id: appId };
  }

  /** Every token of the app is worthless from now on (uninstall). */
  revokeApp() {
    for (const [token, grant] of this.access_) if (grant.app === 'tsunagi') this.access_.delete(token);
    this.refresh_.clear();
  }

  /** Ends the access tokens early, as a long pause would; refresh tokens stay. */
  expireApp() {
    for (const grant of this.access_.values()) if (grant.app === 'tsunagi') grant.expiresAt = 0;
  }

  /**
   * POST /admin/oauth/access_token.
   * @param {any} body
   * @param {{installed: boolean, scopes: string[]}} app
   * @returns {{status: number, body: object}}
   */
  answer(body, app) {
    const refuse = (/** @type {string} */ error, /** @type {string} */ text, status = 400) =>
      ({ status, body: { error, error_description: text } });
    if (typeof body !== 'object' || body === null) return refuse('invalid_request', 'The body must be a JSON object');
    if (body.client_id !== this.about_.clientId || body.client_secret !== this.about_.clientSecret) {
      return refuse('invalid_client', 'Client authentication failed', 401);
    }
    if (!app.installed) return refuse('app_not_installed', 'The app is not installed on this shop');
    if (body.grant_type === kTokenExchange) return this.exchange_(body, app, refuse);
    if (body.grant_type === 'refresh_token') return this.refreshGrant_(body, app, refuse);
    return refuse('unsupported_grant_type', `grant_type ${body.grant_type} is not supported`);
  }

  /** @param {any} body @param {{scopes: string[]}} app @param {Function} refuse */
  exchange_(body, app, refuse) {
    if (body.subject_token_type !== kIdToken) return refuse('invalid_request', `subject_token_type must be ${kIdToken}`);
    if (body.requested_token_type === kOnline) return refuse('invalid_request', 'online tokens are not part of this shop');
    if (body.requested_token_type !== kOffline) return refuse('invalid_request', `requested_token_type must be ${kOffline}`);
    // Non-expiring tokens are refused for public apps (sources: tokens).
    if (String(body.expiring) !== '1') return refuse('invalid_request', 'expiring must be 1: public apps get expiring tokens only');
    try {
      const { clientId, clientSecret, shop } = this.about_;
      verifySessionToken(body.subject_token, { secret: clientSecret, clientId, shop, now: this.now_() });
    } catch (error) {
      return refuse('invalid_subject_token', error.message);
    }
    this.issued += 1;
    return { status: 200, body: this.issuePair_(app.scopes).body };
  }

  /** The one before stays usable until its successor is first used. @param {any} body @param {{scopes: string[]}} app @param {Function} refuse */
  refreshGrant_(body, app, refuse) {
    const known = this.refresh_.get(String(body.refresh_token));
    if (!known || known.expiresAt <= this.now_()) return refuse('invalid_grant', 'The refresh token is unknown, expired or used up');
    for (const [token, other] of this.refresh_) if (other.successor === body.refresh_token) this.refresh_.delete(token);
    if (known.successor) this.refresh_.delete(known.successor);
    const pair = this.issuePair_(app.scopes);
    known.successor = pair.refreshToken;
    this.refreshed += 1;
    return { status: 200, body: pair.body };
  }

  /** @param {string[]} scopes */
  issuePair_(scopes) {
    const accessToken = newToken('shpat_');
    const refreshToken = newToken('shprt_');
    this.access_.set(accessToken, { appId: this.about_.appId, app: 'tsunagi', scopes: [...scopes], expiresAt: this.now_() + this.lifetimeSeconds });
    this.refresh_.set(refreshToken, { expiresAt: this.now_() + kRefreshSeconds, successor: null });
    const body = {
      access_token: accessToken, scope: scopes.join(','), expires_in: this.lifetimeSeconds,
      refresh_token: refreshToken, refresh_token_expires_in: kRefreshSeconds,
    };
    return { refreshToken, body };
  }
}

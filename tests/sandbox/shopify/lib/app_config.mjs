// shopify.app.toml as the platform reads it, and what a merchant may change of it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { adminSchema, hasScope } from '../api/schema.mjs';

/**
 * @typedef {{clientId: string, name: string, handle: string, scopes: string[], applicationPath: string,
 *   proxy: {path: string, prefix: string, subpath: string}, webhooksVersion: string,
 *   subscriptions: {topic: string, path: string, compliance: boolean}[]}} AppConfig
 */

const kPrefixes = ['a', 'apps', 'community', 'tools'];
const kForbiddenSubpaths = ['admin', 'services', 'password', 'login'];

/** Python's own reader: no TOML library is among the tools, and a home-made one would be laxer. @param {string} file */
function readToml(file) {
  const program = 'import json, sys, tomllib; json.dump(tomllib.load(sys.stdin.buffer), sys.stdout)';
  const run = spawnSync('python3', ['-c', program], { input: readFileSync(file), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${file}: ${run.stderr?.trim().split('\n').pop() || run.error?.message}`);
  return JSON.parse(run.stdout);
}

/** @param {string} text a path or an address of which the path counts @returns {string} */
function pathOf(text) {
  return text.startsWith('/') ? text : new URL(text).pathname;
}

/** The scopes of which a topic takes one, as the schema tells of each topic; of a topic that it does not have, null. @param {string} topic */
function scopesOfTopic(topic) {
  const values = /** @type {import('graphql').GraphQLEnumType} */ (adminSchema().schema.getType('WebhookSubscriptionTopic')).getValues();
  const found = values.map((one) => (one.description ?? '').replace(/\s+/g, ' ')).find((text) => text.includes(`\`${topic}\` events`));
  return found === undefined ? null : (/ Requires (?:the|at least one of the following scopes:) (.*?)(?: scope)?\.?$/.exec(found)?.[1] ?? '').match(/[a-z_]+/g) ?? [];
}

/** Throws when the platform would refuse these (README.md, sources: app proxy). @param {string} prefix @param {string} subpath */
export function checkProxyAddress(prefix, subpath) {
  if (!kPrefixes.includes(prefix)) throw new Error(`app_proxy prefix must be one of ${kPrefixes.join(', ')}`);
  if (!/^[A-Za-z0-9_-]{1,30}$/.test(subpath) || kForbiddenSubpaths.includes(subpath)) {
    throw new Error(`app_proxy subpath "${subpath}" is not allowed`);
  }
}

/** @param {string} file @returns {AppConfig} */
export function readAppConfig(file) {
  const toml = readToml(file);
  for (const key of ['client_id', 'name', 'application_url', 'access_scopes', 'app_proxy', 'webhooks']) {
    if (!toml[key]) throw new Error(`${file}: ${key} is missing`);
  }
  checkProxyAddress(toml.app_proxy.prefix, toml.app_proxy.subpath);
  const scopes = toml.access_scopes.scopes.split(',').map((/** @type {string} */ scope) => scope.trim()).filter(Boolean);
  const subscriptions = [];
  const seen = new Set();
  for (const entry of toml.webhooks.subscriptions ?? []) {
    const kinds = [[entry.topics ?? [], false], [entry.compliance_topics ?? [], true]];
    for (const [topics, compliance] of /** @type {[string[], boolean][]} */ (kinds)) {
      for (const topic of topics) {
        const key = compliance ? topic : `${topic} ${entry.uri}`;
        if (seen.has(key)) throw new Error(`${file}: ${topic} is subscribed twice`); // README.md, sources: webhooks
        seen.add(key);
        const wanted = compliance ? [] : scopesOfTopic(topic);
        if (!wanted) throw new Error(`${file}: there is no topic ${topic}`);
        if (wanted.length > 0 && !wanted.some((scope) => hasScope(scopes, scope))) throw new Error(`${file}: ${topic} needs the scope ${wanted.join(' or ')}`);
        subscriptions.push({ topic, path: pathOf(entry.uri), compliance });
      }
    }
  }
  return {
    clientId: toml.client_id,
    name: toml.name,
    handle: toml.handle ?? toml.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    scopes,
    applicationPath: pathOf(toml.application_url),
    proxy: { path: pathOf(toml.app_proxy.url), prefix: toml.app_proxy.prefix, subpath: toml.app_proxy.subpath },
    webhooksVersion: toml.webhooks.api_version,
    subscriptions,
  };
}

// Shopify's own published schemas and scope table, as @shopify/dev-mcp 1.16.0 ships them (README.md, sources: schema).
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema } from 'graphql';

export const kApiVersion = '2026-10';
const kFolder = new URL('../../../../build/third_party/shopify-schema/', import.meta.url);

/** @param {string} name */
function readSchema(name) {
  try {
    return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, kFolder))).toString('utf8'));
  } catch (error) {
    throw new Error(`${new URL(kFolder).pathname}${name}.json.gz: ${error.message} (scripts/setup fetches it)`);
  }
}

/** @type {{schema: import('graphql').GraphQLSchema, scopes: ScopeTable, idempotent: Set<string>}|undefined} */
let admin;
/** @type {import('graphql').GraphQLSchema|undefined} */
let storefront;

/** The Admin schema, its scope table, and the mutations whose description demands `@idempotent` (sources: idempotency). */
export function adminSchema() {
  if (!admin) {
    const file = readSchema(`admin_${kApiVersion}`);
    const schema = buildClientSchema(file.data, { assumeValid: true });
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const idempotent = new Set(mutations.filter((field) => /`@idempotent`/.test(field.description ?? '')).map((field) => field.name));
    admin = { schema, scopes: new ScopeTable(file.offline_scopes.items), idempotent };
  }
  return admin;
}

export function storefrontSchema() {
  storefront ??= buildClientSchema(readSchema(`storefront-graphql_${kApiVersion}`).data, { assumeValid: true });
  return storefront;
}

/** Which scopes a field or a type needs; any one of them will do. */
export class ScopeTable {
  /** @param {{type: string, typeName: string, fieldName?: string, requiredAccess: string, offlineScopes: string[]}[]} rows */
  constructor(rows) {
    /** @type {Map<string, {scopes: string[], text: string}>} */
    this.rows_ = new Map();
    for (const row of rows) {
      if (row.offlineScopes.length === 0) continue;
      const key = row.type === 'field' ? `${row.typeName}.${row.fieldName}` : row.typeName;
      this.rows_.set(key, { scopes: row.offlineScopes, text: row.requiredAccess });
    }
  }

  /**
   * What is missing to read a field of a type that returns another, or null.
   * @param {string} typeName @param {string} fieldName @param {string} returns @param {string[]} granted
   * @returns {{scopes: string[], text: string}|null}
   */
  missing(typeName, fieldName, returns, granted) {
    const node = returns.replace(/(Connection|Edge)$/, '');
    for (const key of [`${typeName}.${fieldName}`, typeName, returns, node]) {
      const row = this.rows_.get(key);
      if (row && !row.scopes.some((scope) => hasScope(granted, scope))) return row;
    }
    return null;
  }
}

/** A write scope carries its read scope. @param {string[]} granted @param {string} scope */
export function hasScope(granted, scope) {
  return granted.includes(scope) || granted.includes(scope.replace(/^read_/, 'write_'));
}

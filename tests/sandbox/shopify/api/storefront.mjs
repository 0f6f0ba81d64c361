// POST /api/2026-10/graphql.json: the Storefront API, so far as to show that what it must not read it does not read.
import { execute, getOperationAST, parse, validate } from 'graphql';
import { gid } from '../lib/ids.mjs';
import { readBody, sendJson } from '../lib/http.mjs';
import { describe, parseRequest } from './admin.mjs';
import { notImplemented, validationCode } from './errors.mjs';
import { kApiVersion, storefrontSchema } from './schema.mjs';

/** A customer access token of the stand-in: what customerAccessTokenCreate would give. @param {number} id */
const accessTokenOf = (id) => `sandbox-${id}`;

export class StorefrontApi {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
  }

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res @param {{version: string, entry: import('../lib/requests.mjs').Entry}} about */
  async handle(req, res, { version, entry }) {
    entry.kind = 'storefront-graphql';
    if (version !== kApiVersion) return sendJson(res, 404, { errors: 'Not Found' });
    if (req.method !== 'POST') return sendJson(res, 405, { errors: 'Method Not Allowed' }, { allow: 'POST' });
    const request = parseRequest(String(req.headers['content-type'] ?? ''), (await readBody(req)).toString('utf8'));
    if (!request) return sendJson(res, 400, { errors: { query: 'Required parameter missing or invalid' } });
    sendJson(res, 200, await this.run(request));
  }

  /** @param {{query: string, variables: Record<string, unknown>, operationName?: string}} request */
  async run(request) {
    const schema = storefrontSchema();
    let document;
    try {
      document = parse(request.query);
    } catch (error) {
      return { errors: [describe(error, 'parseError')] };
    }
    const problems = validate(schema, document);
    if (problems.length > 0) return { errors: problems.map((problem) => describe(problem, validationCode(problem.message))) };
    const operation = getOperationAST(document, request.operationName);
    const result = await execute({
      schema, document, operationName: request.operationName, variableValues: request.variables,
      rootValue: operation?.operation === 'query' ? this.queries_() : {},
      fieldResolver: (source, args, context, info) => {
        if (!(info.fieldName in source)) throw notImplemented(`${info.parentType.name}.${info.fieldName}`);
        const member = source[info.fieldName];
        return typeof member === 'function' ? member.call(source, args, context, info) : member;
      },
    });
    return { ...(result.errors ? { errors: result.errors.map((problem) => describe(problem, 'INTERNAL_SERVER_ERROR')) } : {}), data: result.data };
  }

  queries_() {
    const { store } = this.box_;
    return {
      shop: { id: gid('Shop', store.shop.id), name: store.shop.name, ...this.metafields_(gid('Shop', store.shop.id), 'SHOP') },
      customer: (/** @type {{customerAccessToken: string}} */ { customerAccessToken }) => {
        const row = [...store.customers.values()].find((one) => accessTokenOf(one.id) === customerAccessToken);
        return row ? {
          id: gid('Customer', row.id), email: row.email, phone: row.phone, firstName: row.firstName, lastName: row.lastName, tags: row.tags,
          displayName: [row.firstName, row.lastName].filter(Boolean).join(' '), ...this.metafields_(gid('Customer', row.id), 'CUSTOMER'),
        } : null;
      },
      product: (/** @type {{handle?: string, id?: string}} */ { handle, id }) => {
        const row = handle ? store.productByHandle(handle) : store.products.get(Number(String(id).split('/').pop()));
        return row ? { id: gid('Product', row.id), handle: row.handle, title: row.title, tags: row.tags, ...this.metafields_(gid('Product', row.id), 'PRODUCT') } : null;
      },
    };
  }

  /** Only metafields whose definition opens them to the storefront; an app's prefix cannot be resolved here. @param {string} ownerId @param {string} ownerType */
  metafields_(ownerId, ownerType) {
    const { store } = this.box_;
    const read = (/** @type {string|null|undefined} */ namespace, /** @type {string} */ key) => {
      const { appId } = this.box_;
      const full = namespace?.startsWith('$app') ? `app--${appId}${namespace === '$app' ? '' : `--${namespace.slice(5)}`}` : namespace ?? `app--${appId}`;
      const row = store.metafield(ownerId, full, key);
      const open = store.definition(ownerType, full, key)?.access.storefront === 'PUBLIC_READ';
      return row && open ? { id: gid('Metafield', row.id), namespace: row.namespace, key: row.key, type: row.type, value: row.value, createdAt: row.createdAt, updatedAt: row.updatedAt } : null;
    };
    return {
      metafield: (/** @type {{namespace?: string, key: string}} */ args) => read(args.namespace, args.key),
      metafields: (/** @type {{identifiers: {namespace?: string, key: string}[]}} */ args) => args.identifiers.map((one) => read(one.namespace, one.key)),
    };
  }
}

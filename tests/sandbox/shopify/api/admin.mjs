// POST /admin/api/2026-10/graphql.json: the checks in the platform's order, then graphql-js on the platform's schema.
import {
  execute, getNamedType, getOperationAST, getVariableValues, isCompositeType, NoDeprecatedCustomRule, parse, validate,
} from 'graphql';
import { readBody, sendJson } from '../lib/http.mjs';
import { Bucket, CostMeter, kMaxQueryCost, requestedCost } from './cost.mjs';
import { accessDenied, notImplemented, validationCode } from './errors.mjs';
import { checkOperation, idempotencyKey, IdempotencyRecords } from './idempotency.mjs';
import { adminRoots } from './resolvers/roots.mjs';
import { adminSchema, kApiVersion } from './schema.mjs';

/**
 * @typedef {{box: import('../lib/sandbox.mjs').Sandbox, store: import('../lib/store.mjs').Store,
 *   grant: import('../lib/tokens.mjs').Grant, meter: CostMeter}} Context
 */

export class AdminApi {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    this.limits = { maximum: 2000, restoreRate: 100 };
    /** @type {Map<number, Bucket>} */
    this.buckets_ = new Map();
    this.records_ = new IdempotencyRecords();
    this.roots_ = adminRoots();
  }

  /** @param {{maximum?: number, restoreRate?: number}} limits */
  setLimits(limits) {
    this.limits = { ...this.limits, ...limits };
    this.buckets_.clear();
  }

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   * @param {{version: string, entry: import('../lib/requests.mjs').Entry, fault: import('../lib/faults.mjs').Fault|null}} about
   */
  async handle(req, res, { version, entry, fault }) {
    entry.kind = 'admin-graphql';
    if (version !== kApiVersion) return sendJson(res, 404, { errors: 'Not Found' });
    const headers = { 'x-shopify-api-version': kApiVersion };
    if (req.method !== 'POST') return sendJson(res, 405, { errors: 'Method Not Allowed' }, { ...headers, allow: 'POST' });
    const grant = this.box_.tokens.grantOf(String(req.headers['x-shopify-access-token'] ?? ''));
    if (!grant) {
      const text = '[API] Invalid API key or access token (unrecognized login or wrong password)';
      return sendJson(res, 401, { errors: text }, headers);
    }
    entry.app = grant.app;
    const body = (await readBody(req)).toString('utf8');
    const request = parseRequest(String(req.headers['content-type'] ?? ''), body);
    if (!request) return sendJson(res, 400, { errors: { query: 'Required parameter missing or invalid' } }, headers);
    const answer = await this.run(request, grant, entry, Boolean(fault?.throttle));
    sendJson(res, 200, answer, headers);
  }

  /** @param {number} appId */
  bucketOf(appId) {
    const bucket = this.buckets_.get(appId) ?? new Bucket(this.limits);
    this.buckets_.set(appId, bucket);
    return bucket;
  }

  /**
   * @param {{query: string, variables: Record<string, unknown>, operationName?: string}} request
   * @param {import('../lib/tokens.mjs').Grant} grant
   * @param {Record<string, any>} entry where the log writes what ran
   * @param {boolean} throttled by command
   */
  async run(request, grant, entry = {}, throttled = false) {
    const { schema, idempotent } = adminSchema();
    const bucket = this.bucketOf(grant.appId);
    let document, operation, cost;
    try {
      document = parse(request.query);
    } catch (error) {
      return { errors: [describe(error, 'parseError')] };
    }
    const problems = validate(schema, document);
    if (problems.length > 0) return { errors: problems.map((problem) => describe(problem, validationCode(problem.message))) };
    operation = getOperationAST(document, request.operationName);
    if (!operation) return { errors: [{ message: 'An operation name is required', extensions: { code: 'BAD_REQUEST' } }] };
    entry.operation = operation.name?.value ?? null;
    entry.operationKind = operation.operation;
    entry.fields = operation.selectionSet.selections.map((node) => node.kind === 'Field' ? node.name.value : '…');
    entry.variables = request.variables;
    entry.deprecated = validate(schema, document, [NoDeprecatedCustomRule]).map((problem) => problem.message);
    const variables = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables);
    if (variables.errors) return { errors: variables.errors.map((problem) => describe(problem, 'INVALID_VARIABLE')) };
    try {
      checkOperation(operation, idempotent, variables.coerced);
      cost = requestedCost(schema, document, operation, variables.coerced);
    } catch (error) {
      return { errors: [describe(error, 'BAD_REQUEST')] };
    }
    entry.cost = { requested: cost, actual: null };
    if (cost > kMaxQueryCost) {
      const message = `Query cost is ${cost}, which exceeds the single query max cost limit (${kMaxQueryCost}).`;
      return { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost: kMaxQueryCost } }] };
    }
    if (throttled || !bucket.take(cost)) {
      entry.throttled = true;
      const extensions = { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' };
      return { errors: [{ message: 'Throttled', extensions }], extensions: bucket.report(cost, null) };
    }
    const meter = new CostMeter();
    /** @type {Context} */
    const context = { box: this.box_, store: this.box_.store, grant, meter };
    const result = await execute({
      schema, document, operationName: request.operationName, variableValues: request.variables, contextValue: context,
      rootValue: operation.operation === 'mutation' ? this.roots_.mutation : this.roots_.query,
      fieldResolver: (source, args, ctx, info) => this.resolve_(source, args, ctx, info),
    });
    const actual = Math.min(cost, meter.points);
    bucket.giveBack(cost - actual);
    entry.cost.actual = actual;
    const errors = result.errors?.map((problem) => describe(problem, 'INTERNAL_SERVER_ERROR'));
    if (errors) entry.errors = errors.map((one) => one.message);
    return { ...(errors ? { errors } : {}), data: result.data, extensions: bucket.report(cost, actual) };
  }

  /** Scope first, then the value; a field that nobody wrote is an error, never a silent null. @param {any} source @param {any} args @param {Context} ctx @param {import('graphql').GraphQLResolveInfo} info */
  resolve_(source, args, ctx, info) {
    const { scopes, idempotent } = adminSchema();
    const parent = info.parentType.name;
    const type = getNamedType(info.returnType);
    const missing = scopes.missing(parent, info.fieldName, type.name, ctx.grant.scopes);
    if (missing) throw accessDenied(info.fieldName, missing.text);
    if (!(info.fieldName in source)) throw notImplemented(`${parent}.${info.fieldName}`);
    const member = source[info.fieldName];
    const run = () => typeof member === 'function' ? member.call(source, args, ctx, info) : member;
    let value;
    if (parent === 'Mutation' && idempotent.has(info.fieldName)) {
      const key = idempotencyKey(info.fieldNodes[0], idempotent, info.variableValues);
      value = this.records_.once(`${ctx.grant.appId} ${info.fieldName} ${key}`, args, run, refusalsOf(type));
    } else {
      value = run();
    }
    ctx.meter.add(parent, type.name, value, isCompositeType(type));
    return value;
  }
}

/** A payload in which nothing was done, and whether its errors can say that a key was refused before. @param {any} payload its type */
function refusalsOf(payload) {
  const error = getNamedType(payload.getFields().userErrors?.type);
  const codes = error && getNamedType(/** @type {any} */ (error).getFields().code?.type);
  const named = /** @type {{name: string}[]} */ (/** @type {any} */ (codes)?.getValues?.() ?? []);
  return {
    nothing: Object.fromEntries(Object.keys(payload.getFields()).map((name) => [name, null])),
    namesFailure: named.some(({ name }) => name === 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'),
  };
}

/** @param {string} contentType @param {string} body */
export function parseRequest(contentType, body) {
  const kind = contentType.split(';')[0].trim().toLowerCase();
  if (kind === 'application/graphql') return body ? { query: body, variables: {}, operationName: undefined } : null;
  if (kind !== 'application/json') return null;
  try {
    const { query, variables, operationName } = JSON.parse(body);
    if (typeof query !== 'string' || query === '') return null;
    return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
  } catch {
    return null;
  }
}

/** @param {any} error @param {string} code */
export function describe(error, code) {
  const { message, locations, path, extensions } = error;
  return { message, ...(locations ? { locations } : {}), ...(path ? { path } : {}), extensions: { code, ...extensions } };
}

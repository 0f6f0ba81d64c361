// `@idempotent(key:)` and `changeFromQuantity`: demanded since 2026-04, though the schema alone does not say so
// (README.md, sources: idempotency).
import { createHash } from 'node:crypto';
import { Kind, valueFromASTUntyped } from 'graphql';
import { apiError, userError } from './errors.mjs';

export const kMaxRememberedKeys = 10_000;

/**
 * The key of a root mutation; throws when the directive is missing, blank or not supported there.
 * @param {import('graphql').FieldNode} node
 * @param {Set<string>} demanded
 * @param {Record<string, unknown>} variables
 * @returns {string|null}
 */
export function idempotencyKey(node, demanded, variables) {
  const name = node.name.value;
  const directive = node.directives?.find((one) => one.name.value === 'idempotent');
  if (!demanded.has(name)) {
    if (directive) throw apiError(`The @idempotent directive is not supported on ${name}`, 'BAD_REQUEST');
    return null;
  }
  if (!directive) {
    throw apiError('The @idempotent directive is required for this mutation but was not provided.', 'BAD_REQUEST');
  }
  const argument = directive.arguments?.find((one) => one.name.value === 'key');
  const key = argument ? valueFromASTUntyped(argument.value, variables) : undefined;
  if (typeof key !== 'string' || key.trim() === '') throw apiError('The idempotency key cannot be blank', 'BAD_REQUEST');
  return key;
}

/** Every root mutation of an operation with its key. @param {import('graphql').OperationDefinitionNode} operation @param {Set<string>} demanded @param {Record<string, unknown>} variables */
export function checkOperation(operation, demanded, variables) {
  if (operation.operation !== 'mutation') return;
  for (const node of operation.selectionSet.selections) {
    if (node.kind === Kind.FIELD) idempotencyKey(node, demanded, variables);
  }
}

/** Answers a repeated key with the first answer, unless that was a refusal and the mutation's errors can say so. */
export class IdempotencyRecords {
  constructor() {
    /** @type {Map<string, {digest: string, result: any}>} */
    this.seen_ = new Map();
  }

  /** @param {string} scope app, mutation and key @param {unknown} args @param {() => any} run @param {{nothing?: object, namesFailure?: boolean}} payload */
  once(scope, args, run, { nothing = {}, namesFailure = false } = {}) {
    const digest = createHash('sha256').update(JSON.stringify(args)).digest('hex');
    const known = this.seen_.get(scope);
    if (known && known.digest !== digest) {
      const message = 'The same idempotency key cannot be used with different operation parameters.';
      return { ...nothing, userErrors: [userError(null, message, 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH')] };
    }
    if (known && namesFailure && known.result.userErrors?.length > 0) {
      const message = 'A previous request with this idempotency key failed. Retry with a new idempotency key.';
      return { ...nothing, userErrors: [userError(null, message, 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')] };
    }
    if (known) return known.result;
    const result = run();
    this.seen_.set(scope, { digest, result });
    if (this.seen_.size > kMaxRememberedKeys) this.seen_.delete(this.seen_.keys().next().value ?? '');
    return result;
  }
}

/** @param {object[]} changes @param {string} type the name of one's type */
export function demandChangeFromQuantity(changes, type) {
  if (changes.every((change) => 'changeFromQuantity' in change)) return;
  throw apiError(`${type} must include the following argument: changeFromQuantity.`, 'INVALID_FIELD_ARGUMENTS');
}

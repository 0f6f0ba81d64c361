// Query cost and the leaky bucket (README.md, sources: cost; object 1, scalar and enum 0, mutation 10, connections sized by
// first/last; at most 1,000 points a query; 100 points a second restored, 2,000 at most).
import { GraphQLError, Kind, getNamedType, isCompositeType, isObjectType, valueFromASTUntyped } from 'graphql';

export const kMaxQueryCost = 1000;
export const kMaxPageSize = 250;
const kMutationCost = 10;
const kConnectionCost = 2;

/**
 * The points a document may cost at most.
 * @param {import('graphql').GraphQLSchema} schema
 * @param {import('graphql').DocumentNode} document
 * @param {import('graphql').OperationDefinitionNode} operation
 * @param {Record<string, unknown>} variables
 * @returns {number}
 */
export function requestedCost(schema, document, operation, variables) {
  /** @type {Map<string, import('graphql').FragmentDefinitionNode>} */
  const fragments = new Map();
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);

  /** @param {import('graphql').SelectionSetNode|undefined} set @param {any} parent @returns {number} */
  function costOf(set, parent) {
    let sum = 0;
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.FIELD) {
        sum += costOfField(node, parent);
      } else {
        const target = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
        const type = target?.typeCondition ? schema.getType(target.typeCondition.name.value) : parent;
        sum += costOf(target?.selectionSet, type);
      }
    }
    return sum;
  }

  /** @param {import('graphql').FieldNode} node @param {any} parent @returns {number} */
  function costOfField(node, parent) {
    const field = node.name.value.startsWith('__') ? undefined : parent.getFields?.()[node.name.value];
    if (!field) return 0;
    if (parent === schema.getMutationType()) return kMutationCost;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 0;
    if (isObjectType(type) && type.name.endsWith('Connection')) {
      return kConnectionCost + pageSize(node, field.name, variables) * costOf(node.selectionSet, type);
    }
    const wrapper = type.name === 'PageInfo' || type.name.endsWith('Edge');
    return (wrapper ? 0 : 1) + costOf(node.selectionSet, type);
  }

  const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  return costOf(operation.selectionSet, root);
}

/** @param {import('graphql').FieldNode} node @param {string} name @param {Record<string, unknown>} variables */
function pageSize(node, name, variables) {
  const sizes = (node.arguments ?? [])
    .filter((argument) => ['first', 'last'].includes(argument.name.value))
    .map((argument) => valueFromASTUntyped(argument.value, variables))
    .filter((value) => value !== null && value !== undefined);
  const refuse = (/** @type {string} */ message) => new GraphQLError(message, { nodes: [node], extensions: { code: 'BAD_REQUEST' } });
  if (sizes.length !== 1) throw refuse(`you must provide one of first or last for ${name}`);
  const size = Number(sizes[0]);
  if (!(size >= 0 && size <= kMaxPageSize)) throw refuse(`${name} takes between 0 and ${kMaxPageSize} items, not ${sizes[0]}`);
  return size;
}

/** Counts what a query really touched. */
export class CostMeter {
  constructor() {
    this.points = 0;
  }

  /** @param {string} parentName @param {string} typeName @param {unknown} value @param {boolean} composite */
  add(parentName, typeName, value, composite) {
    if (parentName === 'Mutation') this.points += kMutationCost;
    else if (value === null || value === undefined || !composite) return;
    else if (typeName.endsWith('Connection')) this.points += kConnectionCost;
    else if (typeName !== 'PageInfo' && !typeName.endsWith('Edge')) this.points += Array.isArray(value) ? value.length : 1;
  }
}

/** A leaky bucket of one app in one shop. */
export class Bucket {
  /** @param {{maximum: number, restoreRate: number}} limits @param {() => number} nowMs */
  constructor({ maximum, restoreRate }, nowMs = () => Date.now()) {
    this.maximum = maximum;
    this.restoreRate = restoreRate;
    this.nowMs_ = nowMs;
    this.available_ = maximum;
    this.at_ = nowMs();
  }

  available() {
    const now = this.nowMs_();
    this.available_ = Math.min(this.maximum, this.available_ + ((now - this.at_) / 1000) * this.restoreRate);
    this.at_ = now;
    return this.available_;
  }

  /** @param {number} points @returns {boolean} false when there is not enough */
  take(points) {
    if (this.available() < points) return false;
    this.available_ -= points;
    return true;
  }

  /** @param {number} points */
  giveBack(points) {
    this.available_ = Math.min(this.maximum, this.available() + Math.max(0, points));
  }

  /** @param {number} requested @param {number|null} actual */
  report(requested, actual) {
    return {
      cost: {
        requestedQueryCost: requested, actualQueryCost: actual,
        throttleStatus: { maximumAvailable: this.maximum, currentlyAvailable: Math.floor(this.available()), restoreRate: this.restoreRate },
      },
    };
  }
}

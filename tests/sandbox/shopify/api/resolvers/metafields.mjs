// Metafields and their definitions: at most 25 a call, all or none, compare-and-set by digest, app-owned namespaces.
import { gid, parseGid } from '../../lib/ids.mjs';
import { digestOf } from '../../lib/store.mjs';
import { connection } from '../connection.mjs';
import { accessDenied, apiError, userError } from '../errors.mjs';
import { hasScope } from '../schema.mjs';
import { ownsNamespace, reservedFor, resolveNamespace } from './namespaces.mjs';
import { definitionView, metafieldView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

export const kMaxMetafieldsPerCall = 25;
const kMaxJsonBytes = 128 * 1024;
const kMaxTextLength = 65_535;

/** What a type's value must look like; null when it is right, else the sentence. @type {Record<string, (value: string) => string|null>} */
const kTypes = {
  json: (value) => {
    try {
      JSON.parse(value);
    } catch (error) {
      return `is invalid JSON: ${error.message}.`;
    }
    return Buffer.byteLength(value) > kMaxJsonBytes ? `must be at most ${kMaxJsonBytes} bytes.` : null;
  },
  single_line_text_field: (value) => (/[\r\n]/.test(value) ? "can't contain line breaks." : null),
  multi_line_text_field: () => null,
  number_integer: (value) => (/^-?\d{1,16}$/.test(value) ? null : 'must be an integer.'),
  number_decimal: (value) => (/^-?\d{1,13}(\.\d{1,9})?$/.test(value) ? null : 'must be a decimal number.'),
  boolean: (value) => (/^(true|false)$/.test(value) ? null : 'must be true or false.'),
  date: (value) => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? null : 'must be a date.'),
  date_time: (value) => (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(value) ? null : 'must be a date and time.'),
  url: (value) => (/^(https?|mailto|tel|sms):/.test(value) ? null : 'must be a URL.'),
  id: () => null,
};

/** Owner types of this shop with the scope that reading and writing them takes. @type {Record<string, {ownerType: string, scope: string|null}>} */
const kOwners = {
  Customer: { ownerType: 'CUSTOMER', scope: 'customers' },
  Product: { ownerType: 'PRODUCT', scope: 'products' },
  ProductVariant: { ownerType: 'PRODUCTVARIANT', scope: 'products' },
  Location: { ownerType: 'LOCATION', scope: 'locations' },
  Shop: { ownerType: 'SHOP', scope: null },
  AppInstallation: { ownerType: 'API_PERMISSION', scope: null },
};

/** @param {string} ownerType */
const scopeOf = (ownerType) => Object.values(kOwners).find((one) => one.ownerType === ownerType)?.scope ?? null;

/** @param {string} ownerType @param {'read'|'write'} mode @param {string} field @param {Context} ctx */
function demandScope(ownerType, mode, field, ctx) {
  const name = scopeOf(ownerType);
  const scope = name && `${mode}_${name}`;
  if (scope && !hasScope(ctx.grant.scopes, scope)) throw accessDenied(field, `\`${scope}\` access scope.`);
}

export const metafieldQueries = {
  /** @param {any} args @param {Context} ctx */
  metafieldDefinitions(args, ctx) {
    demandScope(args.ownerType, 'read', 'metafieldDefinitions', ctx);
    const namespace = args.namespace ? resolveNamespace(args.namespace, ctx.grant.appId) : null;
    const found = ctx.store.definitions.filter((one) => one.ownerType === args.ownerType && ownsNamespace(one.namespace, ctx.grant.appId)
      && (!namespace || one.namespace === namespace) && (!args.key || one.key === args.key));
    return connection(found.map(definitionView), args);
  },
  /** @param {any} args @param {Context} ctx */
  metafieldDefinition(args, ctx) {
    const { identifier } = args;
    const found = ctx.store.definitions.find((one) => identifier
      ? one.ownerType === identifier.ownerType && one.key === identifier.key
        && one.namespace === resolveNamespace(identifier.namespace, ctx.grant.appId)
      : gid('MetafieldDefinition', one.id) === args.id);
    if (!found || !ownsNamespace(found.namespace, ctx.grant.appId)) return null;
    demandScope(found.ownerType, 'read', 'metafieldDefinition', ctx);
    return definitionView(found);
  },
};

export const metafieldMutations = {
  /** @param {{metafields: any[]}} args @param {Context} ctx */
  metafieldsSet({ metafields }, ctx) {
    const written = writeMetafields(metafields, ctx);
    for (const ownerId of new Set(written.metafields?.map((one) => one.ownerId))) ctx.box.webhooks.metafieldsWritten(ownerId);
    return { ...written, metafields: written.metafields?.map((one) => metafieldView(one, ownerTypeOf(one.ownerId))) ?? null };
  },
  /** @param {{metafields: any[]}} args @param {Context} ctx */
  metafieldsDelete({ metafields }, ctx) {
    const deleted = metafields.map((one) => {
      const namespace = resolveNamespace(one.namespace, ctx.grant.appId);
      demandScope(ownerTypeOf(one.ownerId), 'write', 'metafieldsDelete', ctx);
      if (!ownsNamespace(namespace, ctx.grant.appId)) throw accessDenied('metafieldsDelete', 'the app that owns the namespace.');
      const removed = ctx.store.metafields.get(one.ownerId)?.delete(`${namespace}.${one.key}`);
      return removed ? { ownerId: one.ownerId, namespace, key: one.key } : null;
    });
    return { deletedMetafields: deleted, userErrors: [] };
  },
  /** @param {{definition: any}} args @param {Context} ctx */
  metafieldDefinitionCreate({ definition }, ctx) {
    demandScope(definition.ownerType, 'write', 'metafieldDefinitionCreate', ctx);
    const namespace = resolveNamespace(definition.namespace, ctx.grant.appId);
    const refuse = (/** @type {string} */ field, /** @type {string} */ message, /** @type {string} */ code) =>
      ({ createdDefinition: null, userErrors: [userError(['definition', field], message, code)] });
    const wrongName = nameProblem(namespace, definition.key);
    if (wrongName) return refuse(wrongName.field, wrongName.message, wrongName.code);
    if (!ownsNamespace(namespace, ctx.grant.appId)) return refuse('namespace', 'The namespace is reserved for another app', 'RESERVED_NAMESPACE_KEY');
    if (!baseType(definition.type)) return refuse('type', `Type ${definition.type} is not known`, 'INCLUSION');
    if (!definition.name?.trim()) return refuse('name', "Name can't be blank", 'BLANK');
    if (ctx.store.definition(definition.ownerType, namespace, definition.key)) {
      return refuse('key', 'Key is in use for Customer metafields on this namespace', 'TAKEN');
    }
    const { access = {} } = definition;
    if (access.admin && reservedFor(namespace) === null) {
      return refuse('access', 'Setting admin access is allowed in app-owned namespaces only', 'ADMIN_ACCESS_INPUT_NOT_ALLOWED');
    }
    const row = {
      id: ctx.store.ids.next('MetafieldDefinition'), name: definition.name, namespace, key: definition.key,
      ownerType: definition.ownerType, type: definition.type, description: definition.description ?? null,
      validations: definition.validations ?? [],
      access: {
        admin: access.admin ?? (reservedFor(namespace) === null ? 'PUBLIC_READ_WRITE' : 'PRIVATE'),
        storefront: access.storefront ?? 'NONE', customerAccount: access.customerAccount ?? 'NONE',
      },
    };
    ctx.store.definitions.push(row);
    return { createdDefinition: definitionView(row), userErrors: [] };
  },
};

/** @param {string} id */
const ownerTypeOf = (id) => kOwners[parseGid(id)?.type ?? '']?.ownerType ?? '';

/** @param {string} type */
const baseType = (type) => kTypes[type.replace(/^list\./, '')];

/** @param {string} namespace @param {string} key */
function nameProblem(namespace, key) {
  for (const [field, text, least, most] of /** @type {[string, string, number, number][]} */ ([['namespace', namespace, 3, 255], ['key', key, 2, 64]])) {
    if (text.length < least) return { field, message: `${field} is too short (minimum is ${least} characters)`, code: 'TOO_SHORT' };
    if (text.length > most) return { field, message: `${field} is too long (maximum is ${most} characters)`, code: 'TOO_LONG' };
    if (!/^[A-Za-z0-9_-]+$/.test(text)) return { field, message: `${field} contains invalid characters`, code: 'INVALID' };
  }
  return null;
}

/**
 * Checks all of them, then writes all or none.
 * @param {any[]} inputs
 * @param {Context} ctx
 * @returns {{metafields: import('../../lib/store.mjs').Metafield[]|null, userErrors: any[]}}
 */
export function writeMetafields(inputs, ctx) {
  if (inputs.length > kMaxMetafieldsPerCall) {
    throw apiError(`The input array size of ${inputs.length} is greater than the maximum allowed of ${kMaxMetafieldsPerCall}.`, 'MAX_INPUT_SIZE_EXCEEDED');
  }
  const userErrors = [];
  const writes = [];
  for (const [index, input] of inputs.entries()) {
    const ownerType = ownerTypeOf(input.ownerId);
    if (ownerType) demandScope(ownerType, 'write', 'metafieldsSet', ctx);
    const refuse = (/** @type {string} */ field, /** @type {string} */ message, /** @type {string} */ code) =>
      userErrors.push({ ...userError(['metafields', String(index), field], message, code), elementIndex: null });
    const namespace = resolveNamespace(input.namespace, ctx.grant.appId);
    const wrongName = nameProblem(namespace, input.key);
    const installation = ownerType === 'API_PERMISSION' && input.ownerId === gid('AppInstallation', ctx.grant.appId);
    if (!installation && !ctx.store.owns(input.ownerId)) {
      refuse('ownerId', 'Owner does not exist.', 'INVALID');
      continue;
    }
    if (wrongName) {
      refuse(wrongName.field, wrongName.message, wrongName.code);
      continue;
    }
    if (!ownsNamespace(namespace, ctx.grant.appId)) {
      refuse('namespace', 'Access to this namespace and key on Metafields for this resource type is not allowed.', 'APP_NOT_AUTHORIZED');
      continue;
    }
    const previous = ctx.store.metafield(input.ownerId, namespace, input.key);
    const definition = ctx.store.definition(ownerType, namespace, input.key);
    const type = input.type ?? definition?.type;  // never what is there (sources: metafields)
    if (!type) refuse('type', "Type can't be blank", 'BLANK');
    else if (!baseType(type)) refuse('type', `Type ${type} is not known`, 'INCLUSION');
    else if (definition && definition.type !== type) refuse('type', `Type must be consistent with the definition's type: '${definition.type}'.`, 'INVALID_TYPE');
    else {
      const problem = valueProblem(type, input.value) ?? choiceProblem(definition, input.value);
      if (problem) refuse('value', `Value ${problem}`, input.value === '' ? 'BLANK' : 'INVALID_VALUE');
    }
    if ('compareDigest' in input && input.compareDigest !== (previous ? digestOf(previous) : null)) {
      refuse('compareDigest', 'The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.', 'STALE_OBJECT');
    }
    writes.push({ ownerId: input.ownerId, namespace, key: input.key, type, value: input.value });
  }
  if (userErrors.length > 0) return { metafields: null, userErrors };
  return { metafields: writes.map((one) => ctx.store.setMetafield(one)), userErrors: [] };
}

/** @param {import('../../lib/store.mjs').Definition|undefined} definition @param {string} value */
function choiceProblem(definition, value) {
  const choices = definition?.validations.find((one) => one.name === 'choices')?.value;
  return choices && !JSON.parse(choices).includes(value) ? `does not exist in provided choices: ${choices}.` : null;
}

/** @param {string} type @param {string} value */
function valueProblem(type, value) {
  if (value === '') return "can't be blank.";
  if (type !== 'json' && value.length > kMaxTextLength) return `must be at most ${kMaxTextLength} characters.`;
  if (!type.startsWith('list.')) return kTypes[type](value);
  try {
    const list = JSON.parse(value);
    return Array.isArray(list) ? null : 'must be a list.';
  } catch {
    return 'must be a list.';
  }
}

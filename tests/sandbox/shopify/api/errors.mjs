// Errors in the platform's own shapes.
import { GraphQLError } from 'graphql';

/** @param {string} message @param {string} code @param {Record<string, unknown>} more */
export function apiError(message, code, more = {}) {
  return new GraphQLError(message, { extensions: { code, ...more } });
}

/** @param {string} field @param {string} requiredAccess */
export function accessDenied(field, requiredAccess) {
  return apiError(`Access denied for ${field} field. Required access: ${requiredAccess}`, 'ACCESS_DENIED', {
    documentation: 'https://shopify.dev/api/usage/access-scopes', requiredAccess,
  });
}

/** @param {string} where */
export const notImplemented = (where) =>
  apiError(`The sandbox does not implement ${where}`, 'SANDBOX_NOT_IMPLEMENTED');

/** @param {string[]|null} field @param {string} message @param {string|null} code */
export const userError = (field, message, code = null) => ({ field, message, code });

/** Codes that the platform gives to the commonest mistakes of a document. @param {string} message */
export function validationCode(message) {
  if (/^Cannot query field/.test(message)) return 'undefinedField';
  if (/^Unknown argument/.test(message)) return 'argumentNotAccepted';
  if (/is required, but it was not provided/.test(message)) return 'missingRequiredArguments';
  if (/^Unknown type/.test(message)) return 'undefinedType';
  if (/^Unknown directive/.test(message)) return 'undefinedDirective';
  if (/is not defined by type|was not provided|cannot represent|Expected value/.test(message)) return 'argumentLiteralsIncompatible';
  return 'invalidDocument';
}

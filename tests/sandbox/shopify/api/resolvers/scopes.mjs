// The scopes of mutations that the schema's table leaves out, though their pages name them (README.md, sources: scopes).
import { accessDenied } from '../errors.mjs';
import { hasScope } from '../schema.mjs';

/** @param {string} field @param {string} scope @param {import('../admin.mjs').Context} ctx */
export function demandScope(field, scope, ctx) {
  if (!hasScope(ctx.grant.scopes, scope)) throw accessDenied(field, `\`${scope}\` access scope.`);
}

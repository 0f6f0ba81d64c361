// The root fields that exist here. The schema has hundreds more: those answer SANDBOX_NOT_IMPLEMENTED.
import { gid } from '../../lib/ids.mjs';
import { connection } from '../connection.mjs';
import { addressMutations } from './addresses.mjs';
import { customerMutations, customerQueries } from './customers.mjs';
import { inventoryMutations, inventoryQueries } from './inventory.mjs';
import { mergeMutations, mergeQueries } from './merge.mjs';
import { metafieldMutations, metafieldQueries } from './metafields.mjs';
import { productMutations, productQueries } from './products.mjs';
import { metafieldView, ownerView, shopView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

const shopQueries = {
  /** @param {unknown} _ @param {Context} ctx */
  shop: (_, ctx) => shopView(ctx.store),
  /** @param {{id: string}} args @param {Context} ctx */
  node: ({ id }, ctx) => ownerView(id, ctx.store),
  /** @param {{ids: string[]}} args @param {Context} ctx */
  nodes: ({ ids }, ctx) => ids.map((id) => ownerView(id, ctx.store)),
  /** @param {unknown} _ @param {Context} ctx */
  currentAppInstallation(_, ctx) {
    const id = gid('AppInstallation', ctx.grant.appId);
    const own = () => ctx.store.metafieldsOf(id).map((one) => metafieldView(one, 'API_PERMISSION'));
    return {
      __typename: 'AppInstallation', id, launchUrl: `https://${ctx.store.shop.domain}/admin/apps/${ctx.box.config.handle}`,
      accessScopes: ctx.grant.scopes.map((handle) => ({ handle, description: handle })),
      app: {
        __typename: 'App', id: gid('App', ctx.grant.appId), title: ctx.grant.app === 'custom' ? 'Custom app' : ctx.box.config.name,
        handle: ctx.box.config.handle, apiKey: ctx.box.clientId, embedded: true,
      },
      metafield: (/** @type {any} */ args) => own().find((one) => one.key === args.key && (!args.namespace || one.namespace === args.namespace)) ?? null,
      metafields: (/** @type {any} */ args) => connection(own(), args),
    };
  },
  /** Subscriptions of shopify.app.toml are not listed, as on the platform: only those made over the API. @param {any} args */
  webhookSubscriptions: (args) => connection([], args),
};

export function adminRoots() {
  return {
    query: { ...shopQueries, ...customerQueries, ...mergeQueries, ...productQueries, ...inventoryQueries, ...metafieldQueries },
    mutation: { ...customerMutations, ...addressMutations, ...mergeMutations, ...productMutations, ...inventoryMutations, ...metafieldMutations },
  };
}

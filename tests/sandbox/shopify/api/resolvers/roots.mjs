// The root fields that exist here. The schema has hundreds more: those answer SANDBOX_NOT_IMPLEMENTED.
import { gid } from '../../lib/ids.mjs';
import { connection } from '../connection.mjs';
import { addressMutations } from './addresses.mjs';
import { customerMutations, customerQueries } from './customers.mjs';
import { findFulfillmentOrder, fulfillmentOrderMutations, fulfillmentOrderQueries } from './fulfillment_orders.mjs';
import { fulfillmentOrderView } from './fulfillment_views.mjs';
import { fulfillmentMutations, fulfillmentQueries } from './fulfillments.mjs';
import { holdMutations } from './holds.mjs';
import { inventoryMutations, inventoryQueries } from './inventory.mjs';
import { locationMutations, locationQueries } from './locations.mjs';
import { mergeMutations, mergeQueries } from './merge.mjs';
import { metafieldMutations, metafieldQueries } from './metafields.mjs';
import { findOrder, orderMutations, orderQueries } from './orders.mjs';
import { orderView } from './order_views.mjs';
import { productMutations, productQueries } from './products.mjs';
import { refundMutations, refundQueries } from './refunds.mjs';
import { metafieldView, ownerView, shopView } from './views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */

/** What any global id names, as far as the app may see it. @param {string} id @param {Context} ctx */
function nodeView(id, ctx) {
  const order = findOrder(id, ctx);
  if (order) return orderView(order, ctx);
  const work = id.startsWith('gid://shopify/FulfillmentOrder/') ? findFulfillmentOrder(id, ctx) : undefined;
  return work ? fulfillmentOrderView(ctx.box.fulfilment.orderOf(work), work) : ownerView(id, ctx.store);
}

const shopQueries = {
  /** @param {unknown} _ @param {Context} ctx */
  shop: (_, ctx) => shopView(ctx.store),
  /** @param {{id: string}} args @param {Context} ctx */
  node: ({ id }, ctx) => nodeView(id, ctx),
  /** @param {{ids: string[]}} args @param {Context} ctx */
  nodes: ({ ids }, ctx) => ids.map((id) => nodeView(id, ctx)),
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
    query: {
      ...shopQueries, ...customerQueries, ...mergeQueries, ...productQueries, ...inventoryQueries, ...locationQueries, ...orderQueries,
      ...fulfillmentOrderQueries, ...fulfillmentQueries, ...refundQueries, ...metafieldQueries,
    },
    mutation: {
      ...customerMutations, ...addressMutations, ...mergeMutations, ...productMutations, ...inventoryMutations, ...locationMutations, ...orderMutations,
      ...refundMutations, ...fulfillmentOrderMutations, ...holdMutations, ...fulfillmentMutations, ...metafieldMutations,
    },
  };
}

// Every GraphQL operation of the server against Shopify's own published schema: valid, nothing deprecated, user errors
// read, idempotency keys where they are demanded, and no scope that shopify.app.toml does not ask for.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  NoDeprecatedCustomRule, TypeInfo, buildClientSchema, getNamedType, getVariableValues, parse, specifiedRules,
  validate, visit, visitWithTypeInfo,
} from 'graphql';

const root = new URL('../../../', import.meta.url);
const text = (path) => readFileSync(new URL(path, root), 'utf8');

const version = /kShopifyApiVersion = "([0-9-]+)"/.exec(text('server/shopify/client.h'))[1];
const published = JSON.parse(
  gunzipSync(readFileSync(new URL(`build/third_party/shopify-schema/admin_${version}.json.gz`, root))),
);
const schema = buildClientSchema(published.data);
const folder = 'server/shopify/graphql/';
const graphqlFiles = (path) => readdirSync(new URL(path, root)).filter((name) => name.endsWith('.graphql'));
const fragments = graphqlFiles(`${folder}fragments/`).map((name) => text(`${folder}fragments/${name}`));
/** A file and the fragments that it spreads: what graphql.cmake embeds. */
const embedded = (name) => {
  const source = text(folder + name);
  const spread = fragments.filter((fragment) => new RegExp(`\\.{3}${/fragment (\w+)/.exec(fragment)[1]}\\b`).test(source));
  return [source, ...spread].join('');
};
const operations = graphqlFiles(folder).map((name) => ({ name, document: parse(embedded(name)) }));

const granted = /scopes = "([^"]*)"/.exec(text('shopify.app.toml'))[1].split(',');
test('the server looks for the scopes that shopify.app.toml asks for', () => {
  const [, needed] = /kShopifyScopes =\s+((?:"[^"]*"\s*)+);/.exec(text('server/shopify/client.h'));
  assert.deepEqual(needed.replace(/"\s*/g, '').split(','), granted);
});
// A write scope includes reading.
const held = new Set(granted.flatMap((scope) => [scope, scope.replace(/^write_/, 'read_')]));

/** The scope table of the schema package: of types, and of fields. */
const scopeTable = new Map();
for (const row of published.offline_scopes.items) {
  const key = row.type === 'type' ? row.typeName : `${row.typeName}.${row.fieldName}`;
  if (row.offlineScopes.length > 0) scopeTable.set(key, row.offlineScopes);
}

const kIdempotent = [
  'inventoryActivate', 'inventoryAdjustQuantities', 'inventoryMoveQuantities', 'inventorySetOnHandQuantities',
  'inventorySetQuantities', 'inventoryShipmentAddItems', 'inventoryShipmentCreate',
  'inventoryShipmentCreateInTransit', 'inventoryShipmentReceive', 'inventoryTransferCreate',
  'inventoryTransferCreateAsReadyToShip', 'inventoryTransferDuplicate', 'inventoryTransferSetItems',
  'locationActivate', 'locationDeactivate', 'refundCreate',
];

/** What is wrong with a document, as sentences. */
function complaints(document) {
  const found = validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule]).map((e) => e.message);
  const info = new TypeInfo(schema);
  visit(document, visitWithTypeInfo(info, {
    Field: {
      enter(node) {
        const parent = info.getParentType()?.name;
        const field = `${parent}.${node.name.value}`;
        const type = getNamedType(info.getType())?.name;
        for (const key of [field, type]) {
          const needed = scopeTable.get(key);
          if (needed && !needed.some((scope) => held.has(scope))) found.push(`${key} needs the scope ${needed}`);
        }
        if (parent !== 'Mutation') return;
        if (kIdempotent.includes(node.name.value) && !node.directives.some((d) => d.name.value === 'idempotent')) {
          found.push(`${field} needs @idempotent(key:)`);
        }
        const payload = getNamedType(info.getType())?.getFields?.() ?? {};
        const asked = node.selectionSet?.selections.map((one) => one.name?.value) ?? [];
        if ('userErrors' in payload && !asked.includes('userErrors')) found.push(`${field} must select userErrors`);
      },
    },
    Argument(node) {
      if (node.name.value !== 'changes' && node.name.value !== 'quantities') return;
      if (!JSON.stringify(node).includes('changeFromQuantity')) found.push('changeFromQuantity must be sent');
    },
  }));
  return found;
}

test('there are operations, one a file, named after it', () => {
  assert.ok(operations.length >= 8);
  for (const { name, document } of operations) {
    const own = document.definitions.filter((one) => one.kind === 'OperationDefinition');
    assert.deepEqual(own, document.definitions.slice(0, 1), name);
    const snake = document.definitions[0].name.value.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
    assert.equal(`${snake}.graphql`, name);
  }
});

for (const { name, document } of operations) {
  test(`${name} is valid on ${version}`, () => assert.deepEqual(complaints(document), []));
}

test('app and webhooks use the same version', () => {
  assert.match(text('shopify.app.toml'), new RegExp(`api_version = "${version}"`));
});

// Variables are checked by nothing above: what the client sends must be what the inputs take.
test('the variables that the client sends are what the inputs take', () => {
  const gid = 'gid://shopify/Customer/7001';
  const card = { ownerId: gid, namespace: '$app:tsunagi', key: 'card' };
  const sent = {
    'app_access.graphql': {},
    'shop_identity.graphql': {},
    'shop_mail.graphql': {},
    'customer.graphql': { id: gid, keys: ['facts.birth_date'], keyCount: 1 },
    'customer_card.graphql': { id: gid },
    'customers_changed.graphql': { query: "updated_at:>='2026-09-21T14:13:20Z' AND updated_at:<='2026-09-21T14:14:20Z'", after: 'cursor' },
    'customer_by_tag.graphql': { query: "tag:'tsunagi:T0123456789012'" },
    'customers_there.graphql': { ids: [gid] },
    'customers_tagged.graphql': { query: "id:>7001 AND tag:'old programme'", first: 25, keys: ['facts.birth_date'], keyCount: 1 },
    'customers_count.graphql': { query: "customer_tags CONTAINS 'old programme'" },
    'customer_tags.graphql': { id: gid },
    'tags_add_and_read.graphql': { id: gid, tags: ['tsunagi:T0123456789012'], keys: ['facts.birth_date'], keyCount: 1 },
    'tags_add.graphql': { id: gid, tags: ['tsunagi:T0123456789012'] },
    'tags_remove.graphql': { id: gid, tags: ['tsunagi:T0123456789012'] },
    'locations.graphql': {},
    'items.graphql': { query: "id:>0 AND updated_at:>='2026-09-21T14:13:20Z'", first: 100 },
    'on_hand.graphql': { ids: ['gid://shopify/InventoryItem/5'], location: 'gid://shopify/Location/3' },
    'inventory_set_quantities.graphql': {
      key: 'tsunagi-1-2',
      input: {
        name: 'on_hand', reason: 'correction', referenceDocumentUri: 'gid://tsunagi/OnHand/tsunagi-1-2',
        quantities: [{ inventoryItemId: 'gid://shopify/InventoryItem/5', locationId: 'gid://shopify/Location/3', quantity: 4, changeFromQuantity: 5 }],
      },
    },
    'inventory_activate.graphql': { item: 'gid://shopify/InventoryItem/5', location: 'gid://shopify/Location/3', onHand: 4, key: 'tsunagi-1-3' },
    'fulfillment_order_hold.graphql': {
      id: 'gid://shopify/FulfillmentOrder/1',
      hold: { reason: 'OTHER', reasonNotes: '店頭でお渡しできませんでした', handle: 'tsunagi-pickup', notifyMerchant: true,
        fulfillmentOrderLineItems: [{ id: 'gid://shopify/FulfillmentOrderLineItem/1', quantity: 2 }] },
    },
    'fulfillment_order_release_hold.graphql': { id: 'gid://shopify/FulfillmentOrder/1', holds: ['gid://shopify/FulfillmentHold/7'] },
    'refund_suggested.graphql': {
      id: 'gid://shopify/Order/1',
      lines: [{ lineItemId: 'gid://shopify/LineItem/5', quantity: 2, restockType: 'CANCEL', locationId: 'gid://shopify/Location/3' }],
    },
    'refund_create.graphql': {
      key: 'tsunagi.pickup.deed',
      input: {
        orderId: 'gid://shopify/Order/1', note: '店頭でお渡しできなかった分', notify: true,
        refundLineItems: [{ lineItemId: 'gid://shopify/LineItem/5', quantity: 2, restockType: 'CANCEL', locationId: 'gid://shopify/Location/3' }],
        transactions: [{ orderId: 'gid://shopify/Order/1', parentId: 'gid://shopify/OrderTransaction/9', gateway: 'shopify_payments', kind: 'REFUND', amount: '2200' }],
      },
    },
    'fulfillment_order_prepared.graphql': { input: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/1' }] } },
    'order_to_ship.graphql': { id: 'gid://shopify/Order/1' },
    'work_lines.graphql': { id: 'gid://shopify/FulfillmentOrder/1', after: 'cursor' },
    'parcel_lines.graphql': { id: 'gid://shopify/Fulfillment/9', after: 'cursor' },
    'work_order.graphql': { id: 'gid://shopify/FulfillmentOrder/1' },
    'work_destination.graphql': { id: 'gid://shopify/FulfillmentOrder/1' },
    'refund_lines.graphql': { id: 'gid://shopify/Refund/88', after: 'cursor' },
    'orders_refunded.graphql': { query: "updated_at:>='2026-09-21T14:13:20Z' AND updated_at:<='2026-09-21T14:14:20Z'", after: 'cursor' },
    'works_changed.graphql': { query: "updated_at:<='2026-09-21T14:14:20Z'", closed: false, after: 'cursor' },
    'fulfillment_order_move.graphql': {
      id: 'gid://shopify/FulfillmentOrder/1', location: 'gid://shopify/Location/3', lines: [{ id: 'gid://shopify/FulfillmentOrderLineItem/5', quantity: 2 }],
    },
    'fulfillment_create.graphql': {
      fulfillment: {
        lineItemsByFulfillmentOrder: [{
          fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/1',
          fulfillmentOrderLineItems: [{ id: 'gid://shopify/FulfillmentOrderLineItem/5', quantity: 2 }],
        }],
        notifyCustomer: true, trackingInfo: { company: 'Yamato (JA)', number: '491234567890' },
      },
    },
    'customer_update.graphql': { input: { id: gid, firstName: '木', lastName: '繋', phone: '+819012345678' } },
    'customer_email_marketing_consent_update.graphql': {
      input: { customerId: gid, emailMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' } },
    },
    'metafields_set.graphql': {
      metafields: [{ ...card, type: 'json', value: '{}' }, { ownerId: gid, namespace: 'custom', key: 'kana', value: 'ツナギ' },
        { ownerId: 'gid://shopify/AppInstallation/5', namespace: 'tsunagi', key: 'pilot', type: 'boolean', value: 'true' }],
    },
    'metafields_delete.graphql': { metafields: [card] },
    'metafield_definition_create.graphql': {
      definition: {
        name: 'Tsunagi member card', namespace: '$app:tsunagi', key: 'card', ownerType: 'CUSTOMER', type: 'json',
        access: { admin: 'MERCHANT_READ', storefront: 'NONE', customerAccount: 'READ' },
      },
    },
  };
  for (const { name, document } of operations) {
    assert.ok(name in sent, `${name}: say here what is sent with it`);
    const { errors } = getVariableValues(schema, document.definitions[0].variableDefinitions ?? [], sent[name]);
    assert.deepEqual(errors, undefined, name);
  }
});

// The checks themselves: each finds what it is there for.
const wrong = [
  ['a misspelt field', '{ shop { nmae } }', /Cannot query field "nmae"/],
  ['a deprecated field', '{ customer(id: "x") { email } }', /deprecated/],
  ['a missing scope', '{ draftOrders(first: 1) { nodes { id } } }', /needs the scope/],
  ['user errors not read', 'mutation { tagsAdd(id: "x", tags: ["a"]) { node { id } } }', /must select userErrors/],
  ['an idempotency key left out',
    'mutation { locationActivate(locationId: "x") { locationActivateUserErrors { code } } }', /needs @idempotent/],
];
for (const [what, source, pattern] of wrong) {
  test(`the check finds ${what}`, () => assert.match(complaints(parse(source)).join('\n'), pattern));
}
test('the list of mutations that demand a key is the schema’s own', () => {
  const demanding = Object.values(schema.getMutationType().getFields())
    .filter((field) => /@idempotent/.test(field.description ?? ''))
    .map((field) => field.name);
  assert.deepEqual(demanding.sort(), kIdempotent.sort());
});

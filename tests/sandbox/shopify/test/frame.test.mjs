// The admin without a browser: which blocks are active, and links into the theme editor.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startSandbox } from './helpers.mjs';

test('a block is active where the theme has it, available where it does not', async (t) => {
  const { box, ready, put } = await startSandbox(t);
  await fetch(ready.app_page);
  const statuses = async () => {
    const [extension] = await (await fetch(`${ready.admin}/store/${ready.shop}/extensions`)).json();
    assert.equal(extension.type, 'theme_app_extension');
    return Object.fromEntries(extension.activations.map((/** @type {any} */ one) => [one.handle, one.status]));
  };
  assert.deepEqual(await statuses(), { 'card-guard': 'active', 'cart-pickup': 'active', 'member-card': 'active', 'store-stock': 'active' });
  await put('/_sandbox/theme', { removed: ['card-guard', 'store-stock'] });
  assert.deepEqual(await statuses(), { 'card-guard': 'available', 'cart-pickup': 'active', 'member-card': 'active', 'store-stock': 'available' });
  const html = await (await fetch(`${ready.storefront}/pages/member`)).text();
  assert.match(html, /data-block-handle="member-card"/);
  assert.doesNotMatch(html, /data-block-handle="store-stock"|localStorage/);
  assert.equal(box.app.installed, true);
});

test('links into the theme editor are checked, and open the page in design mode', async (t) => {
  const { ready } = await startSandbox(t);
  const open = (/** @type {string} */ query) => fetch(`${ready.admin_url.replace('{shop}', ready.shop)}/admin/themes/current/editor?${query}`, { redirect: 'manual' });
  const id = ready.client_id;
  for (const [query, page] of [
    [`template=page&addAppBlockId=${id}/member-card&target=newAppsSection`, '/pages/about'], [`template=customers/account&addAppBlockId=${id}/member-card&target=mainSection`, '/account'],
    [`context=apps&template=index&activateAppId=${id}/card-guard`, '/'],
  ]) {
    assert.equal((await open(query)).headers.get('location'), `${ready.storefront}${page}?design_mode=1`);
  }
  for (const [query, why] of /** @type {[string, RegExp][]} */ ([
    ['template=page', /either/], [`template=page&addAppBlockId=other/member-card&target=newAppsSection`, /client id/], [`template=page&addAppBlockId=${id}/none&target=newAppsSection`, /no block/],
    [`template=page&addAppBlockId=${id}/member-card&target=sidebar`, /target/], [`template=none&addAppBlockId=${id}/member-card&target=mainSection`, /no template/],
    [`template=page&addAppBlockId=${id}/card-guard&target=mainSection`, /is an app embed/], [`template=page&activateAppId=${id}/card-guard`, /context=apps/],
    [`context=apps&activateAppId=${id}/member-card`, /not an app embed/],
  ])) {
    const reply = await open(query);
    assert.equal(reply.status, 400, query);
    assert.match(await reply.text(), why);
  }
});

test('session tokens are for the installed app only', async (t) => {
  const { ready, put } = await startSandbox(t);
  const token = () => fetch(`${ready.admin}/store/${ready.shop}/session-token`);
  assert.equal((await token()).status, 404);
  await fetch(ready.app_page);
  assert.equal((await token()).status, 200);
  await put('/_sandbox/app', { installed: false });
  assert.equal((await token()).status, 404);
  assert.equal((await fetch(`${ready.admin}/store/other.myshopify.com/apps/tsunagi`)).status, 404);
  assert.equal((await fetch(`${ready.control}/session-token?shop=other.myshopify.com`)).status, 404);
});

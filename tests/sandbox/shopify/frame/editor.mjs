// Deep links into the theme editor (README.md, sources: extension): checked as strictly as documented, then the page in design mode.
import { redirect, send } from '../lib/http.mjs';

const kTarget = /^(newAppsSection|mainSection|sectionGroup:[a-z-]+|sectionId:[A-Za-z0-9_-]+)$/;

/** @param {import('../lib/sandbox.mjs').Sandbox} box @returns {Record<string, string>} where each template shows */
function places(box) {
  const [first] = box.store.products.values();
  return {
    index: '/', page: '/pages/about', 'page.member': '/pages/member', cart: '/cart', collection: '/collections/all',
    product: first ? `/products/${encodeURIComponent(first.handle)}` : '/collections/all',
    'customers/account': '/account', 'customers/login': '/account/login',
  };
}

/** What is wrong with a link, or null. @param {import('../lib/sandbox.mjs').Sandbox} box @param {URLSearchParams} query */
function problem(box, query) {
  const [added, activated] = [query.get('addAppBlockId'), query.get('activateAppId')];
  if (!added === !activated) return 'either addAppBlockId or activateAppId must be given';
  const [clientId, handle, ...rest] = (added ?? activated ?? '').split('/');
  if (clientId !== box.clientId) return `the id must begin with the app's client id, not "${clientId}"`;
  const block = box.storefront.appBlocks.list().find((one) => one.handle === handle);
  if (!block || rest.length > 0) return `the app has no block "${handle}"`;
  if (added && block.target !== 'section') return `${handle} is an app embed: link with activateAppId`;
  if (activated && block.target === 'section') return `${handle} is not an app embed: link with addAppBlockId`;
  if (added && !kTarget.test(query.get('target') ?? '')) return `target "${query.get('target')}" is not known`;
  if (activated && query.get('context') !== 'apps') return 'activateAppId needs context=apps';
  const template = query.get('template') ?? 'index';
  return template in places(box) ? null : `the theme has no template "${template}"`;
}

/** GET /admin/themes/current/editor @param {import('../lib/sandbox.mjs').Sandbox} box @param {import('node:http').ServerResponse} res @param {URL} url @param {import('../lib/requests.mjs').Entry} entry */
export function themeEditor(box, res, url, entry) {
  entry.kind = 'theme-editor';
  const wrong = problem(box, url.searchParams);
  if (wrong) {
    box.log.problem('theme editor link', wrong);
    return send(res, 400, wrong, { 'content-type': 'text/plain; charset=utf-8' });
  }
  const page = places(box)[url.searchParams.get('template') ?? 'index'];
  return redirect(res, `${box.urls.storefront}${page}?design_mode=1`);
}

// The theme editor takes a section away and puts it back at every edit: what was there ends, and one of its kind begins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone } from '../../support/browser.mjs';

const kReloads = 4;
const kWatchedMs = 12_000;

/** There is one of it, it is not the one from before the edit, and it shows what it is for. */
const isReady = ([name, sign]) => {
  const [one, ...more] = document.querySelectorAll(name);
  return Boolean(one) && more.length === 0 && !one.dataset.before && (one.matches(sign) || one.querySelector(sign) !== null);
};

/** A page in the editor, with what it asked for so far. */
async function open(world, address, [element, sign], answer) {
  const page = await phone(world.browser);
  const asked = [];
  const errors = [];
  page.on('request', (request) => request.url().includes(answer) && asked.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(address);
  await page.waitForFunction(isReady, [element, sign], { timeout: 15_000 });
  return { page, asked, errors };
}

/** How often it asks while it is left alone. */
async function pace({ page, asked }) {
  const before = asked.length;
  await page.waitForTimeout(kWatchedMs);
  return asked.length - before;
}

export function editor(world) {
  for (const [what, path, element, sign, answer] of [['card', () => '/account', 'tsunagi-card', '[data-state=ready]', '/card.json'],
    ['stock', () => `/products/${world.data.products[0].handle}`, 'tsunagi-stock', '.tsunagi-stock__shop', '/stock.json']]) {
    test(`the ${what} block is itself again after each edit of its section, once`, async () => {
      const [customer] = world.data.joined;
      const address = world.stack.signInUrl(customer.id, `${path()}?design_mode=1`);
      const edited = await open(world, address, [element, sign], answer);
      const alone = await open(world, address, [element, sign], answer);
      const section = await edited.page.evaluate((name) => document.querySelector(name).closest('.shopify-section').id.replace('shopify-section-', ''), element);
      for (let round = 0; round < kReloads; ++round) {
        const before = edited.asked.length;
        await edited.page.evaluate(async ([name, id]) => {
          document.querySelector(name).dataset.before = 'true';
          await window.Shopify.sandboxEditor.reload(id);
        }, [element, section]);
        await edited.page.waitForFunction(isReady, [element, sign], { timeout: 15_000 });
        assert.ok(edited.asked.length > before, 'it asks anew');
      }
      const [often, once] = await Promise.all([pace(edited), pace(alone)]);
      assert.ok(once >= 1, 'a page that is left alone goes on asking');
      assert.ok(often <= once + 1, `${often} questions instead of ${once}: what was taken away goes on asking`);
      assert.deepEqual([...edited.errors, ...alone.errors], []);
      for (const { page } of [edited, alone]) await page.context().close();
    });
  }
}

// Every state in both languages, on a phone, as a picture in build/screens, with its sentence and its way on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepScreen, phone, zbar } from '../../support/browser.mjs';

const now = () => Math.floor(Date.now() / 1000);

/** state → the card JSON as the server would answer it, and what must be read on the screen (experience.md). */
function cards(data) {
  const member = { customer: String(data.joined[0].id), code: data.joined[0].code, symbology: 'code128', second: 'qr', programme: '繋ぎ商店 会員',
    holder: '佐藤 陽葵', rank: 'ゴールド', has_points: true, points: 2340, as_of: now() - 60 };
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  return {
    ready: [{ ...member, state: 'ready', expires_on: soon }, /2,340/, /2,340/],
    stale: [{ ...member, state: 'stale', as_of: now() - 7200 }, /最新の状態を確認できませんでした/, /couldn.t check for newer/],
    offline: [{ ...member, state: 'offline', as_of: now() - 7200 }, /電波がなくても/, /without a signal/],
    signed_out: [{ state: 'signed_out', sign_in_url: '/account/login' }, /ログインすると会員証が表示されます/, /Sign in to see/],
    not_joined: [{ state: 'not_joined', customer: member.customer, nonce: 'x' }, /お店でも使える会員証/, /works in our shops too/],
    field_missing: [{ state: 'field_missing', customer: member.customer, missing_field: 'kana', missing: 'last_kana,first_kana' }, /カナ/, /kana/],
    registering: [{ ...member, state: 'registering', has_points: false }, /登録中です/, /Registering/],
    not_at_till: [{ ...member, state: 'not_at_till' }, /番号をお伝えください/, /tell staff the number/],
    stopped: [{ state: 'stopped', customer: member.customer, contact_url: '/pages/contact' }, /停止されています/, /has been stopped/],
    failed: [{ state: 'failed' }, /お買い物の記録は失われていません/, /Nothing of yours is lost/],
    debt: [{ ...member, state: 'ready', points: 0, debt: 120 }, /120/, /120/],
  };
}

export function states(world) {
  for (const [language, prefix] of [['ja', ''], ['en', '/en']]) {
    test(`each state of the card (${language})`, async (t) => {
      const { stack, data } = world;
      for (const [state, [card, ja, en]] of Object.entries(cards(data))) {
        await t.test(state, async () => {
          const page = await phone(world.browser);
          await page.route('**/card.json*', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify({ ...card, now: now() }) }));
          await page.goto(stack.signInUrl(data.joined[0].id, `${prefix}/account`));
          await page.waitForFunction((wanted) => document.querySelector('tsunagi-card')?.dataset.state === wanted, card.state);
          const block = page.locator('tsunagi-card');
          assert.match((await block.innerText()).replace(/\s+/g, ' '), language === 'ja' ? ja : en);
          if (card.missing) await block.locator('.tsunagi-fields').waitFor();
          await keepScreen(page, `card-${state}-${language}`);
          if (!['ready', 'offline', 'registering', 'not_at_till', 'debt'].includes(state)) {
            assert.ok(await block.locator('.tsunagi-card__ways a, .tsunagi-card__ways button').count() > 0, 'a way on');
          }
          for (const box of await block.locator('a:visible, button:visible').evaluateAll((list) => list.map((one) => one.getBoundingClientRect().toJSON()))) {
            assert.ok(box.height >= 43.5, `a target of ${box.height} px`);
          }
          await page.context().close();
        });
      }
    });

    test(`surfaces (${language})`, async () => {
      const { stack, data } = world;
      const page = await phone(world.browser);
      for (const [name, url] of [
        ['account', stack.signInUrl(data.joined[0].id, `${prefix}/account`)],
        ['account-not-joined', stack.signInUrl(data.unlinked[0].id, `${prefix}/account`)],
        ['page', stack.signInUrl(data.joined[0].id, `${prefix}/pages/member`)],
        ['product', `${stack.shopify.storefront}${prefix}/products/${data.products[0].handle}`],
        ['stock-page', `${stack.shopify.storefront}${prefix}/apps/tsunagi/stock?barcode=${data.products[0].code}`],
        ['card-page', stack.signInUrl(data.joined[0].id, `${prefix}/apps/tsunagi/card`)],
        ['till', `${stack.smaregi.till.split('?')[0]}?contract=${stack.keys.contract_id}&lang=${language}`],
        ['merchant', `${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${language}`],
        ['account-signed-out', stack.signOutUrl(`${prefix}/pages/member`)],
      ]) {
        await page.goto(url);
        await page.waitForLoadState('networkidle').catch(() => {});
        await keepScreen(page, `${name}-${language}`, { fullPage: true });
      }
      await page.context().close();
    });
  }

  test('joining: the merchant\'s text before it in both languages, on the account page and on the card page; or by itself on a visit', async () => {
    const { stack, data } = world;
    const [asked] = data.unlinked;
    const { settings } = await data.merchant('GET', '/status');
    const set = (more) => data.merchant('PUT', '/settings', { ...settings, ...more });
    const consent = { ja: '会員規約に同意のうえ「会員になる」を押してください\n<i>以上</i>', en: 'By joining you agree to our terms\n<i>That is all</i>', terms_url: 'https://shop.example/terms' };
    await set({ consent });
    for (const [language, prefix] of [['ja', ''], ['en', '/en']]) {
      for (const [name, path] of [['account', '/account'], ['card-page', '/apps/tsunagi/card']]) {
        const page = await phone(world.browser);
        await page.goto(stack.signInUrl(asked.id, prefix + path));
        await page.waitForFunction(() => document.querySelector('.tsunagi__consent p')?.textContent);
        assert.equal(await page.locator('.tsunagi__consent p').textContent(), consent[language]);
        assert.equal(await page.locator('.tsunagi__consent a').getAttribute('href'), consent.terms_url);
        await keepScreen(page, `consent-${name}-${language}`, { fullPage: true });
        assert.deepEqual(page.problems, []);
        await page.context().close();
      }
    }
    await set({ joining: 'automatic' });
    const made = await data.admin('mutation Visitor($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }',
      { input: { lastName: '来店', email: `visitor.${stack.seed}@example.com` } });
    const page = await phone(world.browser);
    await page.goto(stack.signInUrl(made.customerCreate.customer.id.split('/').pop(), '/account'));
    await page.waitForFunction(() => ['registering', 'ready'].includes(document.querySelector('tsunagi-card')?.dataset.state));
    await page.context().close();
    await set({});
  });

  test('full screen: whole device pixels, wake lock, a clock that moves, closed by thumb and by Escape', async () => {
    const { stack, data } = world;
    const page = await phone(world.browser, { dpr: 2.625, width: 412, height: 915 });
    await page.addInitScript(() => {
      window.wakeLocks = 0;
      Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { ++window.wakeLocks; return Object.assign(new EventTarget(), { release: async () => {}, released: false }); } } });
    });
    await page.goto(stack.signInUrl(data.joined[0].id));
    await page.waitForFunction(() => document.querySelector('tsunagi-card')?.dataset.state === 'ready');
    await page.locator('[data-tsunagi-action="full-screen"]').click();
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await page.waitForTimeout(200);
    assert.equal(zbar(await page.screenshot())[0]?.text, data.joined[0].code);
    await keepScreen(page, 'full-screen-ja');
    assert.equal(await page.evaluate(() => window.wakeLocks), 1);
    const module = await dialog.locator('svg').first().evaluate((svg) => {
      const box = svg.getBoundingClientRect();
      const [, , w, h] = svg.getAttribute('viewBox').split(' ').map(Number);
      return Math.max(box.width / w, box.height / h > 50 ? 0 : box.height / h) * devicePixelRatio;
    });
    assert.ok(Math.abs(module - Math.round(module)) < 0.01, `${module} device pixels a module`);
    const clock = dialog.locator('time, .tsunagi-full-screen__clock').last();
    const first = await clock.innerText();
    await page.waitForFunction((before) => [...document.querySelectorAll('dialog[open] time, dialog[open] .tsunagi-full-screen__clock')].at(-1)?.textContent !== before, first, { timeout: 3_000 });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' }).catch(() => dialog.waitFor({ state: 'hidden' }));
    await page.context().close();
  });
}

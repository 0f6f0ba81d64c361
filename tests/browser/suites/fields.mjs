// Smaregi asks every member for something that the customer has not given: the card asks for just that, in both languages,
// the merchant sees who waits, and the answer makes the member.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, keepScreen, phone, zbar } from '../../support/browser.mjs';
import { until } from '../../support/processes.mjs';
import { send } from '../../support/stack.mjs';

const kTyped = {
  ja: { last_kana: 'やまだ', first_kana: 'ﾊﾅｺ', birth_date: '1990-01-02', sex: '2' },
  en: { last_kana: 'ヤマダ', first_kana: 'タロウ', birth_date: '1985-12-31', sex: '1' },
};
const kSent = {
  ja: { lastKana: 'ヤマダ', firstKana: 'ハナコ', birthDate: '1990-01-02', sex: '2' },
  en: { lastKana: 'ヤマダ', firstKana: 'タロウ', birthDate: '1985-12-31', sex: '1' },
};

export function fields(world) {
  const require = (columns) =>
    send('PUT', `${world.stack.smaregi.control}/contracts/${world.stack.keys.contract_id}`, { required_columns: columns });
  before(() => require(['lastKana', 'firstKana', 'birthDate', 'sex']));
  after(() => require([]));

  for (const [language, prefix] of [['ja', ''], ['en', '/en']]) {
    test(`join, be asked, answer, be a member (${language})`, async () => {
      const { stack, data } = world;
      const made = await data.admin(`mutation Customer($input: CustomerInput!) {
        customerCreate(input: $input) { customer { id } userErrors { field message } } }`,
      { input: { lastName: '山田', firstName: '花子', email: `fields.${language}.${stack.seed}@example.com` } });
      const id = made.customerCreate.customer.id.split('/').pop();
      for (const width of [320, 390]) {
        const page = await phone(world.browser, { width });
        await page.goto(stack.signInUrl(id, `${prefix}/account`));
        const card = page.locator('tsunagi-card');
        if (width === 320) await card.locator('[data-tsunagi-action=join]').click();
        const form = card.locator('.tsunagi-fields');
        await form.waitFor({ timeout: 30_000 });
        assert.match(await card.locator('.tsunagi-card__notice').innerText(), language === 'ja' ? /もう少し情報が必要です/ : /a little more about you/);
        assert.deepEqual(await form.locator('.tsunagi-fields__control').evaluateAll((all) => all.map((one) => one.getAttribute('name'))), Object.keys(kTyped[language]));
        assert.deepEqual(await axe(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
        for (const box of await form.locator('input, select, button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()))) {
          assert.ok(box.height >= 43.5, `a target of ${box.height} px`);
        }
        await keepScreen(page, `fields-${language}-${width}`);
        if (width === 320) { await page.context().close(); continue; }

        const { session_token: token } = await send('GET', `${stack.shopify.control}/session-token?shop=${stack.keys.shop}`);
        const status = () => send('GET', `${stack.server}/admin/api/status`, undefined, { authorization: `Bearer ${token}` });
        const waits = (await status()).waiting.find(({ customer }) => customer === id);
        assert.deepEqual(waits.missing, Object.keys(kTyped[language]), 'the merchant sees what is missing');

        for (const [name, value] of Object.entries(kTyped[language])) {
          const control = form.locator(`[name=${name}]`);
          await (name === 'sex' ? control.selectOption(value) : control.fill(value));
        }
        await form.locator('[name=last_kana]').fill('山田');
        await form.locator('button').click();
        await form.locator('.tsunagi-fields__problem:not(:empty)').waitFor();
        const wrong = form.locator('[aria-invalid=true]');
        assert.equal(await wrong.getAttribute('name'), 'last_kana', 'the field that is wrong is marked');
        assert.ok(await wrong.evaluate((control) => control === document.activeElement && document.getElementById(control.getAttribute('aria-describedby') ?? '')?.textContent));
        assert.equal(await form.locator('[name=birth_date]').inputValue(), kTyped[language].birth_date, 'what was typed stays');
        assert.deepEqual(await axe(page), []);
        await keepScreen(page, `fields-wrong-${language}`);
        await form.locator('[name=last_kana]').fill(kTyped[language].last_kana);
        await form.locator('button').click();
        await form.waitFor({ state: 'detached' });
        await page.waitForFunction(() => document.querySelector('tsunagi-card')?.card?.state === 'ready', undefined, { timeout: 30_000 });
        const { code } = await card.evaluate((element) => element.card);
        const [read] = zbar(await card.screenshot());
        assert.equal(read?.text, code);
        const [member] = await data.pos('GET', `/customers?customer_code=${encodeURIComponent(code)}`);
        const { lastKana, firstKana, birthDate, sex } = member;
        assert.deepEqual({ lastKana, firstKana, birthDate, sex }, kSent[language]);
        await until('nobody to wait any more', async () => !(await status()).waiting.some(({ customer }) => customer === id), 10_000, 200);
        const { customer } = await data.admin('query Fields($id: ID!) { customer(id: $id) { metafield(namespace: "facts", key: "birth_date") { value } } }', { id: made.customerCreate.customer.id });
        assert.equal(customer.metafield?.value, kSent[language].birthDate, 'and the store knows it, too');
        assert.deepEqual(page.problems.filter((problem) => !/status of 400/.test(problem)), [], 'no error but the refusal that was asked for');
        await page.context().close();
      }
    });
  }
}

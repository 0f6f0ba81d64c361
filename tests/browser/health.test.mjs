// The health check of the merchant page: everything that can be broken in the stand-ins is broken once, and its row turns
// with the sentence and the button that mend it. Then the sheet for the staff, the pilot and the file for support.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch, phone } from '../support/browser.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, root, until } from '../support/processes.mjs';
import { proxyPath } from '../support/proxy.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const screens = join(root, 'build', 'screens');
const kLocales = ['ja', 'en'];
const mailbox = new Mailbox();
const mailPort = await mailbox.open(await freePort());
const stack = new Stack({ mail: { smtp_url: `smtp://127.0.0.1:${mailPort}`, from: 'tsunagi@tsunagi.example' } });
let data;
let browser;
/** The merchant page in both languages: {ja, en}, each {page, app}. */
const open = {};
let saleAt = 0;  // when the sale whose notice is lost was rung up
let noticeLost = false;
before(async () => {
  mkdirSync(screens, { recursive: true });
  await stack.start();
  data = await seed(stack, undefined, { products: 3, members: 4, sales: 4 });
  await stack.settled();
  browser = await launch();
  console.log(`# seed ${stack.seed}`);
  for (const locale of kLocales) {
    const page = await phone(browser, { height: 2_400, acceptDownloads: true });  // the frame shows no more than fits
    await page.goto(`${stack.shopify.admin}/store/${stack.keys.shop}/apps/tsunagi?locale=${locale}`);
    const app = page.frame({ name: 'app-iframe' });
    await app.waitForSelector('#page[aria-busy="false"]');
    open[locale] = { page, app };
  }
});
after(async () => {
  await browser?.close();
  await stack.stop();
  await mailbox.close();
});

const smaregiApp = (body) => send('PUT', `${stack.smaregi.control}/apps`, { client_id: stack.keys.smaregi_client_id, ...body });
const contract = (body) => send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, body);
const shopifyApp = (body) => send('PUT', `${stack.shopify.control}/app`, body);
const faults = (body) => send(body ? 'PUT' : 'DELETE', `${stack.shopify.control}/faults`, body);
const removed = (blocks) => send('PUT', `${stack.shopify.control}/theme`, { removed: blocks });
const row = (locale, name) => open[locale].app.locator(`[data-check="${name}"]`);
const state = (locale, name) => row(locale, name).getAttribute('data-state');
/** The rows that are not in order, by name. The notice that is lost meanwhile tells of itself half a minute later. */
async function wrong(locale, names = []) {
  const rows = await open[locale].app.locator('.health[data-state="broken"], .health[data-state="warning"]')
    .evaluateAll((all) => all.map((element) => element.dataset.check));
  return rows.filter((name) => name !== 'pos_notices' || !noticeLost || names.includes(name)).sort().join(', ');
}
const banner = (locale) => open[locale].app.textContent('#state');
/** What the page does when it is looked at again: it reads what is known. */
const look = (locale) => open[locale].app.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
const again = (locale) => open[locale].app.locator('section[aria-labelledby="health-title"]').getByRole('button', { name: locale === 'ja' ? 'もう一度確認' : 'Check again' }).first().click();

/** Presses “check again” until only these rows are not in order. */
async function only(...names) {
  const wanted = [...names].sort().join(', ');
  let seen = '';
  await until(() => `only ${names.join(', ') || 'nothing'} to be wrong, and not ${seen}`, async () => {
    await again('ja');
    await open.ja.app.waitForFunction(() => !/確認しています/.test(document.querySelector('[aria-labelledby="health-title"] [role="status"]').textContent), null, { timeout: 20_000 });
    seen = await wrong('ja', names);
    return seen === wanted;
  }, 45_000, 500);
  await until('the English page to say so too', async () => {
    await look('en');
    return await wrong('en', names) === wanted;
  }, 30_000, 300);
}
const fits = async (app) => assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
async function shot(name) {
  for (const locale of kLocales) {
    const { page, app } = open[locale];
    assert.deepEqual(await axe(app), []);
    await fits(app);
    await app.locator('section[aria-labelledby="health-title"]').screenshot({ path: join(screens, `${name}-${locale}.png`) });
    assert.deepEqual(page.problems.filter((text) => !/503/.test(text)), []);
  }
}

test('the tills are set up by a tick', async () => {
  await only('till');
  assert.match(await banner('ja'), /^すべて同期しています（/);
  assert.match(await row('ja', 'till').textContent(), /外からは確認できません/);
  assert.match(await open.ja.app.textContent('#health-setup'), /8項目のうち7項目/);
  await shot('health-till');
  await row('ja', 'till').getByRole('button', { name: '設定しました' }).click();
  await only();
  assert.match(await open.en.app.textContent('#health-setup'), /8 of 8/);
  await shot('health-fine');
});

test('the sheet for the staff is one page of A4', async () => {
  await open.ja.app.locator('details.fine > summary').click();
  const sheetTab = open.ja.page.context().waitForEvent('page');
  await row('ja', 'till').getByRole('link').click();
  const sheet = await sheetTab;
  await sheet.getByText('会員証の読み取り方').first().waitFor();
  assert.deepEqual(await axe(sheet), []);
  for (const width of [320, 390, 1000]) {
    await sheet.setViewportSize({ width, height: 900 });
    await fits(sheet);
  }
  const pdf = await sheet.pdf({ format: 'A4', preferCSSPageSize: true, path: join(screens, 'till-sheet.pdf') });
  assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length, 1, 'one sheet of A4');
  await sheet.emulateMedia({ media: 'print' });
  await sheet.setViewportSize({ width: 794, height: 1123 });
  await sheet.screenshot({ path: join(screens, 'till-sheet.png') });
  await sheet.close();
  await open.ja.app.locator('details.fine > summary').click();
});

test('a mail that may have arrived is listed, and is sent again only when the merchant says so', async () => {
  const [, , arrived, lost] = data.joined;
  mailbox.hangUps = 2;
  for (const member of [arrived, lost]) await send('POST', `${stack.shopify.control}/webhooks/fire`, { topic: 'customers/redact', customer: Number(member.id) });
  await only('review');
  for (const [locale, sentence] of [['ja', /メールのうち2通が、届いたかどうか分かりません/], ['en', /Mails that may or may not have arrived: 2/]]) {
    await until('both mails to be in doubt', async () => (await look(locale), sentence.test(await banner(locale))), 20_000, 300);
  }
  const listOf = (locale) => open[locale].app.locator('section[aria-labelledby="review-title"]');
  for (const locale of kLocales) {
    await listOf(locale).getByText(lost.code).waitFor();
    assert.deepEqual(await axe(open[locale].app), []);
    await fits(open[locale].app);
    await listOf(locale).screenshot({ path: join(screens, `review-${locale}.png`) });
  }
  await row('ja', 'review').getByRole('button', { name: '一覧を見る' }).click();
  assert.equal(await open.ja.app.evaluate(() => document.activeElement?.id), 'review-title');
  await listOf('ja').getByRole('button', { name: `届いていた：会員コード ${arrived.code}` }).click();
  await listOf('ja').getByText(arrived.code).waitFor({ state: 'detached' });
  assert.equal(mailbox.mails.length, 0, 'nothing went out again');
  await listOf('en').getByRole('button', { name: `Send again: Member code ${lost.code}` }).click();
  await until('the mail', () => mailbox.mails.length > 0, 20_000, 100);
  assert.ok(mailbox.mails[0].subject.endsWith(lost.code));
  await only();
  await listOf('en').waitFor({ state: 'hidden' });
  assert.equal(mailbox.mails.length, 1);
});

const kScopes = ['openid', 'pos.customers:read', 'pos.customers:write', 'pos.transactions:read', 'pos.products:read', 'pos.stock:read', 'pos.stock:write', 'pos.stock-changes:read', 'pos.stores:read'];
const kShopScopes = /^scopes = "([^"]+)"/m.exec(readFileSync(join(root, 'shopify.app.toml'), 'utf8'))[1].split(',');
/** check, how it is broken and mended, what is said in both languages, the name of what mends it. */
const kFaults = [
  { name: 'pos', break: () => smaregiApp({ client_secret: 'another' }), mend: () => smaregiApp({ client_secret: stack.keys.smaregi_client_secret }),
    ja: /スマレジがこのアプリを受け付けていません/, en: /Smaregi does not accept this app/, action: '連携を始める' },
  { name: 'pos_scopes', break: () => smaregiApp({ scopes: kScopes.filter((scope) => scope !== 'pos.transactions:read') }), mend: () => smaregiApp({ scopes: kScopes }),
    ja: /スコープを有効にしてください（.*pos\.transactions:read/, en: /Switch these scopes on.*pos\.transactions:read/, action: 'スマレジ・デベロッパーズを開く' },
  { name: 'plan', break: () => contract({ plan: 'premium' }), mend: () => contract({ plan: 'premium_plus' }),
    ja: /プレミアムプラス以上に変更してください/, en: /Change your Smaregi plan/, action: 'プランの変更方法を見る' },
  { name: 'columns', break: () => contract({ required_columns: ['faxNumber'] }), mend: () => contract({ required_columns: [] }),
    ja: /「faxNumber」が必須になっています/, en: /requires the member column “faxNumber”/, action: '必須項目の設定方法を見る' },
  { name: 'shop_scopes', break: () => shopifyApp({ scopes: kShopScopes.filter((scope) => scope !== 'read_customer_merge') }), mend: () => shopifyApp({ scopes: kShopScopes }),
    ja: /許可されていません（read_customer_merge）/, en: /Permissions are missing \(read_customer_merge\)/, action: 'アプリを開き直す' },
  { name: 'clock', break: () => shopifyApp({ clock_ahead_seconds: 120 }), mend: () => shopifyApp({ clock_ahead_seconds: 0 }),
    ja: /Shopifyと1(19|20)秒ずれています/, en: /1(19|20) s off Shopify’s/, action: 'もう一度確認' },
  { name: 'shop', break: () => faults({ path: `/_shops/${stack.keys.shop}/admin/api`, status: 503 }), mend: () => faults(),
    ja: /Shopifyに接続できませんでした/, en: /couldn’t reach Shopify/, action: 'もう一度確認' },
  { name: 'card_block', break: () => removed(['member-card']), mend: () => removed([]),
    ja: /会員証がテーマにありません/, en: /does not show the member card/, action: 'テーマエディターで開く' },
  { name: 'stock_block', break: () => removed(['store-stock']), mend: () => removed([]),
    ja: /店舗の在庫がテーマにありません/, en: /does not show store stock/, action: 'テーマエディターで開く' },
  { name: 'guard', break: () => removed(['card-guard']), mend: () => removed([]),
    ja: /アプリ埋め込みを有効にしてください/, en: /Switch the app embed on/, action: 'テーマエディターで開く' },
];
/** What a shopper's browser gets of the storefront. */
async function seen(customer) {
  const shopper = new Shopper(stack);
  if (customer) await shopper.signIn(customer.id);
  const has = async (path, mark) => (await (await shopper.fetch(path)).text()).includes(mark);
  const status = async (path) => (await shopper.fetch(path)).status;
  const stock = `/apps/tsunagi/stock.json?barcode=${data.products[0].code}&all=1`;
  const reply = await shopper.fetch(stock);
  const shops = reply.ok ? (await reply.json()).products[0].shops.map((shop) => shop.name) : [];
  return { card: await has('/account', '<tsunagi-card'), stock: await has(`/products/${data.products[0].handle}`, '<tsunagi-stock'),
    page: await status('/apps/tsunagi/card'), shops };
}

test('a pilot shows it to its customers, with its shops, and to nobody else, until one button ends it', async () => {
  const [pilotCustomer, other] = data.joined;
  const tagged = await data.admin('mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["tsunagi-pilot"]) { userErrors { message } } }', { id: `gid://shopify/Customer/${pilotCustomer.id}` });
  assert.deepEqual(tagged.tagsAdd.userErrors, []);
  const names = data.stores.map((store) => store.storeName);
  const everything = { card: true, stock: true, page: 200 };
  assert.deepEqual(await seen(other), { ...everything, shops: names });

  const pilot = open.ja.app.locator('section[aria-labelledby="pilot-title"]');
  for (const name of names.slice(1)) await pilot.getByLabel(name, { exact: true }).uncheck();
  await pilot.getByLabel(names[0], { exact: true }).uncheck();
  assert.ok(await pilot.getByRole('button', { name: 'お試し公開を始める' }).isDisabled(), 'of no shop there is nothing to see');
  await pilot.getByLabel(names[0], { exact: true }).check();
  await pilot.screenshot({ path: join(screens, 'pilot-off-ja.png') });
  await pilot.getByRole('button', { name: 'お試し公開を始める' }).click();
  await pilot.getByText(`${names[0]}の在庫を表示しています`).waitFor();
  assert.deepEqual(await axe(open.ja.app), []);
  await pilot.screenshot({ path: join(screens, 'pilot-on-ja.png') });
  await until('the banner to say so', async () => /お試し公開中です/.test(await banner('ja')));

  assert.deepEqual(await seen(pilotCustomer), { ...everything, shops: [names[0]] });
  const nothing = { card: false, stock: false, page: 404, shops: [] };
  assert.deepEqual(await seen(other), nothing, 'a member who is not in the pilot');
  assert.deepEqual(await seen(null), { ...nothing }, 'who is not signed in');
  const stranger = new Shopper(stack);
  await stranger.signIn(data.unlinked[0]?.id ?? other.id);
  const joining = await stranger.fetch('/apps/tsunagi/join', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"nonce":"x"}' });
  assert.equal(joining.status, 409, 'nobody joins past it');

  await look('en');
  const english = open.en.app.locator('section[aria-labelledby="pilot-title"]');
  await english.getByText('Only customers with the tag “tsunagi-pilot” see').waitFor();
  assert.deepEqual(await axe(open.en.app), []);
  await english.screenshot({ path: join(screens, 'pilot-on-en.png') });
  await english.getByRole('button', { name: 'End the pilot and show it to everybody' }).click();
  await english.getByText('Everybody sees it now').waitFor();
  assert.deepEqual(await seen(other), { ...everything, shops: names });
  assert.deepEqual((await seen(null)).stock, true);
});

test('a sale whose notice is lost is rung up, for later', async () => {
  await send('PUT', `${stack.smaregi.control}/faults`, { webhooks: { drop: 100 } });
  const { checks } = await data.merchant('GET', '/health');
  const { since } = checks.find(({ name }) => name === 'pos_notices');
  await until('the notices of the seed to be further back than clocks differ', () => Date.now() / 1000 - since > 12, 15_000, 200);
  await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId), member_code: data.joined[0].code,
    lines: [{ product_code: data.products[1].code, quantity: 1 }], spend_points: 0 });
  saleAt = Date.now();
  noticeLost = true;
});

for (const fault of kFaults) {
  test(`broken: ${fault.name}`, async () => {
    await fault.break();
    if (fault.name.endsWith('block') || fault.name === 'guard') await look('ja');
    await only(fault.name);
    assert.match(await row('ja', fault.name).textContent(), fault.ja);
    assert.match(await row('en', fault.name).textContent(), fault.en);
    assert.match(await banner('ja'), fault.ja);
    assert.match(await banner('en'), fault.en);
    await row('ja', fault.name).locator('.button', { hasText: fault.action }).waitFor();
    if (['pos', 'clock', 'card_block'].includes(fault.name)) await shot(`health-${fault.name}`);
    await fault.mend();
    if (fault.name.endsWith('block') || fault.name === 'guard') await look('ja');
  });
}

test('the file for support says what is wrong and names nobody', async () => {
  const download = open.ja.page.waitForEvent('download');
  await open.ja.app.getByRole('button', { name: 'サポート情報をダウンロード' }).last().click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^tsunagi-support-\d{4}-\d\d-\d\d\.json$/);
  const text = readFileSync(await file.path(), 'utf8');
  const { code, out } = await stack.tool('support-bundle', '--config', stack.config, '--shop', stack.keys.shop);
  assert.equal(code, 0);
  const customers = await send('GET', `${stack.shopify.control}/customers`);
  const names = customers.flatMap((customer) => [customer.email, customer.phone, customer.last_name, customer.first_name]).filter(Boolean);
  const secrets = [stack.keys.shopify_client_secret, stack.keys.smaregi_client_secret, stack.keys.smaregi_webhook_secret, stack.keys.secret_key];
  for (const bundle of [text, out]) {
    for (const canary of [...names, ...secrets, ...data.joined.map((customer) => customer.code)]) assert.ok(!bundle.includes(canary), `${canary} is in it`);
    for (const { id } of customers) assert.doesNotMatch(bundle, new RegExp(`\\b${id}\\b`));
  }
  const page = JSON.parse(text);
  const [tool] = JSON.parse(out).shops;
  assert.equal(page.version, tool.version);
  assert.equal(page.shop.domain, stack.keys.shop);
  assert.equal(tool.health.checks.find(({ name }) => name === 'pos').state, 'ok');
  assert.ok(page.failed_calls.some((line) => line.includes('shopify.app_access')), 'what failed above is counted');
});

test('broken: the notices of Smaregi', async () => {
  await until('half a minute to have passed since the sale', () => Date.now() - saleAt > 32_000, 40_000, 500);
  await only('pos_notices');
  assert.match(await row('ja', 'pos_notices').textContent(), /会計の通知が届いていません/);
  assert.match(await row('en', 'pos_notices').textContent(), /No notice came of a sale/);
  await row('ja', 'pos_notices').getByRole('link', { name: 'スマレジ・デベロッパーズを開く' }).waitFor();
  await shot('health-notices');
  await send('DELETE', `${stack.smaregi.control}/faults`);
  await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId), member_code: data.joined[0].code,
    lines: [{ product_code: data.products[1].code, quantity: 1 }], spend_points: 0 });
  await stack.settled();
  noticeLost = false;
  await only();
});

/** What the row and the banner say in both languages, and that the row's button is there. */
async function says(name, ja, en, action) {
  assert.match(await row('ja', name).textContent(), ja);
  assert.match(await row('en', name).textContent(), en);
  assert.match(await banner('ja'), ja);
  assert.match(await banner('en'), en);
  await row('ja', name).locator('.button', { hasText: action }).waitFor();
}
/** A customer who presses the button on the card; the address of a proxy route as that customer. */
async function joins(lastName) {
  const { customerCreate: made } = await data.admin('mutation New($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }',
    { input: { lastName, firstName: '花子', email: `${Date.now()}.${stack.seed}@example.com` } });
  const path = (to) => stack.server + proxyPath(stack, to, { customer: made.customer.id.split('/').pop() });
  const { nonce } = await send('GET', path('/card.json'));
  await send('POST', path('/join'), { nonce });
  return { path, nonce };
}

test('broken: stopped by the merchant', async () => {
  const { settings } = await data.merchant('GET', '/status');
  await data.merchant('PUT', '/settings', { ...settings, paused: true });
  await only('running');
  await says('running', /停止中です/, /Stopped\. Cards and stock are hidden/, '停止の設定を見る');
  await data.merchant('PUT', '/settings', { ...settings, paused: false });
  await only();
});

test('broken: a member waits for what the shop asks of everybody', async () => {
  await contract({ required_columns: ['lastKana'] });
  const { path, nonce } = await joins('待つ');
  await only('members');
  await says('members', /登録を待っている会員が1人います/, /Members waiting to be registered: 1/, '一覧を見る');
  await shot('health-members');
  await send('POST', path('/fields'), { nonce, fields: { last_kana: 'マツ' } });
  await only();
  await contract({ required_columns: [] });
});

test('broken: a change that Smaregi refuses', async () => {
  const { id, code } = data.joined[1];
  const { customer_id: member } = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${code}`);
  await send('PUT', `${stack.smaregi.control}/faults`, { status: 400, path: `/*/pos/customers/${member}`, remaining: 1_000 });
  const { customerUpdate: changed } = await data.admin('mutation Rename($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }',
    { input: { id: `gid://shopify/Customer/${id}`, lastName: '拒む' } });
  assert.deepEqual(changed.userErrors, []);
  await only('dead_letters');
  await says('dead_letters', /処理できなかった通知が1件あります/, /Notices that could not be handled: 1/, 'サポート情報をダウンロード');
  await send('DELETE', `${stack.smaregi.control}/faults`);
  const replayed = await stack.tool('dead-letters', 'replay', '--all', '--config', stack.config);
  assert.equal(replayed.code, 0, replayed.err);
  await stack.settled();
  await only();
});

test('the whole page, as a merchant sees it', async () => {
  for (const locale of kLocales) {
    const { page, app } = open[locale];
    await app.locator('details.fine > summary').click();
    assert.deepEqual(await axe(app), []);
    await page.screenshot({ path: join(screens, `merchant-health-${locale}.png`) });
    await page.setViewportSize({ width: 320, height: 2_400 });
    await fits(app);
  }
});

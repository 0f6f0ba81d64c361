// The staff page in a real browser over pick-ups in memory: the list, the way to the counter, what is scanned, a network that
// is cut at the worst moment, and who is not signed in.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axe, keepScreen, launch, phone } from '../../support/browser.mjs';
import { until } from '../../support/processes.mjs';
import { StaffServer } from './staff-server.mjs';

const kNow = Date.UTC(2026, 10, 21, 1, 32) / 1000;  // Nov 21, 10:32 in Japan
const kMinute = 60;
const kHour = 3_600;
const kCutMs = 30_000;
const kTriesInACut = 8;  // after 1, 2, 4, 8 and 15 seconds, and the first

const line = (name, code, quantity, picked = 0) => ({ name, code, quantity, picked });
const pickup = (id, code, state, more = {}) => ({
  id: `pickup-${id}-0123456789`, code, shop: '1', shop_name: '渋谷店', state, accept_by: kNow + 12 * kMinute, ready_from: kNow + 3 * kHour,
  hold_until: kNow + 50 * kHour, placed_at: kNow - 600, changed_at: kNow - 600, customer: '山田 花子', language: 'ja', lines: [line('ブレンド 200g', '4901234567894', 1)], ...more });

const morning = () => [
  pickup('late', '482913', 'placed', { accept_by: kNow - 4 * kMinute, customer: '鈴木 一郎', lines: [line('深煎りブレンド コーヒー豆 500g（中細挽き・ペーパードリップ用）', '4901234567801', 2), line('ドリッパー', '4901234567818', 1)] }),
  pickup('new', '310577', 'placed', { lines: ['ブレンド 200g', 'モカ 200g', 'マグカップ 白', 'フィルター 100枚'].map((name, i) => line(name, `490000000000${i}`, i + 1)) }),
  pickup('picking', '905021', 'picking', { ready_from: kNow + 35 * kMinute, customer: 'Emma Clarke', language: 'en', lines: [line('マグカップ 白', '4901234567825', 3), line('モカ 200g', '4901234567832', 1)] }),
  pickup('ready', '118840', 'ready', { customer: '高橋 さくら', lines: [line('ブレンド 200g', '4901234567894', 3, 3)] }),
];

const kWords = {
  ja: { title: '今やること', left: 'あと12分', late: '4分遅れ', states: ['受付待ち', '受付待ち', '集めています', 'お渡し待ち'], handOver: '3点を渡す', back: '一覧' },
  en: { title: 'To do now', left: '12 min left', late: '4 min late', states: ['To accept', 'To accept', 'Picking', 'To hand over'], handOver: 'Hand over 3 items', back: 'List' },
};

describe('staff page', () => {
  let browser, server, page;
  before(async () => { browser = await launch(); });
  after(() => browser?.close());
  beforeEach(async () => {
    server = await new StaffServer(kNow).start();
    server.pickups = morning();
  });
  afterEach(async () => {
    await page?.context().close();
    await server.stop();
  });

  const open = async (options = {}, hash = '') => {
    page = await phone(browser, options);
    page.setDefaultTimeout(20_000);
    await page.clock.install({ time: kNow * 1000 });
    await page.goto(`${server.url}/staff${hash}`);
    await page.waitForSelector('#page[aria-busy="false"], #page .button');
    return page;
  };
  /** Time goes on for the page and the server. */
  const pass = async (ms) => {
    server.now += Math.round(ms / 1000);
    await page.clock.runFor(ms);
  };
  const noFindings = async () => assert.deepEqual(await axe(page), []);
  const noSideScroll = async () => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no scrolling to the side');
  /** A browser reports requests without an answer, and refusals, by itself. */
  const noProblems = () => assert.deepEqual(page.problems.filter((one) => !one.startsWith('Failed to load resource')), []);
  const main = () => page.locator('.thumb__action button');
  const press = async (name) => {
    await page.clock.runFor(500);
    await page.locator('.thumb__action').getByRole('button', { name, exact: true }).click();
  };
  const row = (code) => page.locator('.job', { hasText: code });
  /** As a scanner types: fast, and Enter at the end. */
  const scan = async (text) => {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };
  const said = (text) => page.locator('.said').getByText(text).waitFor();
  /** Deeds that are kept in the browser. */
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tsunagi-staff:deed:')).length);
  const atList = () => page.getByRole('heading', { level: 1, name: '今やること' }).waitFor();

  for (const [language, locale] of [['ja', 'ja-JP'], ['en', 'en-GB']]) {
    const words = kWords[language];
    for (const colorScheme of ['light', 'dark']) {
      test(`the list, in the server's order, ${language}, ${colorScheme}`, async () => {
        await open({ locale, colorScheme });
        assert.equal(await page.getAttribute('html', 'lang'), language);
        await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
        assert.deepEqual(await page.locator('.job__code').allInnerTexts(), ['482913', '310577', '905021', '118840']);
        assert.deepEqual(await page.locator('.badge').allInnerTexts(), words.states);
        assert.deepEqual((await page.locator('.timer').allInnerTexts()).slice(0, 2), [words.late, words.left]);
        assert.equal(await page.locator('.timer--late').count(), 1);
        assert.equal(await page.locator('.unanswered').count(), 0, 'a clerk answers for nobody else');
        assert.equal(await page.locator('.job__shop').count(), 0);
        await noFindings();
        await noSideScroll();
        await keepScreen(page, `staff-list-${language}-${colorScheme}`);
        await page.setViewportSize({ width: 320, height: 640 });
        await noSideScroll();
        await keepScreen(page, `staff-list-${language}-${colorScheme}-320`);
        for (const code of ['482913', '905021', '118840']) {
          await row(code).click();
          await page.getByRole('heading', { level: 1, name: code }).waitFor();
          await noSideScroll();
          await noFindings();
          await keepScreen(page, `staff-detail-${code}-${language}-${colorScheme}-320`, { fullPage: true });
          await page.getByRole('link', { name: words.back }).click();
        }
        assert.deepEqual(page.problems, []);
      });
    }
  }

  test('what a finger presses is 44 pixels, inputs are of 16, and each row says who, where and in which language', async () => {
    server.shops.push({ id: '2', name: '新宿店' });
    server.staff = { name: '本部 太郎', role: 'head_office' };
    await open();
    assert.deepEqual(await page.locator('.job__shop').allInnerTexts(), Array(4).fill('渋谷店'));
    assert.equal(await page.locator('.unanswered').innerText(), '返事のないものが1件あります（渋谷店）');
    await row('905021').getByText('英語のお客さま').waitFor();
    assert.equal(await page.locator('.tag').count(), 1);
    await row('310577').getByText('ほか2品').waitFor();
    const small = () => page.locator('button:visible, a:visible, input:visible, summary:visible').evaluateAll((all) => all
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()]).filter(([, { width, height }]) => width < 44 || height < 44).map(([html]) => html));
    assert.deepEqual(await small(), []);
    await page.getByLabel('メニュー').click();
    await page.getByText('本部 太郎 · 本部').waitFor();
    await noFindings();
    await keepScreen(page, 'staff-menu-ja');
    await row('905021').click();
    await page.getByText('マグカップ 白').click();
    await page.getByText('そのほか').click();
    assert.deepEqual(await small(), []);
    await keepScreen(page, 'staff-picking-more-ja', { fullPage: true });
    assert.ok(await page.getByLabel('受取番号・バーコード').evaluate((one) => parseFloat(getComputedStyle(one).fontSize) >= 16));
    assert.deepEqual(page.problems, []);
  });

  test('from placed to the counter: each step is the one big button, and the list follows', async () => {
    server.pickups = [pickup('one', '200100', 'placed', { lines: [line('ブレンド 200g', '4901234567894', 2), line('マグカップ 白', '4901234567825', 1)] })];
    await open();
    await row('200100').click();
    await press('受け付ける');
    await said('200100 を受け付けました');
    await keepScreen(page, 'staff-accepted-ja');
    await press('集める');
    await page.getByText('2点中0点').waitFor();
    await page.getByRole('button', { name: /ブレンド 200g.*2点中0点/ }).click();
    await press('見つかった1点だけ用意できた');
    await until('ready', () => server.pickup('pickup-one-0123456789').state === 'ready');
    assert.deepEqual(server.heard.map(({ action, picked }) => [action, picked]), [['accept', undefined], ['pick', undefined], ['ready', [1, 0]]]);
    await atList();
    await row('200100').click();
    await page.getByText('2点中1点').waitFor();
    await page.getByText('なし', { exact: true }).waitFor();
    await keepScreen(page, 'staff-part-ja');
    await press('1点を渡す');
    await said('200100 をお渡ししました');
    await page.getByText('今やることはありません').waitFor();
    await noFindings();
    await keepScreen(page, 'staff-empty-ja');
    assert.equal(server.done.length, 4);
    assert.deepEqual(page.problems, []);
  });

  test('a hand-over is a scan and a tap; a second tap of the same press does nothing', async () => {
    await open();
    await scan('P118840');
    await page.getByRole('heading', { level: 1, name: '118840' }).waitFor();
    await main().click();
    assert.deepEqual(server.heard, [], 'the button had only just come');
    await press('3点を渡す');
    await said('118840 をお渡ししました');
    await atList();
    assert.equal(await row('118840').count(), 0);
    await scan('P118840');
    await page.locator('.badge', { hasText: 'お渡し済み' }).waitFor();
    await page.goBack();
    await atList();
    assert.deepEqual(server.done.map(({ action }) => action), ['hand_over']);
    assert.deepEqual(page.problems, []);
  });

  test('a six-digit code is typed; full-width digits are digits; one that nothing has is said', async () => {
    await open();
    const field = page.getByLabel('受取番号・バーコード');
    await page.getByRole('button', { name: '読み取る' }).click();
    await said('6けたの受取番号を入力してください');
    assert.ok(await field.evaluate((one) => one === document.activeElement));
    await field.fill('１１８８４０');
    await field.press('Enter');
    await page.getByRole('heading', { level: 1, name: '118840' }).waitFor();
    assert.equal(await field.inputValue(), '');
    await field.fill('000000');
    await page.getByRole('button', { name: '読み取る' }).click();
    await said('「000000」に当てはまるものがありません');
    assert.deepEqual(page.problems, []);
  });

  test('a scanner ticks the lines while picking, and its Enter presses nothing', async () => {
    server.scans.unlisted = { kind: 'product', product: { name: 'モカ 200g', code: '4901234567832' }, stock: [] };
    server.scans['4999999999999'] = { kind: 'product', product: { name: 'やかん', code: '4999999999999' }, stock: [] };
    await open();
    await row('905021').click();
    await page.clock.runFor(500);
    await main().focus();
    for (const [code, sentence] of [['4901234567825', 'マグカップ 白：3点中1点'], ['unlisted', 'モカ 200g：1点中1点'], ['4999999999999', '「やかん」はこの取り置きの商品ではありません'],
      ['4901234567825', '3点中2点'], ['4901234567825', '3点中3点'], ['4901234567825', 'マグカップ 白はもう3点そろっています']]) {
      await page.clock.runFor(500);
      await scan(code);
      await said(sentence);
      if (code === '4999999999999') await keepScreen(page, 'staff-picking-ja');
    }
    assert.deepEqual(server.heard, []);
    await page.getByRole('button', { name: 'マグカップ 白を1点減らす' }).click();
    await page.reload();
    await page.getByText('3点中2点').waitFor();
    await page.getByRole('button', { name: /マグカップ 白.*3点中2点/ }).click();
    await noFindings();
    await keepScreen(page, 'staff-picked-ja');
    await page.clock.runFor(500);
    await main().getByText('用意できた（4点）').focus();
    await page.keyboard.press('Enter');
    await until('ready', () => server.done.length === 1);
    assert.deepEqual(server.heard[0].picked, [3, 1]);
    assert.deepEqual(page.problems, []);
  });

  test('a line is ticked by its barcode and by its SKU, whichever the customer’s page knew', async () => {
    server.pickups = [pickup('one', '200100', 'picking', { lines: [{ ...line('ブレンド 200g', 'BLEND-200', 2), codes: ['BLEND-200', '4901234567894'] }] })];
    await open();
    await row('200100').click();
    for (const [code, sentence] of [['4901234567894', '2点中1点'], ['BLEND-200', '2点中2点']]) {
      await page.clock.runFor(500);
      await scan(code);
      await said(sentence);
    }
    assert.deepEqual(page.problems, []);
  });

  test('the staff see what the customer was written, and send what is still so once more, once', async () => {
    const mails = [{ step: 'placed', at: kNow - 7_200, outcome: 'sent' }, { step: 'ready', at: kNow - 3_600, outcome: 'not_sent', reason: 'refused', again: true },
      { step: 'reminder', at: kNow - 1_800, outcome: 'sent', again: true }];
    for (const [locale, words] of [['ja-JP', { sent: '今日 08:32 に送りました', refused: 'お客さまのアドレスでは受け取れませんでした', again: 'ご用意できたお知らせをもう一度送る', other: '期限前のお知らせをもう一度送る', all: 'もう一度送る', cut: 'いま通信できないため、送れませんでした', done: 'もう一度送ります', waiting: '送信を待っています' }],
      ['en-GB', { sent: 'sent 08:32 today', refused: 'the customer’s address did not take it', again: 'Send again: Ready to pick up', other: 'Send again: Reminder', all: 'Send again', cut: 'There is no connection, so it was not sent', done: 'It will be sent again', waiting: 'waiting to be sent' }]]) {
      server.pickups = [pickup('one', '200100', 'ready', { lines: [line('ブレンド 200g', '4901234567894', 1, 1)], mails: structuredClone(mails) })];
      server.heard = [];
      await open({ locale });
      await row('200100').click();
      await page.getByText(words.sent).waitFor();
      await page.getByText(words.refused).waitFor();
      assert.equal(await page.getByRole('button', { name: words.all }).count(), 2, 'not of what is no longer so');
      await noFindings();
      await keepScreen(page, `staff-mails-${locale}`, { fullPage: true });
      server.network = 'mute';
      await page.getByRole('button', { name: words.again }).click();
      await said(words.cut);
      server.network = 'up';
      await page.getByRole('button', { name: words.again }).click();
      await said(words.done);
      await page.getByText(words.waiting).waitFor();
      assert.equal(await page.getByRole('button', { name: words.again }).count(), 0, 'one is on its way');
      assert.equal(await page.getByRole('button', { name: words.other }).count(), 1);
      assert.ok(server.heard.length >= 2, 'a browser repeats what was cut by itself, too');
      assert.equal(new Set(server.heard.map(({ deed }) => deed)).size, 1, 'the same wish');
      assert.deepEqual(server.pickups[0].mails.map(({ step }) => step), ['placed', 'ready', 'reminder', 'ready']);
      server.heard = [];
      await page.getByRole('button', { name: words.other }).click();
      await until('the wish', () => server.heard.length === 1);
      assert.equal(server.heard[0].step, 'reminder');
      noProblems();
      await page.context().close();
    }
  });

  test('without a camera the field is what is left, and the sentence says so, in both languages', async () => {
    for (const [locale, button, sentence, refused] of [['ja-JP', '読み取る', /スキャナーで読み取るか、6けたの受取番号を入力/, /カメラを許可するか、番号を入力/],
      ['en-GB', 'Scan', /type the six-digit code/, /or type the code/]]) {
      await open({ locale });
      await page.getByRole('button', { name: button, exact: true }).click();
      await said(sentence);
      assert.ok(await page.locator('#scan').evaluate((input) => input === document.activeElement));
      assert.equal(await page.locator('.camera').isVisible(), false);
      await page.evaluate(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); });
      await page.getByRole('button', { name: button, exact: true }).click();
      await said(refused);
      await page.evaluate(() => { navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); });
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.locator('.camera video').waitFor();
      await noFindings();
      await noSideScroll();
      await page.locator('.camera__close').click();
      assert.equal(await page.locator('.camera').isVisible(), false);
      await page.context().close();
    }
  });

  test('a member and a product go where they belong, in both languages', async () => {
    server.scans.T0123456789012 = { kind: 'member', pickups: ['pickup-ready-0123456789'],
      member: { name: '高＊ さ＊＊', code: 'T0123456789012', rank: 'ゴールド', has_points: true, points: 2340, as_of: kNow - 120, state: 'ready' } };
    server.scans.T9 = { kind: 'unknown' };
    server.scans['4901234567894'] = { kind: 'product', product: { name: 'ブレンド 200g', code: '4901234567894' }, pickups: ['pickup-ready-0123456789'],
      stock: [{ shop: '1', shop_name: '渋谷店', on_hand: 5, held: 3 }, { shop: '2', shop_name: '新宿店', on_hand: 4, held: 0, doubted: true }] };
    for (const [locale, words] of [['ja-JP', { points: '2,340 pt今日 10:30 時点', open: '取り置き 1件', free: '売れる数 2', doubted: '店頭で見つからなかったため、売り止めにしています', at: '今日 10:32 に確認' }],
      ['en-GB', { points: '2,340 ptas of 10:30 today', open: '1 pick-up', free: '2 to sell', doubted: 'Not offered, since staff could not find it here', at: 'checked 10:32 today' }]]) {
      await open({ locale });
      await scan('T0123456789012');
      await page.getByRole('heading', { name: words.open }).waitFor();
      assert.equal(await page.locator('.panel__figure').textContent(), words.points);
      await noFindings();
      await keepScreen(page, `staff-member-${locale}`);
      await scan('4901234567894');
      await page.getByText(words.free).waitFor();
      await page.getByText(words.doubted).waitFor();
      await page.getByText(words.at).waitFor();
      await noFindings();
      await keepScreen(page, `staff-product-${locale}`);
      await row('118840').click();
      await page.getByRole('heading', { level: 1, name: '118840' }).waitFor();
      assert.deepEqual(page.problems, []);
      if (locale === 'ja-JP') await page.context().close();
    }
  });

  test('what cannot be set aside is declined with a reason, and can be thought better of', async () => {
    await open();
    await row('310577').click();
    await page.getByRole('button', { name: '用意できません' }).click();
    await page.getByText('お客さまに「ご用意できませんでした」と表示し').waitFor();
    await page.getByRole('button', { name: 'やめる' }).click();
    await press('受け付ける');
    await said('310577 を受け付けました');
    await page.getByRole('button', { name: '用意できません' }).click();
    await page.getByLabel('傷や汚れがある').check();
    await noFindings();
    await keepScreen(page, 'staff-reject-ja');
    await press('取り置きを断る（傷や汚れがある）');
    await said('310577 を断りました');
    assert.equal(server.pickup('pickup-new-0123456789').reason, 'damaged');
    assert.equal(await row('310577').count(), 0);
    assert.deepEqual(page.problems, []);
  });

  test('what was bought online says so, what is paid is not charged, and it is found by its order', async () => {
    const online = { order: '#1001', paid: true, short: true, on_hold: false, undecided: false };
    server.pickups = [pickup('bought', '640012', 'ready', { lines: [line('モカ 200g', '4901234567832', 1, 1)], online }),
      pickup('over', '640013', 'rejected', { online: { ...online, order: '#1002', paid: false, short: false, undecided: true } })];
    await open();
    const tags = (code) => row(code).locator('.tag').allTextContents();
    assert.deepEqual(await tags('640012'), ['ネット注文 #1001', '支払い済み', '在庫不足のおそれ']);
    assert.deepEqual(await tags('640013'), ['ネット注文 #1002', '未入金', '対応を決める']);
    await noFindings();
    await noSideScroll();
    await page.locator('input').first().fill('1001');
    await page.keyboard.press('Enter');
    await page.getByText('お支払い済みです。レジでの会計はありません。').waitFor();
    await press('1点を渡す');
    await said('640012 をお渡ししました');
    await row('640013').click();
    await page.getByText('お渡しできなかった分を').waitFor();
    assert.equal(await main().textContent(), '一覧へ戻る');
    noProblems();
  });

  test('a manager keeps it a day longer and cancels; a clerk is not offered either', async () => {
    await open();
    await row('118840').click();
    assert.equal(await page.getByText('そのほか').count(), 0);
    await page.context().close();
    server.staff = { name: '田中', role: 'manager' };
    await open();
    await row('118840').click();
    await page.getByText('そのほか').click();
    await page.getByRole('button', { name: 'もう1日とっておく 11月24日(火) 12:32 まで' }).click();
    await said('118840 をもう1日とっておきます');
    await keepScreen(page, 'staff-manager-ja', { fullPage: true });
    await page.getByRole('button', { name: '取り消して、3点の取り置きを解く' }).click();
    await said('118840 を取り消しました');
    assert.deepEqual(server.done.map(({ action }) => action), ['extend', 'cancel']);
    assert.deepEqual(page.problems, []);
  });

  for (const network of ['cut', 'mute', 'busy']) {
    test(`the network is ${network} for 30 s while picking and handing over: each deed takes effect once`, async () => {
      await open();
      await row('905021').click();
      server.network = network;
      await press('全部そろっている（4点）');
      await press('用意できた（4点）');
      await page.locator('.cut').getByText('操作1件はこの端末に残してあり').waitFor();
      await row('905021').getByText('送信待ち').waitFor();
      await scan('P118840');
      await page.getByRole('heading', { level: 1, name: '118840' }).waitFor();
      await press('3点を渡す');
      await page.locator('.cut').getByText('操作2件はこの端末に残してあり').waitFor();
      await noFindings();
      await keepScreen(page, `staff-${network}-ja`);
      await pass(kCutMs / 2);
      assert.equal(await kept(), 2);
      await page.reload();
      await pass(kCutMs / 2);
      const before = server.heard.length;
      assert.ok(before <= 2 * kTriesInACut, `${before} tries`);
      server.network = 'up';
      await until('the deeds', async () => {
        await pass(1_000);
        return server.done.length === 2 && server.heard.length > before;
      });
      await atList();
      await until('the list', async () => (await pass(1_000), (await page.locator('.job__code').allInnerTexts()).join() === '482913,310577,905021'));
      assert.equal(await page.locator('.cut').textContent(), '');
      assert.deepEqual(server.done.map(({ action }) => action), ['ready', 'hand_over']);
      assert.equal(new Set(server.heard.map(({ deed }) => deed)).size, 2);
      for (const { deed, ...rest } of server.heard) assert.deepEqual(rest, (({ deed: _, ...first }) => first)(server.heard.find((one) => one.deed === deed)));
      assert.equal(await kept(), 0);
      noProblems();
    });
  }

  test('another till was first: nothing is done, it is said, and the list is fresh', async () => {
    await open();
    await row('118840').click();
    server.pickup('pickup-ready-0123456789').state = 'handed_over';
    await press('3点を渡す');
    await said('118840 はほかの端末で変わっていたため、この操作はしていません');
    await until('the list', async () => await row('118840').count() === 0);
    await noFindings();
    await row('310577').click();
    server.pickup('pickup-new-0123456789').state = 'cancelled';
    await pass(6_000);
    await page.getByText('一覧から外れました').waitFor();
    await keepScreen(page, 'staff-gone-ja');
    await press('一覧へ戻る');
    await atList();
    noProblems();
  });

  test('the timer turns at the limit, by itself, and what comes in appears and is told', async () => {
    await open();
    assert.equal(await row('310577').locator('.timer--late').count(), 0);
    server.network = 'cut';
    await pass(12 * kMinute * 1000 - 1_000);
    assert.equal(await row('310577').locator('.timer').innerText(), 'あと1分');
    await pass(1_000);
    assert.equal(await row('310577').locator('.timer--late').innerText(), '期限です');
    await page.locator('.cut').getByText('いま通信できません。10:32 時点の内容です').waitFor();
    await keepScreen(page, 'staff-late-ja');
    server.network = 'up';
    server.pickups.unshift(pickup('more', '777001', 'placed', { accept_by: server.now + 60 }));
    await until('the new one', async () => (await pass(1_000), await row('777001').count() === 1), 40_000);
    await page.getByText('新しい取り置きが1件あります').waitFor();
    assert.deepEqual((await page.locator('.job__code').allInnerTexts()).slice(0, 3), ['482913', '310577', '777001']);  // by what is due
    noProblems();
  });

  test('an invitation is taken once and leaves the address; a used one says how to get another', async () => {
    server.signedIn = false;
    await open({}, '#join=fresh');
    await row('482913').waitFor();
    assert.equal(new URL(page.url()).hash, '');
    await said('佐藤さんとしてサインインしました');
    await page.reload();
    await row('482913').waitFor();
    assert.equal(server.joins, 1);
    await page.getByLabel('メニュー').click();
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.getByText('新しい招待リンクを送ってもらってください').waitFor();
    await noFindings();
    await page.evaluate(() => { location.hash = '#join=fresh'; });
    await page.getByText('この招待リンクは使えません').waitFor();
    assert.equal(new URL(page.url()).hash, '');
    await noFindings();
    await keepScreen(page, 'staff-invitation-ja');
    noProblems();
  });

  test('an invitation for somebody else, opened where one is signed in, changes who one is', async () => {
    await open();
    server.staff = { name: '伊藤', role: 'manager' };
    await page.evaluate(() => { location.hash = '#join=fresh'; });
    await said('伊藤さんとしてサインインしました');
    await page.getByLabel('メニュー').click();
    await page.getByText('伊藤 · 店長').waitFor();
    assert.equal(server.joins, 1);
    noProblems();
  });

  test('without a network an invitation is kept, and taken when asked again', async () => {
    [server.signedIn, server.network] = [false, 'cut'];
    await open({}, '#join=fresh');
    server.network = 'up';
    await page.getByRole('button', { name: 'もう一度' }).click();
    await row('482913').waitFor();
    noProblems();
  });

  test('signed out by the server: nothing of a customer stays; a deed waits for the same person and no other', async () => {
    await open();
    await row('118840').click();
    server.signedIn = false;
    await press('3点を渡す');
    await page.getByText('サインインしていません').waitFor();
    await page.getByText('送れていない操作1件は、この端末に残してあります').waitFor();
    await keepScreen(page, 'staff-signed-out-ja');
    for (const name of ['高橋', '118840']) assert.ok(!(await page.textContent('body')).includes(name), name);
    server.staff = { name: '伊藤', role: 'clerk' };
    await page.evaluate(() => { location.hash = '#join=fresh'; });
    await said('別の方がサインインしたため取りやめました');
    assert.deepEqual([server.done, await kept()], [[], 0]);
    await row('118840').waitFor();
    noProblems();
  });

  test('as many deeds are kept as there is room for, and none for longer than a day', async () => {
    const deed = (i, more = {}) => ({ id: `deed-${i}`, pickup: 'pickup-elsewhere', action: 'accept', code: '000001', by: 'clerk 佐藤', at: kNow * 1000, ...more });
    const keep = (deeds) => page.evaluate((all) => all.forEach((one) => localStorage.setItem(`tsunagi-staff:deed:${one.id}`, JSON.stringify(one))), deeds);
    await open();
    await keep([deed(0, { at: (kNow - 24 * kHour) * 1000 - 60_000, code: '000009' })]);
    await page.reload();
    await said('000009 の操作は1日送れなかったため、取りやめました');
    assert.deepEqual(server.heard, []);
    server.deaf = 'act';
    await keep(Array.from({ length: 49 }, (_, i) => deed(i)));
    await page.reload();
    await row('310577').click();
    await press('受け付ける');
    await page.locator('.cut').getByText('操作50件').waitFor();
    assert.equal(await kept(), 50);
    await press('集める');
    await said('これ以上は残せません');
    assert.equal(await kept(), 50);
    assert.equal(await main().innerText(), '集める');
    noProblems();
  });

  test('nobody looks: nothing is asked; somebody looks again: at once', async () => {
    await open();
    await pass(11_000);
    await until('two more', () => server.asked === 3);
    const look = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    await look(true);
    await pass(66_000);
    const asked = server.asked;
    assert.ok(asked <= 4, `${asked}: the one that was due may still have gone out`);
    await look(false);
    await until('one at once', () => server.asked > asked);
    assert.deepEqual(page.problems, []);
  });

  test('a language that was chosen stays', async () => {
    await open();
    await page.getByLabel('メニュー').click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'To do now' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'To do now' }).waitFor();
    assert.deepEqual(page.problems, []);
  });
});

// A pick-up from the shopper's wish to the counter, with real processes: on one server with SQLite, and on three with PostgreSQL,
// where a crowd wants the last piece.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Counter, act } from '../support/counter.mjs';
import { startPostgres, stopPostgres } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kTries = 5;  // of a wish that a busy server has no turn for

describe('one shop on one server', () => {
  const stack = new Stack();
  let data;
  let counter;
  let clerk;
  let hanako;
  before(async () => {
    await stack.start();
    data = await seed(stack, undefined, { shops: 2, products: 4, members: 4, sales: 0 });
    await stack.settled();
    counter = new Counter(stack, data);
    await counter.open();
    clerk = await counter.clerk('clerk', [counter.store]);
    [hanako] = data.joined;
  });
  after(() => stack.stop());

  test('is promised, held, picked and handed over', async () => {
    const tea = data.products.at(-1);
    await counter.shelf(tea, 3);
    const offer = await counter.look(hanako.id, tea.code);
    const here = offer.shops.find(({ shop }) => shop === counter.store);
    assert.equal(here.offered, 3);
    assert.ok(here.from >= offer.now + 3_600 && here.from <= offer.now + 3_600 + 1_800 && here.from % 1_800 === 0, `${here.from} of ${offer.now}`);
    // The store's barcode may be one that Smaregi does not have: the way to reserve goes by what was found.
    const { products: [bySku] } = await send('GET', stack.server + counter.path(hanako.id, '/stock.json', { barcode: '0000000000000', sku: tea.sku }));
    const way = new URL(bySku.pickup_url, 'https://shop.example').searchParams.get('code');
    assert.equal((await counter.look(hanako.id, way)).product.name, tea.name);
    const { status, pickup } = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }]);
    assert.equal(status, 200);
    assert.match(pickup.code, /^\d{6}$/);
    assert.equal(pickup.state, 'placed');
    assert.ok(pickup.hold_until > pickup.ready_from);
    assert.equal((await counter.stockOf(tea.code)).held, 2);
    assert.equal((await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store).offered, 1);

    const work = await (await clerk.ask('GET', '/work')).json();
    const seen = work.pickups.find(({ id }) => id === pickup.id);
    assert.deepEqual(seen.actions, ['accept', 'pick', 'reject']);
    assert.equal(seen.lines[0].quantity, 2);
    assert.match(seen.customer, /○$/);
    for (const [action, state] of [['accept', 'accepted'], ['pick', 'picking'], ['ready', 'ready']]) {
      const done = await act(clerk, pickup, action);
      assert.equal(done.status, 200, JSON.stringify(done));
      assert.equal(done.pickup.state, state);
    }
    const scanned = await (await clerk.ask('POST', '/scan', { text: `P${pickup.code}` })).json();
    assert.equal(scanned.kind, 'pickup');
    assert.equal(scanned.pickup.id, pickup.id);
    const member = await (await clerk.ask('POST', '/scan', { text: hanako.code })).json();
    assert.equal(member.kind, 'member');
    assert.deepEqual(member.pickups.map(({ id }) => id), [pickup.id]);
    const product = await (await clerk.ask('POST', '/scan', { text: tea.code })).json();
    assert.equal(product.kind, 'product');
    assert.equal(product.stock.find(({ shop }) => shop === counter.store).held, 2);
    assert.equal((await (await clerk.ask('POST', '/scan', { text: 'nothing' })).json()).kind, 'unknown');
    assert.equal((await act(clerk, pickup, 'hand_over')).pickup.state, 'handed_over');
    assert.ok([2, 0].includes((await counter.stockOf(tea.code)).held), 'until Smaregi’s figure is newer nobody else gets them');
    assert.equal((await counter.look(hanako.id)).pickups.find(({ id }) => id === pickup.id).state, 'handed_over');
    assert.equal((await act(clerk, pickup, 'hand_over')).status, 409);
  });

  test('the same wish and the same deed told twice are one', async () => {
    const [, tea] = data.products;
    await counter.shelf(tea, 5);
    const id = randomUUID();
    const both = await Promise.all([1, 2, 3, 4].map(() => counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }], { id })));
    for (const { status } of both) assert.ok(status === 200 || status === 409, `${status}`);
    const again = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }], { id });
    assert.equal(again.status, 200);
    assert.equal((await counter.stockOf(tea.code)).held, 2);
    const deed = randomUUID();
    for (let i = 0; i < 3; ++i) {
      const reply = await clerk.ask('POST', '/act', { id, deed, action: 'accept' });
      assert.equal(reply.status, 200);
      assert.equal((await reply.json()).pickup.state, 'accepted');
    }
    const cancel = { nonce: (await counter.look(hanako.id)).nonce, id, deed: randomUUID() };
    for (let i = 0; i < 2; ++i) {
      const { pickup } = await send('POST', stack.server + counter.path(hanako.id, '/pickup/cancel'), cancel);
      assert.equal(pickup.state, 'cancelled');
    }
    assert.equal((await counter.stockOf(tea.code)).held, 0);
  });

  test('another shop has it instead: the new one is held, and the old one ends', async () => {
    const [tea] = data.products;
    for (const shop of [counter.other, counter.store]) await counter.shelf(tea, 3, shop);
    await until('both shelves to be known', async () => (await counter.look(hanako.id, tea.code)).shops.every(({ offered }) => offered === 3), 30_000, 200);
    const { pickup: before } = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }]);
    const wish = { id: randomUUID(), shop: counter.other, instead: before.id };
    const stranger = await counter.reserve(data.joined[1].id, [{ code: tea.code, quantity: 1 }], wish);
    assert.equal(stranger.status, 404, JSON.stringify(stranger));
    assert.equal((await counter.reserve(hanako.id, [{ code: tea.code, quantity: 9 }], wish)).status, 409);
    assert.equal((await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }], { ...wish, instead: 7 })).status, 400);
    const states = async () => {
      const { pickups } = await counter.look(hanako.id);
      return [before.id, wish.id].map((id) => pickups.find((one) => one.id === id)?.state);
    };
    assert.deepEqual(await states(), ['placed', undefined], 'nothing changed');
    for (let i = 0; i < 2; ++i) {
      const { status, pickup } = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }], wish);
      assert.equal(status, 200);
      assert.equal(pickup.shop, counter.other);
      assert.deepEqual(await states(), ['cancelled', 'placed']);
    }
    assert.equal((await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store).offered, 3);
    const nonce = (await counter.look(hanako.id)).nonce;
    await send('POST', stack.server + counter.path(hanako.id, '/pickup/cancel'), { nonce, id: wish.id, deed: randomUUID() });
  });

  test('what is wrong is refused with a sentence, and nothing is held', async () => {
    const [, , tea] = data.products;
    await counter.shelf(tea, 5);
    const lines = (quantity, code = tea.code) => [{ code, quantity }];
    const refusals = [
      [lines(0), {}, 400], [lines(-1), {}, 400], [lines(100), {}, 400], [lines(1e300), {}, 400], [lines(1.5), {}, 400], [lines('1'), {}, 400],
      [lines(2 ** 53), {}, 400], [[], {}, 400], [{}, {}, 400], [Array.from({ length: 21 }, () => ({ code: tea.code, quantity: 1 })), {}, 400],
      [lines(1, 'no such code'), {}, 404], [lines(1), { shop: '999' }, 404], [lines(1), { id: 'short' }, 400], [lines(1), { id: `${'x'.repeat(20)}/` }, 400],
      [lines(6), {}, 409], [[...lines(3), ...lines(3)], {}, 409], [lines(1), { nonce: 'x' }, 400],
    ];
    for (const [wanted, options, status] of refusals) {
      const reply = await counter.reserve(hanako.id, wanted, options);
      assert.equal(reply.status, status, JSON.stringify([wanted, options, reply]));
      assert.ok(reply.error.message.length > 10);
    }
    assert.equal((await counter.stockOf(tea.code)).held, 0);
    const { pickup } = await counter.reserve(hanako.id, [...lines(2), ...lines(3)]);
    assert.equal(pickup.lines.length, 1);
    assert.equal(pickup.lines[0].quantity, 5);
    // Somebody else's: neither seen nor cancelled.
    const stranger = data.joined[1];
    assert.ok(!(await counter.look(stranger.id)).pickups.some(({ id }) => id === pickup.id));
    const nonce = (await counter.look(stranger.id)).nonce;
    await assert.rejects(send('POST', stack.server + counter.path(stranger.id, '/pickup/cancel'), { nonce, id: pickup.id, deed: randomUUID() }), /404/);
    // A clerk of another shop.
    const elsewhere = await counter.clerk('manager', [counter.other]);
    assert.equal((await act(elsewhere, pickup, 'accept')).status, 404);
    assert.ok(!(await (await elsewhere.ask('GET', '/work')).json()).pickups.length);
    assert.equal((await act(clerk, pickup, 'cancel')).status, 409, 'a clerk does not cancel');
    assert.equal((await act(clerk, pickup, 'reject')).status, 400, 'a reason is needed');
    const rejected = await act(clerk, pickup, 'reject', { reason: 'not_found' });
    assert.equal(rejected.pickup.state, 'rejected');
    assert.equal((await counter.look(hanako.id)).pickups.find(({ id }) => id === pickup.id).reason, 'not_found');
    // What the shop does not find is offered to nobody, whatever Smaregi counts, until Smaregi counts anew.
    assert.equal((await counter.stockOf(tea.code)).known, false);
    assert.equal((await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store).offered, 0);
    assert.equal((await counter.reserve(hanako.id, lines(1))).status, 409);
    await counter.shelf(tea, 4);
    assert.equal((await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store).offered, 4);
  });

  test('which shops have the whole cart, and what the others lack', async () => {
    const [tea, cup] = data.products;
    await counter.shelf(tea, 4, counter.other);
    await counter.shelf(cup, 1, counter.other);
    await counter.shelf(tea, 4);
    await counter.shelf(cup, 2);
    // One product by its barcode and by its SKU is one line.
    const ask = () => counter.lookAtCart(hanako.id, [[1, tea.code], [2, cup.code], [1, tea.sku]]);
    await until('the other shop\'s cups to be known', async () => (await ask()).shops[1].lacks[0]?.offered === 1, 30_000, 200);
    const cart = await ask();
    assert.deepEqual(cart.lines, [{ code: tea.code, name: tea.name, quantity: 2, counted: true }, { code: cup.code, name: cup.name, quantity: 2, counted: true }]);
    const [here, other] = cart.shops;
    assert.deepEqual([here.shop, here.offered, here.lacks], [counter.store, 1, []]);
    assert.deepEqual([other.shop, other.offered, other.lacks], [counter.other, 0, [{ code: cup.code, offered: 1 }]]);
    assert.ok(here.from >= cart.now + 3_600 && here.name && here.phone);
    assert.equal(cart.product, undefined);
    // What is offered is what is promised.
    const { pickup } = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 2 }, { code: cup.code, quantity: 2 }]);
    assert.equal(pickup.lines.length, 2);
    assert.deepEqual((await ask()).shops.find(({ shop }) => shop === counter.store).lacks, [{ code: cup.code, offered: 0 }]);
    assert.equal((await act(clerk, pickup, 'reject', { reason: 'busy' })).status, 200);
    // One line of one piece is the page of one product, in other words.
    const one = (await counter.lookAtCart(hanako.id, [[1, tea.code]])).shops;
    const byShop = (shops) => shops.toSorted((a, b) => a.shop.localeCompare(b.shop)).map(({ lacks, area, ...shop }) => shop);
    assert.deepEqual(byShop(one), byShop((await counter.look(hanako.id, tea.code)).shops));
    // What no shop counts hides nothing else.
    const gift = await counter.lookAtCart(hanako.id, [[1, 'a gift card'], [1, tea.code]]);
    assert.deepEqual(gift.lines.map(({ counted }) => counted), [false, true]);
    assert.ok(gift.shops.every(({ offered, lacks }) => offered === 0 && lacks[0].code === 'a gift card'));
    for (const wrong of [[['0', tea.code]], [['100', tea.code]], [['x', tea.code]], [['1', '']], [[60, tea.code], [60, tea.sku]], Array(21).fill([1, tea.code])]) {
      await assert.rejects(counter.lookAtCart(hanako.id, wrong), /: 400 .*"code":"invalid","message":".{10}/, JSON.stringify(wrong));
    }
  });

  test('a shop that puts nothing aside, and a shop that is closed', async () => {
    const [tea] = data.products;
    const { settings } = await data.merchant('GET', '/status');
    const closed = { opens: '10:00', closes: '20:00', closed: [0, 1, 2, 3, 4, 5, 6] };
    await data.merchant('PUT', '/settings', { ...settings, stores: [{ store_id: counter.store, no_pickup: true }, { store_id: counter.other, hours: closed }] });
    await until('the settings to be in force', async () => (await counter.look(hanako.id, tea.code)).shops.length === 1, 10_000, 200);
    const [only] = (await counter.look(hanako.id, tea.code)).shops;
    assert.equal(only.shop, counter.other);
    assert.equal(only.from, undefined);
    assert.equal((await counter.reserve(hanako.id, [{ code: tea.code, quantity: 1 }])).status, 404);
    assert.equal((await counter.reserve(hanako.id, [{ code: tea.code, quantity: 1 }], { shop: counter.other })).status, 409);
    await data.merchant('PUT', '/settings', settings);
  });

  test('a shop’s closed dates and its cut-off move what it promises; closed for long, it promises nothing', async () => {
    const [tea] = data.products;
    await counter.shelf(tea, 5);
    const { settings } = await data.merchant('GET', '/status');
    const day = (number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
    const begins = (number) => number * 86_400 - 9 * 3_600;
    const here = async () => (await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store);
    assert.deepEqual((await here()).today, { opens: '00:00', closes: '24:00' });
    const today = Math.floor((Date.now() / 1000 + 9 * 3_600) / 86_400);
    const put = (hours) => data.merchant('PUT', '/settings', { ...settings, stores: [{ store_id: counter.store, hours: { opens: '00:00', closes: '24:00', closed: [], ...hours } }] });
    const closedFor = (days) => ({ closed_on: Array.from({ length: days }, (_, i) => day(today + i)) });

    await put(closedFor(2));
    await until('the closed dates to be in force', async () => (await here()).today === null, 10_000, 200);
    assert.equal((await here()).from, begins(today + 2) + 3_600);
    const [inCart] = (await counter.lookAtCart(hanako.id, [[1, tea.code]])).shops.filter(({ shop }) => shop === counter.store);
    assert.deepEqual([inCart.from, inCart.today], [begins(today + 2) + 3_600, null]);
    const { status, pickup } = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 1 }]);
    assert.equal(status, 200);
    assert.equal(pickup.ready_from, begins(today + 2) + 3_600);
    assert.equal((await act(clerk, pickup, 'reject', { reason: 'closed' })).status, 200);

    await put({ cut_off: '00:01' });
    await until('the cut-off to be in force', async () => (await here()).today !== null, 10_000, 200);
    assert.equal((await here()).from, begins(today + 1) + 3_600, 'it has passed: as if it were asked for tomorrow');

    await put(closedFor(14));
    await until('the shop to be closed for long', async () => (await here()).from === undefined, 10_000, 200);
    const refused = await counter.reserve(hanako.id, [{ code: tea.code, quantity: 1 }]);
    assert.equal(refused.status, 409);
    assert.match(refused.error.message, /closed/);
    assert.equal((await counter.stockOf(tea.code)).held, 0, 'nothing changed');

    for (const [hours, field] of [[{ closed_on: ['2026-02-30'] }, 'closed_on'], [{ cut_off: '24:01' }, 'cut_off']]) {
      await assert.rejects(put(hours), new RegExp(`400.*stores\\[0\\]\\.hours\\.${field}`));
    }
    await data.merchant('PUT', '/settings', settings);
  });

  test('what was handed over is offered as Smaregi says once its sale is known', async () => {
    const tea = data.products.at(-1);
    await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: counter.store, lines: [{ product_code: tea.code, quantity: 2 }], spend_points: 0 });
    await until('the sale to be known', async () => (await counter.stockOf(tea.code)).on_hand === 1, 20_000, 200);
    await stack.readNow();
    await until('nothing to be held', async () => (await counter.stockOf(tea.code)).held === 0, 10_000, 200);
    assert.equal((await counter.look(hanako.id, tea.code)).shops.find(({ shop }) => shop === counter.store).offered, 1);
  });

  test('an invitation works once, and who is revoked is out at once', async () => {
    const clerkTwo = await counter.clerk('head_office');
    const join = (token) => fetch(`${stack.server}/staff/api/join`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
    assert.equal((await join(clerkTwo.token)).status, 401);
    assert.equal((await join('')).status, 401);
    assert.equal((await clerkTwo.ask('GET', '/work')).status, 200);
    const { staff } = await data.merchant('GET', '/staff');
    const mine = staff.find(({ role, state }) => role === 'head_office' && state === 'joined');
    await data.merchant('POST', '/staff/revoke', { id: mine.id });
    assert.equal((await clerkTwo.ask('GET', '/work')).status, 401);
    assert.equal((await clerk.ask('GET', '/work')).status, 200);
  });
});

describe('a crowd at three servers', () => {
  let database;
  let stack;
  let counter;
  let data;
  before(async () => {
    database = startPostgres();
    stack = new Stack({ database });
    await stack.start();
    data = await seed(stack, undefined, { shops: 2, products: 2, members: 5, sales: 0 });
    counter = new Counter(stack, data);
    await counter.open();
  });
  after(async () => {
    await stack?.stop();
    if (database) stopPostgres(database);
  });

  test('of fifty who want the last piece one gets it', async () => {
    const servers = [stack.server, (await stack.startPeer()).server, (await stack.startPeer()).server];
    const [tea, cup] = data.products;
    await counter.shelf(tea, 1);
    await counter.shelf(cup, 4);
    const people = data.joined;
    const nonces = await Promise.all(people.map(async ({ id }) => (await counter.look(id)).nonce));
    /** As the page does: who is told that it cannot be answered just now says the same wish again. */
    const wish = async (lines, i) => {
      const options = { id: randomUUID(), server: servers[i % 3], nonce: nonces[i % people.length] };
      for (let tries = 1; ; ++tries) {
        const reply = await counter.reserve(people[i % people.length].id, lines, options);
        if (reply.status !== 503 || tries === kTries) return reply;
      }
    };
    const crowd = (lines) => Promise.all(Array.from({ length: 50 }, (_, i) => wish(lines(i), i)));
    const last = await crowd(() => [{ code: tea.code, quantity: 1 }]);
    assert.deepEqual(last.map(({ status }) => status).sort((a, b) => a - b), [200, ...Array(49).fill(409)]);
    assert.equal((await counter.stockOf(tea.code)).held, 1);
    // Each line would fit; the sum of the two does not.
    const sums = await crowd(() => [{ code: cup.code, quantity: 2 }, { code: cup.code, quantity: 3 }]);
    assert.deepEqual([...new Set(sums.map(({ status }) => status))], [409]);
    const four = await crowd(() => [{ code: cup.code, quantity: 2 }]);
    assert.equal(four.filter(({ status }) => status === 200).length, 2);
    await until('all four to be held', async () => (await counter.stockOf(cup.code)).held === 4, 10_000, 200);
  });
});

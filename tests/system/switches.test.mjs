// What nobody has confirmed of Smaregi is a list of switches in the stand-in; the journey passes whichever way they stand.
// Every pair of values of two switches occurs in at least one run (a covering array, drawn greedily from the seed).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/processes.mjs';
import { SeededRandom, newSeed } from '../support/random.mjs';
import { Shopper, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

const kDraws = 60;  // candidates a row; more make fewer rows
const kAtOnce = 4;  // runs side by side: they mostly wait

/** Rows of {switch: value} in which every pair of values of every two switches occurs. */
export function coveringRows(switches, random) {
  const names = Object.keys(switches);
  const open = new Set();
  const key = (a, va, b, vb) => `${a}=${JSON.stringify(va)}&${b}=${JSON.stringify(vb)}`;
  names.forEach((a, i) => names.slice(i + 1).forEach((b) => switches[a].forEach((va) => switches[b].forEach((vb) => open.add(key(a, va, b, vb))))));
  const covers = (row) => names.flatMap((a, i) => names.slice(i + 1).map((b) => key(a, row[a], b, row[b]))).filter((pair) => open.has(pair));
  const rows = [];
  while (open.size) {
    let best = null;
    let found = [];
    for (let draw = 0; draw < kDraws || found.length === 0; ++draw) {
      const row = Object.fromEntries(names.map((name) => [name, random.pick(switches[name])]));
      const pairs = covers(row);
      if (pairs.length > found.length) [best, found] = [row, pairs];
    }
    found.forEach((pair) => open.delete(pair));
    rows.push(best);
  }
  return rows;
}

async function journeyOf(stack) {
  await stack.start();
  const data = await seed(stack, undefined, { products: 3, members: 2, sales: 1 });
  const member = data.joined[0];
  const shopper = new Shopper(stack);
  await shopper.signIn(member.id);
  const found = await send('GET', `${data.till}/member?contract=${stack.keys.contract_id}&code=${encodeURIComponent(member.code)}`);
  assert.equal(found.customer_code ?? found.code, member.code, 'the till finds the member');
  // The card has heard of the sales that were there before, too.
  const before = Number(found.point);
  await until(`the card to show the till's ${before} points`, async () => (await shopper.card()).points === before, 10_000, 500);
  const product = data.products[0];
  const onHand = async () => (await shopper.json(`/apps/tsunagi/stock.json?barcode=${product.code}&sku=${product.sku}`)).products[0]
    .shops.find((shop) => shop.shop_id === String(data.stores[0].storeId)).on_hand;
  const stockBefore = await onHand();
  const soldAt = Date.now();
  const sale = await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId), member_code: member.code,
    spend_points: 0, lines: [{ product_code: product.code, quantity: 1 }] });
  await until(`points ${before} + ${sale.new_point}`, async () => (await shopper.card()).points === before + Number(sale.new_point), 5_000, 500);
  await until('one less in stock', async () => await onHand() === stockBefore - 1, 15_000 - (Date.now() - soldAt), 500);
}

test('the journey passes under every pair of unconfirmed facts', { concurrency: kAtOnce }, async (t) => {
  const seedOfRows = newSeed();
  const random = new SeededRandom(seedOfRows);
  const probe = new Stack({});
  await probe.startSmaregiOnly();
  const listed = await send('GET', `${probe.smaregi.control}/switches`);
  await probe.stop();
  const switches = Object.fromEntries((listed.switches ?? listed).map((one) => [one.name, one.values]));
  assert.ok(Object.keys(switches).length >= 8, 'the stand-in lists its switches');
  const rows = coveringRows(switches, random);
  console.log(`# seed ${seedOfRows}: ${Object.keys(switches).length} switches, ${rows.length} runs`);
  await Promise.all(rows.map((row, i) => (
    t.test(`run ${i + 1}: ${Object.entries(row).map(([name, value]) => `${name}=${value}`).join(' ')}`, async () => {
      const stack = new Stack({ switches: row, seed: random.between(1, 2 ** 30) });
      try {
        await journeyOf(stack);
      } finally {
        await stack.stop();
      }
    }))));
});

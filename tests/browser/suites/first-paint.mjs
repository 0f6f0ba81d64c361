// The card before any script: read from screenshots, and painted in the first frame that shows anything.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { PNG } from 'pngjs';
import { launch, phone, zbar } from '../../support/browser.mjs';
import { median } from '../../support/figures.mjs';
import { root } from '../../support/processes.mjs';
import { writeCard } from '../../support/app.mjs';
import { send } from '../../support/stack.mjs';

const kRuns = 20;
const jsBarcode = readFileSync(createRequire(import.meta.url).resolve('jsbarcode/dist/JsBarcode.all.min.js'), 'utf8');
/** As Lighthouse throttles: slow 4G and a CPU a quarter as fast. */
const kSlow4g = { offline: false, latency: 150, downloadThroughput: (1_638.4 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };

/** Frames as they reach the screen, from the first one on. */
async function frames(page, go, until) {
  const client = await page.context().newCDPSession(page);
  const seen = [];
  client.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    seen.push({ png: Buffer.from(data, 'base64'), at: metadata.timestamp });
    client.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await client.send('Network.enable');
  await client.send('Network.emulateNetworkConditions', kSlow4g);
  await client.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  const started = Date.now() / 1000;
  await go();
  await until(seen);
  await client.send('Page.stopScreencast');
  return seen.filter((frame) => frame.at >= started - 0.05).map((frame) => ({ ...frame, ms: (frame.at - started) * 1000 }));
}

/** The storefront once more, its card block replaced by one that draws with JsBarcode. */
async function jsBarcodeStore(storefront, code) {
  const block = `<svg id="peer"></svg><script src="/peer-jsbarcode.js"></script><script>JsBarcode('#peer', '${code}', {width: 2})</script>`;
  const server = createServer(async (request, reply) => {
    if (request.url === '/peer-jsbarcode.js') return void reply.setHeader('content-type', 'text/javascript').end(jsBarcode);
    const answer = await fetch(storefront + request.url, { headers: { cookie: request.headers.cookie ?? '' } });
    const body = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    reply.writeHead(answer.status, { 'content-type': type });
    reply.end(type.includes('text/html') ? String(body).replace(/<tsunagi-card[\s\S]*?<\/tsunagi-card>/, block) : body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

const isBlank = (png) => {
  const { data } = PNG.sync.read(png);
  for (let i = 4; i < data.length; i += 4) if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2]) return false;
  return true;
};

export function firstPaint(world) {
  test('JavaScript off: every width, code, scheme and forced dark mode decodes to the member\'s code', async (t) => {
    const { stack, data } = world;
    const own = data.joined[0];
    const long = data.unlinked[1];
    const twenty = 'KAIIN-2026/AB.C 7890';
    await writeCard(stack, long.id, { customer: String(long.id), code: twenty });
    const darkBrowser = await launch(['--force-dark-mode', '--enable-features=WebContentsForceDark']);
    try {
      for (const width of [390, 320]) {
        for (const [code, customer] of [[own.code, own], [twenty, long]]) {
          for (const scheme of ['light', 'dark', 'forced dark']) {
            await t.test(`${width} px, ${code.length} characters, ${scheme}`, async () => {
              await send('PUT', `${stack.shopify.control}/theme`, { scheme: scheme === 'dark' ? 'dark' : 'light' });
              const page = await phone(scheme === 'forced dark' ? darkBrowser : world.browser, { width, javaScriptEnabled: false });
              await page.goto(stack.signInUrl(customer.id));
              const read = zbar(await page.screenshot());
              assert.deepEqual(read.map((one) => one.text), [code]);
              await page.context().close();
            });
          }
        }
      }
    } finally {
      await darkBrowser.close();
      await send('PUT', `${stack.shopify.control}/theme`, { scheme: 'light' });
    }
  });

  test(`slow 4G, CPU ÷ 4: the barcode is in the first frame with content, ${kRuns} of ${kRuns}`, { skip: !process.env.TSUNAGI_FULL && 'long: scripts/test full' }, async () => {
    const { stack, data } = world;
    const { id, code } = data.joined[0];
    const beside = await jsBarcodeStore(stack.shopify.storefront, code);
    const ours = [];
    const theirs = [];
    for (let run = 0; run < kRuns; ++run) {
      const page = await phone(world.browser, { dpr: 2 });
      await page.context().request.get(stack.signInUrl(id));
      const seen = await frames(page, () => page.goto(`${stack.shopify.storefront}/account`, { waitUntil: 'commit' }),
        async (list) => { const end = Date.now() + 15_000; while (!list.some((frame) => !isBlank(frame.png)) && Date.now() < end) await page.waitForTimeout(20); await page.waitForTimeout(100); });
      const first = seen.find((frame) => !isBlank(frame.png));
      assert.ok(first, 'something was painted');
      writeFileSync(join(root, 'build', 'screens', 'first-frame.png'), first.png);
      assert.equal(zbar(first.png)[0]?.text, code, `run ${run + 1}: the first frame with content shows the barcode`);
      ours.push(first.ms);
      await page.context().close();

      // The same page with a block that draws by JsBarcode, as such apps do, over the same network.
      const peer = await phone(world.browser, { dpr: 2 });
      await peer.context().request.get(stack.signInUrl(id));
      let drawn = null;
      const peerSeen = await frames(peer, () => peer.goto(`${beside.address}/account`, { waitUntil: 'commit' }), async (list) => {
        const end = Date.now() + 20_000;
        let looked = 0;
        while (!drawn && Date.now() < end) {
          while (looked < list.length && !drawn) { if (zbar(list[looked].png)[0]?.text === code) drawn = list[looked]; ++looked; }
          await peer.waitForTimeout(20);
        }
      });
      const peerDrawn = peerSeen.find((frame) => frame.png === drawn?.png);
      assert.ok(peerDrawn, `run ${run + 1}: the peer's barcode was read`);
      theirs.push(peerDrawn.ms);
      await peer.context().close();
    }
    await beside.close();
    console.log(`# barcode on screen: ours ${median(ours).toFixed(0)} ms, a JsBarcode block ${median(theirs).toFixed(0)} ms (medians of ${ours.length} and ${theirs.length})`);
    assert.deepEqual([ours.length, theirs.length], [kRuns, kRuns]);
  });
}

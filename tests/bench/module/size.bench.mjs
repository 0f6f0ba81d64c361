// What a phone downloads, after brotli -11.
import { readFileSync, readdirSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const root = new URL('../../../', import.meta.url);
const bytes = (path) => readFileSync(new URL(path, root));
const brotli = (path) => brotliCompressSync(bytes(path), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes(path).length },
}).length;
const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);

const ASSETS = 'theme-extension/assets/';
const OF_OTHER_BLOCKS = ['tsunagi-cart.js', 'tsunagi-stock.js'];
const MODULE_LIMIT = 24_000;
const BLOCK_LIMIT = 40_000;
const ENTRY_LIMIT = 10_000;
const LOADER_LIMIT = 2_000;

const within = (name, ours, limit) =>
  ({ name, ours, peer: limit, peer_name: 'limit', ratio: ours / limit, goal: `<= ${limit}`, holds: ours <= limit });

export async function run() {
  const module = sum([`${ASSETS}tsunagi.wasm`, `${ASSETS}tsunagi-core.js`].map(brotli));
  const encoders = sum(['node_modules/jsbarcode/dist/JsBarcode.all.min.js',
    'node_modules/qrcode-generator/dist/qrcode.js'].map(brotli));
  const encodeOnly = brotli('build/wasm/tsunagi_encode_only.wasm') + brotli(`${ASSETS}tsunagi-core.js`);
  const files = readdirSync(new URL(ASSETS, root)).sort();
  return [
    ...files.map((file) => within(`shipped ${file}, bytes after brotli`, brotli(ASSETS + file), BLOCK_LIMIT)),
    within('module and loader with five symbologies and both views, bytes after brotli', module, MODULE_LIMIT),
    {
      name: 'five symbologies alone with loader, bytes after brotli', ours: encodeOnly, peer: encoders,
      peer_name: 'JsBarcode.all.min.js + qrcode-generator', ratio: encodeOnly / encoders, goal: '< 1',
      holds: encodeOnly < encoders,
    },
    within('all that a page with the card block loads, bytes after brotli',
      sum(files.filter((file) => !OF_OTHER_BLOCKS.includes(file)).map((file) => brotli(ASSETS + file))), BLOCK_LIMIT),
    within('loader, raw bytes', bytes(`${ASSETS}tsunagi-core.js`).length, LOADER_LIMIT),
    within('entry script of the card block, raw bytes', bytes(`${ASSETS}tsunagi-card.js`).length, ENTRY_LIMIT - 1),
  ];
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run());

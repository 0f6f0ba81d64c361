// The storefront in a real Chromium against the whole running system; one system for all suites of this folder.
import { after, before, describe } from 'node:test';
import { launch } from '../support/browser.mjs';
import { seed } from '../support/seed.mjs';
import { Stack } from '../support/stack.mjs';
import { fields } from './suites/fields.mjs';
import { firstPaint } from './suites/first-paint.mjs';
import { offline } from './suites/offline.mjs';
import { quality } from './suites/quality.mjs';
import { sameBytes } from './suites/same-bytes.mjs';
import { states } from './suites/states.mjs';
import { stockLine } from './suites/stock-line.mjs';

/** @type {{stack: Stack, data: any, browser: import('playwright-core').Browser}} */
const world = {};
before(async () => {
  world.stack = await new Stack().start();
  world.data = await seed(world.stack, undefined, { products: 6, members: 12, sales: 4 });
  world.browser = await launch();
  console.log(`# seed ${world.stack.seed}`);
});
after(async () => {
  await world.browser?.close();
  await world.stack?.stop();
});

describe('first paint', () => firstPaint(world));
describe('the module renders what the server renders', () => sameBytes(world));
describe('offline, signed out, somebody else', () => offline(world));
describe('every state', () => states(world));
describe('fields that Smaregi requires', () => fields(world));
describe('quality', () => quality(world));
describe('the stock block', () => stockLine(world));

// A whole running system with a few members and products, and a Chromium that looks at it.
import { launch } from './browser.mjs';
import { seed } from './seed.mjs';
import { Stack } from './stack.mjs';

/** @typedef {{stack: Stack, data: any, browser: import('playwright-core').Browser}} World */

/** @param {World} world to be filled; a test's suites are declared before it is. */
export async function openWorld(world) {
  world.stack = await new Stack().start();
  world.data = await seed(world.stack, undefined, { products: 6, members: 12, sales: 4 });
  world.browser = await launch();
  console.log(`# seed ${world.stack.seed}`);
}

export async function closeWorld(world) {
  await world.browser?.close();
  await world.stack?.stop();
}

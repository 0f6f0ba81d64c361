// Every page of the storefront in a real Chromium against the whole running system, and the block of shop stock.
import { after, before, describe } from 'node:test';
import { closeWorld, openWorld } from '../support/browser-world.mjs';
import { editor } from './suites/editor.mjs';
import { quality } from './suites/quality.mjs';
import { stockLine } from './suites/stock-line.mjs';

/** @type {import('../support/browser-world.mjs').World} */
const world = {};
before(() => openWorld(world));
after(() => closeWorld(world));

describe('quality', () => quality(world));
describe('the stock block', () => stockLine(world));
describe('in the theme editor', () => editor(world));

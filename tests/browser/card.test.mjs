// The card in a real Chromium against the whole running system; one system for all suites that are listed here.
import { after, before, describe } from 'node:test';
import { closeWorld, openWorld } from '../support/browser-world.mjs';
import { fields } from './suites/fields.mjs';
import { firstPaint } from './suites/first-paint.mjs';
import { offline } from './suites/offline.mjs';
import { sameBytes } from './suites/same-bytes.mjs';
import { states } from './suites/states.mjs';

/** @type {import('../support/browser-world.mjs').World} */
const world = {};
before(() => openWorld(world));
after(() => closeWorld(world));

describe('first paint', () => firstPaint(world));
describe('the module renders what the server renders', () => sameBytes(world));
describe('offline, signed out, somebody else', () => offline(world));
describe('every state', () => states(world));
describe('fields that Smaregi requires', () => fields(world));

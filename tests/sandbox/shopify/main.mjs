#!/usr/bin/env node
// Starts the Shopify stand-in and prints one JSON line when it is ready.
import { parseArgs } from 'node:util';
import { Sandbox } from './lib/sandbox.mjs';

const kUsage = `usage: main.mjs --app-url URL --client-secret SECRET [--port N] [--client-id ID] [--seed N]
                [--admin-port N] [--cdn-port N] [--shop NAME.myshopify.com] [--shop-name TEXT] [--extension FOLDER]`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' }, 'admin-port': { type: 'string', default: '0' }, 'cdn-port': { type: 'string', default: '0' }, 'app-url': { type: 'string' }, 'client-id': { type: 'string' },
      'client-secret': { type: 'string', default: process.env.TSUNAGI_SHOPIFY_CLIENT_SECRET }, seed: { type: 'string', default: '1' },
      shop: { type: 'string' }, 'shop-name': { type: 'string' }, extension: { type: 'string' },
    },
  });
  const appUrl = values['app-url'];
  if (!appUrl || !/^http:\/\/127\.0\.0\.1:\d+\/?$/.test(appUrl)) throw new Error('--app-url must be http://127.0.0.1:PORT');
  if (!values['client-secret']) throw new Error('--client-secret is missing');
  for (const name of /** @type {const} */ (['seed', 'port', 'admin-port', 'cdn-port'])) {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} must be a number`);
  }
  return {
    port: Number(values.port), adminPort: Number(values['admin-port']), cdnPort: Number(values['cdn-port']), appUrl: appUrl.replace(/\/$/, ''), clientId: values['client-id'], clientSecret: values['client-secret'],
    seed: Number(values.seed), shop: values.shop, shopName: values['shop-name'], extension: values.extension,
  };
}

try {
  const sandbox = new Sandbox(readOptions());
  process.stdout.write(`${JSON.stringify(await sandbox.start())}\n`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => sandbox.stop().then(() => process.exit(0)));
  }
} catch (error) {
  process.stderr.write(`shopify-sandbox: ${error.message}\n${kUsage}\n`);
  process.exit(1);
}

// scripts/demo without the build: starts, fills, prints the addresses, and stays up until Ctrl-C.
import { Stack } from '../tests/support/stack.mjs';
import { seed } from '../tests/support/seed.mjs';

const args = new Set(process.argv.slice(2));
for (const arg of args) {
  if (!['--json', '--check'].includes(arg)) {
    console.error(`usage: scripts/demo [--json | --check]; unknown: ${arg}`);
    process.exit(2);
  }
}
const say = (text) => { if (!args.has('--json')) console.log(text); };

const stack = new Stack();
let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  await stack.stop();
  process.exit(code);
}
process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));

try {
  say(`seed ${stack.seed} (SEED=${stack.seed} scripts/demo repeats it)`);
  await stack.start();
  const data = await seed(stack, say);
  const { shopify, smaregi, keys } = stack;
  const addresses = {
    account_linked: stack.signInUrl(data.joined[0].id),
    account_not_linked: stack.signInUrl(data.unlinked[0].id),
    account_signed_out: stack.signOutUrl('/account'),
    page_linked: stack.signInUrl(data.joined[0].id, '/pages/member'),
    product: `${shopify.storefront}/products/${data.products[0].handle}`,
    card_page: stack.signInUrl(data.joined[0].id, '/apps/tsunagi/card'),
    till: `${smaregi.till.split('?')[0]}?contract=${keys.contract_id}`,
    admin: `${shopify.admin}/store/${keys.shop}/apps/tsunagi`,
    server: stack.server,
    smaregi_id: smaregi.id,
    smaregi_api: smaregi.api,
    shopify_admin_api: shopify.admin_api,
    shop: keys.shop,
    contract_id: keys.contract_id,
    smaregi_client_id: keys.smaregi_client_id,
    smaregi_client_secret: keys.smaregi_client_secret,
    shopify_client_id: keys.shopify_client_id,
    shopify_client_secret: keys.shopify_client_secret,
    shopify_access_token: data.token,
    member_code: data.joined[0].code,
  };
  if (args.has('--check')) {
    const { journey } = await import('../tests/support/journey.mjs');
    await journey(stack, data, (step) => console.log(`ok  ${step}`));
    console.log('the journey passed');
    await stop(0);
  } else if (args.has('--json')) {
    console.log(JSON.stringify(addresses));
  } else {
    console.log('');
    for (const [name, value] of Object.entries(addresses)) console.log(`${name.padEnd(22)} ${value}`);
    console.log('\nCtrl-C stops everything.');
  }
} catch (error) {
  console.error(`scripts/demo: ${error.message}`);
  if (process.env.DEBUG) console.error(error.stack);
  await stop(1);
}

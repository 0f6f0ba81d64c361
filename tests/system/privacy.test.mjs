// A person's traces: customers with strings that occur nowhere else live through everything (joining, what the card asks for,
// edits on both sides, refusals that quote them, dead letters, a request for what is held) and leave; then neither the whole
// database, SQLite and PostgreSQL, nor the log, nor a mail has any of those strings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, after, before, test } from 'node:test';
import { dump, postgres } from '../support/dump.mjs';
import { Mailbox } from '../support/mailbox.mjs';
import { freePort, until } from '../support/processes.mjs';
import { Shopper, connect, seed } from '../support/seed.mjs';
import { Stack, send } from '../support/stack.mjs';

for (const kind of ['sqlite', 'postgresql']) {
  describe(kind, () => {
    const mailbox = new Mailbox();
    let server;
    let stack;
    let data;
    before(async () => {
      server = kind === 'sqlite' ? undefined : postgres();
      const port = await mailbox.open(await freePort());
      stack = new Stack({ database: server?.url, mail: { smtp_url: `smtp://127.0.0.1:${port}`, from: 'tsunagi@tsunagi.example' } });
      await stack.start();
      data = await seed(stack, undefined, { products: 2, members: 2, sales: 1 });
      const { settings } = await data.merchant('GET', '/status');
      await data.merchant('PUT', '/settings', { ...settings, field_keys: { last_kana: 'custom.last_kana', first_kana: '', birth_date: 'facts.birth_date', sex: '' } });
      // What a contract requires is remembered for ten minutes, so another start has to see it.
      await send('PUT', `${stack.smaregi.control}/contracts/${stack.keys.contract_id}`, { required_columns: ['lastKana', 'birthDate'] });
      await stack.serverProcess.stop();
      await stack.startServer();
    });
    after(async () => {
      await stack?.stop();
      await mailbox.close();
      server?.stop();
    });

    const everything = () => dump(stack.databaseUrl()) + readFileSync(stack.serverLog, 'utf8') + mailbox.mails.map(({ raw, text }) => raw + text).join('');
    const found = (canaries) => { const text = everything(); return Object.entries(canaries).filter(([, value]) => text.includes(value)).map(([name]) => name); };
    const faults = (body) => send('PUT', `${stack.smaregi.control}/faults`, body);
    const fire = (topic, customer) => send('POST', `${stack.shopify.control}/webhooks/fire`, { topic, ...(customer ? { customer: Number(customer) } : {}) });
    const asked = async (...args) => JSON.parse((await stack.tool(...args, '--json', '--config', stack.config)).out);
    const linked = async (id) => (await asked('members', '--customer', id)).shops[0].members.length > 0;

    /** A customer whose every field is a canary. */
    async function canary() {
      const tag = `qzx${stack.random.digits(7)}`;
      const phone = `80${stack.random.digits(8)}`;
      const canaries = { last: `姓${tag}`, first: `名${tag}`, mail: `${tag}@example.com`, city: `市${tag}`, street: `通${tag}`, phone, dashed: `0${phone.slice(0, 2)}-${phone.slice(2, 6)}-${phone.slice(6)}`,
        kana: `カナリヤ${'アイウエオ'[stack.random.below(5)]}ヌヘメムユ`, born: '1931-04-05' };
      const made = await data.admin(`mutation Customer($input: CustomerInput!) {
        customerCreate(input: $input) { customer { id } userErrors { field message } } }`, { input: { lastName: canaries.last, firstName: canaries.first, email: canaries.mail, phone: `+81${phone}`, note: tag } });
      assert.deepEqual(made.customerCreate.userErrors, []);
      const { id } = made.customerCreate.customer;
      const put = await data.admin(`mutation Address($id: ID!, $address: MailingAddressInput!) {
        customerAddressCreate(customerId: $id, address: $address, setAsDefault: true) { userErrors { field message } } }`,
      { id, address: { countryCode: 'JP', provinceCode: 'JP-13', zip: '150-0001', city: canaries.city, address1: canaries.street } });
      assert.deepEqual(put.customerAddressCreate.userErrors, []);
      const shopper = new Shopper(stack);
      await shopper.signIn(id.split('/').pop());
      return { gid: id, id: id.split('/').pop(), canaries, shopper };
    }
    const post = (shopper, path, body) => shopper.fetch(`/apps/tsunagi${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const ready = (shopper) => until('the customer to be a member', async () => { const card = await shopper.card(); return card.state === 'ready' && card; }, 30_000, 200);
    /** By the button, and with what Smaregi asks every member for. */
    async function joins({ shopper, canaries }) {
      await shopper.join();
      const { nonce } = await until('the card to ask', async () => { const now = await shopper.card(); return now.state === 'field_missing' && now; }, 30_000, 200);
      assert.equal((await post(shopper, '/fields', { nonce, fields: { last_kana: canaries.kana, birth_date: canaries.born } })).status, 200);
    }
    const rename = (person, input) => data.admin('mutation Edit($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { message } } }', { input: { id: person.gid, ...input } });

    test('a redaction leaves no trace of a whole life', async () => {
      const person = await canary();
      const { id, shopper, canaries } = person;
      await joins(person);
      const member = await ready(shopper);
      await post(shopper, '/favourite', { nonce: member.nonce, shop: String(data.stores[0].storeId) });
      await post(shopper, '/pins', { nonce: member.nonce, code: data.products[0].code, pinned: true });
      await send('POST', `${data.till}/sales`, { contract: stack.keys.contract_id, store_id: String(data.stores[0].storeId), member_code: member.code,
        lines: [{ product_code: data.products[1].code, quantity: 2 }], spend_points: 0 });
      await until('the points', async () => (await shopper.card()).points > 0, 20_000, 200);
      const [{ customerId }] = await data.pos('GET', `/customers?customer_code=${member.code}`);

      // Changed on both sides; then the till refuses whatever it is asked and quotes a name each time.
      await rename(person, { firstName: `改${canaries.first}` });
      await data.pos('PATCH', `/customers/${customerId}`, { note: canaries.last, lastName: `新${canaries.last}` });
      await until('the name to come back', async () => (await shopper.card()).holder.startsWith('新姓'), 30_000, 200);
      assert.deepEqual(found({ last: canaries.last }), ['last'], 'a name is held as long as it is shown: this test can find one');
      await faults({ status: 400, path: '/*/pos/customers', detail: `[firstName]「${canaries.first} ${canaries.last}」は不正です` });
      await rename(person, { firstName: `再${canaries.first}` });
      const second = await canary();
      await joins(second);
      const wanted = [`create_member ${second.id}`, `customer_changed ${id}`];
      const letters = await until('the dead letters', async () => {
        const { dead_letters: dead } = await asked('dead-letters');
        return wanted.every((one) => dead.some(({ what }) => what === one)) && dead;
      }, 60_000, 300);
      for (const { error } of letters) assert.match(error, /^smaregi\.customers\.\w+: status 400, \[firstName\] 不正$/);
      await faults({});

      await fire('customers/data_request', id);
      const request = await until('the request', async () => (await data.merchant('GET', '/status')).data_requests.find(({ customer }) => customer === id), 10_000, 100);
      const { session_token: session } = await send('GET', `${stack.shopify.control}/session-token?shop=${stack.keys.shop}`);
      const file = await fetch(`${stack.server}/admin/api/data-requests/${request.id}`, { headers: { authorization: `Bearer ${session}` } });
      assert.match(file.headers.get('content-disposition'), new RegExp(`^attachment; filename="tsunagi-customer-${id}.json"$`));
      const held = await file.json();
      assert.equal(held.member.member_code, member.code);
      assert.ok(held.card.name.includes(canaries.last) && held.card.points > 0);
      assert.equal(held.favourite_shop, String(data.stores[0].storeId));
      assert.deepEqual(held.kept_products, [data.products[0].code]);
      assert.ok(held.history.some(({ action }) => action === 'join'));
      for (const only of ['mail', 'phone', 'dashed', 'city', 'street', 'born']) assert.ok(!JSON.stringify(held).includes(canaries[only]), `${only} is not held`);

      for (const one of [person, second]) await fire('customers/redact', one.id);
      await until('both to be gone', async () => !await linked(person.id) && !await linked(second.id), 20_000, 200);
      await until('the merchant to be told', () => mailbox.mails.some(({ text }) => text.includes(member.code)), 20_000, 200);
      await stack.settled();
      assert.deepEqual(found(canaries), []);
      assert.deepEqual(found(second.canaries), []);
      const { data_requests: left } = await data.merchant('GET', '/status');
      assert.deepEqual(left, []);
      assert.equal((await fetch(`${stack.server}/admin/api/data-requests/${request.id}`, { headers: { authorization: `Bearer ${session}` } })).status, 404);
      assert.ok(dump(stack.databaseUrl()).includes(member.code), 'the code stays taken');
    });

    test('a withdrawal at the till leaves a stopped card without a person', async () => {
      const person = await canary();
      const { id, shopper, canaries } = person;
      await joins(person);
      const { code } = await ready(shopper);
      await until('the name', async () => (await shopper.card()).holder.includes(canaries.last), 10_000, 200);
      const [{ customerId }] = await data.pos('GET', `/customers?customer_code=${code}`);
      await data.pos('PATCH', `/customers/${customerId}`, { status: '3' });
      await until('the card to be stopped', async () => (await shopper.card()).state === 'stopped', 20_000, 200);
      await stack.settled();
      assert.deepEqual(found(canaries), []);
      assert.ok(await linked(id), 'the card stays known as stopped');
    });

    test('shop/redact leaves no row of the shop', async () => {
      await send('PUT', `${stack.shopify.control}/app`, { installed: false });
      await until('the shop to be uninstalled', async () => { const { shops } = await asked('members'); return shops.length === 0; }, 20_000, 200);
      await fire('shop/redact');
      await until('the shop to be gone', () => !dump(stack.databaseUrl()).includes(stack.keys.shop), 20_000, 300);
      const rows = dump(stack.databaseUrl()).split('\n').filter((line) => /^INSERT INTO/.test(line) && !/schema_version|sqlite_sequence/.test(line));
      assert.deepEqual(rows, []);
      await until('it to come again', async () => (await connect(stack, () => {}), true), 30_000, 500);
    });
  });
}

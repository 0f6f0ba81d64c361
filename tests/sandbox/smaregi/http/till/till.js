// The clerk's page. A hardware scanner types the code and presses Enter, which submits the form it is in.
// Words come from data attributes of <body>; everything shown is set as text, never as markup.

const words = document.body.dataset;
const parameters = new URLSearchParams(location.search);
const contract = parameters.get('contract') ?? '';

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${id}`);
  return found;
}
const input = (/** @type {string} */ id) => element(id, HTMLInputElement);
const form = (/** @type {string} */ id) => element(id, HTMLFormElement);
const button = (/** @type {string} */ id) => element(id, HTMLButtonElement);
const box = (/** @type {string} */ id) => element(id, HTMLElement);

/** @typedef {{code: string, name: string, price: number, quantity: number}} Line */
/** @typedef {{code: string, usable: boolean, point: number}} Member */
/** @type {Line[]} */
const basket = [];
/** @type {Member | null} */
let member = null;
let receipt = '';

const yen = (/** @type {number} */ amount) => `${amount.toLocaleString()} ${words.yen}`;
const say = (/** @type {string | undefined} */ text) => { box('status').textContent = text ?? ''; };
const clock = (/** @type {string} */ at) =>
  new Date(at).toLocaleString(document.documentElement.lang, {timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short'});
const localMode = () => document.querySelector('input[name=mode]:checked')?.getAttribute('value') === 'local';

/** A call of the till's own interface; the refusal's sentence is thrown as an Error with its status. */
async function call(/** @type {string} */ name, /** @type {Record<string, string>} */ query, /** @type {object | undefined} */ body = undefined) {
  const address = `/till/api/${name}?${new URLSearchParams(query)}`;
  const options = body ? {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)} : {};
  let response, answer;
  try {
    response = await fetch(address, options);
    answer = await response.json();
  } catch {
    throw new Error(words.failed);
  }
  if (!response.ok) throw Object.assign(new Error(answer.detail ?? words.failed), {status: response.status});
  return answer;
}

/** Runs one action of the clerk at a time and says what went wrong. */
let busy = false;
async function act(/** @type {() => Promise<void>} */ work) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (problem) {
    say(problem instanceof Error ? problem.message : words.failed);
  } finally {
    busy = false;
  }
}

function addText(/** @type {HTMLElement} */ parent, /** @type {string} */ tag, /** @type {string} */ text, name = '') {
  const child = document.createElement(tag);
  child.textContent = text;
  if (name) child.className = name;
  parent.append(child);
  return child;
}

function numberInput(/** @type {number} */ value, /** @type {string} */ label) {
  const field = document.createElement('input');
  field.inputMode = 'numeric';
  field.maxLength = 4;
  field.value = String(value);
  field.setAttribute('aria-label', label);
  return field;
}

function showBasket() {
  const list = box('lines');
  list.replaceChildren();
  box('empty').hidden = basket.length > 0;
  for (const [index, line] of basket.entries()) {
    const row = document.createElement('li');
    row.className = 'line';
    addText(row, 'span', line.name, 'line__name');
    const quantity = numberInput(line.quantity, `${line.name} ${words.quantity}`);
    quantity.addEventListener('change', () => {
      const value = Number(quantity.value);
      if (Number.isInteger(value) && value >= 1 && value <= 9999) line.quantity = value;
      showBasket();
    });
    const amount = document.createElement('span');
    amount.className = 'line__amount';
    amount.textContent = yen(line.price * line.quantity);
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.textContent = words.remove ?? '';
    remove.setAttribute('aria-label', `${words.remove} ${line.name}`);
    remove.addEventListener('click', () => {
      basket.splice(index, 1);
      showBasket();
    });
    row.append(quantity, amount, remove);
    list.append(row);
  }
  box('sum').textContent = yen(basket.reduce((sum, line) => sum + line.price * line.quantity, 0));
  button('checkout').disabled = basket.length === 0;
}

function showMember(/** @type {any} */ found) {
  member = found;
  box('member').hidden = !found;
  if (!found) return;
  box('member').dataset.usable = String(found.usable);
  box('member-name').textContent = `${found.name} (${found.code})`;
  box('member-points').textContent = `${words.points} ${found.point.toLocaleString()}`;
  const time = clock(found.as_of);
  const more = [document.documentElement.lang === 'ja' ? `${time} ${words.asOf}` : `${words.asOf} ${time}`];
  if (found.rank) more.unshift(`${words.rank}: ${found.rank}`);
  if (found.point_expire_date) more.unshift(`${words.expires}: ${found.point_expire_date}`);
  if (!found.usable) more.unshift(words.notUsable ?? '');
  box('member-more').textContent = more.join(' · ');
}

async function findMember(/** @type {string} */ mode) {
  const code = input('member-code').value;
  if (!code) return;
  try {
    showMember(await call('member', {contract, code, mode}));
    button('search-server').hidden = true;
    say(words.found);
    input('member-code').value = '';
    input('product-code').focus();
  } catch (problem) {
    if (!(problem instanceof Error) || !('status' in problem) || problem.status !== 404) throw problem;
    showMember(null);
    button('search-server').hidden = mode !== 'local';
    say(mode === 'local' ? words.notHere : words.notFound);
  }
}

async function addProduct() {
  const field = input('product-code');
  const code = field.value;
  if (!code) return;
  /** @type {Record<string, string>} */
  const query = member ? {contract, code, member_code: member.code} : {contract, code};
  const product = await call('product', query);
  const known = basket.find((line) => line.code === product.code);
  if (known) known.quantity += 1;
  else basket.push({code: product.code, name: product.name, price: product.price, quantity: 1});
  field.value = '';
  field.focus();
  showBasket();
  say(`${words.added}: ${product.name}`);
}

function showResult(/** @type {any} */ done, /** @type {string | undefined} */ sentence) {
  const rows = [[words.receipt, done.receipt], [words.subtotal, yen(done.subtotal)]];
  if (done.point_discount !== 0) rows.push([words.discount, yen(done.point_discount)]);
  rows.push([words.total, yen(done.total)]);
  if (done.total_point !== null) {
    rows.push([words.newPoint, done.new_point.toLocaleString()], [words.spendPoint, done.spend_point.toLocaleString()],
              [words.totalPoint, done.total_point.toLocaleString()]);
  }
  const list = box('result');
  list.replaceChildren();
  for (const [name, value] of rows) {
    addText(list, 'dt', name ?? '');
    addText(list, 'dd', value);
  }
  box('result-panel').hidden = false;
  box('result').dataset.head = done.transaction_head_id;
  box('result').dataset.receipt = done.receipt;
  say(sentence);
  box('result-title').focus();
}

async function sell() {
  const lines = basket.map((line) => ({product_code: line.code, quantity: line.quantity}));
  const store = element('store', HTMLSelectElement).value;
  const done = await call('sales', {}, {contract, store_id: store, lines, spend_points: Number(input('spend').value) || 0,
                                        ...(member ? {member_code: member.code} : {})});
  basket.length = 0;
  input('spend').value = '0';
  showMember(null);
  showBasket();
  input('receipt').value = done.receipt;
  showResult(done, words.sold);
}

async function showReceipt() {
  receipt = input('receipt').value;
  form('return-form').hidden = true;
  if (!receipt) return;
  const sale = await call('sale', {contract, receipt});
  const list = box('return-lines');
  list.replaceChildren();
  for (const line of sale.lines) {
    const row = document.createElement('li');
    row.className = 'line';
    addText(row, 'span', `${line.name} · ${yen(line.price)} · ${line.returnable}/${line.quantity}`, 'line__name');
    const back = numberInput(0, `${line.name} ${words.back}`);
    back.dataset.code = line.product_code;
    back.disabled = line.returnable < 1;
    row.append(back);
    list.append(row);
  }
  form('return-form').hidden = false;
  say('');
}

async function takeBack(/** @type {boolean} */ all) {
  const fields = [...box('return-lines').querySelectorAll('input')];
  const lines = fields.map((field) => ({product_code: field.dataset.code, quantity: Number(field.value)}))
    .filter((line) => line.quantity > 0);
  if (!all && lines.length === 0) throw new Error(words.choose);
  const done = await call('returns', {}, {contract, receipt, ...(all ? {} : {lines})});
  form('return-form').hidden = true;
  showResult(done, words.returned);
}

function showSynced(/** @type {{synced_at: string | null, members_synced: number}} */ copy) {
  const time = copy.synced_at && clock(copy.synced_at);
  box('synced').textContent = time ? `${words.syncedAt} ${time} (${copy.members_synced})` : words.never ?? '';
}

async function start() {
  const language = element('language', HTMLAnchorElement);
  const other = new URLSearchParams(location.search);
  other.set('lang', language.lang);
  language.search = String(other);
  showBasket();
  let about;
  try {
    about = await call('contract', {contract});
  } catch {
    throw new Error(words.noContract);
  }
  box('contract-name').textContent = about.name;
  const stores = element('store', HTMLSelectElement);
  for (const store of about.stores) stores.add(new Option(store.name, store.store_id, false, store.store_id === parameters.get('store')));
  showSynced(about);
  document.body.dataset.ready = '1';
}

function onSubmit(/** @type {string} */ id, /** @type {() => Promise<void>} */ work) {
  form(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void act(work);
  });
}
onSubmit('member-form', () => findMember(localMode() ? 'local' : 'live'));
onSubmit('product-form', addProduct);
onSubmit('sale-form', sell);
onSubmit('receipt-form', showReceipt);
onSubmit('return-form', () => takeBack(false));
button('return-all').addEventListener('click', () => void act(() => takeBack(true)));
button('search-server').addEventListener('click', () => void act(() => findMember('live')));
button('member-off').addEventListener('click', () => showMember(null));
button('sync').addEventListener('click', () => void act(async () => {
  showSynced(await call('sync', {}, {contract}));
  say(words.synced);
}));
void act(start);

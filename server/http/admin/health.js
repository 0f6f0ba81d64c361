// @ts-check
// The health check: what is not in order comes first, each with its cause and what mends it; then the figures, and the
// file for support. Every text goes through textContent.

const kPollMs = 1_000;
const kPollForMs = 90_000;
const kProductsMost = 100_000;  // smaregi.jp/faq, 2026: plans above スタンダード
const kHelp = 'https://help.smaregi.jp/hc/ja/search?query=';
const kDevelopers = 'https://developers.smaregi.dev/';
const kDevDashboard = 'https://dev.shopify.com/dashboard/';
/** What has to be done once. */
const kSetUp = ['shop', 'pos', 'plan', 'columns', 'till', 'card_block', 'stock_block', 'guard'];
/** Causes that the page has a sentence for already: words.problem. @type {Record<string, string>} */
const kProblems = {
  'running.paused': 'paused', 'shop.unreachable': 'shopify_unreachable', 'pos.not_joined': 'not_joined', 'stock.first_reading': 'first_reading',
  'stock.silent': 'smaregi_silent', 'queue.waits': 'queue_waits', 'dead_letters.given_up': 'given_up', 'members.wait': 'members_wait',
  'review.undecided': 'review',
  'columns.unfillable': 'column_unknown',
};
const kOrder = ['broken', 'warning', 'unknown', 'ok'];

/** @typedef {{name: string, state: string, cause: string, values: Record<string, string>, since: number}} Check */
/**
 * @typedef {{now: number, as_of: number, asking: boolean, checks: Check[], figures: Record<string, number>, till_ready: boolean,
 *   pilot: {on: boolean, stores: string[], tag: string}}} Report
 */
/**
 * @typedef {{make: Function, say: Function, ask: (method: string, path: string, body?: unknown) => Promise<any>, ago: Function, page: any,
 *   words: any, language: string, signIn: () => void, changed: (report: Report) => void}} Tools
 * page: the words of the whole page; changed: a new report is there.
 */

/** @param {Tools} tools */
export function createHealth({make, say, ask, ago, page, words, language, signIn, changed}) {
  const section = make('section', {class: 'card', 'aria-labelledby': 'health-title'});
  const live = make('p', {class: 'card__note', role: 'status'});
  /** @type {Report | undefined} */
  let report;
  /** @type {any} */
  let status;
  /** @type {Set<string> | undefined} */
  let blocks;
  let pollUntil = 0;
  let fineShown = false;

  /** @param {string} handle @param {string} name @param {string} absent @returns {Check} */
  const blockCheck = (name, handle, absent) => {
    const on = blocks?.has(handle);
    return {name, state: blocks === undefined ? 'unknown' : on ? 'ok' : absent, cause: blocks === undefined ? 'unknown' : on ? '' : 'absent', values: {}, since: 0};
  };

  /** @returns {Check[]} worst first */
  function checks() {
    if (!report) return [];
    const all = [...report.checks, blockCheck('card_block', 'member-card', 'broken'), blockCheck('stock_block', 'store-stock', 'warning'),
      blockCheck('guard', 'card-guard', 'warning')];
    return kOrder.flatMap((state) => all.filter((check) => check.state === state));
  }

  /** @param {Check} check @returns {string} */
  function sentence(check) {
    const time = ago(check.since, report?.now ?? 0);
    if (check.state === 'ok') {
      const text = words.ok[check.name] ?? words.state.ok;
      return check.since ? `${text}${language === 'ja' ? `（${say(words.last, {time})}）` : ` (${say(words.last, {time})})`}` : text;
    }
    const {system} = check.values;
    const values = {...check.values, column: check.values.columns, system: words.system[system] ?? system, time};
    const key = `${check.name}.${check.cause}`;
    const told = page.problem[kProblems[key] ?? ''] ?? words.cause[key] ?? words.cause[`any.${check.cause}`] ??
      (check.cause === 'unknown' ? words.cause['block.unknown'] : words.state[check.state]);
    return say(told, values);
  }

  /** @param {string} text @param {string} href @param {string} [target] */
  const link = (text, href, target = '_blank') => make('a', {class: 'button', href, target, ...(target === '_blank' ? {rel: 'noopener'} : {})}, text);
  /** @param {string} text @param {() => void} click @param {string} [kind] */
  const button = (text, click, kind = '') => make('button', {class: `button${kind}`, type: 'button', click}, text);
  /** @param {string} text @param {string} selector */
  const jump = (text, selector) => button(text, () => {
    const place = /** @type {HTMLElement | null} */ (document.querySelector(selector));
    place?.scrollIntoView({block: 'center'});
    place?.focus({preventScroll: true});
  });

  /** What mends it. @param {Check} check @returns {Node[]} */
  function actions({name, state, cause}) {
    const {action} = words;
    const sheet = () => link(action.sheet, '/admin/till');
    if (name === 'till') {
      return [sheet(), state === 'ok' ? button(action.till_undo, () => void setTill(false)) : button(action.till_done, () => void setTill(true), ' button--main')];
    }
    if (name === 'pos_notices' && state !== 'ok' && cause !== 'not_joined') return [link(action.developers, kDevelopers)];
    if (name === 'shop_notices' && state !== 'ok') return [link(action.dev_dashboard, kDevDashboard)];
    if (state === 'ok' || state === 'unknown') return [];
    switch (name) {
      case 'running': return [jump(action.settings, '#setting-paused')];
      case 'shop': return [cause === 'refused' ? link(action.reopen, status.app, '_top') : button(words.again, () => void again())];
      case 'shop_scopes': return [link(action.reopen, status.app, '_top')];
      case 'pos': return [cause === 'unreachable' ? button(words.again, () => void again()) : button(action.join, signIn)];
      case 'pos_scopes': return [link(action.developers, kDevelopers)];
      case 'plan': return [link(action.plan, `${kHelp}${encodeURIComponent('プラン変更')}`)];
      case 'columns': return [link(action.columns, `${kHelp}${encodeURIComponent('会員設定 必須項目')}`)];
      case 'members': return [jump(action.waiting, '#waiting-title')];
      case 'inventory': return [jump(action.waiting, '#inventory-title')];
      case 'review': return [jump(action.waiting, '#review-title')];
      case 'dead_letters': return [button(action.bundle, () => void saveBundle())];
      case 'card_block': return [link(action.editor, status.editor.card, '_top')];
      case 'stock_block': return [link(action.editor, status.editor.stock, '_top')];
      case 'guard': return [link(action.editor, status.editor.guard, '_top')];
      default: return [button(words.again, () => void again())];
    }
  }

  /** @param {Check} check */
  function row(check) {
    const mark = {ok: '✓', warning: '!', broken: '×', unknown: '–'}[check.state] ?? '–';
    const found = actions(check);
    return make('li', {class: 'health', 'data-check': check.name, 'data-state': check.state},
      make('span', {class: `health__mark health__mark--${check.state}`, 'aria-hidden': 'true'}, mark),
      make('div', {class: 'health__words'},
        make('p', {class: 'health__name'}, words.name[check.name] ?? check.name, ' ',
          ...(check.state === 'ok' ? [] : [make('span', {class: `badge badge--${check.state}`}, words.state[check.state])])),
        make('p', {class: 'health__told'}, sentence(check)),
        ...(found.length ? [make('div', {class: 'health__actions'}, ...found)] : [])));
  }

  function figures() {
    const count = (/** @type {number} */ figure) => figure.toLocaleString(language === 'ja' ? 'ja-JP' : 'en-GB');
    const entries = Object.entries(words.figure).filter(([key]) => ['linked', 'products', 'stores'].includes(key) || report?.figures[key]);
    return make('dl', {class: 'figures'}, ...entries.map(([key, name]) => {
      const figure = count(report?.figures[key] ?? 0);
      return make('div', {class: 'figures__one', 'data-figure': key}, make('dt', {class: 'figures__name'}, name),
        make('dd', {class: 'figures__value'}, key === 'products' ? say(words.of_products, {count: figure, most: count(kProductsMost)}) : figure));
    }));
  }

  function show() {
    if (!report || !status) return;
    const all = checks();
    const fine = all.filter(({state}) => state === 'ok');
    const rest = all.filter(({state}) => state !== 'ok');
    const done = all.filter(({name, state}) => kSetUp.includes(name) && state === 'ok').length;
    const details = make('details', {class: 'fine', ...(fineShown ? {open: true} : {}), toggle: (/** @type {Event} */ event) => {
      fineShown = /** @type {HTMLDetailsElement} */ (event.target).open;
    }}, make('summary', {class: 'fine__summary'}, say(words.fine, {count: fine.length})), make('ul', {class: 'healths'}, ...fine.map(row)));
    live.textContent = report.asking ? words.asking : say(words.as_of, {time: ago(report.as_of, report.now)});
    section.replaceChildren(
      make('div', {class: 'health__head'}, make('h2', {class: 'card__title', id: 'health-title', tabindex: '-1'}, words.title),
        button(words.again, () => void again())),
      make('p', {class: 'card__note', id: 'health-setup'}, say(words.setup, {done, total: kSetUp.length})), live,
      ...(rest.length ? [make('ul', {class: 'healths'}, ...rest.map(row))] : []),
      ...(fine.length ? [details] : []),
      make('h3', {class: 'card__title'}, words.figures), figures(), make('p', {class: 'card__note'}, words.products_note),
      make('h3', {class: 'card__title'}, words.support), make('p', {class: 'card__note'}, words.support_note),
      make('div', {}, button(words.action.bundle, () => void saveBundle())));
  }

  /** @param {Report} next */
  function take(next) {
    const focus = document.activeElement?.closest('[data-check]')?.getAttribute('data-check');
    report = next;
    show();
    // What was pressed is gone: whoever uses the keyboard goes on from the row, or from the card's title.
    if (focus && !section.contains(document.activeElement)) {
      /** @type {HTMLElement | null} */ (section.querySelector(`[data-check="${focus}"] .button`) ?? section.querySelector('#health-title'))?.focus({preventScroll: true});
    }
    changed(next);
  }

  /** Until the platforms have answered. */
  async function poll() {
    const running = pollUntil > Date.now();
    pollUntil = Date.now() + kPollForMs;
    if (running) return;
    while (report?.asking && Date.now() < pollUntil) {
      await new Promise((tick) => setTimeout(tick, kPollMs));
      const next = await ask('GET', 'health').catch(() => undefined);
      if (next) take(next);
    }
    pollUntil = 0;
  }

  async function again() {
    try {
      take(await ask('POST', 'health/again', {}));
      await poll();
      if (report && !report.asking) live.textContent = `${words.checked} · ${say(words.as_of, {time: ago(report.as_of, report.now)})}`;
    } catch {
      live.textContent = words.failed;
    }
  }

  /** @param {boolean} ready */
  async function setTill(ready) {
    try {
      take(await ask('PUT', 'till', {ready}));
    } catch {
      live.textContent = words.failed;
    }
  }

  async function saveBundle() {
    try {
      const bundle = await ask('GET', 'support-bundle');
      const file = URL.createObjectURL(new Blob([JSON.stringify(bundle, null, 2)], {type: 'application/json'}));
      const day = new Date().toISOString().slice(0, 10);
      make('a', {href: file, download: `tsunagi-support-${day}.json`}).click();
      setTimeout(() => URL.revokeObjectURL(file), 0);
      live.textContent = words.saved_file;
    } catch {
      live.textContent = words.failed;
    }
  }

  return {
    section, again,
    /** A report that came with another answer. */
    take,
    /** @param {any} now the page's status @param {Promise<Set<string> | undefined>} active what the theme shows */
    async follow(now, active) {
      status = now;
      const [found, next] = await Promise.all([active, ask('GET', 'health').catch(() => undefined)]);
      blocks = found;
      if (next) take(next);
      if (report?.asking) void poll();
    },
    /** What is not in order, a sentence each; undefined while nothing is known. */
    sentences: () => report && checks().filter(({state}) => state === 'broken' || state === 'warning')
      .filter(({name}) => name !== 'till').map(sentence),
    covers: (/** @type {string} */ code) => Object.values(kProblems).includes(code),
  };
}

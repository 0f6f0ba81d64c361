// @ts-check
// Customers who agreed in another programme become members all at once: the merchant names their tag, sees how many carry it,
// and presses a button that says what it does. Then how far it got, and a button that stops it.

const kPollMs = 5_000;
const kTrustedMs = 15_000;  // a pace is told once it was watched for so long

/**
 * @typedef {{now: number, state: string, tag: string, expected: number, brought: number, members: number, left: number,
 *   waiting: number, registering: number, lacking: number, changed_at: number}} Report
 */
/**
 * @typedef {{make: Function, say: Function, ask: (method: string, path: string, body?: unknown) => Promise<any>, words: any,
 *   language: string}} Tools
 */

/** @param {Tools} tools */
export function createBackfill({make, say, ask, words, language}) {
  const section = make('section', {class: 'card', 'aria-labelledby': 'backfill-title'});
  const live = make('p', {class: 'card__note', role: 'status'});
  const error = make('span', {class: 'field__error', id: 'backfill-error'});
  const input = make('input', {class: 'field__input', id: 'backfill-tag', type: 'text', maxlength: '255', autocomplete: 'off', 'aria-describedby': 'backfill-help backfill-error'});
  const body = make('div', {class: 'form'});
  /** @type {Report | undefined} */
  let report;
  /** @type {{at: number, done: number} | undefined} */
  let watched;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let next;
  let shown = '';
  const number = new Intl.NumberFormat(language);
  const clock = new Intl.DateTimeFormat(language, {month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit'});

  /** Who was looked at and whose writes are done, about. @param {Report} of */
  const done = (of) => Math.max(0, of.brought + of.members + of.left - of.waiting);

  /** @param {string} path @param {unknown} data */
  async function change(path, data) {
    live.textContent = '';
    try {
      take(await ask('POST', path, data));
      section.querySelector('#backfill-title')?.focus({preventScroll: true});
    } catch (problem) {
      live.textContent = /** @type {any} */ (problem).status === 409 ? words.backfill_not_now : words.backfill_failed;
    }
  }

  /** @param {Event} event */
  async function count(event) {
    event.preventDefault();
    const tag = input.value.trim();
    const wrong = !tag || /['"\\,]/.test(tag);
    error.textContent = wrong ? words.backfill_tag_error : '';
    input.toggleAttribute('aria-invalid', wrong);
    if (wrong) {
      input.setAttribute('aria-invalid', 'true');
      input.focus();
      return;
    }
    live.textContent = words.backfill_counting;
    try {
      const {count: many} = await ask('POST', 'backfill/count', {tag});
      live.textContent = say(many ? words.backfill_counted : words.backfill_nobody, {count: number.format(many), tag});
      if (many) offer(tag, many);
    } catch {
      live.textContent = words.backfill_failed;
    }
  }

  /** @param {string} tag @param {number} many */
  function offer(tag, many) {
    const cancel = make('button', {class: 'button', type: 'button', click: () => { shown = ''; live.textContent = ''; show(); }}, words.backfill_cancel);
    const go = make('button', {class: 'button button--main', type: 'button', click: () => void change('backfill/begin', {tag})}, say(words.backfill_begin, {count: number.format(many)}));
    shown = 'offer';
    body.replaceChildren(make('p', {}, say(words.backfill_sure, {count: number.format(many), tag})), make('div', {class: 'health__actions'}, go, cancel));
    go.focus({preventScroll: true});
  }

  function form() {
    return make('form', {class: 'form', submit: count},
      make('div', {class: 'field'}, make('label', {class: 'field__label', for: 'backfill-tag'}, words.backfill_tag), input,
        make('span', {class: 'field__help', id: 'backfill-help'}, words.backfill_tag_help), error),
      make('div', {}, make('button', {class: 'button', type: 'submit'}, words.backfill_count)));
  }

  /** @param {Report} of */
  function figures(of) {
    const all = Math.max(of.expected, of.brought + of.members + of.left);
    const text = say(words.backfill_progress, {count: number.format(done(of)), all: number.format(all)});
    const more = [
      of.members && say(words.backfill_members, {count: number.format(of.members)}),
      of.left && say(words.backfill_left, {count: number.format(of.left)}),
      of.lacking && say(words.backfill_lacking, {count: number.format(of.lacking)}),
    ].filter(Boolean);
    return [make('progress', {class: 'progress', max: String(Math.max(1, all)), value: String(done(of)), 'aria-label': text}),
      make('p', {class: 'figures__value'}, text), ...more.map((line) => make('p', {class: 'card__note'}, line))];
  }

  /** What it waits for, and about until when. @param {Report} of */
  function pace(of) {
    const limit = of.waiting === 0 ? '' : of.registering * 2 > of.waiting ? words.backfill_smaregi_binds : words.backfill_shopify_binds;
    if (!watched || of.now * 1000 - watched.at < kTrustedMs || done(of) <= watched.done) return [limit || words.backfill_measuring];
    const aSecond = ((done(of) - watched.done) * 1000) / (of.now * 1000 - watched.at);
    const rest = Math.max(0, Math.max(of.expected, of.brought + of.members + of.left) - done(of));
    return [limit, say(words.backfill_until, {time: clock.format(new Date(of.now * 1000 + (rest / aSecond) * 1000))})].filter(Boolean);
  }

  function show() {
    if (!report || shown === 'offer') return;
    const running = report.state === 'running' || report.waiting > 0;
    const mode = running ? `running ${report.state}` : report.state;
    if (!running && mode === shown) return;
    const kept = section.contains(document.activeElement) ? document.activeElement?.id : '';
    shown = mode;
    if (running) {
      const stop = report.state !== 'running' ? make('p', {class: 'card__note'}, words.backfill_ending)
        : make('div', {}, make('button', {class: 'button', type: 'button', id: 'backfill-stop', click: () => void change('backfill/stop', {})}, words.backfill_stop));
      body.replaceChildren(...figures(report), ...pace(report).map((line) => make('p', {class: 'card__note'}, line)), stop);
    } else {
      const tag = report.tag;
      const told = report.state === 'none' ? [] : [make('p', {}, say(words[`backfill_${report.state}`], {tag})), ...figures(report)];
      const again = report.state !== 'stopped' ? [] : [make('div', {}, make('button', {class: 'button', type: 'button', click: () => void change('backfill/begin', {tag})}, words.backfill_go_on))];
      body.replaceChildren(...told, ...again, form());
    }
    if (kept) /** @type {HTMLElement | null} */ (section.querySelector(`#${kept}`))?.focus({preventScroll: true});
  }

  /** @param {Report} now */
  function take(now) {
    if (shown === 'offer') shown = '';
    if (!watched || report?.state !== now.state) watched = {at: now.now * 1000, done: done(now)};
    report = now;
    show();
    clearTimeout(next);
    if (now.state === 'running' || now.waiting > 0) next = setTimeout(() => void look(), kPollMs);
  }

  async function look() {
    if (shown === 'offer') return;
    try {
      take(await ask('GET', 'backfill'));
    } catch {
      next = setTimeout(() => void look(), kPollMs);
    }
  }

  section.append(make('h2', {class: 'card__title', id: 'backfill-title', tabindex: '-1'}, words.backfill), make('p', {}, words.backfill_about),
    make('p', {class: 'card__note'}, words.backfill_others), live, body);
  return {
    section,
    /** @param {any} status the page's */
    async follow(status) {
      section.hidden = !status.smaregi.joined;
      if (status.smaregi.joined && !report) await look();
    },
  };
}

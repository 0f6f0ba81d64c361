// @ts-check
// What waits for the merchant: customers whose details lack something, mails whose outcome nobody knows, and requests
// for what is held of a customer.

/** Of a file that is being saved. */
const kKeepFileMs = 2_000;

/**
 * @typedef {{make: Function, say: Function, ago: Function, send: (method: string, path: string, body?: unknown) => Promise<Response>,
 *   ask: (method: string, path: string, body?: unknown) => Promise<any>, page: any, language: string,
 *   settled: (status: any) => void}} Tools
 * page: its words. settled: with the page's status once the merchant said what became of a mail.
 */

/** @param {Tools} tools */
export function createPending({make, say, ago, send, ask, page: words, language, settled}) {
  // ---- who waits -----------------------------------------------------------------------------------------------------

  const waiting = make('section', {class: 'card', 'aria-labelledby': 'waiting-title', hidden: true});
  /** @param {any} status the page's */
  function showWaiting(status) {
    const names = /** @type {Record<string, string>} */ (words.field_name);
    waiting.hidden = status.waiting.length === 0;
    waiting.replaceChildren(
      make('h2', {class: 'card__title', id: 'waiting-title'}, words.waiting), make('p', {class: 'card__note'}, words.waiting_note),
      ...status.waiting.map(({customer, url, since, missing}) => make('div', {class: 'row'},
        make('a', {class: 'link', href: url, target: '_top'}, say(words.waiting_row, {customer})),
        make('span', {}, say(words.waiting_for, {fields: missing.map((name) => names[name] ?? name).join(language === 'ja' ? '、' : ', '), time: ago(since, status.now)})))));
  }

  // ---- what shops could not give, and what its customer wishes for -------------------------------------------------------

  const undecided = make('section', {class: 'card', 'aria-labelledby': 'undecided-title', hidden: true});
  /** @param {any} status the page's */
  function showUndecided(status) {
    undecided.hidden = status.undecided.length === 0;
    undecided.replaceChildren(
      make('h2', {class: 'card__title', id: 'undecided-title'}, words.undecided), make('p', {class: 'card__note'}, words.undecided_note),
      ...status.undecided.map(({order, url, code, shop, since, ...chosen}) => make('div', {class: 'row'},
        make('span', {}, make('a', {class: 'link', href: url, target: '_top'}, say(words.undecided_row, {order})), ' ',
          say(words.undecided_where, {shop, code, time: ago(since, status.now)}), make('br'),
          wishOf(chosen)))));
  }
  const instant = new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo'});
  /** @param {{choice: string, state: string, to: string, by_itself: boolean, refund_at: number}} chosen */
  function wishOf({choice, state, to, by_itself: byItself, refund_at: at}) {
    if (byItself) return words.undecided_by_itself[state] ?? '';
    if (at > 0) return say(words.undecided_until, {time: instant.format(at * 1000)});
    return say(state === 'merchant' ? words.undecided_failed[choice] : words.undecided_wish[choice || 'none'], {shop: to});
  }

  // ---- what nobody knows the outcome of -------------------------------------------------------------------------------

  const review = make('section', {class: 'card', 'aria-labelledby': 'review-title', hidden: true});
  const reviewSaid = make('p', {class: 'card__note', role: 'status'});

  /** @param {string} id @param {'done' | 'again'} verdict */
  async function settle(id, verdict) {
    try {
      const status = await ask('POST', 'review', {id, verdict});
      reviewSaid.textContent = '';
      settled(status);
    } catch {
      reviewSaid.textContent = words.review_failed;
    }
  }

  /** @param {any} status the page's */
  function showReview(status) {
    const causes = /** @type {Record<string, string>} */ (words.review_cause);
    const row = (/** @type {string} */ kind, /** @type {string} */ key) => say(kind === 'ship_order' ? words.review_order_row : kind === 'pickup_mail' ? words.review_pickup_row : kind === 'restock_mail' ? words.review_restock_row : words.review_row, {key});
    review.hidden = status.review.length === 0;
    review.replaceChildren(
      make('h2', {class: 'card__title', id: 'review-title', tabindex: '-1'}, words.review), make('p', {class: 'card__note'}, words.review_note),
      ...status.review.map(({id, kind, key, since, cause}) => make('div', {class: 'row', 'data-review': id},
        make('span', {}, row(kind, key), ' · ', ago(since, status.now), make('br'), causes[cause] ?? causes.other),
        make('span', {class: 'answers'},
          make('button', {class: 'button', type: 'button', 'aria-label': say(words.review_done_of, {row: row(kind, key)}), click: () => void settle(id, 'done')}, words.review_done),
          make('button', {class: 'button', type: 'button', 'aria-label': say(words.review_again_of, {row: row(kind, key)}), click: () => void settle(id, 'again')}, words.review_again)))),
      reviewSaid);
  }

  // ---- who asked what is held of them --------------------------------------------------------------------------------

  const requests = make('section', {class: 'card', 'aria-labelledby': 'requests-title', hidden: true});
  const requestsSaid = make('p', {class: 'card__note', role: 'status'});
  const day = new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {dateStyle: 'medium', timeZone: 'Asia/Tokyo'});

  /** A link cannot carry the session token. @param {string} id @param {string} customer */
  async function download(id, customer) {
    try {
      const reply = await send('GET', `data-requests/${encodeURIComponent(id)}`);
      if (!reply.ok) throw new Error(String(reply.status));
      const url = URL.createObjectURL(await reply.blob());
      const link = make('a', {href: url, download: `tsunagi-customer-${customer}.json`});
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), kKeepFileMs);
      requestsSaid.textContent = '';
    } catch {
      requestsSaid.textContent = words.request_failed;
    }
  }

  /** @param {any} status the page's */
  function showRequests(status) {
    requests.hidden = status.data_requests.length === 0;
    requests.replaceChildren(
      make('h2', {class: 'card__title', id: 'requests-title'}, words.requests), make('p', {class: 'card__note'}, words.requests_note),
      ...status.data_requests.map(({id, customer, url, orders, requested_at: at}) => make('div', {class: 'row'},
        make('span', {}, make('a', {class: 'link', href: url, target: '_top'}, say(words.waiting_row, {customer})), ' ',
          say(orders.length ? words.request_orders : words.request_row, {time: day.format(at * 1000), orders: orders.join(language === 'ja' ? '、' : ', ')})),
        make('button', {class: 'button', type: 'button', 'aria-label': say(words.request_download_of, {customer}), click: () => void download(id, customer)}, words.request_download))),
      requestsSaid);
  }

  return {
    sections: [undecided, review, waiting, requests],
    /** @param {any} status the page's */
    follow(status) {
      showUndecided(status);
      showReview(status);
      showWaiting(status);
      showRequests(status);
    },
  };
}

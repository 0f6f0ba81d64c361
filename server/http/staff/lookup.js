// @ts-check
// What was scanned or typed goes where it belongs by itself: to a pick-up, to the line that is being picked, to a product or a
// member. What the list knows needs no network.

/** @typedef {import('./results.js').Result} Result */
/**
 * @typedef {{tools: import('./tools.js').Tools, ask: typeof import('./server.js').ask, board: import('./board.js').Board,
 *   detail: ReturnType<typeof import('./detail.js').createDetail>, thumb: import('./thumb.js').Thumb, go: (pickupId: string) => void,
 *   show: (result: Result) => void, close: () => void}} Parts
 */

const kTextMost = 128;

/** @param {Parts} parts */
export function createLookup({tools: {words, say, now}, ask, board, detail, thumb, go, show, close}) {
  let turns = 0;

  /** @param {any} answer @param {string} text */
  function take(answer, text) {
    for (const job of answer.pickup ? [answer.pickup] : [...answer.pickups ?? [], ...answer.shipments ?? []]) board.take(job);
    if (answer.kind === 'pickup') {
      thumb.say('');
      go(answer.pickup.id);
    } else if (answer.kind === 'product' && detail.picks) {
      if (!detail.tick(answer.product.code)) thumb.say(say(words.line_none, {name: answer.product.name}), true);
    } else if (answer.kind === 'product' || answer.kind === 'member') {
      thumb.say('');
      show({...answer, at: now()});
    } else {
      thumb.say(say(words.scan_unknown, {text}), true);
    }
  }

  /** @param {string} raw */
  return async (raw) => {
    const text = raw.normalize('NFKC').trim().slice(0, kTextMost);
    if (!text || !board.work) return;
    const turn = ++turns;
    if (detail.tick(text)) return;
    const [, code] = /^P?(\d{6})$/i.exec(text) ?? [];
    const known = board.work.pickups.find((pickup) => (code && pickup.code === code) || (pickup.online && [text, `#${text}`].includes(pickup.online.order)));
    if (known) {
      thumb.say('');
      go(known.id);
      return;
    }
    thumb.say(words.scan_asking);
    try {
      const answer = await ask('POST', 'scan', {text});
      if (turn === turns) take(answer, text);
    } catch (error) {
      const refusal = /** @type {import('./server.js').Refusal} */ (error);
      if (refusal.signedOut) close();
      else if (turn === turns) thumb.say(say(refusal.passes ? words.scan_cut : words.scan_failed, {text}), true);
    }
  };
}

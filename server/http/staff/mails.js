// @ts-check
// What a customer was written about a pick-up, and what became of it; what is still so is sent again by the button beside it.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./pickup.js').Sent} Sent */
/** taken: the pick-up as it is then. @typedef {{taken: (pickup: Pickup) => void, signedOut: () => void}} Heard */

/** @param {import('./tools.js').Tools} tools @param {typeof import('./server.js').ask} ask @param {Pick<import('./thumb.js').Thumb, 'say'>} thumb @param {Heard} heard */
export function createMails({words, make, say, moment}, ask, thumb, heard) {
  /** Wishes that were not answered, by pick-up and step: pressed again they are the same wish. @type {Map<string, string>} */
  const deeds = new Map();
  let sending = false;

  /** @param {Sent} mail */
  function outcome({outcome: code, at, reason = ''}) {
    const reasons = /** @type {Record<string, string>} */ (words.mail_reason);
    if (code === 'not_sent') return reasons[reason] ?? words.mail_outcome.failed;
    return say(words.mail_outcome[code] ?? code, {time: moment(at)});
  }

  /** @param {Pickup} pickup @param {string} step */
  async function again(pickup, step) {
    if (sending) return;
    sending = true;
    const wish = `${pickup.id} ${step}`;
    const deed = deeds.get(wish) ?? crypto.randomUUID();
    deeds.set(wish, deed);
    thumb.say(words.mail_again_asking);
    try {
      const answer = await ask('POST', 'resend', {id: pickup.id, step, deed});
      deeds.delete(wish);
      thumb.say(words.mail_again_done);
      heard.taken(answer.pickup);
    } catch (error) {
      const refusal = /** @type {import('./server.js').Refusal} */ (error);
      if (refusal.signedOut) heard.signedOut();
      else thumb.say(refusal.passes ? words.mail_again_cut : words.mail_again_refused, true);
      if (!refusal.passes) deeds.delete(wish);
    } finally {
      sending = false;
    }
  }

  /** @param {Pickup} pickup @param {boolean} gone @returns {(Node | string)[]} */
  return (pickup, gone) => {
    if (pickup.mails.length === 0) return [];
    const steps = /** @type {Record<string, string>} */ (words.mail_step);
    const rows = pickup.mails.map((mail) => {
      const name = steps[mail.step] ?? mail.step;
      return make('li', {class: `mail${mail.outcome === 'sent' || mail.outcome === 'waiting' ? '' : ' mail--wrong'}`},
        make('span', {class: 'mail__what'}, make('span', {class: 'mail__step'}, name), ' ', make('span', {class: 'mail__outcome'}, outcome(mail))),
        mail.again && !gone ? make('button', {class: 'button mail__again', type: 'button', 'data-key': `mail-again-${mail.step}`,
          'aria-label': say(words.mail_again_of, {mail: name}), click: () => void again(pickup, mail.step)}, words.mail_again) : '');
    });
    return [make('section', {'aria-labelledby': 'mails'},
      make('h2', {class: 'section', id: 'mails'}, words.mails),
      make('ul', {class: 'mails', role: 'list'}, ...rows))];
  };
}

// @ts-check
// One pick-up: who, what, until when, and the one thing to do next.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./pickup.js').Action} Action */
/** What comes with a deed. @typedef {{reason?: string, picked?: number[]}} With */
/** rejects: the reasons the server takes. @typedef {{several: boolean, stuck: boolean, gone: boolean, rejects: string[]}} About */
/**
 * @typedef {{tools: import('./tools.js').Tools, rules: typeof import('./pickup.js'), rows: import('./rows.js').Rows,
 *   thumb: import('./thumb.js').Thumb, ticks: import('./ticks.js').Ticks, mails: ReturnType<typeof import('./mails.js').createMails>, trail: import('./trail.js').Trail,
 *   act: (pickup: Pickup, action: Action, more?: With) => void,
 *   home: () => void}} Parts
 */

/** @param {Parts} parts */
export function createDetail({tools, rules, rows, thumb, ticks, mails, trail, act, home}) {
  const {words, make, shape, say, counted, fill, moment} = tools;
  const view = make('article', {class: 'detail'});
  /** @type {{pickup: Pickup, about: About} | undefined} */
  let shown;
  /** The reason being chosen: undefined when none is, "" before one is. @type {string | undefined} */
  let reason;
  let moreOpen = false;
  let signature = '';
  /** What was done to it, in words. */
  const done = {state: words.state, action: words.trail_action, reason: {...words.reject, ...words.trail_cancel, ...words.trail_choice}};

  const draw = () => {
    if (!shown) return;
    const {pickup, about} = shown;
    const next = JSON.stringify([pickup, about, ticks.of(pickup), reason]);
    if (next === signature) return;
    signature = next;
    const choosing = reason !== undefined && pickup.actions.includes('reject');
    fill(view, ...head(pickup, about), ...(choosing ? [reasons(about, pickup)] : [lines(pickup), ...others(pickup), ...mails(pickup, about.gone), ...trail.of('pickup', pickup, done)]));
    thumb.setAction(choosing ? rejection(pickup) : mainOf(pickup));
  };

  /** @param {Pickup} pickup @param {About} about */
  function head(pickup, {several, stuck, gone}) {
    const about = [several ? pickup.shop_name : '', gone ? '' : rows.limit(pickup)].filter(Boolean).join(' · ');
    return [
      gone ? make('p', {class: 'sentence'}, words.gone) : make('p', {class: 'detail__state'}, ...rows.badges(pickup, stuck), rows.timer(pickup)),
      make('p', {class: 'detail__customer'}, rows.customer(pickup), ' ', rows.customerLanguage(pickup)),
      ...(about ? [make('p', {class: 'detail__about'}, about)] : []),
      ...(pickup.online?.undecided ? [make('p', {class: 'sentence'}, undecided(pickup.online))] : []),
    ];
  }

  /** Who decides what becomes of it. @param {import('./pickup.js').Online} online */
  function undecided({choice}) {
    if (!choice) return words.undecided_note;
    if (choice.by === 'system') return choice.state === 'merchant' ? words.undecided_by_itself.merchant : words.undecided_by_itself.asked;
    return choice.state === 'merchant' ? words.undecided_failed : say(words.undecided_wish[choice.what], {shop: choice.shop_name ?? ''});
  }

  // ---- the lines -------------------------------------------------------------------------------------------------------

  /** @param {Pickup} pickup */
  function lines(pickup) {
    const picking = rules.mainAction(pickup) === 'ready';
    const figures = ticks.of(pickup);
    return make('section', {'aria-labelledby': 'lines'},
      make('h2', {class: 'section', id: 'lines'}, words.lines),
      picking ? make('p', {class: 'quiet'}, words.pick_hint) : '',
      make('ul', {class: 'lines', role: 'list'}, ...pickup.lines.map((line, i) => (picking ? tickLine(pickup, i, figures[i]) : plainLine(pickup, line)))));
  }

  /** @param {Pickup} pickup @param {import('./pickup.js').Line} line */
  function plainLine(pickup, {name, code, quantity, picked}) {
    const found = pickup.state === 'ready' || pickup.state === 'handed_over' ? picked : quantity;
    const amount = found === quantity ? counted(words.quantity, quantity) : found === 0 ? words.not_kept : counted(words.of, quantity, {found});
    return make('li', {class: `line${found === 0 ? ' line--none' : ''}`},
      make('span', {class: 'line__words'}, make('span', {class: 'line__name'}, name), make('span', {class: 'line__code'}, code)),
      make('span', {class: `line__count${found < quantity ? ' line__count--part' : ''}`}, amount));
  }

  /** @param {Pickup} pickup @param {number} i @param {number} found */
  function tickLine(pickup, i, found) {
    const {name, code, quantity} = pickup.lines[i];
    const full = found === quantity;
    const of = counted(words.of, quantity, {found});
    return make('li', {class: `line line--tick${full ? ' line--full' : ''}`},
      make('button', {class: 'line__tick', type: 'button', 'data-key': `line-${i}`,
        ...(quantity === 1 ? {'aria-pressed': String(full)} : {}),
        click: () => {
          if (quantity > 1 && full) thumb.say(counted(words.line_full, quantity, {name}));
          else set(pickup, i, quantity === 1 && full ? 0 : found + 1);
        }},
      make('span', {class: 'line__box'}, full ? shape('check') : ''),
      make('span', {class: 'line__words'}, make('span', {class: 'line__name'}, name), make('span', {class: 'line__code'}, code)),
      make('span', {class: 'line__count'}, of), quantity > 1 && !full ? make('span', {class: 'aside'}, words.line_add) : ''),
      quantity > 1 && found > 0
        ? make('button', {class: 'line__less', type: 'button', 'data-key': `less-${i}`, 'aria-label': say(words.line_less, {name}),
          click: () => set(pickup, i, found - 1)}, shape('less'))
        : '');
  }

  /** @param {Pickup} pickup @param {number} i @param {number} figure */
  function set(pickup, i, figure) {
    ticks.set(pickup, i, figure);
    const {name, quantity} = pickup.lines[i];
    thumb.say(say(words.line_counted, {name, of: counted(words.of, quantity, {found: figure})}));
    draw();
  }

  // ---- what can be done ------------------------------------------------------------------------------------------------

  /** @param {Pickup} pickup @returns {import('./thumb.js').MainAction | undefined} */
  function mainOf(pickup) {
    const action = shown?.about.gone ? undefined : rules.mainAction(pickup);
    const key = `${pickup.id} ${action}`;
    if (action === 'ready') return readyOf(pickup, key);
    if (action === 'hand_over') {
      const money = pickup.online ? [pickup.online.paid ? words.hand_over_paid : words.hand_over_unpaid] : [];
      return {key, label: counted(words.act_hand_over, rules.kept(pickup)), note: [...money, words.act_hand_over_note].join(' '), act: () => act(pickup, action)};
    }
    if (action === 'accept' || action === 'pick') return {key, label: words[`act_${action}`], act: () => act(pickup, action)};
    return {key, label: words.back_to_list, kind: 'plain', act: home};
  }

  /** @param {Pickup} pickup @param {string} key @returns {import('./thumb.js').MainAction} */
  function readyOf(pickup, key) {
    const picked = ticks.of(pickup);
    const found = picked.reduce((sum, figure) => sum + figure, 0);
    const all = rules.asked(pickup);
    if (found === 0) {
      return {key, label: counted(words.act_everything, all), kind: 'plain', act: () => {
        ticks.setAll(pickup);
        draw();
      }};
    }
    const ready = () => act(pickup, 'ready', {picked});
    if (found === all) return {key, label: counted(words.act_ready, all), act: ready};
    return {key, label: counted(words.act_ready_part, found, {found}), note: counted(words.act_ready_part_note, all - found), kind: 'plain', act: ready};
  }

  /** @param {Pickup} pickup */
  function others(pickup) {
    const may = (/** @type {Action} */ action) => !shown?.about.gone && pickup.actions.includes(action);
    /** @param {string} key @param {string} label @param {() => void} click @param {string} [more] */
    const button = (key, label, click, more = '') => make('button', {class: 'button button--wraps', type: 'button', 'data-key': key, click}, label, ' ',
      more ? make('span', {class: 'whole'}, more) : '');
    const more = [
      ...(may('extend') ? [button('extend', words.act_extend, () => act(pickup, 'extend'), say(words.act_extend_until, {time: moment(pickup.extend_until)}))] : []),
      ...(may('cancel') ? [button('cancel', counted(words.act_cancel, pickup.state === 'ready' ? rules.kept(pickup) : rules.asked(pickup)),
        () => act(pickup, 'cancel'))] : []),
    ];
    return [make('div', {class: 'others'},
      may('pick') && may('accept') ? button('pick', words.act_pick_at_once, () => act(pickup, 'pick')) : '',
      may('reject') ? button('cannot', words.cannot, () => {
        reason = '';
        thumb.say('');
        draw();
        /** @type {HTMLElement | null} */ (view.querySelector('#why'))?.focus();
      }) : '',
      more.length > 0
        ? make('details', {class: 'more', open: moreOpen, toggle: (event) => { moreOpen = event.currentTarget.open; }},
          make('summary', {class: 'more__summary', 'data-key': 'more'}, words.more), ...more)
        : '')];
  }

  /** @param {About} about @param {Pickup} pickup */
  function reasons({rejects}, {online}) {
    const names = /** @type {Record<string, string>} */ (words.reject);
    return make('fieldset', {class: 'reasons'},
      make('legend', {class: 'section', id: 'why', tabindex: '-1'}, words.cannot_why),
      ...rejects.map((code) => make('label', {class: 'reason'},
        make('input', {type: 'radio', name: 'reason', value: code, checked: reason === code, 'data-key': `reason-${code}`, change: () => {
          reason = code;
          draw();
        }}), names[code] ?? code)),
      make('p', {class: 'quiet'}, online ? words.cannot_note_bought : words.cannot_note),
      make('button', {class: 'button', type: 'button', click: () => {
        reason = undefined;
        draw();
      }}, words.never_mind));
  }

  /** @param {Pickup} pickup @returns {import('./thumb.js').MainAction} */
  function rejection(pickup) {
    const names = /** @type {Record<string, string>} */ (words.reject);
    const chosen = reason;
    if (!chosen) return {key: `${pickup.id} choose`, label: words.choose_reason, kind: 'plain', act: () => thumb.say(words.choose_reason)};
    return {key: `${pickup.id} reject`, label: say(words.act_reject, {reason: names[chosen] ?? chosen}), kind: 'wrong',
      act: () => act(pickup, 'reject', {reason: chosen})};
  }

  return {
    view,
    /** @param {Pickup} pickup @param {About} about */
    follow(pickup, about) {
      if (shown?.pickup.id !== pickup.id) [reason, moreOpen] = [undefined, false];
      shown = {pickup, about};
      draw();
    },
    leave() {
      [shown, signature] = [undefined, ''];
    },
    /** A product that was scanned. @param {string} code @returns {boolean} whether it is one of these */
    tick(code) {
      const pickup = shown?.pickup;
      if (!pickup || rules.mainAction(pickup) !== 'ready') return false;
      const i = pickup.lines.findIndex((line) => line.codes.includes(code));
      if (i < 0) return false;
      const [line, found] = [pickup.lines[i], ticks.of(pickup)[i]];
      if (found === line.quantity) thumb.say(counted(words.line_full, line.quantity, {name: line.name}));
      else set(pickup, i, found + 1);
      return true;
    },
    get picks() { return shown !== undefined && rules.mainAction(shown.pickup) === 'ready'; },
  };
}

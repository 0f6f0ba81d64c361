// @ts-check
// One parcel: what goes into it, where it goes, and the one thing to do next; and for head office, why no shop is asked.

/** @typedef {import('./parcel.js').Parcel} Parcel */
/** @typedef {import('./parcel.js').Action} Action */
/** What comes with a deed. @typedef {{reason?: string, carrier?: string, number?: string, shop?: string}} With */
/** senders: shops that may be asked. @typedef {{several: boolean, stuck: boolean, gone: boolean, rejects: string[], carriers: string[], senders: {id: string, name: string}[], sees: boolean}} About */
/**
 * @typedef {{tools: import('./tools.js').Tools, words: import('./parcel-rows.js').ParcelWords, rules: typeof import('./parcel.js'),
 *   rows: ReturnType<typeof import('./parcel-rows.js').createParcelRows>, address: ReturnType<typeof import('./parcel-address.js').createAddress>,
 *   thumb: import('./thumb.js').Thumb, ticks: import('./ticks.js').Ticks, trail: import('./trail.js').Trail, act: (parcel: Parcel, action: Action, more?: With) => void, home: () => void}} Parts
 */

/** @param {Parts} parts */
export function createParcelDetail({tools, words, rules, rows, address, thumb, ticks, trail, act, home}) {
  const {words: all, make, shape, say, counted, fill, moment} = tools;
  const view = make('article', {class: 'detail'});
  /** @type {{parcel: Parcel, about: About} | undefined} */
  let shown;
  /** The reason being chosen: undefined when none is, "" before one is. @type {string | undefined} */
  let reason;
  let [carrier, number, signature] = ['', '', ''];
  /** What was done to it, in words. */
  const done = {state: words.state, action: words.trail_action, reason: {...all.reject, ...all.trail_cancel, ...words.person}};

  const draw = () => {
    if (!shown) return;
    const {parcel, about} = shown;
    const next = JSON.stringify([parcel, about, picked(parcel), reason, carrier, address.version]);
    if (next === signature) return;
    signature = next;
    const choosing = reason !== undefined && parcel.actions.includes('refuse');
    fill(view, ...head(parcel, about), ...(choosing ? [reasons(about)] : body(parcel, about)));
    thumb.setAction(choosing ? refusal(parcel) : mainOf(parcel));
  };
  address.changed(draw);

  /** @param {Parcel} parcel */
  const picked = (parcel) => ticks.of(/** @type {any} */ (parcel));
  /** @param {number[]} figures */
  const sum = (figures) => figures.reduce((total, figure) => total + figure, 0);

  /** @param {Parcel} parcel @param {About} about */
  function head(parcel, {several, stuck, gone}) {
    const note = [several && parcel.shop ? parcel.shop_name : '', gone ? '' : rows.limit(parcel)].filter(Boolean).join(' · ');
    return [
      gone ? make('p', {class: 'sentence'}, words.gone)
        : make('p', {class: 'detail__state'}, ...rows.badges(parcel, stuck), parcel.state === 'person' ? '' : rows.timer(parcel)),
      ...(parcel.on_hold && !gone ? [make('p', {class: 'sentence'}, words.on_hold)] : []),
      make('p', {class: 'detail__about detail__about--alone'}, note)];
  }

  /** @param {Parcel} parcel @param {About} about */
  function body(parcel, about) {
    const packing = about.sees && rules.isPacking(parcel) && !about.gone;
    address.follow(packing ? parcel : undefined);
    return [
      ...(parcel.state === 'packed' && parcel.actions.includes('ship') ? [label(about)] : []),
      ...(packing && parcel.state === 'packed' ? [address.section()] : []),
      ...(parcel.state === 'person' ? person(parcel, about) : [lines(parcel)]),
      ...(packing && parcel.state !== 'packed' ? [address.section()] : []),
      ...(parcel.state === 'person' ? [] : [others(parcel)]), ...trail.of('shipment', parcel, done)];
  }

  // ---- the lines -------------------------------------------------------------------------------------------------------

  /** @param {Parcel} parcel */
  function lines(parcel) {
    const picking = rules.mainAction(parcel) === 'pack';
    const figures = picked(parcel);
    return make('section', {'aria-labelledby': 'parcel-lines'},
      make('h2', {class: 'section', id: 'parcel-lines'}, all.lines), picking ? make('p', {class: 'quiet'}, all.pick_hint) : '',
      make('ul', {class: 'lines', role: 'list'}, ...parcel.lines.map((line, i) => (picking ? tickLine(parcel, i, figures[i])
        : make('li', {class: 'line'}, named(line), make('span', {class: 'line__count'}, counted(all.quantity, line.quantity)))))));
  }

  /** @param {import('./parcel.js').Line} line */
  const named = ({name, code}) => make('span', {class: 'line__words'}, make('span', {class: 'line__name'}, name), make('span', {class: 'line__code'}, code));

  /** @param {Parcel} parcel @param {number} i @param {number} found */
  function tickLine(parcel, i, found) {
    const line = parcel.lines[i];
    const full = found === line.quantity;
    return make('li', {class: `line line--tick${full ? ' line--full' : ''}`},
      make('button', {class: 'line__tick', type: 'button', 'data-key': `parcel-line-${i}`, 'aria-pressed': String(full),
        click: () => set(parcel, i, full ? 0 : found + 1)},
      make('span', {class: 'line__box'}, full ? shape('check') : ''), named(line),
      make('span', {class: 'line__count'}, counted(all.of, line.quantity, {found}))));
  }

  /** @param {Parcel} parcel @param {number} i @param {number} figure */
  function set(parcel, i, figure) {
    ticks.set(/** @type {any} */ (parcel), i, figure);
    const {name, quantity} = parcel.lines[i];
    thumb.say(say(all.line_counted, {name, of: counted(all.of, quantity, {found: figure})}));
    draw();
  }

  // ---- the label -------------------------------------------------------------------------------------------------------

  /** @param {About} about */
  function label({carriers}) {
    const names = /** @type {Record<string, string>} */ (words.carriers);
    return make('section', {class: 'label', 'aria-labelledby': 'label'},
      make('h2', {class: 'section', id: 'label'}, words.parcel),
      make('label', {class: 'label__name', for: 'carrier'}, words.carrier),
      make('select', {class: 'scan__input', id: 'carrier', 'data-key': 'carrier', change: (event) => {
        carrier = event.currentTarget.value;
        draw();
      }}, ...carriers.map((one) => make('option', {value: one, selected: one === carrier}, names[one] ?? one))),
      make('label', {class: 'label__name', for: 'number'}, words.number),
      numberInput());
  }
  // Kept over redrawing: what is being typed stays.
  const input = /** @type {HTMLInputElement} */ (make('input', {class: 'scan__input', id: 'number', 'data-key': 'number', inputmode: 'numeric', autocomplete: 'off',
    autocapitalize: 'characters', spellcheck: 'false', maxlength: '60', enterkeyhint: 'done', placeholder: words.number_hint,
    input: () => {
      number = input.value;
      if (shown) thumb.setAction(mainOf(shown.parcel));
    }}));
  function numberInput() {
    if (input.value !== number) input.value = number;
    return input;
  }

  // ---- what can be done ------------------------------------------------------------------------------------------------

  /** @param {Parcel} parcel @returns {import('./thumb.js').MainAction | undefined} */
  function mainOf(parcel) {
    const action = shown?.about.gone ? undefined : rules.mainAction(parcel);
    const key = `${parcel.id} ${parcel.state}`;
    if (action === 'accept') return {key, label: words.act_accept, act: () => act(parcel, 'accept')};
    if (action === 'pick') return {key, label: words.act_pick, act: () => act(parcel, 'pick')};
    if (action === 'pack') return packOf(parcel, key);
    if (action === 'ship') return shipOf(parcel, key);
    return {key, label: all.back_to_list, kind: 'plain', act: home};
  }

  /** @param {Parcel} parcel @param {string} key @returns {import('./thumb.js').MainAction} */
  function packOf(parcel, key) {
    const [found, wanted] = [sum(picked(parcel)), rules.pieces(parcel)];
    if (found === wanted) return {key: `${key} all`, label: counted(words.act_pack, wanted), act: () => act(parcel, 'pack')};
    return {key, label: counted(words.act_everything, wanted), kind: 'plain', ...(found > 0 ? {note: counted(words.pick_some, found, {found})} : {}), act: () => {
      ticks.setAll(/** @type {any} */ (parcel));
      draw();
    }};
  }

  /** @param {Parcel} parcel @param {string} key @returns {import('./thumb.js').MainAction} */
  function shipOf(parcel, key) {
    const good = rules.trackingNumber(number);
    if (!good) {
      return {key: `${key} number`, label: words.ship_first, kind: 'plain', act: () => {
        if (number) thumb.say(words.number_wrong, true);
        input.focus();
      }};
    }
    return {key: `${key} ship`, label: words.act_ship, note: words.act_ship_note, act: () => act(parcel, 'ship', {carrier, number: good})};
  }

  /** @param {Parcel} parcel */
  function others(parcel) {
    const may = (/** @type {Action} */ action) => !shown?.about.gone && parcel.actions.includes(action);
    return make('div', {class: 'others'},
      may('pick') && may('accept') ? make('button', {class: 'button', type: 'button', 'data-key': 'pick', click: () => act(parcel, 'pick')}, words.act_pick_at_once) : '',
      may('refuse') ? make('button', {class: 'button', type: 'button', 'data-key': 'cannot', click: () => {
        reason = '';
        thumb.say('');
        draw();
        /** @type {HTMLElement | null} */ (view.querySelector('#parcel-why'))?.focus();
      }}, words.cannot) : '');
  }

  /** @param {About} about */
  function reasons({rejects}) {
    const names = /** @type {Record<string, string>} */ (all.reject);
    return make('fieldset', {class: 'reasons'}, make('legend', {class: 'section', id: 'parcel-why', tabindex: '-1'}, words.cannot_why),
      ...rejects.map((code) => make('label', {class: 'reason'}, make('input', {type: 'radio', name: 'parcel-reason', value: code, checked: reason === code,
        'data-key': `parcel-reason-${code}`, change: () => {
          reason = code;
          draw();
        }}), names[code] ?? code)),
      make('p', {class: 'quiet'}, words.cannot_note),
      make('button', {class: 'button', type: 'button', click: () => {
        reason = undefined;
        draw();
      }}, all.never_mind));
  }

  /** @param {Parcel} parcel @returns {import('./thumb.js').MainAction} */
  function refusal(parcel) {
    const chosen = reason;
    if (!chosen) return {key: `${parcel.id} choose`, label: all.choose_reason, kind: 'plain', act: () => thumb.say(all.choose_reason)};
    const names = /** @type {Record<string, string>} */ (all.reject);
    return {key: `${parcel.id} refuse`, label: say(words.act_refuse, {reason: names[chosen] ?? chosen}), kind: 'wrong',
      act: () => act(parcel, 'refuse', {reason: chosen})};
  }

  // ---- for head office -------------------------------------------------------------------------------------------------

  /** @param {Parcel} parcel @param {About} about */
  function person(parcel, {senders}) {
    const causes = /** @type {Record<string, string>} */ (words.person);
    const [names, verdicts] = [/** @type {Record<string, string>} */ (all.reject), /** @type {Record<string, string>} */ (words.verdict)];
    const refused = parcel.refusals ?? [];
    const others = (parcel.trace?.shops ?? []).filter(({shop}) => refused.every((one) => one.shop !== shop));
    /** @param {string} name @param {string} words_ */
    const told = (name, words_) => make('li', {class: 'line'}, make('span', {class: 'line__words'}, make('span', {class: 'line__name'}, name), make('span', {class: 'line__code'}, words_)));
    /** @param {string} id */
    const ask = (id) => (refused.some(({shop}) => shop === id) ? words.act_assign_again : words.act_assign);
    return [
      make('p', {class: 'sentence'}, causes[parcel.reason ?? ''] ?? words.state.person),
      lines(parcel),
      ...(refused.length + others.length > 0 ? [make('section', {'aria-labelledby': 'shops'}, make('h2', {class: 'section', id: 'shops'}, words.trace),
        make('ul', {class: 'lines', role: 'list'},
          ...refused.map(({name, reason: why, at}) => told(name, say(words.refusal, {time: moment(at), reason: names[why] ?? why}))),
          ...others.map(({name, verdict, offers}) => told(name, say(verdicts[verdict] ?? verdict, {offers})))))] : []),
      ...(parcel.actions.includes('assign') && senders.length > 0 ? [make('section', {class: 'others', 'aria-labelledby': 'assign'}, make('h2', {class: 'section', id: 'assign'}, words.assign),
        ...senders.map(({id, name}) => make('button', {class: 'button', type: 'button', 'data-key': `assign-${id}`, click: () => act(parcel, 'assign', {shop: id})},
          say(ask(id), {shop: name}))))] : []),
      ...(parcel.actions.includes('give_back') ? [make('button', {class: 'button button--wraps', type: 'button', 'data-key': 'give-back', click: () => act(parcel, 'give_back')},
        words.act_give_back, ' ', make('span', {class: 'quiet'}, words.act_give_back_note))] : [])];
  }

  return {
    view,
    /** @param {Parcel} parcel @param {About} about */
    follow(parcel, about) {
      if (shown?.parcel.id !== parcel.id) [reason, carrier, number, signature] = [undefined, about.carriers[0] ?? '', '', ''];
      shown = {parcel, about};
      draw();
    },
    leave() {
      [shown, signature] = [undefined, ''];
      address.follow(undefined);
    },
    /** What was scanned or typed: a line's code, or the number of the label. @param {string} text @returns {boolean} whether it was of this parcel */
    take(text) {
      const parcel = shown?.parcel;
      const action = parcel && rules.mainAction(parcel);
      if (parcel && action === 'ship' && rules.trackingNumber(text)) {
        number = rules.trackingNumber(text);
        thumb.say(say(words.number_taken, {number}));
        numberInput();
        thumb.setAction(mainOf(parcel));
        return true;
      }
      if (!parcel || action !== 'pack') return false;
      const i = parcel.lines.findIndex((line, at) => line.code === text && picked(parcel)[at] < line.quantity);
      const any = parcel.lines.find((line) => line.code === text);
      if (i >= 0) set(parcel, i, picked(parcel)[i] + 1);
      else if (any) thumb.say(counted(all.line_full, any.quantity, {name: any.name}));
      return Boolean(any);
    },
    get picks() { return shown !== undefined && rules.mainAction(shown.parcel) === 'pack'; },
  };
}

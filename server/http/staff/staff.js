// @ts-check
// The staff page: what is to do, what was done, and what was scanned. Its parts know nothing of one another; they meet here.

/** @typedef {import('./pickup.js').Pickup} Pickup */
/** @typedef {import('./pickup.js').Action} Action */

const page = /** @type {HTMLElement} */ (document.getElementById('page'));
const footer = /** @type {HTMLElement} */ (document.getElementById('thumb'));
/** The names of files have hashes: the page says them. @param {string} name @returns {Promise<any>} */
const part = (name) => import(page.dataset[name] ?? '');
/**
 * @type {[typeof import('./words.js'), typeof import('./tools.js'), typeof import('./server.js'), typeof import('./pickup.js'),
 *   typeof import('./deeds.js'), typeof import('./board.js'), typeof import('./ticks.js'), typeof import('./rows.js'),
 *   typeof import('./detail.js'), typeof import('./results.js'), typeof import('./thumb.js'), typeof import('./wedge.js'), typeof import('./door.js'),
 *   typeof import('./frame.js'), typeof import('./lookup.js'), typeof import('./mails.js'), typeof import('./camera.js'), typeof import('./parcels.js'),
 *   typeof import('./trail.js'), typeof import('./affected.js')]}
 */
const [{WORDS}, {createTools}, server, rules, {Deeds}, {Board}, {Ticks}, {createRows}, {createDetail}, {createResults}, {createThumb}, {listen},
  {invitation, createDoor}, {createFrame}, {createLookup}, {createMails}, {createCamera}, {createParcels}, {createTrail}, {createAffected}] = /** @type {any} */ (await Promise.all(
  ['words', 'tools', 'server', 'pickup', 'deeds', 'board', 'ticks', 'rows', 'detail', 'results', 'thumb', 'wedge', 'door', 'frame', 'lookup', 'mails', 'camera', 'parcels', 'trail', 'affected'].map(part)));

const kLanguageKey = 'tsunagi-staff:language';
const kTickMs = 1_000;

/** @returns {'ja' | 'en'} */
function chosenLanguage() {
  const kept = localStorage.getItem(kLanguageKey);
  if (kept === 'ja' || kept === 'en') return kept;
  return /^en\b/i.test(navigator.language) ? 'en' : 'ja';
}
const language = chosenLanguage();
const words = WORDS[language];
document.documentElement.lang = language;
const tools = createTools(words, language);
const {make, say, counted, hour} = tools;

// ---- whose answers: the server's or, for practising, this page's own --------------------------------------------------

const practises = new URLSearchParams(location.search).has('practice');
/** @type {typeof import('./practice-words.js').PRACTICE_WORDS.ja | undefined} */
const practice = practises ? (await part('practiceWords')).PRACTICE_WORDS[language] : undefined;
/** @type {typeof import('./server.js').ask} */
const ask = practice ? (await part('practice')).createPractice({words: practice, Refusal: server.Refusal}) : server.ask;
/** Where the browser keeps what is not sent and what was found: practice never touches the real ones. */
const keptAs = practises ? 'tsunagi-practice' : 'tsunagi-staff';
/** The page without its place in it, as it is or for practising. @param {boolean} [practising] */
const pageAddress = (practising = false) => `${location.pathname}${practising ? '?practice' : ''}`;

// ---- what everything is shown with -----------------------------------------------------------------------------------

const frame = createFrame(tools, /** @type {HTMLElement} */ (document.getElementById('top')), {home, leave, choose(code) {
  localStorage.setItem(kLanguageKey, code);
  location.reload();
}, practise: practice ? {words: practice, again: () => location.assign(pageAddress(true)), end: () => location.assign(pageAddress())}
  : {begin: () => location.assign(pageAddress(true))}});
page.replaceChildren(make('p', {class: 'quiet'}, words.loading));

/** @param {string} name */
const address = (name) => page.dataset[name] ?? '';
const thumb = createThumb(footer, {tools, createCamera, found: (text) => lookUp(text),
  files: {scan: address('scan'), worker: address('scanWorker'), loader: address('reader'), module: address('readerModule')}});
const ticks = new Ticks(keptAs);
const trail = createTrail(tools, ask, {sees: answersForOthers, signedOut: () => close(false)});
const parcels = await createParcels({tools, part, ask, thumb, ticks, trail, act, home});
const rows = createRows(tools, rules, parcels.row);
const mails = createMails(tools, ask, thumb, {taken(pickup) {
  board.take(pickup);
  show();
}, signedOut: () => close(false)});
const detail = createDetail({tools, rules, rows, thumb, ticks, mails, trail, act, home});
/** @param {Pickup | import('./parcel.js').Parcel} job */
const rowOf = (job) => ('order' in job ? parcels.row(job, aboutOf(job)) : rows.row(job, aboutOf(job)));
const results = createResults(tools, rowOf);
const affected = createAffected(tools, rowOf, () => {
  show();
  frame.focus();  // what was pressed is gone
});
const door = createDoor(tools, page);
const deeds = new Deeds(ask, {
  done(deed, pickup, others) {
    board.take(pickup);
    const also = affected.take(deed, others);
    for (const job of also) board.take(job);
    const done = say(/** @type {Record<string, string>} */ (deed.to ? parcels.done : words.done)[deed.action], {code: deed.code});
    thumb.say(also.length > 0 ? counted(words.affected_said, also.length, {done}) : done);
    showCut();
    if (deeds.waiting.length === 0) void board.refresh();
  },
  refused(deed, cause) {
    thumb.say(say(words.refused[cause], {code: deed.code}), true);
    showCut();
    void board.refresh();
  },
  waits: () => showCut(),
  signedOut: () => close(false),
}, keptAs);
const board = new Board(ask, (job) => ('order' in job ? parcels.isOpen(job) : rules.isOpen(job)), {work: follow, silent: () => showCut(), signedOut: () => close(false)});

// ---- what is shown ---------------------------------------------------------------------------------------------------

/** What was scanned and is no pick-up. @type {import('./results.js').Result | undefined} */
let result;

/** @param {{id: string}} pickup */
const aboutOf = (pickup) => ({
  several: (board.work?.shops.length ?? 0) > 1, stuck: deeds.stuck && deeds.waiting.some((deed) => deed.pickup === pickup.id)});

/** The list as it is expected to be: what is done leaves it, unless that could not be sent. */
const toDo = () => parcels.amongst((board.work?.pickups ?? []).map((pickup) => rules.expected(pickup, deeds.waiting))
  .filter((pickup) => rules.isOpen(pickup) || aboutOf(pickup).stuck), board.work?.shipments ?? [], deeds.waiting, rules.limitOf);

function showCut() {
  const kept = deeds.waiting.length;
  frame.cut(!board.silent && !deeds.stuck ? '' : kept > 0 ? counted(words.cut_deeds, kept)
    : asOfTime ? say(words.cut, {time: hour(asOfTime)}) : words.cut_empty);
  show();
}

let asOfTime = 0;
const knownIds = new Set();
let first = true;
/** @param {import('./board.js').Work} work */
function follow(work) {
  tools.setClock(work.now);
  asOfTime = work.now;
  const fresh = board.jobs.filter(({id}) => !knownIds.has(id));
  for (const {id} of fresh) knownIds.add(id);
  if (!first && fresh.length > 0) frame.tell(counted(words.new_ones, fresh.length));
  if (first) enter(work.staff);
  first = false;
  ticks.keepOnly(new Set(board.jobs.filter(({state}) => state === 'picking' || state === 'accepted' || state === 'placed' || state === 'assigned').map(({id}) => id)));
  showCut();
}

/** @param {{name: string, role: string}} staff */
function enter(staff) {
  frame.enter(staff);
  footer.hidden = false;
  deeds.start(nameOf(staff));
}
/** @param {{name: string, role: string}} staff */
const nameOf = ({name, role}) => `${role} ${name}`;

/** @param {...Node} content */
function put(...content) {
  if (content.length !== page.childNodes.length || content.some((node, i) => page.childNodes[i] !== node)) tools.fill(page, ...content);
}

function answersForOthers() {
  return ['manager', 'head_office'].includes(board.work?.staff.role ?? '');
}
/** For who answers for others: the shops that have not said yes in their time. */
const unanswered = make('p', {class: 'sentence unanswered', role: 'status'});
/** @param {(Pickup | import('./parcel.js').Parcel)[]} jobs  whether there are any */
function showsUnanswered(jobs) {
  if (!answersForOthers()) return false;
  const shops = jobs.filter(({state, late}) => late && (state === 'placed' || state === 'assigned')).map((job) => job.shop_name);
  const text = counted(words.unanswered, shops.length, {shops: [...new Set(shops)].join(words.list_comma)});
  if (unanswered.textContent !== text) unanswered.textContent = text;
  return shops.length > 0;
}

const empty = make('div', {class: 'door'}, make('p', {class: 'door__title'}, words.empty), make('p', {class: 'quiet'}, words.empty_more));

function show() {
  if (!board.work) return;
  const place = new URLSearchParams(location.hash.slice(1));
  const found = board.find(place.get('pickup') ?? place.get('parcel') ?? '');
  page.setAttribute('aria-busy', 'false');
  if (found && 'order' in found) {
    detail.leave();
    frame.head(found.order, parcels.code, false);
    document.title = `${parcels.code} ${found.order}`;
    put(parcels.follow(found, {...aboutOf(found), gone: board.isGone(found.id), work: board.work}, deeds.waiting));
    return;
  }
  parcels.leave();
  if (found) {
    const pickup = found;
    const about = {...aboutOf(pickup), gone: board.isGone(pickup.id), rejects: board.work.rejects};
    frame.head(pickup.code, words.code, false);
    document.title = `${words.code} ${pickup.code}`;
    detail.follow(rules.expected(pickup, deeds.waiting), about);
    put(detail.view);
    return;
  }
  detail.leave();
  thumb.setAction(undefined);
  if (location.hash === '#result' && result) {
    frame.head(document.title = result.kind === 'member' ? words.member : words.product, '', false);
    if (shownResult !== result) put(results(result));
    shownResult = result;
    return;
  }
  shownResult = undefined;
  const pickups = toDo();
  frame.head(words.title, say(words.as_of, {time: hour(asOfTime)}), true);
  document.title = say(words.title_counted, {count: pickups.length});
  const above = affected.amongst(pickups);
  const below = pickups.filter(({id}) => !affected.shows(id));
  const list = rows.follow(below, aboutOf);
  put(...above, ...(showsUnanswered(pickups) ? [unanswered] : []), ...(below.length > 0 ? [list] : above.length > 0 ? [] : [empty]));
}
/** @type {import('./results.js').Result | undefined} */
let shownResult;

// ---- where one goes --------------------------------------------------------------------------------------------------

let scrolled = 0;
let lastRow = '';
/** @param {string} hash of a pick-up or "#result" */
function go(hash) {
  if (location.hash === hash) return show();
  if (location.hash) history.replaceState(history.state, '', hash);
  else {
    scrolled = scrollY;
    history.pushState({above: true}, '', hash);
  }
  arrive();
}
/** To the list, which is where one came from unless the page was opened here. */
function home() {
  if (!location.hash) return show();
  if (history.state?.above) return history.back();
  history.replaceState(null, '', location.pathname + location.search);
  arrive();
}
function arrive() {
  if (!practises && location.hash.startsWith('#join=')) return void join(invitation());
  frame.closeMenu();
  if (!location.hash) result = undefined;
  show();
  if (location.hash) {
    lastRow = /** @type {RegExpExecArray | null} */ (/^#(?:pickup|parcel)=(.+)$/.exec(location.hash))?.[1] ?? lastRow;
    scrollTo(0, 0);
    return frame.focus();
  }
  scrollTo(0, scrolled);
  const row = /** @type {HTMLElement | null} */ (page.querySelector(`[data-row="${CSS.escape(lastRow)}"] a`));
  if (row) row.focus({preventScroll: true});
  else frame.focus();
}
addEventListener('popstate', arrive);
page.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#pickup="], a[href^="#parcel="]') : null;
  if (!link) return;
  event.preventDefault();
  thumb.say('');
  go(link.getAttribute('href') ?? '');
});

// ---- what is done ----------------------------------------------------------------------------------------------------

const kStays = ['accept', 'pick', 'extend', 'pack'];  // what is next is done at once
/**
 * @param {Pickup | import('./parcel.js').Parcel} job @param {Action | import('./parcel.js').Action} action
 * @param {import('./detail.js').With | import('./parcel-detail.js').With} [more]
 */
function act(job, action, more = {}) {
  const staff = board.work?.staff;
  if (!staff) return;
  thumb.say('');
  const what = 'order' in job ? /** @type {const} */ ({to: 'shipment', code: job.order}) : {code: job.code};
  deeds.add({pickup: job.id, action, by: nameOf(staff), ...what, ...more});
  showCut();
  if (!kStays.includes(action)) home();
}

const goTo = (/** @type {string} */ id) => go(`#parcel=${encodeURIComponent(id)}`);
const lookUp = createLookup({tools, ask, board, detail: parcels.before(detail, () => board.work?.shipments ?? [], goTo), thumb, go: (id) => go(`#pickup=${encodeURIComponent(id)}`),
  close: () => close(false), show(shown) {
    result = shown;
    go('#result');
  }});
listen((text) => {
  thumb.closeCamera();
  void lookUp(text);
});

// ---- in and out ------------------------------------------------------------------------------------------------------

/** Nobody is known to be signed in: nothing of a customer stays. */
function forget() {
  board.forget();
  deeds.stop();
  [first, result, asOfTime] = [true, undefined, 0];
  knownIds.clear();
  rows.follow([], aboutOf);
  detail.leave();
  parcels.leave();
  trail.forget();
  affected.forget();
  thumb.setAction(undefined);
  thumb.closeCamera();
  thumb.say('');
  frame.close();
  document.title = words.door_title;
  footer.hidden = true;
}

/** @param {boolean} used an invitation did not work */
function close(used) {
  forget();
  page.setAttribute('aria-busy', 'false');
  door.closed(used, deeds.waiting.length);
}

/** @returns {Promise<string>} why not */
async function leave() {
  if (deeds.waiting.length > 0) return words.sign_out_waits;
  try {
    await ask('POST', 'sign-out', {});
  } catch (error) {
    if (!(/** @type {import('./server.js').Refusal} */ (error).signedOut)) return words.sign_out_failed;
  }
  ticks.keepOnly(new Set());
  history.replaceState(null, '', location.pathname);
  close(false);
  return '';
}

/** @param {string} token */
async function join(token) {
  forget();
  door.joining();
  try {
    const {staff} = await ask('POST', 'join', {token});
    thumb.say(say(words.joined, {name: staff.name}));
    board.start();
  } catch (error) {
    const refusal = /** @type {import('./server.js').Refusal} */ (error);
    if (refusal.passes) door.cut(() => void join(token));
    // The answer to an earlier try may have been lost after it was taken.
    else if (await ask('GET', 'work').then(() => true, () => false)) board.start();
    else close(true);
  }
}

setInterval(() => {
  const turned = [...new Set(rows.paintTimers(page))];
  if (turned.length > 0) frame.tell(turned.map((code) => say(words.turned_late, {code})).join(' '));
}, kTickMs);
document.addEventListener('visibilitychange', () => { if (!document.hidden) void board.refresh(); });
addEventListener('online', () => {
  deeds.wake();
  void board.refresh();
});

const token = practises ? '' : invitation();
if (token) void join(token);
else board.start();
export {};  // awaits at its top, which only modules may

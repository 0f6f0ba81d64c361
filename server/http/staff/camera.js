// @ts-check
// The camera above the field for what is typed: opened by the hand, closed by what was read. Its reader is fetched when it is
// opened for the first time.

/** @typedef {import('./scan.js').ScanFiles & {scan: string}} CameraFiles  scan: the address of scan.js */
/** @typedef {import('./scan.js').ScanState} ScanState */
/**
 * found: what was read. say: a sentence, and whether it warns. type: there is no camera to read with.
 * @typedef {{found: (text: string) => void, say: (sentence: string, warns?: boolean) => void, type: () => void}} Heard
 */

/** @type {ScanState[]} */
const kOn = ['opening', 'looking', 'unread'];

/** @param {import('./tools.js').Tools} tools @param {CameraFiles} files @param {Heard} heard */
export function createCamera({words, make}, files, {found, say, type}) {
  const video = /** @type {HTMLVideoElement} */ (make('video', {class: 'camera__picture', 'aria-label': words.camera}));
  const hint = make('p', {class: 'camera__hint'});
  const view = make('div', {class: 'camera', hidden: true}, video, hint,
    make('button', {class: 'button camera__close', type: 'button', click: () => scanner?.close()}, words.camera_close));
  /** @type {import('./scan.js').Scanner | undefined} */
  let scanner;

  /** @param {ScanState} state */
  function become(state) {
    view.hidden = !kOn.includes(state);
    if (state === 'no_camera' || state === 'refused' || state === 'busy' || state === 'failed') {
      type();
      say(words.camera_state[state], state !== 'no_camera');
    } else {
      hint.textContent = kOn.includes(state) ? words.camera_state[/** @type {'opening'} */ (state)] : '';
    }
  }

  return {
    view,
    async open() {
      try {
        const {Scanner} = /** @type {typeof import('./scan.js')} */ (await import(files.scan));
        scanner ??= new Scanner({video, files, onState: become, onScan: ({text}) => found(text)});
      } catch {
        return become('failed');  // it could not be fetched: there may be no network
      }
      await scanner.open();
    },
    close: () => scanner?.close(),
  };
}

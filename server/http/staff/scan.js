// @ts-check
// Scanning with the phone's camera, read by the reader module in a worker. Whatever goes wrong is a state; its words are the page's.

/** @typedef {import('../../../wasm/reader/tsunagi-reader.js').Reading} Reading */
/** @typedef {{text: string, format: Reading['format']}} Scan */
/**
 * closed: nothing is on. opening: permission and the module are awaited. looking: frames are read. unread: they still are, and
 * nothing was found for a while. read: found, and closed. Else closed with a reason: no_camera; refused (the person or the
 * browser's settings do not allow it); busy (another app has the camera, or took it); failed (the reader does not work here).
 * @typedef {'closed' | 'opening' | 'looking' | 'unread' | 'read' | 'no_camera' | 'refused' | 'busy' | 'failed'} ScanState
 */
/**
 * Addresses of scan-worker.js, tsunagi-reader.js and tsunagi-reader.wasm, which have their hashes in their names.
 * @typedef {{worker: string, loader: string, module: string}} ScanFiles
 */

/** The longer side of a frame that is read, in pixels: more takes longer and reads no more. */
const LONGEST_SIDE = 1280;
/** Then the page says what may help. */
const UNREAD_AFTER_MS = 8_000;
/** Then a forgotten camera is closed: it empties the battery. */
const OPEN_FOR_MS = 180_000;
/** Two readings of a linear code further apart are no two looks at one. */
const AGREE_WITHIN_MS = 1_000;
/** So many frames are shown while the worker is at one, or it is lost: ten seconds. Counted, since a page may be put to sleep. */
const MISSED_AT_MOST = 300;
const FAILURES_IN_A_ROW = 10;

/**
 * Which readings are believed. QR codes correct errors: one is enough. A line has one check character or none (Code 39, NW-7):
 * of damaged or half-seen lines a few in a thousand read as something else. The same wrong text from two frames, which differ
 * in noise and place, did not occur in the tests' clips; so two frames have to agree.
 */
export class Agreement {
  /** @type {Reading | null} */
  #first = null;
  #at = 0;

  /**
   * @param {Reading} reading
   * @param {number} at  milliseconds, rising
   * @returns {boolean}  whether it is believed
   */
  take(reading, at) {
    if (reading.format === 'qr') return true;
    const agrees = this.#first?.text === reading.text && this.#first.format === reading.format && at - this.#at <= AGREE_WITHIN_MS;
    this.#first = reading;
    this.#at = at;
    return agrees;
  }
}

/** @param {unknown} error  of getUserMedia @returns {ScanState} */
function reasonOf(error) {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'no_camera' : 'busy';
}

/** The back camera's stream; throws a state. @returns {Promise<MediaStream>} */
async function camera() {
  if (!navigator.mediaDevices?.getUserMedia) throw 'no_camera'; // also where the page did not come over TLS
  const size = {width: {ideal: LONGEST_SIDE}, height: {ideal: 720}};
  return navigator.mediaDevices.getUserMedia({audio: false, video: {facingMode: {ideal: 'environment'}, ...size}})
    .catch((error) => { throw reasonOf(error); });
}

/** One use of the camera, from open() to the end. It owns what has to be given back. */
class Look {
  /** @type {MediaStream | undefined} */
  stream;
  /** @type {Worker | undefined} */
  worker;
  /** @type {ReturnType<typeof setTimeout>[]} */
  timers = [];
  agreement = new Agreement();
  /** Whether the worker has a frame that it has not answered yet, and how many were shown since. */
  asked = false;
  missed = 0;
  failures = 0;
  over = new AbortController();

  end() {
    this.over.abort();
    this.timers.forEach(clearTimeout);
    this.worker?.terminate();
    this.stream?.getTracks().forEach((track) => track.stop());
  }
}

/**
 *     const scanner = new Scanner({video, files, onState, onScan});
 *     button.addEventListener('click', () => void scanner.open());  // browsers ask for permission after a touch
 *
 * One at a time has the camera; it is closed when something was read, when the page is hidden and by close().
 */
export class Scanner {
  #video;
  #files;
  #onState;
  #onScan;
  /** @type {ScanState} */
  #state = 'closed';
  /** @type {Look | undefined} */
  #look;
  #canvas = document.createElement('canvas');

  /** @param {{video: HTMLVideoElement, files: ScanFiles, onState: (state: ScanState) => void, onScan: (scan: Scan) => void}} about */
  constructor({video, files, onState, onScan}) {
    this.#video = video;
    this.#files = files;
    this.#onState = onState;
    this.#onScan = onScan;
    video.muted = true;
    video.playsInline = true; // else an iPhone shows the video over the whole screen
  }

  get state() { return this.#state; }

  /** Opens the camera; does nothing while it is open. Never throws. */
  async open() {
    if (this.#look) return;
    const look = new Look();
    this.#look = look;
    this.#become('opening');
    try {
      // The module is loaded while the person is asked for permission.
      const [stream] = await Promise.all([camera().then((opened) => this.#keep(look, opened)), this.#startWorker(look)]);
      if (look.over.signal.aborted) return;
      this.#video.srcObject = stream;
      await this.#video.play();
      if (look.over.signal.aborted) return;
    } catch (reason) {
      // What is no state comes from the video, where play() is refused or interrupted.
      return this.#end(look, typeof reason === 'string' ? /** @type {ScanState} */ (reason) : 'busy');
    }
    this.#become('looking');
    look.timers.push(
      setTimeout(() => { if (this.#look === look) this.#become('unread'); }, UNREAD_AFTER_MS),
      setTimeout(() => this.#end(look, 'closed'), OPEN_FOR_MS),
    );
    const {signal} = look.over;
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#end(look, 'closed'); }, {signal});
    this.#nextFrame(look);
  }

  close() {
    if (this.#look) this.#end(this.#look, 'closed');
  }

  /** @param {ScanState} state */
  #become(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }

  /** @param {Look} look @param {ScanState} state */
  #end(look, state) {
    if (this.#look !== look) return;
    this.#look = undefined;
    look.end();
    this.#video.srcObject = null;
    this.#become(state);
  }

  /** @param {Look} look @param {MediaStream} stream */
  #keep(look, stream) {
    look.stream = stream;
    if (look.over.signal.aborted) look.end(); // closed while the person was asked
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#end(look, 'busy'));
    return stream;
  }

  /** @param {Look} look @returns {Promise<void>}  when the module is loaded; rejects with a state */
  #startWorker(look) {
    return new Promise((resolve, reject) => {
      look.worker = new Worker(this.#files.worker, {type: 'module'});
      look.worker.addEventListener('error', () => { reject('failed'); this.#end(look, 'failed'); });
      look.worker.addEventListener('message', ({data}) => {
        if (data.ready) return resolve();
        reject('failed'); // of no effect once it was ready
        this.#hear(look, data);
      });
      look.worker.postMessage({loader: this.#files.loader, module: this.#files.module});
      look.over.signal.addEventListener('abort', () => resolve());
    });
  }

  /** @param {Look} look @param {{reading?: Reading | null, failed?: string}} said */
  #hear(look, {reading, failed}) {
    if (this.#look !== look) return;
    look.asked = false;
    look.failures = failed ? look.failures + 1 : 0;
    if (look.failures >= FAILURES_IN_A_ROW) return this.#end(look, 'failed');
    if (!reading || !look.agreement.take(reading, performance.now())) return;
    this.#end(look, 'read');
    this.#onScan({text: reading.text, format: reading.format});
  }

  /** @param {Look} look */
  #nextFrame(look) {
    if (this.#look !== look) return;
    const again = () => {
      this.#send(look);
      this.#nextFrame(look);
    };
    if ('requestVideoFrameCallback' in this.#video) this.#video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  /** Gives the worker the frame that is shown, unless it is at another. @param {Look} look */
  #send(look) {
    if (this.#look !== look || !look.worker) return;
    if (look.asked) {
      look.missed += 1;
      if (look.missed > MISSED_AT_MOST) this.#end(look, 'failed');
      return;
    }
    const {videoWidth, videoHeight} = this.#video;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.floor(videoWidth * scale), Math.floor(videoHeight * scale)];
    const context = this.#canvas.getContext('2d', {willReadFrequently: true});
    if (!context || width < 1 || height < 1) return;
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, {width, height});
    context.drawImage(this.#video, 0, 0, width, height);
    const frame = context.getImageData(0, 0, width, height).data.buffer;
    look.asked = true;
    look.missed = 0;
    look.worker.postMessage({frame, width, height}, [frame]);
  }
}

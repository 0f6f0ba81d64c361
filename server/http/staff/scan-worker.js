// @ts-check
// The reader module beside the page: frames in, readings out, one at a time. A worker has the policy of its own reply, so the
// page's need not let WebAssembly be compiled.

/** @typedef {import('../../../wasm/reader/tsunagi-reader.js').Reader} Reader */
/** @typedef {{loader: string, module: string}} Files */
/** @typedef {{frame: ArrayBuffer, width: number, height: number}} Frame  RGBA, rows from the top */

/** @type {Reader | undefined} */
let reader;
let grey = new Uint8Array(0);

/** Brightness as ITU-R BT.601 weighs it, in 256ths. @param {Frame} picture */
function greyOf({frame, width, height}) {
  const colours = new Uint8Array(frame, 0, 4 * width * height);
  if (grey.length !== width * height) grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i += 1, at += 4) {
    grey[i] = (77 * (colours[at] ?? 0) + 150 * (colours[at + 1] ?? 0) + 29 * (colours[at + 2] ?? 0)) >> 8;
  }
  return grey;
}

/** @param {Files | Frame} message */
async function answer(message) {
  if ('frame' in message) {
    if (!reader) throw Error('no reader yet');
    return {reading: reader.read(greyOf(message), message.width, message.height)};
  }
  const {load} = await import(message.loader);
  reader = await load(message.module);
  return {ready: true};
}

self.onmessage = ({data}) => void answer(data).catch((error) => ({failed: String(error)})).then((said) => self.postMessage(said));

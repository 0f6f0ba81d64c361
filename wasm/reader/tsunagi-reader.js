// tsunagi-reader.wasm: grey pixels in, a barcode out.
const REFUSED = 0xFFFFFFFF;

/** ZXing has tables that are computed at the start. */
function begin({exports}) {
  exports._initialize();
  return exports;
}

function bind({module, instance}) {
  let wasm = begin(instance);
  return {
    read(pixels, width, height) {
      const count = width * height;
      const place = Number.isInteger(width) && Number.isInteger(height) && pixels.length === count ? wasm.allocate(count) : 0;
      if (!place) throw RangeError(`tsunagi: no picture of ${width} × ${height}`);
      const {buffer} = wasm.memory;
      new Uint8Array(buffer, place, count).set(pixels);
      let answer;
      try {
        answer = wasm.read(width, height) >>> 0;
      } catch (cause) {
        wasm = begin(new WebAssembly.Instance(module));
        throw Error('tsunagi: trapped', {cause});
      }
      if (answer === REFUSED) throw RangeError(`tsunagi: no picture of ${width} × ${height}`);
      if (!answer) return null;
      const [length] = new Uint32Array(buffer, answer, 1);
      const said = new TextDecoder().decode(new Uint8Array(buffer, answer + 4, length));
      const end = said.indexOf('\n');
      return {format: said.slice(0, end), text: said.slice(end + 1)};
    },
  };
}

async function compile(source) {
  if (typeof source != 'string') return WebAssembly.instantiate(source);
  const reply = await fetch(source);
  if (!reply.ok) throw Error(`tsunagi: ${reply.status}`);
  return WebAssembly.instantiateStreaming(reply.clone())
    .catch(async () => WebAssembly.instantiate(await reply.arrayBuffer()));
}

export const load = async (source) => bind(await compile(source));

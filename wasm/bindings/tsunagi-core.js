// tsunagi.wasm: plain objects in, HTML out.
const cores = new Map();

const flatten = (object) => Object.entries(object).flatMap(([key, value]) =>
  Array.isArray(value) ? value.flatMap((item) => [key, '', ...flatten(item)])
    : value == null || typeof value == 'object' ? []
    : [key, `${value}`.replaceAll('\0', ' ')]);

function bind({ module, instance }) {
  let wasm = instance.exports;
  const call = (view) => (...objects) => {
    const { alloc, release, memory: { buffer } } = wasm;
    const text = new TextEncoder().encode(objects.flatMap(flatten).join('\0'));
    let input = alloc(text.length), output;
    if (!input) throw RangeError('tsunagi: too long');
    try {
      new Uint8Array(buffer, input).set(text);
      output = wasm[view](input, text.length);
      const [length] = new Uint32Array(buffer, output, 1);
      return new TextDecoder().decode(new Uint8Array(buffer, output + 4, length));
    } catch (cause) {
      input = output = 0;
      wasm = new WebAssembly.Instance(module).exports;
      throw Error('tsunagi: trapped', { cause });
    } finally {
      release(output);
      release(input);
    }
  };
  return {
    card: call('card'),
    fullScreen: call('fullScreen'),
    stock: call('stock'),
    barcode(symbology, text) {
      const [width, height, path] = call('barcode')({ symbology, text }).split('\n');
      return path ? { width: +width, height: +height, path } : { error: width };
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

export function load(source) {
  if (!cores.has(source)) {
    cores.set(source, compile(source).then(bind));
    cores.get(source).catch(() => cores.delete(source));
  }
  return cores.get(source);
}

// A phone's camera that is held before another phone's screen, by computing: the screen lies somewhere in space, is projected,
// shone upon, blurred by focus and by the hand, and drowned in noise. Everything follows from the seed of the random it is given.
import { writeFileSync } from 'node:fs';

const kFocal = 0.95;  // of a frame's longer side: about 55° of view
const kBezel = 0.06;  // of the screen's width
const kNoiseTable = 1 << 16;

/** @typedef {{pixels: Uint8Array, width: number, height: number}} Grey */
/** @typedef {{x: number, y: number, distance: number, roll: number, pitch: number, yaw: number}} Pose
 *   x, y: where what is aimed at is in the frame, −1 … 1; distance: in widths of the screen; angles in radians */

/** Halved until it is small: what a camera sees of a screen from afar. @param {Grey} screen @returns {Grey[]} */
export function pyramid(screen) {
  const layers = [screen];
  for (let last = screen; Math.min(last.width, last.height) >= 64; last = layers.at(-1)) {
    const [width, height] = [last.width >> 1, last.height >> 1];
    const pixels = new Uint8Array(width * height);
    for (let y = 0, to = 0; y < height; ++y) {
      for (let x = 0, from = 2 * y * last.width; x < width; ++x, from += 2) {
        pixels[to++] = (last.pixels[from] + last.pixels[from + 1] + last.pixels[from + last.width] + last.pixels[from + last.width + 1] + 2) >> 2;
      }
    }
    layers.push({ pixels, width, height });
  }
  return layers;
}

/** Row-major 3 × 3 that takes a pixel of the frame to a place on the screen, 0 … 1 across and down. */
function frameToScreen({ x, y, distance, roll, pitch, yaw }, { width, height }, aspect, aim) {
  const [cr, sr, cp, sp, cy, sy] = [Math.cos(roll), Math.sin(roll), Math.cos(pitch), Math.sin(pitch), Math.cos(yaw), Math.sin(yaw)];
  // The screen's axes in space after roll, pitch and yaw.
  const across = [cy * cr, sr * cp + cr * sp * sy, sr * sp - cr * cp * sy];
  const down = [-cy * sr, cr * cp - sr * sp * sy, cr * sp + sr * cp * sy];
  const f = kFocal * Math.max(width, height);
  const centre = [(x * width * distance) / (2 * f), (y * height * distance) / (2 * f), distance];
  const column = (v) => [f * v[0] + (width / 2) * v[2], f * v[1] + (height / 2) * v[2], v[2]];
  const [a, b, c] = [column(across), column(down.map((one) => one * aspect)), column(centre)];
  // Columns of the map from (u, v) − aim to the frame; its inverse by cofactors, which needs no division.
  const m = [b[1] * c[2] - c[1] * b[2], c[0] * b[2] - b[0] * c[2], b[0] * c[1] - c[0] * b[1],
    c[1] * a[2] - a[1] * c[2], a[0] * c[2] - c[0] * a[2], c[0] * a[1] - a[0] * c[1],
    a[1] * b[2] - b[1] * a[2], b[0] * a[2] - a[0] * b[2], a[0] * b[1] - b[0] * a[1]];
  for (let i = 0; i < 3; ++i) {
    m[i] += m[6 + i] * aim.x;
    m[3 + i] += m[6 + i] * aim.y;
  }
  return m;
}

/** One [1 2 1]/4 across and down: adds half a pixel² of variance. */
function soften(pixels, width, height, scratch) {
  for (let y = 0; y < height; ++y) {
    const row = y * width;
    scratch[row] = pixels[row];
    for (let i = row + 1; i < row + width - 1; ++i) scratch[i] = (pixels[i - 1] + 2 * pixels[i] + pixels[i + 1]) / 4;
    scratch[row + width - 1] = pixels[row + width - 1];
  }
  for (let i = 0; i < width; ++i) pixels[i] = scratch[i];
  for (let i = width; i < pixels.length - width; ++i) pixels[i] = (scratch[i - width] + 2 * scratch[i] + scratch[i + width]) / 4;
  for (let i = pixels.length - width; i < pixels.length; ++i) pixels[i] = scratch[i];
}

/** The mean of the picture shifted along a line of (dx, dy) pixels. */
function smear(pixels, width, height, dx, dy, scratch) {
  const taps = Math.min(12, Math.ceil(Math.hypot(dx, dy)));
  if (taps < 2) return;
  scratch.fill(0);
  for (let tap = 0; tap < taps; ++tap) {
    const part = tap / (taps - 1) - 0.5;
    const shift = Math.round(dy * part) * width + Math.round(dx * part);
    const from = Math.max(0, -shift);
    const to = Math.min(pixels.length, pixels.length - shift);
    for (let i = from; i < to; ++i) scratch[i] += pixels[i + shift];
  }
  for (let i = 0; i < pixels.length; ++i) pixels[i] = scratch[i] / taps;
}

export class Camera {
  /** @param {import('./random.mjs').SeededRandom} random @param {{width: number, height: number}} size */
  constructor(random, { width, height }) {
    Object.assign(this, { random, width, height });
    this.light = new Float32Array(width * height);
    this.scratch = new Float32Array(width * height);
    this.noise = Float32Array.from({ length: kNoiseTable }, () => {
      const [a, b] = [(random.below(1e6) + 1) / 1e6, random.below(1e6) / 1e6];
      return Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
    });
    /** What is behind: a wall and a table of some pattern. */
    this.behind = { level: random.between(20, 200), wave: random.between(0, 50), fx: random.below(1000) / 8000, fy: random.below(1000) / 8000 };
  }

  /**
   * @param {Grey[]} screen  as of pyramid()
   * @param {{pose: Pose, aim: {x: number, y: number}, focus: number, motion: [number, number], gain: number, black: number, noise: number,
   *   glare: {x: number, y: number, across: number, down: number, strength: number} | null}} shot
   *   aim: the place on the screen, 0 … 1, that the pose is of; focus: sigma in pixels; motion: pixels; gain: of white; black: what a dark pixel of the screen still shines, 0 … 255;
   *   noise: sigma in grey levels; glare: an ellipse in parts of the frame
   * @returns {Grey}
   */
  shoot(screen, { pose, aim, focus, motion, gain, black, noise, glare }) {
    const { width, height, light, scratch } = this;
    const aspect = screen[0].height / screen[0].width;
    const m = frameToScreen(pose, this, aspect, aim);
    const seen = (kFocal * Math.max(width, height)) / pose.distance;  // the screen's width in pixels of the frame
    const layer = screen[Math.max(0, Math.min(screen.length - 1, Math.round(Math.log2(screen[0].width / seen))))];
    const { level, wave, fx, fy } = this.behind;
    const rim = kBezel / aspect;
    for (let y = 0, at = 0; y < height; ++y) {
      for (let x = 0; x < width; ++x, ++at) {
        const w = m[6] * x + m[7] * y + m[8];
        const u = (m[0] * x + m[1] * y + m[2]) / w;
        const v = (m[3] * x + m[4] * y + m[5]) / w;
        if (u >= 0 && u < 1 && v >= 0 && v < 1) {
          const sx = Math.max(0, Math.min(layer.width - 1.001, u * layer.width - 0.5));
          const sy = Math.max(0, Math.min(layer.height - 1.001, v * layer.height - 0.5));
          const [x0, y0] = [sx | 0, sy | 0];
          const [px, py] = [sx - x0, sy - y0];
          const i = y0 * layer.width + x0;
          const upper = layer.pixels[i] * (1 - px) + layer.pixels[i + 1] * px;
          const lower = layer.pixels[i + layer.width] * (1 - px) + layer.pixels[i + layer.width + 1] * px;
          light[at] = black + (upper * (1 - py) + lower * py) * (1 - black / 255);
        } else if (u > -kBezel && u < 1 + kBezel && v > -rim && v < 1 + rim) {
          light[at] = 12;
        } else {
          light[at] = level + wave * Math.sin(x * fx + y * fy);
        }
      }
    }
    if (glare) this.#shine(glare);
    smear(light, width, height, motion[0], motion[1], scratch);
    for (let i = Math.round(2 * focus * focus); i > 0; --i) soften(light, width, height, scratch);
    const pixels = new Uint8Array(light.length);
    let grain = 0;
    for (let at = 0; at < light.length; ++at, ++grain) {
      if (at % width === 0) grain = this.random.below(kNoiseTable);
      const value = light[at] * gain + noise * this.noise[grain & (kNoiseTable - 1)];
      pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
    return { pixels, width, height };
  }

  #shine({ x, y, across, down, strength }) {
    const { width, height, light } = this;
    const [cx, cy, rx, ry] = [x * width, y * height, across * width, down * height];
    for (let row = Math.max(0, Math.floor(cy - 2 * ry)); row < Math.min(height, cy + 2 * ry); ++row) {
      for (let column = Math.max(0, Math.floor(cx - 2 * rx)); column < Math.min(width, cx + 2 * rx); ++column) {
        light[row * width + column] += strength * Math.exp(-(((column - cx) / rx) ** 2) - ((row - cy) / ry) ** 2);
      }
    }
  }
}

const part = (random, low, high) => low + ((high - low) * random.below(10_001)) / 10_000;
const degrees = (angle) => (angle * Math.PI) / 180;

/** Pixels of the frame that a module of the code spans, at rest and seen straight: less is held nearer, more does not fit. */
const kModulePixels = { qr: [3, 9], linear: [2.2, 4.5] };
const kFits = { qr: 0.85, linear: 0.88 };  // of the frame's side that the code lies along

/**
 * A second of somebody holding a phone's screen before the camera: `frames` shots. The hand comes in and settles, the focus and the
 * exposure find themselves, and glare wanders over.
 * @param {import('./random.mjs').SeededRandom} random
 * @param {{frames: number, width: number, height: number, screen: {symbology: string, modules: number, length: number, turned: boolean, aim: {x: number, y: number}}}} clip
 *   screen: as of cardScreens()
 */
export function* secondOf(random, { frames, width, height, screen }) {
  const upright = random.chance(70);  // held as the camera is
  const turn = upright ? 0 : random.pick([-90, 90]);
  const kind = screen.symbology === 'qr' ? 'qr' : 'linear';
  const side = kind === 'qr' ? Math.min(width, height) : screen.turned === upright ? height : width;
  const largest = Math.min(kModulePixels[kind][1], (side * kFits[kind]) / screen.modules);
  const module = part(random, Math.min(kModulePixels[kind][0], largest), largest);
  const rest = {
    x: part(random, -0.08, 0.08), y: part(random, -0.08, 0.08), distance: (kFocal * Math.max(width, height) * screen.length) / (module * screen.modules),
    roll: degrees(turn + part(random, -18, 18)), pitch: degrees(part(random, -28, 28)), yaw: degrees(part(random, -28, 28)),
  };
  const from = { x: part(random, -0.35, 0.35), y: part(random, -0.35, 0.35), distance: part(random, 0.9, 1.35), roll: degrees(part(random, -12, 12)) };
  const settles = part(random, 0.15, 0.5);  // of the second
  const shake = part(random, 0.002, 0.012);  // of the frame, either way
  const light = { gain: part(random, 0.55, 1.15), start: part(random, 0.5, 1.8), black: part(random, 4, 60), noise: part(random, 2, 11) };
  const blur = { rest: part(random, 0.3, 1.0), start: part(random, 0.5, 3.5), within: part(random, 0.1, 0.6) };
  const glare = random.chance(50) ? { x: part(random, 0.3, 0.7), y: part(random, 0.3, 0.7), across: part(random, 0.03, 0.14), down: part(random, 0.03, 0.14), strength: part(random, 60, 260) } : null;
  const drift = [part(random, -0.25, 0.25), part(random, -0.25, 0.25)];
  let before = null;
  for (let frame = 0; frame < frames; ++frame) {
    const t = frame / frames;
    const left = Math.exp(-t / settles) * (t < 2 * settles ? 1 : 0.2);
    const pose = {
      ...rest, x: rest.x + from.x * left + part(random, -shake, shake), y: rest.y + from.y * left + part(random, -shake, shake),
      distance: rest.distance * (1 + (from.distance - 1) * left), roll: rest.roll + from.roll * left,
    };
    // The shutter is open for a third of a frame.
    const motion = before ? [((pose.x - before.x) * width) / 6, ((pose.y - before.y) * height) / 6] : [part(random, -6, 6), part(random, -6, 6)];
    before = pose;
    yield {
      pose, aim: screen.aim, motion, gain: light.gain * (1 + (light.start - 1) * Math.max(0, 1 - t / 0.4)), black: light.black, noise: light.noise,
      focus: blur.rest + blur.start * Math.max(0, 1 - t / blur.within),
      glare: glare && { ...glare, x: glare.x + drift[0] * t, y: glare.y + drift[1] * t },
    };
  }
}

/** Frames as a file that Chromium's fake camera plays, again and again. @param {string} file @param {Grey[]} frames @param {number} rate in Hz */
export function film(file, frames, rate) {
  const { width, height } = frames[0];
  const grey = Buffer.alloc((width * height) / 2, 128);
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420mpeg2\n`)];
  for (const { pixels } of frames) parts.push(Buffer.from('FRAME\n'), Buffer.from(pixels.map((value) => 16 + (value * 219) / 255)), grey);
  writeFileSync(file, Buffer.concat(parts));
}

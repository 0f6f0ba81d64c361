// @ts-check
// A hardware scanner is a keyboard that types and ends with Enter, wherever the focus is. Its Enter must not press the
// button that happens to have the focus.

/** Radio makes some scanners slow; nobody types four characters and Enter at a button by chance. */
const kGapMs = 300;
const kLeast = 4;
const kMost = 128;

/** What a key types, also while a Japanese input method holds it back. @param {KeyboardEvent} event */
function characterOf(event) {
  if (event.key.length === 1) return event.key;
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code) ?? [];
  if (event.key !== 'Process' && event.key !== 'Unidentified') return '';
  return letter ? (event.shiftKey ? letter : letter.toLowerCase()) : digit ?? '';
}

/** @param {(text: string) => void} scanned */
export function listen(scanned) {
  let text = '';
  let last = 0;
  document.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type !== 'radio') return;  // its form does the same
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const gap = event.timeStamp - last;
    const isEnter = event.key === 'Enter' || event.code === 'Enter' || event.code === 'NumpadEnter';
    const character = isEnter ? '' : characterOf(event);
    if (!isEnter && !character) return;  // Shift
    last = event.timeStamp;
    if (gap > kGapMs) text = '';
    if (!isEnter) {
      text = (text + character).slice(0, kMost);
      return;
    }
    const whole = text;
    text = '';
    if (whole.length < kLeast) return;
    event.preventDefault();
    event.stopPropagation();
    scanned(whole);
  }, {capture: true});
}

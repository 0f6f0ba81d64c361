// Member codes of ours, made without our own core: a letter, twelve digits and H. M. Damm's check digit over the whole.
const kDamm = ['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134', '8945362017', '9438617205', '2581436790'];

/** The letter counts as its place among the letters plus ten, as two digits. */
const running = (letter, digits) => [...String(letter.charCodeAt(0) - 55), ...digits].reduce((state, digit) => Number(kDamm[state][digit]), 0);

/** @param {import('./random.mjs').SeededRandom} random */
export function memberCode(random, letter = 'T') {
  const digits = random.digits(12);
  return letter + digits + running(letter, digits);
}

/** The same code with another check digit. */
export const withWrongDigit = (code) => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);

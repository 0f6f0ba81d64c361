// Countries and Japan's prefectures as addresses name them (README.md, sources: addresses).
import { adminSchema } from '../api/schema.mjs';

const kPrefectures = [
  'Hokkaidō', 'Aomori', 'Iwate', 'Miyagi', 'Akita', 'Yamagata', 'Fukushima', 'Ibaraki', 'Tochigi', 'Gunma', 'Saitama', 'Chiba', 'Tōkyō',
  'Kanagawa', 'Niigata', 'Toyama', 'Ishikawa', 'Fukui', 'Yamanashi', 'Nagano', 'Gifu', 'Shizuoka', 'Aichi', 'Mie', 'Shiga', 'Kyōto', 'Ōsaka',
  'Hyōgo', 'Nara', 'Wakayama', 'Tottori', 'Shimane', 'Okayama', 'Hiroshima', 'Yamaguchi', 'Tokushima', 'Kagawa', 'Ehime', 'Kōchi', 'Fukuoka',
  'Saga', 'Nagasaki', 'Kumamoto', 'Ōita', 'Miyazaki', 'Kagoshima', 'Okinawa',
];

/** @typedef {{code: string, name: string}} Region */

/** Prefectures with their codes, JP-01 to JP-47. @type {Region[]} */
export const kProvincesOfJapan = kPrefectures.map((name, at) => ({ code: `JP-${String(at + 1).padStart(2, '0')}`, name }));

/** @param {Region} one @param {string} text */
const isCalled = (one, text) => [one.code, one.name].some((name) => name.toLowerCase() === text.trim().toLowerCase());

/** The country that a code or an English name means; ZZ, the unknown region, is none. @param {string} text @returns {Region|undefined} */
export function countryOf(text) {
  const codes = /** @type {import('graphql').GraphQLEnumType} */ (adminSchema().schema.getType('CountryCode')).getValues();
  const found = codes.map(({ name, description }) => ({ code: name, name: (description ?? name).replace(/\.$/, '') })).find((one) => isCalled(one, text));
  return found?.code === 'ZZ' ? undefined : found;
}

/** @param {string} text a code, or the name as the platform writes it */
export const provinceOfJapan = (text) => kProvincesOfJapan.find((one) => isCalled(one, text));

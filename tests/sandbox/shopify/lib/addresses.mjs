// A customer's addresses: what they hold, and which of them is the default one.
import { gid } from './ids.mjs';

/**
 * @typedef {{id: number, firstName: string|null, lastName: string|null, company: string|null, address1: string|null, address2: string|null,
 *   city: string|null, zip: string|null, phone: string|null, country: string|null, countryCode: string|null, province: string|null,
 *   provinceCode: string|null}} Address
 */

/** What two addresses of a customer may not have all in common. */
export const kAddressFields = /** @type {(keyof Address)[]} */ ([
  'firstName', 'lastName', 'company', 'address1', 'address2', 'city', 'zip', 'phone', 'countryCode', 'provinceCode']);

/** The platform writes the model behind an address into its id. @param {number} id */
export const addressGid = (id) => `${gid('MailingAddress', id)}?model_name=CustomerAddress`;

/** @param {import('./store.mjs').Customer} row @returns {Address|null} */
export const defaultAddress = (row) => row.addresses.find((one) => one.id === row.defaultAddressId) ?? row.addresses[0] ?? null;

/** @param {Address} one */
export const nameOf = (one) => [one.firstName, one.lastName].filter(Boolean).join(' ') || null;

/** @param {Address} one @param {Address} other */
export const sameAddress = (one, other) => kAddressFields.every((field) => one[field] === other[field]);

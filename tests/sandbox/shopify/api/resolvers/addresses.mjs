// Mailing addresses of customers: what is refused, how they read, and the mutations that the schema has for them.
import { addressGid, defaultAddress, nameOf, sameAddress } from '../../lib/addresses.mjs';
import { parseGid } from '../../lib/ids.mjs';
import { countryOf, provinceOfJapan } from '../../lib/regions.mjs';
import { apiError, notImplemented, userError } from '../errors.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Customer} Customer */
/** @typedef {import('../../lib/addresses.mjs').Address} Address */

export const kMaxAddresses = 250;
const kMaxTextLength = 255;
const kTexts = /** @type {[keyof Address, string][]} */ ([
  ['firstName', 'First name'], ['lastName', 'Last name'], ['company', 'Company'], ['address1', 'Address1'], ['address2', 'Address2'],
  ['city', 'City'], ['zip', 'Zip'], ['phone', 'Phone'],
]);

/** @param {unknown} text @returns {string|null} */
const trimmed = (text) => String(text ?? '').trim() || null;

/**
 * An address of a customer as the input changes it, and what the platform has against it (sources: addresses).
 * @param {any} input
 * @param {{customer: Customer, existing?: Address, path: string[]}} about
 */
export function readAddress(input, { customer, existing, path }) {
  /** @type {any} */
  const row = existing ? { ...existing } : { id: 0, firstName: customer.firstName, lastName: customer.lastName, company: null, address1: null,
    address2: null, city: null, zip: null, phone: null, country: null, countryCode: null, province: null, provinceCode: null };
  const errors = [];
  const refuse = (/** @type {string} */ field, /** @type {string} */ message) => errors.push(userError([...path, field], message));
  for (const [field, label] of kTexts) {
    if (input[field] !== undefined) row[field] = trimmed(input[field]);
    const text = row[field] ?? '';
    if (text.length > kMaxTextLength) refuse(field, `${label} is too long (maximum is ${kMaxTextLength} characters)`);
    if (/<[^>]*>/.test(text)) refuse(field, `${label} cannot contain HTML tags`);
  }
  const country = input.countryCode !== undefined ? input.countryCode : input.country;
  if (country !== undefined) {
    const found = trimmed(country) ? countryOf(country) : null;
    if (found === undefined) refuse('country', 'Country is invalid');
    if (found?.code !== row.countryCode) Object.assign(row, { province: null, provinceCode: null });
    Object.assign(row, { country: found?.name ?? null, countryCode: found?.code ?? null });
  }
  const province = trimmed(input.provinceCode !== undefined ? input.provinceCode : input.province);
  if (province && row.countryCode && row.countryCode !== 'JP') throw notImplemented(`the provinces of ${row.countryCode}`);
  if (input.provinceCode !== undefined || input.province !== undefined) {
    const found = province && row.countryCode ? provinceOfJapan(province) : null;
    if (province && row.countryCode && !found) refuse('province', 'Province is invalid');
    Object.assign(row, { province: found?.name ?? null, provinceCode: found?.code ?? null });
  }
  return { row: /** @type {Address} */ (row), errors };
}

/**
 * `CustomerInput.addresses`: the whole list; one with the id of an address of theirs changes it, the rest are new.
 * @param {Customer} row a draft
 * @param {any[]|null} inputs
 * @param {Context} ctx
 */
export function replaceAddresses(row, inputs, ctx) {
  if ((inputs ?? []).length > kMaxAddresses) return [userError(['addresses'], `At most ${kMaxAddresses} addresses`)];
  const errors = [];
  /** @type {Address[]} */
  const list = [];
  for (const [index, input] of (inputs ?? []).entries()) {
    const existing = input.id ? addressOf(row, input.id) : undefined;
    const read = readAddress(input, { customer: row, existing, path: ['addresses', String(index)] });
    errors.push(...read.errors);
    if (list.some((one) => sameAddress(one, read.row))) errors.push(userError(['addresses', String(index)], 'Address already exists'));
    list.push(read.row);
  }
  if (errors.length > 0) return errors;
  for (const one of list) one.id ||= ctx.store.ids.next('MailingAddress');
  row.addresses = list;
  row.defaultAddressId = defaultAddress(row)?.id ?? null;
  return [];
}

/** An address that the customer has; any other id is an error of the request. @param {Customer} row @param {string} id @returns {Address} */
function addressOf(row, id) {
  const parsed = parseGid(id.replace(/\?model_name=CustomerAddress$/, ''));
  const found = parsed?.type === 'MailingAddress' ? row.addresses.find((one) => one.id === parsed.id) : undefined;
  if (!found) throw apiError('invalid id', 'RESOURCE_NOT_FOUND');
  return found;
}

/** @param {string} id @param {Context} ctx @returns {Customer|undefined} */
function customerOf(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'Customer' ? ctx.store.customers.get(parsed.id) : undefined;
}

const noCustomer = () => [userError(['customerId'], 'Customer does not exist')];

/** @param {Customer} customer @param {Address} address @param {boolean|null|undefined} asDefault @param {Context} ctx */
function keep(customer, address, asDefault, ctx) {
  if (asDefault || customer.addresses.length === 1) customer.defaultAddressId = address.id;
  touched(customer, ctx);
  return { address: addressView(address), userErrors: [] };
}

/** @param {Customer} customer @param {Context} ctx */
function touched(customer, ctx) {
  customer.updatedAt = new Date().toISOString();
  ctx.box.webhooks.customer('customers/update', customer);
}

export const addressMutations = {
  /** @param {any} args @param {Context} ctx */
  customerAddressCreate({ customerId, address, setAsDefault }, ctx) {
    const customer = customerOf(customerId, ctx);
    if (!customer) return { address: null, userErrors: noCustomer() };
    if (customer.addresses.length >= kMaxAddresses) return { address: null, userErrors: [userError(['address'], `At most ${kMaxAddresses} addresses`)] };
    const { row, errors } = readAddress(address, { customer, path: ['address'] });
    if (errors.length === 0 && customer.addresses.some((one) => sameAddress(one, row))) errors.push(userError(['address'], 'Address already exists'));
    if (errors.length > 0) return { address: null, userErrors: errors };
    row.id = ctx.store.ids.next('MailingAddress');
    customer.addresses = [...customer.addresses, row];
    return keep(customer, row, setAsDefault, ctx);
  },
  /** @param {any} args @param {Context} ctx */
  customerAddressUpdate({ customerId, addressId, address, setAsDefault }, ctx) {
    const customer = customerOf(customerId, ctx);
    if (!customer) return { address: null, userErrors: noCustomer() };
    const existing = addressOf(customer, addressId);
    const { row, errors } = readAddress(address, { customer, existing, path: ['address'] });
    if (errors.length === 0 && customer.addresses.some((one) => one.id !== row.id && sameAddress(one, row))) {
      errors.push(userError(['address'], 'Address already exists'));
    }
    if (errors.length > 0) return { address: null, userErrors: errors };
    customer.addresses = customer.addresses.map((one) => one.id === row.id ? row : one);
    return keep(customer, row, setAsDefault, ctx);
  },
  /** @param {any} args @param {Context} ctx */
  customerAddressDelete({ customerId, addressId }, ctx) {
    const customer = customerOf(customerId, ctx);
    if (!customer) return { deletedAddressId: null, userErrors: noCustomer() };
    const gone = addressOf(customer, addressId);
    customer.addresses = customer.addresses.filter((one) => one !== gone);
    customer.defaultAddressId = defaultAddress(customer)?.id ?? null;
    touched(customer, ctx);
    return { deletedAddressId: addressGid(gone.id), userErrors: [] };
  },
};

/** @param {any} args @param {Context} ctx @returns {{customer: Customer|null, userErrors: any[]}} */
export function setDefaultAddress({ customerId, addressId }, ctx) {
  const customer = customerOf(customerId, ctx);
  if (!customer) return { customer: null, userErrors: noCustomer() };
  customer.defaultAddressId = addressOf(customer, addressId).id;
  touched(customer, ctx);
  return { customer, userErrors: [] };
}

/** @param {Address|null} row @returns {any} */
export function addressView(row) {
  if (!row) return null;
  return {
    __typename: 'MailingAddress', ...row, id: addressGid(row.id), name: nameOf(row), countryCodeV2: row.countryCode,
    formatted: (/** @type {{withName: boolean, withCompany: boolean}} */ wanted) => formatted(row, wanted), formattedArea: areaOf(row),
    coordinatesValidated: false, latitude: null, longitude: null, timeZone: row.countryCode === 'JP' ? 'Asia/Tokyo' : null, validationResultSummary: null,
  };
}

/** @param {Address} row */
function areaOf(row) {
  const place = [row.city, row.provinceCode].filter(Boolean).join(' ');
  return [place, row.country].filter(Boolean).join(', ') || null;
}

/** Lines as the platform writes them: Japan from the country down, others from the street up. @param {Address} row @param {{withName: boolean, withCompany: boolean}} wanted */
function formatted(row, { withName, withCompany }) {
  const company = withCompany ? row.company : null;
  const line = (/** @type {(string|null)[]} */ ...parts) => parts.filter(Boolean).join(' ');
  const zip = row.zip && `〒${row.zip.replace(/^〒/, '')}`;
  const lines = row.countryCode === 'JP'
    ? [line(row.country, zip), line(row.province, row.city), row.address1, row.address2, company,
      withName && nameOf(row) ? `${line(row.lastName, row.firstName)}様` : null]
    : [withName ? nameOf(row) : null, company, row.address1, row.address2, line(row.city, row.provinceCode, row.zip), row.country];
  return lines.filter(Boolean);
}

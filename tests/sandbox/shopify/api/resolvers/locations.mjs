// Locations: where they are, whether the online shop is served from there, and local pickup.
import { parseGid } from '../../lib/ids.mjs';
import { countryOf, provinceOfJapan } from '../../lib/regions.mjs';
import { connection } from '../connection.mjs';
import { notImplemented, userError } from '../errors.mjs';
import { demandScope } from './scopes.mjs';
import { locationView } from './stock_views.mjs';

/** @typedef {import('../admin.mjs').Context} Context */
/** @typedef {import('../../lib/store.mjs').Location} Location */

const kMaxLocations = 1000;
const kTexts = /** @type {const} */ (['address1', 'address2', 'city', 'zip', 'phone']);

/** @param {string} id @param {Context} ctx @returns {Location|undefined} */
export function findLocation(id, ctx) {
  const parsed = parseGid(id);
  return parsed?.type === 'Location' ? ctx.store.locations.get(parsed.id) : undefined;
}

export const locationQueries = {
  /** @param {any} args @param {Context} ctx */
  locations(args, ctx) {
    const rows = [...ctx.store.locations.values()].filter((one) => one.isActive || args.includeInactive);
    if (args.sortKey !== 'NAME' && args.sortKey !== 'ID') throw notImplemented(`locations by ${args.sortKey}`);
    rows.sort((a, b) => args.sortKey === 'ID' || a.name === b.name ? a.id - b.id : a.name < b.name ? -1 : 1);
    return connection(rows.map((one) => /** @type {any} */ (locationView(one.id, ctx.store))), args);
  },
  /** @param {{id?: string}} args @param {Context} ctx */
  location({ id }, ctx) {
    const found = id ? findLocation(id, ctx) : [...ctx.store.locations.values()][0];
    return found ? locationView(found.id, ctx.store) : null;
  },
};

export const locationMutations = {
  /** @param {{input: any}} args @param {Context} ctx */
  locationAdd({ input }, ctx) {
    const errors = problems(input, null, ctx);
    if (ctx.store.locations.size >= kMaxLocations) errors.push(userError(['input'], `At most ${kMaxLocations} locations`, 'GENERIC_ERROR'));
    if (errors.length > 0) return { location: null, userErrors: errors };
    const id = ctx.store.addLocation(input.name.trim(), { address: placeOf(input.address), fulfillsOnlineOrders: input.fulfillsOnlineOrders ?? true });
    return { location: locationView(id, ctx.store), userErrors: [] };
  },
  /** @param {{id: string, input: any}} args @param {Context} ctx */
  locationEdit({ id, input }, ctx) {
    const row = findLocation(id, ctx);
    if (!row) return { location: null, userErrors: [userError(['id'], 'Location not found.', 'NOT_FOUND')] };
    const errors = problems(input, row, ctx);
    if (errors.length > 0) return { location: null, userErrors: errors };
    if (input.name !== undefined) row.name = input.name.trim();
    if (input.fulfillsOnlineOrders !== undefined) row.fulfillsOnlineOrders = input.fulfillsOnlineOrders;
    if (input.address) row.address = { ...row.address, ...placeOf({ countryCode: row.address.countryCode, ...input.address }) };
    row.updatedAt = new Date().toISOString();
    return { location: locationView(row.id, ctx.store), userErrors: [] };
  },
  /** @param {{localPickupSettings: any}} args @param {Context} ctx */
  locationLocalPickupEnable({ localPickupSettings: { locationId, pickupTime, instructions } }, ctx) {
    demandScope('locationLocalPickupEnable', 'write_shipping', ctx);
    const row = findLocation(locationId, ctx);
    if (!row?.isActive) return { localPickupSettings: null, userErrors: noActiveLocation(['localPickupSettings', 'locationId']) };
    row.localPickup = { pickupTime, instructions: instructions ?? '' };
    return { localPickupSettings: pickupView(row), userErrors: [] };
  },
  /** @param {{locationId: string}} args @param {Context} ctx */
  locationLocalPickupDisable({ locationId }, ctx) {
    demandScope('locationLocalPickupDisable', 'write_shipping', ctx);
    const row = findLocation(locationId, ctx);
    if (!row?.isActive) return { locationId: null, userErrors: noActiveLocation(['locationId']) };
    row.localPickup = null;
    return { locationId, userErrors: [] };
  },
};

/** @param {string[]} field */
const noActiveLocation = (field) => [userError(field, 'No active location found with that ID', 'ACTIVE_LOCATION_NOT_FOUND')];

/** @param {any} input @param {Location|null} existing @param {Context} ctx */
function problems(input, existing, ctx) {
  const errors = [];
  const name = input.name?.trim();
  if ((!existing || input.name !== undefined) && !name) errors.push(userError(['input', 'name'], 'Add a location name', 'BLANK'));
  if (name && [...ctx.store.locations.values()].some((one) => one !== existing && one.name === name)) {
    errors.push(userError(['input', 'name'], 'You already have a location with this name', 'TAKEN'));
  }
  const { countryCode = existing?.address.countryCode, provinceCode } = input.address ?? {};
  if (provinceCode && countryCode !== 'JP') throw notImplemented(`the provinces of ${countryCode}`);
  if (provinceCode && !provinceOfJapan(provinceCode)) errors.push(userError(['input', 'address', 'provinceCode'], 'Province is invalid', 'INVALID'));
  return errors;
}

/** @param {any} input @returns {any} */
function placeOf(input) {
  const province = input.provinceCode ? provinceOfJapan(input.provinceCode) : undefined;
  return {
    ...Object.fromEntries(kTexts.filter((field) => input[field] !== undefined).map((field) => [field, input[field]])),
    countryCode: input.countryCode, country: countryOf(input.countryCode)?.name ?? null,
    ...(input.provinceCode !== undefined ? { province: province?.name ?? null, provinceCode: province?.code ?? null } : {}),
  };
}

/** @param {Location} row */
export const pickupView = (row) => row.localPickup && { __typename: 'DeliveryLocalPickupSettings', ...row.localPickup };

/** @param {Location} row */
export const placeView = ({ address }) => ({
  __typename: 'LocationAddress', ...address, latitude: null, longitude: null,
  formatted: [address.address1, address.address2, [address.zip, address.city, address.province].filter(Boolean).join(' '), address.country].filter(Boolean),
});


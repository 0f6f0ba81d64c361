// What no source confirms about orders and stock: each a switch, so that the product can be shown to work either way (README.md, unconfirmed).
import { HttpError } from './http.mjs';

/** As the stand-in takes them unless told. */
const kDefaults = {
  /** A fulfilment order's move takes its committed units along; else they stay until it is fulfilled. */
  moves_take_committed: true,
  /** Moved to a location where the order has an open fulfilment order, both become one new one; else they stay two. */
  moves_join: true,
  /** What a cancelled order had committed and does not restock is gone from on hand; else it stays committed. */
  unrestocked_leaves_on_hand: true,
  /** Prepared for pickup means in progress; else open, as in the sample of the webhook. */
  prepared_in_progress: true,
  /** `inventory_levels/update` also where only other states than available changed. */
  levels_update_always: true,
};

export class Facts {
  constructor() {
    this.values = { ...kDefaults };
  }

  /** @param {any} values */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (!(name in kDefaults)) throw new HttpError(400, `unknown fact "${name}"; there is: ${Object.keys(kDefaults).join(', ')}`);
      if (typeof value !== 'boolean') throw new HttpError(400, `${name} is true or false`);
    }
    return Object.assign(this.values, values);
  }
}

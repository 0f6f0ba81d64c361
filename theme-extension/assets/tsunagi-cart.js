// @ts-check
// <tsunagi-cart>: the way from the cart to the pick-up page. Themes change a cart without loading the page again and leave an app's
// block as it was: so it asks for itself anew when the page has changed the cart, and a tap waits for the answer.

/** What themes change a cart with: the Ajax API and its forms. */
const CHANGE = /\/cart\/(?:add|change|clear|update)(?:\.js)?(?:\?|$)/;
const WAIT_MS = 5000;

class TsunagiCart extends HTMLElement {
  /** @type {AbortController | undefined} */
  #life;
  /** @type {Promise<void> | undefined} the last question, while it is open */
  #asked;

  connectedCallback() {
    const life = new AbortController();
    this.#life = life;
    const {signal} = life;
    const seen = new PerformanceObserver((list) => {
      if (list.getEntries().some(({name}) => CHANGE.test(name))) this.#ask();
    });
    seen.observe({type: 'resource', buffered: true});  // what the theme did before this ran, too
    signal.addEventListener('abort', () => seen.disconnect());
    // Back from another page, which may have changed it.
    addEventListener('pageshow', ({persisted}) => persisted && this.#ask(), {signal});
    this.addEventListener('click', (event) => this.#wait(event), {signal});
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  #ask() {
    const asked = this.#fresh().catch(() => null).then((page) => {
      if (this.#asked !== asked) return;  // the cart has changed since
      this.#asked = undefined;
      // A theme may leave its blocks out, as of an empty cart.
      if (page) this.replaceChildren(...page.querySelector(`tsunagi-cart[data-block="${CSS.escape(this.dataset.block ?? '')}"]`)?.childNodes ?? []);
    });
    this.#asked = asked;
  }

  /** Its section as the shop writes it now. @returns {Promise<Document | null>} */
  async #fresh() {
    const address = new URL(location.href);
    address.searchParams.set('section_id', this.dataset.section ?? '');
    const answer = await fetch(address, {cache: 'no-store', signal: AbortSignal.timeout(WAIT_MS)});
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  }

  /** @param {MouseEvent} event */
  async #wait(event) {
    const link = /** @type {Element} */ (event.target).closest('a');
    if (!link || !this.#asked || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    while (this.#asked) await this.#asked;
    this.querySelector('a')?.click();
  }
}
if (!customElements.get('tsunagi-cart')) customElements.define('tsunagi-cart', TsunagiCart);

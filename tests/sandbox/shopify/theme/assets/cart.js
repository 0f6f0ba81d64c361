// Quantities as common themes change them: through the Ajax API, without loading the page again. The list and the sum are written
// anew; the blocks below are left as they were.
const changeUrl = document.currentScript.dataset.url;

class CartQuantity extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input');
    input.addEventListener('change', () => this.change(Number(input.dataset.line), Number(input.value)));
  }

  /** @param {number} line @param {number} quantity */
  async change(line, quantity) {
    await fetch(changeUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ line, quantity }) });
    const answer = await fetch(window.location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const selector of ['.cart-items', '.cart-total']) {
      const now = page.querySelector(selector);
      if (now) document.querySelector(selector)?.replaceWith(now);
      else document.querySelector(selector)?.remove();
    }
  }
}
if (!customElements.get('cart-quantity')) customElements.define('cart-quantity', CartQuantity);

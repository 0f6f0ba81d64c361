// The variant picker as common themes do it: the hidden input `id` of the product form changes and fires `change`, the
// address gets `?variant=`, and a `variant:change` event goes up from the product element.
class VariantPicker extends HTMLElement {
  connectedCallback() {
    this.querySelector('select').addEventListener('change', (event) => this.choose(event.target.value));
  }

  /** @param {string} id */
  choose(id) {
    const variant = JSON.parse(this.querySelector('script[type="application/json"]').textContent).find((one) => String(one.id) === id);
    const address = new URL(window.location.href);
    address.searchParams.set('variant', id);
    window.history.replaceState({}, '', address);
    const input = document.querySelector(`form[data-type="add-to-cart-form"] input[name="id"]`);
    input.value = id;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    document.querySelector('[data-product-price]').textContent = variant.price;
    this.dispatchEvent(new CustomEvent('variant:change', { bubbles: true, detail: { variant } }));
  }
}
if (!customElements.get('variant-picker')) customElements.define('variant-picker', VariantPicker);

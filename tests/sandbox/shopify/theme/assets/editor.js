// The theme editor's part of the page (only with ?design_mode=1): fires the section and block events that the real
// editor fires, and swaps a section's HTML through the section rendering API.
(() => {
  const element = (id) => document.getElementById(`shopify-section-${id}`);
  const fire = (target, name, detail) => target.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const fetchSection = async (id) => {
    const address = new URL(window.location.href);
    address.searchParams.set('section_id', id);
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`section ${id}: ${answer.status}`);
    return answer.text();
  };
  window.Shopify.sandboxEditor = {
    sections: () => [...document.querySelectorAll('[data-shopify-editor-section]')].map((one) => JSON.parse(one.dataset.shopifyEditorSection).id),
    /** @param {string} id */
    unload: (id) => fire(element(id), 'shopify:section:unload', { sectionId: id, load: false }),
    /** @param {string} id */
    load: (id) => fire(element(id), 'shopify:section:load', { sectionId: id, load: true }),
    /** What a merchant's edit does: unload, new HTML, load. @param {string} id */
    async reload(id) {
      const html = await fetchSection(id);
      fire(element(id), 'shopify:section:unload', { sectionId: id, load: true });
      const fresh = document.createRange().createContextualFragment(html);
      element(id).replaceWith(fresh);
      fire(element(id), 'shopify:section:load', { sectionId: id, load: true });
    },
    /** @param {string} id of a block */
    select(id) {
      const block = document.getElementById(`shopify-block-${id}`);
      fire(block, 'shopify:block:select', { blockId: id, sectionId: block.closest('.shopify-section').id.replace('shopify-section-', ''), load: false });
    },
    /** @param {string} id of a block */
    deselect(id) {
      const block = document.getElementById(`shopify-block-${id}`);
      fire(block, 'shopify:block:deselect', { blockId: id, sectionId: block.closest('.shopify-section').id.replace('shopify-section-', '') });
    },
  };
})();

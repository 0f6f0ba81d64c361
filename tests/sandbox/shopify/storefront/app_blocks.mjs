// The extension's real blocks, as a theme renders them: schema defaults, wrapper, assets in the head, strict words.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../lib/http.mjs';
import { Engine, schemaOf } from './engine.mjs';
import { settingsOf } from './settings.mjs';

export class AppBlocks {
  /** @param {import('../lib/sandbox.mjs').Sandbox} box */
  constructor(box) {
    this.box_ = box;
    this.engine_ = new Engine(box, {
      name: 'theme-extension', folder: box.extensionFolder, app: true, assetUrl: (name) => box.assets.extensionUrl(name),
    });
  }

  /** The block that a theme's type names: shopify://apps/<app handle>/blocks/<file>/<uuid>. @param {string} type @returns {string|null} */
  handleOf(type) {
    const match = /^shopify:\/\/apps\/([a-z0-9-]+)\/blocks\/([a-z0-9_-]+)\/([0-9a-f-]+)$/.exec(type);
    return match ? match[2] : null;
  }

  /** Whether the merchant has this block in the theme, as far as the theme's files place it. @param {string} handle */
  isPlaced(handle) {
    return this.box_.app.installed && !this.box_.theme.removed.includes(handle);
  }

  /** Every block of the extension with its name and target, for the admin. */
  list() {
    let files;
    try {
      files = readdirSync(join(this.box_.extensionFolder, 'blocks')).filter((file) => file.endsWith('.liquid'));
    } catch {
      files = [];
    }
    const words = this.engine_.translations.words('en', 'schema');
    return files.map((file) => {
      const handle = file.replace(/\.liquid$/, '');
      try {
        const schema = schemaOf(this.engine_.source(`blocks/${file}`) ?? '');
        const name = String(schema.name ?? handle);
        const said = name.startsWith('t:') ? name.slice(2).split('.').reduce((/** @type {any} */ at, part) => at?.[part], words) : name;
        return { handle, name: said ?? handle, target: schema.target ?? 'section' };
      } catch {
        return { handle, name: handle, target: 'section' };
      }
    });
  }

  /**
   * @param {{handle: string, id: string, settings: Record<string, unknown>, sectionId: string|null, page: import('./page.mjs').Page}} about
   * @returns {Promise<{html: string, target: string}>}
   */
  async render({ handle, id, settings, sectionId, page }) {
    const where = `blocks/${handle}.liquid`;
    const source = this.engine_.source(where);
    if (source === null) return { html: this.engine_.failure(where, 'the block does not exist'), target: 'section' };
    let schema;
    try {
      schema = schemaOf(source);
    } catch (error) {
      return { html: this.engine_.failure(where, `schema: ${error.message}`), target: 'section' };
    }
    const target = schema.target ?? 'section';
    if (!fitsTemplate(schema, page.template)) return { html: '', target };
    for (const kind of /** @type {const} */ (['javascript', 'stylesheet'])) {
      if (schema[kind]) page.addHeadAsset(kind, this.box_.assets.extensionUrl(schema[kind]));
    }
    const given = { ...settings, ...(this.box_.theme.blocks[handle] ?? {}) };
    const values = settingsOf(schema, given, (message) => this.box_.log.problem(where, message), { product: (name) => page.objects.product(name) });
    const editor = page.designMode ? `data-shopify-editor-block="${escapeHtml(JSON.stringify({ id, type: handle }))}"` : '';
    const globals = {
      ...page.objects.globals({ app: true }), __locale: page.locale, app: { metafields: page.objects.appMetafields() },
      block: { id, type: handle, settings: values, shopify_attributes: editor },
      ...(sectionId === null ? {} : { section: { id: sectionId } }),
    };
    const inner = await this.engine_.render(source, globals, where);
    const tag = schema.tag ?? 'div';
    const classes = `shopify-block shopify-app-block${schema.class ? ` ${schema.class}` : ''}`;
    const html = target === 'head' || target === 'compliance_head' ? inner
      : `<${tag} id="shopify-block-${escapeHtml(id)}" class="${escapeHtml(classes)}" data-block-handle="${escapeHtml(handle)}">${inner}</${tag}>`;
    return { html, target };
  }
}

/** @param {any} schema @param {string} template */
function fitsTemplate(schema, template) {
  const name = template.split('.')[0];
  const on = schema.enabled_on?.templates;
  if (on && !on.includes('*') && !on.includes(name)) return false;
  return !(schema.disabled_on?.templates ?? []).some((/** @type {string} */ one) => one === '*' || one === name);
}

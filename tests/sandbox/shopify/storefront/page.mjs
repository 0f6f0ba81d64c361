// One page being made: sections of a JSON template, app blocks in them, app embeds, layout, head.
import { escapeHtml } from '../lib/http.mjs';
import { schemaOf } from './engine.mjs';
import { safeJson } from './filters.mjs';
import { Objects } from './objects.mjs';
import { settingsOf } from './settings.mjs';

const kHeadMark = '<!--content-for-header-->';

export class Page {
  /**
   * @param {import('./pages.mjs').Storefront} storefront
   * @param {import('./objects.mjs').RequestInfo} request
   * @param {string} template such as `product` or `customers/account`
   * @param {(objects: Objects) => Record<string, any>} extra
   */
  constructor(storefront, request, template, extra = () => ({})) {
    this.storefront_ = storefront;
    this.request = request;
    this.template = template;
    this.locale = request.locale;
    this.designMode = request.designMode;
    this.layout = 'theme';
    /** @type {Map<string, 'javascript'|'stylesheet'>} */
    this.headAssets_ = new Map();
    this.objects = new Objects(storefront.box, request, template, {});
    this.objects = new Objects(storefront.box, request, template, extra(this.objects));
  }

  /** @param {'javascript'|'stylesheet'} kind @param {string} url */
  addHeadAsset(kind, url) {
    this.headAssets_.set(url, kind);
  }

  /** @param {Record<string, any>} more */
  themeGlobals_(more = {}) {
    return { ...this.objects.globals({ app: false }), __locale: this.locale, __page: this, content_for_header: kHeadMark, ...more };
  }

  /** The whole document. @returns {Promise<string>} */
  async html() {
    const template = this.storefront_.readJson(`templates/${this.template}.json`);
    const content = await this.sections_(template, (id) => `template--1__${id}`);
    if (template.layout !== undefined) this.layout = template.layout === false ? 'none' : template.layout;
    return this.inLayout(content);
  }

  /** Only one section, as the section rendering API answers. @param {string} sectionId @returns {Promise<string|null>} */
  async sectionOnly(sectionId) {
    const template = this.storefront_.readJson(`templates/${this.template}.json`);
    const name = Object.keys(template.sections).find((id) => `template--1__${id}` === sectionId);
    return name ? this.section_(sectionId, template.sections[name]) : null;
  }

  /** Puts content into the layout, with the head and the app embeds. @param {string} content @returns {Promise<string>} */
  async inLayout(content) {
    if (this.layout === 'none') return content;
    const { theme } = this.storefront_;
    const source = theme.source(`layout/${this.layout}.liquid`);
    if (source === null) return theme.failure(`layout/${this.layout}.liquid`, 'the layout does not exist');
    const html = await theme.render(source, this.themeGlobals_({ content_for_layout: content }), `layout/${this.layout}.liquid`);
    const embeds = await this.embeds_();
    const head = this.head_() + embeds.head;
    if (!html.includes(kHeadMark)) this.storefront_.box.log.problem('theme', 'the layout has no content_for_header');
    return html.replace(kHeadMark, () => head).replace(/<\/body>(?![\s\S]*<\/body>)/, () => `${embeds.body}</body>`);
  }

  /** `{% section 'name' %}` @param {string} name */
  section(name) {
    return this.section_(name, { type: name, settings: {} });
  }

  /** `{% sections 'name' %}`: a group of sections. @param {string} name */
  group(name) {
    return this.sections_(this.storefront_.readJson(`sections/${name}.json`), (id) => `sections--1__${id}`);
  }

  /** @param {any} holder @param {(id: string) => string} idOf */
  async sections_(holder, idOf) {
    const parts = [];
    for (const id of holder.order) parts.push(await this.section_(idOf(id), holder.sections[id]));
    return parts.join('\n');
  }

  /** @param {string} id @param {any} section */
  async section_(id, section) {
    const { theme, box } = this.storefront_;
    const where = `sections/${section.type}.liquid`;
    const source = theme.source(where);
    if (source === null) return theme.failure(where, 'the section does not exist');
    const schema = schemaOf(source);
    const resolve = { product: (/** @type {any} */ handle) => this.objects.product(handle) };
    const settings = settingsOf(schema, section.settings ?? {}, (message) => box.log.problem(where, message), resolve);
    const blocks = [];
    for (const blockId of section.block_order ?? []) blocks.push(await this.block_(id, blockId, section.blocks[blockId], schema));
    const globals = this.themeGlobals_({ section: { id, type: section.type, settings, blocks: blocks.filter(Boolean) } });
    const html = await theme.render(source, globals, where);
    const editor = this.designMode ? ` data-shopify-editor-section="${escapeHtml(JSON.stringify({ id, type: section.type }))}"` : '';
    const tag = schema.tag ?? 'div';
    return `<${tag} id="shopify-section-${id}" class="shopify-section ${schema.class ?? ''}"${editor}>${html}</${tag}>`;
  }

  /** @param {string} sectionId @param {string} id @param {any} block @param {any} schema of the section */
  async block_(sectionId, id, block, schema) {
    const { appBlocks, box } = this.storefront_;
    if (block.disabled) return null;
    const handle = appBlocks.handleOf(block.type);
    const types = (schema.blocks ?? []).map((/** @type {any} */ one) => one.type);
    if (!types.includes(handle ? '@app' : block.type)) {
      box.log.problem('theme', `section ${sectionId} does not take the block ${block.type}`);
      return null;
    }
    if (!handle) return { id, type: block.type, settings: block.settings ?? {}, shopify_attributes: '', __html: '' };
    if (!appBlocks.isPlaced(handle)) return null;
    const { html } = await appBlocks.render({ handle, id, settings: block.settings ?? {}, sectionId, page: this });
    return { id, type: '@app', settings: {}, shopify_attributes: '', __html: html };
  }

  /** App embeds of settings_data.json: inactive until the merchant turns them on; not without the app. */
  async embeds_() {
    const { appBlocks } = this.storefront_;
    const out = { head: '', body: '' };
    const blocks = this.storefront_.readJson('config/settings_data.json').current.blocks ?? {};
    for (const [id, block] of Object.entries(/** @type {Record<string, any>} */ (blocks))) {
      const handle = appBlocks.handleOf(block.type);
      if (!handle || block.disabled || !appBlocks.isPlaced(handle)) continue;
      const { html, target } = await appBlocks.render({ handle, id, settings: block.settings ?? {}, sectionId: null, page: this });
      if (target === 'head' || target === 'compliance_head') out.head += html;
      else out.body += html;
    }
    return out;
  }

  /** What Shopify puts into every head. */
  head_() {
    const { shop } = this.storefront_.box.store;
    const root = this.request.prefix ? `${this.request.prefix}/` : '/';
    const facts = { shop: shop.domain, locale: this.locale, currency: { active: 'JPY', rate: '1.0' }, country: 'JP', routes: { root }, theme: { id: 1, role: 'main' } };
    const assets = [...this.headAssets_].map(([url, kind]) => kind === 'stylesheet'
      ? `<link href="${escapeHtml(url)}" rel="stylesheet" type="text/css" media="all">`
      : `<script src="${escapeHtml(url)}" async="async"></script>`);
    const editor = this.designMode ? `<script>window.Shopify.designMode = true;</script><script src="${this.storefront_.box.assets.themeUrl('editor.js')}" defer></script>` : '';
    return `<script>window.Shopify = Object.assign(window.Shopify || {}, ${safeJson(facts)});</script>${editor}${assets.join('')}`;
  }
}

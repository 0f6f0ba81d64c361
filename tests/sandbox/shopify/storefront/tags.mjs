// Shopify's tags that liquidjs lacks: doc, schema, style, form, section, sections, paginate, layout none; and a render
// that takes a block and checks its arguments against the snippet's doc.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evalToken, Hash, tags, Tokenizer, Value } from 'liquidjs';
import { escapeHtml } from '../lib/http.mjs';

/** Tokens up to the end tag. @param {any} token @param {any[]} rest @param {string} end @returns {any[]} */
function untilEnd(token, rest, end) {
  const inside = [];
  for (let next = rest.shift(); next; next = rest.shift()) {
    if (next.name === end) return inside;
    inside.push(next);
  }
  throw new Error(`'${token.name}' tag was never closed`);
}

/** A tag whose content never reaches the page. @param {string} name */
const silent = (name) => ({
  parse(/** @type {any} */ token, /** @type {any[]} */ rest) {
    untilEnd(token, rest, `end${name}`);
  },
  render: () => '',
});

/** @param {string} name @param {string} open @param {string} close */
const wrapper = (name, open, close) => ({
  parse(/** @type {any} */ token, /** @type {any[]} */ rest) {
    /** @type {any} */ (this).templates = /** @type {any} */ (this).liquid.parser.parseTokens(untilEnd(token, rest, `end${name}`));
  },
  * render(/** @type {any} */ ctx, /** @type {any} */ emitter) {
    emitter.write(open);
    yield /** @type {any} */ (this).liquid.renderer.renderTemplates(/** @type {any} */ (this).templates, ctx, emitter);
    emitter.write(close);
  },
});

const kFormActions = /** @type {Record<string, string>} */ ({
  customer_login: '/account/login', product: '/cart/add', cart: '/cart', localization: '/localization', storefront_password: '/password',
  create_customer: '/account', contact: '/contact',
});

const formTag = {
  parse(/** @type {any} */ token, /** @type {any[]} */ rest) {
    const self = /** @type {any} */ (this);
    const tokenizer = new Tokenizer(token.args);
    self.type = tokenizer.readValue();
    tokenizer.skipBlank();
    if (tokenizer.peek() === ',') tokenizer.advance();
    tokenizer.skipBlank();
    const at = tokenizer.p;
    const positional = /^[\w.]+\s*(,|$)/.test(token.args.slice(at)) ? tokenizer.readValue() : undefined;
    self.object = positional;
    self.hash = new Hash(tokenizer);
    self.templates = self.liquid.parser.parseTokens(untilEnd(token, rest, 'endform'));
  },
  * render(/** @type {any} */ ctx, /** @type {any} */ emitter) {
    const self = /** @type {any} */ (this);
    const type = yield evalToken(self.type, ctx);
    const attributes = yield self.hash.render(ctx);
    const action = kFormActions[type];
    if (!action) throw new Error(`form '${type}' is not known`);
    const { return_to: returnTo, ...others } = attributes;
    const extra = Object.entries(others).map(([name, value]) => ` ${name}="${escapeHtml(String(value ?? ''))}"`).join('');
    const root = ctx.globals.routes.root_url.replace(/\/$/, '');
    const product = type === 'product' ? ' enctype="multipart/form-data" data-type="add-to-cart-form"' : '';
    emitter.write(`<form method="post" action="${root}${action}" accept-charset="UTF-8"${product}${extra}>`
      + `<input type="hidden" name="form_type" value="${type}" /><input type="hidden" name="utf8" value="✓" />`);
    if (returnTo) emitter.write(`<input type="hidden" name="return_to" value="${escapeHtml(returnTo)}" />`);
    ctx.push({ form: { id: type, errors: ctx.globals.__form_errors ?? null, 'posted_successfully?': false } });
    yield self.liquid.renderer.renderTemplates(self.templates, ctx, emitter);
    ctx.pop();
    emitter.write('</form>');
  },
};

/** `section 'name'` and `sections 'group'`, rendered by the page that is being made. @param {'section'|'group'} kind */
const sectionTag = (kind) => ({
  parse(/** @type {any} */ token) {
    /** @type {any} */ (this).value = new Value(token.args, /** @type {any} */ (this).liquid);
  },
  * render(/** @type {any} */ ctx, /** @type {any} */ emitter) {
    const name = yield /** @type {any} */ (this).value.value(ctx);
    emitter.write(yield ctx.globals.__page[kind](name));
  },
});

const kMaxPageSize = 250;

const paginateTag = {
  parse(/** @type {any} */ token, /** @type {any[]} */ rest) {
    const match = /^\s*([\w.]+)\s+by\s+([\w.]+)\s*(?:,.*)?$/.exec(token.args);
    if (!match) throw new Error(`paginate is written "paginate array by size", not "${token.args}"`);
    const self = /** @type {any} */ (this);
    self.path = match[1].split('.');
    self.size = new Value(match[2], self.liquid);
    self.templates = self.liquid.parser.parseTokens(untilEnd(token, rest, 'endpaginate'));
  },
  * render(/** @type {any} */ ctx, /** @type {any} */ emitter) {
    const self = /** @type {any} */ (this);
    const size = Number(yield self.size.value(ctx));
    if (!(size >= 1 && size <= kMaxPageSize)) throw new Error(`paginate takes 1 to ${kMaxPageSize} items`);
    const holder = yield ctx._get(self.path.slice(0, -1));
    const name = self.path[self.path.length - 1];
    const all = holder[name];
    const current = Math.max(1, Number(ctx.globals.current_page ?? 1));
    const pages = Math.max(1, Math.ceil(all.length / size));
    const url = (/** @type {number} */ page) => `${ctx.globals.request.path}?page=${page}`;
    const parts = Array.from({ length: pages }, (_, at) => ({ title: String(at + 1), url: url(at + 1), is_link: at + 1 !== current }));
    const paginate = {
      current_page: current, current_offset: (current - 1) * size, items: all.length, page_size: size, pages, parts,
      previous: current > 1 ? { title: '«', url: url(current - 1), is_link: true } : null,
      next: current < pages ? { title: '»', url: url(current + 1), is_link: true } : null,
    };
    holder[name] = all.slice((current - 1) * size, current * size);
    ctx.push({ paginate });
    try {
      yield self.liquid.renderer.renderTemplates(self.templates, ctx, emitter);
    } finally {
      ctx.pop();
      holder[name] = all;
    }
  },
};

/** `layout none` and `layout 'name'` tell the page which layout to use. */
const layoutTag = {
  parse(/** @type {any} */ token) {
    /** @type {any} */ (this).name = token.args.trim().replace(/^['"]|['"]$/g, '');
  },
  render(/** @type {any} */ ctx) {
    if (ctx.globals.__page) ctx.globals.__page.layout = /** @type {any} */ (this).name;
    return '';
  },
};

/** What a snippet's doc declares, or null when it has none. @param {string} source @returns {Map<string, boolean>|null} name to required */
export function docParams(source) {
  const doc = /\{%-?\s*doc\s*-?%\}([\s\S]*?)\{%-?\s*enddoc\s*-?%\}/.exec(source);
  if (!doc) return null;
  const params = [...doc[1].matchAll(/^\s*@param\s+(?:\{[^}]*\}\s+)?(\[)?([\w-]+)\]?/gm)];
  return new Map(params.map(([, optional, name]) => [name, !optional]));
}

/** @param {string} folder of the snippets @returns {any} */
function renderTag(folder) {
  return class extends /** @type {any} */ (tags.render) {
    /** @param {any} token @param {any} rest @param {any} liquid @param {any} parser */
    constructor(token, rest, liquid, parser) {
      super(token, rest, liquid, parser);
      // strict2: `render block` or a quoted name, then `name: value` pairs without filters (README.md, sources: Liquid)
      if (/\|/.test(token.args.replace(/'[^']*'|"[^"]*"/g, ''))) throw new Error('render takes no filters in its arguments');
      const name = /^\s*(?:(['"])([^'"]+)\1|(\w+))/.exec(token.args);
      if (!name) throw new Error(`render takes a quoted snippet name, not "${token.args}"`);
      this.blockName = name[3];
      this.snippet = name[2];
      this.given = Object.keys(/** @type {any} */ (this).hash.hash);
    }

    /** @param {any} ctx @param {any} emitter @returns {Generator<any, any, any>} */
    * render(ctx, emitter) {
      if (this.blockName) {
        const block = yield ctx._get([this.blockName]);
        emitter.write(block?.__html ?? '');
        return;
      }
      const params = docParams(readFileSync(join(folder, `${this.snippet}.liquid`), 'utf8'));
      const unknown = params && this.given.find((/** @type {string} */ name) => !params.has(name));
      if (unknown) throw new Error(`render '${this.snippet}': unknown argument "${unknown}"`);
      const missing = [...(params ?? [])].find(([name, required]) => required && !this.given.includes(name));
      if (missing) throw new Error(`render '${this.snippet}': argument "${missing[0]}" is missing`);
      yield* super.render(ctx, emitter);
    }
  };
}

/** In an app's blocks and snippets the platform forbids these (sources: Liquid). */
const kForbiddenInApps = ['javascript', 'stylesheet', 'include', 'layout', 'section', 'sections'];

/** @param {import('liquidjs').Liquid} engine @param {{snippets: string, app: boolean}} about */
export function registerTags(engine, { snippets, app }) {
  engine.registerTag('doc', /** @type {any} */ (silent('doc')));
  engine.registerTag('schema', /** @type {any} */ (silent('schema')));
  engine.registerTag('style', /** @type {any} */ (wrapper('style', '<style data-shopify>', '</style>')));
  engine.registerTag('form', /** @type {any} */ (formTag));
  engine.registerTag('paginate', /** @type {any} */ (paginateTag));
  engine.registerTag('render', renderTag(snippets));
  engine.registerTag('section', /** @type {any} */ (sectionTag('section')));
  engine.registerTag('sections', /** @type {any} */ (sectionTag('group')));
  engine.registerTag('layout', /** @type {any} */ (layoutTag));
  for (const name of app ? kForbiddenInApps : ['include', 'javascript', 'stylesheet']) {
    engine.registerTag(name, { parse() { throw new Error(`the tag '${name}' is not allowed here`); }, render: () => '' });
  }
}

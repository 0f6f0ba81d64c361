// Liquid engines: one for the theme, one for the extension, one for replies of the app proxy. Files are read anew.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { escapeHtml } from '../lib/http.mjs';
import { registerFilters } from './filters.mjs';
import { registerTags } from './tags.mjs';
import { Translations } from './translations.mjs';

export class Engine {
  /**
   * @param {import('../lib/sandbox.mjs').Sandbox} box
   * @param {{name: string, folder: string, app: boolean, assetUrl: (name: string) => string}} about
   */
  constructor(box, { name, folder, app, assetUrl }) {
    this.box_ = box;
    this.name_ = name;
    this.folder = folder;
    this.translations = new Translations(join(folder, 'locales'), (message) => box.log.problem(name, message));
    const snippets = join(folder, 'snippets');
    this.liquid_ = new Liquid({
      root: [snippets], partials: [snippets], extname: '.liquid', relativeReference: false, strictFilters: true,
      ownPropertyOnly: true, timezoneOffset: /** @type {any} */ (box.store.shop.timezone), cache: false,
    });
    registerTags(this.liquid_, { snippets, app });
    registerFilters(this.liquid_, {
      assetUrl, translate: (key, args, locale) => this.translations.translate(key, args, locale),
    });
  }

  /** @param {string} file below the folder @returns {string|null} */
  source(file) {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  /**
   * Renders text; a mistake is visible in the page and in the log.
   * @param {string} source
   * @param {object} globals what every snippet sees too
   * @param {string} where for the message
   * @returns {Promise<string>}
   */
  async render(source, globals, where) {
    try {
      return await this.liquid_.parseAndRender(source, {}, { globals });
    } catch (error) {
      return this.failure(where, error.message);
    }
  }

  /** @param {string} where @param {string} message */
  failure(where, message) {
    this.box_.log.problem(`${this.name_}/${where}`, message);
    return `<div data-sandbox-error>Liquid error (${escapeHtml(`${this.name_}/${where}`)}): ${escapeHtml(message)}</div>`;
  }
}

/** The strict JSON of a `{% schema %}`. @param {string} source @returns {any} */
export function schemaOf(source) {
  const match = /\{%-?\s*schema\s*-?%\}([\s\S]*?)\{%-?\s*endschema\s*-?%\}/.exec(source);
  return match ? JSON.parse(match[1]) : {};
}

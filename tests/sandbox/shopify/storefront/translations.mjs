// Words of a locales folder, as the `t` filter finds them. A missing key is an error in the page and in the log.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../lib/http.mjs';

export class Translations {
  /** @param {string} folder @param {(message: string) => void} problem */
  constructor(folder, problem) {
    this.folder_ = folder;
    this.problem_ = problem;
  }

  /** Read anew each time: files change while the stand-in runs. @param {string} locale @param {'storefront'|'schema'} kind */
  words(locale, kind = 'storefront') {
    const end = kind === 'schema' ? '.schema.json' : '.json';
    let files;
    try {
      files = readdirSync(this.folder_);
    } catch {
      return {};
    }
    const fitting = files.filter((file) => file.endsWith(end) && (kind === 'schema') === file.endsWith('.schema.json'));
    const wanted = fitting.find((file) => file === `${locale}${end}` || file === `${locale}.default${end}`)
      ?? fitting.find((file) => file.endsWith(`.default${end}`));
    return wanted ? JSON.parse(readFileSync(join(this.folder_, wanted), 'utf8')) : {};
  }

  /**
   * HTML in a translation is escaped unless its key ends with `_html`. What is interpolated is NOT escaped here: whoever
   * passes a person's words must escape them first.
   * @param {string} key
   * @param {Record<string, unknown>} args
   * @param {string} locale
   */
  translate(key, args, locale) {
    let found = key.split('.').reduce((/** @type {any} */ words, part) => words?.[part], this.words(locale));
    if (found && typeof found === 'object' && args.count !== undefined) {
      found = found[new Intl.PluralRules(locale).select(Number(args.count))] ?? found.other;
    }
    if (typeof found !== 'string') {
      this.problem_(`Translation missing: ${locale}.${key}`);
      return `<span data-sandbox-error>Translation missing: ${escapeHtml(`${locale}.${key}`)}</span>`;
    }
    const text = key.endsWith('_html') ? found : found.replace(/[<>&"]/g, (c) => escapeHtml(c));
    return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => String(args[name] ?? ''));
  }
}

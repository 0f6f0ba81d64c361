// Links between the project's own documents lead somewhere, also those to a heading.

const slug = (heading) => heading.trim().toLowerCase().replace(/`/g, '').replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');

/**
 * @param {Map<string, string>} documents  path → Markdown
 * @param {(path: string) => boolean} exists
 */
export function lintLinks(documents, exists) {
  const problems = [];
  const headings = (text) => new Set([...text.matchAll(/^#+\s+(.*)$/gm)].map(([, heading]) => slug(heading)));
  for (const [path, text] of documents) {
    const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, (part) => part.replace(/[^\n]/g, ' '));
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, heading] = target.split('#');
      const folder = path.split('/').slice(0, -1);
      const resolved = file ? new URL(file, `file:///${[...folder, ''].join('/')}`).pathname.slice(1) : path;
      if (!exists(resolved)) problems.push(`${path}: ${target} leads nowhere`);
      else if (heading && documents.has(resolved) && !headings(documents.get(resolved)).has(heading)) problems.push(`${path}: ${target} leads to no heading`);
    }
  }
  return problems;
}

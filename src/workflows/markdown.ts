/**
 * Text that is not ours as Markdown that shows just that text: no markup, no HTML, no links, one line. These are the
 * characters that the Temporal UI's Markdown lets one escape.
 */
export function inertMarkdown(text: string, limit = 200): string {
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  const short = line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
  return short.replaceAll(/[\\`*_{}[\]()#+\-.!:|&<>~]/g, '\\$&');
}

/** A word of a program, as a key or an id. */
export function code(word: string): string {
  return `\`${word.replaceAll(/[\p{C}\u2028\u2029]+/gu, ' ').replaceAll('`', "'")}\``;
}

/** A list with a bullet an entry. */
export function bullets(entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}`).join('\n');
}

/** A table of a column of names and columns of figures. The Temporal UI puts no room between columns, so the cells do. */
export function figures(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | \u2003')} |`;
  const rule = `|:--${'|--:'.repeat(head.length - 1)}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** A name that is not ours for a place that may take it as Markdown or as it is. */
export function plainName(name: string): string {
  return name.replaceAll(/[^\w.:/@+-]/g, '·').slice(0, 60);
}

import { code, inertMarkdown } from '../workflows/markdown.ts';

const PROSE = 600;

/** A part of a page with its head; nothing where it has no content. */
export function section(head: string, content: string): string {
  return content === '' ? '' : `## ${head}\n\n${content}`;
}

/** A list, an entry a line. Entries are Markdown already. */
export function bulletsOf(entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}`).join('\n');
}

/** A table of a column of names and columns of figures. Cells are Markdown already. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|:--${'|--:'.repeat(head.length - 1)}|`, ...rows.map(line)].join('\n');
}

/** A sentence that may hold commands in backticks, which stay commands; all else shows as just that text. */
export function proseMarkdown(text: string): string {
  return text
    .slice(0, PROSE)
    .split(/`([^`\r\n|]*)`/)
    .map((part, index) => {
      if (index % 2 === 1) return part === '' ? '' : code(part);
      const inert = inertMarkdown(part, PROSE);
      return `${/^\s/.test(part) && inert !== '' ? ' ' : ''}${inert}${/\s$/.test(part) ? ' ' : ''}`;
    })
    .join('');
}

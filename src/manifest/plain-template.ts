import type { TemplateScope } from './template-names.ts';

/** A template of nothing but texts and names, which most are: filled in without an engine. */
export interface PlainTemplate {
  /** What it becomes; `undefined` where the engine must decide: a value that is missing, or no text, number or truth. */
  fill(scope: TemplateScope): string | undefined;
}

/** `{{ row.name }}`: a name with its parts, and nothing that trims, filters or indexes. */
const output = /\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}/;

/** Words that mean values of their own. */
const literals: ReadonlySet<string> = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank']);

/** Longer results are left to the engine, whose limits end them. */
const MAX_LENGTH = 100_000;

/** Reads a template if it is a plain one. What it becomes is what the engine would make of it. */
export function parsePlain(text: string): PlainTemplate | undefined {
  // Texts and names in turn, since the name is a group.
  const parts = text.split(new RegExp(output, 'g'));
  const texts = parts.filter((_, index) => index % 2 === 0);
  if (texts.some((part) => part.includes('{{') || part.includes('{%'))) return undefined;
  const paths = parts.filter((_, index) => index % 2 === 1).map((name) => name.split('.'));
  if (paths.some(([first = '']) => literals.has(first))) return undefined;
  return {
    fill(scope) {
      let filled = texts[0] ?? '';
      for (const [index, path] of paths.entries()) {
        const value = valueAt(scope, path);
        if (value === undefined) return undefined;
        filled += value + (texts[index + 1] ?? '');
      }
      return filled.length > MAX_LENGTH ? undefined : filled;
    },
  };
}

function valueAt(scope: TemplateScope, path: readonly string[]): string | undefined {
  let value: unknown = scope;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = value[name as keyof typeof value];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

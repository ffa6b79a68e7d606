import { isTemplate } from '../manifest/template.ts';

/** What the names in a template can come to. */
export interface NamedBytes {
  /** Values that are known. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** Most bytes of what a step gives; `undefined` when no bound is known. */
  readonly step: (id: string) => number | undefined;
  /** Most bytes of an element of the list that is gone over. */
  readonly each: number | undefined;
}

/** Tags that put out nothing of their own, and nothing twice. */
const plainTags = new Set(
  'if elsif else endif unless endunless case when endcase comment endcomment raw endraw'.split(' '),
);

/** By how much a filter can lengthen what it is given; one that is not here, without limit. */
const growth: ReadonlyMap<string, number> = new Map([
  ...(
    'append prepend default upcase downcase capitalize strip lstrip rstrip strip_html strip_newlines truncate ' +
    'truncatewords slice first last size sort uniq compact reverse map where remove remove_first'
  )
    .split(' ')
    .map((name): [string, number] => [name, 1]),
  ['url_encode', 3],
  ['json', 6],
  ['escape', 6],
]);

/** More bytes than an element's position has, or what a step that made a picture tells of it. */
export const FEW_BYTES = 200;

/** Most bytes that the outputs of a text add to it once it is filled in; `undefined` when no bound is known. */
export function renderedBytes(text: string, named: NamedBytes): number | undefined {
  if (!isTemplate(text)) return 0;
  let sum = 0;
  for (const [, output, tag] of text.matchAll(/\{\{-?([\s\S]*?)-?\}\}|\{%-?\s*(\w*)[\s\S]*?-?%\}/g)) {
    if (tag !== undefined && !plainTags.has(tag)) return undefined;
    if (output === undefined) continue;
    const bytes = outputBytes(output, named);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function outputBytes(output: string, named: NamedBytes): number | undefined {
  const literals: string[] = [];
  const bare = output.replaceAll(/'[^']*'|"[^"]*"/g, (literal) => {
    literals.push(literal);
    return '""';
  });
  let factor = 1;
  for (const { 1: filter = '', index } of bare.matchAll(/\|\s*(\w+)/g)) {
    const rest = bare.slice(index);
    const separator = literals[bare.slice(0, index).split('""').length - 1];
    const grows = filter === 'join' ? joinGrowth(rest, separator) : growth.get(filter);
    if (grows === undefined) return undefined;
    factor *= grows;
  }
  let sum = 0;
  // Names of filters and of their options stand beside a mark that no variable has.
  for (const [path] of bare.matchAll(
    /(?<![|\w.]\s*)[A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\]]*\])*(?![\w-]*\s*:)/g,
  )) {
    const bytes = valueBytes(path.split('.'), named);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum * factor;
}

// No list has more elements than bytes: its text has a quote or a comma beside each. Between them the separator comes.
function joinGrowth(rest: string, separator = ''): number | undefined {
  if (/^\|\s*join\s*:\s*""\s*(?:\||$)/.test(rest)) return Buffer.byteLength(separator) - 2 + 1;
  return /^\|\s*join\s*(?:\||$)/.test(rest) ? 2 : undefined;
}

function valueBytes([root = '', ...path]: readonly string[], { scope, step, each }: NamedBytes) {
  if (root === 'index') return FEW_BYTES;
  if (/^each\b/.test(root)) return each;
  if (root === 'steps') return step((path[0] ?? '').replace(/\[\d+\]$/, ''));
  // Which step it means is looked up when it is filled in.
  if (root.startsWith('steps[')) return undefined;
  const value = [root, ...path].reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string, unknown>>)[name]
        : undefined,
    scope,
  );
  return Buffer.byteLength(JSON.stringify(value ?? scope));
}

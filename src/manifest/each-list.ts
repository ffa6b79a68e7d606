/** A list that a step is made for, element by element. */
export interface EachList {
  readonly step: string;
  /** Way to the list in that step's JSON. */
  readonly path: readonly (string | number)[];
  readonly max: number;
}

/** Calls of a step with `forEach` that says nothing itself. */
const defaultMax = 20;

/** How `forEach` is written, for people. */
export const eachRule = 'a list that a step before this one returned is named as `steps.<id>.json.topics`';

/** Reads `forEach` as it is written; `undefined` where it names no list of a step. */
export function readEachList(
  written: string | { readonly list: string; readonly max?: number | undefined },
): EachList | undefined {
  const { list, max = defaultMax } = typeof written === 'string' ? { list: written } : written;
  const name = list
    .trim()
    .replace(/^\{\{(.*)\}\}$/s, '$1')
    .trim();
  const match = /^steps\.([A-Za-z]\w*)\.json((?:\.[A-Za-z_][\w-]*|\[\d{1,6}\])*)$/.exec(name);
  if (match?.[1] === undefined) return undefined;
  const path = [...(match[2] ?? '').matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? '') : Number(index),
  );
  return { step: match[1], path, max };
}

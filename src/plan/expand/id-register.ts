import { quoted } from '../../manifest/printable.ts';
import type { Problem } from '../../manifest/problem.ts';
import type { ExpandedItem, ItemPlace } from './expanded-item.ts';

/**
 * Sees to it that ids stay apart: also in stores and file systems that fold case, and from the numbers (counted from 1)
 * that name items without an id.
 */
export interface IdRegister {
  /** Takes an item's id, or says why it cannot have it. */
  register(item: ExpandedItem, place: ItemPlace): Problem | undefined;
  /** What can only be told once every item is known. */
  finish(): readonly Problem[];
}

/** An empty register. */
export function createIdRegister(): IdRegister {
  // For each id the line that it was given in: of a hundred thousand no more can be remembered. What few differ in is
  // kept beside it, by the same folded id.
  const lines = new Map<string, number>();
  const written = new Map<string, string>();
  const files = new Map<string, string>();
  let usualFile: string | undefined;
  // Numbers that are an item's name, and ids that look like one: the few that there are of both.
  const automatic = new Set<number>();
  const numeric: { readonly id: string; readonly place: ItemPlace }[] = [];
  return {
    register({ id, number }, place) {
      if (id === undefined) {
        automatic.add(number);
        return undefined;
      }
      const folded = id.toLowerCase();
      const line = lines.get(folded);
      if (line !== undefined) {
        const file = files.get(folded) ?? usualFile ?? place.file;
        const earlier = { id: written.get(folded) ?? folded, file, line };
        return { ...place, code: 'id-duplicate', message: taken(id, earlier, place) };
      }
      lines.set(folded, place.line);
      if (folded !== id) written.set(folded, id);
      usualFile ??= place.file;
      if (place.file !== usualFile) files.set(folded, place.file);
      if (/^[1-9]\d*$/.test(id)) numeric.push({ id, place });
      return undefined;
    },
    finish: () =>
      numeric
        .filter(({ id }) => automatic.has(Number(id)))
        .map(({ id, place }) => ({
          ...place,
          code: 'id-reserved',
          message: `item number ${id} has no id and is named ${quoted(id)} already; give it an id, or this one another`,
        })),
  };
}

function taken(
  id: string,
  earlier: { readonly id: string; readonly file: string; readonly line: number },
  place: ItemPlace,
): string {
  const how = id === earlier.id ? 'taken' : `taken by ${quoted(earlier.id)}, whose case alone differs,`;
  const { file, line } = earlier;
  return `the id ${quoted(id)} is ${how} in line ${line}${file === place.file ? '' : ` of ${file}`}`;
}

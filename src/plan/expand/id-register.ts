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
  const given = new Map<string, { readonly id: string; readonly place: ItemPlace }>();
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
      const earlier = given.get(folded);
      if (earlier !== undefined)
        return { ...place, code: 'id-duplicate', message: taken(id, earlier, place) };
      given.set(folded, { id, place });
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
  earlier: { readonly id: string; readonly place: ItemPlace },
  place: ItemPlace,
): string {
  const how = id === earlier.id ? 'taken' : `taken by ${quoted(earlier.id)}, whose case alone differs,`;
  const { file, line } = earlier.place;
  return `the id ${quoted(id)} is ${how} in line ${line}${file === place.file ? '' : ` of ${file}`}`;
}

import { idProblem } from '../../manifest/item-id.ts';
import { quoted } from '../../manifest/printable.ts';

/** What an item is called: by its custom id where that can be an id, else by its number. */
export type ItemName = { readonly id: string } | { readonly customId: string } | { readonly problem: string };

/** Names items by their custom ids, which are told apart by case, as ids are not. */
export interface CustomIds {
  name(customId: string, number: number, line: number): ItemName;
}

export function createCustomIds(): CustomIds {
  const lines = new Map<string, number>();
  const taken = new Set<string>();
  return {
    name(customId, number, line) {
      const earlier = lines.get(customId);
      if (earlier !== undefined) {
        return { problem: `the custom_id ${quoted(customId)} stands in line ${earlier} already` };
      }
      lines.set(customId, line);
      const folded = customId.toLowerCase();
      // A number is the name of the item at that place alone, whoever asks for it.
      const isNumber = /^[1-9]\d*$/.test(customId) && customId !== String(number);
      if (idProblem(customId) !== undefined || isNumber || taken.has(folded)) return { customId };
      taken.add(folded);
      return { id: customId };
    },
  };
}

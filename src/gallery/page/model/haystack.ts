import type { GalleryItem } from '../../contract.ts';

const haystacks = new WeakMap<GalleryItem, string>();

/** Everything that free text is looked for in, in lower case; made once an item. */
export function haystackOf(item: GalleryItem): string {
  let haystack = haystacks.get(item);
  if (haystack === undefined) {
    haystack = textsOf(item).join('\n').toLowerCase();
    haystacks.set(item, haystack);
  }
  return haystack;
}

function textsOf({ id, customId, prompt, text, vars, fault, steps = [] }: GalleryItem): string[] {
  const texts = [id, customId, prompt, text, fault?.message];
  if (vars !== undefined) texts.push(...Object.values(vars).map(textOfValue));
  for (const step of steps) texts.push(step.prompt, step.text);
  return texts.filter((each) => each !== undefined);
}

function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The words that all must occur. */
export function needlesOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

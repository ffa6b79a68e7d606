import { createScrub, type Scrub } from '../pollinations/secret.ts';

/** One list for the process, as its environment is one: what tells of a fault knows nothing of who has read which file. */
const known = new Set<string>();
let scrub: Scrub = createScrub([]);

/** Remembers secrets, each a word of a text, when they are read: a file of them may be a pipe that gives them once. */
export function learnSecrets(texts: readonly (string | undefined)[]): void {
  const before = known.size;
  for (const word of texts.flatMap((text) => text?.split(/\s+/) ?? [])) known.add(word);
  if (known.size > before) scrub = createScrub([...known]);
}

/** Takes all secrets that have been learned by now out of a text, and whatever looks like one. */
export function scrubKnown(text: string): string {
  return scrub(text);
}

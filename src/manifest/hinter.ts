import { nearName } from './near-name.ts';
import { quoted } from './printable.ts';

/**
 * Says what an unknown name of a file may have been meant to be, or what is known in its place, as the end of a message.
 *
 * @param listed - what the known names are. @default known here
 */
export type Hinter = (name: string, known: () => readonly string[], listed?: string) => string;

/** Letters that are compared for one file, about 50 ms: a hostile one has thousands of unknown names among thousands. */
const maxCompared = 2_000_000;

/** Most names that a message lists. */
const maxListed = 20;

/** Creates the hinter of a file. */
export function createHinter(): Hinter {
  let compared = 0;
  return (name, known, listed = 'known here') => {
    if (compared > maxCompared) return '';
    const names = known();
    compared += names.length * Math.min(name.length, 100) ** 2;
    const near = nearName(name, names);
    return near === undefined ? `; ${listed}: ${list(names)}` : `; did you mean ${quoted(near)}?`;
  };
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'there are none';
  const more = names.length - maxListed;
  return [...names.slice(0, maxListed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

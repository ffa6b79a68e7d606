import { PollenBatchError } from '../../errors.ts';
import type { ResultLine } from '../../report/result-line.ts';

/** Which results are wanted. */
export type Selection = (line: Pick<ResultLine, 'id' | 'status'>) => boolean;

/** All results. */
export const everything: Selection = () => true;

const statuses = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly ResultLine['status'][];

/**
 * Reads which results are wanted: those that any of the words names. None means all.
 *
 * @param words - how items ended, or `id=` and the id of one
 * @throws PollenBatchError `usage` when a word is neither
 */
export function parseSelection(words: readonly string[]): Selection {
  const ids = new Set<string>();
  const ends = new Set<string>();
  for (const word of words) {
    if (word.startsWith('id=') && word.length > 3) ids.add(word.slice(3));
    else if (statuses.some((status) => status === word)) ends.add(word);
    else {
      throw new PollenBatchError('usage', `--select cannot be ${JSON.stringify(word)}`, {
        remedy: `Give one of ${statuses.join(', ')}, or id=… with the id of an item; give it again for more.`,
      });
    }
  }
  return words.length === 0 ? everything : ({ id, status }) => ids.has(id) || ends.has(status);
}

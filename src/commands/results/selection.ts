import { PollenBatchError } from '../../errors.ts';
import type { ResultLine } from '../../report/result-line.ts';

/** Which results are wanted. */
export interface Selection {
  readonly wants: (line: Pick<ResultLine, 'id' | 'customId' | 'status'>) => boolean;
  /** Items that are named, each of which there must be. */
  readonly ids: readonly string[];
}

/** All results. */
export const everything: Selection = { wants: () => true, ids: [] };

const statuses = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly ResultLine['status'][];

/**
 * Reads which results are wanted: those that any of the words names. None means all.
 *
 * @param words - how items ended, or `id=` and the id of one, or what a batch file called it
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
  if (words.length === 0) return everything;
  return {
    wants: ({ id, customId, status }) =>
      ids.has(id) || (customId !== undefined && ids.has(customId)) || ends.has(status),
    ids: [...ids],
  };
}

/**
 * Makes sure that all items are there which a selection names.
 *
 * @param lines - those that it wants
 * @throws PollenBatchError `usage` where one is not
 */
export async function checkNamed(
  { ids }: Selection,
  lines: AsyncIterable<Pick<ResultLine, 'id' | 'customId'>>,
): Promise<void> {
  const missing = new Set(ids);
  if (missing.size === 0) return;
  for await (const { id, customId = id } of lines) {
    missing.delete(id);
    missing.delete(customId);
  }
  if (missing.size === 0) return;
  const names = [...missing].slice(0, 5).map((id) => JSON.stringify(id));
  throw new PollenBatchError('usage', `the run has no item ${names.join(', ')}`, {
    remedy: 'Ids are those of `results.jsonl`, or the `custom_id` of a batch file.',
  });
}

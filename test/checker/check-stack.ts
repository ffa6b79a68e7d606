import type { JournalEntry } from '../../src/emulator/index.ts';
import { openBucket, type BucketAddress } from './bucket.ts';
import { checkBucket, type Checked, type CheckOptions } from './check-bucket.ts';

export interface StackCheckOptions extends CheckOptions {
  /** What further APIs have noted. @default nothing */
  readonly witnessed?: readonly JournalEntry[];
}

/** All that an emulator has noted so far, from an entry on. */
export async function fetchJournal(api: string, from = 0): Promise<readonly JournalEntry[]> {
  const answer = await fetch(`${api}/__emulator/journal?from=${from}&limit=${Number.MAX_SAFE_INTEGER}`);
  return ((await answer.json()) as { readonly entries: readonly JournalEntry[] }).entries;
}

/**
 * Holds every run of a stack that has ended against what its API has noted.
 *
 * @throws Error where the API has forgotten its first requests: nothing can be held against the rest
 */
export async function checkStack(
  store: BucketAddress,
  api: string,
  { witnessed = [], ...options }: StackCheckOptions = {},
): Promise<Checked> {
  return checkStore(store, [...whole(await fetchJournal(api)), ...whole(witnessed)], options);
}

/** Holds every run of a store that has ended against what its APIs have noted. */
export async function checkStore(
  store: BucketAddress,
  journal: readonly JournalEntry[],
  options: CheckOptions = {},
): Promise<Checked> {
  const bucket = openBucket(store);
  try {
    return await checkBucket(bucket, journal, options);
  } finally {
    bucket.close();
  }
}

/** A journal that has its first request. @throws Error where it has not, since without a file an emulator keeps the latest alone */
export function whole(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  if (journal.length === 0 || journal.some(({ seq }) => seq === 1)) return journal;
  throw new Error('The API has forgotten its first requests: give its journal a file.');
}

import type { JournalEntry } from '../../src/emulator/index.ts';
import { openBucket, type BucketAddress } from './bucket.ts';
import { checkBucket } from './check-bucket.ts';
import type { Finding } from './finding.ts';

/** All that an emulator has noted so far, from an entry on. */
export async function fetchJournal(api: string, from = 0): Promise<readonly JournalEntry[]> {
  const answer = await fetch(`${api}/__emulator/journal?from=${from}&limit=${Number.MAX_SAFE_INTEGER}`);
  return ((await answer.json()) as { readonly entries: readonly JournalEntry[] }).entries;
}

/**
 * Holds every run of a stack that has ended against what its API has noted.
 *
 * @param witnessed - what further APIs have noted
 */
export async function checkStack(
  store: BucketAddress,
  api: string,
  witnessed: readonly JournalEntry[] = [],
): Promise<readonly Finding[]> {
  const journal = await fetchJournal(api);
  // Without a file an emulator keeps the latest requests alone.
  if (journal.length > 0 && !journal.some(({ seq }) => seq === 1)) {
    console.error('The API has forgotten its first requests: its runs are not held against them.');
    return [];
  }
  const bucket = openBucket(store);
  try {
    return (await checkBucket(bucket, [...journal, ...witnessed])).findings;
  } finally {
    bucket.close();
  }
}

import { inspect } from 'node:util';

import type { JournalEntry } from '../../src/emulator/index.ts';
import type { BucketAddress } from '../checker/bucket.ts';
import { checkStore } from '../checker/check-stack.ts';
import type { Finding } from '../checker/finding.ts';

/**
 * Holds every run of a folder of a bucket that has ended against what its API has noted.
 *
 * @param isExpected - which findings are brought about on purpose. @default none
 * @throws Error with what does not hold, or where no run has ended
 */
export async function checkHarness(
  store: BucketAddress,
  prefix: string,
  journal: readonly JournalEntry[],
  isExpected: (finding: Finding) => boolean = () => false,
): Promise<void> {
  const { runs, findings } = await checkStore(store, journal, { prefix });
  const wrong = findings.filter((finding) => !isExpected(finding));
  if (wrong.length > 0) throw new Error(`runs do not hold: ${inspect(wrong, { depth: 3 })}`);
  if (runs.length === 0) throw new Error(`no run has ended below ${prefix}: nothing was held`);
}

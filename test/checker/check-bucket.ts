import type { JournalEntry } from '../../src/emulator/index.ts';
import type { Bucket } from './bucket.ts';
import { checkRun } from './check-run.ts';
import { journalOf } from './evidence.ts';
import type { Finding } from './finding.ts';

/** What was looked at, and what does not hold. */
export interface Checked {
  /** Runs that have ended, by their ids. */
  readonly runs: readonly string[];
  readonly findings: readonly Finding[];
}

/** Holds every run of a bucket, or of a folder of it, that has ended against the API's journal. */
export async function checkBucket(
  bucket: Bucket,
  journal: readonly JournalEntry[],
  prefix = '',
): Promise<Checked> {
  const roots = (await bucket.keys(prefix)).flatMap(
    (key) => /^(.*\/)_(?:SUCCESS|FAILED)$/.exec(key)?.[1] ?? [],
  );
  const findings: Finding[] = [];
  const runs: string[] = [];
  for (const root of new Set(roots)) {
    const runId = root.split('/').at(-2) ?? '';
    runs.push(runId);
    const objects = await bucket.folder(root);
    findings.push(...checkRun({ runId, objects, journal: journalOf(runId, journal) }));
  }
  return { runs, findings };
}

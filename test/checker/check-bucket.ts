import type { JournalEntry } from '../../src/emulator/index.ts';
import type { Bucket } from './bucket.ts';
import { checkRun } from './check-run.ts';
import { journalOf, runOf, type Wish } from './evidence.ts';
import { finder, type Finding } from './finding.ts';

/** What was looked at, and what does not hold. */
export interface Checked {
  /** Runs that have ended, by their ids: each was held against the journal. */
  readonly runs: readonly string[];
  /** Runs that have a job and no end. */
  readonly open: readonly string[];
  readonly findings: readonly Finding[];
}

export interface CheckOptions {
  /** Folder of the bucket. @default all of it */
  readonly prefix?: string;
  /** Why runs may have no end, as a sentence. @default each that has none is a finding */
  readonly unfinished?: string | undefined;
  /** What the authors of jobs wanted, by the jobs' names. Runs of retries are not held to it. @default it is not known */
  readonly wishes?: ReadonlyMap<string, Wish>;
}

/**
 * Holds every run of a bucket that has ended against the API's journal. That runs were made and none of them has ended is a
 * finding as well: who has seen nothing can say nothing.
 */
export async function checkBucket(
  bucket: Bucket,
  journal: readonly JournalEntry[],
  { prefix = '', unfinished, wishes }: CheckOptions = {},
): Promise<Checked> {
  const keys = await bucket.keys(prefix);
  const foldersOf = (pattern: RegExp): ReadonlySet<string> =>
    new Set(keys.flatMap((key) => pattern.exec(key)?.[1] ?? []));
  const ended = foldersOf(/^(.*\/)_(?:SUCCESS|FAILED)$/);
  const open = [...foldersOf(/^(.*\/)job\.json$/)].filter((root) => !ended.has(root)).map(nameOf);
  const findings: Finding[] = [];
  for (const root of ended) {
    const runId = nameOf(root);
    const objects = await bucket.folder(root);
    const wish = wishes?.get(/^(.*)-[0-9a-f]{10}$/.exec(runId)?.[1] ?? '');
    findings.push(...checkRun({ runId, objects, journal: journalOf(runId, journal), ...wish }));
  }
  if (unfinished === undefined) {
    findings.push(...open.map((runId) => finder('I1', runId)('it has a job and no end')));
    const called = new Set(journal.flatMap((entry) => runOf(entry) ?? []));
    if (ended.size === 0 && called.size > 0)
      findings.push(
        finder('I1', [...called].join())('the API was called for it, and nothing here has ended'),
      );
  }
  return { runs: [...ended].map(nameOf), open, findings };
}

function nameOf(root: string): string {
  return root.split('/').at(-2) ?? '';
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { JournalEntry } from '../../src/emulator/index.ts';
import { findBinary } from '../../src/local/binaries.ts';
import { startGuard } from '../../src/local/child.ts';
import { startStoreServer } from '../../src/local/object-store-server.ts';
import { testBinaries } from './local-servers.ts';
import { openBucket } from '../checker/bucket.ts';
import { checkBucket } from '../checker/check-bucket.ts';
import { whole } from '../checker/check-stack.ts';
import type { Finding } from '../checker/finding.ts';

/** What a desk says of its runs for the check at its end. */
export interface DeskCheck {
  /** Why its runs are not held against a journal, as a sentence. @default they are */
  readonly unchecked?: string;
  /** What an API that the desk was told of has noted. @default what the emulator of its own stack has */
  readonly witnessed?: () => readonly JournalEntry[];
}

/**
 * Holds every run that a local stack has left in its data folder against its emulator's journal. The stack has ended: its
 * store is started once more. A desk that never had a stack has no runs.
 */
export async function checkDesk(data: string, check: DeskCheck = {}): Promise<readonly Finding[]> {
  const hasStore = await stat(join(data, 'objects/seaweedfs')).catch(() => undefined);
  if (check.unchecked !== undefined || hasStore === undefined) return [];
  const entries = check.witnessed?.() ?? (await journalOf(join(data, 'emulator.jsonl')));
  const guard = await startGuard();
  try {
    const { path } = await findBinary('weed', testBinaries('weed'));
    const store = await startStoreServer({
      program: { kind: 'seaweedfs', path },
      guard,
      dataDir: join(data, 'objects'),
      logFile: join(data, 'logs/checked-objects.log'),
    });
    const bucket = openBucket({ ...store, bucket: 'pollen-batch' });
    // Ctrl-C and kills leave runs behind that have no end.
    const { findings } = await checkBucket(bucket, whole(entries), { unfinished: 'people leave them' });
    bucket.close();
    await store.child.stop({ fast: true });
    return findings;
  } finally {
    await guard.close();
  }
}

// Where there is none, runs are found to have been made of nothing.
async function journalOf(file: string): Promise<readonly JournalEntry[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as JournalEntry);
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { JournalEntry } from '../../src/emulator/index.ts';
import { findBinary } from '../../src/local/binaries.ts';
import { startGuard } from '../../src/local/child.ts';
import { startStoreServer } from '../../src/local/object-store-server.ts';
import { testBinaries } from './local-servers.ts';
import { openBucket } from '../checker/bucket.ts';
import { checkBucket } from '../checker/check-bucket.ts';
import type { Finding } from '../checker/finding.ts';

/**
 * Holds every run that a local stack has left in its data folder against its emulator's journal. The stack has ended: its
 * store is started once more.
 */
export async function checkDesk(data: string): Promise<readonly Finding[]> {
  const journal = await readFile(join(data, 'emulator.jsonl'), 'utf8').catch(() => '');
  const hasStore = await stat(join(data, 'objects/seaweedfs')).catch(() => undefined);
  if (journal === '' || hasStore === undefined) return [];
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
    const entries = journal
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as JournalEntry);
    const { findings } = await checkBucket(bucket, entries);
    bucket.close();
    await store.child.stop({ fast: true });
    return findings;
  } finally {
    await guard.close();
  }
}

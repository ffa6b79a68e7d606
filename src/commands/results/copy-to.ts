import type { StoreSettings } from '../../config.ts';
import { connectStore } from '../../connect-store.ts';
import { PollenBatchError } from '../../errors.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { parseS3Folder } from '../../storage/s3-url.ts';
import { checkWhole } from '../gc/gone.ts';
import { copyRun, type CopiedRun } from './copy-run.ts';
import { readEnd } from './read-end.ts';
import { explained } from './target-store.ts';

/** Calls that may be under way at once. */
const CONCURRENCY = 32;

/** A run that was copied, and where it is now. */
export interface RunCopy extends CopiedRun {
  readonly marker: Marker;
  readonly bucket: string;
  readonly prefix: string;
  /** The run's folder there, as `s3://…/`. */
  readonly folder: string;
}

/**
 * Copies a run that has ended to another bucket, or below another prefix, of the same server.
 *
 * @param settings - of the run's own store
 * @param to - `s3://bucket/prefix`
 * @throws PollenBatchError `usage` when it has not ended, its results were collected, it is there already, or another run is; `store-unusable` when either
 * store refuses
 */
export async function copyRunTo(
  store: ObjectStore,
  settings: StoreSettings,
  run: RunLocation,
  to: string,
): Promise<RunCopy> {
  const target = parseS3Folder(to);
  if (target === undefined) {
    throw new PollenBatchError('usage', `--to cannot be ${JSON.stringify(to)}`, {
      remedy: 'Give s3://bucket or s3://bucket/prefix, with letters, digits, dots, underscores and hyphens.',
    });
  }
  const { bucket, prefix } = target;
  if (bucket === store.bucket && prefix === run.prefix) {
    throw new PollenBatchError('usage', `run ${run.runId} is in ${to} already`, {
      remedy: 'Give another bucket or prefix.',
    });
  }
  const marker = await readEnd(store, run);
  checkWhole(run, marker);
  const there = connectStore({ ...settings, bucket }, CONCURRENCY);
  try {
    const place = { store: explained(there), run: { ...run, prefix } };
    await refuseAnother(place, marker);
    const copied = await copyRun({ store, run }, place, marker);
    return { ...copied, marker, bucket, prefix, folder: `s3://${bucket}/${runKeys(place.run).root}` };
  } finally {
    there.close();
  }
}

// Told before anything is written; what differs elsewhere is told at its turn.
async function refuseAnother(
  { store, run }: { readonly store: ObjectStore; readonly run: RunLocation },
  { endedAt }: Marker,
): Promise<void> {
  const other = await readMarker(store, run);
  if (other === undefined || other.endedAt === endedAt) return;
  throw new PollenBatchError(
    'usage',
    `another execution of run ${run.runId}, ended ${other.endedAt}, is in s3://${store.bucket}/${runKeys(run).root}`,
    { remedy: 'Copy this one to another prefix.' },
  );
}

import type { Plan } from '../../plan/plan.ts';
import { readPlan, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { openLines, type OpenedLines } from '../../report/export/open-lines.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { checkWhole } from '../gc/gone.ts';
import { everything, type Selection } from './selection.ts';

/** The results of a run that has ended, as they are given away. */
export interface Exported extends OpenedLines {
  readonly run: RunLocation;
  readonly marker: Marker;
  /** Absent where it is lost or damaged. */
  readonly plan: Plan | undefined;
}

/**
 * Opens the results of a run that has ended; the sha256 of each part is checked.
 *
 * @throws PollenBatchError `usage` when its results were collected; `store-unusable` when an object is missing, damaged or not the run's: at its turn
 */
export async function openExport(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  { wants }: Selection = everything,
): Promise<Exported> {
  checkWhole(run, marker);
  const plan = await unlessDamaged(() => readPlan(store, run));
  return { run, marker, plan, ...openLines(store, { run, parts: marker.parts, plan }, wants) };
}

import type { SettingChange } from '../../plan/job-settings.ts';
import { compareClaims } from '../../records/claim.ts';
import type { EndState } from '../../records/outcome.ts';
import { readJobFile, readMarker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { runKeys } from '../../storage/keys.ts';
import { StoreError } from '../../storage/store-error.ts';
import { claimOf, otherWork, type RunRequest } from '../submit/claim-run.ts';
import type { PlanningDesk } from './planning-desk.ts';

/** The run that a job has by its content. */
export interface OwnRun {
  readonly runId: string;
  readonly state: 'new' | 'unfinished' | EndState;
  /** Settings that a run which is there has otherwise than the job has them now: it keeps its own. */
  readonly keptSettings: readonly SettingChange[];
}

/** Looks whether a job's run is there already, and why it might not be come back to. */
export async function ownRun(
  desk: Pick<PlanningDesk, 'store' | 'location' | 'plannedApi'>,
  request: RunRequest,
): Promise<{ readonly run: OwnRun; readonly warnings: readonly string[] }> {
  const { run, wanted } = claimOf(desk, request);
  const { runId } = run;
  const { store } = desk;
  const none = { run: { runId, state: 'new', keptSettings: [] }, warnings: [] } as const;
  if (store === undefined) return none;
  try {
    const [claimed, marker] = await Promise.all([
      unlessDamaged(() => readJobFile(store, run), null),
      unlessDamaged(() => readMarker(store, run)),
    ]);
    if (claimed === undefined) return none;
    const state = marker?.state ?? 'unfinished';
    if (claimed === null) {
      const { job: key } = runKeys(run);
      const warning = `${key} is damaged, or of an earlier version: \`submit\` makes another run with --new only`;
      return { run: { runId, state, keptSettings: [] }, warnings: [warning] };
    }
    const { work, settings } = compareClaims(claimed, wanted);
    const refusal = work === undefined ? undefined : otherWork(runId, work, claimed);
    return {
      run: { runId, state, keptSettings: settings },
      warnings: refusal === undefined ? [] : [`${refusal.message}: \`submit\` takes it with --new only`],
    };
  } catch (error) {
    // What could not be compared is said already.
    if (error instanceof StoreError) return none;
    throw error;
  }
}

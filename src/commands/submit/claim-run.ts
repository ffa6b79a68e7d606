import { PollenBatchError } from '../../errors.ts';
import type { Job } from '../../manifest/job.ts';
import { keptJob } from '../../plan/job-content.ts';
import { filesOf, type PlannedJob } from '../../plan/plan-job.ts';
import { runIdOf } from '../../plan/run-id.ts';
import { compareClaims, type ClaimDifference } from '../../records/claim.ts';
import { claimRun, readMarker, type JobFile } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { Session } from '../session/session.ts';

/** What a run is asked to do. */
export interface RunRequest {
  readonly job: Job;
  readonly planned: Pick<PlannedJob, 'plan' | 'inputs' | 'hasFreshSeeds'>;
  /** What the run's fresh seeds are drawn from, if it has any. */
  readonly seedScope: string;
  readonly options: {
    readonly allowUnpriced: boolean;
    readonly fresh?: boolean;
    readonly first?: number;
  };
}

/** A run that is claimed, and for what where that was before. */
export interface ClaimedRun extends Pick<ClaimDifference, 'settings'> {
  readonly run: RunLocation;
  readonly claimed?: JobFile;
}

const MAX_RUNS = 1_000;

/** A job's run, and the job file that would claim it. */
export function claimOf(
  { location, plannedApi }: Pick<Session, 'location' | 'plannedApi'>,
  { job, options, planned, seedScope }: RunRequest,
  ordinal = 1,
): { readonly run: RunLocation; readonly wanted: JobFile } {
  const {
    plan: { sources = [] },
    inputs,
    hasFreshSeeds,
  } = planned;
  const first = options.first === undefined ? {} : { first: options.first };
  const runId = runIdOf(job, plannedApi, { ordinal, files: filesOf(planned), ...first });
  return {
    run: { ...location, job: job.name, runId },
    wanted: {
      version: 1,
      runId,
      api: plannedApi,
      allowUnpriced: options.allowUnpriced,
      // Without the store's own marks: the same data may come again as another version.
      ...(sources.length === 0 ? {} : { sources: sources.map(({ version: _version, ...source }) => source) }),
      ...(hasFreshSeeds ? { seedScope } : {}),
      ...(options.fresh === true ? { allFresh: true as const } : {}),
      ...(inputs.length === 0 ? {} : { inputs }),
      ...first,
      job: keptJob(job),
    },
  };
}

/**
 * Claims a job's run, or finds it claimed. Who was first has said how it is run: what is generated is the same, so other
 * settings make no other run.
 *
 * @param isNew - whether it shall be another run than those that are there
 * @throws PollenBatchError `usage` when the run that is there does other work, `store-unusable` when its job file is damaged
 */
export async function claim(session: Session, request: RunRequest, isNew: boolean): Promise<ClaimedRun> {
  for (let ordinal = 1; ordinal <= MAX_RUNS; ordinal += 1) {
    const { run, wanted } = claimOf(session, request, ordinal);
    const claiming = () => claimRun(session.store, run, wanted);
    const claimed = isNew ? await unlessDamaged(claiming, null) : await claiming();
    if (claimed === undefined) return { run, settings: [] };
    if (claimed === null) continue;
    const { work, settings } = compareClaims(claimed, wanted);
    if (!isNew) {
      if (work !== undefined) throw otherWork(run.runId, work, claimed);
      return { run, claimed, settings };
    }
    // A new run that was interrupted goes on when the same command comes again.
    const isSame = work === undefined && settings.length === 0;
    if (ordinal > 1 && isSame && (await readMarker(session.store, run)) === undefined) {
      return { run, claimed, settings };
    }
  }
  throw new PollenBatchError('usage', `job ${request.job.name} has ${MAX_RUNS} runs already`, {
    remedy: 'Give the job another name.',
  });
}

/** Why a run that is there cannot be come back to. */
export function otherWork(runId: string, work: 'seeds' | 'content', { allFresh }: JobFile): PollenBatchError {
  const how =
    work === 'seeds'
      ? `was submitted ${allFresh === true ? 'with' : 'without'} new seeds for all of it (--fresh)`
      : 'is there already, with another content';
  return new PollenBatchError('usage', `run ${runId} ${how}`, {
    remedy: 'Make another run of the job with --new.',
  });
}

import { PollenBatchError } from '../errors.ts';
import type { Job } from '../manifest/job.ts';
import { formatProblem } from '../manifest/problem.ts';
import type { Plan, PlanSource } from '../plan/plan.ts';
import { jobContent, runIdOf } from '../plan/run-id.ts';
import { openSpool } from '../plan/spool.ts';
import { folderAt } from '../storage/folder.ts';
import { jobPrefix, runKeys, schedulePrefix, type RunLocation } from '../storage/keys.ts';
import { claimRun, readMarker, writePlan, type Marker } from '../records/run-store.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../workflows/ids.ts';
import { checkAccess } from './access.ts';
import { planReading } from './plan-reading.ts';
import type { ReadJob } from './read-job.ts';
import { planDetails, planSummary } from './render/plan-markdown.ts';
import type { Session } from './session.ts';

export interface SubmitOptions {
  /** Make another run of a job that has one already. */
  readonly isNew: boolean;
  /** Plan calls of models without a known price too. */
  readonly allowUnpriced: boolean;
}

/** What became of a submitted job. */
export interface Submitted {
  readonly run: RunLocation;
  readonly plan: Plan;
  /** `started` by this call, `attached` to a run that goes on, or `ended` before. */
  readonly status: 'started' | 'attached' | 'ended';
  readonly marker?: Marker;
  readonly warnings: readonly string[];
}

const MAX_RUNS = 1_000;

/**
 * Submits a job: claims its run in the bucket, plans it, and starts its workflow. Every step can be done again, so a
 * submit that died midway is finished by the next one.
 */
export async function submit(session: Session, reading: ReadJob, options: SubmitOptions): Promise<Submitted> {
  const { job } = reading;
  const spool = openSpool();
  try {
    // Before anything is written: a job that cannot be planned must not claim a run, or it would be refused when it
    // comes again with other options.
    const planned = await planReading(session, reading, {
      allowUnpriced: options.allowUnpriced,
      mayRepeat: await hasRuns(session, job),
      spool,
    });
    const warnings = [
      ...planned.warnings.map(formatProblem),
      ...checkAccess(planned.uses, session.api, session.config.api),
      ...(job.schedule === undefined
        ? []
        : ['this is one run now; the schedule of the job is put to work by `pollen-batch schedule apply`.']),
    ];
    const { run, isOurs } = await claim(session, job, planned.plan.sources ?? [], options);
    const marker = await readMarker(session.store, run);
    const plan = await writePlan(session.store, run, planned);
    if (marker !== undefined) return { run, plan, status: 'ended', marker, warnings };
    return { run, plan, status: await start(session, run, plan, isOurs), warnings };
  } finally {
    spool.close();
  }
}

async function claim(
  session: Session,
  job: Job,
  sources: readonly PlanSource[],
  options: SubmitOptions,
): Promise<{ readonly run: RunLocation; readonly isOurs: boolean }> {
  for (let ordinal = 1; ordinal <= MAX_RUNS; ordinal += 1) {
    const run = locate(session, job, sources, ordinal);
    const claimed = await claimRun(session.store, run, {
      version: 1,
      runId: run.runId,
      api: session.plannedApi,
      allowUnpriced: options.allowUnpriced,
      // Without the store's own marks: the same data may come again as another version.
      ...(sources.length === 0 ? {} : { sources: sources.map(({ version: _version, ...source }) => source) }),
      job: JSON.parse(jobContent(job)) as Job,
    });
    if (claimed === 'claimed') return { run, isOurs: false };
    // A new run that was interrupted goes on when the same command comes again.
    const isInterrupted = async (): Promise<boolean> =>
      ordinal > 1 && (await readMarker(session.store, run)) === undefined;
    if (claimed === 'ours' && (!options.isNew || (await isInterrupted()))) return { run, isOurs: true };
    if (!options.isNew) {
      throw new PollenBatchError('usage', `run ${run.runId} was submitted with other settings`, {
        remedy: 'Make another run of the job with --new.',
      });
    }
  }
  throw new PollenBatchError('usage', `job ${job.name} has ${MAX_RUNS} runs already`, {
    remedy: 'Give the job another name.',
  });
}

async function hasRuns(session: Session, { name }: Job): Promise<boolean> {
  const location = { ...session.location, job: name };
  const kept = schedulePrefix(location);
  for await (const { key } of session.store.list(jobPrefix(location))) {
    if (!key.startsWith(kept)) return true;
  }
  return false;
}

function locate(
  { location, plannedApi }: Session,
  job: Job,
  sources: readonly PlanSource[],
  ordinal: number,
): RunLocation {
  return { ...location, job: job.name, runId: runIdOf(job, plannedApi, { ordinal, sources }) };
}

async function start(
  session: Session,
  run: RunLocation,
  plan: Plan,
  isOurs: boolean,
): Promise<'started' | 'attached'> {
  const { temporal, store, config } = session;
  const workflowId = runWorkflowId(run.runId);
  const isRunning = await isOpen(temporal.client, workflowId);
  await temporal.client.workflow.start('runJob', {
    workflowId,
    taskQueue: CONTROL_QUEUE,
    // Where the claim is older than this start, an execution that is gone may have made calls.
    args: [{ run, resumed: isOurs && !isRunning }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: planSummary(plan),
    staticDetails: planDetails(plan, folderAt(store.bucket, runKeys(run).root, config.store?.publicUrl)),
    memo: { items: plan.items, job: plan.job, emulated: plan.api.emulated },
  });
  return isRunning ? 'attached' : 'started';
}

async function isOpen(client: Session['temporal']['client'], workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch {
    return false;
  }
}

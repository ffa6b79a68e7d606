import { randomUUID } from 'node:crypto';

import { PollenBatchError } from '../errors.ts';
import type { Job } from '../manifest/job.ts';
import { formatProblem } from '../manifest/problem.ts';
import type { Plan } from '../plan/plan.ts';
import { filesOf, type PlannedJob } from '../plan/plan-job.ts';
import { jobContent, runIdOf } from '../plan/run-id.ts';
import { takesOver } from '../plan/reuse.ts';
import { openSpool } from '../plan/spool.ts';
import { folderAt } from '../storage/folder.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { readDoneWork } from '../records/done-work.ts';
import { keepInputs } from '../records/inputs.ts';
import { readMeasured } from '../records/measured.ts';
import { listRunIds, recentRuns } from '../records/past-runs.ts';
import { claimRun, readJobFile, readMarker, readPlan, writePlan, type Marker } from '../records/run-store.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../workflows/ids.ts';
import { checkAccess } from './access.ts';
import { checkCost, unconfirmed } from './cost-guard.ts';
import { outlookOf, type Outlook } from './outlook.ts';
import { planReading } from './plan-reading.ts';
import type { ReadJob } from './read-job.ts';
import { planDetails, planSummary } from './render/plan-markdown.ts';
import type { Session } from './session.ts';

export interface SubmitOptions {
  /** Make another run of a job that has one already. */
  readonly isNew: boolean;
  /** Plan calls of models without a known price too. */
  readonly allowUnpriced: boolean;
  /** Draw every seed anew that is not pinned. @default false */
  readonly fresh?: boolean;
  /** Take over what earlier runs have done, as `reuse: true` of the job does. @default false */
  readonly reuse?: boolean;
  /** Items of a run that only tries the job out, from the first on. @default all, in the job's own run */
  readonly first?: number;
  /** Decimal Pollen; a new run that may cost more is refused. @default no limit */
  readonly maxCost?: string;
  /** Whether a price above the configured threshold is confirmed beforehand. @default false */
  readonly isConfirmed?: boolean;
  /** Asks whether a run that is above it may start. @default nobody is asked, and it is refused */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Is told what the job comes to, before anything is written. */
  readonly onOutlook?: (outlook: Outlook, warnings: readonly string[]) => void;
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
  const { store, plannedApi, config } = session;
  const home = { ...session.location, job: job.name };
  const spool = openSpool();
  try {
    const past = await recentRuns(store, home, plannedApi);
    const measured = await readMeasured(store, past);
    const reuse = options.reuse === true || takesOver(job) ? await readDoneWork(store, past) : undefined;
    // Before anything is written: a job that cannot be planned must not claim a run, or it would be refused when it
    // comes again with other options.
    const mayRepeat = (await listRunIds(store, home)).length > 0;
    const seedScope = randomUUID();
    const plan = (scope: string): Promise<PlannedJob> =>
      planReading(session, reading, {
        allowUnpriced: options.allowUnpriced,
        allFresh: options.fresh === true,
        seedScope: scope,
        mayRepeat,
        spool,
        measured,
        ...(reuse === undefined ? {} : { reuse }),
        ...(options.first === undefined ? {} : { first: options.first }),
      });
    const drawn = await plan(seedScope);
    const warnings = [
      ...drawn.warnings.map(formatProblem),
      ...checkAccess(drawn.uses, session.api, session.config.api),
      ...(job.schedule === undefined
        ? []
        : ['this is one run now; the schedule of the job is put to work by `pollen-batch schedule apply`.']),
    ];
    const outlook = outlookOf(drawn, config.lanes, measured);
    options.onOutlook?.(outlook, warnings);
    // A run that is there already was decided about when it was made.
    if (options.isNew || (await readPlan(store, locate(session, job, options, drawn, 1))) === undefined) {
      await decide(outlook, options, config.confirmAbove);
    }
    const { run, isOurs } = await claim(session, job, options, drawn, seedScope);
    const marker = await readMarker(session.store, run);
    const written = (await readPlan(session.store, run)) ?? (await write());
    if (marker !== undefined) return { run, plan: written, status: 'ended', marker, warnings };
    return { run, plan: written, status: await start(session, run, written, isOurs), warnings };

    // A submit that died between its claim and its plan has said what the seeds are drawn from.
    async function write(): Promise<Plan> {
      const scope = isOurs ? (await readJobFile(session.store, run))?.seedScope : undefined;
      const planned = scope === undefined ? drawn : await plan(scope);
      await keepInputs(session.store, (sha256) => runKeys(run).input(sha256), reading.files, planned.inputs);
      return writePlan(session.store, run, planned);
    }
  } finally {
    spool.close();
  }
}

async function claim(
  session: Session,
  job: Job,
  options: SubmitOptions,
  planned: PlannedJob,
  seedScope: string,
): Promise<{ readonly run: RunLocation; readonly isOurs: boolean }> {
  const {
    plan: { sources = [] },
    inputs,
    hasFreshSeeds,
  } = planned;
  for (let ordinal = 1; ordinal <= MAX_RUNS; ordinal += 1) {
    const run = locate(session, job, options, planned, ordinal);
    const claimed = await claimRun(session.store, run, {
      version: 1,
      runId: run.runId,
      api: session.plannedApi,
      allowUnpriced: options.allowUnpriced,
      // Without the store's own marks: the same data may come again as another version.
      ...(sources.length === 0 ? {} : { sources: sources.map(({ version: _version, ...source }) => source) }),
      ...(hasFreshSeeds ? { seedScope } : {}),
      ...(options.fresh === true ? { allFresh: true as const } : {}),
      ...(inputs.length === 0 ? {} : { inputs }),
      ...(options.first === undefined ? {} : { first: options.first }),
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

async function decide(
  outlook: Outlook,
  { maxCost, isConfirmed = false, confirm }: SubmitOptions,
  confirmAbove: string | undefined,
): Promise<void> {
  const question = checkCost(outlook, { maxCost, confirmAbove, isConfirmed });
  if (question === undefined) return;
  if (confirm === undefined || !(await confirm(question))) throw unconfirmed(question, confirm !== undefined);
}

function locate(
  { location, plannedApi }: Session,
  job: Job,
  { first }: SubmitOptions,
  planned: PlannedJob,
  ordinal: number,
): RunLocation {
  const files = filesOf(planned);
  const runId = runIdOf(job, plannedApi, { ordinal, files, ...(first === undefined ? {} : { first }) });
  return { ...location, job: job.name, runId };
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

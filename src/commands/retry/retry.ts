import { PollenBatchError } from '../../errors.ts';
import type { Budget } from '../../manifest/job.ts';
import { withMaxCost } from '../../plan/budget.ts';
import type { Plan } from '../../plan/plan.ts';
import { openSpool } from '../../plan/spool.ts';
import { retryIdOf } from '../../plan/run-id.ts';
import { parseAmount } from '../../pollen/amount.ts';
import { keepResume, readBudget } from '../../records/changes.ts';
import { readMeasured } from '../../records/measured.ts';
import { recentRuns } from '../../records/past-runs.ts';
import {
  claimRun,
  readJobFile,
  readMarker,
  readPlan,
  writePlan,
  type JobFile,
  type Marker,
} from '../../records/run-store.ts';
import { missingItems } from '../../records/tally.ts';
import { UnplannedRunError, budgetInPeriod } from '../../report/period-budget.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { checkAccess } from '../job/access.ts';
import { noticeDoubts } from '../job/notice-doubts.ts';
import { checkWhole } from '../gc/gone.ts';
import { findRun } from '../runs/find-run.ts';
import { outlookOf } from '../plan/outlook.ts';
import type { Session } from '../session/session.ts';
import { isOpen, startRun } from '../submit/start-run.ts';
import { decide, type CostOptions, type Submitted } from '../submit/submit.ts';
import { bucketSource } from './bucket-source.ts';
import { findLineage, type Lineage } from './lineage.ts';
import type { RetriedRun } from './parent-items.ts';
import { planRetry, type LeftItems } from './plan-retry.ts';

export interface RetryOptions extends CostOptions {
  /** Give items whose answer is bad for good another seed, those with a pinned one too. */
  readonly newSeeds: boolean;
  /** For people, kept with the retry. */
  readonly reason?: string;
}

/** A retry that was started. */
export interface Retried extends Submitted {
  /** The run whose unfinished items it calls again. */
  readonly parent: RunLocation;
  /** What it calls again; absent where it was planned before. */
  readonly left?: LeftItems;
}

/**
 * Makes a run that calls for what an ended run has not got, from the bucket alone: the job file is not looked at again.
 * Every step can be done again, so a retry that died midway is finished by the next one.
 *
 * @throws PollenBatchError `usage` while the run or a retry of it goes on, or when nothing is left; `not-found`, `no-price`,
 * `too-dear`, `store-unusable`
 */
export async function retry(session: Session, runId: string, options: RetryOptions): Promise<Retried> {
  const { store, plannedApi, config } = session;
  const lineage = await lineageOf(session, await findRun(session, runId));
  const parent = await readParent(session, lineage.last);
  const run = await findRetry(session, lineage, options.newSeeds);
  const earlier = await readPlan(store, run);
  if (earlier !== undefined) {
    await checkPlanned(session, run, earlier, options.maxCost);
    options.onOutlook?.(undefined, []);
    // It has its own reason in its plan.
    if (options.reason !== undefined) await keepResume(store, run, options.reason);
    return { ...retriedOf(parent, run, earlier), status: await startRun(session, run, earlier) };
  }
  const claimed = await readJobFile(store, parent.run);
  if (claimed === undefined) throw new Error(`run ${parent.run.runId} has no job file`);
  const file = { ...claimed, job: withMaxCost(claimed.job, options.maxCost) };
  const wanted = claimOf(session, file, parent.run, run, options.newSeeds);
  const spool = openSpool();
  try {
    const { ended } = await recentRuns(store, parent.run, plannedApi);
    const measured = await readMeasured(store, ended);
    const planned = await planRetry(session, {
      parent,
      run,
      reason: options.reason,
      newSeeds: options.newSeeds,
      budget: await budgetOf(session, run, file),
      spend: file.job.spend,
      allowUnpriced: file.allowUnpriced || file.job.allowUnpriced === true,
      measured,
      spool,
    });
    const warnings = [
      ...checkAccess(planned.uses, session.api, config.api),
      ...noticeDoubts(planned.plan.notify, config.notices),
    ];
    const outlook = outlookOf(planned, config.lanes, measured);
    options.onOutlook?.(outlook, warnings);
    // A job that may not start must not claim its run.
    await decide(outlook, options, config.confirmAbove);
    const first = await claimRun(store, run, wanted);
    if (first !== undefined && !isSame(first, wanted)) throw raced(parent.run, run);
    await copyInputs(store, parent.run, run);
    const plan = await writePlan(store, run, planned);
    await checkPlanned(session, run, plan, options.maxCost);
    const status = await startRun(session, run, plan);
    return { ...retriedOf(parent, run, plan), status, warnings, left: planned.left };
  } finally {
    spool.close();
  }
}

async function lineageOf(session: Session, run: RunLocation): Promise<Lineage> {
  const { runId } = run;
  const marker = await readMarker(session.store, run);
  if (marker !== undefined) return findLineage(session.store, run, marker);
  throw (await isOpen(session, run))
    ? new PollenBatchError('usage', `run ${runId} goes on, so nothing tells yet what it will not get`, {
        remedy: `Wait for its end (\`pollen-batch watch ${runId}\`), or stop it first.`,
      })
    : new PollenBatchError('usage', `run ${runId} has not ended: its workflow is gone`, {
        remedy: `Finish it first with \`pollen-batch resume ${runId} --from-store\`; what then is missing can be retried.`,
      });
}

async function readParent(
  { store, plannedApi }: Session,
  { run, marker }: { readonly run: RunLocation; readonly marker: Marker },
): Promise<RetriedRun> {
  checkWhole(run, marker);
  if (marker.tally.failed + missingItems(marker.tally) === 0) {
    throw new PollenBatchError('usage', `run ${run.runId} has every result, so nothing is left to retry`, {
      remedy: `Copy them with \`pollen-batch results ${run.runId}\`.`,
    });
  }
  const plan = await readPlan(store, run);
  if (plan === undefined) {
    throw new PollenBatchError('store-unusable', `the plan of run ${run.runId} is missing from the bucket`, {
      remedy: 'Look for who changed the bucket, and submit the job as a new run.',
    });
  }
  if (plan.api.id !== plannedApi.id || plan.api.dialect !== plannedApi.dialect) {
    throw new PollenBatchError(
      'usage',
      `run ${run.runId} was made with ${plan.api.id} (${plan.api.dialect}), and the API is ${plannedApi.id} (${plannedApi.dialect})`,
      { remedy: 'Set POLLINATIONS_BASE_URL to the API of the run, or submit its job as a new run.' },
    );
  }
  return { run, plan, marker };
}

async function findRetry(
  session: Session,
  { last, open, next }: Lineage,
  newSeeds: boolean,
): Promise<RunLocation> {
  if (open === undefined) return { ...last.run, runId: retryIdOf(last.run.runId, next) };
  const { run, file } = open;
  const name = `run ${last.run.runId} is being retried: ${run.runId}`;
  if (await isOpen(session, run)) {
    throw new PollenBatchError('usage', `${name} goes on`, {
      remedy: `Look at it with \`pollen-batch watch ${run.runId}\`.`,
    });
  }
  if ((file.newSeeds ?? false) !== newSeeds) {
    throw new PollenBatchError(
      'usage',
      `${name} was begun ${newSeeds ? 'without' : 'with'} --new-seed and has not ended`,
      { remedy: `Give the command ${newSeeds ? 'without' : 'with'} --new-seed: it goes on where it was.` },
    );
  }
  return run;
}

// What a retry of a scheduled run spends is of its period too.
async function budgetOf({ store }: Session, run: RunLocation, { job }: JobFile): Promise<Budget | undefined> {
  try {
    return await budgetInPeriod(bucketSource(store), run, job);
  } catch (error) {
    if (!(error instanceof UnplannedRunError)) throw error;
    throw new PollenBatchError('usage', error.message, { remedy: 'Try again when it is planned.' });
  }
}

// A retry that was planned before keeps its budget: it must not spend more than is allowed to it now.
async function checkPlanned(
  { store }: Session,
  run: RunLocation,
  plan: Plan,
  maxCost: string | undefined,
): Promise<void> {
  if (maxCost === undefined) return;
  const budget = await readBudget(store, run, plan.budget);
  if (budget !== undefined && parseAmount(budget.amount) <= parseAmount(maxCost)) return;
  const has = budget === undefined ? 'without a budget' : `with a budget of ${budget.amount} Pollen`;
  throw new PollenBatchError(
    'usage',
    `run ${run.runId} was planned ${has}, which --max-cost ${maxCost} would not hold`,
    { remedy: 'Give the command without --max-cost: the retry goes on under the budget that it has.' },
  );
}

function claimOf(
  { plannedApi }: Session,
  { claimedBy: _claimedBy, newSeeds: _newSeeds, ...file }: JobFile,
  parent: RunLocation,
  run: RunLocation,
  newSeeds: boolean,
): JobFile {
  return {
    ...file,
    runId: run.runId,
    parent: { runId: parent.runId },
    ...(newSeeds ? { newSeeds: true as const } : {}),
    api: plannedApi,
  };
}

function isSame(claimed: JobFile, wanted: JobFile): boolean {
  return claimed.parent?.runId === wanted.parent?.runId && claimed.newSeeds === wanted.newSeeds;
}

function raced({ runId }: RunLocation, run: RunLocation): PollenBatchError {
  return new PollenBatchError('usage', `another retry of ${runId} was begun meanwhile: ${run.runId}`, {
    remedy: `Look at it with \`pollen-batch get ${run.runId}\`.`,
  });
}

// By their digests, so that a copy that is made twice is the same.
async function copyInputs(store: ObjectStore, from: RunLocation, to: RunLocation): Promise<void> {
  const source = runKeys(from).inputs;
  for await (const { key } of store.list(source)) {
    const found = await store.head(key);
    const { sha256 } = found?.metadata ?? {};
    if (found === undefined || sha256 === undefined) continue;
    const { contentType } = found;
    await store.copy(key, `${runKeys(to).inputs}${key.slice(source.length)}`, { contentType, sha256 });
  }
}

function retriedOf({ run: parent }: RetriedRun, run: RunLocation, plan: Submitted['plan']) {
  return { parent, run, plan, keptSettings: [], warnings: [] };
}

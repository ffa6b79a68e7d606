import { randomUUID } from 'node:crypto';

import { PollenBatchError } from '../../errors.ts';
import type { Job } from '../../manifest/job.ts';
import { formatProblem } from '../../manifest/problem.ts';
import { withMaxCost } from '../../plan/budget.ts';
import { withSettingsOf, type SettingChange } from '../../plan/job-settings.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlannedJob } from '../../plan/plan-job.ts';
import { takesOver } from '../../plan/reuse.ts';
import { openSpool } from '../../plan/spool.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { readDoneWork } from '../../records/done-work.ts';
import { keepInputs } from '../../records/inputs.ts';
import { readMeasured } from '../../records/measured.ts';
import { recentRuns } from '../../records/past-runs.ts';
import {
  readBegun,
  readJobFile,
  readMarker,
  readPlan,
  writePlan,
  type JobFile,
  type Marker,
} from '../../records/run-store.ts';
import { checkAccess } from '../job/access.ts';
import { noticeDoubts } from '../job/notice-doubts.ts';
import { claim, claimOf } from './claim-run.ts';
import { checkCost, checkDearest, unconfirmed } from './cost-guard.ts';
import { outlookOf, type Outlook } from '../plan/outlook.ts';
import { planReading } from '../plan/plan-reading.ts';
import type { ReadJob } from '../job/job-reading.ts';
import type { Session } from '../session/session.ts';
import { startRun } from './start-run.ts';

/** What a run may cost, and who is told and asked. */
export interface CostOptions {
  /** Decimal Pollen; a new run that may cost more is refused. @default no limit */
  readonly maxCost?: string;
  /** Whether a price above the configured threshold is confirmed beforehand. @default false */
  readonly isConfirmed?: boolean;
  /** Asks whether a run that is above it may start. @default nobody is asked, and it is refused */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Is told what the run comes to, before anything is written; nothing where it is there already. */
  readonly onOutlook?: (outlook: Outlook | undefined, warnings: readonly string[]) => void;
}

export interface SubmitOptions extends CostOptions {
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
}

/** What became of a submitted job. */
export interface Submitted {
  readonly run: RunLocation;
  readonly plan: Plan;
  /** `started` by this call, `attached` to a run that goes on, or `ended` before. */
  readonly status: 'started' | 'attached' | 'ended';
  readonly marker?: Marker;
  /** Settings that the run has of an earlier submit, and that the job has otherwise now: the run keeps its own. */
  readonly keptSettings: readonly SettingChange[];
  readonly warnings: readonly string[];
}

/**
 * Submits a job: claims its run in the bucket, plans it, and starts its workflow. Every step can be done again, so a
 * submit that died midway is finished by the next one.
 */
export async function submit(session: Session, reading: ReadJob, options: SubmitOptions): Promise<Submitted> {
  const job = withMaxCost(reading.job, options.maxCost);
  const { store, plannedApi, config } = session;
  const home = { ...session.location, job: job.name };
  const spool = openSpool();
  try {
    const { ended, names, warnings: skipped } = await recentRuns(store, home, plannedApi);
    const mayRepeat = names.length > 0;
    const measured = await readMeasured(store, ended);
    const reuse = options.reuse === true || takesOver(job) ? await readDoneWork(store, ended) : undefined;
    // Before anything is written: a job that cannot be planned must not claim a run, or it would be refused when it
    // comes again with other options.
    const seedScope = randomUUID();
    const plan = (
      claimed?: JobFile,
      allowUnpriced = options.allowUnpriced,
      repeats = mayRepeat,
    ): Promise<PlannedJob> =>
      planReading(...asClaimed(session, reading, claimed), {
        allowUnpriced: claimed?.allowUnpriced ?? allowUnpriced,
        allFresh: options.fresh === true,
        seedScope: claimed?.seedScope ?? seedScope,
        mayRepeat: repeats,
        spool,
        measured,
        ...(reuse === undefined ? {} : { reuse }),
        ...(options.first === undefined ? {} : { first: options.first }),
      });
    const drawn = await plan().catch(planOfOwnRun);
    const warnings = [
      ...skipped,
      ...drawn.warnings.map(formatProblem),
      ...checkAccess(drawn.uses, session.api, session.config.api),
      ...noticeDoubts(job.notify, config.notices),
      ...(job.schedule === undefined
        ? []
        : ['this is one run now; the schedule of the job is put to work by `pollen-batch schedule apply`.']),
    ];
    const outlook = outlookOf(drawn, config.lanes, measured);
    const request = { job, options, planned: drawn, seedScope };
    const isThere = !options.isNew && (await readPlan(store, claimOf(session, request).run)) !== undefined;
    options.onOutlook?.(isThere ? undefined : outlook, warnings);
    // A run that is there already was decided about when it was made.
    if (!isThere) await decide(outlook, options, config.confirmAbove);
    if (!isThere && options.maxCost !== undefined) checkDearest(drawn, options.maxCost);
    const { run, claimed, settings: keptSettings } = await claim(session, request, options.isNew);
    const marker = await readMarker(session.store, run);
    const written = (await readPlan(session.store, run)) ?? (await write());
    const submitted = { run, plan: written, keptSettings, warnings };
    if (marker !== undefined) return { ...submitted, status: 'ended', marker };
    return { ...submitted, status: await startRun(session, run, written) };

    // A run that is there keeps that it may make calls of unknown price: what is refused for these alone is looked for.
    async function planOfOwnRun(refusal: unknown): Promise<PlannedJob> {
      const isFinal = options.isNew || !mayRepeat || !(refusal instanceof PollenBatchError);
      const unpriced = isFinal ? undefined : await plan(undefined, true).catch(() => undefined);
      if (unpriced === undefined) throw refusal;
      const { run } = claimOf(session, { job, options, planned: unpriced, seedScope });
      const claimed = await readJobFile(store, run);
      const isAllowed = claimed?.allowUnpriced === true || claimed?.job.allowUnpriced === true;
      if (!isAllowed && (await readPlan(store, run)) === undefined) throw refusal;
      return unpriced;
    }

    // A submit that died between its claim and its plan has said under what settings, and what the seeds are drawn from.
    async function write(): Promise<Plan> {
      const isOther = claimed !== undefined && (claimed.seedScope !== undefined || keptSettings.length > 0);
      // Its own folder is no other run: what was not begun has sent nothing.
      const hasOthers = names.some((name) => name !== run.runId);
      const repeats = mayRepeat && (hasOthers || (await readBegun(session.store, run)) !== undefined);
      const isSame = !isOther && repeats === mayRepeat;
      const made = isSame ? drawn : await plan(claimed, undefined, repeats);
      const planned = isOther ? made : underBudget(job, made);
      await keepInputs(session.store, (sha256) => runKeys(run).input(sha256), reading.files, planned.inputs);
      return writePlan(session.store, run, planned);
    }
  } finally {
    spool.close();
  }
}

// Who claimed a run first has said how it is run.
function asClaimed(session: Session, reading: ReadJob, claimed: JobFile | undefined) {
  if (claimed === undefined) return [session, reading] as const;
  const job = withSettingsOf(reading.job, claimed.job);
  return [
    { ...session, plannedApi: claimed.api },
    { ...reading, job },
  ] as const;
}

// What `--max-cost` allows became known to the planning only now: the price of the whole is judged before it.
function underBudget({ budget }: Job, planned: PlannedJob): PlannedJob {
  return budget === undefined ? planned : { ...planned, plan: { ...planned.plan, budget } };
}

/** Lets a run start for what it may cost, asks, or refuses it. */
export async function decide(
  outlook: Outlook,
  { maxCost, isConfirmed = false, confirm }: CostOptions,
  confirmAbove: string | undefined,
): Promise<void> {
  const question = checkCost(outlook, { maxCost, confirmAbove, isConfirmed });
  if (question === undefined) return;
  if (confirm === undefined || !(await confirm(question))) throw unconfirmed(question, confirm !== undefined);
}

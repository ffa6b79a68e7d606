import { ScheduleAlreadyRunning, type ScheduleOptionsStartWorkflowAction } from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import type { Job } from '../../manifest/job.ts';
import type { Schedule } from '../../manifest/schedule.ts';
import type { Estimate, Plan } from '../../plan/plan.ts';
import type { PlannedJob } from '../../plan/plan-job.ts';
import { keptJob } from '../../plan/job-content.ts';
import { runIdOf } from '../../plan/run-id.ts';
import { openSpool } from '../../plan/spool.ts';
import { hashInputs, keepInputs, rememberOpened } from '../../records/inputs.ts';
import { isKept, keepJob, readKeptJob, type KeptJob, type KeptJobLocation } from '../../records/kept-job.ts';
import { folderAt } from '../../storage/folder.ts';
import { jobPrefix, keptInputKey, type JobLocation } from '../../storage/keys.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../../workflows/ids.ts';
import type { runJob } from '../../workflows/run-job.ts';
import { checkAccess } from '../job/access.ts';
import { noticeDoubts } from '../job/notice-doubts.ts';
import { planSummary, scheduleDetails } from '../render/plan-markdown.ts';
import { planReading } from '../plan/plan-reading.ts';
import type { ReadJob } from '../job/job-reading.ts';
import type { Session } from '../session/session.ts';
import { runMemo } from '../submit/start-run.ts';
import { scheduleChanges, type ScheduleChange } from './changes.ts';
import { findSchedule, lookUpSchedule, type FoundSchedule } from './find-schedule.ts';
import { temporalPolicies, temporalSpec } from './spec.ts';

export interface ApplyOptions {
  /** Run calls of models without a known price too. */
  readonly allowUnpriced: boolean;
  /** Only say what would change. */
  readonly dryRun: boolean;
}

/** What became of an applied schedule. */
export interface AppliedSchedule {
  readonly schedule: string;
  readonly status: 'created' | 'updated' | 'unchanged';
  /** Whether nothing was done, as wished. */
  readonly dryRun: boolean;
  readonly changes: readonly ScheduleChange[];
  /** What one run may cost at today's prices. */
  readonly estimate: Estimate;
  readonly paused: boolean;
  /** Zone of the schedule. */
  readonly timezone: string;
  /** Next times, ISO 8601; empty for a dry run. */
  readonly next: readonly string[];
  readonly warnings: readonly string[];
}

const SHOWN_TIMES = 3;

type Action = ScheduleOptionsStartWorkflowAction<typeof runJob>;

/**
 * Creates the schedule of a job, or brings it up to date; a paused one stays paused. The job is kept in the bucket, so
 * that it runs without its author's disk.
 *
 * @throws PollenBatchError `usage` when the job has no schedule, `no-price` when it could not run
 */
export async function applySchedule(
  session: Session,
  reading: ReadJob,
  options: ApplyOptions,
): Promise<AppliedSchedule> {
  const { job } = reading;
  const { schedule } = job;
  if (schedule === undefined) {
    throw new PollenBatchError('usage', `the job ${job.name} has no schedule`, {
      remedy: 'Say when it runs, as in `schedule: { cron: "0 6 * * *", timezone: Europe/Berlin }`.',
    });
  }
  // What the check of it reads is what its runs will read.
  const { files, opened } = rememberOpened(reading.files);
  const { plan, uses, inputs: used } = await planOnce(session, { ...reading, files }, options);
  const inputs = await hashInputs(reading.files, opened(), used);
  const warnings = [
    ...checkAccess(uses, session.api, session.config.api),
    ...noticeDoubts(job.notify, session.config.notices),
  ];
  const kept: KeptJob = {
    version: 1,
    runId: runIdOf(job, session.plannedApi, { files: inputs }),
    api: session.plannedApi,
    allowUnpriced: options.allowUnpriced,
    items: plan.items,
    ...(inputs.length === 0 ? {} : { inputs }),
    job: {
      ...keptJob(job),
      schedule,
      ...(job.reuse === undefined ? {} : { reuse: job.reuse }),
    },
  };
  const { estimate } = plan;
  const home = { ...session.location, job: job.name };
  const before = await lookUpSchedule(session.temporal.client, job.name);
  const known = before === undefined ? undefined : await readKeptJob(session.store, before.location);
  if (before !== undefined && before.location.emulated !== home.emulated) throw otherApi(job.name);
  const changes = scheduleChanges(known, kept);
  const status = before === undefined ? 'created' : isSame(before, home, kept) ? 'unchanged' : 'updated';
  const { dryRun } = options;
  const { timezone } = schedule;
  const common = { schedule: job.name, timezone, status, dryRun, changes, estimate, warnings } as const;
  if (dryRun) return { ...common, paused: before?.description.state.paused ?? false, next: [] };
  await keepInputs(session.store, (sha256) => keptInputKey(home, sha256), reading.files, inputs);
  // Also where nothing has changed: somebody may have changed the schedule in the Temporal UI.
  const location = await keepJob(session.store, home, kept);
  await write(session, job, schedule, before, actionOf(session, { ...plan, runId: kept.runId }, location));
  const { description } = await findSchedule(session.temporal.client, job.name);
  const next = description.info.nextActionTimes.slice(0, SHOWN_TIMES).map((time) => time.toISOString());
  return { ...common, paused: description.state.paused, next };
}

function isSame({ location }: FoundSchedule, home: JobLocation, kept: KeptJob): boolean {
  return location.prefix === home.prefix && isKept(kept, location);
}

function otherApi(name: string): PollenBatchError {
  return new PollenBatchError('usage', `the schedule ${name} belongs to the other of emulator and real API`, {
    remedy: `Give the job another name, or remove the schedule with \`pollen-batch schedule delete ${name}\` first.`,
  });
}

// A job that cannot be planned today would fail at every tick.
async function planOnce(
  session: Session,
  reading: ReadJob,
  { allowUnpriced }: ApplyOptions,
): Promise<PlannedJob> {
  const spool = openSpool();
  try {
    return await planReading(session, reading, { allowUnpriced, mayRepeat: true, spool });
  } finally {
    spool.close();
  }
}

async function write(
  session: Session,
  { name: scheduleId }: Job,
  schedule: Schedule,
  before: FoundSchedule | undefined,
  action: Action,
): Promise<void> {
  const { schedule: schedules } = session.temporal.client;
  const parts = { spec: temporalSpec(schedule), policies: temporalPolicies(schedule), action };
  if (before === undefined) {
    try {
      await schedules.create({ scheduleId, ...parts });
      return;
    } catch (error) {
      // Somebody else was faster; theirs is brought up to date like any other.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
  await schedules
    .getHandle(scheduleId)
    .update<typeof runJob>((current) => ({ ...parts, state: current.state }));
}

function actionOf({ store, config }: Session, plan: Plan, scheduled: KeptJobLocation): Action {
  return {
    type: 'startWorkflow',
    workflowType: 'runJob',
    workflowId: runWorkflowId(plan.runId),
    taskQueue: CONTROL_QUEUE,
    args: [{ scheduled }],
    memo: runMemo(plan),
    staticSummary: planSummary(plan),
    staticDetails: scheduleDetails(
      plan,
      folderAt(store.bucket, jobPrefix(scheduled), config.store?.publicUrl),
    ),
  };
}

/**
 * What programs use in place of the command line. Nothing here prints, ends the process, or starts servers or workers:
 * jobs go to the configured servers, or to the local stack that `pollen-batch dev` runs.
 */
import { findRun } from './commands/runs/find-run.ts';
import { follow, type Sight } from './commands/runs/follow.ts';
import { get, type RunDetails } from './commands/runs/get.ts';
import { InvalidJob } from './commands/job/invalid-job.ts';
import type { JobSource, ReadJob } from './commands/job/job-reading.ts';
import { readValidJob } from './commands/job/read-job.ts';
import { openExport } from './commands/results/export-lines.ts';
import { readChecked, unusable } from './report/read-results.ts';
import { submit as submitTo } from './commands/submit/submit.ts';
import { countItems, withoutObjects } from './commands/job/count-items.ts';
import { hold, type CallOptions } from './connection.ts';
import { PollenBatchError } from './errors.ts';
import type { SettingChange } from './plan/job-settings.ts';
import type { Plan } from './plan/plan.ts';
import type { RunOutcome } from './records/outcome.ts';
import type { Artifact } from './records/record.ts';
import { readMarker } from './records/run-store.ts';
import type { ExportLine } from './report/export/export-line.ts';
import { isOfItems, rootPrefix } from './storage/keys.ts';

export { connect, type CallOptions, type ConnectOptions, type Connection } from './connection.ts';
export { PollenBatchError, type ErrorCode } from './errors.ts';
export type { JobSource } from './commands/job/job-reading.ts';
export type { Sight } from './commands/runs/follow.ts';
export type { RunDetails } from './commands/runs/get.ts';
export type { Job } from './manifest/job.ts';
export type { ReadJob } from './commands/job/job-reading.ts';
export type { SettingChange } from './plan/job-settings.ts';
export type { Plan } from './plan/plan.ts';
export type { EndState, RunOutcome } from './records/outcome.ts';
export type { Artifact, FailedRecord, StepResult, SucceededRecord } from './records/record.ts';
export type { Tally } from './records/tally.ts';
export type { Report } from './report/report.ts';
export type { ExportLine, ExportStep } from './report/export/export-line.ts';
export type { CancelledItem, ResultLine } from './report/result-line.ts';
export type { RunState, RunView } from './workflows/messages.ts';

export interface SubmitOptions extends CallOptions {
  /** Make another run of a job that has one already. @default false */
  readonly isNew?: boolean;
  /** Draw new seeds for the whole run, but for those that the job pins. @default false */
  readonly fresh?: boolean;
  /** Also call models without a known price. @default false */
  readonly allowUnpriced?: boolean;
  /** Take over what earlier runs of the job have done. @default as the job says */
  readonly reuse?: boolean;
  /** Only the first items, as a run of their own. @default all */
  readonly first?: number;
  /** Decimal Pollen; a run that may cost more is refused. @default no limit */
  readonly maxCost?: string;
  /** Start also what may cost more than the configured threshold. @default false */
  readonly isConfirmed?: boolean;
}

export interface WatchOptions extends CallOptions {
  /** Ends the watching, and not the run. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks. @default 1000 */
  readonly everyMs?: number;
}

/** What became of a submitted job. */
export interface SubmittedRun {
  readonly runId: string;
  /** `started` by this call, `attached` to a run that goes on, or `ended` before. */
  readonly status: 'started' | 'attached' | 'ended';
  /** What will be called, and what it can cost at most. */
  readonly plan: Plan;
  /** Of a run that has ended. */
  readonly outcome?: RunOutcome;
  /** Settings that the run has of an earlier submit, and that the job has otherwise now: the run keeps its own. */
  readonly keptSettings: readonly SettingChange[];
  /** Sentences about the way in, as that a key is made for something else. */
  readonly warnings: readonly string[];
}

/**
 * Reads a job and checks it whole.
 *
 * @throws PollenBatchError `job-invalid`, whose `details` are all problems as `file:line:column: code: message`, or
 * `usage` when there is no such file
 */
export async function loadJob(source: JobSource): Promise<ReadJob> {
  const reading = await readValidJob(source);
  const validation = await countItems(withoutObjects(reading), new Date().toISOString());
  if ('problems' in validation) throw new InvalidJob(reading.file, validation.problems, validation.warnings);
  return reading;
}

/**
 * Submits a job. The same job against the same API is the same run, so it can be done again after any fault.
 *
 * @throws PollenBatchError `no-price` for a model without a known price, `too-dear` above `maxCost`, and as `connect` does
 */
export async function submit(job: ReadJob, options: SubmitOptions = {}): Promise<SubmittedRun> {
  const { isNew = false, fresh = false, allowUnpriced = false, reuse, first, maxCost, isConfirmed } = options;
  await using held = await hold(options);
  const { run, marker, ...submitted } = await submitTo(held.session, job, {
    isNew,
    fresh,
    allowUnpriced,
    ...(reuse === undefined ? {} : { reuse }),
    ...(first === undefined ? {} : { first }),
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(isConfirmed === undefined ? {} : { isConfirmed }),
  });
  return { ...submitted, runId: run.runId, ...(marker === undefined ? {} : { outcome: marker }) };
}

/**
 * Looks at a run again and again until it is over: the last sight is `ended`, with the run's outcome as its marker, or
 * `broken` when somebody terminated the run. Outages are sights too (`silent`), since the run goes on after them.
 *
 * @throws the signal's reason once it is aborted, PollenBatchError `not-found`, and as `connect` does
 */
export async function* watchRun(runId: string, options: WatchOptions = {}): AsyncGenerator<Sight> {
  const { signal = new AbortController().signal, everyMs = 1_000 } = options;
  signal.throwIfAborted();
  await using held = await hold(options);
  const run = await findRun(held.session, runId);
  for await (const sight of follow(held.session, run, everyMs, signal)) {
    yield sight;
    if (sight.kind === 'ended' || sight.kind === 'broken') return;
  }
  signal.throwIfAborted();
}

/**
 * Looks a run up: its plan, how far it is, and its report with the bill's total once it has ended.
 *
 * @throws PollenBatchError `not-found`, and as `connect` does
 */
export async function getRun(runId: string, options: CallOptions = {}): Promise<RunDetails> {
  await using held = await hold(options);
  return await get(held.session, runId);
}

/**
 * Reads the results of a run that has ended, one line an item, in the job's order, each with what was asked for.
 *
 * @throws PollenBatchError `not-found`, `usage` when the run has not ended, and as `connect` does
 */
export async function* results(runId: string, options: CallOptions = {}): AsyncGenerator<ExportLine> {
  await using held = await hold(options);
  const run = await findRun(held.session, runId);
  const marker = await readMarker(held.session.store, run);
  if (marker === undefined) {
    throw new PollenBatchError('usage', `run ${runId} has not ended, so it has no results yet`, {
      remedy: 'Wait for its end with `watchRun`.',
    });
  }
  yield* (await openExport(held.session.store, run, marker)).lines();
}

/**
 * Reads an image, or a text of more than 64 KB, which result lines refer to; its sha256 is checked.
 *
 * @throws PollenBatchError `store-unusable` when it is missing, damaged, or no result, and as `connect` does
 */
export async function readArtifact(artifact: Artifact, options: CallOptions = {}): Promise<Uint8Array> {
  await using held = await hold(options);
  const { key, sha256 } = artifact;
  const root = rootPrefix(held.session.location);
  // What names it came from the bucket, which others may write to.
  if (!isOfItems(root, key)) throw unusable(`${JSON.stringify(key)} is none of the results`);
  return await readChecked(held.session.store, key, { root, sha256 });
}

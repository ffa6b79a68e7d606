import { mapAtOnce } from '../../at-once.ts';
import { retriedIdOf } from '../../plan/run-id.ts';
import type { RunOutcome } from '../../records/outcome.ts';
import type { ItemCost } from '../../records/record.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import { settledItems } from '../../records/tally.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { jobPrefix, type JobLocation } from '../../storage/keys.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';
import { listRuns, type ListedRun } from '../runs/list.ts';
import { isStateOver, stateOfWorkflow } from '../runs/listed-run.ts';
import { describeRun } from '../runs/runs-in-temporal.ts';
import type { Session } from '../session/session.ts';
import type { FoundSchedule } from './find-schedule.ts';

/** A run of a schedule, told by its marker, else by Temporal. */
export interface ScheduledRun {
  readonly runId: string;
  /** ISO 8601. */
  readonly plannedFor: string;
  /** As in a list of runs; `lost` where it was begun, has no marker, and Temporal knows nothing of it. */
  readonly state: string;
  readonly because?: RunOutcome['because'];
  readonly items: number | undefined;
  /** Items that failed, and those left without a result; absent as long as it has not ended. */
  readonly failed?: number;
  readonly left?: number;
  /** Decimal Pollen known to be charged; of a run that goes on as last told to Temporal. */
  readonly cost: string | undefined;
  /** Charges that may have been made; absent as long as it has not ended. */
  readonly unknown?: ItemCost['unknown'];
  /** ISO 8601; absent where Temporal has forgotten the run. */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
}

/** The runs that a schedule has behind it, whatever job it had then. */
export interface ScheduleHistory {
  /** The youngest planned times first. */
  readonly runIds: readonly string[];
  /** Retries of these, in no order. */
  readonly retryIds: readonly string[];
  /** Looks at some of them. */
  look(runIds: readonly string[]): Promise<readonly ScheduledRun[]>;
}

/** Executions that Temporal is asked for: older ones are found by their folders. */
const LISTED = 1_000;
/** Runs looked at at once. */
const LOOKS = 32;

/** Whether a run goes on. */
export function isUnderWay({ state, endedAt }: Pick<ScheduledRun, 'state' | 'endedAt'>): boolean {
  return endedAt === undefined && !isStateOver(state);
}

/** Finds a schedule's runs: those in the bucket, and those that Temporal alone knows, as they could not be planned. */
export async function openHistory(
  session: Session,
  { name, location: { digest: _digest, ...home } }: FoundSchedule,
): Promise<ScheduleHistory> {
  const [folders, listed] = await Promise.all([
    session.store.listFolders(jobPrefix(home)),
    listRuns(session, `TemporalScheduledById = '${name}'`, LISTED),
  ]);
  // Of several executions of a run the youngest counts.
  const known = new Map(listed.toReversed().map((run) => [run.runId, run]));
  const scheduled = folders.filter((folder) => plannedTimeOf(retriedIdOf(folder)) !== undefined);
  const isRetry = (runId: string): boolean => retriedIdOf(runId) !== runId;
  const runIds = new Set([...scheduled.filter((runId) => !isRetry(runId)), ...known.keys()]);
  return {
    runIds: [...runIds].sort((left, right) => timeOf(right).localeCompare(timeOf(left))),
    retryIds: scheduled.filter(isRetry),
    look: (wanted) => mapAtOnce(wanted, LOOKS, (runId) => lookAt(session, home, runId, known.get(runId))),
  };
}

/** Planned time of a run of a schedule, or of the run that it retries: ISO 8601. */
export function timeOf(runId: string): string {
  return plannedTimeOf(retriedIdOf(runId)) ?? '';
}

async function lookAt(
  session: Session,
  home: JobLocation,
  runId: string,
  listed: ListedRun | undefined,
): Promise<ScheduledRun> {
  const plannedFor = timeOf(runId);
  const marker = await unlessDamaged(() => readMarker(session.store, { ...home, runId }));
  if (marker !== undefined) return ended(runId, plannedFor, marker, listed);
  return {
    runId,
    plannedFor,
    state: listed?.state ?? (await stateOf(session, runId)),
    items: listed?.items,
    cost: listed?.cost,
    startedAt: listed?.startedAt,
    endedAt: listed?.endedAt,
  };
}

function ended(
  runId: string,
  plannedFor: string,
  { state, because, tally, endedAt }: Marker,
  listed: ListedRun | undefined,
): ScheduledRun {
  const items = settledItems(tally);
  return {
    runId,
    plannedFor,
    state,
    ...(because === undefined ? {} : { because }),
    items,
    failed: tally.failed,
    left: items - tally.succeeded - tally.failed,
    cost: tally.settled,
    unknown: tally.unknown,
    startedAt: listed?.startedAt,
    endedAt,
  };
}

// A retry, which no schedule has started, is not in the list, nor is what Temporal has forgotten.
async function stateOf({ temporal }: Session, runId: string): Promise<string> {
  const known = await describeRun(temporal.client, runId);
  return stateOfWorkflow(known?.status.name ?? 'NOT_STARTED');
}

import { mapAtOnce } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import { readMarker } from '../../records/run-store.ts';
import { runIdOfWorkflow } from '../../workflows/ids.ts';
import { describeRun } from '../runs/runs-in-temporal.ts';
import type { Session } from '../session/session.ts';
import { findKeptSchedule, type KeptSchedule } from './find-schedule.ts';
import { matchingTimes, MAX_TIMES } from './matching-times.ts';
import { parseMoment } from './parse-moment.ts';

/** What a backfill asked for. */
export interface Backfilled {
  readonly schedule: string;
  /** Times whose runs will start, one after the other. */
  readonly missing: number;
  /** Ids of those runs, oldest first; empty where a jitter keeps them from being told beforehand. */
  readonly runs: readonly string[];
  /** Times whose run is there already. */
  readonly present: number;
  /** Whether times that come meanwhile start no run, as the schedule's overlap says. */
  readonly skipsMeanwhile: boolean;
}

const LOOKS = 16;

/**
 * Makes the runs of past times that have none yet: all of them, one after the other.
 *
 * @param span - days or moments as the person wrote them, both ends included; what lies ahead is left to the schedule
 * @throws PollenBatchError `usage` when the span cannot be read, holds too many times, or another backfill goes on
 */
export async function backfillSchedule(
  session: Session,
  name: string,
  span: { readonly from: string; readonly to: string },
  now: Date = new Date(),
): Promise<Backfilled> {
  const found = await findKeptSchedule(session, name);
  refuseWhilePending(found);
  const { schedule, timezone = 'UTC' } = found.kept.job;
  const from = parseMoment(span.from, 'from', timezone);
  const to = new Date(Math.min(parseMoment(span.to, 'to', timezone).getTime(), now.getTime()));
  if (from > to) {
    const isAhead = from > now;
    throw new PollenBatchError(
      'usage',
      `--from ${span.from} ${isAhead ? 'lies ahead' : `is after --to ${span.to}`}`,
      {
        remedy: isAhead ? 'Only past times can be made up for.' : 'Give the older end first.',
      },
    );
  }
  const times = await matchingTimes(session, name, new Date(from.getTime() - 1), to);
  if (times.length >= MAX_TIMES) {
    throw new PollenBatchError(
      'usage',
      `from ${span.from} to ${span.to} there are ${MAX_TIMES} times or more`,
      {
        remedy: 'Backfill shorter spans, one after the other.',
      },
    );
  }
  const common = { schedule: name, skipsMeanwhile: found.description.policies.overlap === 'SKIP' };
  if ((schedule?.jitter ?? 0) > 0) {
    // A run is named by its planned time, which a jittered one does not tell: what is there already ends at once.
    if (times.length > 0) await start(found, [[from, to]]);
    return { ...common, missing: times.length, runs: [], present: 0 };
  }
  const missing = await withoutRun(session, found, times);
  if (missing.length > 0) await start(found, spansOf(times, new Set(missing)));
  const runs = missing.map((time) => runAt(found, time));
  return { ...common, missing: missing.length, runs, present: times.length - missing.length };
}

// Starts that wait have no run yet, and would be asked for twice.
function refuseWhilePending({ name, description }: KeptSchedule): void {
  const waiting = Number(description.raw.info?.bufferSize ?? 0);
  if (waiting === 0) return;
  throw new PollenBatchError('usage', `${waiting} runs of ${name} still wait to start`, {
    remedy: 'Come back when they have; `pollen-batch schedule get` shows them one by one.',
  });
}

async function start(
  { handle }: KeptSchedule,
  spans: readonly (readonly [start: Date, end: Date])[],
): Promise<void> {
  await handle.backfill(
    spans.map(([from, to]) => ({ start: from, end: to, overlap: 'BUFFER_ALL' as const })),
  );
}

async function withoutRun(
  session: Session,
  found: KeptSchedule,
  times: readonly Date[],
): Promise<readonly Date[]> {
  const areThere = await mapAtOnce(times, LOOKS, (time) => hasRun(session, found, time));
  return times.filter((_, index) => areThere[index] === false);
}

async function hasRun(session: Session, found: KeptSchedule, time: Date): Promise<boolean> {
  const { digest: _digest, ...location } = found.location;
  const runId = runAt(found, time);
  if ((await readMarker(session.store, { ...location, runId })) !== undefined) return true;
  return (await describeRun(session.temporal.client, runId))?.status.name === 'RUNNING';
}

function runAt({ kept }: KeptSchedule, time: Date): string {
  return runIdOfWorkflow(`${kept.runId}-${time.toISOString().slice(0, 19)}Z`);
}

// Neighbours go as one span, since each span is a request of its own to the schedule.
function spansOf(times: readonly Date[], missing: ReadonlySet<Date>): readonly (readonly [Date, Date])[] {
  const spans: [Date, Date][] = [];
  let isOpen = false;
  for (const time of times) {
    const last = spans.at(-1);
    if (!missing.has(time)) isOpen = false;
    else if (isOpen && last !== undefined) last[1] = time;
    else {
      spans.push([time, time]);
      isOpen = true;
    }
  }
  return spans;
}

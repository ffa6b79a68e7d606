import { PollenBatchError } from '../../errors.ts';
import { readMarker } from '../../records/run-store.ts';
import { runIdOfWorkflow, runWorkflowId } from '../../workflows/ids.ts';
import type { Session } from '../session.ts';
import { findSchedule, type FoundSchedule } from './find-schedule.ts';
import { matchingTimes, MAX_TIMES } from './matching-times.ts';
import { parseMoment } from './parse-moment.ts';

/** What a backfill asked for. */
export interface Backfilled {
  readonly schedule: string;
  /** Runs that will start, one after the other, oldest first. */
  readonly runs: readonly string[];
  /** Times whose run is there already. */
  readonly present: number;
}

const LOOKS = 16;

/**
 * Makes the runs of past times that have none yet: all of them, one after the other.
 *
 * @param span - days or moments as the person wrote them, both ends included
 * @throws PollenBatchError `usage` when the span cannot be read, or holds too many times
 */
export async function backfillSchedule(
  session: Session,
  name: string,
  span: { readonly from: string; readonly to: string },
): Promise<Backfilled> {
  const found = await findSchedule(session, name);
  const timezone = found.kept.job.timezone ?? 'UTC';
  const from = parseMoment(span.from, 'from', timezone);
  const to = parseMoment(span.to, 'to', timezone);
  if (from > to) {
    throw new PollenBatchError('usage', `--from ${span.from} is after --to ${span.to}`, {
      remedy: 'Give the older end first.',
    });
  }
  const planned = await matchingTimes(session, name, new Date(from.getTime() - 1), to);
  // A jittered time does not tell the planned one that its run is named by.
  const times = planned.map((time) => new Date(Math.floor(time.getTime() / 1_000) * 1_000));
  if (times.length >= MAX_TIMES) {
    throw new PollenBatchError(
      'usage',
      `from ${span.from} to ${span.to} there are ${MAX_TIMES} times or more`,
      {
        remedy: 'Backfill shorter spans, one after the other.',
      },
    );
  }
  const { missing, present } = await sift(session, found, times);
  if (missing.length > 0) {
    await found.handle.backfill(
      spansOf(times, new Set(missing)).map(([start, end]) => ({
        start,
        end,
        overlap: 'BUFFER_ALL' as const,
      })),
    );
  }
  return { schedule: name, runs: missing.map((time) => runAt(found, time)), present };
}

async function sift(
  session: Session,
  found: FoundSchedule,
  times: readonly Date[],
): Promise<{ readonly missing: readonly Date[]; readonly present: number }> {
  const missing: Date[] = [];
  for (let first = 0; first < times.length; first += LOOKS) {
    const some = times.slice(first, first + LOOKS);
    const isThere = await Promise.all(some.map((time) => hasRun(session, found, time)));
    missing.push(...some.filter((_, index) => isThere[index] === false));
  }
  return { missing, present: times.length - missing.length };
}

async function hasRun(session: Session, found: FoundSchedule, time: Date): Promise<boolean> {
  const { digest: _digest, ...location } = found.location;
  const runId = runAt(found, time);
  if ((await readMarker(session.store, { ...location, runId })) !== undefined) return true;
  try {
    const handle = session.temporal.client.workflow.getHandle(runWorkflowId(runId));
    return (await handle.describe()).status.name === 'RUNNING';
  } catch {
    return false;
  }
}

function runAt({ kept }: FoundSchedule, time: Date): string {
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

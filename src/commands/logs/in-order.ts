import { byTime, type LogEvent } from './log-event.ts';

/** Events that are together, as those of a page. */
export interface EventGroup {
  /** Time of the earliest, ISO 8601. */
  readonly from: string;
  /** All of them, in order of time. */
  read(): Promise<readonly LogEvent[]>;
}

/**
 * Gives the events of many groups in order of time. A group is read when its earliest event is due, so that only those are in
 * memory which overlap.
 */
export async function* inOrder(groups: readonly EventGroup[]): AsyncGenerator<LogEvent> {
  let held: LogEvent[] = [];
  for (const group of groups.toSorted((left, right) => (left.from < right.from ? -1 : 1))) {
    const due = held.findIndex(({ at }) => at > group.from);
    yield* due < 0 ? held : held.slice(0, due);
    held = due < 0 ? [] : held.slice(due);
    held = [...held, ...(await group.read())].sort(byTime);
  }
  yield* held;
}

/** The last of many events. */
export interface Tail {
  add(events: readonly LogEvent[]): void;
  /** Time before which nothing counts any more; empty as long as there are too few. */
  from(): string;
  /** In order of time. */
  read(): readonly LogEvent[];
}

/** Comes after every time. */
const NEVER = '~';

/** Keeps the last events by time, and forgets the others. */
export function createTail(count: number): Tail {
  let kept: LogEvent[] = [];
  const cut = (): LogEvent[] => (kept = count === 0 ? [] : kept.sort(byTime).slice(-count));
  return {
    add(events) {
      kept.push(...events);
      // Now and then is enough.
      if (kept.length > 2 * count + 1_000) cut();
    },
    from: () => (count === 0 ? NEVER : kept.length < count ? '' : (cut()[0]?.at ?? '')),
    read: cut,
  };
}

import type { ListedRun, RunInTemporal } from './listed-run.ts';

/** The runs that started last, the youngest first; those of which the start is unknown come last. */
export function youngest(runs: readonly ListedRun[], limit: number): readonly ListedRun[] {
  return runs
    .toSorted(({ startedAt: left = '' }, { startedAt: right = '' }) => compare(right, left))
    .slice(0, limit);
}

/** Runs as Temporal tells them: those that go on first, then what ended last; each once, however often it is asked. */
export interface RunTeller {
  /** Tells runs, some at a time; only those that started since a time, where it is given as ISO 8601. */
  readonly ask: (since?: string) => AsyncIterable<readonly RunInTemporal[]>;
  /** Makes those of some runs that are wanted ready for the list. */
  readonly listed: (some: readonly RunInTemporal[]) => Promise<readonly ListedRun[]>;
}

/** Reads the youngest runs, without reading all. */
export async function readYoungest({ ask, listed }: RunTeller, limit: number): Promise<readonly ListedRun[]> {
  let runs: readonly ListedRun[] = [];
  const oldest = (): string | undefined => (runs.length < limit ? undefined : runs.at(-1)?.startedAt);
  // What ended before the oldest one had started is older, and so is all that follows.
  const isEnough = ([first]: readonly RunInTemporal[]): boolean =>
    first === undefined || endedBefore(first, oldest());
  const add = async (some: readonly RunInTemporal[]): Promise<void> => {
    runs = youngest([...runs, ...(await listed(some))], limit);
  };
  for await (const some of ask()) {
    if (isEnough(some)) return runs;
    const wasFull = oldest() !== undefined;
    await add(some);
    if (!wasFull) continue;
    // Long runs overlap, and one far down may have started later: the server finds those by their starts.
    for await (const others of ask(oldest())) {
      if (isEnough(others)) break;
      await add(others);
    }
    return runs;
  }
  return runs;
}

function endedBefore({ closeTime }: RunInTemporal, startedAt: string | undefined): boolean {
  return startedAt !== undefined && closeTime !== undefined && closeTime.toISOString() < startedAt;
}

// ISO 8601 in UTC: the order of the text is that of the times.
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

import { mapAhead } from '../../at-once.ts';
import type { ItemCost } from '../../records/record.ts';
import { allRuns } from '../../records/all-runs.ts';
import { sumCosts } from '../../records/tally.ts';
import { isDamage } from '../../records/unless-damaged.ts';
import { createGroups } from '../../report/bill.ts';
import { readRunCosts, type SpendingKey } from './run-costs.ts';
import type { Session } from '../session/session.ts';

export interface SpendingOptions {
  readonly by: SpendingKey;
  /** Runs that ended since then count, and those that have not ended; by day, charges since the start of that UTC day. */
  readonly since?: Date;
  /** Only runs of this job. @default all */
  readonly job?: string;
}

export interface SpendingGroup {
  readonly name: string;
  readonly runs: number;
  readonly cost: ItemCost;
}

/** What the runs in a folder of the bucket came to. */
export interface Spending {
  readonly by: SpendingKey;
  /** Runs of the emulator are told apart from those that cost something. */
  readonly emulated: boolean;
  /** ISO 8601, UTC. */
  readonly since?: string;
  readonly groups: readonly SpendingGroup[];
  readonly total: SpendingGroup;
  /** Runs that have not ended: they count with what their records tell by now. */
  readonly unfinished: readonly string[];
  /** Runs whose results were collected: their bills are left. */
  readonly collected: number;
  /** Runs that are left out, and why. */
  readonly unreadable: readonly { readonly runId: string; readonly reason: string }[];
}

/** Runs read at once. */
const READS = 8;

/** Adds up what the runs of a bucket have spent, run by run. */
export async function spending(session: Session, { by, job, since }: SpendingOptions): Promise<Spending> {
  const { store, location } = session;
  const from = since === undefined ? undefined : edgeOf(since, by);
  const groups = createGroups();
  let total: SpendingGroup = { name: 'total', runs: 0, cost: sumCosts([]) };
  const unfinished: string[] = [];
  let collected = 0;
  const unreadable: { readonly runId: string; readonly reason: string }[] = [];
  const runs = await allRuns(store, location, job);
  const read = mapAhead(runs, READS, async (run) => {
    try {
      return { run, costs: await readRunCosts(store, run, by, from) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { run, reason: error instanceof SyntaxError ? 'its report is damaged' : error.message };
    }
  });
  for await (const one of read) {
    const { runId } = one.run;
    if ('reason' in one) unreadable.push({ runId, reason: one.reason });
    else if (one.costs !== undefined) {
      if (one.costs.isUnfinished) unfinished.push(runId);
      if (one.costs.isCollected) collected += 1;
      total = { ...total, runs: total.runs + 1, cost: sumCosts([total.cost, one.costs.total]) };
      for (const [name, cost] of one.costs.costs) groups.add(name, cost);
    }
  }
  // One was added for each run.
  const named = groups.read().map(({ name, attempts: count, cost }) => ({ name, runs: count, cost }));
  return {
    by,
    emulated: location.emulated,
    ...(from === undefined ? {} : { since: from }),
    groups: by === 'day' ? named.sort((left, right) => left.name.localeCompare(right.name)) : named,
    total,
    unfinished,
    collected,
    unreadable,
  };
}

// A day of which a part is left out would look like a cheap one.
function edgeOf(since: Date, by: SpendingKey): string {
  const iso = since.toISOString();
  return by === 'day' ? `${iso.slice(0, 10)}T00:00:00.000Z` : iso;
}

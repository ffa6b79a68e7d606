import type { Client } from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import { mapAtOnce } from '../../at-once.ts';
import { readMarker } from '../../records/run-store.ts';
import { runKeys } from '../../storage/keys.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { StoreError } from '../../storage/store-error.ts';
import { statusCodes, statusOf } from '../../temporal/failure.ts';
import {
  isWanted,
  mayBeStored,
  narrowQuery,
  plainQuery,
  startedSince,
  type ListFilter,
} from './list-filter.ts';
import {
  isUntold,
  listedByBucket,
  listedByTemporal,
  type ListedRun,
  type RunInTemporal,
} from './listed-run.ts';
import { askTemporal, type Reading } from '../session/reading.ts';
import { describeRun, idsBeginning, PAGE_SIZE } from './runs-in-temporal.ts';
import type { Session } from '../session/session.ts';
import { storedRuns, type StoredRun } from './stored-runs.ts';
import { readYoungest, youngest } from './youngest.ts';

export type { ListedRun } from './listed-run.ts';

export interface ListOptions extends ListFilter {
  /** Runs at most. */
  readonly limit: number;
}

/** The runs that are wanted, the youngest first. */
export interface RunList {
  readonly runs: readonly ListedRun[];
  /** Why some may be missing, in sentences. */
  readonly warnings: readonly string[];
}

/** Runs that are told by their markers at once. */
const READS = 32;
/** Runs without a marker of which Temporal is asked one by one: its list may lag behind. */
const DESCRIBED = 100;

/**
 * Lists the runs that started last: those in Temporal; where these are fewer than the limit, those that only the bucket
 * knows as well. Where one of the two is away the other tells.
 */
export async function list(
  reading: Pick<Reading, 'store' | 'locations' | 'temporal'>,
  options: ListOptions,
): Promise<RunList> {
  const found = await findRuns(reading, options);
  return { ...found, runs: await tellCollected(reading, found.runs) };
}

async function findRuns(
  reading: Pick<Reading, 'store' | 'locations' | 'temporal'>,
  { limit, ...filter }: ListOptions,
): Promise<RunList> {
  const known = await askTemporal(reading, ({ client }) => runsInTemporal(reading, client, filter, limit));
  const isAway = known instanceof PollenBatchError;
  const { runs, warnings } = isAway ? { runs: [], warnings: [awayWords(known)] } : known;
  if (runs.length >= limit || !(isAway || mayBeStored(filter))) return { runs, warnings };
  try {
    const stored = await storedRuns(reading, knownRuns(reading, runs, filter), filter.job);
    const listed = await Promise.all(
      stored.runs.map(async (run, index) => {
        const found = index < DESCRIBED && run.marker === undefined && !isAway;
        return (found ? await described(reading, run) : undefined) ?? listedOf(run, isAway);
      }),
    );
    const own = listed.filter((run) => isWanted(run, filter));
    return {
      runs: youngest([...runs, ...own], limit),
      warnings: [
        ...warnings,
        ...(stored.leftOut === 0 ? [] : [`${stored.leftOut} older runs in the bucket were not looked at`]),
      ],
    };
  } catch (error) {
    if (isAway || !(error instanceof StoreError)) throw error;
    const left = `the store does not answer (${error.message}): runs that only the bucket knows are left out`;
    return { runs, warnings: [...warnings, left] };
  }
}

/**
 * Lists the runs that a visibility query of Temporal finds: those that go on, then those that ended last.
 *
 * @param limit - runs at most
 */
export async function listRuns(
  { temporal }: Pick<Session, 'temporal'>,
  query: string,
  limit: number,
): Promise<readonly ListedRun[]> {
  const runs: ListedRun[] = [];
  for await (const some of executions(temporal.client, query, pageSizeFor(limit))) {
    runs.push(...some.map(listedByTemporal));
    if (runs.length >= limit) break;
  }
  return runs.slice(0, limit);
}

async function runsInTemporal(
  reading: Pick<Reading, 'store' | 'locations'>,
  client: Client,
  filter: ListFilter,
  limit: number,
): Promise<RunList> {
  const plain = plainQuery(filter);
  const narrow = narrowQuery(filter);
  const collect = (query: string, pageSize: number): Promise<readonly ListedRun[]> => {
    const seen = new Set<string>();
    const ask = (since?: string): AsyncIterable<readonly RunInTemporal[]> =>
      executions(client, since === undefined ? query : startedSince(query, since), pageSize, seen);
    const listed = async (some: readonly RunInTemporal[]): Promise<readonly ListedRun[]> =>
      (await Promise.all(some.map((info) => tell(reading, info)))).filter((run) => isWanted(run, filter));
    return readYoungest({ ask, listed }, limit);
  };
  const pageSize = pageSizeFor(limit);
  if (narrow === undefined) return { runs: await collect(plain, pageSize), warnings: [] };
  try {
    return { runs: await collect(narrow, pageSize), warnings: [] };
  } catch (error) {
    if (statusOf(error).code !== statusCodes.invalidArgument) throw error;
    const missing =
      'the namespace has no Pollen search attributes: planning, paused and finishing runs count as running';
    return { runs: await collect(plain, PAGE_SIZE), warnings: [missing] };
  }
}

// What ends the list is seen in the first batch that follows as many as are wanted.
function pageSizeFor(limit: number): number {
  return Math.min((Math.ceil(limit / READS) + 1) * READS, PAGE_SIZE);
}

// One execution a run that has not been seen: the one that goes on, else the one that ended last. What goes on comes
// first, then what ended last.
async function* executions(
  client: Client,
  query: string,
  pageSize: number,
  seen = new Set<string>(),
): AsyncGenerator<readonly RunInTemporal[]> {
  let some: RunInTemporal[] = [];
  for await (const info of client.workflow.list({ query, pageSize })) {
    if (info.status.name === 'CONTINUED_AS_NEW' || seen.has(info.workflowId)) continue;
    seen.add(info.workflowId);
    some.push(info);
    if (some.length < READS) continue;
    yield some;
    some = [];
  }
  yield some;
}

// Without search attributes only the marker says how a run ended.
async function tell(
  { store, locations }: Pick<Reading, 'store' | 'locations'>,
  info: RunInTemporal,
): Promise<ListedRun> {
  const run = listedByTemporal(info);
  const location = locations.find(({ emulated }) => emulated === run.emulated);
  if (!isUntold(info) || location === undefined || run.job === '') return run;
  const marker = await readMarker(store, { ...location, ...run }).catch(() => undefined);
  return marker === undefined ? run : { ...run, state: marker.state, cost: marker.tally.settled };
}

// Temporal is not told when the results of a run go. A store that is away tells nothing, which the list does without.
async function tellCollected(
  { store, locations }: Pick<Reading, 'store' | 'locations'>,
  runs: readonly ListedRun[],
): Promise<readonly ListedRun[]> {
  let isAway = false;
  return mapAtOnce(runs, READS, async (run) => {
    const location = locations.find(({ emulated }) => emulated === run.emulated);
    const isAsked = run.endedAt !== undefined && run.collected === undefined && run.job !== '';
    if (location === undefined || !isAsked || isAway) return run;
    try {
      const place = { ...location, ...run };
      const rows = await store.head(runKeys(place).billRows);
      const marker = rows && (await unlessDamaged(() => readMarker(store, place)));
      return marker?.collected === undefined ? run : { ...run, collected: marker.collected.at };
    } catch (error) {
      // A workflow of that kind may have an id that no run of ours has.
      if (!(error instanceof StoreError || error instanceof RangeError)) throw error;
      isAway ||= error instanceof StoreError;
      return run;
    }
  });
}

async function knownRuns(
  reading: Pick<Reading, 'temporal'>,
  runs: readonly ListedRun[],
  { job, ...filter }: ListFilter,
): Promise<(runId: string) => boolean> {
  const ids = new Set(runs.map(({ runId }) => runId));
  // Temporal knows more runs than those that it was asked for.
  if (job !== undefined || Object.values(filter).some((wanted) => wanted !== undefined)) {
    const all = await askTemporal(reading, ({ client }) =>
      idsBeginning(client, job === undefined ? '' : `${job}-`),
    );
    if (!(all instanceof PollenBatchError)) for (const id of all) ids.add(id);
  }
  return (runId) => ids.has(runId);
}

async function described(
  reading: Pick<Reading, 'temporal'>,
  { run }: StoredRun,
): Promise<ListedRun | undefined> {
  const info = await askTemporal(reading, ({ client }) => describeRun(client, run.runId));
  return info === undefined || info instanceof PollenBatchError ? undefined : listedByTemporal(info);
}

function listedOf({ run, plan, marker }: StoredRun, isAway: boolean): ListedRun {
  return listedByBucket(run, plan, marker, isAway ? 'unknown' : 'lost');
}

function awayWords({ message }: PollenBatchError): string {
  return `${message}: only what is in the bucket is listed, and runs that have not ended are unknown`;
}

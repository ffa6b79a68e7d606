import { PollenBatchError } from '../../errors.ts';
import { parsePage } from '../../plan/pages.ts';
import type { Plan, PlannedApi } from '../../plan/plan.ts';
import { formatAmount, parseAmount } from '../../pollen/amount.ts';
import type { EndState } from '../../records/outcome.ts';
import type { ItemCost } from '../../records/record.ts';
import { createBillFold, type ModelGroup } from '../../report/bill.ts';
import { createLatencyFold } from '../../report/latency.ts';
import { timesOf } from '../../report/measure-line.ts';
import type { LatencyReport } from '../../report/report.ts';
import { isMissing, type ResultLine } from '../../report/result-line.ts';
import { createComparison, type ComparedItem, type RunDiff } from '../../report/run-diff.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { openBill } from '../bill/open-bill.ts';
import { checkWhole } from '../gc/gone.ts';
import { pairUp, type ModelPair } from './pair-up.ts';

/** One of two runs that are compared. */
export interface ComparedRun {
  readonly runId: string;
  readonly job: string;
  readonly state: EndState;
  readonly api: PlannedApi;
  readonly items: number;
  /** ISO 8601, UTC. */
  readonly endedAt: string;
  /** With corrections, and what came late. */
  readonly cost: ItemCost;
}

/** Two runs side by side. */
export interface ComparedRuns extends RunDiff {
  readonly first: ComparedRun;
  readonly second: ComparedRun;
  /** Whether they asked one API in one dialect: else every request is another one. */
  readonly isSameApi: boolean;
  /** What the second has settled beyond the first, decimal Pollen; below zero where it is less. */
  readonly difference: string;
  readonly models: readonly ModelPair[];
}

interface Side {
  readonly run: ComparedRun;
  readonly models: readonly ModelGroup[];
  readonly latency: readonly LatencyReport[];
}

/**
 * Compares two runs that have ended, by the ids of their items: page by page, each read once.
 *
 * @throws PollenBatchError `usage` where both are one, or one of them has not ended; `store-unusable` where one is damaged
 */
export async function diff(
  store: ObjectStore,
  first: RunLocation,
  second: RunLocation,
): Promise<ComparedRuns> {
  if (first.runId === second.runId) {
    throw new PollenBatchError('usage', `both are run ${first.runId}`, { remedy: 'Name two runs.' });
  }
  const comparison = createComparison();
  const left = await readSide(store, first, (item) => comparison.first(item));
  const right = await readSide(store, second, (item) => comparison.second(item));
  const { api } = left.run;
  const settled = parseAmount(right.run.cost.settled) - parseAmount(left.run.cost.settled);
  return {
    first: left.run,
    second: right.run,
    isSameApi: api.id === right.run.api.id && api.dialect === right.run.api.dialect,
    difference: formatAmount(settled),
    models: pairUp(left, right),
    ...comparison.diff(),
  };
}

async function readSide(
  store: ObjectStore,
  run: RunLocation,
  take: (item: ComparedItem) => void,
): Promise<Side> {
  const { plan, marker, pages } = await openBill(store, run);
  const { runId, job } = run;
  if (marker === undefined) {
    throw new PollenBatchError('usage', `run ${runId} has not ended, so it cannot be compared yet`, {
      remedy: `Wait for its end with \`pollen-batch wait ${runId}\`; a lost run goes on with \`pollen-batch resume ${runId} --from-store\`.`,
    });
  }
  checkWhole(run, marker);
  const bill = createBillFold();
  const latency = createLatencyFold();
  // They come in the order of the marker's parts.
  const parts = marker.parts.values();
  for await (const lines of pages()) {
    const part = parts.next().value;
    const planned = lines.some(({ line }) => isMissing(line))
      ? await plannedDigests(store, run, plan, part?.key)
      : undefined;
    for (const { line, rows } of lines) {
      take(comparedItem(line, planned));
      for (const row of rows) bill.add(row);
      for (const answer of timesOf(line)) latency.add(answer);
    }
  }
  const { cost, models } = bill.figures();
  const { state, endedAt } = marker;
  return {
    run: { runId, job, state, api: plan.api, items: plan.items, endedAt, cost },
    models,
    latency: latency.read(),
  };
}

function comparedItem(line: ResultLine, planned: ReadonlyMap<number, string> | undefined): ComparedItem {
  const { number, id, status } = line;
  return {
    number,
    id,
    state: status === 'failed' ? `failed (${line.fault.code})` : status,
    request: isMissing(line) ? (planned?.get(number) ?? '') : line.digest,
    result: status === 'succeeded' ? line.sha256 : '',
  };
}

// What was not called has no record that names its request.
async function plannedDigests(
  store: ObjectStore,
  run: RunLocation,
  { digest }: Plan,
  part = '',
): Promise<ReadonlyMap<number, string>> {
  const page = Number(/-(\d+)\.jsonl$/.exec(part)?.[1]);
  const object = Number.isNaN(page) ? undefined : await store.get(runKeys(run).page(digest, page));
  const items = object === undefined ? [] : parsePage(Buffer.from(object.body).toString('utf8'));
  return new Map(items.map((item) => [item.number, item.digest]));
}

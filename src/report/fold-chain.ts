import type { PlannedChain } from '../plan/plan.ts';
import type {
  AttemptRecord,
  ItemCost,
  KeptAttempts,
  StepRecord,
  StepResult,
  SucceededRecord,
} from '../records/record.ts';
import { sumCosts } from '../records/tally.ts';
import { partName, type CallPart } from '../storage/keys.ts';

/** What the calls of an item have left in the bucket. */
export interface ChainObjects {
  readonly records: readonly StepRecord[];
  /** Attempts that were kept; those of calls that have a record say nothing more. */
  readonly kept: readonly KeptAttempts[];
}

/** The calls of an item, in the order of its steps. */
export interface FoldedChain {
  readonly steps: readonly StepResult[];
  readonly attempts: readonly AttemptRecord[];
  readonly cost: ItemCost;
  readonly throttled: number;
}

/** Adds up what the calls of an item came to. */
export function foldChain(item: PlannedChain, { records, kept }: ChainObjects): FoldedChain {
  const recorded = new Set(records.map(({ part }) => partName(part)));
  const parts = [
    ...records.map((record) => ({ part: record.part, result: resultOf(record), attempts: record.attempts })),
    ...kept.flatMap(({ part, cost, attempts }) =>
      part === undefined || recorded.has(partName(part))
        ? []
        : [{ part, result: unfinished(item, part, cost, attempts.length), attempts }],
    ),
  ].sort((left, right) => compareParts(item, left.part, right.part));
  const steps = parts.map(({ result }) => result);
  return {
    steps,
    attempts: parts.flatMap(({ part, result, attempts }) =>
      attempts.map((attempt) => ({ ...attempt, ...part, model: result.model })),
    ),
    cost: sumCosts(steps.map(({ cost }) => cost)),
    throttled: steps.reduce((sum, { throttled }) => sum + throttled, 0),
  };
}

/** The record that counts of each call of a step, in the order of its list: the mended one, where one was mended. */
export function succeededOf(
  records: readonly StepRecord[],
  step: string,
): readonly (StepRecord & SucceededRecord)[] {
  return records
    .filter((record): record is StepRecord & SucceededRecord => record.status === 'succeeded')
    .filter(({ part }) => part.step === step)
    .sort((left, right) => (left.part.index ?? 0) - (right.part.index ?? 0));
}

function resultOf(record: StepRecord): StepResult {
  const { part, kind, model, seed, digest, reused, cost, throttled } = record;
  const base = {
    ...part,
    kind,
    model,
    ...(seed === undefined ? {} : { seed }),
    digest,
    ...(reused === undefined ? {} : { reused }),
    cost,
    attempts: record.attempts.length,
    throttled,
  };
  if (record.status === 'failed') return { ...base, status: 'failed', fault: record.fault };
  const { text, json, artifact, sha256, bytes, usage, doubt } = record;
  return {
    ...base,
    status: 'succeeded',
    ...(text === undefined ? {} : { text }),
    ...(json === undefined ? {} : { json }),
    ...(artifact === undefined ? {} : { artifact }),
    sha256,
    bytes,
    usage,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function unfinished(item: PlannedChain, part: CallPart, cost: ItemCost, attempts: number): StepResult {
  const step = item.steps.find(({ id }) => id === part.step);
  if (step === undefined) throw new Error(`item ${item.id} has no step ${part.step}`);
  const { kind, model } = step;
  return { ...part, kind, model, status: 'cancelled', cost, attempts, throttled: 0 };
}

function compareParts(item: PlannedChain, left: CallPart, right: CallPart): number {
  const at = ({ step }: CallPart): number => item.steps.findIndex(({ id }) => id === step);
  return (
    at(left) - at(right) || (left.index ?? 0) - (right.index ?? 0) || (left.repair ?? 0) - (right.repair ?? 0)
  );
}

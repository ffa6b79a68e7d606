import type { ItemCost } from '../../records/record.ts';
import type { ModelGroup } from '../../report/bill.ts';
import type { LatencyReport } from '../../report/report.ts';

/** What a model came to in one of two runs. */
export interface ModelSide {
  readonly attempts: number;
  readonly cost: ItemCost;
  /** Of its answers; absent where none was timed. */
  readonly medianMs?: number;
  readonly p95Ms?: number;
}

/** A model in two runs; a side is absent where that run has not asked it. */
export interface ModelPair {
  readonly model: string;
  readonly kind: 'text' | 'image';
  readonly first?: ModelSide;
  readonly second?: ModelSide;
}

interface Sums {
  readonly models: readonly ModelGroup[];
  readonly latency: readonly LatencyReport[];
}

/** Puts the models of two runs side by side: those of the first, the dearest first, then the others. */
export function pairUp(first: Sums, second: Sums): readonly ModelPair[] {
  const names = new Map(
    [...first.models, ...second.models].map(({ kind, name }) => [`${kind} ${name}`, { kind, model: name }]),
  );
  return [...names.values()].map(({ kind, model }) => {
    const [left, right] = [sideOf(first, kind, model), sideOf(second, kind, model)];
    return {
      model,
      kind,
      ...(left === undefined ? {} : { first: left }),
      ...(right === undefined ? {} : { second: right }),
    };
  });
}

function sideOf({ models, latency }: Sums, kind: ModelPair['kind'], model: string): ModelSide | undefined {
  const group = models.find((one) => one.kind === kind && one.name === model);
  if (group === undefined) return undefined;
  const time = latency.find((one) => one.kind === kind && one.model === model);
  const { attempts, cost } = group;
  return {
    attempts,
    cost,
    ...(time === undefined ? {} : { medianMs: time.medianMs, p95Ms: time.p95Ms }),
  };
}

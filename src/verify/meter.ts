import type { Plan } from '../plan/plan.ts';
import { addSums, noSum, wordsOf, type Sum } from './check-attempts.ts';
import type { Findings } from './findings.ts';
import { readBilled, writeUnits, type Units } from './money.ts';

/** A billed call, as the account tells it. */
export interface MeterRow {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Decimal Pollen, in whatever way it is written. */
  readonly pollen: string;
}

/** What the account has billed, by model. */
export interface Meter {
  add(row: MeterRow): void;
  readonly models: () => ReadonlyMap<string, { readonly rows: number; readonly units: Units }>;
}

/** What a model has cost by the one and by the other. */
export interface MeterLine {
  readonly kind: string;
  readonly model: string;
  /** Billed calls. */
  readonly rows: number;
  /** Decimal Pollen, as the next three. */
  readonly metered: string;
  readonly billed: string;
  readonly unknownAtMost: string | null;
  /** What the account has billed beyond the bill, below zero where it is less; `0` where the unknown charges cover it. */
  readonly drift: string;
}

/** A meter without rows. */
export function createMeter(): Meter {
  const models = new Map<string, { readonly rows: number; readonly units: Units }>();
  return {
    add({ kind, model, pollen }) {
      const name = `${kind} ${model}`;
      const { rows, units } = models.get(name) ?? { rows: 0, units: 0n };
      models.set(name, { rows: rows + 1, units: units + (readBilled(pollen) ?? 0n) });
    },
    models: () => models,
  };
}

/**
 * Compares what the account has billed in the time of a run with the run's bill, model by model. Models that the run has
 * not asked are none of its own.
 *
 * @param billed - what each model has cost by the records, by kind and name
 */
export function compareMeter(
  findings: Findings,
  plan: Plan,
  meter: Meter,
  billed: ReadonlyMap<string, Sum>,
): readonly MeterLine[] {
  const own = new Map<string, Sum>();
  for (const [name, sum] of billed) {
    const canonical = canonicalName(plan, name);
    own.set(canonical, addSums(own.get(canonical) ?? noSum, sum));
  }
  const lines: MeterLine[] = [];
  for (const [name, sum] of own) {
    const [kind = '', model = ''] = name.split(' ');
    const { rows, units } = meter.models().get(name) ?? { rows: 0, units: 0n };
    const most = sum.atMost === undefined ? undefined : sum.settled + sum.atMost;
    const drift =
      units < sum.settled ? units - sum.settled : most !== undefined && units > most ? units - most : 0n;
    if (drift !== 0n) {
      const found = `${writeUnits(units)} Pollen of ${rows} calls, ${writeUnits(drift)} beyond`;
      findings.add('meter-drift', `${kind} model ${model}`, wordsOf(sum), found);
    }
    lines.push({
      kind,
      model,
      rows,
      metered: writeUnits(units),
      billed: writeUnits(sum.settled),
      unknownAtMost: sum.atMost === undefined ? null : writeUnits(sum.atMost),
      drift: writeUnits(drift),
    });
  }
  return lines;
}

// An account calls a model by its own name, whatever name it was asked by.
function canonicalName({ prices }: Plan, name: string): string {
  const [kind, model = ''] = name.split(' ');
  const known = prices.filter((price) => price.kind === kind);
  if (known.some((price) => price.model === model)) return name;
  const found = known.find((price) => price.aliases.includes(model));
  return found === undefined ? name : `${kind} ${found.model}`;
}

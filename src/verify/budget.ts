import type { Plan } from '../plan/plan.ts';
import type { Sum } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { readUnits, writeUnits, type Units } from './money.ts';

/** Holds what was spent against what might be spent at that time. */
export interface BudgetCheck {
  /** Adds what an item has cost; what is unknown counts with its bound. */
  spend(number: number, at: string | undefined, sum: Sum): void;
  end(): void;
}

interface Cap {
  readonly at: number;
  readonly amount: Units;
}

/** A budget is a wall: in the order of the records no sum is above the highest that was allowed until then. */
export function createBudgetCheck(
  findings: Findings,
  plan: Plan & { readonly budget?: { readonly amount: string } },
  changes: readonly (readonly [object: string, content: Readonly<Record<string, unknown>>])[],
): BudgetCheck {
  const caps: Cap[] = [];
  const planned = readUnits(plan.budget?.amount);
  if (planned !== undefined) caps.push({ at: 0, amount: planned });
  for (const [object, { at, kind, budget }] of changes) {
    if (kind !== 'budget') continue;
    const amount = readUnits((budget as { readonly amount?: unknown } | undefined)?.amount);
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (amount !== undefined && !Number.isNaN(time)) caps.push({ at: time, amount });
    else findings.add('money-malformed', object, 'a budget as decimal text, and its time', shown(budget));
  }
  const spent: { readonly number: number; readonly at: number; readonly units: Units }[] = [];
  return {
    spend(number, at, { settled, atMost = 0n }) {
      if (caps.length > 0) spent.push({ number, at: Date.parse(at ?? ''), units: settled + atMost });
    },
    end() {
      if (planned === undefined) return;
      let sum = 0n;
      for (const { number, at, units } of spent.sort((left, right) => left.at - right.at)) {
        sum += units;
        const cap = caps
          .filter((one) => !(one.at > at))
          .reduce((most, one) => (one.amount > most ? one.amount : most), 0n);
        if (units === 0n || sum <= cap) continue;
        const found = `${writeUnits(sum)} with item ${number}`;
        findings.add('budget-exceeded', 'budget', `at most ${writeUnits(cap)} Pollen`, found);
        return;
      }
    },
  };
}

import { type Amount, parseAmount } from './amount.ts';
import type { Charge } from './settle.ts';

/** What is known of a set of charges. */
export interface Costs {
  /** Sum of the charges that are known. */
  readonly settled: Amount;
  readonly unknown: {
    readonly count: number;
    /** Most that the unknown charges can come to; `undefined` when one of them has no bound. */
    readonly atMost: Amount | undefined;
  };
}

const NOTHING: Costs = { settled: 0n, unknown: { count: 0, atMost: 0n } };

/** Adds charges up; what is unknown stays apart from what is known, and never counts as nothing. */
export function sumCharges(charges: readonly Charge[]): Costs {
  return charges.reduce(addCharge, NOTHING);
}

function addCharge(costs: Costs, charge: Charge): Costs {
  switch (charge.certainty) {
    case 'free':
      return costs;
    case 'exact':
      return { ...costs, settled: costs.settled + parseAmount(charge.amount ?? '0') };
    case 'unknown': {
      const { count, atMost } = costs.unknown;
      const bound =
        atMost === undefined || charge.amount === null ? undefined : atMost + parseAmount(charge.amount);
      return { ...costs, unknown: { count: count + 1, atMost: bound } };
    }
  }
}

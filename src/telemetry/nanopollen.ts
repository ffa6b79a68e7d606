import type { Amount } from '../pollen/amount.ts';

/** An amount in units of 1e-9 Pollen, in which metrics count money. */
export function nanopollen(amount: Amount): number {
  return Number(amount * 10n);
}

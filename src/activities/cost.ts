import { parseAmount } from '../pollen/amount.ts';
import { settleAttempts, type AttemptResult, type CacheMode } from '../pollen/settle.ts';
import type { AttemptRecord, ItemCost } from '../records/record.ts';
import { costOf } from '../records/tally.ts';
import type { AttemptNote } from './attempt-history.ts';

export interface CostContext {
  readonly cacheMode: CacheMode;
  /** Highest price of one call, decimal Pollen; `null` when unknown. */
  readonly maximum: string | null;
  /** Another call of the run sends the same bytes. */
  readonly shared: boolean;
}

/** Gives every attempt of an item its charge, and adds them up. */
export function chargeAttempts(
  notes: readonly AttemptNote[],
  context: CostContext,
): { readonly attempts: readonly AttemptRecord[]; readonly cost: ItemCost } {
  const charges = settleAttempts({
    mode: context.cacheMode,
    sharedDigest: context.shared,
    attempts: notes.map((note) => resultOf(note, context.maximum)),
  });
  const attempts = notes.map(({ effect, ...note }, index) => ({
    ...note,
    ...(effect.kind === 'answered' ? { cache: effect.cache } : {}),
    charge: charges[index] ?? { amount: null, certainty: 'unknown' as const },
  }));
  return { attempts, cost: costOf(attempts) };
}

function resultOf({ effect }: AttemptNote, maximum: string | null): AttemptResult {
  switch (effect.kind) {
    case 'answered':
      return {
        kind: 'answered',
        price: effect.price === null ? undefined : parseAmount(effect.price),
        cache: effect.cache,
      };
    case 'lost':
      return { kind: 'lost', maximum: maximum === null ? undefined : parseAmount(maximum) };
    case 'refused':
      return { kind: 'refused' };
  }
}

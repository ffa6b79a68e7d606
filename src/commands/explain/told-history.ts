import { isObject } from '../../json.ts';
import { parseAmount } from '../../pollen/amount.ts';
import { settleAttempts, type AttemptResult, type CacheMode } from '../../pollen/settle.ts';
import type { AttemptRecord } from '../../records/record.ts';

/** What the last heartbeat of a call has told of it. */
export interface ToldHistory {
  /** Attempts of the activities before this one. */
  readonly base: number;
  readonly throttled: number;
  readonly attempts: readonly AttemptRecord[];
  /** The attempt that was under way then. */
  readonly current?: { readonly attempt: number; readonly worker: string; readonly sentAt?: string };
  /** Whether its worker holds its answer, since the store does not take it. */
  readonly isHeld: boolean;
}

/** What the charges of a call's attempts hang on. */
export interface Pricing {
  readonly mode: CacheMode;
  /** Most that one attempt can cost, decimal Pollen; `null` where nothing bounds it. */
  readonly maximum: string | null;
  readonly shared: boolean;
}

const nothing: ToldHistory = { base: 0, throttled: 0, attempts: [], isHeld: false };

/** Reads what a call has told with its heartbeats, or has kept beside its attempts; workers of other versions may tell less. */
export function readTold(details: unknown, pricing: Pricing): ToldHistory {
  if (!isObject(details) || !Array.isArray(details['notes'])) return nothing;
  const { base, throttled, notes, current, holds } = details;
  return {
    base: typeof base === 'number' ? base : 0,
    throttled: typeof throttled === 'number' ? throttled : 0,
    attempts: chargeNotes(notes.filter(isNote), pricing),
    ...(isCurrent(current) ? { current } : {}),
    isHeld: typeof holds === 'string',
  };
}

type Note = Omit<AttemptRecord, 'charge'> & {
  readonly effect:
    | { readonly kind: 'refused' }
    | { readonly kind: 'lost' }
    | {
        readonly kind: 'answered';
        readonly price: string | null;
        readonly cache: NonNullable<AttemptRecord['cache']>;
      };
};

// As the record of the call will have them.
function chargeNotes(notes: readonly Note[], { mode, maximum, shared }: Pricing): readonly AttemptRecord[] {
  const results = notes.map(({ effect }): AttemptResult => {
    switch (effect.kind) {
      case 'refused':
        return { kind: 'refused' };
      case 'lost':
        return { kind: 'lost', maximum: maximum === null ? undefined : parseAmount(maximum) };
      case 'answered': {
        const price = effect.price === null ? undefined : parseAmount(effect.price);
        return { kind: 'answered', price, cache: effect.cache };
      }
    }
  });
  const charges = settleAttempts({ mode, sharedDigest: shared, attempts: results });
  return notes.map(({ effect, ...note }, index) => ({
    ...note,
    ...(effect.kind === 'answered' ? { cache: effect.cache } : {}),
    charge: charges[index] ?? { amount: null, certainty: 'unknown' },
  }));
}

function isNote(note: unknown): note is Note {
  return isObject(note) && typeof note['attempt'] === 'number' && isObject(note['effect']);
}

function isCurrent(current: unknown): current is NonNullable<ToldHistory['current']> {
  return isObject(current) && typeof current['attempt'] === 'number' && typeof current['worker'] === 'string';
}

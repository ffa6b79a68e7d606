import type { Amount } from '../../src/pollen/amount.ts';
import type { AttemptResult, CacheMode, CacheStatus } from '../../src/pollen/settle.ts';

/** What happens next to a call: an attempt ends, or the generation that its attempts have started does. */
export type ModelEvent =
  /** The API refuses it: nothing is generated. */
  | 'refused'
  /** Its worker dies before it is sent. */
  | 'unsent'
  /** It is sent, and its answer never comes. */
  | 'unheard'
  /** It is sent, and answered when the generation ends. */
  | 'answered'
  /** Somebody else sends the same bytes, and pays for them. */
  | 'other'
  /** The generation under way ends. */
  | 'ends';

export interface ApiModelOptions {
  readonly mode: CacheMode;
  readonly price: Amount;
  /** Most that a call may cost. */
  readonly maximum: Amount;
  /** Whether hits say where they come from. */
  readonly typed: boolean;
}

/** A small model of the API and its cache, for all calls that send the same bytes. */
export interface ApiModel {
  /** Lets something happen to one of the calls, by its number. */
  step(call: number, event: ModelEvent): void;
  /** What the attempts of a call have seen. */
  attempts(call: number): readonly AttemptResult[];
  /** What the API has billed to these calls. */
  readonly billed: () => Amount;
}

/** An API that nobody has asked for these bytes yet. */
export function createApiModel({ mode, price, maximum, typed }: ApiModelOptions): ApiModel {
  const seen = new Map<number, AttemptResult[]>();
  let billed = 0n;
  let state: 'new' | 'running' | 'cached' = 'new';

  function note(call: number, result: AttemptResult): void {
    seen.set(call, [...(seen.get(call) ?? []), result]);
  }
  /** Who sends first generates, and pays; the others join, or read the cache. */
  function send(isOwn: boolean): CacheStatus {
    const before = state;
    if (mode === 'none') state = 'new';
    else if (before === 'new') state = 'running';
    if (before === 'new' || mode === 'none') {
      if (isOwn) billed += price;
      return generated();
    }
    const joined = mode === 'exact' ? 'DEDUP' : 'COALESCED';
    const type = before === 'running' ? joined : 'EXACT';
    return { status: 'hit', ...(typed ? { type } : {}) };
  }
  function generated(): CacheStatus {
    if (mode === 'none') return { status: 'absent' };
    if (mode === 'exact') return { status: 'miss' };
    return { status: 'hit', ...(typed ? { type: 'GENERATED' } : {}) };
  }

  return {
    billed: () => billed,
    attempts: (call) => seen.get(call) ?? [],
    step(call, event) {
      switch (event) {
        case 'refused':
          note(call, { kind: 'refused' });
          break;
        case 'unsent':
          note(call, { kind: 'lost', maximum });
          break;
        case 'unheard':
          send(true);
          note(call, { kind: 'lost', maximum });
          break;
        case 'answered': {
          const cache = send(true);
          if (state === 'running') state = 'cached';
          note(call, { kind: 'answered', price, cache });
          break;
        }
        case 'other':
          send(false);
          break;
        case 'ends':
          if (state === 'running') state = 'cached';
      }
    },
  };
}

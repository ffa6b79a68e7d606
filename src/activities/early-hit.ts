import type { PlannedCall } from '../plan/plan.ts';
import type { CacheMode } from '../pollen/settle.ts';
import type { Answer } from '../pollinations/outcome.ts';
import type { AttemptHistory } from './attempt-history.ts';

/** Said of an answer that nobody can have asked for before. */
export const EARLY_HIT =
  "The API's cache had it before anything was sent: it may be the answer to another prompt.";

/** What may make an answer of the cache one that was to be expected. */
export interface HitContext {
  readonly mode: CacheMode;
  readonly call: Pick<PlannedCall, 'shared'>;
  readonly history: AttemptHistory;
}

/**
 * An answer with a doubt where it came from the cache although nobody is known to have sent its request before: it has a seed
 * of its own, and no attempt of ours came so far. The caches of the API go by a part of the request, and are shared by all.
 */
export function withHitDoubt(answer: Answer, { mode, call, history }: HitContext): Answer {
  const isOwn = call.shared !== true && history.notes.every(({ effect }) => effect.kind === 'refused');
  if (!isOwn || answer.doubt !== undefined || !isOthers(answer, mode)) return answer;
  return { ...answer, doubt: EARLY_HIT };
}

/** Where the paying answer comes from the cache as well, only the type tells the hit of another's generation. */
const OTHERS: ReadonlySet<string> = new Set(['EXACT', 'DEDUP', 'COALESCED', 'SEMANTIC']);

function isOthers({ cache: { status, type = '' } }: Answer, mode: CacheMode): boolean {
  return status === 'hit' && (mode !== 'paid-hit' || OTHERS.has(type));
}

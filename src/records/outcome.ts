import type { Tally } from './tally.ts';

/** How a run ended. `failed` is a fault of the product or its set-up, never of an item. */
export type EndState = 'completed' | 'completed_with_failures' | 'stopped' | 'expired' | 'failed';

/** Why a run closes: its calls are done, it was stopped, its deadline has come, or it cannot go on. */
export type EndReason = 'finished' | 'stopped' | 'expired' | 'failed';

/** What stopped a run, where it is no ordinary stop by a person. */
export type StopCause = 'budget' | 'fail-fast' | 'terminated';

/** How a run ended, and with what. */
export interface RunOutcome {
  readonly state: EndState;
  /** Of a run that was stopped; absent where a person did and what was in flight finished. */
  readonly because?: StopCause;
  readonly tally: Tally;
  /** Key of the marker that closed the run. */
  readonly marker: string;
}

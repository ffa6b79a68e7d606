import type { Tally } from './tally.ts';

/** How a run ended. `failed` is a fault of the product or its set-up, never of an item. */
export type EndState = 'completed' | 'completed_with_failures' | 'stopped' | 'failed';

/** Why a run closes: its calls are done, somebody stopped it, or it cannot go on. */
export type EndReason = 'finished' | 'stopped' | 'failed';

/** How a run ended, and with what. */
export interface RunOutcome {
  readonly state: EndState;
  /** What stopped it, where nobody did. */
  readonly because?: 'budget';
  readonly tally: Tally;
  /** Key of the marker that closed the run. */
  readonly marker: string;
}

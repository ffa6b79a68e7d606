import type { StopCause, EndState } from '../records/outcome.ts';
import type { Tally } from '../records/tally.ts';
import type { BudgetView } from '../pollen/ledger.ts';

/** Times of a schedule at which no run was started, as nothing answered for longer than `catchupWindow`. */
export interface MissedTimes {
  readonly count: number;
  /** The youngest of them, ISO 8601, the oldest first; absent where nobody can tell which they were. */
  readonly times?: readonly string[];
}

/** Something that has become of a run, to be told. It stands in histories, so it holds no words of prompts, and no address. */
export type Notice = {
  /** Tells it from others of the run: the same where it is told again. */
  readonly key: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
} & (
  | {
      readonly event: 'completed' | 'failed';
      readonly state: EndState;
      readonly because?: StopCause;
      readonly tally?: Tally;
      /** Code of what kept the run from being planned. */
      readonly code?: string;
    }
  | { readonly event: 'paused'; readonly pause: NoticedPause; readonly tally: Tally }
  | { readonly event: 'budget'; readonly budget: BudgetView; readonly tally: Tally }
  | { readonly event: 'missed'; readonly missed: MissedTimes }
);

/** Why a run is paused. */
export interface NoticedPause {
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
  /** Without a full stop. */
  readonly message: string;
  readonly remedy: string;
}

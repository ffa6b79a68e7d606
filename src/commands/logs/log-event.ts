import type { AttemptRecord, FailedRecord, ItemCost } from '../../records/record.ts';
import type { RunChange } from '../../records/changes.ts';
import type { EndState, StopCause } from '../../records/outcome.ts';
import type { Tally } from '../../records/tally.ts';
import type { CallPart } from '../../storage/keys.ts';
import type { Pause } from '../../workflows/pauses.ts';

/** Something that has happened in a run. */
export type LogEvent = ItemEvent | RunEvent;

interface OfItem {
  /** ISO 8601. */
  readonly at: string;
  readonly number: number;
  readonly id: string;
}

/** Something that has happened to an item. */
export type ItemEvent =
  | (OfItem &
      Partial<CallPart> & {
        readonly kind: 'attempt';
        readonly model: string;
        /** `at` of one that was lost with its worker is when that was known at the latest. */
        readonly attempt: Omit<AttemptRecord, keyof CallPart | 'model' | 'at'>;
        /** Set where it came after another result of its item, or after the end of the run. */
        readonly late?: true;
      })
  | (OfItem & {
      readonly kind: 'item';
      readonly status: 'succeeded';
      readonly cost: ItemCost;
      /** The run that had done its work. */
      readonly reused?: string;
    })
  | (OfItem & {
      readonly kind: 'item';
      readonly status: 'failed';
      readonly cost: ItemCost;
      readonly fault: FailedRecord['fault'];
    })
  /** Its run ended without a record of it. */
  | (OfItem & { readonly kind: 'item'; readonly status: 'cancelled' | 'expired'; readonly cost: ItemCost });

/** Something that has happened to the run as a whole; `at` is ISO 8601. */
export type RunEvent = { readonly at: string } & (
  | { readonly kind: 'planned'; readonly items: number; readonly parent?: string; readonly reason?: string }
  | { readonly kind: 'change'; readonly change: RunChange }
  | { readonly kind: 'paused'; readonly pause: Pause }
  /** A reason to pause is gone; `at` is when that was seen. */
  | { readonly kind: 'lifted'; readonly reason: Pause['reason'] }
  /** The results of a page are written. */
  | { readonly kind: 'sealed'; readonly page: number }
  | { readonly kind: 'ended'; readonly state: EndState; readonly because?: StopCause; readonly tally: Tally }
  /** Unknown charges were settled after the end. */
  | { readonly kind: 'settled'; readonly source: 'usage' | 'balance'; readonly charges: number }
);

/** Which events are wanted. */
export interface LogFilter {
  /** Number of the only item that is wanted. @default all, and the run as a whole */
  readonly item?: number;
  /** Only attempts that went wrong, and items that failed. */
  readonly failed?: true;
  /** ISO 8601: nothing older. */
  readonly since?: string;
}

/** Makes what says whether an event is wanted. */
export function wanted({ item, failed, since = '' }: LogFilter): (event: LogEvent) => boolean {
  return (event) => {
    if (event.at < since) return false;
    if (event.kind !== 'attempt' && event.kind !== 'item') return item === undefined && failed === undefined;
    if (item !== undefined && event.number !== item) return false;
    if (failed === undefined) return true;
    return event.kind === 'item' ? event.status === 'failed' : !succeeded.has(event.attempt.code);
  };
}

// A duplicate is a good answer that another one was before.
const succeeded: ReadonlySet<string> = new Set(['answered', 'duplicate']);

/** Puts events in order of time; those of one moment stay as they are. */
export function byTime(left: LogEvent, right: LogEvent): number {
  return left.at < right.at ? -1 : left.at > right.at ? 1 : 0;
}

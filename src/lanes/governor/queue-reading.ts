import { isWorkers } from './reason.ts';

/** A lane's queue as it was read. */
export interface QueueReading {
  /** Starts a second; absent: no limit. */
  readonly rps?: number;
  /** What was given with it; absent where the queue has no setting of its own. */
  readonly reason?: string;
  /** Changes with every write; milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Workers that poll it, this one among them. */
  readonly workers: number;
  /** The place of this worker among them. @default 0, the first */
  readonly rank?: number;
  readonly waiting?: boolean;
}

/**
 * Seconds until a state that another version has written, and that cannot be read, counts for nothing: none of its
 * workers lives any more, or a lane that it holds would have gone on by then.
 */
const FOREIGN = 400;

/** Whether a person, or another program, has set the rate: then it stays as it is. */
export function isByHand({ rps, reason = '' }: QueueReading): boolean {
  return rps !== undefined && !isWorkers(reason);
}

/** Whether workers of another version govern the lane: what they wrote cannot be read, and is not old. */
export function isForeign({ reason = '' }: QueueReading, sinceWrite: number): boolean {
  return isWorkers(reason) && !reason.startsWith('configured: ') && sinceWrite < FOREIGN;
}

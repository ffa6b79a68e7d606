import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { StoreError, type StoreErrorCode } from '../storage/store-error.ts';

/** Bytes of answers that a worker holds while the store is away; above that it sends no call. */
const HELD_BYTES = 256 * 1024 * 1024;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** What a store says that may take the same bytes later. */
const passing: ReadonlySet<StoreErrorCode> = new Set([
  'store-unavailable',
  'store-forbidden',
  'store-full',
  'store-missing',
]);

/** The run that answers are held for. */
export interface HoldingRun {
  readonly runId: string;
  /** Has it pause, for a reason that others may have too. */
  pause(holder: string, code: StoreErrorCode): Promise<void>;
  /** Lets it go on, as far as this holder is concerned. */
  resume(holder: string): Promise<void>;
}

/** One answer that is to be stored. */
export interface HeldAnswer {
  readonly run: HoldingRun;
  readonly bytes: number;
  /** Gives up: nobody waits for it any more, or the worker leaves. */
  readonly signal: AbortSignal;
  /** Is told under what name the worker holds answers of the run, as long as it does; `undefined` when it holds none. */
  readonly onHolder: (holder: string | undefined) => void;
}

/** Paid answers that the store does not take yet. */
export interface HeldAnswers {
  /**
   * Waits until the worker may take another answer.
   *
   * @throws the signal's reason when it comes first
   */
  room(signal: AbortSignal): Promise<void>;
  /**
   * Stores an answer, again and again until the store takes it. The run pauses meanwhile.
   *
   * @throws what the store refuses for good, or what it last said when the signal comes
   */
  keep<Result>(answer: HeldAnswer, store: () => Promise<Result>): Promise<Result>;
}

export interface HeldAnswersOptions {
  /** Bytes above which no further answer is asked for. @default 256 MiB */
  readonly limit?: number;
  /** Milliseconds until the store is tried again; doubles up to half a minute. @default 1000 */
  readonly firstDelayMs?: number;
  /** Is told by how many answers, and by how many bytes of them, more or less is held. */
  readonly onHeld?: (answers: number, bytes: number) => void;
}

interface Holding {
  readonly holder: string;
  answers: number;
  /** Until then nobody tells the run again, milliseconds since the epoch. */
  toldUntil: number;
}

/** Makes what holds the answers of a worker. */
export function createHeldAnswers({
  limit = HELD_BYTES,
  firstDelayMs = FIRST_DELAY_MS,
  onHeld = () => {},
}: HeldAnswersOptions = {}): HeldAnswers {
  const holdings = new Map<string, Holding>();
  const waiting = new Set<() => void>();
  let held = 0;

  function begin({ run, bytes }: HeldAnswer): Holding {
    const holding = holdings.get(run.runId) ?? { holder: randomUUID(), answers: 0, toldUntil: 0 };
    holdings.set(run.runId, holding);
    holding.answers += 1;
    held += bytes;
    onHeld(1, bytes);
    return holding;
  }
  function end({ run, bytes }: HeldAnswer, holding: Holding): boolean {
    held -= bytes;
    onHeld(-1, -bytes);
    holding.answers -= 1;
    if (held < limit) for (const go of waiting) go();
    return holding.answers === 0 && holdings.delete(run.runId);
  }
  // One speaks for all at a time, and again at later tries: somebody may have let the run go on meanwhile, and while
  // Temporal is away too nobody hears it.
  async function tell(
    { run }: HeldAnswer,
    holding: Holding,
    code: StoreErrorCode,
    delayMs: number,
  ): Promise<void> {
    const now = performance.now();
    if (now < holding.toldUntil) return;
    holding.toldUntil = now + delayMs;
    await run.pause(holding.holder, code).catch(() => (holding.toldUntil = 0));
  }
  // The answer counts, however it ended: that its run cannot be reached now must not take its place.
  async function lift(run: HoldingRun, holder: string, delayMs = firstDelayMs): Promise<void> {
    try {
      await run.resume(holder);
    } catch {
      const next = Math.min(2 * delayMs, MAX_DELAY_MS);
      setTimeout(() => void lift(run, holder, next), delayMs).unref();
    }
  }

  return {
    room: (signal) =>
      new Promise((resolve, reject) => {
        const settle = (isOver: boolean): void => {
          if (!isOver && held >= limit) return;
          waiting.delete(go);
          signal.removeEventListener('abort', leave);
          if (signal.aborted) reject(signal.reason as Error);
          else resolve();
        };
        const go = (): void => settle(false);
        const leave = (): void => settle(true);
        waiting.add(go);
        signal.addEventListener('abort', leave, { once: true });
        settle(signal.aborted);
      }),
    async keep(answer, store) {
      let outage = await tryOnce(store);
      if (!(outage instanceof StoreError)) return outage.result;
      const holding = begin(answer);
      answer.onHolder(holding.holder);
      try {
        for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
          if (answer.signal.aborted) throw outage;
          await pause(delayMs, undefined, { signal: answer.signal }).catch(() => {});
          const tried = await tryOnce(store);
          if (!(tried instanceof StoreError)) return tried.result;
          outage = tried;
          // Not sooner: heartbeats are held back for up to a second, and a worker that died before the holder's name had got
          // through would leave a pause that nobody lifts.
          if (!answer.signal.aborted) await tell(answer, holding, outage.code, delayMs);
        }
      } finally {
        if (end(answer, holding)) await lift(answer.run, holding.holder);
        answer.onHolder(undefined);
      }
    },
  };
}

async function tryOnce<Result>(
  store: () => Promise<Result>,
): Promise<{ readonly result: Result } | StoreError> {
  try {
    return { result: await store() };
  } catch (error) {
    if (error instanceof StoreError && passing.has(error.code)) return error;
    throw error;
  }
}

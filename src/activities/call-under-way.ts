import type { Context } from '@temporalio/activity';

import { StoreError } from '../storage/store-error.ts';
import type { CallReference } from '../workflows/inputs.ts';
import { createCallMemory, type CallMemory } from './call-memory.ts';
import { groupOf } from './call-names.ts';
import { callSignal } from './call-signal.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { notStoredFailure } from './failure.ts';
import { standingOf, type Standing } from './given-up.ts';
import type { HeldAnswers } from './held-answers.ts';
import { holdingRun } from './holding-run.ts';

/** Well below the heartbeat timeout of 20 s, and often enough to hear of a stop soon. */
const HEARTBEAT_MS = 5_000;

/**
 * A page gives a call up five seconds after it has told it to stop, and so none that is younger. It is a little less, since a
 * worker hears of a call somewhat later than the server has begun it.
 */
const STALE_MS = 4_000;

/** One attempt at a call from its start to its end: what it knows, what it is told, and how it keeps what it has paid for. */
export interface CallUnderWay {
  readonly context: Context;
  readonly reference: CallReference;
  readonly memory: CallMemory;
  /** Aborts when its run is stopped: what has not been sent is not. */
  readonly stopping: AbortSignal;
  /** Aborts when nobody waits for its answer any more. */
  readonly unwanted: AbortSignal;
  /** Whether it took so long, or was told to stop, that its page may be over without it. */
  readonly isStale: () => boolean;
  /** Asks how it stands with its page. */
  readonly standing: () => Promise<Standing>;
  /** Has the run go on that a worker which is gone has paused, if it has. */
  readonly resumeRun: () => Promise<void>;
  /**
   * Stores what has been paid for, which is not given up because the store is away.
   *
   * @param bytes - of the answer that is held meanwhile. @default 0
   */
  readonly keep: <Result>(store: () => Promise<Result>, bytes?: number) => Promise<Result>;
  /** Has something done when the attempt ends. */
  readonly atEnd: (act: () => void) => void;
  /** Ends it. */
  readonly end: () => void;
}

/** Begins an attempt: from now on its heartbeats are told. */
export function beginCall(
  { governors }: Pick<ActivityDependencies, 'governors'>,
  held: HeldAnswers,
  context: Context,
  reference: CallReference,
): CallUnderWay {
  const startedAt = performance.now();
  // Once it was told to stop, its run may end without it: that is asked, and not told.
  const isStopped = (): boolean => {
    const { cancelRequested = false, notFound = false } = context.cancellationDetails ?? {};
    return cancelRequested || notFound;
  };
  const standing = (): Promise<Standing> => standingOf(context);
  const abandoned = new AbortController();
  const memory = createCallMemory(context, governors.identity);
  const beat = setInterval(() => {
    memory.beat();
    if (isStopped()) void standing().then((how) => isOver(how) && abandoned.abort());
  }, HEARTBEAT_MS);
  const run = holdingRun(context, reference);
  const signal = callSignal(context);
  const stopping = context.cancellationSignal;
  // Whichever call of a page hears of its stop first, none of the others is sent any more.
  const onCancel = (): void => {
    if (context.cancellationDetails?.cancelRequested === true) governors.stop(groupOf(context, reference));
  };
  stopping.addEventListener('abort', onCancel, { once: true });
  const ends = [() => clearInterval(beat)];
  return {
    context,
    reference,
    memory,
    stopping,
    unwanted: AbortSignal.any([signal, abandoned.signal]),
    isStale: () => isStopped() || performance.now() - startedAt > STALE_MS,
    standing,
    async resumeRun() {
      const { holds, ...known } = memory.recalled;
      if (holds === undefined) return;
      await run.resume(holds);
      memory.recall(known);
    },
    async keep(store, bytes = 0) {
      try {
        return await held.keep({ run, bytes, signal, onHolder: (name) => memory.hold(name) }, store);
      } catch (error) {
        throw signal.aborted && error instanceof StoreError ? notStoredFailure() : error;
      }
    },
    atEnd: (act) => void ends.push(act),
    end() {
      for (const act of ends) act();
    },
  };
}

function isOver(standing: Standing): boolean {
  return standing === 'given-up' || standing === 'ended';
}

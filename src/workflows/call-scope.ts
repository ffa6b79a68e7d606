import { CancellationScope, log, patched, proxyActivities } from '@temporalio/workflow';

import type { ControlActivities } from './contract.ts';
import { lookOptions } from './options.ts';
import { nameOf, type PageCall } from './page-agenda.ts';
import type { CallEnd } from './page-calls.ts';

const { findLosses } = proxyActivities<ControlActivities>(lookOptions);

/** The scope in which a page has its calls made, and takes them back. */
export interface CallScope {
  /** How often it was opened again. */
  readonly round: () => number;
  /** Makes a call, unless it is to be taken back. */
  readonly run: (call: PageCall, make: () => Promise<CallEnd>) => Promise<CallEnd>;
  /**
   * Has calls that have not been sent end at once. Before that it looks which of them may have been charged all the same: of
   * one that waits for its next attempt the server tells nothing when it cancels it.
   */
  takeBack(): void;
  /** Whether it still looks at some. */
  isLooking(): boolean;
  /** Has those end at once that it still looks at, without knowing which of them may have been charged. */
  abandon(): void;
  /** Lets calls be made again; what was to be taken back still is. */
  open(): void;
  /** How a call has ended, by what was found out before it was taken back. */
  judge(call: PageCall, end: CallEnd): CallEnd;
}

/** The calls that were made between two openings. */
interface Round {
  readonly scope: CancellationScope;
  isTaken: boolean;
  /** Those that may have been charged; `undefined` where nobody could find out. */
  lost: ReadonlySet<string> | undefined;
}

/**
 * Makes the scope of a page's calls, open.
 *
 * @param hasCalls - whether there are calls to take back
 */
export function createCallScope(hasCalls: () => boolean): CallScope {
  let now = newRound();
  let round = 0;
  const roundOf = new Map<string, Round>();
  const looked = new Set<Round>();

  async function lookAndCancel(taken: Round): Promise<void> {
    try {
      const found = await CancellationScope.nonCancellable(() => findLosses({ round }));
      // Of those that were abandoned meanwhile the server knew no more.
      if (looked.has(taken)) taken.lost = new Set(found.map(nameOf));
    } catch (error) {
      // Unknown is not nothing: all of those that wait count as perhaps charged then.
      log.warn('could not find out which calls may have been charged before they were taken back', { error });
      taken.lost = undefined;
    }
    looked.delete(taken);
    taken.scope.cancel();
  }

  return {
    round: () => round,
    run(call, make) {
      roundOf.set(nameOf(call), now);
      return now.scope.run(make);
    },
    takeBack() {
      if (now.isTaken) return;
      now.isTaken = true;
      if (hasCalls() && patched('losses-found')) {
        looked.add(now);
        void lookAndCancel(now);
      } else now.scope.cancel();
    },
    isLooking: () => looked.size > 0,
    abandon() {
      for (const taken of looked) {
        taken.lost = undefined;
        taken.scope.cancel();
      }
      looked.clear();
    },
    open() {
      // What was told to stop must not hold back the calls to come.
      if (!now.isTaken) now.scope.cancel();
      now = newRound();
      round += 1;
    },
    judge(call, end) {
      const name = nameOf(call);
      const madeIn = roundOf.get(name);
      roundOf.delete(name);
      // An attempt that has begun since then has kept what was before it.
      if (madeIn === undefined || end.kind !== 'unmade' || end.isUnbegun !== true) return end;
      return madeIn.lost?.has(name) === false ? end : { ...end, isLost: true };
    },
  };
}

function newRound(): Round {
  const scope = detached();
  return { scope, isTaken: scope.consideredCancelled, lost: new Set() };
}

// A stop of the workflow cancels what is below its own scope at once.
function detached(): CancellationScope {
  const isStopped = CancellationScope.current().consideredCancelled;
  const scope = new CancellationScope({
    cancellable: true,
    parent: new CancellationScope({ cancellable: false }),
  });
  if (isStopped) scope.cancel();
  return scope;
}

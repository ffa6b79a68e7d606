import { CancellationScope, patched, proxyActivities } from '@temporalio/workflow';

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
  readonly run: (make: () => Promise<CallEnd>) => Promise<CallEnd>;
  /**
   * Has calls that have not been sent end at once. Before that it looks which of them may have been charged all the same: of
   * one that waits for its next attempt the server tells nothing when it cancels it.
   */
  takeBack(): void;
  /** Lets calls be made again. */
  open(): void;
  /** How a call has ended, by what was found out before it was taken back. */
  judge(call: PageCall, end: CallEnd): CallEnd;
}

/**
 * Makes the scope of a page's calls, open.
 *
 * @param hasCalls - whether there are calls to take back
 */
export function createCallScope(hasCalls: () => boolean): CallScope {
  let scope = detached();
  let round = 0;
  let looks = 0;
  let isLooking = false;
  const lost = new Set<string>();

  async function lookAndCancel(): Promise<void> {
    isLooking = true;
    looks += 1;
    const look = looks;
    // Who cannot find out takes them back without.
    const found = await CancellationScope.nonCancellable(findLosses).catch(() => []);
    if (!isLooking || look !== looks) return;
    isLooking = false;
    for (const call of found) lost.add(nameOf(call));
    scope.cancel();
  }

  return {
    round: () => round,
    run: (make) => scope.run(make),
    takeBack() {
      if (isLooking || scope.consideredCancelled) return;
      if (hasCalls() && patched('losses-found')) void lookAndCancel();
      else scope.cancel();
    },
    open() {
      // They were not taken back yet, and just go on.
      if (isLooking) isLooking = false;
      else {
        // What was told to stop must not hold back the calls to come.
        scope.cancel();
        scope = detached();
        round += 1;
      }
    },
    judge(call, end) {
      const wasFound = lost.delete(nameOf(call));
      // An attempt that has begun since then has kept what was before it.
      return wasFound && end.kind === 'unmade' && end.isUnbegun === true ? { ...end, isLost: true } : end;
    },
  };
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

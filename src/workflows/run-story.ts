import { CancellationScope, condition, patched, proxyActivities } from '@temporalio/workflow';

import type { RunAct } from '../records/changes.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from './contract.ts';
import { controlOptions } from './options.ts';
import type { RunStanding } from './run-standing.ts';

/** What people do to a run, kept in the bucket. */
export interface RunStory {
  /**
   * Keeps what was done, one after the other.
   *
   * @param acts - asked when all that was done before is kept
   * @param reason - in the words of who did it
   * @param hold - has it count once it is kept, before the next is asked for
   */
  keep(acts: () => readonly RunAct[], reason: string | undefined, hold?: () => void): Promise<void>;
  /** Keeps the same, and waits for nothing: the store may be away. */
  note(act: RunAct, reason: string | undefined): void;
  /** Whether all of it is kept. */
  isKept(): boolean;
}

const { keepChange } = proxyActivities<ControlActivities>(controlOptions);

/** Makes the story of a run. What is done before the run is planned is kept when it is: until then nobody may have claimed it. */
export function createRunStory(run: RunLocation, standing: Pick<RunStanding, 'state'>): RunStory {
  let last = Promise.resolve();
  let waiting = 0;

  async function keepEach(
    acts: readonly RunAct[],
    { at, reason }: { readonly at: string; readonly reason: string | undefined },
  ): Promise<void> {
    for (const act of acts) {
      const change = { version: 1, at, ...act, ...(reason && { reason }) } as const;
      await CancellationScope.nonCancellable(() => keepChange({ run, change }));
    }
  }
  function keep(
    acts: () => readonly RunAct[],
    reason: string | undefined,
    hold: () => void = () => {},
  ): Promise<void> {
    const at = new Date().toISOString();
    const before = last;
    waiting += 1;
    last = (async () => {
      await before;
      await CancellationScope.nonCancellable(() => condition(() => standing.state !== 'planning'));
      try {
        await keepEach(acts(), { at, reason });
        hold();
      } finally {
        waiting -= 1;
      }
    })();
    const own = last;
    // What was refused holds up nothing that comes after it.
    last = own.catch(() => {});
    return own;
  }
  return {
    keep,
    note(act, reason) {
      // Runs of earlier versions had no activity there.
      void keep(() => (patched('story') ? [act] : []), reason);
    },
    isKept: () => waiting === 0,
  };
}

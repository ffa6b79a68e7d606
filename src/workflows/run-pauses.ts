import {
  CancellationScope,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

import type { ControlActivities } from './contract.ts';
import { heardPause, heardResume } from './heard-requests.ts';
import { pauseSignal, resumeSignal, type PauseRequest, type ResumeRequest } from './messages.ts';
import { creditOptions } from './options.ts';
import { createPauses, describePause, liftedByHand, probed, type Pause, type Pauses } from './pauses.ts';

/** Credit that is topped up at once shows a moment later. */
const FIRST_LOOK = '15 seconds';

const { checkCredit } = proxyActivities<ControlActivities>(creditOptions);

export interface RunPausesOptions {
  readonly runId: string;
  readonly carried: readonly Pause[] | undefined;
  /** Has the pages take their calls back. Called again with each further reason. */
  readonly onPause: () => void;
  /**
   * Has a page make one call, and resume the run when it is answered.
   *
   * @returns the page's number; `undefined` where there is none
   */
  readonly onProbe: () => number | undefined;
  /** Lets them go on. */
  readonly onGo: () => void;
  /** Is told what a person has done. */
  readonly onAct: (kind: 'suspend' | 'resume', reason: string | undefined) => void;
}

/** What a run's workflow does about its pauses. */
export interface RunPauses extends Pick<Pauses, 'any' | 'has' | 'list'> {
  pause(request: PauseRequest): void;
  resume(request: ResumeRequest): void;
  /** Takes in that a page has ended: what it was to find out, another one has to. */
  ended(page: number): void;
  /** Takes signals from now on, first those that have come already. */
  listen(): void;
}

/** Takes in why a run is to pause, and lets it go on when no reason is left. */
export function createRunPauses(options: RunPausesOptions): RunPauses {
  const pauses = createPauses(options.carried);
  // Who wakes the run may do so from within a wait that is over, and cancelled.
  const parent = CancellationScope.current();
  let waking: CancellationScope | undefined;
  let asked: number | undefined;

  function pause({ holder, ...cause }: PauseRequest): void {
    const described = describePause(cause, options.runId, new Date().toISOString());
    if (!pauses.add(described, holder)) return;
    options.onPause();
    if (cause.reason === 'operator') options.onAct('suspend', cause.detail);
    wake();
  }
  function resume({ reason, holder, detail }: ResumeRequest): void {
    const lifted = (reason === undefined ? liftedByHand : [reason]).filter((one) => pauses.lift(one, holder));
    if (lifted.length === 0) return;
    if (!pauses.any()) options.onGo();
    if (reason === undefined) options.onAct('resume', detail);
    wake();
  }

  // Only when nothing else holds the run back: whoever suspended it wants no call made, not even one.
  function wake(): void {
    const isWanted = pauses.any() && pauses.list().every(({ reason }) => probed.includes(reason));
    waking?.cancel();
    asked = undefined;
    waking = isWanted ? new CancellationScope({ cancellable: true, parent }) : undefined;
    waking?.run(awaken).catch(() => {});
  }
  async function awaken(): Promise<void> {
    const own = waking;
    try {
      await sleep(FIRST_LOOK);
      await checkCredit();
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
    // What it waited for may be over in the same turn as another pause begins, which cancels it too late.
    if (waking !== own && patched('probe-due')) return;
    // Pages that start now find out by themselves.
    asked = options.onProbe();
    if (asked === undefined) for (const reason of probed) resume({ reason });
  }
  return {
    ...pauses,
    pause,
    resume,
    ended(page) {
      if (page === asked) wake();
    },
    listen() {
      setHandler(pauseSignal, (told) => {
        const heard = heardPause(told);
        if (heard !== undefined) pause(heard);
      });
      setHandler(resumeSignal, (told) => {
        const heard = heardResume(told);
        if (heard !== undefined) resume(heard);
      });
      wake();
    },
  };
}

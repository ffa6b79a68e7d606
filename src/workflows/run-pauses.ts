import { setHandler } from '@temporalio/workflow';

import { pauseSignal, resumeSignal, type PauseRequest, type ResumeRequest } from './messages.ts';
import { createPauses, describePause, liftedByHand, type Pause, type Pauses } from './pauses.ts';

export interface RunPausesOptions {
  readonly runId: string;
  readonly carried: readonly Pause[] | undefined;
  /** Has the pages take their calls back. Called again with each further reason. */
  readonly onHold: () => void;
  /** Lets them go on. */
  readonly onGo: () => void;
}

/** What a run's workflow does about its pauses. */
export interface RunPauses extends Pick<Pauses, 'any' | 'has' | 'list'> {
  pause(request: PauseRequest): void;
  resume(request: ResumeRequest): void;
  /** Takes signals from now on, first those that have come already. */
  listen(): void;
}

/** Takes in why a run is to pause, and lets it go on when no reason is left. */
export function createRunPauses(options: RunPausesOptions): RunPauses {
  const pauses = createPauses(options.carried);

  function pause({ holder, ...cause }: PauseRequest): void {
    const described = describePause(cause, options.runId, new Date().toISOString());
    if (pauses.add(described, holder)) options.onHold();
  }
  function resume({ reason, holder }: ResumeRequest): void {
    const lifted = (reason === undefined ? liftedByHand : [reason]).filter((one) => pauses.lift(one, holder));
    if (lifted.length > 0 && !pauses.any()) options.onGo();
  }
  return {
    ...pauses,
    pause,
    resume,
    listen() {
      setHandler(pauseSignal, pause);
      setHandler(resumeSignal, resume);
    },
  };
}

import { setCurrentDetails } from '@temporalio/workflow';

import { settledItems } from '../records/tally.ts';
import { describePanel } from './details.ts';
import type { PlanSummary } from './inputs.ts';
import type { RunState, RunView } from './messages.ts';
import { createRate } from './rate.ts';
import type { RunPauses } from './run-pauses.ts';
import { countsOf, isEnding, type RunStanding } from './run-standing.ts';
import { createSign, type Sign } from './search-attributes.ts';

/** Reports come by quarters of pages: long enough to hold a few of them, short enough to follow the rate. */
const RATE_SECONDS = 300;

/** What people see of a run: its panel in the Temporal UI, its search attributes, and the answer to whoever asks. */
export interface RunBoard {
  /** Makes it findable, now that it is planned. */
  open(plan: PlanSummary, job: string): void;
  /** Shows a new state. */
  enter(state: RunState): void;
  /** Shows that it pauses or goes on, where it makes calls. */
  turn(): void;
  /** Takes in that its counts have changed. */
  count(): void;
  show(): void;
  readonly view: () => RunView;
}

/** Makes the board of a run. */
export function createRunBoard(
  runId: string,
  standing: RunStanding,
  pauses: Pick<RunPauses, 'any' | 'list'>,
): RunBoard {
  let sign: Sign | undefined;
  let rate: number | undefined;
  const measure = createRate(RATE_SECONDS);

  // A run that is being planned pauses when it is planned, and one that finishes has nothing more to send.
  function stateNow(): RunState {
    return standing.state === 'running' && pauses.any() && !isEnding(standing) ? 'paused' : standing.state;
  }
  function show(): void {
    const { state, isStopping, plan, budget, deadline } = standing;
    const shown = state === 'running' && isStopping ? 'stopping' : stateNow();
    setCurrentDetails(
      describePanel({
        ...countsOf(standing),
        runId,
        state: shown,
        items: plan?.items ?? 0,
        rate,
        at: Date.now(),
        folder: plan?.folder,
        budget: budget?.view(),
        endsAt: deadline?.endsAt(),
        ...(shown === 'paused' ? { pauses: pauses.list() } : {}),
      }),
    );
  }
  return {
    open(plan, job) {
      sign = createSign(plan, job);
    },
    enter(state) {
      standing.state = state;
      sign?.enter(stateNow(), standing.done.tally.settled);
      show();
    },
    turn() {
      if (standing.state === 'running' && !isEnding(standing)) {
        sign?.enter(stateNow(), countsOf(standing).tally.settled);
      }
      show();
    },
    count() {
      const { tally } = countsOf(standing);
      rate = measure(settledItems(tally), Date.now() / 1_000);
      sign?.progress(tally);
      show();
    },
    show,
    view() {
      const { plan, lanes, budget, deadline, done } = standing;
      const endsAt = deadline?.endsAt();
      const total = plan?.pages.length ?? 0;
      const running = lanes?.live() ?? [];
      const state = stateNow();
      return {
        state,
        items: plan?.items ?? 0,
        ...countsOf(standing),
        done: done.tally,
        sealed: done,
        pages: { total, done: total - (lanes?.left() ?? 0) - running.length, running },
        lanes: lanes?.views() ?? [],
        ...(plan?.priority === undefined ? {} : { priority: plan.priority }),
        ...(budget === undefined ? {} : { budget: budget.view() }),
        ...(endsAt === undefined ? {} : { endsAt }),
        ...(state === 'paused' ? { paused: pauses.list() } : {}),
      };
    },
  };
}

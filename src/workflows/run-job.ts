import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { BudgetView } from '../pollen/ledger.ts';
import type { ControlActivities } from './contract.ts';
import { addCounts, noCounts, type Counts } from '../records/counts.ts';
import type { RunOutcome, StopCause } from '../records/outcome.ts';
import type { RunLocation } from '../storage/keys.ts';
import { settledItems } from '../records/tally.ts';
import { describePanel } from './details.ts';
import { runIdOfWorkflow } from './ids.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { PlanSummary, RunJobInput, ScheduledRunInput } from './inputs.ts';
import {
  pageProgressSignal,
  runViewQuery,
  setBudgetUpdate,
  type BudgetRequest,
  type RunState,
  type RunView,
} from './messages.ts';
import { controlOptions, planOptions } from './options.ts';
import { createRate } from './rate.ts';
import {
  checkBudgetRequest,
  createRunBudget,
  describeReached,
  noBudgetFailure,
  tooLateFailure,
  type RunBudget,
} from './run-budget.ts';
import { createRunPauses } from './run-pauses.ts';
import { createSign, type Sign } from './search-attributes.ts';

/** Events after which a run continues as new, well below the 2,000 that keep a history readable and quick. */
const MAX_EVENTS = 1_400;
/** The same while another lane's pages run: a page of a slow lane may take hours, and the others must not wait for it. */
const MAX_EVENTS_BESIDE_OTHERS = 8_000;
/** Reports come by quarters of pages: long enough to hold a few of them, short enough to follow the rate. */
const RATE_SECONDS = 300;

const { finishRun } = proxyActivities<ControlActivities>(controlOptions);
const { planRun } = proxyActivities<ControlActivities>(planOptions);

/**
 * Runs a planned job: its pages as child workflows, as few at a time as hold each lane's concurrency, then the report,
 * the bill and the marker.
 *
 * Cancelling it means stop: what is in flight finishes, the rest is left, and the report is written all the same. Paused,
 * what is in flight finishes too, and the rest waits until no reason for the pause is left.
 */
export async function runJob(input: RunJobInput): Promise<RunOutcome> {
  const run = 'run' in input ? input.run : runOf(input, workflowInfo().workflowId);
  const carried = 'run' in input ? input.carried : undefined;
  let state: RunState = 'planning';
  let stopping = CancellationScope.current().consideredCancelled;
  let failure: unknown;
  let plan = carried?.plan;
  let lanes: Lanes | undefined;
  let done: Counts = carried ?? noCounts;
  let sign: Sign | undefined;
  let rate: number | undefined;
  let budget: RunBudget | undefined;
  let because: StopCause | undefined;
  const measure = createRate(RATE_SECONDS);
  // A scheduled run may wait here for somebody to mend its job, and a stop must not wait with it.
  const planning = new CancellationScope({ cancellable: true });

  const pauses = createRunPauses({
    runId: run.runId,
    carried: carried?.paused,
    onPause() {
      lanes?.pause();
      enterIfRunning();
    },
    onProbe: () => lanes?.probe(),
    onGo() {
      budget?.go();
      lanes?.go();
      enterIfRunning();
    },
  });

  const isEnding = (): boolean => stopping || failure !== undefined;
  const isLong = (): boolean => workflowInfo().historyLength >= MAX_EVENTS;
  const livePages = (): readonly number[] => lanes?.live() ?? [];
  const pagesLeft = (): number => lanes?.left() ?? 0;
  // A run that is paused between two pages.
  const isWaiting = (): boolean => pauses.any() && pagesLeft() > 0 && !isEnding() && !isLong();
  const counts = (): Required<Counts> =>
    (lanes?.counts() ?? []).reduce<Required<Counts>>(addCounts, addCounts(noCounts, done));
  // A run that is being planned pauses when it is planned, and one that finishes has nothing more to send.
  function stateNow(): RunState {
    return state === 'running' && pauses.any() && !isEnding() ? 'paused' : state;
  }
  function enterIfRunning(): void {
    if (state === 'running' && !isEnding()) sign?.enter(stateNow(), counts().tally.settled);
    show();
  }
  function stop(): void {
    stopping = true;
    planning.cancel();
    lanes?.stop();
    show();
  }
  function budgetOf({ budget: set, spent }: PlanSummary): RunBudget | undefined {
    if (set === undefined) return undefined;
    return createRunBudget({
      run,
      onExceeded: set.onExceeded,
      state: carried?.budget ?? { spent: '0', ...spent, cap: set.amount },
      mayGrant: () => !isEnding() && !pauses.any(),
      give: (page, total) => lanes?.give(page, total),
      onReached(view, missing) {
        if (set.onExceeded === 'stop') {
          because = 'budget';
          stop();
          return;
        }
        const items = { done: settledItems(counts().tally), all: plan?.items ?? 0 };
        pauses.pause({ reason: 'budget', detail: describeReached(view, missing, items) });
      },
      onSet: () => pauses.resume({ reason: 'budget' }),
    });
  }
  function show(): void {
    const shown = state === 'running' && stopping ? 'stopping' : stateNow();
    const items = plan?.items ?? 0;
    setCurrentDetails(
      describePanel({
        ...counts(),
        state: shown,
        items,
        rate,
        at: Date.now(),
        folder: plan?.folder,
        budget: budget?.view(),
        ...(shown === 'paused' ? { pauses: pauses.list() } : {}),
      }),
    );
  }
  function count(): void {
    const { tally } = counts();
    rate = measure(settledItems(tally), Date.now() / 1_000);
    sign?.progress(tally);
    show();
  }

  setHandler(runViewQuery, (): RunView => {
    const total = plan?.pages.length ?? 0;
    const running = livePages();
    const shown = stateNow();
    return {
      state: shown,
      items: plan?.items ?? 0,
      ...counts(),
      done: done.tally,
      sealed: done,
      pages: { total, done: total - pagesLeft() - running.length, running },
      lanes: lanes?.views() ?? [],
      ...(plan?.priority === undefined ? {} : { priority: plan.priority }),
      ...(budget === undefined ? {} : { budget: budget.view() }),
      ...(shown === 'paused' ? { paused: pauses.list() } : {}),
    };
  });
  pauses.listen();
  const setBudget = async (request: BudgetRequest): Promise<BudgetView> => {
    await condition(() => state !== 'planning');
    if (budget === undefined) throw noBudgetFailure(run.runId);
    return budget.set(request);
  };
  setHandler(setBudgetUpdate, setBudget, {
    validator(request) {
      checkBudgetRequest(request);
      // What is set then would be kept beside a run that has ended, and say nothing of it.
      if ((state !== 'planning' && state !== 'running') || isEnding()) throw tooLateFailure(run.runId);
    },
  });
  setHandler(pageProgressSignal, (progress) => {
    lanes?.note(progress);
    budget?.note(progress);
    budget?.grant();
    count();
  });
  void CancellationScope.current().cancelRequested.catch(stop);

  return CancellationScope.nonCancellable(async () => {
    show();
    const planned =
      plan ??
      (await ('run' in input
        ? planRun({ run, resumed: input.resumed })
        : planning.run(() => planRun({ run, scheduled: input.scheduled }))));
    if (planned.ended !== undefined) return planned.ended;
    plan = planned;
    const resumed = planned.resumed || ('run' in input && input.resumed);
    budget = budgetOf(planned);
    const opened = (lanes = createLanes({
      run,
      resumed,
      plan: planned,
      next: carried?.next ?? {},
      mayGrant: () => !isEnding() && !pauses.any(),
      mayStart(others) {
        const { historyLength } = workflowInfo();
        if (!isLong()) return true;
        return others && historyLength < MAX_EVENTS_BESIDE_OTHERS && patched('lanes-go-on');
      },
      onStart: (page) => budget?.open(page),
      onEnd(page, sealed) {
        pauses.ended(page);
        budget?.close(page, sealed);
        budget?.grant();
      },
      onSealed(sealed) {
        done = addCounts(done, sealed);
        count();
      },
      onFailure(error) {
        failure ??= error;
        lanes?.stop();
      },
    }));
    const shown = (sign = createSign(planned, run.job));
    const enter = (next: RunState): void => {
      state = next;
      shown.enter(stateNow(), done.tally.settled);
      show();
    };

    enter('running');
    count();
    opened.fill();
    await condition(() => livePages().length === 0 && !isWaiting());
    await condition(allHandlersFinished);
    if (!isEnding() && pagesLeft() > 0) {
      const next = opened.next();
      return continueAsNew<typeof runJob>({
        run,
        resumed,
        carried: {
          plan,
          next,
          ...addCounts(noCounts, done),
          ...(pauses.any() ? { paused: pauses.list() } : {}),
          ...(budget === undefined ? {} : { budget: budget.state() }),
        },
      });
    }

    enter('finishing');
    const reason = failure !== undefined ? 'failed' : stopping ? 'stopped' : 'finished';
    const outcome = await finishRun({ run, reason, ...(because === undefined ? {} : { because }) });
    done = { ...done, tally: outcome.tally };
    enter(outcome.state);
    // A schedule's `pauseOnFailure` and the Temporal UI look at how the workflow ended.
    if (outcome.state === 'failed') throw runFailure(failure);
    return outcome;
  });
}

function runOf({ scheduled }: ScheduledRunInput, workflowId: string): RunLocation {
  const { prefix, emulated, job } = scheduled;
  return { prefix, emulated, job, runId: runIdOfWorkflow(workflowId) };
}

function runFailure(cause: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'run-failed',
    message: 'The run could not go on, and was closed with what it had.',
    nonRetryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}

import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { ControlActivities } from './contract.ts';
import { addCounts, noCounts } from '../records/counts.ts';
import type { EndReason, RunOutcome } from '../records/outcome.ts';
import type { RunLocation } from '../storage/keys.ts';
import { createRunDeadline } from './run-deadline.ts';
import { runIdOfWorkflow } from './ids.ts';
import type { PlanRunInput, PlanSummary, RunJobInput, ScheduledRunInput } from './inputs.ts';
import { pageProgressSignal, runViewQuery } from './messages.ts';
import { openBudget } from './open-budget.ts';
import { openGates } from './open-gates.ts';
import { openLanes } from './open-lanes.ts';
import { controlOptions, planOptions } from './options.ts';
import { createRunBoard } from './run-board.ts';
import { listenToOrders } from './run-orders.ts';
import { createRunNotices } from './run-notices.ts';
import { createRunPauses } from './run-pauses.ts';
import { beginStanding, isEnding, isLong, isOpen, type RunStanding } from './run-standing.ts';
import { createRunStory } from './run-story.ts';

const { closeRun, finishRun } = proxyActivities<ControlActivities>(controlOptions);
const { prepareRun, planRun } = proxyActivities<ControlActivities>(planOptions);

// A worker of an earlier version would plan without gates and end without a story, by the names that it knows: those it
// does not know it leaves to others.
const isGrown = (): boolean => patched('grown-contracts');

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
  const standing = beginStanding(carried, CancellationScope.current().consideredCancelled);
  // A scheduled run may wait here for somebody to mend its job, and a stop must not wait with it.
  const planning = new CancellationScope({ cancellable: true });
  const story = createRunStory(run, standing);

  const pauses = createRunPauses({
    runId: run.runId,
    carried: carried?.paused,
    onPause() {
      standing.lanes?.pause();
      board.turn();
      notices.look();
    },
    onProbe: () => standing.lanes?.probe(),
    onGo() {
      standing.budget?.go();
      standing.lanes?.go();
      board.turn();
    },
    onAct(kind, reason) {
      if (isOpen(standing) && !isEnding(standing)) story.note({ kind }, reason);
    },
  });
  const board = createRunBoard(run.runId, standing, pauses);
  const scheduled = 'run' in input ? undefined : input.scheduled;
  const notices = createRunNotices({ run, scheduled, standing, pauses });
  const parts = { standing, story, pauses, board, notices, stop };

  const deadline = (standing.deadline = createRunDeadline(() => {
    if (standing.state !== 'running' || isEnding(standing)) return;
    standing.isExpired = true;
    stop();
  }));

  const pagesLeft = (): number => standing.lanes?.left() ?? 0;
  // A run that is paused between two pages.
  const isWaiting = (): boolean => pauses.any() && pagesLeft() > 0 && !isEnding(standing) && !isLong();
  function stop(): void {
    standing.isStopping = true;
    planning.cancel();
    standing.lanes?.stop();
    board.show();
  }

  setHandler(runViewQuery, board.view);
  pauses.listen();
  listenToOrders({ runId: run.runId, ...parts });
  setHandler(pageProgressSignal, (progress) => {
    standing.lanes?.note(progress);
    standing.budget?.note(progress);
    standing.gates?.note(progress);
    standing.budget?.grant();
    board.count();
    notices.look();
  });

  return CancellationScope.nonCancellable(async () => {
    board.show();
    const planned = (request: PlanRunInput): Promise<PlanSummary> =>
      isGrown() ? prepareRun(request) : planRun(request);
    const plan =
      standing.plan ??
      (await (
        'run' in input
          ? planned({ run, resumed: input.resumed })
          : planning.run(() => planned({ run, scheduled: input.scheduled }))
      ).catch(notices.unplanned));
    if (plan.ended !== undefined) return plan.ended;
    standing.plan = plan;
    const resumed = plan.resumed || ('run' in input && input.resumed);
    standing.budget = openBudget(parts, plan, carried?.budget);
    standing.gates = openGates(parts, plan, carried);
    const lanes = openLanes(parts, { run, resumed, plan, next: carried?.next ?? {} });
    standing.lanes = lanes;
    board.open(plan, run.job);
    if (carried === undefined) notices.planned();

    board.enter('running');
    board.count();
    if (plan.endsAt !== undefined && patched('deadline')) deadline.set(plan.endsAt);
    lanes.fill();
    await condition(() => lanes.live().length === 0 && !isWaiting());
    const goesOn = (): boolean => !isEnding(standing) && pagesLeft() > 0;
    // In one turn with what is decided by it: a stop that came in between would be lost.
    await condition(() => allHandlersFinished() && story.isKept() && (!goesOn() || notices.areHandedOver()));
    if (goesOn()) {
      return continueAsNew<typeof runJob>({
        run,
        resumed,
        carried: {
          plan: { ...(standing.plan ?? plan), endsAt: deadline.endsAt() },
          next: lanes.next(),
          ...addCounts(noCounts, standing.done),
          ...(pauses.any() ? { paused: pauses.list() } : {}),
          ...(standing.budget === undefined ? {} : { budget: standing.budget.state() }),
          ...standing.gates.state(),
        },
      });
    }

    board.enter('finishing');
    const { because } = standing;
    const end = { run, reason: endReason(standing), ...(because === undefined ? {} : { because }) };
    const outcome = await (isGrown() ? closeRun(end) : finishRun(end));
    standing.done = { ...standing.done, tally: outcome.tally };
    board.enter(outcome.state);
    notices.ended(outcome);
    await condition(notices.areHandedOver);
    // A schedule's `pauseOnFailure` and the Temporal UI look at how the workflow ended.
    if (outcome.state === 'failed') throw runFailure(standing.failure);
    return outcome;
  });
}

function endReason({ failure, isStopping, isExpired }: RunStanding): EndReason {
  if (failure !== undefined) return 'failed';
  if (!isStopping) return 'finished';
  return isExpired ? 'expired' : 'stopped';
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

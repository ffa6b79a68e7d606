import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  TimeoutFailure,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { CallActivities, ControlActivities } from './contract.ts';
import { addCounts, countsOf, noCounts, type Counts, type SampledFailure } from '../records/counts.ts';
import { emptyTally, tallyOf } from '../records/tally.ts';
import type { Receipt } from '../records/record.ts';
import { describePanel, type PanelState } from './details.ts';
import { laneQueue } from './ids.ts';
import {
  grantPlacesSignal,
  pageProgressQuery,
  pageProgressSignal,
  type OpenedPage,
  type PageProgress,
  type RunPageInput,
} from './messages.ts';
import { controlOptions } from './options.ts';
import { plainName } from './markdown.ts';
import { createReporter } from './page-reporter.ts';

/** Failed items that a report names: reports come again and again. */
const TOLD_FAILURES = 3;

const { openPage, sealPage } = proxyActivities<ControlActivities>(controlOptions);

/**
 * Runs the calls of one page, as many at a time as the run has granted places, and seals the page's share of the results.
 *
 * A failed item is an outcome, not a failure of the page. Cancelled (which means: stop), calls that have not been sent
 * end at once and leave no record; those in flight finish and are recorded, since they are paid for.
 */
export async function runPage(input: RunPageInput): Promise<Counts> {
  const opened = await CancellationScope.nonCancellable(() => openPage(input));
  const calls = new CancellationScope({ cancellable: true });
  let stopping = false;
  let counts: Counts = { ...noCounts, tally: opened.done };
  let next = 0;
  let inFlight = 0;
  let places = 0;
  let running = 0;
  let failure: unknown;
  const lost: number[] = [];

  const progress = (): PageProgress => ({
    page: input.page,
    ...counts,
    failures: counts.failures?.slice(-TOLD_FAILURES) ?? [],
    waiting: opened.missing.length - next,
    inFlight,
    places,
    freed: places - running,
  });
  const parent = workflowInfo().parent;
  const reporter = createReporter(opened.missing.length, (report) =>
    parent === undefined
      ? Promise.resolve()
      : getExternalWorkflowHandle(parent.workflowId).signal(pageProgressSignal, report),
  );
  function show(state: PanelState): void {
    const items = opened.ids.length;
    setCurrentDetails(describePanel({ ...noCounts, ...counts, state, items, inFlight, at: Date.now() }));
  }

  // One loop a place: it takes the next call as long as there is one, then gives its place back.
  async function work(): Promise<void> {
    running += 1;
    while (next < opened.missing.length && !stopping) {
      const position = opened.missing[next++] ?? 0;
      inFlight += 1;
      try {
        // Not in one expression: that would read the tally before the wait, and lose what others added meanwhile.
        const ended = await calls.run(() => generate(input, opened, position, lost));
        counts = addCounts(counts, ended);
      } catch (error) {
        failure ??= error;
        stopping = true;
        calls.cancel();
      }
      inFlight -= 1;
      show(stopping ? 'stopping' : 'running');
      reporter.note(progress());
    }
    running -= 1;
    reporter.note(progress());
  }
  const grant = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      places += 1;
      void work();
    }
  };

  setHandler(pageProgressQuery, progress);
  setHandler(grantPlacesSignal, grant);
  void CancellationScope.current().cancelRequested.catch(() => {
    stopping = true;
    calls.cancel();
  });

  return CancellationScope.nonCancellable(async () => {
    grant(input.places);
    await condition(() => running === 0 && (stopping || next >= opened.missing.length));
    await reporter.settled();
    if (failure !== undefined) throw failure;
    const sealed = await sealPage({ run: input.run, page: input.page, lost });
    await condition(allHandlersFinished);
    counts = sealed;
    show(stopping ? 'stopped' : 'completed');
    return sealed;
  });
}

async function generate(
  input: RunPageInput,
  opened: OpenedPage,
  position: number,
  lost: number[],
): Promise<Counts> {
  const kind = opened.kinds[position] === 'i' ? 'generateImage' : 'generateText';
  const id = opened.ids[position] ?? '';
  const model = opened.models[opened.model[position] ?? 0] ?? '';
  const activities = proxyActivities<CallActivities>({
    taskQueue: laneQueue(input.lane),
    summary: `${id} · ${plainName(model)}`,
    // One attempt: the API's own deadline (2 and 5 minutes) and storing, with margin.
    startToCloseTimeout: kind === 'generateImage' ? '6 minutes' : '3 minutes',
    heartbeatTimeout: '20 seconds',
    // The activity decides how often to try; a throttled call may try for days.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '60 seconds' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: { fairnessKey: input.run.runId.slice(-64) },
  });
  try {
    const { run, resumed, page } = input;
    return countsOf(model, tallyOf(await activities[kind]({ run, resumed, page, position })));
  } catch (error) {
    if (isCancellation(error)) return cancelled;
    const receipt = receiptOfFailure(error);
    if (receipt !== undefined) return countsOf(model, tallyOf(receipt), failureOf(id, receipt));
    // It was in flight at the stop, and would have to be tried again: the server gives up on it instead.
    if (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED') {
      if (error.cause instanceof TimeoutFailure) lost.push(position);
      return cancelled;
    }
    throw error;
  }
}

const cancelled: Counts = { tally: { ...emptyTally, cancelled: 1 } };

function failureOf(id: string, { code = '', httpStatus, remedy = '' }: Receipt): SampledFailure {
  return { id, code, ...(httpStatus === undefined ? {} : { status: httpStatus }), remedy };
}

// A failed item's activity carries the item's receipt in its failure.
function receiptOfFailure(error: unknown): Receipt | undefined {
  if (!(error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)) return undefined;
  const [receipt] = error.cause.details ?? [];
  return receipt as Receipt | undefined;
}

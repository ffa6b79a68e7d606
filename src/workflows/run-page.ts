import {
  CancellationScope,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { ControlActivities } from './contract.ts';
import { addCounts, noCounts, type Counts } from '../records/counts.ts';
import { describePanel, type PanelState } from './details.ts';
import {
  grantPlacesSignal,
  pageProgressQuery,
  pageProgressSignal,
  type PageProgress,
  type RunPageInput,
} from './messages.ts';
import { controlOptions } from './options.ts';
import { createPageAgenda } from './page-agenda.ts';
import { closeChain, generate, type LostCall } from './page-calls.ts';
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
  const agenda = createPageAgenda(opened);
  let stopping = false;
  let counts: Counts = { ...noCounts, tally: opened.done };
  let inFlight = 0;
  let closing = 0;
  let ended = 0;
  let places = 0;
  let running = 0;
  let failure: unknown;
  const lost: LostCall[] = [];

  const progress = (): PageProgress => ({
    page: input.page,
    ...counts,
    failures: counts.failures?.slice(-TOLD_FAILURES) ?? [],
    waiting: agenda.waiting(),
    inFlight,
    places,
    freed: places - running,
  });
  const parent = workflowInfo().parent;
  const reporter = createReporter(
    opened.missing.length,
    (report) =>
      parent === undefined
        ? Promise.resolve()
        : getExternalWorkflowHandle(parent.workflowId).signal(pageProgressSignal, report),
    () => patched('places-held'),
  );
  function show(state: PanelState): void {
    const items = opened.ids.length;
    setCurrentDetails(describePanel({ ...noCounts, ...counts, state, items, inFlight, at: Date.now() }));
  }
  function fail(error: unknown): void {
    failure ??= error;
    stopping = true;
    calls.cancel();
  }

  // One loop a place: it takes the next call as long as there is one, then gives its place back.
  async function work(): Promise<void> {
    running += 1;
    while (!stopping) {
      const call = agenda.take();
      if (call === undefined) break;
      inFlight += 1;
      let isOver = true;
      try {
        // Not in one expression: that would read the tally before the wait, and lose what others added meanwhile.
        const made = await calls.run(() => generate(input, opened, call, lost));
        counts = addCounts(counts, made.counts);
        isOver = made.outcome === undefined ? call.step === undefined : agenda.settle(call, made.outcome);
      } catch (error) {
        fail(error);
      }
      inFlight -= 1;
      if (isOver && call.step === undefined) ended += 1;
      else if (isOver && failure === undefined) void close(call.position);
      show(stopping ? 'stopping' : 'running');
      reporter.note(progress(), ended);
    }
    running -= 1;
    reporter.note(progress(), ended);
  }
  // Beside the places, which are there for calls of the API.
  async function close(position: number): Promise<void> {
    closing += 1;
    try {
      // Places that a signal grants start in the workflow's own scope, which a stop cancels: the record is due all the same.
      const closed = await CancellationScope.nonCancellable(() => closeChain(input, opened, position));
      counts = addCounts(counts, closed);
      ended += 1;
      show(stopping ? 'stopping' : 'running');
      reporter.note(progress(), ended);
    } catch (error) {
      fail(error);
    }
    closing -= 1;
  }
  const grant = (count: number): void => {
    reporter.granted(count);
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
    await condition(() => running === 0 && closing === 0 && (stopping || agenda.waiting() === 0));
    await reporter.settled();
    if (failure !== undefined) throw failure;
    const { run, page } = input;
    const lostSteps = lost.flatMap(({ position, step }) =>
      step === undefined ? [] : [{ position, ...step }],
    );
    const sealed = await sealPage({
      run,
      page,
      lost: lost.flatMap(({ position, step }) => (step === undefined ? [position] : [])),
      ...(lostSteps.length === 0 ? {} : { lostSteps }),
    });
    await condition(allHandlersFinished);
    counts = sealed;
    show(stopping ? 'stopped' : 'completed');
    return sealed;
  });
}

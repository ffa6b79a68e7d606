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
  type SignalDefinition,
} from '@temporalio/workflow';

import { createCallScope } from './call-scope.ts';
import type { ControlActivities } from './contract.ts';
import { addCounts, noCounts, type Counts } from '../records/counts.ts';
import { emptyTally } from '../records/tally.ts';
import { describePanel, type PanelState } from './details.ts';
import {
  grantMoneySignal,
  grantPlacesSignal,
  pageProgressQuery,
  pageProgressSignal,
  pauseSignal,
  resumeSignal,
  steerSignal,
  type PageProgress,
  type RunPageInput,
} from './messages.ts';
import { controlOptions } from './options.ts';
import { createPageAgenda, nameOf, type PageCall } from './page-agenda.ts';
import { closeChain, generate, laneOfCall, type CallEnd } from './page-calls.ts';
import { createPagePlaces, type PagePlaces } from './page-places.ts';
import { createPagePurse } from './page-purse.ts';
import { createReporter } from './page-reporter.ts';
import { probed } from './pauses.ts';
import { createSteering } from './steering.ts';

/** Failed items that a report names: reports come again and again. */
const TOLD_FAILURES = 3;

const unmade: CallEnd = { kind: 'unmade', isLost: false };
const cancelled: Counts = { tally: { ...emptyTally, cancelled: 1 } };

const { openPage, sealPage } = proxyActivities<ControlActivities>(controlOptions);

/**
 * Runs the calls of one page, as many at a time as the run has granted places, and seals the page's share of the results.
 *
 * A failed item is an outcome, not a failure of the page. Cancelled (which means: stop), calls that have not been sent
 * end at once and leave no record; those in flight finish and are recorded, since they are paid for. Paused, it does the
 * same, and puts back what has not been sent until it may go on.
 */
export async function runPage(input: RunPageInput): Promise<Counts> {
  const steering = createSteering();
  const { isPaused } = steering;
  // Before the first wait: signals that come in its course would be handled by their kind, and not in their order.
  setHandler(steerSignal, kept(steering.steer));
  const opened = await CancellationScope.nonCancellable(() => openPage(input));
  const { lane: own, others } = input;
  const agenda = createPageAgenda(opened, {
    own,
    of: others === undefined ? () => own : (call) => laneOfCall(input, opened, call),
  });
  let stopping = false;
  let counts: Counts = { ...noCounts, tally: opened.done };
  let inFlight = 0;
  const calls = createCallScope(() => inFlight > 0);
  let closing = 0;
  let ended = 0;
  let running = 0;
  let isShown = true;
  let failure: unknown;
  const lost = new Map<string, PageCall>();
  const ownPlaces = createPagePlaces(own, others !== undefined);
  const otherPlaces = (others ?? []).map((lane) => ({ ...createPagePlaces(lane, true), asked: 0 }));
  const allPlaces: readonly PagePlaces[] = [ownPlaces, ...otherPlaces];

  const progress = (): PageProgress => ({
    page: input.page,
    ...counts,
    failures: counts.failures?.slice(-TOLD_FAILURES) ?? [],
    waiting: agenda.waiting(own),
    inFlight,
    places: ownPlaces.granted(),
    freed: ownPlaces.freed(),
    ...(purse === undefined ? {} : { money: purse.report() }),
    ...(others && {
      others: otherPlaces.map((places) => ({
        lane: places.lane,
        waiting: agenda.waiting(places.lane),
        freed: places.freed(),
      })),
    }),
  });
  const parent = workflowInfo().parent;
  const signalRun = <Args extends unknown[]>(signal: SignalDefinition<Args>, ...args: Args): Promise<void> =>
    parent === undefined
      ? Promise.resolve()
      : getExternalWorkflowHandle(parent.workflowId).signal(signal, ...args);
  const reporter = createReporter(
    opened.missing.length,
    (report) => signalRun(pageProgressSignal, report),
    () => patched('places-held'),
  );
  // A run that is gone must not take the page's paid calls with it.
  function tellRun<Args extends unknown[]>(signal: SignalDefinition<Args>, ...args: Args): void {
    void CancellationScope.nonCancellable(() => signalRun(signal, ...args)).catch(() => {});
  }
  function show(state: PanelState): void {
    const items = opened.ids.length;
    setCurrentDetails(describePanel({ ...noCounts, ...counts, state, items, inFlight, at: Date.now() }));
  }
  function fail(error: unknown): undefined {
    failure ??= error;
    stopping = true;
    calls.takeBack();
  }

  const mayCall = (): boolean => !stopping && !isPaused();
  const purse =
    opened.holds === undefined
      ? undefined
      : createPagePurse({
          holds: opened.holds,
          mayCall,
          hasMore: () => agenda.waiting() > 0,
          tell: () => reporter.tell(progress()),
        });
  // One loop a place: it takes the next call of its lane as long as there is one.
  async function work(places: PagePlaces): Promise<void> {
    running += 1;
    places.enter();
    while (mayCall()) {
      const call = agenda.take(places.lane);
      if (call === undefined) break;
      if (purse !== undefined && !(await purse.hold(call))) {
        inFlight += 1;
        conclude(call, unmade);
        continue;
      }
      let end: CallEnd | undefined;
      inFlight += 1;
      try {
        // Not in one expression: that would read the tally before the wait, and lose what others added meanwhile.
        end = await calls.run(() => generate(input, opened, call, { round: calls.round() }));
      } catch (error) {
        fail(error);
      }
      conclude(call, end);
    }
    running -= 1;
    places.leave();
    report();
  }
  // At once, without another wait: in which order calls are asked for is part of the history.
  function conclude(call: PageCall, end: CallEnd | undefined): void {
    if (end !== undefined) purse?.settle(call, end);
    const isOver = end === undefined || settle(call, end);
    if (isOver) purse?.close(call.position);
    inFlight -= 1;
    if (isOver && call.step === undefined) ended += 1;
    else if (isOver && failure === undefined) void close(call.position);
    isShown = false;
    report();
  }
  // One call, whatever its lane, when those in flight have ended: its answer says whether the others may be made.
  async function probe(isDue: () => boolean): Promise<void> {
    await condition(() => running === 0 || !isDue() || stopping);
    if (!isDue() || stopping) return;
    const lane = allPlaces.find((places) => agenda.waiting(places.lane) > 0)?.lane;
    const call = lane === undefined ? undefined : agenda.take(lane);
    let isAnswered = true;
    // Without money for it nobody can tell, but those that go on.
    if (call !== undefined && purse?.holds(call) === false) {
      inFlight += 1;
      conclude(call, unmade);
    } else if (call !== undefined) {
      calls.open();
      running += 1;
      inFlight += 1;
      const end = await calls
        .run(() => generate(input, opened, call, { round: calls.round(), probes: true }))
        .catch(fail);
      isAnswered = end?.kind === 'made';
      running -= 1;
      conclude(call, end);
    }
    if (isAnswered) for (const reason of probed) tellRun(resumeSignal, { reason });
  }
  function settle(call: PageCall, ended: CallEnd): boolean {
    const end = calls.judge(call, ended);
    if (end.kind === 'made') {
      counts = addCounts(counts, end.counts);
      lost.delete(nameOf(call));
      return agenda.settle(call, end.outcome);
    }
    if (end.isLost) lost.set(nameOf(call), { ...call, again: (call.again ?? 0) + 1 });
    if (end.holder !== undefined) tellRun(resumeSignal, { reason: 'store', holder: end.holder });
    if (!stopping) {
      const isOver = agenda.putBack(call, end.isLost);
      if (end.cause !== undefined && !isPaused()) {
        tellRun(pauseSignal, end.cause);
        steering.pause();
      }
      return isOver;
    }
    // An item that is stopped between its steps is counted as cancelled when its page is sealed.
    if (call.step === undefined) counts = addCounts(counts, cancelled);
    return call.step === undefined;
  }
  // Once for all that ended together.
  async function keepShown(): Promise<never> {
    for (;;) {
      await condition(() => !isShown);
      isShown = true;
      show(stopping ? 'stopping' : isPaused() ? 'paused' : 'running');
    }
  }
  function report(): void {
    // The run has to know what it may grant again.
    if (isPaused() && running === 0) reporter.tell(progress());
    else if (isPaused()) reporter.note(progress(), ended);
    else if (stopping || !share()) reporter.note(progress(), ended);
    else reporter.tell(progress());
  }
  // What became ready may be for a place that is idle, in another lane.
  function share(): boolean {
    if (others === undefined) return false;
    for (const places of allPlaces) {
      while (places.idle() > 0 && agenda.waiting(places.lane) > 0) void work(places);
    }
    const hasChanged = otherPlaces.map((places) => {
      const gave = places.giveBack(agenda.needs(places.lane));
      const wanted = agenda.waiting(places.lane);
      const asks = wanted > 0 && places.asked <= 0;
      if (asks) places.asked = wanted;
      return gave || asks;
    });
    ownPlaces.giveBack(agenda.needs(own));
    return hasChanged.includes(true);
  }
  // Beside the places, which are there for calls of the API.
  async function close(position: number): Promise<void> {
    closing += 1;
    try {
      const closed = await closeChain(input, opened, position);
      counts = addCounts(counts, closed);
      ended += 1;
      isShown = false;
      reporter.note(progress(), ended);
    } catch (error) {
      fail(error);
    }
    closing -= 1;
  }
  const grant = (count: number, lane = own): void => {
    const other = otherPlaces.find((places) => places.lane === lane);
    if (other === undefined) reporter.granted(count);
    else other.asked -= count;
    const places = other ?? ownPlaces;
    if (isPaused()) {
      places.grant(count);
      report();
      return;
    }
    for (let index = 0; index < count; index += 1) {
      places.grant(1);
      void work(places);
    }
  };

  setHandler(pageProgressQuery, progress);
  steering.begin({
    takeRound: (times) => purse?.go(times),
    probe: kept((isDue) => void probe(isDue)),
    pause(isNew) {
      isShown = false;
      calls.takeBack();
      if (isNew) report();
    },
    go() {
      isShown = false;
      if (!stopping) calls.open();
      share();
      reporter.tell(progress());
    },
  });
  setHandler(grantPlacesSignal, kept(grant));
  if (purse !== undefined) setHandler(grantMoneySignal, (total) => purse.grant(total));
  void CancellationScope.current().cancelRequested.catch(() => {
    stopping = true;
    calls.takeBack();
  });

  return CancellationScope.nonCancellable(async () => {
    void keepShown();
    void purse?.keepTold();
    for (const { lane } of otherPlaces) grant(1, lane);
    grant(input.places);
    await condition(() => running === 0 && closing === 0 && (stopping || agenda.waiting() === 0));
    await reporter.settled();
    if (failure !== undefined) throw failure;
    const { run, page, resumed } = input;
    const lostCalls = [...lost.values()];
    const lostItems = lostCalls.filter(({ step }) => step === undefined);
    const lostSteps = lostCalls.flatMap(({ position, step, again = 1 }) =>
      step === undefined ? [] : [{ position, ...step, again }],
    );
    const sealed = await sealPage({
      run,
      page,
      ...(resumed ? { resumed } : {}),
      lost: lostItems.map(({ position }) => position),
      ...(lostItems.length === 0 ? {} : { losses: lostItems.map(({ again = 1 }) => again) }),
      ...(lostSteps.length === 0 ? {} : { lostSteps }),
      execution: workflowInfo().runId,
    });
    await condition(allHandlersFinished);
    counts = sealed;
    show(stopping ? 'stopped' : 'completed');
    return sealed;
  });
}

// A handler runs in the workflow's own scope, which a stop cancels: what it begins waits and writes records as the rest does.
function kept<Args extends unknown[]>(handler: (...args: Args) => void): (...args: Args) => void {
  return (...args) => void CancellationScope.nonCancellable(async () => handler(...args));
}

import {
  CancellationScope,
  allHandlersFinished,
  condition,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import { endedSince, type Counts } from '../records/counts.ts';
import { createCallScope } from './call-scope.ts';
import type { ControlActivities } from './contract.ts';
import type { RunPageInput } from './inputs.ts';
import {
  grantMoneySignal,
  giveUpSignal,
  grantPlacesSignal,
  pageProgressQuery,
  pageProgressSignal,
  pauseSignal,
  resumeSignal,
  steerSignal,
  type PageProgress,
} from './messages.ts';
import { controlOptions } from './options.ts';
import { createPageAgenda, type PageCall } from './page-agenda.ts';
import { createPageBooks } from './page-books.ts';
import { closeChain, generate, laneOfCall, type CallEnd } from './page-calls.ts';
import { createPageLanes } from './page-lanes.ts';
import { createPagePanel } from './page-panel.ts';
import type { PagePlaces } from './page-places.ts';
import { createPagePurse } from './page-purse.ts';
import { createReporter } from './page-reporter.ts';
import { probed } from './pauses.ts';
import { createSteering } from './steering.ts';
import { shieldedCondition } from './shielded-condition.ts';
import { signalRun, tellRun } from './tell-run.ts';

/** Failed items that a report names: reports come again and again. */
const TOLD_FAILURES = 3;

/** How long a look at calls may take once their run was terminated, and after that those in flight. */
const GRACE = '5 seconds';

const unmade: CallEnd = { kind: 'unmade', isLost: false };
/** Of a call whose answer nobody waits for: it may have been charged. */
const lost: CallEnd = { kind: 'unmade', isLost: true };

const { openPage, sealPage } = proxyActivities<ControlActivities>(controlOptions);

/**
 * Runs the calls of one page, as many at a time as the run has granted places, and seals the page's share of the results.
 *
 * A failed item is an outcome, not a failure of the page. Cancelled (which means: stop), calls that have not been sent
 * end at once and leave no record; those in flight finish and are recorded, since they are paid for. Paused, it does the
 * same, and puts back what has not been sent until it may go on. Told to give up, it waits for those in flight for a moment
 * alone: what they may have cost is unknown.
 */
export async function runPage(input: RunPageInput): Promise<Counts> {
  const steering = createSteering();
  const { isPaused } = steering;
  // Before the first wait: signals that come in its course would be handled by their kind, and not in their order.
  setHandler(steerSignal, steering.steer);
  const opened = await CancellationScope.nonCancellable(() => openPage(input));
  const { lane: own, others } = input;
  const agenda = createPageAgenda(opened, {
    own,
    of: others === undefined ? () => own : (call) => laneOfCall(input, opened, call),
  });
  let stopping = false;
  const books = createPageBooks(opened.done, agenda);
  const inFlight = new Set<PageCall>();
  const calls = createCallScope(() => inFlight.size > 0);
  let isGivenUp = false;
  let closing = 0;
  let running = 0;
  let failure: unknown;
  const lanes = createPageLanes(own, others, agenda);
  const panel = createPagePanel(input.run.runId, opened.ids.length, () => ({
    counts: books.counts(),
    inFlight: inFlight.size,
    isStopping: stopping,
    isPaused: isPaused(),
  }));

  // A page that an earlier version has begun goes on without.
  const dense = input.dense !== undefined && patched('fail-fast') ? input.dense : undefined;
  const withEnded = (counts: Counts): Counts =>
    dense === undefined ? counts : { ...counts, ended: endedSince(opened.done, counts.tally) };
  const progress = (): PageProgress => ({
    page: input.page,
    ...withEnded(books.counts()),
    failures: books.counts().failures?.slice(-TOLD_FAILURES) ?? [],
    ...lanes.report(),
    inFlight: inFlight.size,
    ...(purse === undefined ? {} : { money: purse.report() }),
  });
  const turn = workflowInfo().startTime.getTime() * 1_000;
  const reporter = createReporter(
    opened.missing.length,
    (report) => signalRun(pageProgressSignal, report),
    turn,
    () => patched('places-held'),
    dense,
  );
  function fail(error: unknown): undefined {
    failure ??= error;
    stopping = true;
    calls.takeBack();
  }

  let { priority } = input;
  const asked = (): RunPageInput => (priority === undefined ? input : { ...input, priority });
  const mayCall = (): boolean => !stopping && !isPaused();
  const purse =
    opened.holds === undefined
      ? undefined
      : createPagePurse({
          holds: opened.holds,
          turn,
          mayCall,
          hasMore: () => agenda.waiting() > 0,
          tell: () => reporter.tell(progress()),
        });
  // One loop a place: it takes the next call of its lane as long as there is one.
  async function work(places: PagePlaces): Promise<void> {
    running += 1;
    places.enter();
    while (mayCall() && !places.owes()) {
      const call = agenda.take(places.lane);
      if (call === undefined) break;
      // It may be told to go while it waits for money.
      if (purse !== undefined && (!(await purse.hold(call)) || places.owes())) {
        inFlight.add(call);
        conclude(call, unmade);
        continue;
      }
      let end: CallEnd | undefined;
      inFlight.add(call);
      try {
        // Not in one expression: that would read the tally before the wait, and lose what others added meanwhile.
        end = await calls.run(call, () => generate(asked(), opened, call, { round: calls.round() }));
      } catch (error) {
        fail(error);
      }
      conclude(call, end);
    }
    running -= 1;
    const isShed = places.owes();
    places.leave();
    if (isShed && !places.owes()) reporter.tell(progress());
    else report();
  }
  // At once, without another wait: in which order calls are asked for is part of the history.
  function conclude(call: PageCall, end: CallEnd | undefined): void {
    // One that was given up has ended already.
    if (!inFlight.has(call)) return;
    if (end !== undefined) purse?.settle(call, end);
    const isOver = end === undefined || settle(call, end);
    if (isOver) purse?.close(call.position);
    // Not before: where it pauses the page, the page looks at what it takes back, and at this one too.
    inFlight.delete(call);
    if (isOver && call.step === undefined) books.end();
    else if (isOver && failure === undefined) void close(call.position);
    panel.change();
    report();
  }
  // One call, whatever its lane, when those in flight have ended: its answer says whether the others may be made.
  async function probe(isDue: () => boolean): Promise<void> {
    await shieldedCondition(() => running === 0 || !isDue() || stopping);
    if (!isDue() || stopping) return;
    const lane = lanes.waiting();
    const call = lane === undefined ? undefined : agenda.take(lane);
    let isAnswered = true;
    // Without money for it nobody can tell, but those that go on.
    if (call !== undefined && purse?.holds(call) === false) {
      inFlight.add(call);
      conclude(call, unmade);
    } else if (call !== undefined) {
      calls.open();
      running += 1;
      inFlight.add(call);
      const end = await calls
        .run(call, () => generate(asked(), opened, call, { round: calls.round(), probes: true }))
        .catch(fail);
      isAnswered = end?.kind === 'made';
      running -= 1;
      conclude(call, end);
    }
    if (isAnswered) for (const reason of probed) tellRun(resumeSignal, { reason });
  }
  function settle(call: PageCall, told: CallEnd): boolean {
    const end = calls.judge(call, told);
    if (end.kind === 'made') return books.settle(call, end);
    if (end.holder !== undefined) tellRun(resumeSignal, { reason: 'store', holder: end.holder });
    if (stopping) return books.leave(call, end);
    const isOver = books.putBack(call, end);
    if (end.cause !== undefined && !isPaused()) {
      tellRun(pauseSignal, end.cause);
      steering.pause();
    }
    return isOver;
  }
  const share = (): boolean => lanes.share((places) => void work(places));
  function report(): void {
    // The run has to know what it may grant again.
    if (isPaused() && running === 0) reporter.tell(progress());
    else if (isPaused()) reporter.note(progress(), books.ended());
    else if (stopping || !share()) reporter.note(progress(), books.ended());
    else reporter.tell(progress());
  }
  // Beside the places, which are there for calls of the API.
  async function close(position: number): Promise<void> {
    closing += 1;
    try {
      // A place that a signal has granted works in the workflow's own scope, which a stop cancels: the record is due all the same.
      const closed = await CancellationScope.nonCancellable(() => closeChain(input, opened, position));
      books.close(closed);
      panel.change();
      reporter.note(progress(), books.ended());
    } catch (error) {
      fail(error);
    }
    closing -= 1;
  }
  function stop(): void {
    stopping = true;
    calls.takeBack();
  }
  async function giveUp(): Promise<void> {
    stop();
    const within = (isMet: () => boolean): Promise<boolean> =>
      CancellationScope.nonCancellable(() => condition(isMet, GRACE));
    if (calls.isLooking()) await within(() => !calls.isLooking());
    calls.abandon();
    // From here on none is begun. What has not been sent ends by itself, and is not lost.
    if (inFlight.size > 0) await within(() => inFlight.size === 0);
    isGivenUp = true;
    for (const call of inFlight) conclude(call, lost);
  }
  const grant = (count: number, lane = own): void => {
    if (!lanes.granted(count, lane)) reporter.granted(count);
    const places = lanes.of(lane);
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
    probe: (isDue) => void probe(isDue),
    takeTerms(terms, isCalling) {
      priority = terms.priority ?? priority;
      for (const lane of [own, ...(others ?? [])]) lanes.of(lane).shed(terms.shed[lane] ?? 0);
      if (!isCalling || stopping) return;
      calls.takeBack();
      calls.open();
      reporter.tell(progress());
    },
    pause(isNew) {
      panel.change();
      calls.takeBack();
      if (isNew) report();
    },
    go() {
      panel.change();
      // A place of a page that is stopped takes no call, and would be given none for ever.
      if (!stopping) {
        calls.open();
        share();
      }
      reporter.tell(progress());
    },
  });
  setHandler(grantPlacesSignal, grant);
  if (purse !== undefined) setHandler(grantMoneySignal, (total) => purse.grant(total));
  setHandler(giveUpSignal, () => void giveUp());
  void CancellationScope.current().cancelRequested.catch(stop);

  return CancellationScope.nonCancellable(async () => {
    void panel.keepShown();
    void purse?.keepTold();
    for (const lane of others ?? []) grant(1, lane);
    grant(input.places);
    await condition(
      () => (running === 0 || isGivenUp) && closing === 0 && (stopping || agenda.waiting() === 0),
    );
    await reporter.settled();
    if (failure !== undefined) throw failure;
    const { run, page, resumed } = input;
    const sealed = await sealPage({
      run,
      page,
      ...(resumed ? { resumed } : {}),
      ...books.losses(),
      execution: workflowInfo().runId,
      round: calls.round(),
    });
    await condition(allHandlersFinished);
    books.seal(sealed);
    panel.end();
    return withEnded(sealed);
  });
}

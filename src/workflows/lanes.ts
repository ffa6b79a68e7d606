import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';

import type { Counts } from '../records/counts.ts';
import { denseFailures } from './fail-fast.ts';
import { hear, type Account } from './heard-page.ts';
import { shareOut, shedBy } from './lane-shares.ts';
import { grantPlaces, renewPage, startLivePage, steerPage, tellPage, type LivePage } from './live-page.ts';
import type { PageReference, PlanSummary, RunPageInput } from './inputs.ts';
import { giveUpSignal, grantMoneySignal, type LaneView, type PageProgress } from './messages.ts';
import { handOut, type Move } from './places.ts';

export interface LanesOptions extends Pick<RunPageInput, 'run' | 'resumed'> {
  readonly plan: Pick<PlanSummary, 'pages' | 'concurrency' | 'limit' | 'priority' | 'failFast'>;
  /** Index of the first page to start, by lane. @default 0 */
  readonly next: Readonly<Record<string, number>>;
  /** Asked before free places are used: a run that ends or is paused uses none. */
  readonly mayGrant: () => boolean;
  /**
   * Asked before each new page: a run that is about to continue as new starts none.
   *
   * @param page - the next one of its lane; `undefined` where there is none
   * @param others - whether pages of other lanes would be what it waits for
   */
  readonly mayStart: (page: PageReference | undefined, others: boolean) => boolean;
  /** Is told of each page that starts. */
  readonly onStart: (page: number) => void;
  /** Is told of each page that has ended; without counts where it has nothing to tell. */
  readonly onEnd: (page: number, sealed: Counts | undefined) => void;
  readonly onSealed: (sealed: Counts) => void;
  readonly onFailure: (error: unknown) => void;
}

/** What may change of a run while it goes on. */
export type Terms = Pick<PlanSummary, 'concurrency' | 'limit' | 'priority'>;

/** The pages of a run, lane by lane. */
export interface Lanes {
  /** Puts free places to use. */
  fill(): void;
  /** Takes in what a page told. */
  note(progress: PageProgress): void;
  /** Has the running pages take their calls back. */
  pause(): void;
  /**
   * Has one of them make one call.
   *
   * @returns its number; `undefined` when none is running
   */
  probe(): number | undefined;
  /** Lets them go on. */
  go(): void;
  /** Tells a running page how much money it has been given in all. */
  give(page: number, total: string): void;
  /** Has the run go on with other bounds, or another priority: what has not been sent is taken back and sent by these. */
  change(terms: Terms): void;
  /** Cancels the running pages, which lets their calls in flight finish. */
  stop(): void;
  /** Has the running pages give up what is in flight. */
  giveUp(): void;
  /** Index of the next page to start, by lane. */
  next(): Readonly<Record<string, number>>;
  /** Pages not started. */
  left(): number;
  /** Numbers of the running pages, oldest first. */
  live(): readonly number[];
  /** What the running pages have told of their items. */
  counts(): readonly Counts[];
  views(): readonly LaneView[];
}

/** Runs a run's pages as child workflows within the concurrency of each lane. */
export function createLanes(options: LanesOptions): Lanes {
  const { run, resumed, plan } = options;
  let terms: Terms = options.plan;
  const { failFast } = plan;
  const children = new CancellationScope({ cancellable: true });
  const queues = Object.keys(plan.concurrency).map((lane) => ({
    lane,
    pages: plan.pages.filter((page) => page.lane === lane),
    next: options.next[lane] ?? 0,
  }));
  type Queue = (typeof queues)[number];
  let live: readonly LivePage[] = [];

  const accountsOf = (lane: string): readonly Account[] =>
    live.flatMap(({ accounts }) => accounts.filter((account) => account.lane === lane));
  const held = (lane: string): number =>
    accountsOf(lane).reduce((sum, { granted, freed }) => sum + granted - freed, 0);
  const leftOf = ({ pages, next }: Queue): readonly PageReference[] => pages.slice(next);
  const isActive = ({ lane }: Queue): boolean =>
    accountsOf(lane).length > 0 ||
    queues.some((queue) => leftOf(queue).some((page) => page.lane === lane || page.others?.includes(lane)));
  const free = (lane: string): number => {
    const active = terms.limit === undefined ? [] : queues.filter(isActive).map((queue) => queue.lane);
    return shareOut(terms, active, lane) - held(lane);
  };
  function change(next: Terms): void {
    const priority = next.priority === terms.priority ? undefined : (next.priority ?? 'normal');
    terms = next;
    const shed = new Map(live.map((page) => [page, new Map<string, number>()]));
    for (const { lane } of queues) {
      const accounts = live.flatMap((page) =>
        page.accounts.filter((account) => account.lane === lane).map((account) => ({ page, account })),
      );
      const owed = accounts.reduce((sum, { account }) => sum + account.owed, 0);
      const counts = shedBy(
        -free(lane) - owed,
        accounts.map(({ account }) => account.granted - account.freed - account.owed),
        (index) => ((accounts[index]?.page.accounts.length ?? 0) > 1 ? 1 : 0),
      );
      for (const [index, { page, account }] of accounts.entries()) {
        const places = counts[index] ?? 0;
        if (places === 0) continue;
        account.owed += places;
        shed.get(page)?.set(lane, places);
      }
    }
    for (const [page, places] of shed) {
      if (priority !== undefined || places.size > 0) renewPage(page, places, priority);
    }
    fill();
  }

  function nextPage(queue: Queue): PageReference | undefined {
    const others = live.some(({ accounts }) => accounts[0]?.lane !== queue.lane);
    const page = queue.pages[queue.next];
    if (!options.mayStart(page, others)) return undefined;
    return page?.others?.some((lane) => free(lane) <= 0) === true ? undefined : page;
  }

  function nextMove(queue: Queue): Move | undefined {
    if (!options.mayGrant()) return undefined;
    const { lane } = queue;
    const wanting = live.flatMap(({ page, accounts }) =>
      accounts.filter((account) => account.lane === lane).map(({ waiting }) => ({ page, waiting })),
    );
    return handOut(free(lane), wanting, nextPage(queue));
  }

  function start(queue: Queue, reference: PageReference, places: number): void {
    const { priority } = terms;
    const input = {
      run,
      resumed,
      ...(priority === undefined ? {} : { priority }),
      ...(failFast === undefined ? {} : { dense: denseFailures(failFast) }),
    };
    const page = startLivePage(input, reference, places, children);
    queue.next += 1;
    live = [...live, page];
    options.onStart(page.page);
    void finish(page);
  }

  async function finish(page: LivePage): Promise<void> {
    const sealed = await sealedBy(page);
    // First: the page's own counts are part of what it has sealed.
    live = live.filter((other) => other !== page);
    if (sealed !== undefined) options.onSealed(sealed);
    options.onEnd(page.page, sealed);
    fill();
  }

  async function sealedBy({ handle }: LivePage): Promise<Counts | undefined> {
    try {
      return await (await handle).result();
    } catch (error) {
      // A page that was stopped before it started has nothing to tell.
      if (!isCancellation(error)) options.onFailure(error);
      return undefined;
    }
  }

  function make(queue: Queue, move: Move): void {
    if (move.kind === 'start') {
      start(queue, move.page, move.places);
      return;
    }
    const page = live.find((candidate) => candidate.page === move.page);
    const account = page?.accounts.find(({ lane }) => lane === queue.lane);
    if (page !== undefined && account !== undefined) grantPlaces(page, account, move.places);
  }

  function fill(): void {
    // Pages of several lanes first: they need no more than a place of the others, which the lanes' own pages would take.
    for (const queue of queues) {
      for (let move = nextMove(queue); isCrossing(move); move = nextMove(queue)) make(queue, move);
    }
    for (const queue of queues) {
      for (let move = nextMove(queue); move !== undefined; move = nextMove(queue)) make(queue, move);
    }
  }

  return {
    fill,
    note(progress) {
      const page = live.find((candidate) => candidate.page === progress.page);
      if (page !== undefined && hear(page, progress, () => patched('reports-by-turn'))) fill();
    },
    pause() {
      for (const page of live) steerPage(page, 'pause');
    },
    probe() {
      const page = live.find(({ accounts }) => accounts.some(({ waiting }) => waiting > 0)) ?? live[0];
      if (page !== undefined) steerPage(page, 'probe');
      return page?.page;
    },
    go() {
      for (const page of live) steerPage(page, 'go');
      fill();
    },
    give(page, total) {
      const found = live.find((one) => one.page === page);
      if (found !== undefined) tellPage(found, grantMoneySignal, total);
    },
    change,
    stop: () => children.cancel(),
    giveUp() {
      for (const page of live) tellPage(page, giveUpSignal);
    },
    next: () => Object.fromEntries(queues.map(({ lane, next }) => [lane, next])),
    left: () => queues.reduce((sum, queue) => sum + leftOf(queue).length, 0),
    live: () => live.map(({ page }) => page),
    counts: () => live.map(({ counts }) => counts),
    views: () =>
      queues.map((queue) => ({
        lane: queue.lane,
        places: held(queue.lane),
        waiting:
          accountsOf(queue.lane).reduce((sum, { waiting }) => sum + Math.max(0, waiting), 0) +
          leftOf(queue).reduce((sum, { calls }) => sum + calls, 0),
      })),
  };
}

function isCrossing(move: Move | undefined): move is Extract<Move, { readonly kind: 'start' }> {
  return move?.kind === 'start' && move.page.others !== undefined;
}

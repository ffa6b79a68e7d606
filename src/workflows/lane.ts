import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  sleep,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';

import type { Priority } from '../manifest/job.ts';
import { noCounts, type Counts } from '../records/counts.ts';
import type { RunLocation } from '../storage/keys.ts';
import { pageWorkflowId } from './ids.ts';
import { grantPlacesSignal, type PageProgress, type PageReference } from './messages.ts';
import { handOut } from './places.ts';
import type { runPage } from './run-page.ts';

export interface LaneOptions {
  readonly run: RunLocation;
  readonly priority?: Priority | undefined;
  /** Whether an earlier execution of the run was ended from outside. */
  readonly resumed: boolean;
  readonly name: string;
  /** Calls in flight, over all workers. */
  readonly concurrency: number;
  /** The lane's pages, in order. */
  readonly pages: readonly PageReference[];
  /** Index of the first page to start. */
  readonly next: number;
  /** Asked before free places are used: a run that ends uses none. */
  readonly mayGrant: () => boolean;
  /** Asked before each new page: a run that is about to continue as new starts none. */
  readonly mayStart: () => boolean;
  readonly onSealed: (sealed: Counts) => void;
  readonly onFailure: (error: unknown) => void;
}

/** The pages of a run that share a rate limit. */
export interface Lane {
  readonly name: string;
  /** Puts free places to use. */
  fill(): void;
  /** Takes in what a page told. */
  note(progress: PageProgress): void;
  /** Cancels the running pages, which lets their calls in flight finish. */
  stop(): void;
  /** Index of the next page to start. */
  next(): number;
  /** Pages not started. */
  left(): number;
  /** Numbers of the running pages, oldest first. */
  live(): readonly number[];
  /** What the running pages have told of their items. */
  counts(): readonly Counts[];
}

interface LivePage {
  readonly page: number;
  readonly handle: Promise<ChildWorkflowHandle<typeof runPage>>;
  granted: number;
  freed: number;
  waiting: number;
  counts: Counts;
}

/** Runs a lane's pages as child workflows within its concurrency. */
export function createLane(options: LaneOptions): Lane {
  const { run, resumed, name, pages, priority } = options;
  const children = new CancellationScope({ cancellable: true });
  const live: LivePage[] = [];
  let free = options.concurrency;
  let next = options.next;

  function start(reference: PageReference, places: number): void {
    const handle = children.run(() => startPage(reference, places));
    const page: LivePage = {
      page: reference.page,
      handle,
      granted: places,
      freed: 0,
      waiting: reference.calls - places,
      counts: noCounts,
    };
    next += 1;
    free -= places;
    live.push(page);
    void finish(page);
  }

  // A terminated run leaves its pages open for a moment: the new one waits for them to end.
  async function startPage(
    reference: PageReference,
    places: number,
  ): Promise<ChildWorkflowHandle<typeof runPage>> {
    for (;;) {
      try {
        return await startChild<typeof runPage>('runPage', {
          workflowId: pageWorkflowId(run.runId, reference.page),
          args: [
            {
              run,
              resumed,
              page: reference.page,
              lane: name,
              places,
              ...(priority === undefined ? {} : { priority }),
            },
          ],
          staticSummary: `Page ${reference.page}: ${reference.calls} calls`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        await sleep('2 seconds');
      }
    }
  }

  async function finish(page: LivePage): Promise<void> {
    const sealed = await sealedBy(page);
    // First: the page's own counts are part of what it has sealed.
    live.splice(live.indexOf(page), 1);
    if (sealed !== undefined) options.onSealed(sealed);
    free += page.granted - page.freed;
    fill();
  }

  async function sealedBy(page: LivePage): Promise<Counts | undefined> {
    try {
      const handle = await page.handle;
      return await handle.result();
    } catch (error) {
      // A page that was stopped before it started has nothing to tell.
      if (!isCancellation(error)) options.onFailure(error);
      return undefined;
    }
  }

  function grant(page: LivePage, places: number): void {
    page.granted += places;
    page.waiting -= places;
    free -= places;
    // A page that ended meanwhile gives the places back with all its others.
    void CancellationScope.nonCancellable(async () => {
      const handle = await page.handle;
      await handle.signal(grantPlacesSignal, places);
    }).catch(() => {});
  }

  function fill(): void {
    while (options.mayGrant()) {
      const move = handOut(free, live, options.mayStart() ? pages[next] : undefined);
      if (move === undefined) return;
      if (move.kind === 'start') start(move.page, move.places);
      else for (const page of live) if (page.page === move.page) grant(page, move.places);
    }
  }

  return {
    name,
    fill,
    note(progress) {
      const page = live.find((candidate) => candidate.page === progress.page);
      if (page === undefined) return;
      free += progress.freed - page.freed;
      page.freed = progress.freed;
      page.waiting = progress.waiting;
      page.counts = progress;
      fill();
    },
    stop: () => children.cancel(),
    next: () => next,
    left: () => pages.length - next,
    live: () => live.map(({ page }) => page),
    counts: () => live.map(({ counts }) => counts),
  };
}

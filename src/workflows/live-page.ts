import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  sleep,
  startChild,
  type ChildWorkflowHandle,
  type SignalDefinition,
} from '@temporalio/workflow';

import type { Priority } from '../manifest/job.ts';
import { noCounts } from '../records/counts.ts';
import type { Account, HeardPage } from './heard-page.ts';
import { pageWorkflowId } from './ids.ts';
import type { PageReference, RunPageInput } from './inputs.ts';
import { grantPlacesSignal, steerSignal, type SteerRequest } from './messages.ts';
import type { runPage } from './run-page.ts';
import { nextRequest, renewedRequest, untold } from './steering.ts';
import { plural } from './words.ts';

/** A page that runs. */
export interface LivePage extends HeardPage {
  readonly page: number;
  readonly handle: Promise<ChildWorkflowHandle<typeof runPage>>;
  /** What it was told last of pauses. */
  told: SteerRequest;
}

/**
 * Starts a page, with places in its own lane, and one in each other lane that it needs.
 *
 * @param scope - what cancels it
 */
export function startLivePage(
  input: Omit<RunPageInput, 'page' | 'lane' | 'places' | 'others'>,
  reference: PageReference,
  places: number,
  scope: CancellationScope,
): LivePage {
  const { page, lane, others = [], calls } = reference;
  return {
    page,
    handle: scope.run(() => startPage({ ...input, ...placed(reference, places) }, calls)),
    accounts: [
      { lane, granted: places, freed: 0, waiting: calls - places, owed: 0 },
      ...others.map((other) => ({ lane: other, granted: 1, freed: 0, waiting: 0, owed: 0 })),
    ],
    told: untold,
    counts: noCounts,
    turn: 0,
  };
}

function placed(
  { page, lane, others }: PageReference,
  places: number,
): Pick<RunPageInput, 'page' | 'lane' | 'places' | 'others'> {
  return { page, lane, places, ...(others === undefined ? {} : { others }) };
}

// A terminated run leaves its pages open for a moment: the new one waits for them to end.
async function startPage(input: RunPageInput, items: number): Promise<ChildWorkflowHandle<typeof runPage>> {
  for (;;) {
    try {
      return await startChild<typeof runPage>('runPage', {
        workflowId: pageWorkflowId(input.run.runId, input.page),
        args: [input],
        // Of an item of several calls nobody knows yet how many it takes.
        staticSummary: `Page ${input.page}: ${plural(items, 'item')}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await sleep('2 seconds');
    }
  }
}

/** Gives a running page more places. A page that ended meanwhile gives them back with all its others. */
export function grantPlaces(page: LivePage, account: Account, places: number): void {
  account.granted += places;
  account.waiting -= places;
  const lane = account === page.accounts[0] ? [] : ([account.lane] as const);
  tellPage(page, grantPlacesSignal, places, ...lane);
}

/** Pauses a running page, has it make one call meanwhile, or lets it go on. */
export function steerPage(page: LivePage, how: 'pause' | 'probe' | 'go'): void {
  page.told = nextRequest(page.told, how);
  tellPage(page, steerSignal, page.told);
}

/** Has a running page give up places, by lane, or go on with another priority, or both. */
export function renewPage(
  page: LivePage,
  shed: ReadonlyMap<string, number>,
  priority: Priority | undefined,
): void {
  page.told = renewedRequest(page.told, shed, priority);
  tellPage(page, steerSignal, page.told);
}

/** Signals a page as soon as it has started; one that has ended needs to hear nothing more. */
export function tellPage<Args extends unknown[]>(
  { handle }: LivePage,
  signal: SignalDefinition<Args>,
  ...args: Args
): void {
  void CancellationScope.nonCancellable(async () => {
    await (await handle).signal(signal, ...args);
  }).catch(() => {});
}

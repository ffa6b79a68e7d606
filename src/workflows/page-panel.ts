import { condition, setCurrentDetails } from '@temporalio/workflow';

import { noCounts, type Counts } from '../records/counts.ts';
import { describePanel, type PanelState } from './details.ts';

/** What a page shows of itself. */
export interface PageFacts {
  readonly counts: Counts;
  readonly inFlight: number;
  readonly isStopping: boolean;
  readonly isPaused: boolean;
}

/** What people see of a page in the Temporal UI. */
export interface PagePanel {
  /** Takes in that something has changed. */
  change(): void;
  /** Shows what has changed, once for all that ended together, for as long as the page lives. */
  keepShown(): Promise<never>;
  /** Shows how the page has ended. */
  end(): void;
}

/** Makes the panel of a page of so many items of a run. */
export function createPagePanel(runId: string, items: number, read: () => PageFacts): PagePanel {
  let isShown = true;
  function show(isEnded: boolean): void {
    const { counts, inFlight, ...facts } = read();
    const state = stateOf(facts, isEnded);
    const panel = { ...noCounts, ...counts, runId, state, items, inFlight, at: Date.now() };
    setCurrentDetails(describePanel(panel));
  }
  return {
    change() {
      isShown = false;
    },
    async keepShown() {
      for (;;) {
        await condition(() => !isShown);
        isShown = true;
        show(false);
      }
    },
    end: () => show(true),
  };
}

function stateOf(
  { isStopping, isPaused }: Pick<PageFacts, 'isStopping' | 'isPaused'>,
  isEnded: boolean,
): PanelState {
  if (isEnded) return isStopping ? 'stopped' : 'completed';
  if (isStopping) return 'stopping';
  return isPaused ? 'paused' : 'running';
}

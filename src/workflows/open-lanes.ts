import { patched, workflowInfo } from '@temporalio/workflow';

import { addCounts } from '../records/counts.ts';
import { createLanes, type Lanes, type LanesOptions } from './lanes.ts';
import type { RunBoard } from './run-board.ts';
import type { RunNotices } from './run-notices.ts';
import type { RunPauses } from './run-pauses.ts';
import { isEnding, isLong, type RunStanding } from './run-standing.ts';

/** Events up to which a run starts pages while another lane's run: a page of a slow lane may take hours, and the others must not wait for it. */
const MAX_EVENTS_BESIDE_OTHERS = 8_000;

export interface LanesParts {
  readonly standing: RunStanding;
  readonly pauses: Pick<RunPauses, 'any' | 'ended'>;
  readonly board: Pick<RunBoard, 'count'>;
  readonly notices: Pick<RunNotices, 'look'>;
}

/** Makes the lanes of a planned run, whose pages tell its budget, its pauses and its board what becomes of them. */
export function openLanes(
  { standing, pauses, board, notices }: LanesParts,
  given: Pick<LanesOptions, 'run' | 'resumed' | 'plan' | 'next'>,
): Lanes {
  return createLanes({
    ...given,
    mayGrant: () => !isEnding(standing) && !pauses.any(),
    mayStart(page, others) {
      if (page !== undefined && standing.gates?.mayStart(page) === false) return false;
      const { historyLength } = workflowInfo();
      if (!isLong()) return true;
      return others && historyLength < MAX_EVENTS_BESIDE_OTHERS && patched('lanes-go-on');
    },
    onStart(page) {
      standing.budget?.open(page);
      standing.gates?.open(page);
    },
    onEnd(page, sealed) {
      pauses.ended(page);
      standing.budget?.close(page, sealed);
      notices.look();
      standing.gates?.close(page, sealed);
      standing.budget?.grant();
    },
    onSealed(sealed) {
      standing.done = addCounts(standing.done, sealed);
      board.count();
    },
    onFailure(error) {
      standing.failure ??= error;
      standing.lanes?.stop();
    },
  });
}

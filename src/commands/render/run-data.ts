import type { Ending } from '../runs/ending.ts';
import type { Sight } from '../runs/follow.ts';
import type { RunDetails } from '../runs/get.ts';
import { stateOfWorkflow } from '../runs/listed-run.ts';
import type { Waited } from '../runs/wait.ts';
import type { Watched } from '../watch/watch.ts';

/** How watching a run ended, for programs: `state` is the run's, as far as it is known. */
export function watchedData(runId: string, watched: Watched, ending: Ending | undefined) {
  switch (watched.kind) {
    case 'ended':
    case 'broken':
      return { runId, ...sightData(watched), ...endingData(ending) };
    case 'paused':
      return { runId, ...sightData(watched.sight) };
    case 'left':
      return { runId, state: 'running' };
  }
}

/** How waiting for a run ended, for programs: as `get` tells it, as far as it is known. */
export function waitedData(waited: Waited) {
  const { runId } = waited;
  switch (waited.kind) {
    case 'ended':
    case 'broken':
      return { runId, ...sightData(waited) };
    case 'paused':
      return { runId, ...sightData(waited.sight) };
    case 'late':
    case 'left':
      return { runId, state: 'running' };
  }
}

/** All there is to say about a run, for programs. */
export function detailsData(details: RunDetails) {
  const { run, plan, sight, report, ending, budget, missing, story } = details;
  const { runId, job } = run;
  return {
    runId,
    job,
    parent: plan?.parent?.runId,
    labels: plan?.labels ?? {},
    ...sightData(sight),
    ...(missing.length === 0 ? {} : { missing }),
    ...endingData(ending),
    budget,
    story,
    failures: ending?.failures,
    plan,
    report,
  };
}

// With what came late, and the corrections that were made since the end.
function endingData(ending: Ending | undefined) {
  if (ending === undefined) return {};
  return { tally: ending.tally, assumes: ending.corrected?.assumes, budget: ending.budget };
}

/** How a run stands, for programs. */
export function sightData(sight: Sight) {
  switch (sight.kind) {
    case 'ended': {
      const { state, because, endedAt, tally, marker, collected } = sight.marker;
      const gone = collected === undefined ? {} : { collected: collected.at };
      return { state, because, endedAt, tally, marker, ...gone };
    }
    case 'running': {
      const { view, inFlight, waits } = sight;
      const { state, tally, paused } = view;
      return { state, paused, tally, inFlight, waits };
    }
    case 'silent':
      return { state: 'running', silent: sight.reason };
    case 'broken':
      return { state: stateOfWorkflow(sight.status), reason: sight.reason };
  }
}

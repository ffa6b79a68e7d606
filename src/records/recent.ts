import { isTrial } from '../plan/run-id.ts';
import type { EndState } from './outcome.ts';
import type { Tally } from './tally.ts';

/** Runs whose work is taken over, and whose figures count; more where none of these is a whole one. */
const RECENT = 10;

/** How a run ends that leaves items out. */
const cut: ReadonlySet<string> = new Set<EndState>(['stopped', 'expired', 'failed']);

/** Whether a run has got nothing that another one could take over. Markers of earlier versions may not say. */
export function isFruitless(tally: Partial<Pick<Tally, 'succeeded'>> | undefined): boolean {
  return tally?.succeeded === 0;
}

/**
 * Whether runs that ended last are as many as the next one looks at: ten, one of which left nothing out of the whole job.
 *
 * @param ended - none that is fruitless
 */
export function areEnough(ended: readonly { readonly runId: string; readonly state: string }[]): boolean {
  return ended.length >= RECENT && ended.some(({ runId, state }) => !cut.has(state) && !isTrial(runId));
}

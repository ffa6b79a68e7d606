import type { Counts } from '../records/counts.ts';
import type { CarriedRun, PageReference } from './inputs.ts';
import type { PageProgress } from './messages.ts';

/** What may hold a planned run back, or stop it, by how its items end. */
export interface RunGates {
  /** Whether a page may start: before the canary is judged none but its own. */
  mayStart(page: PageReference): boolean;
  /** Takes in that a page starts. */
  open(page: number): void;
  /** Takes in what a page tells. */
  note(progress: PageProgress): void;
  /** Takes in that a page has ended, once what it has sealed is counted. */
  close(page: number, sealed: Counts | undefined): void;
  state(): Pick<CarriedRun, 'endedLast'>;
}

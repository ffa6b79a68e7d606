import type { FilePath, JobChecks } from '../../manifest/job.ts';
import type { Place, Problem } from '../../manifest/problem.ts';
import type { JobFiles } from '../job-files.ts';
import type { PlanSource } from '../plan.ts';
import type { ExpandedItem } from './expanded-item.ts';

/** What a job is spread out with. */
export interface ExpandContext {
  /** Names the job file in problems. */
  readonly file: string;
  /** Where a value stands in the job file. */
  readonly placeOf: (path: FilePath) => Place;
  /** What `run.time` is, ISO 8601. */
  readonly time: string;
  readonly checks: JobChecks;
  readonly files: JobFiles;
  /** Learns of each data file what it was. @default nobody does */
  readonly noteSource?: (source: PlanSource) => void;
}

/** A row of the job, or what is wrong with one. */
export type Expansion =
  | { readonly kind: 'item'; readonly item: ExpandedItem }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'warning'; readonly problem: Problem };

import type { FilePath } from '../manifest/job.ts';
import type { ProblemCode } from '../manifest/problem-codes.ts';
import type { ItemPlace } from './expand/expanded-item.ts';

/** What keeps an item from being planned, and which of its values that is about. */
export interface PlanFault {
  readonly code: ProblemCode;
  readonly message: string;
  /** Which of the item's steps the value is of; absent for one of the item itself. */
  readonly step?: number;
  /** Way to the value, below the step or the item. */
  readonly path: FilePath;
  /** Where it is in a file that the value names, which is below the job's folder. */
  readonly inFile?: ItemPlace;
}

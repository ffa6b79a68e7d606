import type { Problem } from '../manifest/problem.ts';
import type { ExpandContext } from './expand/expand-job.ts';
import type { ExpandedItem } from './expand/expanded-item.ts';
import { createFaultTeller } from './expand/fault-teller.ts';
import type { PlanFault } from './plan-fault.ts';
import { createProblemList } from './problem-list.ts';

/** What is found while the items of a job are gone through, each slip told once. */
export interface Findings {
  problem(problem: Problem): void;
  warning(problem: Problem): void;
  /** What keeps an item from being planned. */
  faults(item: ExpandedItem, faults: readonly PlanFault[]): void;
  /** What is odd about an item that is planned all the same. */
  doubts(item: ExpandedItem, doubts: readonly PlanFault[]): void;
  /** Whether there is so much that looking further is of no use. */
  isFull(): boolean;
  /** Everything that was found, once no more items come. */
  end(): {
    readonly problems: readonly Problem[];
    readonly warnings: readonly Problem[];
    readonly isCut: boolean;
  };
}

/** Findings of a job of which nothing is known yet. */
export function createFindings(context: Pick<ExpandContext, 'file' | 'placeOf'>): Findings {
  const problems = createProblemList();
  const warnings: Problem[] = [];
  const faultTeller = createFaultTeller(context);
  const doubtTeller = createFaultTeller(context);
  return {
    problem: (problem) => problems.add(problem),
    warning: (problem) => warnings.push(problem),
    faults(item, faults) {
      for (const fault of faults) {
        const told = faultTeller.tell(item, fault);
        if (told !== undefined) problems.add(told);
      }
    },
    doubts(item, doubts) {
      for (const doubt of doubts) {
        const told = doubtTeller.tell(item, doubt);
        if (told !== undefined) warnings.push(told);
      }
    },
    isFull: () => problems.isFull() || faultTeller.isFull(),
    end() {
      for (const problem of faultTeller.finish()) problems.add(problem);
      return {
        problems: problems.first(),
        warnings: [...warnings, ...doubtTeller.finish()],
        isCut: problems.isFull(),
      };
    },
  };
}

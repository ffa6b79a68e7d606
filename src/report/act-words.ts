import type { RunAct } from '../records/changes.ts';
import { utc } from '../workflows/words.ts';

/** What somebody has done to a run. */
export function actWords(change: RunAct): string {
  switch (change.kind) {
    case 'suspend':
      return 'suspended';
    case 'resume':
      return 'resumed';
    case 'approve':
      return 'approved';
    case 'stop':
      return 'told to stop';
    case 'terminate':
      return 'terminated';
    case 'budget':
      return `budget set to ${change.budget.amount} Pollen`;
    case 'concurrency':
      return change.concurrency === null
        ? 'concurrency bound taken away'
        : `concurrency set to ${change.concurrency}`;
    case 'priority':
      return `priority set to ${change.priority}`;
    case 'deadline':
      return change.endsAt === null ? 'deadline taken away' : `deadline set to ${utc(change.endsAt)}`;
  }
}

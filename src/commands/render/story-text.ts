import type { RunChange } from '../../records/changes.ts';
import { plain } from './terminal.ts';
import { utc } from './words.ts';

/** What is shown of a long story. */
const LAST = 5;

/** What people did to a run, a line for each, with their reasons; the last few alone. */
export function storyLines(story: readonly RunChange[]): readonly string[] {
  const left = Math.max(0, story.length - LAST);
  return [
    ...(left === 0 ? [] : [`… ${left} more before, with \`-o json\``]),
    ...story.slice(left).map((change) => `${utc(change.at)}: ${changeWords(change)}`),
  ];
}

/** What was done, and why, in words. */
export function changeWords(change: RunChange): string {
  const { reason } = change;
  return `${actWords(change)}${reason === undefined ? '' : `: ${plain(reason)}`}`;
}

function actWords(change: RunChange): string {
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

import type { RunChange } from '../../records/changes.ts';
import { actWords } from '../../report/act-words.ts';
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

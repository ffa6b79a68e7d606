import { settledItems, type Tally } from '../records/tally.ts';
import type { SampledFailure } from './messages.ts';

/** Counts and cost in a line of Markdown, for the Temporal UI. */
export function describeTally(tally: Tally, items: number): string {
  const done = settledItems(tally);
  const unknown =
    tally.unknown.count === 0
      ? ''
      : `, and ${tally.unknown.count} unknown charges (at most ${tally.unknown.atMost ?? 'unbounded'})`;
  return [
    `**${done} of ${items}** items: ${tally.succeeded} succeeded, ${tally.failed} failed`,
    tally.cancelled > 0 ? `, ${tally.cancelled} cancelled` : '',
    `  \n**${tally.settled} Pollen**${unknown}`,
    tally.throttled > 0 ? `  \n${tally.throttled} attempts were told to slow down` : '',
  ].join('');
}

/** Failed items as a Markdown list. */
export function describeFailures(failures: readonly SampledFailure[]): string {
  if (failures.length === 0) return '';
  const rows = failures.map(({ id, code, remedy }) => `- \`${id}\` **${code}**: ${remedy}`);
  return `\n\nFailed items:\n${rows.join('\n')}`;
}

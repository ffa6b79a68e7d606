import type { Pause } from '../../workflows/pauses.ts';
import type { RunSet, Steered } from '../runs/steer.ts';
import { plain } from './terminal.ts';
import { budgetParts, plural, utc } from './words.ts';

const UNHEARD = 'No worker answers: it hears of this when one does. Start one with `pollen-batch worker`.';

const FOLLOW = 'Follow it with `pollen-batch watch';

/** Why a run is paused, since when, and what to do, a line for each reason. */
export function pauseLines(pauses: readonly Pause[]): readonly string[] {
  return pauses.map(
    ({ reason, since, message, remedy }) =>
      `paused: ${reason} since ${utc(since)}: ${plain(message)}. ${plain(remedy)}`,
  );
}

/** What `suspend` has come to. */
export function suspendedText({ runId, state, paused }: Steered): string {
  if (state === undefined) return `${runId} was told to pause. ${UNHEARD}`;
  if (state !== 'paused' && state !== 'planning')
    return `${runId}: ${state}, with nothing left to hold back.`;
  return [
    `${runId} sends nothing more; calls in flight finish and are recorded.`,
    ...pauseLines(paused),
  ].join('\n');
}

/** What `resume` has come to. */
export function resumedText({ runId, state, paused }: Steered): string {
  if (state === undefined) return `${runId} was told to go on. ${UNHEARD}`;
  if (state !== 'paused') return `${runId} goes on.`;
  return [`${runId} cannot go on yet.`, ...pauseLines(paused)].join('\n');
}

/** What `stop` has come to. */
export function stoppedText({ runId, state }: Steered): string {
  if (state === undefined) return `${runId} was told to stop. ${UNHEARD}`;
  return `${runId} sends nothing more; calls in flight finish and are recorded, then report and bill are written. ${FOLLOW} ${runId}\`.`;
}

/** What `terminate` has come to. */
export function terminatedText({ runId }: Steered): string {
  return `${runId} ends within seconds; what calls in flight may have cost then is on its bill as unknown. ${FOLLOW} ${runId}\`.`;
}

/** What `set` has come to. */
export function setText({ runId, state, paused, ...set }: RunSet): string {
  const { budget, concurrency, priority, endsAt } = set;
  const head = [
    ...(budget === undefined
      ? []
      : [`${runId} may cost ${budget.amount} Pollen now: ${budgetParts(budget).join(', ')}.`]),
    ...(concurrency === undefined
      ? []
      : [
          concurrency === null
            ? `${runId} may have as many calls in flight as its lanes take.`
            : `${runId} may have ${plural(concurrency, 'call')} in flight; those above it finish.`,
        ]),
    ...(priority === undefined ? [] : [`${runId} has priority ${priority} now.`]),
    ...(endsAt === undefined
      ? []
      : [
          endsAt === null
            ? `${runId} has no deadline now.`
            : `${runId} ends at ${utc(endsAt)}, whatever it has left.`,
        ]),
  ];
  if (state !== 'paused') return head.join('\n');
  return [...head, 'It cannot go on yet.', ...pauseLines(paused)].join('\n');
}
